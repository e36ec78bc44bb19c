"""The printed table says what the frames say."""

from __future__ import annotations

import io
import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from rich.console import Console

from sim import load_config
from sim.analysis import offers
from sim.analysis.lines import INTERNATIONAL, PROTECTED, Area, lines_of
from sim.analysis.roles import Roles
from sim.analysis.summary import COLUMNS, Period, areas_of, departures, effects, outcomes, period_of
from sim.analysis.text import decimals, error, number
from sim.cli import notes
from sim.cli.run import _hazard
from sim.cli.table import WIDEST, show, shown
from sim.policy.levers import unpriced
from sim.policy.schema import LeverUse
from sim.policy.words import in_force
from sim.record.tables import TABLES
from sim.store.frames import Frames, in_memory


@pytest.mark.parametrize(
    "start, end, first, expected",
    [
        (1980, 2035, 2018, "2018–2035"),
        (1980, 2035, None, "2018–2035"),
        (1980, 2035, 2002, "2002–2035"),
        (1980, 2010, None, "2001–2010"),
        (2005, 2010, None, "2005–2010"),
        (1980, 2020, 2030, "2018–2020"),
    ],
)
def test_period(start: int, end: int, first: int | None, expected: str):
    assert str(period_of(start, end, first, 2017)) == expected


@pytest.mark.parametrize(
    "value, se, expected",
    [
        (-140123.4, 14321.0, "−140,000"),
        (0.123456, 0.0123, "+0.123"),
        (12.0, 3.4, "+12.0"),
        (41.7, 0.0, "+41.7"),
        (0.0, 0.0, "0"),
        (-0.004, 1.0, "0.0"),
        (math.nan, math.nan, "–"),
    ],
)
def test_numbers_show_two_digits_of_their_error(value: float, se: float, expected: str):
    assert number(value, decimals(se, value), "+") == expected


def test_equal_replicates_have_three_digits_and_no_error() -> None:
    """A pair of equal changes leaves a standard error of zero, or of rounding."""
    assert [number(-2222.2222, decimals(se, -2222.2222)) + error(se, -2222.2222) for se in (0.0, 1e-12)] == 2 * [
        "−2,220 ± –"
    ]
    assert error(0.0, 0.0) == " ± 0" and error(math.nan, 1.0) == "" and error(0.5, 12.0) == " ± 0.50"


def test_areas_are_the_roles_of_places_by_name():
    names = {"USA": "United States", "CHN": "China", **{code: code.lower() for code in "ABCDE"}}
    assert areas_of(Roles(("USA",), ("CHN",), (*"ABCDE",)), names) == [
        Area("Issuer: United States", ("USA",), acts=True),
        Area("Target: China", ("CHN",), acts=False),
        Area("Allies: a, b, c and 2 more", (*"ABCDE",), acts=False),
    ]
    assert areas_of(Roles(), names) == []


def test_others_than_issuers_have_few_lines_and_the_world_has_costs_only_without_an_issuer():
    assert len(lines_of(Area("Target: China", ("CHN",), acts=False))) == 3
    assert any("M$" in line.text for line in lines_of(None, alone=True))
    assert not any("M$" in line.text for line in lines_of(None))


def table(modes: tuple[str, ...], reference: float = 1000.0, departs: bool = False) -> pd.DataFrame:
    rows = [
        ("World", "papers a year", "open", mode, reference, mean, 1.2, 9.0, 15.0, 5, math.nan, departs)
        for mode, mean in zip(modes, (12.3, 8.4))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def printed(frame: pd.DataFrame, width: int = 80, **more: Any) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    show(frame, "Title", ["a note"], console=console, **more)
    return out.getvalue()


BOTH = ("scripted", "reactive")


def test_one_table_in_eighty_columns_whatever_the_terminal():
    frames = frames_of(n_researchers=[1.4e6, 5e6, 1.3e6, 5.1e6], exposed_coercion=[3e4, 0.0, 2e4, 0.0])
    areas = [Area("Issuer: United Kingdom of Great Britain and Northern Ireland", ("AAA",))]
    found = effects(frames, Period(2020, 2020), areas, 100.0)
    for width in (80, 150):
        text = printed(found, width, unpriced=["visa refusals", "bans on foreign talent programmes", "rhetoric"] * 2)
        assert (
            max(map(len, text.splitlines())) <= min(width, WIDEST) and text.count("without") == 1 and "a note" in text
        )
    assert "Not modelled\n  cost of visa refusals, bans" in text


def test_notes_are_on_rows_that_are_printed():
    assert set(shown(table(BOTH))["mode"]) == {"scripted"}
    assert len(shown(table(BOTH, departs=True))) == 2
    assert len(shown(table(("reactive",)))) == 1
    unseen = pd.concat([table(BOTH), table(("reactive",)).assign(outcome=PROTECTED)], ignore_index=True)
    cfg = load_config("+scenario=open")
    assert _hazard(unseen, cfg) and not _hazard(shown(unseen), cfg)


def test_the_total_effect_has_a_line_only_where_it_departs():
    assert "total effect" not in printed(table(BOTH)) and "+12.3" in printed(table(BOTH))
    text = printed(table(BOTH, departs=True))
    assert "total effect" in text and "+8.4" in text and "direct effect" in text
    assert "total effect" in printed(table(BOTH[1:]))


def test_total_effects_depart_by_more_than_chance_replicate_by_replicate():
    """Noise that both modes share says nothing; two replicates that hardly agree prove little."""
    shared = np.array([0.0, 50.0, -30.0, 20.0, 10.0])
    apart = {"alike": [1.0, -1.0, 0.5, -0.5, 0.1], "apart": [5.0, 5.2, 4.8, 5.1, 4.9], "two": [1.0, 2.0]}
    rows = [
        ("World", name, mode, 0, i, 1000.0, shared[i] + (difference if mode == "reactive" else 0.0))
        for name, differences in apart.items()
        for i, difference in enumerate(differences)
        for mode in BOTH
    ]
    units = pd.DataFrame(rows, columns="area outcome mode draw replicate reference effect".split())
    assert departures(units) == {("World", "apart")}
    assert departures(units[units["replicate"] == 0]) == set()
    assert departures(units[units["mode"] == "scripted"]) == set()


def test_less_than_a_tenth_of_an_agent_has_no_number():
    assert "< 0.1 agents" in printed(table(("scripted",)).assign(agents=0.04))
    assert "+0.2 agents" in printed(table(("scripted",)).assign(agents=0.16))


def test_levels_have_no_sign_and_no_baseline():
    text = printed(table(("scripted",), math.nan))
    assert "without" not in text and "effect" not in text.lower() and "12.3       1.2" in text and "+" not in text


def test_shares_change_by_points_and_changes_from_nothing_have_no_per_cent():
    shares = table(("scripted",)).assign(outcome="international papers, %")
    assert printed(shares).splitlines()[4].endswith("points")
    assert printed(table(("scripted",), 0.0)).splitlines()[4].endswith("–")
    assert printed(table(("scripted",))).splitlines()[4].endswith("+1.23")


def test_notes_say_what_chance_is_and_where_agents_are_too_few():
    cfg = load_config("+scenario=open", "scale=400")
    found = table(BOTH).assign(outcome="researchers, 2035", reference=39_000.0)
    assert notes.chance(found, cfg) == (
        "± is chance only (5 replicates, one standard error); `talent-circulation compare open` gives the range over "
        "assumptions."
    )
    assert "2 replicates say little" in notes.chance(found.assign(n=2), cfg)
    assert "One replicate" in notes.chance(found.assign(n=1), cfg)
    assert "compare" not in notes.chance(found, cfg.baseline())
    coarse, small = notes.agents(found, 400)
    assert "biased" in coarse and "Fewer than 100 agents" in small and "World" in small
    assert notes.agents(found, 100) == []
    assert notes.totals(found)[0].startswith("Total effects") and notes.totals(table(BOTH[:1])) == []
    assert notes.totals(found.assign(departs=True))[0].startswith("Elsewhere")


# --- from the frames ----------------------------------------------------------------------------------------
def frames_of(**place: list[float]) -> Frames:
    """A baseline and a scenario of one year in two places; a column has the values of AAA, BBB, then AAA, BBB."""
    n = 4
    rows = {name: np.zeros(n) for name in TABLES["place_year"].required} | {
        "year": np.full(n, 2020), "place": np.array(["AAA", "BBB"] * 2), "n_researchers": np.full(n, 1000.0),
        "papers_whole": np.full(n, 100.0), "papers_fractional": np.full(n, 90.0),
    }  # fmt: skip
    rows |= {name: np.array(values) for name, values in place.items()}
    world = {name: np.ones(2) for name in TABLES["world_year"].required} | {"year": np.full(2, 2020)}
    tables = {"place_year": rows, "world_year": world}

    def make(name: str) -> pa.Table:
        columns, size = tables[name], len(tables[name]["year"])
        runs = {"scenario": np.repeat(["baseline", "it"], size // 2), "mode": np.array(["scripted"] * size)}
        return pa.table({**columns, **runs, "draw": np.zeros(size, int), "replicate": np.zeros(size, int)})

    return in_memory(list(tables), make)


def effect_of(frames: Frames, area: str, outcome: str) -> pd.Series:
    areas = [Area("both", ("AAA", "BBB")), Area("one", ("AAA",))]
    table = effects(frames, Period(2020, 2020), areas, scale=100.0)
    return table[(table["area"] == area) & (table["outcome"] == outcome)].iloc[0]


def test_joint_top_papers_of_several_places_count_once():
    """Ten joint papers with half of the authors in either place: ten papers of the two, and ten of each."""
    frames = frames_of(
        top1_at_baseline_threshold=[10.0, 10.0, 20.0, 20.0],
        top1_fractional_at_baseline_threshold=[5.0, 5.0, 10.0, 10.0],
        papers_international=[20.0, 20.0, 20.0, 20.0],
        papers_international_fractional=[9.0, 9.0, 9.0, 9.0],
    )
    for area in ("both", "World"):
        row = effect_of(frames, area, "top-1 % papers a year")
        assert (row["reference"], row["mean"]) == (10.0, 10.0)
    assert effect_of(frames, "one", "top-1 % papers a year")["reference"] == 5.0
    assert effect_of(frames, "both", INTERNATIONAL)["reference"] == 10.0
    assert effect_of(frames, "one", INTERNATIONAL)["reference"] == 20.0


def test_protection_is_told_of_one_place_as_a_share_of_its_hazard():
    """Of four parts of hazard one is protected; of several places nothing is told, since their leaks do not add."""
    frames = frames_of(leaks_unprotected=[4.0, 4.0, 4.0, 4.0], leaks_theft=[3.0, 3.0, 2.0, 3.0])
    line = PROTECTED
    assert effect_of(frames, "one", line)[["reference", "mean"]].tolist() == [25.0, 25.0]
    assert line not in {row.text for row in lines_of(Area("both", ("AAA", "BBB")))}
    found = outcomes(frames, Period(2020, 2020), [Area("one", ("AAA",))])["outcome"]
    assert not found[found != line].str.contains(r"\bleaks\b").any(), "their number hangs on a made-up rate"


def test_money_that_nobody_spends_has_no_line():
    frames = frames_of(budget_pay_musd=[0.0, 0.0, 3.0, 0.0], budget_new_musd=[0.0, 0.0, 0.0, -2.0])
    table = effects(frames, Period(2020, 2020), [Area("one", ("AAA",)), Area("other", ("BBB",))], scale=100.0)
    money = table[table["outcome"].str.endswith("M$ a year") & ~table["outcome"].str.startswith("compliance")]
    told = {(row.area, row.outcome): row.mean for row in money.itertuples()}
    pay, new = "pay of recruits, M$ a year", "new money, M$ a year"
    assert told == {("one", pay): 3.0, ("other", new): -2.0}
    alone = effects(frames, Period(2020, 2020), [], scale=100.0)
    assert {pay, new} <= set(alone["outcome"]), "without an issuer they are told of the world"


def test_rounding_of_sums_is_no_effect():
    frames = frames_of(exposed_theft=[0.1, 0.2, 0.1 + 1e-16, 0.2 + 1e-16], papers_fractional=[3.0, 6.0, 3.0, 6.0])
    assert effect_of(frames, "both", "projects exposed to theft")["mean"] == 0.0
    small = frames_of(exposed_theft=[0.1, 0.2, 0.1, 0.2 + 1e-6])
    assert effect_of(small, "both", "projects exposed to theft")["mean"] > 0.0


def test_a_difference_within_the_precision_of_columns_is_none():
    """Without protection all ways of leakage make up what leaks unprotected, but for single precision."""
    frames = frames_of(leaks_unprotected=[4.0, 4.0, 4.0, 4.0], leaks_theft=[4.0 + 1e-6, 4.0, 4.0 - 1e-6, 3.9])
    found = outcomes(frames, Period(2020, 2020), [Area("one", ("AAA",))])
    assert found.loc[found["outcome"] == PROTECTED, "amount"].tolist() == [0.0, 0.0]


def test_security_that_nobody_touches_has_no_line_unless_it_changes():
    frames = frames_of(exposed_theft=[5.0] * 4, exposed_deception=[5.0, 5.0, 6.0, 5.0], new_cases=[0.1] * 4)
    told = [
        set(effects(frames, Period(2020, 2020), [Area("one", ("AAA",))], 100.0, protects)["outcome"])
        for protects in (False, True)
    ]
    assert told[1] - told[0] >= {"investigations a year", "projects exposed to theft"}
    assert "projects exposed to deception" in told[0], "this one changes"
    assert "investigations that find a tie" not in told[1], "none of none"


def test_offers_that_could_not_be_paid_are_told_by_the_worst_year():
    shares = frames_of(share_affordable=[1.0, 1.0, 0.486, 1.0])
    assert offers.lines(shares, Period(2020, 2020), {"AAA": "Aland"}) == [
        "Offers paid: Aland 49 % in 2020 (the year in which least was; the rest was cut, since grants keep "
        "params.money.floor)."
    ]
    assert offers.lines(frames_of(share_affordable=[1.0] * 4), Period(2020, 2020), {}) == []
    years = pd.MultiIndex.from_product([["AAA", "BBB"], [2019, 2020]])
    found = offers.shortest(pd.Series([0.9, 0.7, 0.5, 1.0], years))
    assert [(one.place, one.year, one.share) for one in found] == [("BBB", 2019, 0.5), ("AAA", 2020, 0.7)]


def test_what_has_no_price_is_named_in_plain_words_if_it_is_in_force():
    dated = {"visa_refusal": 2018, "programme_ban": 2022, "screening_refusal": 2018, "recruit_income": 2018}
    uses = [LeverUse(lever, {date(year, 1, 1): 0.1}, "x") for lever, year in dated.items()]
    uses.append(LeverUse("rhetoric", {date(2010, 1, 1): 1.0, date(2012, 1, 1): None}, "x"))
    assert unpriced(in_force(uses, 2018, 2021)) == ["visa refusals"]
    assert unpriced(in_force(uses, 2018, 2022)) == ["visa refusals", "bans on foreign talent programmes"]
    assert unpriced(in_force(uses, 2014, 2017)) == []


def test_effects_of_a_few_agents_are_told_in_agents(capsys: pytest.CaptureFixture[str]):
    """At one agent for 100 people, 200 researchers more are two agents, and one paper of one of them."""
    frames = frames_of(n_researchers=[1000.0, 1000.0, 1200.0, 1000.0], exposed_theft=[500.0, 500.0, 400.0, 500.0],
                       exposed_deception=[10.0, 10.0, 11.0, 10.0])  # fmt: skip
    assert effect_of(frames, "one", "researchers, 2020")["agents"] == 2.0
    assert effect_of(frames, "one", "projects exposed to theft")["agents"] == 1.0
    assert math.isnan(effect_of(frames, "one", "projects exposed to deception")["agents"])
    table = effects(frames, Period(2020, 2020), [Area("one", ("AAA",))], scale=100.0)
    show(table, "title")
    printed = capsys.readouterr().out
    assert "+2.0 agents" in printed
    assert notes.agents(table, 100)[0] == "Effects of fewer than 3 agents, or of their papers, are given in agents."
    show(effects(frames, Period(2020, 2020), [Area("one", ("AAA",))], scale=10.0), "title")
    assert "agents" not in capsys.readouterr().out
