"""Common random numbers at work: how little a policy of one place moves those it does not touch.

``python -m benchmarks.coupling [--scale 100] [--replicates 8] [--place NZL] [--out coupling.md]``

One place pulls one lever from the year after the base year on, with scripted governments; ten years later the
scenario is compared with its baseline:

- share of untouched researchers (in research in both runs, never seen in the treated place) with the same place
  and the same number of papers that year, against the share that two different replicates agree by chance;
- standard error of the scenario's effect on an untouched place, with the same replicates in both arms (paired) and
  with different ones (unpaired: the two-sample formula), and their ratio over all untouched places.

Both are measured with feedback frozen (the world at large is the baseline's) and on. Every replicate has its own
history, which both arms share. What is measured: `tests/statistical/coupling.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from sim import load_config
from sim.policy.levers import LEVERS
from tests.statistical.coupling import DATA_END, MEASURES, YEARS, Arms, errors, histories_of, ratios, run_arms, shares

POLICIES = {"research_funding": 1.0, "visa_refusal": 1.0}  # lever and strength
GOAL = 0.2  # of the standard error without pairing, at the median untouched place


def report(arms: Arms, title: str, watched: str) -> list[str]:
    """Markdown lines of one policy under one kind of feedback."""
    data = arms.baseline[0].world.setting.data
    treated = title.split()[0]
    paired, chance = shares(arms)
    lines = [f"### {title}", "", "| untouched researchers alike | same replicate | other replicate (chance) |"]
    lines += ["|---|---:|---:|"]
    lines += [f"| same {n} | {p:.1%} | {c:.1%} |" for n, p, c in zip(("place", "papers", "both"), paired, chance)]
    lines += ["", "| effect | mean | SE paired | SE unpaired | ratio |", "|---|---:|---:|---:|---:|"]
    for measure in MEASURES:
        for place in (treated, watched):
            mean, se, loose = (float(a[data.iso3.index(place)]) for a in errors(arms, measure))
            lines.append(f"| `{measure}` of {place} | {mean:,.0f} | {se:,.0f} | {loose:,.0f} | {se / loose:.2f} |")
        every = ratios(arms, measure, data.iso3.index(treated))
        middle, most = np.quantile(every, [0.5, 0.9])
        lines.append(f"| `{measure}`, untouched places: median (90 %) | | | | {middle:.2f} ({most:.2f}) |")
    return [*lines, ""]


def rows(scale: int, replicates: int, place: str = "NZL") -> list[Row]:
    """Rows of the common table: what pairing saves, by lever, with feedback frozen."""
    cfg = load_config(*settings(scale), "params.feedback=frozen")
    histories = histories_of(cfg, replicates)
    found = []
    for lever, strength in POLICIES.items():
        arms = run_arms(cfg, histories, lever, strength, place)
        treated = arms.baseline[0].world.setting.data.iso3.index(place)
        paired, chance = shares(arms)
        text = f"untouched researchers alike {paired.both:.1%}, by chance {chance.both:.1%}"
        for measure in MEASURES:
            ratio = float(np.median(ratios(arms, measure, treated)))
            name = f"coupling, 1:{scale}, {lever}, SE of {measure}, paired over unpaired"
            found.append(Row(name, text, ratio, f"<= {GOAL:g}x", ratio <= GOAL))
    return found


def settings(scale: int) -> list[str]:
    """Configuration of all arms."""
    return [f"scale={scale}", f"end={DATA_END + YEARS}", "threads=1", "panel.size=0"]


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
    base = settings(args.scale)
    histories = histories_of(load_config(*base), args.replicates)
    lines = ["# Coupling of a scenario with its baseline", ""]
    lines += [
        f"Scale 1:{args.scale}, {args.replicates} replicates, year {DATA_END + YEARS}; scripted governments.",
        "",
    ]
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
