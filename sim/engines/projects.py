"""Projects of one field in one year: type, grant, authorships and led papers (ODD 7.5).

Each researcher draws a number of authorships from their own key; some of them lead a paper.
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.randomness import draw, lower, person_key, poisson_from, unit, upper

# project bits of a row; the first two make the kind index of sim.policy.channels.KINDS
APPLIED, SENSITIVE, APPLIED_FOR, FUNDED = 1, 2, 4, 8
MAX_SLOTS = 200  # authorships a year of one agent
_INVERSE = 1.0 / np.maximum(np.arange(MAX_SLOTS + 1.0), 1.0)


@njit(cache=True, inline="always")
def number_led(n_slots, none_led, odds, u):
    """Papers a person leads of n_slots authorships: binomial quantile of u.

    `none_led` : [MAX_SLOTS + 1], probability of leading none of n; odds : of leading a paper one is on.
    """
    mass = none_led[n_slots]
    total = mass
    k = 0
    while u > total and k < n_slots:
        k += 1
        mass *= odds * (n_slots - k + 1) * _INVERSE[k]
        total += mass
    return k


@njit(cache=True, nogil=True)
def plan_projects(
    uid,
    place,
    institution,
    stage,
    talent,
    fear,
    moved_year,
    year,
    rate,
    age,
    burden_place,
    burden_institution,
    fear_output,
    recruit_factor,
    success,
    apply_share,
    fear_apply,
    premium,
    lead_share,
    basic_share,
    dual_use,
    military,
    key_project,
    key_number,
    key_lead,
    project,
    n_slots,
    n_leads,
):
    """Project, authorships and led papers of every row; fills the three `out` arrays.

    Parameters
    ----------
    rate : [P], authorships a year of a person with talent 1 and all factors 1 (funding included).
    key_project : of one word a person, whose upper half decides on applying and lower half on the funding.
    recruit_factor : [P], output factor of people who arrived in the last five years.
    success, premium : [P] share of applications funded; gain in output of the funded (F1: +7 %).
    apply_share, fear_apply : share who apply for a grant; share of the fearful who then avoid it (P8).
    dual_use : [2] share of sensitive projects, basic and applied; military : [P].
    """
    zero, one, two = np.uint64(0), np.uint64(1), np.uint64(2)
    none_led = (1.0 - lead_share) ** np.arange(MAX_SLOTS + 1)
    odds = lead_share / (1.0 - lead_share)
    for i in range(uid.shape[0]):
        n_slots[i] = 0
        n_leads[i] = 0
        project[i] = 0
        if uid[i] == 0:
            continue
        a = place[i]
        pkey = person_key(key_project, uid[i])
        applied = upper(pkey) < apply_share * (1.0 - fear_apply * fear[i])
        funded = applied & (lower(pkey) < success[a])
        bits = (APPLIED_FOR if applied else 0) | (FUNDED if funded else 0)
        gain = 1.0 + premium * ((1.0 if funded else 0.0) - apply_share * success[a])
        mean = rate[a] * talent[i] * age[stage[i]] * gain * (1.0 - fear_output * fear[i])
        mean *= (1.0 - burden_place[a]) * (1.0 - burden_institution[institution[i]])
        if moved_year[i] > 0 and year - moved_year[i] <= 5:
            mean *= recruit_factor[a]
        slots = min(MAX_SLOTS, poisson_from(draw(key_number, uid[i]), mean))
        n_slots[i] = slots
        leads = number_led(slots, none_led, odds, draw(key_lead, uid[i]))
        n_leads[i] = leads
        if leads > 0:  # only a lead's project has a type
            kind = 0 if unit(pkey, zero) < basic_share else APPLIED
            if unit(pkey, one) < dual_use[kind]:
                kind |= SENSITIVE
            elif kind == 0 and unit(pkey, two) < military[a]:
                kind = APPLIED | SENSITIVE
            bits |= kind
        project[i] = bits
