"""What readers from outside meet: alt texts, the glossary, and phrases that no page should fall back into."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.cli.docs import PAGES as GENERATED
from sim.pages.evidence import facts
from sim.pages.glossary import plain_terms, terms
from sim.pages.markdown import EVIDENCE_ID

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "experiments").rglob("*.md")]
SHORTEST_ALT = 40  # letters: a title or a file's name is no alt text
FOREIGN = (
    "where a further run would fall", "replicates a point", "leaks fewer", "hangs on", "for want of", "both arms",
    "goes with its inverse", "with a network", "what falls on the profile", "frightens those",
)  # fmt: skip
BY_CODE = (*GENERATED, "validation.md", "backtest.md", "systems.md")  # written whole by programs
NO_PROSE = (
    r"```.*?```|`[^`\n]*`|<!-- .*?-->.*?<!-- end -->|\[[^\]]*\]\([^)]*\)|<[^>]+>|^#[^\n]*$"  # code, tables made, links
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_image_says_what_is_seen(page: Path) -> None:
    images = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    short = [file for alt, file in images if len(alt) < SHORTEST_ALT]
    assert not short, "an alt text says what a reader would see, in a sentence"


def test_the_glossary_has_twenty_terms_of_one_or_two_sentences() -> None:
    rows = terms()
    assert len(rows) == 20 == len({row["term"] for row in rows})
    for row in rows:
        sentences = re.findall(r"[.?!](?:\s|$)", row["meaning"])
        assert 1 <= len(sentences) <= 2 and row["meaning"].endswith("."), row["term"]
        assert row["example"], row["term"]


def test_terms_for_other_pages_have_no_markdown() -> None:
    plain = plain_terms()
    assert [row["term"] for row in plain] == [row["term"] for row in terms()]
    assert not [row for row in plain if re.search(r"[`\[\]]", " ".join(row.values()))]
    assert any("docs/threat.md" in row["meaning"] for row in plain), "the name of a page stays, its link goes"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_phrases_that_are_no_english_are_gone(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert not [phrase for phrase in FOREIGN if phrase in text]


@pytest.mark.parametrize(
    "page",
    [*(page for page in PAGES if page.name not in BY_CODE), *(ROOT / "docs" / "decisions").glob("*.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_evidence_that_a_page_names_is_a_link(page: Path) -> None:
    prose = re.sub(NO_PROSE, "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    known = {row["id"] for row in facts()}
    assert not known.intersection(EVIDENCE_ID.findall(prose)), "write [P16](evidence.md#p16)"
