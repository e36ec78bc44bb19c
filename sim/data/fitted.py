"""Fitted tables: what `sim.analysis.calibrate` found on outcomes, read from the folder of a world.

``fitted_place_year.csv`` has a row per place and year from 1980 to the last one of outcomes; ``fitted_pairs.csv`` the
static residual of moves of each directed pair of places; ``fitted_affinity.csv`` the factor on affinity of undirected
pairs. `Fitted.start` gives the values calibration begins with.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.data.clock import BASE_YEARS, FIRST_YEAR
from sim.data.tables import WorldData, load_world_data
from sim.data.worlds import folder_of

# Hosts without data on students' origins, whose arrivals are mostly their own people: the share of home entrants
# is an assumption. (Singapore, also without data, keeps the estimate from its rate of arrivals.)
ASSUMED_HOME = ("CHN", "TWN", "NGA", "DZA", "IRQ", "BGD")
HOME_SHARE = 0.97


@dataclass(frozen=True)
class Fitted:
    """Fitted arrays, each [T, P] from 1980 to the last year of outcomes unless said otherwise.

    Attributes
    ----------
    exit_norm : mean personal factor of the exit hazard.
    output : papers led a year by a person with talent 1.
    home_weight : H_a, weight of partners at home.
    quality : place effect in ln z.
    entry_odds : factor on the odds that an entrant is of foreign origin (constant over years).
    move_origin, move_destination : yearly margins of the move intensity.
    prestige, students, permanent_share : levels of the calibrated baseline, references for utility.
    move_pair : [P, P], static residual of the move intensity, diagonal 0.
    affinity : [P, P], static factor on the affinity of co-authors, symmetric, diagonal 1.
    """

    exit_norm: np.ndarray
    output: np.ndarray
    home_weight: np.ndarray
    quality: np.ndarray
    entry_odds: np.ndarray
    move_origin: np.ndarray
    move_destination: np.ndarray
    prestige: np.ndarray
    students: np.ndarray
    permanent_share: np.ndarray
    move_pair: np.ndarray
    affinity: np.ndarray

    @classmethod
    def start(cls, data: WorldData) -> Fitted:
        """Flat values from which calibration starts."""
        ones = np.ones((data.n_years, data.n_places))
        foreign = 1.0 - np.diagonal(data.entry_origin[-BASE_YEARS:].mean(axis=0))
        assumed = np.isin(data.iso3, ASSUMED_HOME) & (foreign > 1.0 - HOME_SHARE)
        odds = (1.0 - HOME_SHARE) / HOME_SHARE * (1.0 - foreign) / np.maximum(foreign, 1e-9)
        return cls(
            exit_norm=ones,
            output=1.2 * ones,
            home_weight=1000.0 * ones,
            quality=0.0 * ones,
            entry_odds=ones * np.where(assumed, odds, 1.0),
            move_origin=0.01 * ones,
            move_destination=ones,
            prestige=0.01 * ones,
            students=0.5 * ones,
            permanent_share=0.5 * ones,
            move_pair=(1.0 - np.eye(data.n_places)) / data.n_places,
            affinity=np.ones((data.n_places, data.n_places)),
        )

    def move_base(self, year: int) -> np.ndarray:
        """Move intensity [from, to] of a person with micro factor 1; after the data the mean of the last five years."""
        end = FIRST_YEAR + len(self.move_origin) - 1
        if year > end:
            return np.mean([self.move_base(y) for y in range(end - BASE_YEARS + 1, end + 1)], axis=0)
        t = year - FIRST_YEAR
        return self.move_origin[t][:, None] * self.move_destination[t][None, :] * self.move_pair


def place_year_columns() -> list[str]:
    """Names of the fitted [T, P] arrays, in file order."""
    return [f.name for f in fields(Fitted) if f.name not in ("move_pair", "affinity")]


def save_fitted(fitted: Fitted, data: WorldData, folder: Path) -> None:
    """Write the tables: six significant digits, four of the factors on affinity, of which ones are left out."""
    names = place_year_columns()
    with open(folder / "fitted_place_year.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["year", "iso3", *names])
        for t in range(data.n_years):
            for p, iso3 in enumerate(data.iso3):
                out.writerow([FIRST_YEAR + t, iso3, *(f"{getattr(fitted, name)[t, p]:.6g}" for name in names)])
    with open(folder / "fitted_pairs.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["iso3_from", "iso3_to", "residual"])
        for c, d in zip(*np.nonzero(fitted.move_pair)):
            out.writerow([data.iso3[c], data.iso3[d], f"{fitted.move_pair[c, d]:.6g}"])
    with open(folder / "fitted_affinity.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["place_a", "place_b", "factor"])
        for a, b in zip(*np.triu_indices(data.n_places, 1)):
            factor = f"{fitted.affinity[a, b]:.4g}"
            if factor != "1":
                out.writerow([data.iso3[a], data.iso3[b], factor])


@lru_cache(maxsize=4)
def load_fitted(world: str) -> Fitted:
    """Fitted tables of a world, as they stand beside its data."""
    data = load_world_data(world)
    folder = folder_of(world)
    index = {iso3: p for p, iso3 in enumerate(data.iso3)}
    arrays = {name: np.zeros((data.n_years, data.n_places)) for name in place_year_columns()}
    with open(folder / "fitted_place_year.csv", newline="") as file:
        for row in csv.DictReader(file):
            at = int(row["year"]) - FIRST_YEAR, index[row["iso3"]]
            for name, array in arrays.items():
                array[at] = float(row[name])
    pair = np.zeros((data.n_places, data.n_places))
    with open(folder / "fitted_pairs.csv", newline="") as file:
        for row in csv.DictReader(file):
            pair[index[row["iso3_from"]], index[row["iso3_to"]]] = float(row["residual"])
    affinity = np.ones_like(pair)
    with open(folder / "fitted_affinity.csv", newline="") as file:
        for row in csv.DictReader(file):
            a, b = index[row["place_a"]], index[row["place_b"]]
            affinity[a, b] = affinity[b, a] = float(row["factor"])
    return Fitted(**arrays, move_pair=pair, affinity=affinity)
