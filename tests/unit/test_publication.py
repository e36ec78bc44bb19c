"""Papers of a year: each written once, team sizes, the same whatever the rows, coupled between runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import N_TIES, Block
from sim.core.randomness import Stream, fold
from sim.core.ties import MATCHES, OFFSET, tie_word, uid_tag, with_tag
from sim.engines import remembering
from sim.engines.partners import MAX_TEAM, team_distribution
from tests.small import (
    ALPHA,
    MEMORY,
    YEAR,
    Rules,
    Written,
    key,
    known_rows,
    leave,
    matches,
    people,
    tie_to,
    without,
    write,
)

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
    talents = [np.log(block.talent[papers.authors[at : at + n]]) for at, n in zip(papers.first, papers.n_authors)]
    np.testing.assert_allclose(papers.talent_mean, [t.mean() for t in talents], atol=1e-5)
    np.testing.assert_allclose(papers.talent_best, [t.max() for t in talents], atol=1e-5)
    assert [int(mark) & (2**18 - 1) for mark in papers.author_mark[found]] == [uid_tag(u) for u in block.uid[rows]]


def test_nobody_is_twice_on_a_paper_and_no_author_is_gone() -> None:
    block = people(600, P)  # small, so that teams meet the same people often
    leave(block, np.arange(40))
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
        known = zip(known_rows(moved, i), matches(moved, i))  # missing ties are the last ones
        ties = [tie_to(moved, at[j], YEAR - 1, match) for j, match in known]
        moved.ties[i] = ties + [np.uint64(0)] * (N_TIES - len(ties))
    teams, known = [], []
    for b in (block, moved):
        written = write(b, Rules(P))
        teams.append(written.by_lead(b.uid))
        remembering.update_ties(YEAR, MEMORY, b.rows.ties, written.papers)
        known.append(
            {int(b.uid[i]): ([int(b.uid[r]) for r in known_rows(b, i) if r >= 0], matches(b, i)) for i in range(6000)}
        )
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
    own = int(block.uid[5])
    others = {name: team for name, team in less.items() if own not in papers[name]}
    same = sum(papers[name] == team for name, team in others.items())
    assert same >= 0.999 * len(others)


def marks_of(written: Written) -> list[list[int]]:
    """Marks of the authors of every paper."""
    papers = written.papers
    return [papers.author_mark[at : at + n].tolist() for at, n in zip(papers.first, papers.n_authors)]


# --- match ------------------------------------------------------------------------------------------------------
def pair_match(one: np.uint64, other: np.uint64) -> int:
    """Match of two people, in 64ths of a standard deviation."""
    low, high = sorted((one, other))
    word = fold(np.uint64(fold(key(Stream.MATCH, 0), low)), high)
    return int(MATCHES[int(word) >> 52])


def test_at_scale_one_the_match_is_of_the_pair_whoever_leads() -> None:
    block = people(400, P, ties=False)
    written = write(block, Rules(P, rate=8.0, repeat=0.0))
    seen = set()
    for k, marks in enumerate(marks_of(written)):
        lead, *partners = written.team(k)
        found = [pair_match(block.uid[lead], block.uid[j]) for j in partners]
        assert [(mark >> 18) - OFFSET for mark in marks[1:]] == found
        assert written.papers.match[k] == pytest.approx(np.mean(found) / 64 if found else 0.0, abs=1e-6)
        seen |= {(lead, j) for j in partners}
    assert any((j, i) in seen for i, j in seen), "some pairs met under either's lead"


def test_past_co_authors_bring_the_match_they_are_remembered_with() -> None:
    block = people(3000, P)
    written = write(block, Rules(P, repeat=1.0, looseness=1.0, abroad=0.0, team=3.0))
    kept = by_chance = 0
    for k, marks in enumerate(marks_of(written)):
        i = written.papers.lead[k]
        known = dict(zip(known_rows(block, i), matches(block, i)))
        for j, mark in zip(written.team(k)[1:], marks[1:]):
            match = (mark >> 18) - OFFSET
            if match == known.get(j):
                kept += 1
            else:
                assert match == pair_match(block.uid[i], block.uid[j]), "new to each other, or met as new people"
                by_chance += j in known
    assert kept > 500 and by_chance < 0.01 * kept


# --- remembering ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("same", [1.0, 0.3])
def test_everybody_keeps_the_four_most_valued_of_all_they_have_written_with(same: float) -> None:
    block = people(300, P)
    before = block.ties[:300].copy()
    rules = Rules(P, rate=6.0, lost=0.5, refill=0.3, same=same)
    rules.friction[:, 0, 1] = rules.friction[:, 1, 0] = 0.7
    written = write(block, rules)
    assert (written.papers.n_authors == 0).any(), "some papers are not completed"
    remembering.update_ties(YEAR, MEMORY, block.rows.ties, written.papers)
    words = [{int(tie) for tie in before[i] if tie} for i in range(300)]
    for k, marks in enumerate(marks_of(written)):
        team = written.team(k)
        for j, mark in zip(team[1:], marks[1:]):
            if j == team[0]:  # another of the people whom the lead's agent stands for
                continue
            for one, other in ((team[0], j), (j, team[0])):
                own = with_tag(mark, uid_tag(block.uid[other]))
                old = int(tie_to(block, other, YEAR - 1, (mark >> 18) - OFFSET))
                words[one].discard(old)  # met again: the newer one counts
                words[one].add(int(tie_word(other, own, YEAR, MEMORY)))
    for i in range(300):
        expected = (sorted(words[i], reverse=True) + [0] * N_TIES)[:N_TIES]
        assert [int(tie) for tie in block.ties[i]] == expected
    assert not any(i in known_rows(block, i) for i in range(300)), "nobody remembers themselves"
