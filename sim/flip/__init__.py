"""What would flip an answer: the three unfixed numbers that move it most, and the value at which it turns.

One direction: `asked` reads the question, `design` makes runs of it, `carry` has a sweep compute them, `effects` reads
what they did, `screening` finds the likely numbers and `choice` those that matter, `turning` finds where the sign of
the effect or the order of the scenarios turns; `text` and `figure` tell it.
"""

from __future__ import annotations

from sim.flip.asked import Asked, ask_flip
from sim.flip.carry import Found, Job

__all__ = ["Asked", "Found", "Job", "ask_flip"]
