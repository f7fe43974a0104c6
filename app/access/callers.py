"""Who sends a request."""

from dataclasses import dataclass

from app.access.scopes import Scope
from app.models.tables import Reader


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the holder of a key, or anybody."""

    name: str
    """Prefix of the key, or `anonymous`."""
    scopes: frozenset[Scope]

    @property
    def is_anonymous(self) -> bool:
        """Whether the request came without a key."""
        return not self.scopes

    @property
    def reader(self) -> Reader:
        """The class of reader that the caller belongs to."""
        return Reader.restricted if Scope.restricted in self.scopes else Reader.public

    @property
    def actor(self) -> str | None:
        """Who it was, for the history and the log of admin actions; None for anybody."""
        return None if self.is_anonymous else self.name


ANONYMOUS = Caller(name="anonymous", scopes=frozenset())
"""Whoever sends no key."""
