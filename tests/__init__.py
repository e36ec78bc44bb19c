"""Tests: unit (engines on small arrays), statistical, invariants of a whole world, regression."""
