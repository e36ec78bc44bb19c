"""Rungs of the three ladders: what others see of a place, and what its government holds itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from sim.policy.rungs import Rungs

N_RUNGS = 3  # of protect and of promote; restrict has one step a target
SCREENS = 3  # rung of protect that screens by the issuer's list
PROTECT, RESTRICT, PROMOTE = range(3)


class Packages(NamedTuple):
    """Shares of packages, 0-1, 0 if not held: protect, promote [P, 3]; restrict [a, b]."""

    protect: np.ndarray
    restrict: np.ndarray
    promote: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Packages:
        """Nothing is held."""
        shape = n_places, N_RUNGS
        return cls(np.zeros(shape), np.zeros((n_places, n_places)), np.zeros(shape))

    @property
    def rungs(self) -> Rungs:
        """How high they reach."""
        protect, promote = ((part > 0.0).sum(axis=1) for part in (self.protect, self.promote))
        return Rungs(protect, self.restrict > 0.0, promote)

    def beyond(self, imposed: Rungs) -> Packages:
        """Without what lies at or below rungs that policies impose, which has no effect while they do."""
        protect, promote = (np.arange(N_RUNGS) < rung[:, None] for rung in (imposed.protect, imposed.promote))
        return Packages(
            np.where(protect, 0.0, self.protect),
            np.where(imposed.restrict, 0.0, self.restrict),
            np.where(promote, 0.0, self.promote),
        )

    def copy(self) -> Packages:
        """The same numbers in arrays of their own."""
        return Packages(*(part.copy() for part in self))


@dataclass
class Standing:
    """What governments hold and have agreed.

    Attributes
    ----------
    agreed, in_force : packages.
    due : [3, P], year in which what a ladder agreed last comes into force; 0 if nothing ever was.
    risen : [2, P], year of the last step up of protect and promote; risen_restrict : [a, b], likewise.
    cases : [P], public cases per 10,000 tied since 2018, halving in `salience_half_life`.
    cost : [P], cost of rules in 2017, % of output.
    answered : [P], 1 + the ally whose demand was answered last, 0 if none.
    """

    agreed: Packages
    in_force: Packages
    due: np.ndarray
    risen: np.ndarray
    risen_restrict: np.ndarray
    cases: np.ndarray
    cost: np.ndarray
    answered: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Standing:
        """Governments of 2017."""
        n, years = n_places, np.int64
        return cls(
            Packages.none(n), Packages.none(n), np.zeros((3, n), years), np.zeros((2, n), years),
            np.zeros((n, n), years), np.zeros(n), np.zeros(n), np.zeros(n, years),
        )  # fmt: skip

    def enact(self, year: int) -> None:
        """What was agreed for this year comes into force."""
        ready = self.due == year
        for ladder, (held, agreed) in enumerate(zip(self.in_force, self.agreed)):
            held[ready[ladder]] = agreed[ready[ladder]]

    def state(self) -> dict[str, np.ndarray]:
        """Everything, as flat arrays."""
        found: dict[str, np.ndarray] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            parts = value._asdict() if isinstance(value, Packages) else {"": value}
            found |= {f"{f.name}.{name}".rstrip("."): part.copy() for name, part in parts.items()}
        return found

    @classmethod
    def of(cls, state: dict[str, np.ndarray]) -> Standing:
        """What `state` returned."""
        kept = {name: array.copy() for name, array in state.items()}
        nested = {
            name: Packages(*(kept.pop(f"{name}.{part}") for part in Packages._fields))
            for name in ("agreed", "in_force")
        }
        return cls(**nested, **kept)  # type: ignore[arg-type]


def share_that_fits(spent: np.ndarray, cost: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Share 0-1 of a further cost that fits under a cap [P], all mean yearly money of ten years; 1 where it is free."""
    fits = np.divide(cap - spent, cost, out=np.ones_like(cost), where=cost > 0.0)
    found: np.ndarray = np.clip(fits, 0.0, 1.0)
    return found
