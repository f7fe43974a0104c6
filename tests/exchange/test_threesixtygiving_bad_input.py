"""360Giving files that are broken, hostile or enormous: a clear answer, in bounded memory and time."""

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from app.exchange.drafts import FileRefused, Report
from app.exchange.threesixtygiving import read, read_json, read_tables
from tests.exchange.test_threesixtygiving_tables import HEADINGS, ROW, book, cells, table
from tests.exchange.threesixtygiving import grant, taken

MEGABYTE = 1 << 20
GRANTS = json.dumps({"grants": [grant(number) for number in range(5)]}).encode()


def refusal(data: bytes | BinaryIO) -> str:
    with pytest.raises(FileRefused) as refused:
        taken(data)
    assert refused.value.problem.detail
    return refused.value.problem.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-360giving"),
        (b" \n", "not-360giving"),
        (b"{", "truncated"),
        (b"[", "truncated"),
        (b"{}", "not-360giving"),
        (b"[]", "not-360giving"),
        (b'{"grants": {}}', "not-360giving"),
        (b'{"grants": 5}', "not-360giving"),
        (b'{"releases": [{"id": "1"}]}', "not-360giving"),
        (b'[1, 2, "three"]', "not-360giving"),
        (b"[[1], [2]]", "not-360giving"),
        (b'{"grants": [{"id": "1",}]}', "not-json"),
        (b'{"grants": []} []', "not-json"),
        (b'{"grants": [{"id": "\xff\x00"}]}', "not-text"),
        (b"%PDF-1.7\n", "not-csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "not-csv"),
        (b"<html><body>Identifier</body></html>", "not-csv"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "not-text"),
        (b"name,amount\nx,1\n", "not-360giving"),
        (b"Identifier,Title\n1,x\n", "not-360giving"),
        (b'{"grants": [{"id": "1", "title": "' + b"x" * 2 * MEGABYTE + b'"}]}', "too-long"),
        (b'{"grants": [' + b" " * 2 * MEGABYTE, "too-long"),
        (b'{"x": ' + b"[" * 10_000 + b"]" * 10_000 + b', "grants": []}', "too-deep"),
        (b'{"grants": [' + b"[" * 10_000, "too-deep"),
        (b"[" * 10_000 + b"]" * 10_000, "too-deep"),
        (b'{"grants": [' + b'{"a":' * 10_000, "too-deep"),
        (b'{"grants": [{"id": "1", "x": [' + b"1," * 200_000 + b"1]}]}", "too-large"),
        (b'Identifier,Amount Awarded\n1,"5', "quote-not-closed"),
        (b'Identifier,Amount Awarded\n1,"' + b"x" * 200_000, "not-csv"),
        (b"Identifier,Amount Awarded\n" + b"x" * 2 * MEGABYTE, "too-long"),
        ("Identifier,Amount Awarded\n1,5\n2,é".encode()[:-1], "truncated"),
    ],
)
def test_what_is_no_360giving_is_refused_in_words(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_json_that_is_cut_off_is_refused(part: float) -> None:
    assert refusal(GRANTS[: int(len(GRANTS) * part)]) == "truncated"


def test_every_cut_of_a_workbook_is_refused() -> None:
    data = book({"grants": [list(HEADINGS), cells(ROW)]})
    for part in (0.1, 0.5, 0.9, 0.999):
        assert refusal(data[: int(len(data) * part)]) == "not-xlsx"


def test_a_file_is_what_its_content_says_not_what_its_reader_hoped() -> None:
    report = Report(lambda _: None)
    with pytest.raises(FileRefused, match="no table"):
        list(read_tables(io.BytesIO(GRANTS), report, {}))
    for data in (table(ROW).encode(), book({"grants": [list(HEADINGS), cells(ROW)]})):
        with pytest.raises(FileRefused, match=r"not JSON|not text"):
            list(read_json(io.BytesIO(data), report, {}))
    # A name says nothing: `read` looks for itself, so JSON in a .csv is read as JSON.
    assert len([draft for draft in read(io.BytesIO(GRANTS), report, {}) if draft.kind == "funding"]) == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_json_in_another_encoding_is_read_and_told(encoding: str) -> None:
    data = json.dumps([grant(title="Educación “popular”")], ensure_ascii=False).encode(encoding)
    found = taken(data)
    assert found.one("project")["title"] == "Educación “popular”"
    assert found.codes == ([] if encoding == "utf-8-sig" else ["encoding"])


def test_json_in_the_wrong_encoding_that_is_cut_off_is_refused() -> None:
    data = json.dumps([grant(title="Educación")], ensure_ascii=False).encode("utf-16")
    assert refusal(data[:-1]) == "truncated"


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_nan_and_infinity_are_found_wherever_a_piece_ends(size: int) -> None:
    rows = [grant(n, title=f'NaN "quoted\\" Infinity {n}', amountAwarded=n) for n in range(40)]
    rows[7]["amountAwarded"], rows[30]["amountAwarded"] = float("nan"), float("-inf")
    data = json.dumps(rows).encode()
    found = taken(_Slow(data, size))  # type: ignore[arg-type] # it reads, seeks and tells
    assert found.told == [("error", "bad-amount", "amountAwarded")] * 2
    titles = [one["title"] for one in found.all("project")]
    assert titles == [one["title"] for n, one in enumerate(rows) if n not in {7, 30}]


def test_thousands_of_bad_grants_are_each_one_problem() -> None:
    rows: list[Any] = [grant(n, amountAwarded="?") for n in range(5000)]
    rows += [5, None, [], "x", grant("good")]
    found = taken(rows)
    assert len(found.problems) == 5004
    assert found.codes.count("not-a-grant") == 4
    assert found.keys("funding") == ["360G-telar-good"]
    bad = [ROW | {"Identifier": str(n), "Amount Awarded": "?"} for n in range(5000)]
    found = taken(table(ROW, *bad).encode())
    assert found.codes == ["bad-amount"] * 5000
    assert len(found.keys("project")) == 2


def test_a_list_of_things_that_are_no_grants_is_given_up() -> None:
    assert refusal(json.dumps([grant(), *range(5000)]).encode()) == "not-360giving"


def test_strange_values_in_every_field_are_problems_and_never_more() -> None:
    strange: list[Any] = [
        None,
        True,
        5,
        -1.5,
        "",
        " ",
        "x" * 6000,
        [],
        {},
        [[]],
        [{}],
        [None],
        {"a": {"b": []}},
        "\ud800\x00",
    ]
    fields = [*grant(), "plannedDates", "beneficiaryLocation", "classifications", "grantProgramme", "locationScope"]
    fields += ["amountDisbursed", "disbursementTransaction", "regrantType", "recipientIndividual", "currencyPresumed"]
    rows = [grant(n) | {field: value} for n, (field, value) in enumerate((f, v) for f in fields for v in strange)]
    parts = {
        "beneficiaryLocation": ["name", "countryCode", "geoCode", "latitude", "longitude", "basis", "\0here"],
        "recipientOrganization": ["id", "name", "url", "location", "addressRegion", "addressCountry", "charityNumber"],
        "plannedDates": ["startDate", "endDate", "duration"],
        "classifications": ["vocabulary", "code", "title", "\0here"],
        "grantProgramme": ["code", "title", "description"],
        "disbursementTransaction": ["id", "value", "currency", "transactionDate"],
    }
    whole = {"name": "x", "id": "y", "title": "t", "code": "c", "value": 1, "latitude": "1", "longitude": "1"}
    for field, names in parts.items():
        rows += [grant(f"{field}-{name}", **{field: [whole | {name: value}]}) for name in names for value in strange]
    found = taken(json.dumps(rows).encode())
    taken_ids = {one["reference"] for one in found.all("funding") if "reference" in one}
    failed = [one for one in found.problems if one.severity.value == "error"]
    assert len(taken_ids) > 200
    assert len(failed) + found.left_out["grants to natural persons"] > 20
    assert {one.code for one in found.problems} >= {
        "not-text",
        "bad-amount",
        "missing-id",
        "not-an-object",
        "bad-point",
    }


def test_problems_show_nothing_of_what_may_be_a_name() -> None:
    name = "Nombre Ejemplar"
    fields = [*grant(), "plannedDates", "amountDisbursed", "beneficiaryLocation"]
    rows = [grant(n) | {field: name} for n, field in enumerate(fields)]
    rows += [grant("a", plannedDates=[{"startDate": name}]), grant("b", beneficiaryLocation=[{"countryCode": name}])]
    assert name not in repr(taken(rows).problems)


# --- size ------------------------------------------------------------------------------------------------------------


class _Slow(io.RawIOBase):
    """Gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._file = io.BytesIO(data)
        self._size = size

    def read(self, size: int = -1) -> bytes:
        return self._file.read(min(self._size, size) if size >= 0 else self._size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class _Endless(io.RawIOBase):
    """A beginning, and then the same again and again, up to a size: nothing of it is anywhere."""

    def __init__(self, start: bytes, again: bytes, size: int) -> None:
        self._start = start
        self._piece = again * (MEGABYTE // len(again))
        self._size = size
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        size = min(MEGABYTE // 2 if size < 0 else size, self._size - self._at)
        if self._at < len(self._start):
            piece = self._start[self._at : self._at + size]
        else:
            begin = (self._at - len(self._start)) % len(self._piece)
            piece = self._piece[begin : begin + size]
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset if whence == 0 else self._size + offset if whence == 2 else self._at + offset
        return self._at

    def tell(self) -> int:
        return self._at


def _peak(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.long
@pytest.mark.parametrize(
    ("start", "again", "code"),
    [
        (b"", b"[", "too-deep"),
        (b'{"grants":[', b"[],", "not-360giving"),
        (b'{"grants":[{"id":"1"},', b"[[],[]],", "not-360giving"),
        (b'{"x":[', b"[[]],", "truncated"),
        (b'{"title":[', b"[[]],", "too-large"),
        (b'{"grants":[{"x":[', b"[],", "too-large"),
        (b'{"grants":[{"x":"', b"a", "too-long"),
        (b'{"grants":', b" ", "too-long"),
        (b"Identifier,Amount Awarded\n", b"a", "too-long"),
        (b'Identifier,Amount Awarded\n"', b"a\n", "not-csv"),
    ],
)
def test_a_gigabyte_of_nothing_takes_little_memory(start: bytes, again: bytes, code: str) -> None:
    file = _Endless(start, again, 1 << 30 if code != "truncated" else 16 * MEGABYTE)
    assert _peak(lambda: _is(refusal(file), code)) < 40 * MEGABYTE  # type: ignore[arg-type] # it reads, seeks and tells


def _is(found: str, expected: str) -> None:
    assert found == expected


def _bomb(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook of which one part is changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book({"grants": [list(HEADINGS), cells(ROW)]}))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, change(data) if name in member else data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("sheet1", lambda data: data + b" " * 100 * MEGABYTE, "zip-bomb"),
        ("sheet1", lambda data: data.replace(b"<sheetData>", b"<sheetData>" + b" " * 2 * MEGABYTE), "zip-bomb"),
        ("sheet1", lambda data: data.replace(b"<sheetData>", b"<sheetData><row>" + b"<c/>" * 300_000), "zip-bomb"),
        ("workbook.xml", lambda data: data.replace(b"<sheets>", b"<!-- " + b"x>" * 9 * MEGABYTE), "zip-bomb"),
        ("sharedStrings", lambda data: data + b"<si/>" * 5_000_000, "zip-bomb"),
        (
            "sheet1",
            lambda data: data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1),
            "xml-entities",
        ),
        (
            "workbook.xml",
            lambda data: data.replace(b"<workbook", b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><workbook', 1),
            "xml-entities",
        ),
        ("sheet1", lambda data: data[:-30], "not-xlsx"),
        ("[Content_Types]", lambda _: b"<x/>", "not-xlsx"),
    ],
)
def test_a_workbook_that_would_burst_is_refused_before_it_is_opened(
    name: str, change: Callable[[bytes], bytes], code: str
) -> None:
    data = _with_strings(change(b"")) if name == "sharedStrings" else _bomb(name, change)
    assert _peak(lambda: _is(refusal(data), code)) < 60 * MEGABYTE


def _with_strings(data: bytes) -> bytes:
    out = io.BytesIO(_bomb("nothing", bytes))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", data)
    return out.getvalue()


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    for name in ("grants.json", "content.xml"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name, GRANTS)
        assert refusal(out.getvalue()) == "not-xlsx"


def _many(count: int) -> Iterator[bytes]:
    yield b'{"grants":['
    for number in range(count):
        organization = {"id": f"MX-CLUNI-TEJ{number:08d}ABC", "name": f"Colectivo número {number}, A.C."}
        one = grant(number, recipientOrganization=[organization], description="Formación. " * 30)
        yield (b"," if number else b"") + json.dumps(one).encode()
    yield b"]}"


_READS = """
import sys
from pathlib import Path
from app.exchange.drafts import Report
from app.exchange.threesixtygiving import read
with Path(sys.argv[1]).open("rb") as file:
    found = sum(draft.kind == "funding" for draft in read(file, Report(lambda _: None), {}))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(found, peak.split()[1])
"""


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is told there")
def test_a_hundred_thousand_grants_are_read_in_little_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (1_000, 100_000):
        path = tmp_path / f"{count}.json"
        with path.open("wb") as file:
            file.writelines(_many(count))
        out = subprocess.run([sys.executable, "-c", _READS, str(path)], check=True, capture_output=True, text=True)
        found, kilobytes = map(int, out.stdout.split())
        peaks.append(kilobytes * 1024)
        assert found == count
    # What is remembered of organizations is full after 20,000.
    assert peaks[1] < peaks[0] + 80 * MEGABYTE
    assert peaks[1] < 300 * MEGABYTE
