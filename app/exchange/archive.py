"""The whole data set as one ZIP archive: every table, with a README, the licence and a data dictionary.

The dictionary is a Frictionless Data Package (https://datapackage.org): `datapackage.json` says of every column what it
is, and of every reference where it leads. The same version and format give the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from app.exchange.dictionary import ANY_KIND, SEPARATOR, TABLE_ONLY, Item, Table, Type, lists_of, table_name, table_of
from app.exchange.paging import Version, sized, whole_list
from app.exchange.tables_writing import FORMATS, csv_line
from app.exchange.zipping import Zip
from app.history.view import View
from app.models.noun import Noun, Part, Values
from app.models.nouns import BY_KIND, NOUNS
from app.store.records import PageQuery, list_page

MEDIA_TYPE = "application/zip"
ARCHIVE_FORMATS = {"csv": FORMATS["csv-plain"], "jsonl": FORMATS["jsonl"], "parquet": FORMATS["parquet"]}
"""The formats that the tables of an archive may have, by name."""
PACKAGE, README, LICENCE = "datapackage.json", "README.md", "LICENCE.txt"
"""The files of an archive that are no tables."""
LISTS = "lists"
"""The folder of what is in the tables already: their lists, a line an item."""
DEFAULT_LICENCE = "CC-BY-4.0"

_LARGE = 1_000_000
"""Records from which on a file may grow beyond 2 GiB."""
_IN_MEMORY = 1_000_000
"""Bytes of a list that wait in memory; more wait in a file."""
_SOURCES = 500

_LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "ODbL-1.0": ("Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "PDDL-1.0": ("Open Data Commons Public Domain Dedication 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of itself."""

    data_version: str
    made: datetime
    is_public: bool
    licence: str
    """SPDX identifier of the licence of the data."""
    contact: str
    address: str
    """Where the service is, if that is known."""
    sources: Sequence[Values]
    """Title and, where it has one, address of each document; of so many only that an answer lists."""

    @classmethod
    def of(cls, view: View, *, licence: str, contact: str, address: str) -> "About":
        """What there is to say of a view."""
        documents = list_page(view, BY_KIND["document"], PageQuery(limit=_SOURCES)).items
        sources = [{"title": one["title"], "path": one["url"]} for one in documents]
        return cls(view.version, view.at, view.is_public, licence, contact, address, sources)


def archive_name(about: About, form: str) -> str:
    """The name of an archive's file."""
    return f"tejido-{about.data_version}.zip" if form == "csv" else f"tejido-{about.data_version}-{form}.zip"


def write_archive(version: Version, about: About, form: str) -> Iterator[bytes]:
    """The bytes of an archive with all tables in a format of `ARCHIVE_FORMATS`."""
    archive, written = Zip(), ARCHIVE_FORMATS[form]
    archive.add(README, _readme(about, form).encode())
    archive.add(LICENCE, _licence_text(about).encode())
    resources: list[Values] = []
    query = sized(PageQuery())
    for noun in NOUNS:
        table = table_of(noun)
        first = version.page(noun, query, count=True)
        is_large = (first.total or 0) > _LARGE
        with ExitStack() as stack:
            lists = [_List.of(noun, *one, stack) for one in lists_of(noun.kind)] if form == "csv" else []
            pages = _spread(whole_list(version, noun, query, first), lists)
            path, told = f"{table.name}.{written.extension}", _Told()
            with archive.file(path, packed=form != "parquet", large=is_large) as entry:
                for piece in told.of(written.write(table, pages)):
                    entry.write(piece)
                    yield from archive.sink.pieces()
            resources.append(_resource(table, path, form, told, first.total or 0))
            for one in lists:
                told = _Told()
                with archive.file(one.path, large=is_large) as entry:
                    for piece in told.of(one.pieces()):
                        entry.write(piece)
                        yield from archive.sink.pieces()
                resources.append(one.resource(told))
    package = json.dumps(_without_nulls(_package(about, resources)), ensure_ascii=False, indent=1)
    archive.add(PACKAGE, f"{package}\n".encode())
    archive.close()
    yield from archive.sink.pieces(least=1)


@dataclass(slots=True)
class _Told:
    """How long a file is, and what its bytes add up to."""

    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces, counted."""
        for piece in pieces:
            self.size += len(piece)
            self.digest.update(piece)
            yield piece

    def said(self) -> Values:
        """The same in a data package."""
        return {"bytes": self.size, "hash": f"sha256:{self.digest.hexdigest()}"}


# --- the lists of records, a line an item --------------------------------------------------------------------------


@dataclass(slots=True)
class _List:
    """The lists of one name that all records of a noun hold, as a table that refers to the noun's."""

    noun: Noun
    part: Part
    item: Item
    waiting: IO[bytes]
    rows: int = 0

    @classmethod
    def of(cls, noun: Noun, part: Part, item: Item, stack: ExitStack) -> "_List":
        """An empty one, with its headings. What is added waits in memory, or in a file that goes with the stack."""
        waiting = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the stack closes it
        made = cls(noun, part, item, stack.enter_context(waiting))
        made.waiting.write(csv_line([noun.kind, "position", *(leaf.name for leaf in made.leaves)]))
        return made

    @property
    def name(self) -> str:
        """`organization_names`."""
        return f"{self.noun.kind}_{self.item.name}"

    @property
    def path(self) -> str:
        """The name of its file."""
        return f"{LISTS}/{self.name}.csv"

    @property
    def leaves(self) -> tuple[Item, ...]:
        """What each item of the list holds."""
        if self.item.type is Type.group:
            return self.item.items
        return (Item(self.part.scalar or "", self.item.type, self.item.description, target=self.item.target),)

    def add(self, record: Values) -> None:
        """Add the list of a record."""
        for position, one in enumerate(record[self.item.name]):
            values = [one[leaf.name] for leaf in self.leaves] if self.item.type is Type.group else [one]
            self.waiting.write(csv_line([record["id"], position, *values]))
            self.rows += 1

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the file."""
        self.waiting.seek(0)
        while piece := self.waiting.read(64 * 1024):
            yield piece

    def resource(self, told: _Told) -> Values:
        """What a data package says of it."""
        owner = Item(
            self.noun.kind, Type.reference, "The record that holds the list.", may_be_empty=False, target=self.noun.kind
        )
        place = Item("position", Type.integer, "Place in the list, from 0.", may_be_empty=False)
        items = (owner, place, *self.leaves)
        keys = [
            _foreign_key(item.name, item.target)
            for item in items
            if item.target is not None and item.target != ANY_KIND
        ]
        return {
            "name": self.name,
            "type": "table",
            "path": self.path,
            "title": f"{self.item.name} of {table_name(self.noun)}",
            "description": f"{self.item.description} The same as in {table_name(self.noun)}, a line an item; not read "
            "by an import.",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            **told.said(),
            "rows": self.rows,
            "schema": {
                "fields": [
                    _field(item.name, item, is_list=False, must_be_filled=not item.may_be_empty) for item in items
                ],
                "missingValues": [""],
                "primaryKey": [self.noun.kind, "position"],
                "foreignKeys": keys,
            },
        }


def _spread(pages: Iterable[Sequence[Values]], lists: Sequence[_List]) -> Iterator[Sequence[Values]]:
    for page in pages:
        for record in page:
            for one in lists:
                one.add(record)
        yield page


# --- the data dictionary -------------------------------------------------------------------------------------------

_FIELD_TYPES: dict[Type, Values] = {
    Type.integer: {"type": "integer"},
    Type.decimal: {"type": "number"},
    Type.flag: {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    Type.group: {"type": "object"},
}


def _without_nulls(value: Any) -> Any:
    """The value without members that are null: in a data package they are left out."""
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _package(about: About, resources: Sequence[Values]) -> Values:
    title, path = _licence(about)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "tejido",
        "title": "Tejido: who funds whom, where, and who works together",
        "description": "Civil society, governance and justice work in Mexico, with the evidence behind every record.",
        "version": about.data_version,
        "created": about.made.isoformat(),
        "homepage": about.address or None,
        "licenses": [{"name": about.licence, "title": title, "path": path}],
        "contributors": [{"title": about.contact, "roles": ["contact"]}],
        "sources": list(about.sources),
        "resources": list(resources),
    }


def _resource(table: Table, path: str, form: str, told: _Told, rows: int) -> Values:
    nested = form != "csv"
    if nested:
        fields = [
            one
            for item in table.items
            if form == "parquet" or item.name not in TABLE_ONLY
            for one in _nested(item, form)
        ]
        if form == "jsonl":
            status = "For each field that may be empty: known, none_recorded, or unknown."
            fields.append({"name": "value_status", "type": "object", "description": status})
    else:
        fields = [
            _field(one.name, one.item, is_list=one.is_list, must_be_filled=one.must_be_filled, text=one.description)
            for one in table.columns
        ]
    keys = [
        _foreign_key(column.name, column.item.target)
        for column in table.columns
        if column.above is None and not column.is_list and column.item.target not in (None, ANY_KIND)
    ]
    written = ARCHIVE_FORMATS[form]
    return {
        "name": table.name,
        "type": "table",
        "path": path,
        "title": table.name.replace("_", " ").capitalize(),
        "description": table.noun.summary,
        "format": written.extension,
        "mediatype": written.media_type,
        "encoding": None if form == "parquet" else "utf-8",
        **told.said(),
        "rows": rows,
        "schema": {
            "fields": fields,
            "missingValues": None if nested else [""],
            "primaryKey": ["id"],
            "foreignKeys": keys,
        },
    }


def _foreign_key(name: str, kind: str | None) -> Values:
    return {
        "fields": [name],
        "reference": {"resource": table_name(BY_KIND[kind or ""]), "fields": ["id"]},
    }


def _field(name: str, item: Item, *, is_list: bool, must_be_filled: bool, text: str | None = None) -> Values:
    description = text or item.description
    constraints: Values = {"required": True} if must_be_filled else {}
    if is_list:
        description += f" Several values in one cell, with {SEPARATOR} between them."
    else:
        if item.words:
            constraints["enum"] = list(item.words)
        if item.pattern:
            constraints["pattern"] = item.pattern
        if name == "id":
            constraints["unique"] = True
    if item.is_derived:
        description += " Not read by an import."
    kind: Values = {"type": "string"} if is_list else _FIELD_TYPES.get(item.type, {"type": "string"})
    return {"name": name, **kind, "description": description, "constraints": constraints or None}


def _nested(item: Item, form: str) -> Iterator[Values]:
    """The fields of an item where a file nests; of a date in Parquet there are three."""
    if item.is_list:
        held = [{"name": one.name, "description": one.description} for one in item.items]
        yield {"name": item.name, "type": "array", "description": item.description, "items": held or None}
        return
    yield _field(item.name, item, is_list=False, must_be_filled=not item.may_be_empty)
    if form == "parquet" and item.type is Type.date:
        for end, words in (("earliest", "first"), ("latest", "last")):
            description = f"The {words} day that {item.name} may stand for. Not read by an import."
            yield {"name": f"{item.name}_{end}", "type": "date", "description": description}


# --- in words ------------------------------------------------------------------------------------------------------


def _licence(about: About) -> tuple[str, str]:
    return _LICENCES.get(about.licence, (about.licence, f"https://spdx.org/licenses/{about.licence}.html"))


def _what(about: About) -> str:
    return "The data in this archive" if about.is_public else "What is public of the data in this archive"


def _licence_text(about: About) -> str:
    title, path = _licence(about)
    return (
        f"{_what(about)}: {title} ({about.licence})\n{path}\n\n"
        "They are facts read from documents, which are not in the archive. The documents have licences of their own:\n"
        "see the column licence of the table documents.\n"
    )


_HOW: dict[str, str] = {
    "csv": f"""\
- UTF-8 without a byte order mark, commas, RFC 4180 quotes and line ends. Texts are quoted, numbers are not, and an
  empty cell is a missing value.
- No cell starts a formula: an apostrophe goes before `=`, `+`, `-`, `@`, tab, newline and their full-width forms at the
  start of a text, and after a comma, semicolon, tab, newline or quote in it. Take one such apostrophe away to have the
  text back; an import does.
- A list is one column for each member (`names.text`, `names.kind`), whose cells hold the values of all items with
  `{SEPARATOR}` between them. In a value, a backslash stands before an own `{SEPARATOR}` or backslash.
- `{LISTS}/` has the same lists as tables of their own, a line an item. An import does not read them.
""",
    "jsonl": """\
- JSON Lines in UTF-8: a record a line, as the API answers it. Amounts are decimal texts.
- `ref` says of which kind a record is, and which one.
""",
    "parquet": """\
- Parquet: amounts are exact decimals, lists are lists.
- A date is a text, as it may be a year or a month; `_earliest` and `_latest` are the days that it may stand for.
- An import does not read Parquet.
""",
}


def _readme(about: About, form: str) -> str:
    title, path = _licence(about)
    readers = "what is public" if about.is_public else "everything, also what is restricted: do not pass it on"
    where = f", {about.address}" if about.address else ""
    return f"""\
# Tejido, data version {about.data_version}

Who funds whom, where, and who works together in civil society, governance and justice work in Mexico, with the evidence
behind every record. Holds {readers}.

- data version: {about.data_version}, made {about.made.isoformat()}
- licence{"" if about.is_public else " of what is public"}: {title} ({about.licence}), {path}
- cite as: Tejido, data version {about.data_version}{where}
- corrections: {about.contact}

`{PACKAGE}` describes every table and column, and what refers to what (Frictionless Data Package).

## Reading it

- `id` is unique in its table and never used again. A column that refers to another table holds an id of it; `record`
  of the table `citations` holds a prefixed id (`org:ned`), as it may be of any table. The column `ref` has such an id.
- An empty field is unknown where `{TABLE_ONLY[1]}` names it (in JSON Lines: `value_status`); in all others nothing is
  recorded. Unknown is never zero, and absent is never no.
- Dates are as exact as they are known: 2020, 2020-08, 2020-08-31.
- Money in different currencies is never to be added. `currency_presumed`: the source shows only a sign.
- `basis` says how the source carries a fact: stated, implied, attributed.
{_HOW[form]}"""
