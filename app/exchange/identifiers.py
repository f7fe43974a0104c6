"""Identifiers of organizations: one form for each, whoever writes it.

An identifier begins with the prefix of its register (org-id.guide): `US-EIN-94-1655673` is a number of the register
US-EIN. Of the registers below it is known which ways of writing a number mean the same; of all others an identifier is
kept as it stands. MX-CLUNI (the register of Mexican civil society organizations) and 360G (ids that a publisher of
grants made up) have no prefix there and are ours.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial

from app.models.folding import fold_name

OTHER = "other"
"""The scheme under which identifiers stand that are of no register that is known here."""

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
_SEPARATORS = re.compile(r"[\s./_:-]+")
_DATE = r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_RFC_OF_BODY = re.compile(rf"[A-ZÑ&]{{3}}{_DATE}[A-Z\d]{{2}}[\dA]")
_RFC_OF_PERSON = re.compile(rf"[A-ZÑ&]{{4}}{_DATE}[A-Z\d]{{2}}[\dA]")
_CURP = re.compile(rf"[A-ZÑ]{{4}}{_DATE}[HMX][A-Z]{{2}}[A-Z]{{3}}[A-Z\d]\d")
_RFC_OF_ANYBODY = frozenset({"XAXX010101000", "XEXX010101000"})
"""What Mexican invoices carry where the other party has no number: it tells nobody from anybody."""


def _joined(value: str) -> str:
    """The value without anything that stands between its characters."""
    return _SEPARATORS.sub("", value)


def _form(pattern: str, value: str) -> str | None:
    joined = _joined(value)
    return joined if re.fullmatch(pattern, joined) else None


def _digits(count: int, value: str) -> str | None:
    """A number that is always written with all of its digits."""
    return _form(rf"\d{{{count}}}", value)


def _padded(count: int, value: str) -> str | None:
    """A number whose leading zeros are left out at times."""
    found = _form(rf"\d{{1,{count}}}", value)
    return found and found.zfill(count)


def _company(value: str) -> str | None:
    """A number of Companies House: eight digits, or letters, digits and at times a letter, eight in all."""
    found = re.fullmatch(r"([A-Z]{0,2})(\d{1,8})([A-Z]?)", _joined(value))
    if found is None:
        return None
    before, number, after = found.groups()
    whole = before + number.zfill(8 - len(before) - len(after)) + after
    return whole if len(whole) == 8 else None


def _charity(value: str) -> str | None:
    """A number of the Charity Commission; `-n` names a charity that is linked to the registered one."""
    found = re.fullmatch(r"0*([1-9]\d{4,6})(?:-0*(\d{1,4}))?", value.replace(" ", ""))
    if found is None:
        return None
    number, linked = found.groups()
    return f"{number}-{linked}" if linked and linked != "0" else number


def _lettered(letters: str, count: int, value: str) -> str | None:
    """A number that begins with letters of its register, which are left out at times."""
    number = _padded(count, _joined(value).removeprefix(letters))
    return number and letters + number


def _rfc(value: str) -> str | None:
    return _form(_RFC_OF_BODY.pattern, value)


def _as_given(value: str) -> str | None:
    """A code in which every character counts."""
    return re.sub(r"\s+", "", value)


def _lower(value: str) -> str | None:
    return re.sub(r"\s+", "", value).lower()


_SCHEMES: Mapping[str, Callable[[str], str | None]] = {
    # Mexico
    "MX-RFC": _rfc,
    "MX-CLUNI": partial(_form, r"[A-ZÑ&]{3}\d{8}[A-Z\d]{3}"),
    # United Kingdom
    "GB-CHC": _charity,
    "GB-COH": _company,
    "GB-SC": partial(_lettered, "SC", 6),
    "GB-NIC": partial(_lettered, "NIC", 6),
    "GB-MPR": _as_given,
    "GB-UKPRN": partial(_digits, 8),
    "GB-EDU": partial(_form, r"\d{5,6}"),
    "GB-NHS": _as_given,
    "GB-LAE": _as_given,
    "GB-LAS": _as_given,
    "GB-GOR": _as_given,
    "GB-GOV": _as_given,
    # United States
    "US-EIN": partial(_digits, 9),
    "US-GOV": _as_given,
    # Elsewhere
    "AR-CUIT": partial(_digits, 11),
    "AU-ABN": partial(_digits, 11),
    "BE-BCE_KBO": partial(_padded, 10),
    "CA-CRA_ACR": partial(_form, r"\d{9}RR\d{4}"),
    "CL-RUT": partial(_form, r"\d{7,8}[\dK]"),
    "DK-CVR": partial(_digits, 8),
    "NL-KVK": partial(_padded, 8),
    "NO-BRC": partial(_digits, 9),
    "SE-ON": partial(_digits, 10),
    "ZA-NPO": partial(_padded, 6),
    # Of no country
    "XI-IATI": _as_given,
    "XI-LEI": partial(_form, r"[A-Z\d]{18}\d\d"),
    "XI-GRID": _lower,
    "XI-ROR": _lower,
    "XM-DAC": _as_given,
    "XM-OCHA": _as_given,
    "360G": _as_given,
}
"""Register -> one form of a value in capitals; None where it is no value of that register."""

_ALIASES = {"CLUNI": "MX-CLUNI", "RFC": "MX-RFC", "EIN": "US-EIN", "CUIT": "AR-CUIT"}
"""Registers that are written without their country."""

_OF_UNKNOWN_REGISTER = re.compile(r"([A-Z]{2}-[A-Z\d_]+)-(\S.*)")

_CASE_COUNTS = frozenset({"360G"})

_NAMES = sorted([*_SCHEMES, *_ALIASES], key=len, reverse=True)
_PREFIX = re.compile(
    "(" + "|".join(re.escape(name).replace("\\-", r"[-_ ]") for name in _NAMES) + r")\s*[-:/_\s]\s*(.+)", re.IGNORECASE
)
_PERSONAL = {
    "MX-RFC": _RFC_OF_PERSON,
    "MX-CURP": _CURP,
    "CURP": _CURP,
    "AR-CUIT": re.compile(r"2[03-7]\d{9}"),
    "PE-RUC": re.compile(r"1[0-9]\d{9}"),
    "BR-CPF": re.compile(r"\d{11}"),
    "US-SSN": re.compile(r"\d{9}"),
}
"""Register -> the numbers in it that are of natural persons."""

_PERSONS_PREFIX = re.compile(
    "(" + "|".join(re.escape(name).replace("\\-", r"[-_ ]") for name in _PERSONAL) + r")\s*[-:/_\s]\s*(.+)",
    re.IGNORECASE,
)
_NOTHING = frozenset({"", "na", "none", "null", "nil", "unknown", "pending", "tbc", "tbd", "notapplicable", "nd", "sn"})
_SAYS_NOTHING = re.compile(r"0+|X+")


def _tidy(identifier: str) -> str:
    return unicodedata.normalize("NFKC", identifier).translate(_DASHES).strip()


def _split(identifier: str) -> tuple[str, str] | None:
    """The register and the value as it is written, if the register is known."""
    found = _PREFIX.fullmatch(_tidy(identifier))
    if found is None:
        return None
    prefix = re.sub(r"[_ ]", "-", found[1].upper())
    # The one underscore that belongs to a name is told by what is left.
    scheme = next((name for name in _NAMES if re.sub(r"[_ ]", "-", name) == prefix), prefix)
    return _ALIASES.get(scheme, scheme), found[2].strip()


def normalised(identifier: str) -> tuple[str, str] | None:
    """Register and value in one form: `US-EIN-94-1655673` is ("US-EIN", "941655673").

    None where the register is not known, where the value cannot be one of that register, where it stands for nobody,
    and where it is a natural person's (`is_personal` tells).
    """
    found = _split(identifier)
    if found is None or is_personal(identifier):
        return None
    scheme, written = found
    value = _SCHEMES[scheme](written if scheme in _CASE_COUNTS else written.upper())
    if not value or _SAYS_NOTHING.fullmatch(_joined(value)) or value.casefold() in _NOTHING:
        return None
    return scheme, value


def normalised_fields(scheme: str, value: str) -> tuple[str, str]:
    """A register and a value, as an organization's identifier holds them, in one form or as they stand."""
    return normalised(value if scheme == OTHER else f"{scheme}-{value}") or (scheme, value)


def is_personal(identifier: str) -> bool:
    """Whether it is a number of a natural person: a Mexican RFC of 13 characters, a CURP, and the like elsewhere."""
    tidy = _tidy(identifier).upper()
    found = _PERSONS_PREFIX.fullmatch(tidy)
    if found is not None:
        register, value = re.sub(r"[_ ]", "-", found[1]), _joined(found[2])
        if value not in _RFC_OF_ANYBODY and _PERSONAL[register].fullmatch(value):
            return True
    bare = _joined(re.sub(r"^(MX[-_ ])?RFC[-:/_\s]+|^RFC(?=[A-Z]{4}\d{6})", "", tidy))
    return bare not in _RFC_OF_ANYBODY and bool(_RFC_OF_PERSON.fullmatch(bare) or _CURP.fullmatch(bare))


def is_usable(identifier: str) -> bool:
    """Whether it can tell one organization from others: not empty, not a stand-in, not a natural person's."""
    if is_personal(identifier):
        return False
    found = _split(identifier)
    value = _joined(_tidy(identifier) if found is None else found[1])
    says_nothing = value.casefold() in _NOTHING or _SAYS_NOTHING.fullmatch(value.upper()) is not None
    # What begins like a key that is made of a name would be taken for that name.
    is_key = _tidy(identifier).casefold().startswith("name:")
    return not (says_nothing or is_key or value.upper() in _RFC_OF_ANYBODY)


def organization_key(identifier: str | None, name: str | None) -> str | None:
    """Who an organization is in a source: `US-EIN-941655673`, an identifier of another kind as it stands, or its name.

    None where there is neither an identifier that tells it from others nor a name with a letter in it.
    """
    if identifier is not None and is_usable(identifier):
        found = normalised(identifier)
        return "-".join(found) if found else _tidy(identifier)
    folded = fold_name(name) if name is not None else ""
    return f"name:{folded}" if folded else None


def identifier_fields(identifier: str) -> dict[str, str] | None:
    """Fields of an organization's identifier: normalised, or as it stands.

    What begins like the prefix of a register that is not known here stands under that prefix, all else under `other`.
    None where it tells nobody from anybody, and where it is a natural person's.
    """
    if not is_usable(identifier):
        return None
    scheme, value = normalised(identifier) or _of_unknown_register(identifier) or (OTHER, _tidy(identifier))
    return {"scheme": scheme, "value": value}


def _of_unknown_register(identifier: str) -> tuple[str, str] | None:
    found = _OF_UNKNOWN_REGISTER.fullmatch(_tidy(identifier))
    return None if found is None or found[1] in _SCHEMES else (found[1], found[2])


def is_proof(scheme: str) -> bool:
    """Whether two organizations with one value under a scheme are the same: a number of no register proves nothing."""
    return scheme != OTHER
