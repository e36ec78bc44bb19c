"""Phase 5: mobility. Utilities of the year, vacancies, proposals, and the moves carried out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.columns import Columns
from sim.engines import mobility
from sim.inputs import YearInputs
from sim.phases.setting import Setting, YearContext, funding_change, log_change, relative
from sim.randomness import Stream


@dataclass(frozen=True)
class Moves:
    """Everyone who moved, as parallel arrays over movers, field by field."""

    field: np.ndarray
    row: np.ndarray
    place_from: np.ndarray
    place_to: np.ndarray
    origin: np.ndarray
    stage: np.ndarray
    with_tie: np.ndarray


def home_factor(setting: Setting, inputs: YearInputs) -> np.ndarray:
    """Factor on moves to the own origin [P]: rises with the origin's income in the world (M18, U6), never below 1."""
    m = setting.params.mobility
    income = relative(np.log(inputs.income), inputs.reference.size_share)
    return np.exp(np.maximum(m.home + m.home_income * income, 0.0))


def micro_arguments(setting: Setting) -> tuple[np.ndarray, float, float, float]:
    """Arguments of the personal factor, in the order kernels take them."""
    m = setting.params.mobility
    return np.array([1.0, m.age_established, m.age_senior]), m.permanent, m.talent, m.fear_leave


def drift(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray]:
    """Utility of destinations and of places of work [3, 2, P] that has drifted from the references, policy left out."""
    m, y, macro = setting.params.mobility, ctx.inputs, ctx.macro
    ref = y.reference
    posts = macro.permanent_share - ref.permanent_share
    freedom = y.freedom - ref.freedom
    income = relative(log_change(y.income, ref.income), ref.size_share)
    early = m.post_early * posts + m.freedom_early * freedom
    late = m.post_late * posts + m.freedom_late * freedom
    by_stage = np.stack([early, 0.5 * (early + late), late])[:, None, :]
    # the elite stand about 1.75 standard deviations above the mean of ln talent (mean of the top decile)
    weight = np.array([m.prestige, m.prestige + 1.75 * m.prestige_talent])[None, :, None]
    both = by_stage + weight * log_change(macro.prestige, ref.prestige, 0.002)
    destination = (
        both
        + m.funding * (funding_change(ctx) - np.log(ctx.channels.funding))
        + m.income * income
        + m.size * log_change(macro.size_share, ref.size_share)
        + m.students * log_change(macro.students, ref.students, 0.05)
    )
    return destination, both + m.origin_income * income


def year_effect(setting: Setting, ctx: YearContext, destination: np.ndarray, here: np.ndarray) -> float:
    """Factor that keeps the world's mean intensity where the references put it (target M1: mobility has no trend).

    The elasticities of M26 come with year effects, so drift moves people towards some places, not more people.
    Taken from the macro state without policy: what a policy changes is not levelled out.
    """
    base, n = ctx.inputs.move_base, ctx.macro.researchers
    plain = base.sum(axis=1)
    reach = (base * np.exp(destination[1, 0])[None, :]).sum(axis=1)
    ratio = np.divide(reach, plain, out=np.ones_like(plain), where=plain > 0)
    drifted = n * np.exp(-here[1, 0]) * plain * ratio**setting.params.mobility.spread
    return float((n * plain).sum() / max(drifted.sum(), 1e-300))


def utilities(setting: Setting, ctx: YearContext) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull of destinations and push of places of work [3, 2, P], and openness [F, O, P] (MODEL section 4)."""
    m, ch = setting.params.mobility, ctx.channels
    destination, here = drift(setting, ctx)
    push = np.exp(-here) * (1.0 - ch.outmove_refused) * year_effect(setting, ctx, destination, here)
    post = np.array([m.post_early, 0.5 * (m.post_early + m.post_late), m.post_late])[:, None, None]
    offered = post * ch.permanent_offer
    pull = destination + offered + m.funding * np.log(ch.funding) + m.net_income * ch.income_recruits
    pull = pull + 0.5 * m.students * ch.students_to_recruits
    felt = 1.0 - np.exp(-ctx.hostility.T)  # [origin, host]
    log_open = ch.visa_open - m.delay * ch.visa_delay - m.hostility * felt
    np.fill_diagonal(log_open, 0.0)  # nobody needs a visa for home
    refused = ch.move_refused * (1.0 - np.eye(setting.data.n_places))
    return np.exp(pull), push * np.exp(-offered), np.exp(log_open)[None] * (1.0 - refused)


def vacancies(setting: Setting, ctx: YearContext) -> np.ndarray:
    """Arrivals that places can take, relative to their inflow at neutral utilities [P]: posts follow budgets."""
    budget = np.clip(np.exp(funding_change(ctx)), 0.2, 5.0)
    return setting.params.mobility.vacancy_slack * budget * (1.0 + ctx.channels.permanent_offer)


def move(setting: Setting, ctx: YearContext, columns: Columns) -> Moves:
    """Who moves and where; changes the columns and returns the movers."""
    m, ch = setting.params.mobility, ctx.channels
    n_places, n_agents = setting.data.n_places, len(columns)
    micro = micro_arguments(setting)

    def count(f: int) -> np.ndarray:
        people = np.zeros((n_places, n_places, 3, mobility.N_ELITE))
        view = columns.blocks[f].used("uid", "origin", "place", "stage", "permanent", "talent", "fear")
        mobility.sum_people(*view, setting.elite_talent, *micro, setting.scale, people)
        return people

    people = np.stack(setting.each_field(count, n_agents))
    pull, push, openness = utilities(setting, ctx)
    plan = mobility.plan_moves(
        ctx.inputs.move_base, home_factor(setting, ctx.inputs), pull, push, openness,
        (np.exp(ch.programme_pull), np.exp(ch.chairs_pull)), (ch.programme_slots, ch.chairs_slots),
        people, vacancies(setting, ctx), m.spread,
    )  # fmt: skip
    keys = [setting.key(stream, ctx.year) for stream in (Stream.MOVE, Stream.DESTINATION, Stream.CAP)]

    def propose(f: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        b = columns.blocks[f]
        row, to, tie = np.empty(b.n_rows, np.int64), np.empty(b.n_rows, np.uint8), np.empty(b.n_rows, np.uint8)
        names = "uid origin place entry_place entry_year stage permanent talent fear ties"
        n = mobility.propose(
            ctx.year, *b.used(*names.split()), setting.elite_talent, *micro, m.tie, np.exp(m.home_early),
            plan.base, plan.attract[f], plan.total[f], plan.scale[f],
            plan.accept, m.fit, *keys, row, to, tie,
        )  # fmt: skip
        return row[:n], to[:n], tie[:n]

    found = setting.each_field(propose, n_agents)
    return _carry_out(setting, ctx, columns, found)


def _carry_out(
    setting: Setting, ctx: YearContext, columns: Columns, found: list[tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> Moves:
    inst, key = setting.institutions, setting.key(Stream.INSTITUTION, ctx.year)
    parts: list[list[np.ndarray]] = []
    for f, (b, (row, to, tie)) in enumerate(zip(columns, found)):
        parts.append([np.full(len(row), f), row, b.place[row], to, b.origin[row], b.stage[row], tie])
        mobility.apply_moves(
            ctx.year, row, to, b.uid, b.place, b.prev_place, b.moved_year, b.permanent, b.institution,
            inst.first, inst.cumulative, key,
        )  # fmt: skip
    return Moves(*(np.concatenate(column) for column in zip(*parts)))
