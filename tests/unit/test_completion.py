"""Papers that lose partners: the law of their completion, what is booked, and that they leave no trace."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import Block
from tests.small import ALPHA, Rules, Written, people, write

P = 4
LOST, REPLACED = 0.3, 0.4


@pytest.fixture(scope="module")
def block() -> Block:
    return people(20_000, P)


def under_rules(block: Block, friction: float = 1.0, sensitive: float = 0.1, **changes: float) -> Written:
    """Papers when places 0 and 1 refuse a share of slots between them; nobody repeats, so slots do not depend."""
    rules = Rules(P, repeat=0.0, sensitive=sensitive, replaced=REPLACED, **changes)
    rules.friction[:, 0, 1] = rules.friction[:, 1, 0] = friction
    return write(block, rules)


def refused_slots(block: Block) -> np.ndarray:
    """Slots of each paper that full friction refuses, by where partners are when nothing is refused."""
    free, place = under_rules(block, 0.0), block.rows.people["place"]
    barred = {0: 1, 1: 0}
    leads = place[free.papers.lead].tolist()
    return np.array([(place[free.team(k)[1:]] == barred.get(a, -1)).sum() for k, a in enumerate(leads)])


def assert_law(written: Written, weight: np.ndarray) -> None:
    """Papers of each weight are completed with probability (1 - LOST) ^ weight."""
    completed = written.papers.n_authors > 0
    assert completed[weight == 0].all(), "a paper that loses nobody is written"
    for w in np.unique(weight[weight > 0]):
        of = weight == w
        if of.sum() > 30:
            assert stats.binomtest(int(completed[of].sum()), int(of.sum()), (1.0 - LOST) ** w).pvalue > ALPHA
    assert len(np.unique(weight)) >= 4


def test_papers_that_lose_partners_are_completed_by_the_law(block: Block) -> None:
    assert_law(under_rules(block, lost=LOST, refill=0.0), refused_slots(block).astype(float))


def test_partners_that_are_replaced_count_for_less(block: Block) -> None:
    assert_law(under_rules(block, lost=LOST, refill=1.0), REPLACED * refused_slots(block))


def test_lost_and_replaced_partners_add_up(block: Block) -> None:
    n_refused, kept = refused_slots(block), under_rules(block, lost=0.0, refill=0.5)
    n_lost = kept.planned() - kept.papers.n_authors
    assert (n_lost <= n_refused).all()
    written = under_rules(block, lost=LOST, refill=0.5)
    assert_law(written, np.round(n_lost + REPLACED * (n_refused - n_lost), 9))
    completed = written.papers.n_authors > 0
    for k in np.flatnonzero(completed):
        assert written.team(k) == kept.team(k), "what is completed has the team it would have had"


def test_more_friction_and_dearer_losses_only_end_papers(block: Block) -> None:
    steps = [(0.0, 0.3), (0.3, 0.3), (0.6, 0.3), (1.0, 0.3), (1.0, 0.7)]
    completed = [under_rules(block, f, lost=lost, refill=0.0).papers.n_authors > 0 for f, lost in steps]
    assert completed[0].all()
    for fewer, more in zip(completed[1:], completed):
        assert not (fewer & ~more).any() and fewer.sum() < more.sum()


def test_with_nothing_lost_or_all_lost(block: Block) -> None:
    n_refused = refused_slots(block)
    assert (under_rules(block, lost=0.0, refill=0.0).papers.n_authors > 0).all()
    every = under_rules(block, lost=1.0, refill=0.0).papers.n_authors
    np.testing.assert_array_equal(every == 0, n_refused > 0)


def test_refused_slots_and_lost_papers_are_booked_at_the_leads_place(block: Block) -> None:
    written, place = under_rules(block, lost=LOST, refill=0.0), block.rows.people["place"]
    here, n_refused = place[written.papers.lead], refused_slots(block)
    slots, papers = written.losses[:2]
    np.testing.assert_allclose(slots[0], np.bincount(here, n_refused, P))
    np.testing.assert_allclose(papers[0], np.bincount(here[written.papers.n_authors == 0], minlength=P))
    assert not slots[1].any() and not papers[1].any(), "nobody is in fear"
    assert not slots[:, 2:].any() and not papers[:, 2:].any()


def test_rules_and_fear_share_a_lost_paper_by_the_slots_they_refused(block: Block) -> None:
    rules = Rules(P, repeat=0.0, refill=0.0, fear=1.0, lost=0.6, replaced=0.2)
    rules.friction[:, 0, 1], rules.threat[0, 2:] = 0.5, 0.8
    other = Block.from_records(block.records())
    other.fear[: other.n_rows] = np.where(other.place[: other.n_rows] == 0, 1.0, 0.0)
    written = write(other, rules)
    slots, papers = written.losses[:2]
    gone = (written.papers.n_authors == 0) & (other.rows.people["place"][written.papers.lead] == 0)
    assert papers[:, 0].sum() == pytest.approx(gone.sum())
    assert papers[:, 0].min() > 0 and papers[0, 0] / papers[1, 0] == pytest.approx(slots[0, 0] / slots[1, 0], rel=0.1)
    # their partners refuse nothing: place 0 is no threat to them; they themselves refuse leads of places 2 and 3
    assert not papers[:, 1].any() and not papers[0, 2:].any() and papers[1, 2:].all()


def test_a_sensitive_project_is_kept_from_the_place_that_was_refused(block: Block) -> None:
    written = under_rules(block, sensitive=1.0, lost=LOST, refill=0.0)
    refused = written.papers.lead[refused_slots(block) > 0]
    here = block.rows.people["place"]
    for a, b in ((0, 1), (1, 0)):
        leads = np.unique(refused[here[refused] == a])
        assert written.losses.sensitive[a, b] == len(leads) > 0, "once, however many of its slots and papers"
    assert written.losses.sensitive.sum() >= len(np.unique(refused))


# --- screening ----------------------------------------------------------------------------------------------
def screened(
    block: Block, towards: int | None, time: float = 0.4, friction: float = 0.0, lost: float = LOST
) -> Written:
    """Papers when place 0 screens six in ten of its projects with a place, and refuses a share of slots in place 1."""
    rules = Rules(P, repeat=0.0, refill=0.0, lost=lost, screening=time)
    rules.friction[:, 0, 1] = friction
    if towards is not None:
        rules.screened[:, 0, towards] = 0.6
    return write(block, rules)


def test_screening_costs_papers_where_the_screened_partner_is_on_the_team(block: Block) -> None:
    free, written = screened(block, None), screened(block, 2)
    place = block.rows.people["place"]
    here = place[free.papers.lead]
    reviewed = np.array([here[k] == 0 and 2 in place[free.team(k)] for k in range(len(free))])
    gone = written.papers.n_authors == 0
    assert not gone[~reviewed].any()
    assert stats.binomtest(int(gone[reviewed].sum()), int(reviewed.sum()), 0.6 * 0.4).pvalue > ALPHA
    for k in np.flatnonzero(~gone):
        assert written.team(k) == free.team(k)
    assert written.losses.papers[0].tolist() == [gone.sum(), 0.0, 0.0, 0.0] and not written.losses.papers[1].any()
    _, project = np.unique(free.papers.lead, return_inverse=True)
    by_project = np.bincount(project, reviewed) / np.bincount(project)
    assert 0.0 < by_project[by_project > 0].min() < 1.0, "some have papers with and without the partner"
    np.testing.assert_allclose(written.losses.screened, [0.6 * by_project.sum(), 0.0, 0.0, 0.0], rtol=1e-6)
    assert screened(block, 2, time=0.0).papers.n_authors.all()


def test_a_review_on_top_of_refusals_only_ends_papers(block: Block) -> None:
    kept = [screened(block, *given).papers.n_authors > 0 for given in ((None, 0.0, 0.5), (2, 0.2, 0.5), (2, 0.4, 0.5))]
    for fewer, more in zip(kept[1:], kept):
        assert not (fewer & ~more).any() and fewer.sum() < more.sum()


def test_a_paper_lost_to_fear_and_review_is_booked_to_both(block: Block) -> None:
    rules = Rules(P, repeat=0.0, refill=0.0, fear=1.0, lost=0.6, screening=0.5)
    rules.threat[0, 2], rules.screened[:, 0, 1] = 0.8, 0.9
    other = Block.from_records(block.records())
    other.fear[: other.n_rows] = np.where(other.place[: other.n_rows] == 0, 1.0, 0.0)
    written = write(other, rules)
    gone = (written.papers.n_authors == 0) & (other.rows.people["place"][written.papers.lead] == 0)
    assert written.losses.papers[:, 0].sum() == pytest.approx(gone.sum())
    assert written.losses.papers[:, 0].min() > 0.1 * gone.sum()
