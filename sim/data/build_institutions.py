"""Institutions: US universities with their federal R&D money; elsewhere sizes by Zipf's law."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from sim.data.build_gaps import ImputedLog
from sim.data.build_sources import Sources

GOVERNMENT_SHARE = 0.3  # share of GERD that governments give to research institutions (assumption)
N_MIN, N_MAX, N_POWER = 5, 300, 0.7  # institutions of a place, proportional to researchers**0.7 (assumption)
CLASS_LIMITS = (15.0, 50.0, 250.0)  # million US$ a year, COGR 2022 thresholds (target S5)


def plain(name: str) -> str:
    """University name for matching: lower case, without 'The', commas and campus punctuation."""
    words = re.sub(r"[,.\-]", " ", str(name).lower()).split()
    return " ".join(word for word in words if word not in ("the", "in", "city", "of", "system", "office"))


def us_institutions(sources: Sources, log: ImputedLog) -> pd.DataFrame:
    """The 1,001 universities with federal R&D obligations in FY2021: name, federal_musd, weight.

    Weight: total R&D expenditure (HERD, mean of known years 2015-2019); without a match, federal money times the
    median ratio of the matched ones.
    """
    money = sources.table("institutions/nsf_federal_rd_obligations_institution_fy2021.csv")
    herd = sources.table("institutions/nsf_herd_institution_rd_fy2010_2022.csv")
    herd = herd[herd.fy.between(2015, 2019)].assign(key=lambda f: f.institution.map(plain))
    total = herd.groupby("key").total_rd_kusd.mean()
    out = pd.DataFrame({"name": money.institution, "federal_musd": money.all_agencies / 1000})
    size = money.institution.map(plain).map(total)
    known = size.notna() & (size > 0)
    ratio = (size[known] / money.all_agencies[known])[out.federal_musd[known] > 1].median()
    out["weight"] = size.where(known, ratio * money.all_agencies)
    log.add("institutions.weight", "USA", "all", f"{int((~known).sum())} universities without HERD total: federal money "
            f"times {ratio:.2f} (median of the others)")  # fmt: skip
    return out.sort_values(["federal_musd", "name"], ascending=[False, True], kind="stable")


def zipf_institutions(place: str, researchers: float, scale: float, support: float) -> pd.DataFrame:
    """n institutions, size of the k-th proportional to 1/k, with `support` million $ in all."""
    n = int(np.clip(round(scale * researchers**N_POWER), N_MIN, N_MAX))
    size = 1 / np.arange(1, n + 1)
    size /= size.sum()
    names = [f"{place} {k}" for k in range(1, n + 1)]
    return pd.DataFrame({"name": names, "federal_musd": support * size, "weight": size})


def build_institutions(
    sources: Sources, places: list[str], researchers: np.ndarray, gerd: np.ndarray, log: ImputedLog
) -> pd.DataFrame:
    """All institutions ordered by place: place, name, federal_musd, weight, size_class.

    Parameters
    ----------
    researchers : [P], 2017; gerd : [P], 2017, million PPP 2021 $.
    """
    others = [i for i, place in enumerate(places) if place != "USA"]
    scale = N_MAX / researchers[others].max() ** N_POWER
    parts = []
    for i, place in enumerate(places):
        if place == "USA":
            part = us_institutions(sources, log)
        else:
            part = zipf_institutions(place, researchers[i], scale, GOVERNMENT_SHARE * gerd[i])
            log.add(
                "institutions", place, "all", "sizes by Zipf's law, number by researchers**0.7, support 0.3 of GERD"
            )
        parts.append(part.assign(place=place, weight=part.weight / part.weight.sum()))
    out = pd.concat(parts, ignore_index=True)
    out["size_class"] = np.digitize(out.federal_musd, CLASS_LIMITS)
    return out[["place", "name", "federal_musd", "weight", "size_class"]]
