"""Every example runs as it stands, from an empty folder, and prints what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PROMISES = {
    "question.py": r"\bJPN\s+\d{4,}",  # Japan gains researchers
    "sweep.py": r"(?s)0\.05\s+-[\d,]+.*0\.5\s+-[\d,]+",  # the loss at the first and the last of the swept values
    "own_scenario/run.py": r"\n[^\n]*outputs/canada/\w+\n\nIts tables: .*\bplace_year\.parquet",
    "tables.py": r"\bUSA\s+-\d{4,}",  # fewer start in the United States
}


def test_every_script_is_run_and_short() -> None:
    scripts = {str(path.relative_to(EXAMPLES)): path for path in EXAMPLES.rglob("*.py")}
    assert set(scripts) == set(PROMISES)
    for name, path in scripts.items():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, name
        assert f"examples/{name}" in (ROOT / "README.md").read_text(encoding="utf-8"), (
            f"the README does not name {name}"
        )


@pytest.mark.parametrize("name", PROMISES)
def test_example_prints_what_it_promises(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert re.search(PROMISES[name], done.stdout), done.stdout
