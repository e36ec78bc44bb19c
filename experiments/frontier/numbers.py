"""All numbers of the experiment as one long table, from its three stores."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.frontier.outcomes import OBJECTIVES, OUTCOMES, WORST, by_draw, outcomes
from experiments.frontier.search import AGAIN, FULL, NAMED
from sim.analysis import load
from sim.analysis.frontier import behind, front, hypervolume
from sim.analysis.pairs import estimate

COLUMNS = ["group", "name", "outcome", "mean", "se", "lo", "hi", "n", "rival"]


@dataclass(frozen=True)
class Results:
    """What the stores hold.

    Attributes
    ----------
    points : means by draw of the search, with one column a lever; chosen : rows of it that are its front, by rising
    share stopped; again : runs of that front with other random numbers, draws in the same order; named : runs of
    the named scenarios, with the random numbers of `again`.
    levers : names; about : of the stores search and again (settings, replicates).
    """

    points: pd.DataFrame
    chosen: np.ndarray
    searched: pd.DataFrame
    again: pd.DataFrame
    named: pd.DataFrame
    levers: tuple[str, ...]
    about: tuple[dict[str, Any], dict[str, Any]]

    @property
    def means(self) -> pd.DataFrame:
        """Outcomes [front's points] of the second evaluation."""
        return self.again.groupby("draw")[list(OUTCOMES)].mean()

    @property
    def kept(self) -> np.ndarray:
        """Points of the front that are on it in the second evaluation too, by rising share stopped."""
        return front(self.means[list(OBJECTIVES)].to_numpy())


def read(folder: Path) -> Results:
    """Results of a finished search; its store is `folder`.

    Raises
    ------
    ConfigError, FileNotFoundError : one of the stores is missing.
    """
    search, again, named = load(folder), load(folder / AGAIN), load(folder / NAMED)
    searched = outcomes(search)
    levers = tuple(search.manifest["axes"])
    points = searched.groupby("draw")[list(OUTCOMES)].mean().join(search["draws"].set_index("draw"))
    chosen = front(points[list(OBJECTIVES)].to_numpy())
    return Results(
        points, chosen, searched, outcomes(again), outcomes(named), levers, (search.manifest, again.manifest)
    )  # fmt: skip


def table(found: Results) -> pd.DataFrame:
    """One row a group (searched, front, named, progress), name and outcome; `rival` of a gap."""
    rows: list[tuple[Any, ...]] = []
    for i, draw in enumerate(found.chosen):
        for group, runs, at in (("searched", found.searched, draw), ("front", found.again, i)):
            part = runs[runs["draw"] == at]
            rows += [(group, str(i + 1), o, *astuple(estimate(part[o].to_numpy())), "") for o in OUTCOMES]
        values = found.points.iloc[draw][list(found.levers)]
        rows += [("front", str(i + 1), lever, float(value), *[np.nan] * 3, 1, "") for lever, value in values.items()]
    best = by_draw(found.again, str(found.again["scenario"].iloc[0]))
    for name, part in found.named.groupby("scenario", sort=False, observed=True):
        rows += [("named", name, o, *astuple(estimate(part[o].to_numpy())), "") for o in OUTCOMES]
        point = part.sort_values("replicate")[list(OBJECTIVES)].to_numpy(float)
        for j, objective in enumerate(OBJECTIVES):
            gap = behind(point, best, j)
            rival = str(gap.rival + 1) if gap.rival >= 0 else ""
            rows.append(("named", name, f"{objective} behind the front", *astuple(gap.gap), rival))
    return pd.DataFrame([*rows, *_progress(found)], columns=COLUMNS)


def _progress(found: Results) -> list[tuple[Any, ...]]:
    """Hypervolume after each generation and of the last front run again; what that front lost by it."""
    gains = found.points[list(OBJECTIVES)].to_numpy()
    sizes = sorted(range(len(gains), 0, -FULL.population))[-FULL.generations - 1 :]
    volumes = {str(n): hypervolume(gains[:n], np.array(WORST)) for n in sizes}
    volumes["again"] = hypervolume(found.means[list(OBJECTIVES)].to_numpy(), np.array(WORST))
    rows: list[tuple[Any, ...]] = [("progress", n, "hypervolume", v, *[np.nan] * 3, 1, "") for n, v in volumes.items()]
    rows.append(("progress", "", "policies tried", float(len(gains)), *[np.nan] * 3, 1, ""))
    rows.append(("progress", "again", "points still on the front", float(len(found.kept)), *[np.nan] * 3, 1, ""))
    lost = found.points.iloc[found.chosen][list(OBJECTIVES)].to_numpy() - found.means[list(OBJECTIVES)].to_numpy()
    for j, objective in enumerate(OBJECTIVES):
        rows.append(("progress", "again", f"{objective} less than searched", *astuple(estimate(lost[:, j])), ""))
    return rows
