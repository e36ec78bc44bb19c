"""Fixed wording: the same size and certainty is always said in the same words.

Sizes are judged in per cent of the reference (`SIZES`), certainty by the share of draws of the assumptions that agree
on the sign (`VERY_LIKELY`, `LIKELY`). A range whose ends lie `APART` sizes apart leaves the plain verb. Numbers carry
no more digits than their total uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.analysis.text import number
from sim.comparison.bands import ENOUGH

SIZES = ((10.0, " sharply"), (2.0, ""), (0.5, " slightly"))  # least size in per cent of the reference, how it changes
PLAIN = 1  # which of `SIZES` says nothing of the size
APART = 2  # sizes between the ends of a range that leave the size open
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
    draws : how many there are; fewer than `ENOUGH` make nothing very likely.
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
    draws: int = ENOUGH

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


def digits(effect: Effect, significant: int = 1) -> int:
    """Decimal places (negative: left of the point) that the total uncertainty leaves.

    The last digit is worth a twentieth to a half of half the range; but a change has `significant` digits at least, and
    so does not print as 0, if a decimal that may be used shows it.
    """
    n = _digits_of_range(effect)
    if not effect.central or not math.isfinite(effect.central):
        return n
    leading, most = -math.floor(math.log10(abs(effect.central))), _most(effect)
    return max(n, min(leading + significant - 1, most)) if leading <= most else n


def _digits_of_ends(effect: Effect, significant: int) -> int:
    """Decimal places of the ends of a range: those of the change, but one more than the range leaves at most."""
    return min(digits(effect, significant), _digits_of_range(effect) + 1)


def _digits_of_range(effect: Effect) -> int:
    lo, hi = effect.ends
    half = (hi - lo) / 2
    if not math.isfinite(half) or half <= 1e-9 * abs(effect.central):
        half = abs(effect.central) / 5  # nothing is known of its uncertainty: two digits
    if half == 0.0 or not math.isfinite(half):
        return 0
    return max(-12, min(_most(effect), -math.floor(math.log10(half / 2))))


def _most(effect: Effect) -> int:
    """Decimal places at most: one where 1 % or 1 point is reached, as chance itself is known from few replicates."""
    if effect.unit not in (PERCENT, POINTS):
        return 3
    reach = max((abs(value) for value in (effect.central, *effect.ends) if math.isfinite(value)), default=0.0)
    return 1 if reach >= 1.0 else 2


def _number(value: float, n: int, sign: str = "") -> str:
    """A number of `n` decimals with its sign, without decimals of zero."""
    return number(value, n, sign) if round(value, n) else "0"


def _unit(unit: str) -> str:
    return f"\u00a0{unit}" if unit else ""


def amount(effect: Effect, significant: int = 1) -> str:
    """The effect with its sign and as many digits as of `digits`: ``−4.7 %``; a dash if there is none."""
    if not effect.known:
        return "–"
    return f"{_number(effect.central, digits(effect, significant), '+')}{_unit(effect.unit)}"


def alike(*effects: Effect) -> tuple[str, ...]:
    """Parts of one whole in its unit, without a plus: all with the digits of the largest, which has two at least.

    Shares of what is printed are then those of the parts: ``1,300 papers a year`` and ``1,500 papers a year``.
    """
    n = digits(max(effects, key=lambda effect: abs(effect.central)), 2)
    return tuple(f"{_number(effect.central, n)}{_unit(effect.unit)}" for effect in effects)


def span(effect: Effect, significant: int = 1) -> str:
    """Its widest range: ``−17 to −3 %``; nothing if none is known."""
    return _span(effect, *effect.ends, significant)


def chance_span(effect: Effect, significant: int = 1) -> str:
    """Its range over chance alone; nothing if it is not known."""
    return _span(effect, effect.chance_lo, effect.chance_hi, significant)


def _span(effect: Effect, lo: float, hi: float, significant: int) -> str:
    if not (math.isfinite(lo) and math.isfinite(hi)):
        return ""
    n = _digits_of_ends(effect, significant)
    return f"{_number(lo, n, '+')} to {_number(hi, n, '+')}{_unit(effect.unit)}"


def both(effect: Effect) -> str:
    """``−4.7 % (−17 to −3 %)``; without a range that prints as the number itself."""
    said, n = span(effect), digits(effect)
    same = all(number(end, n) == number(effect.central, n) for end in effect.ends)
    return amount(effect) if same or not said else f"{amount(effect)} ({said})"


def change(effect: Effect) -> str:
    """What the outcome does, by size: a verb of `SIZES`.

    Both ends within the smallest size hardly change, whatever their sign. What hardly changes at the documented values
    may change by as much as the far end says.
    """
    if not effect.known:
        return "is not recorded"
    ends = [end for end in effect.ends if math.isfinite(end)] or [effect.central]
    far = max((effect.central, *ends), key=abs)
    if _size(far) == len(SIZES):
        return HARDLY
    if certainty(effect) == UNKNOWN:
        return UNKNOWN
    size = _size(effect.central)
    if size == len(SIZES):
        return f"{HARDLY}, but may {_verb(_size(far), far)}"
    sizes = [_size(end) if end * effect.central > 0.0 else len(SIZES) for end in ends]
    return _verb(PLAIN if max(sizes) - min(sizes) >= APART else size, effect.central, "s")


def _size(percent: float) -> int:
    """Which of `SIZES`, the largest first; their number for what is smaller than all."""
    return next((n for n, (least, *_) in enumerate(SIZES) if abs(percent) >= least), len(SIZES))


def _verb(size: int, sign: float, ending: str = "") -> str:
    return f"{'rise' if sign > 0 else 'fall'}{ending}{SIZES[size][1]}"


def certainty(effect: Effect) -> str:
    """``very likely``, ``likely`` or `UNKNOWN` by the draws; by chance alone, without draws, nothing or `UNKNOWN`."""
    if not effect.drawn:
        return "" if effect.clear else UNKNOWN
    if effect.agree >= VERY_LIKELY and effect.draws >= ENOUGH:
        return "very likely"
    return "likely" if effect.agree >= LIKELY else UNKNOWN


def verb(effect: Effect) -> str:
    """Certainty and size together: ``very likely falls``."""
    said, sure = change(effect), certainty(effect)
    if effect.known and not effect.ranged:
        return f"{said} in this one run"
    return said if said.startswith((HARDLY, UNKNOWN)) or sure in ("", UNKNOWN) else f"{sure} {said}"


def sign_dots(effect: Effect) -> tuple[int, str]:
    """How sure the sign is: dots of four, and the reason."""
    if not effect.known:
        return 0, "not recorded"
    if effect.central == 0.0:
        return 0, "no change in any draw" if effect.ends == (0.0, 0.0) else "no change at the documented values"
    if not effect.ranged:
        return 0, ONE_RUN
    if change(effect).startswith(HARDLY):
        return 0, "hardly changes"
    if not effect.drawn:
        return (2, "clear of chance; assumptions not varied") if effect.clear else (0, "not clear of chance")
    few = f"{effect.draws} " if effect.draws < ENOUGH else ""
    share = f"all {few}draws agree" if effect.agree == 1.0 else f"{100 * effect.agree:.0f} % of {few}draws agree"
    if effect.draws == 1:
        share = f"the one draw {'agrees' if effect.agree == 1.0 else 'does not agree'}"
    sure = certainty(effect)
    return (1, f"not known: {share}") if sure == UNKNOWN else (3 + (sure == "very likely"), f"{sure}: {share}")


def size_dots(effect: Effect) -> tuple[int, str]:
    """How sure the size is, by the factor between the ends of the range."""
    lo, hi = effect.ends
    if not effect.known or not effect.ranged:
        return 0, ONE_RUN if effect.known else "not recorded"
    if lo == hi == effect.central:
        return 0, "the same in every run"
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
        those, few = "between the documented values and one draw", "one draw is"
        if draws > 1:
            those, few = f"of all {draws} draws", "they are"
        return (
            f"In brackets: the range {those} of the assumptions that no data fix, chance included; {few} too few for "
            f"a range that holds nine in ten (draws={ENOUGH} or more)."
        )
    if replicates < 2:
        return (
            "One run each with and without: neither chance nor assumptions are known, so that any number here may be "
            "far off; talent-circulation compare gives ranges."
        )
    return (
        "In brackets: where the mean lies with 90 % confidence, by chance alone; single runs differ by more. "
        "Assumptions were not varied, so that the true uncertainty is larger; talent-circulation compare gives it."
    )
