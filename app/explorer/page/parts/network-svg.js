/**
 * The picture of a network as SVG: signs for a legend, and a whole document to be saved.
 *
 * @typedef {import("./network-scene.js").Scene} Scene
 * @typedef {import("./network-scene.js").Entry} Entry
 * @typedef {import("./network-labels.js").Spot} Spot
 */
import { FONT, svg, textOf, widthOf, wrapped } from "./drawing.js";
import { labelsOf } from "./network-labels.js";
import { CORNERS, dashes, lineOf, loopOf } from "./network-scene.js";

const MARGIN = 28;
const WIDTH = 1400;
const n = (/** @type {number} */ value) => String(Math.round(value * 10) / 10);

/** @param {import("./network-scene.js").Form} form @param {Spot} spot @param {Record<string, string | number>} look */
function shape(form, { x, y, size }, look) {
  if (form === "disc") return svg("circle", { cx: n(x), cy: n(y), r: n(size), ...look });
  const points = CORNERS[form].map(([dx, dy]) => `${n(x + dx * size)},${n(y + dy * size)}`).join(" ");
  return svg("polygon", { points, ...look });
}

/**
 * @param {{form: import("./network-scene.js").Form, fill: import("./network-scene.js").Fill, colour: string}} node
 * @param {Spot} spot
 * @param {string} surface
 */
function sign({ form, fill, colour }, spot, surface) {
  const group = svg("g", {}, shape(form, spot, { fill: colour, stroke: surface, "stroke-width": 1 }));
  if (fill !== "full") group.append(shape(form, { ...spot, size: spot.size * (fill === "open" ? 0.62 : 0.84) }, { fill: surface }));
  if (fill === "ringed") group.append(shape(form, { ...spot, size: spot.size * 0.66 }, { fill: colour }));
  return group;
}

/** @param {string} mark @param {Spot} spot @param {Record<string, string>} colour */
function markSign(mark, { x, y, size }, colour) {
  const shade = { lost: colour.warn, unclear: colour.possible, path: colour.accent }[mark];
  const group = svg("g", { fill: "none" });
  if (!shade) return group;
  /** @type {Record<string, string>} */
  const dash = mark === "unclear" ? { "stroke-dasharray": "4 3" } : {};
  group.append(svg("circle", { cx: n(x), cy: n(y), r: n(size + 4), stroke: shade, "stroke-width": 2.5, ...dash }));
  const reach = size * 0.7 + 5;
  if (mark === "lost") {
    const d = `M${n(x - reach)} ${n(y - reach)}L${n(x + reach)} ${n(y + reach)}M${n(x + reach)} ${n(y - reach)}L${n(x - reach)} ${n(y + reach)}`;
    group.append(svg("path", { d, stroke: colour.surface, "stroke-width": 5 }), svg("path", { d, stroke: shade, "stroke-width": 2.5 }));
  }
  return group;
}

/** @param {{dash: import("./network-scene.js").Dash, colour: string, width: number, directed: boolean}} edge @param {number} x @param {number} y */
function lineSign({ dash, colour, width, directed }, x, y) {
  const group = svg("g");
  const end = directed ? 22 : 30;
  const broken = dashes(dash, width).map(n).join(" ");
  group.append(svg("path", { d: `M${n(x)} ${n(y)}H${n(x + end)}`, stroke: colour, "stroke-width": width, ...(broken && { "stroke-dasharray": broken }) }));
  if (directed) group.append(svg("path", { d: `M${n(x + 30)} ${n(y)}l-9 4v-8z`, fill: colour }));
  return group;
}

/** How wide the sign of a line of the legend is. @param {Entry} entry */
export const signWidth = (entry) => (entry.what === "edge" ? 32 : entry.what === "words" ? 0 : entry.mark ? 22 : 16);

/**
 * The sign of a line of the legend, 16 pixels high.
 * @param {Entry} entry
 * @param {Record<string, string>} colour
 */
export function signOf(entry, colour, x = 0, y = 0) {
  if (entry.what === "edge") return lineSign(entry, x + 1, y + 8);
  if (entry.what === "words") return svg("g");
  const spot = { x: x + (entry.mark ? 11 : 8), y: y + 8, size: entry.mark ? 3 : 6.5 };
  const group = svg("g", {}, sign(entry, spot, colour.surface));
  if (entry.mark) group.append(markSign(entry.mark, spot, colour));
  return group;
}

/**
 * A document that stands alone: title, the whole network, legend, caption.
 * @param {Scene} scene
 * @param {{title: string, caption: string, describe: (edge: import("./network-scene.js").Edge) => string}} texts
 */
export function documentOf(scene, { title, caption, describe }) {
  const { nodes, edges, colour } = scene;
  let [left, top, right, bottom] = nodes.length ? [Infinity, Infinity, -Infinity, -Infinity] : [0, 0, 1, 1];
  for (const { x, y } of nodes) [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  const room = WIDTH - 2 * MARGIN - 120;
  // As wide as the page unless few nodes would then stand far apart; never taller than wide.
  const scale = Math.min(room / (right - left || 1), (WIDTH - 200) / (bottom - top || 1), 2.2);
  const head = MARGIN + (title ? 40 : 0);
  const tall = (bottom - top) * scale + 80;
  const spot = (/** @type {import("./network-scene.js").Node} */ node) => ({
    x: WIDTH / 2 + (node.x - (left + right) / 2) * scale,
    y: head + 40 + (node.y - top) * scale,
    size: node.size,
  });
  const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", role: "img", "font-family": FONT, "font-size": 13, fill: colour.text });
  root.append(svg("title", {}, title));
  const paper = svg("rect", { fill: colour.surface });
  root.append(paper);
  if (title) root.append(svg("text", { x: MARGIN, y: MARGIN + 18, "font-size": 20, "font-weight": 600 }, title));

  const lines = svg("g", { fill: "none" });
  for (const edge of [...edges].sort((a, b) => Number(Boolean(a.mark && a.mark !== "dim")) - Number(Boolean(b.mark && b.mark !== "dim")))) {
    const [from, to] = [spot(nodes[edge.source]), spot(nodes[edge.target])];
    const group = svg("g", { "data-id": edge.id }, svg("title", {}, describe(edge)));
    const broken = dashes(edge.dash, edge.width).map(n).join(" ");
    const stroke = { stroke: edge.colour, "stroke-width": n(edge.width), ...(broken && { "stroke-dasharray": broken }) };
    const line = lineOf(edge, from, to, 1);
    if (edge.source === edge.target) {
      const { x, y, radius } = loopOf(from);
      group.append(svg("circle", { cx: n(x), cy: n(y), r: n(radius), ...stroke }));
    } else {
      // Nodes that touch leave no room for a line, but the tie is there.
      const { from: start, to: end } = line ?? { from, to };
      group.append(svg("path", { d: `M${n(start.x)} ${n(start.y)}L${n(end.x)} ${n(end.y)}`, ...stroke }));
    }
    if (line?.head) {
      const wide = line.head * 0.45;
      const [x1, y1, x2, y2] = [line.to.x - line.uy * wide, line.to.y + line.ux * wide, line.to.x + line.uy * wide, line.to.y - line.ux * wide];
      group.append(svg("path", { d: `M${n(line.tip.x)} ${n(line.tip.y)}L${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}z`, fill: edge.colour }));
    }
    lines.append(group);
  }
  root.append(lines);

  const discs = svg("g");
  for (const node of [...nodes].sort((a, b) => b.size - a.size)) {
    const group = sign(node, spot(node), colour.surface);
    group.setAttribute("data-id", node.id);
    group.prepend(svg("title", {}, node.label));
    if (node.mark) group.append(markSign(node.mark, spot(node), colour));
    discs.append(group);
  }
  root.append(discs);

  const names = svg("g", { stroke: colour.surface, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" });
  const ranked = [...nodes].sort((a, b) => a.rank - b.rank);
  for (const { text, x, y, size, weight } of labelsOf(ranked, spot, { width: WIDTH, height: head + tall })) {
    names.append(svg("text", { x: n(x), y: n(y), "font-size": size, "font-weight": weight }, text));
  }
  root.append(names);

  let down = head + tall + 10;
  root.append(svg("path", { d: `M${MARGIN} ${n(down)}H${WIDTH - MARGIN}`, stroke: colour.line }));
  down += 14;
  let x = MARGIN;
  for (const entry of scene.legend) {
    const own = signWidth(entry) && signWidth(entry) + 7;
    const wide = own + widthOf(entry.words, 13) + 26;
    if (x + wide > WIDTH - MARGIN && x > MARGIN) [x, down] = [MARGIN, down + 24];
    root.append(signOf(entry, colour, x, down));
    root.append(svg("text", { x: n(x + own), y: n(down + 12.5) }, entry.words));
    x += wide;
  }
  down += 32;
  for (const line of caption ? wrapped(caption, WIDTH - 2 * MARGIN, 12) : []) {
    down += 16;
    root.append(svg("text", { x: MARGIN, y: n(down), "font-size": 12, fill: colour.muted }, line));
  }
  const height = Math.ceil(down + MARGIN);
  for (const [key, value] of Object.entries({ width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` })) root.setAttribute(key, String(value));
  paper.setAttribute("width", String(WIDTH));
  paper.setAttribute("height", String(height));
  return { text: textOf(root), width: WIDTH, height };
}
