"""What the service counts, for Prometheus."""

from functools import partial

import anyio
import anyio.to_thread
from fastapi import Request, Response

from app.metrics import OPENMETRICS, TEXT, Metrics
from app.routers.areas import AreaRouter
from app.routers.common import NoParametersDep, problems

router = AreaRouter(tags=["service"])

_SECONDS = 1.0
"""Time that the database has to tell its version: the rest is told in any case."""


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="What the service counts",
    response_class=Response,
    responses={
        200: {
            "content": {
                "text/plain": {"schema": {"type": "string", "description": "Prometheus' text format."}},
                "application/openmetrics-text": {"schema": {"type": "string", "description": "OpenMetrics 1.0."}},
            }
        },
        **problems(),
    },
)
async def get_metrics(request: Request, _: NoParametersDep) -> Response:
    """Requests, the cache, computations, the database and the processes; of all processes, whichever answers."""
    metrics: Metrics = request.app.state.metrics
    asked = request.headers.get("accept", "")
    media_type = OPENMETRICS if "application/openmetrics-text" in asked else TEXT
    version = None
    with anyio.move_on_after(_SECONDS):
        version = await request.app.state.present.number()
    # Not in the threads of the other requests: this has to be answered when they are all taken.
    page = await anyio.to_thread.run_sync(
        partial(metrics.page, media_type=media_type, public_version=version), limiter=metrics.threads
    )
    return Response(page, media_type=media_type, headers={"Cache-Control": "no-store"})
