"""The only way a policy reaches the model: arrays of this year that engines read.

Levers (imposed by a scenario or decided by a government) are combined into one `Channels` a year.
Every array has a neutral value at which its engine term vanishes exactly, so that a policy that does
nothing gives a bit-identical run.

Axes: ``P`` places, ``o`` origin, ``d`` host or destination, ``a`` acting place, ``b`` partner place,
``f`` field (6), ``s`` stage (3: early, established, senior), ``k`` project kind (4, see `KINDS`),
``w`` way of leakage (4, see `WAYS`), ``i`` institution.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.core.axes import KINDS, WAYS
from sim.data.fields import N_FIELDS


@dataclass
class Channels:
    """Policy of one year as arrays; made by `Channels.neutral`, filled by `sim.policy.timeline`.

    Attributes
    ----------
    funding : [P], factor on the place's research budget; neutral 1.
    funding_recruits : [P], factor on the budget share of recent recruits (arrived <= 5 years ago); neutral 1.
    income_recruits : [P], log change of net income of foreign recruits; neutral 0.
    chairs_pull : [P], log-utility pull on the top decile of talent; neutral 0.
    chairs_slots : [P], chairs a year in real persons (bound on movers drawn by `chairs_pull`); neutral 0.
    permanent_offer : [P], additive yearly probability of a permanent post; neutral 0.
    student_places : [P], log change of doctoral places open to foreigners; neutral 0.
    students_to_recruits : [P], log change of the students working with recent recruits; neutral 0.
    programme_pull : [o, d], log-utility pull of a diaspora programme of d on people of origin o abroad; neutral 0.
    programme_slots : [d], programme places a year in real persons; neutral 0.
    programme_grant : [d], factor on output of recruits in their first 5 years; neutral 1.
    entry_refused : [f, o, d], share of entrants of origin o refused by host d; neutral 0.
    move_refused : [f, o, d], share of moves of people of origin o into d refused; neutral 0.
    visa_delay : [o, d], mean delay in years of entry and moves of origin o into d; neutral 0.
    visa_open : [o, d], log-utility gain from easier visas; neutral 0.
    outmove_refused : [c], share of moves out of place c that is stopped; neutral 0.
    hostility : [a, o], perceived hostility of place a towards origin o, in units of h (0 neutral).
    case_rate : [a, o], investigations by place a on account of state o, per researcher-year of a (of any origin) with
        a tie or second affiliation in o; neutral 0.
    precision : [a, o], share of these investigations aimed by risk; the rest falls on people of origin o; 1 where
        case_rate is 0.
    friction : [k, f, a, b], share of a's collaborations with b refused by a's rules; neutral 0.
    joint : [a, b], log change of a's propensity to work with b; neutral 0.
    openness : [a, b], factor on what a can reach of b's knowledge; neutral 1.
    burden_place : [P], share of research time lost by everyone in the place; neutral 0.
    burden_institution : [i], share of research time lost in the institution; neutral 0.
    protection_place : [w, a, b], share of leaks of way w from place a towards place b prevented; neutral 0.
    protection_institution : [w, i], share of leaks of way w prevented in the institution, towards whomever; neutral 0.
    cost_fixed_musd : [i], fixed yearly cost of the rules in force at the institution; neutral 0.
    cost_share : [i], variable cost as a share of the institution's federal research money; neutral 0.
    screened : [k, f, a], share of projects screened; neutral 0. Costs the lead time.
    military : [P], share of open basic research directed to military (sensitive) ends; neutral 0.
    dual_banned : [a, b], share of second affiliations in b of researchers in a that is ended; neutral 0.
    recruitment_musd : [P], spending on recruitment; neutral 0.
    """

    funding: np.ndarray
    funding_recruits: np.ndarray
    income_recruits: np.ndarray
    chairs_pull: np.ndarray
    chairs_slots: np.ndarray
    permanent_offer: np.ndarray
    student_places: np.ndarray
    students_to_recruits: np.ndarray
    programme_pull: np.ndarray
    programme_slots: np.ndarray
    programme_grant: np.ndarray
    entry_refused: np.ndarray
    move_refused: np.ndarray
    visa_delay: np.ndarray
    visa_open: np.ndarray
    outmove_refused: np.ndarray
    hostility: np.ndarray
    case_rate: np.ndarray
    precision: np.ndarray
    friction: np.ndarray
    joint: np.ndarray
    openness: np.ndarray
    burden_place: np.ndarray
    burden_institution: np.ndarray
    protection_place: np.ndarray
    protection_institution: np.ndarray
    cost_fixed_musd: np.ndarray
    cost_share: np.ndarray
    screened: np.ndarray
    military: np.ndarray
    dual_banned: np.ndarray
    recruitment_musd: np.ndarray

    @classmethod
    def neutral(cls, n_places: int, n_institutions: int) -> Channels:
        """Channels of a year in which no policy departs from that of 2017."""
        return cls(**{f.name: neutral_array(f.name, n_places, n_institutions) for f in fields(cls)})

    def is_neutral(self) -> bool:
        """True if no array differs from its neutral value."""
        n_places, n_inst = len(self.funding), len(self.cost_share)
        other = Channels.neutral(n_places, n_inst)
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))


_SHAPES = {
    **dict.fromkeys(
        "funding funding_recruits income_recruits chairs_pull chairs_slots permanent_offer student_places "
        "students_to_recruits programme_slots programme_grant outmove_refused burden_place military "
        "recruitment_musd".split(),
        "P",
    ),
    **dict.fromkeys(
        "programme_pull visa_delay visa_open hostility case_rate precision joint openness dual_banned".split(), "PP"
    ),
    **dict.fromkeys("entry_refused move_refused".split(), "FPP"),
    **dict.fromkeys("burden_institution cost_fixed_musd cost_share".split(), "I"),
    "friction": "KFPP",
    "screened": "KFP",
    "protection_place": "WPP",
    "protection_institution": "WI",
}
_ONES = {"funding", "funding_recruits", "programme_grant", "precision", "openness"}


def neutral_array(name: str, n_places: int, n_institutions: int) -> np.ndarray:
    """Neutral array of one channel (float64)."""
    size = {"P": n_places, "F": N_FIELDS, "K": len(KINDS), "W": len(WAYS), "I": n_institutions}
    shape = tuple(size[axis] for axis in _SHAPES[name])
    return np.ones(shape) if name in _ONES else np.zeros(shape)
