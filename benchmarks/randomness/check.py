"""Compare the numbers of ``streams --check`` (standard input) with those of `sim.core.randomness`."""

from __future__ import annotations

import sys

import numpy as np

from sim.core.randomness import Stream, base_key, fold
from sim.engines.entry import make_uids


def expected() -> list[int]:
    """The words that the C program must print, from the model's own functions."""
    i = 123_456_789
    key = base_key(3, 5, Stream.DESTINATION, 2019)
    uid = make_uids(np.array([i % 60]), np.array([1900 + i // 180 % 4096]), i // 60 % 3, np.array([i // 737_280]))[0]
    words = [key, uid, np.uint64(fold(key, uid))]
    for alt in range(3):
        word = words[2]
        for part in (alt, 2, 7):
            word = np.uint64(fold(word, np.uint64(part)))
        words.append(word)
    return [int(word) for word in words]


if __name__ == "__main__":
    ours = [int(line) for line in sys.stdin]
    if ours != expected():
        sys.exit(f"streams.c and sim/core/randomness.py differ:\n{ours}\n{expected()}")
    print("streams.c gives the numbers of sim/core/randomness.py")
