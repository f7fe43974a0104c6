"""States and countries: every form that people write, no state in doubt, and the geometry against plain arithmetic."""

import json
import math
import random
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.exchange.places import (
    COUNTRY_MARGIN,
    STATE_MARGIN,
    Certainty,
    country_name,
    country_of,
    locate,
    region_name,
    state_at,
    state_of,
    states_of,
)

ROOT = Path(__file__).resolve().parents[2]
SEED = tomllib.loads((ROOT / "seed" / "states.toml").read_text(encoding="utf-8"))["state"]
TOPOLOGY = json.loads((ROOT / "app" / "exchange" / "data" / "mexico_states.topojson").read_text(encoding="utf-8"))

CAPITALS = {
    "MX-AGU": (21.88, -102.30), "MX-BCN": (32.65, -115.47), "MX-BCS": (24.14, -110.31), "MX-CAM": (19.85, -90.53),
    "MX-COA": (25.42, -101.00), "MX-COL": (19.24, -103.72), "MX-CHP": (16.75, -93.12), "MX-CHH": (28.64, -106.08),
    "MX-CMX": (19.43, -99.13), "MX-DUR": (24.02, -104.67), "MX-GUA": (21.02, -101.26), "MX-GRO": (17.55, -99.50),
    "MX-HID": (20.12, -98.74), "MX-JAL": (20.67, -103.35), "MX-MEX": (19.29, -99.66), "MX-MIC": (19.70, -101.19),
    "MX-MOR": (18.92, -99.23), "MX-NAY": (21.51, -104.89), "MX-NLE": (25.67, -100.31), "MX-OAX": (17.07, -96.73),
    "MX-PUE": (19.04, -98.20), "MX-QUE": (20.59, -100.39), "MX-ROO": (18.50, -88.30), "MX-SLP": (22.15, -100.98),
    "MX-SIN": (24.80, -107.39), "MX-SON": (29.07, -110.96), "MX-TAB": (17.99, -92.93), "MX-TAM": (23.74, -99.14),
    "MX-TLA": (19.32, -98.24), "MX-VER": (19.53, -96.92), "MX-YUC": (20.97, -89.62), "MX-ZAC": (22.77, -102.58),
}  # fmt: skip

SQUARE_KILOMETRES = {
    "MX-AGU": 5616, "MX-BCN": 71450, "MX-BCS": 73909, "MX-CAM": 57507, "MX-COA": 151595, "MX-COL": 5627,
    "MX-CHP": 73311, "MX-CHH": 247412, "MX-CMX": 1495, "MX-DUR": 123364, "MX-GUA": 30607, "MX-GRO": 63596,
    "MX-HID": 20821, "MX-JAL": 78588, "MX-MEX": 22352, "MX-MIC": 58599, "MX-MOR": 4879, "MX-NAY": 27857,
    "MX-NLE": 64156, "MX-OAX": 93757, "MX-PUE": 34306, "MX-QUE": 11691, "MX-ROO": 44705, "MX-SLP": 61138,
    "MX-SIN": 57365, "MX-SON": 179355, "MX-TAB": 24731, "MX-TAM": 80249, "MX-TLA": 3997, "MX-VER": 71824,
    "MX-YUC": 39524, "MX-ZAC": 75276,
}  # fmt: skip
"""As INEGI gives them."""


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", SEED, ids=lambda row: str(row["id"]))
def test_every_form_in_the_seed_is_understood(row: dict[str, Any]) -> None:
    forms = [row["name"], *(name["text"] for name in row["names"])]
    for form in forms:
        assert state_of(name=form, as_state=True) == row["id"], form
        assert state_of(name=form.upper(), as_state=True) == row["id"], form
        assert state_of(name=f"{form}, México", as_state=True) in (row["id"], None), form
        assert state_of(name=form, country="Guatemala", as_state=True) is None, form
    plain = [form for form in forms if form not in ("México", "Méx.")]
    assert [state_of(name=form) for form in plain] == [row["id"]] * len(plain)
    assert [state_of(name=f"{form}, México") for form in plain] == [row["id"]] * len(plain)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Nuevo Leon", "MX-NLE"),
        ("NUEVO LEÓN", "MX-NLE"),
        ("New León", "MX-NLE"),
        ("N. L.", "MX-NLE"),
        ("nvo. león", "MX-NLE"),
        ("North Baja California", "MX-BCN"),
        ("Baja California", "MX-BCN"),
        ("Baja California Sur", "MX-BCS"),
        ("Coahuila", "MX-COA"),
        ("Veracruz", "MX-VER"),
        ("Querétaro de Arteaga", "MX-QUE"),
        ("Quintana Roo", "MX-ROO"),
        ("Estado de Jalisco", "MX-JAL"),
        ("Estado Libre y Soberano de Oaxaca", "MX-OAX"),
        ("the state of Jalisco", "MX-JAL"),
        ("Jalisco State", "MX-JAL"),
        ("Estado: Jalisco", "MX-JAL"),
        ("State of Mexico", "MX-MEX"),
        ("Mexico State", "MX-MEX"),
        ("Estado Libre y Soberano de México", "MX-MEX"),
        ("EdoMex", "MX-MEX"),
        ("Toluca, Edo. Méx., México", "MX-MEX"),
        ("Mexico City", "MX-CMX"),
        ("Mexico City, Mexico", "MX-CMX"),
        ("Ciudad de México, México", "MX-CMX"),
        ("México, D.F.", "MX-CMX"),
        ("Distrito Federal", "MX-CMX"),
        ("Chihuahua, Mexico", "MX-CHH"),
        ("Chihuahua, Chihuahua", "MX-CHH"),
        ("Querétaro, Qro.", "MX-QUE"),
        ("Monterrey, Nuevo León, México", "MX-NLE"),
        ("Monterrey (Nuevo León)", "MX-NLE"),
        ("Hidalgo, Tamaulipas", "MX-TAM"),
        ("Sin.", "MX-SIN"),
        ("JAL", "MX-JAL"),
        ("MX-DIF", "MX-CMX"),
    ],
)
def test_a_name_as_people_type_it(name: str, state: str) -> None:
    assert state_of(name=name) == state


@pytest.mark.parametrize(
    "name",
    [
        "Mexico",
        "México",
        "MEX",
        "Méx.",
        "Toluca, México",
        "New Mexico",
        "Hidalgo, Texas",
        "Guerrero, Spain",
        "Guerrero, Jalisco",
        "Tamaulipas, Hidalgo",
        "Jalisco, Veracruz",
        "Jalisco and Colima",
        "León",
        "northern Mexico",
        "Colombia",
        "COL",
        "sin",
        "ver",
        "son",
        "que",
        "State",
        "",
        " , ",
    ],
)
def test_a_name_that_leaves_a_doubt_is_no_state(name: str) -> None:
    assert state_of(name=name) is None


def test_what_the_source_says_beside_it_decides() -> None:
    assert state_of(name="México", as_state=True) == "MX-MEX"
    assert state_of(name="México", country="MX") is None
    assert state_of(name="Sin", country="MX") == "MX-SIN"
    assert state_of(code="COL", country="MX") == "MX-COL"
    assert state_of(name="Distrito Federal", country="BR") is None
    assert state_of(name="Nuevo León", country="Latin America") is None
    assert state_of(name="Nuevo León", country=" ") == "MX-NLE"
    assert state_of(name="Nuevo León", country="méxico") == "MX-NLE"
    assert state_of() is None


def test_a_name_and_a_code_must_not_differ() -> None:
    assert state_of(name="Nuevo León", code="19") == "MX-NLE"
    assert state_of(name="Nuevo León", code="MX-JAL") is None
    assert state_of(name="Somewhere", code="MX-JAL") == "MX-JAL"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("MX-NLE", "MX-NLE"),
        ("mx-nle", "MX-NLE"),
        ("NLE", "MX-NLE"),
        ("MX-DIF", "MX-CMX"),
        ("DIF", "MX-CMX"),
        ("19", "MX-NLE"),
        ("05", "MX-COA"),
        ("MX19", "MX-NLE"),
        ("MX-19", "MX-NLE"),
        ("19039", "MX-NLE"),
        ("MX19039", "MX-NLE"),
        ("09007", "MX-CMX"),
        ("190390001", "MX-NLE"),
        ("MX.NL", "MX-NLE"),
        ("MX.CL", "MX-COL"),
        ("MX.05", "MX-CHP"),
        ("3522542", "MX-NLE"),
        ("Jal.", "MX-JAL"),
        # FIPS and INEGI differ there.
        ("MX05", None),
        ("MX08", None),
        # A postal code, a number without its zero, and numbers of nothing.
        ("06600", None),
        ("9007", None),
        ("5", None),
        ("19000", None),
        ("19999", None),
        ("00", None),
        ("33", None),
        ("484", None),
        ("MX99", None),
        ("MX-CL", None),
        ("MX-XXX", None),
        ("MX", None),
        ("MEX", None),
        ("COL", None),
        ("US-NM", None),
        ("١٩", None),
    ],
)
def test_a_code(code: str, state: str | None) -> None:
    assert state_of(code=code) == state


def test_a_zero_that_a_spreadsheet_took_is_given_back_where_it_is_sure() -> None:
    assert state_of(code="5", country="MX") == "MX-COA"
    assert state_of(code="9007", country="MX") == "MX-CMX"


def test_the_numbers_of_inegi_are_those_of_the_seed() -> None:
    assert {row["inegi"]: state_of(code=row["inegi"]) for row in SEED} == {row["inegi"]: row["id"] for row in SEED}
    assert {row["id"]: state_of(code=row["id"]) for row in SEED} == {row["id"]: row["id"] for row in SEED}


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("Jalisco, Veracruz, and Mexico", ("MX-JAL", "MX-VER", "MX-MEX")),
        ("Coahuila, Nuevo León, and Querétaro", ("MX-COA", "MX-NLE", "MX-QUE")),
        ("Guanajuato and Nuevo León", ("MX-GUA", "MX-NLE")),
        ("Hidalgo y Tamaulipas", ("MX-HID", "MX-TAM")),
        ("CDMX/Estado de México", ("MX-CMX", "MX-MEX")),
        ("Jalisco; Colima; Jalisco", ("MX-JAL", "MX-COL")),
        ("Chihuahua, Mexico", ("MX-CHH",)),
        ("Monterrey, Nuevo León", ("MX-NLE",)),
        ("Nuevo León", ("MX-NLE",)),
        # Two states of Mexico, or three: unclear. A town or two states: unclear.
        ("Jalisco, Veracruz, Mexico", ()),
        ("Hidalgo, Tamaulipas", ()),
        ("Jalisco and three more", ()),
        ("United States and Mexico", ()),
        ("Mexico", ()),
        ("", ()),
    ],
)
def test_a_list_of_states(text: str, states: tuple[str, ...]) -> None:
    assert states_of(text) == states
    assert states_of(text, country="ES") == ()


def test_a_column_of_states_needs_no_conjunction() -> None:
    assert states_of("Hidalgo, Tamaulipas", as_state=True) == ("MX-HID", "MX-TAM")
    assert states_of("México", as_state=True) == ("MX-MEX",)


# --- countries -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MX", "MX"),
        ("mex", "MX"),
        ("México", "MX"),
        ("MEXICO ", "MX"),
        ("Méjico", "MX"),
        ("Estados Unidos Mexicanos", "MX"),
        ("U.S.A.", "US"),
        ("EE. UU.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Reino Unido", "GB"),
        ("Côte d’Ivoire", "CI"),
        ("Costa de Marfil", "CI"),
        ("St. Lucia", "LC"),
        ("Antigua and Barbuda", "AG"),
        ("Antigua y Barbuda", "AG"),
        ("Bolivia (Plurinational State of)", "BO"),
        ("the Netherlands", "NL"),
        ("Países Bajos", "NL"),
        ("Korea, Republic of", "KR"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("República de El Salvador", "SV"),
        ("Republic of China", "TW"),
        ("Republic", None),
        ("XK", "XK"),
        ("Congo", None),
        ("Korea", None),
        ("Latin America", None),
        ("New Mexico", None),
        ("ZZ", None),
        ("", None),
        ("the", None),
    ],
)
def test_a_country(text: str, code: str | None) -> None:
    assert country_of(text) == code


def test_every_country_is_found_by_its_codes_and_both_of_its_names() -> None:
    lines = (ROOT / "app" / "exchange" / "data" / "countries.csv").read_text(encoding="utf-8").splitlines()[1:]
    codes = [line[:2] for line in lines]
    assert len(codes) == len(set(codes)) == 250
    for line in lines:
        code, three = line.split(",")[:2]
        assert country_of(code) == country_of(three.lower()) == code
        assert country_of(country_name(code) or "") == country_of(country_name(code, "es") or "") == code
    assert country_name("MX", "es") == "México"
    assert country_name("ZZ") is None


def test_a_region_is_known_by_its_number() -> None:
    assert region_name("489") == "South America, regional"
    assert region_name("1032", "es") == "América Central, regional"
    assert region_name("484") is None


# --- geometry, with nothing of the module's: rings, an even-odd count, and distances on a sphere --------------------


def _rings() -> dict[str, list[list[tuple[float, float]]]]:
    (kx, ky), (x0, y0) = TOPOLOGY["transform"]["scale"], TOPOLOGY["transform"]["translate"]
    arcs = []
    for steps in TOPOLOGY["arcs"]:
        at = [0, 0]
        arcs.append([(x0 + kx * at[0], y0 + ky * at[1]) for dx, dy in steps if (at := [at[0] + dx, at[1] + dy])])
    rings: dict[str, list[list[tuple[float, float]]]] = {}
    for state in TOPOLOGY["objects"]["states"]["geometries"]:
        for polygon in state["arcs"]:
            for numbers in polygon:
                pieces = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
                rings.setdefault(state["id"], []).append([point for piece in pieces for point in piece])
    return rings


RINGS = _rings()
BOUNDS = {id(ring): (min(y for _, y in ring), max(y for _, y in ring)) for rings in RINGS.values() for ring in rings}


def cast(latitude: float, longitude: float) -> list[str]:
    """The states in which a ray to the east crosses the rings an odd number of times."""
    found = []
    for state, rings in RINGS.items():
        crossings = 0
        for ring in rings:
            if not BOUNDS[id(ring)][0] <= latitude <= BOUNDS[id(ring)][1]:
                continue
            for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
                if (y1 > latitude) != (y2 > latitude):
                    crossings += longitude < x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)
        if crossings % 2:
            found.append(state)
    return found


def on_the_sphere(latitude: float, longitude: float, y: float, x: float) -> float:
    """Kilometres (haversine)."""
    one, other = math.radians(latitude), math.radians(y)
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(x - longitude) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def test_random_points_are_where_a_count_of_crossings_says_and_far_from_other_states() -> None:
    chosen = random.Random(5)
    certain = outside = 0
    for _ in range(1500):
        latitude, longitude = chosen.uniform(14, 33), chosen.uniform(-118, -86)
        found, expected = locate(latitude, longitude), cast(latitude, longitude)
        if found.state is None:
            if found.certainty is Certainty.outside:
                assert expected == [], (latitude, longitude)
                outside += 1
            continue
        assert expected == [found.state], (latitude, longitude)
        certain += 1
        for state, rings in RINGS.items():
            if state != found.state:
                near = [
                    on_the_sphere(latitude, longitude, y, x)
                    for ring in rings
                    for x, y in ring
                    if abs(y - latitude) < 0.05 and abs(x - longitude) < 0.06
                ]
                assert min(near, default=math.inf) > STATE_MARGIN * 0.99, (latitude, longitude, state)
    assert certain > 300
    assert outside > 600


def test_points_at_a_known_distance_from_a_border() -> None:
    # A stretch of the border of Jalisco and Colima near the middle of its longest straight piece.
    shared = sorted(
        ((x1, y1, x2, y2) for ring in RINGS["MX-COL"] for (x1, y1), (x2, y2) in pairwise(ring)
         if {(x1, y1), (x2, y2)} <= {point for other in RINGS["MX-JAL"] for point in other}),
        key=lambda piece: math.dist(piece[:2], piece[2:]),
    )  # fmt: skip
    x1, y1, x2, y2 = shared[-1]
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    found = locate(y, x)
    assert found.certainty is Certainty.near_border
    assert set(found.candidates) == {"MX-COL", "MX-JAL"}
    assert found.state is None
    assert "MX-" in found.why


@pytest.mark.parametrize(("state", "point"), CAPITALS.items())
def test_a_capital_is_in_its_state(state: str, point: tuple[float, float]) -> None:
    assert state_at(*point, country="MX") == state
    assert state_at(*point, country="Guatemala") is None
    # Mexicali and Chetumal lie on the country's border; a point alone does not tell them from their neighbours.
    alone = locate(*point)
    assert (alone.state, alone.certainty) == (
        (None, Certainty.near_border) if state in ("MX-BCN", "MX-ROO") else (state, Certainty.inside)
    )


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (25.0, -94.0),  # Gulf of Mexico
        (20.0, -110.0),  # Pacific
        (27.0, -111.3),  # Gulf of California
        (0.0, 0.0),
        (14.63, -90.51),  # Guatemala City
        (17.25, -88.77),  # Belmopan
        (29.76, -95.37),  # Houston
        (32.72, -117.16),  # San Diego
        (26.20, -98.23),  # McAllen
        (35.69, -105.94),  # Santa Fe, New Mexico
        (23.11, -82.37),  # Havana
        (19.43, 99.13),  # the capital without its minus
    ],
)
def test_a_point_in_no_state(latitude: float, longitude: float) -> None:
    found = locate(latitude, longitude)
    assert (found.state, found.certainty, found.candidates) == (None, Certainty.outside, ())


@pytest.mark.parametrize(
    ("latitude", "longitude", "candidates"),
    [
        (25.54, -103.45, {"MX-COA", "MX-DUR"}),  # Torreón and Gómez Palacio
        (22.25, -97.86, {"MX-TAM", "MX-VER"}),  # Tampico
        (20.70, -105.29, {"MX-JAL", "MX-NAY"}),  # Bahía de Banderas
        (19.40, -99.01, {"MX-CMX", "MX-MEX"}),  # Nezahualcóyotl
        (32.53, -117.03, {"MX-BCN"}),  # Tijuana
        (31.74, -106.48, {"MX-CHH"}),  # Ciudad Juárez
        (14.68, -92.15, {"MX-CHP"}),  # Ciudad Hidalgo
        (31.76, -106.49, {"MX-CHH"}),  # El Paso
    ],
)
def test_a_point_near_a_border_is_left_open(latitude: float, longitude: float, candidates: set[str]) -> None:
    found = locate(latitude, longitude)
    assert (found.state, found.certainty) == (None, Certainty.near_border)
    assert set(found.candidates) == candidates
    assert "km" in found.why


def test_a_point_off_the_coast_is_in_the_state_only_where_the_source_says_mexico() -> None:
    latitude, longitude = 25.5, next(x for x in (-97.40 + step / 1000 for step in range(400)) if not cast(25.5, x))
    found = locate(latitude, longitude + 0.01)
    assert (found.certainty, found.candidates) == (Certainty.near_border, ("MX-TAM",))
    assert state_at(latitude, longitude + 0.01, country="MX") == "MX-TAM"
    assert locate(latitude, longitude + 0.05, country="MX").certainty is Certainty.outside


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(math.nan, -99.1), (19.4, math.inf), (91.0, 0.0), (19.4, 181.0), (-99.1, 19.4)]
)
def test_what_is_no_point_is_said_to_be_none(latitude: float, longitude: float) -> None:
    found = locate(latitude, longitude, country="MX")
    assert (found.state, found.certainty, found.candidates) == (None, Certainty.not_a_point, ())
    assert ("swapped" in found.why) == (latitude in (91.0, -99.1))


def test_the_poles_and_the_date_line_are_no_trouble() -> None:
    for latitude in (-90.0, 90.0):
        for longitude in (-180.0, 180.0):
            assert locate(latitude, longitude).certainty is Certainty.outside


def test_the_border_of_the_country_runs_by_land_only() -> None:
    """Every vertex of the border of the country is one of a state; the coast is left out of it."""
    (kx, ky), (x0, y0) = TOPOLOGY["transform"]["scale"], TOPOLOGY["transform"]["translate"]
    lengths = []
    corners = {(round(x, 6), round(y, 6)) for rings in RINGS.values() for ring in rings for x, y in ring}
    for (number,) in TOPOLOGY["objects"]["land_border"]["arcs"]:
        x = y = 0
        line = []
        for dx, dy in TOPOLOGY["arcs"][number]:
            x, y = x + dx, y + dy
            line.append((x0 + kx * x, y0 + ky * y))
        assert {(round(one, 6), round(other, 6)) for one, other in line} <= corners
        lengths.append(sum(on_the_sphere(y1, x1, y2, x2) for (x1, y1), (x2, y2) in pairwise(line)))
    # 3,155 km with the United States; 959 with Guatemala and 276 with Belize: the rivers bend more than these lines.
    assert 0.8 * 3155 < lengths[0] < 3155
    assert 0.8 * 1235 < lengths[1] < 1235
    # Veracruz, Acapulco, Cancún: on the coast, and in no doubt.
    assert [state_at(*point) for point in ((19.17, -96.14), (16.86, -99.88), (21.16, -86.85))] == [
        "MX-VER",
        "MX-GRO",
        "MX-ROO",
    ]
    assert COUNTRY_MARGIN < STATE_MARGIN


def test_the_file_holds_the_32_states_under_their_own_names() -> None:
    states = TOPOLOGY["objects"]["states"]["geometries"]
    assert [(state["id"], state["properties"]) for state in states] == [
        (row["id"], {"name": row["name"], "inegi": row["inegi"]}) for row in sorted(SEED, key=lambda row: row["inegi"])
    ]
    for state, rings in RINGS.items():
        area = 0.0
        for ring in rings:
            width = 111.2 * math.cos(math.radians(sum(y for _, y in ring) / len(ring)))
            area += sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]])) / 2 * width * 111.2
        assert abs(area) == pytest.approx(SQUARE_KILOMETRES[state], rel=0.08), state
