"""US life scientists who worked with China against those who worked with others, when the China Initiative comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from experiments.acceptance.people import ByPartner, OutputOf
from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, banning, branch, changed, config, history
from sim.config.schema import Config
from sim.core.columns import Block, Columns
from sim.core.ties import tie_row
from sim.data.fields import FIELD_NAMES, N_FIELDS
from sim.data.tables import load_world_data
from sim.phases.macro import Macro

HOME, TARGET, FIELDS = "USA", "CHN", ("life", "medicine")  # fields of grantees of the National Institutes of Health
BEFORE, FIRST, LAST = (2010, 2014), 2019, 2021
# What fear does besides turning partners away: less output, fewer applications, leaving the place or research.
DIRECT: Changes = tuple(
    (f"params.{name}", 0.0)
    for name in ("publication.fear_output", "publication.fear_apply", "careers.exit_fear", "mobility.fear_leave")
)
GROUPS = ("co-author", "tie")
KINDS = ("papers", "papers of those who stay", "citations")
ARMS = ("initiative", "lost partners alone", "full ban")


def tie_places(block: Block) -> np.ndarray:
    """Places where each person's ties work [rows, N_TIES], 255 where there is none."""
    rows = np.array([[tie_row(tie) for tie in ties] for ties in block.ties[: block.n_rows]])
    return np.where(rows >= 0, block.place[np.maximum(rows, 0)], 255)


def groups(block: Block, joint: np.ndarray, home: int, target: int) -> np.ndarray:
    """[group, tied or control, rows]: with a co-author there in 2010-14, with a tie there at the end of 2017.

    Controls had other co-authors abroad, or have other ties abroad, but none in the target.
    """
    here = (block.uid[: block.n_rows] != 0) & (block.place[: block.n_rows] == home)
    met = np.zeros((block.n_rows, joint.shape[1]), bool)
    met[: len(joint)] = joint > 0
    met[:, home] = False
    ties = tie_places(block)
    tied = (ties == target).any(axis=1)
    abroad = ((ties != home) & (ties != 255)).any(axis=1)
    pairs = ((met[:, target], met.any(axis=1)), (tied, abroad))
    return np.array([[here & one, here & ~one & other] for one, other in pairs])


def _frozen(cfg: Config) -> Config:
    return replace(cfg, params=replace(cfg.params, feedback="frozen"))


def collect(scale: int, replicate: int, changes: Changes = (), wanted: tuple[str, ...] = ARMS) -> Sums:
    """Papers and citations of 2019-21 by arm, group, and tied or control, of people of the end of 2017.

    Every arm has its own paired baseline, and reads the world at large from it.
    """
    data = load_world_data("full")
    home, target = data.iso3.index(HOME), data.iso3.index(TARGET)
    partners = ByPartner(*BEFORE, data.n_places, N_FIELDS)
    past = history(scale, replicate, changes, partners)
    columns = Columns.from_state(past.state)
    chosen = [FIELD_NAMES.index(name) for name in FIELDS]
    blocks = [block for f, block in enumerate(columns) if f in chosen]
    who = []
    for f, block in zip(chosen, blocks):
        counts = partners.fields[f]
        same = counts.uid == block.uid[: len(counts.uid)]
        who.append(groups(block, counts.joint * same[:, None], home, target))
    uids = [block.uid[: block.n_rows].copy() for block in columns]

    def output(cfg: Config, macros: Mapping[int, Macro] | None = None) -> tuple[OutputOf, Mapping[int, Macro]]:
        seen = OutputOf(uids, home, FIRST, LAST)
        lived = branch(cfg, past, replicate, LAST, seen, baseline=macros)
        return seen, lived.macros

    cfg, initiative = config(scale, changes), config(scale, changes, "+scenario=china_initiative")
    plain = output(cfg)
    alone = changed(cfg, DIRECT)
    arms = {ARMS[0]: (plain, initiative), ARMS[2]: (plain, banning(cfg, HOME, FIRST, partners=(TARGET,)))}
    if ARMS[1] in wanted:
        arms[ARMS[1]] = (output(alone), changed(initiative, DIRECT))
    arms = {arm: arms[arm] for arm in wanted}
    sums: Sums = {"people": np.sum([w.sum(axis=2) for w in who], axis=0)}
    for arm, ((before, macros), policy) in arms.items():
        after, _ = output(_frozen(policy), macros)
        for name, seen in (("without", before), ("with", after)):
            for kind in KINDS:
                sums[f"{arm} {name} {kind}"] = np.sum(
                    [
                        (people * _values(seen, kind, f, before.there[f] & after.there[f])).sum(axis=2)
                        for f, people in zip(chosen, who)
                    ],
                    axis=0,
                )
    return sums


def _values(seen: OutputOf, kind: str, f: int, stayed: np.ndarray) -> np.ndarray:
    """Papers, citations, or papers of those only who are in research at home in both arms at the end."""
    values = seen.citations[f] if kind == "citations" else seen.papers[f]
    return values * stayed if kind == "papers of those who stay" else values


def numbers(sums: Sums) -> dict[str, float]:
    """Changes in per cent of the tied less those of the control, by arm and group."""
    found = {}
    for arm in ARMS:
        for kind in KINDS:
            change = 100.0 * (sums[f"{arm} with {kind}"] / sums[f"{arm} without {kind}"] - 1.0)
            for g, group in enumerate(GROUPS):
                found[f"{arm}, {group}, {kind}"] = float(change[g, 0] - change[g, 1])
                if kind == "papers":
                    found[f"{arm}, {group}, {kind}: tied"] = float(change[g, 0])
                    found[f"{arm}, {group}, {kind}: control"] = float(change[g, 1])
    for g, group in enumerate(GROUPS):
        found[f"full ban less initiative, {group}"] = (
            found[f"{ARMS[2]}, {group}, papers"] - found[f"{ARMS[0]}, {group}, papers"]
        )
        found[f"people, {group}"] = float(sums["people"][g, 0])
    return found
