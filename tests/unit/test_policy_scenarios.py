"""The shipped scenarios: sources, dates, and what the evidence says they must look like."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim.config import Config, load_config
from sim.config_compose import config_root, options
from sim.data.tables import load_world_data
from sim.docs import levers as levers_page
from sim.docs import parameters as parameters_page
from sim.fields import FIELDS
from sim.policy.channels import KINDS
from sim.policy.timeline import Timeline

DOCS = Path(__file__).parent.parent.parent / "docs"
SCENARIOS = sorted(options("scenario", [config_root()]))
SOURCE = re.compile(r"\b[MPCFSU]\d{1,2}[ab]?\b|assumption")


def timeline(cfg: Config) -> Timeline:
    return Timeline.from_config(cfg, load_world_data(cfg.world))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_number_has_a_source_or_is_called_an_assumption(scenario: str) -> None:
    for policy in load_config(f"+scenario={scenario}").policies.values():
        for name, use in policy.levers.items():
            assert SOURCE.search(use.source), f"{policy.title}: {name}"


@pytest.mark.parametrize("world", ["full", "g20"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_exactly_neutral_before_the_first_date_and_every_lever_bites_after(scenario: str, world: str) -> None:
    line = timeline(load_config(f"+scenario={scenario}", f"world={world}"))
    assert line.first_date == 2018
    assert all(line.channels(year).is_neutral() for year in (1980, 2000, 2017))
    assert not line.channels(2018).is_neutral()
    assert line.levers_never_read() == []


def test_china_initiative_is_repealed_and_the_crackdown_stays() -> None:
    china_initiative, restrictive = (
        timeline(load_config(f"+scenario={s}")) for s in ("china_initiative", "restrictive")
    )
    assert not china_initiative.channels(2022).is_neutral()
    assert all(china_initiative.channels(year).is_neutral() for year in (2023, 2035))
    assert not restrictive.channels(2035).is_neutral()


def test_china_initiative_has_the_rate_and_precision_of_the_evidence() -> None:
    data = load_world_data()
    usa, chn = data.iso3.index("USA"), data.iso3.index("CHN")
    line = timeline(load_config("+scenario=china_initiative"))
    years = [line.channels(year) for year in range(2018, 2023)]
    cases = sum(channels.case_rate[usa, chn] for channels in years) * 32_000  # P16: exposed principal investigators
    assert 0.85 * 396 < cases < 1.15 * 396  # P14: 150, P16: 246
    assert all(0.2 <= channels.precision[usa, chn] <= 0.35 for channels in years)  # S3
    assert all(np.count_nonzero(channels.case_rate) == 1 for channels in years)


def test_proportionate_screens_two_to_six_percent_of_projects_and_leaves_open_basic_research_alone() -> None:
    data = load_world_data()
    channels = timeline(load_config("+scenario=proportionate")).channels(2025)
    shares = np.zeros((len(KINDS), len(FIELDS)))
    for f, entry in enumerate(FIELDS):
        basic, applied = entry.basic, 1 - entry.basic
        sensitive = (basic * entry.dual_use_basic, applied * entry.dual_use_applied)
        shares[:, f] = entry.share * np.array([basic - sensitive[0], applied - sensitive[1], *sensitive])
    usa = data.iso3.index("USA")
    assert shares.sum() == pytest.approx(1.0)
    assert 0.02 <= (shares * channels.screened[:, :, usa]).sum() <= 0.06  # S7
    assert not channels.screened[KINDS.index("open_basic")].any()
    assert not channels.friction[KINDS.index("open_basic")].any()
    assert channels.precision[usa, data.iso3.index("CHN")] >= 0.8


def test_open_refuses_nobody() -> None:
    channels = timeline(load_config("+scenario=open")).channels(2025)
    for name in ("entry_refused", "move_refused", "friction", "screened", "case_rate", "hostility", "dual_banned"):
        assert not getattr(channels, name).any()
    assert (channels.visa_open >= 0).all() and channels.visa_open.any()


@pytest.mark.parametrize(("name", "page"), [("parameters.md", parameters_page), ("levers.md", levers_page)])
def test_generated_documents_are_current(name: str, page: object) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == page(), "run python -m sim.docs"  # type: ignore[operator]


def test_scenario_with_every_lever_at_neutral_is_the_baseline() -> None:
    good = Path(__file__).parent.parent / "policy_yaml" / "good"
    cfg = load_config("+scenario=neutral", config_dir=str(good))
    line = timeline(cfg)
    assert cfg.policies
    assert line.first_date is None
    assert all(line.channels(year).is_neutral() for year in range(cfg.start, cfg.end + 1, 5))
