"""The columnar set behaves as Mesa's AgentSet where it says so, and refuses the rest clearly."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from mesa.agent import AgentSet

from sim.agents.institution import InstitutionSet
from sim.agents.pool import ResearcherPool
from sim.agents.researcher import RetiredError
from sim.core.columns import Columns

PLACES = [3, 1, 3, 2, 1, 3]


@pytest.fixture
def columns() -> Columns:
    """Six researchers in two fields."""
    store = Columns()
    for field, members in ((0, range(4)), (2, range(4, 6))):
        block = store.blocks[field]
        rows = block.allocate(len(members))
        block.clear(rows)
        for row, k in zip(rows, members):
            block.uid[row], block.place[row], block.talent[row] = 100 + k, PLACES[k], 1.0 + k
    return store


@pytest.fixture
def pool(columns: Columns) -> ResearcherPool:
    return ResearcherPool(columns)


def uids(pool: ResearcherPool) -> list[int]:
    return pool.get("uid").tolist()


def test_every_public_method_of_mesas_set_exists() -> None:
    public = [name for name, _ in inspect.getmembers(AgentSet, inspect.isfunction) if not name.startswith("_")]
    assert len(public) > 10
    missing = [name for name in public if not hasattr(ResearcherPool, name)]
    assert set(missing) <= {"isdisjoint"}, missing


def test_at_most_counts_or_shares_as_mesa_does(pool: ResearcherPool) -> None:
    assert uids(pool.select(at_most=2)) == [100, 101]
    assert uids(pool.select(at_most=0.5)) == [100, 101, 102]
    assert uids(pool.select(at_most=1.0)) == uids(pool)
    assert uids(pool.select(lambda r: r.place == 3, at_most=2)) == [100, 102]
    assert len(pool.select(agent_type=dict)) == 0


def test_sort_is_stable_both_ways(pool: ResearcherPool) -> None:
    """As sorted() and sorted(reverse=True), which Mesa uses."""
    view = [(r.unique_id, r.place) for r in pool]
    for ascending in (True, False):
        wanted = [u for u, _ in sorted(view, key=lambda v: v[1], reverse=not ascending)]
        assert uids(pool.sort("place", ascending)) == wanted
        assert uids(pool.sort(lambda r: r.place, ascending)) == wanted


def test_a_subset_forgets_whoever_left_even_if_the_row_is_reused(columns: Columns, pool: ResearcherPool) -> None:
    three, person = pool.select(mask=lambda p: p.get("place") == 3), pool[0]
    block = columns.blocks[0]
    block.retire(np.array([0]))
    assert uids(three) == [102, 105] and person not in three
    block.uid[block.allocate(1)[0]], block.place[0] = 999, 3
    assert uids(three) == [102, 105] and 999 in uids(pool)
    assert not person.is_active
    with pytest.raises(RetiredError):
        _ = person.place


def test_set_algebra_and_slices(pool: ResearcherPool) -> None:
    first, last = pool[:4], pool[2:]
    assert uids(first & last) == [102, 103] and uids(first - last) == [100, 101]
    assert sorted(uids(first | last)) == uids(pool)
    assert pool[-1] in last and pool[-1] not in first
    with pytest.raises(IndexError):
        pool[6]


def test_get_of_several_names_and_of_unknown_ones(pool: ResearcherPool) -> None:
    assert pool.get(["unique_id", "field"])[4] == [104, 2]
    with pytest.raises(AttributeError, match="has no attribute 'wealth'"):
        pool.get("wealth")
    assert pool.get("wealth", "default", -1).tolist() == [-1] * 6


def test_groups_hold_sets_or_lists(pool: ResearcherPool) -> None:
    groups = pool.groupby("place")
    assert groups.count() == {1: 2, 2: 1, 3: 3} and groups.agg("talent", max) == {1: 5.0, 2: 4.0, 3: 6.0}
    assert pool.groupby(lambda r: r.place, "list").count() == groups.count()


@pytest.mark.parametrize("name", ["shuffle_do", "set", "add", "discard", "remove", "pop", "clear"])
def test_what_would_change_columns_is_refused(pool: ResearcherPool, name: str) -> None:
    arguments = {"set": ("talent", 1.0), "pop": (), "clear": ()}.get(name, ("x",))
    with pytest.raises(TypeError, match=f"{name} is not possible"):
        getattr(pool, name)(*arguments)
    assert len(pool) == 6


def test_institutions_are_read_the_same_way() -> None:
    data = {
        "place": np.array([0, 0, 1]),
        "name": np.array(["a", "b", "c"]),
        "federal_musd": np.array([10.0, 300.0, 60.0]),
        "weight": np.array([0.2, 0.8, 1.0]),
        "size_class": np.array([0, 3, 2]),
    }
    all_of_them = InstitutionSet(data)
    large = all_of_them.select(mask=lambda s: s.get("federal_musd") > 50)
    assert large.get("name").tolist() == ["b", "c"] and large[0].place == 0 and large[0] in all_of_them
    assert all_of_them.groupby("place").agg("weight", np.sum) == {0: 1.0, 1: 1.0}
    with pytest.raises(AttributeError):
        large[0].name = "x"


def test_values_cannot_be_written_as_no_member_would_change(pool: ResearcherPool) -> None:
    institutions = InstitutionSet({"place": np.array([0, 1])})
    for values in (
        pool.get("fear"),
        pool.take(np.array([1, 2])).get("fear"),
        pool.get("field"),
        institutions.get("place"),
    ):
        with pytest.raises(ValueError, match="read-only"):
            values[:] = 0
    assert pool.get("fear").tolist() == [0] * 6
