"""A timeline that remembers the years before says of a year what a new one says."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
from policy_small_world import SmallWorld

from sim.policy.channels import Channels
from sim.policy.schema import Decided, LeverUse, Policy, Scope
from sim.policy.timeline import Timeline

USA, CHN, DEU, IND = range(4)
DATA = SmallWorld()
STEPS = 15
# Years before the policy, at its first strength and at its second; and factors on the money of institutions, that put
# them below the threshold and above it. One of both changes at a time.
ORDER = ((2019, 0.1), (2020, 0.1), (2020, 1.0), (2021, 1.0), (2021, 8.0), (2019, 8.0))
COVERED = Scope(institution_threshold_musd=50.0)
HELD = (
    Decided(USA, "disclosure", 0.4, COVERED),
    Decided(USA, "disclosure", 0.8, COVERED),
    Decided(DEU, "disclosure", 0.3),
    Decided(USA, "investigations", 0.002, Scope(origins=("CHN",))),
    Decided(USA, "investigations", 0.004, Scope(origins=("IND",))),
    Decided(USA, "enforcement_precision", 0.5, Scope(origins=("CHN",))),
    Decided(IND, "visa_refusal", 0.2, Scope(origins=("CHN",))),
    Decided(IND, "visa_refusal", 0.1),
    Decided(CHN, "talent_programme", 0.5),
)


def line() -> Timeline:
    """A policy that grows, beside which governments decide."""

    def grows(lever: str, first: float, then: float, scope: Scope) -> LeverUse:
        return LeverUse(lever, {date(2020, 1, 1): first, date(2021, 1, 1): then}, "assumption", scope)

    uses = {
        "disclosure": grows("disclosure", 0.5, 0.6, COVERED),
        "cases": grows("investigations", 0.003, 0.001, Scope(origins=("CHN",))),
        "refusal": grows("visa_refusal", 0.15, 0.05, Scope(origins=("CHN",))),
    }
    return Timeline({"p": Policy("Test", ("USA", "IND"), uses)}, DATA)  # type: ignore[arg-type]


def same(one: Channels, other: Channels) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Channels))


def test_what_was_decided_before_leaves_no_trace() -> None:
    rng, old = np.random.default_rng(7), line()
    money = np.asarray(DATA.institution_federal_musd, dtype=float)
    differ = 0
    before = line().channels(2019)
    for step in range(STEPS):
        decided = [item for item in HELD if rng.random() < 0.4]
        for year, times in ORDER[:: 1 - 2 * (step % 2)]:  # others decide in the same year, too
            new = line()
            found, expected = (timeline.channels(year, decided, times * money) for timeline in (old, new))
            assert same(found, expected), (year, decided)
            assert old.thresholds(year, decided) == new.thresholds(year, decided)
            differ += not same(found, before)
            before = found
    assert differ > STEPS, "years must differ, or nothing is tested"
