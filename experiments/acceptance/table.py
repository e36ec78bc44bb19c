"""The experiments with a known answer, in the order of the page."""

from __future__ import annotations

from experiments.acceptance import governments_table, papers_table, policy_table

EXPERIMENTS = (*papers_table.EXPERIMENTS, *policy_table.EXPERIMENTS, *governments_table.EXPERIMENTS)
