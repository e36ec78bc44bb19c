"""What the other files need alike: whether their packages are there, words without mark-up."""

from __future__ import annotations

import html
import re
from importlib.util import find_spec

from sim.core.read import ConfigError

PACKAGES = {
    "pdf": ("weasyprint", "WeasyPrint"),
    "slide": ("pptx", "python-pptx"),
    "table": ("xlsxwriter", "XlsxWriter"),
}
PANGO = (
    "--pdf: WeasyPrint needs Pango (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "macOS: brew install pango; Windows: MSYS2); or print report.html in a browser"
)


def need(*extras: str) -> None:
    """Make sure that files can be written before anything is computed for them.

    Parameters
    ----------
    extras : names of optional parts of the package, of `PACKAGES`.

    Raises
    ------
    ConfigError : their packages are not installed, or what those load of the system is not; says what to install.
    """
    found = {extra: find_spec(PACKAGES[extra][0]) is not None for extra in extras}
    problems = [
        f"--{extra}: needs {PACKAGES[extra][1]}; pip install 'talent-circulation[{extra}]'"
        for extra, there in found.items()
        if not there
    ]
    if found.get("pdf"):
        try:
            import weasyprint  # noqa: F401
        except OSError:  # it is there, but what it loads is not
            problems.append(PANGO)
    if problems:
        raise ConfigError(problems)


def plain(text: str) -> str:
    """Words of the page without its mark-up."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))
