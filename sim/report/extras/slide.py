"""The page as one slide for a talk: the answer, the numbers side by side, a picture of their ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from sim.plots.style import SERIES
from sim.report.extras.chart import chart
from sim.report.extras.common import plain
from sim.report.model import Panel, Report
from sim.report.words import amount, both, span
from sim.store.entry import new_file

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.55  # inches; 16:9
FONT, INK, GREY, PALE = "Arial", "222222", "5F5F5F", "F1F4F6"
TITLE_ONLY = 5  # layout of the template that python-pptx brings
LABEL, COLUMN, TABLE = 1.6, 1.9, 7.6  # inches: names of outcomes; a scenario, and all of it, at most
TOP, FOOT = 3.15, 6.75  # inches: where the table and the picture begin, where the footnote does
ONE_LINE = 1550  # points times letters of a title that fits into one line
Line = tuple[str, float, str, bool]  # words, points, colour, bold


def write_slide(report: Report, path: Path) -> Path:
    """Write one slide of 16:9.

    Parameters
    ----------
    report : the page; path : of the PPTX file.
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = report.title
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    _title(slide, report.title)
    _text(slide, 0.98, [(report.asked.split("?")[0] + "?", 13, GREY, False)])
    lines = sum(math.ceil(len(sentence) / 145) for sentence in report.answer)
    _text(slide, 1.35, [(sentence, 14 if lines <= 6 else 12, INK, False) for sentence in report.answer])
    right = _table(slide, report.shared)
    _picture(slide, report.shared, right + 0.25)
    repeat = f"{report.repeat.command} · version {report.repeat.version}"
    _text(slide, FOOT, [(line, 10, GREY, False) for line in (report.ranges, repeat)])
    notes = (*report.answer, report.ranges, *report.limits)
    slide.notes_slide.notes_text_frame.text = "\n".join(map(plain, notes))
    with new_file(path) as beside:
        deck.save(str(beside))
    return path


def _title(slide: Any, words: str) -> None:
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = map(Inches, (MARGIN, 0.35, WIDTH - 2 * MARGIN, 0.6))
    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(shape.text_frame, [(words, max(16, min(28, ONE_LINE // len(words))), INK, True)])


def _text(slide: Any, top: float, lines: Sequence[Line]) -> None:
    """Lines across the slide."""
    box = slide.shapes.add_textbox(*map(Inches, (MARGIN, top, WIDTH - 2 * MARGIN, 0.3)))
    box.text_frame.word_wrap = True
    _write(box.text_frame, lines)


def _write(frame: Any, lines: Sequence[Line], margin: float = 0.0, gap: float = 0.3) -> None:
    """A paragraph a line, from the left; `gap` is the part of a line that is left free below it."""
    frame.margin_left = frame.margin_right = Inches(margin)
    frame.margin_top = frame.margin_bottom = Pt(2)
    for i, (words, size, colour, bold) in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment, paragraph.space_after = PP_ALIGN.LEFT, Pt(gap * size)
        _run(paragraph, words, size, colour, bold)


def _run(paragraph: Any, words: str, size: float, colour: str, bold: bool) -> None:
    run = paragraph.add_run()
    run.text, font = plain(words), run.font
    font.name, font.size, font.bold, font.color.rgb = FONT, Pt(size), bold, RGBColor.from_string(colour)


def _table(slide: Any, panels: Sequence[Panel]) -> float:
    """A line an outcome, a column a scenario with its colour: the change, its range below. Gives the right end."""
    titles = list(dict.fromkeys(row.label for panel in panels for row in panel.rows))
    column = min(COLUMN, (TABLE - LABEL) / len(titles))
    place = map(Inches, (MARGIN, TOP, LABEL + column * len(titles), 0.5 * (len(panels) + 1)))
    table = slide.shapes.add_table(len(panels) + 1, len(titles) + 1, *place).table
    table.columns[0].width = Inches(LABEL)
    _cell(table, 0, 0, [("Change from the reference", 11, GREY, False)])
    for j, title in enumerate(titles, start=1):
        table.columns[j].width = Inches(column)
        size = 11 if len(titles) < 4 else 9
        head = _cell(table, 0, j, [("●\u00a0", size, SERIES[(j - 1) % len(SERIES)].removeprefix("#"), True)])
        _run(head.paragraphs[0], title, size, INK, True)
    for i, panel in enumerate(panels, start=1):
        _cell(table, i, 0, [(panel.title, 12, INK, False)])
        for row in panel.rows:
            numbers = [(amount(row.relative), 13, INK, True), (span(row.relative), 9.5, GREY, False)]
            _cell(table, i, 1 + titles.index(row.label), numbers)
    return MARGIN + LABEL + column * len(titles)


def _cell(table: Any, i: int, j: int, lines: Sequence[Line]) -> Any:
    cell = table.cell(i, j)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(PALE if i % 2 == 0 else "FFFFFF")
    _write(cell.text_frame, [line for line in lines if line[0]], margin=0.07, gap=0.0)
    return cell.text_frame


def _picture(slide: Any, panels: Sequence[Panel], left: float) -> None:
    width, height = WIDTH - MARGIN - left, FOOT - TOP - 0.1
    shape = slide.shapes.add_picture(BytesIO(chart(panels, width, height)), *map(Inches, (left, TOP, width, height)))
    said = (
        f"{panel.title}: " + "; ".join(f"{row.label} {both(row.relative)}" for row in panel.rows) for panel in panels
    )
    shape._element.nvPicPr.cNvPr.set("descr", "Change from the reference with its ranges. " + ". ".join(said))
