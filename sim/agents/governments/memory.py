"""What all governments remember, as arrays with a row a government, so that all of them look at once."""

from __future__ import annotations

import numpy as np

from sim.agents.governments.indicators import INDICATORS, baseline
from sim.agents.governments.rules import COST_PER_1000, COST_SHARE, N_RULES, PROMOTES
from sim.params import GovernmentParams

WATCH_FROM, STANDARD_FROM = 2005, 2008  # first look; years from which indicators are standardized
_CLIP = 3.0  # sd beyond which a signal counts no more (assumption)
_SAVED = ("strength", "pending", "effective", "history", "smoothed", "drift", "answered", "refused")


class Memory:
    """State of all governments.

    Attributes
    ----------
    strength : [P, L], strength in force of each lever of `RULES`.
    pending : [P, L], strength agreed and not yet in force, NaN if none.
    effective : [P, L], year in which the last agreed strength comes into force; 0 if none ever.
    history : [P, 2, years, K], raw and smoothed indicators from 2008 to the last year of data; NaN where not seen.
    smoothed, drift : [P, K], smoothed indicators now; how far targets have followed them since the data ended.
    answered : [P], year of the last answer to an ally's demand; refused : [P], 1 + the ally refused last, 0 if none.
    """

    def __init__(self, n_places: int, data_end: int) -> None:
        n, self._data_end = n_places, data_end
        self.strength = np.zeros((n, N_RULES))
        self.pending = np.full((n, N_RULES), np.nan)
        self.effective = np.zeros((n, N_RULES), dtype=np.int64)
        self.history = np.full((n, 2, data_end - STANDARD_FROM + 1, len(INDICATORS)), np.nan)
        self.smoothed = np.full((n, len(INDICATORS)), np.nan)
        self.drift = np.zeros((n, len(INDICATORS)))
        self.answered = np.zeros(n, dtype=np.int64)
        self.refused = np.zeros(n, dtype=np.int64)
        self._base: tuple[np.ndarray, np.ndarray] | None = None

    def watch(self, year: int, z: np.ndarray, params: GovernmentParams) -> None:
        """Take in the indicators [P, K] of one year (the one before the decision)."""
        first = np.isnan(self.smoothed)
        self.smoothed = np.where(first, z, (1.0 - params.smoothing) * self.smoothed + params.smoothing * z)
        if STANDARD_FROM <= year <= self._data_end:
            self.history[:, :, year - STANDARD_FROM] = np.stack([z, self.smoothed], axis=1)
        elif year > self._data_end:
            self.drift += params.adaptation * (self.smoothed - self.target)

    @property
    def informed(self) -> bool:
        """True if there is a history to compare with."""
        return bool(~np.isnan(self.history).all())

    @property
    def target(self) -> np.ndarray:
        """Level at the end of the data, to which the policy of then belongs, and what one got used to since [P, K].

        A fall that merely continues is a fall: targets do not run ahead on a trend, they follow at `adaptation`.
        """
        return self._baseline[0] + self.drift

    def deviations(self) -> np.ndarray:
        """Smoothed indicators less targets in sd of the place's own since 2008, within ±3 [P, K]."""
        return np.clip((self.smoothed - self.target) / self._baseline[1], -_CLIP, _CLIP)

    @property
    def _baseline(self) -> tuple[np.ndarray, np.ndarray]:
        """Level and sd [P, K]; asked for only when the base years are over."""
        if self._base is None:
            self._base = baseline(self.history)
        return self._base

    def enact(self, year: int) -> None:
        """What was agreed for this year comes into force."""
        ready = ~np.isnan(self.pending) & (self.effective <= year)
        self.strength[ready] = self.pending[ready]
        self.pending[ready] = np.nan

    def free(self, year: int, params: GovernmentParams) -> np.ndarray:
        """Levers with nothing pending that have rested long enough [P, L] bool."""
        return np.isnan(self.pending) & (year - self.effective >= params.wait_years)

    def affordable(self, researchers: np.ndarray, spending: np.ndarray, params: GovernmentParams) -> np.ndarray:
        """Share of the levers in force that the budget of their aim pays for, 0-1 [P, L]; less than 1 if it shrank.

        Parameters
        ----------
        researchers, spending : [P], persons and million $ of R&D spending of last year.
        """
        price = prices(researchers, spending)
        factor = np.ones_like(price)
        for aim, share in ((PROMOTES, params.promotion_budget), (~PROMOTES, params.security_budget)):
            spent = (price[:, aim] * self.strength[:, aim]).sum(axis=1)
            ratio = np.divide(share * spending, spent, out=np.ones_like(spent), where=spent > share * spending)
            factor[:, aim] = ratio[:, None]
        return factor

    def state(self) -> dict[str, np.ndarray]:
        """Everything that governments remember."""
        return {name: getattr(self, name).copy() for name in _SAVED}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take up what `state` returned."""
        for name in _SAVED:
            setattr(self, name, state[name].copy())
        self._base = None


def prices(researchers: np.ndarray, spending: np.ndarray) -> np.ndarray:
    """Yearly cost in million $ of one unit of strength of each lever [..., L]; arguments as in `Memory.affordable`."""
    return COST_SHARE * np.asarray(spending)[..., None] + COST_PER_1000 * np.asarray(researchers)[..., None] / 1000.0
