"""Priors of how governments react: the documented laws of `GovernmentParams`, drawn by a Latin hypercube."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np
from scipy.stats import qmc

from sim.assumptions.ranges import GOVERNMENT, assumptions
from sim.config.schema import Config
from sim.core.laws import Law
from sim.params import GovernmentParams

SEED = 2017  # of the Latin hypercube
RETALIATION = ("beta_received", "beta_received_protect")
FOLLOWING = ("beta_allies_protect", "beta_allies_restrict")
ALARM = ("beta_salience",)
COMPETITION = ("beta_account", "beta_recruiting", "beta_available")
SLOPES = tuple(f.name for f in fields(GovernmentParams) if f.name.startswith("beta_"))
LEVELS = (
    *("protect_level", "restrict_level", "promote_level", "down", "down_promote"),
    *("promote_rung", "promote_cap", "protect_cap"),
)
Values = Mapping[str, float]


def priors() -> dict[str, Law]:
    """Documented laws of slopes, levels and caps; other parameters of governments stay."""
    drawn = {item.key.removeprefix(GOVERNMENT): item.law for item in assumptions() if item.key.startswith(GOVERNMENT)}
    return {name: law for name, law in drawn.items() if name in (*SLOPES, *LEVELS)}


def draws(n: int, seed: int = SEED) -> list[Values]:
    """`n` points of a Latin hypercube over all priors."""
    laws = priors()
    points = qmc.LatinHypercube(len(laws), rng=seed).random(n)
    columns = {name: law.values(points[:, k]) for k, (name, law) in enumerate(laws.items())}
    return [{name: float(column[i]) for name, column in columns.items()} for i in range(n)]


def slopes_times(factor: float) -> Values:
    """All slopes at a multiple of their starting values."""
    start = GovernmentParams()
    return {name: factor * getattr(start, name) for name in SLOPES}


def corner() -> Values:
    """Where reactions are strongest: levels, slopes and caps at their 95 % quantile, steps down at their 5 %."""
    rare = ("down", "down_promote", "beta_cost")
    return {name: float(law.values(np.array(0.05 if name in rare else 0.95))) for name, law in priors().items()}


def without(values: Values, names: tuple[str, ...]) -> Values:
    """The same values with some slopes at 0."""
    return {**values, **dict.fromkeys(names, 0.0)}


def governed(cfg: Config, values: Values) -> Config:
    """The configuration with these parameters of governments."""
    return replace(cfg, params=replace(cfg.params, government=replace(cfg.params.government, **values)))
