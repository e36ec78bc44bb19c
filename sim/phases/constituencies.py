"""Phase 9: researchers, papers and fear by constituency; who leaves is counted in careers, before they are gone."""

from __future__ import annotations

from sim.core.columns import Columns
from sim.engines.constituencies import Constituencies, count_standing
from sim.phases.setting import Setting


def count(setting: Setting, columns: Columns) -> Constituencies:
    """Count everyone at the end of the year, after papers were credited."""

    def work(f: int) -> Constituencies:
        rows, counts = columns.blocks[f].rows, Constituencies.none(setting.data.n_places)
        count_standing(rows.people, rows.output, f, setting.institutions.size_class, counts)
        return counts

    found = setting.each_field(work, columns.n_rows)
    return Constituencies(*(sum(parts[1:], parts[0]) for parts in zip(*found)))
