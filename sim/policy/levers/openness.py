"""Lever that opens knowledge: papers and data of the issuer within everybody's reach, at the cost of time."""

from __future__ import annotations

import numpy as np

from sim.policy.channels import Channels
from sim.policy.levers.base import Context, Effect, Effects, Lever, left_over


def _open_access(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
    """Axes [destination, issuer], as in `outflow_restriction`, whose opposite it is; depositing takes time."""
    channels.openness *= 1.0 + s
    time = s.max(axis=0) / OPENNESS[0].hi * effects["time"]
    channels.burden_place[:] = left_over(channels.burden_place, time)


OPENNESS: tuple[Lever, ...] = (
    Lever(
        name="open_access",
        aim="promote",
        unit="relative change of what others can reach",
        lo=0.0,
        hi=0.5,
        combine="compound",
        axes="da",
        channels=("openness", "burden_place"),
        apply=_open_access,
        meaning="The issuer opens its papers and data to the named destinations, which can then use more of its "
        "knowledge.",
        source="P28 (knowledge flows answer to barriers, sign); strength an assumption",
        effects=(Effect("time", 0.002, 0.0, 0.05, "share of research time", "assumption", "depositing: 4 h a year"),),
    ),
)
