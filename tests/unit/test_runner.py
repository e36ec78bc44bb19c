"""Running, resuming, reusing, failing and interrupting commands, on the toy world."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toy_model import EFFECT, ToyModel, toy_config, toy_policy

from sim.api import compare, run
from sim.cli.main import main
from sim.cli.run import run_command
from sim.record.tables import TABLES
from sim.running.plan import branch_year, make_plan
from sim.store.frames import Frames, load
from sim.store.history import HistoryCache, list_cache

RUN_COLUMNS = ["scenario", "draw", "replicate", "mode"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has its own history cache."""
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "history"


def folder_of(capsys: pytest.CaptureFixture[str]) -> Path:
    """Folder that a command names in its last line."""
    return Path(capsys.readouterr().out.strip().splitlines()[-1])


def same(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    """Equal to the last bit, with the same columns of the same types (names may be listed in another order)."""
    frames = []
    for frame in (a, b):
        names = [c for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)]
        frames.append(frame.astype(dict.fromkeys(names, object)))
    pd.testing.assert_frame_equal(*frames, check_exact=True)
    return True


def tables_of(frames: Frames) -> dict[str, pd.DataFrame]:
    return {name: frames[name].reset_index(drop=True) for name in TABLES}


def hidden(folder: Path) -> list[str]:
    """Names of what lies beside the folders of an experiment."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")] if folder.is_dir() else []


def test_run_in_memory_leaves_the_disk_alone(tmp_path: Path):
    frames = run(toy_config(tmp_path), model=ToyModel())
    assert not (tmp_path / "outputs").exists() and not (tmp_path / "cache").exists()
    place = frames["place_year"]
    assert list(place.columns) == RUN_COLUMNS + TABLES["place_year"].required
    assert len(place) == 2 * 2 * 2 * 13 * 3  # scenarios, modes, replicates, years, places
    assert set(frames) >= set(TABLES)
    assert len(frames["decisions"]) == 0


def test_command_writes_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel()) == 0
    folder = folder_of(capsys)
    assert folder.parent == tmp_path / "outputs" / "toy"
    assert {path.name for path in folder.iterdir()} == {"config.yaml", "manifest.json"} | {
        f"{t}.parquet" for t in TABLES
    }
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "done" and len(manifest["runs"]) == 8
    assert manifest["levers_never_read"] == ["policies.toy.levers.idle"]
    for key in "version git_revision checksums seed packages seconds peak_memory_mb message stage".split():
        assert key in manifest
    assert hidden(folder.parent) == []
    for name, table in TABLES.items():
        assert list(load(folder)[name].columns) == RUN_COLUMNS + table.required, name


def test_disk_and_memory_one_and_two_processes_give_the_same_bits(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    memory = tables_of(run(cfg, model=ToyModel()))
    two = tables_of(run(replace(cfg, threads=2), model=ToyModel()))
    assert run_command(replace(cfg, threads=2), model=ToyModel()) == 0
    disk = tables_of(load(folder_of(capsys)))
    for name in TABLES:
        assert same(memory[name], two[name]) and same(memory[name], disk[name])


def test_history_is_computed_once_per_replicate_and_shared(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model = ToyModel(log=str(tmp_path / "log"))
    run_command(toy_config(tmp_path), model=model)
    assert sorted(line for line in model.built() if line.startswith("new")) == [
        "new baseline scripted 0",
        "new baseline scripted 1",
    ]
    assert len(model.built()) == 2 + 8


def test_every_scenario_equals_the_baseline_before_its_first_date(tmp_path: Path):
    place = run(toy_config(tmp_path, policies=toy_policy(2015)), model=ToyModel())["place_year"]
    columns = ["draw", "replicate", "mode", *TABLES["place_year"].required]
    before = place[place["year"] < 2015]
    a, b = (before[before["scenario"] == s][columns].reset_index(drop=True) for s in ("baseline", "toy"))
    assert same(a, b)
    after = place[place["year"] == 2015].groupby("scenario", observed=True)["n_researchers"].apply(list)
    assert after["baseline"] != after["toy"]


def test_branching_from_history_equals_a_straight_run(tmp_path: Path):
    """A policy in the first year leaves no history to share; the baseline must not notice."""
    straight = run(toy_config(tmp_path, policies=toy_policy(2010)), model=ToyModel())["place_year"]
    branched = run(toy_config(tmp_path), model=ToyModel())["place_year"]
    a, b = (f[(f["scenario"] == "baseline")].reset_index(drop=True) for f in (straight, branched))
    assert same(a, b)


@pytest.mark.parametrize(
    "start, end, first, expected",
    [
        (1980, 2035, None, 2017),
        (1980, 2035, 2018, 2017),
        (1980, 2035, 2030, 2017),
        (1980, 2035, 2002, 2001),
        (1980, 2000, None, 2000),
        (1980, 2035, 1980, None),
        (2018, 2035, None, None),
    ],
)
def test_branch_year(start: int, end: int, first: int | None, expected: int | None):
    assert branch_year(start, end, first) == expected


def test_a_finished_command_is_reused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=model) == 0
    first, built = folder_of(capsys), len(model.built())
    written = {path: path.stat().st_mtime_ns for path in first.iterdir()}
    assert run_command(replace(cfg, threads=2), model=model) == 0
    assert folder_of(capsys) == first and len(model.built()) == built
    assert written == {path: path.stat().st_mtime_ns for path in first.iterdir()}


def test_a_command_killed_with_its_last_breath_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """After the folder had its name, before the hidden one was removed."""
    cfg = toy_config(tmp_path)
    assert run_command(cfg, model=ToyModel()) == 0
    folder = folder_of(capsys)
    (folder.parent / f".{folder.name}.work" / "parts").mkdir(parents=True)
    assert run_command(cfg, model=ToyModel()) == 0
    assert hidden(folder.parent) == []


def test_runs_of_other_commands_are_reused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Another scenario takes the baselines of the first, and more replicates only compute what is new."""
    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path)
    run_command(cfg, model=model)
    done = len(model.built())
    other = replace(cfg, scenario="other", experiment="other", policies=toy_policy(2019, 2.0))
    capsys.readouterr()
    run_command(other, model=model)
    assert sorted({line.split()[1] for line in model.built()[done:]}) == ["other"]
    reused = tables_of(load(folder_of(capsys)))
    fresh = tables_of(run(other, model=ToyModel()))
    for name in TABLES:
        assert same(reused[name], fresh[name])
    done = len(model.built())
    run_command(replace(cfg, replicates=3), model=model)
    assert {line.split()[-1] for line in model.built()[done:]} == {"2"}


def test_scenario_runs_read_the_macro_states_of_their_own_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The toy shows the partner's replicate number; reused baselines lend their states from the cache."""
    cfg = toy_config(tmp_path)
    run_command(cfg, model=ToyModel())
    run_command(replace(cfg, policies=toy_policy(2019), scenario="second"), model=ToyModel())
    for frames in (run(cfg, model=ToyModel()), load(folder_of(capsys))):
        place = frames["place_year"]
        late = place[(place["scenario"] != "baseline") & (place["year"] > 2017)]
        assert (late["top1_at_baseline_threshold"] == late["replicate"]).all()
        assert place.loc[place["scenario"] == "baseline", "top1_at_baseline_threshold"].isna().all()


def test_frozen_feedback_runs_a_baseline_that_is_not_recorded(tmp_path: Path):
    cfg = toy_config(tmp_path, compare=False)
    assert run(cfg, model=ToyModel())["place_year"]["top1_at_baseline_threshold"].isna().all()
    frozen = replace(cfg, params=replace(cfg.params, feedback="frozen"))
    place = run(frozen, model=ToyModel())["place_year"]
    assert set(place["scenario"]) == {"toy"}
    late = place[place["year"] > 2017]
    assert (late["top1_at_baseline_threshold"] == late["replicate"]).all()


def test_a_damaged_history_is_noted_and_computed_again(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    run_command(cfg, model=ToyModel())
    before = tables_of(load(folder_of(capsys)))
    entry = next(path for path in cache.iterdir() if not path.name.startswith((".", "macros")))
    (entry / "state.arrow").write_bytes(b"not an arrow file")
    other = replace(cfg, outdir=str(tmp_path / "elsewhere"))
    assert run_command(other, model=ToyModel()) == 0
    captured = capsys.readouterr()
    assert "is damaged" in captured.err and captured.err.count("is damaged") == 1
    after = tables_of(load(captured.out.strip().splitlines()[-1]))
    assert all(same(before[name], after[name]) for name in TABLES)


def test_a_history_that_cannot_be_stored_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full(self: HistoryCache, *_: object) -> None:
        raise OSError(28, "No space left on device")

    model = ToyModel(log=str(tmp_path / "log"))
    monkeypatch.setattr(HistoryCache, "save", full)
    assert run_command(toy_config(tmp_path), model=model) == 0
    captured = capsys.readouterr()
    assert "No space left" in captured.err and "not kept for other commands" in captured.err
    assert len(model.built()) == 2 + 8, "no history twice"
    stored = tables_of(load(captured.out.strip().splitlines()[-1]))
    fresh = tables_of(run(toy_config(tmp_path), model=ToyModel()))
    assert all(same(stored[name], fresh[name]) for name in TABLES)


def test_a_run_goes_on_from_its_checkpoint_after_a_failure(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture):
    """Checkpoints are listed, used once and gone when the run is finished."""
    cfg = toy_config(tmp_path, checkpoint_seconds=1e-9)
    assert run_command(cfg, model=ToyModel(fail_in=2021)) == 1
    (entry,) = (entry for entry in list_cache(cache) if entry.kind == "checkpoint")
    assert entry.about["year"] == 2020 and entry.about["of"].startswith("toy/")
    capsys.readouterr()
    assert main(["cache", "list"]) == 0
    assert "year=2020  of=toy/" in (out := capsys.readouterr().out)
    assert out.splitlines()[-1] == "2 histories, 4 states of baselines, 1 checkpoints in the cache"
    assert run_command(cfg, model=ToyModel()) == 0
    captured = capsys.readouterr()
    folder = Path(captured.out.strip().splitlines()[-1])
    assert captured.err.count("went on from a checkpoint at the end of 2020") == 1
    resumed = [meta["resumed_after"] for meta in json.loads((folder / "manifest.json").read_text())["runs"]]
    assert sorted(resumed, key=str) == [2020] + [None] * 7
    assert [entry for entry in list_cache(cache) if entry.kind == "checkpoint"] == []
    fresh = tables_of(run(cfg, model=ToyModel()))
    assert all(same(table, fresh[name]) for name, table in tables_of(load(folder)).items())
    assert main(["cache", "prune"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 histories, 4 states of baselines, 0 checkpoints removed"
    assert list(cache.iterdir()) == []


def test_a_damaged_part_is_computed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path)
    model = ToyModel(log=str(tmp_path / "log"))
    assert run_command(cfg, model=ToyModel(fail_in=2021)) == 1
    parts = sorted((tmp_path / "outputs" / "toy").glob(".*.work/parts/*/place_year.arrow"))
    assert len(parts) == 4
    content = bytearray(parts[0].read_bytes())
    content[len(content) // 2] ^= 1
    parts[0].write_bytes(bytes(content))
    capsys.readouterr()
    assert run_command(cfg, model=model) == 0
    assert len(model.built()) == 1 + 4, "one baseline again, and the scenario's runs"
    stored, fresh = tables_of(load(folder_of(capsys))), tables_of(run(cfg, model=ToyModel()))
    assert all(same(stored[name], fresh[name]) for name in TABLES)


def test_without_a_writable_cache_the_command_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TALENT_CIRCULATION_CACHE", str(tmp_path / "file"))
    assert run_command(toy_config(tmp_path), model=ToyModel()) == 0
    captured = capsys.readouterr()
    assert "cannot be written" in captured.err
    assert hidden(tmp_path / "outputs" / "toy") == []


@pytest.mark.parametrize("threads", [1, 2])
def test_a_failed_run_says_where_and_leaves_a_manifest(
    tmp_path: Path, threads: int, capsys: pytest.CaptureFixture[str]
):
    cfg = toy_config(tmp_path, threads=threads)
    assert run_command(cfg, model=ToyModel(fail_in=2020)) == 1
    captured = capsys.readouterr()
    assert "papers became negative" in captured.err and "Traceback" not in captured.err and captured.out == ""
    (folder,) = (path for path in (tmp_path / "outputs" / "toy").iterdir() if not path.name.startswith("."))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "failed" and manifest["message"] == "FloatingPointError: papers became negative"
    assert manifest["stage"].startswith("toy/") and "after 2019" in manifest["stage"]
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "config.yaml"}
    assert run_command(cfg, model=ToyModel()) == 0  # the same command, mended, replaces it
    assert json.loads((folder / "manifest.json").read_text())["status"] == "done"
    assert hidden(folder.parent) == []


def test_traceback_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("TALENT_DEBUG", "1")
    assert run_command(toy_config(tmp_path), model=ToyModel(fail_in=2020)) == 1
    assert "Traceback" in capsys.readouterr().err


def test_unwritable_folder_is_one_message_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "outputs").write_text("a file")
    model = ToyModel(log=str(tmp_path / "log"))
    assert run_command(toy_config(tmp_path), model=model) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: outdir: cannot write to") and len(captured.err.splitlines()) == 1
    assert model.built() == [] and captured.out == ""


def test_figures_are_drawn_from_the_finished_folder_and_redrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    seen = []

    def draw(frames, cfg, folder):
        seen.append(len(frames["world_year"]))
        (folder / "one.png").write_text(f"{len(seen)}")

    cfg = toy_config(tmp_path, figures=True)
    assert run_command(cfg, model=ToyModel(), draw=draw) == run_command(cfg, model=ToyModel(), draw=draw) == 0
    folder = folder_of(capsys)
    assert seen == [104, 104] and (folder / "figures" / "one.png").read_text() == "2"
    assert hidden(folder.parent) == []


def test_failed_figures_keep_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def draw(frames, cfg, folder):
        raise ValueError("no such colour")

    model = ToyModel(log=str(tmp_path / "log"))
    cfg = toy_config(tmp_path, figures=True)
    assert run_command(cfg, model=model, draw=draw) == 1
    (folder,) = (tmp_path / "outputs" / "toy").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["status"], manifest["stage"]) == ("failed", "figures")
    built = len(model.built())
    assert run_command(cfg, model=model, draw=lambda *_: None) == 0
    assert len(model.built()) == built
    assert json.loads((folder / "manifest.json").read_text())["status"] == "done"


def test_table_shows_the_known_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """World papers rise by the shift of 400 a year (200 under reactive governments), without error."""
    cfg = toy_config(tmp_path)
    table = compare(cfg, model=ToyModel()).set_index(["area", "outcome", "mode"]).sort_index()
    papers = table.loc[("World", "papers a year")]
    assert papers.loc["scripted", "mean"] == EFFECT * cfg.scale and papers.loc["scripted", "se"] == 0.0
    assert papers.loc["reactive", "mean"] == EFFECT * cfg.scale / 2
    assert papers.loc["scripted", "reference"] == 1000.0
    issuer = table.loc[("Issuer: AAA", "researchers, 2022", "scripted")]
    assert issuer["mean"] == -5 * EFFECT * cfg.scale
    assert table.loc[("Affected: BBB", "net moves a year", "scripted"), "mean"] == EFFECT * cfg.scale
    run_command(cfg, model=ToyModel())
    printed = capsys.readouterr().out
    assert "direct effect" in printed and "total effect" in printed and "+400" in printed and "90 % band" in printed


def test_baseline_alone_prints_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path, scenario="baseline", policies={})
    assert run_command(cfg, model=ToyModel()) == 0
    out = capsys.readouterr().out
    assert "1,000" in out and "effect" not in out
    assert set(load(out.strip().splitlines()[-1])["world_year"]["scenario"]) == {"baseline"}


def test_replicates_one_and_modes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path, replicates=1)
    cfg = replace(cfg, government=replace(cfg.government, mode="scripted"))
    assert run_command(cfg, model=ToyModel()) == 0
    out = capsys.readouterr().out
    assert "total effect" not in out and "nan" not in out


def test_policies_without_a_scenario_are_not_called_baseline(tmp_path: Path):
    plan = make_plan(toy_config(tmp_path, scenario="baseline"), ToyModel())
    assert plan.recorded == ("baseline", "custom")


SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from toy_model import ToyModel, toy_config
from sim.api import run
from sim.cli.run import run_command
model = ToyModel(wait={wait}, log={log!r})
cfg = toy_config(Path({folder!r}), threads={threads}, replicates=3)
{call}
"""


def script(tmp_path: Path, call: str, threads: int = 2, wait: float = 0.0) -> list[str]:
    """A user's program, without the guard that process pools usually demand."""
    here = Path(__file__).parent
    text = SCRIPT.format(
        paths=[str(here), str(here.parents[1])], wait=wait, log=str(tmp_path / "log"), folder=str(tmp_path),
        threads=threads, call=call,
    )  # fmt: skip
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(text))
    return [sys.executable, str(path)]


def test_a_script_without_main_guard_may_run(tmp_path: Path):
    done = subprocess.run(
        script(tmp_path, "print(len(run(cfg, model=model)['world_year']))"), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(2 * 2 * 3 * 13)]


def test_two_commands_that_want_the_same_histories_compute_them_once(tmp_path: Path):
    """Started together with folders of their own; then every run is computed by each, with the same results."""
    call = "print(run_command(replace(cfg, outdir=cfg.outdir + sys.argv[1], checkpoint_seconds=1e-9), model=model))"
    command = script(tmp_path, f"from dataclasses import replace\n{call}", threads=1, wait=0.02)
    both = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for name in "ab"]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    built = ToyModel(log=str(tmp_path / "log")).built()
    assert sorted(line for line in built if line.startswith("new")) == [f"new baseline scripted {k}" for k in range(3)]
    folders = [next(tmp_path.glob(f"outputs{name}/toy/*/manifest.json")).parent for name in "ab"]
    one, two = (tables_of(load(folder)) for folder in folders)
    assert all(same(one[name], two[name]) for name in TABLES)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_stops_every_process_and_keeps_finished_runs(
    tmp_path: Path, threads: int, number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str]
):
    command = script(tmp_path, "sys.exit(run_command(cfg, model=model))", threads, wait=0.04)
    env = {**os.environ, "TALENT_CIRCULATION_CACHE": str(tmp_path / "cache")}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        start_new_session=True,
        # tests that were started in the background ignore Ctrl-C, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    toy = tmp_path / "outputs" / "toy"
    deadline = time.monotonic() + 60
    while not list(toy.glob(".*.work/parts/[!.]*/meta.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: to every process of the command at once
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert out == "" and "Traceback" not in err and "are kept" in err
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        for _ in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.05)
    assert [path.name for path in toy.iterdir() if not path.name.startswith(".")] == []
    assert not list(toy.glob(".*.work/out"))
    for part in toy.glob(".*.work/parts/[!.]*"):
        assert (part / "meta.json").is_file()
    # The same command goes on from there and ends with the same tables as one that was never interrupted.
    model = ToyModel(log=str(tmp_path / "log2"))
    cfg = toy_config(tmp_path, replicates=3)
    os.environ["TALENT_CIRCULATION_CACHE"] = str(tmp_path / "cache")
    assert run_command(cfg, model=model) == 0
    assert len([line for line in model.built() if line.startswith("resume")]) < 12
    resumed = tables_of(load(folder_of(capsys)))
    fresh = tables_of(run(cfg, model=ToyModel()))
    assert all(same(resumed[name], fresh[name]) for name in TABLES)


@pytest.mark.parametrize("threads", [1, 2])
def test_compiling_is_told_once(tmp_path: Path, threads: int, capsys: pytest.CaptureFixture[str]):
    cfg = toy_config(tmp_path, threads=threads, end=2018)
    run(cfg, model=ToyModel())
    quiet = capsys.readouterr().err
    assert "Compiling" not in quiet and "Compiled" not in quiet
    run(cfg, model=ToyModel(compiles=True))
    said = capsys.readouterr().err
    assert said.count("Compiling") == 1 and said.count("Compiled kernels in") == 1
    assert said.index("Compiling") < said.index("Compiled kernels in")


def test_progress_is_a_line_per_tenth_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run(toy_config(tmp_path, progress="auto"), model=ToyModel())
    lines = [line for line in capsys.readouterr().err.splitlines() if "years" in line]
    assert len(lines) == 10 and "(100 %)" in lines[-1]


def test_effects_do_not_depend_on_order_of_completion(tmp_path: Path):
    """Rows are ordered by scenario, mode and replicate, whoever finished first."""
    place = run(toy_config(tmp_path, threads=2, replicates=3), model=ToyModel())["place_year"]
    keys = place[["scenario", "mode", "replicate", "year"]].astype({"scenario": str, "mode": str}).drop_duplicates()
    runs = keys[["scenario", "mode", "replicate"]].drop_duplicates().to_numpy().tolist()
    assert runs == [[s, m, r] for s in ("baseline", "toy") for m in ("scripted", "reactive") for r in range(3)]
    assert np.all(keys.groupby(["scenario", "mode", "replicate"], observed=True)["year"].diff().dropna() == 1)
