"""State of the world at large that people read: last year's masses, trust, prestige, access and resources.

Engines read a `Macro` and never each other's results. With ``params.feedback = frozen`` a scenario reads the
paired baseline's `Macro` of the same year instead of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

FIRST_ATTENTION = 2.6  # z K of a paper before the first year, in which it is not known: it was 2.2 to 3.2


@dataclass(frozen=True)
class Macro:
    """Last year's world as seen by this year's engines.

    Attributes
    ----------
    size : [P], fractional papers, smoothed over years so that a few agents' luck does not make a place vanish.
    mass : [F, P], fractional papers by field (real papers).
    trust : [P, P], 0-1, symmetric.
    top1 : [F, P], fractional papers in the world's top 1 % by field (real papers).
    access : [P, P], what place a can reach of place b's knowledge, 0-1, before rules on its outflow.
    prestige : [P], smoothed share of papers in the world's top 1 %.
    students : [P], early per established researcher; permanent_share : [P]; size_share : [P] of researchers.
    researchers : [P], real persons; at_origin : [P], share of those who grew up in a place that work there.
    readers : [P], weight w of the readers of each place (`sim.engines.reading`), from last year's citations.
    known : [P cited, P citing], K of the same year, filled in when the year is over.
    joint : [P, P], joint papers of the same year over the size of both, filled in when the year is over.
    account : [P], talent account of the same year (`Observation.account`), filled in when the year is over.
    exit_norm : [P], move_norm : [P, P], mean personal factors of the same year's people on exits and on moves from
        place to place, filled in when the year is over; arrivals : [P], moves that the year's rates bring, likewise.
    z1 : [F], thresholds of the top 1 % in the same year, filled in when the year is over (inf before).
    """

    size: np.ndarray
    mass: np.ndarray
    top1: np.ndarray
    trust: np.ndarray
    access: np.ndarray
    prestige: np.ndarray
    students: np.ndarray
    permanent_share: np.ndarray
    size_share: np.ndarray
    researchers: np.ndarray
    at_origin: np.ndarray
    readers: np.ndarray
    known: np.ndarray
    joint: np.ndarray
    account: np.ndarray
    exit_norm: np.ndarray
    move_norm: np.ndarray
    arrivals: np.ndarray
    z1: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """Arrays by name, for saving."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def first_macro(
    n_fields: int,
    researchers: np.ndarray,
    trust: np.ndarray,
    shares: np.ndarray,
    cited: float,
) -> Macro:
    """State of the year before the first simulated one: masses in proportion to people, no access abroad.

    `cited` : citations per paper.
    """
    n = len(researchers)
    mass = 0.3 * shares[:, None] * researchers[None, :]
    return Macro(
        size=mass.sum(axis=0),
        mass=mass,
        top1=0.01 * mass,
        trust=trust,
        access=np.eye(n),
        prestige=np.full(n, 0.01),
        students=np.full(n, 0.5),
        permanent_share=np.full(n, 0.5),
        size_share=researchers / researchers.sum(),
        researchers=researchers,
        at_origin=np.ones(n),
        readers=cited / FIRST_ATTENTION * researchers / researchers.sum(),
        **still_open(n, n_fields),
    )


def still_open(n_places: int, n_fields: int) -> dict[str, np.ndarray]:
    """Arrays of a `Macro` that are filled in when its year is over, as they stand before."""
    return {
        "known": np.eye(n_places),
        "joint": np.zeros((n_places, n_places)),
        "account": np.zeros(n_places),
        "exit_norm": np.ones(n_places),
        "move_norm": np.ones((n_places, n_places)),
        "arrivals": np.zeros(n_places),
        "z1": np.full(n_fields, np.inf),
    }


def access_matrix(joint: np.ndarray, whole: np.ndarray, returned: np.ndarray) -> np.ndarray:
    """What place a can reach of place b's knowledge, directed: through joint papers and people who came from b.

    ``access_ab = 1 - exp(-8 joint_ab / papers_a - 4 came_from_b / people_a)``; rates are assumptions
    that put the access of a system with 10 % of its papers joint with b at about one half.

    Parameters
    ----------
    joint : [P, P] symmetric joint papers; whole : [P] papers.
    returned : [P, P], share of a's people whose previous place is b.
    """
    reach = 8.0 * joint / np.maximum(whole, 1e-9)[:, None] + 4.0 * returned
    access = 1.0 - np.exp(-reach)
    access[np.diag_indices(len(whole))] = 1.0
    return access


def frontier_reach(access: np.ndarray, top1: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Share of the world's top-1 % papers of each field within reach [F, P], centred on the world's mean.

    Parameters
    ----------
    access : [P, P]; top1, mass : [F, P], fractional top-1 % papers and all papers.
    """
    share = top1 / np.maximum(top1.sum(axis=1, keepdims=True), 1e-12)
    reach = share @ access.T
    weight = mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12)
    return reach - (reach * weight).sum(axis=1, keepdims=True)
