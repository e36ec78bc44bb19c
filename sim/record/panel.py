"""The panel: a fixed, stratified sample of researchers followed from year to year (OUTPUTS, `panel`).

Membership is a hash of the uid, with twice the share for origins and entry places China, India and the United
States, so that it never changes over life and newborns join at the same rates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.columns import Block, Columns
from sim.phases.papers import FieldPapers, Output
from sim.phases.people import Exits
from sim.phases.setting import Setting, YearContext
from sim.randomness import Stream, base_key, normal, uniforms
from sim.record.measures import EXIT_REASONS, Table, ratio
from sim.ties import tie_alive, tie_row

if TYPE_CHECKING:
    from sim.config import PanelConfig

OVERSAMPLED = ("CHN", "IND", "USA")
OVERSAMPLING = 2.0
_OUTPUT = "papers papers_international papers_basic citations top1".split()
_COPIED = "uid origin place entry_place entry_year institution stage permanent talent fear".split() + _OUTPUT


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
        self.partners = [data.iso3.index(p) for p in cfg.partners if p in data.iso3]
        self.oversampled = np.isin(np.array(data.iso3), OVERSAMPLED)
        weight = 1.0 + (OVERSAMPLING - 1.0) * self.oversampled
        # 10 % more than asked for: the sample of a hash varies, and `size` is a least number
        self.share = 1.1 * cfg.size / max((people * weight).sum() / setting.scale, 1.0)
        self.key = base_key(setting.seed, setting.replicate, Stream.PANEL, 0)

    def members(self, block: Block, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows that belong to the panel, of those given, and their weights in real persons."""
        twice = self.oversampled[block.origin[rows]] | self.oversampled[block.entry_place[rows]]
        share = np.minimum(1.0, self.share * np.where(twice, OVERSAMPLING, 1.0))
        chosen = uniforms(self.key, block.uid[rows], np.uint64(0)) < share
        return rows[chosen], self.setting.scale / share[chosen]

    def leavers(self, year: int, columns: Columns, exits: Exits) -> list[Table]:
        """Rows of members who leave this year, taken before their rows are freed."""
        if year < self.start:
            return []
        found = []
        for f, (block, rows, reasons) in enumerate(zip(columns, exits.rows, exits.reasons)):
            kept, weight = self.members(block, rows)
            reason = np.array(EXIT_REASONS)[reasons[np.searchsorted(rows, kept)] - 1]
            table = self._rows(block, f, kept, weight, year)
            # the columns still hold last year's papers; nobody publishes in the year of leaving
            nothing = {name: np.zeros_like(table[name]) for name in _OUTPUT}
            found.append(table | nothing | {"exit_reason": reason, "exited": np.ones(len(kept), bool)})
        return found

    def record(self, ctx: YearContext, columns: Columns, output: Output, leavers: list[Table]) -> Table:
        """The panel's rows of the year; empty before the first year of the panel."""
        if ctx.year < self.start:
            return {}
        found = list(leavers)
        reliance = self._reliance(output)
        for f, (block, papers) in enumerate(zip(columns, output.papers)):
            rows, weight = self.members(block, block.alive())
            table = self._rows(block, f, rows, weight, ctx.year)
            table |= self._partners(ctx, block, rows, papers, output)
            table |= {name: values[block.place[rows]] for name, values in reliance.items()}
            table["coauthors_moved_abroad"] = _moved_ties(
                ctx.year, rows, *block.used("uid", "place", "moved_year", "ties")
            )
            found.append(table)
        return {name: np.concatenate([table[name] for table in found]) for name in found[-1]}

    def _rows(self, block: Block, f: int, rows: np.ndarray, weight: np.ndarray, year: int) -> Table:
        n = len(rows)
        moved = block.moved_year[rows] == year
        empty = {
            "partner_talent_mean": np.full(n, np.nan, np.float32),
            "frontier_reliance_top1": np.full(n, np.nan, np.float32),
            "frontier_reliance_top3": np.full(n, np.nan, np.float32),
            "coauthors_moved_abroad": np.zeros(n, np.uint8),
        }
        iso3 = self.setting.data.iso3
        partner = {
            f"{kind}_with_{iso3[p]}": np.zeros(n, np.float32) for p in self.partners for kind in ("papers", "citations")
        }
        return {
            **{name: getattr(block, name)[rows] for name in _COPIED},
            "weight": weight.astype(np.float32),
            "year": np.full(n, year, np.int16),
            "field": np.full(n, f, np.uint8),
            "dual_affiliation": block.dual[rows] != 255,
            "moved_to": np.where(moved, block.place[rows], 255).astype(np.uint8),
            "exited": np.zeros(n, bool),
            "exit_reason": np.full(n, "", dtype="<U13"),
            **empty,
            **partner,
        }

    def _partners(self, ctx: YearContext, block: Block, rows: np.ndarray, papers: FieldPapers, output: Output) -> Table:
        index = np.full(block.n_rows, -1, np.int32)
        index[rows] = np.arange(len(rows))
        partners = np.array(self.partners, np.int64)
        n_with = np.zeros((len(partners), len(rows)), np.float32)
        cited_with = np.zeros_like(n_with)
        talent, number = np.zeros(len(rows)), np.zeros(len(rows))
        sigma = np.sqrt(self.setting.params.impact.sigma2)
        key = self.setting.key(Stream.QUALITY, ctx.year)
        _panel_pass(
            index, partners, *block.used("uid", "place", "talent"), papers.lead, papers.ordinal, papers.first,
            papers.n_authors, papers.authors, papers.mu, sigma, output.received, key,
            n_with, cited_with, talent, number,
        )  # fmt: skip
        iso3 = self.setting.data.iso3
        table: Table = {f"papers_with_{iso3[p]}": n_with[k] for k, p in enumerate(self.partners)}
        table |= {f"citations_with_{iso3[p]}": cited_with[k] for k, p in enumerate(self.partners)}
        return table | {"partner_talent_mean": ratio(talent, number).astype(np.float32)}

    def _reliance(self, output: Output) -> Table:
        """Share of a place's citations that go to the world's top 1 and 3 % (Iaria, Schwarz & Waldinger 2018)."""
        z = output.place("z_fractional")
        total = output.citations.sum(axis=1)
        return {
            f"frontier_reliance_top{level}": ratio(
                output.citations @ np.nan_to_num(ratio(output.place(f"z{level}_fractional"), z)), total
            ).astype(np.float32)
            for level in (1, 3)
        }


@njit(cache=True, nogil=True)
def _panel_pass(
    index,
    partners,
    uid,
    place,
    talent,
    lead,
    ordinal,
    first,
    n_authors,
    authors,
    mu,
    sigma,
    received,
    key_luck,
    n_with,
    cited_with,
    partner_talent,
    n_partners,
):
    """Papers and citations with partner places, and talent of co-authors, for the rows in the panel."""
    for k in range(lead.shape[0]):
        start, n = first[k], n_authors[k]
        cited = np.exp(mu[k] + sigma * normal(key_luck, uid[lead[k]], np.uint64(ordinal[k]))) * received[place[lead[k]]]
        total = 0.0
        for m in range(start, start + n):
            total += talent[authors[m]]
        for m in range(start, start + n):
            at = index[authors[m]]
            if at < 0:
                continue
            if n > 1:
                partner_talent[at] += total - talent[authors[m]]
                n_partners[at] += n - 1
            for q in range(partners.shape[0]):
                for other in range(start, start + n):
                    if other != m and place[authors[other]] == partners[q] and place[authors[m]] != partners[q]:
                        n_with[q, at] += 1.0
                        cited_with[q, at] += cited
                        break


@njit(cache=True, nogil=True)
def _moved_ties(year, rows, uid, place, moved_year, ties):
    """Recent co-authors who moved to another place this year and now work elsewhere than the person."""
    out = np.zeros(rows.shape[0], np.uint8)
    for k in range(rows.shape[0]):
        i = rows[k]
        for t in range(ties.shape[1]):
            row = tie_row(ties[i, t])
            if tie_alive(uid, ties[i, t]) and moved_year[row] == year and place[row] != place[i]:
                out[k] += 1
    return out
