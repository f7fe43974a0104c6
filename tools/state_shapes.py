"""Make `app/explorer/page/parts/states.json`, the shapes of the explorer's map, from the geometry that Tejido has.

    python -m tools.state_shapes

The 32 states in Lambert's conformal conic projection, with the parallels and the meridian that INEGI uses for maps of
the country, as SVG paths in whole numbers; borders are simplified line by line, so that neighbours still share them.
With `--check` nothing is written; the exit code says whether the file is what would be written.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon, box, get_parts, unary_union
from shapely.ops import polylabel

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "app" / "exchange" / "data" / "mexico_states.topojson"
OUTPUT = ROOT / "app" / "explorer" / "page" / "parts" / "states.json"

WIDTH = 2000
"""How wide the country is, in units of the map."""
TOLERANCE = 0.9
"""How far a simplified border may stray, in those units (each about 1.5 km)."""
SMALLEST = 30.0
"""Islands of a smaller area, in square units, are left out."""
CENTRE = ("MX-CMX", "MX-MEX", "MX-MOR", "MX-TLA")
"""The small states that an inset shows larger, with what is around them."""

SOUTH, NORTH, MERIDIAN = (math.radians(degrees) for degrees in (17.5, 29.5, -102.0))

Points = NDArray[np.float64]


def projected(points: Points) -> Points:
    """Longitudes and latitudes in degrees -> x to the east and y to the south, on a sphere of radius 1."""
    longitude, latitude = np.radians(points).T
    n = math.log(math.cos(SOUTH) / math.cos(NORTH)) / math.log(
        math.tan(math.pi / 4 + NORTH / 2) / math.tan(math.pi / 4 + SOUTH / 2)
    )
    f = math.cos(SOUTH) * math.tan(math.pi / 4 + SOUTH / 2) ** n / n
    rho = f / np.tan(math.pi / 4 + latitude / 2) ** n
    angle = n * (longitude - MERIDIAN)
    return np.column_stack([rho * np.sin(angle), rho * np.cos(angle)])


def arcs_of(topology: dict[str, Any]) -> list[Points]:
    """Every line, projected and scaled to the map."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = [projected(np.cumsum(arc, axis=0) * scale + move) for arc in topology["arcs"]]
    used = np.concatenate(lines)
    low, high = used.min(axis=0), used.max(axis=0)
    return [(line - low) * (WIDTH / (high[0] - low[0])) for line in lines]


def simplified(line: Points) -> Points:
    """With fewer points, all of them whole numbers; a ring keeps four."""
    closed = bool((line[0] == line[-1]).all())
    kept = np.asarray(LineString(line).simplify(TOLERANCE).coords)
    if closed and len(kept) < 4:
        kept = line[np.linspace(0, len(line) - 1, 4).astype(int)]
    return np.rint(kept)


def rings_of(polygon: list[list[int]], lines: list[Points]) -> list[Points]:
    """The rings of a polygon, from its lines; ~n is line n backwards."""
    rings = []
    for ring in polygon:
        pieces = [lines[number] if number >= 0 else lines[~number][::-1] for number in ring]
        rings.append(np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])]))
    return rings


def path_of(rings: list[Points]) -> str:
    """An SVG path in relative steps."""
    parts = []
    for ring in rings:
        steps = np.diff(ring[:-1], axis=0).astype(int)
        steps = steps[(steps != 0).any(axis=1)]
        start = ring[0].astype(int)
        line = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
        parts.append(f"M{start[0]} {start[1]}l{line}z")
    return "".join(parts)


def made(topology: dict[str, Any]) -> dict[str, Any]:
    """The states by code: a path, and where a label has most room, and how much."""
    lines = [simplified(line) for line in arcs_of(topology)]
    states = {}
    shapes = {}
    for geometry in topology["objects"]["states"]["geometries"]:
        polygons = [rings_of(polygon, lines) for polygon in geometry["arcs"]]
        areas = [Polygon(rings[0]).area for rings in polygons]
        kept = [rings for rings, area in zip(polygons, areas, strict=True) if area >= min(SMALLEST, max(areas))]
        shape = shapes[geometry["id"]] = unary_union([Polygon(rings[0]).buffer(0) for rings in kept])
        largest = max(get_parts(shape), key=lambda part: float(part.area))
        middle = polylabel(largest, tolerance=2)
        states[geometry["id"]] = {
            "path": path_of([ring for rings in kept for ring in rings]),
            "label": [round(middle.x), round(middle.y)],
            "room": round(middle.distance(largest.exterior)),
        }
    bounds = unary_union(list(shapes.values())).bounds
    inset = box(*unary_union([shapes[code] for code in CENTRE]).bounds).buffer(12, join_style="mitre").bounds
    return {
        "width": math.ceil(bounds[2]),
        "height": math.ceil(bounds[3]),
        "inset": [round(inset[0]), round(inset[1]), round(inset[2] - inset[0]), round(inset[3] - inset[1])],
        "states": states,
    }


def text() -> str:
    """The file: a line for each state."""
    written = json.dumps(made(json.loads(SOURCE.read_text(encoding="utf-8"))), separators=(",", ":"))
    return written.replace('},"MX-', '},\n"MX-') + "\n"


def main(*, check: bool) -> None:
    """Write the file, or exit with a message where it is not what would be written."""
    written = text()
    if not check:
        OUTPUT.write_text(written, encoding="utf-8")
    elif OUTPUT.read_text(encoding="utf-8") != written:
        sys.exit(f"{OUTPUT.relative_to(ROOT)} is out of date: run python -m tools.state_shapes")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
