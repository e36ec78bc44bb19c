"""Table `constituency_year` of a year."""

from __future__ import annotations

import numpy as np

from sim.core.axes import CONSTITUENCIES
from sim.engines.constituencies import Constituencies, members_by_kind


def constituency_table(people: Constituencies, exits: np.ndarray, scale: float) -> dict[str, np.ndarray]:
    """Table `constituency_year`: members with researchers, papers or exits, place by place and kind by kind.

    Parameters
    ----------
    exits : [place, member], agents who left; scale : persons an agent.
    """
    found = np.nonzero((people.researchers > 0) | (people.papers > 0.0) | (exits > 0))
    place, member = found
    kind = np.repeat(np.arange(len(CONSTITUENCIES)), members_by_kind(len(exits)))
    number = people.researchers[found]
    return {
        "place": place.astype(np.int16),
        "kind": kind[member].astype(np.int16),
        "member": member.astype(np.int16),
        "n_researchers": number * scale,
        "papers_fractional": people.papers[found] * scale,
        "new_exits": exits[found] * scale,
        "fear_mean": np.divide(people.fear[found], number, out=np.full(len(member), np.nan), where=number > 0),
    }
