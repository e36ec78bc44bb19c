"""Which numbers matter: of those that the screening found likely, the ones whose two ends differ clearly and most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.assumptions.ranges import Assumption
from sim.flip.asked import SHOWN, Asked
from sim.flip.design import Design, design_of
from sim.flip.effects import Margin
from sim.flip.screening import screened

CLEAR = 2.9  # standard errors, which chance brings to one of twelve numbers in twenty questions


@dataclass(frozen=True)
class Choice:
    """What was tried and what matters.

    Attributes
    ----------
    tried : numbers whose ends were run.
    named : those of them that matter clearly, the strongest first, at most `SHOWN`.
    table : all numbers, as of `ranked`.
    """

    tried: tuple[Assumption, ...]
    named: tuple[Assumption, ...]
    table: pd.DataFrame


def choose(asked: Asked, margins_of: Callable[[Design], Sequence[Margin]]) -> Choice:
    """Screen all numbers, then run the likeliest alone from end to end.

    Parameters
    ----------
    margins_of : runs a design and reads its margins.
    """
    by_key = {item.key: item for item in asked.items}
    first = design_of(asked)
    table = screened(first, margins_of(first))
    tried = tuple(by_key[key] for key in table["parameter"][: asked.tried])
    ends = design_of(asked, dict.fromkeys(tried, 2))
    table = ranked(table, ends, margins_of(ends))
    named = tuple(by_key[key] for key in table.loc[table["clear"], "parameter"][:SHOWN])
    return Choice(tried, named, table)


def least_seen(error: float) -> float:
    """Smallest difference of two ends that counts, where the mean of each has this standard error by chance."""
    return float(CLEAR * np.sqrt(2.0) * error)


def ranked(table: pd.DataFrame, design: Design, margins: Sequence[Margin]) -> pd.DataFrame:
    """The screening with what the ends of the likeliest numbers say; numbers that matter clearly lead.

    Returns
    -------
    `table` with ``ends``, the change of a margin from one end of the number's range to the other, all others as
    documented (NaN where it was not tried), and ``clear``, whether that is more than chance. Clear ones come first, by
    the size of ``ends`` over the margin's at the documented values.
    """
    found = []
    for line in design.lines:
        for margin in margins:
            low, *_, high = margin.means[list(line.draws)]
            size = np.nanmax([abs(margin.means[0]), margin.error, np.finfo(float).tiny])
            clear = abs(high - low) > least_seen(margin.error)
            found.append((line.item.key, float(high - low), float(abs(high - low) / size), bool(clear)))
    best = pd.DataFrame(found, columns=["parameter", "ends", "size", "clear"])
    best = best.sort_values(["clear", "size"], ascending=False, kind="stable").drop_duplicates("parameter")
    both = best.drop(columns="size").merge(table, how="outer", on="parameter", sort=False)
    both["clear"] = both["clear"].eq(True)
    order = [*best["parameter"], *table["parameter"][~table["parameter"].isin(best["parameter"])]]
    return both.set_index("parameter").loc[order].reset_index()[[*table.columns, "ends", "clear"]]
