"""Parts of the report that need no run: marks on axes, links of sources, what was checked, what would flip it."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.plots.world_map import NEUTRAL
from sim.report import checked, drawings, page, sources
from sim.report.model import Flow, Reference, Series
from sim.report.read import PALE
from sim.report.words import Effect

ROOT = Path(__file__).parents[2]
NUMBERS = st.floats(-500, 500, allow_nan=False).map(lambda x: round(x, 3))


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_an_axis_holds_zero_and_all_central_values(found: list[tuple[float, float, float]]) -> None:
    effects = [Effect(c, lo=min(a, c), hi=max(b, c)) for c, a, b in found]
    axis = drawings.axis_of(effects)
    assert axis.lo <= 0.0 <= axis.hi and axis.lo < axis.hi
    assert all(axis.lo - 1e-6 <= e.central <= axis.hi + 1e-6 for e in effects if abs(e.central) <= drawings.FULL)
    assert 1 <= len(axis.ticks) <= 12 and "0" in [label for _, label in axis.ticks]
    assert all(-1e-6 <= at <= 100 + 1e-6 for at, _ in axis.ticks)


def test_positions_on_an_axis_are_linear() -> None:
    axis = drawings.Axis(-10.0, 30.0, 10.0)
    assert [axis.at(x) for x in (-10, 0, 10, 30, 99)] == [0, 25, 50, 100, 100]


def test_a_strip_draws_what_is_known_and_says_it_aloud() -> None:
    axis = drawings.Axis(-10.0, 10.0, 5.0)
    full = drawings.strip(Effect(-5.0, 0.5, -6.0, -4.0, -8.0, -2.0, 1.0), axis)
    assert 'class="chance"' in full and 'class="wide"' in full and 'aria-label="−5' in full
    assert re.search(r'class="wide" style="left:10\.00%;width:30\.00%"', full)
    bare = drawings.strip(Effect(math.nan), axis)
    assert "chance" not in bare and "<b" not in bare


def test_flows_are_stacked_to_both_sides_and_add_up() -> None:
    flow = Flow("Here", Effect(-50.0), entrants=-80.0, moves=-20.0, exits=50.0)
    most = drawings.longest([flow])
    assert most == 100.0
    widths = [float(w) for w in re.findall(r"width:([\d.]+)%", drawings.stacked(flow, most))]
    assert sum(widths) == pytest.approx(75.0)  # 100 to the left and 50 to the right, of 100 on each half


def test_the_map_colours_clear_changes_alone() -> None:
    shapes, key = drawings.world_map({"USA": (-6.0, 1.0), "CHN": (9.0, 0.0), "CAN": (-6.0, PALE)})
    assert len(key) >= 4 and any(colour in shapes for colour, words in key if words.startswith(("below", "−")))
    assert "NaN" not in shapes and len(shapes) < 400_000
    (full, pale, *_), grey = sorted(set(re.findall('fill="(#[0-9a-f]+)"', shapes)) - {NEUTRAL}), NEUTRAL
    assert full < pale < grey and full in dict(key) and pale not in dict(key)  # the paler the more white
    assert drawings.world_map({"USA": (-6.0, 0.0)})[1] == []


def test_svg_carries_its_looks_as_a_pdf_knows_no_style_sheet_for_it() -> None:
    falls = {year: Effect(-float(year - 2020), lo=-6.0, hi=0.0) for year in range(2021, 2026)}
    drawn = drawings.lines(Series("Papers", {"A rule": falls}, ((2022.5, "begins"), (2023.5, "ends"))))
    head, *marks = re.findall(r"<(?!/)[^>]+>", drawn)
    assert all(f" {name}=" in head for name in ("font-family", "font-size", "fill"))
    straight = [mark for mark in marks if mark.startswith("<line ")]
    assert all('fill="none"' in mark and 'stroke="#' in mark and "stroke-width=" in mark for mark in straight)
    dates = [mark for mark in straight if 'class="date"' in mark]
    assert len(dates) == 2 < len(straight) and all("stroke-dasharray=" in mark for mark in dates)


def test_borders_of_the_map_are_faint_where_no_line_is_thinner_than_a_dot() -> None:
    shapes, _ = drawings.world_map({"USA": (-6.0, 1.0)})
    opacity = re.search(r'stroke-opacity="([.\d]+)"', shapes)
    assert opacity and float(opacity[1]) < 0.5


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("Shi, Liu, Wang, Science 379, 2023, doi:10.1126/science.abq1218", "https://doi.org/10.1126/science.abq1218"),
        ("Flynn and others, NBER w32622 (2024, revised)", "https://www.nber.org/papers/w32622"),
        ("PNAS 2024, PMC11087765, table 2", "https://pmc.ncbi.nlm.nih.gov/articles/PMC11087765/"),
        ("NSF 25-325 (2025)", "https://ncses.nsf.gov/pubs/nsf25325"),
        ("Proclamation 10043, 85 FR 34353", "https://www.federalregister.gov/citation/85-FR-34353"),
        ("GAO-04-371 (February 2004)", "https://www.gao.gov/products/gao-04-371"),
        ("Public Law 117-167; S2", "https://www.congress.gov/117/plaws/publ167/PLAW-117publ167.pdf"),
        ("RIETI 23-J-031", "https://www.rieti.go.jp/jp/publications/dp/23j031.pdf"),
        ("Review, https://www.example.org/a/b/; Wikipedia", "https://www.example.org/a/b/"),
        ("Guardian, 15 March 2023", ""),
    ],
)
def test_sources_are_links_where_they_name_an_address(source: str, link: str) -> None:
    assert [address for *_, address in sources.links(source)] == [link] * bool(link)


def test_several_sources_of_one_row_are_several_links() -> None:
    source = "P17; Proclamation 10043, 85 FR 34353; doi:10.1086/651934"
    linked = page._linked(source, [Reference("P17", "", "")])
    assert re.findall('href="([^"]+)"', linked) == [
        "#source-P17", "https://www.federalregister.gov/citation/85-FR-34353", "https://doi.org/10.1086/651934"
    ]  # fmt: skip
    assert re.sub("<[^>]+>", "", linked) == source


def test_ids_of_a_range_are_all_cited() -> None:
    assert list(sources.cited("P13-P16, S3 and P5a")) == ["P13", "P14", "P15", "P16", "S3", "P5a"]


@pytest.mark.parametrize(
    ("strength", "said"),
    [
        ("0.02 share refused (2 %)", "2 % refused"),
        ("0.25 years (3 months)", "3 months"),
        ("-0.1 log change of places (-9.5 %)", "−9.5 %"),
        ("0.5 of something", "0.5 of something"),
    ],
)
def test_strengths_are_said_plainly(strength: str, said: str) -> None:
    assert sources.plainly(strength) == said


def test_what_was_checked_is_as_the_pages_have_it() -> None:
    with checked.FILE.open(encoding="utf-8", newline="") as file:
        kept = [tuple(row) for row in csv.reader(file)][1:]
    assert kept == checked.made(ROOT), "write it again: python -m sim.report.checked"


def test_misses_are_among_what_was_checked() -> None:
    rows = checked.checked()
    assert {row.kind for row in rows} == set(checked.KINDS)
    assert {row.verdict for row in rows} == {checked.MET, checked.MISSED}
    assert np.mean([row.verdict == checked.MET for row in rows]) < 1.0


def test_all_misses_are_told_those_about_the_subject_first() -> None:
    rows = checked.checked()
    missed = [row.what for row in rows if row.verdict == checked.MISSED]
    home, other = checked.misses(rows, ["United States"]), checked.misses(rows, ["Atlantis"])
    assert sorted(home) == sorted(other) == sorted(missed) and home != other
    about = ["United States" in what or " US " in what for what in home]
    assert any(about) and about == sorted(about, reverse=True)
    assert checked.misses(rows, []) == other


@pytest.mark.parametrize(
    ("effects", "ticks"),
    [([-22.0, 21.0], ["−20", "0", "+20"]), ([-10.0, -3.0], ["−10", "−5", "0"]), ([7.0], ["0", "+5"])],
)
def test_an_axis_ends_where_its_effects_do(effects: list[float], ticks: list[str]) -> None:
    axis = drawings.axis_of(map(Effect, effects), 2)
    assert [words for _, words in axis.ticks] == ticks
    assert axis.hi - axis.lo <= 1.2 * (max(*effects, 0.0) - min(*effects, 0.0))


def test_a_command_is_repeated_without_where_its_files_go() -> None:
    typed = "talent-circulation compare open figures=false 'policies.a.b=[1, 2]' outdir=/here --to 2030"
    assert sources.essence(typed) == "talent-circulation compare open 'policies.a.b=[1, 2]' --to 2030"


@pytest.mark.parametrize(
    ("value", "bar", "met"),
    [(3, "2 … 4", True), (5, "2 … 4", False), (-4, "< -3", True), (0.9, "≥ 0.93", False), (1, "1", True)],
)
def test_bars(value: float, bar: str, met: bool) -> None:
    assert checked._within(value, bar) is met
