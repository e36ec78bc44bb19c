"""A kernel is compiled for one kind of arguments: a command later on, from stored states, compiles nothing more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In a process of its own, as other tests call kernels with arrays of their own making.
LATER = """
import sys
from pathlib import Path
from tests import live
from sim.store.files import read_state, write_state

def compiled():
    found = {}
    for module in [m for name, m in sys.modules.items() if name.startswith("sim.")]:
        for name, kernel in vars(module).items():
            if hasattr(kernel, "signatures") and getattr(kernel, "__module__", "") == module.__name__:
                found[f"{module.__name__}.{name}"] = len(kernel.signatures)
    return found

words = ("world=g20", "start=2012", "scale=20000")
first = live.start(live.config(*words)).go(2017)
live.resume(live.with_everything(live.config(*words)), first.state()).go(2020)
before = compiled()
assert sum(before.values()) > 20, before
write_state(Path(sys.argv[1]), first.state())
state = read_state(Path(sys.argv[1]))
live.start(live.config(*words, "seed=101"), replicate=1).go(2017)
live.resume(live.config(*words), state).go(2020)
# fields with a researcher or none: columns of one row would be contiguous to numba, and another kind of argument
live.start(live.config("world=g20", "start=2012", "scale=100000", "seed=101"), replicate=1).go(2017)
live.resume(live.config(*words, "+scenario=open", "government.mode=reactive"), state, mode="reactive").go(2020)
print({name: n for name, n in compiled().items() if n > before.get(name, 0)})
"""


def test_a_later_command_compiles_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-c", LATER, str(tmp_path / "state.arrow")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "{}"
