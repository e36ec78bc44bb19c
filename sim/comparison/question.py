"""What is asked: which scenarios, against what, over which years, with how many draws of what nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sim.analysis.summary import Period
from sim.comparison.variants import HEAD, check_used, several, variants
from sim.config.load import load_config
from sim.config.schema import Config
from sim.core.axes import BASELINE
from sim.core.read import ConfigError, Problems, whole
from sim.data.tables import load_world_data
from sim.policy.words import place_words, short_title
from sim.running.model import Model, RealModel

SCALE, DRAWS, REPEATED, REACTIVE = 400, 20, 4, 5  # defaults: see docs/decisions/bands.md
AS_IT_WAS = "as_it_was"  # what governments did: other scenarios are added to it, not put in its place
TODAY = "Today's rules: the measures of 2018 to 2024"  # what it is called as a reference
PLUS = "+"  # between scenarios that hold together
_OWN = {"draws": (0, 10_000), "replicates": (1, 1_000)}  # words of a comparison that are no setting of a run
_NOT_HERE = {
    "compare": "the reference is always run",
    "+scenario": "write the scenario's name alone",
    "+policy": "make a scenario of policies: talent-circulation new-scenario NAME --policy POLICY",
}


@dataclass(frozen=True)
class Question:
    """A comparison as asked for.

    Attributes
    ----------
    configs : configuration by label, the reference among them unless it is the baseline.
    reference : label that the others are compared with.
    titles : by label.
    period : years of the yearly means; stocks are those of its last year.
    draws : of parameters, besides the documented values.
    replicates : of each draw; the first `repeated` draws have one more.
    reactive_draws : how many of the first draws have reactive governments too; None: all, if the mode asks for it.
    command : as typed, for whoever repeats it.
    """

    configs: Mapping[str, Config]
    reference: str
    titles: Mapping[str, str]
    period: Period
    draws: int
    replicates: int = 1
    repeated: int = REPEATED
    reactive_draws: int | None = REACTIVE
    command: str = ""
    fixed: frozenset[str] = field(default_factory=frozenset)  # parameters that the user set: they are not drawn

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Labels without the reference."""
        return tuple(label for label in self.configs if label != self.reference)

    @property
    def own(self) -> list[Config]:
        """The scenarios with what their reference lacks."""
        return [beyond(self.configs[label], self.configs.get(self.reference)) for label in self.scenarios]


def ask(
    names: Sequence[str],
    words: Sequence[str] = (),
    *,
    first: int | None = None,
    last: int | None = None,
    against: str = BASELINE,
    config_dir: str | None = None,
    command: str = "",
    model: Model | None = None,
) -> Question:
    """Read a question.

    Parameters
    ----------
    names : scenarios; ``A+B`` is both together.
    words : overrides, ``draws=N`` and ``replicates=N`` among them. Those of policies go to the scenarios that have the
        policy; ``policies.NAME.KEY=VALUE,VALUE`` makes a scenario of each value.
    first, last : years; from the first policy that the reference does not have, to the end.
    against : the scenario to compare with, or the baseline. Scenarios are added to ``as_it_was``, which makes of it the
        world of today's rules, and put in the place of any other reference.

    Raises
    ------
    ConfigError : with file or command line, key, and what is allowed.
    """
    model = model or RealModel()
    own, settings, policies = _sorted(words)
    if last is not None:
        settings.append(f"end={last}")
    if not any(word.startswith("scale=") for word in settings):
        settings.append(f"scale={SCALE}")
    reference = BASELINE if against == BASELINE else against
    wanted = list(dict.fromkeys([*([] if reference == BASELINE else [reference]), *names]))
    under = [AS_IT_WAS] if reference == AS_IT_WAS else []
    plain = {name: _compose([*under, *_parts(name)], settings, config_dir) for name in wanted}
    check_used(policies, plain)
    configs: dict[str, Config] = {}
    titles: dict[str, str] = {}
    for name, cfg in plain.items():
        for variant in variants(policies, cfg):
            label = f"{name} ({variant.told})" if variant.told else name
            parts = [*under, *_parts(name)]
            found = _compose(parts, [*settings, *variant.words], config_dir) if variant.words else cfg
            configs[label] = replace(found, scenario=label)
            titles[label] = _title(_parts(name), found, variant.told)
    scenarios = [label for label in configs if label != reference]
    if not scenarios:
        raise ConfigError(
            ["command line: compare: names no scenario besides the reference; allowed: one or more names"]
        )
    for label in scenarios if reference in configs else ():
        if configs[label].policies == configs[reference].policies:
            same = f"has no policy that {reference} has not"
            raise ConfigError([f"command line: compare: {label}: {same}; nothing would differ"])
    draws = own.get("draws", DRAWS)
    return Question(
        configs=configs,
        reference=reference,
        titles={BASELINE: "Policy of 2017", **titles, **({AS_IT_WAS: TODAY} if reference == AS_IT_WAS else {})},
        period=_period([configs[label] for label in scenarios], configs.get(reference), first, model),
        draws=draws,
        replicates=own.get("replicates", 1),
        repeated=min(REPEATED, draws + 1),
        reactive_draws=None if any(word.startswith("government.mode=") for word in settings) else REACTIVE,
        command=command or " ".join(["talent-circulation compare", *names, *words]),
        fixed=frozenset(word.lstrip("+").partition("=")[0] for word in settings),
    )


def _sorted(words: Sequence[str]) -> tuple[dict[str, int], list[str], list[str]]:
    """Words of the comparison itself, settings of all runs, overrides of policies."""
    own: dict[str, int] = {}
    settings, policies, problems = list[str](), list[str](), Problems()
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ConfigError([f"command line: compare: '{word}' cannot be read; write key=value"])
        if key in _NOT_HERE:
            raise ConfigError([f"command line: {key}: is not for compare: {_NOT_HERE[key]}"])
        if key in _OWN:
            number = int(value) if value.lstrip("-").isdigit() else value
            own[key] = whole(number, key, problems, *_OWN[key])
        elif key.startswith(HEAD):
            policies.append(word)
        elif len(several(value)) > 1:
            what = "several values make several scenarios of policies only; sweep parameters: sweep --help"
            raise ConfigError([f"command line: {key}: {what}"])
        else:
            settings.append(word)
    problems.check("command line: ")
    return own, settings, policies


def _parts(name: str) -> list[str]:
    return [part for part in name.split(PLUS) if part]


def _compose(scenarios: Sequence[str], words: Sequence[str], config_dir: str | None) -> Config:
    names = ",".join(dict.fromkeys(scenarios))
    return load_config(f"+scenario=[{names}]", *words, config_dir=config_dir)


def _title(parts: Sequence[str], cfg: Config, told: str) -> str:
    """Title of a scenario, of several the short ones, and what tells a variant."""
    title = " + ".join(short_title(cfg.titles.get(part, part)) for part in parts) if len(parts) > 1 else (
        cfg.titles.get(parts[0], parts[0]))  # fmt: skip
    issuers = {policy.issuer for policy in cfg.policies.values() if policy.reissued_from}
    if len(issuers) == 1 and "issued by" not in told:  # the title may name whose policy it was first
        whose = f"issued by {place_words(issuers.pop(), load_world_data(cfg.world))}"
        told = f"{whose}, {told}" if told else whose
    return f"{short_title(title)} ({told})" if told else title


def _period(scenarios: Sequence[Config], reference: Config | None, first: int | None, model: Model) -> Period:
    """From the year given, or the first in which a scenario has a policy that the reference does not."""
    begins = [
        year
        for cfg in scenarios
        if (year := model.first_policy_year(beyond(cfg, reference))) is not None and year <= cfg.end
    ]
    cfg = scenarios[0]
    start = first if first is not None else max(cfg.start, min(begins, default=min(model.data_end(cfg) + 1, cfg.end)))
    if not cfg.start <= start <= cfg.end:
        raise ConfigError([f"command line: --from: {start} is outside the run; allowed: {cfg.start} to {cfg.end}"])
    return Period(start, cfg.end)


def beyond(cfg: Config, reference: Config | None) -> Config:
    """A scenario with the policies alone that its reference lacks: what the comparison is about."""
    there = reference.policies if reference else {}
    return replace(cfg, policies={name: policy for name, policy in cfg.policies.items() if there.get(name) != policy})


def subject_of(cfg: Config, period: Period) -> str:
    """Digest of what a scenario does where, when and under which parameters; scale and number of runs are not in it."""
    what = (cfg.policies, cfg.params, cfg.effects, cfg.ladder, cfg.threat, cfg.world, period)
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]
