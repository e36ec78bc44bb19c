"""How other governments answer: steps that reactive runs of a scenario have and those of its reference lack."""

from __future__ import annotations

import pandas as pd

from sim.analysis.pairs import UNIT, plain
from sim.comparison.bands import DOCUMENTED, departure
from sim.core.axes import SCRIPTED
from sim.plots.decisions import TRIGGERS
from sim.report.front import SHARED
from sim.report.model import Row, Scenario, Step
from sim.report.read import Reader, article
from sim.report.words import PERCENT, Effect

REACTIVE = "reactive"
SHOWN = 6
NOTABLE = 1 / 3  # of the worlds: a smaller difference is not told, as the largest of many would be chance
LEAST = 0.1  # per cent; smaller departures are not told
STEP = ["place", "ladder", "target", "up"]
COLUMNS = ["scenario", "mode", *UNIT, *STEP[:3], "rung_before", "rung_after", "trigger", "effective_year"]
VERBS = {
    ("protect", True): "protects more", ("protect", False): "protects less",
    ("promote", True): "promotes more", ("promote", False): "promotes less",
    ("restrict", True): "restricts {target}", ("restrict", False): "restricts {target} no more",
}  # fmt: skip


def steps(reader: Reader, scenario: Scenario) -> tuple[Step, ...]:
    """Steps of governments in the period, by how many more worlds, or fewer, have them with the scenario than without.

    A world is a draw and replicate that was lived with and without the scenario.
    """
    comparison, period = reader.comparison, reader.period
    if REACTIVE not in reader.modes or "decisions" not in comparison.frames:
        return ()
    frame = plain(comparison.frames.read("decisions", COLUMNS, [("mode", "=", REACTIVE)]))
    frame = frame[frame["effective_year"].between(period.first, period.last)]
    frame = frame[frame["rung_before"] != frame["rung_after"]]
    frame = frame.assign(up=frame["rung_after"] > frame["rung_before"])
    worlds = _worlds(reader, scenario)
    mine, without = (frame[frame["scenario"] == name].merge(worlds) for name in (scenario.label, comparison.reference))
    taken, usual = _counts(mine), _counts(without)
    own = set(reader.issuers(scenario.label))
    change = taken.sub(usual, fill_value=0).sort_values(key=abs, ascending=False, kind="stable")
    found = []
    for step in change[change.abs() >= max(2, NOTABLE * len(worlds))].index[:SHOWN]:
        place, ladder, target, up = step
        either = mine if change[step] > 0 else without
        rows = either[(either[STEP] == pd.Series(dict(zip(STEP, step)))).all(axis=1)]
        trigger = rows["trigger"].mode()
        verb = VERBS[ladder, up].format(target=article(reader.names.get(target, target)))
        name = reader.names[place] + (" (issuer)" if place in own else "")
        why = TRIGGERS.get(trigger[0], trigger[0]) if len(trigger) else ""
        found.append(Step(name, verb, why, int(taken.get(step, 0)), int(usual.get(step, 0)), len(worlds)))
    return tuple(found)


def worlds(reader: Reader, scenario: Scenario) -> str:
    """How many worlds steps are counted in, and why these; empty if governments could not answer."""
    if REACTIVE not in reader.modes:
        return ""
    lived, of = _worlds(reader, scenario), reader.comparison.draws
    draws = int((lived["draw"].drop_duplicates() != DOCUMENTED).sum())
    which = "the documented values" + (f" and {draws} of {of} draw{'s' * (of > 1)}" if of else "")
    twice = ", most twice" if len(lived) > 1.5 * (1 + draws) else ""
    return f"{len(lived)} worlds: {which}{twice}{' (answers take time)' if draws < of else ''}"


def _worlds(reader: Reader, scenario: Scenario) -> pd.DataFrame:
    """Draws and replicates of the scenario with reactive governments."""
    frame = plain(reader.comparison.frames.read("world_year", ["scenario", "mode", *UNIT]))
    return frame.loc[(frame["scenario"] == scenario.label) & (frame["mode"] == REACTIVE), UNIT].drop_duplicates()


def _counts(frame: pd.DataFrame) -> pd.Series:
    """Number of worlds that have each step."""
    return frame[[*STEP, *UNIT]].drop_duplicates().groupby(STEP).size()


def total(reader: Reader, scenario: Scenario) -> tuple[Row, ...]:
    """Outcomes whose total effect clearly departs from the direct one, by the paired difference of both.

    Returns
    -------
    Rows with the total effect and, in the place of the absolute one, the direct: means in per cent over the worlds that
    were lived in both modes.
    """
    if not {SCRIPTED, REACTIVE} <= set(reader.modes):
        return ()
    rows = []
    for outcome, words, stock in SHARED:
        years = reader.last if stock else reader.period
        units = reader.comparison.units(outcome, keep={"place": reader.places}, years=years)
        units = units[units["scenario"] == scenario.label]
        percent = units.assign(percent=100.0 * units["effect"] / units["reference"])
        both = percent.pivot_table(index=UNIT, columns="mode", values="percent").dropna()
        found = departure(percent, "percent", ["scenario"])
        if found["clear"].any() and found["difference"].abs().max() > LEAST:
            told = (Effect(float(both[mode].mean()), unit=PERCENT) for mode in (REACTIVE, SCRIPTED))
            rows.append(Row(words.format(last=reader.period.last), *told))
    return tuple(rows)
