"""What the balance is drawn up from: the files of a command, and paired values of its two arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import outcomes, summary
from sim.analysis.pairs import RUN, Estimate, Value, estimate, over_draws, paired_levels, plain
from sim.analysis.text import few, in_agents
from sim.config.load import from_mapping
from sim.config.schema import Config
from sim.core.axes import BASELINE, MODES
from sim.core.read import ConfigError, Problems
from sim.data.tables import load_world_data
from sim.running.model import RealModel
from sim.store.entry import DamagedEntry, damage
from sim.store.frames import AGAIN, Frames, checksums, load

CONFIG = "config.yaml"
CLEAR = 2.0  # standard errors by which a denominator must differ from zero before anything is divided by it


@dataclass(frozen=True)
class Paired:
    """One quantity in both arms.

    Attributes
    ----------
    base, here : [n], baseline and scenario by replicate (by draw, where there are several).
    """

    base: np.ndarray
    here: np.ndarray

    @property
    def effect(self) -> np.ndarray:
        """Scenario minus baseline [n]."""
        return self.here - self.base

    def __add__(self, other: Paired) -> Paired:
        return Paired(self.base + other.base, self.here + other.here)

    def __mul__(self, factor: float) -> Paired:
        return Paired(self.base * factor, self.here * factor)


@dataclass(frozen=True)
class Row:
    """One line of the balance; `reference` is the baseline's level, NaN where there is none.

    `told` : what stands on the page in place of the estimate.
    """

    section: str
    who: str
    outcome: str
    unit: str
    reference: float
    estimate: Estimate
    note: str = ""
    told: str = ""


def changed(section: str, who: str, outcome: str, unit: str, pair: Paired) -> Row:
    """Line of a paired change."""
    finite = pair.base[np.isfinite(pair.base)]
    reference = float(finite.mean()) if len(finite) else float("nan")
    return Row(section, who, outcome, unit, reference, estimate(pair.effect))


def told_in_agents(row: Row, agent: Mapping[str, float]) -> Row:
    """The row as it is told on the page, if its change is that of fewer than `FEW` agents in the period.

    Parameters
    ----------
    agent : what one agent, or one paper or project of one, is in a unit; expectations (top papers, exposure by
        deception) are no counts of agents.
    """
    each = agent.get(row.unit, 0.0)
    expected = row.outcome.startswith("top") or "threshold" in row.outcome or row.outcome.endswith(", deception")
    if not each or expected:
        return row
    number = row.estimate.mean / each
    return replace(row, told=in_agents(number)) if few(number) else row


def quotient(over: np.ndarray, under: np.ndarray) -> Estimate:
    """Ratio of two means over replicates, with the error of a ratio (linearised, as by the delta method).

    NaN throughout if the denominator is not clear of zero by `CLEAR` standard errors: nothing can be said then.
    """
    nothing = estimate(np.full(len(under), np.nan))
    bottom = estimate(under)
    if not np.isfinite(bottom.mean) or bottom.mean == 0 or abs(bottom.mean) < CLEAR * np.nan_to_num(bottom.se):
        return nothing
    ratio = float(np.mean(over)) / bottom.mean
    return estimate(ratio + (over - ratio * under) / bottom.mean)


@dataclass(frozen=True)
class Source:
    """Tables of one command with its configuration.

    Parameters
    ----------
    frames : tables, as from `sim.run` or `sim.analysis.load`.
    cfg : configuration of the scenario that was run.
    mode : governments' mode that is read; direct effects (scripted) where there are both.
    """

    frames: Frames
    cfg: Config
    mode: str = ""
    name: str = field(default="")

    def __post_init__(self) -> None:
        world = self.table("world_year", ["scenario", "mode"]).drop_duplicates()
        modes = [mode for mode in MODES if mode in set(world["mode"])]
        if self.mode and self.mode not in modes:
            raise ConfigError([f"{self.where}: no runs with {self.mode} governments; there are {', '.join(modes)}"])
        object.__setattr__(self, "mode", self.mode or modes[0])
        scenarios = sorted(set(world["scenario"]) - {BASELINE})
        if len(scenarios) != 1 or BASELINE not in set(world["scenario"]):
            held = ", ".join(sorted(set(world["scenario"])))
            need = "a scenario and its paired baseline (+scenario=NAME with compare=true)"
            raise ConfigError([f"{self.where}: the balance needs {need}; the tables hold {held}"])
        object.__setattr__(self, "name", scenarios[0])

    @property
    def where(self) -> str:
        """Folder, for messages."""
        return str(self.frames.folder or "tables in memory")

    @cached_property
    def period(self) -> summary.Period:
        """Years of the yearly means: from the first policy to the end."""
        cfg, model = self.cfg, RealModel()
        return summary.period_of(cfg.start, cfg.end, model.first_policy_year(cfg), model.data_end(cfg))

    @cached_property
    def issuers(self) -> tuple[str, ...]:
        """Codes of the places that issue the policies."""
        return self._members(word for policy in self.cfg.policies.values() for word in policy.issuer)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Codes of the places that the policies name as origins, partners or destinations, issuers left out."""
        words = (word for policy in self.cfg.policies.values() for word in policy.named)
        return tuple(code for code in self._members(words) if code not in self.issuers)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of the places by code."""
        data = load_world_data(self.cfg.world)
        return dict(zip(data.iso3, data.names))

    def _members(self, words: Any) -> tuple[str, ...]:
        return RealModel().members(self.cfg, list(dict.fromkeys(words)))

    def table(
        self, name: str, columns: Sequence[str], years: tuple[int, int] | None = None, **keep: Sequence[str]
    ) -> pd.DataFrame:
        """Columns of a table for the mode that is read, with names as plain text.

        Parameters
        ----------
        years : first and last year.
        keep : values to keep by column.
        """
        if name not in self.frames:
            raise ConfigError([f"{self.where}: no table {name}.parquet; is this the folder of a finished command?"])
        filters: list[tuple[str, str, Any]] = []
        if years:
            filters += [("year", ">=", years[0]), ("year", "<=", years[1])]
        if self.mode:
            filters.append(("mode", "==", self.mode))
        filters += [(column, "in", list(values)) for column, values in keep.items()]
        wanted = list(dict.fromkeys([*RUN, *columns, *keep])) if self.mode else list(columns)
        try:
            frame = self.frames.read(name, wanted, filters or None)
        except DamagedEntry as error:
            raise ConfigError([str(error)]) from None
        except (KeyError, ValueError) as error:  # Arrow: no such column
            raise ConfigError([f"{self.where}: {name}.parquet lacks a column that is needed: {error}"]) from None
        return plain(frame)

    def yearly(self, name: str, columns: Sequence[str], **keep: Sequence[str]) -> pd.DataFrame:
        """`table` over the period."""
        return self.table(name, columns, (self.period.first, self.period.last), **keep)

    def last(self, name: str, columns: Sequence[str], **keep: Sequence[str]) -> pd.DataFrame:
        """`table` of the last year."""
        return self.table(name, columns, (self.period.last, self.period.last), **keep)

    def paired(self, frame: pd.DataFrame, value: Value, by: Sequence[str] = ()) -> dict[tuple[Any, ...], Paired]:
        """Sums (or ratios of sums) in both arms by cell of `by`; one cell () without."""
        if not {BASELINE, self.name} <= set(frame["scenario"]):
            return {}
        found = paired_levels(frame, value, by)
        if found.empty:
            raise ConfigError([f"{self.where}: no replicate is there with and without the scenario"])
        found = over_draws(found, ["reference", "level"], by)
        groups = found.groupby([*by], sort=False) if by else [((), found)]
        return {cell: Paired(part["reference"].to_numpy(), part["level"].to_numpy()) for cell, part in groups}

    def split(self, frame: pd.DataFrame, value: Value, column: str, years: int = 1) -> dict[str, Paired]:
        """The same by the values of one column, as means of so many years."""
        return {str(cell[0]): pair * (1 / years) for cell, pair in self.paired(frame, value, [column]).items()}

    def outcomes(
        self, table: str, names: Sequence[str], keys: Sequence[str] = (), **keep: Sequence[str]
    ) -> pd.DataFrame:
        """Recorded columns and derived outcomes (`sim.analysis.outcomes`) of the period by name, with the `keys`."""
        return outcomes.add(self.yearly(table, [*keys, *outcomes.columns(table, names)], **keep), names)

    def total(self, frame: pd.DataFrame, value: Value, factor: float = 1.0) -> Paired:
        """Sum over all rows in both arms, times a factor."""
        found = self.paired(frame, value)
        if not found:
            raise ConfigError([f"{self.where}: no rows to sum for {value}; the run is empty in these places or years"])
        return found[()] * factor


def open_run(folder: str | Path, mode: str = "") -> Source:
    """Tables and configuration of a finished command's folder.

    Raises
    ------
    ConfigError : the folder is not one of a finished command, or has no scenario to compare with the baseline.
    """
    folder = Path(folder)
    try:
        frames = load(folder)
        known = {name: checksum for name, checksum in checksums(folder).items() if name == CONFIG}
        if wrong := damage(folder, known):
            raise ConfigError([f"{folder}: {wrong}; {AGAIN}"])
        raw = _read_yaml(folder / CONFIG)
    except DamagedEntry as error:
        raise ConfigError([str(error)]) from None
    except FileNotFoundError as error:
        hint = "give the folder that a run printed last, such as outputs/restrictive/1a2b…"
        raise ConfigError([f"{folder}: {error}; {hint}"]) from None
    problems = Problems()
    cfg = from_mapping(raw, problems)
    if problems.found:
        told = [f"{folder / 'config.yaml'}: {problem.key}: {problem.text}" for problem in problems.found]
        raise ConfigError([*told, "the run is of another version of the model; run it again"])
    return Source(frames, cfg, mode)


def _read_yaml(path: Path) -> Mapping[str, Any]:
    import yaml

    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    return values if isinstance(values, Mapping) else {}
