"""Who reads what: how well places know papers of others, and citations as sums over papers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.engines.reading import Readers, attention, known_to, reached_by_two
from sim.engines.spectrum import between_bins, shares_above
from tests.rated import SIGMA, P, a_year, rated, readers, spectrum
from tests.small import Rules, people, write

RNG = np.random.default_rng(4)
ACCESS = RNG.random((P, P))


@pytest.mark.parametrize("floor", [0.0, 0.3, 1.0])
def test_what_is_known_rises_from_a_floor_with_access(floor: float) -> None:
    known = known_to(ACCESS, 0.4, floor)
    np.testing.assert_array_equal(np.diag(known), 1.0)
    scale = 0.4 / (floor + (1.0 - floor) / 2)
    for a in range(P):
        for b in set(range(P)) - {a}:  # rows are cited, columns are citing
            assert known[b, a] == pytest.approx(scale * (floor + (1.0 - floor) * ACCESS[a, b]))
    closed, half = (known_to(np.full((P, P), access), 0.4, floor) for access in (0.0, 0.5))
    away = ~np.eye(P, dtype=bool)
    np.testing.assert_allclose(closed[away], scale * floor)
    np.testing.assert_allclose(half[away], 0.4)
    assert known.flags.c_contiguous and (np.diag(closed) == 1.0).all()


def test_readers_of_one_and_of_two_places_equal_a_plain_loop() -> None:
    weight, known = RNG.random(P), known_to(ACCESS, 0.4, 0.3)
    two, of = reached_by_two(weight, known), Readers.of(weight, known)
    for b in range(P):
        for c in range(P):
            expected = sum(weight[a] * max(known[b, a], known[c, a]) for a in range(P))
            assert two[b, c] == pytest.approx(expected)
            assert of.two[b, c] == pytest.approx(np.log(expected))
    assert (two >= np.maximum(np.diag(two)[:, None], np.diag(two)[None, :]) - 1e-12).all(), "a place more, readers more"


def test_attention_and_citations_equal_a_plain_loop_over_papers() -> None:
    year = a_year(1500, team=5.0)
    own, papers = readers(), year.written.papers
    found = attention(year.counts.z_pair, year.counts.z_more, own.known)
    expected, met, cited = np.zeros((P, P)), np.zeros(P), 0.0
    for k in np.flatnonzero(papers.n_authors):
        z, shares = np.exp(year.mu_z(k) + 0.5 * SIGMA**2), year.places(k)
        known = own.known[np.flatnonzero(shares)].max(axis=0)
        expected += z * known[:, None] * shares[None, :]
        met += z * known
        cited += float(np.exp(papers.mu[k] + 0.5 * SIGMA**2))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), met, rtol=1e-5)
    assert (own.weight[:, None] * found).sum() == pytest.approx(cited, rel=1e-5), "all c of papers are given by someone"
    assert year.counts.z_more.any() and year.counts.z_pair.any()


def test_papers_of_one_place_are_known_as_the_place_is() -> None:
    known, z = known_to(ACCESS, 0.4, 0.3), np.array([3.0, 0.0, 1.0, 2.0])
    np.testing.assert_allclose(attention(np.diag(z), np.zeros((P, P)), known), known.T * z[None, :])


def test_papers_that_nobody_reads_are_no_error() -> None:
    of = Readers.of(np.zeros(P), known_to(ACCESS, 0.4, 0.3))
    assert np.isfinite(of.two).all() and (of.two < -500.0).all()
    unread = rated(people(500, P), write(people(500, P), Rules(P, team=5.0)), own=of)
    assert np.isfinite(unread.mu()).all() and (unread.mu() < -500.0).all()
    shares = shares_above(spectrum(np.full(9, -8.99)).threshold(0.01), SIGMA)
    assert between_bins(shares, float(unread.mu()[0])) == shares[0]


def test_shares_are_constant_beyond_the_bins_and_straight_between_them() -> None:
    shares = shares_above(2.0, SIGMA)
    assert [between_bins(shares, mu) for mu in (-np.inf, -700.0, 700.0)] == [shares[0], shares[0], shares[-1]]
    for mu in (-3.0, 0.512, 2.0, 4.33):
        assert between_bins(shares, mu) == pytest.approx(stats.norm.sf((2.0 - mu) / SIGMA), abs=1e-4)
