"""An environment with Ray, which the lock leaves out (375 MB): a throw-away venv in the clone, made once.

It has the Python of the tests and sees their packages, so that it compiles no kernel anew.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
VENV = ROOT / ".venv-ray"
RAY, LAUNCHER = "ray[default]==2.60.0", "hydra-ray-launcher==1.2.2"


class NoRay(Exception):
    """Ray cannot be had here; says why."""


def python() -> Path:
    """Python of the environment, which is made if it is not there.

    Raises
    ------
    NoRay : the packages cannot be had.
    """
    made = VENV / "bin" / "python"
    if (VENV / ".installed").is_file():
        return made
    shutil.rmtree(VENV, ignore_errors=True)
    _run(sys.executable, "-m", "venv", str(VENV))
    (packages,) = VENV.glob("lib/python3*/site-packages")
    locked = sysconfig.get_paths()["purelib"]
    (packages / "locked.pth").write_text(f"import site; site.addsitedir({locked!r})\n", encoding="utf-8")
    _run(str(made), "-m", "pip", "install", "--quiet", RAY)
    # the launcher asks for an older cloudpickle, for AWS only
    _run(str(made), "-m", "pip", "install", "--quiet", "--no-deps", LAUNCHER)
    (VENV / ".installed").touch()
    return made


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise NoRay(f"{' '.join(command[:4])} … failed: {lines[-1]}")
