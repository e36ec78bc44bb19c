"""One command on disk: compute what is missing, write aside, rename, keep what is finished when interrupted.

While it works, everything lies in a hidden folder beside the final one: ``parts/`` with the finished runs and
``out/`` with what will be the final folder. The same command started twice: whoever holds the lock computes, draws,
says that it failed, or clears away; the others wait, and leave alone what is not theirs.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.config.schema import Config
from sim.core.locks import file_lock, lock_if_free
from sim.core.read import ConfigError, in_words
from sim.running import manifest as manifests
from sim.running.advance import RunFailed, peak_memory_mb
from sim.running.execute import Execution
from sim.running.model import Model
from sim.running.plan import Plan, make_plan
from sim.running.progress import Reporter, say
from sim.running.writer import OrderedWriter
from sim.store.checkpoint import count
from sim.store.edition import check_edition
from sim.store.entry import delete, new_folder, put, sweep_up
from sim.store.frames import Frames, load
from sim.store.history import HistoryCache, cache_dir
from sim.store.parts import PartStore, write_part_meta
from sim.store.runs import DAMAGED, copy_run, finished_runs

FIGURES = "figures"
WAITS = "Another process is at work on {}; waiting until it ends …"
CLOSED = "outdir: cannot write to {} ({}); give a folder that can be written, such as outdir=outputs"
BAR = {"auto": None, "on": True, "off": False}


@dataclass
class Command:
    """A command and its folder.

    Parameters
    ----------
    cfg : validated configuration.
    model : the model to run.
    """

    cfg: Config
    model: Model
    stage: str = "plan"
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plan: Plan = make_plan(self.cfg, self.model)
        self.outdir = Path(self.cfg.outdir)
        self.folder = self.outdir / self.cfg.experiment / self.plan.command_key
        self.work = self.folder.parent / f".{self.folder.name}.work"
        self.lock = self.folder.parent / f".{self.folder.name}.lock"
        self.cache_root = cache_dir()

    def tables(self) -> Frames:
        """Frames of the command: computed and written now, or of the folder that is there already."""
        if not self._is_whole():
            self._open()
            with file_lock(self.lock, self._say_it_waits):
                if not self._is_whole():
                    self._compute()
        self._clear()
        return load(self.folder, verify=False)  # it was, just now

    def figures(self, frames: Frames, draw: Callable[[Mapping[str, Any], Config, Path], Any]) -> None:
        """Draw the figures aside and put them into the finished folder."""
        with file_lock(self.lock, self._say_it_waits):
            sweep_up(self.folder, FIGURES)
            with self.timed("figures"), new_folder(self.folder / FIGURES) as aside:
                draw(frames, self.cfg, aside)
            timing = {**self.manifest.get("seconds", {}), **self.seconds}
            self.manifest |= {"status": "done", "stage": "done", "message": "", "seconds": timing}
            manifests.write(self.folder, self.manifest)

    def _say_it_waits(self) -> None:
        say(WAITS.format(self.folder))

    def fail(self, stage: str, message: str) -> None:
        """Leave a folder that says what went wrong: manifest and configuration, and tables if they are complete.

        Where the same command is at work in another process, that one will say how it went.
        """
        with lock_if_free(self.lock) as free:
            if not free:
                return
            complete = self._is_whole()
            self.manifest = self.manifest or manifests.describe(self.plan, self.model)  # it may not have begun to write
            self.manifest |= {"status": "failed", "stage": stage, "message": message, "ended": manifests.now()}
            if complete:
                manifests.write(self.folder, self.manifest)
                return
            with new_folder(self.folder) as out:
                (out / "config.yaml").write_text(self.model.as_yaml(self.cfg), encoding="utf-8")
                manifests.write(out, self.manifest)

    def kept(self) -> tuple[int, int]:
        """Finished runs, and checkpoints of others, that wait for the same command to go on."""
        found = [run.key for run in self.plan.runs if self._parts().meta(run.key) is not None]
        keys = {run.key for run in self.plan.runs if run.key not in found}
        begun = count(self.cache_root, keys | {run.past.key for run in self.plan.runs if run.past is not None})
        if not found and not (begun and self.cache_root.is_relative_to(self.work)):
            self._clear()
            _remove_if_empty(self.folder.parent, self.outdir)
        return len(found), begun

    def _clear(self) -> None:
        """Delete what is hidden, unless another process works in it."""
        if self.work.exists():  # also one that a command left which was killed just before this
            with suppress(OSError), lock_if_free(self.lock) as free:
                if free:
                    sweep_up(self.folder.parent, self.folder.name)
                    delete(self.work)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Name the stage and take its wall time."""
        self.stage, begin = stage, time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - begin, 3)

    def _is_whole(self) -> bool:
        """True if the folder holds all tables as they were written, whose manifest is kept; a damaged one is noted.

        Raises
        ------
        OtherEdition : it is of another edition, and is left as it is.
        """
        manifest = manifests.read(self.folder)
        if manifest is None:
            if self.folder.exists():  # it is put there with its manifest
                self.notes.append(DAMAGED.format(folder=self.folder, wrong=f"no {manifests.NAME} that can be read"))
            return False
        check_edition(manifest, self.folder, "move it elsewhere, or give another outdir=, and the same command again")
        if not manifests.has_tables(manifest):
            return False
        wrong = manifests.damage_of(self.folder, manifest)
        if not wrong and manifest.get("command_key") != self.plan.command_key:
            wrong = "its results are another command's"
        if wrong:
            self.notes.append(DAMAGED.format(folder=self.folder, wrong=wrong))
            return False
        self.manifest = manifest
        return True

    def _open(self) -> None:
        """Make the hidden folder; the first thing that touches the disk.

        Raises
        ------
        ConfigError : it cannot be made, or what is to be replaced cannot.
        """
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.lock.touch()
        except OSError as error:
            raise ConfigError([CLOSED.format(self.folder.parent, error.strerror)]) from None
        if self.folder.is_dir() and not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise ConfigError([CLOSED.format(self.folder, os.strerror(errno.EACCES))])

    def _compute(self) -> None:
        """Compute and write into ``out/``; if that ends early, finished runs stay and half-written tables do not."""
        out = self.work / "out"
        shutil.rmtree(out, ignore_errors=True)
        try:
            out.mkdir(parents=True)
            self._write(out)
        except BaseException:
            shutil.rmtree(out, ignore_errors=True)
            raise

    def _write(self, out: Path) -> None:
        begin = time.perf_counter()
        self.manifest = manifests.describe(self.plan, self.model)
        (out / "config.yaml").write_text(self.model.as_yaml(self.cfg), encoding="utf-8")
        manifests.write(out, self.manifest)
        with self.timed("reuse"):
            self._reuse()
        execution = Execution(self.plan.runs, self.model, self._cache(), self._parts(), self.notes)
        with self.timed("simulate"):
            left = execution.prepare()
            writer = OrderedWriter(out, self.plan.recorded, self.plan.recorded_runs, execution)
        try:
            with self.timed("simulate"):
                self._simulate(execution, writer, left)
            with self.timed("write"):
                writer.finish()
        finally:
            writer.abandon()
        self.seconds |= {name: round(value, 3) for name, value in execution.seconds.items()}
        self.seconds["total_without_figures"] = round(time.perf_counter() - begin, 3)
        done = {"status": "done", "stage": "done", "seconds": self.seconds, "ended": manifests.now()}
        self.manifest |= manifests.results(self.plan, execution, out, peak_memory_mb()) | done
        manifests.write(out, self.manifest)
        put(out, self.folder)

    def _simulate(self, execution: Execution, writer: OrderedWriter, left: int) -> None:
        with Reporter(left, BAR[self.cfg.progress]) as reporter:
            try:
                writer.advance()
                execution.carry_out(self.cfg.threads, reporter, writer.advance)
            finally:
                for note in dict.fromkeys(self.notes):
                    reporter.note(note)

    def _reuse(self) -> None:
        """Take runs from the folders of finished commands under the same `outdir`."""
        parts = self._parts()
        missing = {run.key: run for run in self.plan.runs if parts.meta(run.key) is None}
        for tables, meta in finished_runs(self.outdir, missing.keys(), self.notes):
            try:
                with parts.writing(meta.key) as folder:
                    copy_run(tables, meta, missing[meta.key].after, folder)
                    write_part_meta(folder, meta.renamed(missing[meta.key].id))
            except (OSError, ValueError, KeyError, pa.ArrowException) as error:
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self.notes.append(DAMAGED.format(folder=tables[0].parent, wrong=error))  # or has just been replaced

    def _parts(self) -> PartStore:
        return PartStore(self.work / "parts")

    def _cache(self) -> HistoryCache:
        """The user's cache, or one in the hidden folder where that cannot be written."""
        root = self.cache_root
        try:
            root.mkdir(parents=True, exist_ok=True)
            probe = root / ".writable"
            probe.touch()
            probe.unlink(missing_ok=True)  # another command may try at the same time
        except OSError as error:
            self.notes.append(f"history cache {root} cannot be written ({error.strerror}); histories are not kept")
            self.cache_root = self.work / "history"
        return HistoryCache(self.cache_root)


def describe_error(error: BaseException, stage: str) -> tuple[str, str]:
    """Stage and message of an error."""
    from concurrent.futures.process import BrokenProcessPool

    if isinstance(error, RunFailed):
        return error.stage, error.message
    if isinstance(error, BrokenProcessPool):
        return stage, "a worker process was killed, most likely for lack of memory; try a smaller `threads`"
    return stage, in_words(error)


def _remove_if_empty(*folders: Path) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
