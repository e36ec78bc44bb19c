"""Completion, asked by a real bash: commands, options, settings, parameters, names of scenarios."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sim.cli
from sim.cli.commands import COMMANDS, OWN, block_of, general_help, options_of, usage_of
from sim.cli.completion import SCRIPTS, answer
from sim.cli.main import _with_own, main
from sim.config.folders import config_root, options
from sim.config.schema import parameter_table
from sim.flip.outcome import wanted

SCENARIOS = list(options("scenario", [config_root()]))
TC = "talent-circulation "


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("repo", ["report"]),
        ("explain os", ["ostp_2024", "ostp_draft"]),
        ("explain us_nsp", ["us_nspm33"]),
        ("compare restrictive retal", ["retaliation"]),
        ("+scenario=ostp", ["+scenario=ostp_2024", "+scenario=ostp_draft"]),
        ("+scenario=[open,ost", ["+scenario=[open,ostp_2024", "+scenario=[open,ostp_draft"]),
        ("+scenario=[open,op", ["+scenario=[open,open_science"]),
        ("+policy=us_ta", ["+policy=us_talent"]),
        ("world=", ["world=full", "world=g20"]),
        ("params.sec", ["params.security."]),
        ("params.security.fear_d", ["params.security.fear_decay="]),
        ("policies.us_nspm33.s", ["policies.us_nspm33.shift="]),
        ("list param", ["parameters"]),
        ("list parameters ", []),
        ("balance restrictive --sw", ["--sweep"]),
        ("compare open --ag", ["--against"]),
        ("report open --t", ["--table", "--to"]),
        ("balance restrictive --mode ", ["scripted", "reactive"]),
        ("--config-dir ", []),
        ("flip open --outcome top", ["top-papers", "top1", "top1_once"]),
        ("flip open --outcome leaks_per", ["leaks_per_project"]),
        ("flip open --place G", ["GBR", "GRC", "G7", "G20"]),
        ("report open --place Wor", ["World"]),
        ("report open --place USA,CA", ["USA,CAN"]),
        ("+scenario=open repl", ["replicates="]),
        ("cache ", ["list", "prune"]),
        ("completion f", ["fish"]),
    ],
)
def test_what_can_follow(line: str, found: list[str]) -> None:
    assert answer(TC + line) == found


@pytest.mark.parametrize("name", answer(f"{TC}flip open --outcome "))
def test_outcomes_that_are_completed_are_known(name: str) -> None:
    assert wanted(name, 1).words


def test_nothing_else_than_commands_and_settings_begins_a_line() -> None:
    first = answer(TC)
    assert set(COMMANDS) < set(first) and "scale=" in first and "+scenario=" in first
    assert not set(COMMANDS) & set(answer(TC + "+scenario=open "))
    assert answer(TC + "balance ")[: len(SCENARIOS)] == SCENARIOS


def test_every_parameter_is_completed() -> None:
    keys = {row["key"] for row in parameter_table()}
    sections = {key.rpartition(".")[0] + "." for key in keys} - {"params."}
    found = {key.rstrip("=") for section in sections for key in answer(TC + section)}
    assert found | {"params.feedback"} == keys


def test_own_scenarios_are_completed_by_default_and_with_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, name in (("my_scenarios", "mine"), ("other", "others")):
        (tmp_path / folder / "scenario").mkdir(parents=True)
        (tmp_path / folder / "scenario" / f"{name}.yaml").write_text("")
    assert "mine" in answer(TC + "explain ") and "others" not in answer(TC + "explain ")
    assert "others" in answer(TC + "explain --config-dir other ")
    assert answer(TC + "--config-dir=other +scenario=oth") == ["+scenario=others"]


@pytest.fixture
def bash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bash that finds this code under the command's name."""
    found = shutil.which("bash")
    if found is None:
        pytest.skip("no bash")
    command = tmp_path / "talent-circulation"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sim "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYTHONPATH", str(config_root().parent))
    return found


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("explain ostp", ["ostp_2024", "ostp_draft"]),
        ("+scenario=ostp", ["ostp_2024", "ostp_draft"]),
        ("params.security.fear_", [f"params.security.fear_{end}=" for end in ("decay", "spill", "max")]),
    ],
)
def test_bash_gets_the_part_that_it_is_completing(bash: str, line: str, reply: list[str]) -> None:
    """What stands before the last = is a word of its own to bash, and would be doubled."""
    script = (
        f'eval "$(talent-circulation completion bash)"; compopt() {{ :; }}; COMP_LINE="{TC}{line}"; '
        "COMP_POINT=${#COMP_LINE}; $(complete -p talent-circulation | sed 's/.*-F \\([^ ]*\\).*/\\1/'); "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == reply and not done.stderr


def test_answers_start_nothing_heavy() -> None:
    """It is asked at every key: no numpy, and no module of a command that computes."""
    code = (
        "import sys; from sim.cli.main import main\n"
        "for line in ('+scenario=', 'balance open --', 'list ', 'params.security.'):\n"
        "    main(['completion', 'answer', 'talent-circulation ' + line])\n"
        "print([m for m in ('numpy', 'yaml', 'hydra', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("shell", [*SCRIPTS])
def test_scripts_are_printed_and_read_by_their_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "completion answer" in script
    if found := shutil.which(shell):
        subprocess.run([found, "-n"], input=script, text=True, check=True)


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "zhs"]) == 1
    assert "did you mean zsh? allowed: bash, zsh, fish" in capsys.readouterr().err


@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_command_starts_beside_own_scenarios(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only commands that take a folder of scenarios get the user's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / OWN / "scenario").mkdir(parents=True)
    words = _with_own([name], usage_of(name))
    source = Path(import_module(COMMANDS[name][0]).__file__ or "").read_text(encoding="utf-8")
    takes = 'add_argument("--config-dir"' in source or "add_options(parser)" in source
    assert words == ([name, "--config-dir", OWN] if takes else [name])
    assert main(["completion", "bash"]) == 0 and "complete -o" in capsys.readouterr().out


# --- help ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_command_has_a_short_help_of_one_form(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("--help", "-h"):
        assert main([name, word]) == 0
        text = capsys.readouterr().out
    lines = text.splitlines()
    assert lines[0].startswith(f"usage: talent-circulation {name}") and max(map(len, lines)) <= 80
    assert len([line for line in text.partition("\nexamples\n")[2].splitlines() if TC + name in line]) >= 2
    source = "".join(file.read_text(encoding="utf-8") for file in Path(sim.cli.__path__[0]).glob("*.py"))
    for option in options_of(text):
        assert f'"{option}"' in source, option


def test_the_general_help_has_a_line_for_each_command() -> None:
    text = general_help()
    assert max(map(len, text.splitlines())) <= 80
    assert list(block_of(text, "commands")) == list(COMMANDS)
    assert "--multirun" in options_of(text)


@pytest.mark.parametrize(("words", "first"), [([], "[+scenario=NAME]"), (["flip"], "flip SCENARIO")])
def test_help_is_a_word_too(words: list[str], first: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", *words]) == 0
    assert capsys.readouterr().out.startswith(f"usage: talent-circulation {first}")
    assert main(["help", "raport"]) == 1
    assert "did you mean report?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "meant"),
    [("compare open --agains x", "--against"), ("balance open --swep", "--sweep"), ("--multirn", "--multirun")],
)
def test_a_mistyped_option_is_guessed(line: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 1
    assert f"did you mean {meant}?" in capsys.readouterr().err


def test_an_unknown_command_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["raport"]) == 1
    assert capsys.readouterr().err == (
        f"error: command line: no command 'raport'; did you mean report? allowed: {', '.join(COMMANDS)}, or key=value; "
        "see --help\n"
    )
    assert main(["restrictive", "scale=1000"]) == 1
    assert "+scenario=restrictive runs it" in capsys.readouterr().err
