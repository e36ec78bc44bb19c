"""People are conserved, exactly, by place and origin, every year: from the recorded tables alone."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.axes import NONE
from sim.core.ties import STEPS, tie_mark, tie_row, uid_tag
from tests import live


@pytest.fixture(scope="module", params=["full", "g20"])
def run(request: pytest.FixtureRequest) -> live.Run:
    """A world of its own from the first year, so that the people of the year before are known."""
    run = live.start(live.config("+scenario=restrictive", "start=1985", f"world={request.param}"))
    run.before = stock(run.world)  # type: ignore[attr-defined]
    return run.go()


def stock(world: live.World) -> np.ndarray:
    """Real persons [origin, place]."""
    n, columns = world.setting.data.n_places, world.columns
    cells = np.zeros((n, n))
    np.add.at(cells, (columns.gather("origin"), columns.gather("place")), float(world.cfg.scale))
    return cells


def cells(table: dict[str, np.ndarray], value: str, axes: tuple[str, ...], n: int) -> np.ndarray:
    """Sum of a table's value by two of its columns."""
    out = np.zeros((n, n))
    np.add.at(out, tuple(table[axis].astype(int) for axis in axes), table[value])
    return out


def test_stock_of_every_place_and_origin_balances_exactly(run: live.Run) -> None:
    before = run.before  # type: ignore[attr-defined]
    assert before.sum() > 0
    n = len(before)
    for result in run.years:
        t = result.tables
        after = cells(t["stock_year"], "n_researchers", ("origin", "place"), n)
        expected = before + cells(t["entry_year"], "new_entrants", ("origin", "place"), n)
        expected -= cells(t["exit_year"], "new_exits", ("origin", "place"), n)
        expected += cells(t["flow_year"], "new_moves", ("origin", "place_to"), n)
        expected -= cells(t["flow_year"], "new_moves", ("origin", "place_from"), n)
        np.testing.assert_array_equal(after, expected, err_msg=str(result.year))
        before = after
    np.testing.assert_array_equal(before, stock(run.world))


def test_place_table_agrees_with_the_tables_by_origin(run: live.Run) -> None:
    n = run.world.setting.data.n_places
    for result in run.years:
        t, place = result.tables, result.tables["place_year"]
        stock_ = cells(t["stock_year"], "n_researchers", ("origin", "place"), n)
        entered = cells(t["entry_year"], "new_entrants", ("origin", "place"), n)
        moved = cells(t["flow_year"], "new_moves", ("place_from", "place_to"), n)
        home = t["flow_year"]["origin"] == t["flow_year"]["place_to"]
        returned = {k: v[home] for k, v in t["flow_year"].items()}
        expected = {
            "n_researchers": stock_.sum(axis=0),
            "n_foreign_origin": stock_.sum(axis=0) - stock_.diagonal(),
            "new_entrants": entered.sum(axis=0),
            "new_entrants_foreign": entered.sum(axis=0) - entered.diagonal(),
            "new_exits": cells(t["exit_year"], "new_exits", ("origin", "place"), n).sum(axis=0),
            "new_moves_in": moved.sum(axis=0),
            "new_moves_out": moved.sum(axis=1),
            "new_returns": cells(returned, "new_moves", ("place_from", "place_to"), n).sum(axis=0),
        }
        for name, value in expected.items():
            np.testing.assert_array_equal(place[name], value, err_msg=f"{result.year} {name}")
        assert not moved.diagonal().any(), "nobody moves to where they are"


def test_counts_of_people_are_whole_agents(run: live.Run) -> None:
    place = run.table("place_year")
    for name in ("n_researchers", "new_entrants", "new_exits", "new_moves_in", "new_moves_out"):
        assert not (place[name] % live.SCALE).any(), name


def test_nobody_is_two_people_and_free_rows_are_empty(run: live.Run) -> None:
    uids = run.world.columns.gather("uid")
    assert len(np.unique(uids)) == len(uids) > 1000
    for block in run.world.columns:
        free = np.flatnonzero(block.uid[: block.n_rows] == 0)
        assert (block.place[free] == NONE).all()
        alive = block.alive()
        n = run.world.setting.data.n_places
        assert (block.place[alive] < n).all() and (block.origin[alive] < n).all()
        assert (block.place[alive] != block.prev_place[alive]).all()


def test_ties_are_to_people_in_research_the_most_valued_first(run: live.Run) -> None:
    memory = round(STEPS * run.world.setting.params.collaboration.tie_memory)
    mutual = 0
    for block in run.world.columns:
        ties = block.ties[: block.n_rows]
        assert not ties[block.uid[: block.n_rows] == 0].any(), "a free row remembers nobody"
        assert (ties[:, :-1] >= ties[:, 1:]).all(), "in descending order, gaps last"
        i, t = np.nonzero(ties)
        j = np.array([tie_row(tie) for tie in ties[i, t]], int)
        uid, place = block.uid[j], block.place[j]
        assert (uid != 0).all() and (place != NONE).all(), "nobody remembers one who left"
        marks = np.array([tie_mark(tie, memory) for tie in ties[i, t]], np.int64)
        np.testing.assert_array_equal(marks & (1 << 18) - 1, [uid_tag(u) for u in uid])
        people = np.stack([i, j, marks])
        assert np.unique(people, axis=1).shape == people.shape, "the same person is one tie"
        assert (ties[i, t] & np.uint64(127)).max() == 2025 - 1980
        pairs = set(zip(i.tolist(), j.tolist(), (marks >> 18).tolist()))
        mutual += sum((b, a, match) in pairs for a, b, match in pairs)
    assert mutual > 1000, "they remember each other with the same match"


def test_identity_is_written_in_the_uid(run: live.Run) -> None:
    for f, block in enumerate(run.world.columns):
        uid = block.uid[block.alive()].astype(object)
        assert all(u >> 32 & 0xF == f for u in uid)
        np.testing.assert_array_equal([(u >> 48) - 1 for u in uid], block.origin[block.alive()])
        np.testing.assert_array_equal([(u >> 36 & 0xFFF) + 1900 for u in uid], block.entry_year[block.alive()])


def test_columns_keep_within_their_meaning(run: live.Run) -> None:
    columns, inst = run.world.columns, run.world.setting.institutions
    age = 2025 - columns.gather("entry_year")
    np.testing.assert_array_equal(columns.gather("stage"), np.select([age < 8, age < 20], [0, 1], 2))
    fear, talent, permanent = (columns.gather(name) for name in ("fear", "talent", "permanent"))
    assert ((fear >= 0) & (fear < 1)).all() and (talent > 0).all() and set(np.unique(permanent)) <= {0, 1}
    np.testing.assert_array_equal(inst.place[columns.gather("institution")], columns.gather("place"))
    moved, previous = columns.gather("moved_year"), columns.gather("prev_place")
    np.testing.assert_array_equal(moved > 0, previous != NONE)
