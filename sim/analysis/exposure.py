"""To whom sensitive projects of the United States are exposed at the end of the data (``fitted_exposure.csv``).

What a leak by each way is taken to weigh rests on it (`sim.engines.security.way_weights`). It is counted in runs with
fine agents and kept, so that coarse worlds have the same weights; towards every place, so that any choice of threats
has. ``python -m sim.analysis.exposure`` writes it for the shipped worlds, with the settings of their fit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.config.load import load_config
from sim.config.schema import Config
from sim.data.fitted import Fitted, load_fitted, save_exposure
from sim.data.inputs import Inputs
from sim.data.tables import WorldData, load_world_data
from sim.data.worlds import WORLDS, folder_of
from sim.engines.exposure import COERCION, REWARD
from sim.phases.publication import Output
from sim.phases.setting import YearContext
from sim.world import World

YEARS, RUNS = 3, 8  # last years of the data, and replicates, that the mean is taken over
FIRST_REPLICATE = 2000  # which no user meets


class ExposureWatch(World):
    """World that adds up exposures of the last years.

    `exposed` : [4, P], of projects of the United States, in the order of `EXPOSURE`; `projects` : their number.
    """

    exposed: np.ndarray
    projects: float

    def on_output(self, ctx: YearContext, output: Output) -> None:
        """Add a year's."""
        data = self.setting.data
        if ctx.year > data.end - YEARS:
            usa, e = data.iso3.index("USA"), output.exposure
            ways = (e.towards[REWARD, :, usa], e.partnered[:, usa], e.partners[:, usa], e.towards[COERCION, :, usa])
            self.exposed += [way.sum(axis=0) for way in ways]
            self.projects += output.projects.sensitive[:, usa].sum()


def exposure_of_runs(cfg: Config, data: WorldData, fitted: Fitted) -> np.ndarray:
    """Exposures of a sensitive project towards every place [4, P]; `cfg` : whose seed and scale count."""
    exposed, projects = np.zeros(fitted.exposure.shape), 0.0
    for k in range(RUNS):
        world = ExposureWatch(cfg, FIRST_REPLICATE + k, inputs=Inputs(data, fitted))
        world.exposed, world.projects = np.zeros(exposed.shape), 0.0
        for _ in world.run(until=data.end):
            pass
        exposed, projects = exposed + world.exposed, projects + world.projects
    return exposed / max(projects, 1.0)


def main(scale: int = 10, seed: int = 0) -> None:
    """Write the table of every shipped world."""
    for name in WORLDS:
        cfg = replace(load_config(f"seed={seed}", "panel.size=0", f"world={name}"), scale=scale)
        data, fitted = load_world_data(name), load_fitted(name)
        save_exposure(replace(fitted, exposure=exposure_of_runs(cfg, data, fitted)), data, folder_of(name))


if __name__ == "__main__":
    main()
