"""The person-level rules of the model, written a second time with Mesa's own agent objects and no engine code.

Two uses: an oracle (tests/invariants/test_reference.py: both must give the same moves, papers and ties), and the
rival whose time ``python -m benchmarks.against_mesa`` compares. Rules are those of the engine's docstrings, in
the plainest form that Python has; only `handover` knows the engine.

- `keyed` : keyed random numbers in pure Python.
- `given` : one year's numbers on places, which are equations and not agents, as plain lists.
- `researcher` : careers and mobility of one person. `papers` : projects, teams and ties. `pool` : who is drawn.
- `model` : the year. `impact` : what papers are worth.
- `handover` : people and yearly numbers out of a running engine, and what both have done, side by side.
"""

from benchmarks.reference.given import Constants, Given
from benchmarks.reference.model import Reference
from benchmarks.reference.researcher import Researcher

__all__ = ["Constants", "Given", "Reference", "Researcher"]
