"""The end of a year: the state of the world at large that the next one starts from."""

from __future__ import annotations

import numpy as np

from sim.data.fields import N_FIELDS
from sim.engines.counting import HeadCounts
from sim.phases.macro import Macro, access_matrix, still_open
from sim.phases.publication import Output
from sim.phases.setting import Setting


def next_macro(setting: Setting, last: Macro, output: Output, people: HeadCounts, trust: np.ndarray) -> Macro:
    """Macro state that next year's engines read.

    Parameters
    ----------
    last : the run's own state before this year (`ctx.macro` is the baseline's where feedback is frozen).
    trust : [P, P], at the end of the year.
    """
    scale = setting.scale
    by_stage = people.cells.sum(axis=0) * scale
    stock = people.stock.sum(axis=0) * scale
    mass = output.by_field.papers_fractional * scale
    papers = output.by_place
    came_from = people.came_from * scale / np.maximum(stock, 1.0)[:, None]
    share = papers.top1_fractional / np.maximum(papers.papers_fractional, 1e-9)
    seen = papers.papers_fractional > 0
    given = setting.params.impact.citations_mean * papers.papers_fractional
    return Macro(
        size=last.size + 0.3 * (mass.sum(axis=0) - last.size),
        mass=mass,
        top1=output.by_field.top1_fractional * scale,
        trust=trust,
        access=access_matrix(output.joint_papers * scale, papers.papers_whole * scale, came_from),
        prestige=np.where(seen, last.prestige + 0.2 * (share - last.prestige), last.prestige),
        students=by_stage[:, 0] / np.maximum(by_stage[:, 1:].sum(axis=1), scale),
        permanent_share=people.n_permanent * scale / np.maximum(stock, scale),
        size_share=np.maximum(stock, 1.0) / max(stock.sum(), 1.0),
        researchers=stock,
        at_origin=people.stock.diagonal() / np.maximum(people.stock.sum(axis=1), 1),
        readers=given / np.maximum(output.attention, 1e-300),
        **still_open(len(stock), N_FIELDS),
    )
