"""Open what was compared: the folder of a comparison, or that of an ordinary command (one scenario, chance only)."""

from __future__ import annotations

import json
import shlex
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import outcomes
from sim.analysis.open_results import load
from sim.analysis.pairs import RUN, paired_units
from sim.analysis.roles import Roles, roles_of
from sim.analysis.summary import Period, period_of
from sim.comparison.bands import banded
from sim.comparison.carry import ABOUT
from sim.comparison.question import beyond
from sim.config.load import from_mapping, load_config
from sim.config.schema import Config, to_mapping
from sim.core.axes import BASELINE
from sim.core.read import ConfigError, Problems
from sim.data.tables import load_world_data
from sim.running.model import RealModel
from sim.store.frames import Frames
from sim.sweep.spec import flat

CONFIG = "config.yaml"
AMOUNT = "amount"
# Settings that change no result, and what stands in the scenario's own file.
_ELSEWHERE = {"threads", "outdir", "experiment", "progress", "figures", "checkpoint_seconds", "titles", "scenario"}


@dataclass(frozen=True)
class Comparison:
    """Scenarios against one reference, in one folder.

    Attributes
    ----------
    folder : where it lies.
    frames : its tables, as of `sim.analysis.load`.
    scenarios : labels without the reference.
    reference : label of what they are compared with.
    titles : by label, in words.
    configs : by label; the baseline has none.
    period : years of the yearly means.
    draws : of parameters, besides the documented values; 0: chance only.
    replicates : of the documented values.
    command : as it was typed.
    manifest : version, revision, seed and what else is known of the runs.
    """

    folder: Path
    frames: Frames
    scenarios: tuple[str, ...]
    reference: str
    titles: Mapping[str, str]
    configs: Mapping[str, Config]
    period: Period
    draws: int
    replicates: int
    command: str
    manifest: Mapping[str, Any]

    @property
    def config(self) -> Config:
        """Configuration of the first scenario, whose settings all share."""
        return self.configs[self.scenarios[0]]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of places by ISO3 code."""
        data = load_world_data(self.config.world)
        return dict(zip(data.iso3, data.names))

    @cached_property
    def roles(self) -> Roles:
        """Roles of places over all scenarios, by what their reference lacks."""
        return roles_of([self.own(label) for label in self.scenarios], load_world_data(self.config.world))

    def own(self, label: str) -> Config:
        """Configuration of a scenario with the policies alone that the reference lacks."""
        return beyond(self.configs[label], self.configs.get(self.reference))

    @cached_property
    def modes(self) -> tuple[str, ...]:
        """Modes of governments that were run, direct effects first."""
        runs = self.frames.read("world_year", ["scenario", "mode"]).drop_duplicates()
        return tuple(mode for mode in ("scripted", "reactive") if mode in set(runs["mode"]))

    def amounts(
        self,
        outcome: str,
        by: Sequence[str] = (),
        *,
        table: str = "place_year",
        years: Period | None = None,
        keep: Mapping[str, Sequence[str]] | None = None,
    ) -> pd.DataFrame:
        """An outcome of every run: scenario, mode, draw, replicate, *by, amount.

        Parameters
        ----------
        outcome : a column of the table, or a name of `sim.analysis.outcomes`.
        by : columns that make the cells, such as ``["place"]``.
        years : over which yearly means are taken (ratios: of totals); the comparison's period by default.
        keep : values to keep by column.
        """
        years = years or self.period
        wanted = outcomes.columns(table, [outcome])
        filters: list[tuple[str, str, Any]] = [("year", ">=", years.first), ("year", "<=", years.last)]
        filters += [(column, "in", list(values)) for column, values in (keep or {}).items()]
        read = list(dict.fromkeys([*RUN, "year", *by, *(keep or {}), *wanted]))
        rows = outcomes.add(self.frames.read(table, read, filters), [outcome])
        numbers = [name for name in dict.fromkeys([*wanted, outcome]) if name in rows.columns]
        rows = rows.astype(dict.fromkeys(numbers, float))
        totals = rows.groupby([*RUN, *by], observed=True, sort=False)[numbers].sum(min_count=1)
        found = outcomes.value(totals, outcome)
        if not is_share(outcome) and "year" not in by:
            found = found / years.years
        return found.rename(AMOUNT).reset_index()

    def units(self, outcome: str, by: Sequence[str] = (), **how: Any) -> pd.DataFrame:
        """Paired effects by unit: scenario, mode, draw, replicate, *by, reference, effect; `how` as of `amounts`."""
        found = self.amounts(outcome, by, **how)
        missing = float("nan") if is_share(outcome) else 0.0
        both = paired_units(found, AMOUNT, by, reference=self.reference, missing=missing)
        return both[both["scenario"].isin(self.scenarios)]  # the baseline is there too, whatever the reference

    def effects(
        self,
        outcome: str,
        by: Sequence[str] = (),
        places: Sequence[str] | None = None,
        years: Period | None = None,
        table: str = "place_year",
        keep: Mapping[str, Sequence[str]] | None = None,
    ) -> pd.DataFrame:
        """Effects with their bands, one row a scenario, mode and cell (`sim.comparison.bands.banded`).

        Parameters
        ----------
        places : ISO3 codes of the places that are summed (or told apart, with ``place`` in `by`); all by default.
        """
        kept = {**(keep or {}), **({} if places is None else {"place": places})}
        units = self.units(outcome, by, table=table, years=years, keep=kept)
        return banded(units, ["scenario", "mode", *by], relative=grows(outcome))


def is_share(outcome: str) -> bool:
    """True of ratios, which are taken of totals and not divided by years."""
    return outcome in outcomes.OUTCOMES and bool(outcomes.OUTCOMES[outcome].per)


def grows(outcome: str) -> bool:
    """True of amounts, which grow with the level of their place; not of shares and of differences such as net moves."""
    return outcome not in outcomes.OUTCOMES or not (is_share(outcome) or outcomes.OUTCOMES[outcome].minus)


def read_comparison(folder: str | Path) -> Comparison:
    """Open the folder of a comparison or of an ordinary command.

    Raises
    ------
    ConfigError : it is neither, or holds a baseline alone.
    """
    folder = Path(folder)
    if (folder / ABOUT).is_file():
        return _of_comparison(folder)
    if (folder / CONFIG).is_file():
        return _of_command(folder)
    need = "the folder that a command or `talent-circulation compare` printed last"
    raise ConfigError([f"{folder}: holds no results; give {need}"])


def _of_comparison(folder: Path) -> Comparison:
    about = _json(folder / ABOUT)
    configs = {label: read_config(folder / name) for label, name in about["configs"].items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of what is missing, which is refused here
        frames = load(folder)
    status = frames.read("runs", ["run", "status"]).drop_duplicates("run")["status"]
    if missing := int((status != "done").sum()):
        again = f"give the same command again: {about['command']}"
        raise ConfigError([f"{folder}: {missing} of {len(status)} runs are missing, damaged or failed; {again}"])
    seed = next(iter(configs.values()))
    return Comparison(
        folder=folder,
        frames=frames,
        scenarios=tuple(about["scenarios"]),
        reference=about["reference"],
        titles=about["titles"],
        configs=configs,
        period=Period(**about["period"]),
        draws=about["draws"],
        replicates=about["replicates"] + (about["repeated"] > 0),
        command=about["command"],
        manifest={**frames.manifest, "seed": seed.seed, "scale": seed.scale, "world": seed.world},
    )


def _of_command(folder: Path) -> Comparison:
    cfg = read_config(folder / CONFIG)
    frames = load(folder)
    manifest = frames.manifest
    scenarios = tuple(name for name in manifest.get("scenarios", ()) if name != BASELINE)
    if not scenarios or BASELINE not in manifest["scenarios"]:
        raise ConfigError([f"{folder}: holds no scenario beside its baseline; run one: python -m sim +scenario=NAME"])
    model = RealModel()
    name = scenarios[0]
    return Comparison(
        folder=folder,
        frames=frames,
        scenarios=scenarios,
        reference=BASELINE,
        titles={BASELINE: "Policy of 2017", name: cfg.titles.get(name, name)},
        configs={name: cfg},
        period=period_of(cfg.start, cfg.end, model.first_policy_year(cfg), model.data_end(cfg)),
        draws=0,
        replicates=cfg.replicates,
        command=command_of(cfg),
        manifest=manifest,
    )


def command_of(cfg: Config) -> str:
    """The command that gives this configuration: the scenario, and what differs from its files."""
    named = cfg.scenario.replace("+", ",")
    words = [f"+scenario=[{named}]" if "," in named else f"+scenario={named}"]
    try:
        shipped = flat(to_mapping(load_config(*words)))
    except ConfigError:  # a scenario of the user's own
        words, shipped = [*words, "--config-dir FOLDER"], flat(to_mapping(Config()))
    ours = {key: value for key, value in flat(to_mapping(cfg)).items() if key.partition(".")[0] not in _ELSEWHERE}
    words += [f"{key}={value}" for key, value in ours.items() if key in shipped and shipped[key] != value]
    return shlex.join(["python", "-m", "sim", *words])


def read_config(file: Path) -> Config:
    """A resolved configuration as a command wrote it; raises `ConfigError`."""
    from omegaconf import OmegaConf

    try:
        values = OmegaConf.to_container(OmegaConf.load(file))
    except (OSError, ValueError) as error:
        raise ConfigError([f"{file}: cannot be read: {error}"]) from None
    problems = Problems()
    cfg = from_mapping(values if isinstance(values, dict) else {}, problems)  # type: ignore[arg-type]
    problems.check(f"{file}: ")
    return cfg


def _json(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise ConfigError([f"{file}: cannot be read ({error}); give the same compare command again"]) from None
