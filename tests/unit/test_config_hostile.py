"""Input that no one should write: each ends in one clear line, soon, and never in an error of Python."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from sim.config.load import load_config
from sim.core.read import ConfigError, in_words

HEAD = "# @package _global_\n"
GOOD = HEAD + 'defaults:\n  - /policy/us_talent\n  - _self_\ntitles: {mine: "A title"}\n'
LAUGHS = (
    HEAD
    + "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi"))
)

FILES = {
    "utf16": (GOOD.encode("utf-16"), "is not UTF-8 text"),
    "latin1": ((HEAD + "titles: {mine: é}\n").encode("latin-1"), "is not UTF-8 text"),
    "nul": (
        HEAD + 'titles: {mine: "a\0b"}\n',
        "not YAML: unacceptable character #x0000: special characters are not allowed",
    ),
    "itself": (HEAD + "titles: &a\n  x: *a\n", "titles.x: contains itself (an alias inside what it stands for)"),
    "deep": (HEAD + f"titles: {'{a: ' * 200}1{'}' * 200}\n", "line 2: is nested too deeply; allowed: 32 levels"),
    "laughs": (LAUGHS, "f: holds too many values; allowed: 100,000, aliases written out"),
    "large": (HEAD + f"titles: {{mine: {'y' * 10_000_000}}}\n", "holds 10.0 MB; allowed: at most 1 MB"),
    "digits": (HEAD + f"scale: {'9' * 5000}\n", "scale: is a whole number of 5,000 digits; allowed: 60"),
    "empty": ("", "is empty; see `talent-circulation new-scenario NAME` for one to begin from"),
    "remark": (HEAD, "is empty; see `talent-circulation new-scenario NAME` for one to begin from"),
}

WORDS = [
    (["policies=5"], "policies: 5 is not a mapping of names to values"),
    (["panel=[1,2]"], "panel: a list is not a mapping of names to values"),
    (
        [f"scale={'9' * 310}"],
        "scale: a number of 310 digits is out of range; allowed: 1 to 100000 (real researchers per agent)",
    ),
    ([f"scale={'9' * 4500}"], f"'scale={'9' * 50}... cannot be read; write key=value"),
    (
        [f"params.collaboration.refill={'9' * 400}"],
        "params.collaboration.refill: a number of 400 digits is out of range; allowed: 0 to 1 (rho)",
    ),
    ([f"experiment={'x' * 300}"], f"experiment: '{'x' * 56}... is too long for a folder; allowed: 200 bytes"),
    (["outdir='a\0b'"], "outdir: holds a NUL character; give a folder such as outdir=outputs"),
    ([f"a={'[' * 2000}{']' * 2000}"], f"'a={'[' * 54}... cannot be read; write key=value"),
    (["~policies.x"], "policies.x: is not there to be taken away; allowed: none"),
    (["~government.mod"], "government.mod: is not there to be taken away; did you mean mode? allowed: mode"),
    (["~scale=3"], "scale: is 100, not 3, so it is not taken away; allowed: ~scale"),
    (
        ["key@x=1"],
        "key: 'key@x=1' names no setting; write key=value, or "
        "scenario, policy, world, threat, params with the name of a file",
    ),
    (
        ["a/b=1"],
        "a/b: 'a/b=1' names no setting; write key=value, or "
        "scenario, policy, world, threat, params with the name of a file",
    ),
    (
        ["panel.partners={a:1}"],
        "panel.partners: '{a:1}' is of another kind than what stands there; "
        "allowed: a list, a mapping or one value, as in --cfg job",
    ),
    (
        ["scale=${oc.env:NOT_SET}"],
        "scale: cannot be resolved: Environment variable 'NOT_SET' not found; write the value itself",
    ),
    (["hydra=5"], "hydra: '5' cannot be set (Config group override must be a string or a list. Got int)"),
    (
        [
            "params.security.share_reward=0",
            "params.security.share_deception=0",
            "params.security.share_coercion=0",
            "params.security.share_theft=0",
        ],
        "params.security.share_reward: share_reward, share_deception, share_coercion, share_theft are all 0; "
        "allowed: at least one above 0",
    ),
]


def refusal(*words: str, config_dir: Path | None = None) -> str:
    """The one line with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        load_config(*words, config_dir=None if config_dir is None else str(config_dir))
    (line,) = caught.value.messages
    return line


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    """The folder of a user's scenarios."""
    (tmp_path / "scenario").mkdir()
    return tmp_path / "scenario"


@pytest.mark.parametrize("name", FILES)
def test_files_that_cannot_be_built_on_are_named(name: str, scenarios: Path) -> None:
    content, message = FILES[name]
    (scenarios / "mine.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.monotonic()
    assert refusal("+scenario=mine", config_dir=scenarios.parent) == f"{scenarios}/mine.yaml: {message}"
    assert time.monotonic() - began < 20


def test_files_that_are_reached_by_a_defaults_list_are_looked_at_too(scenarios: Path) -> None:
    (scenarios / "mine.yaml").write_text(GOOD.replace("us_talent", "laughs"))
    (scenarios.parent / "policy").mkdir()
    file = scenarios.parent / "policy" / "laughs.yaml"
    file.write_text(LAUGHS)
    assert refusal("+scenario=mine", config_dir=scenarios.parent) == f"{file}: {FILES['laughs'][1]}"


@pytest.mark.parametrize("what", ["link to nowhere", "link to itself", "folder", "pipe", "device"])
def test_what_is_no_file_never_runs_as_the_baseline(what: str, scenarios: Path) -> None:
    file = scenarios / "mine.yaml"
    if what == "folder":
        file.mkdir()
    elif what == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to({"link to nowhere": "/nonexistent", "link to itself": file, "device": "/dev/zero"}[what])
    told = "is a folder, not a file" if what == "folder" else "is no file that can be read"
    assert refusal("+scenario=mine", config_dir=scenarios.parent) == f"{file}: {told}"


def test_a_file_that_may_not_be_read_is_named(scenarios: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, read = scenarios / "mine.yaml", Path.read_text
    file.write_text(GOOD)

    def forbidden(path: Path, *args: object, **more: object) -> str:
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", forbidden)
    assert refusal("+scenario=mine", config_dir=scenarios.parent) == f"{file}: cannot be read (Permission denied)"


def test_a_folder_that_may_not_be_read_is_named_and_not_taken_for_an_empty_one(
    scenarios: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scenarios / "mine.yaml").write_text(GOOD)
    names = os.listdir

    def forbidden(path: Path) -> list[str]:
        if Path(path) == scenarios:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return names(path)

    monkeypatch.setattr(os, "listdir", forbidden)
    assert refusal("+scenario=mine", config_dir=scenarios.parent) == f"{scenarios}: cannot be read (Permission denied)"


@pytest.mark.parametrize("name", ["日本", "l'été"])
def test_scenarios_may_be_named_in_any_script(name: str, scenarios: Path) -> None:
    (scenarios / f"{name}.yaml").write_text(GOOD, encoding="utf-8")
    cfg = load_config(f"+scenario={name}", "experiment=mine", config_dir=str(scenarios.parent))
    assert cfg.scenario == name and list(cfg.policies) == ["us_talent"]


def test_a_name_that_is_too_long_for_a_file_is_no_scenario() -> None:
    assert refusal(f"+scenario={'x' * 300}").startswith(
        f"command line: scenario: no scenario '{'x' * 56}...; allowed: "
    )


@pytest.mark.parametrize(("words", "message"), WORDS, ids=[words[0][:30] for words, _ in WORDS])
def test_words_are_refused_with_what_is_allowed(words: list[str], message: str) -> None:
    assert refusal(*words) == f"command line: {message}"


def test_a_setting_can_be_taken_away() -> None:
    assert load_config("+scenario=open", "~policies.us_talent", "~scale=100").policies.keys() == {"us_open_doors"}


def test_too_few_open_files_come_with_advice() -> None:
    assert "ulimit -n" in in_words(OSError(errno.EMFILE, "Too many open files"))
