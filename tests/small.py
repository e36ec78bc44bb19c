"""Small synthetic populations on which engines are tested, made without the world's data.

NumPy's generator makes the test's inputs; it never stands in for the model's own keyed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.core.columns import N_TIES, NONE, Block
from sim.core.randomness import Stream, base_key
from sim.core.ties import tie_row, tie_word, uid_tag, with_tie
from sim.engines import partners, pools, projects, publication
from sim.engines.careers import stage_of
from sim.engines.entry import make_uids

YEAR = 2000
ALPHA = 1e-4  # error rate of each statistical assertion; seeds are fixed, so a test that passes goes on passing


def key(stream: Stream, year: int = YEAR, seed: int = 0) -> np.uint64:
    """Key of a stream in the test's year."""
    return base_key(seed, 0, stream, year)


def people(n: int, n_places: int, seed: int = 1, abroad: float = 0.3, ties: bool = True) -> Block:
    """Block of n researchers of field 0 over places 0 .. n_places - 1, a share of them abroad, with random ties."""
    rng = np.random.default_rng(seed)
    block = Block(max(n, 16))
    rows = block.allocate(n)
    block.clear(rows)
    origin = rng.integers(0, n_places, n)
    age = rng.integers(0, 35, n)
    block.uid[rows] = make_uids(origin, YEAR - age, 0, np.arange(n))
    block.origin[rows] = origin
    away = rng.random(n) < abroad
    block.place[rows] = np.where(away, rng.integers(0, n_places, n), origin)
    block.entry_place[rows] = np.where(rng.random(n) < 0.5, block.place[rows], origin)
    block.entry_year[rows] = YEAR - age
    block.stage[rows] = [stage_of(a) for a in age]
    block.permanent[rows] = rng.random(n) < 0.5
    block.talent[rows] = np.exp(0.75 * rng.standard_normal(n) - 0.5 * 0.75**2)
    block.reputation[rows] = rng.exponential(10.0, n)
    block.prev_place[rows] = NONE
    block.dual[rows] = np.where(rng.random(n) < 0.05, rng.integers(0, n_places, n), NONE)
    if ties:
        known = rng.integers(0, n, (n, N_TIES))
        known = np.where((rng.random(known.shape) < 0.3) | (known == rows[:, None]), -1, known)
        words = np.array([tie_to(block, j, YEAR - 1) for j in rows], np.uint64)
        block.ties[rows] = np.where(known >= 0, words[known], 0)
    return block


def known_rows(block: Block, i: int) -> list[int]:
    """Rows that the ties of person i remember, newest first, -1 where there is none."""
    return [int(tie_row(tie)) for tie in block.ties[i]]


def tie_to(block: Block, j: int, year: int = YEAR) -> np.uint64:
    """Tie to the person in row j."""
    return np.uint64(tie_word(j, uid_tag(block.uid[j]), year))


def remember(block: Block, i: int, j: int, year: int = YEAR) -> None:
    """Let i remember j as a co-author of a year."""
    odd = np.uint64(key(Stream.TIE, year)) | np.uint64(1)
    block.ties[i] = with_tie(*block.ties[i], tie_to(block, j, year), odd)


def without(block: Block, row: int) -> Block:
    """Copy of a block in which the person of one row has never been; all others keep their rows."""
    copy = Block.from_records(block.records())
    copy.retire(np.array([row]))
    return copy


@dataclass
class Rules:
    """What `write` reads besides people: neutral unless a test says otherwise (P places, 4 kinds of projects)."""

    n_places: int
    rate: float = 1.5
    team: float = 4.0
    sensitive: float = 0.1
    repeat: float = 0.3
    origin: float = 0.0
    kappa: float = 0.6
    refill: float = 0.5
    same: float = 1.0
    friction: np.ndarray = field(default_factory=lambda: np.zeros(0))
    threat: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        n = self.n_places
        if self.friction.size == 0:
            self.friction = np.zeros((4, n, n))
        if self.threat.size == 0:
            self.threat = np.zeros((n, n))

    def partners(self) -> np.ndarray:
        """Cumulative distribution of partner places: half at home, the rest even."""
        n = self.n_places
        share = np.full((n, n), 0.5 / (n - 1))
        np.fill_diagonal(share, 0.5)
        cumulative = np.cumsum(share, axis=1)
        cumulative[:, -1] = 1.0
        return cumulative


@dataclass
class Papers:
    """Result of `write`; names as in `sim.phases.publication.FieldPapers`."""

    lead: np.ndarray
    ordinal: np.ndarray
    first: np.ndarray
    n_authors: np.ndarray
    authors: np.ndarray
    author_place: np.ndarray
    author_talent: np.ndarray
    author_tag: np.ndarray
    project: np.ndarray
    n_slots: np.ndarray
    n_leads: np.ndarray
    lost: np.ndarray

    def __len__(self) -> int:
        return len(self.lead)

    def team(self, k: int) -> list[int]:
        """Rows of the authors of paper k, the lead first."""
        return self.authors[self.first[k] : self.first[k] + self.n_authors[k]].tolist()

    def by_lead(self, uid: np.ndarray) -> dict[tuple[int, int], tuple[int, ...]]:
        """Author uids of every paper, named by its lead's uid and ordinal."""
        return {
            (int(uid[self.lead[k]]), int(self.ordinal[k])): tuple(int(uid[j]) for j in self.team(k))
            for k in range(len(self))
        }


def write(block: Block, rules: Rules) -> Papers:
    """Papers of one field in one year, with all factors on output neutral but talent."""
    n, places = block.n_rows, np.zeros(rules.n_places)
    ones = np.ones(rules.n_places)
    project, n_slots, n_leads = np.zeros(n, np.uint8), np.zeros(n, np.uint16), np.zeros(n, np.uint16)
    projects.plan_projects(
        *block.used("uid", "place", "institution", "stage", "talent", "fear", "moved_year"), YEAR,
        rules.rate * ones, np.ones(3), places, np.zeros(1), 0.0, ones, 0.3 * ones, 0.5, 0.0, 0.07,
        1.0 / rules.team, 0.5, np.array([rules.sensitive, rules.sensitive]), places,
        *(key(s) for s in (Stream.PROJECT, Stream.AUTHORSHIPS, Stream.LEADS)), project, n_slots, n_leads,
    )  # fmt: skip
    uid, place = block.used("uid", "place")
    pool = pools.build_pools(uid, place, n_slots, key(Stream.POOL), rules.n_places)
    sizes = partners.team_distribution(rules.team, 0.03)
    lead, ordinal, first = publication.plan_papers(uid, n_leads, sizes, key(Stream.TEAM))
    authors, n_authors = np.full(int(first[-1]), -1, np.int32), np.empty(len(lead), np.uint8)
    noted = np.zeros(len(authors), np.uint8), np.zeros(len(authors), np.float32), np.zeros(len(authors), np.uint32)
    lost = np.zeros((rules.n_places, rules.n_places))
    cumulative = rules.partners()
    publication.name_candidates(
        *block.used("uid", "origin", "place", "ties"), lead, ordinal, first,
        pool, cumulative, rules.repeat, rules.origin, key(Stream.PARTNER_PERSON), authors,
    )  # fmt: skip
    publication.write_papers(
        *block.used("uid", "origin", "place", "talent", "fear", "ties"), project, n_leads, lead, ordinal, first,
        pool, cumulative, rules.friction, rules.threat, rules.repeat, rules.origin, rules.kappa,
        rules.refill, rules.same, key(Stream.PARTNER_PERSON), authors, n_authors, *noted, lost,
    )  # fmt: skip
    return Papers(lead, ordinal, first, n_authors, authors, *noted, project, n_slots, n_leads, lost)
