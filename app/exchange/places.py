"""Which Mexican state, which country: from names, codes and coordinates, as people and files give them.

Nothing here is a guess: where a form names several places or none, or a point is too near to a border for the geometry
to tell, the answer is None.
"""

import csv
import json
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import shapely
from shapely import MultiLineString, MultiPolygon, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from app.models.folding import fold
from app.models.noun import Values

MEXICO = "MX"
_SEED = Path(__file__).resolve().parents[2] / "seed" / "states.toml"
_DATA = files("app.exchange") / "data"

# --- names and codes of states -------------------------------------------------------------------------------------

_CODES = """
MX-AGU 01 01 AG 4019231  11   MX-MOR 17 17 MR 3522961  36
MX-BCN 02 02 BN 4017700   7   MX-NAY 18 18 NA 3995012  20
MX-BCS 03 03 BS 4017698   5   MX-NLE 19 19 NL 3522542  51
MX-CAM 04 04 CM 3531730  13   MX-OAX 20 20 OA 3522509 570
MX-COA 05 07 CA 4013674  38   MX-PUE 21 21 PU 3521082 217
MX-COL 06 08 CL 4013513  10   MX-QUE 22 22 QE 3520914  18
MX-CHP 07 05 CP 3531011 125   MX-ROO 23 23 QR 3520887  11
MX-CHH 08 06 CH 4014336  67   MX-SLP 24 24 SL 3985605  59
MX-CMX 09 09 DF 3527646  17   MX-SIN 25 25 SI 3983035  20
MX-DUR 10 10 DU 4011741  39   MX-SON 26 26 SO 3982846  72
MX-GUA 11 11 GJ 4005267  46   MX-TAB 27 27 TB 3516458  17
MX-GRO 12 12 GR 3527213  85   MX-TAM 28 28 TM 3516391  43
MX-HID 13 13 HI 3527115  84   MX-TLA 29 29 TL 3515359  60
MX-JAL 14 14 JA 4004156 125   MX-VER 30 30 VE 3514780 212
MX-MEX 15 15 MX 3523272 125   MX-YUC 31 31 YU 3514211 106
MX-MIC 16 16 MC 3995955 113   MX-ZAC 32 32 ZA 3979840  58
""".split()
"""ISO 3166-2, INEGI, FIPS 10-4, HASC, GeoNames (the last three by Natural Earth), municipalities about 2024."""

_ISO = _CODES[0::6]
_INEGI = dict(zip(_CODES[1::6], _ISO, strict=True))
_FIPS = dict(zip(_CODES[2::6], _ISO, strict=True))
_HASC = dict(zip(_CODES[3::6], _ISO, strict=True))
_GEONAMES = dict(zip(_CODES[4::6], _ISO, strict=True))
_MUNICIPALITIES = {iso: int(count) for iso, count in zip(_ISO, _CODES[5::6], strict=True)}
_NEW_MUNICIPALITIES = 10
"""So many numbers beyond those of today may be real; `06600` is a postal code of the capital and not in Colima."""
_LETTERS = {iso[3:]: iso for iso in _ISO} | {"DIF": "MX-CMX"}
"""The second half of an ISO code -> the state. DIF: the capital until 2016."""

_FORMS = {
    "MX-CMX": "cd mx|cdad de mexico|mexico distrito federal|ciudad de mexico df|cdmx df",
    "MX-BCS": "southern baja california|southern lower california|baja california south|bc sur",
    "MX-COA": "coahuila zaragoza",
    "MX-MEX": "edo de mex|estado de mex|est de mexico|est de mex|edomexico",
    "MX-NLE": "nvo leon|nueva leon|n leon",
    "MX-QUE": "queretaro arteaga",
    "MX-SLP": "sl potosi|san luis p",
    "MX-VER": "veracruz ignacio de la llave|veracruz llave",
}
"""What files write beside the forms in the seed, folded."""

_WORDS = frozenset({"camp", "col", "mor", "sin", "son", "tab", "ver"})
"""Abbreviations that are words without their full stop."""
_COUNTRY_TOO = frozenset({"mexico", "mex", "mx"})
"""Forms of a state and of the country: the country, unless a state is asked for."""
_FOREIGN_CODES = frozenset({"COL", "MEX"})
"""Halves of ISO codes that are also codes of countries."""
_HOMONYMS = {
    "hidalgo": ("MX-COA", "MX-DUR", "MX-MIC", "MX-NLE", "MX-TAM"),
    "morelos": ("MX-CHH", "MX-COA", "MX-MEX", "MX-ZAC"),
    "guerrero": ("MX-CHH", "MX-COA", "MX-TAM"),
    "tabasco": ("MX-ZAC",),
}
"""Municipalities that are called like a state, and the other states that they are in."""

_PREFIX = re.compile(
    r"(?:the )?(?:estado libre y soberano de|entidad federativa de|entidad federativa|estado de|estado|edo de|edo"
    r"|state of|state) (.+)"
)
_SUFFIX = re.compile(r"(?:the )?(.+) (?:state|estado)")
_MX_CODE = re.compile(r"MX([-_. ]?)([A-Z]{2,3}|\d{2}|\d{5}|\d{9})", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;/|()\n]+|\s[-–—]\s")
_AND = re.compile(r"\s(?:and|y|e)\s|\s?&\s?", re.IGNORECASE)


def state_of(
    *, name: str | None = None, code: str | None = None, country: str | None = None, as_state: bool = False
) -> str | None:
    """The state (ISO 3166-2, `MX-NLE`) that a name or a code stands for; None where neither does, or they differ.

    `country` is what the source says of the country, as a code or a name: where it is not Mexico there is no state.
    `as_state`: the source says that it gives a state (a column `State`, a list of states): then `México` is the State
    of Mexico and no longer the country.
    """
    if country and country.strip() and country_of(country) != MEXICO:
        return None
    sure = as_state or bool(country and country.strip())
    found = {
        _located(name or "", sure=sure, as_state=as_state),
        _one(code or "", sure=sure, as_state=as_state),
    } - {None}
    return found.pop() if len(found) == 1 else None


def states_of(text: str, *, country: str | None = None, as_state: bool = False) -> tuple[str, ...]:
    """The states that a cell or phrase lists (`Jalisco, Veracruz, and Mexico`), in order; none if one is unclear."""
    if country and country.strip() and country_of(country) != MEXICO:
        return ()
    sure = as_state or bool(country and country.strip())
    *items, last = [part.strip() for part in _SEPARATORS.split(text)]
    # Joined to others by a conjunction, `Mexico` is one of them; after a comma alone it is where they are.
    joined = bool(_AND.search(f" {last} "))
    parts = [part for item in (*items, last) for part in _AND.split(f" {item} ") if part.strip()]
    whole = None if joined else _located(text, sure=sure, as_state=as_state and not items)
    if not joined and len(parts) > 1 and fold(parts[-1]) in _COUNTRY_TOO:
        # Two states in Mexico, or three of which one is called so.
        return (whole,) if whole else ()
    found = [_one(part, sure=sure, as_state=as_state or joined) for part in parts]
    states = tuple(dict.fromkeys(state for state in found if state is not None))
    if None in found:
        return (whole,) if whole else ()
    if len(states) == 1:
        return states
    # `Hidalgo, Tamaulipas` may be two states or a town of one.
    return () if whole and not as_state else states


def _located(text: str, *, sure: bool, as_state: bool) -> str | None:
    """The state at the end of `Monterrey, Nuevo León, México`, from small to large as addresses are written."""
    whole = _one(text, sure=sure, as_state=as_state)
    if whole is not None:
        return whole
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    if len(parts) > 1 and _one(parts[-1], sure=False, as_state=False) is None:
        country = country_of(parts[-1])
        if country == MEXICO:
            parts.pop()
            sure = True
    if not parts:
        return None
    *smaller, last = parts
    state = _one(last, sure=sure, as_state=False)
    if state is None:
        return None
    for part in smaller:
        if _one(part, sure=False, as_state=False) not in (None, state) and state not in _HOMONYMS.get(fold(part), ()):
            return None
    return state


def _one(text: str, *, sure: bool, as_state: bool) -> str | None:
    """The state that one form stands for. `sure`: something else says that it is in Mexico, or a state."""
    form = text.strip()
    if form.isdecimal() and form.isascii():
        return _numbered(form, sure=sure)
    if match := _MX_CODE.fullmatch(form):
        return _coded(match.group(1), match.group(2).upper())
    if form.upper() in _LETTERS and (sure or form.isupper()):
        return _LETTERS[form.upper()] if as_state or (form.upper() not in _FOREIGN_CODES) else _between(form, sure=sure)
    folded = fold(form)
    if folded in _COUNTRY_TOO:
        return "MX-MEX" if as_state and folded != "mx" else None
    if folded in _WORDS and not (sure or "." in form):
        return None
    named = _forms().get(folded)
    if named is None and (match := _PREFIX.fullmatch(folded) or _SUFFIX.fullmatch(folded)):
        named = "MX-MEX" if match.group(1) in _COUNTRY_TOO else _forms().get(match.group(1))
    return named


def _between(form: str, *, sure: bool) -> str | None:
    """`COL` is Colombia, unless we are in Mexico; `MEX` is Mexico there, too."""
    return _LETTERS["COL"] if sure and form.upper() == "COL" else None


def _numbered(digits: str, *, sure: bool) -> str | None:
    """INEGI's number of a state (2 digits), municipality (5) or locality (9), or a number of GeoNames.

    A spreadsheet takes the first zero away; that is undone only where it is `sure` that a place in Mexico is meant.
    """
    if digits in _GEONAMES:
        return _GEONAMES[digits]
    if sure and len(digits) in (1, 4, 8):
        digits = f"0{digits}"
    state = _INEGI.get(digits[:2]) if len(digits) in (2, 5, 9) else None
    if state is None or len(digits) == 2:
        return state
    return state if 1 <= int(digits[2:5]) <= _MUNICIPALITIES[state] + _NEW_MUNICIPALITIES else None


def _coded(separator: str, code: str) -> str | None:
    """What stands after MX: letters of ISO (`-`) or HASC (`.`), a number of INEGI or FIPS: these differ in 05 to 08."""
    if len(code) == 3:
        return _LETTERS.get(code)
    if code.isdigit():
        if separator == ".":
            return _FIPS.get(code)
        same = len(code) > 2 or _INEGI.get(code) == _FIPS.get(code)
        return _numbered(code, sure=False) if same else None
    return _HASC.get(code) if separator == "." else _forms().get(code.lower())


@cache
def _forms() -> dict[str, str]:
    """Every folded form that stands for one state -> the state."""
    found: dict[str, set[str]] = {}
    for row in tomllib.loads(_SEED.read_text(encoding="utf-8"))["state"]:
        for text in (row["name"], *(name["text"] for name in row["names"])):
            found.setdefault(fold(text), set()).add(row["id"])
    for state, forms in _FORMS.items():
        for form in forms.split("|"):
            found.setdefault(form, set()).add(state)
    return {form: states.pop() for form, states in found.items() if len(states) == 1 and form not in _COUNTRY_TOO}


# --- countries and regions -----------------------------------------------------------------------------------------

_SMALL_WORDS = frozenset("the and of y e de del la las los el".split())
_OFFICIAL = re.compile(r"^(?:republic|kingdom|commonwealth|republica|reino) ")
_REGIONS = {
    "88": ("States Ex-Yugoslavia unspecified", "Estados de la ex Yugoslavia, sin especificar"),
    "89": ("Europe, regional", "Europa, regional"),
    "189": ("North of Sahara, regional", "Norte del Sahara, regional"),
    "289": ("South of Sahara, regional", "Sur del Sahara, regional"),
    "298": ("Africa, regional", "África, regional"),
    "380": ("West Indies, regional", "Antillas, regional"),
    "389": ("North & Central America, regional", "América del Norte y Central, regional"),
    "489": ("South America, regional", "América del Sur, regional"),
    "498": ("America, regional", "América, regional"),
    "589": ("Middle East, regional", "Oriente Medio, regional"),
    "619": ("Central Asia, regional", "Asia Central, regional"),
    "679": ("South Asia, regional", "Asia Meridional, regional"),
    "689": ("South & Central Asia, regional", "Asia Meridional y Central, regional"),
    "789": ("Far East Asia, regional", "Lejano Oriente, regional"),
    "798": ("Asia, regional", "Asia, regional"),
    "889": ("Oceania, regional", "Oceanía, regional"),
    "998": ("Developing countries, unspecified", "Países en desarrollo, sin especificar"),
    "1027": ("Eastern Africa, regional", "África Oriental, regional"),
    "1028": ("Middle Africa, regional", "África Central, regional"),
    "1029": ("Southern Africa, regional", "África Austral, regional"),
    "1030": ("Western Africa, regional", "África Occidental, regional"),
    "1031": ("Caribbean, regional", "Caribe, regional"),
    "1032": ("Central America, regional", "América Central, regional"),
    "1033": ("Melanesia, regional", "Melanesia, regional"),
    "1034": ("Micronesia, regional", "Micronesia, regional"),
    "1035": ("Polynesia, regional", "Polinesia, regional"),
}
"""OECD DAC recipients that are no countries (vocabulary 1 of IATI's Region list). The Spanish names are ours."""


def country_of(text: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) of a code (`MX`, `MEX`) or an English or Spanish name; None: not one country."""
    forms, form = _countries()[0], _country_form(text)
    return forms.get(form) or forms.get(_OFFICIAL.sub("", form))


def country_name(code: str, language: Literal["en", "es"] = "en") -> str | None:
    """The name of a country (alpha-2) in English (`en`) or Spanish (`es`)."""
    names = _countries()[1].get(code)
    return names[language] if names else None


def region_name(code: str, language: Literal["en", "es"] = "en") -> str | None:
    """The name of an OECD DAC recipient region, by its code (IATI's Region list): `489` is South America, regional."""
    names = _REGIONS.get(code)
    return names[language == "es"] if names else None


def _country_form(text: str) -> str:
    words = ["saint" if word == "st" else word for word in fold(text).split()]
    return " ".join([word for word in words if word not in _SMALL_WORDS] or words)


@cache
def _countries() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Form -> code, and code -> its names by language."""
    forms: dict[str, str] = {}
    names: dict[str, dict[str, str]] = {}
    for row in csv.DictReader((_DATA / "countries.csv").read_text(encoding="utf-8").splitlines()):
        code = row["alpha_2"]
        names[code] = {"en": row["name_en"], "es": row["name_es"]}
        known = [code, row["alpha_3"], *names[code].values(), *filter(None, row["also"].split("|"))]
        forms.update(dict.fromkeys(map(_country_form, known), code))
    return forms, names


# --- points --------------------------------------------------------------------------------------------------------

STATE_MARGIN = 5.0
"""Kilometres that a point must be away from every other state.

Of 16,875 places in Mexico for which GeoNames says the state (500 inhabitants or more), lines of the scale 1:10,000,000
draw 374 in another one. 18 of those are farther than this from the border; six at least are errors of GeoNames.
"""
COUNTRY_MARGIN = 2.0
"""Kilometres from the border of the country: none of its neighbours' places is drawn more than 1.1 inside Mexico."""
COAST_MARGIN = 2.5
"""Kilometres off the drawn coast at which a place on land may be; the farthest one is 2.3."""
_DEGREE = 111.2
"""Kilometres of a degree of latitude."""


class Certainty(StrEnum):
    """What the geometry says of a point."""

    inside = "inside"
    near_border = "near_border"
    outside = "outside"
    not_a_point = "not_a_point"


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point is, and why no state is named where none is."""

    state: str | None
    """ISO 3166-2; only where it is certain."""
    certainty: Certainty
    candidates: tuple[str, ...]
    """The states that it may be in, the nearest first."""
    why: str
    """In words, for a problem of a report."""


def state_at(latitude: float, longitude: float, *, country: str | None = None) -> str | None:
    """The state (ISO 3166-2) that a point is in for certain, or None; `locate` says why."""
    return locate(latitude, longitude, country=country).state


def locate(latitude: float, longitude: float, *, country: str | None = None) -> Located:
    """Where a point (WGS 84, degrees) is, as far as the geometry can tell.

    `country` is what the source says: in Mexico the country's own border and coast leave no doubt, elsewhere there is
    no state.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        swapped = math.isfinite(latitude) and 90 < abs(latitude) <= 180 and abs(longitude) <= 90
        why = "no such coordinates" + ("; latitude and longitude may be swapped" if swapped else "")
        return Located(None, Certainty.not_a_point, (), why)
    in_mexico = bool(country and country.strip()) and country_of(country or "") == MEXICO
    if country and country.strip() and not in_mexico:
        return Located(None, Certainty.outside, (), "the source says another country")
    near = sorted(_shapes().states_near(latitude, longitude))
    if not near or near[0][0] > COAST_MARGIN:
        return Located(None, Certainty.outside, (), "in no state: another country, the sea, or an islet")
    states = tuple(state for _, state in near)
    doubt = _doubt(near, latitude, longitude, in_mexico=in_mexico)
    if doubt:
        return Located(None, Certainty.near_border, states, doubt)
    return Located(states[0], Certainty.inside, states, f"no other state within {STATE_MARGIN:g} km")


def _doubt(near: list[tuple[float, str]], latitude: float, longitude: float, *, in_mexico: bool) -> str | None:
    """Why the nearest state may not be the one."""
    distance, state = near[0]
    if len(near) > 1:
        return f"{near[1][0]:.1f} km from {near[1][1]}: the lines are sure only beyond {STATE_MARGIN:g} km"
    if in_mexico:
        return None
    if distance > 0:
        return f"{distance:.1f} km outside {state}: the lines are sure only beyond {COAST_MARGIN:g} km"
    border = _shapes().from_border(latitude, longitude)
    if border <= COUNTRY_MARGIN:
        return f"{border:.1f} km from the country's border: the lines are sure only beyond {COUNTRY_MARGIN:g} km"
    return None


class _Shapes:
    """The 32 states, and where the country's border is no coast."""

    def __init__(self, topology: Values) -> None:
        arcs = _decoded(topology)

        def line(numbers: list[int]) -> list[tuple[float, float]]:
            points: list[tuple[float, float]] = []
            for number in numbers:
                points += (arcs[number] if number >= 0 else arcs[~number][::-1])[1 if points else 0 :]
            return points

        def whole(polygons: list[list[list[int]]]) -> BaseGeometry:
            made = MultiPolygon([Polygon(line(rings[0]), [line(ring) for ring in rings[1:]]) for rings in polygons])
            return shapely.make_valid(made, method="structure", keep_collapsed=False)

        states = topology["objects"]["states"]["geometries"]
        self.names = [str(state["id"]) for state in states]
        self.polygons = [whole(state["arcs"]) for state in states]
        self.edges = [polygon.boundary for polygon in self.polygons]
        self.tree = STRtree(self.polygons)
        self.border = MultiLineString([line(numbers) for numbers in topology["objects"]["land_border"]["arcs"]])

    def states_near(self, latitude: float, longitude: float) -> Iterator[tuple[float, str]]:
        """The states within `STATE_MARGIN`, with the kilometres to each; 0 where the point is inside."""
        point = Point(longitude, latitude)
        for index in self.tree.query(shapely.box(*_around(latitude, longitude, STATE_MARGIN))):
            inside = self.polygons[index].intersects(point)
            distance = 0.0 if inside else _kilometres(self.edges[index], latitude, longitude, STATE_MARGIN)
            if distance <= STATE_MARGIN:
                yield distance, self.names[index]

    def from_border(self, latitude: float, longitude: float) -> float:
        """Kilometres to the United States, Guatemala or Belize; infinity beyond the margin."""
        return _kilometres(self.border, latitude, longitude, COUNTRY_MARGIN)


@cache
def _shapes() -> _Shapes:
    return _Shapes(json.loads((_DATA / "mexico_states.topojson").read_text(encoding="utf-8")))


def _decoded(topology: Values) -> list[list[tuple[float, float]]]:
    """The arcs in degrees: TopoJSON stores the steps between points of a grid."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x0 + kx * x, y0 + ky * y))
        found.append(points)
    return found


def _around(latitude: float, longitude: float, reach: float) -> tuple[float, float, float, float]:
    """A box that holds every point within `reach` kilometres."""
    high = reach / _DEGREE
    wide = high / max(math.cos(math.radians(abs(latitude) + high)), 1e-6)
    return longitude - wide, latitude - high, longitude + wide, latitude + high


def _kilometres(lines: BaseGeometry, latitude: float, longitude: float, reach: float) -> float:
    """The distance of a point from lines, on a plane that touches the earth there; infinity beyond `reach`."""
    near = shapely.clip_by_rect(lines, *_around(latitude, longitude, reach))
    if near.is_empty:
        return math.inf
    scale = (_DEGREE * math.cos(math.radians(latitude)), _DEGREE)
    plane = shapely.transform(near, lambda points: (points - (longitude, latitude)) * scale)
    return float(plane.distance(Point(0, 0)))
