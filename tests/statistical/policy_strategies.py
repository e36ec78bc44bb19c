"""Random policy configurations for hypothesis: sound ones, and sound ones with one or more things spoilt."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import strategies as st

from sim.core.axes import STAGES
from sim.data.fields import FIELD_NAMES
from sim.policy.levers import LEVERS, Lever
from sim.policy.schema import DOSES, RESEARCH_TYPES, SENSITIVITIES
from sim.policy.units import forms

START, END = 2014, 2018  # the clock of the runs
PLACES = ("USA", "CHN", "JPN", "GBR", "IND", "G7", "EU", "EFTA", "ALL", "RESTS", "CONDOR")
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
SHIFTS = st.one_of(st.sampled_from([0, 1, -1.5, "2y", "-18m", "90d", "2015-06-01", date(2016, 1, 1)]), st.floats(-3, 3))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)

# What people and programs write by mistake: other types, empty things, numbers out of range, bad dates, YAML's traps.
JUNK = st.one_of(
    st.sampled_from(
        [None, True, False, "", " ", "null", "on", "${oc.env:HOME}", "${nothing}", "${", "a.b", "=", "???"]
    ),
    st.sampled_from(["2020-13-01", "2017", "USX", "usa", "visa_refusl", "10 %", "[", "- a", "@package _global_"]),
    st.sampled_from([date(1900, 1, 1), date(2999, 1, 1), float("nan"), float("inf"), -float("inf"), 1e308, -1, 10**30]),
    st.integers(),
    st.floats(),
    TEXTS,
    st.lists(st.one_of(st.integers(), TEXTS, st.none()), max_size=3),
    st.dictionaries(TEXTS, st.one_of(st.integers(), TEXTS, st.none()), max_size=3),
)


def places(min_size: int = 1) -> st.SearchStrategy[Any]:
    """Codes and groups, as a list or one bare name."""
    return st.one_of(st.lists(st.sampled_from(PLACES), min_size=min_size, max_size=4), st.sampled_from(PLACES))


def some_of(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """At least one of the words."""
    return st.lists(st.sampled_from(words), min_size=1, max_size=3)


SCOPES: dict[str, st.SearchStrategy[Any]] = {
    "origins": places(),
    "partners": places(),
    "destinations": places(),
    "fields": some_of(FIELD_NAMES),
    "sensitivity": some_of(SENSITIVITIES),
    "research_type": some_of(RESEARCH_TYPES),
    "stages": some_of(STAGES),
    "institution_threshold_musd": st.one_of(st.sampled_from([0, 50, 500]), st.floats(0, 1000)),
}


def strengths(lever: Lever) -> st.SearchStrategy[Any]:
    """Strengths within bounds, also in words; their ends and neutral ones more often than chance."""
    examples = [words for n, words in enumerate(forms(lever).split("'")) if n % 2]
    return st.one_of(
        st.sampled_from([lever.lo, lever.hi, lever.neutral, None]),
        st.sampled_from(examples),
        st.floats(lever.lo, lever.hi, allow_subnormal=False),
    )


@st.composite
def uses(draw: st.DrawFn, lever: Lever) -> dict[str, Any]:
    """One lever as a policy pulls it."""
    days = st.dates(date(START, 1, 1), date(END, 12, 31))
    scope = {key: draw(SCOPES[key]) for key in lever.scopes if draw(st.booleans())}
    use = {
        "lever": lever.name,
        "values": draw(st.dictionaries(days, strengths(lever), min_size=1, max_size=3)),
        "source": draw(TEXTS),
    }
    if draw(st.booleans()):
        use["unit"] = lever.unit
    if scope or draw(st.booleans()):
        use["scope"] = scope
    if draw(st.booleans()):
        use["dose"] = {"kind": draw(st.sampled_from(DOSES)), "range": [lever.lo, lever.hi]}
    if draw(st.booleans()):
        use["ladder"] = draw(
            st.sampled_from(["protect 1", "protect 2", "protect 3", "restrict", "promote 1", "promote 3"])
        )
    return use


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    """One policy; a qualifying lever comes with the one it qualifies."""
    names = draw(st.lists(st.sampled_from(sorted(LEVERS)), min_size=1, max_size=4))
    names += [LEVERS[name].of for name in names if LEVERS[name].of]
    levers = {f"l{n}": draw(uses(LEVERS[name])) for n, name in enumerate(names)}
    found = {"title": draw(TEXTS), "issuer": draw(places()), "levers": levers}
    if draw(st.integers(0, 3)) == 0:
        found["shift"] = draw(SHIFTS)
    return found


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario that should run, except that a scope may be empty."""
    found: dict[str, Any] = {"policies": draw(st.dictionaries(NAMES, policies(), min_size=1, max_size=3))}
    if draw(st.booleans()):
        found["titles"] = {"fuzz": draw(TEXTS)}
    if draw(st.booleans()):
        effects = [(lever.name, effect) for lever in LEVERS.values() for effect in lever.effects]
        name, effect = draw(st.sampled_from(effects))
        found["effects"] = {name: {effect.name: draw(st.floats(effect.lo, effect.hi))}}
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A scenario in which something was replaced, removed, renamed or added."""
    scenario = deepcopy(draw(scenarios()))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = _somewhere(draw, scenario)
        _MISTAKES[draw(st.sampled_from(sorted(_MISTAKES)))](draw, holder, key)
    return draw(JUNK) if draw(st.integers(0, 19)) == 0 else scenario


def _somewhere(draw: st.DrawFn, scenario: dict[str, Any]) -> tuple[dict[Any, Any], Any]:
    """A key at any depth, with the mapping that holds it."""
    holder = scenario
    while True:
        key = draw(st.sampled_from(sorted(holder, key=str))) if holder else "policies"
        inside = holder.get(key)
        if not isinstance(inside, dict) or not inside or draw(st.integers(0, 5)) == 0:
            return holder, key
        holder = inside


def _replace(draw: st.DrawFn, holder: dict[Any, Any], key: Any) -> None:
    holder[key] = draw(JUNK)


def _remove(draw: st.DrawFn, holder: dict[Any, Any], key: Any) -> None:
    holder.pop(key, None)


def _rename(draw: st.DrawFn, holder: dict[Any, Any], key: Any) -> None:
    holder[draw(st.one_of(TEXTS, st.integers(), st.none(), st.booleans()))] = holder.pop(key, None)


def _add(draw: st.DrawFn, holder: dict[Any, Any], key: Any) -> None:
    holder[draw(st.one_of(TEXTS, st.sampled_from(["defaults", "scope", "values", "hydra", "seed"])))] = draw(JUNK)


_MISTAKES: dict[str, Callable[[st.DrawFn, dict[Any, Any], Any], None]] = {
    "replace": _replace,
    "remove": _remove,
    "rename": _rename,
    "add": _add,
}
