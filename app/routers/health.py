"""Whether the service lives, and whether it can answer."""

from fastapi import Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.migrations import head
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import DatabaseDep, NoParametersDep, problems

router = AreaRouter(tags=["service"])


class Health(BaseModel):
    """The service's state."""

    status: str = Field(description="ok")


@router.get("/healthz", operation_id="get_health", summary="Does the process live?", responses=problems())
def get_health(response: Response, _: NoParametersDep) -> Health:
    """Answers as long as the process serves requests; asks nothing of the database."""
    response.headers["Cache-Control"] = "no-store"
    return Health(status="ok")


@router.get("/readyz", operation_id="get_readiness", summary="Can it answer?", responses=problems())
def get_readiness(response: Response, database: DatabaseDep, _: NoParametersDep) -> Health:
    """Answers if the database is there and has the tables that this release needs."""
    response.headers["Cache-Control"] = "no-store"
    try:
        with database.read() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:
        revision = None
    if revision != head():
        raise Problem("busy", "The database is away or not migrated.", headers={"Retry-After": "1"})
    return Health(status="ok")
