"""Slots that go through the stages together name whom the whole rule finds, slot after slot."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.columns import Block
from sim.core.randomness import Stream, draw, fold, person_key
from sim.core.ties import match_in
from sim.engines.partners import CELLS, MAX_TEAM
from sim.engines.pools import build_pools
from sim.engines.projects import KIND
from sim.engines.slots import BATCH, walls_between
from sim.engines.teams import BY_FEAR, BY_RULE, Field, fill_slot, paper_openness
from tests.small import Rules, Written, key, people, write

P = 4
Teams = list[list[tuple[int, int]]]


def hashed(word: int, number: int) -> np.uint64:
    """A key folded with a number."""
    return np.uint64(fold(np.uint64(word), np.uint64(number)))


def slot_by_slot(block: Block, rules: Rules, written: Written) -> tuple[Teams, np.ndarray]:
    """Row and match of the partners of every paper, and slots refused by cause: each slot by the whole rule."""
    rows, of_slots, papers, projects = block.rows, rules.partners(), written.papers, written.projects
    pool = build_pools(rows.people, projects.n_slots, key(Stream.POOL), P)
    places = rows.people["place"].copy()
    field = Field(rows.people, rows.ties, places, projects.bits, pool, walls_between(of_slots))
    teams, refused = [], np.zeros(3, int)
    for i, ordinal, planned in zip(papers.lead, papers.ordinal, written.planned()):
        uid = block.uid[i]
        word = hashed(person_key(key(Stream.OPENNESS), uid), ordinal)
        own = draw(key(Stream.OPENNESS, 0), uid)
        p = paper_openness(of_slots.openness, int(block.place[i]), own, word, of_slots.personal)
        pkey = hashed(person_key(key(Stream.PARTNER_PERSON), uid), ordinal)
        authors, found = np.full(MAX_TEAM, i, np.int32), []
        for slot in range(1, planned):
            kind, team = int(projects.bits[i] & KIND), (authors, 0, 1 + len(found))
            j, mark, _, cause = fill_slot(field, of_slots, kind, p, hashed(pkey, slot), team, key(Stream.MATCH, 0))
            refused[cause] += 1
            if j >= 0:
                authors[1 + len(found)] = j
                found.append((int(j), int(match_in(np.uint32(mark)))))
        teams.append(found)
    return teams, refused


def in_stages(written: Written) -> Teams:
    """Row and match of the partners of every paper that was written."""
    papers = written.papers
    marks = [papers.author_mark[at + 1 : at + n] for at, n in zip(papers.first, papers.n_authors)]
    return [
        [(j, int(match_in(mark))) for j, mark in zip(written.team(k)[1:], of_paper)] for k, of_paper in enumerate(marks)
    ]


@pytest.mark.parametrize("refusing", [False, True], ids=["nobody refuses", "rules and fear"])
@pytest.mark.parametrize("same", [1.0, 0.2])
def test_slots_together_name_whom_the_whole_rule_names_one_by_one(same: float, refusing: bool) -> None:
    block = people(1500, P, abroad=0.5)
    block.place[:1500] = np.where(block.place[:1500] == 3, 2, block.place[:1500])  # a place with nobody
    openness = np.random.default_rng(5).random((P, CELLS))
    rules = Rules(P, rate=3.0, team=6.0, repeat=0.5, looseness=0.4, origin=0.3, same=same, openness=openness)
    rules.refill, rules.sensitive = 0.5, 0.5
    if refusing:
        block.fear[:1500:3] = 0.8
        rules.fear, rules.threat[0, 1], rules.threat[2, :] = 0.7, 0.9, 0.4
        rules.friction[1, 0, 2] = rules.friction[3, 1, :] = 0.6
    written = write(block, rules)
    teams, refused = slot_by_slot(block, rules, written)
    assert in_stages(written) == teams
    assert (written.papers.n_authors < written.planned()).any(), "some slots find nobody"
    np.testing.assert_array_equal(written.losses.slots.sum(axis=1), refused[[BY_RULE, BY_FEAR]])
    assert (refused[[BY_RULE, BY_FEAR]] > 100).all() == refusing


def test_all_papers_of_the_most_prolific_fit_into_a_batch() -> None:
    block = people(6, P)
    rules = Rules(P, rate=20_000.0, team=20.0, same=0.2)
    written = write(block, rules)
    assert np.bincount(written.papers.lead, written.planned()).max() > 2 * BATCH
    assert in_stages(written) == slot_by_slot(block, rules, written)[0]
