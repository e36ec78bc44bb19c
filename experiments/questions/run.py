"""Runs the four questions and writes their numbers: ``python -m experiments.questions.run [key=value ...]``.

``scale=100 replicates=5`` is the reference. Every run is an ordinary command under ``outputs/questions`` (kept, and
taken over when this is started again); the numbers go into ``numbers.csv`` and into the tables of ``README.md``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.common.numbers import Numbers, read_numbers, write_numbers
from experiments.questions import tables
from sim.analysis.balance.fear import no_fear
from sim.analysis.balance.inputs import Paired, Source, quotient
from sim.analysis.outcomes import add, columns
from sim.analysis.pairs import estimate
from sim.cli.balance import carry_out
from sim.running.manifest import git_revision

HERE = Path(__file__).parent
CASE = ("question", "case")
ISSUER, ORIGIN = "USA", "CHN"
USUAL = ("scale=400", "replicates=5", "outdir=outputs/questions")
ALWAYS = ("government.mode=scripted", "panel.size=0", "figures=false")

RATES, PRECISIONS = (0.00165, 0.0033, 0.0066), (0.1, 0.27, 0.5, 0.9)
NEAREST = {
    "chi at neutral": "params.security.chi=0",
    "chi at its upper end": "params.security.chi=1000",
    "deterrence at neutral": "effects.investigations.deterrence=0",
    "deterrence at its upper end": "effects.investigations.deterrence=0.5",
}
CONTRASTS = ((0.0033, 0.27), (0.0033, 0.9), (0.00165, 0.27))
THRESHOLDS = (0, 10, 25, 50, 100, 250)
ELEMENTS = ("cybersecurity", "travel_security", "security_training", "export_training")
DECAYS, SPILLS = (0.02, 0.05, 0.2, 0.5, 0.8), (0.0, 0.2)
SIZES = ("small", "medium", "large", "very_large")
DIVERSION = {
    "lambda 0.2": "params.entry.dissimilarity=0.2",
    "lambda 1": "params.entry.dissimilarity=1",
    "theta 0": "params.mobility.spread=0",
    "theta 1": "params.mobility.spread=1",
}
HOSTS = ("GBR", "CAN", "AUS", "JPN", "DEU", "SGP", "HKG", "KOR", "FRA")


@dataclass(frozen=True)
class Lab:
    """Carries out runs with the settings of this call."""

    settings: tuple[str, ...]

    def run(self, scenario: str, *overrides: str) -> Source:
        """One scenario with its paired baseline."""
        words = [f"+scenario={scenario}", *ALWAYS, *self.settings, *overrides]
        return carry_out(words, str(HERE / "configs"))


def case_of(question: int, case: str) -> dict[str, object]:
    """What names a line of numbers."""
    return {"question": question, "case": case}


def stock(run: Source, year: int | None = None) -> Paired:
    """Researchers of the issuer at the end of a year (default: the last)."""
    at = year or run.period.last
    return run.total(run.table("place_year", ["n_researchers"], (at, at), place=[ISSUER]), "n_researchers")


def leaks(run: Source) -> dict[str, Paired]:
    """Leaks of the issuer a year: all, and avoided by protection."""
    names = ("leaks", "leaks_avoided")
    frame = add(run.yearly("place_year", columns("place_year", names), place=[ISSUER]), names)
    return {name: run.total(frame, name, 1 / run.period.years) for name in names}


def precision_or_severity(lab: Lab, numbers: Numbers) -> None:
    """Question 1: a grid of rates and precisions, and the contrasts with the nearest parameters at their ends."""
    grid = [(rate, precision, "", "") for rate in RATES for precision in PRECISIONS]
    ends = [(*cell, name, word) for name, word in NEAREST.items() for cell in CONTRASTS]
    for rate, precision, name, word in [*grid, *ends]:
        levers = "policies.q_enforcement.levers"
        words = [
            f"{levers}.investigations.values.2018-11-01={rate:g}",
            f"{levers}.precision.values.2018-11-01={precision:g}",
            *([word] if word else []),
        ]
        run = lab.run("q_enforcement", *words)
        case = case_of(1, f"rate {rate:g}, precision {precision:g}" + (f", {name}" if name else ""))
        lost, found = -stock(run).effect, leaks(run)
        prevented, fewer = found["leaks_avoided"].effect, -found["leaks"].effect
        numbers.add(case, "researchers lost", "people, 2035", estimate(lost))
        numbers.add(case, "leaks prevented by protection", "a year", estimate(prevented))
        numbers.add(case, "leaks that no longer happen", "a year", estimate(fewer))
        unit = "people per leak a year"
        if prevented.any():
            numbers.add(case, "researchers lost per leak prevented", unit, quotient(lost, prevented))
        numbers.add(case, "researchers lost per leak fewer", unit, quotient(lost, fewer))


def thresholds(lab: Lab, numbers: Numbers) -> None:
    """Question 2: who is covered, who pays and what is prevented, by threshold."""
    for threshold in THRESHOLDS:
        levers = "policies.q_threshold.levers"
        words = [f"{levers}.{name}.scope.institution_threshold_musd={threshold}" for name in ELEMENTS]
        run, case = lab.run("q_threshold", *words), case_of(2, f"threshold {threshold}")
        prevented = leaks(run)["leaks_avoided"].effect
        numbers.add(case, "leaks prevented by protection", "a year", estimate(prevented))
        values = ["covered", "federal_musd", "compliance_musd", "compliance_researcher_years", "papers_whole"]
        frame = run.yearly("institution_year", ["institution", "size_class", *values], place=[ISSUER])
        frame = frame[frame["institution"].isna()]
        found = {name: run.paired(frame, name, ["size_class"]) for name in values}
        n = run.period.years
        for size in SIZES:
            cell = {name: found[name][(size,)] for name in values}
            money = cell["federal_musd"].base
            numbers.add(case, f"covered, {size}", "institutions", estimate(cell["covered"].effect / n))
            numbers.add(case, f"cost, {size}", "M$ a year", estimate(cell["compliance_musd"].effect / n))
            share = quotient(1000 * cell["compliance_musd"].effect, money)
            numbers.add(case, f"cost by support, {size}", "$ per 1,000 $", share)
            time = cell["compliance_researcher_years"].effect / n
            numbers.add(case, f"time, {size}", "researcher-years a year", estimate(time))
            led = quotient(100 * cell["papers_whole"].effect, cell["papers_whole"].base)
            numbers.add(case, f"papers led, {size}", "%", led)
        cost = sum(found["compliance_musd"][(size,)].effect for size in SIZES) / n
        numbers.add(case, "cost per leak prevented", "M$ a leak", quotient(np.asarray(cost), prevented))


def repeal(lab: Lab, numbers: Numbers) -> None:
    """Question 3: fear and four losses year by year, over the ranges of decay and spill-over."""
    cases = [(decay, 0.06) for decay in DECAYS] + [(0.2, spill) for spill in SPILLS]
    for decay, spill in cases:
        run = lab.run("q_repeal", f"params.security.fear_decay={decay:g}", f"params.security.fear_spill={spill:g}")
        _years(run, f"decay {decay:g}, spill {spill:g}", numbers)
    _years(lab.run("q_repeal", *no_fear()), "fear acts on nothing", numbers)


def _years(run: Source, named: str, numbers: Numbers) -> None:
    case = case_of(3, named)
    for text, pairs in by_year(run).items():
        before = pairs[2021].effect
        for year, pair in pairs.items():
            numbers.add(case, f"{text}, {year}", "change", estimate(pair.effect))
            if year > 2021:
                numbers.add(case, f"{text}, left in {year}", "% of 2021", quotient(100 * pair.effect, before))


def by_year(run: Source) -> dict[str, dict[int, Paired]]:
    """Fear and the issuer's outcomes by year."""
    place = run.yearly("place_year", ["year", "fear_target_mean", "papers_fractional", "n_researchers"], place=[ISSUER])
    place["fear_target_mean"] = place["fear_target_mean"].fillna(0.0)
    entry = run.yearly("entry_year", ["year", "new_entrants"], place=[ISSUER], origin=[ORIGIN])
    ends = {"place_a": [ISSUER, ORIGIN], "place_b": [ISSUER, ORIGIN]}
    joint = run.yearly("copub_year", ["year", "papers_whole"], **ends)
    tables = {
        "fear of the named origin": (place, "fear_target_mean"),
        "entrants of the named origin": (entry, "new_entrants"),
        "joint papers": (joint, "papers_whole"),
        "papers": (place, "papers_fractional"),
        "researchers": (place, "n_researchers"),
    }
    return {
        text: {int(year): pair for (year,), pair in run.paired(frame, column, ["year"]).items()}
        for text, (frame, column) in tables.items()
    }


def kept_out(lab: Lab, numbers: Numbers) -> None:
    """Question 4: people of the origin that are not with the issuer, by where they are instead."""
    cases = {"refused": ("q_closed_door",), "deterred": ("q_cold_door",)}
    cases |= {f"refused, {name}": ("q_closed_door", word) for name, word in DIVERSION.items()}
    for named, words in cases.items():
        run, case = lab.run(*words), case_of(4, named)
        for what, frame, column in (
            ("researchers", run.last("stock_year", ["place", "n_researchers"], origin=[ORIGIN]), "n_researchers"),
            ("entrants", run.yearly("entry_year", ["place", "new_entrants"], origin=[ORIGIN]), "new_entrants"),
        ):
            found = {str(cell[0]): pair.effect for cell, pair in run.paired(frame, column, ["place"]).items()}
            for where, effect in groups(found):
                numbers.add(case, f"{what}, {where}", "people", estimate(effect))
                if where != "lost to the issuer":
                    share = quotient(100 * effect, -found[ISSUER])
                    numbers.add(case, f"{what}, share {where}", "% of those lost", share)


def groups(found: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Changes of the issuer, the origin, large hosts, the rest, and all."""
    yield "lost to the issuer", -found[ISSUER]
    yield "at home", found[ORIGIN]
    for host in HOSTS:
        if host in found:
            yield f"in {host}", found[host]
    rest = [effect for place, effect in found.items() if place not in (ISSUER, ORIGIN, *HOSTS)]
    yield "in other places", np.sum(rest, axis=0)
    yield "no longer in research", -np.sum(list(found.values()), axis=0)


QUESTIONS = {1: precision_or_severity, 2: thresholds, 3: repeal, 4: kept_out}


def main(words: Sequence[str] | None = None) -> int:
    """Run what is asked for and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", type=int, nargs="*", choices=QUESTIONS, help="questions to run; all by default")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of numbers.csv and README.md")
    args, settings = parser.parse_known_args(words)
    given = {word.split("=")[0] for word in settings}
    lab = Lab((*(word for word in USUAL if word.split("=")[0] not in given), *settings))
    file = args.out / "numbers.csv"
    asked = args.only or list(QUESTIONS)
    kept = read_numbers(args.out) if file.exists() and args.only else pd.DataFrame()
    for question in asked:
        numbers = Numbers(CASE)
        QUESTIONS[question](lab, numbers)
        other = kept[kept["question"] != question] if len(kept) else kept
        kept = pd.concat([other, numbers.frame()], ignore_index=True)
        write_numbers(args.out, kept.sort_values("question", kind="stable"))
    said = {word.split("=")[0]: word.split("=")[1] for word in lab.settings if "=" in word}
    at = (git_revision()[0] or "unknown")[:7]
    settings = f"{said['replicates']} replicates, one agent for {said['scale']} researchers; model of revision {at}"
    (args.out / "settings.txt").write_text(settings + "\n", encoding="utf-8")
    if (args.out / "README.md").exists():
        # from the file, as every reader gets them: rounding twice can differ in the last digit
        tables.write(args.out / "README.md", read_numbers(args.out), settings)
    print(f"wrote {file}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
