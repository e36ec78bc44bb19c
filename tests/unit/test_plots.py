"""Figures: what they are drawn from, what is written, and that labels and maps hold what they promise."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.analysis.pairs import estimate
from sim.data.tables import WORLDS, load_world_data
from sim.plots import captions, effects, gazetteer, geo, write_figures
from sim.plots.figures import DRAWINGS, material_of
from sim.plots.international import compare_shares, mean_absolute_error
from sim.plots.labels import label_points
from sim.plots.net_flows import class_bounds, net_rates
from sim.plots.outcomes import most_affected
from sim.plots.policy_lines import policy_dates
from sim.plots.promote_protect import leak_notes, plane_points

LEAKS = ("leaks_reward", "leaks_deception", "leaks_coercion", "leaks_theft")


def use(lever: str, values: dict[str, float | None]) -> Any:
    """One lever as a policy pulls it."""
    return SimpleNamespace(lever=lever, values={date.fromisoformat(day): v for day, v in values.items()})


CRACKDOWN = SimpleNamespace(
    title="Crackdown",
    issuer=("USA",),
    levers={
        "visa": use("visa_refusal", {"2014-03-01": 0.1, "2016-09-01": 0.2, "2019-01-01": None}),
        "cases": use("investigations", {"2014-03-01": 0.01, "2019-01-01": None}),
    },
)


@dataclass
class Settings:
    """The part of `Config` that figures read."""

    scale: float = 100
    replicates: int = 3
    seed: int = 7
    start: int = 2010
    end: int = 2022
    world: str = "full"
    policies: dict[str, Any] = field(default_factory=lambda: {"crackdown": CRACKDOWN})


def frames_of(cfg: Settings, strengths: dict[str, float], modes: tuple[str, ...] = ("scripted",)) -> dict[str, Any]:
    """Synthetic frames: the data's stocks and moves, a loss of the US (and a gain of Britain) by `strengths`.

    Parameters
    ----------
    strengths : scenario -> share of US papers lost; the baseline must have 0.
    """
    data = load_world_data(cfg.world)
    usa, britain = data.iso3.index("USA"), data.iso3.index("GBR")
    years = np.arange(cfg.start, cfg.end + 1)
    row = np.clip(years - 1980, 0, 37)
    rng = np.random.default_rng(cfg.seed)
    places, worlds = [], []
    for replicate in range(cfg.replicates):
        noise = 1 + 0.01 * rng.standard_normal((len(years), data.n_places))
        for mode in modes:
            for scenario, strength in strengths.items():
                lost = np.zeros_like(noise)
                lost[years >= 2015, usa] = strength * (1.0 if mode == "scripted" else 0.5)
                lost[years >= 2015, britain] = -0.1 * strength
                lost *= 1 + 0.1 * rng.standard_normal(lost.shape)
                stock = data.researchers[row] * noise * (1 - 0.5 * lost)
                papers = 0.4 * stock * (1 - lost)
                table = {
                    "n_researchers": stock,
                    "n_foreign_origin": 0.1 * stock,
                    "new_moves_in": data.moves_in[row] * noise * (1 - lost),
                    "new_moves_out": data.moves_out[row] * noise,
                    "papers_whole": papers,
                    "papers_international": papers * np.nan_to_num(data.intl_share[row], nan=0.3),
                    "top1_whole": 0.01 * papers,
                    "top1_at_baseline_threshold": 0.01 * papers if strength else np.full_like(papers, np.nan),
                    **dict.fromkeys(LEAKS, 0.0001 * stock),
                    "leaks_prevented": 1e-4 * stock * (1 + 5 * np.abs(lost)),
                }
                run = {"scenario": scenario, "mode": mode, "draw": 0, "replicate": replicate}
                index = {"year": np.repeat(years, data.n_places), "place": np.tile(data.iso3, len(years))}
                places.append(pd.DataFrame(run | index | {k: v.ravel() for k, v in table.items()}))
                sums = {k: v.sum(axis=1) for k, v in table.items()}
                worlds.append(pd.DataFrame({
                    **run, "year": years, "n_researchers": sums["n_researchers"], "papers": sums["papers_whole"],
                    "papers_international": sums["papers_international"], "new_moves": sums["new_moves_in"],
                    "leaks": sum(sums[name] for name in LEAKS), "authors_per_paper_mean": 4.0,
                }))  # fmt: skip
    keys = ["scenario", "mode", "place"]
    place_year = pd.concat(places, ignore_index=True)
    return {
        "place_year": place_year.astype(dict.fromkeys(keys, "category")),  # as read from Parquet dictionaries
        "world_year": pd.concat(worlds, ignore_index=True),
    }


def names_of(paths: list[Path]) -> set[str]:
    """Stems of the figures written; every one as PNG and SVG."""
    assert {p.stem for p in paths if p.suffix == ".png"} == {p.stem for p in paths if p.suffix == ".svg"}
    return {p.stem for p in paths}


def drawn(frames: dict[str, Any], cfg: Settings) -> set[str]:
    """Names of the figures drawn; nothing is written."""
    material = material_of(frames, cfg)
    return {name for draw in DRAWINGS for name, _ in draw(material)}


# ---- what is written


def test_comparison_writes_every_figure(tmp_path: Path) -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))
    paths = write_figures(frames, cfg, tmp_path / "figures")
    assert names_of(paths) == {
        "net_flows", "net_flows_change", "outcomes_world", "outcomes_places", "international_share",
        "world_over_time", "promote_protect",
    }  # fmt: skip
    for path in paths:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
            assert path.stat().st_size > 30_000
        else:
            assert ElementTree.parse(path).getroot().tag.endswith("svg")


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
    assert {"net_flows_change_crackdown", "net_flows_change_open"} <= names


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
    single = effects.band(frame[:1], "x", ["year"]).iloc[0]
    assert single["lo"] == single["hi"] == 1.0


def test_net_rates_of_the_change() -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2})
    change = net_rates(frames["place_year"], (2015, 2022), "baseline").set_index("place")
    assert change.loc["USA", "persons"] < -1000
    assert change.loc["GBR", "persons"] > 0
    assert change.loc["CHN", "persons"] == pytest.approx(0, abs=1e-6)
    assert most_affected(frames["place_year"], 2015, 2, ["GBR"]) == ["GBR", "USA"]


def test_plane_points_and_price() -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0, "crackdown": 0.2}, ("scripted", "reactive"))
    points = plane_points(effects.world_outcomes(frames["world_year"], frames["place_year"]), (2015, 2022))
    assert [p.mode for p in points] == ["scripted", "reactive"]
    assert points[0].papers.mean < points[1].papers.mean < 0 < points[1].leaks.mean < points[0].leaks.mean
    assert points[0].papers.lo < points[0].papers.mean < points[0].papers.hi
    assert "crackdown (direct effects)" in leak_notes(points)


def test_international_error_is_the_one_of_the_caption() -> None:
    cfg = Settings()
    frames = frames_of(cfg, {"baseline": 0.0})
    table = compare_shares(frames["place_year"], {"USA": 0.30, "CHN": 0.20, "HKG": float("nan")}, (2017, 2017))
    assert list(table["place"]) == ["CHN", "USA"]
    seen = load_world_data().intl_share[37]
    iso3 = load_world_data().iso3
    error = np.mean([abs(100 * seen[iso3.index(p)] - 100 * v) for p, v in (("USA", 0.30), ("CHN", 0.20))])
    assert mean_absolute_error(table) == pytest.approx(error)


# ---- policy dates and captions


def test_policy_dates() -> None:
    events = policy_dates({"crackdown": CRACKDOWN})
    assert [e.label for e in events] == [
        "2014-03 begins: Crackdown",
        "2016-09 changes: Crackdown",
        "2019-01 ends: Crackdown",
    ]
    assert events[0].when == pytest.approx(2014 + 59 / 365.25)
    assert [e.label for e in policy_dates({"crackdown": CRACKDOWN}, end=2017)] == [e.label for e in events[:2]]


def test_neutral_policy_has_no_line() -> None:
    neutral = SimpleNamespace(title="Nothing", levers={"visa": use("visa_refusal", {"2019-01-01": 0.0})})
    assert policy_dates({"nothing": neutral}) == []


def test_caption_says_what_was_run() -> None:
    text = captions.run_sentence(Settings(), ["baseline", "crackdown"])
    for word in ("crackdown", "100 researchers", "3 replicates", "seed 7", "2010–2022"):
        assert word in text


# ---- map


def test_projection_keeps_areas() -> None:
    """A degree cell's projected area over its area on the globe is the same at all latitudes."""
    ratios = []
    for south in (-50.0, -10.0, 0.0, 35.0, 70.0):
        lon = np.array([20.0, 21.0, 21.0, 20.0])
        lat = np.array([south, south, south + 1, south + 1])
        x, y = geo.equal_earth(lon, lat)
        flat = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
        globe = np.radians(1) * (np.sin(np.radians(south + 1)) - np.sin(np.radians(south)))
        ratios.append(flat / globe)
    assert ratios == pytest.approx([ratios[0]] * 5, rel=1e-3)


@pytest.mark.parametrize("world", WORLDS)
def test_every_place_is_on_the_map(world: str) -> None:
    data = load_world_data(world)
    shapes = geo.country_paths()
    dots = [c for c, rest in zip(data.iso3, data.is_rest) if not rest and c not in shapes]
    assert set(dots) <= {"SGP", "HKG"}
    members = gazetteer.rest_of_country(data.iso3)
    assert not set(members) & set(data.iso3)
    assert set(members.values()) == {c for c, rest in zip(data.iso3, data.is_rest) if rest}
    assert set(shapes) - set(data.iso3) - set(members) == {"ATF"}


def test_regions_agree_with_the_data() -> None:
    data = load_world_data()
    region = gazetteer.region_of_country()
    assert {c: region[c] for c in data.iso3 if c in region} == {
        c: r for c, r in zip(data.iso3, data.region) if c in region
    }


def test_shapes_lie_within_the_outline() -> None:
    x, _ = geo.equal_earth(np.array([geo.CENTRE - 180, geo.CENTRE + 180]), np.zeros(2))
    for path in geo.country_paths().values():
        assert path.vertices[:, 0].min() > x[0] * 1.02
        assert path.vertices[:, 0].max() < x[1] * 1.02
        rings = np.split(path.vertices, np.flatnonzero(path.codes == path.MOVETO)[1:])
        assert max(np.ptp(ring[:, 0]) for ring in rings) < 2.2  # no ring is torn across the map; Russia spans 2


def test_class_bounds() -> None:
    bounds = class_bounds(np.linspace(-9, 9, 100))
    assert list(bounds) == [-10, -5, -2, -1, 1, 2, 5, 10]
    assert (np.diff(class_bounds(np.zeros(5))) > 0).all()


# ---- labels


def test_labels_keep_clear_of_each_other() -> None:
    rng = np.random.default_rng(3)
    figure = Figure(figsize=(7, 6), dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.1, 0.1, 0.85, 0.85))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    x, y = rng.uniform(0.2, 0.8, 40), rng.uniform(0.2, 0.8, 40)
    label_points(ax, x, y, [f"Country {i}" for i in range(40)], markers=2.0)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) == 40
    overlaps = [
        (a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.shrunk(0.9, 0.7).overlaps(b.shrunk(0.9, 0.7))
    ]
    assert not overlaps
