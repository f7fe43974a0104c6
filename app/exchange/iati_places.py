"""Where an IATI activity works: countries, regions and locations as places and Mexican states.

To say that work is in Mexico is not to say that it is nationwide. A recipient country MX is kept as context, with its
share; where no state is known either, an open group of states says that each of them is possible. Only the scope
"national" with Mexico as the one country is nationwide.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.exchange import iati_codes as iati
from app.exchange.drafts import Draft, Place, Report
from app.exchange.iati_xml import Node
from app.exchange.places import Certainty, country_name, country_of, locate, region_name, state_of
from app.exchange.values import shown
from app.models.noun import Values
from app.models.projects import StateRole
from app.models.types import Basis

MEXICO = "MX"
_OF_COUNTRY = frozenset({"6", "7", "8", "9"})
"""GeographicalPrecisions (1.0x) of a country or its capital: such a point tells nothing of a state."""
_COUNTRY_FEATURES = ("PCL", "TERR", "CONT")
_STATE_FEATURE = "ADM1"
_CODE = re.compile(r"MX[-. _]?[A-Z0-9]{2,3}", re.IGNORECASE)
_ISO_COUNTRY, _GEONAMES = "A4", "G1"
_DAC_REGIONS = "1"
_REGION_CODE = re.compile(r"[0-9]{2,3}")
_ELSEWHERE = "locations outside Mexico"

Line = Callable[[Node | None, str], str | None]


def share(node: Node, place: Place, report: Report) -> Decimal | None:
    """The percentage of an element, to the hundredth; None where there is none, or none that can be."""
    text = node.get("percentage") or node.ours("percentage")
    if text is None:
        return None
    try:
        percent = Decimal(text.removesuffix("%").strip()) if len(text) <= 40 else Decimal("NaN")
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or not 0 <= percent <= 100:
        detail = f"{shown(text)} is no percentage from 0 to 100; it is left out"
        report.warn("bad-percentage", detail, place, f"{node.tag}/@percentage")
        return None
    return percent.quantize(Decimal("0.01"))


@dataclass(slots=True)
class _Found:
    """Where a location is, as far as it says."""

    state: str | None = None
    country: str | None = None
    implied: bool = False
    """Whether only its point tells."""
    why: str | None = None
    """Why no state is known, where one might be."""


def drafts_of(
    project: str,
    *,
    countries: Iterable[tuple[str, Node]],
    regions: Sequence[Node],
    locations: Sequence[Node],
    scope: str | None,
    where: Place,
    cue: str,
    report: Report,
    line: Line,
) -> list[Draft]:
    """The drafts of the places of an activity (`project`: its key).

    `line` gives the text of an element. `countries`, `regions` and `locations` may come again.
    """
    made = _Places(project, where, cue, report, line)
    made.take_countries(countries)
    made.take_regions(regions)
    made.take_locations(locations)
    made.settle(scope)
    return made.drafts


class _Places:
    def __init__(self, project: str, where: Place, cue: str, report: Report, line: Line) -> None:
        self.drafts: list[Draft] = []
        self._project = project
        self._where = where
        self._cue = cue
        self._report = report
        self._line = line
        self._countries: dict[str, Values] = {}
        self._asked_for: set[str] = set()
        """Countries that Tejido wrote only because a location or a group of states is in them."""
        self._regions: set[str] = set()
        self._states: dict[str, Values] = {}

    def _draft(self, kind: str, key: str, values: Values) -> None:
        self.drafts.append(Draft(kind, key, values, self._where, self._cue))

    def _row(self, key: str, values: Values) -> None:
        values = {"project": self._project, "role": "target", "basis": "stated"} | values
        self._draft("project_state", f"{self._project}#place:{key}", values)

    def take_countries(self, countries: Iterable[tuple[str, Node]]) -> None:
        for given, node in countries:
            code = country_of(given) if len(given) == 2 else None
            if code is None:
                detail = f"{shown(given)} is no country's code"
                self._report.warn("unknown-code", detail, self._where, "recipient-country/@code")
            elif code not in self._countries:
                self._add_country(code, self._own(node), asked_for=bool(node.ours(iati.PRESUMED)))

    def _own(self, node: Node) -> Values:
        """Share, and what Tejido wrote beside it."""
        own: Values = {"share_percent": share(node, self._where, self._report)}
        if (basis := node.ours("basis")) in set(Basis):
            own["basis"] = basis
        if (role := node.ours("role")) in set(StateRole):
            own["role"] = role
        return own

    def _add_country(self, code: str, row: Values, *, asked_for: bool = False) -> None:
        self._countries[code] = row
        if asked_for:
            self._asked_for.add(code)
            return
        self._draft("place", code, {"name": country_name(code) or code, "level": "country"})
        if code != MEXICO:
            self._row(code, {"place": code} | row)

    def take_regions(self, regions: Sequence[Node]) -> None:
        for node in regions:
            code, vocabulary = node.get("code") or "", node.get("vocabulary") or _DAC_REGIONS
            name = region_name(code) if vocabulary == _DAC_REGIONS else None
            name = name or self._line(node, "recipient-region")
            if not code or len(code) > 50 or (name is None and not code.isdigit()):
                self._report.warn("unknown-code", "the region has no known code", self._where, "recipient-region")
                continue
            key = f"region:{code}" if vocabulary == _DAC_REGIONS else f"region:{vocabulary}:{code}"
            if key in self._regions:
                continue
            self._regions.add(key)
            values: Values = {"name": name or f"Region {code}", "level": "region"}
            if vocabulary == _DAC_REGIONS and _REGION_CODE.fullmatch(code):
                values["region_code"] = code
            self._draft("place", key, values)
            self._row(key, {"place": key} | self._own(node))

    def take_locations(self, locations: Sequence[Node]) -> None:
        for node in locations:
            name = self._line(node.first("name"), "location/name")
            found = self._locate(node, name)
            if found.why:
                self._report.warn("location-not-placed", found.why, self._where, "location")
            if found.state is not None:
                self._add_state(found.state, node, name, found)
            elif found.country is None:
                if not found.why:
                    self._report.left_out["locations whose country is not told"] += 1
            elif found.country == MEXICO:
                self._mexico_too()
            else:
                self._report.left_out[_ELSEWHERE] += 1
                if found.country not in self._countries:
                    self._add_country(found.country, {})

    def _mexico_too(self) -> None:
        """A location says Mexico, no state, and the activity does not name the country."""
        if MEXICO not in self._countries:
            self._add_country(MEXICO, {})

    def _add_state(self, state: str, node: Node, name: str | None, found: _Found) -> None:
        name = name or self._line(node.first("administrative"), "location/administrative")
        own = self._own(node)
        percent = own.pop("share_percent")
        row = self._states.setdefault(
            state, {"state": state, "as_written": None, "share_percent": None, "basis": "implied"} | own
        )
        if node.ours(iati.PRESUMED):
            name = None
        names = (row["as_written"] or "").split("; ")
        if name and name not in names:
            written = "; ".join(filter(None, [*names, name]))
            row["as_written"] = written if len(written) <= 500 else row["as_written"]
        if percent is not None:
            row["share_percent"] = min(Decimal(100), (row["share_percent"] or Decimal()) + percent)
        if not found.implied and "basis" not in own:
            row["basis"] = "stated"

    def _locate(self, node: Node, name: str | None) -> _Found:
        country = self._country(node)
        if country is None and set(self._countries) == {MEXICO}:
            country = MEXICO
        if country not in {None, MEXICO}:
            return _Found(country=country)
        named = self._named(node, name, country)
        point = None if self._is_country(node, name) else self._point(node)
        if point is None:
            why = None
            if named is None and country == MEXICO and not self._is_country(node, name):
                why = "the location is in Mexico, and what is told of it names no state"
            return _Found(named, country, why=why)
        found = locate(*point, country=country)
        if named is not None and found.state is not None and found.state != named:
            return _Found(
                country=country, why=f"its name or code says {named}, its point {found.state}: neither is taken"
            )
        if named is not None or found.state is not None:
            return _Found(named or found.state, MEXICO, implied=named is None)
        if found.certainty == Certainty.outside:
            why = "the location is said to be in Mexico, and its point is not" if country == MEXICO else None
            return _Found(country=None, why=why)
        return _Found(country=country, why=found.why)

    def _country(self, node: Node) -> str | None:
        """The country that a location names by a code."""
        for one in [*node.all("location-id"), *node.all("administrative")]:
            given = one.get("country") or (one.get("code") if one.get("vocabulary") == _ISO_COUNTRY else None)
            if given and (country := country_of(given[:2] if given[2:3] == "-" else given)):
                return country
        return None

    def _is_country(self, node: Node, name: str | None) -> bool:
        """Whether the location stands for the country as a whole, or for its capital in place of it."""
        coordinates, feature = node.first("coordinates"), node.first("feature-designation")
        old = node.first("location-type")
        kinds = [one.get("code") or "" for one in (feature, old) if one is not None]
        return (
            (coordinates is not None and coordinates.get("precision") in _OF_COUNTRY)
            or any(kind.startswith(_COUNTRY_FEATURES) for kind in kinds)
            or (name is not None and country_of(name) == MEXICO and not self._is_state(node))
        )

    def _is_state(self, node: Node) -> bool:
        feature = [node.first("feature-designation"), node.first("location-type")]
        return any(one is not None and one.get("code") == _STATE_FEATURE for one in feature)

    def _named(self, node: Node, name: str | None, country: str | None) -> str | None:
        """The state that codes name, else the name; names count only where the country is certain."""
        codes = [one.get(name) for one in node.all("administrative") for name in ("code", "adm1", "adm2")]
        codes += [one.get("code") for one in node.all("location-id")]
        codes.append(node.get("ref"))
        codes = [code for code in codes if code and _CODE.fullmatch(code)]
        codes += [one.get("code") for one in node.all("location-id") if one.get("vocabulary") == _GEONAMES]
        states = {state for code in codes if code and (state := state_of(code=code, country=MEXICO))}
        if len(states) == 1:
            return states.pop()
        if states or country != MEXICO:
            return None
        if name is not None:
            return state_of(name=name, country=country, as_state=self._is_state(node))
        for one in node.all("administrative"):
            # 1.0x: "Country, State, Municipality" as text.
            parts = [part.strip() for part in (self._line(one, "location/administrative") or "").split(",")]
            if len(parts) > 1 and country_of(parts[0]) == MEXICO:
                return state_of(name=parts[1], country=country, as_state=True)
        return None

    def _point(self, node: Node) -> tuple[float, float] | None:
        """Latitude and longitude, unless they are those of a country's middle or capital."""
        point, coordinates = node.first("point"), node.first("coordinates")
        position = point.first("pos") if point is not None else None
        if position is not None:
            given: list[str | None] = list(position.text.split())
        elif coordinates is not None:
            given = [coordinates.get("latitude"), coordinates.get("longitude")]
        else:
            return None
        try:
            latitude, longitude = (float(one) for one in given if one is not None)
        except ValueError:
            self._report.warn("bad-point", "the point is not a latitude and a longitude", self._where, "location/point")
            return None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
            self._report.warn("bad-point", "there is no such point, or it is a filler", self._where, "location/point")
            return None
        return latitude, longitude

    def settle(self, scope: str | None) -> None:
        """After the last location: the states, and what is known of Mexico where there are none."""
        for state, row in self._states.items():
            self._row(state, row)
        mexico = self._countries.get(MEXICO)
        if mexico is None:
            return
        only = len(self._countries) == 1 and not self._regions
        if (scope == iati.NATIONAL and only) or mexico.get("role") == "target":
            self._row(MEXICO, {"place": MEXICO} | mexico | {"role": "target"})
            return
        if MEXICO not in self._asked_for:
            note = "Recipient country; this does not say that the work is nationwide."
            self._row(MEXICO, {"place": MEXICO, "role": "context", "note": note} | mexico)
        if not self._states:
            one = scope in iati.ONE_STATE and only
            values: Values = {"project": self._project, "count": 1 if one else None, "role": "target"}
            values |= {"label": iati.UNPLACED_ONE if one else iati.UNPLACED, "basis": "implied"}
            self._draft("state_group", f"{self._project}#states", values)
