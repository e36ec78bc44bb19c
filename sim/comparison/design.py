"""A comparison as a sweep: draw 0 has the documented values, the others are points of a nested Latin hypercube over all
that no data fix, with a draw each of the errors that the rules after the data made in the backtest."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.roles import roles_of
from sim.assumptions.doses import doses_of
from sim.assumptions.nested import nested_lhs
from sim.assumptions.ranges import PATHS, assumptions
from sim.comparison.question import Question
from sim.data.tables import load_world_data
from sim.sweep.spec import Record, Spec
from sim.sweep.spec_draws import Block
from sim.sweep.spec_scenarios import ScenarioSpec

SEED = 2017  # of the hypercube: the same draws for every question
BEFORE = 3  # years before the period that are kept, for lines over time
TABLES = ("world_year", "place_year", "entry_year", "exposure_year", "constituency_year", "decisions")


def spec_of_question(question: Question, name: str) -> Spec:
    """The sweep that answers a question.

    Parameters
    ----------
    name : of its folder.
    """
    configs = list(question.configs.values())
    some = configs[0]
    return Spec(
        file="compare",
        name=name,
        title=f"Comparison of {', '.join(question.configs)}",
        settings={"outdir": some.outdir, "progress": some.progress},
        scenarios=tuple(ScenarioSpec(label, config=cfg) for label, cfg in question.configs.items()),
        replicates=question.replicates,
        repeated=question.repeated,
        reactive_draws=question.reactive_draws,
        blocks=(draws_of(question),),
        record=_record(question),
        chunk_minutes=0.5,
        executor={"kind": "processes", "workers": some.threads},
    )


def draws_of(question: Question) -> Block:
    """Rows of parameters: the documented values, then the draws; a parameter that the user set is not drawn."""
    configs = list(question.configs.values())
    drawn = [item for item in assumptions(configs) if item.key not in question.fixed]
    doses = doses_of(configs)
    keys = (*(item.key for item in drawn), *doses, *([] if PATHS in question.fixed else [PATHS]))
    columns = {item.key: item.law.values(_column(item.key, question.draws)) for item in drawn}
    columns |= {key: _column(key, question.draws) for key in doses}
    rows: list[Mapping[str, Any]] = [{}]
    for i in range(question.draws):
        row = {key: float(column[i]) for key, column in columns.items()}
        rows.append({**row, PATHS: float(i + 1)} if PATHS in keys else row)
    documented = {item.key: item.default for item in drawn} | dict.fromkeys(doses, 0.5) | {PATHS: 0.0}
    labels = tuple(tuple(row.get(key, documented[key]) for key in keys) for row in rows)
    return Block(keys, labels, tuple(rows))


def _column(key: str, n: int) -> np.ndarray:
    """One dimension of the hypercube, by its own random numbers: what else a question draws does not change it."""
    return nested_lhs(n, 1, SEED + zlib.crc32(key.encode()))[:, 0]


def _record(question: Question) -> Record:
    """What is kept: all years of the period and a few before; details of people and projects only where they matter."""
    configs = list(question.configs.values())
    data = load_world_data(configs[0].world)
    roles = roles_of(question.own, data)
    acting = roles.issuers or data.iso3
    only = {
        "exposure_year": ("place", (*acting, *roles.allies)),
        "constituency_year": ("place", acting),
        "entry_year": ("origin", roles.targets) if roles.targets else ("place", acting),
    }
    began = [use for cfg in question.own for use in cfg.uses]  # flows add up to stocks from the first change on
    years = [day.year for use in began for day in use.values]
    first = max(configs[0].start, min([question.period.first - BEFORE, *years]))
    return Record(
        tables=TABLES, first_year=first, only={name: (key, tuple(words)) for name, (key, words) in only.items()}
    )
