"""Figures: what they are drawn from, what is written, and that labels and maps hold what they promise."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import BoundaryNorm
from plot_frames import Settings, frames_of, use

from sim import load_config, run
from sim.analysis.pairs import estimate
from sim.data.tables import load_world_data
from sim.plots import effects, figures, write_figures
from sim.plots.figures import DRAWINGS
from sim.plots.international import compare_shares, mean_absolute_error
from sim.plots.material import material_of
from sim.plots.net_flows import net_rates
from sim.plots.outcomes import most_affected
from sim.plots.promote_protect import plane_points, price_notes
from sim.plots.stock_change import noise_of, stock_change
from sim.plots.world_map import diverging, fills, within_noise
from sim.plots.writing import NOTES


def names_of(paths: list[Path]) -> set[str]:
    """Stems of the figures written; every one as PNG and SVG, the notes last."""
    assert paths[-1].name == NOTES
    assert {p.stem for p in paths if p.suffix == ".png"} == {p.stem for p in paths if p.suffix == ".svg"}
    return {p.stem for p in paths[:-1]}


def drawn(frames: dict[str, Any], cfg: Settings) -> set[str]:
    """Names of the figures drawn; nothing is written."""
    material = material_of(frames, cfg)
    return {drawing.name for draw in DRAWINGS for drawing in draw(material)}


# ---- what is written


def test_comparison_writes_every_figure(tmp_path: Path) -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))
    paths = write_figures(frames, cfg, tmp_path / "figures")
    assert names_of(paths) == {
        "net_flows", "stock_change", "outcomes_world", "outcomes_places", "international_share",
        "world_over_time", "promote_protect",
    }  # fmt: skip
    for path in paths[:-1]:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
            assert path.stat().st_size > 30_000
        else:
            assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_png_alone_is_written_by_default(tmp_path: Path) -> None:
    cfg = Settings(end=2019)
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted",))
    both = write_figures(frames, cfg, tmp_path / "both")
    alone = write_figures(frames, replace(cfg, figures="on"), tmp_path / "alone")
    assert [path.name for path in alone] == [path.name for path in both if path.suffix != ".svg"]
    assert all(path.read_bytes() == (tmp_path / "both" / path.name).read_bytes() for path in alone)


def test_baseline_alone_writes_levels_and_fit(tmp_path: Path) -> None:
    cfg = Settings(policies={}, replicates=1)
    paths = write_figures(frames_of(cfg, {"baseline": 0.0}), cfg, tmp_path)
    assert names_of(paths) == {"net_flows", "international_share", "world_over_time"}


def test_scenario_without_baseline_shows_levels_only() -> None:
    cfg = Settings(replicates=1)
    assert drawn(frames_of(cfg, {"crackdown": 0.2}), cfg) == {"net_flows", "international_share", "world_over_time"}


def test_several_scenarios_have_a_map_each() -> None:
    cfg = Settings(replicates=2)
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2, "open": -0.1})
    names = drawn(frames, cfg)
    assert {"stock_change_crackdown", "stock_change_open"} <= names


def test_short_history_and_small_world(tmp_path: Path) -> None:
    """A run that ends before the data end, in the teaching world, with a place that is empty."""
    cfg = Settings(world="g20", start=1998, end=2003, policies={}, replicates=1)
    frames = frames_of(cfg, {"baseline": 0.0})
    empty = frames["place_year"]["place"] == "X_AM"
    numbers = frames["place_year"].columns.difference(["scenario", "mode", "draw", "replicate", "year", "place"])
    frames["place_year"].loc[empty, numbers] = 0.0
    assert "net_flows" in names_of(write_figures(frames, cfg, tmp_path))


def test_neutral_scenario_draws() -> None:
    """A scenario that changes nothing has maps and planes of zeros, not an error."""
    cfg = Settings(replicates=2)
    frames = frames_of(cfg, {"baseline": 0.0})
    for name, frame in frames.items():
        other = frame.copy()
        other["scenario"] = "neutral"
        frames[name] = pd.concat([frame.astype({"scenario": object}), other], ignore_index=True)
    assert "promote_protect" in drawn(frames, cfg)


def test_same_frames_same_bytes(tmp_path: Path) -> None:
    cfg = Settings(policies={}, replicates=1, start=2015)
    frames = frames_of(cfg, {"baseline": 0.0})
    first, second = (write_figures(frames, cfg, tmp_path / name) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_no_pyplot() -> None:
    code = "import sys, sim.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- effects


def test_pairs_share_mode_draw_and_replicate() -> None:
    rows = [
        {"scenario": s, "mode": m, "draw": 0, "replicate": r, "x": 100.0 * (r + 1) + (m == "reactive") - 2 * (s == "a")}
        for s in ("baseline", "a")
        for m in ("scripted", "reactive")
        for r in range(3)
    ]
    difference = effects.paired(pd.DataFrame(rows), ["x"], [])
    assert len(difference) == 6
    assert (difference["x"] == -2).all()
    percent = effects.paired(pd.DataFrame(rows), ["x"], [], percent=["x"])
    first = percent[(percent["mode"] == "scripted") & (percent["replicate"] == 0)]
    assert first["x"].item() == pytest.approx(-2.0)


def test_band_is_that_of_the_printed_table() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0])
    frame = pd.DataFrame({"year": 2020, "draw": 0, "x": values})
    row = effects.band(frame, "x", ["year"]).iloc[0]
    expected = estimate(values)
    assert (row["mean"], row["se"], row["lo"], row["hi"]) == pytest.approx(
        (expected.mean, expected.se, expected.lo, expected.hi)
    )
    for few in (1, 2):
        row = effects.band(frame[:few], "x", ["year"]).iloc[0]
        assert row["lo"] == row["hi"] == row["mean"], "too few runs for a band"


def test_net_rates_are_those_of_the_moves() -> None:
    cfg = Settings()
    rates = net_rates(frames_of(cfg, {"baseline": 0.0})["place_year"], (2013, 2017)).set_index("place")
    data = load_world_data()
    seen = (data.moves_in[33:38].astype(float) - data.moves_out[33:38]).mean(axis=0)
    assert rates.loc["USA", "persons"] == pytest.approx(seen[data.iso3.index("USA")], rel=0.1)
    assert rates.loc["USA", "persons"] * rates.loc["USA", "mean"] > 0


def test_places_most_affected_begin_with_issuers() -> None:
    frames = frames_of(Settings(), {"baseline": 0.0, "crackdown": 0.2})
    assert most_affected(frames["place_year"], 2015, 2, ["GBR"]) == ["GBR", "USA"]


def test_a_change_of_few_agents_is_noise_whatever_its_error() -> None:
    """Two replicates that lose the same agent have a standard error of zero."""
    values = pd.DataFrame({"place": ["CYP", "USA"], "mean": [-200.0, -300.0], "se": [0.0, 0.0]})
    assert within_noise(values, values["mean"] / 100).tolist() == [True, False]
    rows = [
        {"scenario": scenario, "mode": "scripted", "draw": 0, "replicate": replicate, "place": place, "year": 2020,
         "n_researchers": stock - lost * (scenario == "crackdown"), "papers_fractional": stock,
         **dict.fromkeys(("new_entrants", "new_moves_in", "new_moves_out", "new_exits"), 0)}
        for scenario in ("baseline", "crackdown")
        for replicate in (0, 1)
        for place, stock, lost in (("CYP", 3000, 200), ("USA", 90_000, 900))
    ]  # fmt: skip
    assert noise_of(stock_change(pd.DataFrame(rows), (2020, 2020)), 100) == {"CYP"}
    frames = frames_of(Settings(), {"baseline": 0.0, "crackdown": 0.2})
    coarse = most_affected(frames["place_year"], 2015, 5, ["GBR"], scale=1e9)
    assert coarse[0] == "GBR" and coarse[1:] != most_affected(frames["place_year"], 2015, 5, ["GBR"])[1:]


def test_the_stock_changes_by_entrants_moves_and_exits() -> None:
    """An identity of accounting, in runs of the model: place by place, replicate by replicate."""
    words = "+scenario=restrictive world=g20 scale=2000 end=2022 replicates=2 threads=1 government.mode=scripted"
    frames = run(load_config(*words.split()))
    change = stock_change(frames["place_year"], (2018, 2022))
    assert np.array_equal(change["stock"], change[["entrants", "moves", "exits"]].sum(axis=1))
    by_place = change.groupby("place")[["stock", "percent"]].mean()
    assert by_place.loc["USA", "stock"] < 0 and by_place.loc["USA", "percent"] < 0


def test_plane_points_and_price() -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))
    own = frames["place_year"][frames["place_year"]["place"] == "USA"]
    world = effects.world_outcomes(frames["world_year"], frames["place_year"])
    points = plane_points(world, effects.place_outcomes(own), (2015, 2022))
    assert [p.mode for p in points] == ["scripted", "reactive"]
    assert points[0].papers.mean < points[1].papers.mean < 0 < points[1].protected.mean < points[0].protected.mean
    assert points[0].papers.lo < points[0].papers.mean < points[0].papers.hi
    assert "crackdown (direct effects)" in price_notes(points)


def test_the_plane_has_a_row_for_each_of_several_issuers_and_never_adds_their_leaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2})
    rows: list[list[str]] = []
    monkeypatch.setattr(figures, "promote_protect", lambda panels, **_: rows.append([name for name, _ in panels]))
    for issuers in (["USA"], ["USA", "GBR"]):
        material = material_of(frames, cfg)
        material.__dict__["issuers"] = issuers
        list(figures._draw_plane(material))
    assert rows == [["World", "United States"], ["United States", "United Kingdom"]]


def test_international_error_is_the_one_of_the_caption() -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0})
    table = compare_shares(frames["place_year"], {"USA": 0.30, "CHN": 0.20, "HKG": float("nan")}, (2017, 2017))
    assert list(table["place"]) == ["CHN", "USA"]
    seen = load_world_data().intl_share[37]
    iso3 = load_world_data().iso3
    error = np.mean([abs(100 * seen[iso3.index(p)] - 100 * v) for p, v in (("USA", 0.30), ("CHN", 0.20))])
    assert mean_absolute_error(table) == pytest.approx(error)


# ---- policy dates


def test_every_line_in_the_caption_is_drawn_and_its_number_stays_in_the_panel() -> None:
    cfg = Settings(end=2019)
    last = SimpleNamespace(
        title="Late", issuer=("USA",), levers={"visa": use("visa_refusal", {"2019-10-01": 0.1, "2019-10-20": 0.2})}
    )
    cfg.policies = {**cfg.policies, "late": last}
    material = material_of(frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}), cfg)
    figures = {drawing.name: drawing.figure for draw in DRAWINGS for drawing in draw(material)}
    numbers = [str(i + 1) for i in range(len(material.events))]
    for name in ("outcomes_world", "outcomes_places"):
        ax = figures[name].axes[0]
        places = {text.get_text(): text.xy[0] for text in ax.texts if text.get_text() in numbers}
        assert list(places) == numbers and len(set(places.values())) == len(numbers), name
        assert max(places.values()) <= ax.get_xlim()[1] == 2020


def test_the_value_of_a_year_stands_in_its_middle() -> None:
    cfg = Settings()
    material = material_of(frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}), cfg)
    figures = {drawing.name: drawing.figure for draw in DRAWINGS for drawing in draw(material)}
    curve = next(line for line in figures["outcomes_world"].axes[0].lines if len(line.get_xdata()) > 2)
    assert set(np.asarray(curve.get_xdata()) % 1) == {0.5}


def test_a_place_without_change_is_hatched_and_panels_say_that_nothing_changes() -> None:
    values = pd.DataFrame({"place": ["USA", "CHN", "DEU"], "mean": [0.0, 5.0, 0.1], "se": [0.0, 1.0, 1.0]})
    noise = set(values["place"][within_noise(values, values["mean"])])
    colors = fills(values, BoundaryNorm([-1, 0, 1], 256, extend="both"), diverging(), noise)
    assert [hatched for _, hatched in colors.values()] == [True, False, True]
    cfg = Settings(replicates=2)
    frames = frames_of(cfg, {"baseline": 0.0})
    for name, frame in frames.items():
        same = frame.astype({"scenario": object}).assign(scenario="neutral")
        frames[name] = pd.concat([frame.astype({"scenario": object}), same], ignore_index=True)
    figures = {drawing.name: drawing.figure for draw in DRAWINGS for drawing in draw(material_of(frames, cfg))}
    assert all("no change" in [text.get_text() for text in ax.texts] for ax in figures["outcomes_world"].axes[:6])
    labels = [label.get_text() for ax in figures["promote_protect"].axes for label in ax.get_yticklabels()]
    assert labels.count("0") == len(figures["promote_protect"].axes)
