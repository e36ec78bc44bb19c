"""Table `exposure_year` of a year."""

from __future__ import annotations

import numpy as np

from sim.engines.exposure import Exposure
from sim.phases.security import SecurityResult
from sim.phases.setting import Setting


def exposure_table(setting: Setting, exposure: Exposure, secured: SecurityResult) -> dict[str, np.ndarray]:
    """Table `exposure_year`: to whom sensitive projects are exposed, and what protection and lost work avoid."""
    leaks, exposed = secured.leaks, exposure.towards * setting.scale
    values = {
        "exposed": exposed,
        "protected": exposed * secured.protection[:, None],
        "leaks": leaks.leaked,
        "avoided_by_protection": leaks.avoided_by_protection,
        "avoided_by_lost_work": leaks.avoided_by_lost_work,
    }
    threatening = setting.threat[None, None] > 0.0
    found = np.nonzero(threatening & np.any([value > 0.0 for value in values.values()], axis=0))
    index = {name: at.astype(np.int16) for name, at in zip(("way", "field", "place", "threat"), found)}
    return index | {name: value[found] for name, value in values.items()}
