"""The report of small real runs: what stands on it, that its numbers come from the files, that it needs nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.summary import Period
from sim.analysis.text import FEW
from sim.cli import report as command
from sim.comparison.question import subject_of
from sim.comparison.reading import Comparison, read_comparison
from sim.core.read import ConfigError
from sim.report import page
from sim.report.build import build
from sim.report.model import Report
from sim.report.page import write_report

ISSUERS = ["USA"]  # of both scenarios
VOID = {"meta", "br", "img", "path", "line", "polyline", "polygon"}
LAST = 2022
LARGEST = 3_000_000  # bytes


@pytest.fixture(scope="module")
def comparison(reported: Path) -> Comparison:
    return read_comparison(reported)


@pytest.fixture(scope="module")
def written(comparison: Comparison) -> tuple[Path, Report]:
    return write_report(comparison)


@pytest.fixture(scope="module")
def text(written: tuple[Path, Report]) -> str:
    return written[0].read_text(encoding="utf-8")


class Page(HTMLParser):
    """Tags in order, headings, links, pictures without words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.silent: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids.add(given["id"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if (tag == "svg" or given.get("role") == "img") and not given.get("aria-label"):
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing(written: tuple[Path, Report], text: str) -> None:
    path, _ = written
    assert path.name == "report.html" and path.stat().st_size < LARGEST
    page = Page(text)
    assert page.open == [] and page.silent == []
    assert page.headings[0] == 1 and all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:]))
    assert page.headings.count(1) == 1 and '<html lang="en">' in text
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= page.ids
    assert all(link.startswith(("#", "https://")) for link in page.links)
    assert not re.search(r"<(script|img|link|iframe)\b|url\(|@import", text)


def test_the_order_is_that_of_a_readers_questions(text: str) -> None:
    order = ["Answer", "How sure", "In four numbers", "Same years, same axis", "Where people go", "Who pays",
             "Rule or fear", "Exposure and protection", "How other governments answer", "What would flip it",
             "What it was checked against", "How to repeat it", "Policy: what is in force", "All numbers", "Words",
             "Limits"]  # fmt: skip
    at = [text.index(f">{word}") for word in order]
    assert at == sorted(at)


def test_titles_names_and_the_command_stand_on_it(comparison: Comparison, text: str) -> None:
    assert "A lasting crackdown of the US" in text and "Proportionate rules of the G7" in text
    assert "United States" in text and "talent-circulation report restrictive proportionate world=g20" in text
    assert "outdir=" not in text and "progress=" not in text  # no result hangs on them
    assert "2 draws" in text and "NaN" not in text and "nan" not in re.findall(r">([^<]*)<", text)
    assert str(comparison.manifest["seed"]) in text and comparison.folder.name in text


def change(frame: pd.DataFrame, value: str, scenario: str, percent: bool = False, years: int = 1) -> float:
    """Mean over replicates of the difference of sums, or of the differences in per cent."""
    sums = frame.groupby(["scenario", "replicate"])[value].sum().astype(float) / years
    with_, without = sums[scenario], sums["baseline"].loc[sums[scenario].index]
    return float((100 * (with_ - without) / without if percent else with_ - without).mean())


def test_ten_numbers_computed_again(comparison: Comparison, written: tuple[Path, Report]) -> None:
    _, report = written
    frames, years, last = comparison.frames, comparison.period.years, comparison.period.last
    place = frames["place_year"]
    place = place.assign(**{name: place[name].astype(str) for name in ("scenario", "mode", "place")})
    place = place[(place["mode"] == "scripted") & (place["draw"] == 0)]
    place = place[place["year"].between(comparison.period.first, last)]
    top = place["top1_fractional_at_baseline_threshold"].fillna(place["top1_fractional"])
    place = place.copy().assign(top=top)
    here, end = place[place["place"].isin(ISSUERS)], place[place["year"] == last]
    first, detail = "restrictive", report.details[0]
    cards = {card.title: card.row for card in report.cards}
    shared = {panel.title: panel.rows for panel in report.shared}

    def close(
        said: float, frame: pd.DataFrame, value: str, *, percent: bool = False, by: int = 1, of: str = first
    ) -> None:
        assert said == pytest.approx(change(frame, value, of, percent, by), rel=1e-6, abs=1e-9)

    mine = end[end["place"].isin(ISSUERS)]
    close(cards["Researchers"].relative.central, mine, "n_researchers", percent=True)
    assert cards["Researchers"].absolute and cards["Papers"].absolute
    close(cards["Researchers"].absolute.central, mine, "n_researchers")
    close(cards["Papers"].relative.central, here, "papers_fractional", percent=True)
    close(cards["Papers"].absolute.central, here, "papers_fractional", by=years)
    abroad = shared["Entrants from abroad"]
    close(abroad[0].relative.central, here, "new_entrants_foreign", percent=True)
    close(abroad[1].relative.central, here, "new_entrants_foreign", percent=True, of="proportionate")
    close(cards["Top-1 % papers"].relative.central, here, "top", percent=True)
    assert detail.refused
    close(detail.refused[0].central, here, "slots_refused_by_rule", by=years)
    close(detail.refused[1].central, here, "slots_refused_by_fear", by=years)
    bill = {line.label: line for line in detail.money}
    paid = bill["Complying with rules"].effect
    assert paid
    close(paid.central, here, "compliance_musd", by=years)
    close(detail.map["CAN"][0], end[end["place"] == "CAN"], "n_researchers", percent=True)
    loss = next(flow for flow in detail.losses if flow.place == "United States")
    close(loss.entrants, here, "new_entrants")
    flows = loss.entrants + loss.moves + loss.exits
    assert flows == pytest.approx(loss.stock.central, abs=1e-6)  # the stock is the sum of its flows


def test_ranges_hold_the_draws(comparison: Comparison, written: tuple[Path, Report]) -> None:
    _, report = written
    units = comparison.units("n_researchers", keep={"place": ISSUERS}, years=Period(LAST, LAST))
    units = units[(units["scenario"] == "restrictive") & (units["mode"] == "scripted")]
    percent = (100 * units["effect"] / units["reference"]).groupby(units["draw"]).mean()
    effect = report.cards[0].row.relative
    assert (effect.lo, effect.hi) == pytest.approx((percent.min(), percent.max()))
    drawn = percent[percent.index > 0]
    assert effect.agree == (drawn * effect.central > 0).mean()


def test_a_finding_of_flip_is_shown(comparison: Comparison) -> None:
    file = comparison.folder / "flip.json"
    row = {"key": "params.a.b", "words": "how fear fades", "range": [0.1, 0.9], "documented": 0.5}
    rows = [{**row, "verdict": verdict} for verdict in ("turns at 0.72", "none in its range", "not clear of chance")]
    rows[0] |= {"low": {"restrictive": -9.21}, "high": {"restrictive": 1.5}}
    told = "only two matter clearly"
    subjects = [subject_of(comparison.configs["restrictive"], comparison.period)]
    found = {"scenarios": ["restrictive"], "subjects": subjects, "reference": "baseline", "place": "USA",
             "where": "United States", "outcome": "researchers", "unit": "%", "rows": rows, "told": told,
             "command": "x"}  # fmt: skip
    try:
        file.write_text(json.dumps(found), encoding="utf-8")
        _, report = write_report(comparison)
        file.write_text(json.dumps({**found, "subjects": ["of other years"]}), encoding="utf-8")
        _, other = write_report(comparison)
    finally:
        file.unlink()
    assert not other.flips.rows  # it was about another question
    assert [row.turns for row in report.flips.rows] == [
        "turns at 0.72 (−9.2 to 1.5 %)", "none in its range", "not clear of chance",
    ]  # fmt: skip
    assert report.flips.about.endswith(told)
    assert report.flips.rows[0].span == "0.1 to 0.9" and "United States" in report.flips.about


def test_what_nobody_asked_yet_is_a_command(written: tuple[Path, Report]) -> None:
    _, report = written
    asked = "talent-circulation flip restrictive proportionate --place USA world=g20 start=2014 --to 2022"
    assert not report.flips.rows and report.flips.command == asked


def test_papers_of_several_places_are_theirs(comparison: Comparison) -> None:
    for places, whose in ((["USA"], "its"), (["USA", "JPN"], "their"), (["World"], "its")):
        assert f"The number of {whose} papers" in build(comparison, places).answer[1]


def test_the_page_of_another_place(comparison: Comparison) -> None:
    report = build(comparison, ["japan"])
    assert report.subject == "Japan" and "Japan" in report.answer[0]
    with pytest.raises(ConfigError, match=r"--place: no place 'JPX'.*JPN"):
        build(comparison, ["JPX"])


def test_a_place_of_few_agents_is_told_and_its_groups_have_no_numbers(comparison: Comparison) -> None:
    report = build(comparison, ["Canada"])
    people = comparison.effects("n_researchers", places=["CAN"], years=Period(LAST, LAST))
    agents = people["reference"].iloc[0] / comparison.config.scale
    assert 1 < agents < 100 and f"Only {agents:.0f} agents" in report.caution
    groups = comparison.units("n_researchers", ["kind", "member"], table="constituency_year",
                              years=Period(LAST, LAST), keep={"place": ["CAN"]})  # fmt: skip
    moved = groups[(groups["draw"] == 0) & (groups["scenario"] == "restrictive") & (groups["mode"] == "scripted")]
    assert len(moved)
    means = moved.groupby("member", observed=True)["effect"].mean().abs() / comparison.config.scale
    told = [row.label for panel in report.details[0].payers for row in panel.rows if row.relative.known]
    assert all(means[name] >= FEW - 0.05 for name in told if name in means.index)
    assert (means < FEW - 0.05).any()  # there is something to keep silent about
    assert build(comparison, ["World"]).caution == ""


def test_exposure_by_chance_or_of_a_few_agents_has_no_per_cent(comparison: Comparison) -> None:
    report = build(comparison, ["USA"])
    rows = [row for found in report.details for row in found.exposure]
    for row in rows:
        assert row.absolute
        agents = abs(row.absolute.central) * report.period.years / comparison.config.scale
        few = row.label != "deception" and agents < FEW - 0.05  # by deception it is an expectation
        assert row.relative.known == (row.absolute.clear and not few), row.label
    assert {row.relative.known for row in rows} == {True, False}  # there is something to keep silent about


def test_the_command_writes_the_page_of_a_folder(comparison: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.command([str(comparison.folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(comparison.folder / "report.html")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pdf"], "neither a folder nor a scenario"),
        (["no/such/folder"], "there is no folder no/such/folder"),
        (["."], "holds no results"),
        ([".", "scale=100"], "takes no further names and settings"),
        (["restricted"], "restrictive"),
        (
            ["restrictive", "--place", "Japan,Canda", "world=g20", "scale=8000"],
            "no place 'Canda'; did you mean Canada?",
        ),
    ],
)
def test_what_cannot_be_reported(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        command.command(words)
    assert said in " ".join(error.value.messages)


def test_steps_are_counted_over_worlds_with_and_without(comparison: Comparison, written: tuple[Path, Report]) -> None:
    frame = comparison.frames.read("decisions", None, [("mode", "=", "reactive")])
    frame = frame[frame["effective_year"].between(comparison.period.first, LAST)]
    frame = frame[frame["rung_before"] != frame["rung_after"]]
    frame["place"] = frame["place"].map(comparison.names)
    worlds = {
        name: frame[frame["scenario"] == name].groupby(["draw", "replicate"]) for name in ("restrictive", "baseline")
    }
    for step in written[1].details[0].steps:
        assert 0 <= step.without < step.taken <= step.of == 6  # documented values and two draws, each twice
        steps = {name: [here[here["place"] == step.government.removesuffix(" (issuer)")] for _, here in groups]
                 for name, groups in worlds.items()}  # fmt: skip
        least = {name: sum(len(rows) > 0 for rows in of) for name, of in steps.items()}
        assert step.taken <= least["restrictive"] and step.without <= least["baseline"]


def test_all_numbers_have_no_per_cent_of_shares_or_of_next_to_nothing(written: tuple[Path, Report], text: str) -> None:
    table = text[text.index("All numbers") : text.index('id="checked"')]
    cells = [re.findall(r">([^<]*)</t[hd]>", row) for row in re.findall(r"<tr><th scope=.row.*?</tr>", table)]
    rows = written[1].numbers.to_dict("records")
    assert len(cells) == len(rows)
    for (outcome, _, _, change, _, drawn, percent), row in zip(
        sorted(cells), sorted(rows, key=lambda row: row["outcome"])
    ):
        assert outcome == row["outcome"]
        assert (percent == "–") or (not outcome.endswith("0-1") and "," not in percent)
        assert change != "" and drawn != ""


def test_effects_run_with_fewer_draws_say_so(written: tuple[Path, Report]) -> None:
    (first, *_) = written[1].numbers.to_dict("records")
    row = {str(name): value for name, value in first.items()} | {"lo": -2.0, "hi": -1.0, "central": -1.5, "n_draws": 4}
    assert page.drawn(row, 20) == "4 draws only"
    assert page.drawn(row, 4) == "−2.0 to −1.0"
