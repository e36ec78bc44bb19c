"""The small comparison that all tests of the report read: made once, with every file that the command writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.main import main

try:
    import weasyprint
except OSError:  # what it loads is not there
    weasyprint = None
PANGO = weasyprint is not None
ASKED = ["restrictive", "proportionate", "world=g20", "scale=8000", "start=2014", "--to", "2022", "draws=2",
         "progress=off"]  # fmt: skip


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of two scenarios with documented values and two draws, their page, PDF, slide and tables."""
    outputs = tmp_path_factory.mktemp("reported")
    assert main(["report", *ASKED, "--slide", "--table", *(["--pdf"] if PANGO else []), f"outdir={outputs}"]) == 0
    (page,) = outputs.rglob("report.html")
    return page.parent
