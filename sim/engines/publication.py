"""Partners and papers of one field in one year (ODD 7.6).

Who leads a paper (`sim.engines.projects`) draws a team size, then each partner slot in turn: (a) a past co-author,
else (b, c) a place, at home or abroad or the lead's origin, and a person of that place in proportion to their
authorships. Rules and fear refuse slots; a refused slot is filled elsewhere with probability `refill`, otherwise the
authorship is lost. Where a drawn place has nobody with time in the field, another is drawn, up to three times. A
refill goes to another place by the same distribution, or home if that is the refused place or has rules against it
itself; its person is not asked for fear.

An agent stands for `scale` people, so to draw the same agent twice is to draw the same person with probability
``same = 1 / scale`` only. At scale 1 nobody is on a paper twice; at any scale team sizes and international
shares are those of scale 1.

Partners come from keyed pools (`sim.engines.pools`), places from the distributions of `sim.engines.partners`.
"""

from __future__ import annotations

import numpy as np

from sim.core.kernels import njit
from sim.core.prefetch import AHEAD, prefetch
from sim.core.randomness import fold, lower, person_key, unit, upper
from sim.core.ties import tie_alive, tie_row, tie_word, uid_tag, with_tie
from sim.engines.pools import NOBODY, draw_person, first_taken, guide, in_team, invert, owner
from sim.engines.projects import SENSITIVE

# draws of one partner slot; its key itself gives repeat (upper half) and place (lower half)
_D_TIE, _D_ORIGIN, _D_SAME, _D_REFUSE, _D_PARTNER, _D_REFILL, _D_OTHER, _D_RETRY = range(8)
_PERSON, _REFILL_PERSON = 16, 256  # first of the draws of a person, of one at another place


@njit(cache=True, inline="always")
def fear_refusal(kappa, fear, a, b, threat):
    """Probability that a fearful person in a refuses to work with b: by the threat that b counts as in a."""
    if a == b or fear <= 0.0:
        return 0.0
    return kappa * fear * threat[a, b]


@njit(cache=True, nogil=True)
def plan_papers(uid, n_leads, team_cumulative, key_team):
    """Lead row, ordinal within the lead's year and first author index of every paper, with team sizes drawn.

    `team_cumulative` : [1, MAX_TEAM], distribution of partners per paper.
    """
    n = 0
    for i in range(uid.shape[0]):
        n += n_leads[i]
    guides = guide(team_cumulative)
    lead = np.empty(n, np.int32)
    ordinal = np.empty(n, np.uint8)
    first = np.zeros(n + 1, np.int64)
    k = 0
    for i in range(uid.shape[0]):
        if n_leads[i] == 0:
            continue
        pkey = person_key(key_team, uid[i])
        for j in range(n_leads[i]):
            lead[k] = i
            ordinal[k] = j
            first[k + 1] = first[k] + 1 + invert(team_cumulative, guides, 0, unit(pkey, np.uint64(j)))
            k += 1
    return lead, ordinal, first


@njit(cache=True, nogil=True)
def name_candidates(
    uid,
    origin,
    place,
    ties,
    lead,
    ordinal,
    first,
    pool,
    cumulative,
    repeat,
    origin_link,
    key_partner,
    authors,
):
    """Put the lead, and the first person that each slot names, into `authors`: a row, a past co-author, NOBODY.

    A past co-author is kept as ``-2 - row`` until it is known whether they are still there (`person`).
    """
    guides = guide(cumulative)
    table, taken, start, size = pool  # kernels count references to what they take out of a tuple, so once
    for k in range(lead.shape[0]):
        i = lead[k]
        authors[first[k]] = i
        a = np.int64(place[i])
        pkey = fold(person_key(key_partner, uid[i]), np.uint64(ordinal[k]))
        for slot in range(1, first[k + 1] - first[k]):
            skey = fold(pkey, np.uint64(slot))
            row = np.int64(-1)
            if upper(skey) < repeat:
                row = tie_row(drawn_tie(ties, i, skey))
            if row >= 0:
                authors[first[k] + slot] = -2 - row
            else:
                # `partner_place`, written out: called with arrays, it would count references once a slot
                b = np.int64(origin[i])
                if b == a or unit(skey, np.uint64(_D_ORIGIN)) >= origin_link:
                    b = invert(cumulative, guides, a, lower(skey))
                    r = 1
                    while size[b] == 0 and r < 4:
                        b = invert(cumulative, guides, a, unit(skey, np.uint64(_D_RETRY + r)))
                        r += 1
                # the cell only: who holds it is a look at random memory, of which many are made at once below
                authors[first[k] + slot] = first_taken(taken, start, size, b, skey, _PERSON)
    for k in range(lead.shape[0]):
        for m in range(first[k] + 1, first[k + 1]):
            if authors[m] >= 0:
                authors[m] = owner(table, authors[m])


@njit(cache=True, nogil=True)
def write_papers(
    uid,
    origin,
    place,
    talent,
    fear,
    ties,
    project,
    n_leads,
    lead,
    ordinal,
    first,
    pool,
    cumulative,
    friction,
    threat,
    repeat,
    origin_link,
    kappa,
    refill,
    same,
    key_partner,
    authors,
    n_authors,
    author_place,
    author_talent,
    author_tag,
    lost,
):
    """Settle the author list of every paper; add refused sensitive slots to ``lost[a, b]`` (in projects).

    Most candidates are taken as they are. Where anything may stand against one (on the team already, gone, rules at
    the lead's place, fear of either), `fill_slot` applies the whole rule, which gives the same person if nothing
    does. Candidates are known beforehand, so that memory can be asked for them before they are looked at.

    Parameters
    ----------
    pool : what `build_pools` returns.
    cumulative : [P, P], distribution of partner places by the lead's place.
    friction : [4 kinds, P, P], share of slots refused by the rules of either side.
    same : probability that the same agent is the same person, 1 / scale.
    repeat : share of slots that go to a past co-author; origin_link : of the rest, the share that people who work
        outside their origin give to their origin (C9).
    authors : candidates of `name_candidates`, in; rows, the lead first, at ``first[k]``, out.
    n_authors : [papers] authors found.
    author_place, author_talent, author_tag : of each entry of `authors`, out; what later passes need of people is
        noted while it is at hand.
    """
    guides = guide(cumulative)
    table, taken, start, size = pool
    free = places_without_rules(friction)
    for k in range(lead.shape[0]):
        i = lead[k]
        at = first[k]
        author_place[at], author_talent[at], author_tag[at] = place[i], talent[i], uid_tag(uid[i])
        n = np.int64(1)  # a plain 1 would compile `fill_slot` once more, for the number 1
        kind = project[i] & 3
        plain = free[kind, place[i]] and fear[i] <= 0.0
        pkey = fold(person_key(key_partner, uid[i]), np.uint64(ordinal[k]))
        for slot in range(1, first[k + 1] - at):
            ahead = at + slot + AHEAD
            if ahead < authors.shape[0]:
                prefetch(uid, person(authors[ahead]))
            found = authors[at + slot]
            j = person(found)
            if not (
                plain
                and found != NOBODY
                and fear[j] <= 0.0
                and (found > NOBODY or tie_alive(uid, drawn_tie(ties, i, fold(pkey, np.uint64(slot)))))
                and not in_team(authors, at, n, j)
            ):
                skey = fold(pkey, np.uint64(slot))
                j, barred = fill_slot(
                    i, kind, skey, uid, origin, place, fear, ties, table, taken, start, size, cumulative, guides,
                    friction, threat, repeat, origin_link, kappa, refill, same, authors, at, n,
                )  # fmt: skip
                if barred >= 0 and kind & SENSITIVE:
                    lost[place[i], barred] += 1.0 / n_leads[i]
            if j >= 0:
                authors[at + n] = j
                author_place[at + n], author_talent[at + n] = place[j], talent[j]
                author_tag[at + n] = uid_tag(uid[j])
                n += 1
        n_authors[k] = n


@njit(cache=True, inline="always")
def person(found):
    """Row of a candidate of `name_candidates`."""
    return np.int64(found) if found >= 0 else -2 - np.int64(found)


@njit(cache=True, inline="always")
def drawn_tie(ties, i, skey):
    """Tie that a slot of lead i names."""
    return ties[i, int(unit(skey, np.uint64(_D_TIE)) * ties.shape[1])]


@njit(cache=True)
def places_without_rules(friction):
    """True where a place's projects of a kind meet no rule [4 kinds, P]."""
    free = np.ones(friction.shape[:2], np.bool_)
    for kind in range(friction.shape[0]):
        for a in range(friction.shape[1]):
            free[kind, a] = friction[kind, a].max() <= 0.0
    return free


@njit(cache=True, nogil=True)
def fill_slot(
    i,
    kind,
    skey,
    uid,
    origin,
    place,
    fear,
    ties,
    table,
    taken,
    start,
    size,
    cumulative,
    guides,
    friction,
    threat,
    repeat,
    origin_link,
    kappa,
    refill,
    same,
    authors,
    at,
    n,
):
    """The whole rule of one slot: person found, or -1; and the place that was refused, or -1."""
    a = np.int64(place[i])
    j = np.int64(-1)
    b = a
    if upper(skey) < repeat:
        tie = drawn_tie(ties, i, skey)
        if tie_alive(uid, tie):
            row = tie_row(tie)
            if not in_team(authors, at, n, row) or (same < 1.0 and unit(skey, np.uint64(_D_SAME)) >= same):
                j = row
                b = np.int64(place[row])
    if j < 0:
        b = partner_place(a, np.int64(origin[i]), skey, size, cumulative, guides, origin_link)
    refusal = 1.0 - (1.0 - friction[kind, a, b]) * (1.0 - fear_refusal(kappa, fear[i], a, b, threat))
    refused = refusal > 0.0 and unit(skey, np.uint64(_D_REFUSE)) < refusal
    if not refused:
        if j < 0:
            j = draw_person(table, taken, start, size, b, skey, _PERSON, authors, at, n, same)
        if j >= 0:
            shy = fear_refusal(kappa, fear[j], b, a, threat)
            refused = shy > 0.0 and unit(skey, np.uint64(_D_PARTNER)) < shy
    if not refused:
        return j, np.int64(-1)
    j = np.int64(-1)
    if unit(skey, np.uint64(_D_REFILL)) < refill:
        c = invert(cumulative, guides, a, unit(skey, np.uint64(_D_OTHER)))
        if c == b or friction[kind, a, c] > 0.0:
            c = a
        j = draw_person(table, taken, start, size, c, skey, _REFILL_PERSON, authors, at, n, same)
    return j, b


@njit(cache=True)
def partner_place(a, o, skey, size, cumulative, guides, origin_link):
    """Place of a new partner of a lead from o in a: the origin, or by distribution.

    If nobody there has time for the field, another place is drawn, up to three times.
    """
    b = a
    if o != a and unit(skey, np.uint64(_D_ORIGIN)) < origin_link:
        b = o
    else:
        b = invert(cumulative, guides, a, lower(skey))
        r = 1
        while size[b] == 0 and r < 4:
            b = invert(cumulative, guides, a, unit(skey, np.uint64(_D_RETRY + r)))
            r += 1
    return b


@njit(cache=True, nogil=True)
def update_ties(year, ties, first, n_authors, authors, author_tag, key_tie):
    """Lead and partners of each paper remember each other; the order of papers does not matter."""
    odd = key_tie | np.uint64(1)
    for k in range(n_authors.shape[0]):
        i = authors[first[k]]
        own = tie_word(i, author_tag[first[k]], year)
        tie0, tie1, tie2, tie3 = ties[i, 0], ties[i, 1], ties[i, 2], ties[i, 3]
        for m in range(first[k] + 1, first[k] + n_authors[k]):
            ahead = m + AHEAD
            if ahead < authors.shape[0]:
                prefetch(ties, authors[ahead])
            # an agent may remember itself: another of the people it stands for (never at scale 1)
            j = authors[m]
            tie0, tie1, tie2, tie3 = with_tie(tie0, tie1, tie2, tie3, tie_word(j, author_tag[m], year), odd)
            if j != i:
                ties[j, 0], ties[j, 1], ties[j, 2], ties[j, 3] = with_tie(
                    ties[j, 0], ties[j, 1], ties[j, 2], ties[j, 3], own, odd
                )
        ties[i, 0], ties[i, 1], ties[i, 2], ties[i, 3] = tie0, tie1, tie2, tie3
