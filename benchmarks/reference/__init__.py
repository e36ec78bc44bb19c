"""The person-level rules of the model, written a second time with Mesa's own agent objects and no engine code.

Two uses: an oracle (tests/invariants/test_reference.py: both must give the same moves, papers and ties), and the
rival whose time ``python -m benchmarks.against_mesa`` compares. Rules are those of the engine's docstrings, in
the plainest form that Python has; only `handover` knows the engine.

- `keyed` : keyed random numbers in pure Python.
- `given` : one year's numbers on places, which are equations and not agents, as plain lists.
- `researcher` : careers and mobility of one person. `papers` : projects and teams. `pool` : who is drawn.
- `ties` : who remembers whom, and matches. `impact` : what papers are worth, and who reads them. `model` : the year.
- `events` : what either side did in a year, and where they differ.
- `handover` : people and yearly numbers out of a running engine, and its year in the form of `events`.
"""

from benchmarks.reference.given import Constants, Given
from benchmarks.reference.model import Reference
from benchmarks.reference.researcher import Researcher

__all__ = ["Constants", "Given", "Reference", "Researcher"]
