"""Projects, pools, teams and papers: means, coupling, refusals, nobody twice on a paper."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import Block
from sim.core.randomness import Stream, fold
from sim.core.ties import tie_alive, tie_row, uid_tag
from sim.engines import publication
from sim.engines.partners import MAX_TEAM, partner_distribution, partner_weights, team_distribution
from sim.engines.pools import LOAD, NOBODY, Pool, build_pools, draw_person, first_taken, guide, invert, owner, pool_size
from sim.engines.projects import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE, plan_projects
from tests.small import ALPHA, YEAR, Papers, Rules, key, known_rows, people, tie_to, without, write

P = 4


# --- team sizes ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mean", [1.3, 2.4, 3.99, 5.5, 9.0, 14.0])
@pytest.mark.parametrize("tail", [0.0, 0.03, 0.2])
def test_team_size_has_exactly_the_mean_asked_for(mean: float, tail: float) -> None:
    cumulative = team_distribution(mean, tail)[0]
    share = np.diff(cumulative, prepend=0.0)
    assert (share >= 0.0).all() and cumulative[-1] == 1.0
    assert share @ np.arange(1, MAX_TEAM + 1) == pytest.approx(mean, abs=1e-9)


def test_the_tail_makes_large_teams_more_common() -> None:
    large = [1.0 - team_distribution(4.0, tail)[0, 12] for tail in (0.0, 0.03, 0.1)]
    assert large[0] < large[1] < large[2]


# --- partner places -----------------------------------------------------------------------------------------
def test_partner_distribution_is_the_gravity_form() -> None:
    rng = np.random.default_rng(2)
    affinity, mass, home = rng.random((P, P)), rng.uniform(10, 100, P), rng.uniform(5, 20, P)
    trust, joint = rng.uniform(0.5, 1.0, (P, P)), rng.normal(0, 0.1, (P, P))
    cumulative = partner_distribution(partner_weights(affinity, mass, home, 0.9, trust, 0.5, joint), 1.3)
    share = np.diff(cumulative, axis=1, prepend=0.0)
    for a in range(P):
        weight = 1.3 * affinity[a] * mass**0.9 * trust[a] ** 0.5 * np.exp(joint[a]) / np.sqrt(home[a] * home)
        weight[a] = mass[a] ** 0.9
        np.testing.assert_allclose(share[a], weight / weight.sum(), rtol=1e-9)


def test_a_lone_place_without_papers_yet_works_at_home() -> None:
    weight = partner_weights(np.ones((2, 2)), np.zeros(2), np.ones(2), 0.9, np.ones((2, 2)), 0.5, np.zeros((2, 2)))
    cumulative = partner_distribution(weight, 1.0)
    np.testing.assert_array_equal(np.diff(cumulative, axis=1, prepend=0.0), np.eye(2))


def test_guided_search_inverts_the_cumulative_distribution() -> None:
    cumulative = np.array([[0.1, 0.1, 0.6, 1.0], [0.0, 0.5, 0.5, 1.0]])
    guides = guide(cumulative)
    drawn = [invert(cumulative, guides, 0, u) for u in (0.05, 0.1, 0.1001, 0.6, 0.7, 0.999999)]
    assert drawn == [0, 0, 2, 2, 3, 3], "a place of share 0 is never drawn"
    rng = np.random.default_rng(4)
    many = np.cumsum(rng.dirichlet(np.full(52, 0.2), 8), axis=1)
    many[:, -1] = 1.0
    steps = guide(many)
    us = rng.random(2000)
    for a in range(8):
        assert [invert(many, steps, a, u) for u in us] == np.searchsorted(many[a], us).tolist()


# --- projects -----------------------------------------------------------------------------------------------
def projects(n: int = 60_000, fear: float = 0.0, military: float = 0.0, **changes: float) -> tuple:
    """Project bits, slots and leads of n people alike but for their uid, place 0 of 1."""
    block = people(n, 1, ties=False)
    block.talent[:n], block.stage[:n], block.fear[:n] = 1.0, 1, fear
    block.moved_year[:n] = np.where(np.arange(n) % 2, YEAR - 2, 0)
    a = {"rate": 2.0, "burden": 0.0, "institution": 0.0, "recruit": 1.0, "premium": 0.07, "success": 0.3} | changes
    project, n_slots, n_leads = np.zeros(n, np.uint8), np.zeros(n, np.uint16), np.zeros(n, np.uint16)
    plan_projects(
        *block.used("uid", "place", "institution", "stage", "talent", "fear", "moved_year"), YEAR,
        np.array([a["rate"]]), np.array([0.5, 1.0, 0.9]), np.array([a["burden"]]), np.array([a["institution"]]), 0.3,
        np.array([a["recruit"]]), np.array([a["success"]]), 0.5, 0.4, a["premium"], 0.25, 0.6,
        np.array([0.05, 0.2]), np.array([military]),
        *(key(s) for s in (Stream.PROJECT, Stream.AUTHORSHIPS, Stream.LEADS)), project, n_slots, n_leads,
    )  # fmt: skip
    return project, n_slots, n_leads


def assert_share(hits: np.ndarray, share: float) -> None:
    assert stats.binomtest(int(np.count_nonzero(hits)), len(hits), share).pvalue > ALPHA


def test_projects_have_the_shares_asked_for() -> None:
    project, _, n_leads = projects()
    leads = n_leads > 0  # only a lead's project has a type
    assert not (project[~leads] & (APPLIED | SENSITIVE)).any()
    applied, sensitive = project[leads] & APPLIED > 0, project[leads] & SENSITIVE > 0
    assert_share(~applied, 0.6)
    assert_share(sensitive[~applied], 0.05)
    assert_share(sensitive[applied], 0.2)
    asked = project & APPLIED_FOR > 0
    assert_share(asked, 0.5)
    assert_share(project[asked] & FUNDED > 0, 0.3)
    assert not (project[~asked] & FUNDED).any()


def test_authorships_have_the_poisson_mean_and_a_quarter_lead() -> None:
    _, n_slots, n_leads = projects(premium=0.0)
    assert abs(n_slots.mean() - 2.0) < 4 * np.sqrt(2.0 / len(n_slots))
    assert n_slots.var() == pytest.approx(2.0, rel=0.05)
    assert (n_leads <= n_slots).all()
    assert stats.binomtest(int(n_leads.sum()), int(n_slots.sum()), 0.25).pvalue > ALPHA


def test_the_funding_premium_keeps_the_mean() -> None:
    project, n_slots, _ = projects(premium=0.5)
    funded = project & FUNDED > 0
    assert n_slots[funded].mean() > 1.3 * n_slots[~funded].mean()
    assert abs(n_slots.mean() - 2.0) < 5 * np.sqrt(2.1 / len(n_slots))


@pytest.mark.parametrize("changes, factor", [({"fear": 1.0}, 0.7), ({"burden": 0.2}, 0.8), ({"institution": 0.1}, 0.9)])
def test_fear_and_burden_cost_output(changes: dict[str, float], factor: float) -> None:
    before, after = projects(premium=0.0)[1], projects(premium=0.0, **changes)[1]
    assert (after <= before).all(), "the same number drawn from a smaller mean: nobody writes more"
    assert after.mean() / before.mean() == pytest.approx(factor, abs=0.01)


def test_recruits_gain_from_programmes_and_others_do_not() -> None:
    before, after = projects()[1], projects(recruit=1.5)[1]
    recent = np.arange(len(before)) % 2 == 1
    np.testing.assert_array_equal(after[~recent], before[~recent])
    assert after[recent].mean() == pytest.approx(1.5 * before[recent].mean(), rel=0.02)


def test_military_direction_turns_open_basic_research_into_sensitive_work_only() -> None:
    (before, _, n_leads), after = projects(), projects(military=0.25)[0]
    before, after = before[n_leads > 0], after[n_leads > 0]
    changed = before != after
    assert (before[changed] & 3 == 0).all() and (after[changed] & 3 == APPLIED | SENSITIVE).all()
    assert_share(changed[before & 3 == 0], 0.25)


def test_the_fearful_apply_less_and_nobody_more() -> None:
    before, after = projects()[0] & APPLIED_FOR > 0, projects(fear=1.0)[0] & APPLIED_FOR > 0
    assert not (after & ~before).any()
    assert_share(after, 0.5 * (1.0 - 0.4))


# --- pools --------------------------------------------------------------------------------------------------
def pools(block: Block, n_slots: np.ndarray) -> Pool:
    n_slots = np.where(block.used("uid")[0] != 0, n_slots, 0).astype(np.uint16)
    return build_pools(*block.used("uid", "place"), n_slots, key(Stream.POOL), P)


def owners(pool: Pool) -> np.ndarray:
    """Row in each cell of a field's pools, -1 where it is empty."""
    bits = np.unpackbits(pool.taken.view(np.uint8), bitorder="little")[: len(pool.table)]
    return np.where(bits == 1, (pool.table & np.uint64(0xFFFFFFFF)).astype(np.int64), -1)


def test_pools_hold_every_slot_of_every_living_member_once() -> None:
    block = people(3000, P)
    block.retire(np.arange(50))
    n_slots = np.random.default_rng(0).poisson(1.5, 3000).astype(np.uint16)
    pool = pools(block, n_slots)
    uid, place = block.used("uid", "place")
    for p in range(P):
        piece = owners(pool)[pool.start[p] : pool.start[p] + pool.size[p]]
        total = n_slots[(place == p) & (uid != 0)].sum()
        assert total == np.count_nonzero(piece >= 0)
        assert pool.size[p] == pool_size(total)
        found = Counter(piece[piece >= 0].tolist())
        members = np.flatnonzero((place == p) & (uid != 0) & (n_slots > 0))
        assert found == {int(i): int(n_slots[i]) for i in members}


def test_everyone_is_drawn_in_proportion_to_their_authorships() -> None:
    block = people(300, P, abroad=0.0)
    n_slots = np.random.default_rng(0).poisson(2.0, 300).astype(np.uint16)
    place = block.used("place")[0]
    members = np.flatnonzero((place == 1) & (n_slots > 0))
    team, drawn, tables = np.empty(0, np.int32), np.zeros(300, int), pools(block, n_slots)
    n = 400 * len(members)
    for k in range(n):
        drawn[draw_person(*tables, 1, np.uint64(fold(np.uint64(9), np.uint64(k))), 16, team, 0, 0, 1.0)] += 1
    assert drawn[np.setdiff1d(np.arange(300), members)].sum() == 0
    expected = n * (n_slots[members] / n_slots[members].sum())
    assert stats.chisquare(drawn[members], expected).pvalue > ALPHA


def test_nobody_is_drawn_who_is_on_the_team_already() -> None:
    block = people(12, P, abroad=0.0)
    block.origin[:12] = block.place[:12] = 2
    n_slots = np.ones(12, np.uint16)
    tables, team = pools(block, n_slots), np.empty(13, np.int32)
    for size in range(12):
        row = draw_person(*tables, 2, np.uint64(fold(np.uint64(4), np.uint64(size))), 16, team, 0, size, 1.0)
        assert row >= 0 and row not in team[:size]
        team[size] = row
    assert sorted(team[:12]) == list(range(12)), "all can be reached"
    assert draw_person(*tables, 2, np.uint64(1), 16, team, 0, 12, 1.0) == NOBODY, "nobody left"
    assert draw_person(*tables, 0, np.uint64(1), 16, team, 0, 0, 1.0) == NOBODY, "an empty place"


def test_pools_do_not_depend_on_the_order_of_rows() -> None:
    """Property 1: which row a newborn gets depends on who left anywhere, and must not change anyone's partners."""
    block = people(2000, P)
    n_slots = np.random.default_rng(0).poisson(1.5, 2000).astype(np.uint16)
    order = np.random.default_rng(1).permutation(2000)
    uid, place = block.used("uid", "place")
    one = owners(build_pools(uid, place, n_slots, key(Stream.POOL), P))
    other = owners(build_pools(uid[order], place[order], n_slots[order], key(Stream.POOL), P))
    held = [np.where(t >= 0, u[t], 0) for t, u in ((one, uid), (other, uid[order]))]
    np.testing.assert_array_equal(held[0], held[1])


def test_pools_are_filled_to_a_half_to_seven_tenths_and_grow_in_steps() -> None:
    totals = np.unique(np.geomspace(10, 1e7, 3000).astype(np.int64))
    sizes = np.array([pool_size(t) for t in totals])
    assert (np.diff(sizes) >= 0).all()
    load = totals / sizes
    assert load.max() <= LOAD and load[totals > 200].min() > 0.8 * LOAD - 0.02
    assert (np.diff(sizes) > 0).mean() < 0.05, "a little growth leaves the number of cells alone"


def test_the_first_person_named_is_the_one_drawn_for_an_empty_team() -> None:
    block = people(500, P)
    tables, team = pools(block, np.ones(500, np.uint16)), np.empty(0, np.int32)
    for k in range(200):
        word = np.uint64(fold(np.uint64(5), np.uint64(k)))
        at = first_taken(tables.taken, tables.start, tables.size, 1, word, 16)
        assert owner(tables.table, at) == draw_person(*tables, 1, word, 16, team, 0, 0, 1.0)


# --- papers -------------------------------------------------------------------------------------------------
def international(papers: Papers, place: np.ndarray) -> np.ndarray:
    return np.array([len({int(place[j]) for j in papers.team(k)}) > 1 for k in range(len(papers))])


def test_every_led_paper_is_written_once_by_its_lead() -> None:
    block = people(4000, P)
    papers = write(block, Rules(P))
    counted = np.bincount(papers.lead, minlength=4000)
    np.testing.assert_array_equal(counted, papers.n_leads)
    np.testing.assert_array_equal(papers.authors[papers.first[:-1]], papers.lead)
    assert len(papers.by_lead(block.uid)) == len(papers), "lead and ordinal name a paper"


def test_what_is_noted_of_authors_is_theirs() -> None:
    block = people(2000, P)
    papers = write(block, Rules(P))
    written = [m for k in range(len(papers)) for m in range(papers.first[k], papers.first[k] + papers.n_authors[k])]
    rows = papers.authors[written]
    np.testing.assert_array_equal(papers.author_place[written], block.place[rows])
    np.testing.assert_array_equal(papers.author_talent[written], block.talent[rows])
    assert papers.author_tag[written].tolist() == [uid_tag(u) for u in block.uid[rows]]


def test_nobody_is_twice_on_a_paper_and_no_author_is_gone() -> None:
    block = people(600, P)  # small, so that teams meet the same people often
    block.retire(np.arange(40))
    papers = write(block, Rules(P, rate=4.0, team=6.0))
    assert len(papers) > 300
    for k in range(len(papers)):
        team = papers.team(k)
        assert len(set(team)) == len(team)
        assert (block.uid[team] != 0).all()


def tiny(same: float, n: int) -> tuple[Block, Papers]:
    """A few agents in place 1, nobody anywhere else; each stands for 1 / same people."""
    block = people(n, P, ties=False)
    block.place[:n] = block.origin[:n] = 1
    block.talent[:n] = 2.0
    return block, write(block, Rules(P, rate=6.0, team=6.0, repeat=0.0, same=same))


def test_an_agent_that_stands_for_many_is_not_used_up() -> None:
    """Team sizes do not depend on scale: among few agents at scale 1 teams run out of people, at scale 1000 not."""
    _, few = tiny(1.0, 4)
    _, many = tiny(1e-3, 4)
    assert (few.n_authors <= 4).all() and (few.n_authors < np.diff(few.first)).any()
    # half the weight is on places with nobody, and a place is drawn up to four times
    missing, slots = int((np.diff(many.first) - many.n_authors).sum()), int((np.diff(many.first) - 1).sum())
    assert stats.binomtest(missing, slots, 0.5**4).pvalue > ALPHA


def test_the_same_agent_is_the_same_person_with_probability_one_over_scale() -> None:
    """Two agents, one of them the lead: a partner is the lead's agent half the time, less the share of `same`."""
    block = people(2, P, ties=False)
    block.place[:2], block.talent[:2] = 1, 1.0
    tables = pools(block, np.ones(2, np.uint16))
    team, same, n = np.array([0, -1], np.int32), 0.4, 20_000
    keys = (np.uint64(fold(np.uint64(11), np.uint64(k))) for k in range(n))
    lead = sum(draw_person(*tables, 1, k, 16, team, 0, 1, same) == 0 for k in keys)
    assert stats.binomtest(lead, n, (1.0 - same) / (2.0 - same)).pvalue > ALPHA


def test_places_without_anybody_are_passed_over() -> None:
    block = people(9000, P, abroad=0.0)
    block.place[:9000] = np.where(block.place[:9000] == 2, 3, block.place[:9000])
    papers = write(block, Rules(P, repeat=0.0))
    # a place is drawn up to four times, and place 2 has a sixth of the weight abroad and at home
    missing = int((np.diff(papers.first) - papers.n_authors).sum())
    slots = int((np.diff(papers.first) - 1).sum())
    assert stats.binomtest(missing, slots, (0.5 / 3) ** 4).pvalue > ALPHA


def test_team_sizes_follow_the_distribution() -> None:
    papers = write(people(30_000, P), Rules(P))
    sizes = np.bincount(np.diff(papers.first), minlength=MAX_TEAM + 1)[1:]
    expected = len(papers) * np.diff(team_distribution(4.0, 0.03)[0], prepend=0.0)
    common = expected > 8
    pooled = [*sizes[common], sizes[~common].sum()], [*expected[common], expected[~common].sum()]
    assert stats.chisquare(*pooled).pvalue > ALPHA


def test_partner_places_follow_the_distribution() -> None:
    block = people(20_000, P)
    papers = write(block, Rules(P, repeat=0.0))
    place = block.used("place")[0]
    for a in range(P):
        partners = np.zeros(P, int)
        for k in np.flatnonzero(place[papers.lead] == a):
            partners += np.bincount(place[papers.team(k)[1:]], minlength=P)
        expected = np.where(np.arange(P) == a, 0.5, 0.5 / (P - 1)) * partners.sum()
        assert stats.chisquare(partners, expected).pvalue > ALPHA


def test_repeat_slots_go_to_living_past_co_authors() -> None:
    block = people(4000, P)
    block.retire(np.arange(500))
    papers = write(block, Rules(P, repeat=1.0, team=2.5))
    uid, ties = block.used("uid", "ties")
    repeats = slots = 0
    for k in range(len(papers)):
        i = papers.lead[k]
        known = {int(tie_row(tie)) for tie in ties[i] if tie_alive(uid, tie)}
        repeats += sum(j in known for j in papers.team(k)[1:])
        slots += papers.first[k + 1] - papers.first[k] - 1
    # 70 % of remembered slots are filled and 7 in 8 alive; later slots meet people already on the team
    assert 0.4 < repeats / slots < 0.63
    none = write(block, Rules(P, repeat=0.0, team=2.5))
    chance = sum(int(j) in known_rows(block, none.lead[k]) for k in range(len(none)) for j in none.team(k)[1:])
    assert chance < 0.02 * repeats


def test_people_abroad_keep_part_of_their_slots_for_their_origin() -> None:
    block = people(20_000, P, abroad=0.6)
    free, papers = (write(block, Rules(P, repeat=0.0, origin=share)) for share in (0.0, 0.4))
    origin, place = block.used("origin", "place")
    away = origin[papers.lead] != place[papers.lead]
    np.testing.assert_array_equal(free.lead, papers.lead)
    assert all(free.team(k) == papers.team(k) for k in np.flatnonzero(~away)), "people at home are not concerned"
    slots = home = 0
    for k in np.flatnonzero(away):
        partners = place[papers.team(k)[1:]]
        slots, home = slots + len(partners), home + int((partners == origin[papers.lead[k]]).sum())
    assert stats.binomtest(home, slots, 0.4 + 0.6 * 0.5 / (P - 1)).pvalue > ALPHA


def test_the_papers_of_a_year_do_not_depend_on_rows() -> None:
    """Same people in other rows: the same teams, and the same people remembered."""
    block = people(6000, P)
    order = np.random.default_rng(1).permutation(6000)
    moved = Block(6000)
    moved.allocate(6000)
    for name, rows in moved.records().items():
        rows[:] = block.records()[name][order]
    at = np.argsort(order)
    for i in range(6000):
        known = [at[r] if r >= 0 else -1 for r in known_rows(moved, i)]
        moved.ties[i] = [tie_to(moved, j, YEAR - 1) if j >= 0 else 0 for j in known]
    teams, known = [], []
    for b in (block, moved):
        papers = write(b, Rules(P))
        teams.append(papers.by_lead(b.uid))
        publication.update_ties(
            YEAR, *b.used("ties"), papers.first, papers.n_authors, papers.authors, papers.author_tag, key(Stream.TIE)
        )
        known.append({int(b.uid[i]): [int(b.uid[r]) if r >= 0 else 0 for r in known_rows(b, i)] for i in range(6000)})
    assert teams[0] == teams[1]
    assert known[0] == known[1]


# --- refusals -----------------------------------------------------------------------------------------------
def barred(share: float, refill: float, block: Block | None = None, **changes: float) -> tuple[Block, Papers]:
    """Papers when the rules refuse a share of all slots between place 0 and place 1."""
    rules = Rules(P, refill=refill, repeat=0.0, **changes)
    rules.friction[:, 0, 1] = rules.friction[:, 1, 0] = share
    block = block or people(12_000, P)
    return block, write(block, rules)


def test_without_friction_and_fear_nothing_is_refused() -> None:
    _, papers = barred(0.0, refill=0.0, sensitive=1.0)
    assert not papers.lost.any()
    np.testing.assert_array_equal(papers.n_authors, np.diff(papers.first))


def pair_slots(block: Block, papers: Papers, a: int, b: int) -> int:
    """Partners from place b on papers led in place a."""
    place = block.used("place")[0]
    return sum(int((place[papers.team(k)[1:]] == b).sum()) for k in np.flatnonzero(place[papers.lead] == a))


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_refused_slots_are_lost_when_nothing_is_refilled(share: float) -> None:
    (block, free), (_, papers) = barred(0.0, 0.0), barred(share, 0.0)
    before, after = (pair_slots(block, p, 0, 1) for p in (free, papers))
    if share == 1.0:
        assert after == 0
    else:
        assert stats.binomtest(before - after, before, share).pvalue > ALPHA
    for a, b in ((0, 2), (2, 1), (0, 0), (2, 3)):
        # only those may be added whom an earlier refused slot would have put on the team
        n = pair_slots(block, papers, a, b)
        assert abs(n - pair_slots(block, free, a, b)) <= 0.002 * n + 1
    lost = int((np.diff(papers.first) - papers.n_authors).sum())
    assert lost == before - after + pair_slots(block, free, 1, 0) - pair_slots(block, papers, 1, 0)


def test_refused_slots_are_filled_elsewhere_when_all_are_refilled() -> None:
    (block, free), (_, papers) = barred(0.0, 1.0), barred(1.0, 1.0)
    np.testing.assert_array_equal(papers.n_authors, np.diff(papers.first))
    assert pair_slots(block, papers, 0, 1) == 0
    gained = {b: pair_slots(block, papers, 0, b) - pair_slots(block, free, 0, b) for b in (0, 2, 3)}
    assert sum(gained.values()) == pair_slots(block, free, 0, 1)
    assert min(gained.values()) > 0, "home and third places gain"


def test_refilled_slots_do_not_go_to_places_under_rules_themselves() -> None:
    block, rules = people(12_000, P), Rules(P, refill=1.0, repeat=0.0)
    free = write(block, rules)
    rules.friction[:, 0, 1], rules.friction[:, 0, 2] = 1.0, 0.5
    papers = write(block, rules)
    assert pair_slots(block, papers, 0, 1) == 0
    before, after = pair_slots(block, free, 0, 2), pair_slots(block, papers, 0, 2)
    assert stats.binomtest(after, before, 0.5).pvalue > ALPHA, "half of its own, and none of place 1's"


def test_half_refill_loses_half_of_the_refused_slots() -> None:
    block, papers = barred(1.0, 0.5)
    refused = sum(pair_slots(block, barred(0.0, 0.0, block)[1], a, b) for a, b in ((0, 1), (1, 0)))
    lost = int((np.diff(papers.first) - papers.n_authors).sum())
    assert stats.binomtest(lost, refused, 0.5).pvalue > ALPHA


def test_rules_of_one_kind_of_project_leave_other_kinds_alone() -> None:
    block, rules = people(6000, P), Rules(P, sensitive=0.3, repeat=0.0)
    free = write(block, rules).by_lead(block.uid)
    rules.friction[SENSITIVE, 0, :] = rules.friction[SENSITIVE | APPLIED, 0, :] = 0.8
    papers = write(block, rules)
    after = papers.by_lead(block.uid)
    changed = [after[name] != team for name, team in free.items()]
    kind, home = papers.project[papers.lead] & 3, block.place[papers.lead]
    assert any(changed)
    assert all(kind[k] & SENSITIVE and home[k] == 0 for k in np.flatnonzero(changed))


def test_lost_sensitive_slots_are_counted_in_projects() -> None:
    block, papers = barred(1.0, 0.0, sensitive=1.0)
    free = barred(0.0, 0.0, block, sensitive=1.0)[1]
    place, expected = block.used("place")[0], 0.0
    for k in np.flatnonzero(place[papers.lead] == 0):
        expected += (place[free.team(k)[1:]] == 1).sum() / papers.n_leads[papers.lead[k]]
    assert papers.lost[0, 1] == pytest.approx(expected, rel=1e-9)
    assert papers.lost[2:].sum() == 0.0
    assert barred(1.0, 0.0, block, sensitive=0.0)[1].lost.sum() == 0.0


# --- fear ---------------------------------------------------------------------------------------------------
def frightened(**changes: float) -> tuple[Block, Papers, Papers]:
    """Papers without and with fear of all people of origin 1 who work in place 0; place 1 is a threat to all."""
    block = people(24_000, P, abroad=0.5)
    rules = Rules(P, refill=0.0, repeat=0.0, kappa=0.8, **changes)
    rules.threat[:, 1] = 0.5
    rules.threat[1, 1] = 0.0
    free = write(block, rules)
    block.fear[: block.n_rows] = (block.origin[: block.n_rows] == 1) & (block.place[: block.n_rows] == 0)
    return block, free, write(block, rules)


def test_fear_cuts_ties_to_the_origin_on_both_sides() -> None:
    block, free, papers = frightened()
    origin, place, fear = block.used("origin", "place", "fear")
    for ours in (True, False):
        before = after = 0
        for k in np.flatnonzero((fear[papers.lead] > 0) == ours):
            home = place[papers.lead[k]]
            if home == (0 if ours else 1):
                # partners in place 1 of a frightened lead; frightened partners of a lead in place 1
                meets = [j for j in free.team(k)[1:] if (place[j] == 1 if ours else fear[j] > 0)]
                before += len(meets)
                after += sum(j in papers.team(k) for j in meets)
        assert before > 100
        assert stats.binomtest(before - after, before, 0.8 * 0.5).pvalue > ALPHA
    assert (origin[fear > 0] == 1).all()


def test_fear_leaves_work_at_home_and_with_other_places_alone() -> None:
    block, free, papers = frightened()
    place, fear = block.used("place", "fear")
    for k in range(len(papers)):
        touched = fear[papers.team(k)].any() or fear[free.team(k)].any()
        if not touched or 1 not in place[free.team(k)]:
            assert papers.team(k) == free.team(k)


def test_fear_weighs_by_the_threat_whatever_the_origin() -> None:
    refusal = publication.fear_refusal
    threat = np.array([[0.0, 0.5], [0.5, 0.0]])
    assert refusal(0.8, 0.5, 0, 1, threat) == 0.8 * 0.5 * 0.5
    assert refusal(0.8, 1.0, 0, 1, np.zeros((2, 2))) == 0.0, "nobody refuses a place that is no threat"
    assert refusal(0.8, 1.0, 1, 1, threat) == 0.0, "nobody refuses people of their own place"
    assert refusal(0.8, 0.0, 0, 1, threat) == 0.0


# --- coupling -----------------------------------------------------------------------------------------------
def test_one_person_less_changes_only_papers_that_drew_them() -> None:
    """Count of papers that change though the person was neither on them nor at the drawn slot."""
    block = people(12_000, P)
    rules = Rules(P)
    papers = write(block, rules)
    before = papers.by_lead(block.uid)
    surprised = 0
    rng = np.random.default_rng(3)
    gone = rng.choice(np.flatnonzero(papers.n_slots > 0), 12, replace=False)
    for row in gone:
        name = int(block.uid[row])
        after = write(without(block, row), rules).by_lead(block.uid)
        own = {paper for paper, team in before.items() if name in team}
        assert before.keys() - after.keys() == {paper for paper in before if paper[0] == name}
        changed = {paper for paper in after if after[paper] != before[paper]}
        assert not changed & (before.keys() - after.keys())
        surprised += len(changed - own)
    # the tables are hashed: removing a person frees cells into which a neighbour in the table may move, and tries
    # that met the person before meeting a free one go elsewhere; a handful of papers, never a ripple
    assert surprised <= 3 * len(gone), f"{surprised} papers changed that did not know the {len(gone)} who left"


def test_one_person_more_in_a_place_leaves_most_teams_with_its_partners() -> None:
    """Position-keyed draws would change four in five partners; hashed slots change almost none."""
    block = people(12_000, P)
    papers = write(block, Rules(P)).by_lead(block.uid)
    less = write(without(block, 5), Rules(P)).by_lead(block.uid)
    same = sum(papers[name] == team for name, team in less.items())
    assert same >= 0.999 * len(less)
