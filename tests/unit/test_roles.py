"""Who acts, against whom, who stands by whom."""

from __future__ import annotations

import numpy as np
import pytest

from sim import load_config
from sim.analysis.roles import Roles, in_words, roles_of
from sim.data.tables import load_world_data


@pytest.fixture(scope="module")
def data():
    return load_world_data("full")


def test_issuer_and_target_of_one_government(data):
    found = roles_of(load_config("+scenario=restrictive"), data)
    assert (found.issuers, found.targets) == (("USA",), ("CHN",))
    assert found.allies[:3] == ("JPN", "DEU", "GBR") and "RUS" in found.rivals


def test_partners_of_programmes_are_no_targets(data):
    """Japan's checklist comes with an association to the EU's programme: friends are not lumped with foes."""
    found = roles_of(load_config("+scenario=japan_checklist"), data)
    assert found.issuers == ("JPN",) and set(found.targets) == {"CHN", "RUS"}
    assert "DEU" not in found.targets and "USA" in found.allies


def test_each_place_has_one_role_and_large_ones_come_first(data):
    cfgs = [load_config(f"+scenario={name}") for name in ("proportionate", "retaliation", "russia_sanctions_2022")]
    found = roles_of(cfgs, data)
    places = [place for role in vars(found).values() for place in role]
    assert len(places) == len(set(places))
    for role in vars(found).values():
        at = [data.iso3.index(place) for place in role]
        assert at == sorted(at, key=lambda place: (data.is_rest[place], -data.researchers[-1, place]))
    assert set(found.issuers) == {p for cfg in cfgs for p in roles_of(cfg, data).issuers}


def test_rivals_follow_the_table_of_threats_and_its_bar(data):
    """More is a concern under a lower bar; another table lists others."""
    low, high = (
        roles_of(load_config("+scenario=open", f"params.security.concern={bar}"), data).rivals for bar in (0.05, 0.2)
    )
    assert set(high) < set(low)
    assert roles_of(load_config("+scenario=open", "threat=votes"), data).rivals != low


def test_without_policies_nobody_has_a_role(data):
    assert roles_of(load_config(), data) == Roles()


def test_a_rest_is_an_ally_where_half_of_its_pairs_have_a_pact(data):
    found = roles_of(load_config("+scenario=restrictive"), data)
    us = data.iso3.index("USA")
    assert all(data.alliance[us, data.iso3.index(place)] >= 0.5 for place in found.allies)
    assert any(data.is_rest[data.iso3.index(place)] for place in found.allies)
    assert np.isclose(data.alliance, data.alliance.T).all()


@pytest.mark.parametrize(
    "names, expected", [("A", "A"), ("A B C D", "A, B, C, D"), ("A B C D E", "A, B, C and 2 more"), ("", "")]
)
def test_long_rows_of_names_are_counted(names: str, expected: str):
    assert in_words(names.split()) == expected


def test_who_answers_its_sanctioners_is_not_summed_with_them(data):
    found = roles_of(load_config("+scenario=russia_sanctions_2022"), data)
    assert "RUS" in found.targets and "RUS" not in found.issuers and "USA" in found.issuers
    both = roles_of(load_config("+scenario=retaliation"), data)  # nobody else is left to issue anything
    assert {"USA", "CHN"} <= set(both.issuers)
