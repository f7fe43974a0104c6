"""The application: rooms wired together, nothing else."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

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
from app.history.writer import now
from app.limiting import Limiter, RateLimits
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
from app.store.shelf import Shelf
from app.store.snapshot import Snapshots
from app.store.watching import Watch
from app.workers import Workers

DESCRIPTION = """\
Who funds whom, where, and who works together in civil society, governance and justice work in Mexico, with the
evidence behind every edge. Unknown is not zero, absent is not no, and money in different currencies is never added.
"""


_OWN_MODULE = frozenset({"organization", "state", "project", "funding", "collaboration"})


class Service(FastAPI):
    """FastAPI, behind the cache if there is one: what it kept passes nothing of FastAPI."""

    cache: Cache | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or a part of the life of the server."""
        if self.cache is None:
            await super().__call__(scope, receive, send)
        else:
            await self.cache(scope, receive, send)


def create_app(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = now, shelf: Path | None = None
) -> Service:
    """The application, on the database that the settings name. `clock` tells the time to all that depends on it.

    `shelf` is a folder that it shares with the other processes of the service, where there are any.
    """
    settings = settings or Settings()
    database = Database(
        settings.database_url, secret=settings.plain_secret, clock=clock, query_seconds=settings.query_seconds
    )
    workers = Workers(
        settings.job_processes,
        settings.job_seconds,
        waiting=settings.jobs_waiting,
        memory=settings.job_memory_bytes,
    )
    limiter = Limiter(settings.rate_limit_storage, clock=lambda: clock().timestamp())
    present = present_of(database)
    watch = Watch(database, most=settings.event_streams)
    importer = Imports(database, clock=clock, most=settings.imports_waiting)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watch.open()
        importer.start()
        yield
        watch.close()
        importer.close()
        limiter.close()
        workers.close()
        present.close()
        database.close()

    app = _described(lifespan)
    if settings.cache_bytes:
        app.cache = Cache(
            partial(FastAPI.__call__, app),
            present=present,
            most_bytes=settings.cache_bytes,
            limiter=limiter,
            reads=settings.rate_limit_reads,
        )
    app.state.settings = settings
    app.state.database = database
    app.state.snapshots = Snapshots(shelf=None if shelf is None else Shelf(shelf))
    app.state.candidates = Candidates()
    app.state.workers = workers
    app.state.watch = watch
    app.state.imports = importer
    app.state.needs = dict(NEEDS)
    app.state.paths = {}
    install_handlers(app)
    _add_middleware(app, settings, database, limiter)
    return app


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
        separate_input_output_schemas=False,
        dependencies=[Depends(authorise)],
    )
    app.router.routes.extend(_routes())
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
