"""Places as the figures need them: who issues a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.data.places import resolve


def issuing_places(policies: Mapping[str, Any], data: Any) -> list[str]:
    """Codes of the places that issue the policies, in order, groups resolved."""
    found = [index for policy in policies.values() for index in resolve(data, list(policy.issuer))]
    return [data.iso3[index] for index in dict.fromkeys(found)]
