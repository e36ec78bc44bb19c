"""The printed table says what the frames say."""

from __future__ import annotations

import io
import math
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from rich.console import Console

from sim.analysis import offers
from sim.analysis.summary import PROTECTED, Area, Period, areas_of, effects, lines_of, outcomes, period_of
from sim.analysis.text import decimals, error, number
from sim.cli.run import not_costed
from sim.cli.table import show
from sim.policy.schema import LeverUse, Policy, Scope
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


def test_areas_are_issuers_and_the_places_policies_name():
    def use(**scope: Any) -> LeverUse:
        return LeverUse("visa_refusal", {date(2018, 1, 1): 0.1}, "x", Scope(**scope))

    levers = {"a": use(origins=("CHN",)), "b": use(partners=("RUS", "G7")), "c": use()}
    cfg: Any = SimpleNamespace(policies={"p": Policy("P", ("G7",), levers)})
    members = {"G7": ("USA", "JPN"), "CHN": ("CHN",), "RUS": ("RUS",)}
    assert areas_of(cfg, members) == [Area("Issuer: G7", ("USA", "JPN")), Area("Affected: CHN, RUS", ("CHN", "RUS"))]


def test_a_policy_of_all_places_makes_no_area_of_them_all():
    use = LeverUse("visa_refusal", {date(2018, 1, 1): 0.1}, "x", Scope(origins=("CHN",)))
    cfg: Any = SimpleNamespace(
        policies={"p": Policy("P", ("ALL",), {"a": use}), "q": Policy("Q", ("USA",), {"a": use})}
    )
    members = {"ALL": ("USA", "JPN", "CHN"), "USA": ("USA",), "CHN": ("CHN",)}
    assert areas_of(cfg, members, {"USA": "United States"}) == [
        Area("Issuer: United States", ("USA",)),
        Area("Affected: CHN", ("CHN",)),
    ]


def table(modes: tuple[str, ...], reference: float = 1000.0) -> pd.DataFrame:
    rows = [("World", "papers a year", "open", mode, reference, 12.3, 1.2, 9.0, 15.0, 5, math.nan) for mode in modes]
    return pd.DataFrame(rows, columns="area outcome scenario mode reference mean se lo hi n agents".split())


def printed(frame: pd.DataFrame, width: int) -> str:
    out = io.StringIO()
    show(frame, "Title", ["a note"], Console(file=out, width=width, force_terminal=True, color_system=None))
    return out.getvalue()


def test_both_modes_side_by_side_or_one_below_the_other():
    wide, narrow = (printed(table(("scripted", "reactive")), width) for width in (150, 80))
    assert wide.count("Title") == 1 and narrow.count("Title") == 2
    for text in (wide, narrow):
        assert text.count("+12.3 ± 1.2") == 2 and "+9.0 … +15.0" in text and "a note" in text
        assert all(len(line) <= 150 for line in text.splitlines())


def test_levels_have_no_sign_and_no_baseline():
    text = printed(table(("scripted",), math.nan), 150)
    assert "baseline" not in text and "effect" not in text.lower() and "12.3 ± 1.2" in text and "+" not in text


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
    for area, outcome in (("both", "top-1 % papers a year (fractional)"), ("World", "top-1 % papers a year")):
        row = effect_of(frames, area, outcome)
        assert (row["reference"], row["mean"]) == (10.0, 10.0)
    assert effect_of(frames, "one", "top-1 % papers a year, whole counts")["reference"] == 10.0
    assert effect_of(frames, "both", "international share of papers, % (fractional)")["reference"] == 10.0
    assert effect_of(frames, "one", "international share of papers, %")["reference"] == 20.0


def test_protection_is_told_of_one_place_as_a_share_of_its_hazard():
    """Of four parts of hazard one is protected; of several places nothing is told, since their leaks do not add."""
    frames = frames_of(leaks_unprotected=[4.0, 4.0, 4.0, 4.0], leaks_theft=[3.0, 3.0, 2.0, 3.0])
    line = PROTECTED
    assert effect_of(frames, "one", line)[["reference", "mean"]].tolist() == [25.0, 25.0]
    assert line not in {row.text for row in lines_of(Area("both", ("AAA", "BBB")))}
    found = outcomes(frames, Period(2020, 2020), [Area("one", ("AAA",))])["outcome"]
    assert not found.str.contains(r"\bleaks\b").any()


def test_money_that_nobody_spends_has_no_line():
    frames = frames_of(budget_pay_musd=[0.0, 0.0, 3.0, 0.0], budget_new_musd=[0.0, 0.0, 0.0, -2.0])
    table = effects(frames, Period(2020, 2020), [Area("one", ("AAA",)), Area("other", ("BBB",))], scale=100.0)
    money = table[table["outcome"].str.endswith("M$ a year") & ~table["outcome"].str.startswith("compliance")]
    told = {(row.area, row.outcome): row.mean for row in money.itertuples()}
    pay, new = "pay of recruits, M$ a year", "new money, M$ a year"
    assert told == {("World", pay): 3.0, ("World", new): -2.0, ("one", pay): 3.0, ("other", new): -2.0}


def test_rounding_of_sums_is_no_effect():
    frames = frames_of(exposed_theft=[0.1, 0.2, 0.1 + 1e-16, 0.2 + 1e-16], papers_fractional=[3.0, 6.0, 3.0, 6.0])
    assert effect_of(frames, "both", "sensitive projects exposed a year, theft")["mean"] == 0.0
    small = frames_of(exposed_theft=[0.1, 0.2, 0.1, 0.2 + 1e-6])
    assert effect_of(small, "both", "sensitive projects exposed a year, theft")["mean"] > 0.0


def test_a_difference_within_the_precision_of_columns_is_none():
    """Without protection all ways of leakage make up what leaks unprotected, but for single precision."""
    frames = frames_of(leaks_unprotected=[4.0, 4.0, 4.0, 4.0], leaks_theft=[4.0 + 1e-6, 4.0, 4.0 - 1e-6, 3.9])
    row = effect_of(frames, "one", PROTECTED)
    assert (row["reference"], row["mean"]) == (0.0, 0.0)


def test_security_that_nobody_touches_has_no_line_unless_it_changes():
    frames = frames_of(exposed_theft=[5.0, 5.0, 5.0, 5.0], exposed_deception=[5.0, 5.0, 6.0, 5.0])
    told = [
        set(effects(frames, Period(2020, 2020), [Area("one", ("AAA",))], 100.0, protects)["outcome"])
        for protects in (False, True)
    ]
    assert told[1] - told[0] >= {"investigations a year", "sensitive projects exposed a year, theft"}
    assert "sensitive projects exposed a year, deception" in told[0], "this one changes"


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
    cfg: Any = SimpleNamespace(uses=uses)
    assert not_costed(cfg, Period(2018, 2021)) == ["Not modelled: the cost of visa refusals."]
    later = not_costed(cfg, Period(2018, 2022))
    assert later == ["Not modelled: the cost of visa refusals, bans on foreign talent programmes."]
    assert not_costed(cfg, Period(2014, 2017)) == []


def test_effects_of_a_few_agents_are_told_in_agents(capsys: pytest.CaptureFixture[str]):
    """At one agent for 100 people, 200 researchers more are two agents, and one paper of one of them."""
    frames = frames_of(n_researchers=[1000.0, 1000.0, 1200.0, 1000.0], exposed_theft=[500.0, 500.0, 400.0, 500.0],
                       exposed_deception=[10.0, 10.0, 11.0, 10.0])  # fmt: skip
    assert effect_of(frames, "one", "researchers, 2020")["agents"] == 2.0
    assert effect_of(frames, "one", "sensitive projects exposed a year, theft")["agents"] == 1.0
    assert math.isnan(effect_of(frames, "one", "sensitive projects exposed a year, deception")["agents"])
    table = effects(frames, Period(2020, 2020), [Area("one", ("AAA",))], scale=100.0)
    show(table, "title")
    printed = capsys.readouterr().out
    assert "+2.0 agents" in printed and "fewer than 3 agents" in printed
    show(effects(frames, Period(2020, 2020), [Area("one", ("AAA",))], scale=10.0), "title")
    assert "agents" not in capsys.readouterr().out
