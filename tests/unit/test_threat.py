"""Tables of threats: the formula, its alternatives, edits good and bad, and what a run's key says of them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import World, load_config
from sim.cli.main import main
from sim.config.key import run_key
from sim.config.load import validate
from sim.core.axes import WAYS
from sim.core.read import ConfigError
from sim.data.check import Problems
from sim.data.layout import RELATIONS
from sim.data.tables import load_world_data
from sim.data.threat import CHOICES, of_concern, read_threats, threat_file, threat_matrix
from sim.plots.captions import run_sentence
from sim.policy.unfounded import unfounded
from sim.running.model import RealModel
from sim.sweep.plan import make_plan
from sim.sweep.spec import spec_of
from tests import live

FULL, G20 = load_world_data("full"), load_world_data("g20")
AT = {code: i for i, code in enumerate(FULL.iso3)}
Rows = list[dict[str, str]]
SMALL = ("world=g20", "scale=100000", "start=2012", "end=2019", "threads=1", "panel.size=0")


def rows_of(choice: str, world: str = "full") -> Rows:
    with threat_file(choice, world).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def written(path: Path, rows: Rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the g20 table."""
    path = tmp_path / "mine.csv"
    path.write_bytes(threat_file("rivalry", "g20").read_bytes())
    return path


# --- what is in the tables -----------------------------------------------------------------------------------
def test_values_follow_from_relation_distance_and_capability() -> None:
    weight = dict(zip(RELATIONS, (1.0, 0.5, 0.25)))
    for choice in ("rivalry", "rivals"):
        rows = rows_of(choice)
        near = np.array([0.75 + 0.5 / (1 + float(row["distance_km"]) / 3000) for row in rows])
        capability = np.array([float(row["capability"]) for row in rows])
        raw = np.array([weight[row["relation"]] for row in rows]) * near * np.sqrt(capability)
        assert [float(row["value"]) for row in rows] == pytest.approx(raw / raw.max(), abs=0.004)  # four digits


def test_the_numbers_that_the_formula_gave_when_it_was_chosen() -> None:
    threat = threat_matrix("rivalry", FULL)
    for a, b, value in (
        ("USA", "CHN", 0.64), ("USA", "RUS", 0.29), ("JPN", "CHN", 0.78), ("IND", "PAK", 0.11), ("POL", "RUS", 0.18),
        ("GBR", "ARG", 0.10), ("CHN", "USA", 0.96), ("RUS", "USA", 1.0), ("SWE", "CHN", 0.17), ("PAK", "IND", 0.40),
    ):  # fmt: skip
        assert threat[AT[a], AT[b]] == pytest.approx(value, abs=0.005), (a, b)
    sizes = np.bincount(of_concern(threat, 0.1)[~FULL.is_rest].sum(axis=1))
    assert sizes.tolist() == [11, 10, 32, 3, 2, 2]
    none = {FULL.iso3[a] for a in np.flatnonzero(~threat.any(axis=1) & ~FULL.is_rest)}
    assert none == set("CHE IDN ZAF NZL NGA SRB VNM BGD".split())


def test_own_rivals_alone_are_the_own_rivals_of_the_default() -> None:
    own = [row for row in rows_of("rivalry") if row["relation"] == RELATIONS[0]]
    assert rows_of("rivals") == own and not any(row["through"] for row in own)
    assert all(row["rivalry"] and row["source"] for row in rows_of("rivalry"))


def test_rivals_of_patrons_come_through_them_and_are_no_allies() -> None:
    own = {(row["place"], row["threat"]) for row in rows_of("rivalry") if row["relation"] == RELATIONS[0]}
    for row in rows_of("rivalry"):
        patrons = row["through"].split()
        assert len(patrons) == RELATIONS.index(row["relation"])
        if patrons:
            assert (patrons[-1], row["threat"]) in own
            rivals = {b for a, b in own if a == row["place"]}
            assert not any((rival, row["threat"]) in own for rival in rivals), "a rival of an own rival"
        assert FULL.alliance[AT[row["place"]], AT[row["threat"]]] < 0.5


def test_votes_is_the_first_editions_product_and_goes_both_ways() -> None:
    threat = threat_matrix("votes", FULL)
    np.testing.assert_array_equal(threat, threat.T)
    assert threat[AT["USA"], AT["CHN"]] == 1.0 and threat[AT["USA"], AT["GBR"]] == 0.0
    assert threat[threat > 0.0].min() >= 0.05
    assert threat[AT["JPN"], AT["IRN"]] > threat[AT["JPN"], AT["CHN"]] > 0.0
    assert threat[AT["USA"], AT["UKR"]] > 0.1


@pytest.mark.parametrize("choice", CHOICES)
def test_g20_is_the_cut_of_the_full_table_and_rests_have_no_rows(choice: str) -> None:
    kept = [row for row in rows_of(choice) if {row["place"], row["threat"]} <= set(G20.iso3)]
    assert rows_of(choice, "g20") == kept
    for data in (FULL, G20):
        threat = threat_matrix(choice, data)
        assert not threat[data.is_rest].any() and not threat[:, data.is_rest].any() and not threat.diagonal().any()


# --- tables of one's own -------------------------------------------------------------------------------------
def test_a_copy_is_the_same_run_and_a_changed_row_another_one(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mine.parent)
    cfg = load_config(*SMALL, "threat=mine.csv")
    assert cfg.threat == str(mine) and validate(cfg) == cfg
    keys = {choice: run_key(load_config(*SMALL, f"threat={choice}"), 0) for choice in CHOICES}
    assert len(set(keys.values())) == 3 and run_key(cfg, 0) == keys["rivalry"]
    mine.write_text(mine.read_text().replace("0.9603", "0.5"))
    assert run_key(cfg, 0) not in keys.values()
    assert run_key(cfg, 0, end=2016) != run_key(load_config(*SMALL), 0, end=2016), "the history too"
    data = load_world_data("g20")
    assert threat_matrix(cfg.threat, data)[0, data.iso3.index("USA")] == 0.5, "a table that is edited is read anew"


def test_a_world_and_its_governments_read_the_table_that_is_named(mine: Path) -> None:
    rows = [row | {"value": "0.15"} for row in rows_of("rivalry", "g20") if row["place"] == "USA"]
    world = World(load_config(*SMALL, f"threat={written(mine, rows)}"))
    usa = world.setting.data.iso3.index("USA")
    assert (
        set(np.unique(world.setting.threat[usa])) == {0.0, 0.15} and not np.delete(world.setting.threat, usa, 0).any()
    )
    codes = world.setting.data.iso3
    lists = {g.place: {codes[b] for b in g.rivals} for g in world.council.governments if g.rivals}
    assert lists == {usa: {"CHN", "RUS"}}


def test_an_empty_table_stops_every_leak(mine: Path, state_2017: dict[str, np.ndarray]) -> None:
    mine.write_text(mine.read_text().splitlines()[0] + "\n")
    none = live.resume(live.config(f"threat={mine}", "end=2019"), state_2017).go()
    some = live.resume(live.config("end=2019"), state_2017).go()
    nothing, something = (sum(run.table("place_year")[f"leaks_{way}"].sum() for way in WAYS) for run in (none, some))
    assert nothing == 0.0 < something


@pytest.mark.parametrize("choice", CHOICES)
def test_people_and_papers_of_the_baseline_are_the_same_under_every_table(
    choice: str, state_2017: dict[str, np.ndarray]
) -> None:
    ours, default = (
        live.resume(live.config(*words, "end=2019"), state_2017).go() for words in ((f"threat={choice}",), ())
    )
    for column in ("n_researchers", "new_moves", "papers"):
        np.testing.assert_array_equal(ours.table("world_year")[column], default.table("world_year")[column])


def test_manifest_and_captions_name_the_table(mine: Path) -> None:
    cfg = load_config(*SMALL, f"threat={mine}")
    found = RealModel().data_checksums(cfg)
    assert found["threat"] == RealModel().data_checksums(replace(cfg, threat="rivalry"))["threat"]
    assert found["threat"] != RealModel().data_checksums(replace(cfg, threat="votes"))["threat"]
    assert json.dumps(found)
    titles = [run_sentence(replace(cfg, threat=threat), ["x"]) for threat in (str(mine), "votes", "rivalry")]
    assert ", threat mine.csv." in titles[0] and ", threat votes." in titles[1] and "threat" not in titles[2]


def test_a_sweep_has_an_axis_of_tables(mine: Path) -> None:
    raw = {"settings": {"world": "g20", "scale": 100_000, "start": 2012, "end": 2019}, "replicates": 1,
           "grid": {"threat": ["rivalry", "votes", str(mine)]}}  # fmt: skip
    plan = make_plan(spec_of(raw, "sweep.yaml", "x", mine.parent), RealModel())
    assert {family.baseline.threat for family in plan.families.values()} <= {"rivalry", "votes", str(mine)}
    assert len({family.baseline.threat for family in plan.families.values()} | {str(mine)}) == 3


def test_choices_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "threats"]) == 0
    said = capsys.readouterr().out
    assert all(f"{choice}  " in said for choice in CHOICES)


# --- bad edits -----------------------------------------------------------------------------------------------
def told(path: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_config("world=g20", f"threat={path}")
    return error.value.messages


def test_what_is_no_table_is_told_with_what_was_meant() -> None:
    allowed = "allowed: rivalry, votes, rivals, or a CSV file in the layout of threat_rivalry.csv (docs/threat.md)"
    assert told("rivarly") == [f"command line: threat: no threat table 'rivarly'; did you mean rivalry? {allowed}"]
    assert told("nowhere.csv") == [f"command line: threat: no threat table 'nowhere.csv'; {allowed}"]
    with pytest.raises(
        ConfigError, match=r"params\.security\.threat_floor: unknown key; gone, threats are a table now"
    ):
        load_config("params.security.threat_floor=0.1")
    with pytest.raises(ConfigError, match=r"params\.government\.concern: .*now params\.security\.concern"):
        load_config("params.government.concern=0.3")


CODES = "allowed: codes of places.csv (`talent-circulation list places`)"
SHARE, COLUMNS = "allowed: a share from 0 to 1", ", ".join(rows_of("rivalry")[0])
CELLS = {  # row of the file, column and what is written there -> what is told
    (2, "threat", "PRK"): f"unknown place 'PRK'; {CODES}",
    (3, "place", "X"): f"unknown place 'X'; {CODES}",
    (3, "place", "Chna"): f"unknown place 'Chna'; did you mean CHN? {CODES}",
    (3, "place", "chn"): f"unknown place 'chn'; did you mean CHN? {CODES}",
    (2, "value", "0,96"): f"'0,96' is no number; write 0.96, with a point; {SHARE}",
    (2, "value", "1.2"): f"1.2 is not allowed; {SHARE}",
    (3, "value", "-1"): f"-1 is not allowed; {SHARE}",
    (2, "value", "high"): f"'high' is no number; {SHARE}",
    (2, "value", "nan"): f"is a gap; {SHARE}",
    (2, "threat", "CHN"): "CHN with itself; allowed: two places",
    (2, "relation", "foe"): f"'foe' is not allowed; allowed: {', '.join(RELATIONS)}, own assessment",
    (2, "source", ""): "is empty; allowed: a text",
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_bad_cell_is_refused_with_file_row_column_and_what_is_allowed(cell: tuple[int, str, str], mine: Path) -> None:
    line, column, value = cell
    rows = rows_of("rivalry", "g20")
    rows[line - 2][column] = value
    assert told(str(written(mine, rows))) == [f"command line: threat: mine.csv:{line}:{column}: {CELLS[cell]}"]


def test_bad_rows_and_columns_are_refused(mine: Path) -> None:
    rows = rows_of("rivalry", "g20")
    where = "command line: threat: mine.csv:"
    assert told(str(written(mine, [*rows[:2], rows[0]]))) == [f"{where}4:threat: CHN USA was in line 2 already"]
    without = [{name: cell for name, cell in row.items() if name != "value"} for row in rows]
    assert told(str(written(mine, without))) == [f"{where}1:value: the column is missing; allowed: {COLUMNS}"]
    more = [row | {"mood": "1"} for row in rows]
    assert told(str(written(mine, more))) == [f"{where}1:mood: unknown column; allowed: {COLUMNS}"]


def test_all_bad_edits_are_told_at_once(mine: Path) -> None:
    rows = rows_of("rivalry", "g20")
    rows[0]["value"], rows[1]["relation"] = "7", "foe"
    assert len(told(str(written(mine, rows)))) == 2


@pytest.mark.parametrize("gap", ["", "nan"])
@pytest.mark.parametrize("relation", ["", "own assessment", RELATIONS[0]])
def test_what_the_reader_may_leave_empty_may_be_empty(gap: str, relation: str, mine: Path) -> None:
    rows = [
        row | {"through": "", "rivalry": "", "capability": gap, "distance_km": gap, "relation": relation}
        for row in rows_of("votes", "g20")
    ]
    problems = Problems()
    assert read_threats(str(written(mine, rows)), G20, problems) is not None and not problems.found


def test_a_table_without_threats_to_the_united_states_leaves_what_others_leak(mine: Path) -> None:
    """Weights of the ways rest on the usual threats to the United States, whatever table a run has."""
    rows = [row for row in csv.DictReader(mine.open(newline="", encoding="utf-8")) if row["place"] != "USA"]
    usual, other = World(load_config(*SMALL)), World(load_config(*SMALL, f"threat={written(mine, rows)}"))
    assert other.setting.way_weights.all()
    np.testing.assert_array_equal(other.setting.way_weights, usual.setting.way_weights)
    assert not other.setting.threat[G20.iso3.index("USA")].any() and other.setting.threat[G20.iso3.index("JPN")].any()


def test_a_file_with_semicolons_is_told_once(mine: Path) -> None:
    mine.write_text(mine.read_text().replace(",", ";"))
    (message,) = told(str(mine))
    assert message == "command line: threat: mine.csv:1:-: columns are separated by ';'; " \
        "allowed: CSV with commas, and points in numbers"  # fmt: skip


# --- policies against places that are no threat ---------------------------------------------------------------
def notes(*words: str, threat: str = "rivalry") -> list[str]:
    cfg = load_config("+scenario=nspm33", *words)
    return unfounded(cfg.policies, FULL, threat_matrix(threat, FULL))


def test_bans_of_places_that_are_no_threat_are_told_and_others_are_not(mine: Path) -> None:
    lever = "{lever: partner_ban, values: {2020-01-01: 1}, source: x%s}"
    ban = f"+policies.ban={{title: Ban, issuer: [%s], levers: {{a: {lever}}}}}"
    china = ", scope: {partners: [CHN]}"
    assert notes(ban % ("USA", china)) == [] and notes(ban % ("USA", "")) == []
    assert notes(ban % ("CHE", china)) == [
        "Switzerland screens, restricts or bans China, no threat to it by the table of threats; "
        "that is done all the same."
    ]
    assert notes(ban % ("CHE", ""))[0].startswith("Switzerland screens, restricts or bans all other places")
    mine.write_text(mine.read_text().splitlines()[0] + "\n")
    (empty,) = notes(threat=str(mine))
    assert empty.startswith("The table of threats has no threat: reactive governments neither screen nor restrict")
