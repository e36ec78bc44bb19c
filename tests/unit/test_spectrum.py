"""Thresholds of top papers, and counts by place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.engines.papers import INTERNATIONAL
from sim.engines.projects import APPLIED, SENSITIVE
from sim.engines.spectrum import PlaceCounts, Thresholds
from tests.rated import SIGMA, P, a_year, counted, readers, thresholds

SHARES = (0.01, 0.03, 0.10)


# --- thresholds -------------------------------------------------------------------------------------------------
def test_thresholds_give_one_three_and_ten_per_cent_of_papers() -> None:
    mu = a_year(12_000).mu().astype(float)
    for threshold, share in zip(thresholds(mu.astype(np.float32)), SHARES):
        assert stats.norm.sf((threshold - mu) / SIGMA).mean() == pytest.approx(share, rel=5e-3)


def test_thresholds_hold_for_papers_with_actual_luck() -> None:
    mu = np.random.default_rng(0).normal(0.2, 0.6, 200_000)
    z = mu + SIGMA * np.random.default_rng(1).standard_normal(len(mu))
    for threshold, share in zip(thresholds(mu.astype(np.float32)), SHARES):
        assert stats.binomtest(int((z > threshold).sum()), len(z), share).pvalue > 1e-4


def test_papers_all_alike_have_the_thresholds_of_luck_alone() -> None:
    found = thresholds(np.full(50, 0.5, np.float32))[:3]
    expected = 0.5 + SIGMA * stats.norm.isf(SHARES)
    np.testing.assert_allclose(found, expected, atol=0.026)  # all in one bin of 0.05


def test_no_papers_no_threshold() -> None:
    assert thresholds(np.empty(0, np.float32)) == Thresholds(np.inf, np.inf, np.inf, np.inf)


# --- counts by place --------------------------------------------------------------------------------------------
def test_counts_equal_a_plain_loop_over_papers() -> None:
    year = a_year(1500, baseline=readers(1), sensitive=0.3)
    found = counted(year, baseline=3.0)
    papers, levels = year.written.papers, thresholds(year.mu())
    expected, pairs = {name: np.zeros(P) for name in PlaceCounts._fields}, np.zeros((P, P))
    world = np.zeros(4)
    for k in np.flatnonzero(papers.n_authors):  # papers that were not completed count nowhere
        mu, base, bits = float(papers.mu[k]), float(papers.mu_baseline[k]), int(papers.flags[k])
        shares, n = year.places(k), len(year.written.team(k))
        present = np.flatnonzero(shares).tolist()
        international = bits & INTERNATIONAL > 0
        countries = len(present) * international
        cited, z = np.exp(mu + 0.5 * SIGMA**2), np.exp(year.mu_z(k) + 0.5 * SIGMA**2)
        top1, top10 = (stats.norm.sf((level - mu) / SIGMA) for level in (levels.top1, levels.top10))
        fixed = stats.norm.sf((3.0 - base) / SIGMA)
        c1, c3, c10 = (cited * stats.norm.sf((level - mu - SIGMA**2) / SIGMA) for level in levels[:3])
        world += [1.0, international, countries, z]
        for p in present:
            share = shares[p]
            values = {
                "papers_whole": 1.0, "papers_fractional": share, "papers_international": international,
                "papers_basic": not bits & APPLIED, "papers_sensitive": bits & SENSITIVE > 0,
                "papers_international_sensitive": international and bits & SENSITIVE > 0,
                "papers_international_fractional": share * international,
                "top1_at_baseline_threshold": fixed, "top1_fractional_at_baseline_threshold": fixed * share,
                "top1_whole": top1, "top1_fractional": top1 * share, "top1_international": top1 * international,
                "top10_whole": top10, "top10_fractional": top10 * share,
                "authors": n, "countries": countries, "impact_sum": z,
                "cited_whole": cited, "cited_international": cited * international, "cited_fractional": cited * share,
                "cited1_fractional": c1 * share, "cited3_fractional": c3 * share, "cited10_fractional": c10 * share,
            }  # fmt: skip
            assert set(values) == set(expected)
            for name, value in values.items():
                expected[name][p] += value
            for q in present:
                pairs[p, q] += p < q
    for name, value in found._asdict().items():
        # by bin, with a random position of papers within their bin: exact for plain counts
        exact = name.startswith("papers") or name in ("authors", "countries")
        rtol = 1e-9 if exact else 1e-5 if name == "impact_sum" else 0.01
        np.testing.assert_allclose(value, expected[name], rtol=rtol, err_msg=name)
    np.testing.assert_array_equal(year.counts.joint, pairs)
    np.testing.assert_allclose(year.counts.world, world, rtol=1e-5)


def test_fractional_counts_sum_to_papers_and_whole_counts_are_larger() -> None:
    year = a_year(8000)
    found, joint = counted(year), year.counts.joint
    n = len(year.mu())
    assert found.papers_fractional.sum() == pytest.approx(n, rel=1e-12)
    for kind in ("papers", "top1", "top10"):
        assert (getattr(found, f"{kind}_whole") >= getattr(found, f"{kind}_fractional")).all()
    assert found.top1_fractional.sum() == pytest.approx(0.01 * n, rel=1e-3)
    assert found.top10_fractional.sum() == pytest.approx(0.10 * n, rel=1e-3)
    assert (found.papers_whole >= found.papers_international).all()
    places = np.array([np.count_nonzero(year.places(k)) for k in np.flatnonzero(year.written.papers.n_authors)])
    assert found.papers_whole.sum() == places.sum()
    assert joint.sum() == (places * (places - 1) // 2).sum()
    np.testing.assert_array_equal(joint, np.triu(joint, k=1))


def test_a_threshold_above_all_counts_nothing_at_the_baselines_level() -> None:
    year = a_year()
    assert counted(year, baseline=np.inf).top1_at_baseline_threshold.sum() == 0.0
    found = counted(year)
    np.testing.assert_array_equal(found.top1_at_baseline_threshold, found.top1_whole)
