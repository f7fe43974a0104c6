"""The object that NetworkX dispatches to.

Claimed functions run on the arrays. Any other function of NetworkX, and a claimed one with parameters that its kernel
does not do, runs in NetworkX itself on a plain copy of the graph, whatever ``nx.config.fallback_to_nx`` says: a graph
of Tejido can be given to every function that does not change it.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from networkx.utils import backends

from app.graph.backend import (
    betweenness,
    biconnected,
    centrality,
    cluster,
    community,
    components,
    core,
    ego,
    link_analysis,
    link_prediction,
    paths,
    projection,
    structural_holes,
)
from app.graph.backend.arrays import Arrays, from_networkx, to_networkx
from app.graph.backend.info import CHEAP, FUNCTIONS

__all__ = ["Backend", "backend"]

MODULES: tuple[ModuleType, ...] = (
    betweenness,
    biconnected,
    centrality,
    cluster,
    community,
    components,
    core,
    ego,
    link_analysis,
    link_prediction,
    paths,
    projection,
    structural_holes,
)

KERNELS: dict[str, Callable[..., Any]] = {
    name: getattr(module, name) for module in MODULES for name in module.__all__ if name in FUNCTIONS
}

UNDIRECTED = frozenset({"core_number", "k_core", "louvain_communities", "transitivity"})
"""Functions that NetworkX has for directed graphs too, but their kernels have not."""

WEIGHTS = ("weight", "distance")
"""Parameters that name an edge attribute; NetworkX takes a function there too."""


def _dispatchable(name: str) -> Any:
    """NetworkX's own function of this dispatch name."""
    return backends._registered_algorithms[name].__wrapped__  # type: ignore[attr-defined]  # the stubs leave it out


@cache
def _signature(name: str) -> inspect.Signature:
    """The parameters of a function."""
    return inspect.signature(_dispatchable(name).orig_func)


def _arguments(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter -> argument; empty if they do not fit, which the call itself will say."""
    try:
        bound = _signature(name).bind(*args, **kwargs)
    except TypeError:
        return {}
    bound.apply_defaults()
    return bound.arguments


def _refusal(name: str, arguments: Mapping[str, Any]) -> str | None:
    """Why the kernel does not take these arguments, as far as a glance tells."""
    graph = arguments.get("G", arguments.get("B"))
    if graph is None or graph.is_multigraph():
        return "multigraphs have no array graph"
    reasons = {
        "a weight must be the name of an edge attribute": any(callable(arguments.get(name)) for name in WEIGHTS),
        "only Dijkstra's method": arguments.get("method") not in {"dijkstra", "unweighted", None},
        "there are no array multigraphs": bool(arguments.get("multigraph")),
        "only undirected graphs": name in UNDIRECTED and graph.is_directed(),
        "max_level is not supported": arguments.get("max_level") is not None,
        "threshold is not supported": arguments.get("threshold", 1e-7) != 1e-7,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _holds_arrays(arguments: tuple[Any, ...]) -> bool:
    """Whether a graph of ours is among the arguments, or in a list among them."""
    return any(
        isinstance(argument, Arrays)
        or (isinstance(argument, list) and any(isinstance(one, Arrays) for one in argument))
        for argument in arguments
    )


def _plain(argument: Any) -> Any:
    """The argument with graphs of ours made plain."""
    if isinstance(argument, Arrays):
        return to_networkx(argument)
    if isinstance(argument, list) and any(isinstance(one, Arrays) for one in argument):
        return [_plain(one) for one in argument]
    return argument


def _in_networkx(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What NetworkX's own code makes of plain copies of the graphs."""
    function = _dispatchable(name)
    if "networkx" not in function.backends:
        msg = f"{name} has no implementation in NetworkX for what the kernel does not do."
        raise NotImplementedError(msg)
    return function.orig_func(*map(_plain, args), **{key: _plain(value) for key, value in kwargs.items()})


class Backend:
    """What NetworkX asks of a backend."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The function of this dispatch name, for graphs of ours."""
        if name.startswith("_") or name not in backends._registered_algorithms:  # type: ignore[attr-defined]
            raise AttributeError(name)
        kernel = KERNELS.get(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if kernel is not None and _refusal(name, _arguments(name, args, kwargs)) is None:
                try:
                    return kernel(*args, **kwargs)
                except NotImplementedError:
                    pass
            return _in_networkx(name, args, kwargs)

        call.__name__ = name
        return call

    def can_run(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Whether to call us: always for a graph of ours that is only read, else for what a kernel does."""
        function = _dispatchable(name)
        if not function.graphs:
            return "it takes no graph"
        if function._will_call_mutate_input(args, kwargs):
            return "array graphs do not change"
        if _holds_arrays((*args, *kwargs.values())):
            return True
        if name not in KERNELS:
            return "there is no kernel for it"
        return _refusal(name, _arguments(name, args, kwargs)) or True

    def should_run(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Whether it is worth converting a plain graph."""
        if name in CHEAP and not _holds_arrays((*args, *kwargs.values())):
            return "converting the graph costs more"
        return True

    def convert_from_nx(
        self,
        graph: Any,
        *,
        edge_attrs: Mapping[str, Any] | None = None,
        preserve_edge_attrs: bool = False,
        node_attrs: Mapping[str, Any] | None = None,
        preserve_node_attrs: bool = False,
        preserve_graph_attrs: bool = False,
        name: str | None = None,
        graph_name: str | None = None,
    ) -> Any:
        """The array graph of a plain one, with the attributes that the function reads."""
        del preserve_graph_attrs, name, graph_name
        if graph.is_multigraph():
            msg = "multigraphs have no array graph"
            raise NotImplementedError(msg)
        return from_networkx(
            graph,
            edge_attributes=None if preserve_edge_attrs else dict(edge_attrs or {}),
            node_attributes=preserve_node_attrs or bool(node_attrs),
        )

    def convert_to_nx(self, obj: Any, *, name: str | None = None) -> Any:
        """A plain graph for one of ours; anything else as it is."""
        del name
        return to_networkx(obj) if isinstance(obj, Arrays) else obj


backend = Backend()
