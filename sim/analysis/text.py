"""Numbers as text: as many digits as their standard error has."""

from __future__ import annotations

import math

ROUNDING = 1e-9  # share of a value below which its standard error is rounding
FEW = 3  # agents: a smaller effect is a matter of chance, and their number is told instead of an estimate

GOVERNMENTS = {"scripted": "if governments do not react", "reactive": "if governments react"}  # by mode


def decimals(se: float, value: float) -> int:
    """Decimal places that show two digits of the standard error (three of the value if there is none)."""
    size = abs(se) if math.isfinite(se) and se > ROUNDING * abs(value) else abs(value) / 10
    return 0 if not math.isfinite(size) or size == 0 else min(6, max(-12, 1 - math.floor(math.log10(size))))


def number(value: float, digits: int, sign: str = "") -> str:
    """A number with thousands separators, rounded to digits that may lie left of the point."""
    if math.isnan(value):
        return "–"
    rounded = round(value, digits) + 0.0  # no minus in front of zero
    text = f"{rounded:{sign if rounded != 0 else ''},.{max(digits, 0)}f}"
    return text.replace("-", "−")


def error(se: float, value: float) -> str:
    """`` ± standard error``, nothing where it is not known, and a dash where all replicates gave the same change."""
    if math.isnan(se):
        return ""
    return " ± –" if abs(value) > 0 and se <= ROUNDING * abs(value) else f" ± {number(se, decimals(se, value))}"


def few(agents: float) -> bool:
    """True of an effect of some agents that prints as fewer than `FEW`."""
    return 0.0 < abs(agents) < FEW - 0.05


def in_agents(agents: float) -> str:
    """An effect as so many agents, or papers of agents, with its sign."""
    return f"{number(agents, 1, '+')} agents"
