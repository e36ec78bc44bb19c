"""Protection is towards somebody, and a place's account of leaks closes, every leak in the bucket it belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.analysis.leak_account import ABSENCE, COUNTED, leak_account
from sim.core.axes import BASELINE
from tests import live

AIMED = [("project_screening", "partners"), ("outflow_restriction", "destinations"), ("investigations", "origins")]
PREVENTED, LOST = COUNTED


@pytest.mark.parametrize(("lever", "scope"), AIMED)
def test_what_is_aimed_at_a_harmless_place_prevents_no_leak_towards_a_threat(
    lever: str, scope: str, state_2017: dict[str, np.ndarray]
) -> None:
    """Japan is no threat to the United States, China is; counted for what the United States know."""

    def protected(place: str) -> float:
        cfg = live.with_lever(live.config(), lever, live.end_of(lever), **{scope: (place,)})
        run = live.resume(cfg, state_2017).go(2022)
        threat, iso3 = run.world.setting.threat, list(run.world.setting.data.iso3)
        usa, table = iso3.index("USA"), run.table("place_year")
        assert (threat[usa, iso3.index(place)] > 0.0) == (place == "CHN")
        return float(table["share_protected"][table["place"] == usa].max())

    assert protected("JPN") == 0.0 < protected("CHN")


# --- the account --------------------------------------------------------------------------------------------
FROZEN = (
    "params.feedback=frozen", "effects.cybersecurity.time=0", "params.collaboration.refill=0",
    "params.security.dual_rate=0.1", "params.security.dual_end=0",  # or so small a world has none in the few threats
)  # fmt: skip
UNTIL = 2021
G20 = ("USA", "DEU", "GBR", "FRA", "JPN", "KOR", "CAN", "AUS", "ITA", "IND", "CHN", "BRA", "TUR", "MEX", "ZAF")


def frame(run: live.Run, scenario: str, places: tuple[str, ...]) -> pd.DataFrame:
    """Table `exposure_year` of a run as a command leaves it, of some places."""
    table = pd.DataFrame(run.table("exposure_year"))
    table = table[table["place"].isin([run.world.setting.data.iso3.index(place) for place in places])]
    return table.assign(scenario=scenario, mode="scripted", draw=0, replicate=0)


@pytest.fixture(scope="module")
def baseline_frozen(state_2017: dict[str, np.ndarray]) -> live.Run:
    return live.resume(live.config(*FROZEN), state_2017).go(UNTIL)


@pytest.fixture
def account(baseline_frozen: live.Run, state_2017: dict[str, np.ndarray]):  # type: ignore[no-untyped-def]
    """The three parts of fewer leaks under one lever at full strength, each added up over the places asked for."""

    def look(lever: str, places: tuple[str, ...] = ("USA",), **scope: object) -> dict[str, float]:
        cfg = live.with_lever(live.config(*FROZEN), lever, live.end_of(lever), **scope)  # type: ignore[arg-type]
        run = live.resume(cfg, state_2017, baseline=baseline_frozen.world.macros).go(UNTIL)
        found = leak_account(pd.concat([frame(baseline_frozen, BASELINE, places), frame(run, "it", places)]))
        assert found["reference"].isna().tolist() == [name == ABSENCE for name in found["value"]]
        parts = found.groupby("value")["mean"].sum().to_dict()
        fewer = parts.pop("leaks_fewer")
        assert fewer == pytest.approx(sum(parts.values())) and fewer > 0.0
        return parts

    return look


def test_cybersecurity_prevents_and_sends_nobody_away(account) -> None:  # type: ignore[no-untyped-def]
    parts = account("cybersecurity")
    assert parts[PREVENTED] > 0.0 and parts[LOST] == parts[ABSENCE] == 0.0


def test_people_refused_at_the_border_and_affiliations_ended_are_absent(account) -> None:  # type: ignore[no-untyped-def]
    refused = account("visa_refusal", origins=("CHN",))
    for parts in (refused, account("programme_ban", G20, issuer=("G20",))):
        assert parts[ABSENCE] > 0.0 and parts[PREVENTED] == parts[LOST] == 0.0


def test_refused_partners_are_lost_activity_and_absence(account) -> None:  # type: ignore[no-untyped-def]
    """Absence: ties that are active no more, third places, and own members of papers that were not completed."""
    parts = account("partner_ban", sensitivity=("sensitive",))
    assert parts[PREVENTED] == 0.0 and parts[LOST] > 0.0 and parts[ABSENCE] > 0.0
