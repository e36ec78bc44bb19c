"""``explain``: what is in force when, where, on whom, how strongly, by which source; clear errors for unknown names."""

from __future__ import annotations

from datetime import date

import pytest

from sim.analysis.summary import Period
from sim.cli.heading import heading
from sim.cli.main import main
from sim.config.folders import config_root, options
from sim.config.load import load_config
from sim.data.tables import load_world_data
from sim.plots.captions import run_sentence
from sim.policy.levers import LEVERS
from sim.policy.schema import LeverUse, Scope
from sim.policy.words import dose_words, policy_rows, strength_words, whom

Output = pytest.CaptureFixture[str]
FOLDER = [config_root()]


def told(capsys: Output, *words: str) -> str:
    assert main(["explain", *words]) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "600")  # no cell is broken over lines


@pytest.mark.parametrize("scenario", sorted(options("scenario", FOLDER)))
def test_every_strength_in_force_is_told_once(scenario: str, capsys: Output) -> None:
    cfg = load_config(f"+scenario={scenario}")
    out = told(capsys, scenario)
    assert cfg.titles[scenario] in out
    for name, policy in cfg.policies.items():
        assert f"{name}: {policy.title}" in out
        rows = list(policy_rows(name, policy, load_world_data()))
        expected = [
            (day.isoformat(), strength_words(use, value, policy, load_world_data()))
            for use in policy.levers.values()
            for day, value in sorted(use.values.items())
            if value is not None and value != LEVERS[use.lever].neutral
        ]
        assert [(row.since, row.strength) for row in rows] == expected
        for use in policy.levers.values():
            assert dose_words(use, policy, load_world_data()) in out
            assert use.source in out and LEVERS[use.lever].meaning in out


def test_a_lever_says_everything_of_it(capsys: Output) -> None:
    lines = told(capsys, "us_ostp_2024").partition("\n  cybersecurity\n")[2].splitlines()
    assert lines[:5] == [
        "    2025-07-09 to 2027-01-08  0.2 share of a full programme (20 %)",
        "    2027-01-09 on             0.7 share of a full programme (70 %)",
        "    known    assumed, 0.1 to 1 (10 % to 100 %)",
        "    on       146 of 1001 institutions, those with 50 million $ a year or more",
        "    seen as  protect, rung 2: programmes of institutions",
    ]
    assert lines[5].startswith("    source   S6 (threshold, 6 + 6 + 18 months)")


@pytest.mark.parametrize("words", [["as_it_was"], ["us_ostp_2024", "--year", "2026"], ["decoupling"]])
def test_nothing_is_wider_than_eighty_columns_nor_cut(
    words: list[str], capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = " ".join(told(capsys, *words).split())
    monkeypatch.delenv("COLUMNS")
    narrow = told(capsys, *words)
    assert max(map(len, narrow.splitlines())) <= 80
    assert " ".join(narrow.split()) == wide


def test_rungs_are_told_by_years_and_names_of_countries(capsys: Output) -> None:
    def rungs(*words: str) -> list[str]:
        told_of = told(capsys, *words).partition("Rungs in force, as other governments see them")[2]
        return [line.strip() for line in told_of.partition("What the levers do")[0].splitlines() if line]

    assert rungs("retaliation") == [
        "2019 on: United States: protect 2, restricts China",
        "2020 on: China: protect 2, restricts United States",
    ]
    assert rungs("retaliation", "--year", "2019") == ["2019: United States: protect 2, restricts China"]
    assert rungs("us_china_initiative") == ["2020 to 2021: United States: restricts China"]
    assert rungs("covid_travel") == [": none"]
    assert "2022: Japan, United Kingdom: protect 1, restricts Russia" in rungs("as_it_was")


def test_a_year_tells_the_mean_strength_of_what_was_in_force(capsys: Output) -> None:
    out = told(capsys, "china_initiative", "--year", "2022")
    assert "mean strength in 2022" in out
    assert f"{0.2 * (date(2022, 2, 23) - date(2022, 1, 1)).days / 365:.4g} fear level h" in out
    assert "0 share aimed by risk (0 %)" in out
    assert "0.0006" not in out
    assert "cybersecurity" not in told(capsys, "as_it_was", "--year", "2021")
    assert "cybersecurity" in told(capsys, "as_it_was", "--year", "2026")


def test_a_year_before_the_first_date_and_the_baseline_say_that_nothing_is_in_force(capsys: Output) -> None:
    assert "Nothing is in force in 2017; the first date is 2018-11-01." in told(capsys, "open", "--year", "2017")
    assert "no departure from the policy of 2017" in told(capsys, "baseline")  # the last year of data of the world


def test_several_are_explained_together_with_the_rule_by_which_they_combine(capsys: Output) -> None:
    for words in (["china_initiative", "nspm33"], ["[china_initiative,nspm33]"], ["us_nih_letters", "nspm33"]):
        out = told(capsys, *words)
        assert "us_nih_letters" in out and "us_nspm33" in out
        assert "where several meet, shares left over multiply" in out


def test_what_differs_from_the_file_is_told(capsys: Output) -> None:
    changes = ("policies.us_nspm33.shift=12", "policies.us_nspm33.issuer=[JPN]", "policies.us_nspm33.title=Japan's")
    out = told(capsys, "nspm33", *changes)
    assert "us_nspm33: Japan's\n" in out and "issued by Japan; " in out
    assert out.count("; shifted by 12 years; as issued by United States, taken over as an assumption") >= 2
    assert "2021-01-14" not in out and "Not reached by 2035: us_nspm33 (2036-05-20)" in out


def test_a_threshold_abroad_covers_the_share_that_it_covers_in_the_united_states(capsys: Output) -> None:
    out = told(capsys, "us_ostp_2024", "policies.us_ostp_2024.issuer=[JPN]")
    assert "of 100 institutions, the largest with 83% of researchers, the share of those with 50 million $" in out


def test_keys_that_are_told_change_what_they_name(capsys: Output) -> None:
    keys = told(capsys, "ostp_2024").partition("set by ")[2].splitlines()[0].split(", ")
    assert keys[0] == "policies.us_ostp_2024.shift"
    policy, lever = keys[0].removesuffix(".shift"), "cybersecurity"
    dated, scope = (key.replace("LEVER", lever).replace("DATE", "2027-01-09") for key in keys[2:])
    changed = told(capsys, "ostp_2024", f"{policy}{dated}=0.9", f"{policy}{scope}=10").partition(f"  {lever}\n")[2]
    assert "0.9 share of a full programme (90 %)" in changed
    assert "those with 10 million $ a year or more" in changed.partition("source")[0]


def test_groups_are_spelt_out(capsys: Output) -> None:
    assert "  G7: United States, Japan, Germany" in told(capsys, "g7_best_practices")


@pytest.mark.parametrize(
    ("lever", "scope", "words"),
    [
        ("visa_refusal", {"origins": ("CHN", "ALL"), "stages": ("early",), "fields": ("life",)},
         "origin: China, all places; fields: life; stages: early"),
        ("visa_refusal", {}, "origin: all other places; all fields; all stages"),
        ("talent_programme", {}, "origin: its own diaspora"),
        ("project_screening", {"partners": ("RUS",), "sensitivity": ("open",), "research_type": ("applied",)},
         "partner: Russia; projects: open applied; all fields"),
        ("outflow_restriction", {"destinations": ("USA",)}, "destination: United States"),
        ("disclosure", {}, "all 1001 institutions"),
        ("screening_refusal", {}, "project_screening of the same policy"),
        ("research_funding", {}, "everyone in its places"),
    ],
)  # fmt: skip
def test_on_whom(lever: str, scope: dict[str, tuple[str, ...]], words: str) -> None:
    use = LeverUse(lever, {date(2020, 1, 1): 0.1}, "test", Scope(**scope))  # type: ignore[arg-type]
    assert whom(use, ["USA"], load_world_data()) == words


def test_unknown_names_years_and_no_name_at_all(capsys: Output) -> None:
    allowed = (
        f"allowed: scenarios {', '.join(['baseline', *options('scenario', FOLDER)])}; "
        f"policies {', '.join(options('policy', FOLDER))}"
    )
    usage = "explain takes a scenario or policy: explain NAME [NAME ...] [key=value ...] [--year YEAR] [--world WORLD]"
    year = "--year: '{}' is not allowed; allowed: 1980 to 2035"
    for words, message in (
        (["nsmp33"], f"explain: no scenario or policy 'nsmp33'; did you mean nspm33? {allowed}"),
        ([], usage),
        (["open", "--month", "3"], "explain: unknown option --month; allowed: --year, --world, --config-dir"),
        (["open", "--year", "1979"], year.format("1979")),
        (["open", "--year", "soon"], year.format("soon")),
        (["open", "--year"], year.format("")),
        (["open", "--year", "2045"], f"{year.format('2045')}; later years with end=2045"),
    ):
        assert main(["explain", *words]) == 1
        assert capsys.readouterr().err == f"error: command line: {message}\n"


def test_own_title_comes_first_and_a_table_of_threats_is_named(capsys: Output) -> None:
    cfg = load_config("+scenario=compensate")
    lines = told(capsys, "compensate", "threat=votes").splitlines()
    assert lines[0] == cfg.titles["compensate"]
    assert lines[1] == f"Builds on: {cfg.titles['restrictive']} (restrictive)"
    assert "Threats: votes" in lines


def test_the_heading_tells_the_title_and_what_was_changed() -> None:
    words = ["titles.nspm33=Disclosure in Japan", "policies.us_nspm33.shift=-2", "policies.us_nspm33.issuer=[JPN]"]
    cfg = load_config("+scenario=nspm33", *words, "threat=votes", "replicates=2")
    lines = heading(cfg, "nspm33", True, Period(2019, 2035), load_world_data()).splitlines()
    assert lines == [
        "Disclosure in Japan",
        "2019–2035 against the baseline (policy of 2017), 2 replicates, one agent for 100 researchers",
        "NSPM-33 (disclosure): issued by Japan; shifted by -2 years; as issued by United States, taken over as an "
        "assumption",
        "threats: votes",
    ]
    assert "“Disclosure in Japan” (nspm33)" in run_sentence(cfg, ["nspm33"])
    assert heading(load_config(), "baseline", False, Period(2018, 2035), load_world_data()).splitlines() == [
        "Baseline: the policy of 2017 goes on",
        "2018–2035, 5 replicates, one agent for 100 researchers",
    ]
