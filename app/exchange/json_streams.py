"""JSON documents that hold one long list, read item by item: no more than an item is in memory."""

import codecs
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped] # it comes without types

from app.exchange.drafts import FileRefused, Report
from app.exchange.grids import LONGEST_VALUE, Encoding, encoding_of

DEEPEST = 32
"""Levels of an item at most."""
_MOST_NODES = 100_000
_MOST_CHARACTERS = 8_000_000
_PIECE = 1 << 16
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|(?P<open>\\?\Z))|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_UNFINISHED = re.compile(rb"[-A-Za-z]*\Z")
_NOT_NUMBERS = (b"NaN", b"Infinity")

Event = tuple[str, Any]


def members(
    file: BinaryIO, lists: Collection[str], kept: Collection[str], report: Report
) -> Iterator[tuple[str | None, Any]]:
    """The members of the document's object by name: of those in `lists` each item by itself, of others only `kept`.

    Where the document is a list, its items, with None for a name. Numbers are int or Decimal. `NaN` and `Infinity`,
    which some programs write though they are not JSON, are the texts `"NaN"` … FileRefused where it is not JSON, is cut
    off, or nests or holds more than it may.
    """
    encoding = encoding_of(file)
    if encoding.warning:
        report.warn("encoding", encoding.warning, None)
    source = _Source(file, encoding, report.progressed)
    events = ijson.basic_parse(source, buf_size=_PIECE)
    try:
        event, _ = next(events)
        if event == "start_array":
            for item in _items(events, source):
                yield None, item
        elif event == "start_map":
            yield from _members(events, source, lists, kept)
        else:
            raise FileRefused("not-json", "the file holds a single value, no object and no list")
        # What comes after the document is found out by asking for it.
        next(events, None)
    except ijson.JSONError as error:
        raise _refusal(str(error)) from error
    except UnicodeDecodeError as error:
        raise FileRefused("truncated", "the file ends in the middle of a character") from error


def _refusal(said: str) -> FileRefused:
    if "premature EOF" in said or "ncomplete" in said:
        return FileRefused("truncated", "the file ends before its JSON does: it is cut off, or empty")
    if "trailing garbage" in said:
        return FileRefused("not-json", "something follows after the end of the JSON")
    return FileRefused("not-json", "the file is not JSON, or is damaged")


class _Source:
    """The file as UTF-8 without mark, for the parser."""

    def __init__(self, file: BinaryIO, encoding: Encoding, progressed: Callable[[int], None]) -> None:
        self.encoding = encoding
        self.idle = 0
        """Bytes that were read since the parser last found something."""
        self._file = file
        self._progressed = progressed
        self._done = 0
        decode = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
        self._decode = None if encoding.name == "utf-8-sig" and not encoding.is_mixed else decode
        self._rest = b""
        self._has_not_numbers = _holds_not_numbers(file)
        self._at_start = True

    def read(self, size: int = _PIECE) -> bytes:
        """Some bytes; none only at the end."""
        if size == 0:
            return b""
        while piece := self._file.read(_PIECE):
            self._done += len(piece)
            self._progressed(self._done)
            self.idle += len(piece)
            if self.idle > LONGEST_VALUE:
                raise FileRefused("too-long", f"a value has more than {LONGEST_VALUE:,} bytes")
            if self._decode is not None:
                piece = self._decode.decode(piece).encode("utf-8", "surrogatepass")
            elif self._at_start:
                piece = piece.removeprefix(codecs.BOM_UTF8)
            self._at_start = False
            if self._has_not_numbers:
                piece = self._quoted(piece)
            if piece:
                return piece
        rest, self._rest = self._rest, b""
        if self._decode is not None:
            self._decode.decode(b"", True)
        return rest

    def _quoted(self, piece: bytes) -> bytes:
        """NaN and Infinity outside of texts in quotes; what is not finished is kept for the next piece."""
        data = self._rest + piece
        parts, end = [], 0
        for match in _TOKEN.finditer(data):
            token = match[0]
            if match["open"] is not None:
                break
            parts += [data[end : match.start()], token if token.startswith(b'"') else b'"%b"' % token]
            end = match.end()
        quote, unfinished = data.find(b'"', end), _UNFINISHED.search(data, end)
        cut = quote if quote >= 0 else unfinished.start() if unfinished else len(data)
        parts.append(data[end:cut])
        self._rest = data[cut:]
        return b"".join(parts)


def _holds_not_numbers(file: BinaryIO) -> bool:
    file.seek(0)
    last, found = b"", False
    while not found and (piece := file.read(1 << 20)):
        # In UTF-16 every other byte is nought.
        seen = (last + piece).replace(b"\0", b"")
        found = any(word in seen for word in _NOT_NUMBERS)
        last = seen[-16:]
    file.seek(0)
    return found


def _members(
    events: Iterator[Event], source: _Source, lists: Collection[str], kept: Collection[str]
) -> Iterator[tuple[str, Any]]:
    for event, name in events:
        source.idle = 0
        if event == "end_map":
            return
        kind, value = next(events)
        if name in lists and kind == "start_array":
            for item in _items(events, source):
                yield name, item
        elif kind in {"start_map", "start_array"}:
            if name in kept:
                yield name, _container(kind, events, source)
            else:
                _skip(events, source)
        elif name in kept:
            yield name, value


def _items(events: Iterator[Event], source: _Source) -> Iterator[Any]:
    for event, value in events:
        source.idle = 0
        if event == "end_array":
            return
        yield _container(event, events, source) if event in {"start_map", "start_array"} else value


def _container(kind: str, events: Iterator[Event], source: _Source) -> Any:
    top: Any = {} if kind == "start_map" else []
    stack, keys = [top], [""]
    nodes = characters = 0
    for event, value in events:
        source.idle = 0
        if event == "map_key":
            keys[-1] = value
            characters += len(value)
            continue
        if event in {"end_map", "end_array"}:
            done = stack.pop()
            keys.pop()
            if not stack:
                return done
            top = stack[-1]
            continue
        if event == "string":
            characters += len(value)
        nodes += 1
        if nodes > _MOST_NODES or characters > _MOST_CHARACTERS:
            raise FileRefused("too-large", "one item of the list holds more than it may")
        is_container = event in {"start_map", "start_array"}
        new = ({} if event == "start_map" else []) if is_container else value
        if isinstance(top, dict):
            top[keys[-1]] = new
        else:
            top.append(new)
        if is_container:
            if len(stack) >= DEEPEST:
                raise _too_deep()
            stack.append(new)
            keys.append("")
            top = new
    raise FileRefused("truncated", "the file ends before its JSON does: it is cut off, or empty")


def _skip(events: Iterator[Event], source: _Source) -> None:
    depth = 1
    for event, _ in events:
        source.idle = 0
        if event in {"start_map", "start_array"}:
            depth += 1
            if depth > DEEPEST:
                raise _too_deep()
        elif event in {"end_map", "end_array"}:
            depth -= 1
            if not depth:
                return


def _too_deep() -> FileRefused:
    return FileRefused("too-deep", f"the file nests more than {DEEPEST} levels")
