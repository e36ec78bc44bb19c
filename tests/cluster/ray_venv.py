"""An environment with Ray, which the lock leaves out (795 MB): a throw-away venv in the clone, made once."""

from __future__ import annotations

import shutil
import subprocess
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
    NoRay : there is no Python 3.12 or 3.13, or the packages cannot be had.
    """
    made = VENV / "bin" / "python"
    if (VENV / ".installed").is_file():
        return made
    base = _base()
    shutil.rmtree(VENV, ignore_errors=True)
    pip = [str(made), "-m", "pip", "install", "--quiet"]
    own = ["--no-deps", LAUNCHER, "-e", str(ROOT)]  # the launcher asks for an older cloudpickle, for AWS only
    for command in ([base, "-m", "venv", str(VENV)], [*pip, "-r", str(ROOT / "requirements.lock"), RAY], [*pip, *own]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise NoRay(f"{' '.join(command[:4])} … failed: {lines[-1]}")
    (VENV / ".installed").touch()
    return made


def _base() -> str:
    """A Python that Ray and its launcher are known to run on."""
    folders = sorted((Path.home() / ".pyenv" / "versions").glob("3.1[23]*/bin"))
    for name in ("python3.12", "python3.13"):
        for found in (shutil.which(name), *(shutil.which(name, path=str(folder)) for folder in folders)):
            if found and subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0:
                return found
    raise NoRay("no Python 3.12 or 3.13 on PATH or in ~/.pyenv/versions")
