"""Words of the figures: captions, notes, titles, keys, and when total effects are drawn."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from plot_frames import CRACKDOWN, Settings, frames_of, use

from sim.plots import captions, write_figures
from sim.plots.figures import DRAWINGS
from sim.plots.material import material_of
from sim.plots.outcomes import departs
from sim.plots.policy_lines import policy_dates


def test_captions_have_two_lines_at_most_and_notes_an_alt_text_for_every_figure(tmp_path: Path) -> None:
    cfg = Settings(replicates=5, scale=100)
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))
    for draw in DRAWINGS:
        for drawing in draw(material_of(frames, cfg)):
            lines = [text.get_text() for text in drawing.figure.texts if text.get_gid() == "caption"]
            assert 1 <= len(lines) <= 2, (drawing.name, lines)
            assert all(text.get_size() >= 9 for text in drawing.figure.texts if text.get_gid() == "caption")
    paths = write_figures(frames, cfg, tmp_path)
    notes = paths[-1].read_text(encoding="utf-8")
    shown = dict(re.findall(r"^!\[(.+)\]\((.+)\.png\)$", notes, re.MULTILINE))
    assert set(shown.values()) == {path.stem for path in paths if path.suffix == ".png"}
    assert all(len(alt) > 40 for alt in shown)


def test_total_effects_are_drawn_only_where_they_differ() -> None:
    rows = [
        {"scenario": "a", "mode": mode, "draw": 0, "replicate": replicate, "year": year, "x": float(replicate + year)}
        for mode in ("scripted", "reactive")
        for replicate in range(3)
        for year in (2020, 2021)
    ]
    same = pd.DataFrame(rows)
    assert not departs(same, "x")
    assert departs(same.assign(x=same["x"] + (same["mode"] == "reactive")), "x")
    wobble = same.assign(x=same["x"] + (same["mode"] == "reactive") * (same["replicate"] - 1))
    assert not departs(wobble, "x"), "a difference that chance explains"


def test_a_scenario_without_a_title_is_called_by_its_policies() -> None:
    moved = SimpleNamespace(title="Visas: refusals", issuer=("CAN",), reissued_from=("USA",))
    cfg = SimpleNamespace(titles={"a": "Open: and more"}, policies={"visas": moved, "crackdown": CRACKDOWN})
    assert captions.title_of(cfg, "a") == "Open"
    assert captions.title_of(cfg, "visas", {"CAN": "Canada"}) == "Visas, as issued by Canada"
    assert captions.title_of(cfg, "a+crackdown") == "Open and Crackdown"
    assert captions.title_of(cfg, "custom") == "custom"


def test_policy_dates() -> None:
    events = policy_dates({"crackdown": CRACKDOWN})
    assert [e.label for e in events] == [
        "March 2014, begins: Crackdown",
        "September 2016, changes: Crackdown",
        "January 2019, ends: Crackdown",
    ]
    assert events[0].when == pytest.approx(2014 + 59 / 365.25)
    assert [e.label for e in policy_dates({"crackdown": CRACKDOWN}, end=2017)] == [e.label for e in events[:2]]


def test_neutral_policy_has_no_line() -> None:
    neutral = SimpleNamespace(title="Nothing", levers={"visa": use("visa_refusal", {"2019-01-01": 0.0})})
    assert policy_dates({"nothing": neutral}) == []


def test_caption_says_what_was_run() -> None:
    text = captions.run_sentence(Settings(), ["baseline", "crackdown"])
    for word in ("crackdown", "100 researchers", "3 replicates", "seed 7", "2010–2022"):
        assert word in text
    assert "baseline (policy of 2019)" in captions.run_sentence(Settings(), ["baseline"], 2019)
