"""What the model gives for the effects that its parameters of fear and hostility were fitted to, in event time.

Two shocks to scientists of Chinese origin in the United States: hostility from 2016 on (`hostility_2016`: P1, P3), and
investigations from the end of 2018 on (`china_initiative`: P8, P9, P16, and P5a by `experiments.acceptance.tied`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from experiments.acceptance import tied
from experiments.acceptance.pooled import Sums
from experiments.acceptance.worlds import Changes, Lived, Watched, branch, config, inputs_of, live
from sim.core.columns import Block, Columns
from sim.core.ties import tie_year
from sim.data.tables import load_world_data
from sim.params import SecurityParams
from sim.phases.macro import Macro
from sim.phases.publication import Output
from sim.record.recorder import YearResult

HOME, TARGET = "USA", "CHN"
HOSTILITY, CASES = "hostility_2016", "china_initiative"
YEARS = {HOSTILITY: (2016, 2019), CASES: (2018, 2021)}  # from the shock to the end of the studies
ENTRY, OUTPUT = (2018, 2019), (2017, 2019)  # three to four years after the shock (P1); whole years after it (P3)
SURVEY = 2021  # December 2021 to March 2022 (P8)
ACTIVE = SecurityParams().active_years
OTHERS, OTHERS_TIED, CHINESE, CHINESE_TIED = range(4)


@dataclass
class Scientists:
    """Observer of established and senior people in one place, by origin and by ties to the target.

    Attributes
    ----------
    uids, chinese : by field, of those there before the shock; uid 0 is anybody else.
    papers : year -> [2], papers of people of other origins and of the target's who were there before the shock.
    fear, people : year -> [4], of those there that year: others, others with ties, of target origin, these with ties.
    """

    home: int
    target: int
    uids: list[np.ndarray]
    chinese: list[np.ndarray]
    papers: dict[int, np.ndarray] = field(default_factory=dict)
    fear: dict[int, np.ndarray] = field(default_factory=dict)
    people: dict[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Columns, home: int, target: int) -> Scientists:
        """Those of a state."""
        uids, chinese = [], []
        for block in columns:
            n = block.n_rows
            there = (block.place[:n] == home) & (block.stage[:n] > 0)
            uids.append(np.where(there, block.uid[:n], 0))
            chinese.append(block.origin[:n] == target)
        return cls(home, target, uids, chinese)

    def __call__(self, year: int, columns: Columns, output: Output) -> None:
        """Add a year."""
        papers, fear, people = np.zeros(2), np.zeros(4), np.zeros(4)
        for uid, chinese, block in zip(self.uids, self.chinese, columns):
            same = (uid != 0) & (block.uid[: len(uid)] == uid)
            papers += [block.papers[: len(uid)][same & group].sum() for group in (~chinese, chinese)]
            n = block.n_rows
            here = (block.uid[:n] != 0) & (block.place[:n] == self.home) & (block.stage[:n] > 0)
            own, ties = block.origin[:n] == self.target, (active_places(block, year) == self.target).any(axis=1)
            groups = (here & ~own, here & ~own & ties, here & own, here & own & ties)
            fear += [block.fear[:n][group].sum() for group in groups]
            people += [group.sum() for group in groups]
        self.papers[year], self.fear[year], self.people[year] = papers, fear, people


def active_places(block: Block, year: int) -> np.ndarray:
    """Places where each person's co-authors of the last years work [rows, N_TIES], 255 where there is none."""
    years = np.array([[tie_year(tie) for tie in ties] for ties in block.ties[: block.n_rows]])
    return np.where(years >= year - ACTIVE, tied.tie_places(block), 255)


def entrants(result: YearResult, home: int, target: int, column: str) -> np.ndarray:
    """Sum of a column of `entry_year` over foreign entrants into `home` [2]: of other origins, of the target's."""
    table = result.tables["entry_year"]
    abroad = (table["place"] == home) & (table["origin"] != home)
    chinese = table["origin"] == target
    return np.array([np.asarray(table[column], float)[abroad & group].sum() for group in (~chinese, chinese)])


def collect(scale: int, replicate: int, changes: Changes = ()) -> Sums:
    """Sums of one replicate over both shocks, in real persons."""
    data = load_world_data("full")
    home, target = data.iso3.index(HOME), data.iso3.index(TARGET)
    world = Watched(config(scale, changes), replicate, inputs=inputs_of(changes))
    sums: Sums = {}
    for shock in sorted(YEARS, key=lambda name: YEARS[name]):
        past = live(world, YEARS[shock][0] - 1)
        sums |= _shock(past, shock, scale, replicate, changes, home, target)
    found = tied.collect(scale, replicate, changes, (tied.ARMS[0],))
    return sums | {f"tied {name}": value for name, value in found.items()}


def _shock(
    past: Lived, shock: str, scale: int, replicate: int, changes: Changes, home: int, target: int
) -> dict[str, np.ndarray]:
    """Sums by year of one shock against its paired baseline."""
    columns, last = Columns.from_state(past.state), YEARS[shock][1]

    def lived(*words: str, macros: Mapping[int, Macro] | None = None) -> tuple[Lived, Scientists]:
        seen = Scientists.of(columns, home, target)
        return branch(config(scale, changes, *words), past, replicate, last, seen, baseline=macros), seen

    plain, before = lived()
    policy, after = lived(f"+scenario={shock}", macros=plain.macros)
    sums: Sums = {}
    for was, now in zip(plain.years, policy.years):
        year = was.year
        deterred = [entrants(now, home, target, f"deterred_to_{where}") for where in ("home", "like", "other")]
        sums[f"{shock} {year} entrants"] = np.array(
            [entrants(was, home, target, "new_entrants"), np.sum(deterred, axis=0)]
        )
        sums[f"{shock} {year} papers"] = np.array([before.papers[year], after.papers[year]])
        sums[f"{shock} {year} fear"] = np.array([after.fear[year], after.people[year]]) * scale
        cases = (now.tables["place_year"][name][home] for name in ("new_cases", "cases_that_found"))
        sums[f"{shock} {year} cases"] = np.array([*cases], float)
    return sums


def _over(sums: Sums, shock: str, what: str, first: int, last: int) -> np.ndarray:
    total: np.ndarray = np.sum([sums[f"{shock} {year} {what}"] for year in range(first, last + 1)], axis=0)
    return total


def entry_effect(sums: Sums, shock: str, first: int, last: int) -> float:
    """Change of Chinese entrants into the United States less that of other foreigners, per cent (P1)."""
    entered, deterred = _over(sums, shock, "entrants", first, last)
    change = -100.0 * deterred / entered
    return float(change[1] - change[0])


def output_effect(sums: Sums, shock: str, first: int, last: int) -> float:
    """Change of papers of scientists of Chinese origin less that of others, per cent (P3)."""
    before, after = _over(sums, shock, "papers", first, last)
    change = 100.0 * (after / before - 1.0)
    return float(change[1] - change[0])


def fearful(sums: Sums, shock: str, year: int) -> np.ndarray:
    """Share of people who are fearful [4 groups], 0-1."""
    fear, people = sums[f"{shock} {year} fear"]
    share: np.ndarray = fear / np.maximum(people, 1.0)
    return share


def numbers(sums: Sums) -> dict[str, float]:
    """The fitted effects, then both shocks year by year."""
    tied_sums = {name.removeprefix("tied "): value for name, value in sums.items() if name.startswith("tied ")}
    share = fearful(sums, CASES, SURVEY)
    first, last = YEARS[CASES]
    investigated, that_found = _over(sums, CASES, "cases", first, last)
    people = _over(sums, CASES, "fear", first, last)[1] / (last - first + 1)
    targeted = investigated / max(people[OTHERS_TIED] + people[CHINESE_TIED], 1.0)
    found = {
        "P1": entry_effect(sums, HOSTILITY, *ENTRY),
        "P3": output_effect(sums, HOSTILITY, *OUTPUT),
        "P5a": tied_effect(tied_sums),
        "P8": 100.0 * float(share[CHINESE]),
        "P9": float(share[OTHERS_TIED] / share[CHINESE]) if share[CHINESE] > 0 else 0.0,
        "P13": float(that_found / investigated) if investigated > 0 else 0.0,
        "P16": float(share[CHINESE_TIED] / targeted) if targeted > 0 else 0.0,
    }
    for shock, (start, end) in YEARS.items():
        for year in range(start, end + 1):
            found[f"{shock} {year} entry"] = entry_effect(sums, shock, year, year)
            found[f"{shock} {year} output"] = output_effect(sums, shock, year, year)
            found[f"{shock} {year} fear"] = 100.0 * float(fearful(sums, shock, year)[CHINESE])
    return found


def tied_effect(sums: Sums) -> float:
    """Change of papers of those with a co-author in China less that of others with co-authors abroad, per cent."""
    arm, g = tied.ARMS[0], tied.GROUPS.index("co-author")
    change = 100.0 * (sums[f"{arm} with papers"] / sums[f"{arm} without papers"] - 1.0)
    return float(change[g, 0] - change[g, 1])
