"""Common random numbers with frozen feedback: what a policy or a person does not touch stays as it is.

The world at large is read from the paired baseline; what is left are people who meet. Draws are keyed, so a
handful of differences at the start must not ripple through everyone, as they would if draws went by position.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from sim.core.columns import Columns
from sim.policy.levers import LEVERS
from tests import live
from tests.small import leave

FROZEN = "params.feedback=frozen"


@pytest.fixture(scope="module")
def frozen_baseline(state_2017: dict[str, np.ndarray]) -> live.Run:
    """Baseline from 2018 whose states of the world the frozen runs read; `at` holds its state by year."""
    run = live.resume(live.config(FROZEN), state_2017)
    run.at = {year: run.go(year).state() for year in (2018, 2019, 2020)}  # type: ignore[attr-defined]
    return run


def frozen(
    baseline: live.Run,
    state: dict[str, np.ndarray],
    until: int,
    lever: str = "",
    strength: float = 0.0,
    **scope: object,
) -> live.Run:
    cfg = live.config(FROZEN)
    if lever:
        cfg = live.with_lever(cfg, lever, strength, **scope)  # type: ignore[arg-type]
    return live.resume(cfg, state, baseline=baseline.world.macros).go(until)


def people(state: dict[str, np.ndarray]) -> dict[int, dict[str, object]]:
    """Everyone by uid: origin, place, permanent post, papers."""
    columns = Columns.from_state(state)
    names = ("origin", "place", "permanent", "papers", "moved_year")
    values = [columns.gather(name).tolist() for name in names]
    return {uid: dict(zip(names, row)) for uid, row in zip(columns.gather("uid").tolist(), zip(*values))}


def changed(one: dict[int, dict[str, object]], two: dict[int, dict[str, object]], name: str) -> set[int]:
    """Uids of people who are in both worlds and differ in one column."""
    return {uid for uid in one.keys() & two.keys() if one[uid][name] != two[uid][name]}


def test_the_world_at_large_is_the_baselines(frozen_baseline: live.Run, state_2017: dict[str, np.ndarray]) -> None:
    cfg = live.with_lever(live.config(), "research_funding", 0.5)
    loose = live.resume(cfg, state_2017, baseline=frozen_baseline.world.macros).go(2020)
    held = frozen(frozen_baseline, state_2017, 2020, "research_funding", 0.5)
    ours, theirs = held.world.macros[2020], frozen_baseline.world.macros[2020]
    for field in fields(ours):
        if field.name not in (
            "z1",
            "arrivals",
            "joint",
            "account",
        ):  # of the year itself: thresholds, moves, joint papers
            np.testing.assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name))
    assert not np.array_equal(loose.world.macros[2020].mass, theirs.mass), "not so with feedback on"


def test_without_policy_the_frozen_world_is_the_baseline(
    frozen_baseline: live.Run, state_2017: dict[str, np.ndarray]
) -> None:
    run = frozen(frozen_baseline, state_2017, 2020)
    assert not live.differences(run.state(), frozen_baseline.at[2020])  # type: ignore[attr-defined]


def test_visa_rules_of_one_place_divert_only_foreigners_and_few(
    frozen_baseline: live.Run, state_2017: dict[str, np.ndarray]
) -> None:
    before = people(frozen_baseline.at[2018])  # type: ignore[attr-defined]
    run = frozen(frozen_baseline, state_2017, 2018, "visa_refusal", 1.0, issuer=("NLD",))
    after, home = people(run.state()), run.world.setting.data.iso3.index("NLD")
    assert before.keys() == after.keys(), "nobody is born, deleted or dismissed by it"
    diverted = changed(before, after, "place")
    assert diverted
    assert all(before[uid]["origin"] != home for uid in diverted)
    came = [u for u, person in before.items() if person["place"] == home and person["moved_year"] == 2018]
    entered = sum(person["place"] == home for uid, person in before.items() if uid >> 36 & 0xFFF == 118)
    assert len(diverted) <= len(came) + entered + 5
    # those who now write elsewhere, and those who would have written with them
    assert len(changed(before, after, "papers")) <= 20 * len(diverted)


OFTEN = ("partner_ban", "research_funding", "permanent_posts")
RARE = dict.fromkeys(("alliance_condition", "prestige_chairs", "talent_programme"), "GBR")  # under one agent there
RARE["programme_ban"] = "FRA"

HALF = {"visa_openness": 1.0}  # at its bound the odds of choosing the place grow sevenfold, and many people move


@pytest.mark.parametrize(
    "lever", [pytest.param(lever, marks=() if lever in OFTEN else pytest.mark.full) for lever in sorted(LEVERS)]
)
def test_a_policy_of_a_small_place_leaves_the_rest_of_the_world_as_it_was(
    lever: str, frozen_baseline: live.Run, state_2017: dict[str, np.ndarray]
) -> None:
    """Two years on, at most one person in twenty elsewhere has other papers, and one in a hundred another place."""
    before = people(frozen_baseline.at[2019])  # type: ignore[attr-defined]
    issuer = RARE.get(lever, "CHE")
    strength = HALF.get(lever, live.end_of(lever))
    run = frozen(frozen_baseline, state_2017, 2019, lever, strength, issuer=(issuer,))
    after, home = people(run.state()), run.world.setting.data.iso3.index(issuer)
    elsewhere = {uid for uid, person in before.items() if person["place"] != home}
    assert live.differences(run.state(), frozen_baseline.at[2019]), "the policy does something"  # type: ignore[attr-defined]
    assert len(changed(before, after, "place") & elsewhere) <= 0.01 * len(elsewhere)
    assert len(changed(before, after, "papers") & elsewhere) <= 0.05 * len(elsewhere)


def test_one_researcher_less_changes_only_those_who_would_have_met_them(
    frozen_baseline: live.Run, state_2017: dict[str, np.ndarray]
) -> None:
    before = people(frozen_baseline.at[2018])  # type: ignore[attr-defined]
    columns = Columns.from_state(state_2017)
    usual = papers = 0
    for f in range(3):
        fewer = Columns.from_state(state_2017)
        row = int(columns.blocks[f].alive()[40])
        uid = int(columns.blocks[f].uid[row])
        leave(fewer.blocks[f], np.array([row]))
        state = {name: array.copy() for name, array in (state_2017 | fewer.state()).items()}
        after = people(frozen(frozen_baseline, state, 2018).state())
        assert before.keys() ^ after.keys() <= {uid}
        papers += int(before[uid]["papers"])  # type: ignore[call-overload]
        usual += len(changed(before, after, "papers")) + len(changed(before, after, "place"))
    # a paper has some six authors: who led it, who comes instead, whom a lead asks who had remembered the person
    assert 0 < usual <= 3 * papers, f"{usual} people changed papers or places for three who had {papers} papers"
