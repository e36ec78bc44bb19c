"""``new-scenario``: an example to edit, or policies and levers of one's own, checked before they are written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.config.folders import config_root
from sim.config.load import load_config
from sim.config.schema import Config
from sim.policy.schema import Policy, Scope

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(*words: str, name: str = "mine") -> dict[str, Policy]:
    assert main(["new-scenario", name, *words]) == 0
    return load_config(f"+scenario={name}", config_dir="my_scenarios").policies


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """Configurations that reach the command, which runs nothing."""
    found: list[Config] = []
    monkeypatch.setattr("sim.cli.run.run_command", lambda cfg: found.append(cfg) or 0)
    return found


def test_a_question_of_canada_in_one_command(capsys: Output) -> None:
    """Places doubled and 3 % of projects screened from 2027 on."""
    levers = ["--lever", "student_places=x2@2027", "--lever", "project_screening=3 %@2027-07-01"]
    (policy,) = written("--issuer", "CAN", "--on", "CHN,RUS", *levers).values()
    assert policy.issuer == ("CAN",)
    places, screening = policy.levers.values()
    assert places.values == {date(2027, 1, 1): pytest.approx(0.6931, abs=1e-4)} and places.scope == Scope()
    assert screening.values == {date(2027, 7, 1): 0.03} and screening.scope.partners == ("CHN", "RUS")
    assert (places.ladder, screening.ladder) == ("promote 2", "protect 3")
    title = load_config("+scenario=mine", config_dir="my_scenarios").titles["mine"]
    assert title == "Student places x2 from 2027, reviews of projects 3 % from 2027-07-01 (Canada)"
    assert "read it: talent-circulation explain mine" in capsys.readouterr().out


def test_a_lever_ends_where_it_is_off() -> None:
    (policy,) = written("--issuer", "G7", "--lever", "rhetoric=0.2@2027", "--lever", "rhetoric=off@2030").values()
    assert policy.levers["rhetoric"].values == {date(2027, 1, 1): 0.2, date(2030, 1, 1): None}


def test_policies_are_taken_over_with_what_is_changed() -> None:
    changes = [
        "policies.us_talent.issuer=CAN", "policies.us_talent.shift=9", "policies.us_talent.title=Canada's, at last",
        "policies.us_talent.levers.pay.values.2018-11-01=+10 %",
    ]  # fmt: skip
    found = written("--policy", "us_talent", "--policy", "can_project_screening", *changes)
    assert found == load_config("+policy=[us_talent,can_project_screening]", *changes).policies
    assert found["us_talent"].title == "Canada's, at last" and found["us_talent"].issuer == ("CAN",)


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        (("issuer=CAN", "shift=9"), "Talent recruiting by the United States, issued by Canada, 9 years later"),
        (
            ("issuer=[GBR,G7,CAN]",),
            "Talent recruiting by the United States, issued by the United Kingdom, G7 and Canada",
        ),
        (("shift=-18m",), "Talent recruiting by the United States, 18 months earlier"),
        (("shift=2031-01-01",), "Talent recruiting by the United States, to begin on 2031-01-01"),
        (("issuer=CAN", "title=Canada recruits"), "Canada recruits"),
        (("levers.pay.values.2018-11-01=+10 %",), "Talent recruiting by the United States"),
    ],
)
def test_the_title_says_who_issues_a_policy_that_is_taken_over_and_when(changes: tuple[str, ...], title: str) -> None:
    written("--policy", "us_talent", *(f"policies.us_talent.{change}" for change in changes))
    assert load_config("+scenario=mine", config_dir="my_scenarios").titles["mine"] == title


def test_own_scenarios_are_found_without_naming_their_folder(ran: list[Config], capsys: Output) -> None:
    written("--issuer", "CAN", "--lever", "student_places=x2@2027")
    assert main(["+scenario=mine"]) == 0 and ran[-1].scenario == "mine"
    assert main(["explain", "mine"]) == 0
    assert "issued by Canada" in capsys.readouterr().out


def test_places_are_codes_names_or_groups_as_elsewhere() -> None:
    words = ["--issuer", "South Korea, can", "--on", "United States,g7", "--lever", "visa_refusal=10%@2027"]
    (policy,) = written(*words).values()
    assert policy.issuer == ("KOR", "CAN") and policy.levers["visa_refusal"].scope.origins == ("USA", "G7")


def test_the_world_issues_as_the_group_of_all() -> None:
    (policy,) = written("--issuer", "World", "--lever", "rhetoric=0.2@2027").values()
    assert policy.issuer == ("ALL",)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--issuer", "South Koreo", "--lever", "rhetoric=0.2@2027"], "--issuer: no place or group 'South Koreo'; did"),
        (["--issuer", "KOR", "--on", "Chine", "--lever", "visa_refusal=5%@2027"], "--on: no place or group 'Chine'; d"),
        (
            ["--issuer", "KOR", "--lever", "student_places=x2@2026", "--lever", "student_places=x5@2027"],
            "--lever: student_places=x5@2027: 1.60944 is out of range; allowed: -1 to 1",
        ),
        (["--policy", "us_talent", "policies.us_talent.issuer=CANN"], "policies.us_talent.issuer: no place or group"),
    ],
)
def test_what_was_typed_is_named_and_no_file_that_is_not_there(words: list[str], message: str, capsys: Output) -> None:
    assert main(["new-scenario", "mine", *words]) == 1
    assert capsys.readouterr().err.startswith(f"error: command line: {message}")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--lever", "student_places=x2@2027"], "--lever needs --issuer PLACES"),
        (["--issuer", "CAX", "--lever", "student_places=x2@2027"], "no place or group 'CAX'; did you mean CAN?"),
        (["--issuer", "CAN", "--lever", "student_place=x2@2027"], "did you mean student_places?"),
        (["--issuer", "CAN", "--lever", "student_places=x2"], "'student_places=x2' cannot be read; allowed: LEVER="),
        (["--issuer", "CAN", "--lever", "student_places=x2@2027-02-30"], "'2027-02-30' is no day"),
        (["--issuer", "CAN", "--lever", "student_places=x9@2027"], "is out of range"),
        (["--issuer", "CAN", "--lever", "student_places=[@2027"], "'student_places=[@2027' cannot be read; allowed:"),
        (
            ["--issuer", "CAN", "--lever", "visa_refusal=10%@2027", "--lever", "visa_refusal=20%@2027"],
            "--lever: 'visa_refusal=20%@2027' gives visa_refusal a second value from 2027-01-01 on; give one value",
        ),
        (
            ["--issuer", "CAN", "--lever", "visa_refusal=10%@2027", "--lever", "visa_refusal=off@2027-01-01"],
            "--lever: 'visa_refusal=off@2027-01-01' gives visa_refusal a second value from 2027-01-01 on",
        ),
        (
            ["--issuer", "CAN", "--on", "CHN", "--lever", "student_places=x2@2027"],
            "no scope of places in student_places",
        ),
        (["--issuer", "CAN"], "--issuer and --on are of --lever"),
        (["--title", "Only words"], "a title alone does not"),
        (["--policy", "us_talen"], "--policy: no policy 'us_talen'; did you mean us_talent?"),
        (["--policy", "us_talent", "scale=1000"], "'scale=1000' cannot be written"),
        (["--policy", "us_talent", "policies.us_nspm33.shift=2"], "no policy of --policy 'us_nspm33'"),
        (["--policy", "us_talent", "policies.us_talent.shift=soon"], "policies.us_talent.shift"),
        (["--policy", "us_talent", "policies.us_talent.levers.pay.values={2027-01-01: 5 %}"], "write one value a word"),
        (["--config-dir", str(config_root())], "holds the shipped scenarios"),
        (["--polcy", "us_talent"], "unknown option --polcy; did you mean --policy? allowed: --policy, --lever"),
    ],
)
def test_what_does_not_compose_is_not_written(words: list[str], message: str, capsys: Output) -> None:
    assert main(["new-scenario", "mine", *words]) == 1
    assert message in capsys.readouterr().err
    assert not Path("my_scenarios").exists()


def test_new_scenario_runs_and_is_never_overwritten(
    ran: list[Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new-scenario", "mine", "--config-dir", "own"]) == 0
    file = Path("own/scenario/mine.yaml")
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {file}",
        "read it: talent-circulation explain mine --config-dir own",
        "run it: talent-circulation +scenario=mine --config-dir own",
        "with ranges: talent-circulation compare mine --config-dir own",
    ]
    assert file.read_text().count("#") > 10
    assert main(["--config-dir", "own", "+scenario=mine"]) == 0
    assert ran[-1].scenario == "mine"
    assert len(ran[-1].policies["mine"].levers) == 2
    file.write_text("precious")
    assert main(["new-scenario", "mine", "--config-dir", "own"]) == 1
    assert file.read_text() == "precious"
    assert "exists already" in capsys.readouterr().err
    assert main(["new-scenario", "restrictive", "--config-dir", "own"]) == 1
    assert main(["new-scenario", "us_talent", "--config-dir", "own"]) == 1
    assert main(["new-scenario", "baseline", "--config-dir", "own"]) == 1


def test_new_scenario_goes_beside_the_user_and_never_among_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = sorted(config_root().rglob("*"))
    assert main(["new-scenario", "mine"]) == 0
    assert sorted(config_root().rglob("*")) == shipped
    assert "run it: talent-circulation +scenario=mine\n" in capsys.readouterr().out
    assert Path("my_scenarios/scenario/mine.yaml").is_file()
    assert load_config("+scenario=mine", config_dir="my_scenarios").scenario == "mine"
