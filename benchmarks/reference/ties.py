"""Who remembers whom, and how well people suit each other (ODD 7.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchmarks.reference.keyed import NORMALS, Stream, fold, upper

if TYPE_CHECKING:
    from benchmarks.reference.given import Given
    from benchmarks.reference.papers import Paper
    from benchmarks.reference.researcher import Researcher

N_TIES = 4
FIRST = 1980  # years of ties are counted from here


class Tie(NamedTuple):
    """A remembered co-author: one of the people an agent stands for, told apart by the match.

    `match` : how well the two suit each other, in 64ths of a standard deviation; year : of the last joint paper.
    """

    person: Researcher
    match: int
    year: int


def match_of(lead: Researcher, partner: Researcher, word: int, g: Given) -> int:
    """Match of two agents who meet anew: that of the same two people if these meet again, of others if not."""
    if upper(word) >= g.constants.same:
        return NORMALS[(word & 0xFFFFFFFF) >> 20]
    one, two = sorted((lead.uid, partner.uid))
    return NORMALS[fold(fold(g.constants.key(Stream.MATCH, 0), one), two) >> 52]


def meet(paper: Paper, year: int) -> None:
    """Lead and partners remember each other; partners do not among themselves."""
    for partner, match in zip(paper.authors[1:], paper.matches, strict=True):
        if partner is paper.lead:  # another of the people whom the agent stands for
            continue
        paper.lead.met.append(Tie(partner, match, year))
        partner.met.append(Tie(paper.lead, match, year))


def value(tie: Tie, memory: int) -> tuple[int, int, int]:
    """What ties are kept by; two people with one tag (one pair in 2**18) would be told apart by the engine's rows."""
    return tie.match + memory * (tie.year - FIRST), tie.person.tag, tie.year


def remember(person: Researcher, g: Given) -> None:
    """Keep the four ties of most value among old and new ones; of those to the same person the newest counts."""
    if not person.met:
        return
    newest: dict[tuple[Researcher, int], Tie] = {}
    for tie in (*person.ties, *person.met):  # this year's come last
        newest[tie.person, tie.match] = tie
    memory = round(64 * g.params.collaboration.tie_memory)
    person.ties = sorted(newest.values(), key=lambda tie: value(tie, memory), reverse=True)[:N_TIES]
    person.met.clear()
