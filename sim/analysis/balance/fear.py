"""How much of the issuers' loss is rule and how much is fear, and how it goes away after a repeal.

Fear is taken out by a second run whose `FEAR_CHANNELS` are neutral: people then feel as much, and act on none of it.
What is left is the rules' own effect; the difference is fear's, including what both do only together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import date

import pandas as pd

from sim.analysis.balance.inputs import Paired, Row, Source, quotient
from sim.analysis.pairs import Estimate, estimate
from sim.config.schema import Config, members
from sim.core.read import ConfigError

PARTS, RECOVERY = "Rule and fear", "Share of the yearly loss that is left, by years after the repeal"
FEAR_CHANNELS = (
    "careers.exit_fear",
    "entry.hostility",
    "mobility.fear_leave",
    "mobility.hostility",
    "collaboration.fear",
    "publication.fear_output",
    "publication.fear_apply",
)
SWEPT = ("fear_decay", "fear_spill")


def no_fear() -> list[str]:
    """Overrides of a configuration that take all acting on fear out of the model."""
    return [f"params.{name}=0" for name in FEAR_CHANNELS]


def acts_on_fear(cfg: Config) -> bool:
    """True if any channel of fear is open."""
    return any(_parameter(cfg, name) != 0.0 for name in FEAR_CHANNELS)


def _parameter(cfg: Config, name: str) -> float:
    group, _, key = name.partition(".")
    return float(getattr(getattr(cfg.params, group), key))


def differing(one: Config, two: Config) -> set[str]:
    """Names of parameters, and of other things that shape results, in which two configurations differ."""
    found = {name for name in ("scale", "seed", "start", "end", "world", "policies", "effects", "scenario")
             if getattr(one, name) != getattr(two, name)}  # fmt: skip
    for group in fields(one.params):
        a, b = (members(group.name, group, getattr(cfg.params, group.name)) for cfg in (one, two))
        found |= {key for (key, _, here), (_, _, there) in zip(a, b) if here != there}
    return found


def sort_others(run: Source, others: Sequence[Source]) -> tuple[Source | None, list[Source], list[Source]]:
    """Further runs by what they are for: fear's channels closed, fear swept, the leak rate swept.

    Raises
    ------
    ConfigError : a run differs from the main one in anything else.
    """
    closed, swept, rates = None, [], []
    for other in others:
        found = differing(run.cfg, other.cfg)
        if found and found <= set(FEAR_CHANNELS) and not acts_on_fear(other.cfg):
            closed = other
        elif found and found <= {f"security.{name}" for name in SWEPT}:
            swept.append(other)
        elif found == {"security.leak_rate"}:
            rates.append(other)
        else:
            allowed = "fear's channels (all closed), security.fear_decay and fear_spill, or security.leak_rate"
            told = ", ".join(sorted(found)) or "nothing"
            where = f"{other.where}: differs from {run.where}"
            raise ConfigError([f"{where} in {told}; a run beside it may differ in {allowed}"])
    return closed, swept, rates


def outcomes(run: Source, frames: Sequence[pd.DataFrame], by: Sequence[str] = ()) -> dict[str, dict[tuple, Paired]]:
    """Outcomes on which rule and fear, and recovery, are told apart; by outcome and cell.

    Parameters
    ----------
    frames : of `read`.
    """
    place, entry, joint = frames
    columns = {
        "papers, fractional": "papers_fractional",
        "international papers": "papers_international",
        "researchers": "n_researchers",
    }
    found = {text: run.paired(place, column, by) for text, column in columns.items()}
    if run.named:
        found["entrants of the named origins"] = run.paired(entry, "new_entrants", by)
        found["joint papers with the named places"] = run.paired(joint, "papers_whole", by)
    return found


def read(run: Source) -> list[pd.DataFrame]:
    """Tables of `outcomes` for the issuing places: yearly rows of places, of entries, of joint papers."""
    columns = ["year", "papers_fractional", "papers_international", "n_researchers"]
    place = run.yearly("place_year", columns, place=run.issuers)
    named = {"origin": run.named} if run.named else {}
    entry = run.yearly("entry_year", ["year", "new_entrants"], place=run.issuers, **named)
    joint = run.yearly("copub_year", ["year", "place_a", "place_b", "papers_whole"])
    ends = [joint[column] for column in ("place_a", "place_b")]
    between = [a.isin(run.issuers) & b.isin(run.named) for a, b in (ends, ends[::-1])]
    return [place, entry, joint[between[0] | between[1]]]


def rule_and_fear(run: Source, closed: Source | None, swept: Sequence[Source]) -> list[Row]:
    """Loss by rules alone, the part of fear, and fear's share, for every run whose fear is open."""
    if closed is None:
        return []
    rules, rows = outcomes(closed, read(closed)), []
    for other in (run, *swept):
        security = other.cfg.params.security
        at = f"decay {security.fear_decay:g}, spill {security.fear_spill:g}"
        for text, found in outcomes(other, read(other)).items():
            if () not in found or () not in rules[text]:
                continue
            n = run.period.years
            both, rule = found[()].effect / n, rules[text][()].effect / n
            if len(both) != len(rule):
                raise ConfigError([f"{other.where} and {closed.where} have different numbers of replicates"])
            fear = quotient(100 * (both - rule), both)
            level = float(found[()].base.mean()) / n
            rows.append(Row(PARTS, f"{text} ({at})", "rules alone", "a year", level, estimate(rule)))
            rows.append(Row(PARTS, f"{text} ({at})", "fear adds", "a year", level, estimate(both - rule)))
            rows.append(Row(PARTS, f"{text} ({at})", "fear's share of the change", "%", float("nan"), fear, why(fear)))
    return rows


def repeal_date(cfg: Config) -> date | None:
    """Day on which the last lever of all policies goes out of force; None if one stays."""
    ends = []
    for use in cfg.uses:
        last = max(use.values)
        if use.values[last] is not None:
            return None
        ends.append(last)
    return max(ends, default=None)


def recovery(run: Source) -> list[Row]:
    """Loss of each year after the repeal over the loss of the last year in which everything was in force."""
    ended = repeal_date(run.cfg)
    if ended is None or ended.year >= run.period.last:
        return []
    rows = []
    for text, found in outcomes(run, read(run), ["year"]).items():
        before = found.get((ended.year - 1,))
        if before is None:
            continue
        for year in range(ended.year, run.period.last + 1):
            left = quotient(100 * found[(year,)].effect, before.effect)
            rows.append(Row(RECOVERY, f"{text}", f"{year}", f"% of {ended.year - 1}", float("nan"), left, why(left)))
    return rows


def why(found: Estimate) -> str:
    """Reason why a share has no value."""
    return "" if math.isfinite(found.mean) else "the loss is not clear of zero"
