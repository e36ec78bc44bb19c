"""The page as a PDF, from the same HTML and its print style."""

from __future__ import annotations

from pathlib import Path

from sim.core.read import ConfigError
from sim.report.extras.common import missing


def write_pdf(html: Path) -> Path:
    """Write a page as a PDF beside it.

    Parameters
    ----------
    html : the page, self-contained; nothing is fetched.

    Returns
    -------
    Path of the PDF.

    Raises
    ------
    ConfigError : WeasyPrint is not installed, or does not find Pango, a library of the system.
    """
    try:
        from weasyprint import HTML
    except ImportError as error:
        raise missing("--pdf", "WeasyPrint", "pdf") from error
    except OSError as error:  # it is there, but what it loads is not
        raise ConfigError(
            [
                "--pdf: WeasyPrint needs Pango (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
                "libharfbuzz-subset0; macOS: brew install pango; Windows: MSYS2); or print report.html in a browser"
            ]
        ) from error
    pdf = html.with_suffix(".pdf")
    beside = pdf.with_suffix(".pdf.part")
    HTML(filename=html).write_pdf(beside)
    beside.replace(pdf)
    return pdf
