"""Text of ``docs/evidence.md``: the facts from outside that the model cites, and what cites each of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from sim.analysis.targets import CHECKED
from sim.config.schema import parameter_table
from sim.core.digest import PACKAGE
from sim.pages.markdown import EVIDENCE_ID, NOTE, cited, table
from sim.pages.scenarios import shipped_policies
from sim.policy.levers import LEVERS, effect_table

FACTS = PACKAGE / "pages" / "evidence.csv"
FAMILIES = {
    "P": "Effects of security policy",
    "M": "Mobility",
    "C": "Collaboration",
    "F": "Productivity and funding",
    "S": "Security",
    "U": "What researchers prefer",
}
_DOI = re.compile(r"doi:(10\.[\w./-]+\w)")


def facts() -> list[dict[str, str]]:
    """Rows of evidence: id, fact, value, source, role, status."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sources() -> Iterator[tuple[str, str]]:
    """Every source that the model gives for a number, and a link to what has it."""
    for row in parameter_table():
        yield row["source"], f"[`{row['key']}`](parameters.md)"
    for lever in LEVERS.values():
        yield lever.source, f"[`{lever.name}`](levers.md)"
    for row in effect_table():
        yield row["source"], f"[`{row['key']}`](levers.md)"
    for name, policy in shipped_policies().items():
        yield (
            " ".join([policy.source, *(use.source for use in policy.levers.values())]),
            f"[{name}](scenarios.md#{name})",
        )
    yield " ".join(CHECKED), "[fit](validation.md)"


def users() -> dict[str, list[str]]:
    """Links to the parameters, levers, policies and checks that cite each id."""
    found: dict[str, list[str]] = {}
    for source, link in _sources():
        for name in dict.fromkeys(EVIDENCE_ID.findall(source)):
            found.setdefault(name, []).append(link)
    return found


def evidence() -> str:
    """Text of ``docs/evidence.md``."""
    used = users()
    parts = [
        NOTE,
        "# Evidence\n",
        "Facts from outside that the model cites by an id such as P16: parameters as their source, levers and policies "
        "for their strength, the code where it follows a finding. The letter names the family, the number is only a "
        "name; numbers that are missing are not cited. Edit `sim/pages/evidence.csv` to change a row.\n",
        "**Role.** *calib*: a calibration target or a check. Which parameters were fitted is shown by the "
        "role *fitted* in [parameters.md](parameters.md); M1, C7 and C14 are checks only. *prior*: gives a parameter "
        "its value or its range, or (sign, ranks) says which way an effect goes; beside *calib* rows it may say "
        "what a fitted parameter is about. Parameters without a source are assumptions, to be swept.\n",
        "**Status.** *seen*: read in the source or on a page about it, often an abstract, a summary or one table. "
        "*derived*: computed from open data or from other rows. *memory*: not verified, never a hard target. ± and "
        "ranges in brackets are standard errors or 95 % intervals; those of surveys leave out self-selection.\n",
        cited(
            "Counts of people who left are not the effect of a policy: a series that grows steadily looks like an "
            "acceleration. What people intend is not what they do (P8, M17). No base rate of leaks exists (S1): "
            "results are conditional on it.\n"
        ),
    ]
    rows = facts()
    for letter, title in FAMILIES.items():
        lines = [_row(row, used) for row in rows if row["id"].startswith(letter)]
        parts += [
            f"## {letter}: {title}\n",
            table(("id", "fact", "value", "source", "role", "status", "cited by"), lines),
        ]
    return "\n".join(parts)


def _row(row: dict[str, str], used: dict[str, list[str]]) -> tuple[str, ...]:
    name = row["id"]
    fact, value, source = (_linked(row[key]) for key in ("fact", "value", "source"))
    return f'<a id="{name.lower()}"></a>{name}', fact, value, source, row["role"], row["status"], ", ".join(used[name])


def _linked(words: str) -> str:
    return _DOI.sub(r"[doi:\1](https://doi.org/\1)", cited(words))
