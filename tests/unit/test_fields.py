"""Fields of research are checked when they are read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.data.fields import FIELDS, Field, checked


def test_a_seventh_field_whose_share_is_taken_from_nobody_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"shares of the fields sum to 1\.05, must be 1"):
        checked((*FIELDS, Field("arts", 0.05, 1.0, 1.0, 0.5, 0.0, 0.0)))


@pytest.mark.parametrize("name", ["basic", "dual_use_basic", "dual_use_applied"])
@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_a_share_outside_its_range_is_an_error(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"life: {name} is {value:g}, must be 0 to 1"):
        checked((replace(FIELDS[0], **{name: value}), *FIELDS[1:]))  # type: ignore[arg-type]
