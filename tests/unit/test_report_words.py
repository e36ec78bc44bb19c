"""The wording of the report: the same size and certainty in the same words, and no digit that is not known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sim.comparison.bands import ENOUGH
from sim.report import words
from sim.report.words import HARDLY, PERCENT, UNKNOWN, Effect

NAN = math.nan


def effect(central: float, lo: float = NAN, hi: float = NAN, agree: float = NAN, unit: str = PERCENT) -> Effect:
    """An effect with chance of a tenth of it either way."""
    chance = abs(central) / 20
    return Effect(central, chance, central - 2 * chance, central + 2 * chance, lo, hi, agree, 100.0, unit)


@pytest.mark.parametrize(
    ("central", "said"),
    [
        (-0.4, HARDLY), (0.4, HARDLY), (-0.6, "very likely falls slightly"), (1.9, "very likely rises slightly"),
        (-2.0, "very likely falls"), (9.9, "very likely rises"), (-10.0, "very likely falls sharply"),
        (35.0, "very likely rises sharply"),
    ],
)  # fmt: skip
def test_sizes_have_one_wording_each(central: float, said: str) -> None:
    assert words.verb(effect(central, central * 0.9, central * 1.1, 1.0)) == said


@pytest.mark.parametrize(
    ("agree", "said"), [(1.0, "very likely"), (0.95, "very likely"), (0.9, "likely"), (0.8, "likely"), (0.79, UNKNOWN)]
)
def test_certainty_is_the_share_of_draws_that_agree(agree: float, said: str) -> None:
    assert words.certainty(effect(-5.0, -9.0, 1.0, agree)) == said


def test_a_sign_that_draws_do_not_agree_on_is_not_told() -> None:
    assert words.verb(effect(-5.0, -9.0, 3.0, 0.6)) == UNKNOWN


def test_what_is_small_at_both_ends_hardly_changes_whatever_its_sign() -> None:
    assert words.verb(effect(0.1, -0.3, 0.4, 0.5)) == HARDLY
    assert words.verb(effect(0.1, -0.3, 0.9, 0.5)) == UNKNOWN


@pytest.mark.parametrize(
    ("central", "lo", "hi", "said"),
    [
        (20.0, 0.0, 50.0, "very likely rises"),  # hardly or sharply: the size is open
        (20.0, 12.0, 50.0, "very likely rises sharply"),
        (-11.0, -18.0, -6.0, "very likely falls sharply"),
        (-1.0, -12.0, -0.6, "very likely falls"),
        (0.004, 0.0, 16.4, "hardly changes, but may rise sharply"),
        (-0.1, -3.0, 0.0, "hardly changes, but may fall"),
    ],
)
def test_the_size_is_that_of_both_ends(central: float, lo: float, hi: float, said: str) -> None:
    found = effect(central, lo, hi, 1.0)
    assert words.verb(found) == said
    assert (words.sign_dots(found)[0] == 0) is said.startswith(HARDLY)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (effect(0.004, 0.0, 16.43, 1.0, "points"), "0\u00a0points (0 to +16\u00a0points)"),
        (effect(-1533.0, -6000.0, 3000.0, 0.6, ""), "−2,000 (−6,000 to +3,000)"),
        (effect(0.04, 0.0, 600.0, 0.9, ""), "+0.04 (0 to +600)"),
    ],
)
def test_a_change_is_not_rounded_away(found: Effect, said: str) -> None:
    assert words.both(found) == said


def test_parts_of_a_whole_have_the_same_digits() -> None:
    rule, fear = effect(1341.0, 0.0, 6000.0, 1.0, "papers"), effect(1515.0, -500.0, 6000.0, 0.9, "papers")
    assert words.alike(rule, fear) == ("1,300\u00a0papers", "1,500\u00a0papers")
    assert words.alike(effect(12_345.0, 9000.0, 20_000.0, 1.0, ""), effect(0.3, unit="")) == ("12,000", "0")


def test_few_draws_make_nothing_very_likely() -> None:
    few = replace(effect(-5.0, -9.0, -4.0, 1.0), draws=2)
    assert words.verb(few) == "likely falls" and words.sign_dots(few) == (3, "likely: all 2 draws agree")


def test_one_draw_is_told_as_one() -> None:
    one = replace(effect(-5.0, -9.0, -4.0, 1.0), draws=1)
    assert words.sign_dots(one) == (3, "likely: the one draw agrees")
    assert words.sign_dots(replace(one, agree=0.0)) == (1, "not known: the one draw does not agree")
    said = words.what_ranges_are(1, 3)
    assert "between the documented values and one draw of" in said and "one draw is too few" in said
    assert "the range of all 2 draws" in words.what_ranges_are(2, 3)


def test_without_draws_only_chance_is_told() -> None:
    alone = effect(-5.0)
    assert not alone.drawn and words.verb(alone) == "falls"
    assert words.span(alone) == "−5.5 to −4.5\u00a0%"
    assert words.sign_dots(alone) == (2, "clear of chance; assumptions not varied")
    assert words.size_dots(alone)[0] <= 2
    assert "chance alone" in words.what_ranges_are(0, 2)


def test_what_chance_could_give_has_no_sign() -> None:
    unclear = Effect(-1.0, 1.0, -3.0, 1.0)
    assert words.verb(unclear) == UNKNOWN and words.sign_dots(unclear)[0] == 0


def test_no_effect_and_no_number() -> None:
    nothing = Effect(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    assert words.verb(nothing) == HARDLY and words.both(nothing) == "0\u00a0%"
    assert words.size_dots(nothing) == (0, "the same in every run")
    assert words.sign_dots(nothing) == (0, "no change in any draw")
    assert words.sign_dots(Effect(0.0, lo=-1.0, hi=0.0, agree=0.0)) == (0, "no change at the documented values")
    missing = Effect(NAN)
    assert words.amount(missing) == "–" and words.span(missing) == "" and words.both(missing) == "–"
    assert words.verb(missing) == "is not recorded" and words.sign_dots(missing)[0] == words.size_dots(missing)[0] == 0
    assert words.answer("The number", [("A", missing)]) == "The number is not recorded."


def test_one_replicate_has_no_range_and_two_digits() -> None:
    single = Effect(-93_412.0, unit="people")
    assert words.both(single) == "−93,000\u00a0people" and words.verb(single) == "falls sharply in this one run"
    assert words.sign_dots(single)[0] == words.size_dots(single)[0] == 0
    assert "neither chance nor assumptions" in words.what_ranges_are(0, 1)


@pytest.mark.parametrize(
    ("lo", "hi", "said"),
    [(-17.1, -2.8, "−5\u00a0% (−17 to −3\u00a0%)"), (-5.0, -4.2, "−4.7\u00a0% (−5.0 to −4.2\u00a0%)"),
     (-95.0, -1.0, "−5\u00a0% (−95 to −1\u00a0%)"), (-95.0, 80.0, "−5\u00a0% (−95 to +80\u00a0%)")],
)  # fmt: skip
def test_digits_follow_the_whole_range(lo: float, hi: float, said: str) -> None:
    assert words.both(effect(-4.7, lo, hi, 1.0 if hi < 0 else 0.5)) == said


@pytest.mark.parametrize("size", [1e-3, 0.07, 1.3, 20.0, 4e3, 5e6])
def test_the_last_digit_is_worth_no_less_than_a_fortieth_of_the_range(size: float) -> None:
    found = words.digits(effect(size, size * 0.5, size * 2, 1.0, ""))
    assert 10.0**-found >= 1.5 * size / 40 or found == -12


def test_sizes_are_known_by_how_far_the_ends_lie_apart() -> None:
    dots = [words.size_dots(effect(-4.0, -4.0 * f, -4.0, 1.0))[0] for f in (1.2, 2.0, 4.0, 9.0)]
    assert dots == [4, 3, 2, 1]
    assert words.size_dots(effect(-4.0, -5.0, 1.0, 0.9)) == (1, "the range holds zero")


def test_answers_of_one_three_and_five_scenarios() -> None:
    cases = [
        (f"Plan {n} " + "of a very long title " * 8, effect(-n, -n * 1.5, -n * 0.5, 1.0)) for n in (1.0, 3.0, 12.0)
    ]
    one = words.answer("The stock", cases[:1])
    assert one == "The stock very likely falls slightly: −1.0\u00a0% (−1.5 to −0.5\u00a0%)."
    three = words.answer("The stock", cases)
    assert all(title in three for title, _ in cases) and "very likely falls sharply" in three
    five = words.answer("The stock", [*cases, ("Most", effect(20.0, 10, 30, 1.0)), ("Less", effect(5.0, 4, 6, 1.0))])
    assert (
        "the other 3 scenarios lie between" in five
        and "“Most”" in five
        and "“Less”" not in five
        and cases[2][0] in five
    )


def test_ranges_say_what_they_are_over() -> None:
    assert "nine in ten" in words.what_ranges_are(ENOUGH, 1) and f"{ENOUGH} draws" in words.what_ranges_are(ENOUGH, 1)
    assert "too few" in words.what_ranges_are(ENOUGH - 1, 1)
