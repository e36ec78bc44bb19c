"""The balance between promoting and protecting: one page of numbers for a scenario, from the files that a run left.

Nothing here runs the model. Every number is a paired difference (scenario minus baseline, replicate by replicate), a
ratio of two such, or a level; every one carries its standard error and the band of `sim.analysis.pairs.estimate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.analysis.balance import bill, fear, gains, payers
from sim.analysis.balance.inputs import Row, Source, open_run, told_in_agents
from sim.analysis.balance.page import Balance
from sim.analysis.balance.price import price
from sim.config.schema import WITH_PANEL
from sim.policy.words import short_title

__all__ = ["Balance", "Source", "balance", "open_run"]

BAND = (
    "Changes are scenario minus baseline, replicate by replicate; ± one standard error of the mean; another replicate "
    "falls into the band with 90 % probability. Counts are yearly means unless a year is named."
)


def balance(run: str | Path | Source, others: Sequence[str | Path | Source] = (), mode: str = "") -> Balance:
    """The balance of one scenario.

    Parameters
    ----------
    run : folder of a finished command with a scenario and its paired baseline, or its `Source`.
    others : folders of the same command with fear's channels closed (`sim.analysis.balance.fear.no_fear`), with other
        decay or spill-over of fear, or with another leak rate; told apart by their configuration.
    mode : ``scripted`` (direct effects, the default where there are both) or ``reactive`` (total effects).

    Raises
    ------
    sim.core.read.ConfigError : a folder, a table or a paired run is missing, or another run does not fit.

    Examples
    --------
    >>> print(balance("outputs/restrictive/0123456789abcdef").text())
    """
    main = run if isinstance(run, Source) else open_run(run, mode)
    beside = [other if isinstance(other, Source) else open_run(other, main.mode) for other in others]
    closed, swept, rates = fear.sort_others(main, beside)
    rows: list[Row] = [
        *gains.science(main),
        *gains.joint_work(main),
        *gains.talent(main),
        *gains.whereabouts(main),
        *gains.security(main),
        *bill.bill(main),
        *price(main, rates),
        *payers.who_pays(main),
        *fear.rule_and_fear(main, closed, swept),
        *fear.recovery(main),
    ]
    a_year = main.cfg.scale / main.period.years
    yearly = ("people a year", "papers a year", "project-years a year")
    agent = {"people": main.cfg.scale, **dict.fromkeys(yearly, a_year)}
    return Balance(_title(main), tuple(_notes(main, closed, swept)), tuple(told_in_agents(row, agent) for row in rows))


def _title(run: Source) -> str:
    kind = {"scripted": "direct effects", "reactive": "total effects"}[run.mode]
    title = run.cfg.titles.get(run.name, "")
    name = f"“{short_title(title)}” ({run.name})" if title else run.name
    return f"The balance of {name}, {run.period}, {kind}, one agent for {run.cfg.scale:,} researchers"


def _notes(run: Source, closed: Source | None, swept: Sequence[Source]) -> list[str]:
    rate = run.cfg.params.security.leak_rate
    notes = [
        BAND,
        f"Leaks are conditional on params.security.leak_rate = {rate:g}, which nobody knows; by leak rate they are "
        "drawn as a line through this run, since leaks are proportional to it for given activity. They are of one "
        "place, and never added up over places. The share of the risk that protection stops is the same at any rate.",
        "Money in the break-even price: compliance, promotion, and papers lost at the place's academic money per "
        "fractional paper.",
    ]
    if closed is None:
        told = " ".join(fear.no_fear())
        notes.append(f"Rule and fear are not told apart: give the folder of the same run with {told}.")
    elif not swept:
        notes.append("Decay and spill-over of fear are unknown; give folders of runs at the ends of their ranges too.")
    if fear.repeal_date(run.cfg) is None:
        notes.append("No recovery: at least one lever stays in force.")
    if not run.cfg.panel.size:
        notes.append(f"No authorships by origin and stage: no panel was kept ({WITH_PANEL} keeps one).")
    return notes
