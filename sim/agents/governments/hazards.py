"""Yearly probabilities of a step on each ladder, from signals (ODD 7.11)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.agents.governments.signals import NAMES, UNITS, Signals
from sim.params import GovernmentParams

MOST = np.log(10.0)  # signals move a hazard by at most this factor, up or down
NEAR = 0.05  # weight of a place that has done nothing, in the choice of whom to restrict, in shares of joint work


class Hazards(NamedTuple):
    """Probabilities of a step [3, P], ladders in the order protect, restrict, promote, and what presses on each.

    Attributes
    ----------
    up, down : 0-1; their sum is at most 1.
    pressure, easing : [3, P, 8], log hazard ratio of a step up and of one down by signal, as `signals.NAMES`.
    """

    up: np.ndarray
    down: np.ndarray
    pressure: np.ndarray
    easing: np.ndarray


def coefficients(params: GovernmentParams) -> np.ndarray:
    """Log hazard ratio of one unit of each signal for a step up [3, 8]."""
    p = params
    both = p.beta_allies_restrict, p.beta_salience
    ladders = (
        (p.beta_received_protect, p.beta_allies_protect, *both, -p.beta_cost, 0, 0, 0),
        (p.beta_received, 0, *both, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, -p.beta_account, p.beta_recruiting, p.beta_available),
    )  # fmt: skip
    return np.array(ladders, float)


def hazards(signals: Signals, may_rise: np.ndarray, may_fall: np.ndarray, params: GovernmentParams) -> Hazards:
    """Probabilities of steps.

    ``1 - exp(-h)``, ``h = level * exp(sum of coefficient * signal, within a factor of ten)``. Only conditions of
    allies press for protection by `beta_allies_restrict`, not restrictions of others.

    Parameters
    ----------
    may_rise, may_fall : [3, P] bool, there is a rung to go to and nothing is pending.
    """
    seen = np.stack([getattr(signals, name) / unit for name, unit in UNITS.items()], axis=1)  # [P, 8]
    for_protect = seen.copy()
    for_protect[:, 2] = signals.demanded / UNITS["allies_restrict"]
    pressure = coefficients(params)[:, None, :] * np.stack([for_protect, seen, seen])
    level = np.array([params.protect_level, params.restrict_level, params.promote_level])[:, None]
    up = level * np.exp(np.clip(pressure.sum(axis=2), -MOST, MOST))
    easing = np.zeros_like(pressure)
    easing[0, :, NAMES.index("cost")] = params.beta_cost * signals.cost
    easing[0, :, NAMES.index("salience")] = -params.beta_salience * signals.salience
    level = np.array([params.down, params.down, params.down_promote])[:, None]
    down = level * np.exp(np.clip(easing.sum(axis=2), -MOST, MOST))
    rise, fall = (np.where(may, -np.expm1(-h), 0.0) for may, h in ((may_rise, up), (may_fall, down)))
    total = np.maximum(rise + fall, 1.0)
    return Hazards(rise / total, fall / total, pressure, easing)


def target_weights(signals: Signals, threat: np.ndarray, params: GovernmentParams) -> np.ndarray:
    """Weights [p, b] of whom p restricts, the least of whom it gives up first: threat, and what b and allies do.

    With coefficients of 0 it goes by threat alone, so that paired worlds choose alike.
    """
    pull = NEAR + params.beta_received * signals.restricted_by + params.beta_allies_restrict * signals.allies_against
    found: np.ndarray = threat * np.maximum(pull, 0.0)
    return found
