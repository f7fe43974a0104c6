"""Make the backend known to NetworkX where no package metadata does."""

from typing import Any

import networkx as nx
from networkx.utils import backends

__all__ = ["NAME", "Loader", "register"]

NAME = "tejido"
"""The backend's name, in ``backend=`` and in ``nx.config.backend_priority``."""


class Loader:
    """What an entry point is to NetworkX: something with ``load()``."""

    name = NAME

    def load(self) -> Any:
        """The object that NetworkX dispatches to, imported at the first use."""
        from app.graph.backend.dispatch import backend  # noqa: PLC0415  # it imports the graphs, which import this

        return backend


def register() -> None:
    """Let NetworkX dispatch to this backend, which an installed package's entry point does without being asked.

    Tejido also runs from its source tree, uninstalled. There NetworkX knows no backend, and would read an array graph
    node by node. This does what NetworkX's own ``conftest.py`` does for the backend of its tests.
    """
    known: dict[str, Any] = backends.backends  # type: ignore[attr-defined]  # the stubs leave these out
    if NAME in known:
        return
    from app.graph.backend.info import info  # noqa: PLC0415  # only here: an entry point reads it by itself

    described = info()
    known[NAME] = Loader()
    backends.backend_info[NAME] = described  # type: ignore[attr-defined]
    nx.config.backends = nx.utils.Config(**{NAME: nx.utils.Config()}, **nx.config.backends)
    for name in described["functions"]:
        backends._registered_algorithms[name].backends.add(NAME)  # type: ignore[attr-defined]
    dispatchable: Any = backends._dispatchable
    dispatchable.__call__ = dispatchable._call_if_any_backends_installed
