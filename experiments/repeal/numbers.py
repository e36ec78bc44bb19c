"""Numbers of the repeal: losses year by year, how long they last, and what of them is rule and what is fear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, clear
from experiments.common.store import OpenStore, effects, with_axes
from sim.analysis.balance.inputs import quotient
from sim.analysis.pairs import LEVEL, RUN, Estimate, estimate

ISSUER, ORIGIN, LAST = "USA", "CHN", 2021  # last year in force
SECURITY = "params.security."
CASE = ("scenario", "precision", "decay", "spill", "chi")
YEARS_LEFT = (2023, 2026, 2030, 2035, 2050)
OUTCOMES = ("fear", "entrants", "joint papers", "researchers", "papers")
RESAMPLES, SMOOTH = 500, 3
DRAWN = (0.2, 0.06)  # decay and spill-over at which rule and fear are kept year by year, for the figure


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

    def in_year(self, year: int) -> tuple[np.ndarray, np.ndarray]:
        """Effect and baseline of one year [replicates]."""
        i = int(np.searchsorted(self.years, year))
        return self.effect[:, i], self.base[:, i]


def numbers_of(opened: OpenStore) -> pd.DataFrame:
    """All lines of ``numbers.csv``."""
    found = Numbers(CASE)
    courses = dict(read(opened))
    for case, by_outcome in courses.items():
        named = dict(zip(CASE, case))
        rule = courses.get(without_fear(case, list(courses)))
        for outcome, course in by_outcome.items():
            _course(found, named, outcome, course)
            if rule is not None and named["chi"] != 0:
                _rule_and_fear(found, named, outcome, course, rule[outcome])
    return found.frame()


def without_fear(case: tuple, cases: list[tuple]) -> tuple:
    """Case of the same scenario and precision in which cases frighten nobody, () if there is none."""
    return next((other for other in cases if other[:2] == case[:2] and other[4] == 0), ())


def read(opened: OpenStore) -> Iterator[tuple[tuple, Mapping[str, Course]]]:
    """Courses of all outcomes by case."""
    frames, keys = opened.frames, [*RUN, "year"]
    place = frames.read(
        "place_year",
        [*keys, "place", "fear_target_mean", "n_researchers", "papers_fractional"],
        [("place", "==", ISSUER)],
    )
    entry = frames.read(
        "entry_year", [*keys, "place", "origin", "new_entrants"], [("place", "==", ISSUER), ("origin", "==", ORIGIN)]
    )
    joint = frames.read("copub_year", [*keys, "place_a", "place_b", "papers_whole"], [("place_a", "==", ORIGIN)])
    joint = joint[joint["place_b"] == ISSUER]
    place["fear_target_mean"] = 100 * place["fear_target_mean"].fillna(0.0)
    sources = {
        "fear": (place, "fear_target_mean"),
        "entrants": (entry, "new_entrants"),
        "joint papers": (joint, "papers_whole"),
        "researchers": (place, "n_researchers"),
        "papers": (place, "papers_fractional"),
    }
    rows = {
        name: _named(with_axes(effects(frame, [value], ["year"]), frames)).rename(
            columns={value: "effect", f"base_{value}": "base"}
        )
        for name, (frame, value) in sources.items()
    }
    years = sorted(place["year"].unique())
    for case, _ in rows["fear"].groupby(list(CASE), sort=False):
        yield case, {name: _course_of(frame, case, years) for name, frame in rows.items()}


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={f"{SECURITY}fear_decay": "decay", f"{SECURITY}fear_spill": "spill"}).rename(
        columns={f"{SECURITY}chi": "chi"}
    )


def _course_of(rows: pd.DataFrame, case: tuple, years: Sequence[int]) -> Course:
    part = rows[(rows[list(CASE)] == list(case)).all(axis=1)]
    tables = [
        part.pivot(index="replicate", columns="year", values=name).reindex(columns=list(years), fill_value=0.0)
        for name in ("effect", "base")
    ]
    return Course(tables[0].columns.to_numpy(), *(table.to_numpy(dtype=float) for table in tables))


def _course(found: Numbers, case: Mapping[str, object], outcome: str, course: Course) -> None:
    """Yearly changes, what is left of the loss, and how long it lasts."""
    at_repeal, _ = course.in_year(LAST)
    for year in course.years:
        effect, base = course.in_year(year)
        if outcome == "fear":
            found.add(case, f"{outcome}, {year}", "% of people", estimate(effect))
        else:
            found.add(case, f"{outcome}, {year}", "% of baseline", quotient(100 * effect, base))
        if year in YEARS_LEFT:
            found.add(case, f"{outcome}, left in {year}", "% of 2021", quotient(100 * effect, at_repeal))
    loss = course.effect if outcome == "fear" else -course.effect
    after = course.years > LAST
    total = loss.sum(axis=1)
    later = quotient(100 * loss[:, after].sum(1), total)
    found.add(case, f"{outcome}, after the repeal", "% of all years' loss", later)
    half, peak = lasting(loss, course.years)
    found.add(case, f"{outcome}, half made up", "years after the repeal", half)
    found.add(case, f"{outcome}, largest loss", "years after the repeal", peak)


def _rule_and_fear(found: Numbers, case: Mapping[str, object], outcome: str, both: Course, rule: Course) -> None:
    """What the rules do by themselves and what fear adds, year by year; fear's share of the loss of all years."""
    if outcome == "fear" or both.effect.shape != rule.effect.shape:
        return
    adds = both.effect - rule.effect
    drawn = (case["decay"], case["spill"]) == DRAWN
    for i, year in enumerate(both.years if drawn else ()):
        base = both.base[:, i]
        found.add(case, f"{outcome}, rules alone, {year}", "% of baseline", quotient(100 * rule.effect[:, i], base))
        found.add(case, f"{outcome}, fear adds, {year}", "% of baseline", quotient(100 * adds[:, i], base))
    total = both.effect.sum(axis=1)
    found.add(case, f"{outcome}, fear's share", "% of all years' loss", quotient(100 * adds.sum(axis=1), total))


def lasting(loss: np.ndarray, years: np.ndarray) -> tuple[Estimate, Estimate]:
    """Years from the repeal until half of the largest loss is made up, and until the loss is largest.

    The mean over replicates, smoothed over three years, is followed from the last year in force on. The band holds the
    means of 90 % of resamples of the replicates; infinite where half is not made up by the last year. Without a value
    where the largest loss is not clear of zero.

    Parameters
    ----------
    loss : [replicates, y], positive where something is lost; years : [y].
    """
    nothing = Estimate(*[float("nan")] * 4, len(loss))
    smooth = np.apply_along_axis(_smoothed, 1, loss)[:, years >= LAST]
    after = years[years >= LAST] - LAST
    worst = int(smooth.mean(axis=0).argmax())
    found = estimate(smooth[:, worst])
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
