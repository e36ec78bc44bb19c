"""The plan of the house: packages stand on floors, imports run down, nothing goes round in a circle.

Imports of all kinds count: at the top, for types only, and late ones inside functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter

import pytest

from sim.config.key import code_files
from sim.core.digest import PACKAGE

# From the ground up. Packages of one floor do not import each other unless a pair of NEIGHBOURS says so.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("params",),
    ("data",),
    ("core",),
    ("policy",),
    ("engines", "agents", "config"),
    ("phases", "assumptions"),
    ("record",),
    ("store", "world"),
    ("running",),
    ("sweep",),
    ("analysis",),
    ("plots", "pages", "api"),
    ("comparison",),
    ("report", "flip"),
    ("cli",),
    ("entry points",),  # sim/__init__.py and every __main__.py
)
GROUND = {"core.digest", "core.read", "core.axes"}  # names and reading of input, which data may use too
# Imports inside functions below the floor of commands (which want to start quickly): parts of optional packages, and
# the world with its kernels, which takes a second and which only processes that live years need.
LATE = {"sweep.executors.__init__", "running.model", "running.pool", "running.compiling"}
DOORS = ("analysis.__init__", "comparison.__init__")  # import their parts on first use
ROOT_FILES = 6
MODULES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}


def floor_of(module: str) -> int:
    """Number of a module's floor."""
    name = "entry points" if module.split(".")[-1] == "__main__" or module == "__init__" else module.split(".")[0]
    return next(i for i, floor in enumerate(FLOORS) if name in floor)


@cache
def imports(module: str) -> tuple[tuple[str, bool], ...]:
    """Modules of this package that a module imports, and whether it does so inside a function."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    late = {id(node) for f in ast.walk(tree) if isinstance(f, functions) for node in ast.walk(f)}
    found = [(name, id(node) in late) for node in ast.walk(tree) for name in _names(node)]
    return tuple(dict.fromkeys(found))


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        wanted = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        wanted = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        return
    for name in wanted:
        if name.split(".")[0] == "sim":
            parts = name.split(".")[1:]
            inside = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            known = (
                m if m in MODULES else f"{m}.__init__" for m in inside if m in MODULES or f"{m}.__init__" in MODULES
            )
            yield next(known, "__init__")


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_run_down(module: str) -> None:
    up = [
        name
        for name, _ in imports(module)
        if floor_of(name) > floor_of(module) and not (name in GROUND and floor_of(module) > 0)
    ]
    across = [
        name
        for name, _ in imports(module)
        if floor_of(name) == floor_of(module) and name.split(".")[0] != module.split(".")[0] and "__" not in module
    ]
    assert not up, f"{module} imports from a floor above it; move what it needs down, or itself up"
    assert not across, f"{module} imports from a package on the same floor"


def test_no_circles() -> None:
    TopologicalSorter({module: [name for name, _ in imports(module)] for module in MODULES}).prepare()


def test_imports_stand_at_the_top() -> None:
    late = {m for m in MODULES if floor_of(m) < floor_of("cli") and any(inside for _, inside in imports(m))}
    assert late <= LATE, "a module of this package is imported inside a function"


def test_imports_are_written_out() -> None:
    """What this file cannot follow: relative imports, and modules by their names outside the floor of commands."""
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        relative = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom) and n.level]
        assert not relative, f"{module} imports relatively"
        by_name = "import_module(" in text or "__import__(" in text
        assert (
            not by_name or floor_of(module) >= floor_of("cli") or module in ("analysis.__init__", "comparison.__init__")
        ), module


def test_few_files_in_the_root() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= ROOT_FILES


ARRAYS = {"numpy", "numba", "scipy", "llvmlite", "sim", "__future__", "collections", "dataclasses", "enum", "functools"}
ARRAYS |= {"itertools", "math", "operator", "typing"}
FILES = {
    "core.digest",
    "core.kernels",
    "core.kernel_folder",
    "core.locks",
    "core.signatures",
    "core.read",
    "core.columns",
}  # where core looks at files, texts, the environment


@pytest.mark.parametrize("package", ["engines", "core"])
def test_engines_know_only_arrays(package: str) -> None:
    for module, path in MODULES.items():
        if module.split(".")[0] != package:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        roots = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not roots & {"mesa", "hydra", "omegaconf", "pandas", "matplotlib"}, module
        assert module in FILES or roots <= ARRAYS, f"{module} imports {', '.join(sorted(roots - ARRAYS))}"
        assert not {name.split(".")[0] for name, _ in imports(module)} & {"policy", "config", "agents"}, module


# Modules that live a run: from them everything is reached that can change its results.
LIVES_A_RUN = ("world", "running.worker", "running.advance", "sweep.family")
# Reached from there, but without a hand in the numbers: the schema, since values are in the key; what sweeps say;
# storing. Composing and reading files (config.load) must not be reached.
IN_THE_KEY_BY_VALUE = {"config.schema", "config.key"}
NOT_FOLLOWED = ("store", "sweep")


def test_the_key_of_a_run_covers_what_lives_it() -> None:
    todo, reached = list(LIVES_A_RUN), set()
    while todo:
        module = todo.pop()
        stop = module in IN_THE_KEY_BY_VALUE or (module.split(".")[0] in NOT_FOLLOWED and module not in LIVES_A_RUN)
        if module not in reached and not stop:
            reached.add(module)
            todo += [name for name, _ in imports(module)]
    covered = set(code_files())
    empty = {m for m in reached if not MODULES[m].read_text(encoding="utf-8").strip() or m == "__init__"}
    outside = sorted(m for m in reached - empty if MODULES[m] not in covered)
    assert not outside, "these can change the results of a run and are not in its key (sim/config/key.py)"


def test_the_key_covers_whole_packages() -> None:
    covered = set(code_files())
    for name in ("core", "policy", "engines", "agents", "phases", "record"):
        assert set((PACKAGE / name).rglob("*.py")) <= covered
