"""What the other files need alike: how an option fails without its package, words without mark-up."""

from __future__ import annotations

import html
import re

from sim.core.read import ConfigError


def missing(option: str, package: str, extra: str) -> ConfigError:
    """Error for an option whose package is not installed; `extra` has it."""
    return ConfigError([f"{option}: needs {package}; pip install 'talent-circulation[{extra}]'"])


def plain(text: str) -> str:
    """Words of the page without its mark-up."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))
