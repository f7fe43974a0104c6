"""Folding names for comparison: blind to accents, case, punctuation and legal suffixes."""

import re
import unicodedata
from itertools import filterfalse

LEGAL_SUFFIXES = frozenset(
    {
        "ac",
        "sc",
        "iap",
        "iasp",
        "abp",
        "osc",
        "sa",
        "cv",
        "sapi",
        "srl",
        "rl",
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "corp",
        "gmbh",
        "asociacion civil",
        "sociedad civil",
    }
)
"""Endings that say only the legal form: Mexican (A.C., S.C., I.A.P., S.A. de C.V. …) and common foreign ones."""

_NOT_WORD = re.compile(r"[\W_]+")
_SPELLED = re.compile(r"\b(?:[^\W\d] )+[^\W\d]\b")


def plain(text: str) -> str:
    """Lower-case text without accents, each letter in one form; what stands between words is kept."""
    if text.isascii():
        return text.lower()
    decomposed = text
    for _ in range(2):
        # Twice, as in compatibility caseless matching (Unicode, D146): decomposing can bring up capitals.
        decomposed = unicodedata.normalize("NFKD", decomposed.casefold())
    return "".join(filterfalse(unicodedata.combining, decomposed))


def fold(text: str) -> str:
    """Lower-case words without accents and punctuation, one space apart; `A. C.` and `A C` become `ac`."""
    words = _NOT_WORD.sub(" ", plain(text).replace("'", "").replace("’", "")).strip()
    return _SPELLED.sub(lambda match: match.group().replace(" ", ""), words)


def fold_name(text: str) -> str:
    """Like `fold`, and without the legal form at the end, unless nothing else is left."""
    words = fold(text).split()
    kept = list(words)
    while len(kept) > 1:
        if " ".join(kept[-2:]) in LEGAL_SUFFIXES and len(kept) > 2:
            del kept[-2:]
        elif kept[-1] in LEGAL_SUFFIXES or (kept[-1] in ("de", "s") and len(kept) < len(words)):
            del kept[-1]
        else:
            break
    return " ".join(kept)
