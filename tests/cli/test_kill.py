"""Real processes killed without warning at random moments: started again until done, the tables have the same bits."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMON = (
    "+scenario=restrictive",
    "replicates=1",
    "figures=false",
    "progress=off",
    "panel.size=200",
    "panel.start=1981",
)
SHORT = (*COMMON, "scale=20000", "world=g20", "end=2022")
LONG = (*COMMON, "scale=2000", "end=2024")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group")

# In the middle of a checkpoint: half of its file is there, and the process is gone.
KILLED_WHILE_WRITING = """
import os, signal, sys
from sim.store import checkpoint
write, count = checkpoint.{what}, 0
def killing(path, *rest):
    global count
    result = write(path, *rest)
    count += 1
    if count == {after}:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return result
checkpoint.{what} = killing
from sim.cli.main import main
sys.exit(main({words!r}))
"""


class Case:
    """A command with folders of its own."""

    def __init__(self, folder: Path, words: tuple[str, ...], threads: int = 1) -> None:
        self.folder = folder
        self.words = [*words, f"outdir={folder / 'out'}", "checkpoint_seconds=1e-9", f"threads={threads}"]
        self.env = {**os.environ, "TALENT_CIRCULATION_CACHE": str(folder / "cache")}

    def start(self, code: str | None = None) -> subprocess.Popen[str]:
        what = ["-m", "sim", *self.words] if code is None else ["-c", code]
        return subprocess.Popen(
            [sys.executable, *what], cwd=ROOT, env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip

    def finish(self) -> str:
        """Run to the end; gives what was said."""
        process = self.start()
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
        assert not [p for p in Path(out.splitlines()[-1]).parent.iterdir() if p.name.startswith(".")]
        return err

    def manifest(self) -> dict:
        (path,) = self.folder.glob("out/*/*/manifest.json")
        return json.loads(path.read_text())

    def checkpoints(self) -> list[Path]:
        return list(self.folder.glob("cache/history-*/checkpoint-*/*.json"))


def kill(process: subprocess.Popen[str]) -> None:
    """Kill driver and workers at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)


def assert_same(one: Case, two: Case) -> None:
    """All tables in all bits: the files themselves are the same."""
    sums = [case.manifest()["checksums"]["files"] for case in (one, two)]
    tables = [{name: checksum for name, checksum in files.items() if name.endswith(".parquet")} for files in sums]
    assert len(tables[0]) > 10 and tables[0] == tables[1]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Small world, never disturbed, without checkpoints."""
    case = Case(tmp_path_factory.mktemp("short"), (*SHORT, "checkpoint_seconds=0"))
    case.words = [word for word in case.words if word != "checkpoint_seconds=1e-9"]
    case.finish()
    assert not case.checkpoints()
    return case


def test_killed_in_history_run_and_while_writing_it_ends_with_the_same_bits(short: Case, tmp_path: Path) -> None:
    case = Case(tmp_path, SHORT)
    process = case.start(KILLED_WHILE_WRITING.format(what="write_state", after=9, words=case.words))
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    begun = {int(path.stem) for path in case.checkpoints()}
    assert begun == {1986, 1987} and list(case.folder.glob("cache/history-*/checkpoint-*/.1988.arrow.*.tmp"))
    process = case.start(KILLED_WHILE_WRITING.format(what="write_meta", after=32, words=case.words))
    process.communicate(timeout=120)  # histories end in 2017: this is in the first run
    assert process.returncode == -signal.SIGKILL
    assert {int(path.stem) for path in case.checkpoints()} == {2018, 2019}
    said = case.finish()
    assert "baseline/scripted replicate 0 went on from a checkpoint at the end of 2019" in said
    assert [run["resumed_after"] for run in case.manifest()["runs"]] == [2019, None, None, None]
    assert case.checkpoints() == []
    assert_same(short, case)


@pytest.mark.full
@pytest.mark.parametrize("threads", [1, 2])
def test_killed_at_random_moments_it_ends_with_the_same_bits(tmp_path: Path, threads: int) -> None:
    undisturbed = Case(tmp_path / "straight", LONG, threads)
    undisturbed.finish()
    case, chance = Case(tmp_path / "killed", LONG, threads), random.Random(threads)
    kills = 0
    while kills < 5:
        process = case.start()
        ended = _killed_at_random(case, process, chance)
        kills += not ended
        if ended:  # done before its time came: from the start, with the histories that are there
            assert_same(undisturbed, case)
            case = Case(tmp_path / f"killed{kills}", LONG, threads)
    case.finish()
    assert case.checkpoints() == []
    assert_same(undisturbed, case)


def _killed_at_random(case: Case, process: subprocess.Popen[str], chance: random.Random) -> bool:
    """Kill some time after the first checkpoint of this start; only the driver, only workers, or all of them."""
    before = max((path.stat().st_mtime_ns for path in case.checkpoints()), default=0)
    while process.poll() is None and not any(t > before for t in _times(case.checkpoints())):
        time.sleep(0.005)
    time.sleep(chance.uniform(0.0, 1.0))
    if process.poll() is not None:
        process.communicate()
        return True
    if chance.random() < 0.5:
        kill(process)
    else:
        process.kill()  # workers notice that their parent is gone
        process.communicate(timeout=60)
    return False


def _times(paths: list[Path]) -> Iterator[int]:
    for path in paths:
        if path.exists():
            yield path.stat().st_mtime_ns
