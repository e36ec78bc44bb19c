"""What the runner needs of the model, in one small face; tests run the same code on a toy model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from omegaconf import OmegaConf

from sim.config.key import data_checksums, run_key
from sim.config.schema import Config, to_mapping
from sim.config.timeline import timeline_of
from sim.data.places import resolve
from sim.data.tables import load_world_data
from sim.data.threat import threat_digest, threat_matrix
from sim.policy.unfounded import unfounded
from sim.record.recorder import YearResult

Arrays = dict[str, np.ndarray]


class WorldLike(Protocol):
    """The part of `sim.world.World` that a run uses."""

    macros: dict[int, Any]

    def run(self, until: int) -> Iterator[YearResult]: ...

    def state(self) -> Arrays: ...

    def let_go(self) -> None: ...


class Model(Protocol):
    """Everything the runner asks of configuration and world; an instance is sent to worker processes."""

    def places(self, cfg: Config) -> tuple[str, ...]: ...

    def data_end(self, cfg: Config) -> int: ...

    def first_policy_year(self, cfg: Config) -> int | None: ...

    def run_key(self, cfg: Config, replicate: int, mode: str = "scripted", end: int | None = None) -> str: ...

    def new(self, cfg: Config, replicate: int, mode: str, paired: Mapping[int, Any] | None) -> WorldLike: ...

    def resume(
        self, cfg: Config, state: Arrays, replicate: int, mode: str, paired: Mapping[int, Any] | None
    ) -> WorldLike: ...

    def levers_never_read(self, cfg: Config) -> list[str]: ...

    def data_checksums(self, cfg: Config) -> dict[str, str]: ...

    def as_yaml(self, cfg: Config) -> str: ...

    def unfounded(self, cfg: Config) -> list[str]: ...


class RealModel:
    """The model of this package."""

    def places(self, cfg: Config) -> tuple[str, ...]:
        """ISO3 codes by place index."""
        return load_world_data(cfg.world).iso3

    def data_end(self, cfg: Config) -> int:
        """Last year of outcomes, until which scenarios share the history."""
        return load_world_data(cfg.world).end

    def first_policy_year(self, cfg: Config) -> int | None:
        """First year in which a lever departs from neutral; None if none ever does."""
        return timeline_of(cfg, load_world_data(cfg.world)).first_date

    def run_key(self, cfg: Config, replicate: int, mode: str = "scripted", end: int | None = None) -> str:
        """Key of everything that can change a run's results; `end` if it ends before the configuration's last year."""
        return run_key(cfg, replicate, mode=mode, end=end)

    def new(self, cfg: Config, replicate: int, mode: str, paired: Mapping[int, Any] | None) -> WorldLike:
        """World at its start."""
        from sim.world import World

        return World(cfg, replicate, mode, paired)

    def resume(
        self, cfg: Config, state: Arrays, replicate: int, mode: str, paired: Mapping[int, Any] | None
    ) -> WorldLike:
        """World that goes on from a saved state under the policies of `cfg`."""
        from sim.world import World

        return World.from_state(cfg, state, replicate, mode, paired)

    def levers_never_read(self, cfg: Config) -> list[str]:
        """Levers that were set but change nothing on the clock of this run."""
        return timeline_of(cfg, load_world_data(cfg.world)).levers_never_read()

    def data_checksums(self, cfg: Config) -> dict[str, str]:
        """SHA-256 of the tables of the world that is run, and of its table of threats."""
        return {**data_checksums(cfg.world), "threat": threat_digest(cfg.threat, cfg.world)}

    def as_yaml(self, cfg: Config) -> str:
        """Text of ``config.yaml``, from which the same configuration can be read again."""
        return OmegaConf.to_yaml(OmegaConf.create(to_mapping(cfg)))

    def members(self, cfg: Config, words: Iterable[str]) -> tuple[str, ...]:
        """ISO3 codes of places and groups named in a policy, each once, in the order of the world."""
        data = load_world_data(cfg.world)
        return tuple(data.iso3[place] for place in resolve(data, list(words)))

    def unfounded(self, cfg: Config) -> list[str]:
        """Lines on policies against places that are no threat to who issues them."""
        data = load_world_data(cfg.world)
        return unfounded(cfg.policies, data, threat_matrix(cfg.threat, data))


def begin_world(
    model: Model, cfg: Config, replicate: int, mode: str, paired: Mapping[int, Any] | None, state: Arrays | None
) -> WorldLike:
    """World at its start, or (with a state) where that was saved."""
    if state is None:
        return model.new(cfg, replicate, mode, paired)
    return model.resume(cfg, state, replicate, mode, paired)
