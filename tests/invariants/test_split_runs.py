"""A run that is cut into pieces, each going on from a checkpoint on disk, records the same tables as a straight one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from sim.config.schema import Config
from sim.running.advance import Span, advance
from sim.running.model import Arrays, RealModel, WorldLike
from sim.store.checkpoint import Checkpoints, open_checkpoints
from sim.store.sinks import MemorySink
from tests import live as worlds

STOPS = (1982, 1999, 2017, 2018, 2020)
END = 2022
KEY = "0" * 20


def begin(cfg: Config, mode: str, state: Arrays | None) -> WorldLike:
    model = RealModel()
    return model.new(cfg, 0, mode, None) if state is None else model.resume(cfg, state, 0, mode, None)


def piece(
    cfg: Config, mode: str, until: int, checkpoints: Checkpoints
) -> tuple[dict[str, pa.Table], Arrays, int | None]:
    """Tables and state at the end of a year, and the year of the checkpoint that the piece went on from."""
    sink = MemorySink()
    span = Span("run", partial(begin, cfg, mode), cfg.start, until, RealModel().places(cfg))
    world, resumed = advance(span, sink, checkpoints, lambda: None)
    return dict(sink.tables()), world.state(), resumed


@pytest.mark.parametrize("mode", ["scripted", "reactive"])
@pytest.mark.parametrize("world", ["g20", "full"])
def test_a_run_in_pieces_is_the_straight_run(tmp_path: Path, world: str, mode: str) -> None:
    sizes = ("scale=20000", "panel.size=100", "panel.start=1981")
    cfg = worlds.with_everything(worlds.config(*sizes, f"world={world}", f"end={END}"))
    tables, state, resumed = piece(cfg, mode, END, Checkpoints(None, KEY, 0.0, {}, []))
    assert resumed is None
    notes: list[str] = []
    for k, until in enumerate((*STOPS, END)):
        with open_checkpoints(tmp_path, KEY, 1e-9, {}, notes) as checkpoints:
            found, ended, resumed = piece(cfg, mode, until, checkpoints)
        assert resumed == (STOPS[k - 1] - 1 if k else None), "the last year of a piece is lived again"
    assert len(notes) == len(STOPS)
    assert not worlds.differences(state, ended)
    assert found.keys() == tables.keys() and len(tables["panel"]) > 1000
    assert ("decisions" in tables) == (mode == "reactive")
    for name, table in tables.items():
        assert found[name].schema == table.schema and bits(found[name]) == bits(table), name


def bits(table: pa.Table) -> bytes:
    """Content of a table to the last bit, not-a-number too."""
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table.combine_chunks())  # batches end where a piece does
    return stream.getvalue().to_pybytes()
