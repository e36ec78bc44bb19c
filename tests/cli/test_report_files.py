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
from sim.report import words
from sim.report.build import build
from sim.report.extras.common import PACKAGES
from sim.report.extras.sheets import FOLDER, WORKBOOK
from sim.report.model import Report
from tests.browser.browser import complaints, look
from tests.cli.conftest import ASKED, PANGO, weasyprint

LARGEST = 3_000_000  # bytes of the page


@pytest.fixture(scope="module")
def made(reported: Path) -> tuple[Path, Report]:
    """The page with its files beside it; its model."""
    return reported / "report.html", build(read_comparison(reported))


def test_a_browser_has_no_complaint(made: tuple[Path, Report]) -> None:
    (seen,) = look(made[0])
    assert complaints(seen) == {}
    assert seen.bytes <= LARGEST and seen.pages >= 2


@pytest.mark.skipif(not PANGO, reason="no Pango")
def test_the_first_page_of_the_pdf_ends_with_the_front(made: tuple[Path, Report]) -> None:
    pages = [set(page.anchors) for page in weasyprint.HTML(filename=made[0]).render().pages]
    assert "repeat" in pages[0] and not {"policy", "checked"} & pages[0] and "policy" in pages[1] | pages[2]


@pytest.mark.skipif(not PANGO, reason="no Pango")
def test_the_pdf_has_the_pages_of_the_print(made: tuple[Path, Report]) -> None:
    pdf = made[0].with_suffix(".pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    objects = b"".join(_unpacked(pdf))
    assert len(re.findall(rb"/Type\s*/Page\b", objects)) >= 2  # the front and the appendix
    assert f"({made[1].title})".encode() in objects


def _unpacked(pdf: bytes) -> Iterator[bytes]:
    """Its streams, of which some hold the objects."""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(stream)


def test_the_slide_says_what_the_page_says(made: tuple[Path, Report]) -> None:
    report = made[1]
    deck = pptx.Presentation(str(made[0].with_suffix(".pptx")))
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


def test_workbook_and_csv_hold_the_same_numbers(made: tuple[Path, Report]) -> None:
    files = sorted((made[0].parent / FOLDER).glob("*.csv"))
    book = openpyxl.load_workbook(made[0].parent / WORKBOOK)
    assert book.sheetnames == ["answer", "effects", "places", "constituencies", "draws", "how to read"]
    assert [file.stem for file in files] == sorted(name.replace(" ", "_") for name in book.sheetnames)
    for file in files:
        sheet = book[file.stem.replace("_", " ")]
        _, _, *rows = sheet.iter_rows(values_only=True)
        csv = pd.read_csv(file).astype(object)
        read = pd.DataFrame(rows, columns=csv.columns).astype(object)
        pd.testing.assert_frame_equal(read.where(read.notna(), None), csv.where(csv.notna(), None), check_dtype=False)


def test_a_place_has_the_number_of_the_recorded_tables(made: tuple[Path, Report]) -> None:
    folder = made[0].parent
    places = pd.read_csv(folder / FOLDER / "places.csv")
    (found,) = places.query(
        "scenario == 'proportionate' and mode == 'direct' and place == 'USA' and column == 'n_researchers'"
    ).to_dict("records")
    recorded = read_comparison(folder).frames["place_year"]
    documented = recorded.query("place == 'USA' and mode == 'scripted' and draw == 0 and year == 2022")
    people = documented.groupby("scenario", observed=True)["n_researchers"].mean()
    assert found["central"] == pytest.approx(people["proportionate"] - people["baseline"])
    assert found["area"] == "United States" and found["n_draws"] == 2


def test_packages_that_are_missing_are_named_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package, _ in PACKAGES.values():
        monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    assert main(["report", *ASKED, "--pdf", "--slide", "--table", f"outdir={tmp_path}"]) == 1
    lines = capsys.readouterr().err.splitlines()
    for extra, (_, package) in PACKAGES.items():
        assert f"error: --{extra}: needs {package}; pip install 'talent-circulation[{extra}]'" in lines
    assert not list(tmp_path.iterdir())
