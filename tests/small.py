"""Small synthetic populations on which engines are tested, made without the world's data.

NumPy's generator makes the test's inputs; it never stands in for the model's own keyed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.core.axes import NONE
from sim.core.columns import N_TIES, Block
from sim.core.randomness import Stream, base_key
from sim.core.ties import OFFSET, forget, mark_of, match_in, tie_mark, tie_row, tie_word, uid_tag
from sim.data.clock import FIRST_YEAR
from sim.engines.careers import stage_of
from sim.engines.entry import make_uids
from sim.engines.papers import Losses, Papers
from sim.engines.partners import CELLS, foreign_distribution, team_distribution
from sim.engines.pools import guide
from sim.engines.projects import ProjectRates, Projects
from sim.engines.teams import PartnerRules, rank_shares
from sim.phases.publication import write_papers
from tests.four_ties import add_tie

YEAR = 2000
MEMORY = 16  # of ties, in 64ths of a standard deviation of the match a year
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
        block.ties[rows] = random_ties(block, rows, rng)
    return block


def random_ties(block: Block, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ties of last year to random others [rows, N_TIES], three in ten missing, most valued first."""
    known = np.sort(rng.choice(rows, (len(rows), N_TIES)), axis=1)
    nobody = (rng.random(known.shape) < 0.3) | (known == rows[:, None])
    nobody[:, 1:] |= known[:, 1:] == known[:, :-1]  # nobody twice
    age = YEAR - 1 - FIRST_YEAR
    tag = np.zeros(block.capacity, np.uint64)
    tag[rows] = [uid_tag(uid) for uid in block.uid[rows]]
    value = (OFFSET + rng.integers(-100, 100, known.shape) + MEMORY * age).astype(np.uint64)
    words = value << np.uint64(50) | tag[known] << np.uint64(32) | known.astype(np.uint64) << np.uint64(7)
    return np.sort(np.where(nobody, np.uint64(0), words | np.uint64(age)), axis=1)[:, ::-1]


def known_rows(block: Block, i: int) -> list[int]:
    """Rows that the ties of person i remember, most valued first, -1 where there is none."""
    return [int(tie_row(tie)) for tie in block.ties[i]]


def matches(block: Block, i: int) -> list[int]:
    """Matches of the ties of person i, in 64ths of a standard deviation."""
    return [int(match_in(tie_mark(tie, MEMORY))) for tie in block.ties[i] if tie]


def tie_to(block: Block, j: int, year: int = YEAR, match: int = 0, memory: int = MEMORY) -> np.uint64:
    """Tie to the person in row j."""
    return np.uint64(tie_word(j, mark_of(match, uid_tag(block.uid[j])), year, memory))


def remember(block: Block, i: int, j: int, year: int = YEAR, match: int = 0) -> None:
    """Let i remember j as a co-author of a year."""
    add_tie(block.ties, i, tie_to(block, j, year, match), MEMORY)


def leave(block: Block, rows: np.ndarray) -> None:
    """Let people leave research, and be forgotten."""
    gone = np.zeros(block.n_rows, np.bool_)
    gone[rows] = True
    forget(block.rows.ties, gone)
    block.retire(rows)


def without(block: Block, row: int) -> Block:
    """Copy of a block in which the person of one row has never been; all others keep their rows."""
    copy = Block.from_records(block.records())
    leave(copy, np.array([row]))
    return copy


@dataclass
class Rules:
    """What `write` reads besides people: neutral unless a test says otherwise (P places, 4 kinds of projects).

    `rate` : papers a year, led or not, of a person with talent 1; `abroad` : share of slots that look abroad, of
    all papers unless `openness` [P, CELLS] is given; places abroad are even.
    """

    n_places: int
    rate: float = 1.5
    team: float = 4.0
    sensitive: float = 0.1
    abroad: float = 0.5
    personal: float = 0.5
    repeat: float = 0.3
    preference: float = 1.0
    looseness: float = 0.0
    origin: float = 0.0
    fear: float = 0.6
    refill: float = 0.5
    lost: float = 0.0
    replaced: float = 0.0
    same: float = 1.0
    screening: float = 0.0
    friction: np.ndarray = field(default_factory=lambda: np.zeros(0))
    screened: np.ndarray = field(default_factory=lambda: np.zeros(0))
    threat: np.ndarray = field(default_factory=lambda: np.zeros(0))
    openness: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        n = self.n_places
        if self.friction.size == 0:
            self.friction = np.zeros((4, n, n))
        if self.screened.size == 0:
            self.screened = np.zeros((4, n, n))
        if self.threat.size == 0:
            self.threat = np.zeros((n, n))
        if self.openness.size == 0:
            self.openness = np.full((n, CELLS), self.abroad)

    def partners(self) -> PartnerRules:
        """The rules as the engine takes them."""
        foreign = foreign_distribution(np.ones((self.n_places, self.n_places)))
        return PartnerRules(
            foreign=foreign,
            guides=guide(foreign),
            openness=self.openness,
            friction=self.friction,
            screened=self.screened,
            screening=self.screening,
            threat=self.threat,
            ranks=rank_shares(self.preference),
            memory=MEMORY,
            personal=self.personal,
            repeat=self.repeat,
            looseness=self.looseness,
            origin_link=np.full(self.n_places, self.origin),
            fear=self.fear,
            refill=self.refill,
            lost=self.lost,
            replaced=self.replaced,
            same=self.same,
        )


@dataclass(frozen=True)
class Written:
    """Projects and papers of one field in one year, and what refused slots cost."""

    projects: Projects
    papers: Papers
    losses: Losses

    def __len__(self) -> int:
        return len(self.papers.lead)

    def planned(self) -> np.ndarray:
        """Authors that each paper was to have."""
        return np.diff(self.papers.first)

    def team(self, k: int) -> list[int]:
        """Rows of the authors of paper k, the lead first."""
        first = self.papers.first[k]
        return self.papers.authors[first : first + self.papers.n_authors[k]].tolist()

    def by_lead(self, uid: np.ndarray) -> dict[tuple[int, int], tuple[int, ...]]:
        """Author uids of every paper, named by its lead's uid and ordinal."""
        return {
            (int(uid[lead]), int(ordinal)): tuple(int(uid[j]) for j in self.team(k))
            for k, (lead, ordinal) in enumerate(zip(self.papers.lead, self.papers.ordinal))
        }


def write(block: Block, rules: Rules) -> Written:
    """Papers of one field in one year, with all factors on output neutral but talent; ties stay as they were."""
    ones, none = np.ones(rules.n_places), np.zeros(rules.n_places)
    rates = ProjectRates(
        output=rules.rate / rules.team * ones,
        recruits=ones,
        stage=np.ones(3),
        burden_place=none,
        burden_institution=np.zeros(1),
        success=0.3 * ones,
        military=none,
        dual_use=np.array([rules.sensitive, rules.sensitive]),
        basic_share=0.5,
        partners=rules.team - 1.0,
        apply_share=0.5,
        funded_gain=0.07,
        fear_output=0.0,
        fear_apply=0.0,
    )
    sizes = team_distribution(rules.team, 0.03)
    return Written(*write_papers(YEAR, block.rows, rates, sizes, rules.partners(), key))
