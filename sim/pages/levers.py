"""Text of ``docs/levers.md``: every lever and how strongly it acts."""

from __future__ import annotations

from sim.pages.markdown import NOTE, cited, span, table, text, valued
from sim.policy.levers import LEVERS, Lever, effect_table
from sim.policy.levers.base import AXIS_SCOPES
from sim.policy.units import forms

HEAD = (
    "lever",
    "aim",
    "unit",
    "may be written as",
    "bounds",
    "neutral",
    "combination",
    "channels",
    "scope",
    "paid by",
    "meaning",
    "source",
)


def _row(lever: Lever) -> tuple[str, ...]:
    bounds, neutral = span((lever.lo, lever.hi)), text(lever.neutral)
    how = (lever.combination, text(lever.channels), text(lever.scopes))
    return (
        f"`{lever.name}`",
        lever.aim,
        lever.unit,
        forms(lever),
        bounds,
        neutral,
        *how,
        lever.cost,
        lever.meaning,
        cited(lever.source),
    )


def levers() -> str:
    """Text of ``docs/levers.md``."""
    scope = ", ".join(f"`{key}`" for keys in AXIS_SCOPES.values() for key in keys)
    return "\n".join(
        [
            NOTE,
            "# Levers\n",
            "Levers are all that policies and governments can pull. Each acts through the channels named here (see "
            "`sim/policy/channels.py`) and through nothing else. A strength is a departure from the policy of 2017. It "
            "holds from its date on; within a year it counts by days. Several policies that pull one lever combine by "
            "the rule in the column *combination*: *add*; *compound* (the factors 1 + strength multiply); *complement* "
            "(the shares left over multiply); *weighted* (a mean, weighted by the lever it qualifies). Where a "
            "government has also decided something itself, the stronger of the two holds "
            "([decision](decisions/own-and-imposed.md)).\n",
            "A strength is a number in the lever's unit, or words as in the column *may be written as*: "
            "`values: {2018-11-01: +5 %}`. For a lever in logs, `+5 %` means ln 1.05; *500 places a year* are divided "
            "by the issuer's researchers of 2017, in thousands. On a command line, quote words with blanks "
            '(`"policies.us_talent.levers.pay.values.2018-11-01=+5 %"`) or leave the blank out (`+5%`).\n',
            "*Paid by* says what the issuer's academic money pays for ([money.md](money.md)); what has no price in the "
            "model is *not modelled*, which is not 0.\n",
            f"Scopes that a lever may take: {scope}. What is left out means everywhere but the issuer.\n",
            table(HEAD, map(_row, LEVERS.values())),
            "## How strongly levers act\n",
            "What a lever does at full strength, whoever pulls it; change a number with `key=value`. Most of these "
            "numbers nobody has estimated, so their ranges are wide, and results should be read over the whole range. "
            "Ids such as S6 lead to [evidence.md](evidence.md).\n",
            valued(effect_table()),
        ]
    )
