"""Keys for the tests, and clients that send them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fastapi.testclient import TestClient

from app.access.keys import create_key
from app.main import create_app
from app.settings import Settings
from app.store.database import Database


def make_key(database: Database, *scopes: str, expires_at: datetime | None = None) -> str:
    """A key with these scopes."""
    with database.write_service() as connection:
        return create_key(connection, label="of a test", scopes=scopes, expires_at=expires_at, actor="test")[0]


def key_for(url: str, *scopes: str) -> str:
    """The same, in the database of this URL."""
    database = Database(url)
    whole = make_key(database, *scopes)
    database.close()
    return whole


def bearer(key: str) -> dict[str, str]:
    """The header that sends a key."""
    return {"Authorization": f"Bearer {key}"}


def as_caller(client: TestClient, *scopes: str) -> TestClient:
    """A client of the same application that sends a key with these scopes; with none it sends no key."""
    headers = bearer(make_key(client.app.state.database, *scopes)) if scopes else {}  # type: ignore[attr-defined]
    return TestClient(client.app, headers=headers, raise_server_exceptions=False)


@contextmanager
def client_of(url: str, *scopes: str, **settings: Any) -> Iterator[TestClient]:
    """A client of the application on a database, which sends a key with these scopes; with none it sends no key."""
    headers = bearer(key_for(url, *scopes)) if scopes else {}
    app = create_app(Settings(database_url=url, **settings))
    with TestClient(app, headers=headers, raise_server_exceptions=False) as client:
        yield client
