"""Which numbers move an answer most, by Morris's elementary effects."""

from __future__ import annotations

from collections.abc import Sequence
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd

from sim.analysis.sensitivity import morris_indices
from sim.core.read import ConfigError
from sim.flip.effects import Margin
from sim.sweep.sampling import Sample

COLUMNS = ("parameter", "score", "mu", "mu_star", "noise", "p", "resolved")


def screened(sample: Sample, margins: Sequence[Margin]) -> pd.DataFrame:
    """Indices of each number for the margin that it moves most, the strongest first; `COLUMNS`.

    Their noise is known from three replicates on, of which the screening has two.

    ``score`` is the mean size of the change when the number crosses its range (mu_star) over the margin's size at the
    documented values: from 1 on, the number may turn the answer by itself. Trajectories that lack a run are left out.

    Parameters
    ----------
    margins : of a design without lines: their draw 0 has the documented values, the next ones are the sample's points.

    Raises
    ------
    ConfigError : no trajectory is complete.
    """
    found = [_of_margin(sample, margin) for margin in margins]
    table = pd.concat(found, ignore_index=True).sort_values("score", ascending=False, kind="stable")
    return table.drop_duplicates("parameter").reset_index(drop=True)[[*COLUMNS]]


def _of_margin(sample: Sample, margin: Margin) -> pd.DataFrame:
    values, block = margin.values[1:, :-1], len(sample.over) + 1  # the last replicate is of draw 0 alone
    whole = np.isfinite(values).all(axis=1).reshape(-1, block).all(axis=1)
    if not whole.any():
        raise ConfigError(["flip: runs failed in every trajectory; give the command again to try them once more"])
    keep = np.repeat(whole, block)
    with catch_warnings():
        simplefilter("ignore", RuntimeWarning)  # one trajectory has no spread
        table = morris_indices(sample.problem(), sample.unit()[keep], values[keep], sample.levels, pooled=True)
    size = np.nanmax([abs(float(margin.means[0])), margin.error])
    return table.assign(score=table["mu_star"] / size if size > 0 else table["mu_star"])
