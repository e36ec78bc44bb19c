"""Commands as processes: scripts without a guard, two at once, interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from toy_command import folder_of, same, tables_of
from toy_model import ToyModel, toy_config

from sim.api import run
from sim.cli.run import run_command
from sim.record.tables import TABLES
from sim.store.frames import load

pytestmark = pytest.mark.usefixtures("cache")


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


def _hear() -> None:
    """Tests that were started in the background, or by nohup, ignore signals, and children inherit that."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="terminals")
def test_a_lost_terminal_keeps_finished_runs(tmp_path: Path):
    """The connection breaks: every process gets SIGHUP, and nothing can be written to the terminal any more."""
    ours, theirs = os.openpty()
    command = script(tmp_path, "sys.exit(run_command(cfg, model=model))", 2, wait=0.04)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=_take_terminal
    )
    os.close(theirs)
    toy = tmp_path / "outputs" / "toy"
    deadline = time.monotonic() + 60
    while not list(toy.glob(".*.work/parts/[!.]*/meta.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.close(ours)
    assert process.wait(30) == 129
    assert list(toy.glob(".*.work/parts/[!.]*/meta.json")) and not list(toy.glob(".*.work/out"))


def _take_terminal() -> None:
    import fcntl
    import termios

    _hear()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group")
@pytest.mark.parametrize(
    "number, code, threads",
    [
        (signal.SIGINT, 130, 2),
        (signal.SIGTERM, 143, 1),
        pytest.param(signal.SIGINT, 130, 1, marks=pytest.mark.full),
        pytest.param(signal.SIGTERM, 143, 2, marks=pytest.mark.full),
        pytest.param(signal.SIGHUP, 129, 1, marks=pytest.mark.full),
        pytest.param(signal.SIGHUP, 129, 2, marks=pytest.mark.full),
    ],
)
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
        preexec_fn=_hear,
    )
    toy = tmp_path / "outputs" / "toy"
    deadline = time.monotonic() + 60
    while not list(toy.glob(".*.work/parts/[!.]*/meta.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    if number in (signal.SIGINT, signal.SIGHUP):
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
