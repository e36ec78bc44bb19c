"""The timeline of a configuration's policies."""

from __future__ import annotations

from sim.config.schema import Config
from sim.data.tables import WorldData
from sim.data.threat import threat_matrix
from sim.policy.timeline import Timeline


def timeline_of(cfg: Config, data: WorldData) -> Timeline:
    """Timeline of a configuration's policies, clock, effects and ladders, in the world's state of threat."""
    threat = threat_matrix(cfg.threat, data)
    return Timeline(cfg.policies, data, cfg.start, cfg.end, cfg.effects, threat, cfg.ladder)
