"""Numbers of the repeal: losses year by year, how long they last, and what of them is rule and what is fear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, clear
from experiments.common.store import OpenStore, amounts, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.pairs import LEVEL, RUN, Estimate, estimate

ISSUER, ORIGIN, LAST = "USA", "CHN", 2021  # last year in force
AXES = {
    "policies.enforcement.levers.by_risk.values.2018-11-01": "by_risk",
    "params.security.fear_decay": "decay",
    "params.security.fear_spill": "spill",
    "params.security.chi": "chi",
    "params.collaboration.fear_exposure_other": "others",
}
CASE = ("scenario", *AXES.values())
FEAR = ("fear", "fear of others")
OUTCOMES = (*FEAR, "entrants", "joint papers", "researchers", "papers")
RESAMPLES, SMOOTH = 500, 3


@dataclass(frozen=True)
class Course:
    """One outcome of one draw.

    Attributes
    ----------
    years : [y]; effect, base : [replicates, y], scenario less baseline, and baseline.
    """

    years: np.ndarray
    effect: np.ndarray
    base: np.ndarray


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``."""
    found = Numbers(CASE)
    courses = dict(read(opened))
    for case, by_outcome in courses.items():
        named = dict(zip(CASE, case))
        rule = _without_fear(courses, named)
        for outcome, course in by_outcome.items():
            _course(found, named, outcome, course)
            if named["chi"] and outcome in rule and outcome not in FEAR:
                fears = course.effect.sum(axis=1) - rule[outcome].effect.sum(axis=1)
                share = quotient(100 * fears, course.effect.sum(axis=1))
                found.add(named, f"{outcome}, fear's share", "% of all years' loss", share)
    return found.frame()


def _without_fear(courses: Mapping[tuple, Mapping[str, Course]], case: Mapping[str, object]) -> Mapping[str, Course]:
    """The same rules when cases frighten nobody, so that how fear fades and spills over does not matter."""
    for key, found in courses.items():
        other = dict(zip(CASE, key))
        if other["chi"] == 0 and all(other[name] == case[name] for name in ("scenario", "by_risk")):
            return found
    return {}


def read(opened: OpenStore) -> Iterator[tuple[tuple, Mapping[str, Course]]]:
    """Courses of all outcomes by case."""
    frames, keys = opened.frames, [*RUN, "year"]
    here = [("place", "==", ISSUER)]
    place = frames.read("place_year", [*keys, "fear_target_mean", "n_researchers", "papers_fractional"], here)
    place["fear_target_mean"] = 100 * place["fear_target_mean"].fillna(0.0)
    entry = frames.read("entry_year", [*keys, "new_entrants"], [*here, ("origin", "==", ORIGIN)])
    joint = frames.read("copub_year", [*keys, "papers_whole"], [("place_a", "==", ORIGIN), ("place_b", "==", ISSUER)])
    sources = {
        "fear": (place, "fear_target_mean"),
        "fear of others": (_fear_of_others(opened), "fear"),
        "entrants": (entry, "new_entrants"),
        "joint papers": (joint, "papers_whole"),
        "researchers": (place, "n_researchers"),
        "papers": (place, "papers_fractional"),
    }
    rows = {
        name: with_axes(effects(frame, [value], ["year"]), frames).rename(
            columns={value: "effect", f"base_{value}": "base", **AXES}
        )
        for name, (frame, value) in sources.items()
    }
    years = sorted(place["year"].unique())
    for case, _ in rows["fear"].groupby(list(CASE), sort=False):
        yield case, {name: _course_of(frame, case, years) for name, frame in rows.items()}


def _fear_of_others(opened: OpenStore) -> pd.DataFrame:
    """Mean fear of the issuer's researchers of all origins but the named one, by run and year, %."""
    keys = [*RUN, "year"]
    wanted = [("place", "==", ISSUER), ("kind", "==", "origin")]
    rows = opened.frames.read("constituency_year", [*keys, "member", "n_researchers", "fear_mean"], wanted)
    rows = amounts(rows[rows["member"] != ORIGIN], ["n_researchers", "fear_mean"])
    rows["fear"] = 100 * rows["fear_mean"].fillna(0.0) * rows["n_researchers"]
    sums = rows.groupby(keys)[["fear", "n_researchers"]].sum()
    return (sums["fear"] / sums["n_researchers"]).rename("fear").reset_index()


def _course_of(rows: pd.DataFrame, case: tuple, years: Sequence[int]) -> Course:
    part = rows[(rows[list(CASE)] == list(case)).all(axis=1)]
    tables = [
        part.pivot(index="replicate", columns="year", values=name).reindex(columns=list(years), fill_value=0.0)
        for name in ("effect", "base")
    ]
    return Course(tables[0].columns.to_numpy(), *(table.to_numpy(dtype=float) for table in tables))


def _course(found: Numbers, case: Mapping[str, object], outcome: str, course: Course) -> None:
    """Yearly changes, how much of the loss comes after the repeal, and how long it lasts."""
    for year, effect, base in zip(course.years, course.effect.T, course.base.T):
        if outcome in FEAR:
            found.add(case, f"{outcome}, {year}", "% of people", estimate(effect))
        else:
            found.add(case, f"{outcome}, {year}", "% of baseline", quotient(100 * effect, base))
    loss = course.effect if outcome in FEAR else -course.effect
    later = quotient(100 * loss[:, course.years > LAST].sum(axis=1), loss.sum(axis=1))
    found.add(case, f"{outcome}, after the repeal", "% of all years' loss", later)
    half, peak = lasting(loss, course.years)
    found.add(case, f"{outcome}, half made up", "years after the repeal", half)
    found.add(case, f"{outcome}, largest loss", "years after the repeal", peak)


def lasting(loss: np.ndarray, years: np.ndarray) -> tuple[Estimate, Estimate]:
    """Years from the repeal until half of the largest loss is made up, and until the loss is largest.

    The mean over replicates, smoothed over three years, is followed from the last year in force on. The band holds the
    means of 90 % of resamples of the replicates; infinite where half is not made up by the last year. Without a value
    where the largest loss is not clear of zero.

    Parameters
    ----------
    loss : [replicates, y], positive where something is lost; years : [y].
    """
    nan = float("nan")
    nothing = Estimate(nan, nan, nan, nan, len(loss))
    smooth = np.apply_along_axis(_smoothed, 1, loss)[:, years >= LAST]
    after = years[years >= LAST] - LAST
    found = estimate(smooth[:, int(smooth.mean(axis=0).argmax())])
    if found.mean <= 0 or not clear(found):
        return nothing, nothing
    rng = np.random.default_rng(LAST)
    picks = rng.integers(0, len(loss), (RESAMPLES, len(loss))) if len(loss) > 1 else np.zeros((1, 1), int)
    drawn = np.array([_half_and_peak(smooth[pick].mean(axis=0), after) for pick in picks])
    point = _half_and_peak(smooth.mean(axis=0), after)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    lo, hi = np.quantile(drawn, tails, axis=0, method="nearest")
    half, peak = (Estimate(point[k], float("nan"), float(lo[k]), float(hi[k]), len(loss)) for k in (0, 1))
    return half, peak


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Mean of each value and its neighbours."""
    weight = np.convolve(np.ones(len(values)), np.ones(SMOOTH), mode="same")
    return np.convolve(values, np.ones(SMOOTH), mode="same") / weight


def _half_and_peak(loss: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """Years until half of the largest loss is made up (between years by a straight line), and until it is largest."""
    worst = int(loss.argmax())
    level = loss[worst] / 2
    if level <= 0:
        return 0.0, float(after[worst])  # a resample that loses nothing has nothing to make up
    for i in range(worst + 1, len(loss)):
        if loss[i] <= level:
            share = (loss[i - 1] - level) / (loss[i - 1] - loss[i])
            return float(after[i - 1] + share), float(after[worst])
    return float("inf"), float(after[worst])
