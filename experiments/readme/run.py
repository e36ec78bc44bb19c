"""The README's finding and figure: ``python -m experiments.readme.run [--small] [--out FOLDER] [key=value ...]``.

Runs the README's first scenario at default scale with scripted governments (direct effects), and as `compare` does
over the ranges of what no data fix, or takes over what is there. Writes ``numbers.csv`` and ``settings.txt`` beside
this file, the figure into ``docs/figures`` and the sentences into ``README.md``.
"""

from __future__ import annotations

import argparse
import operator
import sys
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path

import pandas as pd

from experiments.common.numbers import Numbers, read_numbers, write_numbers
from experiments.common.page import ANSWER, write_page
from experiments.readme.answer import RANGE, answer
from experiments.readme.figure import COLUMNS, costs
from sim.analysis.balance.inputs import Paired, Source, quotient
from sim.analysis.outcomes import WORLD
from sim.analysis.pairs import Estimate, estimate
from sim.analysis.summary import Period
from sim.cli.balance import carry_out
from sim.comparison import ask, read_comparison
from sim.comparison import carry_out as carry_out_comparison
from sim.comparison.reading import Comparison
from sim.plots.captions import agent_words
from sim.plots.style import save

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAME = "restrictive"
SMALL = ("scale=4000", "replicates=2", "start=2010")
SMALL_RANGES = ("scale=4000", "draws=2", "start=2010")
SETTINGS = "settings.txt"
OTHERS, REST = 4, "All other places"  # places named beside issuer and target
FLOWS = {"entrants": "new_entrants", "moves in": "new_moves_in", "moves out": "new_moves_out", "exits": "new_exits"}


def numbers_of(run: Source) -> pd.DataFrame:
    """Change of people, papers and top papers by place, of the issuer's flows, and of what is protected there."""
    numbers, last = Numbers(("place",)), run.period.last
    found = {column.outcome: by_place(run, column.value, column.last) for column in COLUMNS}
    for place, codes in rows_of(run, found["researchers"]).items():
        for column in COLUMNS:
            pair = reduce(operator.add, [found[column.outcome][code] for code in codes])
            unit = f"people, {last}" if column.last else "papers a year"
            numbers.add({"place": place}, column.outcome, unit, estimate(pair.effect))
            numbers.add({"place": place}, column.outcome, "%", quotient(100 * pair.effect, pair.base))
    issuer = run.issuers[0]
    case = {"place": run.names[issuer]}
    flows = run.yearly("place_year", list(FLOWS.values()), place=[issuer])
    for words, name in FLOWS.items():
        unit = f"people, {run.period}"
        numbers.add(case, words, unit, estimate(run.total(flows, name).effect))
    hazard = run.outcomes("place_year", ["leaks_avoided", "leaks_unprotected"], place=[issuer])
    protected = run.total(hazard, ("leaks_avoided", "leaks_unprotected"), 100)
    numbers.add(case, "hazard protected", "points", estimate(protected.effect))
    return numbers.frame()


def ranges_of(comparison: Comparison) -> pd.DataFrame:
    """Range of the issuer's people and papers over assumptions, chance included, in per cent; n sets of assumptions."""
    numbers, last = Numbers(("place",)), comparison.period.last
    place = comparison.roles.issuers[0]
    for outcome, name, years in (
        ("researchers", "n_researchers", Period(last, last)),
        ("papers", "papers_fractional", None),
    ):
        row = comparison.effects(name, places=[place], years=years).iloc[0]
        band = Estimate(row["pct"], row["pct_chance"], row["pct_lo"], row["pct_hi"], row["n_draws"])
        numbers.add({"place": comparison.names[place]}, f"{outcome}, {RANGE}", "%", band)
    return numbers.frame()


def compared(settings: Sequence[str]) -> Comparison:
    """The scenario over the ranges of what no data fix."""
    question = ask([NAME], ["government.mode=scripted", *settings])
    return read_comparison(carry_out_comparison(question).folder)


def by_place(run: Source, name: str, last: bool) -> Mapping[str, Paired]:
    """One outcome in both arms by place: of the last year, or a year."""
    frame = run.outcomes("place_year", [name], ["place", "year"])
    if last:
        return run.split(frame[frame["year"] == run.period.last], name, "place")
    return run.split(frame, name, "place", run.period.years)


def rows_of(run: Source, people: Mapping[str, Paired]) -> dict[str, list[str]]:
    """Rows of the figure: issuer, places named, those whose researchers change most, all others, the world."""
    first = [*run.issuers, *run.named]
    others = [code for code in run.names if code not in first]
    single = [code for code in others if not code.startswith("X_")]
    most = sorted(single, key=lambda code: -abs(float(people[code].effect.mean())))[:OTHERS]
    named = {run.names[code]: [code] for code in [*first, *most]}
    return {**named, REST: [code for code in others if code not in most], WORLD: list(run.names)}


def main(words: Sequence[str] | None = None) -> int:
    """Run, then write numbers, figure and sentences."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--small", action="store_true", help="a coarse version of a minute")
    parser.add_argument("--out", type=Path, help="folder for numbers, figure, and a README.md if one is there")
    args, settings = parser.parse_known_args(words)
    if args.small and not args.out:
        parser.error("--small needs --out: its numbers are not the README's")
    folder, page, figures = (args.out,) * 3 if args.out else (HERE, ROOT, ROOT / "docs" / "figures")
    run = carry_out([f"+scenario={NAME}", "government.mode=scripted", *(SMALL if args.small else ()), *settings])
    ranges = ranges_of(compared([*(SMALL_RANGES if args.small else ()), *settings]))
    write_numbers(folder, pd.concat([numbers_of(run), ranges]))
    about = run.frames.manifest
    settings = f"{run.cfg.replicates} replicates, one agent for {run.cfg.scale} researchers; version {about['version']}"
    (folder / SETTINGS).write_text(settings + "\n", encoding="utf-8")
    numbers = read_numbers(folder)  # from the file, as every reader gets them
    size = f"{run.cfg.replicates} runs, {agent_words(run.cfg)}"
    png, svg = save(costs(numbers, str(run.period), size), figures, NAME)
    svg.unlink()  # the README shows the picture only
    if (page / "README.md").exists():
        write_page(page / "README.md", {ANSWER: answer(numbers, settings)}, "")
    print(f"wrote {folder / 'numbers.csv'}, {png}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
