"""Whether people who work much with one country go on to do so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.acceptance.people import ByPartner, Counts
from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, history
from sim.data.fields import N_FIELDS
from sim.data.tables import load_world_data

BEFORE, AFTER = (2010, 2014), (2015, 2017)
PAPERS, SHARE = 3, 0.3  # least papers, and least share of them with one country


def place_shares(fields: Sequence[Counts], n_places: int) -> np.ndarray:
    """Share of a place's papers, as its people count them, with each other place [P, P]."""
    joint, papers = np.zeros((n_places, n_places)), np.zeros(n_places)
    for counts in fields:
        alive = counts.uid != 0
        np.add.at(joint, counts.place[alive], counts.joint[alive].astype(float))
        np.add.at(papers, counts.place[alive], counts.papers[alive].astype(float))
    return joint / np.maximum(papers, 1.0)[:, None]


def kept_excess(before: Sequence[Counts], after: Sequence[Counts], n_places: int) -> Sums:
    """Sums of the excess over their place's share of those who had a main partner country, then and later.

    People who are still in research in the same place, with at least one paper in the later years.
    """
    shares = [place_shares(fields, n_places) for fields in (before, after)]
    excess, people = np.zeros(2), 0
    for then, now in zip(before, after):
        n = len(then.uid)
        country = then.joint.argmax(axis=1)
        joint, papers = then.joint[np.arange(n), country], then.papers
        stayed = (then.uid != 0) & (then.uid == now.uid[:n]) & (then.place == now.place[:n])
        rows = np.flatnonzero((papers >= PAPERS) & (joint >= SHARE * papers) & stayed & (now.papers[:n] > 0))
        at, c = then.place[rows], country[rows]
        for period, (counts, share) in enumerate(zip((then, now), shares)):
            excess[period] += (counts.joint[rows, c] / counts.papers[rows] - share[at, c]).sum()
        people += len(rows)
    return {"excess": excess, "people": np.array(people)}


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Excess with the main partner country in both spans."""
    n_places = load_world_data("full").n_places
    spans = [ByPartner(*years, n_places, N_FIELDS) for years in (BEFORE, AFTER)]
    history(scale, replicate, changes, *spans)
    return kept_excess(spans[0].fields, spans[1].fields, n_places)


def numbers(sums: Sums) -> dict[str, float]:
    """Mean excess then and later, and the share that is kept."""
    first, second = sums["excess"]
    people = float(sums["people"])
    return {
        "excess 2010-14": float(first / people),
        "excess 2015-17": float(second / people),
        "kept": float(second / first),
        "people": people,
    }
