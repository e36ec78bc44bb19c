"""After the data permanent posts move utilities only as far as policy made them differ from the paired baseline."""

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


def test_the_baseline_is_its_own_reference_though_its_posts_drift(
    state_2017: dict[str, np.ndarray], history: live.Run
) -> None:
    run = live.resume(live.config(), state_2017).go(UNTIL)
    assert np.abs(run.world.macro.permanent_share - history.world.macro.permanent_share).max() > 0.01
    ctx = next_year(run)
    assert ctx.paired is ctx.macro
    assert not any(utility.any() for utility in drift(run.world.setting, ctx))


def test_posts_that_a_policy_made_are_what_counts(state_2017: dict[str, np.ndarray]) -> None:
    baseline = live.resume(live.config(), state_2017).go(UNTIL + 1)
    cfg = live.with_lever(live.config(), "permanent_posts", live.end_of("permanent_posts"))
    run = live.resume(cfg, state_2017, baseline=baseline.world.macros).go(UNTIL)
    ctx, setting = next_year(run), run.world.setting
    usa = setting.data.iso3.index("USA")
    posts = ctx.macro.permanent_share - ctx.paired.permanent_share
    assert posts[usa] > 0.03 and abs(np.median(np.delete(posts, usa))) < 0.01
    early, _, late = drift(setting, ctx)[0][:, 0, usa]
    mobility = setting.params.mobility
    np.testing.assert_allclose(early - late, (mobility.post_early - mobility.post_late) * posts[usa])
