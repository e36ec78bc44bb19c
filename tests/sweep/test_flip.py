"""What would flip an answer: signs, orders and strengths that are known of a toy world are found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.outcomes import SHORT
from sim.cli.main import main
from sim.config.schema import Config
from sim.core.read import ConfigError
from sim.flip import Asked, Job, ask_flip
from sim.flip.choice import choose
from sim.flip.design import Design
from sim.flip.effects import Margin
from sim.flip.factorial import signs
from sim.flip.figure import write_figure
from sim.flip.outcome import wanted
from sim.flip.text import WIDTH, text_of
from tests.unit.toy_model import ToyModel, ToyWorld

SETTINGS = ["scale=10", "world=g20", "start=2015", "end=2020", "replicates=2", "figures=false", "progress=off"]
DECAY, EXIT, TIE = "params.security.fear_decay", "params.careers.exit_fear", "params.mobility.tie"


class KnownWorld(ToyWorld):
    """A year's loss of the first place is a known function of parameters, by scenario."""

    def _strength(self) -> float:
        if not self.cfg.policies or self.year <= 2017:
            return 0.0
        params = self.cfg.params
        return {
            "restrictive": 10.0 * (0.3 - params.security.fear_decay),  # a loss of researchers until it turns at 0.3
            "proportionate": 4.0 * params.careers.exit_fear,  # proportional
            "open": 1.0,
            "open_science": 2.5 - 5.0 * params.security.fear_decay,  # meets `open` at 0.3
        }[self.cfg.scenario]


@dataclass
class KnownModel(ToyModel):
    """The toy with places of the real world; all parameters are in the key of a run."""

    def places(self, cfg: Config) -> tuple[str, ...]:
        return ("USA", "CHN", "GBR")

    def run_key(self, cfg: Config, replicate: int, mode: str = "scripted", end: int | None = None) -> str:
        return f"{super().run_key(cfg, replicate, mode, end)}-{hash((cfg.params, cfg.scenario)):x}"

    def new(self, cfg: Config, replicate: int, mode: str, paired: Mapping[int, Any] | None) -> ToyWorld:
        self._write("new")
        return KnownWorld(self, cfg, replicate, mode, paired)

    def resume(
        self, cfg: Config, state: dict[str, Any], replicate: int, mode: str, paired: Mapping[int, Any] | None
    ) -> ToyWorld:
        world = super().resume(cfg, state, replicate, mode, paired)
        world.__class__ = KnownWorld
        return world


def asked(folder: Path, *names: str, keys: tuple[str, ...] = (DECAY, EXIT, TIE), **more: Any) -> Asked:
    """A question about a few numbers only."""
    found = ask_flip(names, [*SETTINGS, f"outdir={folder}"], place="USA", **more)
    return replace(found, items=tuple(item for item in found.items if item.key in keys))


@pytest.mark.usefixtures("inline")
def test_sign_turns_where_it_is_known_to(tmp_path: Path) -> None:
    found = Job.plan(asked(tmp_path, "restrictive"), KnownModel()).carry_out()
    first, *others = found.findings
    assert first.line.item.key == DECAY
    assert first.turn.at == pytest.approx(0.3, abs=0.01) and first.turn.verdict == "turns at 0.3"
    assert not others, "no other number does anything"
    assert found.told.startswith("Of 3 numbers that no data fix only one matters clearly")
    ends = first.as_mapping()
    assert ends["low"]["restrictive"] < 0.0 < ends["high"]["restrictive"]
    about = json.loads((found.folder / "flip.json").read_text(encoding="utf-8"))
    assert about["rows"][0]["turns_at"] == first.turn.at and len(about["rows"]) == 1
    assert about["scenarios"] == ["restrictive"] and about["place"] == "USA" and about["outcome"] == "researchers"
    assert max(map(len, text_of(found).splitlines())) <= WIDTH
    assert all(path.stat().st_size > 0 for path in write_figure(found))


@pytest.mark.usefixtures("inline")
def test_an_effect_that_is_proportional_to_one_number_hangs_on_it_alone_and_never_turns(tmp_path: Path) -> None:
    question = asked(tmp_path, "proportionate", outcome="researchers")
    found = Job.plan(question, KnownModel()).carry_out()
    first = found.findings[0]
    assert first.line.item.key == EXIT and first.turn.at is None and first.turn.resolved
    law = first.line.item.law.between_ends()
    ends = first.as_mapping()
    low, high = (ends[end]["proportionate"] for end in ("low", "high"))
    assert low < 0.0 and high / low == pytest.approx(law.hi / law.lo, rel=0.05), "proportional"
    table = found.table.set_index("parameter")
    assert table["clear"].tolist() == [True, False, False] and table.index[0] == EXIT and table.loc[EXIT, "moves"] < 0.0
    assert (table.loc[[DECAY, TIE], "ends"] == 0.0).all()


@pytest.mark.usefixtures("inline")
def test_order_of_two_scenarios_turns_where_they_meet(tmp_path: Path) -> None:
    found = Job.plan(asked(tmp_path, "open", "open_science"), KnownModel()).carry_out()
    first = found.findings[0]
    assert first.line.item.key == DECAY and first.turn.at == pytest.approx(0.3, abs=0.01)
    assert first.turn.margin.names == ("open", "open_science"), "the smaller loss leads"
    assert set(first.effects) == {"open", "open_science"}
    assert "order" in text_of(found) and max(map(len, text_of(found).splitlines())) <= WIDTH
    assert all(path.is_file() for path in write_figure(found))


@pytest.mark.usefixtures("inline")
def test_against_a_scenario_the_effect_is_the_difference_to_it(tmp_path: Path) -> None:
    found = Job.plan(asked(tmp_path, "open_science", against="open"), KnownModel()).carry_out()
    assert found.findings[0].turn.at == pytest.approx(0.3, abs=0.01)
    assert found.asked.question.reference == "open" and found.effects["open_science"] < 0.0


@pytest.mark.usefixtures("inline")
def test_what_is_there_is_not_computed_again(tmp_path: Path) -> None:
    model = KnownModel(log=str(tmp_path / "log"))
    job = Job.plan(asked(tmp_path, "restrictive"), model)
    assert len(job.sweep.missing()) == len(job.sweep.plan.keys) > 0 and job.seconds() > 0.0
    first = job.carry_out()
    built = len(model.built())
    again = Job.plan(asked(tmp_path, "restrictive"), model)
    assert not again.sweep.missing() and again.carry_out().effects == first.effects
    other = Job.plan(asked(tmp_path, "restrictive", outcome="moves out"), model).carry_out()
    assert len(model.built()) == built, "another outcome is read from the same runs"
    assert other.folder != first.folder and other.unit == "persons a year", "none in the toy's reference: amounts"
    Job.plan(replace(asked(tmp_path, "restrictive"), points=6), model).carry_out()
    assert len(model.built()) > built


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"place": "Atlantis"}, "--place: no place 'Atlantis'; allowed: World, ALL"),
        ({"place": "Japn"}, "no place 'Japn'; did you mean Japan? allowed: World"),
        ({"outcome": "happiness"}, f"--outcome: no outcome 'happiness'; allowed: {', '.join(SHORT)}"),
        ({"outcome": "paper"}, "no outcome 'paper'; did you mean papers?"),
        ({"outcome": "leaks_theft", "place": "World"}, "leaks_theft does not add up over places; name one place"),
        ({"words": ["points=1"]}, "points: 1 is out of range; allowed: 2 to 50"),
        ({"words": ["points=many"]}, "points: 'many' is not a whole number"),
        ({"words": ["government.mode=both"]}, "government.mode: both: flip asks for one kind of effect"),
    ],
)
def test_what_cannot_be_asked_is_said(given: dict[str, Any], message: str) -> None:
    words = [*given.pop("words", []), "world=g20"]
    with pytest.raises(ConfigError) as error:
        ask_flip(["restrictive"], words, **given)
    assert message in str(error.value)


def test_each_outcome_that_can_be_asked_for_is_named_once() -> None:
    with pytest.raises(ConfigError) as error:
        wanted("paperz", 1)
    names = str(error.value).partition("allowed: ")[2].split(", ")
    assert {"leaks", "protected", "top1"} <= set(names) and len(names) == len(set(names))


def test_numbers_that_cannot_act_or_that_the_user_sets_are_not_screened() -> None:
    plain = {item.key for item in ask_flip(["restrictive"], ["world=g20"]).items}
    reactive = {item.key for item in ask_flip(["restrictive"], ["world=g20", "government.mode=reactive"]).items}
    fixed = {item.key for item in ask_flip(["restrictive"], ["world=g20", f"{DECAY}=0.1"]).items}
    assert not any(key.startswith("params.government.") for key in plain)
    assert reactive > plain and "params.government.beta_received" in reactive
    assert plain - fixed == {DECAY}
    assert ask_flip(["restrictive"], ["world=g20"]).place == "USA", "the issuer"
    assert ask_flip(["restrictive"], ["world=g20"], place="japan", outcome="papers").places == ("JPN",)


def test_the_command_prices_a_question_without_writing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flip", "restrictive", "--small", f"outdir={tmp_path}", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "to compute" in told and str(tmp_path) in told and not list(tmp_path.iterdir())
    assert main(["flip", "--help"]) == 0 and "usage: talent-circulation flip" in capsys.readouterr().out


@pytest.mark.usefixtures("inline")
def test_the_real_model_answers(tmp_path: Path) -> None:
    words = ["world=g20", "scale=40000", "start=2014", "end=2020", "blocks=1", "points=2", f"outdir={tmp_path}"]
    question = ask_flip(["restrictive"], words, outcome="papers")
    question = replace(question, items=tuple(item for item in question.items if item.key in (DECAY, EXIT)))
    found = Job.plan(question).carry_out()
    assert {finding.line.item.key for finding in found.findings} <= {DECAY, EXIT} == set(found.table["parameter"])
    assert found.unit == "%" and found.effects["restrictive"] < 0.0 < found.error
    assert "United States" in text_of(found)
    about = json.loads((found.folder / "flip.json").read_text(encoding="utf-8"))
    assert about["command"] == "talent-circulation flip restrictive " + " ".join(words)


@dataclass
class Noisy:
    """Effects of a design: -5, what some numbers add from end to end, a product of two of them, and chance."""

    strengths: Mapping[str, float]
    product: float
    sd: float
    rng: np.random.Generator

    def __call__(self, design: Design) -> list[Margin]:
        acting = [item for item in design.asked.items if item.key in self.strengths]
        columns = [[row.get(item.key, item.default) for row in design.rows] for item in acting]
        x = np.array([i.law.between_ends().unit(np.array(column)) for i, column in zip(acting, columns)]) - 0.5
        means = -5.0 + np.array([self.strengths[item.key] for item in acting]) @ x + self.product * x[0] * x[1]
        values = means[:, None] + self.rng.normal(0.0, self.sd, (len(means), 2))
        values[design.sure :, 1] = np.nan
        return [Margin(("restrictive",), values)]


def hundred() -> Asked:
    return ask_flip(["restrictive"], ["world=g20"])


def test_chance_hides_none_of_three_numbers_that_matter() -> None:
    """Of a hundred: three that matter, six that do a little, two that act together, and the chance of one run."""
    question = hundred()
    keys = [item.key for item in question.items[::9]]
    strengths = dict(zip(keys, (4.0, 0.3, -0.3, 2.5, 0.3, -0.3, -2.0, 0.3, 0.3)))
    right = {key for key, value in strengths.items() if abs(value) >= 2.0}
    hits = []
    for seed in range(100):
        choice = choose(question, Noisy(strengths, 3.0, 0.4, np.random.default_rng(seed)))
        hits.append({item.key for item in choice.named} == right)
    assert np.mean(hits) >= 0.95


def test_where_one_number_matters_chance_names_no_second() -> None:
    question = hundred()
    keys = [item.key for item in question.items[:2]]
    named = [
        len(choose(question, Noisy({keys[0]: 3.0, keys[1]: 0.0}, 0.0, 0.4, np.random.default_rng(seed))).named)
        for seed in range(50)
    ]
    assert min(named) == 1 and np.mean(np.array(named) > 1) <= 0.1


@pytest.mark.parametrize(("numbers", "blocks", "runs"), [(2, 1, 4), (7, 2, 16), (100, 2, 208), (100, 3, 312)])
def test_columns_of_the_screening_do_not_blur_each_other(numbers: int, blocks: int, runs: int) -> None:
    found = signs(numbers, blocks)
    assert found.shape == (runs, numbers) and set(np.unique(found)) == {-1, 1}
    assert (found.T @ found == runs * np.eye(numbers)).all() and not found.sum(axis=0).any()
    if blocks == 2:
        pairs = found[:, :, None] * found[:, None, :]
        assert not np.einsum("rij,rk->ijk", pairs, found).any(), "nor does an interaction of two blur a third"
    assert (signs(numbers, blocks + 1)[:runs] == found).all(), "more blocks refine"
