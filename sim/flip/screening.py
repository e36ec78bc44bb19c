"""Which numbers may move an answer most: contrasts of a two-level design.

Of a hundred numbers few matter, and one run of a coarse world is mostly chance. A design that changes one number at a
time (Morris) spends each run on one number; here every run is in the contrast of every number, which averages chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.core.read import ConfigError
from sim.flip.design import LEVEL, Design
from sim.flip.effects import Margin
from sim.flip.factorial import signs

ENOUGH = 0.75  # share of the runs of the screening, without which contrasts would be lopsided


def screened(design: Design, margins: Sequence[Margin]) -> pd.DataFrame:
    """How each number moves the margin that it moves most, the strongest first.

    Returns
    -------
    Columns parameter, ``moves``, the change of the margin when the number crosses its range, on average over the others
    within theirs, and ``score``, its size over the margin's at the documented values: from 1 on, the number may
    turn the answer by itself.

    Raises
    ------
    ConfigError : too many runs failed.
    """
    found = [_of_margin(design, margin) for margin in margins]
    table = pd.concat(found, ignore_index=True).sort_values("score", ascending=False, kind="stable")
    return table.drop_duplicates("parameter").reset_index(drop=True)


def _of_margin(design: Design, margin: Margin) -> pd.DataFrame:
    values = margin.values[design.sure :, 0]
    there = np.isfinite(values)
    if there.mean() < ENOUGH:
        raise ConfigError(["flip: runs of the screening failed; give the command again to try them once more"])
    high = signs(len(design.asked.items), design.asked.blocks)[there] > 0
    at_high, at_low = (values[there] @ side / side.sum(axis=0) for side in (high, ~high))
    moves = (at_high - at_low) / LEVEL
    size = np.nanmax([abs(float(margin.means[0])), margin.error])
    score = np.abs(moves) / size if size > 0 else np.abs(moves)
    return pd.DataFrame({"parameter": [item.key for item in design.asked.items], "score": score, "moves": moves})
