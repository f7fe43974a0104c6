"""IATI's XML, read as it comes: no tree of the file, whatever stands in it.

A tree that is cleared as it goes (`iterparse`) still holds an element that is not asked for until it ends, and that may
be the whole file. Here the parser's events make small trees of the few elements that are asked for, and nothing else.
No DTD is processed and no entity is expanded: a file that declares an entity is refused before the first element.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO
from xml.parsers import expat

from app.exchange.drafts import FileRefused, Place

TEJIDO = "urn:tejido:iati"
"""Namespace of the attributes by which what IATI has no word for comes back as it was."""
LANG = "http://www.w3.org/XML/1998/namespace lang"
VERSIONS = frozenset({"1.01", "1.02", "1.03", "1.04", "1.05", "2.01", "2.02", "2.03"})

LONGEST_VALUE = 1_000_000
"""Characters of a text, and bytes of a tag with its attributes."""
DEEPEST = 40
_MOST_NODES = 20_000
"""Elements within one element of an activity."""
_MOST_PASSED = 2_000_000
"""Elements one after the other that are not asked for."""
_CHUNK = 1 << 16
_OTHER_ROOTS = {
    "iati-organisations": "this is an IATI organisation file: only activity files are read",
    "iati-organizations": "this is an IATI organisation file: only activity files are read",
}


class Node:
    """An element that was asked for: its attributes, its own text, its children."""

    __slots__ = ("attributes", "children", "line", "parts", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        """`attributes`: names in a namespace are `<namespace> <name>`. `line`: 0 below what was asked for."""
        self.tag = tag
        self.attributes = attributes
        self.line = line
        self.parts: list[str] = []
        self.children: list[Node] = []

    @property
    def text(self) -> str:
        """The element's own text, without that of its children."""
        return "".join(self.parts).strip()

    def get(self, name: str) -> str | None:
        """An attribute without space around it; None where it is empty."""
        return (self.attributes.get(name) or "").strip() or None

    def ours(self, name: str) -> str | None:
        """An attribute of Tejido's own."""
        return self.get(f"{TEJIDO} {name}")

    def all(self, tag: str) -> list["Node"]:
        """The children of that name."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Node | None":
        """The first child of that name."""
        for child in self.children:
            if child.tag == tag:
                return child
        return None


class Listener:
    """What is told of a file while it is read."""

    wanted: frozenset[str] = frozenset()
    """The elements of an activity that are asked for."""

    def opened(self, attributes: Mapping[str, str]) -> None:
        """The list of activities begins."""

    def begun(self, activity: Node) -> None:
        """An activity begins; it has its attributes only."""

    def found(self, node: Node) -> None:
        """An element of the activity that was asked for."""

    def passed(self, tag: str) -> None:
        """An element of the activity that was not asked for begins."""

    def ended(self) -> None:
        """The activity ends."""


def parse(file: BinaryIO, listener: Listener, progressed: Callable[[int], None]) -> Iterator[None]:
    """Tell the listener what is in the file, from its beginning; comes back after each part of it.

    `FileRefused` for what is no list of IATI activities, is cut off, or would take much memory.
    """
    file.seek(0)
    events = _Events(listener)
    done = 0
    while chunk := file.read(_CHUNK):
        done += len(chunk)
        events.feed(chunk, done)
        progressed(done)
        yield
    events.close()
    yield


class _Events:
    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped_entity
        parser.ExternalEntityRefHandler = self._external_entity
        self._depth = 0
        self._rooted = False
        self._inside_activity = False
        self._stack: list[Node] = []
        self._nodes = 0
        self._length = 0
        self._passed = 0

    def feed(self, chunk: bytes, done: int) -> None:
        self._parse(chunk, final=False)
        if done - self._parser.CurrentByteIndex > LONGEST_VALUE + 2 * _CHUNK:
            raise self._refused("value-too-long", f"a tag or a value is longer than {LONGEST_VALUE:,} bytes")

    def close(self) -> None:
        self._parse(b"", final=True)

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            raise self._broken(error, final=final) from None
        except (LookupError, ValueError):
            raise self._refused("unknown-encoding", "the encoding that the file declares cannot be read") from None

    def _broken(self, error: expat.ExpatError, *, final: bool) -> FileRefused:
        if not self._rooted:
            return self._refused("not-xml", "the file is empty, or no XML")
        if final:
            return self._refused("truncated", "the file ends before its XML does")
        words = expat.ErrorString(error.code) or "it is not well-formed"
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
            words += ", or not in the encoding that the file declares"
        return self._refused(
            "broken-xml", f"the XML is broken in column {error.offset + 1} of line {error.lineno}: {words}"
        )

    def _refused(self, code: str, detail: str) -> FileRefused:
        line = self._parser.CurrentLineNumber
        return FileRefused(code, detail, Place(line, f"line {line}"))

    def _entity(self, *_declared: object) -> None:
        raise self._refused("xml-entities", "the file declares XML entities, which are not read")

    def _skipped_entity(self, *_named: object) -> None:
        raise self._refused("xml-entities", "the file uses an XML entity that it does not declare")

    def _external_entity(self, *_named: object) -> int:
        raise self._refused("xml-entities", "the file refers to another file, which is not read")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._passed += 1
        if self._depth > DEEPEST:
            raise self._refused("nested-too-deep", f"elements are nested more than {DEEPEST} deep")
        if self._passed > _MOST_PASSED:
            raise self._refused("too-large", f"more than {_MOST_PASSED:,} elements say nothing of an activity")
        if self._stack:
            self._open(Node(tag, attributes, 0))
        elif self._depth == 3:
            if self._inside_activity and tag in self._listener.wanted:
                self._nodes = self._length = self._passed = 0
                self._open(Node(tag, attributes, self._parser.CurrentLineNumber))
            elif self._inside_activity and " " not in tag:
                self._listener.passed(tag)
        elif self._depth == 2:
            self._inside_activity = tag == "iati-activity"
            if self._inside_activity:
                self._listener.begun(Node(tag, attributes, self._parser.CurrentLineNumber))
        elif self._depth == 1:
            self._rooted = True
            if tag != "iati-activities":
                detail = _OTHER_ROOTS.get(tag, "this is XML, but no list of IATI activities")
                raise self._refused("wrong-format", detail)
            self._listener.opened(attributes)

    def _open(self, node: Node) -> None:
        self._nodes += 1
        for value in node.attributes.values():
            self._length += len(value)
        if self._nodes > _MOST_NODES or self._length > 2 * LONGEST_VALUE:
            raise self._refused("element-too-large", "an element of an activity holds too much")
        if self._stack:
            self._stack[-1].children.append(node)
        self._stack.append(node)

    def _text(self, text: str) -> None:
        if self._stack:
            self._length += len(text)
            if self._length > LONGEST_VALUE:
                raise self._refused("value-too-long", f"a text is longer than {LONGEST_VALUE:,} characters")
            self._stack[-1].parts.append(text)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._stack:
            node = self._stack.pop()
            if not self._stack:
                self._listener.found(node)
        elif self._depth == 1 and self._inside_activity:
            self._listener.ended()
