"""From the fields of a record to what stands in the tables, all but the keys of the records that it refers to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.models.folding import fold, fold_name
from app.models.noun import Noun, Values

__all__ = ["Rows", "rows_of", "search_forms"]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one record. A reference is the public id, under the name of the field."""

    row: Values
    parts: Mapping[str, Sequence[Values]]
    """Name of the part -> its rows in order."""
    forms: Sequence[Values]
    """What the record is found by."""


def rows_of(noun: Noun, values: Values) -> Rows:
    """The rows of a record with these checked fields."""
    lists = {part.name: values[part.name] for part in noun.parts}
    return Rows(
        noun.to_row({name: value for name, value in values.items() if name not in lists}),
        {
            part.name: [{part.scalar: item} if part.scalar else part.to_row(item) for item in lists[part.name]]
            for part in noun.parts
        },
        search_forms(noun, values),
    )


def search_forms(noun: Noun, values: Values) -> list[Values]:
    """The folded forms that a record is found by."""
    texts: dict[tuple[str, str], None] = {}
    for name in noun.searched:
        part_name, _, column = name.partition(".")
        found = [item[column] for item in values[part_name]] if column else [values[part_name]]
        texts.update({(name, text): None for text in found if text})
    return [
        {"field": name, "text": text, "form": form}
        for name, text in texts
        for form in dict.fromkeys((fold(text), fold_name(text), fold("".join(text.split("-")))))
        if form
    ]
