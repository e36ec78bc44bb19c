"""Flows by pair of countries from a gravity model: Poisson likelihood, effects of pairs and of years (pyfixest).

``flow ~ ln stocks, ln income a head, ln spending on research of origin and destination | pair + year``, as in the
literature on trade and migration (Santos Silva & Tenreyro 2006, doi:10.1162/rest.88.4.641). Effects of origin and
destination by year, which that literature also has, could not be continued.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd

SIZES = ("stock", "income", "gerd")
FORMULA = "flow ~ " + " + ".join(f"{name}_{side}" for side in ("from", "to") for name in SIZES) + " | pair + year"


def installed() -> bool:
    """True if pyfixest can be imported (``pip install '.[gravity]' in the clone``)."""
    return find_spec("pyfixest") is not None


def panel(sizes: dict[str, np.ndarray], units: tuple[str, ...], places: tuple[str, ...], first: int) -> pd.DataFrame:
    """One row a year and pair.

    Parameters
    ----------
    sizes : [T, P] of `SIZES`; units : pairs ("CHN USA"); first : year of the first row of `sizes`.
    """
    index = {place: p for p, place in enumerate(places)}
    ends = np.array([[index[place] for place in unit.split()] for unit in units])
    years = len(next(iter(sizes.values())))
    columns = {
        f"{name}_{side}": np.log(np.maximum(values[:, ends[:, k]], 1.0)).ravel()
        for name, values in sizes.items()
        for k, side in enumerate(("from", "to"))
    }
    columns |= {"pair": np.tile(np.array(units), years), "year": np.repeat(first + np.arange(years), len(units))}
    return pd.DataFrame(columns)


def forecast(flows: np.ndarray, known: pd.DataFrame, later: pd.DataFrame) -> np.ndarray:
    """Flows [H, N] of the years after the data; the effect of the last year stays, pairs that never moved stay at 0.

    Parameters
    ----------
    flows : [T, N] to the origin; known : `panel` of their years; later : `panel` of the years asked for.
    """
    import pyfixest

    origin = known["year"].max()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that pairs which never moved are left out, which is meant
        fit = pyfixest.fepois(FORMULA, known.assign(flow=flows.ravel()))
        found = fit.predict(newdata=later.assign(year=origin), type="response")
    out: np.ndarray = np.nan_to_num(np.asarray(found, float)).reshape(-1, flows.shape[1])
    return out
