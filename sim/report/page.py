"""The model as one self-contained HTML file: no script, nothing fetched, styles and drawings inside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from sim.analysis.text import number
from sim.comparison.reading import Comparison, is_share
from sim.core.digest import PACKAGE
from sim.pages.markdown import EVIDENCE_ID
from sim.plots.style import SERIES
from sim.report import drawings, words
from sim.report.build import build
from sim.report.checked import KINDS, MET
from sim.report.model import Reference, Report
from sim.report.read import absolute, relative
from sim.report.sources import links
from sim.report.words import Effect
from sim.store.entry import new_file

NAMED = 4  # missed checks that the first page names
MANIFOLD = 3.0  # changes of so many times the reference and more have no per cent
DIGITS = 2  # that a change in the table of all numbers has at least
NAME = "report.html"
FOLDER = PACKAGE / "report"


def write_report(comparison: Comparison, subject: Sequence[str] = ()) -> tuple[Path, Report]:
    """Write ``report.html`` into the folder of a comparison.

    Parameters
    ----------
    subject : places that the page is about, as codes or names, or ``World``; by default the issuers.

    Returns
    -------
    Its path, and the model that it prints.
    """
    report = build(comparison, subject)
    text = html(report)
    path = comparison.folder / NAME
    with new_file(path) as aside:
        aside.write_text(text, encoding="utf-8")
    return path, report


def html(report: Report) -> str:
    """The page as text."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(("j2",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"linked": _linked, "effect": of_row, "level": _level, "percent": _percent, "drawn": drawn}
    text: str = environment.get_template("page.html.j2").render(
        report=report,
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        draw=drawings,
        axis=drawings.axis_of(
            (row.relative for panel in report.shared for row in panel.rows), 5 if len(report.scenarios) == 1 else 2
        ),
        words=words,
        maps={detail.scenario.label: drawings.world_map(detail.map) for detail in report.details},
        tally=[_tally(report, kind) for kind in KINDS],
        colours=SERIES,
        digits=DIGITS,
        named=NAMED,
    )
    return text


def _tally(report: Report, kind: str) -> tuple[str, int, int]:
    """Checks of one kind: how many are met, of how many."""
    rows = [row for row in report.checked if row.kind == kind]
    return kind, sum(row.verdict == MET for row in rows), len(rows)


def _linked(source: str, references: Sequence[Reference]) -> Markup:
    """A source in which ids are links to their rows below, and identifiers to the addresses that they name."""
    known = {reference.name for reference in references}
    ids = [(id.start(), id.end(), f"#source-{id[0]}") for id in EVIDENCE_ID.finditer(source) if id[0] in known]
    parts, at = [], 0
    for start, end, address in sorted([*ids, *links(source)]):
        if start >= at:
            parts += [escape(source[at:start]), Markup('<a href="{}">{}</a>').format(address, source[start:end])]
            at = end
    return Markup("").join([*parts, escape(source[at:])])


def of_row(row: Mapping[str, Any]) -> Effect:
    """Effect of a row of `Report.numbers` in the outcome's own unit."""
    return absolute({"agree": math.nan, **row}, "")


def percent_of_row(row: Mapping[str, Any]) -> Effect:
    """The same in per cent of the reference."""
    return relative({"agree": math.nan, "pct_chance": math.nan, **row})


def _percent(row: Mapping[str, Any]) -> str:
    """Its change in per cent, but of shares, whose change is in points, and of next to nothing."""
    if is_share(row["column"]) or abs(row["central"]) > MANIFOLD * abs(row["reference"]):
        return "–"
    return words.amount(percent_of_row(row), DIGITS)


def drawn(row: Mapping[str, Any], draws: int) -> str:
    """Its range over chance and assumptions; where it was run with fewer draws than the page tells of, their number."""
    effect = of_row(row)
    if not effect.drawn:
        return "–"
    n = int(row["n_draws"])
    return words.span(effect, DIGITS) if n >= draws else f"{n} draw{'s' * (n != 1)} only"


def _level(reference: float, effect: Effect) -> str:
    """Level of the reference with the digits of the effect, three at most."""
    if not math.isfinite(reference):
        return "–"
    most = 2 - math.floor(math.log10(abs(reference))) if reference else 0
    return number(reference, min(max(words.digits(effect), 0), max(most, 0)))
