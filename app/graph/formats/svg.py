"""A picture of the network, with title, legend and footnotes.

A directed network stands in columns (funders, partners, projects, places), an undirected one around a circle.
No scripts, no styles that leak into a page, nothing fetched; the full names are titles, which browsers show on hover.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from app.graph.formats.files import xml_bytes
from app.graph.formats.layout import circle_order, column_orders, settle
from app.graph.formats.palette import KIND_COLOURS, OTHER, RELATION_COLOURS
from app.graph.formats.portable import Edge, Node, Portable, portable

__all__ = ["write"]

_TITLES = {"funder-partner-state": "Who funds whom, and where", "coalitions": "Who works together"} | {
    "flows": "Where the money goes"
}
_FONT = "Inter, 'Source Sans 3', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
_INK, _SOFT, _FAINT = "#1b2a38", "#56636f", "#dfe4e8"
_DASHES = {"possible": "7 4", "nationwide": "1.5 4.5"}

_PAYS = frozenset({"funds", "supports", "funds_project", "grants", "pays_for", "passes_through"})
_RECEIVES = frozenset({"funds", "supports", "grants", "subgrants"})
_COLUMNS = {"funders": "Funders", "partners": "Partners", "projects": "Projects", "places": "Places"}
_MANY = 40
"""Nodes in a column beyond which every name has one line."""
_PLACES = ("state", "state_group", "country")

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

_MARGIN = 32.0
_SIZE = 11.5
_LINE = 14.0
_GAP = 7.0


@dataclass
class _Drawing:
    """What the body of a picture came to."""

    body: Element
    width: float
    height: float


def write(network: Mapping[str, Any]) -> bytes:
    """An SVG document; the same network gives the same picture."""
    form = portable(network)
    drawing = _columns(form) if form.directed else _circle(form)
    width = max(drawing.width, 640.0) + 2 * _MARGIN
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
    title = _TITLES.get(str(form.metadata.get("network")), str(form.metadata.get("network", "Network")))
    SubElement(root, "title").text = f"{title}. {form.summary()}"
    SubElement(root, "desc").text = _described(form)
    _markers(root, form)
    paper = SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    text = SubElement(root, "g", {"font-family": _FONT, "font-size": _number(_SIZE), "fill": _INK})
    y = _heading(text, form, title, width)
    text.append(drawing.body)
    left = _MARGIN + (width - 2 * _MARGIN - drawing.width) / 2
    drawing.body.set("transform", f"translate({_number(left)} {_number(y)})")
    y = _legend(text, form, y + drawing.height + 26, width)
    y = _notes(text, form, y, width)
    height = y + _MARGIN - 12
    root.attrib |= {
        "viewBox": f"0 0 {_number(width)} {_number(height)}",
        "width": _number(width),
        "height": _number(height),
    }
    paper.attrib |= {"width": _number(width), "height": _number(height)}
    return xml_bytes(root)


# Texts around the picture


def _described(form: Portable) -> str:
    kinds = _tally(str(node.attributes["kind"]) for node in form.nodes)
    relations = _tally(str(edge.attributes["relation"]) for edge in form.edges)
    return f"Nodes: {_listed(kinds)}. Edges: {_listed(relations)}."


def _tally(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_words(name)} {count}" for name, count in sorted(counts.items())) or "none"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _heading(parent: Element, form: Portable, title: str, width: float) -> float:
    _write(parent, _MARGIN, _MARGIN + 16, title, {"font-size": "21", "font-weight": "600"})
    y = _MARGIN + 38
    version = f"Tejido, data version {form.metadata.get('data_version', 'unknown')}"
    release = form.metadata.get("definitions_release")
    words = f"Query: {form.query()}. {version}" + (f", definitions release {release}." if release else ".")
    for line in [*_wrap(words, width - 2 * _MARGIN, 12.5, 4), *_wrap(_described(form), width - 2 * _MARGIN, 12.5, 3)]:
        _write(parent, _MARGIN, y, line, {"font-size": "12.5", "fill": _SOFT})
        y += 17
    return y + 12


def _legend(parent: Element, form: Portable, y: float, width: float) -> float:
    """Samples of all that the picture uses, in lines as wide as the picture."""
    entries: list[tuple[str, str, Mapping[str, str]]] = []
    declared = {str(edge.attributes["relation"]): edge.attributes.get("declared") for edge in form.edges}
    for relation in sorted(declared, key=_place(RELATION_COLOURS)):
        how = "" if declared[relation] is None else " (declared)" if declared[relation] is True else " (inferred)"
        entries.append(("line", _words(relation) + how, {"stroke": RELATION_COLOURS.get(relation, OTHER)}))
    if any(edge.attributes.get("certainty", "certain") != "certain" for edge in form.edges):
        entries.append(("line", "certain", {"stroke": _SOFT}))
        entries.append(("line", "possible", {"stroke": _SOFT, "stroke-dasharray": _DASHES["possible"]}))
        entries.append(("line", "nationwide", {"stroke": _SOFT, "stroke-dasharray": _DASHES["nationwide"]}))
    most = max((edge.attributes["weight"] for edge in form.edges), default=0)
    if isinstance(most, int | float) and most > 1:
        entries.append(("line", "weight 1", {"stroke": _SOFT, "stroke-width": _number(_thickness(1))}))
        entries.append(("line", f"weight {most}", {"stroke": _SOFT, "stroke-width": _number(_thickness(most))}))
    found = {str(node.attributes["kind"]) for node in form.nodes}
    entries += [
        ("dot", _words(kind), {"fill": KIND_COLOURS.get(kind, OTHER)})
        for kind in sorted(found, key=_place(KIND_COLOURS))
    ]
    if not entries:
        return y
    group = SubElement(parent, "g", {"font-size": "11.5", "fill": _SOFT})
    SubElement(group, "path", {"d": _curve("M", _MARGIN, y - 14, "H", width - _MARGIN), "stroke": _FAINT})
    x = _MARGIN
    y += 6
    for shape, words, look in entries:
        room = (34 if shape == "line" else 18) + _measure(words, 11.5) + 20
        if x + room > width - _MARGIN and x > _MARGIN:
            x, y = _MARGIN, y + 20
        if shape == "line":
            path = {"d": _curve("M", x, y, "h", 28), "fill": "none", "stroke-width": "2.4", **look}
            SubElement(group, "path", path | ({"stroke-linecap": "round"} if "stroke-dasharray" in look else {}))
        else:
            SubElement(group, "circle", {"cx": _number(x + 6), "cy": _number(y), "r": "5.5", **look})
        _write(group, x + (34 if shape == "line" else 16), y + 4, words, {})
        x += room
    return y + 24


def _place(known: Mapping[str, str]) -> Callable[[str], tuple[int, str]]:
    """A sort key: what is known in its order, then the rest by name."""
    order = {word: at for at, word in enumerate(known)}
    return lambda word: (order.get(word, len(order)), word)


def _notes(parent: Element, form: Portable, y: float, width: float) -> float:
    notes = []
    if any(edge.attributes.get("certainty", "certain") != "certain" for edge in form.edges):
        notes.append(
            "Broken lines are not certain: a counted group of states that are not named, dates that leave it open, "
            "or the whole country, which is never read as 32 states."
        )
    left_out = form.metadata.get("left_out")
    if isinstance(left_out, dict) and left_out:
        notes.append(
            "Not in the picture: "
            + "; ".join(
                f"{_words(reason)} ({found.get('count') if isinstance(found, dict) else found})"
                for reason, found in left_out.items()
            )
            + "."
        )
    if form.metadata.get("truncated"):
        notes.append("Cut by max_edges: the heaviest edges are kept.")
    for note in notes:
        for line in _wrap(note, width - 2 * _MARGIN, 11, 6):
            _write(parent, _MARGIN, y, line, {"font-size": "11", "fill": _SOFT})
            y += 15
    return y


def _markers(root: Element, form: Portable) -> None:
    """An arrow head for each relation of a directed network."""
    if not form.directed:
        return
    defs = SubElement(root, "defs")
    for relation in sorted({str(edge.attributes["relation"]) for edge in form.edges}):
        marker = SubElement(
            defs,
            "marker",
            {
                "id": _marker(relation),
                "viewBox": "0 0 8 8",
                "refX": "7",
                "refY": "4",
                "markerWidth": "7",
                "markerHeight": "7",
                "markerUnits": "userSpaceOnUse",
                "orient": "auto",
            },
        )
        SubElement(marker, "path", {"d": "M0 .8L7.5 4L0 7.2Z", "fill": RELATION_COLOURS.get(relation, OTHER)})


def _marker(relation: str) -> str:
    return "tejido-" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"-{ord(letter)}-" for letter in relation
    )


# Columns


@dataclass
class _Box:
    """A node in a column."""

    node: Node
    lines: list[str]
    column: int
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0


def _columns(form: Portable) -> _Drawing:
    column_of = _column_of(form)
    names = [name for name in _COLUMNS if name in column_of.values()]
    members = [[node.id for node in form.nodes if column_of[node.id] == name] for name in names]
    ends = [(edge.source, edge.target) for edge in form.edges]
    orders = column_orders(members, ends)
    by_id = {node.id: node for node in form.nodes}
    for order in orders:
        order.sort(key=lambda node: _rank(by_id[node]))
    boxes: dict[str, _Box] = {}
    many = max(map(len, orders), default=0) > _MANY
    for at, order in enumerate(orders):
        lines = {ref: _wrap(_label(by_id[ref]), 300.0 if many else 225.0, _SIZE, 1 if many else 2) for ref in order}
        width = max(_measure(line, _SIZE) for found in lines.values() for line in found) + 26
        for ref in order:
            height = _LINE * len(lines[ref]) + (6 if many else 9)
            boxes[ref] = _Box(by_id[ref], lines[ref], at, width=max(width, 110.0), height=height)
    gap = _GAP / 2 if many else _GAP
    tall = max((sum(boxes[ref].height + gap for ref in order) - gap for order in orders), default=0.0)
    gutter = min(max(150.0, tall / 5), 320.0)
    x = 0.0
    for order in orders:
        for ref in order:
            boxes[ref].x = x
        x += boxes[order[0]].width + gutter
    _stack(orders, boxes, form.edges, tall, gap)
    body = Element("g")
    for name, order in zip(names, orders, strict=True):
        look = {"font-size": "12.5", "font-weight": "600", "fill": _SOFT}
        _write(body, boxes[order[0]].x, 10, f"{_COLUMNS[name]} ({len(order)})", look)
    shifted = SubElement(body, "g", {"transform": "translate(0 22)"})
    _flow_lines(shifted, form, boxes)
    for order in orders:
        for ref in order:
            _draw_box(shifted, boxes[ref])
    return _Drawing(body, max(x - gutter, 0.0), tall + 22)


def _column_of(form: Portable) -> dict[str, str]:
    pays = {edge.source for edge in form.edges if edge.attributes["relation"] in _PAYS}
    receives = {
        edge.target for edge in form.edges if edge.attributes["relation"] in _RECEIVES and edge.source != edge.target
    }
    only_pays = pays - receives
    found = {}
    for node in form.nodes:
        kind = node.attributes["kind"]
        found[node.id] = (
            "places"
            if kind in _PLACES
            else "projects"
            if kind == "project"
            else "funders"
            if node.id in only_pays
            else "partners"
        )
    return found


def _rank(node: Node) -> int:
    """States, then counted groups, then the country; everything else as it is."""
    kind = str(node.attributes["kind"])
    return _PLACES.index(kind) if kind in _PLACES else 0


def _stack(
    orders: Sequence[Sequence[str]], boxes: Mapping[str, _Box], edges: Sequence[Edge], tall: float, gap: float
) -> None:
    """Heights: first everything evenly, then each column near what it is tied to."""
    around: dict[str, list[str]] = {ref: [] for ref in boxes}
    for edge in edges:
        if boxes[edge.source].column != boxes[edge.target].column:
            around[edge.source].append(edge.target)
            around[edge.target].append(edge.source)
    for order in orders:
        space = (tall - sum(boxes[ref].height for ref in order)) / len(order)
        y = space / 2
        for ref in order:
            boxes[ref].y = y + boxes[ref].height / 2
            y += boxes[ref].height + space
    for _ in range(6):
        for order in orders:
            wanted = [
                sum(boxes[one].y for one in around[ref]) / len(around[ref]) if around[ref] else boxes[ref].y
                for ref in order
            ]
            placed = settle(wanted, [boxes[ref].height for ref in order], gap, tall)
            for ref, y in zip(order, placed, strict=True):
                boxes[ref].y = y


def _flow_lines(parent: Element, form: Portable, boxes: Mapping[str, _Box]) -> None:
    """Curves between the columns; at a box they are spread in the order of their other ends."""
    sides: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
    for edge in form.edges:
        source, target = boxes[edge.source], boxes[edge.target]
        out, into = _sides(source, target)
        sides.setdefault((edge.source, out), []).append((target.y, edge.id, "source"))
        sides.setdefault((edge.target, into), []).append((source.y, edge.id, "target"))
    port: dict[tuple[str, str], float] = {}
    for (ref, _), ends in sides.items():
        box = boxes[ref]
        reach = min(box.height - 10, 5.0 * (len(ends) - 1))
        for at, (_, edge_id, end) in enumerate(sorted(ends)):
            port[edge_id, end] = box.y + (at / (len(ends) - 1) - 0.5) * reach if len(ends) > 1 else box.y
    group = SubElement(parent, "g", {"fill": "none"})
    for edge in sorted(form.edges, key=lambda one: (one.attributes["weight"], one.id)):
        source, target = boxes[edge.source], boxes[edge.target]
        out, into = _sides(source, target)
        x1 = source.x + (source.width if out == "right" else 0)
        x2 = target.x + (target.width if into == "right" else 0)
        y1, y2 = port[edge.id, "source"], port[edge.id, "target"]
        bend = max(abs(x2 - x1) / 2, 34 + abs(y2 - y1) / 12)
        c1 = x1 + (bend if out == "right" else -bend)
        c2 = x2 + (bend if into == "right" else -bend)
        if edge.source == edge.target:
            y1, y2 = source.y - source.height / 2 + 4, source.y + source.height / 2 - 4
        _line(group, form, edge, _curve("M", x1, y1, "C", c1, y1, c2, y2, x2, y2), 0.62)


def _sides(source: _Box, target: _Box) -> tuple[str, str]:
    if source.column == target.column:
        return "right", "right"
    return ("right", "left") if source.column < target.column else ("left", "right")


def _draw_box(parent: Element, box: _Box) -> None:
    kind = str(box.node.attributes["kind"])
    colour = KIND_COLOURS.get(kind, OTHER)
    group = _node_group(parent, box.node)
    top = box.y - box.height / 2
    frame = {
        "x": _number(box.x),
        "y": _number(top),
        "width": _number(box.width),
        "height": _number(box.height),
        "rx": "4",
        "fill": "#ffffff",
        "stroke": colour,
        "stroke-width": "1.1",
    }
    if kind in {"state_group", "unnamed_party"}:
        frame["stroke-dasharray"] = "5 3"
    SubElement(group, "rect", frame)
    stripe = {"x": _number(box.x), "y": _number(top), "width": "5", "height": _number(box.height), "rx": "2.5"}
    SubElement(group, "rect", stripe | {"fill": colour})
    for at, line in enumerate(box.lines):
        _write(group, box.x + 13, top + 4.5 + _LINE * (at + 0.77), line, {})


# Circle


def _circle(form: Portable) -> _Drawing:
    weights: dict[tuple[str, str], int] = {}
    degree: dict[str, int] = {}
    for edge in form.edges:
        pair = (min(edge.source, edge.target), max(edge.source, edge.target))
        weights[pair] = weights.get(pair, 0) + (4 if edge.attributes.get("declared") is True else 1)
        for end in {edge.source, edge.target}:
            degree[end] = degree.get(end, 0) + 1
    order = circle_order([node.id for node in form.nodes], weights)
    by_id = {node.id: node for node in form.nodes}
    radius = max(230.0, len(order) * 15.5 / (2 * math.pi))
    roomy = 2 * math.pi * radius >= 31 * len(order)
    lines = {ref: _wrap(_label(by_id[ref]), *((190, _SIZE, 2) if roomy else (270, _SIZE, 1))) for ref in order}
    angle = {ref: 2 * math.pi * (at + 0.5) / len(order) - math.pi / 2 for at, ref in enumerate(order)}
    west, east, north, south = -radius, radius, -radius, radius
    for ref in order:
        reach = radius + 18 + max(_measure(line, _SIZE) for line in lines[ref])
        x, y = reach * math.cos(angle[ref]), reach * math.sin(angle[ref])
        west, east, north, south = min(west, x - 14), max(east, x + 14), min(north, y - 14), max(south, y + 14)
    body = Element("g")
    centred = SubElement(body, "g", {"transform": f"translate({_number(-west)} {_number(-north)})"})
    _chords(centred, form, angle, radius)
    for ref in order:
        group = _node_group(centred, by_id[ref])
        group.set("transform", f"rotate({_number(math.degrees(angle[ref]), 2)})")
        size = 3.2 + min(math.sqrt(degree.get(ref, 0)), 8) * 0.45
        look = {"cx": _number(radius), "cy": "0", "r": _number(size), "stroke": "#ffffff", "stroke-width": "1"}
        colour = KIND_COLOURS.get(str(by_id[ref].attributes["kind"]), OTHER)
        SubElement(group, "circle", look | {"fill": colour})
        flip = {"transform": f"rotate(180 {_number(radius + 12)} 0)", "text-anchor": "end"}
        for at, line in enumerate(lines[ref]):
            y = 4 + (at - (len(lines[ref]) - 1) / 2) * 12.5
            _write(group, radius + 12, y, line, {} if math.cos(angle[ref]) >= 0 else flip)
    return _Drawing(body, east - west, south - north)


def _chords(parent: Element, form: Portable, angle: Mapping[str, float], radius: float) -> None:
    """Curves across the circle: the most common relation first and faint, what is declared last."""
    counts = _tally(str(edge.attributes["relation"]) for edge in form.edges)
    beside: dict[tuple[str, str], list[str]] = {}
    for edge in form.edges:
        beside.setdefault((min(edge.source, edge.target), max(edge.source, edge.target)), []).append(edge.id)
    group = SubElement(parent, "g", {"fill": "none"})

    def turn(edge: Edge) -> tuple[bool, int, str, str]:
        relation = str(edge.attributes["relation"])
        return edge.attributes.get("declared") is True, -counts[relation], relation, edge.id

    for edge in sorted(form.edges, key=turn):
        one, other = sorted((edge.source, edge.target))
        a, b = angle[edge.source], angle[edge.target]
        x1, y1, x2, y2 = (radius * f(at) for at in (a, b) for f in (math.cos, math.sin))
        if edge.source == edge.target:
            reach, slack = radius * 0.86, 0.06
            curve = _curve(
                *("M", x1, y1, "C", reach * math.cos(a - slack), reach * math.sin(a - slack)),
                *(reach * math.cos(a + slack), reach * math.sin(a + slack), x1, y1),
            )
        else:
            pair = beside[one, other]
            long = math.hypot(x2 - x1, y2 - y1)
            shift = (pair.index(edge.id) - (len(pair) - 1) / 2) * min(6 + long * 0.03, 16)
            shift = shift if edge.source == one else -shift
            middle = math.hypot(x1 + x2, y1 + y2) / 2
            pull = max(middle - max(long * 0.45, 40.0), 0.0) / middle if middle > 1 else 0.0
            cx = (x1 + x2) / 2 * pull - (y2 - y1) / long * shift
            cy = (y1 + y2) / 2 * pull + (x2 - x1) / long * shift
            curve = _curve("M", x1, y1, "Q", cx, cy, x2, y2)
        declared = edge.attributes.get("declared")
        faint = 0.3 if len(form.edges) > 150 else 0.45
        _line(group, form, edge, curve, 0.9 if declared is True else faint if declared is False else 0.6)


# Pieces


def _node_group(parent: Element, node: Node) -> Element:
    group = SubElement(parent, "g", {"class": "node", "data-id": node.id, "data-kind": str(node.attributes["kind"])})
    SubElement(group, "title").text = str(node.attributes["label"])
    return group


def _line(parent: Element, form: Portable, edge: Edge, curve: str, opacity: float) -> None:
    relation, weight = str(edge.attributes["relation"]), edge.attributes["weight"]
    certainty = str(edge.attributes.get("certainty", "certain"))
    look = {
        "class": "edge",
        "d": curve,
        "stroke": RELATION_COLOURS.get(relation, OTHER),
        "stroke-width": _number(_thickness(weight)),
        "stroke-opacity": _number(opacity, 2),
        "data-id": edge.id,
        "data-source": edge.source,
        "data-target": edge.target,
        "data-relation": relation,
        "data-weight": str(weight),
        "data-certainty": certainty,
    }
    if certainty in _DASHES:
        look |= {"stroke-dasharray": _dashes(certainty, _thickness(weight)), "stroke-linecap": "round"}
    if form.directed:
        look["marker-end"] = f"url(#{_marker(relation)})"
    path = SubElement(parent, "path", look)
    SubElement(path, "title").text = f"{edge.source} {_words(relation)} {edge.target}: {weight} ({certainty})"


def _thickness(weight: Any) -> float:
    """Pixels for a weight: it grows with the logarithm, and a weight of 0 is still seen."""
    value = max(float(weight), 0.0) if isinstance(weight, int | float) else 1.0
    return min(1.5 + 1.0 * math.log2(1 + value) * (value > 0), 9.0) if value <= 1e12 else 9.0


def _dashes(certainty: str, thickness: float) -> str:
    """Dashes for a line: wider lines have longer ones, so that gaps stay open."""
    scale = max(thickness / 2.4, 1.0)
    return " ".join(_number(float(length) * scale) for length in _DASHES[certainty].split())


def _write(parent: Element, x: float, y: float, text: str, look: Mapping[str, str]) -> None:
    element = SubElement(parent, "text", {"x": _number(x), "y": _number(y), "unicode-bidi": "isolate", **look})
    # The order in which one name is read is not to turn the words after it.
    element.text = _TURNING.sub("", text)


def _label(node: Node) -> str:
    label = " ".join(str(node.attributes["label"]).split()) or node.id
    return f"{label} (nationwide)" if node.attributes["kind"] == "country" else label


def _curve(*parts: str | float) -> str:
    return " ".join(part if isinstance(part, str) else _number(part) for part in parts)


def _number(value: float, digits: int = 1) -> str:
    """A short decimal: 12.50 is 12.5, 12.0 is 12."""
    # Adding 0.0 turns -0.0 into 0.0.
    return f"{round(value, digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".")


def _wrap(text: str, width: float, size: float, most: int) -> list[str]:
    """Lines no wider than this, at most so many; what does not fit is an ellipsis."""
    lines: list[str] = []
    line = ""
    words = text[:2000].split(" ")
    for at, word in enumerate(words):
        trial = f"{line} {word}" if line else word
        if _measure(trial, size) <= width:
            line = trial
            continue
        if len(lines) == most - 1 or not line:
            return [*lines, _shorten(" ".join([trial, *words[at + 1 :]]), width, size)]
        lines.append(line)
        line = word
        if _measure(word, size) > width:
            return [*lines, _shorten(" ".join(words[at:]), width, size)]
    return [*lines, line]


def _shorten(text: str, width: float, size: float) -> str:
    kept: list[str] = []
    room = width - _measure("…", size)
    for letter in text:
        room -= _measure(letter, size)
        if room < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def _measure(text: str, size: float) -> float:
    """Roughly how wide the text is, in pixels, in a common sans serif."""
    return sum(_em(letter) for letter in text) * size


def _em(letter: str) -> float:
    if letter in "iljtfrI.,:;'|!()[]/ -":
        return 0.32
    if letter in "mwMW@%…":
        return 0.86
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 0.69 if letter.isupper() else 0.56
