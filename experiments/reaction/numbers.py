"""Every number of the experiment: rungs over the priors, who follows, what reactions change, how they feed back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.reaction.formula import Formula
from experiments.reaction.matrix import first_threats, largest, radii
from experiments.reaction.priors import corner, draws, slopes_times
from experiments.reaction.run import FACTORS, OFF
from experiments.reaction.runs import FIRST, Arrays, Runs, Table, rungs

EFFECT_YEARS = slice(2031 - FIRST, 2036 - FIRST)  # sums of 2031-35
POINTS = 100  # of the priors, at which the matrix is had by formula
TOP = 3  # rung
COUNTRY = "a country protects"  # any but the United States
CHINA_AT_US = "China restricts the United States"
LADDERS = ("protect", "restrict", "promote")


def all_numbers(runs: Runs) -> pd.DataFrame:
    """Every number of the experiment."""
    table = Table(runs)
    for part in (bands, slopes, ends, followers, effects, split, reactions):
        part(table)
    return table.frame()


def bands(table: Table) -> None:
    """Rungs by year over the priors, in the baseline, under a restriction, and what it adds."""
    runs = table.runs
    of = {arm: {d: rungs(runs, trace, arm) for d, trace in runs.drawn.items()} for arm in ("baseline", "restricts")}
    for outcome in rungs(runs, next(iter(runs.drawn.values())), "baseline"):
        for k in range(len(next(iter(of["baseline"].values()))[outcome])):
            for arm, found in of.items():
                table.add("bands", outcome, arm, {d: v[outcome][k] for d, v in found.items()}, "", FIRST + k)
            more = {d: v[outcome][k] - of["baseline"][d][outcome][k] for d, v in of["restricts"].items()}
            table.add("bands", outcome, "added", more, "", FIRST + k)


def slopes(table: Table) -> None:
    """Rungs of the last year, and what reactions add to the effect on papers, by multiple of all slopes."""
    runs = table.runs
    scripted = runs.of("scripted")
    for k, factor in enumerate(FACTORS):
        traces = runs.of(f"slopes_{k}")
        for arm in ("baseline", "restricts"):
            found = {r: rungs(runs, trace, arm) for r, trace in traces.items()}
            for outcome in next(iter(found.values())):
                table.add("slopes", outcome, f"{factor:g} {arm}", {r: v[outcome][-1] for r, v in found.items()}, "")
        both = {r: [rungs(runs, trace, arm) for arm in ("restricts", "baseline")] for r, trace in traces.items()}
        for outcome in ("mean rung of protect", "restrictions", "mean rung of promote"):
            more = {r: ours[outcome][-1] - usual[outcome][-1] for r, (ours, usual) in both.items()}
            table.add("slopes", outcome, f"{factor:g} added", more, "")
        for outcome, name, places in pairs(runs):
            added = {r: change(t, name, places) - change(scripted[r], name, places) for r, t in traces.items()}
            table.add("slopes", f"{outcome}, total minus direct", f"{factor:g}", added, "%")


def ends(table: Table) -> None:
    """Whether anything saturates or explodes, %: largest probability, places at the top, rungs below the baseline's."""
    runs, real = table.runs, np.flatnonzero(~table.runs.data.is_rest)

    def reached(trace: Arrays, arm: str) -> dict[str, float]:
        found = {"largest yearly probability of a step up": float(trace[f"{arm}.up"].max())}
        for name in ("protect", "promote"):
            held, usual = trace[f"{arm}.{name}"], trace[f"baseline.{name}"]
            found[f"places at the top of {name} in 2035"] = float((held[-1, real] == TOP).mean())
            found[f"place-years below the baseline, {name}"] = float((held < usual)[:, runs.others].mean())
        return {name: 100.0 * value for name, value in found.items()}

    for arm in ("baseline", "restricts"):
        each = {d: reached(trace, arm) for d, trace in runs.drawn.items()}
        for name in next(iter(each.values())):
            table.add("ends", name, arm, {d: found[name] for d, found in each.items()}, "%")


def followers(table: Table) -> None:
    """Chances of a first step by year, and what a condition adds, in draws that were run with it."""
    runs = table.runs
    for arm in ("baseline", "restricts"):
        for name, curve in chances(runs).items():
            _curve(table, name, arm, {d: curve(trace, arm) for d, trace in runs.drawn.items()})
        _curve(table, f"{COUNTRY}, as drawn", arm, {d: realised(runs, t, arm) for d, t in runs.drawn.items()})
    for name, curve in chances(runs).items():
        both = {d: (curve(t, "conditions"), curve(t, "restricts")) for d, t in runs.conditioned.items()}
        _curve(table, name, "with a condition", {d: with_it for d, (with_it, _) in both.items()})
        _curve(table, name, "added by a condition", {d: with_it - less for d, (with_it, less) in both.items()})


def chances(runs: Runs) -> dict[str, Callable[[Arrays, str], np.ndarray]]:
    """Chance of a first step [Y], %, from yearly probabilities; of allies the mean of the nine, and each."""

    def first(ladder: int, places: Sequence[int] | np.ndarray) -> Callable[[Arrays, str], np.ndarray]:
        def curve(trace: Arrays, arm: str) -> np.ndarray:
            stays = np.cumprod(1.0 - trace[f"{arm}.up"][:, ladder, places].astype(float), axis=0)
            found: np.ndarray = 100.0 * (1.0 - stays).mean(axis=1)
            return found

        return curve

    china = runs.codes["CHN"]

    def at_us(trace: Arrays, arm: str) -> np.ndarray:
        found: np.ndarray = 100.0 * (1.0 - np.cumprod(1.0 - trace[f"{arm}.at_us"][:, china].astype(float)))
        return found

    found = {
        "an ally protects": first(0, runs.allies),
        "an ally restricts": first(1, runs.allies),
        COUNTRY: first(0, runs.others),
        CHINA_AT_US: at_us,
    }
    return found | {f"{runs.data.names[place]} protects": first(0, [place]) for place in (*runs.allies, china)}


def realised(runs: Runs, trace: Arrays, arm: str) -> np.ndarray:
    """Share of countries that have taken a step of protection [Y], %, to check the chances against."""
    found: np.ndarray = 100.0 * (np.maximum.accumulate(trace[f"{arm}.protect"][:, runs.others]) > 0).mean(axis=1)
    return found


def _curve(table: Table, name: str, case: str, curves: Mapping[int, np.ndarray]) -> None:
    for k in range(len(next(iter(curves.values())))):
        table.add("followers", name, case, {d: curve[k] for d, curve in curves.items()}, "%", FIRST + k)


def groups(runs: Runs) -> dict[str, np.ndarray]:
    """Places whose papers and people are told."""
    us, china = runs.codes["USA"], runs.codes["CHN"]
    rest = np.setdiff1d(np.arange(len(runs.codes)), [us, china, *runs.allies])
    one = {"United States": np.array([us]), "China": np.array([china]), "nine allies": runs.allies}
    return one | {"all others": rest, "world": np.arange(len(runs.codes))}


def change(trace: Arrays, name: str, places: np.ndarray, prefix: str = "") -> float:
    """Restriction against baseline, % of the sum of 2031-35."""
    ours, usual = (trace[f"{prefix}{arm}.{name}"][EFFECT_YEARS][:, places].sum() for arm in ("restricts", "baseline"))
    return float(100.0 * (ours / usual - 1.0))


def pairs(runs: Runs) -> Iterator[tuple[str, str, np.ndarray]]:
    """Name of an outcome, its column, its places."""
    for who, places in groups(runs).items():
        for name in ("papers", "researchers"):
            yield f"{name}, {who}", name, places


def effects(table: Table) -> None:
    """Effects of the restriction if governments only carry out (direct) or react (total), and the difference."""
    runs = table.runs
    scripted = runs.of("scripted")
    for outcome, name, places in pairs(runs):
        direct = {r: change(trace, name, places) for r, trace in scripted.items()}
        total = {d: change(trace, name, places) for d, trace in runs.drawn.items()}
        table.add("effects", outcome, "direct", direct, "%")
        table.add("effects", outcome, "total", total, "%")
        added = {d: value - direct[runs.world(d)] for d, value in total.items()}
        table.add("effects", outcome, "total minus direct", added, "%")


def split(table: Table) -> None:
    """What one kind of reaction does: both arms with all kinds on and with one off, and the difference it makes."""
    runs = table.runs
    parts = {d: trace for d, trace in runs.of("split").items() if d in runs.drawn}
    at_us = chances(runs)[CHINA_AT_US]

    def levels(trace: Arrays, arm: str) -> dict[str, float]:
        found = {f"{name}, 2035": float(values[-1]) for name, values in rungs(runs, trace, arm).items()}
        people = 100.0 * float(trace[f"{arm}.available"][EFFECT_YEARS][:, runs.others].mean())
        china = float(at_us(trace, arm)[-1])
        return found | {f"{CHINA_AT_US}, 2035": china, "people available, 2031-35": people}

    def all_of(trace: Arrays, prefix: str = "") -> dict[str, float]:
        ours, usual = (levels(trace, f"{prefix}{arm}") for arm in ("restricts", "baseline"))
        papers = {o: change(trace, name, places, prefix) for o, name, places in pairs(runs)}
        return {name: ours[name] - usual[name] for name in ours} | papers

    whole = {d: all_of(runs.drawn[d]) for d in parts}
    for off in ("all", *OFF):
        of = {d: (runs.drawn[d], "") if off == "all" else (trace, f"{off}.") for d, trace in parts.items()}
        arms = {arm: {d: levels(t, p + arm) for d, (t, p) in of.items()} for arm in ("baseline", "restricts")}
        for outcome in next(iter(arms["baseline"].values())):
            for arm, found in arms.items():
                table.add("switched", outcome, f"{off}, {arm}", {d: v[outcome] for d, v in found.items()}, "")
            more = {d: v[outcome] - arms["baseline"][d][outcome] for d, v in arms["restricts"].items()}
            table.add("switched", outcome, f"{off}, added", more, "")
    for off in OFF:
        less = {d: all_of(trace, f"{off}.") for d, trace in parts.items()}
        for outcome in next(iter(whole.values())):
            found = {d: whole[d][outcome] - less[d][outcome] for d in parts}
            table.add("split", outcome, off.removeprefix("no "), found, "")


def reactions(table: Table) -> None:
    """The reaction matrix: measured, by formula, its spectral radius, and where in the priors it passes 1."""
    runs, scale = table.runs, int(table.runs.design["scale"])
    threats, names = first_threats(scale), runs.data.names
    files = {name: np.load(runs.folder / f"{name}.npz") for name in ("matrix", "corner")}
    places = files["matrix"]["places"].tolist()
    few, off = Formula(scale, places, threats), ~np.eye(len(places), dtype=bool)
    for name, values in {"matrix": {}, "corner": corner()}.items():
        measured, formula = files[name]["matrix"], few.matrix(values)
        where = "start" if name == "matrix" else name
        for k, ladder in enumerate(LADDERS):
            ours, theirs = measured[k, :, k, :][off], formula[k, :, k, :][off]
            if theirs.any():
                slope = float(ours @ theirs / (theirs @ theirs))
                table.exactly("matrix", f"measured over formula, {where}", ladder, slope, "")
        _radii(table, f"largest places, measured, {where}", [radii(measured)])
        _radii(table, f"largest places, by formula, {where}", [radii(formula)])
    for k, step in enumerate(LADDERS):
        for m, answer in enumerate(LADDERS):
            for i, a in enumerate(places):
                for j, b in enumerate(places):
                    steps = 100.0 * float(files["matrix"]["matrix"][k, i, m, j])
                    table.exactly(f"matrix, {step} to {answer}", names[a], names[b], steps, "steps per 100")
    drawn = [radii(found["matrix"]) for found in runs.of("radius").values()]
    _radii(table, "largest places, measured, over the priors", drawn)
    above = np.mean([found["all"] > 1.0 for found in drawn])
    table.exactly("radius", "draws above 1, largest places, measured", "all", 100.0 * float(above), "%")
    everybody = Formula(scale, largest(runs.data, len(runs.codes)), threats)
    for name, values in {"start": {}, "double slopes": slopes_times(2.0), "corner": corner()}.items():
        _radii(table, f"all places, by formula, {name}", [radii(everybody.matrix(values))])
    n_points = POINTS if len(runs.drawn) >= POINTS // 10 else len(runs.drawn)
    over = [radii(everybody.matrix(point)) for point in draws(n_points)]
    _radii(table, "all places, by formula, over the priors", over)
    above = np.mean([found["all"] > 1.0 for found in over])
    table.exactly("radius", "draws above 1, all places, by formula", "all", 100.0 * float(above), "%")


def _radii(table: Table, name: str, found: Sequence[Mapping[str, float]]) -> None:
    for ladder in found[0]:
        table.over("radius", name, ladder, [radius[ladder] for radius in found])
