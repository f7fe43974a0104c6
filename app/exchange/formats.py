"""The formats that files come in, by name; and what a file looks like."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO, cast

from app.exchange.drafts import FileRefused, Reader

__all__ = ["FORMATS", "Format", "check_options", "format_of", "options_of"]


@dataclass(frozen=True)
class Format:
    """One format."""

    name: str
    summary: str
    source: str
    """The namespace of the keys in such files."""
    where: str
    """Module and function that reads it; imported when it is needed, with the libraries behind it."""
    options: tuple[str, ...] = ()
    """What may be said of a file beside it."""

    @property
    def reader(self) -> Reader:
        """What reads it."""
        module, _, name = self.where.partition(":")
        return cast("Reader", getattr(import_module(module), name))


FORMATS = {
    one.name: one
    for one in (
        Format(
            "360giving",
            "360Giving 1.1: JSON, CSV or XLSX",
            "360giving",
            "app.exchange.threesixtygiving:read",
            ("currency", "language", "day_first"),
        ),
        Format(
            "iati", "IATI activities 1.0x and 2.0x: XML", "iati", "app.exchange.iati_reading:read_iati", ("currency",)
        ),
        Format(
            "tables",
            "Tejido's tables: CSV, XLSX, JSON Lines, an archive",
            "tejido",
            "app.exchange.tables_reading:read_tables",
            ("table",),
        ),
        Format(
            "mapped",
            "A list of grants as CSV or XLSX, with a mapping of its columns",
            "",
            "app.exchange.mapped:read",
            ("mapping",),
        ),
    )
}
"""Name -> format."""


def options_of(pairs: Iterable[str]) -> dict[str, str]:
    """Options from `name=value`; `FileRefused` where one is not of that form, or comes twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name or name in found:
            raise FileRefused("bad-option", "An option is name=value, and given once.")
        found[name] = value
    return found


def check_options(name: str, options: Iterable[str]) -> None:
    """`FileRefused` where a format has not one of these options."""
    known = FORMATS[name].options
    for option in options:
        if option not in known:
            shown = ", ".join(known) or "none"
            raise FileRefused("bad-option", f"The format {name} has no option of that name; it has: {shown}.")


_ENDINGS = {".xml": "iati", ".jsonl": "tables", ".ndjson": "tables", ".zip": "tables", ".parquet": "tables"}
_LOOKED_AT = 65_536


def format_of(file: BinaryIO, file_name: str, *, has_mapping: bool = False) -> str:
    """The name of the format that a file seems to be in; `FileRefused` where it could be more than one, or none."""
    if has_mapping:
        return "mapped"
    start = file.read(_LOOKED_AT)
    file.seek(0)
    ending = file_name[file_name.rfind(".") :].lower() if "." in file_name else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    looks: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
        ("iati", lambda some: b"<iati-activities" in some),
        (
            "360giving",
            lambda some: some.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")) and b'"grants"' in some,
        ),
        ("360giving", lambda some: b"Identifier" in some and b"Recipient Org:" in some),
        ("360giving", lambda some: b"recipientOrganization/0/" in some),
    )
    for name, matches in looks:
        if matches(start):
            return name
    own = import_module("app.exchange.tables_reading").is_own(file)
    file.seek(0)
    if own:
        return "tables"
    if start.startswith(b"PK") and import_module("app.exchange.threesixtygiving_tables").is_workbook(file):
        return "360giving"
    raise FileRefused("unknown-format", f"The format is not plain from the file: name it ({', '.join(FORMATS)}).")
