"""What a lost partner does to impact: a full ban on China, with readers, team size and match taken out in turn."""

from __future__ import annotations

from experiments.acceptance import tied
from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes

IMPACT = "params.impact"
PARTS: dict[str, Changes] = {
    "all": (),
    "without readers": ((f"{IMPACT}.reading_abroad", 1.0), (f"{IMPACT}.reading_floor", 1.0)),
    "without team size": ((f"{IMPACT}.team", 0.0),),
    "without match": ((f"{IMPACT}.match", 0.0),),
}
BAN = tied.ARMS[2]


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Papers and citations of the tied and of the control (`tied.collect`), with each part taken out."""
    sums: Sums = {}
    for part, off in PARTS.items():
        found = tied.collect(scale, replicate, (*changes, *off), (BAN,))
        sums |= {f"{part}: {name}": value for name, value in found.items()}
    return sums


def numbers(sums: Sums) -> dict[str, float]:
    """Change of citations a paper in per cent: those with a tie to China at the end of 2017 less the control."""
    found = {}
    for part in PARTS:
        per_paper = [
            sums[f"{part}: {BAN} {arm} citations"] / sums[f"{part}: {BAN} {arm} papers"] for arm in ("with", "without")
        ]
        change = 100.0 * (per_paper[0] / per_paper[1] - 1.0)
        group = tied.GROUPS.index("tie")
        found[f"citations a paper, {part}"] = float(change[group, 0] - change[group, 1])
    return found
