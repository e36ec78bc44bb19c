"""Table `exposure_year` of a year."""

from __future__ import annotations

import numpy as np

from sim.engines.exposure import Exposure
from sim.phases.security import SecurityResult
from sim.phases.setting import Setting


def exposure_table(setting: Setting, exposure: Exposure, secured: SecurityResult) -> dict[str, np.ndarray]:
    """Table `exposure_year`: to whom sensitive projects are exposed, and what protection and lost work avoid."""
    leaks, protection = secured.leaks, secured.protection
    at = np.nonzero(setting.threat > 0.0)  # few pairs, which are all that is looked at: [way, field, pair]
    exposed = exposure.towards[:, :, at[0], at[1]] * setting.scale
    values = {
        "exposed": exposed,
        "protected": exposed * protection[:, None, at[0], at[1]],
        "leaks": leaks.leaked[:, :, at[0], at[1]],
        "avoided_by_protection": leaks.avoided_by_protection[:, :, at[0], at[1]],
        "avoided_by_lost_work": leaks.avoided_by_lost_work[:, :, at[0], at[1]],
    }
    way, field, pair = found = np.nonzero(np.any([value > 0.0 for value in values.values()], axis=0))
    index = {"way": way, "field": field, "place": at[0][pair], "threat": at[1][pair]}
    return {name: of.astype(np.int16) for name, of in index.items()} | {name: v[found] for name, v in values.items()}
