"""Phase 3, budgets: promotion is bought from academic money before people act, and paid for when the year is over.

The plan sees what was promised before and what is offered now, at last year's numbers of people, and cuts offers to
what leaves grants their floor. The account charges what was taken up; what was not stays in grants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.core.columns import Columns
from sim.data.inputs import YearInputs
from sim.engines import budget
from sim.engines.budget import DOCTORAL_YEARS, Bill, Census, Prices
from sim.engines.compliance import by_group, first_year_cost, money_of_rules
from sim.phases.setting import Setting
from sim.policy.channels import Channels

BOUGHT = ("permanent_offer", "income_recruits", "student_places", "students_to_recruits", "joint")  # neutral at 0
OFFERED = ("programme_slots", "chairs_slots")


class Ledger(NamedTuple):
    """What a year hands on to the next budget.

    Attributes
    ----------
    doctoral : [3, P], doctoral places bought in the last three years, newest first, persons.
    posts : [P], bought posts that are held, persons; joint : [P, P], joint papers of the year, symmetric.
    """

    doctoral: np.ndarray
    posts: np.ndarray
    joint: np.ndarray

    @classmethod
    def none(cls, n_places: int) -> Ledger:
        """Nothing was ever bought."""
        years = DOCTORAL_YEARS - 1
        return cls(np.zeros((years, n_places)), np.zeros(n_places), np.zeros((n_places, n_places)))


class Purse(NamedTuple):
    """What a place can spend, million $ [P]: academic money, what policy adds to it, and prices."""

    public: np.ndarray
    new: np.ndarray
    prices: Prices

    @property
    def total(self) -> np.ndarray:
        """All money [P]."""
        found: np.ndarray = self.public + self.new
        return found


@dataclass(frozen=True)
class Plan:
    """What a year's policies may cost, [P] each, million $ where not said otherwise.

    Attributes
    ----------
    channels : of the year, offers cut to what can be paid; `funding` is research money over academic money.
    security : what rules cost; room : what promotion may take.
    share : of what is offered that can be paid, 0-1; kept : of posts bought before, that go on being paid.
    recruits : share of people who are recruits, 0 where nothing is bought.
    """

    channels: Channels
    purse: Purse
    security: np.ndarray
    room: np.ndarray
    share: np.ndarray
    kept: np.ndarray
    recruits: np.ndarray


@dataclass(frozen=True)
class Account:
    """What a year's money was spent on, [P] each, million $: public + new = grants + the bill + security.

    Attributes
    ----------
    share : of what was offered that was paid, 0-1; 1 where nothing was.
    recruits_gain : ln of a recruit's research money over an incumbent's; research : incumbents' over academic money.
    ledger : for the next year.
    """

    purse: Purse
    grants: np.ndarray
    bill: Bill
    security: np.ndarray
    share: np.ndarray
    recruits_gain: np.ndarray
    research: np.ndarray
    ledger: Ledger


def nobody(n_places: int) -> Census:
    """A census without people."""
    return Census(*np.zeros((4, n_places)))


def nothing(n_places: int) -> Bill:
    """A bill for nothing."""
    return Bill(*np.zeros((5, n_places)))


def public_money(setting: Setting, inputs: YearInputs) -> np.ndarray:
    """Academic money of the year without new money [P], million $."""
    data, share = setting.data, setting.params.money.government_share
    return budget.academic_money(inputs.gerd, data.share_higher_education, data.share_government, share)


def year_prices(setting: Setting, inputs: YearInputs) -> Prices:
    """Prices of the year by place, million $."""
    params, rich = setting.params.money, inputs.income[setting.data.iso3.index("USA")]
    return budget.prices_of(params, budget.price_level(inputs.income, float(rich), params.price_level))


def census(setting: Setting, year: int, columns: Columns) -> Census:
    """People whom money is counted by, at this point of the year."""

    def work(f: int) -> Census:
        counts = nobody(setting.data.n_places)
        budget.count_bought(year, columns.blocks[f].rows.people, *counts)
        return counts

    counts = zip(*setting.each_field(work, columns.n_rows))
    return Census(*(setting.scale * sum(of_fields[1:], of_fields[0]) for of_fields in counts))


def promotes(channels: Channels, ledger: Ledger) -> bool:
    """True if anything is bought this year, or was before and is still to be paid."""
    offers = any(getattr(channels, name).any() for name in (*BOUGHT, *OFFERED))
    return bool(offers or (channels.funding_recruits != 1.0).any() or ledger.posts.any() or ledger.doctoral.any())


def plan(
    setting: Setting, inputs: YearInputs, channels: Channels, columns: Columns, ledger: Ledger, cost: np.ndarray
) -> Plan:
    """The year's budget, and its channels cut to it.

    Parameters
    ----------
    columns : people before anything happened; ledger : of last year; cost : [i], `first_year_cost` of last year.
    """
    n, public = setting.data.n_places, public_money(setting, inputs)
    purse = Purse(public, public * (channels.funding - 1.0), year_prices(setting, inputs))
    security = np.minimum(rules_money(setting, channels, cost), purse.total)
    room = np.maximum((1.0 - setting.params.money.floor) * purse.total - security, 0.0)
    counted, bill, share, kept = nobody(n), nothing(n), np.ones(n), np.ones(n)
    if promotes(channels, ledger):
        counted = census(setting, inputs.year, columns)
        due, offers = expected(setting, inputs, channels, counted, ledger, purse)
        kept, share = budget.affordable(room, due.total, offers.total)
        channels, bill = cut(channels, share), budget.paid(due, offers, kept, share)
    channels = replace(channels, funding=budget.over(purse.total - security - bill.leaving, public))
    recruits = np.divide(counted.recruits, counted.heads, out=np.zeros(n), where=counted.heads > 0.0)
    return Plan(channels, purse, security, room, share, kept, recruits)


def rules_money(setting: Setting, channels: Channels, cost: np.ndarray) -> np.ndarray:
    """What rules cost institutions this year, by place [P]; `cost` : [i], `first_year_cost` of last year."""
    inst = setting.institutions
    now = first_year_cost(channels.cost_fixed_musd, channels.cost_share, inst.federal_musd)
    spent = money_of_rules(now, cost, setting.params.compliance.one_time_share)
    return by_group(spent, inst.place, setting.data.n_places)


def expected(
    setting: Setting, inputs: YearInputs, channels: Channels, people: Census, ledger: Ledger, purse: Purse
) -> tuple[Bill, Bill]:
    """What was promised before and falls due, and what is offered now if all of it is taken up."""
    prices, due = purse.prices, promised(people.bought, ledger, purse)
    slots = np.stack([channels.programme_slots, channels.chairs_slots])
    return due, new_uses(
        recruits=recruits_money(channels, people, slots, purse),
        joint=joint_money(setting, channels, ledger, purse),
        pay=prices.pay * np.expm1(channels.income_recruits) * people.recruits,
        posts=prices.post * channels.permanent_offer * people.unposted,
        students=prices.doctoral_place * np.expm1(channels.student_places) * foreign_entrants(inputs),
    )


def foreign_entrants(inputs: YearInputs) -> np.ndarray:
    """Entrants from abroad expected at base shares [P], persons."""
    persons = (inputs.cohort_after - inputs.cohort_before).sum(axis=0) * (1.0 - inputs.home_share)
    found: np.ndarray = persons @ inputs.abroad_share
    return found


def promised(posts: np.ndarray, ledger: Ledger, purse: Purse) -> Bill:
    """What was bought before and falls due: `posts` [P], held ones; doctoral places of the last three years."""
    none, prices = np.zeros_like(posts), purse.prices
    return Bill(none, none, none, prices.post * posts, prices.doctoral_place * ledger.doctoral.sum(axis=0))


def new_uses(**uses: np.ndarray) -> Bill:
    """What is newly bought.

    Where a lever reduces a use below the baseline's, that costs nothing and frees nothing: all of the baseline's
    money is grants already.
    """
    return Bill(**{name: np.maximum(use, 0.0) for name, use in uses.items()})


def recruits_money(channels: Channels, people: Census, arrived: np.ndarray, purse: Purse) -> np.ndarray:
    """Research money for recruits alone [P], negative where they get less than others.

    Parameters
    ----------
    arrived : [2, P], persons by programmes and by chairs.
    """
    a_head = np.divide(purse.total, people.heads, out=np.zeros_like(people.heads), where=people.heads > 0.0)
    start = purse.prices.programme_place * arrived[0] + purse.prices.chair * arrived[1]
    found: np.ndarray = start + (channels.funding_recruits - 1.0) * a_head * people.recruits
    return found


def joint_money(setting: Setting, channels: Channels, ledger: Ledger, purse: Purse) -> np.ndarray:
    """Each side's money for joint projects [P]: one for each paper that programmes add to last year's joint ones."""
    change = setting.params.collaboration.joint_funding * channels.joint
    return purse.prices.joint_project * budget.added_papers(ledger.joint, change).sum(axis=1)


def cut(channels: Channels, share: np.ndarray) -> Channels:
    """Channels with offers cut to a share [P]; where all can be paid, the same bits."""
    if (share == 1.0).all():
        return channels
    ch, both = channels, np.minimum(share[:, None], share[None, :])
    return replace(
        ch,
        programme_slots=share * ch.programme_slots,
        programme_pull=_part(ch.programme_pull, share[None, :]),
        chairs_slots=share * ch.chairs_slots,
        chairs_pull=_part(ch.chairs_pull, share),
        funding_recruits=1.0 + np.where(ch.funding_recruits > 1.0, share, 1.0) * (ch.funding_recruits - 1.0),
        income_recruits=_part(ch.income_recruits, share),
        permanent_offer=share * ch.permanent_offer,
        student_places=_part(ch.student_places, share),
        joint=np.where(ch.joint > 0.0, both, 1.0) * ch.joint,
    )


def _part(change: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Log change that adds a share of what the whole change adds; reductions stay as they are."""
    found: np.ndarray = np.where(change > 0.0, np.log1p(share * np.expm1(change)), change)
    return found


class Bought(NamedTuple):
    """What was taken up in a year, persons [P] where not said otherwise.

    Attributes
    ----------
    arrived : [2, P], by programmes and by chairs; places : further doctoral places; joint_papers : [P, P].
    """

    arrived: np.ndarray
    places: np.ndarray
    joint_papers: np.ndarray


def settle(setting: Setting, year: int, plan: Plan, columns: Columns, ledger: Ledger, bought: Bought) -> Account:
    """The year's account, when it is over: promises are paid first, then what is left of the room goes to offers.

    As many posts as were held a year before are promises, further ones are offers of this year. Money that recruits
    do not get (`recruit_funding` below 0) is grants of the others.

    Parameters
    ----------
    columns : people at the end of the year; ledger : of last year.
    """
    n, ch, purse = setting.data.n_places, plan.channels, plan.purse
    people, bill, share, own = nobody(n), nothing(n), np.ones(n), np.zeros(n)
    places = np.maximum(bought.places, 0.0)
    if promotes(ch, ledger):
        people, prices = census(setting, year, columns), purse.prices
        held = np.minimum(people.bought, ledger.posts)
        own = recruits_money(ch, people, bought.arrived, purse)
        due = promised(held, ledger, purse)
        offers = new_uses(
            recruits=own,
            joint=joint_money(setting, ch, ledger, purse),
            pay=prices.pay * np.expm1(ch.income_recruits) * people.recruits,
            posts=prices.post * (people.bought - held),
            students=prices.doctoral_place * places,
        )
        kept, share = budget.affordable(plan.room, due.total, offers.total)
        bill = budget.paid(due, offers, kept, share)
    less, grants = np.minimum(own, 0.0), purse.total - plan.security - bill.total  # less than others get
    common = grants + bill.joint - less
    gain = budget.recruits_gain(bill.recruits + less, common, people)
    after = Ledger(np.vstack([places, ledger.doctoral[:-1]]), people.bought, bought.joint_papers)
    share, research = plan.share * share, budget.over(common, purse.public)
    return Account(purse, grants, bill, plan.security, share, gain, research, after)
