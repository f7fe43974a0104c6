"""Sectors of other people's lists as topics of ours.

Codes of the OECD's Development Assistance Committee become topics `crs:<code>`, which stand for the topic that has this
`crs_code`; codes of any other list become topics `sector:<list>:<code>`.
"""

import csv
import re
from functools import cache
from importlib.resources import files

from app.exchange.drafts import Draft, Place
from app.exchange.values import line
from app.models.noun import Values

DAC_5, DAC_3, SDG_GOAL, SDG_TARGET, SDG_INDICATOR = "1", "2", "7", "8", "9"
"""Codes of IATI's SectorVocabulary."""

VOCABULARIES = {
    "DAC": DAC_5,
    "DAC-5": DAC_5,
    "DAC-3": DAC_3,
    "COFOG": "3",
    "NACE": "4",
    "NTEE": "5",
    "ADT": "6",
    "RO2": "98",
    "RO": "99",
}
"""How versions 1.0x of IATI, and people, call the lists of SectorVocabulary."""

OF_PUBLISHER = frozenset({"98", "99"})
"""Lists that each publisher makes for itself: the same code means something else with the next."""

_NAMES = {
    "3": "COFOG",
    "4": "NACE",
    "5": "NTEE",
    "6": "AidData",
    SDG_TARGET: "SDG target",
    SDG_INDICATOR: "SDG indicator",
    "10": "Humanitarian cluster",
    "11": "NAICS",
    "12": "UN system function",
}
_NAMES_ES = {SDG_TARGET: "Meta de los ODS", SDG_INDICATOR: "Indicador de los ODS"}
_DAC_CODE = re.compile(r"[1-9][0-9]{2}(?:[0-9]{2})?")


def vocabulary_of(vocabulary: str | None, *, uri: str | None = None, publisher: str | None = None) -> str | None:
    """The list that a code is of, in one form: a code of SectorVocabulary, an address, or `<publisher>/99`.

    None for a list that one publisher made where nobody tells whose it is.
    """
    given = (vocabulary or DAC_5).strip()
    code = VOCABULARIES.get(given.upper(), given) or DAC_5
    if code not in OF_PUBLISHER:
        return code
    if uri and uri.strip():
        return uri.strip()
    return f"{publisher}/{code}" if publisher else None


def topic_draft(
    vocabulary: str | None, code: str, name: str | None, language: str | None, place: Place, cue: str
) -> Draft | None:
    """The topic that a sector stands for; None where the code cannot be one of its list.

    `vocabulary` as `vocabulary_of` gives it (None: DAC), `name` the label that the file gives, in `language`.
    """
    code, vocabulary = line(code)[0], line(vocabulary or "")[0] or DAC_5
    vocabulary = VOCABULARIES.get(vocabulary.upper(), vocabulary)
    if vocabulary in {DAC_5, DAC_3}:
        if not _DAC_CODE.fullmatch(code):
            return None
        values = _labels(_dac().get(code), name, language, f"DAC sector {code}") | {"crs_code": code}
        return Draft("topic", f"crs:{code}", values, place, cue)
    if not code or len(code) > 100 or len(vocabulary) > 300:
        return None
    listed = _goals().get(code.lstrip("0")) if vocabulary == SDG_GOAL else None
    fallback = f"{_NAMES.get(vocabulary, f'Sector of list {vocabulary}:')} {code}"
    values = _labels(listed, name, language, fallback)
    if not name and vocabulary in _NAMES_ES:
        values["label_es"] = f"{_NAMES_ES[vocabulary]} {code}"
    values |= {"sector_vocabulary": vocabulary, "sector_code": code}
    return Draft("topic", f"sector:{vocabulary}:{code}", values, place, cue)


def _labels(listed: tuple[str, str] | None, name: str | None, language: str | None, fallback: str) -> Values:
    """Labels of the list, else of the file, else what the code is called; Spanish only where it is certain."""
    english, spanish = listed or ("", "")
    english = english or name or fallback
    return {"label_en": english, "label_es": spanish or (name if name and language == "es" else english)}


@cache
def _dac() -> dict[str, tuple[str, str]]:
    return _list("dac_sectors.csv")


@cache
def _goals() -> dict[str, tuple[str, str]]:
    return _list("sdg_goals.csv")


def _list(name: str) -> dict[str, tuple[str, str]]:
    """Code -> English and Spanish label (empty where there is none)."""
    text = (files("app.exchange") / "data" / name).read_text(encoding="utf-8")
    return {row["code"]: (row["label_en"], row["label_es"]) for row in csv.DictReader(text.splitlines())}
