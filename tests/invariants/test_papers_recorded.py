"""What is recorded of papers: by whose readers they are cited, why they were lost, how many countries they have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.acceptance.worlds import banning
from sim.core.randomness import Stream, normal
from sim.phases.impact import luck
from sim.phases.publication import Output
from sim.world import World
from tests import live

POLICIES = ("+scenario=restrictive",)


class Watched(World):
    """World that keeps what a year's research gave."""

    output: Output

    def on_output(self, ctx: Any, output: Output) -> None:
        self.output = output


def live_on(state: dict[str, np.ndarray], until: int, *words: str, baseline: Any = None) -> live.Run:
    """The world of the end of 2017, watched, under other words of configuration."""
    cfg = live.config(*words, "panel.start=2018", "panel.size=1000000")
    return live.Run(Watched.from_state(cfg, state, baseline=baseline)).go(until)


@pytest.fixture(scope="module")
def pair(state_2017: dict[str, np.ndarray]) -> tuple[live.Run, live.Run]:
    """Baseline and a restrictive scenario paired with it, to 2021."""
    baseline = live_on(state_2017, 2021)
    return baseline, live_on(state_2017, 2021, *POLICIES, baseline=baseline.world.macros)


def cited(world: Watched, year: int, name: str) -> dict[int, float]:
    """Citations by uid from the year's papers one by one; `name` of the column with the mean of ln c."""
    found: dict[int, float] = {}
    sigma, key = luck(world.setting), world.setting.key(Stream.QUALITY, year)
    for block, papers in zip(world.columns, world.output.papers):
        for k in np.flatnonzero(papers.n_authors):
            z = normal(key, block.uid[papers.lead[k]], np.uint64(papers.ordinal[k]))
            value = float(np.exp(getattr(papers, name)[k] + sigma * z))
            for row in papers.authors[papers.first[k] :][: papers.n_authors[k]]:
                uid = int(block.uid[row])
                found[uid] = found.get(uid, 0.0) + value
    return found


@pytest.mark.parametrize(("column", "name"), [("citations", "mu"), ("citations_at_baseline", "mu_baseline")])
def test_the_panel_has_citations_from_either_readers(column: str, name: str, pair: tuple[live.Run, live.Run]) -> None:
    world, panel = pair[1].world, pair[1].years[-1].tables["panel"]
    assert isinstance(world, Watched)
    here = ~panel["exited"]
    expected = cited(world, 2021, name)
    of_panel = [expected.get(int(uid), 0.0) for uid in panel["uid"][here]]
    assert np.count_nonzero(of_panel) > 300
    np.testing.assert_allclose(panel[column][here], of_panel, rtol=1e-4, atol=1e-4)


def test_readers_of_the_pair_and_of_the_run_differ_where_a_policy_is_in_force(pair: tuple[live.Run, live.Run]) -> None:
    panel = pair[1].years[-1].tables["panel"]
    differ = ~np.isclose(panel["citations_at_baseline"], panel["citations"], rtol=1e-3)
    assert differ.sum() > 0.3 * (panel["citations"] > 0).sum()


def test_papers_and_slots_are_lost_to_what_refused_them(state_2017: dict[str, np.ndarray]) -> None:
    """Without fear nothing is lost to fear; without rules nothing to rules."""
    cases = live_on(state_2017, 2020, "+scenario=china_initiative").table("place_year")
    ban = live.with_lever(live.config("params.collaboration.fear=0"), "partner_ban", 1.0)
    rules = live.resume(ban, state_2017).go(2018).table("place_year")
    for kind in ("slots_refused_by_fear", "papers_lost_fear"):
        assert cases[kind].sum() > 0.0 and rules[kind].sum() == 0.0, kind
    for kind in ("slots_refused_by_rule", "papers_lost_rule"):
        assert rules[kind].sum() > 0.0 and cases[kind].sum() == 0.0, kind


def test_countries_of_papers_are_those_of_their_authors(pair: tuple[live.Run, live.Run]) -> None:
    """A paper inside a regional rest that crosses a border there has two."""
    world, table = pair[1].world, pair[1].years[-1].tables["world_year"]
    assert isinstance(world, Watched)
    countries, international = 0, 0
    for papers in world.output.papers:
        for k in np.flatnonzero(papers.n_authors):
            places = set(papers.author_place[papers.first[k] :][: papers.n_authors[k]].tolist())
            crosses = bool(papers.flags[k] & 16)
            assert crosses or len(places) == 1
            international += crosses
            countries += max(len(places), 2) if crosses else 0
    assert table["countries_per_international_paper"][0] == pytest.approx(countries / international)
    assert countries > 2.1 * international
    assert table["papers_international"][0] == international * world.setting.scale


def test_a_ban_ends_what_either_leads_with_the_other_and_leaves_them_on_the_papers_of_a_third(
    state_2017: dict[str, np.ndarray],
) -> None:
    """What docs/levers.md says of all rules on joint work."""
    world = Watched.from_state(banning(live.config(), "USA", 2018, partners=("CHN",)), state_2017)
    live.Run(world).go(2018)
    usa, china = (world.setting.data.iso3.index(code) for code in ("USA", "CHN"))
    leads = []
    for papers in world.output.papers:
        for k in np.flatnonzero(papers.n_authors):
            places = papers.author_place[papers.first[k] :][: papers.n_authors[k]]
            if usa in places and china in places:
                leads.append(int(places[0]))
    assert leads and not {usa, china} & set(leads)
