"""``talent-circulation sweep``: run a sweep, look how far it is, compact its store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.analysis.sweep_frames import write_views
from sim.cli.parse import Parser
from sim.core.locks import lock_if_free
from sim.core.read import ConfigError, near
from sim.running.signals import Terminated, raise_on_signals
from sim.store.compaction import compact
from sim.store.sweep import StoreError, SweepStore
from sim.sweep.design_files import folder_of, read_about, read_design, store_folder
from sim.sweep.run import Outcome, Sweep, carry_out
from sim.sweep.spec import KINDS, read_spec
from sim.sweep.status import LiveStatus, duration

USAGE = """\
usage: talent-circulation sweep FILE [key=value ...] [options]
       talent-circulation sweep status FILE|FOLDER [--small]
       talent-circulation sweep compact FILE|FOLDER [--small]

Runs the design of a file such as experiments/NAME/sweep.yaml, or goes on with
it: runs that the store holds are left out, whoever computed them, and Ctrl-C or
a kill loses the chunks in flight at most (docs/sweeps.md). status tells what is
done, failed and missing; compact puts many small parts together. A key=value
sets the model (scale=1000) or the sweep (replicates=20,
executor.partition=short). The last line printed is the store's folder.

options
  --dry-run             say what would be run and how long it takes
  --only-failed         only runs that failed before
  --small               the file's small version, into a store of its own
  --executor processes|slurm|ray
                        where runs are computed; processes by default
  --workers N           worker processes

exit code: 0 all runs done, 1 bad input or failed runs, 130 interrupted

examples
  talent-circulation sweep experiments/threshold/sweep.yaml --dry-run
  talent-circulation sweep status experiments/threshold/sweep.yaml
"""
SHOWN_FAILURES = 5
SUBCOMMANDS = ("status", "compact")


def command(words: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    if not words:
        print(USAGE, end="")
        return 1
    if words[0] in SUBCOMMANDS:
        return _look(words[0], _parse(words[1:], words[0]))
    return _run(_parse(words))


def _parse(words: Sequence[str], subcommand: str = "") -> argparse.Namespace:
    parser = Parser(f"sweep {subcommand}".strip())
    parser.add_argument("path", type=Path, metavar="FILE|FOLDER" if subcommand else "FILE")
    parser.add_argument("changes", nargs="*", default=[])  # with a default, it is not told as missing
    for flag in ("--small", "--dry-run", "--only-failed"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--executor", choices=KINDS)
    parser.add_argument("--workers", type=int)
    args = parser.parse_intermixed_args(list(words))
    if not subcommand and not args.path.exists() and args.path.name == str(args.path) and not args.path.suffix:
        what = f"'{args.path}' is neither a file nor a sub-command"
        allowed = "allowed: FILE, such as experiments/threshold/sweep.yaml, or status FILE|FOLDER, compact FILE|FOLDER"
        raise ConfigError([f"command line: sweep: {what}; {near(args.path, SUBCOMMANDS)}{allowed}"])
    args.changes = _changes(args)
    return args


def _changes(args: argparse.Namespace) -> dict[str, Any]:
    from omegaconf import OmegaConf
    from yaml import YAMLError

    found: dict[str, Any] = {}
    for word in args.changes:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise ConfigError([f"command line: sweep: '{word}' cannot be read; write key=value"])
        try:
            found[key.lstrip("+")] = OmegaConf.to_container(OmegaConf.create(f"v: {value}"))["v"]  # type: ignore[index, call-overload]
        except YAMLError:
            raise ConfigError([f"command line: sweep: the value of '{word}' cannot be read"]) from None
    if args.executor:
        found["executor.kind"] = args.executor
    if args.workers is not None:
        found["executor.workers"] = args.workers
    return found


def _run(args: argparse.Namespace) -> int:
    spec = read_spec(args.path, args.changes, args.small)
    sweep = Sweep.open(spec, store_folder(spec, args.small))
    if args.dry_run:
        _say_plan(sweep)
        return 0
    show = {"on": True, "off": False}.get(str(spec.settings.get("progress")))
    try:
        with raise_on_signals(), LiveStatus(spec.title, show) as status:
            status.note(f"{_counts(sweep)}; store {sweep.folder}")
            outcome = carry_out(sweep, only_failed=args.only_failed, show=status.progress, note=status.note)
        write_views(sweep.folder)
    except StoreError as error:
        print(f"error: {error}", file=sys.stderr)
        _say_kept(sweep)
        return 1
    except (KeyboardInterrupt, Terminated) as error:
        _say_kept(sweep, "interrupted; ")
        return error.exit_code if isinstance(error, Terminated) else 130
    _say_outcome(sweep, outcome)
    return 0 if outcome.done == outcome.total or (args.only_failed and not outcome.failed) else 1


def counted(n: int, name: str) -> str:
    """``1 part``, ``2 parts``."""
    return f"{n:,} {name}{'s' * (n != 1)}"


def _counts(sweep: Sweep) -> str:
    """Size of the design in words."""
    total, missing = len(sweep.plan.keys), len(sweep.missing())
    arms = len(sweep.spec.scenarios)
    sizes = {"scenario": arms, "draw": len(sweep.plan.draws), "replicate": sweep.spec.replicates}
    design = ", ".join(counted(n, name) for name, n in sizes.items())
    others = len(sweep.store.done(sweep.digest).keys() - sweep.plan.keys)
    kept = f" ({others:,} more in the store are of other designs or another version of the model)" if others else ""
    return f"{design}: {total:,} runs, {total - missing:,} of them done{kept}"


def _say_plan(sweep: Sweep) -> None:
    missing = sweep.missing()
    families = [(f, f.tasks.keys() & missing) for f in sweep.plan.families.values()]
    seconds = sum(sweep.plan.seconds(family, keys) for family, keys in families if keys)
    shared = len(sweep.plan.rows) - len(sweep.plan.keys)
    print(_counts(sweep))
    print(f"{len(sweep.plan.families):,} histories; {shared:,} runs that come twice in the design are computed once")
    print(f"{len(missing):,} runs to compute, about {duration(seconds)} of one core (a rough guess before they began)")
    print(f"kept of each run: {', '.join(sweep.spec.record.tables)}")
    for name, row in zip(sweep.plan.draws.names, zip(*sweep.plan.draws.labels)):
        values = list(dict.fromkeys(row))
        shown = ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values[:8])
        print(f"  {name}: {shown}{f', … {len(values):,} values' if len(values) > 8 else ''}")
    print(sweep.folder)


def _say_kept(sweep: Sweep, what: str = "") -> None:
    sweep.store.refresh()
    total = len(sweep.plan.keys)
    kept = total - len(sweep.missing())
    print(f"{what}{kept:,} of {total:,} runs are kept; the same command goes on from there", file=sys.stderr)


def _say_outcome(sweep: Sweep, outcome: Outcome) -> None:
    if outcome.failed:
        print(f"{outcome.failed:,} of {outcome.total:,} runs failed; the others are kept:", file=sys.stderr)
        _say_failures(sweep.store, sweep.missing(), sys.stderr)
        print("all of it: sim.analysis.load(FOLDER)['failures']; --only-failed tries them again", file=sys.stderr)
    print(f"{outcome.done:,} of {outcome.total:,} runs done, {outcome.computed:,} of them now", file=sys.stderr)
    print(outcome.folder, flush=True)


def _say_failures(store: SweepStore, missing: set[str], file: Any) -> None:
    """Messages of failures, the most frequent first."""
    rows = {row["run"]: row for row in store.failures().to_pylist() if row["run"] in missing}
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows.values():
        groups.setdefault(row["message"], []).append(row)
    ranked = sorted(groups.items(), key=lambda item: -len(item[1]))
    for message, group in ranked[:SHOWN_FAILURES]:
        print(f"  {len(group):,} × {message} ({group[0]['stage']})", file=file)
    if len(ranked) > SHOWN_FAILURES:
        print(f"  … and {len(ranked) - SHOWN_FAILURES} other messages", file=file)


def _look(what: str, args: argparse.Namespace) -> int:
    folder = folder_of(args.path, args.small, args.changes)
    about = read_about(folder)
    store, record = SweepStore(folder), about["record_digest"]
    if what == "compact":
        with lock_if_free(folder / "lock") as free:
            if not free:
                raise ConfigError([f"{folder}: a sweep works on this store; compact it when it has ended"])
            try:
                before, after = compact(store, record)
                write_views(folder)
            except StoreError as error:
                raise ConfigError([str(error)]) from error
        print(f"{before} parts put together into {after}\n{folder}")
        return 0
    store.refresh(deep=True)
    return _say_status(folder, about, store)


def _say_status(folder: Path, about: dict[str, Any], store: SweepStore) -> int:
    wanted = set(read_design(folder, about)["run"].to_pylist())
    missing = wanted - store.done(about["record_digest"]).keys()
    failed = set(store.failures()["run"].to_pylist()) & missing
    print(about["title"])
    print(f"{len(wanted) - len(missing):,} of {len(wanted):,} runs done, {len(failed):,} failed, "
          f"{len(missing) - len(failed):,} missing; {_driver(folder)}")  # fmt: skip
    size = sum(file[1] for part in store.parts.values() for file in part.files)
    print(f"{counted(len(store.parts), 'part')}, {size / 1e6:,.1f} MB")
    for name, (why, _) in store.damaged.items():
        print(f"part {name} is damaged: {why}; the sweep's command computes its runs again")
    _say_failures(store, missing, sys.stdout)
    print(folder)
    return 0 if not missing and not store.damaged else 1


def _driver(folder: Path) -> str:
    try:
        with lock_if_free(folder / "lock") as free:
            return "no driver is running" if free else "a driver is running"
    except OSError:
        return "the folder cannot be written by you"
