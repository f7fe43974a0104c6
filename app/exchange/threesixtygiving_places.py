"""Where the beneficiaries of a grant of 360Giving are: Mexican states, Mexico as a whole, other countries."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from app.exchange import values as forms
from app.exchange.iati_codes import UNPLACED
from app.exchange.places import Certainty, country_name, country_of, locate, state_of
from app.models.folding import fold
from app.models.noun import Values

NATIONAL = "GLS030"
"""The locationScope of a whole country."""
BASIS, PRESUMED_NAME = "basis", "namePresumed"
"""Fields of ours in a location: that it is only implied, and that the source has no name for it."""
UNPLACEABLE = "places that are neither a Mexican state nor a country"

Text = Callable[[Any, str], str | None]
Warn = Callable[[str, str, str], None]


# Files name the same few places again and again.
_state_of = lru_cache(maxsize=4096)(state_of)
_country_of = lru_cache(maxsize=4096)(country_of)
_locate = lru_cache(maxsize=4096)(locate)


class Drafting(Protocol):
    """Makes a draft of a kind, with its key and values."""

    def __call__(self, kind: str, key: str, values: Values, /) -> None:
        """Keep it."""


_MEXICO = "MX"
_GB_CODE = re.compile(r"[EWSNJK]\d{8}")
_NATIONWIDE = frozenset(
    "national|nacional|nationwide|a nivel nacional|todo mexico|todo el pais|all of mexico".split("|")
)


class Locations:
    """Where the beneficiaries of one grant are."""

    def __init__(self, project: str, left_out: Counter[str], *, text: Text, warn: Warn, draft: Drafting) -> None:
        """`project`: the key of the grant. The others read a text, tell of a problem, and make a draft."""
        self._project = project
        self._left_out = left_out
        self._text = text
        self._warn = warn
        self._draft = draft
        self._rows: dict[str, Values] = {}
        self._names: dict[str, list[str]] = {}
        self._in_mexico = False

    def take(self, locations: Sequence[tuple[str, dict[str, Any]]], scope: str) -> None:
        """Their drafts, in one row for each state and country."""
        for path, one in locations:
            self._take(path, one, scope)
        states = [row for row in self._rows.values() if "state" in row]
        if self._in_mexico and not states and _MEXICO not in self._rows:
            values = {"project": self._project, "label": UNPLACED, "role": "target", "basis": "implied"}
            self._draft("state_group", f"{self._project}#states", values)
        for key, row in self._rows.items():
            written, _ = forms.line("; ".join(dict.fromkeys(self._names[key])))
            values = {"project": self._project, "role": "target", **row}
            self._draft(
                "project_state", f"{self._project}#place:{key}", values | ({"as_written": written} if written else {})
            )

    def _take(self, path: str, one: Mapping[str, Any], scope: str) -> None:
        text = self._text
        name, code = text(one.get("name"), f"{path}/name"), text(one.get("geoCode"), f"{path}/geoCode")
        country, is_implied = self._country(path, one, code, name)
        is_implied = is_implied or one.get(BASIS) == "implied"
        written = None if one.get(PRESUMED_NAME) is True else name
        if country not in {None, _MEXICO}:
            self._country_row(str(country), written, "implied" if is_implied else "stated")
            return
        found = self._state(path, one, name, code, country)
        if found is not None:
            state, basis = found
            self._add(state, {"state": state, "basis": "implied" if is_implied else basis}, written)
        elif country == _MEXICO:
            self._mexico(path, name, written, scope)
        elif name or code or one.get("latitude"):
            self._left_out[UNPLACEABLE] += 1

    def _country(
        self, path: str, one: Mapping[str, Any], code: str | None, name: str | None
    ) -> tuple[str | None, bool]:
        """The country, and whether it is only implied: by a code of British statistics, or by its name."""
        given = one.get("countryCode")
        if isinstance(given, str) and given.strip():
            found = _country_of(given.strip()[: forms.LINE_LENGTH])
            if found is None:
                self._warn("unknown-country", f"{forms.shown(given)} is no country", f"{path}/countryCode")
            return found, False
        if code and _GB_CODE.fullmatch(code):
            return "GB", True
        return (_country_of(name) if name else None), False

    def _state(
        self, path: str, one: Mapping[str, Any], name: str | None, code: str | None, country: str | None
    ) -> tuple[str, str] | None:
        """The Mexican state and its basis: by name or code, else by its point."""
        is_code = code is not None and (country == _MEXICO or code.upper().startswith("MX"))
        named = _state_of(name=name, code=code if is_code else None, country=country)
        point = self._point(path, one)
        found = _locate(*point, country=country) if point else None
        if named and found and found.state and found.state != named:
            detail = f"the name or code says {named}, the point {found.state}: neither is taken"
            self._warn("location-not-placed", detail, path)
            return None
        if named:
            return named, "stated"
        if found is None:
            return None
        if found.state:
            return found.state, "implied"
        if country == _MEXICO and found.certainty != Certainty.outside:
            self._warn("location-not-placed", found.why, path)
        return None

    def _point(self, path: str, one: Mapping[str, Any]) -> tuple[float, float] | None:
        given = [one.get("latitude"), one.get("longitude")]
        if any(part is None or part == "" for part in given):
            return None
        try:
            latitude, longitude = (float(str(part).strip()) for part in given)
        except ValueError:
            latitude = longitude = float("nan")
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
            self._warn("bad-point", "there is no such point, or it is a filler", f"{path}/latitude")
            return None
        return latitude, longitude

    def _mexico(self, path: str, name: str | None, written: str | None, scope: str) -> None:
        """Work in Mexico of which no state is told is nationwide only where the file says so."""
        is_country = name is None or _country_of(name) == _MEXICO
        if (is_country and scope == NATIONAL) or (name is not None and fold(name) in _NATIONWIDE):
            self._country_row(_MEXICO, written, "stated")
            return
        self._in_mexico = True
        if not is_country:
            detail = "the location is in Mexico, and what is told of it names no state"
            self._warn("location-not-placed", detail, path)

    def _country_row(self, country: str, name: str | None, basis: str) -> None:
        values = {"name": country_name(country) or country, "level": "country"}
        self._draft("place", country, values)
        self._add(country, {"place": country, "basis": basis}, name)

    def _add(self, key: str, row: Values, name: str | None) -> None:
        known = self._rows.setdefault(key, row)
        if row["basis"] == "stated":
            known["basis"] = "stated"
        self._names.setdefault(key, []).extend([name] if name else [])
