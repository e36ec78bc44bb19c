"""Who is a threat to whom: a state of the world that no policy changes."""

from __future__ import annotations

import numpy as np

from sim.params import SecurityParams


def threat_matrix(
    liberal_democracy: np.ndarray, ideal_distance: np.ndarray, alliance: np.ndarray, params: SecurityParams
) -> np.ndarray:
    """Threat of b to a, a state of the world that no policy changes.

    Product of two ramps, distance in liberal democracy and distance in UN ideal points, cut for allies; both
    must be large, so that neither neutral democracies nor friendly autocracies count. Symmetric by
    construction (assumption): each of two opposed systems is a threat to the other.

    Parameters
    ----------
    liberal_democracy : [P], V-Dem index 0-1, mean 2013-17.
    ideal_distance : [P, P], absolute difference of UN ideal points, mean 2013-17 (Bailey et al. 2017).
    alliance : [P, P], share of pairs of members with a defence pact in force (ATOP); 0 or 1 between countries.

    Returns
    -------
    threat : [a, b], 0-1, diagonal 0; values under `threat_floor` are 0.
    """
    democracy = np.abs(liberal_democracy[:, None] - liberal_democracy[None, :])
    threat = _ramp(democracy, params.threat_democracy_from, params.threat_democracy_full)
    threat *= _ramp(ideal_distance, params.threat_ideal_from, params.threat_ideal_full)
    threat *= 1.0 - (1.0 - params.threat_ally) * alliance
    threat = np.nan_to_num(threat)
    threat[threat < params.threat_floor] = 0.0
    np.fill_diagonal(threat, 0.0)
    return threat


def _ramp(x: np.ndarray, start: float, full: float) -> np.ndarray:
    return np.clip((x - start) / (full - start), 0.0, 1.0)
