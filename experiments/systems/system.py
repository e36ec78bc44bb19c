"""What a row of the systems says: a lever or a mechanism, what it moves, and where its number comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pull:
    """One lever at one strength; scope as in a policy."""

    lever: str
    strength: float
    scope: tuple[tuple[str, object], ...] = ()

    @property
    def words(self) -> str:
        """For the page."""
        narrowed = ", ".join(f"{k}: {', '.join(v) if isinstance(v, tuple) else v}" for k, v in self.scope)
        return f"`{self.lever}` {self.strength:g}" + (f" ({narrowed})" if narrowed else "")


@dataclass(frozen=True)
class Outcome:
    """Column ``table.column``, place (empty: the world), and the sign stated."""

    column: str
    place: str
    sign: int


@dataclass(frozen=True)
class System:
    """One system.

    Parameters
    ----------
    levers : pulled together; the first `kept` of them also in the run that it is compared with.
    neutral : for a mechanism without lever, the parameters that take it out.
    scenario, mode : world in which a mechanism is at work.
    outcomes : what it is for first, then what it costs.
    nearest : (parameter, values): the label emergent must survive each.
    """

    name: str
    file: str
    mechanism: str
    outcomes: tuple[Outcome, ...]
    label: str
    source: str
    tests: tuple[str, ...]
    levers: tuple[Pull, ...] = ()
    kept: int = 0
    issuer: str = "USA"
    neutral: tuple[tuple[str, float], ...] = ()
    scenario: str = ""
    mode: str = "scripted"
    nearest: tuple[tuple[str, tuple[float, ...]], ...] = ()
