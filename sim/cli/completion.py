"""``talent-circulation completion SHELL``: the script of a shell, and the words that it asks for at every key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

from sim.cli.commands import COMMANDS, OWN, block_of, general_help, options_of, usage_of
from sim.config.folders import ADDED, GROUPS, OPEN, config_root, options
from sim.core.read import ConfigError, unknown
from sim.params import Params

USAGE = """\
usage: talent-circulation completion bash|zsh|fish

Prints a script that completes commands, their options, settings, parameters and
names of scenarios, policies and parameters in that shell; your own scenarios
in my_scenarios, or of --config-dir, too. Works for talent-circulation, not for
python -m sim.

examples
  eval "$(talent-circulation completion bash)"       in ~/.bashrc
  eval "$(talent-circulation completion zsh)"        in ~/.zshrc, after compinit
  talent-circulation completion fish > \\
      ~/.config/fish/completions/talent-circulation.fish
"""
ANSWER = "answer"  # what the scripts ask: completion answer LINE, the line up to the cursor
BASH = """\
_talent_circulation() {
    local line=${COMP_LINE:0:COMP_POINT} before found
    before=${line##*[[:space:]]}
    before=${before%"${before##*[=:]}"}  # bash completes what follows a = or : alone
    COMPREPLY=()
    while IFS= read -r found; do
        COMPREPLY+=("${found#"$before"}")
    done < <(talent-circulation completion answer "$line" 2>/dev/null)
    [[ ${COMPREPLY[0]} == *[=.] ]] && compopt -o nospace
    return 0
}
complete -o default -F _talent_circulation talent-circulation
"""
ZSH = """\
_talent_circulation() {
    local -a found
    found=(${(f)"$(talent-circulation completion answer "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)"})
    (( $#found )) || { _files; return }
    compadd -Q -S '' -- ${(M)found:#*[=.]}
    compadd -Q -- ${found:#*[=.]}
}
compdef _talent_circulation talent-circulation
"""
FISH = """\
complete -c talent-circulation -f -a '(talent-circulation completion answer (commandline -cp | string collect))'
complete -c talent-circulation -l config-dir -r -F
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
OF_POLICY = ("shift", "issuer", "title")
SCENARIOS = ("compare", "report", "flip", "balance", "explain")  # commands that take names of scenarios


def command(words: Sequence[str]) -> int:
    """Print a script, or (for the scripts) what can follow a line."""
    if len(words) == 2 and words[0] == ANSWER:
        for candidate in answer(words[1]):
            print(candidate)
        return 0
    if len(words) != 1 or words[0] not in SCRIPTS:
        raise ConfigError([f"command line: completion: {unknown(' '.join(words) or 'nothing', 'shell', SCRIPTS)}"])
    print(SCRIPTS[words[0]], end="")
    return 0


def answer(line: str) -> list[str]:
    """Words that the last one of a line may become.

    Parameters
    ----------
    line : the command line up to the cursor; after a space the last word is empty.
    """
    _, *before = line.split() or [""]
    word = before.pop() if before and not line[-1:].isspace() else ""
    if before and before[-1] in ("--config-dir", "-cd"):
        return []  # a folder, which the shell knows
    folders = _folders(before)
    name = next((one for one in before if one in COMMANDS), "")
    found = options_of(usage_of(name) if name else general_help())
    if before and (values := found.get(before[-1], ())):
        return _begin(values, word)
    if before and before[-1] in found and (named := _named(name, before[-1])):
        done = word[: word.rfind(",") + 1]  # of a list
        return _begin([f"{done}{one}" for one in named], word)
    if word.startswith("-"):
        return _begin([*found, "--help"], word)
    return list(dict.fromkeys(_begin([*_names(name, before, folders), *_settings(name, word, folders)], word)))


def _named(name: str, option: str) -> list[str]:
    """Outcomes or places that an option may name, in words without spaces; read only when they are asked for."""
    if option == "--outcome":
        from sim.analysis.outcomes import OUTCOMES, SHORT

        derived = (outcome.name for outcome in OUTCOMES.values() if outcome.table == "place_year")
        return list(dict.fromkeys([*(one.replace(" ", "-") for one in SHORT), *derived]))
    if option == "--place":
        from sim.analysis.outcomes import WORLD
        from sim.data.places import group_names
        from sim.data.tables import load_world_data

        return [WORLD, *load_world_data().iso3, *(group_names() if name == "flip" else ())]
    return []


def _begin(candidates: Iterable[str], word: str) -> list[str]:
    return [candidate for candidate in candidates if candidate.startswith(word)]


def _folders(before: Sequence[str]) -> list[Path]:
    """Folders of configuration: the shipped one, the one named before, or the user's own by default."""
    named = [after for word, after in pairwise(before) if word in ("--config-dir", "-cd")]
    named += [word.partition("=")[2] for word in before if word.startswith("--config-dir=")]
    return [config_root(), Path(named[-1] if named else OWN)]


def _names(name: str, before: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """Plain words: commands, what a command takes first, names of scenarios."""
    if not name:
        return [] if any("=" in word for word in before) else [*COMMANDS]
    if name in SCENARIOS:
        policies = [*options("policy", folders)] if name == "explain" else []
        return [*options("scenario", folders), *policies]
    if before[-1] != name:
        return []
    first = {
        "list": [*block_of(usage_of("list"), "kinds")],
        "cache": ["list", "prune"],
        "sweep": ["status", "compact"],
        "completion": [*SCRIPTS],
    }
    return first.get(name, [])


def _settings(name: str, word: str, folders: Sequence[Path]) -> list[str]:
    """``key=`` of settings and parameters, or their values where these are names."""
    if name and name not in (*SCENARIOS, "sweep", "new-scenario"):
        return []
    key, equals, value = word.partition("=")
    if equals:
        group = key.lstrip("+")
        done = value[: max(value.rfind(","), value.rfind("[")) + 1]  # of a list
        names = options(group, folders) if group in GROUPS else ()
        return [f"{key}={done}{one}" for one in names if one not in done.strip("[").split(",")]
    if word.startswith("params."):
        return _parameters(word)
    if word.startswith("policies."):
        return [
            f"policies.{one}.{what}=" for one in options("policy", folders) for what in ("shift", "issuer", "title")
        ]
    return [*(f"+{group}=" for group in ADDED), *(f"{key}=" for key in _top()), "params.", "policies."]


def _parameters(word: str) -> list[str]:
    """Sections, or the parameters of the section that is named."""
    sections = {one.name: getattr(Params(), one.name) for one in fields(Params)}
    section = word.split(".")[1] if word.count(".") > 1 else ""
    if section in sections and is_dataclass(sections[section]):
        return [f"params.{section}.{one.name}=" for one in fields(sections[section])]
    return [f"params.{one}." if is_dataclass(values) else f"params.{one}=" for one, values in sections.items()]


def _top() -> list[str]:
    """Settings of the shipped configuration that have a value of their own, by its lines."""
    lines = (config_root() / "config.yaml").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("#")[0].partition(":") for line in lines if line[:1].isalpha()]
    return [*OPEN, "government.mode", *(key for key, _, value in pairs if value.strip() not in ("", "{}"))]
