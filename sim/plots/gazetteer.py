"""Places as the figures need them: who issues a policy, and which regional rest a country belongs to."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sim.data.places import resolve
from sim.plots.geo import SHAPES


def issuing_places(policies: Mapping[str, Any], data: Any) -> list[str]:
    """Codes of the places that issue the policies, in order, groups resolved."""
    found = [index for policy in policies.values() for index in resolve(data, list(policy.issuer))]
    return [data.iso3[index] for index in dict.fromkeys(found)]


@lru_cache(maxsize=1)
def region_of_country() -> dict[str, str]:
    """Country (alpha-3) -> code of the rest it belongs to when it is no place of its own."""
    with (SHAPES.parent / "countries.csv").open(encoding="utf-8") as file:
        return {row["alpha3"]: row["region"] for row in csv.DictReader(file)}


def rest_of_country(iso3: Iterable[str]) -> Mapping[str, str]:
    """Countries held in a regional rest of a world with the places `iso3` -> that rest."""
    known = set(iso3)
    return {c: rest for c, rest in region_of_country().items() if c not in known and rest in known}
