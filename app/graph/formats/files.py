"""Bytes of files: JSON, CSV that a spreadsheet can open safely, and ZIP archives that are always the same."""

import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, tostring

from app.graph.formats.portable import Scalar

__all__ = ["csv_bytes", "guard", "json_bytes", "xml_bytes", "zip_bytes"]

_SURROGATES = re.compile("[\ud800-\udfff]")
_FORMULA = re.compile("((?:^|(?<=[,;\t\n\"]))'*)([=+\\-@\t\n＝＋－＠])")


def json_bytes(value: Any) -> bytes:
    """Compact JSON in UTF-8; a lone surrogate becomes U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text).encode()


def xml_bytes(root: Element) -> bytes:
    """An XML document in UTF-8."""
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    # XML 1.1 readers, and xmldom, take a bare U+2028 for a line end: https://github.com/xmldom/xmldom/pull/314
    return document.replace("\u2028".encode(), b"&#8232;")


def guard(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    An apostrophe goes before `=`, `+`, `-`, `@`, tab, newline and their full-width forms wherever a cell could be
    taken to begin: at the start, and after a separator or quote. See OWASP, CSV Injection.
    """
    return _FORMULA.sub(r"\1'\2", text)


def csv_bytes(header: Iterable[str], rows: Iterable[Iterable[Scalar | None]], *, bom: bool = True) -> bytes:
    """CSV as in RFC 4180: every text is quoted and guarded, numbers are bare, an empty cell is a missing value.

    The byte order mark is for Excel, which takes UTF-8 for something else without it.
    """
    lines = [",".join(_quoted(name) for name in header)]
    lines += [",".join(map(_cell, row)) for row in rows]
    return ("\ufeff" if bom else "").encode() + "".join(f"{line}\r\n" for line in lines).encode()


def _cell(value: Scalar | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _quoted(guard(value))
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive without times or anything of this machine: the same files give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()
