"""Compiled kernels are kept by what can change them, and what cannot be kept is compiled all the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.errors import NumbaError

from sim.core import kernel_folder, kernels
from sim.core.digest import PACKAGE

ENGINES = PACKAGE / "engines"


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Folders are looked for again in this test and after it."""
    for remembered in (kernel_folder.kernel_base, kernel_folder.kernel_folder):
        monkeypatch.setattr(kernel_folder, remembered.__name__, remembered.__wrapped__)
    return monkeypatch


def test_sources_of_a_kernel_are_all_it_can_be_made_of() -> None:
    sources = {
        path.relative_to(PACKAGE).as_posix() for path in kernel_folder.kernel_sources(ENGINES / "publication.py")
    }
    assert {
        "engines/publication.py",
        "engines/pools.py",
        "core/randomness.py",
        "core/ties.py",
        "core/prefetch.py",
    } <= sources
    assert not {path for path in sources if path.startswith(("phases/", "policy/", "plots/"))}


def test_every_kernel_of_the_package_is_kept_by_its_sources() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        plain = re.search(r"^from numba import .*jit|numba\.\w*jit\(", text, re.MULTILINE)
        assert not plain or path.name == "kernels.py", f"{path.name} makes kernels past sim.core.kernels.njit"


def test_a_kernel_that_borrows_leaves_references_as_they_are_and_cannot_make_arrays() -> None:
    add = kernels.njit(borrows=True)(lambda pair: pair[0][0] + pair[1][0])
    around = kernels.njit()(lambda one: add((one, np.ones(1))))
    one = np.ones(1)
    before = sys.getrefcount(one)
    assert all(around(one) == add((one, one)) == 2.0 for _ in range(100))
    assert sys.getrefcount(one) == before
    makes = kernels.njit(borrows=True)(lambda n: np.ones(n).sum())
    with pytest.raises((NumbaError, RuntimeError)):
        makes(3)


def test_folder_follows_the_digest(fresh: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fresh.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    file = ENGINES / "pools.py"
    first = kernel_folder.kernel_folder(file)
    assert first is not None and first.is_relative_to(tmp_path) and first.is_dir()
    assert kernel_folder.kernel_folder(file) == first
    fresh.setattr(kernel_folder, "digest", lambda files: "0" * 64)
    other = kernel_folder.kernel_folder(file)
    assert other is not None and other != first and other.parent == first.parent


def test_without_a_choice_kernels_lie_in_the_platforms_cache(fresh: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fresh.delenv("NUMBA_CACHE_DIR", raising=False)
    fresh.setattr(kernel_folder, "platform_cache", lambda: tmp_path / "caches")
    assert kernel_folder.kernel_base() == tmp_path / "caches" / "kernels"


def test_old_folders_go(fresh: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = [f"pools-{k:016x}" for k in range(kernel_folder.KEEP + 3)]
    others = ["pools-notes", "move_plan-0123456789abcdef", "other"]
    for age, name in enumerate(names + others):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    kernel_folder.prune_kernels(tmp_path, "pools")
    assert {path.name for path in tmp_path.iterdir()} == {*names[: kernel_folder.KEEP], *others}


def test_kernels_work_where_nothing_can_be_written(fresh: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a folder cannot be made below it")
    fresh.setattr(kernel_folder, "_bases", lambda: iter([tmp_path / "file" / "a", tmp_path / "file" / "b"]))
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        double = kernels.njit(cache=True)(lambda x: 2 * x)
    assert double(4) == 8
    assert double.stats.cache_path is None and not list(tmp_path.glob("*/*"))


RULE = "from sim.core.kernels import njit\n\n\n@njit(cache=True, inline='always')\ndef rule():\n    return {}\n"
USE = "from sim.core.kernels import njit\nfrom sim.rule import rule\n\n\n"
USE += "@njit(cache=True)\ndef use():\n    return rule()\n"
ASK = "from sim.use import use; from numba.core import config; print(use(), sum(use.stats.cache_hits.values()), "
ASK += "config.CACHE_DIR)"


def test_a_kernel_of_an_old_rule_is_not_used(tmp_path: Path) -> None:
    """A change in an imported file, which numba itself does not see, reaches the kernels that have it compiled in."""
    package, kept = tmp_path / "sim", tmp_path / "kept"
    package.mkdir()
    (package / "core").mkdir()
    for name in (
        "__init__.py",
        "core/__init__.py",
        "core/kernels.py",
        "core/kernel_folder.py",
        "core/locks.py",
        "core/digest.py",
    ):
        shutil.copy(PACKAGE / name, package / name)
    (package / "use.py").write_text(USE)

    def ask(value: int) -> list[str]:
        (package / "rule.py").write_text(RULE.format(value))
        environment = os.environ | {"NUMBA_CACHE_DIR": str(kept), "PYTHONPATH": str(tmp_path)}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"  # Python takes that of the same second and size for new
        done = subprocess.run(
            [sys.executable, "-c", ASK], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        return done.stdout.split()

    assert ask(1) == ["1", "0", str(kept)]  # compiled; the user's folder stays numba's own
    assert ask(1) == ["1", "1", str(kept)]  # kept
    assert ask(2) == ["2", "0", str(kept)]  # the rule has changed
    assert ask(1) == ["1", "1", str(kept)]  # and back
