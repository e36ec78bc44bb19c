"""Columns on money of the table `place_year`, from a year's account."""

from __future__ import annotations

import numpy as np

from sim.phases.budget import Account


def budget_columns(account: Account) -> dict[str, np.ndarray]:
    """Columns of `place_year` on money, million $."""
    return {
        "recruitment_musd": account.bill.total,
        "budget_public_musd": account.purse.public,
        "budget_new_musd": account.purse.new,
        "budget_grants_musd": account.grants,
        **{f"budget_{use}_musd": spent for use, spent in account.bill._asdict().items()},
        "budget_security_musd": account.security,
        "share_affordable": account.share,
    }
