"""The panel: a fixed, stratified sample of researchers followed from year to year (table `panel`).

Membership is a hash of the uid, with twice the share for origins and entry places China, India and the United
States, so that it never changes over life and entrants join at the same rates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.config.schema import PanelConfig
from sim.core.columns import NONE, RECORDS, Columns
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, normal, uniform
from sim.core.ties import tie_row
from sim.engines.papers import Papers
from sim.phases.careers import Exits
from sim.phases.entry import Entries
from sim.phases.publication import Output
from sim.phases.setting import Setting, YearContext
from sim.record.measures import Table, ratio

OVERSAMPLED = ("CHN", "IND", "USA")
OVERSAMPLING = 2.0
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


class WithOthers(NamedTuple):
    """What members of a field do with others in a year.

    Attributes
    ----------
    papers, citations : [partners, n], with authors in the partner place.
    at_baseline : [n], citations of all papers as drawn from the baseline's readers.
    talent, number : [n], sum of the talents of co-authors, and their number, over papers.
    moved : [n], recent co-authors who moved to another place this year and now work elsewhere than the person.
    """

    papers: np.ndarray
    citations: np.ndarray
    at_baseline: np.ndarray
    talent: np.ndarray
    number: np.ndarray
    moved: np.ndarray

    @classmethod
    def nothing(cls, partners: int, n: int) -> WithOthers:
        """Nobody met anybody yet."""
        citations, papers, at_baseline = (np.zeros(size, np.float32) for size in ((partners, n), (partners, n), n))
        return cls(papers, citations, at_baseline, np.zeros(n), np.zeros(n), np.zeros(n, np.uint8))


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
        return Members(*_chosen(rows, people, self.oversampled, self.share, self.key))

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
            _sum_others(_marks(own.row, len(people)), self.partners, people, output.papers[f], sigma, key, others)
            _moved_ties(ctx.year, own.row, people, ties, others.moved)
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
            **{f"papers_with_{iso3[p]}": values for p, values in zip(self.partners, met.papers)},
            **{f"citations_with_{iso3[p]}": values for p, values in zip(self.partners, met.citations)},
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


@njit(cache=True, nogil=True)
def _chosen(
    rows: np.ndarray, people: np.ndarray, oversampled: np.ndarray, share: float, key: np.uint64
) -> tuple[np.ndarray, np.ndarray]:
    """Members among the rows, and the share of people like them who are members."""
    chosen, shares = np.empty(rows.shape[0], np.int64), np.empty(rows.shape[0])
    n = 0
    for i in rows:
        person = people[i]
        twice = oversampled[person.origin] or oversampled[person.entry_place]
        own = min(1.0, share * (OVERSAMPLING if twice else 1.0))
        if uniform(key, person.uid, np.uint64(0)) < own:
            chosen[n], shares[n] = i, own
            n += 1
    return chosen[:n], shares[:n]


class Marks(NamedTuple):
    """Members among the rows of a field, one bit each, so that a look at a row stays within the nearest cache.

    Attributes
    ----------
    bits : uint64 [words], 64 rows each; before : int64 [words], members in the words before.
    """

    bits: np.ndarray
    before: np.ndarray


@njit(cache=True, nogil=True)
def _marks(rows: np.ndarray, n_rows: int) -> Marks:
    """Mark the given rows of a field of `n_rows`."""
    n_words = (n_rows >> 6) + 1
    bits, before = np.zeros(n_words, np.uint64), np.zeros(n_words, np.int64)
    for i in rows:
        bits[i >> 6] |= np.uint64(1) << np.uint64(i & 63)
        before[i >> 6] += 1
    total = 0
    for w in range(n_words):
        total, before[w] = total + before[w], total
    return Marks(bits, before)


@njit(cache=True, inline="always")
def _number(marks: Marks, row: int) -> int:
    """Number of a row among the marked ones, -1 if it is not marked."""
    word, bit = marks.bits[row >> 6], np.uint64(1) << np.uint64(row & 63)
    if word & bit == np.uint64(0):
        return -1
    x = word & (bit - np.uint64(1))  # members before it in the word, counted by halves
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return marks.before[row >> 6] + np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _sum_others(
    marks: Marks,
    partners: np.ndarray,
    people: np.ndarray,
    papers: Papers,
    sigma: float,
    key: np.uint64,
    others: WithOthers,
) -> None:
    """Papers and citations with partner places, citations at the baseline, and talent of co-authors, in the panel.

    Parameters
    ----------
    marks : of members; partners : places counted apart.
    sigma : of ln z; key : of the paper's luck.
    others : out, added to.
    """
    first, n_authors, authors, place = papers.first, papers.n_authors, papers.authors, papers.author_place
    n_with, cited_with, at_baseline, talent, number = others[:5]
    there = np.zeros(partners.shape[0], np.bool_)  # authors of the paper in each partner place
    for k in range(papers.lead.shape[0]):
        start, n = first[k], n_authors[k]
        total, cited, cited_at_baseline = -1.0, 0.0, 0.0  # worked out at the first author in the panel
        for m in range(start, start + n):
            at = _number(marks, authors[m])
            if at < 0:
                continue
            if total < 0.0:
                luck = sigma * normal(key, people[papers.lead[k]].uid, np.uint64(papers.ordinal[k]))
                cited, cited_at_baseline = np.exp(papers.mu[k] + luck), np.exp(papers.mu_baseline[k] + luck)
                total = 0.0
                there[:] = False
                for other in range(start, start + n):
                    total += people[authors[other]].talent
                    for q in range(partners.shape[0]):
                        there[q] |= place[other] == partners[q]
            at_baseline[at] += cited_at_baseline
            talent[at] += total - people[authors[m]].talent
            number[at] += n - 1
            for q in range(partners.shape[0]):
                if there[q] and place[m] != partners[q]:
                    n_with[q, at] += 1.0
                    cited_with[q, at] += cited


@njit(cache=True, nogil=True)
def _moved_ties(year: int, rows: np.ndarray, people: np.ndarray, ties: np.ndarray, number: np.ndarray) -> None:
    """Recent co-authors who moved to another place this year and now work elsewhere than the person, added up."""
    for k in range(rows.shape[0]):
        i = rows[k]
        for t in range(ties.shape[1]):
            j = tie_row(ties[i, t])
            if j >= 0 and people[j].moved_year == year and people[j].place != people[i].place:
                number[k] += 1
