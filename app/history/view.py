"""What one class of reader sees of the data at one version. All reading goes through a view."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property

from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, not_, select

from app.history.tables import HISTORY, current_at
from app.models.tables import Amendment, DataCounter, DataVersion, Reader, sql_table
from app.problems import Problem

COUNTER = select(sql_table(DataCounter))
"""The one row that tells the present data versions."""
_VERSION = sql_table(DataVersion)
_AMENDMENT = sql_table(Amendment)

_LETTERS = {Reader.public: "v", Reader.restricted: "r"}
"""What the versions of a class of reader begin with: the two are counted apart."""


@dataclass(frozen=True)
class View:
    """The data at one version, as a connection sees it and a class of reader may."""

    connection: Connection
    reader: Reader
    number: int
    """Internal data version."""
    ordinal: int
    """Data version of the class of reader."""
    is_present: bool
    """Whether the rows are those of the tables; every version is in their histories."""
    amendments: int = 0
    """How many amendments there were when the view was made."""
    amended: int = 0
    """Number of the last amendment of this very version: it took something away from what the version had held.

    To those who see everything, what is restricted says that it is, in past versions too: for them it is amended too.
    """
    _selected: dict[str, FromClause] = field(default_factory=dict, repr=False, compare=False)

    @property
    def version(self) -> str:
        """The version's name, as `as_of` takes it: `v12`, and `r12` for those who may see what is restricted."""
        return f"{_LETTERS[self.reader]}{self.ordinal}"

    @property
    def tag(self) -> str:
        """What an entity tag says of the version: another one after an amendment."""
        return f"{self.version}.{self.amended}" if self.amended else self.version

    @property
    def is_public(self) -> bool:
        """Whether it is what the public sees."""
        return self.reader is Reader.public

    def rows(self, table: Table) -> tuple[Table, list[ColumnElement[bool]]]:
        """Where the rows of a versioned table stand, and the conditions that they meet.

        This is the one place where what a class of reader may not see is left out.
        """
        source = table if self.is_present else HISTORY[table.name]
        conditions = [] if self.is_present else [current_at(source, self.number)]
        if self.is_public:
            conditions.append(_is_public(source))
        return source, conditions

    def __getitem__(self, table: Table) -> FromClause:
        """The rows of a versioned table, with its columns: the same object whenever it is asked for."""
        if self.is_present:
            return _public(table) if self.is_public else table
        found = self._selected.get(table.name)
        if found is None:
            found = self._selected[table.name] = _selected(table, *self.rows(table))
        return found

    @cached_property
    def at(self) -> datetime:
        """When the version was made; the beginning of time for the empty one. Ask while the connection is open."""
        if not self.ordinal:
            return datetime.min.replace(tzinfo=UTC)
        of_class = _VERSION.c.public_number if self.is_public else _VERSION.c.number
        query = select(func.min(_VERSION.c.at)).where(of_class == self.ordinal)
        moment: datetime = self.connection.execute(query).scalar_one()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _selected(table: Table, source: Table, conditions: Sequence[ColumnElement[bool]]) -> FromClause:
    columns = [source.c[column.name] for column in table.columns]
    return select(*columns).where(*conditions).subquery(table.name)


@cache
def _public(table: Table) -> FromClause:
    """The rows of a table that the public sees: the same of every present view, for it takes a while to make."""
    return _selected(table, table, [_is_public(table)])


def _is_public(rows: Table) -> ColumnElement[bool]:
    return not_(rows.c.hidden)


def present_view(connection: Connection, reader: Reader = Reader.public) -> View:
    """The present data."""
    counter = connection.execute(COUNTER).one()
    ordinal = counter.public_number if reader is Reader.public else counter.number
    return View(connection, reader, counter.number, ordinal, True, counter.amendments)


def view_at(connection: Connection, as_of: str | None = None, reader: Reader = Reader.public) -> View:
    """The data at the version that `as_of` (`v12`, or an RFC 3339 time) names; the present data where it names none."""
    present = present_view(connection, reader)
    if as_of is None:
        return present
    letter = _LETTERS[reader]
    wrong = [{"parameter": "as_of", "detail": f"{letter} and a number, or a time with its zone, not in the future"}]
    if re.fullmatch(rf"{letter}[0-9]{{1,15}}", as_of):
        asked = int(as_of[1:])
        if asked > present.ordinal:
            raise Problem("bad-parameter", "There is no such version yet.", errors=wrong)
        return past_view(present, asked)
    moment = _moment(as_of)
    if moment is None or moment > datetime.now(UTC):
        raise Problem("bad-parameter", "Not a version and not a time.", errors=wrong)
    of_class = _VERSION.c.public_number if present.is_public else _VERSION.c.number
    return past_view(
        present, connection.execute(select(func.max(of_class)).where(_VERSION.c.at <= moment)).scalar() or 0
    )


def past_view(present: View, ordinal: int) -> View:
    """The data at a version of the class of reader."""
    if ordinal == present.ordinal:
        return present
    connection, number = present.connection, ordinal
    if present.is_public:
        query = select(func.max(_VERSION.c.number)).where(_VERSION.c.public_number == ordinal)
        number = connection.execute(query).scalar() or 0
    touching = select(func.max(_AMENDMENT.c.number)).where(_AMENDMENT.c.first <= number, _AMENDMENT.c.last > number)
    if present.is_public:
        touching = touching.where(_AMENDMENT.c.is_public)
    amended = connection.execute(touching).scalar() or 0 if present.amendments else 0
    return View(connection, present.reader, number, ordinal, False, present.amendments, amended)


def _moment(text: str) -> datetime | None:
    try:
        given = datetime.fromisoformat(text)
        # The first and last days of the calendar have no UTC form in every zone.
        return given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        return None
