"""What papers are worth: rating, thresholds, counts by place, credit to authors, projects, citation flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from sim.core.columns import NONE, Block
from sim.core.randomness import Stream, normal
from sim.engines import impact
from sim.engines.impact import INTERNATIONAL, citation_flows
from sim.engines.projects import APPLIED, APPLIED_FOR, FUNDED, SENSITIVE
from sim.engines.spectrum import BIN_START, BIN_WIDTH, BY_PLACE, N_BINS, Spectrum, shares_above, sum_by_place
from tests.small import Papers, Rules, key, people, write

P = 4
SIGMA = np.sqrt(1.2)
TALENT_MEAN, TALENT_BEST, TEAM, REPUTATION = 0.25, 0.3, 0.2, 0.05
PLACE_BEST = 0.4


@dataclass
class Rated:
    """A year's papers with what `rate_papers` made of them."""

    block: Block
    papers: Papers
    mu: np.ndarray
    flags: np.ndarray
    counts: np.ndarray
    plain: np.ndarray
    together: np.ndarray

    def place(self) -> np.ndarray:
        return self.block.used("place")[0]


def rated(
    block: Block,
    papers: Papers,
    border: np.ndarray | None = None,
    quality: np.ndarray | None = None,
    access: np.ndarray | None = None,
) -> Rated:
    mu, flags = np.empty(len(papers), np.float32), np.empty(len(papers), np.uint8)
    counts, plain, together = np.zeros((P, N_BINS, 3)), np.zeros((4, P)), np.zeros((P, P))
    zeros = np.zeros(P)
    impact.rate_papers(
        *block.used("uid", "reputation"), papers.project, papers.lead, papers.ordinal, papers.first,
        papers.n_authors, papers.author_place, papers.author_talent,
        zeros if border is None else border, zeros if quality is None else quality,
        zeros if access is None else access, PLACE_BEST, TALENT_MEAN, TALENT_BEST, TEAM, REPUTATION,
        key(Stream.REST_COUNTRY), mu, flags, counts, plain, together,
    )  # fmt: skip
    return Rated(block, papers, mu, flags, counts, plain, together)


def a_year(n: int = 3000, **changes: float) -> Rated:
    block = people(n, P)
    return rated(block, write(block, Rules(P, **changes)), quality=np.array([0.3, 0.0, -0.2, 0.1]))


# --- rating -------------------------------------------------------------------------------------------------
def test_mu_is_the_formula_of_the_model() -> None:
    block = people(1000, P)
    papers = write(block, Rules(P))
    quality, access = np.array([0.3, 0.0, -0.2, 0.1]), np.array([0.0, 0.5, 0.1, -0.1])
    found = rated(block, papers, quality=quality, access=access)
    for k in range(len(papers)):
        team = papers.team(k)
        ln_talent = np.log(block.talent[team].astype(float))
        level = (quality + access)[block.place[team]]
        expected = TALENT_MEAN * ln_talent.mean() + TALENT_BEST * ln_talent.max() + TEAM * np.log(len(team))
        expected += (1 - PLACE_BEST) * level.mean() + PLACE_BEST * level.max()
        expected += REPUTATION * np.log(1.0 + block.reputation[team[0]])
        assert found.mu[k] == pytest.approx(expected, abs=1e-5)


def test_a_paper_is_international_if_authors_work_in_two_places() -> None:
    year = a_year()
    place = year.place()
    for k in range(len(year.papers)):
        several = len({int(place[j]) for j in year.papers.team(k)}) > 1
        assert bool(year.flags[k] & INTERNATIONAL) == several
        assert int(year.flags[k]) & ~INTERNATIONAL == year.papers.project[year.papers.lead[k]]


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_papers_inside_a_regional_rest_may_cross_a_border(share: float) -> None:
    block = people(20_000, P)
    papers = write(block, Rules(P))
    border = np.array([0.0, 0.0, 0.0, share])
    before, after = (rated(block, papers, b).flags & INTERNATIONAL > 0 for b in (None, border))
    place = block.used("place")[0]
    inside = (place[papers.lead] == 3) & (papers.n_authors > 1) & ~before
    np.testing.assert_array_equal(after[~inside], before[~inside])
    assert stats.binomtest(int(after[inside].sum()), int(inside.sum()), share).pvalue > 1e-4


# --- thresholds ---------------------------------------------------------------------------------------------
SHARES = (0.01, 0.03, 0.10)


def spectrum(mu: np.ndarray) -> Spectrum:
    """Spectrum of papers of one place with the given mu."""
    counts = np.zeros((1, N_BINS, 3))
    np.add.at(counts[0, :, 1], ((mu.astype(float) - BIN_START) / BIN_WIDTH).astype(int), 1.0)
    return Spectrum.of(counts, SIGMA)


def thresholds(mu: np.ndarray, sigma: float) -> tuple[float, ...]:
    """Levels of ln z of the top 1, 3 and 10 %."""
    assert sigma == SIGMA
    return tuple(spectrum(mu).threshold(share) for share in SHARES)


def test_thresholds_give_one_three_and_ten_per_cent_of_papers() -> None:
    mu = a_year(12_000).mu.astype(float)
    for threshold, share in zip(thresholds(mu.astype(np.float32), SIGMA), (0.01, 0.03, 0.10)):
        assert stats.norm.sf((threshold - mu) / SIGMA).mean() == pytest.approx(share, rel=5e-3)


def test_thresholds_hold_for_papers_with_actual_luck() -> None:
    mu = np.random.default_rng(0).normal(0.2, 0.6, 200_000)
    z = mu + SIGMA * np.random.default_rng(1).standard_normal(len(mu))
    for threshold, share in zip(thresholds(mu.astype(np.float32), SIGMA), (0.01, 0.03, 0.10)):
        assert stats.binomtest(int((z > threshold).sum()), len(z), share).pvalue > 1e-4


def test_papers_all_alike_have_the_thresholds_of_luck_alone() -> None:
    found = thresholds(np.full(50, 0.5, np.float32), SIGMA)
    expected = 0.5 + SIGMA * stats.norm.isf([0.01, 0.03, 0.10])
    np.testing.assert_allclose(found, expected, atol=0.026)  # all in one bin of 0.05


def test_no_papers_no_threshold() -> None:
    assert thresholds(np.empty(0, np.float32), SIGMA) == (np.inf, np.inf, np.inf)


# --- counts by place ----------------------------------------------------------------------------------------
def counted(year: Rated, z1_baseline: float | None = None) -> tuple[dict[str, np.ndarray], np.ndarray]:
    z1, z3, z10 = thresholds(year.mu, SIGMA)
    levels = (z1, z3, z10, z1 if z1_baseline is None else z1_baseline)
    by_place = sum_by_place(Spectrum.of(year.counts, SIGMA), year.counts, year.plain, levels)
    return dict(zip(BY_PLACE, by_place)), year.together


def test_counts_equal_a_plain_loop_over_papers() -> None:
    year = a_year(1500, sensitive=0.3)
    found, together = counted(year, z1_baseline=3.0)
    z1, z3, z10 = thresholds(year.mu, SIGMA)
    expected, pairs = {name: np.zeros(P) for name in BY_PLACE}, np.zeros((P, P))
    place = year.place()
    for k in range(len(year.papers)):
        team = year.papers.team(k)
        mu, bits = float(year.mu[k]), int(year.flags[k])
        international = bits & INTERNATIONAL > 0
        mean = np.exp(mu + 0.5 * SIGMA**2)
        top1, top10, fixed = (stats.norm.sf((z - mu) / SIGMA) for z in (z1, z10, 3.0))
        tail = {z: mean * stats.norm.sf((z - mu - SIGMA**2) / SIGMA) for z in (z1, z3, z10)}
        present = sorted({int(p) for p in place[team]})
        for p in present:
            share = float((place[team] == p).mean())
            values = {
                "papers_whole": 1.0, "papers_fractional": share, "papers_international": international,
                "papers_basic": not bits & APPLIED, "papers_sensitive": bits & SENSITIVE > 0,
                "papers_international_sensitive": international and bits & SENSITIVE > 0,
                "papers_international_fractional": share * international,
                "top1_fractional_at_baseline_threshold": fixed * share,
                "top1_whole": top1, "top1_fractional": top1 * share, "top10_whole": top10,
                "top10_fractional": top10 * share, "top1_at_baseline_threshold": fixed, "impact_sum": mean,
                "top1_international": top1 * international, "z_fractional": mean * share,
                "z10_fractional": tail[z10] * share, "z1_fractional": tail[z1] * share,
                "z3_fractional": tail[z3] * share,
            }  # fmt: skip
            for name, value in values.items():
                expected[name][p] += value
            for q in present:
                pairs[p, q] += p < q
    assert expected.keys() == found.keys()
    for name in BY_PLACE:
        # by bin, with a random position of papers within their bin: exact for plain counts
        exact = name.startswith("papers")
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9 if exact else 0.01, err_msg=name)
    np.testing.assert_array_equal(together, pairs)


def test_fractional_counts_sum_to_papers_and_whole_counts_are_larger() -> None:
    year = a_year(8000)
    found, together = counted(year)
    n = len(year.papers)
    assert found["papers_fractional"].sum() == pytest.approx(n, rel=1e-12)
    for kind in ("papers", "top1", "top10"):
        assert (found[f"{kind}_whole"] >= found[f"{kind}_fractional"]).all()
    assert found["top1_fractional"].sum() == pytest.approx(0.01 * n, rel=1e-3)
    assert found["top10_fractional"].sum() == pytest.approx(0.10 * n, rel=1e-3)
    assert (found["papers_whole"] >= found["papers_international"]).all()
    places = np.array([len({int(p) for p in year.place()[year.papers.team(k)]}) for k in range(n)])
    assert found["papers_whole"].sum() == places.sum()
    assert together.sum() == (places * (places - 1) // 2).sum()
    np.testing.assert_array_equal(together, np.triu(together, k=1))


def test_a_threshold_above_all_counts_nothing_at_the_baselines_level() -> None:
    year = a_year()
    assert counted(year, z1_baseline=np.inf)[0]["top1_at_baseline_threshold"].sum() == 0.0
    found = counted(year)[0]
    np.testing.assert_array_equal(found["top1_at_baseline_threshold"], found["top1_whole"])


# --- credit to authors --------------------------------------------------------------------------------------
AUTHOR_COLUMNS = "reputation papers papers_international papers_basic citations top1"


def credited(year: Rated, received: np.ndarray, discount: float = 0.85) -> dict[str, np.ndarray]:
    z1 = thresholds(year.mu, SIGMA)[0]
    papers, block = year.papers, year.block
    impact.credit_authors(
        *block.used("uid", "place"), papers.lead, papers.ordinal, papers.first, papers.n_authors, papers.authors,
        year.mu, year.flags, SIGMA, shares_above(z1, SIGMA), received,
        discount, key(Stream.QUALITY), *block.used(*AUTHOR_COLUMNS.split()),
    )  # fmt: skip
    return {name: block.used(name)[0].copy() for name in AUTHOR_COLUMNS.split()}


def test_authors_get_the_papers_they_wrote_and_only_this_years() -> None:
    year = a_year()
    year.block.papers[:], year.block.citations[:] = 99, 99.0
    got = credited(year, np.ones(P))
    papers = year.papers
    np.testing.assert_array_equal(got["papers"], np.bincount(_authors(papers), minlength=3000))
    abroad = _authors(papers, year.flags & INTERNATIONAL > 0)
    np.testing.assert_array_equal(got["papers_international"], np.bincount(abroad, minlength=3000))
    basic = _authors(papers, year.flags & APPLIED == 0)
    np.testing.assert_array_equal(got["papers_basic"], np.bincount(basic, minlength=3000))
    found = counted(year)[0]
    per_paper = papers.n_authors @ stats.norm.sf((thresholds(year.mu, SIGMA)[0] - year.mu) / SIGMA)
    assert got["top1"].sum(dtype=float) == pytest.approx(per_paper, rel=1e-3)
    assert got["top1"].sum() > found["top1_whole"].sum(), "authors are more than places"


def _authors(papers: Papers, which: np.ndarray | None = None) -> np.ndarray:
    chosen = range(len(papers)) if which is None else np.flatnonzero(which)
    return np.array([j for k in chosen for j in papers.team(k)], int)


def test_reputation_fades_and_grows_by_a_share_of_citations() -> None:
    year = a_year()
    before = year.block.reputation[:3000].copy()
    received = np.array([1.0, 2.0, 0.0, 0.5])
    got = credited(year, received)
    expected, citations = 0.85 * before.astype(float), np.zeros(3000)
    for k in range(len(year.papers)):
        team, uid = year.papers.team(k), year.block.uid[year.papers.lead[k]]
        luck = normal(key(Stream.QUALITY), uid, np.uint64(year.papers.ordinal[k]))
        cited = np.exp(year.mu[k] + SIGMA * luck) * received[year.block.place[team[0]]]
        citations[team] += cited
        expected[team] += cited / len(team)
    np.testing.assert_allclose(got["citations"], citations, rtol=1e-4)
    np.testing.assert_allclose(got["reputation"], expected, rtol=1e-4)


# --- projects -----------------------------------------------------------------------------------------------
def test_projects_and_exposure_equal_a_plain_loop() -> None:
    year = a_year(4000, sensitive=0.4, rate=3.0)
    block, papers = year.block, year.papers
    by_place, exposed = np.zeros((5, P)), np.zeros((4, P, P))
    impact.count_projects(
        *block.used("uid", "origin", "place", "dual"), papers.project, papers.n_leads, papers.lead, papers.first,
        papers.n_authors, papers.authors, year.flags, by_place, exposed,
    )  # fmt: skip
    expected, ways = np.zeros((5, P)), np.zeros((4, P, P))
    for i in block.alive():
        expected[0, block.place[i]] += papers.project[i] & APPLIED_FOR > 0
        expected[1, block.place[i]] += papers.project[i] & FUNDED > 0
        led = np.flatnonzero(papers.lead == i) if papers.n_leads[i] else []
        if len(led) == 0:
            continue
        a = block.place[i]
        abroad = (year.flags[led] & INTERNATIONAL).any()
        if papers.project[i] & FUNDED:
            expected[2, a] += 1
            expected[3, a] += abroad
        if not papers.project[i] & SENSITIVE:
            continue
        expected[4, a] += 1
        everyone = {j for k in led for j in papers.team(k)}
        members = [j for j in everyone if block.place[j] == a]
        partners = {block.place[j] for j in everyone} - {a}
        toward = (
            {block.dual[j] for j in members} - {NONE, a},
            partners,
            {block.origin[j] for j in members} - {a},
            partners,
        )
        for w, places in enumerate(toward):  # a project counts once towards a place by each way
            ways[w, a, sorted(places)] += 1.0
    np.testing.assert_array_equal(by_place, expected)
    np.testing.assert_allclose(exposed, ways, rtol=1e-12)
    assert exposed.sum(axis=(1, 2)).min() > 0, "every way occurs"
    assert not exposed[:, np.arange(P), np.arange(P)].any(), "nobody is exposed to their own place"


# --- citations between places -------------------------------------------------------------------------------
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
