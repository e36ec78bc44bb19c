"""Laws by which an unknown number is drawn: quantile functions of numbers in 0-1, and their inverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

LAWS = ("uniform", "log-uniform", "half-normal", "normal", "weight")
SCALED = ("half-normal", "normal")  # laws that have a scale, and bounds only as limits
WEIGHT_SCALE = 20.0  # of exponentials, of which one in 5e8 is larger
ALMOST_ONE = 1.0 - 1e-12
TAIL = 0.05  # left out at each end where a law without ends needs them
LEAST_WEIGHT = 0.05  # all weights at 0 have no meaning


@dataclass(frozen=True)
class Law:
    """Law of one unknown number.

    Weights are read over their sum. They are drawn as exponentials, so that their shares are from a flat Dirichlet
    distribution (Devroye 1986, ch. XI.4).

    Parameters
    ----------
    name : one of `LAWS`.
    lo, hi : ends of the range in the number's unit; for normal laws the limits that values are cut at.
    scale : standard deviation of a (half-)normal law around 0.
    """

    name: str
    lo: float
    hi: float
    scale: float = 1.0

    def values(self, unit: np.ndarray) -> np.ndarray:
        """Quantiles of numbers in 0-1, any shape; rounding does not carry them over the ends."""
        if self.name == "weight":
            values = -np.log1p(-unit * ALMOST_ONE) / WEIGHT_SCALE
        elif self.name == "log-uniform":
            values = np.exp(np.log(self.lo) + unit * (np.log(self.hi) - np.log(self.lo)))
        elif self.name == "half-normal":
            values = ndtri((1.0 + unit) / 2.0) * self.scale
        elif self.name == "normal":
            values = ndtri(unit) * self.scale
        else:
            values = self.lo + unit * (self.hi - self.lo)
        return np.asarray(np.clip(values, self.lo, self.hi))

    def unit(self, values: np.ndarray) -> np.ndarray:
        """Numbers in 0-1 of which `values` are the quantiles."""
        if self.name == "weight":
            unit = -np.expm1(-values * WEIGHT_SCALE) / ALMOST_ONE
        elif self.name == "log-uniform":
            unit = (np.log(values) - np.log(self.lo)) / (np.log(self.hi) - np.log(self.lo))
        elif self.name == "half-normal":
            unit = 2.0 * ndtr(values / self.scale) - 1.0
        elif self.name == "normal":
            unit = ndtr(values / self.scale)
        else:
            unit = (values - self.lo) / (self.hi - self.lo)
        return np.asarray(np.clip(unit, 0.0, 1.0))

    def between_ends(self) -> Law:
        """The law for designs that go from one end of a range to the other.

        Normal laws give the middle 90 % (half-normal ones the lower 95 %), weights 0.05 to 1; evenly spread.
        """
        if self.name == "weight":
            return Law("uniform", LEAST_WEIGHT, self.hi)
        if self.name in SCALED:
            lo = 0.0 if self.name == "half-normal" else TAIL
            ends = self.values(np.array([lo, 1.0 - TAIL]))
            return Law("uniform", float(ends[0]), float(ends[1]))
        return self

    @property
    def words(self) -> str:
        """The law for a reader."""
        if self.name == "weight":
            return "weight"
        if self.name in SCALED:
            return f"{self.name}, scale {self.scale:.3g}"
        span = f"{self.lo:.3g} to {self.hi:.3g}"
        return span if self.name == "uniform" else f"{span}, {self.name}"
