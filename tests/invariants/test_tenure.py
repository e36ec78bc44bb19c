"""After 2017 permanent posts move utilities only as far as policy made them differ from the paired baseline."""

from __future__ import annotations

import numpy as np

from sim.phases.mobility import drift
from sim.phases.setting import YearContext
from sim.policy.channels import Channels
from tests import live

UNTIL = 2021


def next_year(run: live.Run) -> YearContext:
    """The year after the last one lived, without policy of its own."""
    world = run.world
    world.year += 1
    return world._context(Channels.neutral(world.setting.data.n_places, len(world.setting.institutions.place)))


def test_the_baselines_share_is_its_own_reference_though_it_drifts(state_2017: dict[str, np.ndarray]) -> None:
    run = live.resume(live.config(), state_2017).go(UNTIL)
    drift = run.world.macro.permanent_share - run.world.inputs.year(UNTIL).reference.permanent_share
    assert np.abs(drift).max() > 0.01
    assert not next_year(run).tenure.any()


def test_posts_that_a_policy_made_are_what_counts(state_2017: dict[str, np.ndarray]) -> None:
    baseline = live.resume(live.config(), state_2017).go(UNTIL + 1)
    cfg = live.with_lever(live.config(), "permanent_posts", live.end_of("permanent_posts"))
    run = live.resume(cfg, state_2017, baseline=baseline.world.macros).go(UNTIL)
    ctx, setting = next_year(run), run.world.setting
    usa = setting.data.iso3.index("USA")
    assert ctx.tenure[usa] > 0.03 and abs(np.median(np.delete(ctx.tenure, usa))) < 0.01
    early, _, late = drift(setting, ctx)[0][:, 0, usa]
    mobility = setting.params.mobility
    np.testing.assert_allclose(early - late, (mobility.post_early - mobility.post_late) * ctx.tenure[usa])
