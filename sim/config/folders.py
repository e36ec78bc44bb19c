"""Where configuration lies: the shipped folder and the user's own, and the names that files give to choices."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sim.core.digest import PACKAGE, children
from sim.core.read import ConfigError

GROUPS = ("scenario", "policy", "world", "threat", "params")
OPEN = ("world", "threat")  # groups whose value may also be a folder or file of tables
ADDED = ("scenario", "policy")  # groups without a place in config.yaml's defaults, or `+scenario=` would fail
COMMAND_LINE = "command line"


def config_root() -> Path:
    """Folder of the shipped configuration: the clone's ``configs/``, or the one inside the wheel."""
    clone = PACKAGE.parent / "configs"
    return clone if (clone / "config.yaml").is_file() else PACKAGE / "configs"


def options(group: str, folders: Iterable[Path]) -> dict[str, Path]:
    """Names and files of a group; a later folder may not hide an earlier one."""
    found: dict[str, Path] = {}
    for folder in folders:
        try:
            files = children(folder / group, "*.yaml")
        except OSError as error:
            raise ConfigError([f"{folder / group}: cannot be read ({error.strerror})"]) from None
        for file in files:
            found.setdefault(file.stem, file)
    return found


def search_folders(config_dir: str | None) -> dict[str, Path]:
    """Folders with configuration, by the label that messages use."""
    folders = {"configs": config_root()}
    if config_dir is not None:
        if not os.path.isdir(config_dir):
            raise ConfigError([f"{COMMAND_LINE}: --config-dir: '{config_dir}' is not a folder"])
        if Path(config_dir).resolve() != config_root().resolve():
            folders[str(config_dir).rstrip("/")] = Path(config_dir).absolute()
    return folders
