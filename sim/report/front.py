"""What stands at the head of the page: what was asked, the answer, how sure it is, the numbers side by side."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.report.model import Card, Certainty, Panel, Row, Scenario
from sim.report.read import Reader, article, points, relative
from sim.report.words import POINTS, Effect, answer, sign_dots, size_dots

# Outcomes in per cent that all scenarios are set side by side in: name, words, whether it is a stock.
SHARED = (
    ("n_researchers", "Researchers, {last}", True),
    ("new_entrants_foreign", "Entrants from abroad", False),
    ("papers_fractional", "Papers", False),
    ("top1_once", "Top-1 % papers", False),
    ("papers_international_fractional", "International papers", False),
)
PROTECTED = "protected"
FEW_AGENTS = 100  # of a subject whose changes come in steps
LEAKS_ASSUMED = "their rate is not known"


def asked(reader: Reader, reference: str) -> str:
    """The question, and what makes the answer a fair one."""
    each = ", each" if len(reader.scenarios) > 1 else ""
    return (
        f"What changes in {reader.subject} from {reader.period.first} to {reader.period.last}{each} compared with "
        f"{reference}? The worlds share people and chance; only the policy differs."
    )


def people(reader: Reader, scenario: Scenario) -> Row:
    """Researchers at the end."""
    return reader.row("n_researchers", scenario.label, scenario.title, "", years=reader.last)


def protected(reader: Reader, scenario: Scenario) -> Row:
    """Share of what could leak from the victim's sensitive projects that protection stops, in points."""
    found = reader.rows(PROTECTED, scenario.label, places=(reader.victim,))
    return Row(scenario.title, points(found[0]) if found else Effect(math.nan, unit=POINTS))


def answers(reader: Reader) -> tuple[str, ...]:
    """Three sentences: people, papers, protection."""
    where, last = reader.subject, reader.period.last
    victim = article(reader.names[reader.victim])
    whose = "its" if reader.world or len(reader.places) == 1 else "their"
    cases = [(s.title, people(reader, s).relative) for s in reader.scenarios]
    papers = [(s.title, reader.row("papers_fractional", s.label).relative) for s in reader.scenarios]
    stopped = [(s.title, protected(reader, s).relative) for s in reader.scenarios]
    return (
        answer(f"By {last} the number of researchers in {where}", cases),
        answer(f"The number of {whose} papers a year, {reader.period},", papers),
        answer(f"Of what could leak from sensitive projects in {victim}, the share that protection stops", stopped),
    )


def caution(reader: Reader) -> str:
    """What is to be said of a subject that few agents stand for; empty if enough do."""
    if not reader.agents < FEW_AGENTS:
        return ""
    return (
        f"Only {reader.agents:.0f} agents, each for {reader.scale:,g} people, stand for the researchers in "
        f"{reader.subject}: what moves by a few of them may be chance. A smaller scale= tells more."
    )


def certainties(reader: Reader) -> tuple[Certainty, ...]:
    """How sure the answer is on the first scenario: sign and size of people, papers, leaks."""
    first = reader.scenarios[0]
    stock, papers = people(reader, first).relative, reader.row("papers_fractional", first.label).relative
    leaks = leaks_of(reader, first).relative
    dots, why = sign_dots(leaks)
    return (
        Certainty("People: sign", *sign_dots(stock), stock),
        Certainty("People: size", *size_dots(stock), stock),
        Certainty("Papers: sign", *sign_dots(papers), papers),
        Certainty("Leaks: sign", min(dots, 2), f"{why}; {LEAKS_ASSUMED}", leaks),
    )


def leaks_of(reader: Reader, scenario: Scenario) -> Row:
    """Leaks of the victim in per cent of the reference."""
    return reader.row("leaks", scenario.label, scenario.title, "project-years a year", places=(reader.victim,))


def cards(reader: Reader) -> tuple[Card, ...]:
    """Four numbers of the first scenario."""
    first, years = reader.scenarios[0], str(reader.period)
    victim = article(reader.names[reader.victim])
    return (
        Card("Researchers", _in(people(reader, first), "people"), f"at the end of {reader.period.last}"),
        Card("Papers", _in(reader.row("papers_fractional", first.label), "a year"), f"{years}, joint papers shared"),
        Card("Top-1 % papers", _in(reader.row("top1_once", first.label), "a year"), "by the reference's threshold"),
        Card("Protected", protected(reader, first), f"of what could leak in {victim}"),
    )


def _in(row: Row, unit: str) -> Row:
    return replace(row, absolute=replace(row.absolute, unit=unit)) if row.absolute else row


def shared(reader: Reader) -> tuple[Panel, ...]:
    """All scenarios outcome by outcome, in per cent of the reference."""
    panels = []
    for outcome, words, stock in SHARED:
        years = reader.last if stock else reader.period
        rows = []
        for scenario in reader.scenarios:
            found = reader.rows(outcome, scenario.label, years=years)
            if found:
                rows.append(Row(scenario.title, relative(found[0])))
        if any(row.relative.known for row in rows):
            panels.append(Panel(words.format(last=reader.period.last), tuple(rows)))
    return tuple(panels)
