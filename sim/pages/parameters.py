"""Text of ``docs/parameters.md``: settings of a run, parameters of the model, fields of research."""

from __future__ import annotations

from dataclasses import fields

from sim.config.schema import Config, allowed, members, parameter_table
from sim.data.fields import FIELDS
from sim.pages.markdown import NOTE, cited, span, table, text, valued


def settings_table() -> list[tuple[str, str, str, str]]:
    """One row a setting of a command: key, default, allowed, unit."""
    rows = []
    for f in fields(Config):
        if f.name in ("params", "effects", "ladder", "scenario", "titles", "policies"):
            continue
        for key, member, value in members(f.name, f, getattr(Config(), f.name)):
            shown = {"threads": "all cores", "experiment": "the scenario's name"}.get(key, text(value))
            rows.append((f"`{key}`", shown, span(allowed(member)), member.metadata.get("unit", "")))
    return rows


def parameters() -> str:
    """Text of ``docs/parameters.md``."""
    return "\n".join(
        [
            NOTE,
            "# Parameters\n",
            "Every value is changed on the command line as `key=value`. Role: *sourced* (the source gives the number), "
            "*fitted* (to outcomes up to 2017; three to effects of policy: [ODD](ODD.md#8-limits)) or *assumption* (no "
            "data fix it). *Drawn from* is the range that `compare`, `flip` and sweeps draw such a number from: that "
            "of its source, or else a third to three times the value, and none for a number that the fit to 2017 rests "
            "on ([bands](decisions/bands.md)); evenly unless a law is named: *log-uniform* is even in its logarithm, "
            "*half-normal* and *normal* lie around 0, a *weight* counts over the sum of its kind. Ids "
            "such as M26 lead to [evidence.md](evidence.md).\n",
            "## Settings of a run\n",
            "Packages that governments climb (`ladder.…`) are in [ladders.md](ladders.md).\n",
            table(("key", "default", "allowed", "unit"), settings_table()),
            "## Parameters of the model\n",
            valued(parameter_table()),
            "## Fields of research\n",
            cited("Constants in `sim/data/fields.py`; assumptions, team sizes scaled to the world mean of C7.\n"),
            table(
                ("field", *(f.name for f in fields(FIELDS[0]) if f.name != "name")),
                ([text(getattr(entry, f.name)) for f in fields(entry)] for entry in FIELDS),
            ),
        ]
    )
