"""What papers are worth: rating, credit to authors, projects and exposure."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from sim.core.randomness import Stream, normal
from sim.engines import impact
from sim.engines.papers import INTERNATIONAL
from sim.engines.project_counts import ProjectCounts, count_projects
from sim.engines.projects import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE
from sim.engines.reading import Readers
from sim.engines.spectrum import shares_above
from tests.rated import MATCH, PLACE, SIGMA, P, Rated, a_year, counted, rated, readers, thresholds
from tests.small import Rules, Written, key, people, write


# --- rating ---------------------------------------------------------------------------------------------------
def reached(audience: Readers, places: np.ndarray) -> float:
    """Readers of a paper of some places, by a plain loop."""
    return sum(audience.weight[a] * max(audience.known[b, a] for b in places) for a in range(P))


def test_mu_is_the_formula_of_the_model() -> None:
    year = a_year(1500, baseline=readers(1), team=5.0)
    papers, seen = year.written.papers, Counter()
    for k in np.flatnonzero(papers.n_authors):
        places = np.flatnonzero(year.places(k))
        seen[len(places)] += 1
        assert papers.mu[k] == pytest.approx(year.mu_z(k) + np.log(reached(readers(), places)), abs=1e-5)
        assert papers.mu_baseline[k] == pytest.approx(year.mu_z(k) + np.log(reached(readers(1), places)), abs=1e-5)
    assert min(seen[n] for n in (1, 2, 3, 4)) > 10, "papers of one, of two, and of more places"


def test_without_other_readers_the_baselines_are_the_runs_own() -> None:
    block = people(1000, P)
    written = write(block, Rules(P, team=5.0))
    alone, same = (rated(block, written, baseline=base) for base in (None, readers()))
    other = rated(block, written, baseline=readers(1))
    np.testing.assert_array_equal(alone.written.papers.mu_baseline, alone.written.papers.mu)
    np.testing.assert_array_equal(same.written.papers.mu_baseline, same.written.papers.mu)
    np.testing.assert_array_equal(other.written.papers.mu, alone.written.papers.mu)
    assert (other.written.papers.mu_baseline != alone.written.papers.mu).all()


def test_a_good_match_raises_a_paper() -> None:
    block = people(1000, P)
    written = write(block, Rules(P))
    better = Written(written.projects, written.papers._replace(match=written.papers.match + 2), written.losses)
    mus = [rated(block, papers).written.papers.mu for papers in (written, better)]
    np.testing.assert_allclose(mus[1] - mus[0], 2 * MATCH, atol=1e-5)


def test_the_mean_of_places_goes_to_the_best_as_its_exponent_grows() -> None:
    block = people(1000, P)
    written = write(block, Rules(P, team=5.0))
    best = rated(block, written).written.papers.mu.astype(float)
    levels = [PLACE[block.place[written.team(k)]] for k in range(len(written))]
    last = np.full(len(written), -np.inf)
    for exponent in (0.01, 1.0, 5.0, 50.0, 500.0):
        mu = rated(block, written, exponent=exponent).written.papers.mu.astype(float)
        expected = [np.log(np.exp(exponent * level).mean()) / exponent - level.max() for level in levels]
        np.testing.assert_allclose(mu - best, expected, atol=1e-5)
        assert (mu >= last - 1e-5).all(), "a greater exponent weighs the best more"
        last = mu
    assert (best - last).max() <= np.log(written.papers.n_authors.max()) / 500.0 + 1e-5


def test_a_paper_is_international_if_authors_work_in_two_places() -> None:
    year = a_year()
    written = year.written
    for k, (lead, flags) in enumerate(zip(written.papers.lead, written.papers.flags)):
        several = len(written.team(k)) > 0 and np.count_nonzero(year.places(k)) > 1
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
AUTHOR_COLUMNS = (
    "reputation",
    "papers",
    "papers_fractional",
    "papers_international",
    "papers_basic",
    "citations",
    "top1",
)


def credited(year: Rated, discount: float = 0.85) -> dict[str, np.ndarray]:
    papers, rows = year.written.papers, year.block.rows
    top1 = shares_above(thresholds(year.mu()).top1, SIGMA)
    impact.credit_authors(rows.people, rows.output, papers, SIGMA, top1, discount, key(Stream.QUALITY))
    return {name: rows.output[name].copy() for name in AUTHOR_COLUMNS}


def test_authors_get_the_papers_they_wrote_and_only_this_years() -> None:
    year = a_year()
    year.block.papers[:], year.block.citations[:], year.block.papers_fractional[:] = 99, 99.0, 99.0
    got = credited(year)
    written, papers = year.written, year.written.papers
    np.testing.assert_array_equal(got["papers"], np.bincount(_authors(written), minlength=3000))
    shares = np.repeat(1.0 / np.maximum(papers.n_authors, 1), papers.n_authors)
    by_share = np.bincount(_authors(written), shares, minlength=3000)
    np.testing.assert_allclose(got["papers_fractional"], by_share, rtol=1e-6)
    assert by_share.sum() == pytest.approx(len(year.mu())), "each paper once"
    abroad = _authors(written, papers.flags & INTERNATIONAL > 0)
    np.testing.assert_array_equal(got["papers_international"], np.bincount(abroad, minlength=3000))
    basic = _authors(written, papers.flags & APPLIED == 0)
    np.testing.assert_array_equal(got["papers_basic"], np.bincount(basic, minlength=3000))
    found = counted(year)
    n = papers.n_authors[papers.n_authors > 0]
    per_paper = n @ stats.norm.sf((thresholds(year.mu()).top1 - year.mu()) / SIGMA)
    assert got["top1"].sum(dtype=float) == pytest.approx(per_paper, rel=1e-3)
    assert got["top1"].sum() > found.top1_whole.sum(), "authors are more than places"


def _authors(written: Written, which: np.ndarray | None = None) -> np.ndarray:
    chosen = range(len(written)) if which is None else np.flatnonzero(which)
    return np.array([j for k in chosen for j in written.team(k)], int)


def test_reputation_fades_and_grows_by_a_share_of_citations() -> None:
    year = a_year()
    before = year.block.reputation[:3000].copy()
    got = credited(year)
    expected, citations = 0.85 * before.astype(float), np.zeros(3000)
    papers = year.written.papers
    for k in np.flatnonzero(papers.n_authors):
        team, uid = year.written.team(k), year.block.uid[papers.lead[k]]
        luck = normal(key(Stream.QUALITY), uid, np.uint64(papers.ordinal[k]))
        cited = np.exp(papers.mu[k] + SIGMA * luck)
        citations[team] += cited
        expected[team] += cited / len(team)
    np.testing.assert_allclose(got["citations"], citations, rtol=1e-4)
    np.testing.assert_allclose(got["reputation"], expected, rtol=1e-4)


# --- projects -------------------------------------------------------------------------------------------------
def test_projects_equal_a_plain_loop() -> None:
    year = a_year(4000, sensitive=0.4, rate=3.0)
    block, written, papers = year.block, year.written, year.written.papers
    bits = written.projects.bits
    found, expected = ProjectCounts.none(P), ProjectCounts.none(P)
    count_projects(block.rows.people, written.projects, papers, found)
    for i in block.alive():
        expected.applications[block.place[i]] += bits[i] & APPLIED_FOR > 0
        expected.funded[block.place[i]] += bits[i] & FUNDED > 0
        led = np.flatnonzero((papers.lead == i) & (papers.n_authors > 0)) if written.projects.n_leads[i] else []
        if len(led) == 0:
            continue
        a = block.place[i]
        if bits[i] & FUNDED:
            expected.funded_published[a] += 1
            expected.funded_international[a] += (papers.flags[led] & INTERNATIONAL).any()
        expected.sensitive[a] += bits[i] & SENSITIVE > 0
    np.testing.assert_array_equal(found, expected)
