/**
 * Which names of nodes are written, and where: the most important first, none over another, or over a large node.
 *
 * @typedef {{x: number, y: number, size: number}} Spot  pixels
 * @typedef {[number, number, number, number]} Box  left, top, right, bottom
 * @typedef {{node: import("./network-scene.js").Node, text: string, x: number, y: number, size: number, weight: number}} Label
 *   a line of a name, which begins at x and stands on y
 */
import { widthOf, wrapped } from "./drawing.js";

const CELL = 48;
const MOST_TRIED = 700;
const STEP = 1.15;

/** @type {Map<string, {lines: string[], width: number}>} */
const measured = new Map();

/**
 * A name in at most two lines of this width.
 * @param {string} name
 * @param {number} size
 * @param {number} weight
 * @param {number} most
 */
function fitted(name, size, weight, most) {
  const key = `${size} ${weight} ${most} ${name}`;
  let found = measured.get(key);
  if (!found) {
    if (measured.size > 20_000) measured.clear();
    // A long word is worth more room than an ellipsis.
    const longest = Math.max(...name.split(/\s+/).map((word) => widthOf(word, size, weight)));
    const lines = wrapped(name, Math.min(Math.max(most, longest + 1), most * 1.5), size, 2);
    found = { lines, width: Math.max(...lines.map((line) => widthOf(line, size, weight))) };
    measured.set(key, found);
  }
  return found;
}

/**
 * The sides of a node where a name may stand, first the one that is farthest from its ties.
 * @param {import("./network-scene.js").Node} node
 */
function sidesOf({ lean }) {
  const sides = [[1, 0], [-1, 0], [0, 1], [0, -1]];
  if (!lean) return sides;
  return sides.sort((one, other) => one[0] * lean.x + one[1] * lean.y - (other[0] * lean.x + other[1] * lean.y));
}

/** Boxes on a screen, found by place. */
class Boxes {
  constructor() {
    /** @type {Map<number, Box[]>} */
    this.cells = new Map();
  }

  /** @param {Box} box @returns {Generator<number>} */
  *keys([left, top, right, bottom]) {
    for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column += 1) {
      for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row += 1) yield column * 8192 + row;
    }
  }

  /** @param {Box} box */
  add(box) {
    for (const key of this.keys(box)) {
      const there = this.cells.get(key);
      if (there) there.push(box);
      else this.cells.set(key, [box]);
    }
  }

  /** @param {Box} box */
  hits(box) {
    for (const key of this.keys(box)) {
      for (const one of this.cells.get(key) ?? []) {
        if (one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1]) return true;
      }
    }
    return false;
  }
}

/**
 * @param {import("./network-scene.js").Node[]} nodes  most important first
 * @param {(node: import("./network-scene.js").Node) => Spot} spotOf  y downwards
 * @param {{width: number, height: number, first?: Set<number>, only?: Set<number> | null, most?: number}} frame
 *   `first` are written before all others, whatever is in their way, and `only` these are, by index
 * @returns {Label[]}
 */
export function labelsOf(nodes, spotOf, { width, height, first, only, most = Infinity }) {
  const discs = new Boxes();
  const names = new Boxes();
  /** @type {[import("./network-scene.js").Node, Spot][]} */
  const seen = [];
  for (const node of nodes) {
    const spot = spotOf(node);
    if (spot.x < -spot.size || spot.y < -spot.size || spot.x > width + spot.size || spot.y > height + spot.size) continue;
    seen.push([node, spot]);
    const reach = spot.size * 0.8;
    if (spot.size >= 3) discs.add([spot.x - reach, spot.y - reach, spot.x + reach, spot.y + reach]);
  }
  const wanted = only ? seen.filter(([node]) => only.has(node.index)) : seen;
  if (first) wanted.sort(([one], [other]) => Number(first.has(other.index)) - Number(first.has(one.index)));
  const inside = (/** @type {Box} */ box) => box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height;
  /** @type {Label[]} */
  const labels = [];
  let written = 0;
  for (const [node, spot] of wanted.slice(0, MOST_TRIED)) {
    if (written >= most) break;
    const must = first?.has(node.index) ?? false;
    const strong = must || (node.kind === "funder" && node.rank < 40);
    const weight = strong ? 600 : 400;
    const size = Math.round(Math.max(11, Math.min(15, 10 + spot.size * 0.22)));
    const room = must ? 260 : spot.size > 9 ? 150 : 120;
    const places = (/** @type {string} */ name) => placesOf(node, spot, fitted(name, size, weight, room), size);
    const whole = places(node.label);
    const short = node.acronym ? places(node.acronym) : [];
    const clear = (/** @type {Place} */ { box }) => inside(box) && !names.hits(box) && !discs.hits(box);
    // The name of who matters most may hide a smaller node, but no other name.
    const readable = (/** @type {Place} */ { box }) => inside(box) && (must || !names.hits(box));
    const cut = whole[0].lines.at(-1)?.endsWith("…");
    const place = (cut ? undefined : whole.find(clear)) ?? short.find(clear) ?? whole.find(clear)
      ?? (strong || node.rank < 3 ? [...short, ...whole].find(readable) : undefined) ?? (must ? whole[0] : undefined);
    if (!place) continue;
    names.add(place.box);
    written += 1;
    place.lines.forEach((text, at) => {
      const indent = place.centred ? (place.width - widthOf(text, size, weight)) / 2 : 0;
      labels.push({ node, text, x: place.box[0] + 2 + indent, y: place.box[1] + (at + 0.8) * size * STEP, size, weight });
    });
  }
  return labels;
}

/** @typedef {{box: Box, lines: string[], width: number, centred: boolean}} Place */

/**
 * Where a name could stand, best first.
 * @param {import("./network-scene.js").Node} node
 * @param {Spot} spot
 * @param {{lines: string[], width: number}} fit
 * @param {number} size
 * @returns {Place[]}
 */
function placesOf(node, spot, { lines, width }, size) {
  const half = (lines.length * size * STEP) / 2;
  const gap = spot.size + (node.mark && node.mark !== "dim" ? 9 : 4);
  return sidesOf(node).map(([dx, dy]) => {
    const x = spot.x + dx * gap + ((dx - 1) * width) / 2;
    const y = spot.y + dy * (gap + half);
    return { box: [x - 2, y - half, x + width + 2, y + half], lines, width, centred: dx === 0 };
  });
}
