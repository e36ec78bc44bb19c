"""A scenario of somebody else's is data: it can call nothing, and takes nothing of the machine into the results."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.main import main
from sim.config.files import package_of
from sim.config.load import load_config
from sim.core.read import ConfigError
from sim.sweep.spec import read_spec

CALL = "_target_: pathlib.Path.touch\n"
BODY = "titles: {mine: A title}\n"
PLACES = "allowed: # @package _global_ or policies.NAME"
GROUPS = "allowed: files of scenario, policy, world, threat, params"

FILES = {
    "package": ("# @package hydra.callbacks.x\n" + CALL, f"its values would go to hydra.callbacks.x; {PLACES}"),
    "second": (
        f"# @package _global_\n# @package hydra.callbacks.x\n{CALL}",
        f"its values would go to hydra.callbacks.x; {PLACES}",
    ),
    "through": (
        f"# @package _global_.hydra.callbacks.x\n{CALL}",
        f"its values would go to _global_.hydra.callbacks.x; {PLACES}",
    ),
    "line": ("# @package _global_\x85# @package hydra.callbacks\n" + CALL, "its values would go to hydra.callbacks"),
    "key": (
        f"# @package _global_\nhydra: {{callbacks: {{x: {{{CALL.strip()}}}}}}}\n",
        "hydra: cannot be set in a scenario or policy; set hydra.* on the command line",
    ),
    "asked": (
        f"# @package _global_\ndefaults:\n  - override /hydra/callbacks: x\n  - _self_\n{BODY}",
        f"defaults: hydra/callbacks/x sets Hydra; {GROUPS}",
    ),
}


def _own(folder: Path, content: str) -> Path:
    """The user's folder of configuration with one scenario in it."""
    file = folder / "scenario" / "mine.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file


def _refused(file: Path, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config("+scenario=mine", config_dir=str(file.parents[1]))
    assert any(line.startswith(f"{file}: {words}") for line in caught.value.messages), caught.value.messages


@pytest.mark.parametrize("name", FILES)
def test_a_scenario_that_would_set_hydra_is_refused(name: str, tmp_path: Path) -> None:
    content, words = FILES[name]
    _refused(_own(tmp_path, content), words)


@pytest.mark.parametrize("at", ["hydra.callbacks.x", "_global_.hydra.callbacks", "_here_.hydra.callbacks"])
def test_a_policy_is_not_taken_where_it_would_set_hydra(at: str, tmp_path: Path) -> None:
    file = _own(tmp_path, f"# @package _global_\ndefaults:\n  - /policy/evil@{at}\n  - _self_\n{BODY}")
    evil = tmp_path / "policy" / "evil.yaml"
    evil.parent.mkdir()
    evil.write_text(CALL)
    with pytest.raises(ConfigError) as caught:
        load_config("+scenario=mine", config_dir=str(tmp_path))
    assert caught.value.messages == [f"{evil}: its values would go to {at}; {PLACES}"]
    assert file.is_file()


def test_nothing_is_called_by_a_launcher_of_hydras_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own"
    _own(own, f"# @package hydra.callbacks.x\n{CALL}_args_: [{tmp_path / 'called'}]\n")
    words = ["-m", "hydra/launcher=basic", "--config-dir", str(own), "+scenario=mine", "scale=20000", "world=g20"]
    assert main([*words, "end=2018", "figures=off"]) == 1
    assert "its values would go to hydra.callbacks.x" in capsys.readouterr().err
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize(
    "title", ["${oc.env:HOME}", "a ${oc.env:HOME} b", "${oc.decode:${oc.env:HOME}}", "${oc.${scenario}:HOME}"]
)
def test_what_the_environment_holds_is_not_written_into_results(title: str, tmp_path: Path) -> None:
    file = _own(tmp_path, f'# @package _global_\ntitles: {{mine: "{title}"}}\n')
    _refused(file, f"titles.mine: '{title}' is worked out elsewhere; write the value itself")
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(f'title: "{title}"\nscenarios: [open]\n')
    with pytest.raises(ConfigError, match=r"title: .* is worked out elsewhere"):
        read_spec(sweep)


def test_a_setting_may_stand_for_another(tmp_path: Path) -> None:
    _own(tmp_path, '# @package _global_\ntitles: {mine: "With a seed of ${seed}"}\n')
    cfg = load_config("+scenario=mine", "seed=7", config_dir=str(tmp_path))
    assert cfg.titles["mine"] == "With a seed of 7"


def test_the_place_of_values_is_the_last_that_a_file_names() -> None:
    assert package_of("# @package a\n#  @package  b\nx: 1\n") == "b" and package_of("x: 1\n") == ""
