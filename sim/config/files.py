"""Reading one YAML file of the user's: what is no file, no text, no YAML or no bearable size is told, never built on.

Hydra and PyYAML meet such files with an error of Python, or not at all: a few lines of aliases can stand for more
values than fit into memory, and a deep one ends the interpreter's stack.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sim.core.read import join, show

MAX_BYTES = 1_000_000  # PyYAML reads about as much a second
MAX_DEPTH = 32  # collections within each other; policies have seven
MAX_VALUES = 100_000  # with every alias replaced by what it stands for
MAX_DIGITS = 60  # of one whole number
_PACKAGE = re.compile(r"#\s*@package\s+(\S+)")
_SETTING = re.compile(
    r"\$\{[\w.]+\}"
)  # what stands for another setting; all else asks the machine, such as ${oc.env:X}


class Unreadable(ValueError):
    """What is wrong with a file (`text`), and under which key if that is known."""

    def __init__(self, text: str, key: str = "") -> None:
        super().__init__(text)
        self.text, self.key = text, key


def read_yaml(file: Path) -> Any:
    """Values of a file, scalars as texts (a bad date must not fail here), not to be changed; raises `Unreadable`."""
    return _values(read_words(file))


@lru_cache(maxsize=64)  # a command reads a file several times: to check it, to merge it, to say where a value stands
def _values(words: str) -> Any:
    try:
        _check_depth(words)
        root = yaml.compose(words, yaml.SafeLoader)
        if root is not None:
            _measure(root, "", {})
        return yaml.load(words, yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise Unreadable(not_yaml(error)) from None


def read_words(file: Path) -> str:
    """Text of a file that is one and not too long; raises `Unreadable`."""
    try:
        if not file.is_file():
            raise Unreadable("is a folder, not a file" if file.is_dir() else "is no file that can be read")
        if (size := file.stat().st_size) > MAX_BYTES:
            raise Unreadable(f"holds {size / 1e6:.1f} MB; allowed: at most {MAX_BYTES / 1e6:g} MB")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8 text") from None
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from None


def package_of(words: str) -> str:
    """Where the values of a file go, if it says so (``# @package policies.NAME``); the last line that does counts."""
    found = [match[1] for line in words.splitlines() if (match := _PACKAGE.match(line.strip()))]
    return found[-1] if found else ""


def not_yaml(error: yaml.YAMLError) -> str:
    """What the parser says, with the line if it knows one."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return f"{f'line {mark.line + 1}: ' if mark else ''}not YAML: {error.problem or error.context}"
    return f"not YAML: {str(error).splitlines()[0]}"


def _check_depth(words: str) -> None:
    depth = 0
    for event in yaml.parse(words, yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise Unreadable(f"line {line}: is nested too deeply; allowed: {MAX_DEPTH} levels")


def _measure(node: yaml.Node, key: str, found: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """Number and depth of the values in a node.

    Parameters
    ----------
    found : what was measured already, as an alias stands for the same node; None while it is being measured.
    """
    if id(node) in found:
        known = found[id(node)]
        if known is None:
            raise Unreadable("contains itself (an alias inside what it stands for)", key)
        return known
    found[id(node)] = None
    size, depth = 1, 1
    for name, child in _children(node):
        more, deep = _measure(child, join(key, name) if name else key, found)
        size, depth = size + more, max(depth, deep + 1)
        if size > MAX_VALUES:
            raise Unreadable(f"holds too many values; allowed: {MAX_VALUES:,}, aliases written out", key)
        if depth > MAX_DEPTH:
            raise Unreadable(f"is nested too deeply; allowed: {MAX_DEPTH} levels, aliases written out", key)
    if node.tag == "tag:yaml.org,2002:int" and len(node.value) > MAX_DIGITS:
        raise Unreadable(f"is a whole number of {len(node.value):,} digits; allowed: {MAX_DIGITS}", key)
    if isinstance(node, yaml.ScalarNode) and "${" in _SETTING.sub("", node.value):
        raise Unreadable(f"{show(node.value)} is worked out elsewhere; write the value itself", key)
    found[id(node)] = size, depth
    return size, depth


def _children(node: yaml.Node) -> list[tuple[str, yaml.Node]]:
    """Values of a collection by their keys, if they have one; keys are values too."""
    if isinstance(node, yaml.MappingNode):
        named = [(str(k.value) if isinstance(k, yaml.ScalarNode) else "", v) for k, v in node.value]
        return [*(("", k) for k, _ in node.value), *named]
    return [("", item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []
