"""The answer for a terminal of eighty columns."""

from __future__ import annotations

from textwrap import wrap

from sim.core.axes import BASELINE
from sim.flip.asked import Asked
from sim.flip.carry import Finding, Found
from sim.plots.style import joined, signed
from sim.policy.words import short_title

WIDTH = 80
HEAD = ("if this number is larger:", "range", "here", "effect", "the answer")


def text_of(found: Found) -> str:
    """Question, effects at the documented values, the numbers that matter and where they turn the answer."""
    asked = found.asked
    chance = f"{2 * found.error:.2g}"
    head = HEAD if len(found.effects) == 1 else tuple("lead" if cell == "effect" else cell for cell in HEAD)
    rows = [head, *(cells(finding) for finding in found.findings)]
    return "\n".join(
        [
            *(line for part in f"{question_of(asked)}?".split("\n") for line in _wrapped(part)),
            *_wrapped(f"At the documented values: {_central(found)}; by chance ± {chance} {found.unit}."),
            "",
            *(_table(rows) if found.findings else ()),
            *(_wrapped(found.told) if found.told else ()),
            "",
            *_wrapped(found.resolution),
        ]
    )


def question_of(asked: Asked) -> str:
    """The question without its mark."""
    titles = [short_title(asked.question.titles.get(label, label)) for label in asked.scenarios]
    against = asked.question.reference
    than = "" if against == BASELINE else f", against {short_title(asked.question.titles.get(against, against))}"
    when = asked.question.period.last if asked.outcome.last else asked.question.period
    what = f"{asked.outcome.words} ({asked.where}, {when}){than}"
    if len(titles) == 1:
        return f"{titles[0]}:\nwhat would turn the sign of its effect on {what}"
    return f"{joined(titles)}:\nwhat would change their order by {what}"


def cells(finding: Finding) -> tuple[str, ...]:
    """Cells of one number, in the order of `HEAD`: of several scenarios the lead of one over the next."""
    ends, names = finding.line.item.law.between_ends(), finding.turn.margin.names
    first, *next_ = (finding.effects[name] for name in names)
    low, high = (first[i] - sum(values[i] for values in next_) for i in (0, -1))
    span, here = f"{ends.lo:.2g}–{ends.hi:.2g}", f"{finding.documented:.2g}"
    return (finding.line.item.words, span, here, f"{_told(low)} to {_told(high)}", finding.turn.verdict)


def _central(found: Found) -> str:
    titles, unit = found.asked.question.titles, found.unit
    told = [
        f"{_told(value)} {unit}" + (f" ({short_title(titles.get(label, label))})" if len(found.effects) > 1 else "")
        for label, value in found.effects.items()
    ]
    return joined(told)


def _told(value: float) -> str:
    return signed(value, 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns side by side; a first column that is too long for the width goes on in the next line."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    widths[0] = max(20, WIDTH - sum(widths[1:]) - 2 * (len(HEAD) - 1))
    lines = []
    for row in rows:
        first, *more = _wrapped(row[0], widths[0])
        others = "  ".join(cell.ljust(width) for cell, width in zip(row[1:], widths[1:]))
        lines += [f"{first.ljust(widths[0])}  {others}".rstrip(), *(f"  {part}" for part in more)]
    return lines


def _wrapped(text: str, width: int = WIDTH) -> list[str]:
    return wrap(text, width) or [""]
