"""``python -m tests.signatures``: write down anew what a year calls kernels with, after one has got other arguments."""

from __future__ import annotations

from sim.core.kernels import CALLED
from sim.core.signatures import FILE, as_text
from tests import live

WORDS = ("world=g20", "start=2012", "scale=20000")


def first_run() -> live.Run:
    """A small world that calls every kernel: with panel and policy, whose governments react in the end."""
    first = live.start(live.config(*WORDS, "panel.size=100")).go(2017)
    live.resume(live.with_everything(live.config(*WORDS)), first.state(), mode="reactive").go(2020)
    return first


if __name__ == "__main__":
    first_run()
    FILE.write_text(as_text(CALLED), encoding="utf-8")
    print(f"{len(CALLED)} kernels in {FILE.name}")
