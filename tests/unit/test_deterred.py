"""The line on deterred entrants says what the table of the world says."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from sim.analysis import deterred
from sim.analysis.summary import Period
from sim.record.tables import TABLES
from sim.store.frames import Frames, in_memory

YEARS = Period(2018, 2019)
ONE = dict(zip(deterred.COLUMNS, (520.0, 280.0, 200.0, 270.0, 400.0, 330.0, 1170.0, 225.0, 105.0)))
NOBODY = dict.fromkeys(deterred.COLUMNS, 0.0)
Run = tuple[str, str, dict[str, float]]  # scenario, mode, means of both years


def frames(*runs: Run) -> Frames:
    """Tables of the world of two years, of which the second has twice the first; and a year before with much."""

    def make(name: str) -> pa.Table:
        rows = [
            {"scenario": scenario, "mode": mode, "year": year, **{k: share * v for k, v in amounts.items()}}
            for scenario, mode, amounts in runs
            for year, share in ((2017, 9.0), (2018, 2.0 / 3.0), (2019, 4.0 / 3.0))
        ]
        return pa.Table.from_pylist(rows)

    return in_memory(["world_year"], make)


def lines(*runs: Run) -> Sequence[str]:
    return deterred.lines(frames(*runs), YEARS)


def test_one_line_has_the_yearly_mean_and_the_split_with_both_ends_of_lambda() -> None:
    (line,) = lines(("baseline", "scripted", NOBODY), ("it", "scripted", ONE))
    assert line.startswith(
        "Entrants whom policy turns away from a host: 1,000 (1,000–1,500) a year, of whom 52 % (27–78 %) stay at home, "
        "28 % (15–40 %) go to a similar host, 20 % (7–33 %) go elsewhere. Ranges: by how alike hosts are"
    )
    assert "docs/decisions/like-hosts.md" in line


def test_the_number_has_ends_only_where_they_differ() -> None:
    same = ONE | dict(zip(deterred.COLUMNS[6:], (780.0, 150.0, 70.0)))
    assert "host: 1,000 a year, of whom 52 %" in lines(("it", "scripted", same))[0]


def test_each_mode_has_its_line_direct_effects_first() -> None:
    double = {name: 2.0 * amount for name, amount in ONE.items()}
    found = lines(("it", "reactive", double), ("it", "scripted", ONE))
    assert [line.split(" (")[0] for line in found] == [
        "Entrants whom policy turns away from a host, if governments do not react: 1,000",
        "Entrants whom policy turns away from a host, if governments react: 2,000",
    ]


def test_nothing_is_said_of_a_scenario_that_deters_nobody() -> None:
    rounding = dict.fromkeys(deterred.COLUMNS, 1e-3)
    assert not lines(("it", "scripted", NOBODY), ("baseline", "reactive", ONE))
    assert not lines(("it", "scripted", rounding))


def test_nothing_is_said_where_an_offer_elsewhere_drew_all() -> None:
    drawn = dict(zip(deterred.COLUMNS, (2.0, 520.0, 480.0, 4.0, 270.0, 730.0, 0.0, 610.0, 390.0)))
    assert not lines(("it", "scripted", drawn))
    assert lines(("it", "scripted", drawn | {deterred.COLUMNS[3]: 40.0}))


def test_a_baseline_alone_speaks_of_itself() -> None:
    found = lines(("baseline", "scripted", NOBODY), ("baseline", "reactive", ONE))
    assert len(found) == 1 and "if governments react" in found[0]


def test_columns_are_recorded() -> None:
    assert set(deterred.COLUMNS) <= set(TABLES["world_year"].required)
