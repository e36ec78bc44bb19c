"""The world: governments and researchers, and the year they live through, written once as one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from sim.agents.face import ColumnarModel
from sim.agents.governments.council import Council
from sim.agents.governments.signals import Observation
from sim.agents.institution import InstitutionSet
from sim.config.schema import Config
from sim.config.timeline import timeline_of
from sim.core.columns import Columns
from sim.data.fields import N_FIELDS
from sim.data.inputs import Inputs, PathDraw, YearInputs, load_inputs
from sim.data.threat import DEFAULT, threat_matrix
from sim.engines.counting import HeadCounts
from sim.engines.enforcement import remember
from sim.engines.fear import Fear, update_fear
from sim.engines.mobility import elite_talent
from sim.engines.security import expected_exposure, way_weights
from sim.engines.trust import incident_rate, joint_intensity, mutual, trust_level, update_trust
from sim.phases import (
    budget,
    careers,
    closing,
    constituencies,
    entry,
    governments,
    levers,
    mobility,
    promotion,
    publication,
    security,
)
from sim.phases.budget import Account, Bought, Ledger
from sim.phases.governments import Governed
from sim.phases.macro import Macro, first_macro, frontier_reach
from sim.phases.publication import Output
from sim.phases.saved import Saved
from sim.phases.security import SecurityResult
from sim.phases.setting import FIELD_SHARE, Institutions, Setting, YearContext, heads_change
from sim.policy.channels import Channels
from sim.policy.rungs import Rungs
from sim.record import measures
from sim.record.panel import Panel
from sim.record.recorder import YearResult


class World(Saved, ColumnarModel):
    """One run: a world of researchers and governments under one set of policies.

    Parameters
    ----------
    cfg : validated configuration (`sim.load_config`).
    replicate : number of the random world, from 0; a scenario and its baseline share it.
    mode : ``scripted`` governments only carry out policy; ``reactive`` ones also decide.
    baseline : `macros` of the paired scripted baseline; differences from it act on people, and it gives the thresholds
        of top papers and, with ``params.feedback = frozen``, the state of the world at large. Without it (the baseline
        itself, or a world by hand) nothing that policy did in earlier years moves utilities.
    inputs : other inputs than the shipped ones (calibration).
    empty : leave the columns empty, to be filled by `from_state`.

    Examples
    --------
    >>> from sim import World, load_config
    >>> world = World(load_config("scale=2000", "end=1985"))
    >>> for result in world.run():
    ...     print(result.year, len(world.researchers))
    """

    def __init__(
        self,
        cfg: Config,
        replicate: int = 0,
        mode: str = "scripted",
        baseline: Mapping[int, Macro] | None = None,
        *,
        inputs: Inputs | None = None,
        empty: bool = False,
    ) -> None:
        super().__init__(rng=0)
        self.cfg, self.mode, self.baseline = cfg, mode, baseline or {}
        self.inputs = inputs or load_inputs(cfg.world, PathDraw.of(cfg.params.paths))
        data, params = self.inputs.data, cfg.params
        usual = threat_matrix(DEFAULT, data)[data.iso3.index("USA")]  # so that a table moves no weights
        expected = expected_exposure(self.inputs.fitted.exposure, usual, params.security.undisclosed)
        self.setting = Setting(
            data=data,
            params=params,
            institutions=Institutions.of(data),
            threat=threat_matrix(cfg.threat, data),
            way_weights=way_weights(params.security, expected),
            trust_level=trust_level(data.ideal_distance, data.alliance, params.trust),
            scale=float(cfg.scale),
            seed=cfg.seed,
            replicate=replicate,
            elite_talent=elite_talent(params.careers.talent_sigma),
            threads=cfg.threads or 1,
        )
        self.timeline = timeline_of(cfg, data)
        self.institutions = InstitutionSet.from_data(data)
        self.council = Council(self, data, params.government, self.setting.threat, params.security.concern)
        self.panel = Panel(cfg.panel, self.setting, self.inputs.people_between(cfg.panel.start, cfg.end))
        self.year = cfg.start - 1
        self.macros: dict[int, Macro] = {}
        n = data.n_places
        self.trust = self.setting.trust_level.copy()
        self.fear, self.fear_tie, self.case_exit, self.known = np.zeros((4, n, n))
        self.funding_lag, self.recruit_lag = np.zeros(n), np.zeros(n)
        self.ledger = Ledger.none(n)
        self.waiting = np.zeros((n, n), np.int64)
        self.support = np.tile(self.setting.institutions.federal_musd, (3, 1))
        self.cost = np.zeros(len(self.setting.institutions.place))
        self.lag = 1.0 - 0.5 ** (1.0 / params.publication.lag_years)  # half of the response by `lag_years` (F3)
        self.observation: Observation | None = None
        if not empty:
            self._populate()

    def _populate(self) -> None:
        """People of the year before the first simulated one (ODD 5)."""
        self.columns.reserve(entry.rows_needed(self.setting, self.inputs, self.cfg.start, self.cfg.end))
        stock = entry.first_people(self.setting, self.inputs, self.columns, self.cfg.start)
        cited = self.setting.params.impact.citations_mean
        self.macro = first_macro(N_FIELDS, stock, self.trust, FIELD_SHARE, cited)

    def run(self, until: int | None = None) -> Iterator[YearResult]:
        """Live through the years up to `until` (default: ``cfg.end``), yielding what each one leaves."""
        last = self.cfg.end if until is None else until
        while self.year < last:
            yield self.live_a_year()

    def live_a_year(self) -> YearResult:
        """One year, in the order of ODD 3."""
        self.year += 1
        setting, columns = self.setting, self.columns

        # 1-3 clock, governments, levers: policies in force and decided become the channels of the year; budgets
        inputs = self.inputs.year(self.year)
        governed = self._govern(inputs)
        pulled = levers.pull(setting, inputs, self.timeline, self.year, governed.decided, self.support)
        self.support = pulled.taken
        plan = budget.plan(setting, inputs, pulled.channels, columns, self.ledger, self.cost)
        ctx = self._context(plan.channels, governed, plan.recruits, plan.kept)

        # 4 careers: fear, ageing, tenure, exits; then the new cohort enters
        self.on_phase("careers", ctx)
        exits = careers.age_and_exit(setting, ctx, columns)
        panel_exits = self.panel.leavers(self.year, columns, exits)
        careers.retire(setting, columns, exits)
        entries = entry.enter(setting, ctx, columns)

        # 5 mobility
        self.on_phase("mobility", ctx)
        moved = mobility.move(setting, ctx, columns)
        self.waiting = entries.waiting

        # 6-7 projects, collaboration, publication; impact
        output = publication.research(setting, ctx, columns, self._trust_ratio(ctx))
        self.on_output(ctx, output)

        # 8 accounts; security: leaks, cases, fear, trust, cost of rules
        bought = Bought(moved.recruited, entries.places, output.joint_papers * setting.scale)
        account = budget.settle(setting, self.year, plan, columns, self.ledger, bought)
        counted = security.count_people(setting, ctx, columns)
        secured = security.secure(setting, ctx, counted, output, self.cost, self.known)

        # 9 measures, and the state that next year starts from
        joint = joint_intensity(output.joint_papers * setting.scale, output.by_place.papers_whole * setting.scale)
        reactive = self.mode == "reactive"
        observed = governments.observe(setting, ctx, entries, moved, output, counted, secured, account, reactive)
        self.macros[self.year] = replace(
            ctx.macro, z1=output.z1, known=output.readers.known, joint=joint,
            exit_norm=exits.norm, move_norm=moved.norm, arrivals=moved.arrivals, account=observed.account,
        )  # fmt: skip
        year = measures.Year(
            ctx, exits, entries, moved, output, counted, constituencies.count(setting, columns), secured, self.trust,
            governed.decisions, pulled.support, account,
        )  # fmt: skip
        tables = measures.tables(setting, year)
        panel = self.panel.record(ctx, columns, entries, output, panel_exits)
        if panel:
            tables["panel"] = panel
        self._close(ctx, output, joint, counted, secured, account)
        self.observation = observed
        return YearResult(self.year, tables)

    step = live_a_year  # Mesa's name for it

    def on_phase(self, phase: str, ctx: YearContext) -> None:
        """Called before a phase; does nothing here, calibration sums over the world's people."""

    def on_output(self, ctx: YearContext, output: Output) -> None:
        """Called after the year's research; does nothing here, the fit and experiments look at papers."""

    def _govern(self, inputs: YearInputs) -> Governed:
        """What governments put in force and decide; scripted ones see nothing."""
        seen = self.observation if self.mode == "reactive" else None
        paired = {year: macro.account for year, macro in self.baseline.items()}
        accounts = {year: macro.account - paired.get(year, 0.0) for year, macro in self.macros.items()}
        return governments.govern(
            self.setting, self.council, self.timeline, self.cfg.ladder, inputs, seen, accounts,
            lambda: promotion.market(
                self.setting, inputs, budget.census(self.setting, self.year - 1, self.columns), self.ledger
            ),
        )  # fmt: skip

    def _context(
        self,
        channels: Channels,
        governed: Governed | None = None,
        recruits: np.ndarray | None = None,
        kept: np.ndarray | None = None,
    ) -> YearContext:
        """The year as phases see it; `governed` : nobody decides; `recruits`, `kept` : none and all by default."""
        n = self.setting.data.n_places
        frozen = self.setting.params.feedback == "frozen" and self.year in self.baseline
        baseline = self.baseline.get(self.year)
        macro = replace(baseline, z1=self.macro.z1) if frozen and baseline is not None else self.macro
        access = macro.access * channels.openness
        np.fill_diagonal(access, 1.0)
        return YearContext(
            year=self.year,
            inputs=self.inputs.year(self.year),
            channels=channels,
            macro=macro,
            hostility=self.fear + channels.hostility,
            hostility_tie=self.fear_tie + channels.hostility,
            case_exit=self.case_exit,
            access=access,
            frontier=frontier_reach(access, macro.top1, macro.mass),
            waiting=self.waiting,
            ln_funding=self.funding_lag,
            ln_recruits=self.recruit_lag,
            recruits=np.zeros(n) if recruits is None else recruits,
            posts_kept=np.ones(n) if kept is None else kept,
            rungs=Rungs.none(n) if governed is None else governed.rungs,
            conditions=np.zeros((n, n)) if governed is None else governed.conditions,
            baseline=baseline,
        )

    def _trust_ratio(self, ctx: YearContext) -> np.ndarray:
        """Both sides' trust relative to the paired baseline's, whose path the fitted affinities contain."""
        return mutual(ctx.macro.trust) / mutual(ctx.paired.trust)

    def _close(
        self,
        ctx: YearContext,
        output: Output,
        joint: np.ndarray,
        counted: HeadCounts,
        secured: SecurityResult,
        account: Account,
    ) -> None:
        """Fear, trust, money and the macro state of next year."""
        setting, params, scale = self.setting, self.setting.params, self.setting.scale
        joint_papers = output.joint_papers * scale
        tied, near = counted.number_tied * scale, counted.exposed * scale
        felt = Fear(self.fear, self.fear_tie)
        self.fear, self.fear_tie = update_fear(felt, secured.cases, tied, near, params.security)
        self.known = remember(self.known, secured.cases, params.security)
        there = counted.stock.T * scale  # [place, origin]
        self.case_exit = params.security.case_exit * secured.cases.on_origins() / np.maximum(there, 1.0)
        self.cost = secured.cost
        money = heads_change(ctx) + np.log(account.research)
        self.funding_lag = self.funding_lag + self.lag * (money - self.funding_lag)
        self.recruit_lag = self.recruit_lag + self.lag * (account.recruits_gain - self.recruit_lag)
        self.ledger = account.ledger
        self.trust = update_trust(
            self.trust, setting.trust_level, joint, joint if ctx.baseline is None else ctx.baseline.joint,
            incident_rate(secured.incidents, joint_papers), params.trust,
        )  # fmt: skip
        self.macro = closing.next_macro(setting, self.macro, output, counted, self.trust)

    def let_go(self) -> None:
        """Let go of all people, once nothing more is asked of this world.

        It and its governments refer to each other, so that its memory would stay until garbage is next collected.
        """
        self.columns = Columns()

    @classmethod
    def from_state(
        cls,
        cfg: Config,
        state: dict[str, np.ndarray],
        replicate: int = 0,
        mode: str = "scripted",
        baseline: Mapping[int, Macro] | None = None,
    ) -> World:
        """World that goes on from a saved state, under the policies of `cfg` (branching)."""
        world = cls(cfg, replicate, mode, baseline, empty=True)
        world.restore(state, entry.rows_needed(world.setting, world.inputs, cfg.start, cfg.end))
        return world
