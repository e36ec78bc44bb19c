"""What a lever is: name, unit, bounds, neutral value, combination, axes, effects, and how it fills channels.

A lever's strengths (imposed by policies or decided by governments) are first combined into one array over the
lever's axes; `Lever.apply` then turns that array into changes of `Channels`. So two policies that ask for the
same disclosure do not charge for it twice, and everything else adds up by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.core.axes import KINDS, WAYS
from sim.core.read import unknown
from sim.data.fields import FIELDS, N_FIELDS
from sim.data.tables import WorldData
from sim.params import Draw, around
from sim.policy.channels import CHANNELS, Channels

FLOWS = ("entry", "move")
STRONGER = "stronger"  # how what a government decides meets what is there, whatever the lever's own rule
NOT_MODELLED = "not modelled"  # said of money that the model has no price for; never 0

# Which key of a policy's `scope` narrows which axis of a lever; "a" is the issuer and cannot be narrowed.
AXIS_SCOPES: dict[str, tuple[str, ...]] = {
    "a": (),
    "o": ("origins",),
    "b": ("partners",),
    "d": ("destinations",),
    "f": ("fields",),
    "k": ("sensitivity", "research_type"),
    "e": ("stages",),
    "i": ("institution_threshold_musd",),
}


@dataclass(frozen=True)
class Effect:
    """One number that says how strongly a lever at full strength acts; swept as ``effects.LEVER.NAME``.

    Parameters
    ----------
    default, lo, hi : value and range in `unit`.
    role : ``sourced`` or ``assumption``.
    source : id of a row of ``docs/evidence.md`` or citation, or the reason of an assumption.
    unknown : nothing is known but the range, from which it is drawn evenly; other assumptions as parameters are.
    """

    name: str
    default: float
    lo: float
    hi: float
    unit: str
    role: str
    source: str
    unknown: bool = False

    @property
    def draw(self) -> Draw | None:
        """Law that it is drawn from; None if data fix it."""
        if self.role != "assumption":
            return None
        return ("uniform", self.lo, self.hi) if self.unknown else around(self.default, self.lo, self.hi)


@dataclass(frozen=True)
class Context:
    """What `apply` may read besides its own strengths.

    Parameters
    ----------
    data : places and institutions.
    threat : [a, b], threat of b to a, 0-1.
    strengths : combined strengths of all levers in force this year, by lever.
    effects : values of `Effect` by lever and name.
    """

    data: WorldData
    threat: np.ndarray
    strengths: Mapping[str, np.ndarray]
    effects: Mapping[str, Mapping[str, float]]

    def researchers_2017(self) -> np.ndarray:
        """Researchers by place at the data's end, [P], persons; levers with slots are stated per 1,000 of them."""
        return np.asarray(self.data.researchers[-1], dtype=np.float64)


Effects = Mapping[str, float]
Apply = Callable[[Channels, np.ndarray, "Context", Effects], None]


@dataclass(frozen=True)
class Lever:
    """One idea of policy.

    Parameters
    ----------
    name : as written in policies.
    aim : ``promote`` or ``protect``.
    unit, lo, hi, neutral : of the strength; at `neutral` the lever does nothing.
    combine : how strengths that meet in one cell combine: ``add``, ``compound`` (1+s multiply), ``complement``
        (shares that are left over multiply), or ``weighted`` (share qualified of what lever `of` does).
    axes : letters of the axes of the strength array, see `AXIS_SCOPES`; "a" is the issuer.
    channels : names of the channels that change; nothing else may.
    apply : fills channels from the combined strengths; does nothing where they are neutral.
    meaning, source : for ``docs/levers.md``.
    of : for ``weighted`` levers, the lever that they qualify and without which they do nothing; it has the same axes.
    own_origin : a programme for the issuer's own diaspora unless origins are named.
    effects : numbers at full strength.
    price : what in `params.money` it is bought at; empty for levers that are not bought.
    title : plain name within a sentence, where the name itself is none.
    """

    name: str
    aim: str
    unit: str
    lo: float
    hi: float
    combine: str
    axes: str
    channels: tuple[str, ...]
    apply: Apply
    meaning: str
    source: str
    neutral: float = 0.0
    of: str = ""
    own_origin: bool = False
    effects: tuple[Effect, ...] = field(default=())
    price: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        for name in self.channels:
            if name not in CHANNELS:
                known = unknown(name, "channel", CHANNELS)
                raise ValueError(f"lever {self.name}: {known}; channels are declared in sim/policy/channels.py")

    @property
    def scopes(self) -> tuple[str, ...]:
        """Keys that a policy's scope may use with this lever."""
        return tuple(key for axis in self.axes for key in AXIS_SCOPES[axis])

    @property
    def words(self) -> str:
        """Plain name within a sentence."""
        return self.title or self.name.replace("_", " ")

    @property
    def cost(self) -> str:
        """What the issuer's academic money pays for it, in words; `NOT_MODELLED` where the model has no price."""
        rules = bool({"cost_fixed_musd", "cost_share"} & set(self.channels))
        return self.price or ("cost of rules to institutions" if rules else NOT_MODELLED)

    @property
    def combination(self) -> str:
        """Rule by which strengths combine, in words."""
        return f"weighted by {self.of}" if self.of else self.combine

    def shape(self, n_places: int, n_institutions: int) -> tuple[int, ...]:
        """Shape of the strength array."""
        sizes = {"f": N_FIELDS, "k": len(KINDS), "e": len(FLOWS), "i": n_institutions}
        return tuple(sizes.get(axis, n_places) for axis in self.axes)

    def defaults(self) -> dict[str, float]:
        """Effects at their defaults."""
        return {effect.name: effect.default for effect in self.effects}


def combined(rule: str, held: np.ndarray, strength: float | np.ndarray) -> np.ndarray:
    """Strengths already held in some cells, combined with one more.

    ``stronger``: the larger of two, but what closes (negative) counts before what opens; in any order.
    """
    if rule == "add":
        return held + strength
    if rule == "compound":
        return held + strength + held * strength
    if rule == "complement":
        return left_over(held, strength)
    if rule == STRONGER:
        strength = np.asarray(strength)
        return np.where((held < 0.0) | (strength < 0.0), np.minimum(held, strength), np.maximum(held, strength))
    raise ValueError(f"unknown combination {rule!r}")


def left_over(held: np.ndarray, share: Any) -> np.ndarray:
    """Share refused, lost or prevented when one more share acts on what the held share leaves.

    Written so that a share of 0 leaves the held one exactly as it is.
    """
    found: np.ndarray = share * (1.0 - held)
    found += held
    return found


def acts_on(channel: str, change: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Apply:
    """`Lever.apply` of a lever that changes one channel: `change` of the channel and a strength over the same axes."""

    def apply(channels: Channels, s: np.ndarray, context: Context, effects: Effects) -> None:
        array = getattr(channels, channel)
        array[...] = change(array, s)

    return apply


def grown(held: np.ndarray, relative: np.ndarray) -> np.ndarray:
    """What is held, changed by a relative change."""
    return held * (1.0 + relative)


def protect(array: np.ndarray, strength: np.ndarray, effects: Effects) -> None:
    """Raise protection [w, a, b] or [w, i] in place by the effects that bear the name of a way of leakage.

    Parameters
    ----------
    strength : [a, b] or [i], or what broadcasts to it: [a, 1] protects towards everybody.
    """
    for w, way in enumerate(WAYS):
        if way in effects:
            array[w] = left_over(array[w], strength * effects[way])


def towards_threats(protection: np.ndarray, threat: np.ndarray) -> np.ndarray:
    """Protection towards each place [..., c] as one number [...]: mean weighted by threat, plain if there is none.

    Parameters
    ----------
    protection, threat : [..., c], or what broadcasts to each other.
    """
    total = threat.sum(axis=-1, keepdims=True)
    weight = np.where(total > 0.0, threat / np.where(total > 0.0, total, 1.0), 1.0 / threat.shape[-1])
    return (protection * weight).sum(axis=-1)


def sensitive_weights() -> np.ndarray:
    """Share of the world's sensitive projects by kind and field [k, f]; sum 1; from `sim.data.fields`."""
    weights = np.zeros((len(KINDS), N_FIELDS))
    for f, entry in enumerate(FIELDS):
        weights[KINDS.index("sensitive_basic"), f] = entry.share * entry.basic * entry.dual_use_basic
        weights[KINDS.index("sensitive_applied"), f] = entry.share * (1 - entry.basic) * entry.dual_use_applied
    return weights / weights.sum()
