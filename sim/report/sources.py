"""Policies with dates, strength in words and sources that are links; how the page is made again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from sim.pages.evidence import facts
from sim.pages.markdown import EVIDENCE_ID
from sim.policy.words import policy_rows
from sim.report.model import PolicyLine, Reference, Repeat
from sim.report.read import Reader

# What a source says of its own address -> the address.
_LINKS = (
    (re.compile(r"doi:(10\.[\w./-]+\w)"), "https://doi.org/{}"),
    (re.compile(r"\b(PMC\d+)"), "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    (re.compile(r"\b(?:NBER )?(w\d{5})\b"), "https://www.nber.org/papers/{}"),
    (re.compile(r"\bNSF (\d\d)-(\d{3})\b"), "https://ncses.nsf.gov/pubs/nsf{}{}"),
    (re.compile(r"\bIZA DP(\d+)"), "https://docs.iza.org/dp{}.pdf"),
    (re.compile(r"\bCEPR DP(\d+)"), "https://cepr.org/publications/dp{}"),
    (re.compile(r"\bRIETI (\d\d)-J-(\d{3})\b"), "https://www.rieti.go.jp/jp/publications/dp/{}j{}.pdf"),
    (re.compile(r"\b(\d\d) FR (\d+)\b"), "https://www.federalregister.gov/citation/{}-FR-{}"),
    (re.compile(r"\bGAO-(\d\d)-(\d{3})\b"), "https://www.gao.gov/products/gao-{}-{}"),
    (re.compile(r"\bPublic Law (\d+)-(\d+)\b"), "https://www.congress.gov/{0}/plaws/publ{1}/PLAW-{0}publ{1}.pdf"),
    (re.compile(r"(https://[^\s,;)]+)"), "{}"),
)
# Settings on which no result hangs.
IDLE = ("outdir", "figures", "progress", "threads", "checkpoint_seconds", "experiment")
_SAID = re.compile(r"\S+ (?P<unit>[^()]+) \((?P<said>.+)\)")


def links(source: str) -> list[tuple[int, int, str]]:
    """Where a source names an address by its identifier, from the left: start, end, address."""
    found = [
        (match.start(), match.end(), address.format(*match.groups()))
        for pattern, address in _LINKS
        for match in pattern.finditer(source)
    ]
    return sorted(found)


def policy_lines(reader: Reader) -> tuple[PolicyLine, ...]:
    """What each scenario puts in force beyond the reference, in the order of its files."""
    return tuple(
        PolicyLine(
            scenario.title, policy.title, row.issuer, row.lever.replace("_", " "), row.since, row.until,
            plainly(row.strength), row.whom.replace("_", " "), row.source or policy.source, policy.source,
        )
        for scenario in reader.scenarios
        for name, policy in reader.comparison.own(scenario.label).policies.items()
        for row in policy_rows(name, policy, reader.data)
        if int(row.since[:4]) <= reader.period.last
    )  # fmt: skip


def plainly(strength: str) -> str:
    """A strength in words alone where there are any: of ``0.02 share refused (2 %)`` 2 % refused."""
    found = _SAID.fullmatch(strength)
    if not found:
        return strength
    unit, said = found["unit"], found["said"].replace("-", "−")
    return f"{said} {unit.removeprefix('share ')}" if unit.startswith("share ") else said


def references(lines: tuple[PolicyLine, ...], reader: Reader) -> tuple[Reference, ...]:
    """Evidence that these lines and their policies cite, each once, with what it is derived from."""
    known = {row["id"]: row for row in facts()}
    said = [line.source for line in lines]
    said += [policy.source for s in reader.scenarios for policy in reader.comparison.own(s.label).policies.values()]
    wanted: dict[str, None] = {}
    for name in (name for text in said for name in cited(text)):
        _follow(name, known, wanted)
    found = (known[name] for name in sorted(wanted, key=_order) if name in known)
    return tuple(Reference(row["id"], f"{row['fact']}: {row['value']}", row["source"]) for row in found)


def cited(text: str) -> Iterator[str]:
    """Ids in a source; ``P13-P16`` names both ends and what lies between."""
    for first, last in re.findall(r"\b([CFMPSU]\d{1,2}[ab]?)(?:[-–]([CFMPSU]?\d{1,2}[ab]?))?", text):
        yield first
        if last and (a := _order(first)) and (b := _order(last if last[0].isalpha() else first[0] + last)):
            yield from (f"{first[0]}{n}" for n in range(a[1] + 1, b[1] + 1))


def _follow(name: str, known: dict[str, dict[str, str]], found: dict[str, None]) -> None:
    """Add an id and those that its source is derived from."""
    if name in known and name not in found:
        found[name] = None
        for other in EVIDENCE_ID.findall(known[name]["source"]):
            _follow(other, known, found)


def _order(name: str) -> tuple[str, int]:
    return name[0], int(re.sub(r"\D", "", name))


def essence(command: str) -> str:
    """A command without the settings that change no result, such as where its files go."""
    words = [word for word in shlex.split(command) if word.partition("=")[0] not in IDLE]
    return shlex.join(words)


def repeat(reader: Reader) -> Repeat:
    """Command, version, revision, seed and key."""
    manifest, cfg = reader.comparison.manifest, reader.comparison.own(reader.scenarios[0].label)
    revision = str(manifest.get("git_revision") or "")[:12]
    changed = " with changes of its own" if manifest.get("git_changed") else ""
    draws = reader.comparison.draws
    size = f"one agent for {cfg.scale:,} researchers, {draws} draw{'s' * (draws > 1)} besides the documented values"
    if not draws:
        size = f"one agent for {cfg.scale:,} researchers, {cfg.replicates} replicate{'s' * (cfg.replicates > 1)}"
    return Repeat(
        command=essence(reader.comparison.command),
        version=str(manifest.get("version") or "unknown"),
        revision=revision + changed if revision else "not from a clone",
        seed=str(cfg.seed),
        key=str(manifest.get("command_key") or reader.comparison.folder.name),
        size=size,
    )
