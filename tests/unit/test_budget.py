"""Money: prices, what can be paid, what is taken up, and that no million is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.engines import budget
from sim.engines.budget import Bill, Census
from sim.engines.careers import BOUGHT
from sim.params import MoneyParams
from sim.phases.budget import cut, new_uses
from sim.policy.channels import Channels
from tests.small import YEAR, people

P = 3
PEOPLE = Census(heads=np.array([100.0, 50.0, 0.0]), recruits=np.array([20.0, 0.0, 0.0]), unposted=np.zeros(P),
                bought=np.zeros(P))  # fmt: skip


def test_academic_money_is_what_universities_and_part_of_government_perform() -> None:
    money = [budget.academic_money(np.array([1000.0]), np.array([0.1]), np.array([0.2]), g)[0] for g in (0, 0.5, 1)]
    assert money == pytest.approx([100.0, 200.0, 300.0])


def test_prices_lie_between_own_income_and_that_of_the_rich() -> None:
    income = np.array([10_000.0, 40_000.0])
    own, mean, rich = (budget.price_level(income, 40_000.0, e) for e in (1.0, 0.5, 0.0))
    assert (
        own == pytest.approx([0.01, 0.04]) and mean == pytest.approx([0.02, 0.04]) and rich == pytest.approx([0.04] * 2)
    )
    prices = budget.prices_of(MoneyParams(), mean)
    assert prices.programme_place == pytest.approx([0.16, 0.32]) and prices.post == pytest.approx([0.024, 0.048])


def test_promises_are_paid_before_offers_and_neither_beyond_the_room() -> None:
    room, due, offers = (
        np.array([10.0, 10.0, 10.0, 0.0]),
        np.array([4.0, 4.0, 20.0, 0.0]),
        np.array([3.0, 12.0, 5.0, 2.0]),
    )
    kept, share = budget.affordable(room, due, offers)
    assert kept.tolist() == [1.0, 1.0, 0.5, 1.0] and share.tolist() == [1.0, 0.5, 0.0, 0.0]
    assert (kept * due + share * offers <= room).all()
    assert budget.affordable(np.zeros(1), np.zeros(1), np.zeros(1))[1][0] == 1.0, (
        "who asks for nothing is refused nothing"
    )


def test_promises_that_take_all_of_the_room_leave_a_share_of_nothing_whole() -> None:
    room = np.linspace(1.0, 100.0, 1000)
    for due in (1.1 * room, 3.0 * room):  # of which a part is a digit above the room again
        kept, share = budget.affordable(room, due, np.zeros(1000))
        assert (share == 1.0).all() and (kept < 1.0).all()
        assert (budget.affordable(room, due, room)[1] < 1e-12).all()


def test_a_bill_beyond_the_room_is_paid_in_part_promises_first() -> None:
    due, offers = (Bill(*(np.full(3, x) for _ in Bill._fields)) for x in (1.0, 2.0))
    room = np.array([20.0, 10.0, 4.0])
    found = budget.paid(due, offers, *budget.affordable(room, due.total, offers.total))
    assert found.total.tolist() == [15.0, 10.0, 4.0] and found.posts.tolist() == [3.0, 2.0, 0.8]
    assert found.leaving.tolist() == pytest.approx([9.0, 6.0, 2.4])


def test_uses_below_the_baseline_cost_nothing_and_free_nothing() -> None:
    uses = {name: np.array([-3.0, 2.0]) for name in Bill._fields}
    assert new_uses(**uses).total.tolist() == [0.0, 10.0]


def test_money_moved_to_recruits_makes_no_more_of_it() -> None:
    common, own = np.array([90.0, 50.0, 0.0]), np.array([10.0, 0.0, 0.0])
    gain = np.exp(budget.recruits_gain(own, common, PEOPLE))
    assert gain.tolist() == pytest.approx([1.0 + (10 / 20) / (90 / 100), 1.0, 1.0])
    a_head = common[0] / 100.0
    assert 80 * a_head + 20 * a_head * gain[0] == pytest.approx(100.0)
    poor = np.exp(budget.recruits_gain(np.array([-9.0, 0.0, 0.0]), np.full(3, 100.0), PEOPLE))
    assert 80 * 1.0 + 20 * 1.0 * poor[0] == pytest.approx(100.0 - 9.0), "what recruits do not get, others have"
    assert (80 * a_head**0.2 + 20 * (a_head * gain[0]) ** 0.2) < 100.0, "with an elasticity below 1, less output"


@pytest.mark.parametrize("change", [-0.5, 0.1, 3.0])
def test_students_are_conserved_within_the_place(change: float) -> None:
    share = np.array([0.0, 0.2, 0.6, 1.0])
    recruits, others = (np.exp(x) for x in budget.share_students(np.full(4, change), share, 0.5))
    np.testing.assert_allclose((share * recruits + (1.0 - share) * others)[:3], 1.0, rtol=1e-12)
    assert (others >= 0.5 - 1e-12).all(), "incumbents keep half"
    assert recruits[0] == others[0] == others[3] == 1.0


def test_joint_papers_are_paid_where_programmes_add_them_and_free_nothing_where_they_end() -> None:
    papers, change = np.array([[0.0, 100.0], [100.0, 0.0]]), np.array([[0.0, 0.1], [-0.1, 0.0]])
    added = budget.added_papers(papers, change)
    assert added[0, 1] == pytest.approx(100 * (1 - np.exp(-0.1))) and added[1, 0] == 0.0


def test_a_census_counts_recruits_of_five_years_and_bought_posts() -> None:
    block = people(400, P)
    block.moved_year[:300] = np.repeat([0, YEAR - 6, YEAR - 5], 100)
    block.permanent[:400] = np.tile([0, 1, BOUGHT, 1], 100)
    found = Census(*np.zeros((4, P)))
    budget.count_bought(YEAR, block.rows.people, *found)
    moved = (block.moved_year[:400] > 0) & (YEAR - block.moved_year[:400].astype(int) <= 5)
    place, held = block.place[:400], block.permanent[:400]
    for counted, who in zip(found, (held >= 0, moved, held == 0, held == BOUGHT)):
        np.testing.assert_array_equal(counted, np.bincount(place[who], minlength=P))


def offers() -> Channels:
    """Every bought lever is pulled in the first place, and reduced in the second."""
    ch = Channels.neutral(P, 1)
    ch.programme_slots[0], ch.chairs_slots[0] = 100.0, 10.0
    ch.programme_pull[:, 0], ch.chairs_pull[0] = 1.0, 0.7
    ch.funding_recruits[:2], ch.income_recruits[:2], ch.student_places[:2] = (1.6, 0.5), (0.2, -0.2), (0.3, -0.3)
    ch.permanent_offer[0], ch.joint[0, 2], ch.joint[2, 0] = 0.05, 0.1, 0.1
    return ch


def test_offers_are_cut_to_what_can_be_paid_and_to_nothing_without_money() -> None:
    ch = offers()
    assert cut(ch, np.ones(P)) is ch
    half = cut(ch, np.array([0.5, 0.5, 1.0]))
    assert half.programme_slots[0] == 50.0 and half.funding_recruits[0] == pytest.approx(1.3)
    assert np.exp(half.student_places[0]) - 1 == pytest.approx(0.5 * (np.exp(0.3) - 1))
    assert half.student_places[1] == -0.3 and half.income_recruits[1] == -0.2 and half.funding_recruits[1] == 0.5
    assert half.joint[0, 2] == half.joint[2, 0] == pytest.approx(0.05), "a joint project takes two"
    none = cut(ch, np.array([0.0, 1.0, 1.0]))
    mine = replace(none, funding_recruits=none.funding_recruits.copy())
    mine.funding_recruits[1], mine.income_recruits[1], mine.student_places[1] = 1.0, 0.0, 0.0
    assert mine.is_neutral()
