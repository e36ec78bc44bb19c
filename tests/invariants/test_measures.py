"""Recorded tables: shares are shares, whole counts are at least fractional ones, tables agree with one another."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.axes import CONSTITUENCIES, NONE, SIZE_CLASSES, STAGES, WAYS
from sim.data.fields import N_FIELDS
from sim.record.declaration import REASONS
from tests import live

N = 64
Table = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def run(restrictive: live.Run) -> live.Run:
    return restrictive


def by(table: Table, value: str, axis: str, size: int = N) -> np.ndarray:
    return np.bincount(table[axis].astype(int), weights=table[value], minlength=size)


def years(run: live.Run) -> list[tuple[int, dict[str, Table]]]:
    return [(result.year, result.tables) for result in run.years]


def test_shares_lie_between_nought_and_one(run: live.Run) -> None:
    place = run.table("place_year")
    shares = {
        "fear": place["fear_mean"], "fear of targets": place["fear_target_mean"],
        "top cited international": place["share_top_cited_international"],
        "projects international": place["share_projects_international"],
        "trust": run.table("pair_year")["trust"], "friction": run.table("pair_year")["friction"],
    }  # fmt: skip
    for name, values in shares.items():
        known = values[~np.isnan(values)]
        assert len(known), name
        assert ((known >= 0.0) & (known <= 1.0)).all(), name


def test_nothing_is_negative_or_infinite(run: live.Run) -> None:
    for _, tables in years(run):
        for name, table in tables.items():
            for column, values in table.items():
                if values.dtype.kind == "f":
                    known = values[~np.isnan(values)]
                    assert np.isfinite(known).all() and (known >= 0.0).all(), f"{name}.{column}"


NULLABLE = {"impact_mean", "authors_per_paper_mean", "countries_per_international_paper", "fear_mean",
            "share_top_cited_international", "share_projects_international", "fear_target_mean",
            "share_protected"}  # fmt: skip


def test_only_shares_of_nothing_are_null(run: live.Run) -> None:
    place = run.table("place_year")
    for name, values in place.items():
        if name not in NULLABLE:
            assert not np.isnan(values.astype(float)).any(), name
    np.testing.assert_array_equal(np.isnan(place["fear_mean"]), place["n_researchers"] == 0)
    for name in ("impact_mean", "authors_per_paper_mean"):
        np.testing.assert_array_equal(np.isnan(place[name]), place["papers_whole"] == 0)
    international = place["papers_international"] > 0
    countries = place["countries_per_international_paper"]
    np.testing.assert_array_equal(~np.isnan(countries), international)
    assert (countries[international] >= 2.0).all()


def test_whole_counts_are_at_least_fractional_counts(run: live.Run) -> None:
    place = run.table("place_year")
    for kind in ("papers", "top1", "top10"):
        assert (place[f"{kind}_whole"] >= place[f"{kind}_fractional"] - 1e-9).all()
    assert (place["papers_whole"] >= place["papers_international"]).all()
    assert (place["top10_whole"] >= place["top1_whole"]).all()
    assert (place["papers_whole"] >= place["top10_whole"]).all()
    assert (place["applications"] >= place["applications_funded"]).all()
    assert (place["new_cases"] >= place["cases_that_found"]).all()


def test_fractional_counts_sum_to_the_worlds_papers(run: live.Run) -> None:
    for year, tables in years(run):
        place, world = tables["place_year"], tables["world_year"]
        papers = float(world["papers"][0])
        assert place["papers_fractional"].sum() == pytest.approx(papers, rel=1e-9), year
        assert place["top1_fractional"].sum() == pytest.approx(0.01 * papers, rel=5e-3), year
        assert place["top10_fractional"].sum() == pytest.approx(0.10 * papers, rel=5e-3), year
        assert world["n_researchers"][0] == place["n_researchers"].sum()
        assert world["new_moves"][0] == place["new_moves_in"].sum() == place["new_moves_out"].sum()
        assert world["compliance_musd"][0] == pytest.approx(place["compliance_musd"].sum())
        assert 1.0 < world["authors_per_paper_mean"][0] < 10.0
        assert 0.0 < world["papers_international"][0] < papers


def test_fields_sum_to_places(run: live.Run) -> None:
    for _, tables in years(run):
        place, field = tables["place_year"], tables["field_year"]
        assert len(field["place"]) == N * N_FIELDS
        for name in ("papers_whole", "papers_international", "top1_whole"):
            np.testing.assert_allclose(by(field, name, "place"), place[name], rtol=1e-9, err_msg=name)
        ways = sum(place[f"leaks_{way}"] for way in WAYS)
        np.testing.assert_allclose(by(field, "leaks", "place"), ways, rtol=1e-9, atol=1e-12)
        for part in ("papers_basic", "papers_sensitive", "papers_international"):
            assert (field[part] <= field["papers_whole"]).all()
        assert (field["papers_international_sensitive"] <= field["papers_sensitive"]).all()


def test_exposure_by_threat_and_field_fits_what_is_said_of_the_place(run: live.Run) -> None:
    """A project counts once a way towards a place, and towards all threats together at most as often as to each."""
    seen = set()
    for _, tables in years(run):
        place, exposure = tables["place_year"], tables["exposure_year"]
        assert (run.world.setting.threat[exposure["place"], exposure["threat"]] > 0.0).all()
        values = ("exposed", "protected", "leaks", "avoided_by_protection", "avoided_by_lost_work")
        rows = np.stack([exposure[name] for name in values])
        assert (rows >= 0.0).all() and (rows > 0.0).any(axis=0).all()
        assert (exposure["protected"] <= exposure["exposed"]).all()
        for w, way in enumerate(WAYS):
            of_way = {name: np.where(exposure["way"] == w, exposure[name], 0.0) for name in values}
            leaked, exposed = (np.bincount(exposure["place"], of_way[name], N) for name in ("leaks", "exposed"))
            np.testing.assert_allclose(leaked, place[f"leaks_{way}"], rtol=1e-9, atol=1e-12)
            assert (place[f"exposed_{way}"] <= exposed * (1.0 + 1e-9)).all()
            np.testing.assert_array_equal(place[f"exposed_{way}"] > 0.0, exposed > 0.0)
            seen |= {way} if exposed.any() else set()
        stopped = np.bincount(exposure["place"], exposure["avoided_by_protection"], N)
        leaks = sum(place[f"leaks_{way}"] for way in WAYS)
        np.testing.assert_allclose(place["leaks_unprotected"], leaks + stopped, rtol=1e-9)
        np.testing.assert_array_equal(np.isnan(place["share_protected"]), place["leaks_unprotected"] == 0.0)
        known = place["leaks_unprotected"] > 0.0
        np.testing.assert_allclose(
            place["share_protected"][known], stopped[known] / (leaks + stopped)[known], atol=1e-12
        )
    assert seen >= {"deception", "coercion", "theft"}, "few agents have a second affiliation in a threat"


def test_every_kind_of_constituency_adds_up_to_the_place(run: live.Run) -> None:
    for year, tables in years(run):
        place, parts = tables["place_year"], dict(tables["constituency_year"])
        keys = np.stack([parts["place"], parts["member"]])
        assert np.unique(keys, axis=1).shape == keys.shape
        somebody = np.any([parts[name] > 0 for name in ("n_researchers", "papers_fractional", "new_exits")], axis=0)
        assert somebody.all(), "only members with somebody, papers or exits"
        np.testing.assert_array_equal(np.isnan(parts["fear_mean"]), parts["n_researchers"] == 0)
        parts["fear_sum"] = np.nan_to_num(parts["fear_mean"]) * parts["n_researchers"]
        for kind in range(len(CONSTITUENCIES)):
            of_kind = {name: values[parts["kind"] == kind] for name, values in parts.items()}
            for name in ("n_researchers", "new_exits"):
                np.testing.assert_array_equal(by(of_kind, name, "place"), place[name], err_msg=f"{year} {name}")
            written, fear = (by(of_kind, name, "place") for name in ("papers_fractional", "fear_sum"))
            np.testing.assert_allclose(written, place["papers_fractional"], rtol=1e-6, atol=1e-6)
            felt = np.nan_to_num(place["fear_mean"]) * place["n_researchers"]
            np.testing.assert_allclose(fear, felt, rtol=1e-9, atol=1e-9)
    assert felt.sum() > 0.0 and place["new_exits"].sum() > 0


def test_constituencies_agree_with_the_tables_by_origin_stage_and_field(run: live.Run) -> None:
    wholes = {"origin": ("n_researchers", "stock_year", 0), "stage": ("n_researchers", "stock_year", N)}
    wholes["field"] = ("papers_whole", "field_year", N + len(STAGES) + len(SIZE_CLASSES))
    for _, tables in years(run):
        parts = tables["constituency_year"]
        for kind, (name, table, first) in wholes.items():
            ours = parts["kind"] == CONSTITUENCIES.index(kind)
            value = name if table == "stock_year" else "papers_fractional"
            found = np.bincount(parts["member"][ours] - first, parts[value][ours], minlength=N)
            whole = by(tables[table], name, kind)
            if table == "stock_year":
                np.testing.assert_array_equal(found, whole)
            else:
                assert (found <= whole * (1.0 + 1e-6)).all() and (found > 0.5 * whole).any(), "whole counts are more"
        origin = parts["kind"] == CONSTITUENCIES.index("origin")
        left = np.bincount(parts["member"][origin], parts["new_exits"][origin], minlength=N)
        np.testing.assert_array_equal(left, by(tables["exit_year"], "new_exits", "origin"))


def test_joint_papers_are_pairs_of_international_papers(run: live.Run) -> None:
    for _, tables in years(run):
        pairs = tables["copub_year"]
        assert (pairs["place_a"] < pairs["place_b"]).all()
        keys = np.stack([pairs["place_a"], pairs["place_b"], pairs["field"]])
        assert np.unique(keys, axis=1).shape == keys.shape
        joint = by(pairs, "papers_whole", "place_a") + by(pairs, "papers_whole", "place_b")
        place = tables["place_year"]
        # a paper with authors in k places is one international paper of each, and k - 1 pairs of each
        assert (joint >= place["papers_international"] - _rest_only(place)).all()


def _rest_only(place: Table) -> np.ndarray:
    """Papers of a regional rest may be international without a partner elsewhere."""
    from sim.data.tables import load_world_data

    return np.where(load_world_data("full").is_rest, place["papers_international"], 0.0)


def test_citations_given_are_citations_drawn(run: live.Run) -> None:
    world, mean = run.world, run.world.setting.params.impact.citations_mean
    readers = {year: macro.readers for year, macro in world.macros.items()} | {world.year + 1: world.macro.readers}
    for year, tables in years(run):
        cited, place = tables["citation_year"], tables["place_year"]
        drawn = by(cited, "citations", "cited_place")
        # drawn by whole papers, with an error of bins (sim.engines.spectrum)
        assert (place["citations"] >= drawn * (1.0 - 0.05)).all()
        assert (place["citations"] >= place["citations_international"]).all()
        alone = place["papers_international"] == 0
        np.testing.assert_allclose(place["citations"][alone], drawn[alone], rtol=0.05)
        assert (cited["citations_to_top10"] <= cited["citations"]).all()
        # a place gives its weight times what it met, and weighs next year what it should have given over what it met
        given = by(cited, "citations", "citing_place")
        gave = given > 0.0  # who had no papers the year before gives nothing, and says nothing of what it met
        weight = mean * place["papers_fractional"][gave] / given[gave] * readers[year][gave]
        np.testing.assert_allclose(readers[year + 1][gave], weight, rtol=1e-9)
        assert (readers[year][~gave] == 0.0).all() and gave.sum() > 50


def test_refused_slots_and_lost_papers_are_where_rules_and_fear_are(run: live.Run, baseline: live.Run) -> None:
    place, kappa = run.table("place_year"), run.world.setting.params.collaboration.lost_partner
    screens = run.world.timeline.channels(2020).screened.any(axis=(0, 1, 3))  # reviews cost papers, and refuse nobody
    assert screens.any()
    place = {name: values[~screens[place["place"]]] for name, values in place.items()}
    for why in ("rule", "fear"):
        slots, lost = place[f"slots_refused_by_{why}"], place[f"papers_lost_{why}"]
        assert slots.any() and lost.any(), why
        assert (lost <= slots + 1e-9).all() and not (slots % live.SCALE).any()
        assert lost.sum() < kappa * slots.sum() * 1.2, "a slot ends a paper with less than kappa: some are replaced"
    quiet = baseline.table("place_year")
    assert not quiet["papers_lost_rule"].sum() > 0.2 * place["papers_lost_rule"].sum(), "rules are the scenario's"


def test_institutions_sum_to_places(run: live.Run) -> None:
    place_of = run.world.setting.institutions.place
    for _, tables in years(run):
        inst = tables["institution_year"]
        classes = {k: v[inst["institution"] < 0] for k, v in inst.items()}
        assert classes["n_institutions"].sum() == len(place_of)
        np.testing.assert_array_equal(by(classes, "n_institutions", "place"), np.bincount(place_of, minlength=N))
        np.testing.assert_allclose(by(classes, "compliance_musd", "place"), tables["place_year"]["compliance_musd"])
        assert classes["papers_whole"].sum() == tables["world_year"]["papers"][0], "counted at the lead's"
        usa = run.world.setting.data.iso3.index("USA")
        single = {k: v[inst["institution"] >= 0] for k, v in inst.items()}
        assert (single["place"] == usa).all()
        for name in ("papers_whole", "federal_musd", "compliance_musd"):
            assert single[name].sum() == pytest.approx(classes[name][classes["place"] == usa].sum()), name


def test_pairs_hold_the_largest_places_and_those_with_rules(run: live.Run) -> None:
    iso3 = run.world.setting.data.iso3
    usa, chn = sorted((iso3.index("USA"), iso3.index("CHN")))
    pair = run.table("pair_year")
    assert (pair["place_a"] < pair["place_b"]).all()
    ours = (pair["place_a"] == usa) & (pair["place_b"] == chn)
    assert ours.sum() == len(run.years)
    assert pair["friction"][ours][-1] > 0.0 and pair["hostility"][ours][-1] > 0.0


# --- the panel ----------------------------------------------------------------------------------------------
PANEL = 1500


@pytest.fixture(scope="module")
def panel_run(state_2017: dict[str, np.ndarray]) -> live.Run:
    cfg = live.config("+scenario=restrictive", "panel.start=2018", f"panel.size={PANEL}")
    return live.resume(cfg, state_2017).go()


def test_panel_weights_count_the_worlds_researchers(panel_run: live.Run) -> None:
    panel, world = panel_run.table("panel"), panel_run.table("world_year")
    for year, number in zip(world["year"], world["n_researchers"]):
        present = (panel["year"] == year) & ~panel["exited"]
        weight = panel["weight"][present]
        # standard error of a sample by hash with known shares
        error = np.sqrt((weight * (weight - live.SCALE)).sum())
        assert abs(weight.sum() - number) < 4.0 * error + 1e-6


def test_panel_has_the_size_asked_for(panel_run: live.Run) -> None:
    followed = len(np.unique(panel_run.table("panel")["uid"]))
    assert PANEL <= followed <= 1.3 * PANEL, "at least so many people, and not many more"


def test_panel_follows_a_person_once_a_year_until_they_leave(panel_run: live.Run) -> None:
    panel = panel_run.table("panel")
    order = np.lexsort([panel["year"], panel["uid"]])
    uid, year, exited = (panel[name][order] for name in ("uid", "year", "exited"))
    same = uid[1:] == uid[:-1]
    assert (np.diff(year)[same] == 1).all(), "no gap and no double"
    assert not exited[:-1][same].any(), "nobody comes back"
    last = np.append(~same, True)
    assert (exited | (year == 2025) | ~last).all(), "everyone is followed to the end or to their exit"
    assert set(np.unique(panel["exit_reason"][panel["exited"]])) <= set(range(len(REASONS)))
    assert (panel["exit_reason"][~panel["exited"]] == NONE).all()


def test_panel_moves_agree_with_places(panel_run: live.Run) -> None:
    panel = panel_run.table("panel")
    moved = panel["moved_to"] != 255
    assert moved.any()
    np.testing.assert_array_equal(panel["moved_to"][moved], panel["place"][moved])
    order = np.lexsort([panel["year"], panel["uid"]])
    uid, place, exited, to = (panel[name][order] for name in ("uid", "place", "exited", "moved_to"))
    pair = (uid[1:] == uid[:-1]) & ~exited[1:]
    changed = (place[1:] != place[:-1]) & pair
    np.testing.assert_array_equal(to[1:][pair] != 255, changed[pair])


def test_nobody_publishes_in_the_year_of_leaving(panel_run: live.Run) -> None:
    panel = panel_run.table("panel")
    for name in ("papers", "papers_international", "papers_basic", "citations", "top1", "papers_with_CHN"):
        assert not panel[name][panel["exited"]].any(), name
    assert panel["papers"][~panel["exited"]].any()


def test_without_a_pair_citations_at_the_baseline_are_the_runs_own(panel_run: live.Run) -> None:
    panel = panel_run.table("panel")
    assert panel["citations"].any()
    np.testing.assert_allclose(panel["citations_at_baseline"], panel["citations"], rtol=1e-4)


def test_panel_counts_of_papers_are_parts_of_papers(panel_run: live.Run) -> None:
    panel = panel_run.table("panel")
    for name in ("papers_international", "papers_basic", "papers_with_CHN", "papers_with_USA"):
        assert (panel[name] <= panel["papers"]).all(), name
    for name in ("citations_with_CHN", "citations_with_USA"):
        assert (panel[name] <= panel["citations"] * (1 + 1e-4) + 1e-4).all(), name
    reliance = [panel[f"frontier_reliance_top{k}"] for k in (1, 3)]
    known = ~np.isnan(reliance[0])
    assert (reliance[0][known] <= reliance[1][known]).all() and (reliance[1][known] <= 1.0).all()
