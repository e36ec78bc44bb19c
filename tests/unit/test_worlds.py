"""Worlds by name and by folder: found, named, checked, and the same results from the same tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from sim import World, load_config
from sim.config.key import data_checksums
from sim.config.load import validate
from sim.core.read import ConfigError
from sim.data.tables import load_world_data
from sim.data.worlds import FITTED, TABLES, data_checksum, folder_of, resolve_world, world_words
from sim.running.model import RealModel
from sim.sweep.plan import make_plan
from sim.sweep.spec import spec_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the g20 world, in a folder with a blank."""
    return shutil.copytree(folder_of("g20"), tmp_path_factory.mktemp("worlds") / "my g20")


def test_a_world_is_its_tables() -> None:
    for world in ("full", "g20"):
        assert {path.stem for path in folder_of(world).glob("*.csv")} >= {*TABLES, *FITTED}


def test_a_folder_is_named_by_its_absolute_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert resolve_world("my g20") == resolve_world("./my g20") == str(folder)
    cfg = load_config("world=my g20")
    assert cfg.world == str(folder) and validate(cfg) == cfg
    assert load_config("world='./my g20'") == cfg
    assert (world_words(cfg.world), world_words("g20")) == ("my g20", "g20")


def test_the_same_tables_give_the_same_results(folder: Path) -> None:
    settings = ("scale=20000", "start=2016", "end=2018", "panel.size=0", "threads=1")
    own, shipped = (World(load_config(*settings, f"world={world}")) for world in (folder, "g20"))
    for one, other in zip(own.run(), shipped.run()):
        for name, values in one.tables["place_year"].items():
            np.testing.assert_array_equal(values, other.tables["place_year"][name], err_msg=name)
    assert data_checksum(str(folder)) == data_checksum("g20") and data_checksums(str(folder)) == data_checksums("g20")


def test_a_sweep_of_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    raw = {"settings": {"world": "my g20", "scale": 100_000, "start": 2012, "end": 2019}, "replicates": 1}
    plan = make_plan(spec_of(raw, "sweep.yaml", "x", folder.parent), RealModel())
    assert {family.baseline.world for family in plan.families.values()} == {str(folder)}


def test_what_is_no_world_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no world 'nowhere'; allowed: full, g20, or a folder"):
        load_config("world=nowhere")
    (tmp_path / "places.csv").touch()
    with pytest.raises(ConfigError, match=r"holds no academic_money.csv, .*fitted_places.csv, paths.csv; a world"):
        load_config(f"world={tmp_path}")


def test_tables_that_end_apart_are_refused(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "broken")
    text = (broken / "countries.csv").read_text()
    (broken / "countries.csv").write_text(text[: text.rindex("2017")])
    with pytest.raises(ConfigError, match=r"people\.csv ends in 2017, but countries_per_paper in 2016"):
        load_config(f"world={broken}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("USA,0.13,", "USA,1.3,", "3:share_higher_education: 1.3 is not allowed; allowed: a share from 0 to 1"),
        ("USA,0.13,", "USA,a lot,", "3:share_higher_education: 'a lot' is no number; allowed: a share from 0 to 1"),
        ("USA,0.13,0.099,", "USA,0.6,0.6,", "3:share_government: both shares sum to more than 1; allowed: a sum of"),
        ("USA,", "XYZ,", "3:place: unknown place 'XYZ'; allowed: codes of places.csv"),
        ("CHN,", "USA,", "3:place: USA is there twice; allowed: one row a place"),
        ("share_government", "state", "1:share_government: the column is missing; allowed: place, share_higher"),
    ],
)
def test_a_bad_edit_of_academic_money_is_refused(folder: Path, tmp_path: Path, old: str, new: str, told: str) -> None:
    edited = shutil.copytree(folder, tmp_path / "edited")
    text = (edited / "academic_money.csv").read_text()
    assert old in text
    (edited / "academic_money.csv").write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_config(f"world={edited}")
    assert f"academic_money.csv:{told}" in str(error.value)


def test_academic_money_with_semicolons_is_told_as_such(folder: Path, tmp_path: Path) -> None:
    edited = shutil.copytree(folder, tmp_path / "edited")
    text = (edited / "academic_money.csv").read_text()
    (edited / "academic_money.csv").write_text(text.replace(",", ";"))
    with pytest.raises(ConfigError, match=r"academic_money.csv:1:-: columns are separated by ';'; allowed: CSV with"):
        load_config(f"world={edited}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("CHN,0,1,", "CHN,0,4,", "promote: 4 is not allowed; allowed: 0, 1, 2 or 3"),
        ("CHN,", "Chn,", "iso3: unknown place 'Chn'; did you mean CHN?"),
    ],
)
def test_a_bad_edit_of_rungs_is_refused(folder: Path, tmp_path: Path, old: str, new: str, told: str) -> None:
    edited = shutil.copytree(folder, tmp_path / "edited")
    text = (edited / "rungs_2017.csv").read_text()
    assert old in text
    (edited / "rungs_2017.csv").write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_config(f"world={edited}")
    assert f"rungs_2017.csv:2:{told}" in str(error.value)


def test_an_edit_of_academic_money_changes_what_a_place_has(folder: Path, tmp_path: Path) -> None:
    edited = shutil.copytree(folder, tmp_path / "edited")
    text = (edited / "academic_money.csv").read_text()
    (edited / "academic_money.csv").write_text(text.replace("USA,0.13,0.099,", "USA,0.26,0.198,"))
    settings = ("scale=20000", "start=2016", "end=2017", "panel.size=0", "threads=1")
    one, two = (next(World(load_config(*settings, f"world={world}")).run()) for world in (folder, edited))
    ours, theirs = (year.tables["place_year"]["budget_public_musd"] for year in (one, two))
    assert theirs[1] == pytest.approx(2 * ours[1]) and (np.delete(theirs, 1) == np.delete(ours, 1)).all()


def test_the_first_year_lies_inside_the_data() -> None:
    assert load_world_data("g20").end == 2017
    with pytest.raises(ConfigError, match="start: 2018 is out of range; allowed: 1980 to 2017"):
        load_config("world=g20", "start=2018")
