"""The experiment of the front, small: the sweep it begins with, the search, killed and started again, the figures."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.common.numbers import read_numbers
from experiments.frontier import figures, page, search
from experiments.frontier.outcomes import FILE, HERE
from sim.analysis import load
from sim.analysis.frontier import behind, front, hypervolume
from sim.cli.main import main
from sim.sweep.spec import read_spec

Output = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
COMPUTED = re.compile(r"(\d+) runs now|runs, (\d+) of them now")


def computed(said: str) -> list[int]:
    """Runs that each step of a search computed."""
    return [int(a or b) for a, b in COMPUTED.findall(said)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of a small search that was killed in its first generation after the start, and then ended."""
    folder = tmp_path_factory.mktemp("frontier") / "store"
    words = [sys.executable, "-m", "experiments.frontier.search", "--small", "--store", str(folder)]
    killed = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert killed.stderr is not None
    assert "generation 0: 8 points" in killed.stderr.readline()
    time.sleep(0.3)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert len(list(folder.glob("parts/*"))) > 0
    return folder


def test_a_killed_search_goes_on_and_computes_nothing_twice(store: Path, capsys: Output) -> None:
    assert search.main(["--small", "--store", str(store)]) == 0
    first = capsys.readouterr()
    steps = computed(first.err)
    assert steps[0] == 0 and len(steps) == 4, "the start was kept; one generation, its front again, named scenarios"
    assert first.out.splitlines()[-1] == str(store)
    frames = load(store)
    assert len(frames["draws"]) == 12 and set(frames["runs"]["status"]) == {"done"}
    rows = sum(len(pd.read_parquet(path, columns=["run"])) for path in store.glob("parts/*/runs.parquet"))
    assert rows == frames["runs"]["run"].nunique() == 2 + 12 * 2, "each run stands once in the store"
    assert search.main(["--small", "--store", str(store)]) == 0
    assert computed(capsys.readouterr().err) == [0, 0, 0, 0]


def test_figures_are_drawn_from_the_store(store: Path, capsys: Output) -> None:
    before = (HERE / "README.md").read_bytes()
    assert figures.main(["--small", "--store", str(store)]) == 0
    drawn = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [p.name for p in drawn if p.suffix == ".png"] == ["front.png", "policies.png"]
    assert all(p.parent == store / "figures" and p.stat().st_size > 10_000 for p in drawn)
    assert (HERE / "README.md").read_bytes() == before
    numbers = read_numbers(store)
    points = numbers[(numbers["group"] == "front") & (numbers["outcome"] == "stopped")]
    assert len(points) == len(load(store / search.AGAIN)["draws"])
    assert set(numbers.loc[numbers["group"] == "named", "name"]) == {"Restrictive", "NSPM-33"}


def test_the_sweep_of_the_start_runs_from_the_command_line(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    assert main(["sweep", str(FILE), "--small", f"outdir={tmp_path}"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "frontier" / "small")
    start = load(tmp_path / "frontier" / "small")["runs"]
    assert set(start["status"]) == {"done"}
    searched = load(store)["runs"]
    assert set(start["run"]) <= set(searched["run"]), "the search begins with the same runs"


def test_the_full_search_begins_with_the_sample_of_the_sweep() -> None:
    spec = read_spec(FILE)
    assert spec.sample is not None
    drawn = search.block(spec.sample.unit(), spec.sample)
    assert np.array_equal(np.array(drawn.labels), spec.sample.matrix())
    assert set(page.LEVERS) == set(spec.sample.names)
    elements = {key: value for key, value in drawn.values[0].items() if "threshold" in key}
    assert len(elements) == 5 and len(set(elements.values())) == 1


def test_front_of_a_known_case() -> None:
    gains = np.array([[0.0, 3.0], [2.0, 2.0], [1.0, 2.0], [3.0, 0.0], [2.0, 1.9], [-1.0, 3.0]])
    assert front(gains).tolist() == [3, 1, 0], "by rising last objective; ties in one objective are dominated"
    assert sorted(front(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]])).tolist()) == [0, 1]
    assert front(np.empty((0, 2))).tolist() == []
    assert hypervolume(gains, np.array([0.0, 0.0])) == pytest.approx(2 * 2), "steps through (2, 2); axes hold no area"


def test_how_far_a_point_is_behind_a_front() -> None:
    points = np.array([[[3.0, 0.0], [3.2, 0.0]], [[2.0, 2.0], [2.2, 2.0]], [[0.0, 3.0], [0.0, 3.0]]])
    point = np.array([[1.0, 1.0], [1.4, 1.0]])
    papers, leaks = behind(point, points, 0), behind(point, points, 1)
    assert papers.rival == 1 and papers.gap.mean == pytest.approx(0.9) and papers.gap.se == pytest.approx(0.1)
    assert leaks.rival == 1 and leaks.gap.mean == pytest.approx(1.0)
    beyond = behind(np.array([[0.0, 4.0], [0.0, 4.0]]), points, 0)
    assert beyond.rival == -1 and np.isnan(beyond.gap.mean), "nothing on the front prevents so much"


def test_the_page_has_the_numbers_of_its_file() -> None:
    numbers = read_numbers(HERE)
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for table in page.tables(numbers).values():
        assert table in text
    for name in ("front", "policies"):
        assert f"figures/{name}.png" in text and (HERE / "figures" / f"{name}.png").is_file()


def test_the_start_holds_the_corners() -> None:
    sample = read_spec(FILE).sample
    assert sample is not None
    found = pd.DataFrame(search.corners(sample), columns=list(sample.names))
    assert len(found) == 12 and not found.duplicated().any()
    assert ((found >= 0) & (found <= 1)).all(axis=None) and (found["refusal"] == 0).all()
    fifty = search.block(found.to_numpy(), sample).values[0]
    assert fifty["policies.us_levers.levers.disclosure.scope.institution_threshold_musd"] == pytest.approx(50, rel=0.01)
