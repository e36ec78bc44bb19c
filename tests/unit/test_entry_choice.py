"""The choice of a place of entry: shares by the textbook formula, and where those go whom a host loses."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.hosts import Nest, deterred, entry_choice, probabilities
from tests.unit.nest import GROUP, NEST, chosen, shares


def textbook(change: np.ndarray, nest: Nest, home_change: float = 0.0) -> np.ndarray:
    """The same written as in the books: inclusive values from hosts to groups to abroad, one origin at a time."""
    home, abroad = shares(len(change))
    found = np.zeros(change.shape)
    for o in range(len(home)):
        within, of_group = {}, {}
        for g in set(nest.group.tolist()):
            hosts = [d for d in range(len(home)) if nest.group[d] == g and d != o]
            v = {d: nest.like * np.log(abroad[o, d] / sum(abroad[o, hosts])) + change[o, d] for d in hosts}
            top = sum(np.exp(v[d] / nest.like) for d in hosts)
            if top > 0.0:
                within[g] = {d: np.exp(v[d] / nest.like) / top for d in hosts}
                of_group[g] = sum(abroad[o, hosts]) * np.exp(nest.like * np.log(top) / nest.groups)
        inclusive = nest.groups * np.log(sum(of_group.values()))
        odds = (1.0 - home[o]) / home[o] * np.exp(inclusive - home_change)
        for g, weight in of_group.items():
            for d, p in within[g].items():
                found[o, d] = odds / (1.0 + odds) * weight / sum(of_group.values()) * p
        found[o, o] = 1.0 / (1.0 + odds)
    return found


NESTS = [Nest(GROUP, 0.2, 0.2), Nest(GROUP, 0.6, 0.4), Nest(GROUP, 1.0, 0.2), Nest(GROUP, 1.0, 1.0)]


@pytest.mark.parametrize("nest", NESTS)
def test_with_nothing_changed_everyone_enters_at_base_shares(nest: Nest) -> None:
    home, abroad = shares()
    p = chosen(np.zeros((5, 5)), nest)
    expected = (1.0 - home)[:, None] * abroad + np.diag(home)
    np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("nest", NESTS)
def test_shares_are_those_of_the_nested_logit(nest: Nest) -> None:
    change = np.random.default_rng(3).normal(0.0, 0.3, (5, 5))
    change[1, 3] = change[2, 1] = -np.inf  # host 3 is one of several like hosts, host 1 alone in its group for origin 2
    np.testing.assert_allclose(chosen(change, nest, 0.1), textbook(change, nest, 0.1), rtol=1e-10)


def test_with_one_lambda_groups_do_not_matter() -> None:
    change = np.random.default_rng(3).normal(0.0, 0.3, (5, 5))
    two, one = chosen(change, Nest(GROUP, 0.6, 0.6)), chosen(change, Nest(np.zeros(5, np.int64), 0.6, 0.6))
    np.testing.assert_allclose(two, one, rtol=1e-12)
    home, abroad = shares()
    weight = abroad * np.exp(change / 0.6)  # and it is the logit of two levels
    odds = (1.0 - home) / home * weight.sum(axis=1) ** 0.6
    np.testing.assert_allclose(two.diagonal(), 1.0 / (1.0 + odds), rtol=1e-12)
    np.testing.assert_allclose(two[1, 3] / two[1, 4], weight[1, 3] / weight[1, 4], rtol=1e-12)


@pytest.mark.parametrize("nest", NESTS)
def test_a_refusal_takes_its_share_off_the_hosts_weight_in_its_group(nest: Nest) -> None:
    change = np.zeros((5, 5))
    change[1, 3] = nest.like * np.log(1.0 - 0.1)
    before, after = chosen(np.zeros((5, 5)), nest), chosen(change, nest)
    assert after[1, 3] / after[1, 4] == pytest.approx(0.9 * before[1, 3] / before[1, 4], rel=1e-12)


def test_refusal_diverts_to_other_hosts_and_home_and_deletes_nobody() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = np.log(1.0 - 0.4)
    before, after = chosen(np.zeros((5, 5))), chosen(change)
    np.testing.assert_allclose(after.sum(axis=1), 1.0, rtol=1e-12)
    assert after[1, 3] < before[1, 3]
    gained = np.delete(after[1] - before[1], 3)
    assert (gained > 0.0).all(), "home and every other host gain"
    np.testing.assert_array_equal(np.delete(after, 1, axis=0), np.delete(before, 1, axis=0))


def test_like_hosts_gain_most_in_proportion_to_their_shares_and_home_least() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -0.5
    ratio = chosen(change)[1] / chosen(np.zeros((5, 5)))[1]
    assert ratio[0] == pytest.approx(ratio[4]), "both are like host 3"
    assert ratio[0] > ratio[2] > ratio[1] > 1.0


def test_a_closed_host_takes_nobody_and_all_closed_means_home() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -np.inf
    assert chosen(change)[1, 3] == 0.0
    change[1] = -np.inf
    p = chosen(change)
    assert p[1, 1] == 1.0 and p[1].sum() == 1.0


def test_smaller_dissimilarity_sends_more_of_the_refused_to_other_hosts() -> None:
    """At lambda near 0 hosts are near perfect substitutes; at 1 the alternatives are all alike, home included."""
    change = np.zeros((5, 5))
    change[1, 3] = -0.3
    stay = {}
    for dissimilarity in (0.3, 0.6, 1.0):
        nest = Nest(GROUP, dissimilarity, dissimilarity)
        gain = chosen(change, nest)[1] - chosen(np.zeros((5, 5)), nest)[1]
        stay[dissimilarity] = gain[1] / -gain[3]  # share of the diverted who stay at home
    assert stay[0.3] < stay[0.6] < stay[1.0]
    p = chosen(np.zeros((5, 5)))[1]
    assert stay[1.0] == pytest.approx(p[1] / (1.0 - p[3]), rel=1e-9), "lambda = 1 is the plain logit"


def test_most_go_to_like_hosts_if_these_are_near_perfect_substitutes() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = 0.05 * np.log(0.9)
    gain = chosen(change, Nest(GROUP, 1.0, 0.05))[1] - chosen(np.zeros((5, 5)))[1]
    assert gain[[0, 4]].sum() / -gain[3] > 0.9


def test_better_home_keeps_people() -> None:
    assert (chosen(np.zeros((5, 5)), home_change=0.2).diagonal() > chosen(np.zeros((5, 5))).diagonal()).all()


# --- where the deterred go ----------------------------------------------------------------------------------
def test_the_deterred_of_a_closed_host_are_all_who_would_have_come_and_go_where_shares_rise() -> None:
    change = np.zeros((5, 5))
    change[1, 3] = -np.inf
    before, after = chosen(np.zeros((5, 5))), chosen(change)
    lost = deterred(np.full((1, 5), 1000.0), before, after[None], GROUP)
    gain = 1000.0 * (after[1] - before[1])
    expected = (gain[1], gain[0] + gain[4], gain[2])
    for found, value in zip(lost, expected):
        assert found[1, 3] == pytest.approx(value)
        assert np.count_nonzero(found) == 1
    assert sum(expected) == pytest.approx(1000.0 * before[1, 3])


def test_fields_under_other_rules_are_added_up() -> None:
    change = np.zeros((2, 5, 5))
    change[1, 1, 3] = -0.5
    home, abroad = shares()
    p = probabilities(*entry_choice(home, abroad, change, np.zeros(5), NEST))
    people = np.zeros((2, 5))
    people[:, 1] = 300.0, 700.0
    one, only = deterred(people, p[0], p, GROUP), deterred(people[1:], p[0], p[1:], GROUP)
    np.testing.assert_allclose(one, only)
    assert one.home[1, 3] > 0.0
