"""The shipped ladders, which a configuration has unless a file or the command line changes them."""

from __future__ import annotations

from functools import cache

import yaml

from sim.config.files import read_words
from sim.config.folders import config_root
from sim.core.read import Problems
from sim.data.clock import FIRST_YEAR
from sim.data.places import group_names
from sim.policy.ladder import LADDERS, Ladders, read_ladders
from sim.policy.schema import Known


@cache
def shipped_ladders() -> Ladders:
    """The ladders of ``configs/ladder``, which name groups but no single place."""
    raw = {name: yaml.safe_load(read_words(config_root() / "ladder" / f"{name}.yaml")) for name in LADDERS}
    problems = Problems()
    ladders = read_ladders(raw, "ladder", Known(tuple(group_names()), {}, {}, FIRST_YEAR), problems)
    problems.check("configs/ladder: ")
    return ladders
