"""Each way of influence has an exposure of its own: who has the tie, and who has none, on hand-made projects."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.axes import NONE
from sim.core.columns import Block
from sim.engines.exposure import (
    COERCION,
    DECEPTION,
    REWARD,
    THEFT,
    Exposure,
    ExposureRules,
    count_exposure,
    count_partners,
)
from sim.engines.projects import SENSITIVE
from tests.rated import a_year, rated
from tests.small import YEAR, Rules, Written, people, remember, write

P = 4
UNDISCLOSED, ACTIVE = 0.1, 5
THREAT = np.zeros((P, P))
THREAT[0, 1] = THREAT[0, 2] = THREAT[2, 3] = 0.5


def counted(block: Block, written: Written, threat: np.ndarray = THREAT, undisclosed: float = UNDISCLOSED) -> Exposure:
    exposure = Exposure.none(P)
    rules = ExposureRules(threat, undisclosed, YEAR - ACTIVE)
    count_exposure(block.rows.people, block.rows.ties, written.papers, rules, exposure)
    return exposure


@pytest.fixture(scope="module")
def year() -> tuple[Block, Written]:
    """Papers of many people, three in ten abroad, one in twenty with a second affiliation."""
    made = a_year(4000, sensitive=0.4, rate=3.0)
    return made.block, made.written


def tied_to_origin(block: Block, j: int, partners: set[int]) -> bool:
    """Whether a person has an active tie to the origin, beside the partners of the project."""
    o = block.origin[j]
    ties = [(block.place[int(tie >> np.uint64(7)) & 0x1FFFFFF], int(tie & np.uint64(127)) + 1980) for tie in
            block.ties[j] if tie]  # fmt: skip
    return block.dual[j] == o or o in partners or any(b == o and when >= YEAR - ACTIVE for b, when in ties)


def test_exposure_equals_a_plain_loop(year: tuple[Block, Written]) -> None:
    block, written = year
    papers = written.papers
    expected = Exposure.none(P)
    for i in np.unique(papers.lead[(papers.flags & SENSITIVE > 0) & (papers.n_authors > 0)]):
        led, a = np.flatnonzero(papers.lead == i), block.place[i]
        marks = {}
        for k in led:
            at = papers.first[k] + np.arange(papers.n_authors[k])
            marks |= {int(papers.author_mark[m]): int(block.place[papers.authors[m]]) for m in at[1:]}
        n = np.bincount([b for b in marks.values() if b != a], minlength=P)
        members = [j for k in led for j in written.team(k) if block.place[j] == a]
        reward = {int(block.dual[j]) for j in members} - {NONE, int(a)}
        abroad = [j for j in members if block.origin[j] != a]
        coercion = {int(block.origin[j]) for j in abroad if tied_to_origin(block, j, set(np.flatnonzero(n)))}
        found = np.zeros((4, P))
        found[REWARD, list(reward)] = found[COERCION, list(coercion)] = 1.0
        found[DECEPTION], found[THEFT] = 1.0 - (1.0 - UNDISCLOSED) ** n, np.arange(P) != a
        expected.towards[:, a] += found
        threats = THREAT[a] > 0.0
        once = (found[:, threats] > 0.0).any(axis=1).astype(float)
        once[DECEPTION] = 1.0 - (1.0 - UNDISCLOSED) ** n[threats].sum()
        expected.once[:, a] += once
        expected.partnered[a] += n > 0
        expected.partners[a] += n
    for found, wanted in zip(counted(block, written), expected):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert expected.towards.sum(axis=(1, 2)).min() > 0.0, "every way occurs"
    assert not expected.towards[:, np.arange(P), np.arange(P)].any(), "nobody is exposed to their own place"


def test_a_project_counts_once_a_way_whatever_the_number_of_threats(year: tuple[Block, Written]) -> None:
    found = counted(*year)
    assert found.once[THEFT, 0] == found.towards[THEFT, 0, 1] == found.towards[THEFT, 0, 2] > 0.0
    for w in (REWARD, COERCION):
        one, two = found.towards[w, 0, 1], found.towards[w, 0, 2]
        assert max(one, two) <= found.once[w, 0] <= one + two
    assert not found.once[:, [1, 3]].any(), "places without a threat"
    everybody = counted(*year, threat=1.0 - np.eye(P))
    np.testing.assert_array_equal(everybody.towards, found.towards)


def test_deception_is_linear_in_partners_where_few_ties_are_undisclosed(year: tuple[Block, Written]) -> None:
    few, all_ = counted(*year, undisclosed=1e-6), counted(*year, undisclosed=1.0)
    np.testing.assert_allclose(few.towards[DECEPTION], 1e-6 * few.partners, rtol=1e-4)
    np.testing.assert_array_equal(all_.towards[DECEPTION], all_.partnered)


# --- one project --------------------------------------------------------------------------------------------
def at_home() -> tuple[Block, Written]:
    """Sensitive papers of 300 people who work with nobody abroad."""
    block = people(300, P)
    made = rated(block, write(block, Rules(P, sensitive=1.0, rate=2.0, abroad=0.0)))
    return made.block, made.written


def coerced(prepare: str, age: int = 0) -> bool:
    """Whether projects of place 0 are exposed by coercion to place 1: one member comes from there, tied as prepared."""
    block, written = at_home()
    block.ties[:300] = 0
    block.dual[:300] = NONE
    block.origin[:300] = block.place[:300]
    leads = written.papers.lead[written.papers.n_authors > 0]
    lead = int(leads[block.place[leads] == 0][0])
    block.origin[lead] = 1
    there, here = (int(np.flatnonzero((block.place[:300] == b) & (np.arange(300) != lead))[0]) for b in (1, 0))
    if prepare == "dual":
        block.dual[lead] = 1
    elif prepare:
        remember(block, lead, there if prepare == "there" else here, YEAR - age)
    return bool(counted(block, written).towards[COERCION, 0, 1] > 0.0)


def test_coercion_needs_an_active_tie_and_never_origin_alone() -> None:
    assert not coerced("")
    assert not coerced("here"), "a co-author at home is no tie to the origin"
    assert coerced("dual")
    assert coerced("there", ACTIVE)
    assert not coerced("there", ACTIVE + 1), "the last joint paper was too long ago"


def test_theft_needs_no_co_author() -> None:
    found = counted(*at_home())
    assert not found.partners.any() and not found.towards[DECEPTION].any()
    assert found.towards[THEFT, 0, 1] > 0.0


def test_the_same_partner_on_two_papers_is_one_and_two_of_an_agents_people_are_two(
    year: tuple[Block, Written],
) -> None:
    _, written = year
    papers = written.papers
    k = int(np.flatnonzero((papers.n_authors >= 3) & (papers.author_place[papers.first[:-1]] == 0))[0])
    at, buffer = papers.first[k], np.empty(8, np.uint32)
    for second, number in ((7, 1), (8, 2)):
        partners = np.zeros(P, np.int64)
        places, marks = papers.author_place.copy(), papers.author_mark.copy()
        places[at + 1 : at + papers.n_authors[k]] = 0
        places[at + 1 : at + 3], marks[at + 1 : at + 3] = 1, (7, second)
        assert count_partners(0, k, k + 1, papers._replace(author_place=places, author_mark=marks), partners, buffer)
        assert partners.tolist() == [0, number, 0, 0]
