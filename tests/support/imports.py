"""Files that are brought over HTTP."""

import time
from typing import Any

from fastapi.testclient import TestClient

_PATIENCE = 60


def ended(client: TestClient, address: str) -> dict[str, Any]:
    """What became of an import, once it is over."""
    end = time.monotonic() + _PATIENCE
    while (job := client.get(address).json())["status"] in ("waiting", "running"):
        assert time.monotonic() < end, job
        time.sleep(0.02)
    return dict(job)
