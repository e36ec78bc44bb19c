"""The page as a PDF, from the same HTML and its print style."""

from __future__ import annotations

from pathlib import Path

from sim.report.extras.common import need
from sim.store.entry import new_file


def write_pdf(html: Path) -> Path:
    """Write a page as a PDF beside it.

    Parameters
    ----------
    html : the page, self-contained.

    Returns
    -------
    Path of the PDF.

    Raises
    ------
    ConfigError : WeasyPrint is not installed, or does not find Pango, a library of the system.
    """
    need("pdf")
    from weasyprint import HTML

    with new_file(html.with_suffix(".pdf")) as path:
        HTML(filename=html).write_pdf(path)
    return html.with_suffix(".pdf")
