"""What the tables hold, column by column: read from the schemas, for files, templates and data dictionaries alike.

A record is nested: an organization has names, and each name a text and a kind. Where a file can nest (JSON Lines,
Parquet), an item is as it is; a flat table has a column for each leaf (`names.text`, `names.kind`), whose cell holds
the values of all items of the list. docs/exchange/tables.md tells users of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from app.models.noun import Noun, Part, Values, part_sql, read_schema, references
from app.models.nouns import BY_KIND, NOUNS
from app.models.types import Figure, Money, PartialDate, Percent, Schema

ANY_KIND = "record"
"""What a reference refers to that names records of any kind, by prefixed id."""
CITATIONS = "citations"
_UNKNOWN = "unknown_fields"
TABLE_ONLY = (CITATIONS, _UNKNOWN)
"""Members that records have in tables only; JSON says the same otherwise."""
SEPARATOR = "|"
"""Stands between the values of a list that are in one cell."""


class Type(StrEnum):
    """What a value is."""

    text = "text"
    word = "word"
    """One of a few words."""
    reference = "reference"
    date = "date"
    """ISO 8601 to the precision that is known: year, month or day."""
    integer = "integer"
    decimal = "decimal"
    flag = "flag"
    group = "group"
    """Several values by their names."""


@dataclass(frozen=True)
class Item:
    """A member of a record, as it is nested."""

    name: str
    type: Type
    description: str
    is_list: bool = False
    may_be_empty: bool = True
    is_derived: bool = False
    """Whether only answers have it: whoever reads a file leaves it alone."""
    words: tuple[str, ...] = ()
    target: str | None = None
    """Of a reference: the kind that it refers to, or `ANY_KIND`."""
    places: int = 0
    """Of a decimal: how many decimal places it has at most."""
    pattern: str | None = None
    items: tuple["Item", ...] = ()
    """Of a group: what it holds."""


@dataclass(frozen=True)
class Column:
    """A column of a flat table."""

    name: str
    item: Item
    """The leaf."""
    above: Item | None = None
    """The group that the leaf is in, where it is in one."""

    @property
    def is_list(self) -> bool:
        """Whether a cell holds several values."""
        return self.item.is_list or (self.above is not None and self.above.is_list)

    @property
    def is_derived(self) -> bool:
        """Whether only answers have it."""
        return self.item.is_derived or (self.above is not None and self.above.is_derived)

    @property
    def must_be_filled(self) -> bool:
        """Whether no record has the cell empty."""
        return not self.is_list and not self.item.may_be_empty and self.above is None

    @property
    def description(self) -> str:
        """What it means, in words."""
        if self.above is None:
            return self.item.description
        return f"{self.above.description} Of each: {self.item.description}"

    def value(self, record: Values) -> Any:
        """The value in a record, or the list of the values that are to stand in one cell."""
        if self.above is None:
            return record[self.name]
        group = record[self.above.name]
        if self.above.is_list:
            return [one[self.item.name] for one in group or ()]
        return None if group is None else group[self.item.name]


@dataclass(frozen=True)
class Table:
    """A noun's records as a table."""

    noun: Noun
    items: tuple[Item, ...]
    columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Spread the items out."""
        object.__setattr__(self, "columns", tuple(_columns(self.items)))

    @property
    def name(self) -> str:
        """`project_states`: the name of its file, and of its sheet."""
        return table_name(self.noun)


def table_name(noun: Noun) -> str:
    """The name of a noun's table in files: `project_states`."""
    return noun.path.replace("-", "_")


BY_TABLE: Mapping[str, Noun] = {table_name(noun): noun for noun in NOUNS}


def table_of(noun: Noun, *, cited: bool = False) -> Table:
    """The table of a noun; `cited`: with the citations of each record."""
    return _table(noun.kind, cited)


@cache
def _table(kind: str, cited: bool) -> Table:
    noun = BY_KIND[kind]
    items = _read_items(noun)
    return Table(noun, (*items, _citations()) if cited and kind != "citation" else items)


@cache
def lists_of(kind: str) -> tuple[tuple[Part, Item], ...]:
    """The lists that records of a kind hold, each as the part and the item that it is."""
    items = {item.name: item for item in _table(kind, False).items}
    return tuple((part, items[part.name]) for part in BY_KIND[kind].parts)


@cache
def writable(kind: str) -> tuple[Column, ...]:
    """The columns of the table of a kind that a file may bring."""
    return tuple(column for column in _table(kind, False).columns if not column.is_derived)


def complete(table: Table, record: Values) -> Values:
    """A record as answers have it, with the members that only tables have."""
    unknown = [name for name, status in record["value_status"].items() if status == "unknown"]
    if table.items[-1].name != CITATIONS:
        return record | {_UNKNOWN: unknown}
    return record | {_UNKNOWN: unknown, CITATIONS: (record["included"] or {}).get(CITATIONS) or []}


def _columns(items: Sequence[Item]) -> Iterator[Column]:
    for item in items:
        if item.type is Type.group:
            yield from (Column(f"{item.name}.{leaf.name}", leaf, item) for leaf in item.items)
        else:
            yield Column(item.name, item)


def _read_items(noun: Noun) -> tuple[Item, ...]:
    """`id` and the fields first, then what only answers have."""
    infos = read_schema(noun).model_fields
    targets = _targets(references(noun.sql))
    parts = {part.name: part for part in noun.parts}
    own = [
        _field_item(name, noun.fields.model_fields[name], targets, parts.get(name)) for name in noun.fields.model_fields
    ]
    identity = replace(_item("id", infos["id"], {}), pattern=noun.id_pattern)
    derived = [
        _item(name, infos[name], {}, is_derived=True)
        for name in (*noun.row_fields, "ref", "revision")
        if name not in noun.fields.model_fields
    ]
    told = Item(
        _UNKNOWN,
        Type.text,
        "The empty fields whose value exists and is not known; in the others nothing is recorded.",
        is_list=True,
        is_derived=True,
    )
    return (identity, *own, _item("visibility", infos["visibility"], {}), *derived, told)


def _targets(found: Mapping[str, str]) -> dict[str, str]:
    return {name: target if target in BY_KIND else ANY_KIND for name, target in found.items()}


def _field_item(name: str, info: FieldInfo, targets: Mapping[str, str], part: Part | None) -> Item:
    if part is None:
        return _item(name, info, targets)
    inner = _targets(references(part_sql(part)))
    if part.scalar is not None:
        return _item(name, info, {name: inner[part.scalar]} if part.scalar in inner else {})
    return _item(name, info, inner)


def _item(name: str, info: FieldInfo, targets: Mapping[str, str], *, is_derived: bool = False) -> Item:
    """An item from its annotation. `targets`: what references of that name, or within it, refer to."""
    annotation = info.rebuild_annotation()
    bare, is_list, may_be_empty = _bare(annotation)
    type_, places, words = _type_of(bare)
    members: tuple[Item, ...] = ()
    target = targets.get(name)
    if type_ is Type.group:
        members = tuple(_item(one, inside, targets) for one, inside in _base(bare).model_fields.items())
        target = None
    elif target is not None:
        type_ = Type.reference
    return Item(
        name,
        type_,
        info.description or _inner_description(bare) or _DESCRIPTIONS[name],
        is_list=is_list,
        may_be_empty=may_be_empty or is_list,
        is_derived=is_derived,
        words=words,
        target=target,
        places=places,
        pattern=_pattern(annotation) if type_ in (Type.text, Type.date) else None,
        items=members,
    )


def _bare(annotation: Any) -> tuple[Any, bool, bool]:
    """The annotation of one value, whether there is a list of it, and whether it may be null."""
    is_list = may_be_empty = False
    while True:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            kept = [one for one in get_args(annotation) if one is not type(None)]
            may_be_empty = may_be_empty or len(kept) < len(get_args(annotation))
            annotation = kept[0]
        elif origin is list:
            is_list, (annotation,) = True, get_args(annotation)
        elif origin is Annotated and get_origin(get_args(annotation)[0]) in (Union, UnionType, list):
            annotation = get_args(annotation)[0]
        else:
            return annotation, is_list, may_be_empty


def _base(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _is_a(annotation: Any, alias: Any) -> bool:
    """Whether an annotation is an alias, perhaps with something more said of it."""
    if get_origin(annotation) is not Annotated:
        return False
    wanted = [repr(one) for one in alias.__metadata__]
    return [repr(one) for one in annotation.__metadata__][: len(wanted)] == wanted


_PLACES = ((Money, 3), (Percent, 2), (Figure, 6))


def _type_of(annotation: Any) -> tuple[Type, int, tuple[str, ...]]:
    base = _base(annotation)
    if isinstance(base, type) and issubclass(base, BaseModel):
        return Type.group, 0, ()
    if isinstance(base, type) and issubclass(base, Enum):
        return Type.word, 0, tuple(str(one.value) for one in base)
    if base is Decimal:
        return Type.decimal, next(places for alias, places in _PLACES if _is_a(annotation, alias)), ()
    if base is bool:
        return Type.flag, 0, ()
    if base is int:
        return Type.integer, 0, ()
    return (Type.date if _is_a(annotation, PartialDate) else Type.text), 0, ()


_DESCRIPTIONS = {
    "start_precision": "How much of the start is known: day, month, year, unknown.",
    "end_precision": "How much of the end is known: day, month, year, unknown.",
    "date_precision": "How much of the date is known: day, month, year, unknown.",
    "nationwide": "Whether a source says: the whole country.",
    "amount_minor": "The amount in whole minor units (cents).",
    "named": "The states that are named as members.",
    "excluded": "The states that are named as not being members.",
    "unnamed_count": "How many members are not named.",
}
"""Of fields that say nothing of themselves."""


def _pattern(annotation: Any) -> str | None:
    schema = TypeAdapter(annotation).json_schema()
    for one in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "pattern" in one:
            return str(one["pattern"])
    return None


def _inner_description(annotation: Any) -> str | None:
    found = [one.description for one in getattr(annotation, "__metadata__", ()) if isinstance(one, FieldInfo)]
    base = _base(annotation)
    if isinstance(base, type) and issubclass(base, Schema):
        found.append(base.__doc__)
    return next((one for one in found if one), None)


def _citations() -> Item:
    kept = ("id", "document", "heading", "paragraph", "cue")
    own = tuple(item for item in _read_items(BY_KIND["citation"]) if item.name in kept)
    return Item(CITATIONS, Type.group, "Where documents say it.", is_list=True, is_derived=True, items=own)


# --- the values of a list in one cell ------------------------------------------------------------------------------


def joined(values: Sequence[Any], write: Callable[[Any], str]) -> str | None:
    """A list as the text of a cell; None where it is empty. A value that is missing leaves its place empty."""
    if not values:
        return None
    texts = ("" if value is None else _escaped(write(value)) for value in values)
    return SEPARATOR.join(texts) or None


def split(text: str) -> list[str]:
    """The texts that `joined` joined."""
    if "\\" not in text:
        return text.split(SEPARATOR)
    found, here = [], []
    chars = iter(text)
    for char in chars:
        if char == "\\":
            here.append(next(chars, "\\"))
        elif char == SEPARATOR:
            found.append("".join(here))
            here = []
        else:
            here.append(char)
    return [*found, "".join(here)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}")
