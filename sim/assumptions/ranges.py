"""Numbers that no data fix, with the range that each is drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sim.config.schema import Config, parameter_table
from sim.core.axes import SCRIPTED
from sim.core.laws import SCALED, Law
from sim.policy.ladder import LADDERS
from sim.policy.levers import effect_table

WORDS = Path(__file__).parent / "words.csv"
GOVERNMENT = "params.government."
PATHS = "params.paths.draw"  # number of a draw of all series after the data; a number of its own, not a range
LEFT_OUT: Mapping[str, str] = {
    PATHS: "number of a draw of the errors of the backtest; has an axis of its own",
    "params.paths.spread": "a factor on these errors, 1 as the backtest measured them",
    "params.impact.ces_exponent": "read only if params.impact.team_quality is ces",
}  # what is chosen by name, and whom tables are about, are no numbers


@dataclass(frozen=True)
class Assumption:
    """One number that no data fix.

    Parameters
    ----------
    key : of the configuration; words : what it says when it is large.
    default : documented value; law : how it is drawn; unit : of both.
    """

    key: str
    words: str
    default: float
    law: Law
    unit: str


def assumptions(cfgs: Sequence[Config] = ()) -> tuple[Assumption, ...]:
    """All numbers of the model that no data fix, and those of the levers that any of these scenarios pulls.

    Where governments react, they may pull every lever of their ladders; where they do so in none of the scenarios, how
    they would react is left out.
    """
    scripted = bool(cfgs) and all(cfg.government.mode == SCRIPTED for cfg in cfgs)
    levers = {lever for cfg in cfgs for lever in _levers(cfg)}
    model = [row for row in parameter_table() if not (scripted and row["key"].startswith(GOVERNMENT))]
    effects = [row for row in effect_table() if row["role"] == "assumption" and row["key"].split(".")[1] in levers]
    return tuple(found for row in (*model, *effects) if (found := _assumption(row)) is not None)


def _levers(cfg: Config) -> set[str]:
    pulled = {use.lever for use in cfg.uses}
    if cfg.government.mode != SCRIPTED:
        rungs = (rung for name in LADDERS for rung in getattr(cfg.ladder, name).rungs)
        pulled |= {entry.lever for rung in rungs for entry in rung.entries.values()}
    return pulled


def _assumption(row: Mapping[str, Any]) -> Assumption | None:
    law = _drawn(row)
    if law is None:
        return None
    return Assumption(row["key"], in_words(row["key"]), float(row["default"]), law, row["unit"])


def _drawn(row: Mapping[str, Any]) -> Law | None:
    if row["draw"] is None or row["key"] in LEFT_OUT:
        return None
    name, *numbers = row["draw"]
    lo, hi = row["bounds"] if name in SCALED or not numbers else numbers
    return Law(name, lo, hi, *(numbers if name in SCALED else ()))


def bounds(key: str) -> tuple[float, float] | None:
    """Bounds of a parameter or of an effect of a lever; None if it is neither, or no number."""
    found = _rows()[key]["bounds"] if key in _rows() else None
    return found if found and not isinstance(found[0], str) else None


def documented_law(key: str) -> Law | None:
    """Law of a parameter or effect by key: what it is drawn from, else its bounds; None if it has none."""
    ends = bounds(key)
    return ends and (drawn_law(key) or Law("uniform", *ends))


def drawn_law(key: str) -> Law | None:
    """Law of a parameter or effect that no data fix; None for others."""
    return _drawn(_rows()[key]) if key in _rows() else None


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return {row["key"]: row for row in (*parameter_table(), *effect_table())}


def in_words(key: str) -> str:
    """What a number says when it is large, in plain words; its key if nobody has said it."""
    return _words().get(key, key)


@cache
def _words() -> Mapping[str, str]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["words"] for row in DictReader(file)}
