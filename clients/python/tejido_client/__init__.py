"""A client for Tejido: who funds whom, where, and who works together in civil society work in Mexico.

    from tejido_client import Tejido

    with Tejido("http://localhost:8000") as api:
        for organization in api.organizations.list(kind="ngo"):
            print(organization["name"])

`AsyncTejido` is the same for asyncio. `tejido_client.types` has the types of all that is taken and answered.
"""

from tejido_client._async.client import AsyncTejido
from tejido_client._sync.client import Tejido
from tejido_client.answers import Tables
from tejido_client.calls import Retries
from tejido_client.events import Event
from tejido_client.problems import (
    Changed,
    Conflict,
    Forbidden,
    Gone,
    KeyRefused,
    NotFound,
    NotReached,
    Problem,
    TejidoError,
    TooManyRequests,
    Unavailable,
)
from tejido_client.version import VERSION

__version__ = VERSION

__all__ = [
    "AsyncTejido",
    "Changed",
    "Conflict",
    "Event",
    "Forbidden",
    "Gone",
    "KeyRefused",
    "NotFound",
    "NotReached",
    "Problem",
    "Retries",
    "Tables",
    "Tejido",
    "TejidoError",
    "TooManyRequests",
    "Unavailable",
    "__version__",
]
