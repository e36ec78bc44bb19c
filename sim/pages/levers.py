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
            "The only things that policies and governments can pull; each acts through the named channels of "
            "`sim/policy/channels.py` and nothing else. A strength is a departure from the policy of 2017, holds from "
            "its date on, counts by days within a year, and combines with those of other policies on the same lever by "
            "the rule in the column *combination*: *add*; *compound* (1 + strength multiply); *complement* (shares "
            "left over multiply); *weighted* (mean, weighted by the lever it qualifies). What a government decides "
            "itself meets them as the stronger of the two ([decision](decisions/own-and-imposed.md)).\n",
            "A strength is a number in the lever's unit, or words with a unit as in the column *may be written as*: "
            "`values: {2018-11-01: +5 %}`. `+5 %` of a lever in logs is ln 1.05; *500 places a year* are taken per "
            "1,000 researchers of the issuer in 2017. On a command line words with blanks are quoted: "
            '`"policies.us_talent.levers.pay.values.2018-11-01=+5 %"`, or written without the blank: `+5%`.\n',
            "*Paid by* says what the issuer's academic money pays for ([money.md](money.md)); what has no price in the "
            "model is *not modelled*, which is not 0.\n",
            f"Scopes that a lever may take: {scope}. What is left out means everywhere but the issuer.\n",
            table(HEAD, map(_row, LEVERS.values())),
            "## How strongly levers act\n",
            "At full strength; changed as `key=value`, the same for imposed and decided levers. No estimate of most of "
            "these numbers exists, so ranges are wide and effects are to be swept. Ids such as S6 lead to "
            "[evidence.md](evidence.md).\n",
            valued(effect_table()),
        ]
    )
