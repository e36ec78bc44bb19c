"""The README's figure and sentences come from runs: a small version runs, and the README has what its numbers give."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.common.numbers import at, read_numbers
from experiments.common.page import ANSWER
from experiments.readme import run
from experiments.readme.answer import answer
from experiments.readme.figure import COLUMNS


def test_small_from_runs_to_figure_and_sentences(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before <!-- {ANSWER} -->STALE<!-- end --> after", encoding="utf-8")
    words = ["--small", "--out", str(tmp_path), "end=2021", "threads=1", "progress=off", f"outdir={tmp_path / 'runs'}"]
    assert run.main(words) == 0
    numbers = read_numbers(tmp_path)
    for column in COLUMNS:
        rows = at(numbers, column.outcome)
        rows = rows[rows["unit"] != "%"].set_index("place")["mean"]
        assert rows.drop("World").sum() == pytest.approx(rows["World"], rel=1e-4, abs=0.1), column.outcome
    entrants, moves_in, moves_out, exits = (at(numbers, flow)["mean"].iloc[0] for flow in run.FLOWS)
    stock = at(numbers, "researchers", place="United States", unit="people, 2021")["mean"].iloc[0]
    assert stock == pytest.approx(entrants + moves_in - moves_out - exits, rel=1e-4) and stock < 0
    assert (tmp_path / "restrictive.png").read_bytes().startswith(b"\x89PNG")
    settings, text = ((tmp_path / name).read_text(encoding="utf-8").strip() for name in (run.SETTINGS, "README.md"))
    assert settings.startswith("2 replicates, one agent for 4000 researchers")
    assert "STALE" not in text and answer(numbers, settings) in text and text.endswith(" after")


def test_a_small_version_does_not_touch_the_readme() -> None:
    with pytest.raises(SystemExit):
        run.main(["--small"])


def test_the_readme_says_what_its_numbers_say() -> None:
    text = (run.ROOT / "README.md").read_text(encoding="utf-8")
    settings = (run.HERE / run.SETTINGS).read_text(encoding="utf-8").strip()
    assert f"<!-- {ANSWER} -->\n{answer(read_numbers(run.HERE), settings)}\n<!-- end -->" in text
    assert (run.ROOT / "docs" / "figures" / f"{run.NAME}.png").is_file()
