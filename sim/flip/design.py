"""Runs that answer a question: the documented values, ends and lines of single numbers, a screening of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.assumptions.ranges import Assumption
from sim.flip.asked import Asked
from sim.flip.factorial import signs
from sim.sweep.spec import Record, Spec
from sim.sweep.spec_draws import Block
from sim.sweep.spec_scenarios import ScenarioSpec

LEVEL = 1 / np.sqrt(3)  # two points at this share of the half range from its middle have the spread of the range
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


@dataclass(frozen=True)
class Design:
    """Runs of a question: a draw a row.

    Attributes
    ----------
    rows : the documented values (draw 0), the lines, the screening; what a row does not name is as documented.
    lines : of single numbers.
    """

    asked: Asked
    rows: tuple[Row, ...]
    lines: tuple[Line, ...] = ()

    @property
    def sure(self) -> int:
        """First draws, which have all replicates; those of the screening have one."""
        return 1 + sum(len(line.draws) - 1 for line in self.lines)


def design_of(asked: Asked, lines: Mapping[Assumption, int] | None = None) -> Design:
    """The screening, with a line of so many points for each of these numbers; all stages share its runs."""
    rows: list[Row] = [{}]
    found = []
    for item, points in (lines or {}).items():
        ends, here = item.law.between_ends(), asked.documented(item)
        grid, at = np.linspace(0.0, 1.0, points), float(ends.unit(np.array(here)))
        values = [float(ends.values(u)) for u in grid if abs(u - at) > (SAME if u in (0.0, 1.0) else NEAR)]
        numbered = {value: len(rows) + i for i, value in enumerate(values)} | {here: 0}
        rows += [{item.key: value} for value in values]
        ordered = sorted(numbered)
        found.append(Line(item, tuple(ordered), tuple(numbered[value] for value in ordered)))
    return Design(asked, (*rows, *_screening(asked.items, asked.blocks)), tuple(found))


def _screening(items: Sequence[Assumption], blocks: int) -> list[Row]:
    """Every number at one of two points of its range in every run."""
    unit = 0.5 + 0.5 * LEVEL * signs(len(items), blocks)
    columns = [item.law.between_ends().values(unit[:, j]).tolist() for j, item in enumerate(items)]
    return [dict(zip((item.key for item in items), row)) for row in zip(*columns)]


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
        replicates=1,
        repeated=design.sure,
        blocks=(Block(keys, labels, design.rows),),
        record=Record(tables=("place_year",), first_year=question.period.first),
        chunk_minutes=0.5,
        executor={"kind": "processes", "workers": cfg.threads},
    )
