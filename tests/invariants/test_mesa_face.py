"""Mesa's view of a live world: agents, types, selection, aggregation, grouping, data collection."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet
from mesa.datacollection import DataCollector

from sim.agents.governments.government import Government
from sim.agents.researcher import Researcher
from sim.world import World
from tests import live


@pytest.fixture
def world(state_2017: dict[str, np.ndarray]) -> World:
    return live.resume(live.config(), state_2017).world


def test_a_world_is_a_mesa_model_with_all_its_agents(world: World) -> None:
    assert isinstance(world, mesa.Model)
    assert set(world.agents_by_type) == set(world.agent_types) == {Researcher, Government}
    researchers, governments = world.agents_by_type[Researcher], world.agents_by_type[Government]
    assert isinstance(researchers, AgentSet)
    assert {"AgentSet", "AbstractAgentSet"} & {kind.__name__ for kind in type(governments).__mro__}  # Mesa 3.3, 3.5
    assert len(governments) == world.setting.data.n_places
    assert len(researchers) == len(world.columns) > 1000
    assert len(world.agents) == len(researchers) + len(governments)
    assert all(isinstance(agent, mesa.Agent) for agent in world.agents)


def test_the_face_follows_the_world(world: World) -> None:
    pool, subset = world.researchers, world.researchers.select(mask=lambda p: p.get("place") == 0)
    person = pool[0]
    number, members = len(pool), len(subset)
    before = set(pool.get("uid").tolist())
    for _ in range(3):
        world.step()
    assert world.year == 2020
    gone = before - set(pool.get("uid").tolist())
    assert gone and len(pool) != number, "live"
    assert len(subset) <= members, "a subset loses those who left and gains nobody"
    assert person.is_active == (person.unique_id not in gone)


def test_agents_and_years_are_shown_in_one_line_with_names_of_places(world: World) -> None:
    person, iso3 = world.researchers[0], world.setting.data.iso3
    where = f"origin {iso3[person.origin]}, place {iso3[person.place]}"
    assert repr(person) == f"<Researcher {person.unique_id}: {person.field_name}, {where}>"
    (year,) = world.run(world.year + 1)
    assert repr(year).startswith(f"<YearResult {world.year}: place_year, ") and len(repr(year)) < 300


def test_select_agg_and_groupby_read_the_columns(world: World) -> None:
    columns, pool = world.columns, world.researchers
    place, talent = columns.gather("place"), columns.gather("talent")
    usa = world.setting.data.iso3.index("USA")
    there = pool.select(mask=place == usa)
    assert len(there) == np.count_nonzero(place == usa)
    assert there.agg("talent", np.mean) == talent[place == usa].mean()
    by_view = pool.select(lambda r: r.place == usa, at_most=7)
    assert by_view.get("uid").tolist() == there.get("uid")[:7].tolist()
    groups = pool.groupby("place")
    assert sum(groups.count().values()) == len(pool)
    np.testing.assert_array_equal(groups.agg("talent", len)[usa], np.count_nonzero(place == usa))
    assert pool.agg("talent", [np.min, np.max]) == [talent.min(), talent.max()]
    assert len(world.agents.select(agent_type=Government)) == world.setting.data.n_places
    assert len(world.agents.select(agent_type=Researcher)) == len(pool)
    kinds = world.agents.groupby(lambda agent: type(agent).__name__).count()
    assert kinds == {"Researcher": len(pool), "Government": world.setting.data.n_places}


def test_a_view_shows_its_row_and_changes_nothing(world: World) -> None:
    person = world.researchers[5]
    block = world.columns.blocks[person.field]
    at = int(np.flatnonzero(block.uid == np.uint64(person.unique_id))[0])
    assert (person.place, person.origin, person.stage) == (block.place[at], block.origin[at], block.stage[at])
    with pytest.raises(AttributeError):
        person.place = 3
    with pytest.raises(TypeError):
        person.remove()
    for refused in (world.agents.shuffle_do, world.researchers.shuffle_do):
        with pytest.raises(TypeError, match="order"):
            refused("anything")


def test_looking_changes_nothing(world: World, state_2017: dict[str, np.ndarray]) -> None:
    world.agents.agg("unique_id", len)
    world.researchers.shuffle().select(lambda r: r.talent > 1, at_most=10).map(lambda r: r.place)
    looked, quiet = live.Run(world).go(2018), live.resume(live.config(), state_2017).go(2018)
    assert not live.differences(looked.state(), quiet.state())


def test_data_collector_records_a_live_world(world: World) -> None:
    collector = DataCollector(
        model_reporters={
            "year": "year",
            "researchers": lambda w: len(w.researchers),
            "foreign": lambda w: float(np.mean(w.researchers.get("place") != w.researchers.get("origin"))),
        },
        agenttype_reporters={Government: {"place": "place"}},
    )
    for _ in range(3):
        collector.collect(world)
        world.step()
    frame = collector.get_model_vars_dataframe()
    assert frame["year"].tolist() == [2017, 2018, 2019]
    assert (frame["researchers"] > 1000).all() and frame["foreign"].between(0.05, 0.5).all()
    assert len(collector.get_agenttype_vars_dataframe(Government)) == 3 * world.setting.data.n_places
