"""The experiment of the four questions runs, small: numbers, tables of the page, figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.common.numbers import read_numbers
from experiments.questions import figures, run, tables

SMALL = ("scale=8000", "replicates=2", "threads=1", "start=2012", "progress=off")


def test_thresholds_from_runs_to_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One question from runs to page; thresholds are the cheapest, since the rule starts in 2026."""
    monkeypatch.setattr(run, "THRESHOLDS", (0, 50))
    monkeypatch.setattr(figures, "THRESHOLDS", (0, 50))
    out = tmp_path / "out"
    out.mkdir()
    page = out / "README.md"
    page.write_text("before <!-- table 2 -->STALE<!-- end --> after <!-- table 3 -->kept<!-- end -->", encoding="utf-8")
    assert run.main(["--only", "2", "--out", str(out), *SMALL, "end=2027", f"outdir={tmp_path / 'outputs'}"]) == 0
    numbers = read_numbers(out).set_index(["case", "outcome"])["mean"]
    assert numbers["threshold 50", "cost, small"] == 0.0 < numbers["threshold 0", "cost, small"]
    assert numbers["threshold 50", "cost, very_large"] == numbers["threshold 0", "cost, very_large"] > 0.0
    support = [numbers["threshold 0", f"cost by support, {size}"] for size in run.SIZES]
    assert support == sorted(support, reverse=True), "a fixed part weighs most on the small"
    text = page.read_text(encoding="utf-8")
    assert "STALE" not in text and "kept" in text and "2 replicates, one agent for 8000 researchers" in text
    assert [path.name for path in figures.main(out)] == ["thresholds.png", "thresholds.svg"]


def test_the_page_has_the_numbers_of_its_file() -> None:
    numbers = read_numbers(run.HERE)
    text = (run.HERE / "README.md").read_text(encoding="utf-8")
    assert set(numbers["question"]) == {1, 2, 3, 4}
    for question in run.QUESTIONS:
        assert tables.table(numbers, question) in text
    for name in figures.FIGURES:
        assert f"figures/{name}.png" in text and (run.HERE / "figures" / f"{name}.png").is_file()
