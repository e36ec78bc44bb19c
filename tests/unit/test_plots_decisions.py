"""The figure of decisions: which steps are shown, what is said of each, and that no words run into others."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
from plot_frames import Settings, frames_of

from sim.plots.decisions import SIZE, Mark, decision_figure, lanes, marks_of
from sim.plots.figures import DRAWINGS
from sim.plots.material import material_of
from sim.plots.policy_lines import Period, policy_periods
from sim.plots.style import styled, text_width

NAMES = {"CHN": "China", "USA": "United States", "JPN": "Japan", "KOR": "South Korea"}
CHANCE = {
    "mode": "reactive", "draw": 0, "replicate": 0, "target": "", "rung_before": 0, "rung_after": 1, "trigger": "chance",
    "partner": "", "answer": "",
}  # fmt: skip


def step(scenario: str, place: str, year: int, ladder: str, **other: object) -> dict[str, object]:
    """A row of the table of decisions."""
    when = {"scenario": scenario, "place": place, "year": year, "effective_year": year + 1, "ladder": ladder}
    return CHANCE | when | other


STEPS = pd.DataFrame(
    [
        step("baseline", "JPN", 2020, "promote"),
        step("baseline", "USA", 2031, "promote"),
        step("crackdown", "JPN", 2020, "promote"),
        step("crackdown", "CHN", 2025, "promote", rung_before=1, rung_after=0, trigger="cost"),
        step("crackdown", "KOR", 2021, "restrict", target="CHN", trigger="salience"),
        step("crackdown", "KOR", 2022, "protect", trigger="allies_restrict"),
        step("crackdown", "USA", 2022, "protect", rung_after=0, answer="refused"),
    ]
)


def test_own_steps_first_and_what_is_said_of_them() -> None:
    marks = marks_of(STEPS, NAMES)
    assert list(marks) == ["KOR", "CHN", "JPN"], "two steps of its own, one, none; the US only refuses"
    assert marks["KOR"] == [
        Mark(2022.0, "restrict", True, False, "→ China: public cases"),
        Mark(2023.0, "protect", True, False, "to 1: ally's condition"),
    ]
    assert marks["CHN"] == [Mark(2026.0, "promote", False, False, "to 0: cost of rules")], (
        "a step down has a reason too"
    )
    assert [mark.shared for mark in marks["JPN"]] == [True]


def test_no_words_run_into_others() -> None:
    marks = [Mark(2019.0 + k, "protect", True, False, "restricted by others") for k in range(17)]
    inch, right = 0.3, 2036.5
    spans = []
    for lane, left, mark in lanes(marks, inch, right):
        width = text_width(mark.words, SIZE) / inch
        spans.append((lane, mark.year - width, mark.year) if left else (lane, mark.year, mark.year + width))
    assert max(end for _, _, end in spans) <= right
    for (lane, a, b), (other, c, d) in combinations(spans, 2):
        assert lane != other or b <= c or d <= a


def test_figure_shows_steps_and_what_is_imposed() -> None:
    imposed = [Period(2018.8, float("inf"), "Visa refusals")]
    figure = decision_figure(marks_of(STEPS, NAMES), NAMES, imposed, (2018, 2036), "title", "subtitle")
    (axes,) = figure.axes
    words = {text.get_text() for text in axes.texts}
    assert {"Visa refusals", "→ China: public cases", "South Korea", "China", "Japan"} <= words
    assert "United States" not in words
    with styled():
        figure.canvas.draw()
    assert len(axes.collections) == sum(len(marks) for marks in marks_of(STEPS, NAMES).values())


def test_drawn_only_where_governments_react() -> None:
    cfg = Settings(replicates=1)
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))

    def names() -> set[str]:
        return {drawing.name for draw in DRAWINGS for drawing in draw(material_of(frames, cfg))}

    assert "decisions_crackdown" not in names()
    frames["decisions"] = STEPS
    assert "decisions_crackdown" in names()


def test_steps_that_take_effect_after_the_run_are_left_out() -> None:
    cfg = Settings(replicates=1)  # to 2022
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))
    frames["decisions"] = STEPS
    drawings = {drawing.name: drawing for draw in DRAWINGS for drawing in draw(material_of(frames, cfg))}
    (axes,) = drawings["decisions_crackdown"].figure.axes
    words = {text.get_text() for text in axes.texts}
    assert "→ China: public cases" in words, "in force in 2022, the last year"
    assert not {"to 1: ally's condition", "to 0: cost of rules"} & words, "in force from 2023 and 2026"
    assert axes.get_xlim() == (2017.5, 2022.5)


def test_periods_end_where_nothing_is_in_force() -> None:
    found = policy_periods(Settings().policies, 2035)
    assert [(int(p.begin), int(p.end), p.title) for p in found] == [(2014, 2019, "Crackdown")]
