"""Year tables of the world become compact Arrow batches: indices turn into names, numbers shrink.

The recorder only copies what the world hands out, so that recording more changes nothing. Columns that are the same
for all rows of a run (scenario, draw, replicate, mode) are added last, by `sim.store.runs`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.core.axes import STAGES
from sim.core.columns import NONE
from sim.data.fields import FIELD_NAMES

PLACE_COLUMNS = frozenset(
    "place place_from place_to place_a place_b origin citing_place cited_place entry_place moved_to".split()
)
SIZE_CLASSES = ("small", "medium", "large", "very_large")  # below 15, 50, 250 M$ a year and above; S5
REASONS = ("career", "fear", "investigation")  # why people leave research; empty or null: they stayed
VOCABULARIES: dict[str, tuple[str, ...]] = {
    "field": FIELD_NAMES,
    "stage": STAGES,
    "size_class": SIZE_CLASSES,
    "exit_reason": REASONS,
    "reason": REASONS,
}
WIDE_TABLES = frozenset({"world_year"})  # one row a year: full precision costs nothing
# Real persons, papers and institutions: whole numbers, kept exactly, so that stocks and flows balance in the tables.
# Papers in the world's top 1 and 10 % are expectations (`sim.engines.impact`) and need not be whole.
_COUNT = re.compile(r"(n_|new_|papers$|papers_(?!fractional|international_fractional)|applications|covered$)")

# Columns every run must record; the world may add more. Columns may be added, not renamed.
REQUIRED: dict[str, str] = {
    "place_year": "year place n_researchers n_foreign_origin new_entrants new_entrants_foreign new_exits new_moves_in "
    "new_moves_out new_returns papers_whole papers_fractional papers_international top1_whole top1_fractional "
    "top10_whole top10_fractional top1_at_baseline_threshold impact_mean impact_sum share_top_cited_international "
    "applications applications_funded share_projects_international leaks_reward leaks_deception leaks_coercion "
    "leaks_theft leaks_prevented leaks_avoided_by_lost_activity new_cases new_false_cases fear_mean fear_target_mean "
    "compliance_musd compliance_researcher_years rd_spending_musd recruitment_musd papers_international_fractional "
    "top1_fractional_at_baseline_threshold",
    "flow_year": "year place_from place_to origin stage new_moves new_moves_with_tie_at_destination",
    "entry_year": "year origin place new_entrants",
    "stock_year": "year origin place stage n_researchers",
    "copub_year": "year place_a place_b field papers_whole",
    "citation_year": "year citing_place cited_place citations citations_to_top10",
    "pair_year": "year place_a place_b trust friction hostility",
    "field_year": "year place field papers_whole papers_international papers_basic papers_sensitive "
    "papers_international_sensitive top1_whole leaks",
    "institution_year": "year size_class n_institutions federal_musd covered compliance_musd "
    "compliance_researcher_years papers_whole",
    "world_year": "year n_researchers papers papers_international authors_per_paper_mean new_moves leaks "
    "compliance_musd impact_sum",
    "panel": "uid weight year origin place entry_place entry_year field institution stage permanent talent fear papers "
    "papers_international papers_basic citations top1 partner_talent_mean frontier_reliance_top1 "
    "frontier_reliance_top3 coauthors_moved_abroad dual_affiliation moved_to exited exit_reason",
    "decisions": "year place lever draft opposition conceded before after",
}
TABLES = tuple(REQUIRED)


@dataclass(frozen=True)
class YearResult:
    """What a year leaves: columnar tables without the columns that are the same for the whole run."""

    year: int
    tables: Mapping[str, Mapping[str, np.ndarray]]


class Sink(Protocol):
    """Takes the batches of one run."""

    def write(self, table: str, batch: pa.RecordBatch) -> None: ...


class Recorder:
    """Turns the tables of each year into Arrow batches and hands them to a sink.

    Parameters
    ----------
    places : names (ISO3) by place index.
    sink : where batches go.
    """

    def __init__(self, places: Sequence[str], sink: Sink) -> None:
        self._sink = sink
        self._names = {name: pa.array(words, pa.string()) for name, words in VOCABULARIES.items()}
        self._names |= dict.fromkeys(PLACE_COLUMNS, pa.array(places, pa.string()))

    def add(self, result: YearResult) -> None:
        """Record one year; tables without rows this year are skipped."""
        for name, columns in result.tables.items():
            if any(len(values) for values in columns.values()):
                self._sink.write(name, self.batch(name, result.year, columns))

    def batch(self, table: str, year: int, columns: Mapping[str, np.ndarray]) -> pa.RecordBatch:
        """One table of one year as a record batch in the order of the contract, extra columns last."""
        n = len(next(iter(columns.values())))
        columns = columns if "year" in columns else {"year": np.full(n, year, np.int16), **columns}
        required = REQUIRED.get(table, "year").split()
        missing = [name for name in required if name not in columns]
        if missing:
            raise ValueError(f"table {table} of year {year} lacks the columns {', '.join(missing)}")
        order = [*required, *(name for name in columns if name not in required)]
        wide = table in WIDE_TABLES
        return pa.record_batch([self._column(name, columns[name], wide) for name in order], names=order)

    def _column(self, name: str, values: np.ndarray, wide: bool) -> pa.Array:
        words = self._names.get(name)
        if words is not None:
            return _named(values, words) if values.dtype.kind in "iub" else _words(name, values, words)
        if _COUNT.match(name) and values.dtype.kind == "f":
            values = _whole(name, values)
        return _compact(name, values, wide)


def _named(codes: np.ndarray, words: pa.Array) -> pa.Array:
    """Dictionary array of names by index; 255 (no place) and negative codes are null."""
    missing = (codes == NONE) | (codes < 0)
    indices = pa.array(codes.astype(np.int8), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, words)


def _words(name: str, values: np.ndarray, words: pa.Array) -> pa.Array:
    """Dictionary array of names given as text; the empty text is null, an unknown one an error."""
    text = pa.array(values, pa.string())
    indices = pc.index_in(text, value_set=words)
    unknown = pc.unique(text.filter(pc.and_(indices.is_null(), pc.not_equal(text, "")))).to_pylist()
    if unknown:
        raise ValueError(f"column {name} holds {unknown}; known are {words.to_pylist()}")
    return pa.DictionaryArray.from_arrays(indices.cast(pa.int8()), words)


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    """Counts that were computed as floats, as integers; anything but whole numbers is an error of the model."""
    whole = np.rint(values)
    if not np.array_equal(whole, values):
        raise ValueError(f"column {name} counts real persons or papers and must hold whole numbers")
    return whole.astype(np.int64)


def _narrow(values: np.ndarray, dtype: type[np.integer]) -> pa.Array:
    """Array of a smaller integer type; raises if a value does not fit."""
    narrow = values.astype(dtype, copy=False)
    if narrow is not values and not np.array_equal(narrow, values):
        raise pa.ArrowInvalid(f"{values.min()} to {values.max()} does not fit into {np.dtype(dtype)}")
    return pa.array(narrow)


def _compact(name: str, values: np.ndarray, wide: bool) -> pa.Array:
    """Array in the smallest type that keeps it: years int16, counts int32, measures float32, words as text.

    An int32 that does not hold a count raises; it never wraps around. No institution (negative) is null.
    """
    kind = values.dtype.kind
    if name in ("year", "entry_year"):
        return _narrow(values, np.int16)
    if name == "institution":
        return pa.array(values.astype(np.int32), mask=values < 0 if kind == "i" else None)
    if kind in "iu" and values.dtype.itemsize == 8 and not wide and name != "uid":
        return _narrow(values, np.int32)
    if kind == "f" and not wide:
        return pa.array(values.astype(np.float32, copy=False))
    return pa.array(values, pa.string()) if kind in "OU" else pa.array(values)
