"""Runs that answer a question: the documented values, Morris's design over all numbers, a line for each of the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.assumptions.ranges import Assumption
from sim.flip.asked import Asked
from sim.sweep.sampling import Range, Sample
from sim.sweep.spec import Record, ScenarioSpec, Spec
from sim.sweep.spec_draws import Block

LEVELS, SEED = 4, 2017  # of Morris's design
SAME, NEAR = 1e-9, 0.03  # of the range: an end, or a point within, so near to the documented value is left out for it
Row = Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """Values of one number, ascending, the others as documented.

    Attributes
    ----------
    draws : number of the draw that has each value; the documented one is draw 0.
    """

    item: Assumption
    values: tuple[float, ...]
    draws: tuple[int, ...]


def sample_of(asked: Asked) -> Sample:
    """Morris's design; every number goes from one end of its range to the other."""
    over = tuple(Range(item.key, (item.key,), item.law.between_ends()) for item in asked.items)
    return Sample("morris", asked.trajectories, SEED, over, LEVELS)


@dataclass(frozen=True)
class Design:
    """Runs of a question: a draw a row.

    Attributes
    ----------
    lines : of the numbers that matter; none before they are known.
    rows : the documented values (draw 0), the lines, the screening; what a row does not name is as documented.
    """

    asked: Asked
    rows: tuple[Row, ...]
    lines: tuple[Line, ...] = ()

    @property
    def sure(self) -> int:
        """First draws, which have all replicates; those of the screening have one less."""
        return 1 + sum(len(line.draws) - 1 for line in self.lines)


def design_of(asked: Asked, chosen: Sequence[Assumption] = ()) -> Design:
    """The screening with lines for the numbers that were chosen; both stages share all runs of the screening."""
    rows: list[Row] = [{}]
    lines = []
    for item in chosen:
        ends, here = item.law.between_ends(), asked.documented(item)
        grid, at = np.linspace(0.0, 1.0, asked.points), float(ends.unit(np.array(here)))
        values = [float(ends.values(u)) for u in grid if abs(u - at) > (SAME if u in (0.0, 1.0) else NEAR)]
        numbered = {value: len(rows) + i for i, value in enumerate(values)} | {here: 0}
        rows += [{item.key: value} for value in values]
        ordered = sorted(numbered)
        lines.append(Line(item, tuple(ordered), tuple(numbered[value] for value in ordered)))
    keys = [item.key for item in asked.items]
    rows += [dict(zip(keys, point)) for point in sample_of(asked).matrix().tolist()]
    return Design(asked, tuple(rows), tuple(lines))


def spec_of_design(design: Design) -> Spec:
    """The sweep that computes it."""
    asked = design.asked
    cfg, question = asked.config, asked.question
    keys = tuple(item.key for item in asked.items)
    base = {item.key: asked.documented(item) for item in asked.items}
    labels = tuple(tuple(row.get(key, base[key]) for key in keys) for row in design.rows)
    return Spec(
        file="flip",
        name="flip",
        title=f"What would flip {' and '.join(question.scenarios)}",
        settings={"outdir": cfg.outdir, "progress": cfg.progress},
        scenarios=tuple(ScenarioSpec(label, config=given) for label, given in question.configs.items()),
        replicates=asked.replicates - 1,
        repeated=design.sure,
        blocks=(Block(keys, labels, design.rows),),
        record=Record(tables=("place_year",), first_year=question.period.first),
        chunk_minutes=0.5,
        executor={"kind": "processes", "workers": cfg.threads},
    )
