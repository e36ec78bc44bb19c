"""One researcher as a Mesa agent: fear, career, entry and mobility (ODD 7.1 to 7.4), one person at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from ctypes import c_float
from math import exp, inf, log

import mesa

from benchmarks.reference.given import Given
from benchmarks.reference.keyed import Stream, draw, fold, gumbel, mix, normal, uniform
from benchmarks.reference.ties import N_TIES, Tie

BOUGHT = 2  # a permanent post that policy pays for; 1 is one of the place's own


def single(value: float) -> float:
    """Value in single precision, in which the engine keeps talent and fear."""
    return c_float(value).value


class Researcher(mesa.Agent):
    """One agent; stands for `scale` people.

    Attributes
    ----------
    ties : lasting co-authors, those of most value first, at most four; met : this year's.
    awaits : host that refused or delayed this year's entrant, who stayed at home.
    tag : what tells people apart where ties are of equal value.
    active : False once the person has left research. leaving : why, in the year of leaving.
    going : destination of this year's move, None if there is none; with_tie : a co-author is there.
    """

    def __init__(
        self,
        model: mesa.Model,
        uid: int,
        field: int,
        origin: int,
        place: int,
        institution: int,
        entry_place: int,
        entry_year: int,
        talent: float,
    ) -> None:
        super().__init__(model)
        self.uid, self.field, self.origin, self.place, self.institution = uid, field, origin, place, institution
        self.entry_place, self.entry_year, self.talent = entry_place, entry_year, talent
        self.stage, self.permanent, self.fear = 0, 0, 0.0
        self.moved_year = 0
        self.prev_place: int | None = None
        self.dual: int | None = None
        self.awaits: int | None = None
        self.ties: list[Tie] = []
        self.met: list[Tie] = []
        self.reputation = self.citations = self.top1 = self.papers_fractional = 0.0
        self.papers = self.papers_international = self.papers_basic = 0
        self.active = True
        self.leaving = ""
        self.going: int | None = None
        self.with_tie = False
        self.n_slots = self.n_leads = 0
        self.basic = self.sensitive = self.applied_for = self.funded = False
        self.tag = mix(uid) >> 46

    def places_of_ties(self) -> list[int]:
        """Places of co-authors who work elsewhere."""
        return [tie.person.place for tie in self.ties if tie.person.place != self.place]

    # --- careers --------------------------------------------------------------------------------------------
    def feel(self, g: Given) -> None:
        """Fear by the hostility of the place towards the origin, or towards people with co-authors in a place."""
        a = self.place
        if not g.hostile[a]:
            self.fear = 0.0
            return
        c = g.params.collaboration
        hostility, by_tie, threat = g.hostility[a], g.hostility_tie[a], g.constants.threat[a]
        own, near, other = hostility[self.origin], 0.0, 0.0
        for b in self.places_of_ties():
            near += threat[b] / N_TIES
            other = max(other, by_tie[b] * threat[b])
        level = own * (1.0 + c.fear_nearness_tie * near) + c.fear_exposure_other * max(0.0, other - own)
        self.fear = single(1.0 - exp(-level))

    def age(self, g: Given) -> None:
        """A year older: stage, permanent post, second affiliation, and whether to leave research."""
        c, a, o, uid = g.params.careers, self.place, self.origin, self.uid
        years = g.year - self.entry_year
        self.stage = s = 0 if years < 8 else 1 if years < 20 else 2
        if not self.permanent:
            u, gift = draw(g.key[Stream.PERMANENT], uid), self.talent**c.talent_permanent
            self.permanent = 1 if u < g.permanent_rate[a][s] * gift else BOUGHT * (u < g.permanent_offered[a][s] * gift)
        elif self.permanent == BOUGHT and draw(g.key[Stream.POST_LAPSE], uid) >= g.posts_kept[a]:
            self.permanent = 0
        if self.dual is not None:
            if draw(g.key[Stream.DUAL], uid) < g.dual_loss[a][self.dual]:
                self.dual = None
        elif a != o and s > 0 and draw(g.key[Stream.DUAL], uid) < g.dual_gain[a][o]:
            self.dual = o
        assert g.exit_norm is not None
        hazard = g.exit_base[a] / g.exit_norm[a] * self.exit_factor(g)
        drawn = -log(1.0 - draw(g.key[Stream.EXIT], uid))
        chilled = hazard * exp(c.exit_fear * self.fear)
        if drawn < hazard:
            self.leaving = "career"
        elif drawn < chilled:
            self.leaving = "fear"
        elif drawn < chilled + g.case_exit[a][o]:
            self.leaving = "case"

    def exit_factor(self, g: Given) -> float:
        """Personal factor on the hazard of exit; from 35 years on that of retirement, which posts do not put off."""
        c, years = g.params.careers, g.year - self.entry_year
        if years >= 35:
            return c.exit_retirement
        factor = c.exit_early if years < 8 else c.exit_established if years < 20 else c.exit_senior
        return factor * c.exit_permanent if self.permanent else factor

    def leave(self) -> None:
        """Leave research."""
        self.active = False
        self.ties = []
        self.remove()

    def forget(self) -> None:
        """Forget co-authors who have left research; the others move up."""
        self.ties = [tie for tie in self.ties if tie.person.active]

    # --- mobility -------------------------------------------------------------------------------------------
    def consider_moving(self, g: Given) -> None:
        """Whether to move this year and where to; `going` is set, nobody has moved yet."""
        self.going = None
        m, f, c, o, s = g.params.mobility, self.field, self.place, self.origin, self.stage
        elite = 1 if self.talent >= g.constants.elite_talent else 0
        own = (1.0, m.age_established, m.age_senior)[s] * self.talent**m.talent * exp(m.fear_leave * self.fear)
        if self.permanent:
            own *= m.permanent
        drawn_to: dict[int, float] = defaultdict(float)  # by a tie as much as repeated work goes to it
        gamma = g.params.collaboration.repeat_preference
        for k, tie in enumerate(self.ties):
            if tie.person.place != c:
                drawn_to[tie.person.place] += N_TIES * (((k + 1) / 4) ** (1 / gamma) - (k / 4) ** (1 / gamma))
        factor = {d: (1.0 + strength) ** m.tie for d, strength in drawn_to.items()}
        if o != c and self.entry_place != o and g.year - self.entry_year < 6:  # studied abroad, not home yet
            factor[o] = factor.get(o, 1.0) * g.home_early[o]
        base, attract = g.base[c], g.attract[f][o][s][elite]
        total = g.total[f][c][o][s][elite]
        total += sum(base[d] * attract[d] * (x - 1.0) for d, x in factor.items())
        drawn = -log(1.0 - draw(g.key[Stream.MOVE], self.uid))
        if drawn > g.leaving[f][c][o][s][elite] * own * total:
            return
        key = fold(g.key[Stream.DESTINATION], self.uid)
        best, to = -inf, None
        for d in range(g.n_places):
            weight = base[d] * attract[d] * factor.get(d, 1.0)
            if d != c and weight > 0.0:
                value = log(weight) + gumbel(key, d)
                if value > best:
                    best, to = value, d
        if to is not None and draw(g.key[Stream.CAP], self.uid) < g.accept[to] ** (self.talent**-m.fit):
            self.going, self.with_tie = to, to in drawn_to

    def move(self, g: Given) -> None:
        """Go: a new place, institution and history, and no permanent post."""
        assert self.going is not None
        self.prev_place, self.place = self.place, self.going
        self.moved_year = g.year
        self.permanent = 0
        self.institution = choose_institution(g, self.uid, self.place)

    def try_again(self, g: Given) -> None:
        """Last year's entrant who waits for a host: go there now, or wait no longer; sets `going`."""
        d, o = self.awaits, self.origin
        if d is None or self.entry_year == g.year:
            return
        self.awaits = None
        chance = g.params.entry.retry * (1.0 - g.entry_refused[self.field][o][d])
        if self.place == o and draw(g.key[Stream.ENTRY_RETRY], self.uid) < chance:
            self.going, self.with_tie = d, d in self.places_of_ties()


def choose_institution(g: Given, uid: int, place: int) -> int:
    """Institution of a person who comes to a place, by shares of researchers."""
    first, after = g.constants.institution_first[place : place + 2]
    u = uniform(g.key[Stream.INSTITUTION], uid, place)
    return bisect_left(g.constants.institution_cumulative, u, first, after - 1)


def entrant(model: mesa.Model, g: Given, field: int, origin: int, ordinal: int) -> Researcher:
    """A person who enters research this year: talent, home or abroad and which host, and whether turned away."""
    uid = ((((origin + 1) << 12 | g.year - 1900) << 4 | field) << 32) | ordinal
    sigma, tilt = g.params.careers.talent_sigma, g.params.entry.talent_abroad
    key = g.constants.key(Stream.TALENT, 0)
    talent = single(exp(sigma * normal(key, uid, 0) - 0.5 * sigma * sigma))
    z = log(talent) / sigma + 0.5 * sigma
    shift = tilt * z - 0.5 * tilt * tilt
    before = place_shares(g.entry_odds[field][origin] + shift, g.entry_host[field][origin], origin)
    place = origin
    if draw(g.key[Stream.ENTRY_HOME], uid) < 1.0 - before[origin]:
        place = largest(g.entry_host[field][origin], fold(g.key[Stream.ENTRY_HOST], uid), origin)
    awaits = None
    if g.entry_changed[field][origin]:
        after = place_shares(g.entry_odds_now[field][origin] + shift, g.entry_host_now[field][origin], origin)
        if draw(g.key[Stream.ENTRY_TURNED], uid) > after[place] / before[place]:
            gain = [max(0.0, q - p) for p, q in zip(before, after, strict=True)]
            to = largest(gain, fold(g.key[Stream.ENTRY_THEN], uid), place)
            barred = draw(g.key[Stream.ENTRY_BARRED], uid) < g.entry_barred[field][origin][place]
            awaits = place if to == origin and barred else None
            place = to
    person = Researcher(model, uid, field, origin, place, choose_institution(g, uid, place), place, g.year, talent)
    person.awaits = awaits
    return person


def place_shares(odds: float, host: list[float], origin: int) -> list[float]:
    """Probability of each place of entry, from the log odds of going abroad and shares of hosts."""
    abroad = 1.0 / (1.0 + exp(-odds)) if odds > -700.0 else 0.0
    return [1.0 - abroad if d == origin else abroad * share for d, share in enumerate(host)]


def largest(weight: list[float], key: int, otherwise: int) -> int:
    """The place with the largest ln(weight) + Gumbel number; `otherwise` if no weight is positive."""
    value = {d: log(w) + gumbel(key, d) for d, w in enumerate(weight) if w > 0.0}
    return max(value, key=lambda d: value[d]) if value else otherwise
