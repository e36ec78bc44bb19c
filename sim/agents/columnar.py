"""A set of agents that lives in columns: the face of Mesa's AgentSet, without an object an agent.

Methods keep the names, arguments and meaning of `mesa.agent.AgentSet`; those that return a set return a
columnar one (Mesa's own sets hold weak references, so a set of throw-away views would empty itself), and
those that return values return NumPy arrays. Callables that Mesa would call with an agent are called with a
view of one row; give an attribute name or a mask where speed matters.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, Generic, NoReturn, TypeVar

import numpy as np

V = TypeVar("V")
S = TypeVar("S", bound="ColumnarSet[Any]")

_CLOSED = "{name} is not possible on {kind}: rows enter, change and leave through the yearly cycle of the world"
_ORDER = "shuffle_do is not possible on {kind}: what an agent does must not depend on the order of calls; use do or map"


def read_only(copy: np.ndarray) -> np.ndarray:
    """A copy of values that raises when it is written to, as no member would change."""
    copy.setflags(write=False)
    return copy


class ColumnarSet(Sequence[V], Generic[V]):
    """Ordered set of agents over columns; subclasses say where the columns are.

    Attributes
    ----------
    names : attributes that every member has.
    random : standard-library generator, used by `shuffle` alone.
    """

    names: tuple[str, ...]
    random: Random

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __iter__(self) -> Iterator[V]: ...

    @abstractmethod
    def column(self, name: str) -> np.ndarray:
        """Values of one attribute in the order of the set, a copy that cannot be written, shape [n] or [n, width]."""

    @abstractmethod
    def take(self: S, positions: np.ndarray) -> S:
        """Subset by positions within the set, in the order given."""

    @abstractmethod
    def view(self, position: int) -> V:
        """View of the member at one position."""

    @abstractmethod
    def _become(self: S, other: S) -> S:
        """Turn this set into another one, for the in-place variants."""

    # --- Sequence -----------------------------------------------------------------------------------------
    def __getitem__(self, item: int | slice) -> Any:
        if isinstance(item, slice):
            return self.take(np.arange(len(self))[item])
        n = len(self)
        if not -n <= item < n:
            raise IndexError(f"position {item} of a set of {n}")
        return self.view(item % n)

    def to_list(self) -> list[V]:
        """Views of all members; slow for large sets."""
        return list(self)

    # --- Subsets ------------------------------------------------------------------------------------------
    def select(
        self: S,
        filter_func: Callable[[V], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
        *,
        mask: np.ndarray | Callable[[S], np.ndarray] | None = None,
    ) -> S:
        """Subset of the members that pass every filter given.

        Parameters
        ----------
        filter_func : called with a view of each member (slow).
        at_most : number of members, or a share of the set if a float up to 1; the first ones are taken.
        agent_type : kept only if members are of that type.
        mask : boolean array in the order of the set, or a function from the set to one (fast), as in
            ``pool.select(mask=lambda p: p.get("place") == 3)``.
        """
        keep = np.ones(len(self), dtype=bool)
        if mask is not None:
            keep &= np.asarray(mask(self) if callable(mask) else mask, dtype=bool)
        if agent_type is not None and not issubclass(self._member_type(), agent_type):
            keep[:] = False
        positions = np.flatnonzero(keep)
        limit = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        if filter_func is not None:
            positions = self._filter(filter_func, positions, limit)
        if limit < len(positions):
            positions = positions[: int(limit)]
        chosen = self.take(positions)
        return self._become(chosen) if inplace else chosen

    def _filter(self, filter_func: Callable[[V], bool], positions: np.ndarray, limit: int | float) -> np.ndarray:
        chosen: list[int] = []
        for position, member in zip(positions.tolist(), self.take(positions)):
            if len(chosen) >= limit:
                break
            if filter_func(member):
                chosen.append(position)
        return np.array(chosen, dtype=np.int64)

    def sort(self: S, key: Callable[[V], Any] | str, ascending: bool = False, inplace: bool = False) -> S:
        """Set ordered by an attribute or a function of a view; equal members keep their order."""
        values = self.get(key) if isinstance(key, str) else np.array([key(member) for member in self])
        if ascending:
            order = np.argsort(values, kind="stable")
        else:  # stable in descending order too, as sorted(reverse=True)
            order = len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]
        ordered = self.take(order)
        return self._become(ordered) if inplace else ordered

    def shuffle(self: S, inplace: bool = False) -> S:
        """Set in random order, for samples in an analysis; the model itself never uses order."""
        order = np.random.default_rng(self.random.getrandbits(64)).permutation(len(self))
        shuffled = self.take(order)
        return self._become(shuffled) if inplace else shuffled

    def copy(self: S) -> S:
        """Set with the same members."""
        return self.take(np.arange(len(self)))

    # --- Values -------------------------------------------------------------------------------------------
    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """Attribute of every member as an array [n]; several names give a list of lists, one a member."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        if not isinstance(attr_names, str):
            values = [self.get(name, handle_missing, default_value).tolist() for name in attr_names]
            return [list(row) for row in zip(*values)]
        if attr_names in self.names:
            return self.column(attr_names)
        if handle_missing == "error":
            kind = self._member_type().__name__
            raise AttributeError(f"{kind} has no attribute {attr_names!r}; it has {', '.join(self.names)}")
        return np.full(len(self), default_value)

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """One or more functions of the values of an attribute, such as ``agg("talent", np.mean)``."""
        values = self.get(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    def groupby(self, by: Callable[[V], Any] | str, result_type: str = "agentset") -> ColumnarGroups:
        """Members grouped by an attribute or by a function of a view."""
        values = self.get(by) if isinstance(by, str) else np.array([by(member) for member in self])
        keys, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        pieces = np.split(np.argsort(inverse, kind="stable"), np.cumsum(counts)[:-1])
        groups = {key: self.take(piece) for key, piece in zip(keys.tolist(), pieces)} if len(keys) else {}
        return ColumnarGroups(groups if result_type == "agentset" else {k: list(g) for k, g in groups.items()})

    # --- Calls on views -----------------------------------------------------------------------------------
    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Results of a method name or function called with a view of each member (slow)."""
        if isinstance(method, str):
            return [getattr(member, method)(*args, **kwargs) for member in self]
        return [method(member, *args, **kwargs) for member in self]

    def do(self: S, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> S:
        """Call a method or function with a view of each member (slow); views cannot change the columns."""
        self.map(method, *args, **kwargs)
        return self

    # --- What columns refuse ------------------------------------------------------------------------------
    def shuffle_do(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: order must not matter."""
        raise TypeError(_ORDER.format(kind=type(self).__name__))

    def set(self, attr_name: str, value: Any) -> NoReturn:
        """Refused: only the world changes columns."""
        raise TypeError(_CLOSED.format(name="set", kind=type(self).__name__))

    def add(self, agent: Any) -> NoReturn:
        """Refused: only the world adds members."""
        raise TypeError(_CLOSED.format(name="add", kind=type(self).__name__))

    def discard(self, agent: Any) -> NoReturn:
        """Refused: only the world removes members."""
        raise TypeError(_CLOSED.format(name="discard", kind=type(self).__name__))

    def remove(self, agent: Any) -> NoReturn:
        """Refused: only the world removes members."""
        raise TypeError(_CLOSED.format(name="remove", kind=type(self).__name__))

    def pop(self) -> NoReturn:
        """Refused: only the world removes members."""
        raise TypeError(_CLOSED.format(name="pop", kind=type(self).__name__))

    def clear(self) -> NoReturn:
        """Refused: only the world removes members."""
        raise TypeError(_CLOSED.format(name="clear", kind=type(self).__name__))

    @abstractmethod
    def _member_type(self) -> type: ...


class ColumnarGroups:
    """Groups of a columnar set, with the methods of Mesa's GroupBy.

    Parameters
    ----------
    groups : group key -> columnar set (or list of views).
    """

    def __init__(self, groups: dict[Any, Any]) -> None:
        self.groups = groups

    def map(self, method: Callable[..., Any] | str, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Result of a method name or function for every group."""
        if isinstance(method, str):
            return {key: getattr(group, method)(*args, **kwargs) for key, group in self.groups.items()}
        return {key: method(group, *args, **kwargs) for key, group in self.groups.items()}

    def do(self, method: Callable[..., Any] | str, *args: Any, **kwargs: Any) -> ColumnarGroups:
        """As `map`, for chaining."""
        self.map(method, *args, **kwargs)
        return self

    def count(self) -> dict[Any, int]:
        """Number of members by group."""
        return {key: len(group) for key, group in self.groups.items()}

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Function of an attribute's values by group."""
        return {key: func(_values(group, attr_name)) for key, group in self.groups.items()}

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.groups.items())

    def __len__(self) -> int:
        return len(self.groups)


def _values(group: Any, attr_name: str) -> Any:
    if isinstance(group, list):
        return [getattr(member, attr_name) for member in group]
    return group.get(attr_name)
