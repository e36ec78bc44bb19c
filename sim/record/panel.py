"""The panel: a fixed, stratified sample of researchers followed from year to year (table `panel`).

Membership is a hash of the uid, with twice the share for origins and entry places China, India and the United
States, so that it never changes over life and entrants join at the same rates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.config.schema import PanelConfig
from sim.core.axes import NONE
from sim.core.columns import RECORDS, Columns
from sim.core.randomness import Stream, base_key
from sim.phases.careers import Exits
from sim.phases.entry import Entries
from sim.phases.publication import Output
from sim.phases.setting import Setting, YearContext
from sim.record.measures import Table, ratio
from sim.record.panel_kernels import OVERSAMPLING, WithOthers, chosen, marks, moved_ties, sum_others

OVERSAMPLED = ("CHN", "IND", "USA")
_COPIED = (
    "uid", "origin", "place", "entry_place", "entry_year", "institution", "stage", "permanent", "talent", "fear",
)  # fmt: skip
_OUTPUT = ("papers", "papers_international", "papers_basic", "citations", "top1")


class Members(NamedTuple):
    """Members of one field: rows, ascending, and the share of people like each who are members [n]."""

    row: np.ndarray
    share: np.ndarray

    def only(self, kept: np.ndarray) -> Members:
        """Those of a mask [n]."""
        return Members(self.row[kept], self.share[kept])

    def and_others(self, others: Members) -> Members:
        """These and others."""
        order = np.argsort(row := np.concatenate([self.row, others.row]), kind="stable")
        return Members(row[order], np.concatenate([self.share, others.share])[order])


class Part(NamedTuple):
    """Members of one field as they are written down in a year.

    Attributes
    ----------
    field : index; people, output : [n], records of `sim.core.columns`; weight : [n], real persons a member.
    reason : [n] uint8, for which they leave this year, 255 of those who stay.
    """

    field: int
    people: np.ndarray
    output: np.ndarray
    weight: np.ndarray
    reason: np.ndarray
    with_others: WithOthers


class Panel:
    """Sampler of one run; who is a member is found once, and those who enter and leave are added and taken away.

    Parameters
    ----------
    cfg : first year, least number of agents and partners to be counted apart.
    setting : constants of the run.
    people : [P], real persons who are researchers at some time in the panel's years, by place of entry.
    """

    def __init__(self, cfg: PanelConfig, setting: Setting, people: np.ndarray) -> None:
        data = setting.data
        self.setting, self.start = setting, cfg.start
        self.partners = np.array([data.iso3.index(p) for p in cfg.partners if p in data.iso3], np.int64)
        self.oversampled = np.isin(np.array(data.iso3), OVERSAMPLED)
        weight = 1.0 + (OVERSAMPLING - 1.0) * self.oversampled
        # 10 % more than asked for: the sample of a hash varies, and `size` is a least number
        self.share = 1.1 * cfg.size / max((people * weight).sum() / setting.scale, 1.0)
        self.key = base_key(setting.seed, setting.replicate, Stream.PANEL, 0)
        self._members: list[Members] | None = None  # by field, at this point of the year

    def members(self, people: np.ndarray, rows: np.ndarray) -> Members:
        """Those of the given rows of a field's `people` who belong to the panel."""
        return Members(*chosen(rows, people, self.oversampled, self.share, self.key))

    def leavers(self, year: int, columns: Columns, exits: Exits) -> list[Part]:
        """Members who leave this year, taken before their rows are freed; nothing before the first year."""
        if year < self.start:
            return []
        blocks, n_rows = columns.blocks, columns.n_rows
        if self._members is None:
            self._members = self.setting.each_field(
                lambda f: self.members(blocks[f].rows.people, blocks[f].alive()), n_rows
            )
        members = self._members

        def work(f: int) -> tuple[Part, Members]:
            rows = exits.rows[f]
            at = np.searchsorted(rows, members[f].row)
            left = np.append(rows, -1)[at] == members[f].row
            gone = members[f].only(left)
            # nobody publishes in the year of leaving; the columns still hold last year's papers
            output, reason = np.zeros(len(gone.row), RECORDS["output"]), exits.reasons[f][at[left]] - np.uint8(1)
            alone = WithOthers.nothing(len(self.partners), len(gone.row))
            people = blocks[f].rows.people.take(gone.row)
            return Part(f, people, output, self.setting.scale / gone.share, reason, alone), members[f].only(~left)

        found = self.setting.each_field(work, n_rows)
        self._members = [stay for _, stay in found]
        return [part for part, _ in found]

    def record(
        self, ctx: YearContext, columns: Columns, entries: Entries, output: Output, leavers: list[Part]
    ) -> Table:
        """The panel's rows of the year; empty before the first year of the panel."""
        members = self._members
        if ctx.year < self.start or members is None:
            return {}
        sigma = float(np.sqrt(self.setting.params.impact.sigma2))
        key = self.setting.key(Stream.QUALITY, ctx.year)

        def work(f: int) -> tuple[Part, Members]:
            people, ties, credited = columns.blocks[f].rows
            own = members[f].and_others(self.members(people, entries.rows[f]))
            n = len(own.row)
            others = WithOthers.nothing(len(self.partners), n)
            sum_others(marks(own.row, len(people)), self.partners, people, output.papers[f], sigma, key, others)
            moved_ties(ctx.year, own.row, people, ties, others.moved)
            weight, stays = self.setting.scale / own.share, np.full(n, NONE)
            return Part(f, people.take(own.row), credited.take(own.row), weight, stays, others), own

        found = self.setting.each_field(work, columns.n_rows)
        self._members = [own for _, own in found]
        return self._table(ctx.year, [*leavers, *(part for part, _ in found)], output)

    def _table(self, year: int, parts: list[Part], output: Output) -> Table:
        """Table `panel` of the year."""
        fields, people, credited, weight, reason, others = zip(*parts)
        person, papers, reason = _joined(people), _joined(credited), np.concatenate(reason)
        own = {name: person[name].copy() for name in _COPIED} | {name: papers[name].copy() for name in _OUTPUT}
        own["permanent"] = np.minimum(own["permanent"], 1)
        met = WithOthers(*(np.concatenate(values, axis=-1) for values in zip(*others)))
        n, iso3, exited = len(person), self.setting.data.iso3, reason != NONE
        return {
            **own,
            "weight": np.concatenate(weight).astype(np.float32),
            "year": np.full(n, year, np.int16),
            "field": np.repeat(np.array(fields, np.uint8), [len(part) for part in people]),
            "dual_affiliation": person["dual"] != NONE,
            "moved_to": np.where(person["moved_year"] == year, own["place"], NONE),
            "exited": exited,
            "exit_reason": reason,
            "partner_talent_mean": ratio(met.talent, met.number).astype(np.float32),
            **{
                name: np.where(exited, np.float32(np.nan), values[own["place"]])
                for name, values in self._reliance(output).items()
            },
            "coauthors_moved_abroad": met.moved,
            "citations_at_baseline": met.at_baseline,
            **{
                f"{kind}_with_{iso3[p]}": values[k]
                for k, p in enumerate(self.partners)
                for kind, values in (("papers", met.papers), ("citations", met.citations))
            },
        }

    def _reliance(self, output: Output) -> Table:
        """Share of a place's citations that go to the world's top 1 and 3 % (Iaria, Schwarz & Waldinger 2018)."""
        papers = output.by_place
        total = output.citations.sum(axis=1)
        return {
            f"frontier_reliance_top{level}": ratio(
                output.citations @ np.nan_to_num(ratio(cited, papers.cited_fractional)), total
            ).astype(np.float32)
            for level, cited in ((1, papers.cited1_fractional), (3, papers.cited3_fractional))
        }


def _joined(records: tuple[np.ndarray, ...]) -> np.ndarray:
    """Packed records of all parts; as bytes, since NumPy copies structured arrays value by value."""
    kind = records[0].dtype
    return np.concatenate([part.view(f"V{kind.itemsize}") for part in records]).view(kind)
