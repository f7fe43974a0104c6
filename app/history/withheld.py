"""Terms that no record may contain: the names of people at risk, for instance.

A term is nowhere: what is stored is a keyed hash (HMAC-SHA256) of its letters, under the secret of the deployment. A
text is looked through by hashing each of its runs of words in the same way. Letters are compared without accents, case,
punctuation and invisible characters, and joined without spaces, so that a name is found in a slug, in an address, split
at the end of a line or spelled out. It is a net for what slips in by mistake; who means to get a name past it can.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Self
from urllib.parse import unquote

from sqlalchemy import Connection, select

from app.models.folding import plain
from app.models.service import WithheldTerm
from app.models.tables import sql_table
from app.problems import Problem

__all__ = ["FEWEST_LETTERS", "MOST_LETTERS", "MOST_WORDS", "Withheld", "refuse_withheld", "split_digest", "words_of"]

MOST_WORDS = 6
"""Words that a term may have."""
FEWEST_LETTERS = 4
"""Letters that a term must have."""
MOST_LETTERS = 60
"""Letters and digits that a term may have."""
_MOST_PIECES = 30
"""Pieces in which a term may stand, where it is hyphenated or spelled out."""
_CHECK_DIGITS = 8

_TERM = sql_table(WithheldTerm)

# Characters within a word that are no letters: apostrophes, and what Unicode calls default ignorable (nobody sees it).
_WITHIN = re.compile(
    "['’‘ʼʹ`´"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_BETWEEN = re.compile(r"([\W_]+)")
_HYPHENS_AND_LINE_ENDS = re.compile(r"[-\u00af\u058a\u2010-\u2015\u2043\u2212\n\r\v\f\x85\u2028\u2029]")
# Letters that Unicode does not take apart, and that are written without their stroke where a keyboard lacks them.
_STROKES = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


class Withheld:
    """The terms of a deployment, as far as they are known: enough to find them in a text, not to tell them."""

    def __init__(self, secret: str | None, digests: Mapping[int, frozenset[str]]) -> None:
        """`digests`: number of words -> digests of the terms of so many, as `digest_of` makes them."""
        self._known = frozenset(bytes.fromhex(digest) for some in digests.values() for digest in some)
        self._most = max(digests, default=0)
        # RFC 2104 with the hashes of the two padded keys made once: a long text asks for thousands of digests.
        key = (secret or "").encode()
        key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    @classmethod
    def load(cls, connection: Connection, secret: str | None) -> Self:
        """The stored terms; a problem where there are any and they cannot be compared with under this secret."""
        stored = connection.execute(select(_TERM.c.digest, _TERM.c.words)).all()
        digests: dict[int, frozenset[str]] = {}
        if stored and secret is None:
            raise Problem(
                "no-secret", "There are withheld terms, and TEJIDO_SECRET is not set: none can be looked for."
            )
        for row in stored:
            check, digest = split_digest(row.digest)
            if check != check_of(secret or ""):
                detail = "There are withheld terms that were hashed under another TEJIDO_SECRET than the one set now."
                raise Problem("no-secret", detail)
            digests[row.words] = digests.get(row.words, frozenset()) | {digest}
        return cls(secret, digests)

    def places(self, values: Any, pointer: str = "") -> list[str]:
        """JSON pointers of the texts that contain a term, in a value of dictionaries, lists and texts."""
        return list(self._places(values, pointer)) if self._known else []

    def contains(self, text: str) -> bool:
        """Whether a text contains a term."""
        return bool(self._known) and (self._finds(text) or ("%" in text and self._finds(unquote(text))))

    def digest_of(self, letters: str) -> bytes:
        """HMAC-SHA256 of the letters of a term under the secret."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(letters.encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.digest()

    def _places(self, values: Any, pointer: str) -> Iterator[str]:
        if isinstance(values, str):
            if self.contains(values):
                yield pointer
        elif isinstance(values, Mapping):
            for name, value in values.items():
                yield from self._places(value, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
        elif isinstance(values, list | tuple):
            for index, value in enumerate(values):
                yield from self._places(value, f"{pointer}/{index}")

    def _finds(self, text: str) -> bool:
        words, is_joint = _pieces(text)
        for first in range(len(words)):
            letters, others = "", 0
            for last in range(first, min(len(words), first + _MOST_PIECES)):
                others += last > first and not is_joint[last - 1]
                letters += words[last]
                if others >= self._most or len(letters) > MOST_LETTERS:
                    break
                if len(letters) >= FEWEST_LETTERS and self.digest_of(letters) in self._known:
                    return True
        return False


def refuse_withheld(withheld: Withheld, values: Any) -> None:
    """A problem where a text in the values contains a withheld term; it tells the places, never the term."""
    places = withheld.places(values)
    if places:
        errors = [{"pointer": place, "detail": "contains what is not stored here"} for place in places]
        raise Problem("withheld-term", "The record contains a term that this deployment does not store.", errors=errors)


def words_of(term: str) -> list[str]:
    """The words of a term, as they are compared."""
    return _pieces(term)[0]


def check_of(secret: str) -> str:
    """What tells one secret from another, and nothing of the secret."""
    return hmac.digest(secret.encode(), b"tejido withheld terms", "sha256").hex()[:_CHECK_DIGITS]


def split_digest(stored: str) -> tuple[str, str]:
    """The check of the secret, and the digest under it, of a stored digest."""
    return stored[:_CHECK_DIGITS], stored[_CHECK_DIGITS:]


def _pieces(text: str) -> tuple[list[str], list[bool]]:
    """The words of a text, and for each but the last whether it may belong to one word with the next.

    So it may where only a hyphen or the end of a line stands between them, or where one of them is a single letter.
    """
    if text.isascii():
        letters = text.lower()
    else:
        letters = plain(_WITHIN.sub("", text)).translate(_STROKES)
        letters = "".join(char for char in letters if char.isascii() or unicodedata.category(char)[0] != "M")
    found = _BETWEEN.split(_WITHIN.sub("", letters))
    words, between = found[::2], found[1::2]
    if words[-1] == "":
        words, between = words[:-1], between[:-1]
    if words and words[0] == "":
        words, between = words[1:], between[1:]
    is_joint = [
        len(words[index]) == 1 or len(words[index + 1]) == 1 or bool(_HYPHENS_AND_LINE_ENDS.search(mark))
        for index, mark in enumerate(between)
    ]
    return words, is_joint
