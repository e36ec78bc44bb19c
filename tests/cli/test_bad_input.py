"""One file per mistake: the exact message, exit code 1, no traceback, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.config.folders import config_root, options

ROOT = Path(__file__).parent.parent.parent
BAD = ROOT / "tests" / "policy_yaml" / "bad"
FILES = sorted((BAD / "scenario").glob("*.yaml"))
SCENARIOS, POLICIES = (", ".join(options(group, [config_root()])) for group in ("scenario", "policy"))

COMMAND_LINES = [
    (
        ["balance", "restrictive", "government.mode=reactive"],
        "error: command line: government.mode: balance gives direct effects (total ones: --mode reactive); "
        "leave government.mode out",
    ),
    (
        ["+scenario=restritive"],
        "error: command line: scenario: no scenario 'restritive'; did you mean restrictive? "
        f"allowed: {SCENARIOS}",
    ),
    (
        ["+policy=us_talents"],
        "error: command line: policy: no policy 'us_talents'; did you mean us_talent? "
        f"allowed: {POLICIES}",
    ),
    (
        ["world=g21"],
        "error: command line: world: no world 'g21'; did you mean g20? allowed: full, g20, or a folder of tables as "
        "`talent-circulation refit` writes it",
    ),
    (["params=cold"], "error: command line: params: no params 'cold'; allowed: default, frozen"),
    (
        ["scal=1000"],
        "error: command line: scal: unknown key; did you mean scale? allowed: scale, replicates, seed, start, end, "
        "world, threat, threads, government, outdir, experiment, compare, figures, progress, checkpoint_seconds, "
        "panel, params, effects, ladder, scenario, titles, policies",
    ),
    (
        ["scale=0"],
        "error: command line: scale: 0 is out of range; allowed: 1 to 100000 (real researchers per agent)",
    ),
    (
        ["checkpoint_seconds=-1"],
        "error: command line: checkpoint_seconds: -1 is out of range; allowed: 0 to 86400 "
        "(seconds between checkpoints of a run, 0 = none)",
    ),
    (
        ["checkpoint_seconds=often"],
        "error: command line: checkpoint_seconds: 'often' is not a number; allowed: 0 to 86400 "
        "(seconds between checkpoints of a run, 0 = none)",
    ),
    (
        ["scale=1.5"],
        "error: command line: scale: 1.5 is not a whole number; allowed: 1 to 100000 (real researchers per agent)",
    ),
    (["start=1979"], "error: command line: start: 1979 is out of range; allowed: 1980 to 2017 (first year)"),
    (
        ["start=2017", "end=2016"],
        "error: command line: end: 2016 is not after start (2017); allowed: 2018 to 2060",
    ),
    (["compare=maybe"], "error: command line: compare: 'maybe' is not allowed; allowed: true, false"),
    (["outdir=null"], "error: command line: outdir: is missing"),
    (
        ["experiment=../elsewhere"],
        "error: command line: experiment: '../elsewhere' is no folder name; allowed: letters, digits, . _ + - "
        "(no dot in front)",
    ),
    (
        ["government.mode=reactiv"],
        "error: command line: government.mode: 'reactiv' is not allowed; did you mean reactive? "
        "allowed: scripted, reactive, both",
    ),
    (
        ["panel.partners=[CHI]"],
        "error: command line: panel.partners: no place or group 'CHI'; did you mean CHN? "
        "see `talent-circulation list places`",
    ),
    (
        ["params.collaboration.refill=2"],
        "error: command line: params.collaboration.refill: 2 is out of range; allowed: 0 to 1 (rho)",
    ),
    (
        ["effects.disclosur.deception=0.5"],
        "error: command line: effects.disclosur: no lever 'disclosur'; did you mean disclosure? allowed: "
        "prestige_chairs, talent_programme, open_access, investigations, disclosure, cybersecurity, travel_security, "
        "security_training, export_training, self_assessment, awareness, project_screening, outflow_restriction, "
        "alliance_condition",
    ),
    (
        ["+scenario=open", "policies.us_talen.levers.pay.source=x"],
        "error: command line: policies.us_talen.levers.pay.source: no policy 'us_talen' in force; "
        "did you mean us_talent? allowed: us_open_doors, us_talent",
    ),
    (
        ["policies.us_talent.levers.pay.source=x"],
        "error: command line: policies.us_talent.levers.pay.source: no policy 'us_talent' in force; "
        "allowed: none, since no scenario was chosen (+scenario=NAME)",
    ),
    (
        ["+scenario=open", "policies.us_talent.levers.pai.source=x"],
        "error: command line: policies.us_talent.levers.pai.source: policy us_talent has no lever 'pai'; "
        "did you mean pay? allowed: programme, grants, chairs, pay, posts, recruits_budget, recruits_students",
    ),
    (
        ["+scenario=open", "policies.us_talent.levers.pay.values.2018-11-01=0.9"],
        "error: command line: policies.us_talent.levers.pay.values.2018-11-01: 0.9 is out of range; "
        "allowed: -0.5 to 0.5 (log change of net income; null = not in force)",
    ),
    (
        ["+scenario=open,restrictive"],
        "error: command line: scenario: several values in '+scenario=open,restrictive' need -m (--multirun)",
    ),
    (
        ["baseline"],
        "error: command line: no command 'baseline'; did you mean balance? allowed: compare, report, flip, balance, "
        "explain, list, new-scenario, sweep, refit, cache, completion, docs, or key=value; see --help",
    ),
    (["scale=1000", "open"], "error: command line: 'open' cannot be read; write key=value"),
    (
        ["outdir=runs été"],
        "error: command line: 'outdir=runs été' cannot be read; write key=value; quote a value with brackets or "
        "accents: \"outdir='runs été'\"",
    ),
    (["--config-dir", "nowhere"], "error: command line: --config-dir: 'nowhere' is not a folder"),
    (["--scenario", "open"], "error: command line: unknown option --scenario; did you mean +scenario? allowed: "
     "+scenario, +policy, --multirun, --config-dir, --traceback, --cfg, --version"),
    (["list"], "error: command line: list takes a kind: list KIND [WORD ...] "
     "(scenarios: what can be run; policies: what scenarios are made of; levers: what policies set; "
     "ladders: packages of levers that governments climb; places: codes, names and groups; threats: tables for "
     "threat=; parameters: numbers of the model: default, range, unit, how they are known; "
     "outcomes: recorded and derived columns; tables: files that a run leaves behind)"),
    (["explain", "nspm33", "--yeer", "2022"],
     "error: command line: explain: unknown option --yeer; did you mean --year? "
     "allowed: --year, --world, --config-dir"),
    (["+scenario=open", "policies.us_talent.levers.programme.values.2018-11-01=1,000 places a year"],
     "error: command line: policies.us_talent.levers.programme.values: several values in "
     "'policies.us_talent.levers.programme.values.2018-11-01=1,... need -m (--multirun); a number is written without "
     "a comma, 1000 places a year"),
    (["+scenario=nspm33", "policies.us_nspm33.issuer=JPN,DEU"],
     "error: command line: policies.us_nspm33.issuer: several values in 'policies.us_nspm33.issuer=JPN,DEU' need -m "
     "(--multirun); as one list write [JPN,DEU]"),
    (["+scenario=nspm33", "policies.us_nspm33.shift=2019"],
     "error: command line: policies.us_nspm33.shift: 2019 is out of range; allowed: up to 200 years either way; "
     "for a new first date write 2019-01-01"),
    (["+scenario=nspm33", "titles.nspm3=x"],
     "error: command line: titles.nspm3: no scenario in this run 'nspm3'; did you mean nspm33? allowed: nspm33"),
    (
        ["list", "lever"],
        "error: command line: list: no kind 'lever'; did you mean levers? "
        "allowed: scenarios, policies, levers, ladders, places, threats, parameters, outcomes, tables",
    ),
    (
        ["new-scenario", "My Scenario"],
        "error: command line: new-scenario: 'My Scenario' is no name for a scenario; "
        "allowed: small letters, digits and _, a letter first",
    ),
]  # fmt: skip


def tree(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_bad_scenario(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    code = main(["--config-dir", "tests/policy_yaml/bad", f"+scenario={file.stem}"])
    out, err = capsys.readouterr()
    assert err == file.with_suffix(".txt").read_text(encoding="utf-8")
    assert (code, out) == (1, "")


def test_there_are_many_bad_scenarios_each_with_its_message() -> None:
    assert len(FILES) >= 70
    assert len({file.with_suffix(".txt").read_text(encoding="utf-8").split(": ", 2)[2] for file in FILES}) == len(FILES)
    assert {file.stem for file in FILES} == {file.stem for file in (BAD / "scenario").glob("*.txt")}


@pytest.mark.parametrize(("words", "message"), COMMAND_LINES, ids=[" ".join(words) for words, _ in COMMAND_LINES])
def test_bad_command_line(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(words)
    out, err = capsys.readouterr()
    assert err == message + "\n"
    assert (code, out) == (1, "")
    assert not tree(tmp_path)


def test_multirun_checks_every_job_before_the_first_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["-m", "+scenario=open,restritive", "scale=100,0"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: command line: scale: 0 is out of range; allowed: 1 to 100000 (real researchers per agent)",
        f"error: command line: scenario: no scenario 'restritive'; did you mean restrictive? allowed: {SCENARIOS}",
    ]
    assert not tree(tmp_path)


def test_the_process_itself_ends_with_1_and_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "+scenario=nowhere", "scale=-1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert not tree(tmp_path)


def test_damaged_results_are_told_without_the_name_of_a_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    (tmp_path / "place_year.parquet").touch()
    assert main(["report", str(tmp_path)]) == 1
    told = f"error: {tmp_path}: manifest.json cannot be read; give the same command again, it computes what is damaged"
    assert capsys.readouterr().err.splitlines()[-1] == told
