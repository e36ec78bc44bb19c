"""Whatever is written on a command line or into a file, a configuration or a list of problems comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.config.load import load_config
from sim.config.schema import Config
from sim.core.read import ConfigError

HEAD = "# @package _global_\n"
KEYS = [
    *Config.__dataclass_fields__,
    "params.security.leak_rate",
    "params.trust",
    "params.collaboration.refill",
    "government.mode",
    "panel.partners",
    "panel.size",
    "effects.disclosure.deception",
    "policies.us_talent.levers.pay.values.2018-11-01",
    "policies.us_talent",
    "policies.us_talent.issuer",
    "policies.x.levers.y.values",
    "ladder.protect.rungs",
    "ladder.promote.rungs.pay.levers.pay.money",
    "ladder.restrict.rungs.closed.levers.delay.scope.origins",
    "titles.x",
    "hydra.run.dir",
    "a",
    "a.b",
]
SCALARS = st.one_of(
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=20),
    st.just("9" * 4500),
    st.sampled_from(
        ["CHN", "g20", "full", "${scale}", "${nope}", "${oc.env:NOPE}", "???", "on", "1e400", "2018-11-01", "0x1f", "_"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(st.text("ab1.{", max_size=3), v, max_size=3)),
    max_leaves=6,
)
NAMES = ["open", "restrictive", "us_talent", "g20", "frozen", "no such", "a;b", ""]
OVERRIDES = st.one_of(
    st.builds("{}{}={}".format, st.sampled_from(["", "+", "++", "~"]), st.sampled_from(KEYS), VALUES),
    st.builds("{}{}".format, st.just("~"), st.sampled_from(KEYS)),
    st.builds("{}={}".format, st.text(max_size=12), SCALARS),
    st.builds(
        "+{}={}".format, st.sampled_from(["scenario", "policy", "world", "params", "policy@x"]), st.sampled_from(NAMES)
    ),
    st.text(max_size=30),
)


def _configuration_or_problems(words: list[str], folder: str | None = None) -> None:
    try:
        assert isinstance(load_config(*words, config_dir=folder), Config)
    except ConfigError as error:
        assert error.messages and all(message.strip() for message in error.messages)


def _fuzz(words: list[str], content: object, text: str, folder: Path) -> None:
    _configuration_or_problems(words)
    (folder / "scenario").mkdir(exist_ok=True)
    for written in (HEAD + yaml.safe_dump(content, allow_unicode=True), HEAD + text):
        (folder / "scenario" / "mine.yaml").write_text(written, encoding="utf-8", errors="surrogatepass")
        _configuration_or_problems(["+scenario=mine"], str(folder))


@pytest.mark.parametrize("path", ["9" * 4500, "~nobody", "~nobody/at/home"], ids=["too long", "nobody's home", "in it"])
@pytest.mark.parametrize("key", ["world", "threat"])
def test_what_can_be_no_path_is_a_problem_by_name(path: str, key: str) -> None:
    with pytest.raises(ConfigError, match=f"^command line: {key}: no {key}.*allowed: "):
        load_config(f"{key}={path}")
    with pytest.raises(ConfigError, match=r"--config-dir: .*is not a folder"):
        load_config(config_dir=path)


NAMED = st.one_of(st.sampled_from([*KEYS, "defaults", "hydra", "titles", "policies"]), SCALARS)
CONTENTS = st.dictionaries(NAMED, VALUES, max_size=4)
FUZZ = {"words": st.lists(OVERRIDES, max_size=3), "content": CONTENTS, "text": st.text(max_size=60)}
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(**FUZZ)
@settings(max_examples=100, deadline=None, suppress_health_check=QUIET, derandomize=True)
def test_whatever_is_given_a_configuration_or_problems_come_out(words, content, text, tmp_path: Path) -> None:
    """Three configurations a case: 300."""
    _fuzz(words, content, text, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("part", range(4))
@given(**FUZZ)
@settings(max_examples=835, deadline=None, database=None, suppress_health_check=QUIET, phases=[Phase.generate])
def test_ten_thousand_times(part, words, content, text, tmp_path: Path) -> None:
    """In parts that processors share; one that fails is not made smaller, which takes minutes."""
    _fuzz(words, content, text, tmp_path)
