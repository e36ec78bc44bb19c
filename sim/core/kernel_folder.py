"""The folders in which compiled kernels are kept for the next run.

Numba keeps a compiled kernel while the file it stands in is unchanged. But functions and constants that it takes from
other files are compiled into it, and after a change there it would go on by the old rule, without a word. So the
kernels of a module lie in a folder that is named by a digest of its file and of all files of this package that it
imports, directly or through others: under ``NUMBA_CACHE_DIR``, else in the platform's folder for caches.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from sim.core.digest import PACKAGE, digest

PROGRAM = "talent-circulation"
KEEP = 8  # folders of a module, newest first: those of the code as it was before are seldom wanted again
# Only imports at the start of a line: what is imported for types alone, or inside a function, is in no kernel.
_IMPORT = re.compile(r"^from (sim[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


@cache
def kernel_folder(file: Path) -> Path | None:
    """Folder of the kernels in a file, made if need be; None if no folder can be written."""
    base = kernel_base()
    if base is None:
        return None
    folder = base / f"{file.stem}-{digest(kernel_sources(file))[:16]}"
    try:
        new = not folder.is_dir()
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):  # another user's; numba would turn to a folder of its own choice
        return None
    with suppress(OSError):
        os.utime(folder)  # in use, so not to be pruned
    if new:
        prune_kernels(base, file.stem)
    return folder


@cache
def kernel_base() -> Path | None:
    """The first folder that can be written of those that may hold kernels; None, with a warning, if there is none."""
    tried = []
    for base in _bases():
        try:
            base.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=base).close()
            return base
        except OSError:
            tried.append(str(base))
    warnings.warn(
        f"compiled kernels cannot be kept, every process compiles them anew: {' and '.join(tried)} cannot be written "
        "(set NUMBA_CACHE_DIR to a folder that can)",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def _bases() -> Iterator[Path]:
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(given).absolute() / PROGRAM
    with suppress(RuntimeError):  # a user without a home
        yield platform_cache() / "kernels"
    yield PACKAGE / "__pycache__" / "kernels"


def platform_cache() -> Path:
    """This program's folder in the platform's place for caches."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / PROGRAM


def prune_kernels(base: Path, module: str) -> None:
    """Delete a module's folders but the newest `KEEP`; a process that still uses one compiles again."""
    used = []
    for path in base.glob(f"{module}-*"):
        if re.fullmatch(rf"{module}-[0-9a-f]{{16}}", path.name):
            with suppress(OSError):  # another process has just removed it
                used.append((path.stat().st_mtime, path))
    for _, path in sorted(used, reverse=True)[KEEP:]:
        shutil.rmtree(path, ignore_errors=True)


def kernel_sources(file: Path) -> list[Path]:
    """Files of this package whose change can change the kernels in a file: itself, and all that it imports."""
    found: set[Path] = set()
    todo = [file]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += _imported(path)
    return sorted(path for path in found if path.is_relative_to(PACKAGE))


@cache
def _imported(file: Path) -> list[Path]:
    """Files of this package that a file imports."""
    found = []
    for module, names in _IMPORT.findall(file.read_text(encoding="utf-8")):
        at = PACKAGE.joinpath(*module.split(".")[1:])
        found += [at.with_suffix(".py"), *(at / f"{name}.py" for name in re.findall(r"\w+", names))]
    return [path for path in found if path.is_file()]
