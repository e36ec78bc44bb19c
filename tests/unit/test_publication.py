"""Papers of a year: each written once, team sizes, the same whatever the rows, coupled between runs."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sim.core.columns import Block
from sim.core.randomness import Stream
from sim.core.ties import uid_tag
from sim.engines import publication
from sim.engines.partners import MAX_TEAM, team_distribution
from tests.small import ALPHA, YEAR, Rules, key, known_rows, people, tie_to, without, write

P = 4


def test_every_led_paper_is_written_once_by_its_lead() -> None:
    block = people(4000, P)
    written = write(block, Rules(P))
    counted = np.bincount(written.papers.lead, minlength=4000)
    np.testing.assert_array_equal(counted, written.projects.n_leads)
    np.testing.assert_array_equal(written.papers.authors[written.papers.first[:-1]], written.papers.lead)
    assert len(written.by_lead(block.uid)) == len(written), "lead and ordinal name a paper"


def test_what_is_kept_of_authors_is_theirs() -> None:
    block = people(2000, P)
    papers = write(block, Rules(P)).papers
    found = [m for first, n in zip(papers.first, papers.n_authors) for m in range(first, first + n)]
    rows = papers.authors[found]
    np.testing.assert_array_equal(papers.author_place[found], block.place[rows])
    np.testing.assert_array_equal(papers.author_talent[found], block.talent[rows])
    assert papers.author_tag[found].tolist() == [uid_tag(u) for u in block.uid[rows]]


def test_nobody_is_twice_on_a_paper_and_no_author_is_gone() -> None:
    block = people(600, P)  # small, so that teams meet the same people often
    block.retire(np.arange(40))
    written = write(block, Rules(P, rate=4.0, team=6.0))
    assert len(written) > 300
    for k in range(len(written)):
        team = written.team(k)
        assert len(set(team)) == len(team)
        assert (block.uid[team] != 0).all()


def test_team_sizes_follow_the_distribution() -> None:
    written = write(people(30_000, P), Rules(P))
    sizes = np.bincount(written.planned(), minlength=MAX_TEAM + 1)[1:]
    expected = len(written) * np.diff(team_distribution(4.0, 0.03)[0], prepend=0.0)
    common = expected > 8
    pooled = [*sizes[common], sizes[~common].sum()], [*expected[common], expected[~common].sum()]
    assert stats.chisquare(*pooled).pvalue > ALPHA


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
        written = write(b, Rules(P))
        teams.append(written.by_lead(b.uid))
        publication.update_ties(YEAR, b.rows.ties, written.papers, key(Stream.TIE))
        known.append({int(b.uid[i]): [int(b.uid[r]) if r >= 0 else 0 for r in known_rows(b, i)] for i in range(6000)})
    assert teams[0] == teams[1]
    assert known[0] == known[1]


def test_one_person_less_changes_only_papers_that_drew_them() -> None:
    """Count of papers that change though the person was neither on them nor at the drawn slot."""
    block = people(12_000, P)
    rules = Rules(P)
    written = write(block, rules)
    before = written.by_lead(block.uid)
    surprised = 0
    rng = np.random.default_rng(3)
    gone = rng.choice(np.flatnonzero(written.projects.n_slots > 0), 12, replace=False)
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
