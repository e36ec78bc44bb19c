"""Fixed wording: the same size and certainty is always said in the same words.

Sizes are judged in per cent of the reference (`SIZES`), certainty by the share of draws of the assumptions that agree
on the sign (`VERY_LIKELY`, `LIKELY`). Numbers carry no more digits than their total uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.analysis.text import number
from sim.comparison.bands import ENOUGH

# Least size in per cent of the reference -> (rise, fall).
SIZES = (
    (10.0, "rises sharply", "falls sharply"),
    (2.0, "rises", "falls"),
    (0.5, "rises slightly", "falls slightly"),
)
HARDLY = "hardly changes"
UNKNOWN = "may rise or fall"
ONE_RUN = "one run: not known"
VERY_LIKELY, LIKELY = 0.95, 0.80  # shares of draws that agree on the sign
FACTORS = ((1.5, 4), (2.5, 3), (5.0, 2))  # how far the ends of a range lie apart -> dots of four
PERCENT, POINTS = "%", "points"


@dataclass(frozen=True)
class Effect:
    """One effect with its two ranges, all in `unit`; NaN where a range is not known.

    Parameters
    ----------
    central : at the documented values of all parameters.
    chance : its standard error by chance.
    chance_lo, chance_hi : 90 % over chance alone.
    lo, hi : 90 % over chance and assumptions.
    agree : share of draws that have the sign of `central`; NaN without draws.
    reference : level without the policy.
    """

    central: float
    chance: float = math.nan
    chance_lo: float = math.nan
    chance_hi: float = math.nan
    lo: float = math.nan
    hi: float = math.nan
    agree: float = math.nan
    reference: float = math.nan
    unit: str = PERCENT

    @property
    def known(self) -> bool:
        """True if there is a number at all."""
        return math.isfinite(self.central)

    @property
    def drawn(self) -> bool:
        """True if assumptions were varied."""
        return math.isfinite(self.lo) and math.isfinite(self.hi)

    @property
    def ranged(self) -> bool:
        """True if any range is known: of one run it is none."""
        return all(map(math.isfinite, self.ends))

    @property
    def ends(self) -> tuple[float, float]:
        """The widest range that is known; NaN if none is."""
        return (self.lo, self.hi) if self.drawn else (self.chance_lo, self.chance_hi)

    @property
    def clear(self) -> bool:
        """True if the sign is no matter of chance: its range by chance is not known, or does not hold zero."""
        if not self.known or self.central == 0.0:
            return False
        return not math.isfinite(self.chance) or self.chance_lo * self.chance_hi > 0.0


def digits(effect: Effect) -> int:
    """Decimal places (negative: left of the point) that the total uncertainty leaves.

    The last digit is worth a twentieth to a half of half the range. Changes of 1 % or 1 point and more have one decimal
    at most, as chance itself is known from few replicates.
    """
    lo, hi = effect.ends
    half = (hi - lo) / 2
    if not math.isfinite(half) or half <= 1e-9 * abs(effect.central):
        half = abs(effect.central) / 5  # nothing is known of its uncertainty: two digits
    if half == 0.0 or not math.isfinite(half):
        return 0
    most = 1 if effect.unit in (PERCENT, POINTS) and abs(effect.central) >= 1.0 else 2
    n = -math.floor(math.log10(half / 2))
    if effect.central and certainty(effect) != UNKNOWN:  # a change whose sign is known does not print as 0
        n = max(n, -math.floor(math.log10(abs(effect.central))))
    return max(-12, min(most, n))


def _unit(unit: str) -> str:
    return f"\u00a0{unit}" if unit else ""


def amount(effect: Effect) -> str:
    """The effect with its sign: ``−4.7 %``; a dash if there is none."""
    if not effect.known:
        return "–"
    return f"{number(effect.central, digits(effect), '+')}{_unit(effect.unit)}"


def count(effect: Effect) -> str:
    """The effect as a number of its own, without a plus: ``1,900 papers a year``."""
    return amount(effect).removeprefix("+")


def span(effect: Effect) -> str:
    """Its widest range: ``−17 to −3 %``; nothing if none is known."""
    return _span(effect, *effect.ends)


def chance_span(effect: Effect) -> str:
    """Its range over chance alone; nothing if it is not known."""
    return _span(effect, effect.chance_lo, effect.chance_hi)


def _span(effect: Effect, lo: float, hi: float) -> str:
    if not (math.isfinite(lo) and math.isfinite(hi)):
        return ""
    n = digits(effect)
    return f"{number(lo, n, '+')} to {number(hi, n, '+')}{_unit(effect.unit)}"


def both(effect: Effect) -> str:
    """``−4.7 % (−17 to −3 %)``; without a range that prints as the number itself."""
    said, n = span(effect), digits(effect)
    same = all(number(end, n) == number(effect.central, n) for end in effect.ends)
    return amount(effect) if same or not said else f"{amount(effect)} ({said})"


def change(effect: Effect) -> str:
    """What the outcome does, by size: a verb of `SIZES`.

    Both ends within the smallest size, or a sign that is not known but small at both ends, hardly change.
    """
    least = SIZES[-1][0]
    if not effect.known:
        return "is not recorded"
    ends = [end for end in effect.ends if math.isfinite(end)]
    if abs(effect.central) < least and all(abs(end) < least for end in ends):
        return HARDLY
    if certainty(effect) == UNKNOWN:
        return UNKNOWN
    for bound, rises, falls in SIZES:
        if abs(effect.central) >= bound:
            return rises if effect.central > 0 else falls
    return HARDLY


def certainty(effect: Effect) -> str:
    """``very likely``, ``likely`` or `UNKNOWN` by the draws; by chance alone, without draws, nothing or `UNKNOWN`."""
    if not effect.drawn:
        return "" if effect.clear else UNKNOWN
    if effect.agree >= VERY_LIKELY:
        return "very likely"
    return "likely" if effect.agree >= LIKELY else UNKNOWN


def verb(effect: Effect) -> str:
    """Certainty and size together: ``very likely falls``."""
    said, sure = change(effect), certainty(effect)
    if effect.known and not effect.ranged:
        return f"{said} in this one run"
    return said if said in (HARDLY, UNKNOWN) or sure in ("", UNKNOWN) else f"{sure} {said}"


def sign_dots(effect: Effect) -> tuple[int, str]:
    """How sure the sign is: dots of four, and the reason."""
    if not effect.known:
        return 0, "not recorded"
    if effect.central == 0.0:
        return (4, "no change in any draw") if effect.ends == (0.0, 0.0) else (1, "no change at the documented values")
    if not effect.ranged:
        return 0, ONE_RUN
    if not effect.drawn:
        return (2, "clear of chance; assumptions not varied") if effect.clear else (0, "not clear of chance")
    share = "all draws agree" if effect.agree == 1.0 else f"{100 * effect.agree:.0f} % of draws agree"
    if effect.agree >= VERY_LIKELY:
        return 4, f"very likely: {share}"
    return (3, f"likely: {share}") if effect.agree >= LIKELY else (1, f"not known: {share}")


def size_dots(effect: Effect) -> tuple[int, str]:
    """How sure the size is, by the factor between the ends of the range."""
    lo, hi = effect.ends
    if not effect.known or not effect.ranged:
        return 0, ONE_RUN if effect.known else "not recorded"
    if lo * hi <= 0.0:
        return (0 if not effect.drawn else 1), "the range holds zero"
    factor = max(abs(lo), abs(hi)) / min(abs(lo), abs(hi))
    if not effect.drawn:
        return min(2, next((n for most, n in FACTORS if factor <= most), 1)), "chance only; assumptions not varied"
    dots = next((n for most, n in FACTORS if factor <= most), 1)
    return dots, f"the ends of its range differ {factor:.1f}-fold"


def listed(words: Iterable[str], last: str = "and") -> str:
    """'a, b and c'."""
    items = list(words)
    return f"{', '.join(items[:-1])} {last} {items[-1]}" if len(items) > 1 else "".join(items)


def answer(subject: str, cases: Sequence[tuple[str, Effect]]) -> str:
    """One sentence on one outcome under all scenarios.

    Parameters
    ----------
    subject : what changes, singular, ready to begin the sentence: ``By 2035 the number of researchers in Japan``.
    cases : title and effect of each scenario.
    """
    known = [(title, effect) for title, effect in cases if effect.known]
    if not known:
        return f"{subject} is not recorded."
    if len(known) == 1:
        return f"{subject} {verb(known[0][1])}: {both(known[0][1])}."
    if len(known) <= 3:
        return f"{subject} " + "; ".join(f"{verb(e)} under “{t}”, {both(e)}" for t, e in known) + "."
    ranked = sorted(known, key=lambda case: case[1].central)
    ends = " and ".join(f"{verb(e)} under “{t}”, {both(e)}," for t, e in (ranked[0], ranked[-1]))
    return f"{subject} {ends.rstrip(',')}; the other {len(known) - 2} scenarios lie between."


def what_ranges_are(draws: int, replicates: int) -> str:
    """What stands in brackets, in a sentence or two."""
    if draws >= ENOUGH:
        return (
            f"In brackets: the range that holds nine in ten results over chance and over {draws} draws of all "
            "assumptions that no data fix."
        )
    if draws:
        return (
            f"In brackets: the range of all {draws} draws of the assumptions that no data fix, chance included; they "
            f"are too few for a range that holds nine in ten (draws={ENOUGH} or more)."
        )
    if replicates < 2:
        return (
            "One run each with and without: neither chance nor assumptions are known, so that any number here may be "
            "far off; talent-circulation compare gives ranges."
        )
    return (
        "In brackets: the range that holds nine in ten results over chance alone. Assumptions were not varied, so that "
        "the true uncertainty is larger; talent-circulation compare gives it."
    )
