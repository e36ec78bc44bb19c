"""Common random numbers at work: how little a policy of one place moves those it does not touch.

``python benchmarks/coupling.py [--scale 100] [--replicates 8] [--place NZL] [--out coupling.md]``

One place pulls one lever from the year after the base year on, with scripted governments; ten years later the
scenario is compared with its baseline:

- share of untouched researchers (in research in both runs, never seen in the treated place) with the same place
  and the same number of papers that year, against the share that two different replicates agree by chance;
- standard error of the scenario's effect on an untouched place, with the same replicates in both arms (paired) and
  with different ones (unpaired: the two-sample formula), and the median of their ratio over all untouched places.

Both are measured with feedback frozen (the world at large is the baseline's) and on. Every replicate has its own
history, which both arms share.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim import World, load_config
from sim.config import Config
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Policy, Scope
from sim.world import BASE_YEAR

YEARS = 10
MEASURES = ("papers_whole", "n_researchers")
POLICIES = {"research_funding": 0.5, "visa_refusal": 0.5}  # lever and strength


@dataclass
class Arm:
    """What one run leaves: everybody of the last year, who was ever in the treated place, and the last year's table.

    Attributes
    ----------
    uid, place, papers : [people], sorted by uid.
    touched : uids seen in the treated place at the end of the base year or of any later one.
    table : measure to [places], in real units.
    world : the run, whose macro states a frozen scenario reads.
    """

    uid: np.ndarray
    place: np.ndarray
    papers: np.ndarray
    touched: np.ndarray
    table: dict[str, np.ndarray]
    world: World


class Same(NamedTuple):
    """Shares of untouched researchers that are alike in two runs."""

    place: float
    papers: float
    both: float


@dataclass
class Arms:
    """Baseline and scenario, one run a replicate."""

    baseline: list[Arm]
    scenario: list[Arm]


def with_policy(cfg: Config, lever: str, strength: float, place: str) -> Config:
    """The configuration with one lever pulled by one place from the year after the base year on."""
    values: dict[date, float | None] = {date(BASE_YEAR + 1, 1, 1): strength}
    use = LeverUse(lever=lever, values=values, source="benchmark", scope=Scope())
    policy = Policy(title=lever, issuer=(place,), levers={lever: use})
    return replace(cfg, scenario=lever, policies={lever: policy})


def run_arm(world: World, treated: int) -> Arm:
    """Live through `YEARS` years from the base year and note who was ever in the treated place."""
    uid, place = world.columns.gather("uid"), world.columns.gather("place")
    touched = set(uid[place == treated].tolist())
    table: dict[str, np.ndarray] = {}
    for result in world.run(BASE_YEAR + YEARS):
        uid, place = world.columns.gather("uid"), world.columns.gather("place")
        touched.update(uid[place == treated].tolist())
        table = result.tables["place_year"]
    uid, place, papers = (world.columns.gather(name) for name in ("uid", "place", "papers"))
    order = np.argsort(uid)
    kept = {name: np.asarray(table[name], dtype=float) for name in MEASURES}
    return Arm(uid[order], place[order], papers[order], np.array(sorted(touched), np.uint64), kept, world)


def run_arms(cfg: Config, histories: list[Mapping], lever: str, strength: float, place: str) -> Arms:
    """Baseline and scenario of every replicate; replicate r goes on from history r."""
    arms = Arms([], [])
    changed = with_policy(cfg, lever, strength, place)
    for replicate, history in enumerate(histories):
        treated = World(cfg, replicate, empty=True).setting.data.iso3.index(place)
        state = {name: np.array(value) for name, value in history.items()}
        arms.baseline.append(run_arm(World.from_state(cfg, state, replicate), treated))
        macros = arms.baseline[-1].world.macros
        arms.scenario.append(run_arm(World.from_state(changed, state, replicate, baseline=macros), treated))
    return arms


def histories_of(cfg: Config, replicates: int) -> list[Mapping]:
    """States of the baseline at the end of the base year, one a replicate."""
    states = []
    for replicate in range(replicates):
        world = World(cfg, replicate)
        for _ in world.run(BASE_YEAR):
            pass
        states.append({name: np.array(value) for name, value in world.state().items()})
    return states


# --- what is measured ---------------------------------------------------------------------------------------
def alike(one: Arm, two: Arm) -> Same:
    """Shares of the researchers in both runs, never in the treated place of either, that are alike in the last year."""
    common, i, j = np.intersect1d(one.uid, two.uid, assume_unique=True, return_indices=True)
    untouched = ~np.isin(common, np.union1d(one.touched, two.touched))
    place = (one.place[i] == two.place[j])[untouched]
    papers = (one.papers[i] == two.papers[j])[untouched]
    return Same(float(place.mean()), float(papers.mean()), float((place & papers).mean()))


def shares(arms: Arms) -> tuple[Same, Same]:
    """Mean shares alike of paired runs, and of a baseline and the next replicate's scenario (chance)."""
    shifted = arms.scenario[1:] + arms.scenario[:1]
    paired = np.mean([alike(b, s) for b, s in zip(arms.baseline, arms.scenario)], axis=0)
    chance = np.mean([alike(b, s) for b, s in zip(arms.baseline, shifted)], axis=0)
    return Same(*paired.tolist()), Same(*chance.tolist())


def errors(arms: Arms, measure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean effect of a measure, its paired and its unpaired standard error; [places], in real units."""
    b, s = (np.stack([arm.table[measure] for arm in side]) for side in (arms.baseline, arms.scenario))
    root = np.sqrt(len(b))
    unpaired = np.sqrt(b.var(axis=0, ddof=1) + s.var(axis=0, ddof=1)) / root
    return (s - b).mean(axis=0), (s - b).std(axis=0, ddof=1) / root, unpaired


def ratios(arms: Arms, measure: str, treated: int) -> np.ndarray:
    """Paired over unpaired standard error of every untouched place where the latter is not nought."""
    _, paired, unpaired = errors(arms, measure)
    seen = unpaired > 0
    seen[treated] = False
    return paired[seen] / unpaired[seen]


def report(arms: Arms, title: str, watched: str) -> list[str]:
    """Markdown lines of one policy under one kind of feedback."""
    data = arms.baseline[0].world.setting.data
    treated, at = title.split()[0], data.iso3.index(watched)
    paired, chance = shares(arms)
    lines = [f"### {title}", "", "| untouched researchers alike | same replicate | other replicate (chance) |"]
    lines += ["|---|---:|---:|"]
    lines += [f"| same {n} | {p:.1%} | {c:.1%} |" for n, p, c in zip(("place", "papers", "both"), paired, chance)]
    lines += ["", f"| effect on {watched} | mean | SE paired | SE unpaired | ratio | all untouched: median (90 %) |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    for measure in MEASURES:
        mean, se, loose = (float(a[at]) for a in errors(arms, measure))
        every = ratios(arms, measure, data.iso3.index(treated))
        spread = f"{np.median(every):.2f} ({np.quantile(every, 0.9):.2f})"
        lines.append(f"| `{measure}` | {mean:,.0f} | {se:,.0f} | {loose:,.0f} | {se / loose:.2f} | {spread} |")
    return [*lines, ""]


def main() -> None:
    """Run both policies under both kinds of feedback and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=8)
    parser.add_argument("--place", default="NZL", help="the treated place")
    parser.add_argument("--watch", default="PRT", help="the untouched place whose effects are printed")
    parser.add_argument("--lever", choices=sorted(LEVERS), help="only this lever, at half its largest strength")
    parser.add_argument("--out", type=Path, help="Markdown file to write as well")
    args = parser.parse_args()
    policies = {args.lever: 0.5 * LEVERS[args.lever].hi} if args.lever else POLICIES
    base = [f"scale={args.scale}", f"end={BASE_YEAR + YEARS}", "threads=1", "panel.size=0"]
    histories = histories_of(load_config(*base), args.replicates)
    lines = ["# Coupling of a scenario with its baseline", ""]
    lines += [f"Scale 1:{args.scale}, {args.replicates} replicates, year {BASE_YEAR + YEARS}; scripted governments.", ""]
    for feedback in ("frozen", "on"):
        for lever, strength in policies.items():
            arms = run_arms(load_config(*base, f"params.feedback={feedback}"), histories, lever, strength, args.place)
            title = f"{args.place} pulls {lever} ({strength:+g}), feedback {feedback}"
            lines += report(arms, title, args.watch)
    text = "\n".join(lines)
    print(text)
    if args.out:
        args.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
