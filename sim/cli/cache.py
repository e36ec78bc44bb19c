"""``talent-circulation cache list|prune``: histories, macro states of baselines, checkpoints of unfinished runs."""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.parse import one_argument
from sim.store.history import list_cache, older_caches, prune_cache

ACTIONS = {"list": "what is kept, with sizes", "prune": "delete all that is not in use"}

USAGE = """\
usage: talent-circulation cache list|prune

Histories, states of baselines and checkpoints of unfinished runs, which later
commands take over: list them with their sizes, or delete all not in use.

examples
  talent-circulation cache list
  talent-circulation cache prune
"""


def command(words: Sequence[str]) -> int:
    """List or empty the cache: histories, macro states of baselines, checkpoints of unfinished runs."""
    args = one_argument(words, "cache", "action", ACTIONS)
    entries = list_cache() if args.action == "list" else prune_cache()
    for entry in entries:
        print(entry)
    for folder in older_caches():
        print(f"{folder} is of another edition and never read; delete it when you no longer use that version")
    kinds = {"histories": "history", "states of baselines": "macros", "checkpoints": "checkpoint"}
    counts = [f"{sum(entry.kind == kind for entry in entries)} {words}" for words, kind in kinds.items()]
    print(f"{', '.join(counts)} {'in the cache' if args.action == 'list' else 'removed'}")
    if args.action == "prune" and (left := list_cache()):
        print(f"{len(left)} left: in use, or not yours to delete")
    return 0
