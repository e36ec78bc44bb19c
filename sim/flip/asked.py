"""What is asked: which scenarios, whose outcome, against what, and how finely it is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.analysis.outcomes import WORLD
from sim.analysis.roles import roles_of
from sim.assumptions.doses import doses_of
from sim.assumptions.ranges import Assumption, assumptions
from sim.comparison.places import named_place
from sim.comparison.question import Question, ask
from sim.config.schema import Config
from sim.core.axes import BASELINE, MODES
from sim.core.laws import Law
from sim.core.read import ConfigError, Problems, whole
from sim.data.tables import WorldData, load_world_data
from sim.flip.outcome import Wanted, wanted

SHOWN = 3  # numbers that are told, at most
SCALE = 1000
EFFORT: Mapping[str, tuple[int, int, int]] = {  # what may be set: default, lowest, highest
    "blocks": (1, 1, 100),
    "tried": (12, SHOWN, 1000),
    "points": (5, 2, 50),
    "replicates": (2, 2, 100),
}
SMALL = {"points": 3}
SMALL_SETTINGS = ("scale=8000", "world=g20", "start=2008")


@dataclass(frozen=True)
class Asked:
    """A question of what would flip an answer.

    Attributes
    ----------
    question : scenarios with their configurations, reference, period.
    where : place in words; places : ISO3 codes that are summed.
    outcome : of which the effect is taken.
    items : the numbers that no data fix; those that the user set are not among them.
    blocks : of the screening, which has one replicate; tried : how many numbers are then run from end to end;
        points : of the lines of those that matter; replicates : of ends and lines.
    """

    question: Question
    where: str
    place: str
    places: tuple[str, ...]
    outcome: Wanted
    items: tuple[Assumption, ...]
    blocks: int
    tried: int
    points: int
    replicates: int

    @property
    def scenarios(self) -> tuple[str, ...]:
        return self.question.scenarios

    @property
    def config(self) -> Config:
        """Configuration of the first scenario, whose settings all share."""
        return self.question.configs[self.scenarios[0]]

    def documented(self, item: Assumption) -> float:
        """Value of a number where nothing is changed."""
        return documented(self.config, item)


def ask_flip(
    names: Sequence[str],
    words: Sequence[str] = (),
    *,
    place: str | None = None,
    outcome: str = "researchers",
    against: str = BASELINE,
    first: int | None = None,
    last: int | None = None,
    config_dir: str | None = None,
    small: bool = False,
    command: str = "",
) -> Asked:
    """Read a question; parameters as of `sim.comparison.question.ask`, and:

    Parameters
    ----------
    words : overrides, and ``blocks=N``, ``tried=N``, ``points=N``, ``replicates=N``.
    place : code or name of a place or group, or ``World``; the issuer by default.
    outcome : a short name, a derived outcome or a column of ``place_year``.
    small : a coarse version that takes seconds.

    Raises
    ------
    ConfigError : with file or command line, key, and what is allowed.
    """
    effort, settings = _effort(words, small)
    told = command or " ".join(["talent-circulation flip", *names, *words])
    question = ask(names, settings, first=first, last=last, against=against, config_dir=config_dir, command=told)
    configs = [question.configs[label] for label in question.scenarios]
    if configs[0].government.mode not in MODES:
        text = f"flip asks for one kind of effect; allowed: {', '.join(MODES)}"
        raise ConfigError([f"command line: government.mode: {configs[0].government.mode}: {text}"])
    data = load_world_data(configs[0].world)
    code, where, places = named_place(place or _issuer(configs, data), data)
    return Asked(
        question=question,
        where=where,
        place=code,
        places=places,
        outcome=wanted(outcome, len(places)),
        items=unfixed(list(question.configs.values()), question.fixed),
        **effort,
    )


def unfixed(cfgs: Sequence[Config], fixed: frozenset[str] = frozenset()) -> tuple[Assumption, ...]:
    """Numbers that no data fix, and doses of policies whose range is documented, as positions in that range."""
    doses = [_dose(key, cfgs) for key in doses_of(cfgs)]
    return tuple(item for item in (*assumptions(cfgs), *doses) if item.key not in fixed)


def _dose(key: str, cfgs: Sequence[Config]) -> Assumption:
    _, policy, local = key.split(".")
    title = next(cfg.policies[policy].levers[local].lever for cfg in cfgs if policy in cfg.policies)
    words = f"dose of {title.replace('_', ' ')} ({policy})"
    return Assumption(key, words, 0.5, Law("uniform", 0.0, 1.0), "position in its range")


def documented(cfg: Config, item: Assumption) -> float:
    """Value of a number in a configuration; of a dose the middle, which is as written."""
    head, *rest = item.key.split(".")
    if head == "params":
        return float(getattr(getattr(cfg.params, rest[0]), rest[1]))
    return float(cfg.effects[rest[0]][rest[1]]) if head == "effects" else item.default


def _effort(words: Sequence[str], small: bool) -> tuple[dict[str, int], list[str]]:
    """How finely to look, and the words that are settings of the runs, with the defaults of this command."""
    given = dict(word.split("=", 1) for word in words if word.split("=")[0] in EFFORT and "=" in word)
    problems = Problems()
    effort = {}
    for name, (default, lo, hi) in EFFORT.items():
        text = given.get(name, str(SMALL.get(name, default) if small else default))
        effort[name] = whole(int(text) if text.isdigit() else text, name, problems, lo, hi)
    problems.check("command line: ")
    rest = [word for word in words if word.split("=")[0] not in EFFORT]
    set_here = {word.lstrip("+").split("=")[0] for word in rest}
    defaults = ("government.mode=scripted", *(SMALL_SETTINGS if small else (f"scale={SCALE}",)))
    return effort, [*rest, *(word for word in defaults if word.split("=")[0] not in set_here)]


def _issuer(configs: Sequence[Config], data: WorldData) -> str:
    """The issuer with most researchers; the world if nobody acts for himself."""
    return next(iter(roles_of(configs, data).issuers), WORLD)
