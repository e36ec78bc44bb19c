"""Second-level test: p-values of the tests' checks over many blocks of every family must be evenly spread.

``python -m benchmarks.randomness.second_level [--blocks 40]`` from the root of the repository.

Each family of `tests/statistical/randomness_families.py` is drawn on for `blocks` blocks of 100,000 words; each check
gives a p-value a block. Printed are the Kolmogorov-Smirnov p-value of those p-values against the uniform distribution
(only for checks with a continuous p-value) and the smallest p-value of all blocks, for the model's fold (one round of
mixing) and, to compare, for two rounds.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy import stats

from sim.core.randomness import fold, mix
from tests.statistical.randomness_checks import CHECKS
from tests.statistical.randomness_families import FAMILIES, MODEL, Generator

BLOCK = 100_000
CONTINUOUS = ("uniform", "pairs", "pairs, lag 5", "pairs, lag 52", "correlation", "correlation, lag 5",
              "correlation, lag 52", "triples", "runs")  # fmt: skip
TWO_ROUNDS = Generator(lambda key, value: mix(fold(key, value)))


def p_values(generator: Generator, family: str, blocks: int) -> dict[str, np.ndarray]:
    """p-values of every check, [blocks]."""
    words = FAMILIES[family](generator, blocks * BLOCK).reshape(blocks, BLOCK)
    return {name: np.array([check(block) for block in words]) for name, check in CHECKS.items()}


def main() -> None:
    """Print the table, and how many p-values are extreme against how many should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--blocks", type=int, default=40)
    blocks = parser.parse_args().blocks
    for rounds, generator in (("one round", MODEL), ("two rounds", TWO_ROUNDS)):
        spread, every = [], []
        for family in FAMILIES:
            p = p_values(generator, family, blocks)
            even = [float(stats.kstest(p[name], "uniform").pvalue) for name in CONTINUOUS]
            smallest = min(p, key=lambda name: float(p[name].min()))
            spread += even
            every += [value for values in p.values() for value in values]
            print(f"{rounds:10}  {family:13} least evenly spread {min(even):.4f}, smallest {p[smallest].min():.1e} "
                  f"({smallest})", flush=True)  # fmt: skip
        total, least = len(every), min(1.0, len(every) * min(every))
        print(f"{rounds:10}  all: {total} p-values, smallest times their number {least:.2f}; "
              f"{len(spread)} spreads, smallest times their number {min(1.0, len(spread) * min(spread)):.2f}; "
              f"spreads below 0.05: {np.mean(np.array(spread) < 0.05):.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
