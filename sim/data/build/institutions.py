"""Institutions: US universities with their federal R&D money; elsewhere sizes by Zipf's law."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog
from sim.data.build.sources import Sources

N_MIN, N_MAX, N_POWER = 5, 300, 0.7  # institutions of a place, proportional to researchers**0.7 (assumption)
CLASS_LIMITS = (15.0, 50.0, 250.0)  # million US$ a year, COGR 2022 thresholds (S5)


def plain(name: str) -> str:
    """University name for matching: lower case, without 'The', commas and campus punctuation."""
    words = re.sub(r"[,.\-]", " ", str(name).lower()).split()
    return " ".join(word for word in words if word not in ("the", "in", "city", "of", "system", "office"))


def short(name: str) -> str:
    """Matching name without campus or hospital: what comes before the first comma or 'and'."""
    return plain(re.split(r",| and ", str(name))[0])


def herd_totals(names: pd.Series, herd: pd.DataFrame) -> pd.Series:
    """Mean yearly R&D expenditure 2015-19 (thousand $) of each named university, NaN without a match.

    Matched by full name, then by HERD's name without its campus (largest campus), then by the own name without its
    campus if no other university shares it.
    """
    herd = herd[herd.fy.between(2015, 2019)]
    mean = herd.groupby("institution").total_rd_kusd.mean()
    full = mean.groupby(mean.index.map(plain)).max()
    campus = mean.groupby(mean.index.map(short)).max()
    own, base = names.map(plain), names.map(short)
    out = own.map(full).fillna(own.map(campus))
    return out.fillna(base.map(full).where(~base.duplicated(keep=False)))


def us_institutions(sources: Sources, log: ImputedLog) -> pd.DataFrame:
    """The 1,001 universities with federal R&D obligations in FY2021: name, federal_musd, weight.

    Weight: total R&D expenditure (HERD, mean of known years 2015-2019); without a match, federal money times the
    median ratio of the matched ones.
    """
    money = sources.table("institutions/nsf_federal_rd_obligations_institution_fy2021.csv")
    size = herd_totals(money.institution, sources.table("institutions/nsf_herd_institution_rd_fy2010_2022.csv"))
    out = pd.DataFrame({"name": money.institution, "federal_musd": money.all_agencies / 1000})
    known = size.notna() & (size > 0)
    ratio = (size[known] / money.all_agencies[known])[out.federal_musd[known] > 1].median()
    out["weight"] = size.where(known, ratio * money.all_agencies)
    rule = f"{int((~known).sum())} universities without HERD total: federal money times {ratio:.2f} (median of others)"
    log.add("institutions.weight", "USA", "all", rule)
    return out.sort_values(["federal_musd", "name"], ascending=[False, True], kind="stable")


def zipf_institutions(place: str, researchers: float, per_power: float, support: float) -> pd.DataFrame:
    """n institutions, size of the k-th proportional to 1/k, with `support` million $ in all."""
    n = int(np.clip(round(per_power * researchers**N_POWER), N_MIN, N_MAX))
    size = 1 / np.arange(1, n + 1)
    size /= size.sum()
    names = [f"{place} {k}" for k in range(1, n + 1)]
    return pd.DataFrame({"name": names, "federal_musd": support * size, "weight": size})


def build_institutions(
    sources: Sources, places: list[str], researchers: np.ndarray, gerd: dict[int, np.ndarray], log: ImputedLog
) -> tuple[pd.DataFrame, float]:
    """All institutions ordered by place (place, name, federal_musd, weight, size_class), and the share of GERD used.

    Governments elsewhere are taken to give universities the same share of GERD as the US federal government does
    (obligations of FY2021 over GERD of 2021).

    Parameters
    ----------
    researchers : [P], 2017; gerd : [P] in 2017 and in 2021, million PPP 2021 $.
    """
    others = [i for i, place in enumerate(places) if place != "USA"]
    per_power = N_MAX / researchers[others].max() ** N_POWER
    american = us_institutions(sources, log)
    share = american.federal_musd.sum() / gerd[2021][places.index("USA")]
    rule = f"sizes by Zipf's law, number proportional to researchers**0.7, support {share:.4f} of GERD as in the US"
    parts = []
    for i, place in enumerate(places):
        if place == "USA":
            part = american
        else:
            part = zipf_institutions(place, researchers[i], per_power, share * gerd[2017][i])
            log.add("institutions", place, "all", rule)
        parts.append(part.assign(place=place, weight=part.weight / part.weight.sum()))
    out = pd.concat(parts, ignore_index=True)
    out["size_class"] = np.digitize(out.federal_musd, CLASS_LIMITS)
    return out[["place", "name", "federal_musd", "weight", "size_class"]], float(share)
