"""What no data fix: the numbers, the ranges that they are drawn from, and designs over them."""

from sim.assumptions.nested import nested_lhs
from sim.assumptions.ranges import PATHS, Assumption, assumptions, documented_law, drawn_law

__all__ = ["PATHS", "Assumption", "assumptions", "documented_law", "drawn_law", "nested_lhs"]
