"""How Mesa sees the world: `model.agents` is governments (objects) and researchers (columns) together.

Mesa keeps its registries in private attributes and shows them through the properties ``agents``,
``agent_types`` and ``agents_by_type``, in 3.3 as in 3.5. `ColumnarModel` overrides the three properties and
leaves the registries, which hold the governments, alone.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import mesa
import numpy as np

from sim.agents.columnar import ColumnarGroups
from sim.agents.pool import ResearcherPool
from sim.agents.researcher import Researcher
from sim.core.columns import Columns


class IdsOfModel:
    """Numbers of agents by model for Mesa 3.3, kept on the model: Mesa's own table would keep every model alive.

    For the class attribute ``_ids`` of an agent class; Mesa 3.5 counts on the model itself and never asks.
    """

    def __getitem__(self, model: Any) -> Iterator[int]:
        counter: Iterator[int] = model.__dict__.setdefault("_agent_ids", itertools.count(1))
        return counter


class ColumnarModel(mesa.Model):
    """Mesa model whose researchers live in columns.

    Parameters
    ----------
    columns : the researchers; may be replaced later by setting ``model.columns``.
    rng : seed of Mesa's own generators, which the model itself never draws from.
    """

    columns: Columns

    def __init__(self, columns: Columns | None = None, *, rng: int = 0) -> None:
        super().__init__(rng=rng)
        self.columns = columns if columns is not None else Columns()

    @property
    def researchers(self) -> ResearcherPool:
        """Everyone in research, live."""
        return ResearcherPool(self.columns, self, self.random)

    @property
    def agents(self) -> AllAgents:
        """Researchers and governments."""
        return AllAgents([self.researchers, *super().agents_by_type.values()])

    @property
    def agent_types(self) -> list[type]:
        """Types of agents, `Researcher` first."""
        return [Researcher, *super().agent_types]

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Type -> set of agents."""
        return {Researcher: self.researchers, **super().agents_by_type}


class AllAgents:
    """Several sets of agents as one, with the reading methods of Mesa's AgentSet.

    Parameters
    ----------
    parts : columnar or Mesa sets, each of one type of agent.
    """

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def __iter__(self) -> Iterator[Any]:
        for part in self.parts:
            yield from part

    def __contains__(self, agent: object) -> bool:
        return any(agent in part for part in self.parts)

    def __getitem__(self, item: int | slice) -> Any:
        if isinstance(item, slice):
            return self.to_list()[item]
        position = item + len(self) if item < 0 else item
        for part in self.parts:
            if 0 <= position < len(part):
                return part[position] if isinstance(part, ResearcherPool) else list(part)[position]
            position -= len(part)
        raise IndexError(f"position {item} of {len(self)} agents")

    def to_list(self) -> list[Any]:
        """Agents and views of agents; slow for large worlds."""
        return list(self)

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> Any:
        """Subset; with a type of which one part consists, that part's own set."""
        if inplace:
            raise TypeError("the agents of a model cannot be narrowed in place; use the set that select returns")
        limit = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        chosen: list[Any] = []
        for part in self.parts:
            piece = part.select(filter_func, limit, agent_type=agent_type)
            limit -= len(piece)
            chosen.append(piece)
        filled = [piece for piece in chosen if len(piece)]
        return filled[0] if agent_type is not None and len(filled) == 1 else AllAgents(filled)

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """Attribute of every agent as an array; several names give a list of lists."""
        values = [part.get(attr_names, handle_missing, default_value) for part in self.parts]
        if not isinstance(attr_names, str):
            return [row for rows in values for row in rows]
        return np.concatenate([np.asarray(v) for v in values]) if values else np.zeros(0)

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """One or more functions of the values of an attribute that all agents have."""
        values = self.get(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> ColumnarGroups:
        """Agents grouped by an attribute that all have, or by a function of an agent."""
        pieces: dict[Any, list[Any]] = defaultdict(list)
        for part in self.parts:
            for key, group in part.groupby(by):
                pieces[key].append(group)
        groups = {key: AllAgents(found) for key, found in pieces.items()}
        return ColumnarGroups(groups if result_type == "agentset" else {k: list(g) for k, g in groups.items()})

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Results of a method or function of every agent."""
        return [result for part in self.parts for result in part.map(method, *args, **kwargs)]

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AllAgents:
        """Call a method or function of every agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: order must not matter."""
        raise TypeError("shuffle_do is not possible: what an agent does must not depend on the order of calls")

    def __repr__(self) -> str:
        return "<" + " + ".join(f"{len(part)} {type(part).__name__}" for part in self.parts) + ">"
