"""Rolling-origin backtest: which rule each kind of series follows after the data, chosen on data to the last year.

`choose_paths` gives the rules of a world; ``python -m sim.analysis.backtest`` writes the page and ``paths.csv``.
"""

from sim.analysis.backtest.choice import choose_paths

__all__ = ["choose_paths"]
