"""Advancing through the years of a history or a run: record, take checkpoints, go on from one, say where it failed."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.core.read import in_words
from sim.record.recorder import Recorder, Sink
from sim.running.model import Arrays, WorldLike
from sim.store.checkpoint import Checkpoints

Tick = Callable[[], None]


class RunFailed(Exception):
    """A run stopped with an error; survives the way from a worker process.

    Parameters
    ----------
    stage : what was being done, with replicate and year.
    message : the error in one line.
    trace : its traceback, shown on request only.
    """

    def __init__(self, stage: str, message: str, trace: str = "") -> None:
        super().__init__(stage, message, trace)
        self.stage, self.message, self.trace = stage, message, trace

    def __str__(self) -> str:
        return f"{self.stage}: {self.message}"


@dataclass(frozen=True)
class Span:
    """Years of one run, or of its history.

    Attributes
    ----------
    name : for messages.
    begin : makes the world, from a checkpoint's state or (None) from where it starts.
    first, until : first and last year.
    places : names (ISO3) by place index.
    """

    name: str
    begin: Callable[[Arrays | None], WorldLike]
    first: int
    until: int
    places: Sequence[str]


def advance(span: Span, sink: Sink, checkpoints: Checkpoints, tick: Tick) -> tuple[WorldLike, int | None]:
    """Live through all years, those before the newest checkpoint excepted.

    Returns
    -------
    The world at the end of its last year, and the year of the checkpoint it went on from.
    """
    with _failing(span.name) as reached:
        world, resumed = _begin(span, checkpoints)
        if resumed is not None:
            reached["year"] = resumed
            checkpoints.restore(sink)
            checkpoints.notes.append(f"{span.name} went on from a checkpoint at the end of {resumed}")
            for _ in range(span.first, resumed + 1):
                tick()
        recorder = Recorder(span.places, checkpoints.recording(sink))
        for result in world.run(until=span.until):
            reached["year"] = result.year
            recorder.add(result)
            tick()
            if result.year < span.until and checkpoints.due:
                recorder.flush()
                checkpoints.take(result.year, world.state)
        recorder.flush()
    return world, resumed


def _begin(span: Span, checkpoints: Checkpoints) -> tuple[WorldLike, int | None]:
    """The world, and the year of the checkpoint it comes from; a function of its own, so that the state is freed."""
    found = checkpoints.newest()
    return (span.begin(None), None) if found is None else (span.begin(found[1]), found[0])


@contextmanager
def _failing(name: str) -> Iterator[dict[str, int]]:
    """Turn any error inside into a `RunFailed` that says where it happened."""
    reached: dict[str, int] = {}
    try:
        yield reached
    except Exception as error:
        stage = f"{name}, after {reached['year']}" if reached else f"{name}, first year"
        raise RunFailed(stage, in_words(error), traceback.format_exc()) from error


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far, in MB (0 where the platform does not tell)."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count the parent's memory too, which a new process shares until it starts
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM")), 0.0)
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
