"""What documents and code refer to exists: links, anchors, files, sections, evidence, targets of the Makefile."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

import pytest

from sim.analysis.validate import HEADER
from sim.cli.docs import PAGES as GENERATED
from sim.pages.evidence import facts, users
from sim.pages.markdown import EVIDENCE_ID
from tests.invariants.test_floors import floor_of

ROOT = Path(__file__).parents[2]
FOLDERS = ("sim", "configs", "docs", "experiments", "tests", "benchmarks", "examples", "outputs")
LOOSE = ("README.md", "CHANGELOG.md", "Makefile", ".ci/run")
FILES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md", ".yaml")]
FILES = sorted(path for path in FILES if "outputs" not in path.parts or path.parent == ROOT / "outputs")
FILES += [ROOT / name for name in LOOSE]
PAGES = [path for path in FILES if path.suffix == ".md" and path.name != "CHANGELOG.md"]  # that one speaks of the past


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def words(path: Path) -> str:
    """The text of a page; of Python only comments and strings."""
    if path.suffix != ".py":
        return read(path)
    kinds = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    return "\n".join(t.string for t in tokenize.generate_tokens(io.StringIO(read(path)).readline) if t.type in kinds)


@cache
def anchors(page: Path) -> set[str]:
    """Anchors of a page: what it names itself, and its headings as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", read(page), re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', read(page)))


def links(page: Path) -> list[tuple[str, str]]:
    """Text and goal of the links of a page to this repository."""
    found = re.findall(
        r"(?:\[([^\[\]]*))?\]\(([^)\s]+)(?: \"[^\"]*\")?\)", re.sub(r"`[^`\n]*`", "code", read(page))
    )  # no links in code
    return [(text, goal) for text, goal in found if "://" not in goal]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for _, goal in links(page):
        path, _, anchor = goal.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(goal)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_code_say_which_file_they_lead_to(page: Path) -> None:
    named = [(text, goal) for text, goal in links(page) if re.fullmatch(r"[\w/]+\.py", text)]
    assert not [(text, goal) for text, goal in named if not f"/{goal}".endswith(f"/{text}")]


def in_files(find: Callable[[Path], Iterable[str]], files: Sequence[Path] = FILES) -> dict[str, list[str]]:
    """What a search finds, by file; only files in which it finds something."""
    found = {str(path.relative_to(ROOT)): sorted(set(find(path))) for path in files}
    return {path: items for path, items in found.items() if items}


def test_files_that_are_named_exist() -> None:
    """Pages of docs/ anywhere; in pages also files of the package, and of Python by the end of their path."""
    python = [f"/{file.relative_to(ROOT)}" for file in FILES if file.suffix == ".py"]

    def missing(path: Path) -> Iterator[str]:
        named = re.findall(r"(?<![\w/.-])docs/[\w/-]+\.md", words(path))
        if path in PAGES:
            named += re.findall(r"(?<![\w/.-])sim/[\w/]+(?:\.\w+)?", read(path))
        scripts = re.findall(r"`([\w/]+\.py)`", read(path)) if path in PAGES else []
        yield from (name for name in named if not (ROOT / name).exists())
        yield from (name for name in scripts if not any(file.endswith(f"/{name}") for file in python))

    assert not in_files(missing)


def test_modules_that_are_named_exist() -> None:
    """Dotted names of this package, ``sim.world`` or of a member of it, in pages, comments and docstrings."""

    def missing(path: Path) -> Iterator[str]:
        for name in re.findall(r"(?<![\w./-])sim(?:\.[A-Za-z_]\w*)+", words(path)):
            if not there(name):
                yield name
        for module, names in re.findall(r"^from (sim[\w.]*) import (.*)$", words(path), re.MULTILINE):
            yield from (f"{module}.{name}" for name in names.split(", ") if not there(f"{module}.{name}"))

    assert not in_files(missing, [path for path in FILES if "tests" not in path.parts])


@cache
def there(name: str) -> bool:
    """Whether a dotted name is a module, or a member of one."""
    try:
        return resolve_name(name) is not None
    except (ImportError, AttributeError):
        return False


def test_the_plan_of_the_house_shows_every_package_on_its_floor() -> None:
    rows = re.findall(r"^\| [^|]*\| `(\w+)` \|", read(ROOT / "docs" / "house.md"), re.MULTILINE)
    packages = {path.parent.name for path in (ROOT / "sim").glob("*/__init__.py")} | {"world", "api", "params"}
    assert sorted(rows) == sorted(packages)
    floors = [floor_of(package) for package in reversed(rows)]
    assert floors == sorted(floors), "from the top down, as FLOORS of test_floors.py from the ground up"


def test_sections_of_the_odd_exist() -> None:
    numbers = set(re.findall(r"^#+ ([\d.]+?)\.? ", read(ROOT / "docs" / "ODD.md"), re.MULTILINE))
    number = r"(\d{1,2}(?:\.\d{1,2})?)\b"

    def missing(path: Path) -> Iterator[str]:
        cited = re.findall(rf"\bODD(?: sections?)? {number}(?: (?:and|to) {number})?", words(path))
        return (item for pair in cited for item in pair if item and item not in numbers)

    assert not in_files(missing)


def test_documents_outside_the_repository_are_not_cited() -> None:
    outside = re.compile(r"\bMODEL(?:\.md)? (?:section|clock)|\bOUTPUTS(?:\.md|, )|\btargets? [CFMPSU]\d")
    assert not in_files(lambda path: outside.findall(words(path)), [path for path in FILES if path != Path(__file__)])


def test_evidence_that_is_cited_has_a_row() -> None:
    known = {row["id"] for row in facts()}
    assert not in_files(lambda path: set(EVIDENCE_ID.findall(words(path))) - known), "see sim/pages/evidence.csv"


def test_every_row_of_evidence_is_cited() -> None:
    rows = [row["id"] for row in facts()]
    assert len(rows) == len(set(rows))
    assert set(rows) == set(users()), "a row that no parameter, lever, policy or check cites, or a citation without row"
    for row in facts():
        assert row["fact"] and row["value"] and row["source"] and row["role"] and row["status"], row["id"]


@pytest.mark.parametrize(("name", "page"), GENERATED.items(), ids=list(GENERATED))
def test_generated_documents_are_current(name: str, page: Callable[[], str]) -> None:
    assert read(ROOT / "docs" / name) == page(), "run make docs"


def test_the_page_of_the_fit_has_the_header_of_today() -> None:
    assert read(ROOT / "docs" / "validation.md").startswith(HEADER), "copy HEADER of sim/analysis/validate.py"


def test_ci_runs_every_target_of_the_makefile() -> None:
    """All but the long checks and what deletes; a target also runs as what another one needs."""
    makefile = read(ROOT / "Makefile")
    rules = dict(re.findall(r"^(\w+):(.*?)(?:##.*)?$", makefile, re.MULTILINE))
    run = set(re.findall(r"\bmake (\w+)", read(ROOT / ".ci" / "run")))
    run |= {needed for target in run for needed in rules[target].split()}
    wanted = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()) - {"full", "clean"}  # type: ignore[index]
    assert wanted <= run
