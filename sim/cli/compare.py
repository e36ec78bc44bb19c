"""``talent-circulation compare A B …``: scenarios side by side, with what is not known about each difference."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.parse import Parser
from sim.config.schema import Config
from sim.core.axes import BASELINE
from sim.core.read import ConfigError

if TYPE_CHECKING:
    from sim.comparison.reading import Comparison
    from sim.sweep.run import Sweep
    from sim.sweep.status import LiveStatus

USAGE = """\
usage: talent-circulation compare SCENARIO [SCENARIO ...] [key=value ...]

Runs several scenarios over the same years and prints one table: for each
difference its value at the documented numbers, and the range over all numbers
that no data fix. Writes effects.csv, a figure and report.html into
outputs/compare/<key>/; the last line printed is that folder. Given again, it
goes on from what is there; with more draws it adds to it.

SCENARIO        a name, or A+B for both together
key=value       settings (by default scale=400 draws=20 replicates=1), policies
                (policies.NAME.KEY=VALUE goes to the scenarios that have it, *
                stands for any name, VALUE,VALUE makes a scenario of each)
--from YEAR     first year of the yearly means (default: of the first policy)
--to YEAR       last year, also of the run (default: 2035)
--against NAME  compare with this scenario instead of the policy of 2017;
                as_it_was: with today's rules, to which scenarios are added
--config-dir F  your own scenario/NAME.yaml and policy/NAME.yaml
--place PLACES  codes, names or groups whose lines come first, such as CAN,Japan
--dry-run       what would be run, and how long it takes
figures=off     table only

examples
  talent-circulation compare restrictive proportionate open
  talent-circulation compare open --against as_it_was \\
      policies.us_open_doors.shift=9
  talent-circulation compare ostp_2024 \\
      "policies.*.levers.*.scope.institution_threshold_musd=10,50,200"
"""


def command(words: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    parser = Parser("compare")
    parser.add_argument("words", nargs="*")
    add_options(parser)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--place", default="")
    args = parser.parse_intermixed_args(list(words))
    names = [word for word in args.words if "=" not in word]
    if not names:
        raise ConfigError(["command line: compare: names no scenario; see talent-circulation list scenarios"])
    changes = [word for word in args.words if "=" in word]
    asked: list[Config] = []
    folder = carry_out(names, changes, args, ["talent-circulation", "compare", *words], asked.append)
    if folder is None:
        return 0
    from sim.comparison.reading import read_comparison

    show(
        read_comparison(folder),
        [word for word in args.place.split(",") if word],
        asked[0].figures != "off",
    )
    print(folder, flush=True)
    return 0


def add_options(parser: Parser) -> None:
    """Options of a question, which `compare` and `report` share."""
    parser.add_argument("--from", dest="first", type=int)
    parser.add_argument("--to", dest="last", type=int)
    parser.add_argument("--against", default=BASELINE)
    parser.add_argument("--config-dir", "-cd")


def carry_out(
    names: Sequence[str],
    changes: Sequence[str],
    args: object,
    typed: Sequence[str],
    check: Callable[[Config], object] = bool,
) -> Path | None:
    """Ask, compute what is missing, and return the folder; None if it was only to be told what would be run.

    Parameters
    ----------
    check : is given the first scenario's configuration before anything is computed, and may refuse what else was asked.
    """
    import shlex

    from sim.comparison import carry
    from sim.comparison.question import ask
    from sim.sweep.status import duration

    given = vars(args)
    question = ask(
        names, changes, first=given["first"], last=given["last"], against=given["against"],
        config_dir=given["config_dir"], command=shlex.join(typed),
    )  # fmt: skip
    check(question.configs[question.scenarios[0]])
    job = carry.plan(question)
    missing = job.sweep.missing()
    families = job.sweep.plan.families.values()
    seconds = sum(job.sweep.plan.seconds(f, keys) for f in families if (keys := f.tasks.keys() & missing))
    text = f"{len(job.sweep.plan.keys):,} runs, {len(missing):,} to compute"
    if given.get("dry_run"):
        print(f"{text}, about {duration(seconds)} of one core (a rough guess)\n{job.folder}")
        return None
    with watched(job.sweep, question.configs[question.scenarios[0]].progress) as status:
        if missing:
            status.note(f"{text}; what is finished is kept in {job.folder}")
        outcome = carry.carry_out(job, show=status.progress, note=status.note)
    if outcome.done < outcome.total:
        failed = f"{outcome.total - outcome.done} of {outcome.total} runs failed; the others are kept"
        raise ConfigError([f"{failed}; why they failed: talent-circulation sweep status {job.folder}"])
    return outcome.folder


@contextmanager
def watched(sweep: Sweep, progress: str) -> Iterator[LiveStatus]:
    """Show a sweep that answers a question; interrupted, say where it goes on and end with the exit code."""
    from sim.running.command import BAR
    from sim.running.signals import Terminated, raise_on_signals
    from sim.sweep.status import LiveStatus

    try:
        with raise_on_signals(), LiveStatus(sweep.spec.title, BAR[progress]) as status:
            yield status
    except (KeyboardInterrupt, Terminated) as error:
        print(f"interrupted; the same command goes on from {sweep.folder}", file=sys.stderr)
        raise SystemExit(error.exit_code if isinstance(error, Terminated) else 130) from None


def show(comparison: Comparison, places: Sequence[str] = (), report: bool = True) -> None:
    """Print the table; write effects.csv, the figure and the report.

    Parameters
    ----------
    places : whose lines come first, by code, name or group.
    """
    from sim.comparison.figure import write_figure
    from sim.comparison.lines import table_of
    from sim.comparison.table import text_of
    from sim.report.page import write_report
    from sim.running.progress import say
    from sim.store.sweep import writing_into

    table = table_of(comparison, places)
    with writing_into(comparison.folder, comparison.folder / "effects.csv") as aside:
        table.to_csv(aside, index=False)
    print(text_of(comparison, table, places), flush=True)
    if report:
        say("building figure and page …")
        write_figure(comparison, table, comparison.folder / "figures")
        write_report(comparison)
