"""A kernel is compiled for one kind of arguments: a command later on, from stored states, compiles nothing more.

And for the kind that is listed, so that a first run can compile it before it is called.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In a process of its own, as other tests call kernels with arrays of their own making.
LATER = """
import sys
from pathlib import Path
from sim.core.kernels import CALLED
from sim.core.signatures import FILE, as_text
from sim.store.files import read_state, write_state
from tests import live
from tests.signatures import WORDS, first_run

first = first_run()
once = list(CALLED)
assert len(once) > 20 and len({name for name, _ in once}) == len(once), once
write_state(Path(sys.argv[1]), first.state())
state = read_state(Path(sys.argv[1]))
live.start(live.config(*WORDS, "seed=101"), replicate=1).go(2017)
live.resume(live.config(*WORDS), state).go(2020)
# fields with a researcher or none: columns of one row would be contiguous to numba, and another kind of argument
live.start(live.config("world=g20", "start=2012", "scale=100000", "seed=101"), replicate=1).go(2017)
live.resume(live.config(*WORDS, "+scenario=open", "government.mode=reactive"), state, mode="reactive").go(2020)
print(CALLED[len(once):])
print(sorted(set(as_text(once).splitlines()) ^ set(FILE.read_text(encoding="utf-8").splitlines())))
"""


def test_a_later_command_compiles_nothing_and_what_is_called_is_listed(tmp_path: Path) -> None:
    words = [sys.executable, "-c", LATER, str(tmp_path / "state.arrow")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    later, unlisted = done.stdout.splitlines()
    assert later == "[]"
    assert unlisted == "[]", "kernels are called with other arguments than listed: python -m tests.signatures"
