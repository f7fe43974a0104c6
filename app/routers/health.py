"""Whether the service lives, and whether it can answer.

Neither needs one of the threads in which routes run: a supervisor that waits for one would take a service that has much
to do for one that is dead, and kill it.
"""

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import NoParametersDep, problems
from app.store.readiness import Readiness
from app.store.watching import server_stops

router = AreaRouter(tags=["service"])


class Health(BaseModel):
    """The service's state."""

    status: str = Field(description="ok")


@router.get("/healthz", operation_id="get_health", summary="Does the process live?", responses=problems())
async def get_health(response: Response, _: NoParametersDep) -> Health:
    """Answers as long as the process serves requests; asks nothing of the database."""
    response.headers["Cache-Control"] = "no-store"
    return Health(status="ok")


@router.get("/readyz", operation_id="get_readiness", summary="Can it answer?", responses=problems())
async def get_readiness(request: Request, response: Response, _: NoParametersDep) -> Health:
    """Answers if the database is there, has the tables that this release needs, and can be written.

    Within two seconds, and not any more once the service has been told to stop.
    """
    response.headers["Cache-Control"] = "no-store"
    readiness: Readiness = request.app.state.readiness
    obstacle = "The service stops." if server_stops() else await readiness.obstacle()
    if obstacle is not None:
        raise Problem("busy", obstacle, headers={"Retry-After": "1"})
    return Health(status="ok")
