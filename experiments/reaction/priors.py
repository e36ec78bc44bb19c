"""Priors of how governments react: read from the texts of `GovernmentParams`, drawn by a Latin hypercube."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, fields, replace

import numpy as np
from scipy.stats import halfnorm, norm, qmc

from sim.config.schema import Config
from sim.params import GovernmentParams

SEED = 2017  # of the Latin hypercube
NUMBER = r"(\d+(?:\.\d+)?)"
RETALIATION = ("beta_received", "beta_received_protect")
FOLLOWING = ("beta_allies_protect", "beta_allies_restrict")
ALARM = ("beta_salience",)
COMPETITION = ("beta_account", "beta_recruiting", "beta_available")
SLOPES = tuple(f.name for f in fields(GovernmentParams) if f.name.startswith("beta_"))
Quantile = Callable[[np.ndarray], np.ndarray]
Values = Mapping[str, float]


def priors() -> dict[str, Quantile]:
    """Quantile functions by parameter: half-normal or normal slopes, log-uniform levels and caps; others stay."""
    found = {f.name: _prior(f) for f in fields(GovernmentParams)}
    return {name: quantile for name, quantile in found.items() if quantile is not None}


def _prior(field: Field[float]) -> Quantile | None:
    text, lo, hi = (field.metadata[name] for name in ("source", "lo", "hi"))
    slope = re.search(rf"(half-)?normal, {NUMBER}", text)
    if slope:
        law = (halfnorm if slope[1] else norm)(scale=float(slope[2]))
        return lambda u: np.clip(law.ppf(u), lo, hi)
    ends = re.search(rf"{NUMBER}-{NUMBER}", text)
    if ends:
        low, high = float(ends[1]), float(ends[2])
        return lambda u: low * (high / low) ** u
    return None


def draws(n: int, seed: int = SEED) -> list[Values]:
    """`n` points of a Latin hypercube over all priors."""
    laws = priors()
    points = qmc.LatinHypercube(len(laws), rng=seed).random(n)
    columns = {name: law(points[:, k]) for k, (name, law) in enumerate(laws.items())}
    return [{name: float(column[i]) for name, column in columns.items()} for i in range(n)]


def slopes_times(factor: float) -> Values:
    """All slopes at a multiple of their starting values."""
    start = GovernmentParams()
    return {name: factor * getattr(start, name) for name in SLOPES}


def corner() -> Values:
    """Where reactions are strongest: levels, slopes and caps at their 95 % quantile, steps down at their 5 %."""
    rare = ("down", "down_promote", "beta_cost")
    return {name: float(law(np.array(0.05 if name in rare else 0.95))) for name, law in priors().items()}


def without(values: Values, names: tuple[str, ...]) -> Values:
    """The same values with some slopes at 0."""
    return {**values, **dict.fromkeys(names, 0.0)}


def governed(cfg: Config, values: Values) -> Config:
    """The configuration with these parameters of governments."""
    return replace(cfg, params=replace(cfg.params, government=replace(cfg.params.government, **values)))
