"""Files that are broken, hostile or wrong: a clear report, and memory that does not grow."""

import io
import random
import re
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO, cast

import pytest

from app.exchange import iati_links, iati_reading, iati_xml
from app.exchange.drafts import FileRefused, Problem, Report
from app.exchange.iati_reading import read_iati
from app.exchange.iati_xml import DEEPEST, LONGEST_VALUE
from tests.exchange.iati import FILES, activities, activity, taken, transaction

MOST = 60 << 20
"""Bytes that reading may take at its peak, whatever the file."""


def _refused(source: bytes) -> Problem:
    with pytest.raises(FileRefused) as caught:
        taken(source)
    return caught.value.problem


class Endless(io.RawIOBase):
    """A file whose bytes are made as they are read."""

    def __init__(self, head: bytes, body: bytes, size: int, tail: bytes = b"") -> None:
        self._head, self._tail = head, tail
        self._body = body
        self._repeats = size // len(body)
        self._size = len(head) + self._repeats * len(body) + len(tail)
        self._parts = self._begin()
        self._rest = b""

    def _begin(self) -> Iterator[bytes]:
        many = max(1, (1 << 16) // len(self._body))
        yield self._head
        for _ in range(self._repeats // many):
            yield self._body * many
        yield self._body * (self._repeats % many)
        yield self._tail

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 2:
            return self._size
        assert offset == 0
        self._parts, self._rest = self._begin(), b""
        return 0

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part
        some, self._rest = self._rest[:size], self._rest[size:]
        return some


def _read(file: Endless) -> tuple[int, list[Problem]]:
    """How many drafts, and the problems; the memory is watched."""
    problems: list[Problem] = []
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_iati(cast("BinaryIO", file), Report(problems.append), {}))
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST, f"{peak:,} bytes"
    return count, problems


class TestRefused:
    @pytest.mark.parametrize(
        "source",
        [b"", b"   ", b"PK\x03\x04 and so on", b'{"grants": []}', b"a,b\n1,2\n", b"\x1f\x8b\x08", b"<", b"\x00" * 100],
        ids=["empty", "blank", "zip", "json", "csv", "gzip", "cut", "nul"],
    )
    def test_what_is_no_xml(self, source: bytes) -> None:
        assert _refused(source).code == "not-xml"

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            (b"<html><body/></html>", "no list of IATI activities"),
            (b'<iati-organisations version="2.03"/>', "organisation file"),
            (b"<iati-activity><iati-identifier>x</iati-identifier></iati-activity>", "no list of IATI activities"),
            (b'<iati-activities xmlns="urn:x"/>', "no list of IATI activities"),
        ],
    )
    def test_xml_of_another_kind(self, source: bytes, words: str) -> None:
        problem = _refused(source)
        assert problem.code == "wrong-format"
        assert words in problem.detail

    def test_a_file_that_is_cut_off_anywhere(self) -> None:
        whole = activities(activity(transaction()))
        first = whole.index(b">") + 1
        for end in range(first, len(whole) - 1, 7):
            assert _refused(whole[:end]).code == "truncated"

    def test_a_file_that_is_broken_in_the_middle(self) -> None:
        problem = _refused(activities(activity() + "\n\n</oops>"))
        assert problem.code == "broken-xml"
        assert "line 3" in problem.detail
        assert problem.place is not None
        assert problem.place.words == "line 3"

    def test_a_file_that_is_not_in_its_encoding(self) -> None:
        source = activities(activity()).replace(b"Title", "Título".encode("latin-1"))
        problem = _refused(source)
        assert problem.code == "broken-xml"
        assert "encoding" in problem.detail

    @pytest.mark.parametrize("encoding", ["no-such", "shift_jis"])
    def test_an_encoding_that_is_not_known(self, encoding: str) -> None:
        source = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + activities(activity())
        assert _refused(source).code in {"unknown-encoding", "not-xml"}

    def test_declared_entities_are_refused_before_anything_is_read(self, tmp_path: object) -> None:
        bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
        for declared in (
            f'<!ENTITY e0 "ha">{bomb}',
            '<!ENTITY x SYSTEM "file:///etc/hostname">',
            '<!ENTITY x PUBLIC "p" "http://localhost:1/x">',
            '<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;',
        ):
            source = f"<!DOCTYPE iati-activities [{declared}]>".encode() + activities(activity("<x>&e19;</x>"))
            assert _refused(source).code == "xml-entities"

    def test_an_external_dtd_is_not_fetched(self) -> None:
        source = b'<!DOCTYPE iati-activities SYSTEM "file:///etc/hostname">' + activities(activity())
        assert taken(source).counts["project"] == 1
        undeclared = source.replace(b"Title", b"&who;")
        assert _refused(undeclared).code in {"xml-entities", "broken-xml"}

    def test_elements_that_are_nested_too_deep(self) -> None:
        deep = "<a>" * DEEPEST + "</a>" * DEEPEST
        assert _refused(activities(deep)).code == "nested-too-deep"

    def test_a_value_that_is_too_long(self) -> None:
        long = "x" * (LONGEST_VALUE + 1)
        assert _refused(activities(activity(f"<description><narrative>{long}</narrative></description>"))).code == (
            "value-too-long"
        )
        attribute = f'<sector code="{"1" * (2 * LONGEST_VALUE)}"/>'
        assert _refused(activities(activity(attribute))).code in {"value-too-long", "element-too-large"}

    def test_an_element_that_holds_too_much(self) -> None:
        assert (
            _refused(activities(activity(f"<transaction>{'<x/>' * 30_000}</transaction>"))).code == "element-too-large"
        )

    def test_an_activity_that_holds_too_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(iati_reading, "MOST_HELD", 1 << 20)
        many = "<sector code='15160'/>" * 5_000
        assert _refused(activities(activity(many))).code == "too-large"
        assert taken(activities(activity(many[: len(many) // 5]))).counts["project"] == 1

    def test_activities_that_say_too_much_of_each_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(iati_links, "MOST_KEPT", 1 << 20)
        many = (activity('<related-activity type="1" ref="X"/>', identifier=f"X-{n}") for n in range(3_000))
        assert _refused(activities(*many)).code == "too-large"

    def test_elements_that_say_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(iati_xml, "_MOST_PASSED", 1_000)
        assert _refused(activities("<x/>" * 1_001)).code == "too-large"
        assert _refused(activities(activity(f"<x>{'<y/>' * 1_001}</x>"))).code == "too-large"
        few = activity(transaction() + f"<x>{'<y/>' * 900}</x>")
        assert taken(activities(few.replace("X-1", "A"), few.replace("X-1", "B"))).counts["project"] == 2


class TestBadRows:
    @pytest.mark.parametrize(
        ("value", "code"),
        [
            ("NaN", "bad-amount"),
            ("Infinity", "bad-amount"),
            ("1e400", "bad-amount"),
            ("1e3", "bad-amount"),
            ("9" * 30, "bad-amount"),
            ("10.001", "bad-amount"),
            ("ten", "bad-amount"),
            ("1.2.3", "bad-amount"),
            ("", "missing-amount"),
        ],
    )
    def test_an_amount_that_cannot_be_read_costs_its_transaction_only(self, value: str, code: str) -> None:
        found = taken(activities(activity(transaction(value) + transaction("7"))))
        assert found.codes == [code]
        assert found.problems[0].severity == "error"
        assert found.problems[0].field == "transaction/value"
        assert found.problems[0].place is not None
        assert found.problems[0].place.words == "activity 1, transaction 1, line 1"
        assert [row["amount"] for row in found.all("funding")] == [Decimal(7)]

    @pytest.mark.parametrize(("value", "amount"), [("1,234.50", "1234.5"), ("+5", "5"), (".5", "0.5"), ("5.", "5")])
    def test_amounts_that_people_write(self, value: str, amount: str) -> None:
        found = taken(activities(activity(transaction(value))))
        assert (found.problems, found.all("funding")[0]["amount"]) == ([], Decimal(amount))

    @pytest.mark.parametrize("currency", ["XXX", "dollars", "US"])
    def test_a_currency_that_is_none(self, currency: str) -> None:
        found = taken(activities(activity(transaction(attributes=f'currency="{currency}"'))))
        assert found.codes == ["unknown-currency"]
        assert "funding" not in found.counts

    def test_no_currency_is_presumed_unless_asked(self) -> None:
        source = activities(activity(transaction(), attributes=""))
        assert taken(source).codes == ["missing-currency"]
        row = taken(source, currency="USD").all("funding")[0]
        assert (row["currency"], row["currency_presumed"]) == ("USD", True)
        named = taken(activities(activity(transaction())), currency="MXN").all("funding")[0]
        assert (named["currency"], named["currency_presumed"]) == ("USD", False)
        with pytest.raises(FileRefused, match="ISO 4217"):
            taken(source, currency="dollars")

    @pytest.mark.parametrize("date", ["2020-02-30", "soon", "04/12/14", "0001-01-01"])
    def test_a_date_that_is_none_is_left_out(self, date: str) -> None:
        found = taken(activities(activity(transaction(date=date))))
        assert found.codes == ["bad-date"]
        assert found.all("funding")[0]["date"] is None

    @pytest.mark.parametrize("code", ["", "99", "X"])
    def test_a_transaction_of_no_known_type(self, code: str) -> None:
        found = taken(activities(activity(transaction(code=code) + transaction())))
        assert found.codes == ["unknown-code"]
        assert found.counts["funding"] == 1

    def test_an_activity_without_an_identifier_costs_itself_only(self) -> None:
        nameless = activity(transaction()).replace("<iati-identifier>X-1</iati-identifier>", "")
        found = taken(activities(nameless, activity(identifier="X-2")))
        assert found.codes == ["missing-identifier"]
        assert found.counts["project"] == 1
        assert "funding" not in found.counts

    def test_an_activity_without_a_title_has_its_identifier(self) -> None:
        found = taken(activities(activity().replace("<title><narrative>Title</narrative></title>", "")))
        assert found.codes == ["missing-title"]
        assert (found.one("project", "X-1")["title"], found.one("project", "X-1")["basis"]) == ("X-1", "implied")

    def test_an_end_before_the_start_is_left_out(self) -> None:
        dates = '<activity-date type="2" iso-date="2020-05-01"/><activity-date type="4" iso-date="2019-05-01"/>'
        found = taken(activities(activity(dates)))
        assert found.codes == ["end-before-start"]
        assert "end_date" not in found.one("project", "X-1")

    @pytest.mark.parametrize("length", [1, 2, 3])
    def test_activities_that_are_above_themselves_have_no_parent(self, length: int) -> None:
        ring = [
            activity(f'<related-activity type="1" ref="X-{(n + 1) % length}"/>', identifier=f"X-{n}")
            for n in range(length)
        ]
        outside = activity('<related-activity type="1" ref="X-0"/>', identifier="Y")
        found = taken(activities(*ring, outside))
        assert found.codes == ["cycle"] * length
        parents = {draft.key: draft.values["parent"] for draft in found.drafts if draft.kind == "project"}
        assert parents == {f"X-{n}": None for n in range(length)} | {"Y": "X-0"}

    def test_parents_of_each_other(self) -> None:
        one = activity('<related-activity type="2" ref="B"/>', identifier="A")
        other = activity('<related-activity type="2" ref="A"/>', identifier="B")
        found = taken(activities(one, other))
        assert found.codes == ["cycle", "cycle"]

    def test_of_several_parents_the_first_stands(self) -> None:
        inner = '<related-activity type="1" ref="A"/><related-activity type="1" ref="B"/>'
        found = taken(activities(activity(identifier="A"), activity(identifier="B"), activity(inner, identifier="C")))
        assert found.codes == ["several-parents"]
        assert found.one("project", "C")["parent"] == "A"

    def test_an_identifier_that_two_activities_have_is_the_first_ones(self) -> None:
        other = '<other-identifier ref="7" type="A1"/>'
        found = taken(activities(activity(other, identifier="A"), activity(other, identifier="B")))
        assert found.codes == ["shared-identifier"]
        schemes = [[one["scheme"] for one in row["identifiers"]] for row in found.all("project")]
        assert schemes == [["iati", "XX-R-1 A1"], ["iati"]]

    def test_the_same_activity_again_makes_the_same_drafts(self) -> None:
        inner = '<other-identifier ref="7" type="A1"/>' + transaction(attributes='currency="EUR"') * 2
        found = taken(activities(activity(inner), activity(inner)))
        assert found.problems == []
        drafts = [(draft.kind, draft.key, repr(draft.values)) for draft in found.drafts if draft.kind != "organization"]
        assert len(drafts) == 2 * len(set(drafts)) == 6

    def test_control_characters_do_not_get_into_a_draft(self) -> None:
        inner = '<sector vocabulary="99&#x91;" code="a&#x92;b"/>' + transaction(
            more='<receiver-org ref="XX-&#x93;1"><narrative>Casa&#x94; Uno</narrative></receiver-org>',
        ).replace("<transaction>", '<transaction ref="r&#x95;">')
        found = taken(activities(activity(inner)))
        assert found.counts["funding"] == found.counts["project"] == 1
        assert not any(
            chr(code) in repr(found.drafts) or f"\\x{code:x}" in repr(found.drafts) for code in range(0x80, 0xA0)
        )

    def test_a_natural_persons_number_is_not_kept(self) -> None:
        more = '<receiver-org ref="MX-RFC-ABCD800101AB1"><narrative>A private person</narrative></receiver-org>'
        found = taken(activities(activity(transaction(more=more))))
        assert found.left_out["natural persons"] == 1
        assert "recipient" not in found.one("funding", "X-1#1")
        assert "ABCD800101" not in repr(found.drafts)
        assert "private person" not in repr(found.drafts)

    def test_mojibake_is_mended_where_it_is_certain_and_told(self) -> None:
        bad = "Educación y género".encode().decode("latin-1")
        source = activities(activity(f"<description><narrative>{bad}</narrative></description>"))
        found = taken(source)
        assert found.codes == ["mojibake"]
        assert found.one("project", "X-1")["texts"][1]["text"] == "Educación y género"

    def test_long_texts_are_cut_and_told(self) -> None:
        title = "word " * 300
        found = taken(activities(activity().replace("Title", title)))
        assert found.codes == ["text-cut"]
        assert len(found.one("project", "X-1")["title"]) <= 500
        assert len(found.one("project", "X-1")["texts"][0]["text"]) == 1499

    def test_more_parts_than_a_project_can_have_are_told(self) -> None:
        many = "".join(f'<sector vocabulary="99" code="{n}"><narrative>n{n}</narrative></sector>' for n in range(150))
        found = taken(activities(activity(many)))
        assert found.codes == ["too-many"]
        assert len(found.one("project", "X-1")["topics"]) == 100

    def test_thousands_of_bad_rows_are_as_many_problems(self) -> None:
        found = taken(activities(activity(transaction("x") * 3000 + transaction("1"))))
        assert found.codes == ["bad-amount"] * 3000
        assert found.counts["funding"] == 1

    def test_no_problem_shows_what_a_cell_says(self) -> None:
        secret = "Maria Secreta"
        inner = transaction(secret) + transaction(date=secret) + f'<sector code="{secret}" percentage="{secret}"/>'
        found = taken(activities(activity(inner)))
        assert len(found.problems) == 3
        assert secret not in repr(found.problems)


@pytest.mark.parametrize("name", ["iati-2.03.xml", "iati-1.04.xml"])
def test_a_file_with_any_part_changed_is_refused_or_told_of_never_a_crash(name: str) -> None:
    whole = (FILES / name).read_bytes()
    words = [b"", b"x", b"-1", b"MX", b"1e9", b'"', b"<", b"&#0;", b"2020-13-01", b"\xc3", b"99", b"9" * 30]
    chance = random.Random(5)
    outcomes: set[bool | str] = set()
    for _ in range(250):
        start = chance.randrange(len(whole))
        values = [match.span() for match in re.finditer(rb'(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)', whole)]
        first, last = chance.choice(values) if chance.random() < 0.8 else (start, start + chance.randrange(40))
        try:
            outcomes.add(bool(taken(whole[:first] + chance.choice(words) + whole[last:]).problems))
        except FileRefused as refused:
            outcomes.add(refused.problem.code)
    assert {True, False, "broken-xml"} <= outcomes


_HEAD = b'<iati-activities version="2.03">'


def _outcome(file: Endless) -> set[str]:
    try:
        _, problems = _read(file)
    except FileRefused as refused:
        problems = [refused.problem]
    return {problem.code for problem in problems}


_TAIL = b"</iati-activity></iati-activities>"


class TestMemory:
    @pytest.mark.parametrize(
        ("head", "body", "tail", "code"),
        [
            (b"", b"<a>", b"", "nested-too-deep"),
            (b"<iati-activity>", b"<b><c/></b>", _TAIL, "missing-identifier"),
            (b"<iati-activity><x>", b"<b/>", b"</x>" + _TAIL, "missing-identifier"),
            (b"<iati-activity><transaction>", b"<b/>", b"</transaction>" + _TAIL, "element-too-large"),
            (b"<iati-activity><title>", b"long ", b"</title>" + _TAIL, "value-too-long"),
            (b"<iati-activity><!--", b"long ", b"-->" + _TAIL, "value-too-long"),
            (b"<iati-activity x='", b"long ", b"'>" + _TAIL, "value-too-long"),
            (b"", b"<iati-activity></iati-activity>", b"</iati-activities>", "missing-identifier"),
        ],
        ids=["nested", "unknown", "children", "wanted", "text", "comment", "attribute", "empty activities"],
    )
    def test_much_of_anything_takes_little_memory(self, head: bytes, body: bytes, tail: bytes, code: str) -> None:
        size = 4 << 20 if b"<" not in body else 1 << 18
        assert _outcome(Endless(_HEAD + head, body, size, tail)) == {code}


@pytest.mark.long
class TestLong:
    @pytest.mark.parametrize(
        ("body", "code"), [(b"<b><c/></b>", "too-large"), (b"<a>", "nested-too-deep"), (b"text ", "missing-identifier")]
    )
    def test_a_gigabyte_of_nothing(self, body: bytes, code: str) -> None:
        assert _outcome(Endless(_HEAD + b"<iati-activity>", body, 1 << 30, _TAIL)) == {code}

    def test_an_activity_may_fill_no_more_than_its_share(self) -> None:
        body = b"<title><narrative>x</narrative></title>"
        with pytest.raises(FileRefused) as caught:
            list(
                read_iati(
                    cast("BinaryIO", Endless(_HEAD + b"<iati-activity>", body, 1 << 30, _TAIL)), Report(print), {}
                )
            )
        assert caught.value.problem.code == "too-large"

    def test_100_000_transactions_of_one_activity_take_as_much_memory_as_few(self) -> None:
        head = _HEAD + activity().removesuffix("</iati-activity>").encode()
        receiver = '<receiver-org ref="XX-A-1"><narrative>Casa Uno</narrative></receiver-org>'
        one = transaction("12.50", more=receiver).encode()
        count, problems = _read(Endless(head, one, 100_000 * len(one), _TAIL))
        assert (count, problems) == (100_003, [])
