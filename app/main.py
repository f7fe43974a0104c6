"""The application: rooms wired together, nothing else."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from time import time
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Lifespan, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from app import __version__
from app.access.authentication import Authenticate
from app.access.keys import find_caller
from app.access.routes import NEEDS
from app.caching import Cache
from app.exchange.jobs import Imports
from app.explorer.docs import mount_docs
from app.explorer.pages import mount_explorer
from app.history.writer import now
from app.limiting import Limiter, RateLimits
from app.metrics import Metrics
from app.middleware import Cors, EntityTags, Gate, Methods, RequestIds, SecurityHeaders
from app.models.nouns import NOUNS
from app.openapi import openapi_document
from app.routers import (
    about,
    admin_actions,
    bulk,
    changes,
    collaborations,
    crud,
    duplicates,
    evidence,
    exporting,
    funding,
    health,
    histories,
    import_runs,
    imports,
    keys,
    metrics,
    networks,
    organizations,
    projects,
    reconcile,
    search,
    states,
    visibility,
    withheld,
)
from app.routers.authorising import authorise
from app.routers.common import ProblemBody
from app.routers.handlers import install_handlers
from app.settings import Settings
from app.store.database import Database
from app.store.duplicates import Candidates
from app.store.present import present_of
from app.store.readiness import Readiness
from app.store.shelf import Shelf
from app.store.snapshot import Snapshots
from app.store.watching import Watch
from app.telemetry import OF_FASTAPI, Traces
from app.traffic import Measured, Traffic
from app.workers import Workers

DESCRIPTION = """\
Who funds whom, where, and who works together in civil society, governance and justice work in Mexico, with the
evidence behind every edge. Unknown is not zero, absent is not no, and money in different currencies is never added.
"""


_READ_SECONDS = 1.0
"""Time between two looks at what a process has counted, where others tell it too."""

_OTHER_THREADS = 20
"""Threads beyond those that can have a connection to the database."""
_OWN_MODULE = frozenset({"organization", "state", "project", "funding", "collaboration"})


class Service(FastAPI):
    """FastAPI, behind the cache if there is one: what it kept passes nothing of FastAPI."""

    measured: Measured | None = None
    cache: Cache | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or a part of the life of the server."""
        await (self.cache or self.measured or super().__call__)(scope, receive, send)


def create_app(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = now, shelf: Path | None = None
) -> Service:
    """The application, on the database that the settings name. `clock` tells the time to all that depends on it.

    `shelf` is a folder that it shares with the other processes of the service, where there are any.
    """
    settings = settings or Settings()
    database = Database(
        settings.database_url,
        secret=settings.plain_secret,
        clock=clock,
        query_seconds=settings.query_seconds,
        connections=settings.database_connections,
        replica_url=settings.database_replica_url or None,
    )
    workers = Workers(
        settings.job_processes,
        settings.job_seconds,
        waiting=settings.jobs_waiting,
        memory=settings.job_memory_bytes,
    )
    limiter = Limiter(settings.rate_limit_storage, clock=time if clock is now else lambda: clock().timestamp())
    present = present_of(database)
    watch = Watch(database, most=settings.event_streams)
    importer = Imports(database, clock=clock, most=settings.imports_waiting)
    readiness = Readiness(settings.database_url)
    snapshots = Snapshots(shelf=None if shelf is None else Shelf(shelf))
    traffic = Traffic()
    traces = Traces()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        traces.start()
        if not database.is_sqlite:
            # Who waits for a connection holds a thread; some have to be left for those who need none.
            threads = anyio.to_thread.current_default_thread_limiter()
            threads.total_tokens = max(threads.total_tokens, settings.database_connections + _OTHER_THREADS)
        watch.open()
        importer.start()
        reading = asyncio.create_task(_keep_reading(app.state.metrics))
        yield
        reading.cancel()
        watch.close()
        importer.close()
        app.state.metrics.close()
        limiter.close()
        workers.close()
        present.close()
        readiness.close()
        database.close()

    app = _described(lifespan)
    app.measured = Measured(partial(FastAPI.__call__, app), traffic)
    if settings.cache_bytes:
        app.cache = Cache(
            app.measured,
            present=present,
            most_bytes=settings.cache_bytes,
            limiter=limiter,
            reads=settings.rate_limit_reads,
            traffic=traffic,
            traces=traces,
        )
    app.state.settings = settings
    app.state.database = database
    app.state.snapshots = snapshots
    app.state.present = present
    app.state.readiness = readiness
    app.state.metrics = Metrics(
        traffic=traffic,
        cache=app.cache,
        limiter=limiter,
        workers=workers,
        watch=watch,
        imports=importer,
        snapshots=snapshots,
        database=database,
    )
    # A server of a database has no interpreter lock.
    app.state.turns = anyio.CapacityLimiter(1 if database.is_sqlite else math.inf)
    app.state.candidates = Candidates()
    app.state.workers = workers
    app.state.watch = watch
    app.state.imports = importer
    app.state.needs = dict(NEEDS)
    app.state.paths = {}
    install_handlers(app)
    _add_middleware(app, settings, database, limiter)
    return app


async def _keep_reading(metrics: Metrics) -> None:
    """Let other processes tell what this one has counted."""
    while metrics.is_shared:
        metrics.read()
        await asyncio.sleep(_READ_SECONDS)


def _described(lifespan: Lifespan[FastAPI] | None = None) -> Service:
    """An application that has its routes and can describe them, on no database."""
    app = Service(
        title="Tejido",
        version=__version__,
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=OF_FASTAPI,
        separate_input_output_schemas=False,
        dependencies=[Depends(authorise)],
    )
    app.router.routes.extend(_routes())
    mount_explorer(app)
    mount_docs(app)
    app.openapi = _document  # type: ignore[method-assign]
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """The routes of every application. To look at each endpoint takes time, and once in a process is enough."""
    whole = APIRouter()
    for router in (
        networks.router,
        evidence.router,
        search.router,
        duplicates.router,
        reconcile.router,
        about.router,
        organizations.router,
        states.router,
        projects.router,
        funding.router,
        collaborations.router,
        *(crud.crud_router(noun) for noun in NOUNS if noun.kind not in _OWN_MODULE),
        bulk.router,
        *(histories.history_router(noun) for noun in NOUNS),
        changes.router,
        # Before /v1/imports/{id}, which would take `template` for an id.
        exporting.router,
        imports.router,
        import_runs.router,
        keys.router,
        admin_actions.router,
        visibility.router,
        withheld.router,
        metrics.router,
        health.router,
    ):
        whole.include_router(router, dependencies=[Depends(authorise)])
    return tuple(whole.routes)


@cache
def _document() -> dict[str, Any]:
    tags = {noun.path: noun.summary for noun in NOUNS}
    return openapi_document(_described(), error=ProblemBody, tags=tags, needs=NEEDS)


def _add_middleware(app: FastAPI, settings: Settings, database: Database, limiter: Limiter) -> None:
    def allowed(scope: Scope) -> Sequence[str]:
        methods: set[str] = set()
        for context in iter_route_contexts(app.router.routes):
            match, _ = context.matches({**scope, "method": "GET"})
            if match is not Match.NONE:
                methods |= set(context.methods or ("GET",))
        return sorted(methods)

    # The one added last stands outermost.
    app.add_middleware(
        Gate,
        max_body_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        larger={bulk.PATH: settings.max_bulk_bytes},
        forms=frozenset({reconcile.PATH}),
        files={imports.PATH: (settings.max_import_bytes, settings.import_seconds)},
    )
    app.add_middleware(Methods, allowed=allowed)
    app.add_middleware(
        RateLimits,
        limiter=limiter,
        reads=settings.rate_limit_reads,
        writes=settings.rate_limit_writes,
        at_once=settings.requests_at_once,
    )
    app.add_middleware(
        Authenticate,
        find=lambda whole: find_caller(database.engine, whole, now=database.clock()),
        limiter=limiter,
        failed_keys=settings.rate_limit_failed_keys,
    )
    app.add_middleware(CompressMiddleware, minimum_size=1000)
    app.add_middleware(EntityTags)
    app.add_middleware(
        Cors,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=[
            "ETag",
            "Link",
            "Data-Version",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-ID",
            "Cache-Status",
        ],
    )
    app.add_middleware(RequestIds)
    app.add_middleware(SecurityHeaders)
