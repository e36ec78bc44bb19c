"""What papers are worth: rating, credit to authors, projects and exposure, citation flows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import NONE
from sim.core.randomness import Stream, normal
from sim.engines import impact
from sim.engines.impact import INTERNATIONAL, ProjectCounts, citation_flows
from sim.engines.projects import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE
from sim.engines.security import COERCION, DECEPTION, REWARD, THEFT
from sim.engines.spectrum import shares_above
from tests.rated import (
    PLACE_BEST,
    REPUTATION,
    SIGMA,
    TALENT_BEST,
    TALENT_MEAN,
    TEAM,
    P,
    Rated,
    a_year,
    counted,
    rated,
    thresholds,
)
from tests.small import Rules, Written, key, people, write


# --- rating ---------------------------------------------------------------------------------------------------
def test_mu_is_the_formula_of_the_model() -> None:
    block = people(1000, P)
    written = write(block, Rules(P))
    place = np.array([0.3, 0.5, -0.1, 0.0])
    found = rated(block, written, place=place)
    for k in range(len(written)):
        team = written.team(k)
        ln_talent = np.log(block.talent[team].astype(float))
        level = place[block.place[team]]
        expected = TALENT_MEAN * ln_talent.mean() + TALENT_BEST * ln_talent.max() + TEAM * np.log(len(team))
        expected += (1 - PLACE_BEST) * level.mean() + PLACE_BEST * level.max()
        expected += REPUTATION * np.log(1.0 + block.reputation[team[0]])
        assert found.written.papers.mu[k] == pytest.approx(expected, abs=1e-5)


def test_a_paper_is_international_if_authors_work_in_two_places() -> None:
    year = a_year()
    written, place = year.written, year.block.rows.people["place"]
    for k, (lead, flags) in enumerate(zip(written.papers.lead, written.papers.flags)):
        several = len({int(place[j]) for j in written.team(k)}) > 1
        assert bool(flags & INTERNATIONAL) == several
        assert int(flags) & ~INTERNATIONAL == written.projects.bits[lead]


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_papers_inside_a_regional_rest_may_cross_a_border(share: float) -> None:
    block = people(20_000, P)
    written = write(block, Rules(P))
    papers, place = written.papers, block.rows.people["place"]
    border = np.array([0.0, 0.0, 0.0, share])
    before, after = (rated(block, written, b).written.papers.flags & INTERNATIONAL > 0 for b in (np.zeros(P), border))
    inside = (place[papers.lead] == 3) & (papers.n_authors > 1) & ~before
    np.testing.assert_array_equal(after[~inside], before[~inside])
    assert stats.binomtest(int(after[inside].sum()), int(inside.sum()), share).pvalue > 1e-4


# --- credit to authors ----------------------------------------------------------------------------------------
AUTHOR_COLUMNS = ("reputation", "papers", "papers_international", "papers_basic", "citations", "top1")


def credited(year: Rated, received: np.ndarray, discount: float = 0.85) -> dict[str, np.ndarray]:
    papers, rows = year.written.papers, year.block.rows
    top1 = shares_above(thresholds(papers.mu).top1, SIGMA)
    impact.credit_authors(rows.people, rows.output, papers, SIGMA, top1, received, discount, key(Stream.QUALITY))
    return {name: rows.output[name].copy() for name in AUTHOR_COLUMNS}


def test_authors_get_the_papers_they_wrote_and_only_this_years() -> None:
    year = a_year()
    year.block.papers[:], year.block.citations[:] = 99, 99.0
    got = credited(year, np.ones(P))
    written, papers = year.written, year.written.papers
    np.testing.assert_array_equal(got["papers"], np.bincount(_authors(written), minlength=3000))
    abroad = _authors(written, papers.flags & INTERNATIONAL > 0)
    np.testing.assert_array_equal(got["papers_international"], np.bincount(abroad, minlength=3000))
    basic = _authors(written, papers.flags & APPLIED == 0)
    np.testing.assert_array_equal(got["papers_basic"], np.bincount(basic, minlength=3000))
    found = counted(year)
    per_paper = papers.n_authors @ stats.norm.sf((thresholds(papers.mu).top1 - papers.mu) / SIGMA)
    assert got["top1"].sum(dtype=float) == pytest.approx(per_paper, rel=1e-3)
    assert got["top1"].sum() > found.top1_whole.sum(), "authors are more than places"


def _authors(written: Written, which: np.ndarray | None = None) -> np.ndarray:
    chosen = range(len(written)) if which is None else np.flatnonzero(which)
    return np.array([j for k in chosen for j in written.team(k)], int)


def test_reputation_fades_and_grows_by_a_share_of_citations() -> None:
    year = a_year()
    before = year.block.reputation[:3000].copy()
    received = np.array([1.0, 2.0, 0.0, 0.5])
    got = credited(year, received)
    expected, citations = 0.85 * before.astype(float), np.zeros(3000)
    papers = year.written.papers
    for k, lead in enumerate(papers.lead):
        team, uid = year.written.team(k), year.block.uid[lead]
        luck = normal(key(Stream.QUALITY), uid, np.uint64(papers.ordinal[k]))
        cited = np.exp(papers.mu[k] + SIGMA * luck) * received[year.block.place[team[0]]]
        citations[team] += cited
        expected[team] += cited / len(team)
    np.testing.assert_allclose(got["citations"], citations, rtol=1e-4)
    np.testing.assert_allclose(got["reputation"], expected, rtol=1e-4)


# --- projects -------------------------------------------------------------------------------------------------
def test_projects_and_exposure_equal_a_plain_loop() -> None:
    year = a_year(4000, sensitive=0.4, rate=3.0)
    block, written, papers = year.block, year.written, year.written.papers
    bits = written.projects.bits
    found, exposed = ProjectCounts.none(P), np.zeros((4, P, P))
    impact.count_projects(block.rows.people, written.projects, papers, found, exposed)
    expected, ways = ProjectCounts.none(P), np.zeros((4, P, P))
    for i in block.alive():
        expected.applications[block.place[i]] += bits[i] & APPLIED_FOR > 0
        expected.funded[block.place[i]] += bits[i] & FUNDED > 0
        led = np.flatnonzero(papers.lead == i) if written.projects.n_leads[i] else []
        if len(led) == 0:
            continue
        a = block.place[i]
        abroad = (papers.flags[led] & INTERNATIONAL).any()
        if bits[i] & FUNDED:
            expected.funded_published[a] += 1
            expected.funded_international[a] += abroad
        if not bits[i] & SENSITIVE:
            continue
        expected.sensitive[a] += 1
        everyone = {j for k in led for j in written.team(k)}
        members = [j for j in everyone if block.place[j] == a]
        partners = {block.place[j] for j in everyone} - {a}
        towards = {
            REWARD: {block.dual[j] for j in members} - {NONE, a},
            DECEPTION: partners,
            COERCION: {block.origin[j] for j in members} - {a},
            THEFT: partners,
        }
        for w, places in towards.items():  # a project counts once towards a place by each way
            ways[w, a, sorted(places)] += 1.0
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(exposed, ways, rtol=1e-12)
    assert exposed.sum(axis=(1, 2)).min() > 0, "every way occurs"
    assert not exposed[:, np.arange(P), np.arange(P)].any(), "nobody is exposed to their own place"


# --- citations between places ---------------------------------------------------------------------------------
Z = np.array([100.0, 40.0, 0.0, 10.0])
REFERENCES = np.array([500.0, 300.0, 20.0, 0.0])


def test_places_give_exactly_the_references_they_have() -> None:
    access = np.random.default_rng(0).random((P, P))
    flows = citation_flows(Z, REFERENCES, access, 1.2)
    np.testing.assert_allclose(flows.sum(axis=1), REFERENCES, rtol=1e-12)
    assert (flows[:, 2] == 0.0).all(), "a place without papers is not cited"
    assert (flows >= 0.0).all()


def test_access_and_home_bias_draw_citations() -> None:
    access = np.full((P, P), 0.5)
    flows = citation_flows(Z, REFERENCES, access, 1.2)
    access[0, 1] = 1.0
    closer, home = citation_flows(Z, REFERENCES, access, 1.2), citation_flows(Z, REFERENCES, np.full((P, P), 0.5), 2.0)
    assert closer[0, 1] > flows[0, 1] and closer[0, 3] < flows[0, 3]
    np.testing.assert_array_equal(closer[1:], flows[1:])
    assert (np.diag(home)[:2] > np.diag(flows)[:2]).all()
    even = citation_flows(Z, REFERENCES, np.ones((P, P)), 0.0)
    np.testing.assert_allclose(even[:3] / REFERENCES[:3, None], np.tile(Z / Z.sum(), (3, 1)), rtol=1e-12)
