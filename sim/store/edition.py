"""Edition of what is stored: folders and stores of another one are refused by name, and nothing in them changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.core.read import ConfigError

OUTPUTS_VERSION = 2  # of tables and their columns; docs/decisions/editions.md
KEY = "outputs_version"
OF_A_STORE = "move it elsewhere or give another outdir, and sweep again; the version that it names still reads it"


class OtherEdition(ConfigError):
    """Outputs of another edition than this program's."""


def edition_of(said: Mapping[str, Any]) -> int:
    """Edition that a manifest or ``sweep.json`` states; the first one stated none."""
    found = said.get(KEY, 1)
    return found if isinstance(found, int) else 1


def check_edition(said: Mapping[str, Any], where: Path, advice: str) -> None:
    """Raise `OtherEdition` for outputs of another edition.

    Parameters
    ----------
    said : manifest, or what a store says of its sweep.
    where : the folder, for the message.
    advice : what to do, after a semicolon.
    """
    if (found := edition_of(said)) != OUTPUTS_VERSION:
        raise OtherEdition([f"{where}: {words(found)}; {advice}"])


def words(found: int) -> str:
    """What is wrong with outputs of an edition."""
    older = "an earlier" if found < OUTPUTS_VERSION else "a later"
    return (
        f"holds outputs of {older} edition ({KEY} {found}, this program reads {OUTPUTS_VERSION}), whose columns differ"
    )
