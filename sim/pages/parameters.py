"""Text of ``docs/parameters.md``: settings of a run, parameters of the model, fields of research."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from sim.config.schema import Config, parameter_table
from sim.data.fields import FIELDS
from sim.pages.markdown import NOTE, cited, span, table, text, valued


def settings_table() -> list[tuple[str, str, str, str]]:
    """One row a setting of a command: key, default, allowed, unit."""
    rows = []
    for f in fields(Config):
        if f.name in ("params", "effects", "scenario", "titles", "policies"):
            continue
        default = getattr(Config(), f.name)
        members = (
            [(f"{f.name}.{m.name}", m, getattr(default, m.name)) for m in fields(default)]
            if is_dataclass(default)
            else [(f.name, f, default)]
        )
        for key, member, value in members:
            meta = member.metadata
            allowed = meta.get("allowed") or ((meta["lo"], meta["hi"]) if "lo" in meta else None)
            shown = {"threads": "all cores", "experiment": "the scenario's name"}.get(key, text(value))
            rows.append((f"`{key}`", shown, span(allowed), meta.get("unit", "")))
    return rows


def parameters() -> str:
    """Text of ``docs/parameters.md``."""
    return "\n".join(
        [
            NOTE,
            "# Parameters\n",
            "Every value is changed on the command line as `key=value`. Role: *sourced* (the source gives the number), "
            "*fitted* (to outcomes up to 2017) or *assumption* (to be swept). Ids such as M26 lead to "
            "[evidence.md](evidence.md).\n",
            "## Settings of a run\n",
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
