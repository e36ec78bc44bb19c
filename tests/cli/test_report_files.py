"""The report of a small comparison: the page in a browser, the PDF, the slide and the workbook, read back."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
import pptx
import pytest

from sim.cli.main import main
from sim.comparison import read_comparison
from sim.core.read import ConfigError
from sim.report import words
from sim.report.extras import slide
from sim.report.extras.pdf import write_pdf
from sim.report.extras.sheets import write_tables
from sim.report.model import Report
from sim.report.page import write_report
from tests.browser.browser import complaints, look

LARGEST = 3_000_000  # bytes of the page
ASKED = ["restrictive", "open", "scale=8000", "world=g20", "start=2010", "--to", "2021", "draws=2", "progress=off"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The page of a comparison, and its model."""
    outputs = tmp_path_factory.mktemp("outputs")
    assert main(["compare", *ASKED, f"outdir={outputs}"]) == 0
    (about,) = outputs.rglob("comparison.json")
    return write_report(read_comparison(about.parent))


def test_a_browser_has_no_complaint(made: tuple[Path, Report]) -> None:
    (seen,) = look(made[0])
    assert complaints(seen) == {}
    assert seen.bytes <= LARGEST and seen.pages >= 2


def test_the_pdf_has_the_pages_of_the_print(made: tuple[Path, Report]) -> None:
    try:
        import weasyprint  # noqa: F401
    except OSError as error:
        pytest.skip(f"no Pango ({error})")
    pdf = write_pdf(made[0]).read_bytes()
    assert pdf.startswith(b"%PDF-")
    objects = b"".join(_unpacked(pdf))
    assert len(re.findall(rb"/Type\s*/Page\b", objects)) >= 2  # the front and the appendix
    assert f"({made[1].title})".encode() in objects


def _unpacked(pdf: bytes) -> Iterator[bytes]:
    """Its streams, of which some hold the objects."""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(stream)


def test_the_slide_says_what_the_page_says(made: tuple[Path, Report], tmp_path: Path) -> None:
    report = made[1]
    deck = pptx.Presentation(str(slide.write_slide(report, tmp_path / "report.pptx")))
    (page,) = deck.slides
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, rel=1e-3)
    assert page.shapes.title.text_frame.text == report.title
    texts = "\n".join(shape.text_frame.text for shape in page.shapes if shape.has_text_frame)
    for said in (*report.answer, report.repeat.command):
        assert said in texts
    (table,) = [shape.table for shape in page.shapes if shape.has_table]
    assert len(table.columns) == 1 + len(report.scenarios) and len(table.rows) == 1 + len(report.shared)
    for i, panel in enumerate(report.shared, start=1):
        for j, row in enumerate(panel.rows, start=1):
            assert table.cell(i, j).text_frame.text.split("\n")[0] == words.amount(row.relative)
    (picture,) = [shape for shape in page.shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE]
    assert report.shared[0].title in picture._element.nvPicPr.cNvPr.get("descr")
    assert all(shape.left >= 0 and shape.left + shape.width <= deck.slide_width for shape in page.shapes)


@pytest.fixture(scope="module")
def tables(made: tuple[Path, Report]) -> tuple[Path, ...]:
    """The workbook and the CSV files."""
    return write_tables(made[1], made[0].parent)


def test_workbook_and_csv_hold_the_same_numbers(tables: tuple[Path, ...]) -> None:
    workbook, *files = tables
    book = openpyxl.load_workbook(workbook)
    assert [file.stem for file in files] == [name.replace(" ", "_") for name in book.sheetnames]
    assert {"answer", "effects", "places", "constituencies", "draws", "how_to_read"} == {file.stem for file in files}
    for file, sheet in zip(files, book):
        _, _, *rows = sheet.iter_rows(values_only=True)
        csv = pd.read_csv(file).astype(object)
        read = pd.DataFrame(rows, columns=csv.columns).astype(object)
        pd.testing.assert_frame_equal(read.where(read.notna(), None), csv.where(csv.notna(), None), check_dtype=False)


def test_a_place_has_the_number_of_the_recorded_tables(tables: tuple[Path, ...]) -> None:
    folder = tables[0].parent
    places = pd.read_csv(folder / "report_tables" / "places.csv")
    (found,) = places.query(
        "scenario == 'open' and mode == 'direct' and place == 'USA' and column == 'n_researchers'"
    ).to_dict("records")
    recorded = read_comparison(folder).frames["place_year"]
    documented = recorded.query("place == 'USA' and mode == 'scripted' and draw == 0 and year == 2021")
    people = documented.groupby("scenario", observed=True)["n_researchers"].mean()
    assert found["central"] == pytest.approx(people["open"] - people["baseline"])
    assert found["area"] == "United States" and found["n_draws"] == 2


def test_a_package_that_is_missing_is_named(made: tuple[Path, Report], monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("weasyprint", "xlsxwriter"):
        monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    monkeypatch.setattr(slide, "Presentation", None)
    page, report = made
    for write, extra in (
        (lambda: write_pdf(page), "pdf"),
        (lambda: write_tables(report, page.parent), "table"),
        (lambda: slide.write_slide(report, page.with_suffix(".pptx")), "slide"),
    ):
        with pytest.raises(ConfigError, match=rf"--{extra}: needs .*talent-circulation\[{extra}\]"):
            write()
