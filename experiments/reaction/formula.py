"""The reaction matrix by formula: how hazards of 2017 answer to one rung more, with people and all others as they are.

It leaves out what passes through people (talent account, people available, cost, public cases), takes a moment, and so
can be had anywhere in the prior; `experiments.reaction.matrix` measures the same in runs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.reaction.lives import config
from experiments.reaction.matrix import N_LADDERS, NOBODY, interventions
from experiments.reaction.priors import Values
from sim import World
from sim.agents.governments.council import Council, one_higher
from sim.agents.governments.hazards import hazards
from sim.agents.governments.rungs import Packages
from sim.agents.governments.signals import Observation, Signals, look
from sim.params import GovernmentParams
from sim.policy.rungs import Rungs

YEARS = 5


class Formula:
    """Signals that one rung more of each place sends, from which hazards follow for any coefficients.

    Parameters
    ----------
    places : whose matrix it is; threats : [P], whom each restricts, `NOBODY` if nobody.
    """

    def __init__(self, scale: int, places: list[int], threats: np.ndarray) -> None:
        council = World(config(scale), empty=True).council
        n = len(council.codes)
        self.places = places
        self.usual = _signals(council, Rungs.none(n))
        self.sent = {
            (ladder, row): _signals(council, one_higher(Packages.none(n), *raised).rungs)
            for ladder, row, raised in interventions(places, threats)
        }
        listed = threats != NOBODY
        self.may_rise = np.stack([council.peers, listed & council.peers, council.peers])

    def matrix(self, values: Values) -> np.ndarray:
        """Expected steps [3, N, 3, N] in five years, as `experiments.reaction.matrix.matrix`."""
        params, n = replace(GovernmentParams(), **values), len(self.places)
        nobody = np.zeros_like(self.may_rise)
        found = np.zeros((N_LADDERS, n, N_LADDERS, n))

        def up(signals: Signals) -> np.ndarray:
            return hazards(signals, self.may_rise, nobody, params).up[:, self.places]

        usual = up(self.usual)
        for (ladder, row), signals in self.sent.items():
            found[ladder, row] = YEARS * (up(signals) - usual)
        return found


def _signals(council: Council, rungs: Rungs) -> Signals:
    n, square = len(council.codes), np.zeros_like(council.threat)
    none = np.zeros(n)
    seen = Observation(2017, rungs, square, none, none, none, none, none, none, none)
    return look(seen, Rungs.none(n), council.closeness, council.listed, none, none, none, 1.0, council.params)
