"""The seed files, the facts they were made from, and the documents that the facts were read from."""

import json
import os
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.models.noun import Noun
from app.models.nouns import BY_KIND, NOUNS

Row = dict[str, Any]

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seed"
SHARED = Path(os.environ.get("TEJIDO_SHARED") or ROOT.parent / "shared")
FACTS = SHARED / "facts" / "seed_facts.json"
DOCUMENTS = SHARED / "seeds"

SEEDED = tuple(noun for noun in NOUNS if noun.kind != "citation")
"""The nouns that have a seed file. Citations stand inside the rows."""

needs_facts = pytest.mark.skipif(not FACTS.is_file(), reason="no facts/seed_facts.json beside the repository")
needs_documents = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="no seeds/ beside the repository")


def file_of(noun: Noun) -> Path:
    """The seed file of a noun."""
    return SEED / f"{noun.path.replace('-', '_')}.toml"


@cache
def rows(kind: str) -> tuple[Row, ...]:
    """The rows of one kind, in the order of the file."""
    table = tomllib.loads(file_of(BY_KIND[kind]).read_text(encoding="utf-8"))
    return tuple(table[kind])


def row(kind: str, public_id: str) -> Row:
    """The one row of that id."""
    (found,) = (each for each in rows(kind) if each["id"] == public_id)
    return found


def where(noun: str, /, **equal: Any) -> list[Row]:
    """The rows of one kind with these values; None stands for a key that is left out."""
    return [each for each in rows(noun) if all(each.get(name) == value for name, value in equal.items())]


def ids(found: Iterator[Row] | list[Row] | tuple[Row, ...]) -> list[str]:
    """Their ids, in order."""
    return [each["id"] for each in found]


def every_row() -> Iterator[tuple[Noun, Row]]:
    """All rows of all files."""
    for noun in SEEDED:
        for each in rows(noun.kind):
            yield noun, each


def words_of(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)


def everything() -> str:
    """The whole seed folder as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(SEED.iterdir()))


def fold(text: str) -> str:
    """Runs of white space, U+00A0 among it, as one space."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """Folded, without accents, in lower case."""
    decomposed = unicodedata.normalize("NFKD", fold(text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@cache
def facts() -> dict[str, Any]:
    """What was read by hand."""
    found: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return found


@cache
def paragraphs(file_name: str) -> tuple[str, ...]:
    """The non-empty lines of a document, folded."""
    lines = (DOCUMENTS / file_name).read_text(encoding="utf-8").split("\n")
    return tuple(fold(line) for line in lines if line.strip())
