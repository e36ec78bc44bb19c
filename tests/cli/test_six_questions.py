"""Six questions of policy, as users put them: each in at most three commands, without a line of Python.

One folder serves all: what one question has computed, the next ones reuse.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli.main import main

COARSE = "scale=2000 draws=2 start=2010 government.mode=scripted"
Answer = Callable[..., str]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("questions")


@pytest.fixture
def answer(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    """What commands print on standard output, the last line being where they wrote."""
    monkeypatch.chdir(here)

    def ask(*commands: str) -> str:
        assert len(commands) <= 3
        for command in commands:
            assert main(shlex.split(command)) == 0, capsys.readouterr().err
        said = capsys.readouterr().out
        assert Path(said.splitlines()[-1]).exists()
        return said

    return ask


def numbers(said: str, line: str, area: str = "") -> list[float]:
    """Numbers in front of the ranges of one line, scenario by scenario, below an area."""
    below = said[said.index(area) :]
    row = next(row for row in below.splitlines() if row.strip().startswith(line))
    return [float(found.replace("−", "-")) for found in re.findall(r"([+−]?\d[\d.]*) \(", row)]


def test_japan_a_crackdown_or_a_checklist(answer: Answer) -> None:
    said = answer(f"compare restrictive japan_checklist 'policies.us_crackdown_*.issuer=[JPN]' {COARSE} --to 2030")
    assert "Issuer: Japan" in said and "[1] restrictive" in said and "[2] japan_checklist" in said
    crackdown, checklist = numbers(said, "papers", "Issuer: Japan")
    assert crackdown < checklist < 1


def test_the_line_of_fifty_million_at_ten_and_at_two_hundred(answer: Answer) -> None:
    lines = "policies.us_ostp_2024.levers.*.scope.institution_threshold_musd=10,50,200"
    said = answer(f"compare ostp_2024 '{lines}' {COARSE} --to 2030")
    protected = numbers(said, "share protected", "Issuer: United States")
    assert len(protected) == 3 and protected[0] >= protected[1] >= protected[2] > 0


def test_canada_doubles_places_and_screens_against_two_others(answer: Answer) -> None:
    levers = "--lever student_places=x2@2027 --lever 'project_screening=3 %@2027'"
    said = answer(
        f"new-scenario canada --issuer CAN {levers} --title 'Canada doubles places and screens 3 %'",
        f"compare canada proportionate restrictive {COARSE} --from 2027",
    )
    assert "Canada doubles places and screens 3 %" in said
    own, proportionate, restrictive = numbers(said, "researchers", ": Canada")
    assert own > 2 and own > max(proportionate, restrictive)


def test_where_chinese_entrants_go(answer: Answer) -> None:
    said = answer(f"compare restrictive {COARSE} --to 2030")
    told = " ".join(said[said.index("Entrants from China") :].split())
    gone = float(re.search(r"United States −([\d,]+)", told)[1].replace(",", ""))  # type: ignore[index]
    home = float(re.search(r"China \+([\d,]+)", told)[1].replace(",", ""))  # type: ignore[index]
    assert gone > home > 0


def test_what_would_flip_it(answer: Answer) -> None:
    said = answer("flip restrictive --place USA --outcome papers --small end=2021")
    assert "papers" in said and re.search("turns at|no turn in its range|matters? clearly", said)


def test_one_page_for_the_minister(answer: Answer) -> None:
    page = answer(f"report restrictive {COARSE} --to 2030").splitlines()[-1]
    text = Path(page).read_text(encoding="utf-8")
    assert page.endswith("report.html") and "A lasting crackdown of the US" in text
    assert not re.search(r"""(?:src|href)=["']https?://[^"']*\.(?:js|css|png|svg|woff)""", text)
