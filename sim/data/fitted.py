"""Fitted tables: what `sim.analysis.calibrate` found on outcomes, read from the folder of a world.

``fitted_place_year.csv`` has a row per year 1980-2017 and place, ``fitted_places.csv`` one per place;
``fitted_pairs.csv`` the static residual of moves of each directed pair of places and its rate of the last year;
``fitted_affinity.csv`` the factor on affinity of undirected pairs; ``fitted_exposure.csv`` to whom sensitive projects
of the United States are exposed (`sim.analysis.exposure`). `Fitted.start` gives the values calibration begins
with.
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
# Columns of fitted_exposure.csv, per sensitive project: with a member tied to the place by reward; with a partner
# there, and partners there; with a member tied to it by coercion
EXPOSURE = ("reward", "partnered", "partners", "coercion")


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
    home_early : [P], factor on going home in the first years after study abroad, by origin.
    move_pair : [P, P], static residual of the move intensity, diagonal 0.
    move_rate : [P, P], fitted moves of the last year over people of the place that they leave, diagonal 0.
    affinity : [P, P], static factor on the affinity of co-authors, symmetric, diagonal 1.
    exposure : [4, P], of a sensitive project of the United States towards every place in the last years, by `EXPOSURE`.
    """

    exit_norm: np.ndarray
    output: np.ndarray
    home_weight: np.ndarray
    quality: np.ndarray
    entry_odds: np.ndarray
    move_origin: np.ndarray
    move_destination: np.ndarray
    home_early: np.ndarray
    move_pair: np.ndarray
    move_rate: np.ndarray
    affinity: np.ndarray
    exposure: np.ndarray

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
            home_early=np.full(data.n_places, 2.0),
            move_pair=(1.0 - np.eye(data.n_places)) / data.n_places,
            move_rate=0.01 * (1.0 - np.eye(data.n_places)) / data.n_places,
            affinity=np.ones((data.n_places, data.n_places)),
            exposure=np.ones((len(EXPOSURE), data.n_places)),
        )

    def move_base(self, year: int) -> np.ndarray:
        """Move intensity [from, to] of a person with micro factor 1 in a year of data."""
        t = year - FIRST_YEAR
        return self.move_origin[t][:, None] * self.move_destination[t][None, :] * self.move_pair


def place_year_columns() -> list[str]:
    """Names of the fitted [38, P] arrays, in file order."""
    others = ("home_early", "move_pair", "move_rate", "affinity", "exposure")
    return [f.name for f in fields(Fitted) if f.name not in others]


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
        out.writerow(["iso3_from", "iso3_to", "residual", "rate"])
        for c, d in zip(*np.nonzero(fitted.move_pair)):
            numbers = (f"{of[c, d]:.6g}" for of in (fitted.move_pair, fitted.move_rate))
            out.writerow([data.iso3[c], data.iso3[d], *numbers])
    with open(folder / "fitted_places.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["iso3", "home_early"])
        out.writerows([iso3, f"{value:.6g}"] for iso3, value in zip(data.iso3, fitted.home_early))
    with open(folder / "fitted_affinity.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["place_a", "place_b", "factor"])
        for a, b in zip(*np.triu_indices(data.n_places, 1)):
            factor = f"{fitted.affinity[a, b]:.4g}"
            if factor != "1":
                out.writerow([data.iso3[a], data.iso3[b], factor])
    save_exposure(fitted, data, folder)


def save_exposure(fitted: Fitted, data: WorldData, folder: Path) -> None:
    """Write ``fitted_exposure.csv``."""
    with open(folder / "fitted_exposure.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["place", *EXPOSURE])
        out.writerows([iso3, *(f"{x:.4g}" for x in of)] for iso3, of in zip(data.iso3, fitted.exposure.T))


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
    pair, rate = np.zeros((2, data.n_places, data.n_places))
    with open(folder / "fitted_pairs.csv", newline="") as file:
        for row in csv.DictReader(file):
            at = index[row["iso3_from"]], index[row["iso3_to"]]
            pair[at], rate[at] = float(row["residual"]), float(row["rate"])
    with open(folder / "fitted_places.csv", newline="") as file:
        home_early = np.array([float(row["home_early"]) for row in csv.DictReader(file)])
    affinity = np.ones_like(pair)
    with open(folder / "fitted_affinity.csv", newline="") as file:
        for row in csv.DictReader(file):
            a, b = index[row["place_a"]], index[row["place_b"]]
            affinity[a, b] = affinity[b, a] = float(row["factor"])
    with open(folder / "fitted_exposure.csv", newline="") as file:
        exposure = np.array([[float(row[name]) for name in EXPOSURE] for row in csv.DictReader(file)]).T
    return Fitted(**arrays, home_early=home_early, move_pair=pair, move_rate=rate, affinity=affinity, exposure=exposure)
