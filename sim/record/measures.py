"""Measures of a year as columnar tables (described in outputs/README.md), in real persons, papers and cases.

Reads the results of the phases and changes nothing, so that recording more changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.axes import WAYS
from sim.data.fields import N_FIELDS
from sim.engines.compliance import Support, by_group
from sim.engines.constituencies import Constituencies
from sim.engines.counting import HeadCounts
from sim.phases.budget import Account
from sim.phases.careers import Exits
from sim.phases.entry import Entries
from sim.phases.mobility import Moves
from sim.phases.publication import Output
from sim.phases.security import SecurityResult
from sim.phases.setting import Setting, YearContext
from sim.record.constituency_table import constituency_table
from sim.record.exposure_table import exposure_table
from sim.record.money import budget_columns
from sim.record.tables import LAMBDAS

REASONS = ("rule", "fear")  # why a partner is refused, in the order of `Output.slots_refused`
LARGEST = 20  # places whose pairs are always recorded
Table = dict[str, np.ndarray]


@dataclass(frozen=True)
class Year:
    """Everything that happened in a year."""

    ctx: YearContext
    exits: Exits
    entries: Entries
    moves: Moves
    output: Output
    people: HeadCounts
    constituencies: Constituencies
    security: SecurityResult
    trust: np.ndarray
    decisions: Table
    support: Support
    account: Account


def tables(setting: Setting, year: Year) -> dict[str, Table]:
    """All tables of the year but the panel."""
    place, joint = place_table(setting, year), year.output.joint.transpose(1, 2, 0)  # [a, b, f]
    found = {
        "place_year": place,
        "flow_year": flow_table(setting, year),
        "entry_year": entry_table(setting, year),
        "exit_year": cells(year.exits.counts, setting.scale, ("origin", "place", "reason"), "new_exits"),
        "stock_year": cells(year.people.cells, setting.scale, ("origin", "place", "stage"), "n_researchers"),
        "constituency_year": constituency_table(year.constituencies, year.exits.by_member, setting.scale),
        "copub_year": cells(joint, setting.scale, ("place_a", "place_b", "field"), "papers_whole"),
        "citation_year": citation_table(setting, year),
        "pair_year": pair_table(setting, year),
        "field_year": field_table(setting, year),
        "institution_year": institution_table(setting, year),
        "exposure_year": exposure_table(setting, year.output.exposure, year.security),
        "world_year": world_table(setting, year, place),
    }
    return found | ({"decisions": year.decisions} if year.decisions else {})


def cells(counts: np.ndarray, scale: float, names: tuple[str, ...], value: str) -> Table:
    """Cells > 0 of an array as a table: one index column an axis, and the value in real units."""
    flat = counts.ravel()
    found = np.flatnonzero(flat != 0)  # several times faster than of the counts themselves
    at = np.unravel_index(found, counts.shape)
    return {**{name: index.astype(np.int16) for name, index in zip(names, at)}, value: flat[found] * scale}


def ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """Quotient; null (NaN) where there is nothing to divide by."""
    return np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0)


def place_table(setting: Setting, year: Year) -> Table:
    """Table `place_year`."""
    scale, n = setting.scale, setting.data.n_places
    stock = year.people.stock * scale  # [origin, place]
    here = stock.sum(axis=0)
    moves = year.moves
    returned = moves.origin == moves.place_to
    entered = year.entries.counts * scale
    papers, projects = year.output.by_place, year.output.projects  # in agents' units
    count = {name: getattr(papers, name) * scale for name in _PAPER_COUNTS}
    impact = papers.impact_sum * scale
    funded_published = projects.funded_published.sum(axis=0) * scale
    leaks, spent = year.security.leaks, year.security.compliance
    group = setting.institutions.place
    targets = [setting.data.iso3.index(o) for o in setting.params.security.target_origins if o in setting.data.iso3]
    fear, (unprotected, share_protected) = year.people.fear_sum, leaks.protected()
    return {
        "year": np.full(n, year.ctx.year, np.int16),
        "place": np.arange(n, dtype=np.int16),
        "n_researchers": here,
        "n_foreign_origin": here - stock.diagonal(),
        "new_entrants": entered.sum(axis=0),
        "new_entrants_foreign": entered.sum(axis=0) - entered.diagonal(),
        "new_exits": year.exits.counts.sum(axis=(0, 2)) * scale,
        "new_moves_in": np.bincount(moves.place_to, minlength=n) * scale,
        "new_moves_out": np.bincount(moves.place_from, minlength=n) * scale,
        "new_returns": np.bincount(moves.place_to[returned], minlength=n) * scale,
        **count,
        "authors_per_paper_mean": ratio(papers.authors, papers.papers_whole),
        "countries_per_international_paper": ratio(papers.countries, papers.papers_international),
        "citations": papers.cited_whole * scale,
        "citations_international": papers.cited_international * scale,
        **{f"slots_refused_by_{why}": n * scale for why, n in zip(REASONS, year.output.slots_refused)},
        **{f"papers_lost_{why}": n * scale for why, n in zip(REASONS, year.output.papers_lost)},
        "impact_mean": ratio(impact, count["papers_whole"]),
        "impact_sum": impact,
        "share_top_cited_international": ratio(papers.top1_international, papers.top1_whole),
        "applications": projects.applications.sum(axis=0) * scale,
        "applications_funded": projects.funded.sum(axis=0) * scale,
        "share_projects_international": ratio(projects.funded_international.sum(axis=0) * scale, funded_published),
        **{f"exposed_{way}": n * scale for way, n in zip(WAYS, year.output.exposure.once.sum(axis=1))},
        **{f"leaks_{way}": leaked for way, leaked in zip(WAYS, leaks.by_way())},
        "leaks_unprotected": unprotected,
        "share_protected": share_protected,
        "new_cases": year.security.cases.total.sum(axis=1),
        "cases_that_found": year.security.cases.found.sum(axis=1),
        "leaks_found": year.security.cases.leaks_found,
        "fear_mean": ratio(fear.sum(axis=0) * scale, here),
        "fear_target_mean": ratio(fear[targets].sum(axis=0) * scale, stock[targets].sum(axis=0)),
        "compliance_musd": by_group(spent.musd, group, n),
        "compliance_researcher_years": by_group(spent.researcher_years, group, n),
        "rd_spending_musd": year.ctx.inputs.gerd + year.account.purse.new,
        **budget_columns(year.account),
        "rung_protect": np.maximum(year.ctx.rungs.protect, setting.data.rungs_2017.protect),
        "rung_promote": np.maximum(year.ctx.rungs.promote, setting.data.rungs_2017.promote),
        "n_restricted": year.ctx.rungs.restrict.sum(axis=1),
    }


_PAPER_COUNTS = (
    "papers_whole", "papers_fractional", "papers_international", "top1_whole", "top1_fractional",
    "top10_whole", "top10_fractional", "top1_at_baseline_threshold",
    "papers_international_fractional", "top1_fractional_at_baseline_threshold",
)  # fmt: skip


def flow_table(setting: Setting, year: Year) -> Table:
    """Table `flow_year`: moves by places, origin and stage."""
    m, n = year.moves, setting.data.n_places
    shape = (n, n, n, 3)
    names = ("place_from", "place_to", "origin", "stage")
    key = np.ravel_multi_index([getattr(m, name).astype(np.int64) for name in names], shape)
    found, inverse, number = np.unique(key, return_inverse=True, return_counts=True)
    index = np.unravel_index(found, shape)
    tied = np.bincount(inverse, weights=m.with_tie, minlength=len(found))
    return {
        **{name: i.astype(np.int16) for name, i in zip(names, index)},
        "new_moves": number * setting.scale,
        "new_moves_with_tie_at_destination": tied * setting.scale,
    }


def entry_table(setting: Setting, year: Year) -> Table:
    """Table `entry_year`: entrants by origin and place, and those whom the place loses to policy."""
    e = year.entries
    values = {"new_entrants": e.counts * setting.scale, "waiting": e.waiting * setting.scale}
    values |= {f"deterred_to_{where}": lost for where, lost in e.deterred._asdict().items()}
    found = np.nonzero(np.any(list(values.values()), axis=0))
    index = {name: at.astype(np.int16) for name, at in zip(("origin", "place"), found)}
    return index | {name: value[found] for name, value in values.items()}


def citation_table(setting: Setting, year: Year) -> Table:
    """Table `citation_year`: citations between places, and those that go to the world's top 10 %."""
    out = year.output
    top = np.nan_to_num(ratio(out.by_place.cited10_fractional, out.by_place.cited_fractional))
    table = cells(out.citations, setting.scale, ("citing_place", "cited_place"), "citations")
    return table | {"citations_to_top10": table["citations"] * top[table["cited_place"]]}


def pair_table(setting: Setting, year: Year) -> Table:
    """Table `pair_year`: pairs of the largest places, and pairs with friction or hostility."""
    friction = mean_friction(year.ctx.channels.friction)
    hostility = np.maximum(year.ctx.hostility, year.ctx.hostility.T)
    n = setting.data.n_places
    keep = np.zeros((n, n), bool)
    keep[:LARGEST, :LARGEST] = True
    a, b = np.nonzero(np.triu(keep | (friction > 0) | (hostility > 1e-6), k=1))
    return {
        "place_a": a.astype(np.int16),
        "place_b": b.astype(np.int16),
        "trust": year.trust[a, b],
        "friction": friction[a, b],
        "hostility": hostility[a, b],
    }


def mean_friction(friction: np.ndarray) -> np.ndarray:
    """Share refused by the rules of either side [a, b], mean over kinds and fields.

    Parameters
    ----------
    friction : [k, f, a, b], by the rules of a; few places have any, and only their pairs are worked out.
    """
    n = friction.shape[-1]
    ruled = np.flatnonzero(friction.max(axis=(0, 1)).any(axis=1))
    here, there = friction[:, :, ruled], friction[:, :, :, ruled].transpose(0, 1, 3, 2)
    mean = (1.0 - (1.0 - here) * (1.0 - there)).mean(axis=(0, 1))
    found = np.zeros((n, n))
    found[ruled] = mean
    found[:, ruled] = mean.T
    return found


def field_table(setting: Setting, year: Year) -> Table:
    """Table `field_year`."""
    n, out = setting.data.n_places, year.output
    names = ("papers_whole", "papers_international", "papers_basic", "papers_sensitive",
             "papers_international_sensitive", "top1_whole")  # fmt: skip
    return {
        "place": np.tile(np.arange(n, dtype=np.int16), N_FIELDS),
        "field": np.repeat(np.arange(N_FIELDS, dtype=np.int16), n),
        **{name: (getattr(out.by_field, name) * setting.scale).ravel() for name in names},
        "leaks": year.security.leaks.leaked.sum(axis=(0, 3)).ravel(),
    }


def institution_table(setting: Setting, year: Year) -> Table:
    """Table `institution_year`: by place and size class, and every institution of the United States by index.

    Rows of a class have institution -1. Papers are counted at the institution of the lead.
    """
    inst, spent = setting.institutions, year.security.compliance
    group, of = inst.classes
    values = {
        "n_institutions": np.ones(len(of)),
        "federal_musd": inst.federal_musd,
        "federal_mean_musd": year.support.mean,
        "declined_musd": year.support.declined,
        "covered": spent.covered.astype(float),
        "compliance_musd": spent.musd,
        "compliance_researcher_years": spent.researcher_years,
        "papers_whole": year.output.papers_by_institution * setting.scale,
    }
    single = np.flatnonzero(inst.place == setting.data.iso3.index("USA"))
    sums = {name: np.concatenate([np.bincount(of, v), v[single]]) for name, v in values.items()}
    return {
        "place": np.concatenate([group // 4, inst.place[single]]).astype(np.int16),
        "size_class": np.concatenate([group % 4, inst.size_class[single]]).astype(np.int16),
        "institution": np.concatenate([np.full(len(group), -1), single]).astype(np.int32),
        **sums,
    }


def world_table(setting: Setting, year: Year, place: Table) -> Table:
    """Table `world_year`: one row."""
    out, scale, entries = year.output, setting.scale, year.entries
    return {
        name: np.array([value], dtype=np.float64)
        for name, value in {
            "n_researchers": place["n_researchers"].sum(),
            "papers": out.n_papers * scale,
            "papers_international": out.n_international * scale,
            "authors_per_paper_mean": out.n_authorships / max(out.n_papers, 1),
            "countries_per_international_paper": out.n_countries / max(out.n_international, 1),
            "new_moves": len(year.moves.row) * scale,
            "compliance_musd": year.security.compliance.musd.sum(),
            "impact_sum": out.impact_sum * scale,
            **{
                f"deterred_to_{where}{end}": lost.sum()
                for end, at in zip(LAMBDAS, (entries.deterred, *entries.deterred_at_ends))
                for where, lost in at._asdict().items()
            },
        }.items()
    }
