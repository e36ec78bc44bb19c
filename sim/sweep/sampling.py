"""Sample matrices over continuous parameters, by the libraries of the field."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.assumptions.nested import nested_lhs
from sim.core.laws import Law
from sim.core.read import ConfigError

METHODS = ("nested", "lhs", "sobol", "saltelli", "morris")


@dataclass(frozen=True)
class Range:
    """Law of one column of the matrix; `keys` are the configuration keys that its value is set on."""

    name: str
    keys: tuple[str, ...]
    law: Law


@dataclass(frozen=True)
class Sample:
    """A sample matrix.

    Attributes
    ----------
    method : ``nested`` Latin hypercube that more points refine (`sim.assumptions.nested`); ``lhs`` Latin hypercube
        (McKay et al. 1979) and ``sobol`` scrambled Sobol points (Owen 1998), both by `scipy.stats.qmc`;
        ``saltelli`` the design of Sobol indices (Saltelli et al. 2010) and ``morris`` that of
        elementary effects (Morris 1991; optimised trajectories are not used), both by SALib.
    n : points, base samples (saltelli) or trajectories (morris).
    levels : grid levels of Morris's design.
    second_order : Saltelli's design with second-order indices.
    """

    method: str
    n: int
    seed: int
    over: tuple[Range, ...]
    levels: int = 4
    second_order: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.over)

    def problem(self) -> dict[str, Any]:
        """SALib's description of the unit cube that the analysis of a design needs."""
        return {"num_vars": len(self.over), "names": list(self.names), "bounds": [[0.0, 1.0]] * len(self.over)}

    def unit(self) -> np.ndarray:
        """Matrix [draws, parameters] in the unit cube."""
        d = len(self.over)
        if self.method == "nested":
            return nested_lhs(self.n, d, self.seed)
        if self.method in ("lhs", "sobol"):
            from scipy.stats import qmc

            if self.method == "lhs":
                return qmc.LatinHypercube(d, rng=np.random.default_rng(self.seed)).random(self.n)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # n need not be a power of two
                return qmc.Sobol(d, rng=np.random.default_rng(self.seed)).random(self.n)
        return self._by_salib()

    def matrix(self) -> np.ndarray:
        """Matrix [draws, parameters] in the parameters' units."""
        unit = self.unit()
        return np.column_stack([item.law.values(unit[:, j]) for j, item in enumerate(self.over)])

    def _by_salib(self) -> np.ndarray:
        try:
            from SALib.sample import morris
            from SALib.sample import sobol as saltelli
        except ImportError:
            text = f"sample.method: {self.method} needs SALib; pip install '.[sweep]' in the clone"
            raise ConfigError([text]) from None
        seed = self.seed + 1  # SALib takes 0 for no seed at all
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            if self.method == "morris":
                return np.asarray(morris.sample(self.problem(), self.n, num_levels=self.levels, seed=seed))
            values = saltelli.sample(self.problem(), self.n, calc_second_order=self.second_order, seed=seed)
        return np.asarray(values)
