"""The only way a policy reaches the model: arrays of this year that engines read.

Levers (imposed by a scenario or decided by a government) are combined into one `Channels` a year.
Every array has a neutral value at which its engine term vanishes exactly, so that a policy that does
nothing gives a bit-identical run.
"""
# ruff: noqa: RUF009  `channel` makes a dataclass field

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from sim.core.axes import KINDS, WAYS
from sim.data.fields import N_FIELDS

SIZES = {"f": N_FIELDS, "k": len(KINDS), "w": len(WAYS)}  # of the axes that are the same in every world
PLACES, INSTITUTIONS = "Poabcd", "i"  # place, origin, acting and partner place, place left, destination; institution


def channel(axes: str, neutral: int, unit: str, meaning: str) -> Any:
    """One channel: dataclass field whose metadata carries axes (letters as above), neutral value, unit, meaning."""
    if not unit or not meaning:
        raise ValueError("a channel needs a unit and a meaning")
    return field(metadata={"axes": axes, "neutral": neutral, "unit": unit, "meaning": meaning})


@dataclass
class Channels:
    """Policy of one year as arrays; made by `Channels.neutral`, filled by `sim.policy.timeline`."""

    funding: np.ndarray = channel(
        "P", 1, "factor", "on the place's academic money (new money); after the budget, research money over it"
    )
    funding_recruits: np.ndarray = channel(
        "P", 1, "factor", "on research money of recruits of the last 5 years, from incumbents"
    )
    income_recruits: np.ndarray = channel("P", 0, "log change", "net income of foreign recruits")
    chairs_pull: np.ndarray = channel("P", 0, "log utility", "pull on the top decile of talent")
    chairs_slots: np.ndarray = channel("P", 0, "persons a year", "chairs: bound on movers drawn by `chairs_pull`")
    permanent_offer: np.ndarray = channel("P", 0, "1/year", "added to the probability of a permanent post")
    student_places: np.ndarray = channel("P", 0, "log change", "doctoral places open to foreigners")
    students_to_recruits: np.ndarray = channel("P", 0, "log change", "students working with recent recruits")
    programme_pull: np.ndarray = channel(
        "od", 0, "log utility", "diaspora programme of d, on people of origin o abroad"
    )
    programme_slots: np.ndarray = channel("d", 0, "persons a year", "places in the diaspora programme")
    entry_refused: np.ndarray = channel("fod", 0, "share", "entrants of origin o refused by host d")
    move_refused: np.ndarray = channel("fod", 0, "share", "moves of people of origin o into d refused")
    visa_delay: np.ndarray = channel("od", 0, "years", "mean delay of entry and moves of origin o into d")
    visa_open: np.ndarray = channel("od", 0, "log utility", "gain from easier visas")
    outmove_refused: np.ndarray = channel("c", 0, "share", "moves out of place c that are stopped")
    hostility: np.ndarray = channel("ao", 0, "h", "perceived hostility of place a towards origin o")
    case_rate: np.ndarray = channel(
        "ao", 0, "1/researcher-year", "investigations by a for state o, of its people of any origin with ties to o"
    )
    precision: np.ndarray = channel(
        "ao",
        1,
        "share",
        "investigations by the rule by risk (others: by profile, of people of origin o); 1 without any",
    )
    friction: np.ndarray = channel("kfab", 0, "share", "a's collaborations with b refused by a's rules")
    joint: np.ndarray = channel("ab", 0, "log change", "a's propensity to work with b")
    openness: np.ndarray = channel("ab", 1, "factor", "on what a can reach of b's knowledge")
    burden_place: np.ndarray = channel("P", 0, "share", "research time lost by everyone in the place")
    burden_institution: np.ndarray = channel("i", 0, "share", "research time lost in the institution")
    protection_place: np.ndarray = channel("wab", 0, "share", "leaks of way w from place a towards b prevented")
    protection_institution: np.ndarray = channel("wi", 0, "share", "leaks of way w prevented, towards whomever")
    cost_fixed_musd: np.ndarray = channel("i", 0, "million $ a year", "fixed cost of the rules in force there")
    cost_share: np.ndarray = channel("i", 0, "share", "variable cost, of the institution's federal research money")
    screened: np.ndarray = channel(
        "kfab", 0, "share", "a's projects with a partner in b screened, which takes the lead's time"
    )
    military: np.ndarray = channel("P", 0, "share", "open basic research directed to military (sensitive) ends")
    dual_banned: np.ndarray = channel("ab", 0, "share", "second affiliations in b of researchers in a that are ended")

    @classmethod
    def neutral(cls, n_places: int, n_institutions: int) -> Channels:
        """Channels of a year in which no policy departs from that of 2017."""
        size = SIZES | dict.fromkeys(PLACES, n_places) | dict.fromkeys(INSTITUTIONS, n_institutions)
        make = (np.zeros, np.ones)  # not `full`: memory of zeros is not touched before it is used
        shapes = {f.name: tuple(size[axis] for axis in f.metadata["axes"]) for f in fields(cls)}
        return cls(**{f.name: make[f.metadata["neutral"]](shapes[f.name]) for f in fields(cls)})

    def is_neutral(self) -> bool:
        """True if no array differs from its neutral value."""
        return all(bool((getattr(self, f.name) == f.metadata["neutral"]).all()) for f in fields(self))


CHANNELS = tuple(f.name for f in fields(Channels))
