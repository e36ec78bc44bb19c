"""``talent-circulation report``: the one-page report of a finished run, or of scenarios that are compared first."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from sim.cli import compare
from sim.cli.parse import Parser
from sim.config.schema import Config
from sim.core.read import ConfigError

USAGE = """\
usage: talent-circulation report FOLDER|SCENARIO [SCENARIO ...] [key=value ...]

Writes report.html: one page that opens offline, mails and prints, with the
answer in three sentences, how sure it is, and where every number comes from.
The last line printed is its path.

FOLDER          what a command or compare printed last
SCENARIO ...    these are compared first, as talent-circulation compare does
--place PLACE   whom the page is about: codes or names of countries with commas,
                or World (default: the issuers of the scenarios)
--pdf           report.pdf too         (pip install 'talent-circulation[pdf]')
--slide         report.pptx, one slide (pip install 'talent-circulation[slide]')
--table         all numbers as XLSX and CSV (… 'talent-circulation[table]')
--from, --to, --against, --config-dir, key=value   as of compare (compare -h)

examples
  talent-circulation report restrictive proportionate --place USA --pdf
  talent-circulation report outputs/compare/6f1c2b9a30d7e845 --slide
"""


def command(words: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    parser = Parser("report")
    parser.add_argument("words", nargs="*")
    compare.add_options(parser)
    parser.add_argument("--place", default="")
    for option in ("--pdf", "--slide", "--table"):
        parser.add_argument(option, action="store_true")
    args = parser.parse_intermixed_args(list(words))
    names = [word for word in args.words if "=" not in word]
    if not names:
        raise ConfigError(["command line: report: names neither a folder nor a scenario; see report --help"])
    from sim.report.extras.common import PACKAGES, need

    need(*(extra for extra in PACKAGES if vars(args)[extra]))
    places = [word.strip() for word in args.place.split(",") if word]
    folder = _folder(names, args, words, places)
    from sim.comparison.reading import read_comparison
    from sim.report.page import write_report
    from sim.running.progress import say

    comparison = read_comparison(folder)
    say("building the page …")
    path, report = write_report(comparison, places)
    written = [path]
    if args.pdf:
        from sim.report.extras.pdf import write_pdf

        written.append(write_pdf(path))
    if args.slide:
        from sim.report.extras.slide import write_slide

        written.append(write_slide(report, path.with_suffix(".pptx")))
    if args.table:
        from sim.report.extras.sheets import write_tables

        written += write_tables(report, folder)[:1]
    for other in written[1:]:
        print(other)
    print(path, flush=True)
    return 0


def _folder(names: Sequence[str], args: argparse.Namespace, words: Sequence[str], places: Sequence[str]) -> Path:
    """The folder that is given, or that of the comparison of the scenarios that are."""
    changes = [word for word in args.words if "=" in word]
    if Path(names[0]).is_dir():
        if len(names) > 1 or changes:
            told = f"{names[0]} is a folder of finished runs, which takes no further names and settings"
            raise ConfigError([f"command line: report: {told}; allowed: one folder, or scenarios with key=value"])
        return Path(names[0])
    if "/" in names[0]:
        raise ConfigError([f"command line: report: there is no folder {names[0]}"])
    typed = ["talent-circulation", "report", *words]
    folder = compare.carry_out(names, changes, args, typed, lambda cfg: _check_places(places, cfg))
    assert folder is not None  # only --dry-run computes nothing
    return folder


def _check_places(places: Sequence[str], cfg: Config) -> None:
    """Raise `ConfigError` for a place that is not of the world that will be run."""
    from sim.data.tables import load_world_data
    from sim.report.read import codes

    data = load_world_data(cfg.world)
    codes(places, dict(zip(data.iso3, data.names)))
