"""The runs of a plan cut into chunks of a few minutes, families whole where they fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from sim.config.schema import Config
from sim.sweep.plan import Family, Plan, Task


@dataclass(frozen=True)
class Piece:
    """Runs of one family that one chunk computes.

    Attributes
    ----------
    tasks : the runs; paired : the scripted baseline, from which differences act, whether or not it is one of the runs.
    keep : histories and macro states go to the shared cache, as other chunks need them.
    """

    baseline: Config
    replicate: int
    tasks: tuple[Task, ...]
    paired: Task
    keep: bool = False

    @classmethod
    def of(cls, family: Family, tasks: Sequence[Task], keep: bool = False) -> Piece:
        """Some runs of a family."""
        return cls(family.baseline, family.replicate, tuple(tasks), family.paired, keep)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(task.key for task in self.tasks)


@dataclass(frozen=True)
class Batch:
    """Pieces for one chunk; `opens` and `needs` name families whose shared part this computes or waits for."""

    pieces: tuple[Piece, ...]
    seconds: float
    opens: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


def batches(plan: Plan, wanted: Set[str], target_seconds: float, speed: float = 1.0) -> Iterator[Batch]:
    """Runs to compute as chunks of about `target_seconds`, families whole where they fit.

    A family too large for one chunk is opened by a first chunk, which leaves history and baseline in the cache for
    the others.

    Parameters
    ----------
    wanted : keys of the runs to compute.
    speed : measured seconds over expected ones.
    """
    pieces: list[Piece] = []
    used = 0.0
    large: dict[str, list[Task]] = {}
    for key, family in plan.families.items():
        tasks = [task for task in family.tasks.values() if task.key in wanted]
        if not tasks:
            continue
        seconds = speed * plan.seconds(family, {task.key for task in tasks})
        if seconds > 1.5 * target_seconds and len(tasks) > 1:
            large[key] = tasks
            continue
        if pieces and used + seconds > target_seconds:
            yield Batch(tuple(pieces), used)
            pieces, used = [], 0.0
        pieces.append(Piece.of(family, tasks))
        used += seconds
    if pieces:
        yield Batch(tuple(pieces), used)
    for key, (first, *_) in large.items():
        family = plan.families[key]
        seconds = speed * plan.seconds(family, {first.key})
        yield Batch((Piece.of(family, [first], keep=True),), seconds, opens=frozenset([key]))
    for key, tasks in large.items():
        yield from _split(key, plan.families[key], tasks[1:], target_seconds, speed)


def _split(key: str, family: Family, tasks: Sequence[Task], target_seconds: float, speed: float) -> Iterator[Batch]:
    """The runs of an opened family; each chunk costs its runs only."""

    def batch() -> Batch:
        return Batch((Piece.of(family, rest, keep=True),), used, needs=frozenset([key]))

    rest: list[Task] = []
    used = 0.0
    for task in tasks:
        seconds = speed * family.year_seconds * (task.cfg.end - task.after)
        if rest and used + seconds > target_seconds:
            yield batch()
            rest, used = [], 0.0
        rest.append(task)
        used += seconds
    if rest:
        yield batch()


def with_threads(piece: Piece, threads: int) -> Piece:
    """The same with so many threads for the kernels of each run; not part of any key."""
    tasks = tuple(replace(task, cfg=replace(task.cfg, threads=threads)) for task in piece.tasks)
    paired = replace(piece.paired, cfg=replace(piece.paired.cfg, threads=threads))
    return replace(piece, baseline=replace(piece.baseline, threads=threads), tasks=tasks, paired=paired)


def halves(pieces: Sequence[Piece], name: str) -> Iterator[tuple[list[Piece], frozenset[str], frozenset[str]]]:
    """Families whole, with nothing to open or need; one that is alone is cut, and its second half waits for the first.

    Parameters
    ----------
    name : under which the first half opens what the second needs.
    """
    if len(pieces) > 1:
        half = (len(pieces) + 1) // 2
        yield list(pieces[:half]), frozenset(), frozenset()
        yield list(pieces[half:]), frozenset(), frozenset()
        return
    (piece,) = pieces
    half = (len(piece.tasks) + 1) // 2
    first, second = (replace(piece, tasks=tasks, keep=True) for tasks in (piece.tasks[:half], piece.tasks[half:]))
    opened = frozenset([name])
    yield [first], opened if second.tasks else frozenset(), frozenset()
    if second.tasks:
        yield [second], frozenset(), opened


def restricted(piece: Piece, keys: set[str]) -> Piece:
    """The piece with these runs only."""
    return replace(piece, tasks=tuple(task for task in piece.tasks if task.key in keys))
