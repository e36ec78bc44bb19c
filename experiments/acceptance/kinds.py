"""What an experiment with a known answer is: bars, mutations, and how it is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from experiments.acceptance.pooled import Numbers, Sums
from experiments.acceptance.worlds import Changes


@dataclass(frozen=True)
class Bar:
    """A number that must lie between two bounds."""

    outcome: str
    lo: float
    hi: float

    def met(self, value: float) -> bool:
        """True if a value lies between the bounds."""
        return self.lo <= value <= self.hi

    @property
    def words(self) -> str:
        """For the page."""
        if self.lo == self.hi:
            return f"{self.lo:g}"
        if self.hi == inf:
            return f"≥ {self.lo:g}"
        return f"< {self.hi:g}" if self.lo == -inf else f"{self.lo:g} … {self.hi:g}"


@dataclass(frozen=True)
class Mutation:
    """A mechanism taken out, and the outcomes of which at least one must then leave its bars."""

    name: str
    changes: Changes
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    collect : counts of one replicate (scale, replicate, what is changed); numbers : of counts added up.
    bars : what must come out; what has no bar is printed.
    scale, replicates : of its test, at which the bars are met with the fixed seeds; page_scale : of the page.
    label : *input*, *fitted*, *emergent* or *assumed*.
    misses : outcomes that are known to miss their bars; the page says so, and tests ask for the others.
    """

    name: str
    what: str
    file: str
    collect: Callable[[int, int, Changes], Sums]
    numbers: Numbers
    bars: tuple[Bar, ...]
    mutations: tuple[Mutation, ...]
    label: str
    source: str
    scale: int
    replicates: int
    page_scale: int = 100
    misses: tuple[str, ...] = ()
