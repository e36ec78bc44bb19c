"""Trust between places: political level, drift towards it, joint work, incidents.

Pure functions. Trust acts on partner choice only as a ratio to its mean of 2013-17.
"""

from __future__ import annotations

import numpy as np

from sim.params import TrustParams


def trust_level(ideal_distance: np.ndarray, alliance: np.ndarray, params: TrustParams) -> np.ndarray:
    """Level [a, b] to which trust returns: falls with distance in UN votes, rises with alliance.

    Parameters
    ----------
    ideal_distance : [P, P], absolute difference of UN ideal points, mean 2013-17.
    alliance : [P, P], share of pairs of members with a defence pact in force; 0 or 1 between countries.

    Returns
    -------
    level : [a, b] in [`floor`, 1], diagonal 1.
    """
    votes = np.exp(-np.nan_to_num(ideal_distance) / params.ideal_scale)
    level = np.maximum(params.floor, votes)
    level = level + (1.0 - level) * params.ally * alliance
    np.fill_diagonal(level, 1.0)
    return level


def update_trust(
    trust: np.ndarray,
    level: np.ndarray,
    joint: np.ndarray,
    joint_baseline: np.ndarray,
    incidents: np.ndarray,
    params: TrustParams,
) -> np.ndarray:
    """Trust of the next year: ``T + r (T̄ − T) + g ln(J / J₀) − h (1 − exp(−incidents per 1,000 joint papers))``.

    The incident term saturates, since the rate of leaks is swept over three orders of magnitude and trust
    must not hit its floor for that alone.

    Parameters
    ----------
    trust, level : [a, b].
    joint : [a, b], joint papers of the year relative to the size of both (any unit that stays the same;
        counts are legal), so that a world that publishes more does not trust more.
    joint_baseline : the same of the paired baseline in the same year, which is its own: there the term is 0.
    incidents : [a, b], leaks of a towards b per 1,000 joint papers.
    """
    new = trust + params.reversion * (level - trust)
    usable = (joint > 0) & (joint_baseline > 0)
    ratio = np.divide(joint, joint_baseline, out=np.ones(joint.shape), where=usable)
    new = new + params.joint * np.log(np.clip(ratio, 0.1, 10.0))
    new = new + params.incident * np.expm1(-np.maximum(incidents, 0.0))
    new = np.clip(new, params.floor, 1.0)
    np.fill_diagonal(new, 1.0)
    return new


def mutual(trust: np.ndarray) -> np.ndarray:
    """Mean of both sides' trust [a, b]: a joint paper needs both."""
    return 0.5 * (trust + trust.T)


def joint_intensity(joint_papers: np.ndarray, papers: np.ndarray, prior: float = 1e-5) -> np.ndarray:
    """Joint papers over the geometric mean of both outputs (Salton's measure) [a, b].

    A small `prior` (assumption) keeps the ratio of two years calm where pairs hardly work together.
    """
    size = np.sqrt(np.outer(papers, papers))
    return np.divide(joint_papers, size, out=np.zeros(joint_papers.shape), where=size > 0) + prior


def incident_rate(incidents: np.ndarray, joint_papers: np.ndarray) -> np.ndarray:
    """Incidents of a towards b per 1,000 joint papers [a, b]; pairs with few papers count as 1,000."""
    return incidents / np.maximum(joint_papers / 1000.0, 1.0)
