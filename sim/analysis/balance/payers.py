"""Who pays: losses of the issuing places by origin, career stage, field and size class of institutions."""

from __future__ import annotations

import pandas as pd

from sim.analysis.balance.inputs import Row, Source, changed, quotient
from sim.core.axes import SIZE_CLASSES, STAGES
from sim.data.fields import FIELD_NAMES

ORIGIN, STAGE, FIELD, SIZE = (
    "Who pays, by origin",
    "Who pays, by career stage",
    "Who pays, by field",
    "Who pays, by size of institution",
)
_SIZES = dict(zip(SIZE_CLASSES, ("under 15 M$", "15 to 50 M$", "50 to 250 M$", "250 M$ and more")))


def who_pays(run: Source) -> list[Row]:
    """Losses by constituency; papers of people are read from the panel, where one was kept."""
    return [*_people(run), *_fields(run), *_institutions(run)]


def _people(run: Source) -> list[Row]:
    """Authorships of researchers in the issuing places, and their number, by origin and by stage."""
    stock = run.last("stock_year", ["origin", "stage", "n_researchers"], place=run.issuers)
    stock["origin"] = stock["origin"].map(lambda code: _origin(run, code))
    written = _authorships(run)
    rows = []
    for section, column, groups in ((ORIGIN, "origin", _ORIGINS), (STAGE, "stage", STAGES)):
        for frame, value, text, unit, years in (
            (stock, "n_researchers", f"researchers, {run.period.last}", "people", 1),
            (written, "authorships", "authorships (panel)", "a year", run.period.years),
        ):
            found = {} if frame is None else run.split(frame, value, column, years)
            rows += [changed(section, group, text, unit, found[group]) for group in groups if group in found]
    return rows


_ORIGINS = ("named origins", "the issuers' own", "other origins")


def _origin(run: Source, code: str) -> str:
    return _ORIGINS[0] if code in run.named else _ORIGINS[1] if code in run.issuers else _ORIGINS[2]


def _authorships(run: Source) -> pd.DataFrame | None:
    """Weighted authorships of the panel's people in the issuing places; None without a panel."""
    if "panel" not in run.frames:
        return None
    frame = run.yearly("panel", ["origin", "stage", "weight", "papers"], place=run.issuers)
    if frame.empty:
        return None
    frame["authorships"] = frame["weight"].astype(float) * frame["papers"]
    frame["origin"] = frame["origin"].map(lambda code: _origin(run, code))
    return frame


def _fields(run: Source) -> list[Row]:
    columns = {
        "papers_whole": "papers, whole counts",
        "papers_international": "international papers",
        "papers_international_sensitive": "international papers on sensitive subjects",
    }
    frame = run.yearly("field_year", ["field", *columns], place=run.issuers)
    rows = []
    for column, text in columns.items():
        found = run.split(frame, column, "field", run.period.years)
        rows += [changed(FIELD, name, text, "papers a year", found[name]) for name in FIELD_NAMES if name in found]
    return rows


def _institutions(run: Source) -> list[Row]:
    """Papers of leads, compliance cost and time by size class; classes are sums over institutions."""
    values = ["federal_musd", "compliance_musd", "compliance_researcher_years", "papers_whole"]
    frame = run.yearly("institution_year", ["institution", "size_class", *values], place=run.issuers)
    frame = frame[frame["institution"].isna()]  # rows of a class; the others are single institutions
    found = {value: run.split(frame, value, "size_class", run.period.years) for value in values}
    rows = []
    for name, words in _SIZES.items():
        if name not in found["papers_whole"]:
            continue
        cells = {value: found[value][name] for value in values}
        rows += [
            changed(SIZE, words, "papers led", "papers a year", cells["papers_whole"]),
            changed(SIZE, words, "compliance cost", "M$ a year", cells["compliance_musd"]),
            changed(SIZE, words, "researcher time", "researcher-years a year", cells["compliance_researcher_years"]),
        ]
        cost, money = cells["compliance_musd"].effect, cells["federal_musd"].base
        if money.mean() > 0:
            share = quotient(1e6 * cost, 1e3 * money)
            rows.append(Row(SIZE, words, "cost by federal support", "$ per 1,000 $", 0.0, share))
    return rows
