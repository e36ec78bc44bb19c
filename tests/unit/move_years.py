"""Years on which the plan of moves and the kernel of mobility are tested, neutral or with everything off neutral."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines.move_plan import MovePlan, Recruiting, Utilities, Vacancies, plan_moves

N_FIELDS, N_PLACES = 2, 4


def neutral(n: int = N_PLACES, n_fields: int = N_FIELDS, rate: float = 0.05) -> dict[str, Any]:
    """What `plan_of` takes, at neutral utilities, 100,000 people in every field, stage and talent class."""
    rng = np.random.default_rng(5)
    base = rng.uniform(0.5, 1.5, (n, n)) * rate / n
    np.fill_diagonal(base, 0.0)
    return {
        "base": base,
        "home": np.linspace(2.0, 4.0, n),
        "pull": np.ones((3, 2, n)),
        "push": np.ones((3, 2, n)),
        "openness": np.ones((n_fields, n, n)),
        "programmes": Recruiting(np.ones((n, n)), np.zeros(n)),
        "chairs": Recruiting(np.ones(n), np.zeros(n)),
        "people": rng.uniform(0.5, 1.5, (n_fields, n, n, 3, 2)) * 1e4,
        "vacancies": Vacancies(np.full(n, 1e9), None),
        "spread": 0.5,
    }


def random_year(n: int = N_PLACES, n_fields: int = N_FIELDS) -> dict[str, Any]:
    """The same with every utility off its neutral value."""
    rng = np.random.default_rng(6)
    return neutral(n, n_fields) | {
        "pull": rng.uniform(0.7, 1.4, (3, 2, n)),
        "push": rng.uniform(0.7, 1.4, (3, 2, n)),
        "openness": rng.uniform(0.3, 1.0, (n_fields, n, n)),
    }


def plan_of(year: dict[str, Any]) -> MovePlan:
    """The plan of a year."""
    rest = dict(year)
    utilities = Utilities(*(rest.pop(name) for name in Utilities._fields))
    return plan_moves(utilities=utilities, **rest)


def arrivals(year: dict, plan: MovePlan) -> np.ndarray:
    """Expected arrivals [F, from, origin, stage, elite, to] of people without ties."""
    intensity = plan.base[None, :, None, None, None, :] * plan.attract[plan.group][:, None]
    return (year["people"] * plan.leaving[plan.group])[..., None] * intensity
