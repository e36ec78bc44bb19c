"""The panel: a fixed, stratified sample of researchers followed from year to year (table `panel`).

Membership is a hash of the uid, with twice the share for origins and entry places China, India and the United
States, so that it never changes over life and entrants join at the same rates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.config.schema import PanelConfig
from sim.core.columns import NONE, Block, Columns
from sim.core.kernels import njit
from sim.core.randomness import Stream, base_key, normal, uniform
from sim.core.ties import tie_row
from sim.engines.papers import Papers
from sim.phases.careers import Exits
from sim.phases.publication import Output
from sim.phases.setting import Setting, YearContext
from sim.record.measures import Table, ratio

OVERSAMPLED = ("CHN", "IND", "USA")
OVERSAMPLING = 2.0
_OUTPUT = ("papers", "papers_international", "papers_basic", "citations", "top1")
_WITH = ("papers", "citations")  # what is counted apart by partner place
_COPIED = (
    "uid", "origin", "place", "entry_place", "entry_year", "institution", "stage", "permanent", "talent", "fear",
    *_OUTPUT,
)  # fmt: skip
Chosen = tuple[np.ndarray, np.ndarray]  # rows of one field, and their weights


class WithOthers(NamedTuple):
    """What members of the panel do with others.

    Attributes
    ----------
    papers, citations : [partners, n], of a year, with authors in the partner place.
    at_baseline : [n], citations of all papers as drawn from the baseline's readers.
    talent, number : [n], sum of the talents of co-authors, and their number, over papers.
    """

    papers: np.ndarray
    citations: np.ndarray
    at_baseline: np.ndarray
    talent: np.ndarray
    number: np.ndarray


class Panel:
    """Sampler of one run.

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

    def members(self, block: Block, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows that belong to the panel, of those given, and their weights in real persons."""
        chosen, share = _chosen(rows, block.rows.people, self.oversampled, self.share, self.key)
        return chosen, self.setting.scale / share

    def leavers(self, year: int, columns: Columns, exits: Exits) -> Table:
        """Rows of members who leave this year, taken before their rows are freed; empty before the first year."""
        if year < self.start:
            return {}
        chosen = [self.members(block, rows) for block, rows in zip(columns, exits.rows)]
        table = self._rows(columns, chosen, year)
        reasons = [
            reason[np.searchsorted(rows, kept)] for (kept, _), rows, reason in zip(chosen, exits.rows, exits.reasons)
        ]
        table["exit_reason"] = np.concatenate(reasons) - np.uint8(1)
        table["exited"][:] = True
        for name in _OUTPUT:  # the columns still hold last year's papers; nobody publishes in the year of leaving
            table[name][:] = 0
        return table

    def record(self, ctx: YearContext, columns: Columns, output: Output, leavers: Table) -> Table:
        """The panel's rows of the year; empty before the first year of the panel."""
        if ctx.year < self.start:
            return {}
        chosen = [self.members(block, block.alive()) for block in columns]
        table = self._rows(columns, chosen, ctx.year)
        self._with_others(ctx, columns, chosen, output, table)
        for name, values in self._reliance(output).items():
            table[name] = values[table["place"]]
        return {name: np.concatenate([leavers[name], values]) for name, values in table.items()}

    def _rows(self, columns: Columns, chosen: list[Chosen], year: int) -> Table:
        """Columns of the chosen rows, field by field; what needs the year's papers is left empty."""
        own = {
            name: np.concatenate([getattr(block, name)[rows] for block, (rows, _) in zip(columns, chosen)])
            for name in (*_COPIED, "moved_year", "dual")
        }
        n, iso3 = len(own["uid"]), self.setting.data.iso3
        own["permanent"] = np.minimum(own["permanent"], 1)
        moved, dual = own.pop("moved_year") == year, own.pop("dual")
        partner = {f"{kind}_with_{iso3[p]}": np.zeros(n, np.float32) for p in self.partners for kind in _WITH}
        return {
            **own,
            "weight": np.concatenate([weight for _, weight in chosen]).astype(np.float32),
            "year": np.full(n, year, np.int16),
            "field": np.repeat(np.arange(len(chosen), dtype=np.uint8), [len(rows) for rows, _ in chosen]),
            "dual_affiliation": dual != NONE,
            "moved_to": np.where(moved, own["place"], NONE),
            "exited": np.zeros(n, bool),
            "exit_reason": np.full(n, NONE),
            "partner_talent_mean": np.full(n, np.nan, np.float32),
            "frontier_reliance_top1": np.full(n, np.nan, np.float32),
            "frontier_reliance_top3": np.full(n, np.nan, np.float32),
            "coauthors_moved_abroad": np.zeros(n, np.uint8),
            "citations_at_baseline": np.zeros(n, np.float32),
            **partner,
        }

    def _with_others(
        self, ctx: YearContext, columns: Columns, chosen: list[Chosen], output: Output, table: Table
    ) -> None:
        """Fill in what members do with others: papers and citations by partner, talent and moves of co-authors."""
        n, start = len(table["uid"]), 0
        size = (len(self.partners), n)
        others = WithOthers(
            np.zeros(size, np.float32),
            np.zeros(size, np.float32),
            table["citations_at_baseline"],
            np.zeros(n),
            np.zeros(n),
        )
        sigma = float(np.sqrt(self.setting.params.impact.sigma2))
        key = self.setting.key(Stream.QUALITY, ctx.year)
        for block, papers, (rows, _) in zip(columns, output.papers, chosen):
            people, ties, _ = block.rows
            member = np.full(block.n_rows, -1, np.int32)
            member[rows] = np.arange(start, start + len(rows))
            _sum_others(member, self.partners, people, papers, sigma, key, others)
            _moved_ties(ctx.year, rows, people, ties, table["coauthors_moved_abroad"][start : start + len(rows)])
            start += len(rows)
        for k, p in enumerate(self.partners):
            for kind, values in zip(_WITH, (others.papers, others.citations)):
                table[f"{kind}_with_{self.setting.data.iso3[p]}"] = values[k]
        table["partner_talent_mean"] = ratio(others.talent, others.number).astype(np.float32)

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


@njit(cache=True, nogil=True)
def _sum_others(
    member: np.ndarray,
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
    member : [rows], number in the panel, -1 of those who are not in it; partners : places counted apart.
    sigma : of ln z; key : of the paper's luck.
    others : out, added to.
    """
    lead, ordinal, first = papers.lead, papers.ordinal, papers.first
    n_authors, authors, mu, mu_baseline = papers.n_authors, papers.authors, papers.mu, papers.mu_baseline
    n_with, cited_with, at_baseline, talent, number = others
    for k in range(lead.shape[0]):
        start, n = first[k], n_authors[k]
        luck, total = 0.0, -1.0  # worked out at the first author in the panel
        for m in range(start, start + n):
            at = member[authors[m]]
            if at < 0:
                continue
            if total < 0.0:
                total, luck = 0.0, sigma * normal(key, people[lead[k]].uid, np.uint64(ordinal[k]))
                for other in range(start, start + n):
                    total += people[authors[other]].talent
            at_baseline[at] += np.exp(mu_baseline[k] + luck)
            talent[at] += total - people[authors[m]].talent
            number[at] += n - 1
            for q in range(partners.shape[0]):
                if people[authors[m]].place == partners[q]:
                    continue
                for other in range(start, start + n):
                    if people[authors[other]].place == partners[q]:
                        n_with[q, at] += 1.0
                        cited_with[q, at] += np.exp(mu[k] + luck)
                        break


@njit(cache=True, nogil=True)
def _moved_ties(year: int, rows: np.ndarray, people: np.ndarray, ties: np.ndarray, number: np.ndarray) -> None:
    """Recent co-authors who moved to another place this year and now work elsewhere than the person, added up."""
    for k in range(rows.shape[0]):
        i = rows[k]
        for t in range(ties.shape[1]):
            j = tie_row(ties[i, t])
            if j >= 0 and people[j].moved_year == year and people[j].place != people[i].place:
                number[k] += 1
