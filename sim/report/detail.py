"""What is said of one scenario alone: where people go, who pays, rule or fear, exposure, how others answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.analysis.lines import EXPOSED_AGENTS
from sim.core.axes import CONSTITUENCIES, SIZE_CLASSES, STAGES, WAYS
from sim.policy.levers import LEVERS, NOT_MODELLED, unpriced
from sim.policy.words import in_force
from sim.report import front, others
from sim.report.model import Detail, Flow, Lost, Money, Panel, Row, Scenario
from sim.report.numbers import table
from sim.report.read import Reader, absolute, as_row, relative
from sim.report.words import Effect, listed

NAMED = 4  # places on each side, origins
TOLD = {"origin": "By origin", "stage": "By career stage", "institution_size": "By size of institution",
        "field": "By field"}  # fmt: skip
# Money of the issuers: column, words, unit, which aim of lever makes it.
BILL = (
    ("compliance_musd", "Complying with rules", "M$ a year", "protect"),
    ("compliance_researcher_years", "Researchers' time for rules", "person-years a year", "protect"),
    ("recruitment_musd", "Promotion", "M$ a year", "promote"),
    ("budget_new_musd", "New academic money", "M$ a year", ""),
)
NONE = "none"


def detail(reader: Reader, scenario: Scenario) -> Detail:
    """Everything about one scenario."""
    flows, stocks = _flows(reader, scenario)
    origin, instead = _instead(reader, scenario)
    return Detail(
        scenario=scenario,
        gains=tuple(sorted((f for f in flows if f.stock.central > 0), key=lambda f: -f.stock.central)[:NAMED]),
        losses=tuple(sorted((f for f in flows if f.stock.central < 0), key=lambda f: f.stock.central)[:NAMED]),
        map=stocks,
        origin=origin,
        instead=instead,
        payers=_payers(reader, scenario),
        money=_money(reader, scenario),
        unpriced=unpriced_words(reader, scenario),
        lost=_lost(reader, scenario),
        refused=_refused(reader, scenario),
        victim=reader.names[reader.victim],
        exposure=_exposure(reader, scenario),
        protected=front.protected(reader, scenario),
        leaks=front.leaks_of(reader, scenario),
        steps=others.steps(reader, scenario),
        worlds=others.worlds(reader, scenario),
        reacted=others.REACTIVE in reader.modes,
        total=others.total(reader, scenario),
        table=table(reader, scenario),
    )


def _flows(reader: Reader, scenario: Scenario) -> tuple[list[Flow], dict[str, tuple[float, float]]]:
    """Places whose stock changes beyond chance with the flows behind it; change in per cent and shade of all."""
    since = reader.since(scenario.label)  # a stock is what has come and gone since the first change
    found = reader.rows("n_researchers", scenario.label, by=("place",), places=(), years=reader.last)
    stock = {row["place"]: row for row in found}
    parts = {
        name: since.years * reader.central(name, scenario.label, ("place",), years=since)
        for name in ("new_entrants", "net_moves", "new_exits")
    }
    whole = dict(zip(reader.data.iso3, ~reader.data.is_rest))
    flows = [
        Flow(
            reader.names[place],
            absolute(row, ""),
            parts["new_entrants"].get(place, math.nan),
            parts["net_moves"].get(place, math.nan),
            -parts["new_exits"].get(place, math.nan),
        )
        for place, row in stock.items()
        if whole.get(place) and reader.told(row)
    ]
    percent = {place: (relative(row).central, reader.shade(row)) for place, row in stock.items()}
    return flows, {place: found for place, found in percent.items() if math.isfinite(found[0])}


def _instead(reader: Reader, scenario: Scenario) -> tuple[str, tuple[Row, ...]]:
    """Entrants from the first targeted origin by place, persons a year; the largest changes."""
    targets = reader.targets(scenario.label)
    if not targets:
        return "", ()
    found = reader.rows(
        "new_entrants", scenario.label, by=("place",), places=(), table="entry_year", keep={"origin": targets[:1]}
    )
    mine = [row for row in found if reader.told(row, reader.period.years)]
    mine.sort(key=lambda row: -abs(row["central"]))
    rows = [as_row(row, reader.names[row["place"]], "") for row in mine[: 2 * NAMED]]
    return reader.names[targets[0]], tuple(rows)


def _payers(reader: Reader, scenario: Scenario) -> tuple[Panel, ...]:
    """Researchers and papers of each constituency of the subject, in per cent."""
    options: dict[str, Any] = {"by": ("kind", "member"), "table": "constituency_year"}
    origins = reader.central(
        "n_researchers", scenario.label, ("member",), "constituency_year", place=reader.places, kind=("origin",)
    )
    largest = tuple(map(str, origins.abs().sort_values(ascending=False, kind="stable").index[:NAMED]))
    panels = []
    for kind in CONSTITUENCIES:
        options["keep"] = {"kind": (kind,), **({"member": largest} if kind == "origin" else {})}
        people = reader.rows("n_researchers", scenario.label, years=reader.last, **options)
        papers = {r["member"]: r for r in reader.rows("papers_fractional", scenario.label, **options)}
        lines = []
        for row in sorted(people, key=lambda row: _rank(kind, row)):
            of_papers = papers.get(row["member"])
            name = reader.names.get(row["member"], row["member"].replace("_", " "))
            line = Row(name, _clear(reader, row), _clear(reader, of_papers, reader.period.years))
            if kind != "origin" or line.relative.known:
                lines.append(line)
        if any(effect and effect.known for line in lines for effect in (line.relative, line.absolute)):
            panels.append(Panel(TOLD[kind], tuple(lines)))
    return tuple(panels)


def _clear(reader: Reader, row: Mapping[str, Any] | None, years: int = 1) -> Effect:
    """Change in per cent; none where chance, or a few agents, could make it."""
    return relative(row) if row and reader.told(row, years) else Effect(math.nan)


def _rank(kind: str, row: Mapping[str, Any]) -> float:
    """Origins by how many people they lose or gain, stages and sizes in their order, fields by size."""
    order = {"stage": STAGES, "institution_size": SIZE_CLASSES}.get(kind)
    if order:
        return order.index(row["member"])
    return -abs(row["central"]) if kind == "origin" else -row["reference"]


def _money(reader: Reader, scenario: Scenario) -> tuple[Money, ...]:
    """The bill of the subject; what the model has no price for is no zero."""
    uses = reader.comparison.own(scenario.label).uses
    levers = [LEVERS[name] for name in in_force(uses, reader.period.first, reader.period.last)]
    unpriced_aims = {lever.aim for lever in levers if lever.cost == NOT_MODELLED and not lever.of}
    lines = []
    for column, words, unit, aim in BILL:
        found = reader.rows(column, scenario.label)
        effect = absolute(found[0], unit) if found else None
        if effect is not None and (effect.central != 0.0 or effect.reference > 0.0):
            lines.append(Money(words, effect))
        else:
            lines.append(Money(words, None, NOT_MODELLED if aim in unpriced_aims else NONE))
    return tuple(lines)


def _lost(reader: Reader, scenario: Scenario) -> Lost | None:
    found = [reader.rows(f"papers_lost_{why}", scenario.label) for why in ("rule", "fear")]
    if not all(found):
        return None
    rule, fear = (absolute(rows[0], "papers a year") for rows in found)
    return Lost(rule, fear) if rule.known and fear.known and (rule.central or fear.central) else None


def _refused(reader: Reader, scenario: Scenario) -> tuple[Effect, Effect] | None:
    found = [reader.rows(f"slots_refused_by_{why}", scenario.label) for why in ("rule", "fear")]
    if not all(found):
        return None
    rule, fear = (absolute(rows[0], "places on teams a year") for rows in found)
    return rule, fear


def _exposure(reader: Reader, scenario: Scenario) -> tuple[Row, ...]:
    """Sensitive project-years of the victim exposed by each way; no % where chance, or a few agents, could make it."""
    rows = []
    for way in WAYS:
        found = reader.rows(f"exposed_{way}", scenario.label, places=(reader.victim,))
        if found and found[0]["reference"] > 0:
            counted = f"exposed_{way}" in EXPOSED_AGENTS
            clear = reader.told(found[0], reader.period.years) if counted else absolute(found[0], "").clear
            change = relative(found[0]) if clear else Effect(math.nan)
            rows.append(Row(way, change, absolute(found[0], "project-years a year")))
    return tuple(rows)


def unpriced_words(reader: Reader, scenario: Scenario) -> str:
    """Levers in force whose money the model does not know, in words; empty if there are none."""
    uses = reader.comparison.own(scenario.label).uses
    return listed(unpriced(in_force(uses, reader.period.first, reader.period.last)))
