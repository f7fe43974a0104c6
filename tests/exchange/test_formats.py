"""What a file is, is found out from the file."""

import io
import json

import pytest
from openpyxl import Workbook

from app.exchange.drafts import FileRefused
from app.exchange.formats import FORMATS, check_options, format_of, options_of
from app.exchange.template import write_template


def workbook(*rows: tuple[str, ...], title: str = "grants") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GRANTS = ("Identifier", "Title", "Amount Awarded", "Recipient Org:Name")


@pytest.mark.parametrize(
    ("content", "name", "wanted"),
    [
        (json.dumps({"grants": [{"id": "360G-a"}]}).encode(), "x.json", "360giving"),
        (b'\xef\xbb\xbf  {"version": "1.1", "grants": []}', "x", "360giving"),
        (",".join(GRANTS).encode() + b"\n", "x.csv", "360giving"),
        (b"id,title,recipientOrganization/0/id\n", "x.csv", "360giving"),
        (workbook(("A grants list",), GRANTS), "x.xlsx", "360giving"),
        (b'<?xml version="1.0"?><iati-activities version="2.03"/>', "x", "iati"),
        (b"<a/>", "x.xml", "iati"),
        (b'{"ref": "org:a", "name": "A"}\n', "x", "tables"),
        (b"id,label_en,label_es\n", "topics.csv", "tables"),
        (b"".join(write_template()), "x.xlsx", "tables"),
        (workbook(("id", "name"), title="organizations"), "x.xlsx", "tables"),
    ],
)
def test_the_format_is_plain(content: bytes, name: str, wanted: str) -> None:
    file = io.BytesIO(content)
    assert format_of(file, name) == wanted
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "x"), (b"donor,amount\n", "x.csv"), (workbook(("Donor", "Amount")), "x.xlsx"), (b"PK\x03\x04", "x.xlsx")],
)
def test_what_is_not_plain_has_to_be_named(content: bytes, name: str) -> None:
    with pytest.raises(FileRefused, match=", ".join(FORMATS)):
        format_of(io.BytesIO(content), name)
    assert format_of(io.BytesIO(content), name, has_mapping=True) == "mapped"


def test_options_are_those_of_the_format() -> None:
    assert options_of(["currency=GBP", "language=es=x"]) == {"currency": "GBP", "language": "es=x"}
    check_options("360giving", ["currency", "language", "day_first"])
    for name in FORMATS:
        with pytest.raises(FileRefused, match="no option"):
            check_options(name, ["colour"])
    for wrong in (["currency"], ["=GBP"], ["table=a", "table=b"]):
        with pytest.raises(FileRefused, match="name=value"):
            options_of(wrong)
