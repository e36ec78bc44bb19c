"""Memory: a world holds no Python object an agent, and growing a column store never doubles it."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from sim import World, load_config
from sim.core.columns import RECORDS, Block

ROW_BYTES = sum(dtype.itemsize for dtype in RECORDS.values())


def live_objects(scale: int) -> tuple[int, int]:
    """Objects that the collector tracks after two years, and agents."""
    world = World(load_config(f"scale={scale}", "start=2000", "end=2001", "threads=1"))
    for _ in world.run():
        pass
    gc.collect()
    return len(gc.get_objects()), len(world.researchers)


def test_no_object_an_agent() -> None:
    live_objects(4000)  # what is made once a process
    (few, agents), (many, more_agents) = live_objects(4000), live_objects(200)
    assert more_agents > 15 * agents
    assert many - few < 0.01 * (more_agents - agents)


@pytest.mark.parametrize("n", [100_000, 300_000])
def test_growing_copies_one_record_at_a_time(n: int) -> None:
    tracemalloc.start()
    block = Block(n)
    block.allocate(n)
    block.allocate(1)
    peak, kept = tracemalloc.get_traced_memory()[1], block.capacity * ROW_BYTES
    tracemalloc.stop()
    assert block.capacity > n
    # all records at once would peak at old and new together, 1.8 times what is kept
    assert kept < peak < 1.3 * kept
