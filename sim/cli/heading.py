"""What stands above the table that a command prints: what was run, under which title, with which policies changed."""

from __future__ import annotations

from sim.analysis.summary import Period
from sim.config.schema import Config
from sim.core.axes import BASELINE
from sim.data.tables import WorldData
from sim.data.threat import DEFAULT, threat_words
from sim.policy.words import changes, place_words


def heading(cfg: Config, name: str, compared: bool, period: Period, data: WorldData) -> str:
    """The scenario's title, years and size, then what was changed.

    Parameters
    ----------
    name : of the scenario, or of the baseline alone.
    compared : the baseline was run beside it.
    """
    replicates = "1 replicate" if cfg.replicates == 1 else f"{cfg.replicates} replicates"
    against = f" against the baseline (policy of {data.end})" if compared else ""
    size = f"{period}{against}, {replicates}, one agent for {cfg.scale:,} researchers"
    titles = {BASELINE: f"Baseline: the policy of {data.end} goes on", **cfg.titles}
    asked = [titles.get(part, part) for part in name.split("+")]
    return "\n".join([" + ".join(asked), size, *departures(cfg, data)])


def departures(cfg: Config, data: WorldData) -> list[str]:
    """Policies at other dates or by other issuers than in their files, and a table of threats that is not the default.

    Policies of which the same is true share a line.
    """
    found: dict[str, list[str]] = {}
    for policy in cfg.policies.values():
        if told := changes(policy, data):
            issued = [f"issued by {place_words(policy.issuer, data)}"] if policy.reissued_from else []
            found.setdefault("; ".join([*issued, *told]), []).append(policy.title)
    lines = [f"{', '.join(names)}: {told}" for told, names in found.items()]
    return [*lines, *([f"threats: {threat_words(cfg.threat)}"] if cfg.threat != DEFAULT else [])]
