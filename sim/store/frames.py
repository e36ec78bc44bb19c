"""Tables of a command or a sweep as pandas frames, read when first asked for."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from sim.config.schema import ON_REQUEST
from sim.core.digest import children
from sim.core.gone import gone_columns
from sim.store.edition import check_edition
from sim.store.entry import DamagedEntry, damage
from sim.store.files import unsealed

TABLE = "table"  # attribute of a frame: its name
AGAIN = "give the same command again, it computes what is damaged"


class Recorded(pd.DataFrame):
    """A recorded table; one that asks for a column of an earlier edition is told what replaces it.

    What is made of it is a plain frame.
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __getitem__(self, key: Any) -> Any:
        """As of a plain frame."""
        try:
            return super().__getitem__(key)
        except KeyError as error:
            missing = [name for name in ([key] if isinstance(key, str) else key) if name not in self.columns]
            if said := gone_columns(missing, self.attrs.get(TABLE, "")):
                raise KeyError(said) from error
            raise


class Frames(Mapping[str, pd.DataFrame]):
    """Tables of a command by name (``place_year`` …); each is read when first asked for and then kept.

    Parameters
    ----------
    names : names of the tables.
    read : gives one table as Arrow, with the given columns and row filters.
    folder : where they lie, None in memory.
    """

    def __init__(self, names: Sequence[str], read: Callable[..., pa.Table], folder: Path | None = None) -> None:
        self._names, self._read, self.folder = tuple(names), read, folder
        self._kept: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(f"no table {name!r}; there are {', '.join(self._names)}")
        if name not in self._kept:
            self._kept[name] = Recorded(self.read(name))
            self._kept[name].attrs[TABLE] = name
            if name in ON_REQUEST and self._kept[name].empty:
                warnings.warn(f"table {name!r} is empty: {ON_REQUEST[name]} keeps one", stacklevel=2)
        return self._kept[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names  # without reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def _ipython_key_completions_(self) -> list[str]:
        """Names that IPython and Jupyter complete after ``frames["``."""
        return list(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def read(
        self, name: str, columns: Sequence[str] | None = None, filters: Sequence[tuple[str, str, Any]] | None = None
    ) -> pd.DataFrame:
        """Part of a table, not kept.

        Parameters
        ----------
        columns : columns to read, all by default.
        filters : conditions such as ``("year", ">=", 2018)``, all of which hold.
        """
        # Names: history and runs carry equal lists, which pandas wants to see once. `table` is nobody else's,
        # and columns are given up one by one, so that a large table is not in memory twice.
        try:
            table = self._read(name, columns=columns, filters=filters)
        except Exception as error:  # each kind of table has its own for a column that is not there
            if said := gone_columns(columns or (), name):
                raise KeyError(said) from error
            raise
        return table.unify_dictionaries().to_pandas(split_blocks=True, self_destruct=True)

    @property
    def manifest(self) -> dict[str, Any]:
        """Manifest of the command, or what the store says of its sweep; empty in memory."""
        if self.folder is None:
            return {}
        file = next(self.folder / name for name in ("sweep.json", "manifest.json") if (self.folder / name).is_file())
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return manifest

    def __repr__(self) -> str:
        return f"Frames({', '.join(self._names)})"


def load(folder: str | Path, verify: bool = True) -> Frames:
    """Frames of a finished command's folder; nothing is read yet.

    Parameters
    ----------
    verify : compare each table with its checksum in the manifest when it is first read (one pass over the file).

    Raises
    ------
    DamagedEntry : the manifest, or (when it is read) a table, is not as it was written.
    OtherEdition : the folder is of another edition.
    """
    folder = Path(folder)
    _check_edition(folder)
    files = checksums(folder) if verify else {}
    sums = {name: checksum for name, checksum in files.items() if name.endswith(".parquet")}
    names = sorted({path.stem for path in children(folder, "*.parquet")} | {Path(name).stem for name in sums})
    if not names:
        raise FileNotFoundError(f"no tables in {folder}: the folder of a finished command holds place_year.parquet")

    def read(name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        path = folder / f"{name}.parquet"
        if path.name in sums:
            if wrong := damage(folder, {path.name: sums[path.name]}):
                raise DamagedEntry(f"{folder}: {wrong}; {AGAIN}")
            del sums[path.name]
        filters = filters and list(filters)
        return pq.read_table(path, columns=columns, filters=filters, page_checksum_verification=True)

    return Frames(names, read, folder)


def _check_edition(folder: Path) -> None:
    """Refuse a folder whose manifest, if it can be read, is of another edition."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # `checksums` tells
    if isinstance(manifest, dict):
        check_edition(manifest, folder, "read it with the version that it names, or run its config.yaml again")


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 by file name as the manifest of a folder says them; nothing if there is no manifest.

    Raises
    ------
    DamagedEntry : the manifest is not as it was written.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files: dict[str, str] = manifest["checksums"]["files"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedEntry(f"{folder}: manifest.json cannot be read; {AGAIN}") from error
    if wrong := unsealed(manifest):
        raise DamagedEntry(f"{folder}: {wrong}; {AGAIN}")
    return files


def in_memory(names: Sequence[str], make: Callable[[str], pa.Table]) -> Frames:
    """Frames over Arrow tables that `make` puts together when asked for."""

    def read(name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        table = make(name)
        if filters:
            table = ds.dataset(table).to_table(filter=pq.filters_to_expression(list(filters)))
        return table.select(columns) if columns else table

    return Frames(names, read)
