"""Sensitivity indices of a sweep's design with the noise of replicates beside them.

Elementary effects (Morris 1991; Campolongo et al. 2007) and Sobol indices (Saltelli et al. 2010) come from SALib, of
the mean over replicates. Replicates of one point differ by chance only, and all points share the random numbers of
their replicate; so the noise of an index is measured by the same differences, replicate by replicate, that the index is
made of, and not by the spread of levels, which common random numbers cancel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.core.laws import Law

LEVEL = 0.90  # of the intervals of indices
RESAMPLES = 1000
STEP = 0.75  # share of the expected mean square step below which a design of Sobol indices hardly moves a parameter
ALPHA = 0.01  # chance with which a parameter without effect passes for one with


def problem_of(sample: Mapping[str, Any]) -> dict[str, Any]:
    """SALib's description of the unit cube of a design.

    Parameters
    ----------
    sample : as kept in the store's ``sweep.json``.
    """
    names = [item["name"] for item in sample["over"]]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def unit_of(draws: pd.DataFrame, sample: Mapping[str, Any]) -> np.ndarray:
    """Design in the unit cube [draws, parameters], from the values that were run.

    Morris's steps are told by coordinates that differ, so that its design is put back onto its grid exactly.
    """
    columns = []
    for item in sample["over"]:
        columns.append(Law(**item["law"]).unit(draws[item["name"]].to_numpy(dtype=float)))
    unit = np.column_stack(columns)
    if sample["method"] == "morris":
        steps = sample["levels"] - 1
        unit = np.round(unit * steps) / steps
    return unit


def elementary_effects(unit: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Elementary effects of every trajectory and replicate.

    Parameters
    ----------
    unit : [trajectories * (k + 1), k], Morris's design in the unit cube.
    values : [trajectories * (k + 1), replicates].

    Returns
    -------
    [trajectories, k, replicates], change of the value by change of the parameter over its whole range.
    """
    k = unit.shape[1]
    steps = np.diff(unit.reshape(-1, k + 1, k), axis=1)
    if (np.count_nonzero(steps, axis=2) != 1).any():
        raise ValueError("not a design of Morris: a step changes other than one parameter")
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[..., None], axis=2)[..., 0]
    change = np.diff(values.reshape(-1, k + 1, values.shape[1]), axis=1) / size[..., None]
    effects = np.empty_like(change)
    np.put_along_axis(effects, moved[..., None], change, axis=1)
    return effects


def morris_indices(
    problem: Mapping[str, Any], unit: np.ndarray, values: np.ndarray, levels: int = 4, pooled: bool = False
) -> pd.DataFrame:
    """Morris's indices, with what chance alone would make of them.

    Parameters
    ----------
    unit : [trajectories * (k + 1), k]; values : [trajectories * (k + 1), replicates].
    pooled : one measure of noise from all parameters instead of one each, which few trajectories know too little of.

    Returns
    -------
    One row a parameter: ``mu`` mean effect, ``mu_star`` mean absolute effect with its interval ``lo, hi`` (bootstrap
    over trajectories), ``sigma`` spread of effects (interactions and bends), ``noise`` the mu_star that a parameter
    without any effect would be expected to show by chance, ``p`` the probability of effects as large as these by chance
    (F test of mean squares, effects against differences between replicates), ``resolved`` p < `ALPHA`. Noise, p and
    resolved need two replicates.
    """
    from SALib.analyze import morris

    mean = values.mean(axis=1)
    found = morris.analyze(
        dict(problem), unit, mean, num_resamples=RESAMPLES, conf_level=LEVEL, num_levels=levels, seed=1
    )
    table = pd.DataFrame({"parameter": problem["names"], "mu": found["mu"], "mu_star": found["mu_star"]})
    reach = np.asarray(found["mu_star_conf"], dtype=float)
    table["lo"], table["hi"] = table["mu_star"] - reach, table["mu_star"] + reach
    table["sigma"] = np.asarray(found["sigma"], dtype=float)
    effects = elementary_effects(unit, values)
    trajectories, _, n = effects.shape
    noise = effects.var(axis=2, ddof=1).mean(axis=0) / n if n > 1 else np.full(len(table), np.nan)
    known = trajectories * (n - 1)
    if pooled:
        noise, known = np.full(len(table), noise.mean()), known * len(table)
    table["noise"] = np.sqrt(2.0 / np.pi * noise)
    table["p"] = _chance(np.mean(effects.mean(axis=2) ** 2, axis=0), noise, trajectories, known)
    table["resolved"] = table["p"] < ALPHA
    return table


def _chance(signal: np.ndarray, noise: np.ndarray, top: int, bottom: int) -> np.ndarray:
    """Upper tail of the F distribution; 1 where neither differs from zero, NaN without a measure of noise."""
    from scipy.stats import f

    if bottom == 0:
        return np.full(len(signal), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(signal > 0, f.sf(signal / noise, top, bottom), 1.0)


def saltelli_steps(unit: np.ndarray, second_order: bool = False) -> np.ndarray:
    """Mean square step of each parameter in Saltelli's design, over the 1/6 of independent uniform points [k].

    With few base samples, a pair of the Sobol sequence's columns can be nearly the same, so that the steps of one
    parameter are short, and its indices with them, which no bootstrap over base samples tells. Below `STEP` they are
    not to be used; a larger power of two mends it.

    Parameters
    ----------
    unit : [base samples * (k + 2), k] (2k + 2 with second order), the design in the unit cube.
    """
    k = unit.shape[1]
    blocks = unit.reshape(-1, (2 * k + 2) if second_order else (k + 2), k)
    return np.asarray(6.0 * ((blocks[:, 0] - blocks[:, -1]) ** 2).mean(axis=0))


def sobol_indices(problem: Mapping[str, Any], values: np.ndarray, second_order: bool = False) -> pd.DataFrame:
    """First-order and total Sobol indices, with what chance alone adds to them.

    Parameters
    ----------
    values : [base samples * (k + 2), replicates] of Saltelli's design (2k + 2 with second order). A replicate that not
        all base samples have (NaN) serves for the noise only.

    Returns
    -------
    One row a parameter: ``first, first_lo, first_hi, total, total_lo, total_hi`` (bootstrap over base samples),
    ``noise`` the total index that a parameter without any effect would show by chance, ``total_clean`` the total index
    less that, ``resolved`` whether the interval of the total index lies above the noise. Noise needs two replicates.
    """
    from SALib.analyze import sobol

    k, everywhere = len(problem["names"]), np.isfinite(values).all(axis=0)
    mean = values[:, everywhere].mean(axis=1)
    found: Mapping[str, Any] = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), np.zeros(k))
    if np.ptp(mean) > 0:  # otherwise there is no variance to share out
        found = sobol.analyze(
            dict(problem), mean, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=LEVEL, seed=1
        )
    table = pd.DataFrame({"parameter": problem["names"]})
    for name, short in (("first", "S1"), ("total", "ST")):
        index, reach = np.asarray(found[short], dtype=float), np.asarray(found[f"{short}_conf"], dtype=float)
        table[name], table[f"{name}_lo"], table[f"{name}_hi"] = index, index - reach, index + reach
    size = (2 * k + 2) if second_order else (k + 2)
    blocks = values.reshape(-1, size, values.shape[1])
    blocks = blocks[np.isfinite(blocks).all(axis=(1, 2))]
    ends = mean.reshape(-1, size)[:, [0, -1]]
    if values.shape[1] > 1 and len(blocks) and ends.var() > 0:
        steps = blocks[:, :1] - blocks[:, 1 : k + 1]  # [base samples, k, replicates], one parameter changed
        table["noise"] = 0.5 * steps.var(axis=2, ddof=1).mean(axis=0) / everywhere.sum() / ends.var()
    else:
        table["noise"] = np.nan
    table["total_clean"] = table["total"] - table["noise"]
    table["resolved"] = table["total_lo"] > table["noise"]
    return table


def noise_share(values: np.ndarray) -> float:
    """Share of the variance between points that the noise of their means makes up: what no parameter can explain.

    Parameters
    ----------
    values : [points, replicates]; NaN as for `sobol_indices`.
    """
    everywhere = np.isfinite(values).all(axis=0)
    between = float(values[:, everywhere].mean(axis=1).var(ddof=1))
    several = values[np.isfinite(values).all(axis=1)]
    if values.shape[1] < 2 or not len(several) or not between > 0:
        return float("nan")
    return float(several.var(axis=1, ddof=1).mean()) / int(everywhere.sum()) / between


def ranking(indices: Sequence[pd.DataFrame], by: str = "mu_star") -> pd.DataFrame:
    """Parameters by their largest share of an outcome's strongest index, over outcomes; unresolved ones count as 0.

    Parameters
    ----------
    indices : one table an outcome, with the columns parameter, `by` and resolved.

    Returns
    -------
    Columns parameter, score (0-1), largest first.
    """
    scores = [
        table.set_index("parameter")[by].where(table.set_index("parameter")["resolved"], 0.0) for table in indices
    ]
    shares = [score / score.max() for score in scores if score.max() > 0]
    if not shares:
        return pd.DataFrame({"parameter": indices[0]["parameter"], "score": 0.0})
    best = pd.concat(shares, axis=1).max(axis=1)
    return best.sort_values(ascending=False, kind="stable").rename("score").rename_axis("parameter").reset_index()
