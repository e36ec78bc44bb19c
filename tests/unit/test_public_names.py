"""Names that users import stay what they are, however often they are asked for."""

from __future__ import annotations

import sim.analysis


def test_analysis_opens_results_by_functions_not_modules() -> None:
    for _ in range(2):  # a submodule of the same name would take a function's place after its first import
        assert callable(sim.analysis.load) and callable(sim.analysis.connect)
