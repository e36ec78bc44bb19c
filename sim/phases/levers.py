"""Phase 3, levers: policies imposed and decided become the channels of the year, and institutions respond to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.data.inputs import YearInputs
from sim.engines.compliance import Support, by_group, declined_support, three_year_mean
from sim.phases.budget import public_money
from sim.phases.setting import Setting
from sim.policy.channels import Channels
from sim.policy.schema import Decided
from sim.policy.timeline import Timeline


@dataclass(frozen=True)
class Levers:
    """What policy puts in force in a year.

    Attributes
    ----------
    channels : what engines read.
    support : federal support that thresholds look at, and what institutions declined.
    taken : [3, I], federal support taken this year and in the two before, million $.
    """

    channels: Channels
    support: Support
    taken: np.ndarray


def pull(
    setting: Setting, inputs: YearInputs, timeline: Timeline, year: int, decided: Sequence[Decided], taken: np.ndarray
) -> Levers:
    """Channels of the year, once institutions near a threshold have declined what keeps them under it.

    Parameters
    ----------
    decided : what governments decided themselves.
    taken : [3, I], federal support of the last three years, newest first.
    """
    inst = setting.institutions
    mean = three_year_mean(taken)
    channels = timeline.channels(year, decided, mean)
    offered = inst.federal_musd * channels.funding[inst.place]
    declined, share = np.zeros(offered.shape), setting.params.compliance.bunching
    if share > 0.0:
        declined = declined_support(offered, inst.place, timeline.thresholds(year, decided), share)
    if declined.any():
        lost = by_group(declined, inst.place, setting.data.n_places) / public_money(setting, inputs)
        channels = replace(channels, funding=channels.funding * (1.0 - lost))
    hours = setting.params.compliance.hour_share  # of screening: `terms.screening_time`
    channels = replace(
        channels,
        burden_place=np.minimum(hours * channels.burden_place, 1.0),
        burden_institution=np.minimum(hours * channels.burden_institution, 1.0),
    )
    return Levers(channels, Support(mean, declined), np.stack([offered - declined, *taken[:2]]))
