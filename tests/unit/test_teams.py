"""Partner slots: who is asked, who refuses by rules or fear, who comes instead."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import Block
from sim.engines import teams
from sim.engines.partners import CELLS
from sim.engines.projects import APPLIED, KIND, SENSITIVE
from tests.small import ALPHA, Rules, Written, known_rows, leave, people, write

P = 4


def tiny(same: float, n: int) -> tuple[Block, Written]:
    """A few agents in place 1, nobody anywhere else; each stands for 1 / same people."""
    block = people(n, P, ties=False)
    block.place[:n] = block.origin[:n] = 1
    block.talent[:n] = 2.0
    return block, write(block, Rules(P, rate=6.0, team=6.0, repeat=0.0, same=same))


def test_an_agent_that_stands_for_many_is_not_used_up() -> None:
    """Team sizes do not depend on scale: among few agents at scale 1 teams run out of people, at scale 1000 not."""
    _, few = tiny(1.0, 4)
    _, many = tiny(1e-3, 4)
    assert (few.papers.n_authors <= 4).all() and (few.papers.n_authors < few.planned()).any()
    # half of the slots look abroad, where nobody is; at home there are more of those that an agent stands for
    missing, slots = int((many.planned() - many.papers.n_authors).sum()), int((many.planned() - 1).sum())
    assert stats.binomtest(missing, slots, 0.5).pvalue > ALPHA


def test_places_without_anybody_are_passed_over() -> None:
    block = people(9000, P, abroad=0.0)
    block.place[:9000] = np.where(block.place[:9000] == 2, 3, block.place[:9000])
    written = write(block, Rules(P, repeat=0.0))
    # half of the slots look abroad; a place is drawn up to four times, and a third of the weight is on place 2
    missing = int((written.planned() - written.papers.n_authors).sum())
    slots = int((written.planned() - 1).sum())
    assert stats.binomtest(missing, slots, 0.5 * (1 / 3) ** 4).pvalue > ALPHA


def test_partner_places_follow_the_distribution() -> None:
    block = people(20_000, P)
    written = write(block, Rules(P, repeat=0.0))
    place = block.rows.people["place"]
    for a in range(P):
        partners = np.zeros(P, int)
        for k in np.flatnonzero(place[written.papers.lead] == a):
            partners += np.bincount(place[written.team(k)[1:]], minlength=P)
        expected = np.where(np.arange(P) == a, 0.5, 0.5 / (P - 1)) * partners.sum()
        assert stats.chisquare(partners, expected).pvalue > ALPHA


def test_repeat_slots_go_to_past_co_authors_in_research() -> None:
    block = people(4000, P)
    leave(block, np.arange(500))
    written = write(block, Rules(P, repeat=1.0, looseness=1.0, team=2.5, abroad=0.0))
    single = np.flatnonzero(written.planned() == 2)  # later slots may meet the same tie again
    ties = repeats = 0
    for k in single:
        known = [j for j in known_rows(block, written.papers.lead[k]) if j >= 0]
        assert all(block.uid[j] != 0 for j in known)
        ties, repeats = ties + len(known), repeats + (written.team(k)[1] in known)
    # every slot names a tie of four, is at home or loose, and so goes to it if there is one
    assert stats.binomtest(repeats, len(single), ties / (4 * len(single))).pvalue > ALPHA
    none = write(block, Rules(P, repeat=0.0, team=2.5))
    chance = sum(int(j) in known_rows(block, none.papers.lead[k]) for k in range(len(none)) for j in none.team(k)[1:])
    assert chance < 0.02 * repeats


def test_papers_of_a_lead_are_open_to_the_same_degree_as_far_as_it_is_personal() -> None:
    """Cells are all or nothing: with a degree of one's own, all of a lead's papers are abroad, or none."""
    block = people(30_000, P, ties=False)
    openness = np.tile(np.arange(CELLS) >= CELLS / 2, (P, 1)).astype(float)
    place = block.rows.people["place"]
    for personal in (0.0, 0.6, 1.0):
        written = write(block, Rules(P, repeat=0.0, openness=openness, personal=personal))
        abroad: dict[int, list[bool]] = {}
        for k in np.flatnonzero(written.papers.n_authors > 1):
            elsewhere = place[written.team(k)[1:]] != place[written.papers.lead[k]]
            assert elsewhere.all() or not elsewhere.any(), "a paper has one degree"
            abroad.setdefault(int(written.papers.lead[k]), []).append(bool(elsewhere[0]))
        first_two = np.array([papers[:2] for papers in abroad.values() if len(papers) > 1])
        assert stats.binomtest(int(first_two[:, 0].sum()), len(first_two), 0.5).pvalue > ALPHA
        alike = int((first_two[:, 0] == first_two[:, 1]).sum())
        assert stats.binomtest(alike, len(first_two), 0.5 + 0.5 * personal**2).pvalue > ALPHA


def test_people_abroad_keep_part_of_their_slots_for_their_origin() -> None:
    block = people(20_000, P, abroad=0.6)
    free, written = (write(block, Rules(P, repeat=0.0, origin=share)) for share in (0.0, 0.4))
    origin, place = block.rows.people["origin"], block.rows.people["place"]
    away = origin[written.papers.lead] != place[written.papers.lead]
    np.testing.assert_array_equal(free.papers.lead, written.papers.lead)
    assert all(free.team(k) == written.team(k) for k in np.flatnonzero(~away)), "people at home are not concerned"
    slots = home = 0
    for k in np.flatnonzero(away):
        partners = place[written.team(k)[1:]]
        slots, home = slots + len(partners), home + int((partners == origin[written.papers.lead[k]]).sum())
    assert stats.binomtest(home, slots, 0.4 + 0.6 * 0.5 / (P - 1)).pvalue > ALPHA


def barred(share: float, refill: float, block: Block | None = None, **changes: float) -> tuple[Block, Written]:
    """Papers when the rules refuse a share of all slots between place 0 and place 1."""
    rules = Rules(P, refill=refill, repeat=0.0, **changes)
    rules.friction[:, 0, 1] = rules.friction[:, 1, 0] = share
    block = block or people(12_000, P)
    return block, write(block, rules)


def test_without_friction_and_fear_nothing_is_refused() -> None:
    _, written = barred(0.0, refill=0.0, sensitive=1.0)
    assert not written.losses.sensitive.any() and not written.losses.slots.any() and not written.losses.papers.any()
    np.testing.assert_array_equal(written.papers.n_authors, written.planned())


def pair_slots(block: Block, written: Written, a: int, b: int) -> int:
    """Partners from place b on papers led in place a."""
    place = block.rows.people["place"]
    return sum(int((place[written.team(k)[1:]] == b).sum()) for k in np.flatnonzero(place[written.papers.lead] == a))


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_refused_slots_are_lost_when_nothing_is_refilled(share: float) -> None:
    (block, free), (_, written) = barred(0.0, 0.0), barred(share, 0.0)
    before, after = (pair_slots(block, p, 0, 1) for p in (free, written))
    if share == 1.0:
        assert after == 0
    else:
        assert stats.binomtest(before - after, before, share).pvalue > ALPHA
    for a, b in ((0, 2), (2, 1), (0, 0), (2, 3)):
        # only those may be added whom an earlier refused slot would have put on the team
        n = pair_slots(block, written, a, b)
        assert abs(n - pair_slots(block, free, a, b)) <= 0.002 * n + 1
    lost = int((written.planned() - written.papers.n_authors).sum())
    assert lost == before - after + pair_slots(block, free, 1, 0) - pair_slots(block, written, 1, 0)


def test_refused_slots_are_filled_elsewhere_when_all_are_refilled() -> None:
    (block, free), (_, written) = barred(0.0, 1.0), barred(1.0, 1.0)
    np.testing.assert_array_equal(written.papers.n_authors, written.planned())
    assert pair_slots(block, written, 0, 1) == 0
    gained = {b: pair_slots(block, written, 0, b) - pair_slots(block, free, 0, b) for b in (0, 2, 3)}
    assert sum(gained.values()) == pair_slots(block, free, 0, 1)
    assert min(gained.values()) > 0, "home and third places gain"


def test_refilled_slots_do_not_go_to_places_under_rules_themselves() -> None:
    block, rules = people(12_000, P), Rules(P, refill=1.0, repeat=0.0)
    free = write(block, rules)
    rules.friction[:, 0, 1], rules.friction[:, 0, 2] = 1.0, 0.5
    written = write(block, rules)
    assert pair_slots(block, written, 0, 1) == 0
    before, after = pair_slots(block, free, 0, 2), pair_slots(block, written, 0, 2)
    assert stats.binomtest(after, before, 0.5).pvalue > ALPHA, "half of its own, and none of place 1's"


def test_half_refill_loses_half_of_the_refused_slots() -> None:
    block, written = barred(1.0, 0.5)
    refused = sum(pair_slots(block, barred(0.0, 0.0, block)[1], a, b) for a, b in ((0, 1), (1, 0)))
    lost = int((written.planned() - written.papers.n_authors).sum())
    assert stats.binomtest(lost, refused, 0.5).pvalue > ALPHA


def test_rules_of_one_kind_of_project_leave_other_kinds_alone() -> None:
    block, rules = people(6000, P), Rules(P, sensitive=0.3, repeat=0.0)
    free = write(block, rules).by_lead(block.uid)
    rules.friction[SENSITIVE, 0, :] = rules.friction[SENSITIVE | APPLIED, 0, :] = 0.8
    written = write(block, rules)
    after = written.by_lead(block.uid)
    changed = [after[name] != team for name, team in free.items()]
    kind, home = written.projects.bits[written.papers.lead] & KIND, block.place[written.papers.lead]
    assert any(changed)
    assert all(kind[k] & SENSITIVE and home[k] == 0 for k in np.flatnonzero(changed))


def test_a_sensitive_project_is_lost_to_a_place_once_as_it_would_have_been_exposed_once() -> None:
    """Under a ban that nobody slips through, what is booked is what would have been exposed without it."""
    block, written = barred(1.0, 0.0, sensitive=1.0)
    free = barred(0.0, 0.0, block, sensitive=1.0)[1]
    place = block.rows.people["place"]
    exposed = {int(free.papers.lead[k]) for k in range(len(free)) if 1 in place[free.team(k)]}
    assert written.losses.sensitive[0, 1] == sum(place[i] == 0 for i in exposed) > 0
    assert written.losses.sensitive[2:].sum() == 0.0
    assert barred(1.0, 0.0, block, sensitive=0.0)[1].losses.sensitive.sum() == 0.0


def frightened(**changes: float) -> tuple[Block, Written, Written]:
    """Papers without and with fear of all people of origin 1 who work in place 0; place 1 is a threat to all."""
    block = people(24_000, P, abroad=0.5)
    rules = Rules(P, refill=0.0, repeat=0.0, fear=0.8, **changes)
    rules.threat[:, 1] = 0.5
    rules.threat[1, 1] = 0.0
    free = write(block, rules)
    block.fear[: block.n_rows] = (block.origin[: block.n_rows] == 1) & (block.place[: block.n_rows] == 0)
    return block, free, write(block, rules)


def test_fear_cuts_ties_to_the_origin_on_both_sides() -> None:
    block, free, written = frightened()
    people = block.rows.people
    origin, place, fear = people["origin"], people["place"], people["fear"]
    for ours in (True, False):
        before = after = 0
        for k in np.flatnonzero((fear[written.papers.lead] > 0) == ours):
            home = place[written.papers.lead[k]]
            if home == (0 if ours else 1):
                # partners in place 1 of a frightened lead; frightened partners of a lead in place 1
                meets = [j for j in free.team(k)[1:] if (place[j] == 1 if ours else fear[j] > 0)]
                before += len(meets)
                after += sum(j in written.team(k) for j in meets)
        assert before > 100
        assert stats.binomtest(before - after, before, 0.8 * 0.5).pvalue > ALPHA
    assert (origin[fear > 0] == 1).all()


def test_fear_leaves_work_at_home_and_with_other_places_alone() -> None:
    block, free, written = frightened()
    place, fear = block.rows.people["place"], block.rows.people["fear"]
    for k in range(len(written)):
        touched = fear[written.team(k)].any() or fear[free.team(k)].any()
        if not touched or 1 not in place[free.team(k)]:
            assert written.team(k) == free.team(k)


def test_fear_weighs_by_the_threat_whatever_the_origin() -> None:
    refusal = teams.fear_refusal
    threat = np.array([[0.0, 0.5], [0.5, 0.0]])
    assert refusal(0.8, 0.5, 0, 1, threat) == 0.8 * 0.5 * 0.5
    assert refusal(0.8, 1.0, 0, 1, np.zeros((2, 2))) == 0.0, "nobody refuses a place that is no threat"
    assert refusal(0.8, 1.0, 1, 1, threat) == 0.0, "nobody refuses people of their own place"
    assert refusal(0.8, 0.0, 0, 1, threat) == 0.0
