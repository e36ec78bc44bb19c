"""Projects of one field in one year: type, grant and led papers (ODD 7.5).

A researcher's time buys papers that they lead, a number from their own key. How often they are on the papers of
others follows from team sizes; what they draw for it is the weight with which they are found (`sim.engines.pools`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import draw, lower, person_key, poisson_each, unit, upper

# project bits of a row; the first two make the kind index of sim.policy.channels.KINDS
APPLIED, SENSITIVE, APPLIED_FOR, FUNDED = 1, 2, 4, 8
KIND = APPLIED | SENSITIVE
MAX_SLOTS = 200  # papers led, or places offered, a year of one agent
BLOCK = 128  # people whose projects are planned side by side
RECENT_YEARS = 5  # since a move, in which programmes for recruits count


class Projects(NamedTuple):
    """Projects of one field in one year, by row of the field's people; all 0 in a free row.

    Attributes
    ----------
    bits : uint8 [n_rows], `APPLIED`, `SENSITIVE` (of leads only), `APPLIED_FOR` and `FUNDED`.
    n_slots : uint16 [n_rows], places offered on the papers of others: the weight in the pool of partners.
    n_leads : uint16 [n_rows], papers led.
    """

    bits: np.ndarray
    n_slots: np.ndarray
    n_leads: np.ndarray

    @classmethod
    def none(cls, n_rows: int) -> Projects:
        """No projects yet."""
        return cls(np.zeros(n_rows, np.uint8), np.zeros(n_rows, np.uint16), np.zeros(n_rows, np.uint16))


class ProjectRates(NamedTuple):
    """What a field's output and projects go by in one year.

    Attributes
    ----------
    output : [P], papers led a year by a person with talent 1 and all factors 1 (funding included).
    recruits : [P], output factor of people who arrived in the last five years.
    stage : [3], output factor by stage of the career.
    burden_place, burden_institution : [P] and [I], shares of research time lost to rules.
    success : [P], share of applications funded.
    military : [P], share of open basic projects directed to military use.
    dual_use : [2], share of sensitive projects, basic and applied.
    basic_share : share of basic projects.
    partners : partners per paper.
    apply_share : share of people who apply for a grant.
    funded_gain : gain in output of the funded (F1: +7 %).
    fear_output, fear_apply : share of output lost at full fear; share of the fearful who avoid applying (P8).
    """

    output: np.ndarray
    recruits: np.ndarray
    stage: np.ndarray
    burden_place: np.ndarray
    burden_institution: np.ndarray
    success: np.ndarray
    military: np.ndarray
    dual_use: np.ndarray
    basic_share: float
    partners: float
    apply_share: float
    funded_gain: float
    fear_output: float
    fear_apply: float


class ProjectKeys(NamedTuple):
    """Keys of the year's draws.

    Attributes
    ----------
    project : of one word a person, whose upper half decides on applying and lower half on the funding.
    places, leads : of the number of places offered on others' papers, and of papers led.
    """

    project: np.uint64
    places: np.uint64
    leads: np.uint64


@njit(cache=True, nogil=True)
def plan_projects(year: int, people: np.ndarray, rates: ProjectRates, keys: ProjectKeys, projects: Projects) -> None:
    """Project, led papers and places offered of every row, written into `projects`.

    Block by block, step by step: loops over a block that do one thing become vectors.
    """
    uid, own = np.zeros(BLOCK, np.uint64), np.zeros(BLOCK, np.uint64)
    mean, places, leads = np.zeros(BLOCK), np.zeros(BLOCK), np.zeros(BLOCK)
    for start in range(0, people.shape[0], BLOCK):
        block, bits = people[start : start + BLOCK], projects.bits[start : start + BLOCK]
        n_slots, n_leads = projects.n_slots[start : start + BLOCK], projects.n_leads[start : start + BLOCK]
        n = block.shape[0]
        for i in range(n):
            uid[i] = block[i].uid
        for i in range(n):
            own[i] = person_key(keys.project, uid[i])
            places[i], leads[i] = draw(keys.places, uid[i]), draw(keys.leads, uid[i])
        apply_for_grants(year, block, rates, own, bits, mean)
        poisson_each(places[:n], mean[:n], rates.partners, MAX_SLOTS, n_slots)
        poisson_each(leads[:n], mean[:n], 1.0, MAX_SLOTS, n_leads)
        choose_types(block, rates, own, n_leads, bits)


@njit(cache=True, nogil=True)
def apply_for_grants(
    year: int, people: np.ndarray, rates: ProjectRates, own: np.ndarray, bits: np.ndarray, mean: np.ndarray
) -> None:
    """Who applies and who is funded, into `bits`, and the mean of the papers they lead, into `mean` (free rows: 0).

    Parameters
    ----------
    own : uint64 [at least people], keys of the people's own numbers; bits, mean : as long as people, or longer.
    """
    output, recruits, stage, success = rates.output, rates.recruits, rates.stage, rates.success
    burden_place, burden_institution = rates.burden_place, rates.burden_institution
    for i in range(people.shape[0]):
        person = people[i]
        bits[i], mean[i] = 0, 0.0
        if person.uid == 0:
            continue
        a = person.place
        applied = upper(own[i]) < rates.apply_share * (1.0 - rates.fear_apply * person.fear)
        funded = applied & (lower(own[i]) < success[a])
        bits[i] = APPLIED_FOR * np.uint8(applied) + FUNDED * np.uint8(funded)
        gain = 1.0 + rates.funded_gain * (np.float64(funded) - rates.apply_share * success[a])
        led = output[a] * person.talent * stage[person.stage] * gain * (1.0 - rates.fear_output * person.fear)
        led *= (1.0 - burden_place[a]) * (1.0 - burden_institution[person.institution])
        recent = person.moved_year > 0 and year - person.moved_year <= RECENT_YEARS
        mean[i] = led * (recruits[a] if recent else 1.0)


@njit(cache=True, nogil=True)
def choose_types(
    people: np.ndarray, rates: ProjectRates, own: np.ndarray, n_leads: np.ndarray, bits: np.ndarray
) -> None:
    """Basic or applied, sensitive or not, into `bits`: only a lead's project has a type.

    Parameters
    ----------
    own : as in `apply_for_grants`.
    """
    zero, one, two = np.uint64(0), np.uint64(1), np.uint64(2)
    military, dual_use = rates.military, rates.dual_use
    for i in range(people.shape[0]):
        if n_leads[i] == 0:
            continue
        kind = 0 if unit(own[i], zero) < rates.basic_share else APPLIED
        if unit(own[i], one) < dual_use[kind]:
            kind |= SENSITIVE
        elif kind == 0 and unit(own[i], two) < military[people[i].place]:
            kind = APPLIED | SENSITIVE
        bits[i] |= kind
