/**
 * Places the nodes of a network, away from the page's own thread. The same network gives the same places: the start
 * comes from the ids, and nothing is random.
 *
 * Parts that hang together are laid out by ForceAtlas2 (Jacomy et al., 2014), turned so that they are wider than tall,
 * spread until no two nodes overlap, and packed side by side; nodes without ties stand in rows.
 *
 * @typedef {object} Task
 * @property {Uint32Array} seeds  a number for each node, from its id
 * @property {Float32Array} radii  in pixels
 * @property {Uint32Array} ends  two for each tie: the nodes at its ends
 * @property {Float32Array} weights  one for each tie
 * @property {Float32Array | null} pins  x and y of the nodes that stay where they are; NaN for the others
 */
import { forceAtlas2 } from "../../vendor/network/layout.js";

const PER_NODE = 10;
const PER_EDGE = 3;
const [X, Y, MASS, CONVERGENCE, SIZE, FIXED] = [0, 1, 6, 7, 8, 9];

/** Milliseconds after which a first, unfinished picture is sent. */
const FIRST = 250;

self.onmessage = ({ data }) => {
  const places = placed(data, (early) => self.postMessage({ places: early, done: false }));
  self.postMessage({ places, done: true }, { transfer: [places.buffer] });
};

/**
 * @param {Task} task
 * @param {(early: Float32Array) => void} report
 */
function placed({ seeds, radii, ends, weights, pins }, report) {
  const count = seeds.length;
  const places = new Float32Array(2 * count);
  const spacing = count <= 120 ? 64 : count <= 600 ? 46 : count <= 4000 ? 32 : 20;
  const { groups, loose } = pins ? onMap(count, ends, pins) : parts(count, ends);
  const among = tiesOf(groups, ends, weights, count);
  /** @type {{nodes: number[], places: Float32Array}[]} */
  const blocks = groups.map((nodes, index) => {
    const early = index ? () => {} : (/** @type {Float32Array} */ now) => {
      nodes.forEach((node, at) => places.set([now[2 * at], now[2 * at + 1]], 2 * node));
      report(places.slice());
    };
    return { nodes, places: forces(nodes, among[index], seeds, radii, spacing, index ? null : pins, early) };
  });
  if (loose.length) blocks.push({ nodes: loose, places: rows(loose, radii) });
  packed(blocks, spacing);
  for (const block of blocks) {
    block.nodes.forEach((node, at) => places.set([block.places[2 * at], block.places[2 * at + 1]], 2 * node));
  }
  return rounded(places);
}

/** So that the last digits of a machine's arithmetic do not count. @param {Float32Array} places */
const rounded = (places) => places.map((value) => Math.round(value * 16) / 16);

/**
 * What hangs together, larger parts first; and the nodes without ties.
 * @param {number} count
 * @param {Uint32Array} ends
 */
function parts(count, ends) {
  const root = Uint32Array.from({ length: count }, (_, node) => node);
  const find = (/** @type {number} */ node) => {
    while (root[node] !== node) node = root[node] = root[root[node]];
    return node;
  };
  for (let at = 0; at < ends.length; at += 2) {
    const [one, other] = [find(ends[at]), find(ends[at + 1])];
    root[Math.max(one, other)] = Math.min(one, other);
  }
  /** @type {Map<number, number[]>} */
  const found = new Map();
  for (let node = 0; node < count; node += 1) {
    const key = find(node);
    const group = found.get(key);
    if (group) group.push(node);
    else found.set(key, [node]);
  }
  const groups = [...found.values()];
  return {
    groups: groups.filter((group) => group.length > 1).sort((a, b) => b.length - a.length || a[0] - b[0]),
    loose: groups.filter((group) => group.length === 1).flat(),
  };
}

/**
 * The same where some nodes stay where they are: all that hangs together with them is one part.
 * @param {number} count
 * @param {Uint32Array} ends
 * @param {Float32Array} pins
 */
function onMap(count, ends, pins) {
  const { groups, loose } = parts(count, ends);
  const fixed = (/** @type {number} */ node) => !Number.isNaN(pins[2 * node]);
  const onIt = groups.filter((group) => group.some(fixed));
  const whole = [...onIt.flat(), ...loose.filter(fixed)].sort((a, b) => a - b);
  const beside = groups.filter((group) => !group.some(fixed));
  return { groups: whole.length ? [whole, ...beside] : beside, loose: loose.filter((node) => !fixed(node)) };
}

/** @typedef {[number, number, number][]} Ties  two nodes and a weight; one for each pair */

/** @param {Uint32Array} ends @param {Float32Array} weights @returns {Ties} */
function ties(ends, weights) {
  /** @type {Map<string, [number, number, number]>} */
  const found = new Map();
  weights.forEach((weight, at) => {
    const [low, high] = [ends[2 * at], ends[2 * at + 1]].sort((a, b) => a - b);
    if (low === high) return;
    const pair = found.get(`${low} ${high}`);
    if (pair) pair[2] += weight;
    else found.set(`${low} ${high}`, [low, high, weight]);
  });
  return [...found.values()];
}

/** @param {number[][]} groups @param {Uint32Array} ends @param {Float32Array} weights @param {number} count @returns {Ties[]} */
function tiesOf(groups, ends, weights, count) {
  const group = new Int32Array(count).fill(-1);
  groups.forEach((nodes, index) => nodes.forEach((node) => (group[node] = index)));
  /** @type {Ties[]} */
  const found = groups.map(() => []);
  for (const tie of ties(ends, weights)) found[group[tie[0]]].push(tie);
  return found;
}

/** A number from 0 to 1 that belongs to a seed. @param {number} seed @param {number} turn */
function chance(seed, turn) {
  let mixed = Math.imul(seed ^ (turn * 0x9e3779b9), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * @param {number[]} nodes
 * @param {Ties} among
 * @param {Uint32Array} seeds
 * @param {Float32Array} radii
 * @param {number} spacing  pixels between neighbours
 * @param {Float32Array | null} pins
 * @param {(now: Float32Array) => void} report  gets a first picture if the last one takes long
 */
function forces(nodes, among, seeds, radii, spacing, pins, report) {
  const count = nodes.length;
  const wide = Math.sqrt(count) * spacing;
  const index = new Map(nodes.map((node, at) => [node, at]));
  const matrix = new Float32Array(count * PER_NODE);
  const edges = new Float32Array(among.length * PER_EDGE);
  nodes.forEach((node, at) => {
    const turn = chance(seeds[node], 1) * 2 * Math.PI;
    const far = Math.sqrt(chance(seeds[node], 2)) * (wide / 2);
    const row = at * PER_NODE;
    matrix[row + X] = Math.cos(turn) * far;
    matrix[row + Y] = Math.sin(turn) * far;
    matrix[row + MASS] = 1;
    matrix[row + CONVERGENCE] = 1;
    matrix[row + SIZE] = radii[node];
    if (pins && !Number.isNaN(pins[2 * node])) {
      matrix[row + X] = pins[2 * node];
      matrix[row + Y] = pins[2 * node + 1];
      matrix[row + FIXED] = 1;
    }
  });
  if (count > 400) smoothed(matrix, among, index, wide);
  among.forEach(([one, other, weight], at) => {
    const pull = Math.min(1 + Math.log2(Math.max(weight, 0.5)) * 0.3, 3);
    const [source, target] = [/** @type {number} */ (index.get(one)) * PER_NODE, /** @type {number} */ (index.get(other)) * PER_NODE];
    edges.set([source, target, pull], at * PER_EDGE);
    matrix[source + MASS] += pull;
    matrix[target + MASS] += pull;
  });
  const settings = {
    linLogMode: false,
    outboundAttractionDistribution: false,
    adjustSizes: false,
    edgeWeightInfluence: 1,
    scalingRatio: pins ? spacing * 2 : 12,
    strongGravityMode: false,
    gravity: pins ? 0.02 : 0.6,
    slowDown: 1 + Math.log(count),
    barnesHutOptimize: count > 400,
    barnesHutTheta: count > 4000 ? 1.3 : 1,
  };
  const rounds = count <= 150 ? 700 : count <= 1000 ? 350 : count <= 5000 ? 140 : 60;
  const begun = performance.now();
  let told = false;
  for (let round = 0; round < rounds; round += 1) {
    forceAtlas2(settings, matrix, edges);
    if (!told && performance.now() - begun > FIRST) {
      told = true;
      report(placesOf(matrix, wide));
    }
  }
  const places = placesOf(matrix, pins ? 0 : wide);
  if (!pins) flattened(places, wide);
  apart(places, nodes.map((node) => radii[node]), spacing, pins ? nodes.map((node) => !Number.isNaN(pins[2 * node])) : null);
  return places;
}

/**
 * A better start for many nodes: each moves to the middle of its neighbours, several times, and the whole is spread again.
 * @param {Float32Array} matrix
 * @param {Ties} among
 * @param {Map<number, number>} index
 * @param {number} wide
 */
function smoothed(matrix, among, index, wide) {
  const count = matrix.length / PER_NODE;
  const pairs = Uint32Array.from(among.flatMap(([one, other]) => [/** @type {number} */ (index.get(one)), /** @type {number} */ (index.get(other))]));
  const degree = new Float32Array(count).fill(1);
  for (const node of pairs) degree[node] += 1;
  for (let turn = 0; turn < 14; turn += 1) {
    const sum = new Float32Array(2 * count);
    for (let node = 0; node < count; node += 1) sum.set([matrix[node * PER_NODE + X], matrix[node * PER_NODE + Y]], 2 * node);
    for (let at = 0; at < pairs.length; at += 2) {
      const [one, other] = [pairs[at], pairs[at + 1]];
      sum[2 * one] += matrix[other * PER_NODE + X];
      sum[2 * one + 1] += matrix[other * PER_NODE + Y];
      sum[2 * other] += matrix[one * PER_NODE + X];
      sum[2 * other + 1] += matrix[one * PER_NODE + Y];
    }
    for (let node = 0; node < count; node += 1) {
      if (matrix[node * PER_NODE + FIXED]) continue;
      matrix[node * PER_NODE + X] = sum[2 * node] / degree[node];
      matrix[node * PER_NODE + Y] = sum[2 * node + 1] / degree[node];
    }
  }
  spreadOut(matrix, wide);
}

/** @param {Float32Array} matrix @param {number} wide */
function spreadOut(matrix, wide) {
  const count = matrix.length / PER_NODE;
  for (const axis of [X, Y]) {
    let [sum, square] = [0, 0];
    for (let row = axis; row < matrix.length; row += PER_NODE) [sum, square] = [sum + matrix[row], square + matrix[row] ** 2];
    const middle = sum / count;
    const scale = wide / 4 / Math.sqrt(Math.max(square / count - middle ** 2, 1e-9));
    for (let row = axis; row < matrix.length; row += PER_NODE) {
      if (!matrix[row - axis + FIXED]) matrix[row] = (matrix[row] - middle) * scale;
    }
  }
}

/**
 * The places in a matrix, around their middle, in a square of this width if one is given.
 * @param {Float32Array} matrix
 * @param {number} wide
 */
function placesOf(matrix, wide) {
  const count = matrix.length / PER_NODE;
  const places = new Float32Array(2 * count);
  for (let at = 0; at < count; at += 1) {
    places[2 * at] = matrix[at * PER_NODE + X];
    places[2 * at + 1] = matrix[at * PER_NODE + Y];
  }
  if (!wide) return places;
  const middle = [0, 1].map((axis) => mean(places, axis));
  let spread = 0;
  places.forEach((value, at) => (spread += (value - middle[at % 2]) ** 2));
  // A disc of this width that is filled evenly has this spread.
  const scale = wide / Math.sqrt(8 * (spread / count) || 1);
  return places.map((value, at) => (value - middle[at % 2]) * scale);
}

/** @param {Float32Array} places @param {number} axis */
function mean(places, axis) {
  let sum = 0;
  for (let at = axis; at < places.length; at += 2) sum += places[at];
  return sum / (places.length / 2);
}

/** Turn what was laid out so that its longer axis lies flat. @param {Float32Array} places @param {number} wide */
function flattened(places, wide) {
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < places.length; at += 2) {
    xx += places[at] ** 2;
    xy += places[at] * places[at + 1];
    yy += places[at + 1] ** 2;
  }
  const turn = -0.5 * Math.atan2(2 * xy, xx - yy);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  // A thicket has no length that could be read: it may as well fill the screen.
  const [across, down] = places.length > 800 ? [1.22, 0.86] : [1, 1];
  for (let at = 0; at < places.length; at += 2) {
    const [x, y] = [places[at], places[at + 1]];
    places[at] = (x * cos - y * sin) * across;
    places[at + 1] = (x * sin + y * cos) * down;
  }
  // A few that were thrown far out would make all others small.
  const limit = wide * 1.1;
  for (let at = 0; at < places.length; at += 2) {
    const far = Math.hypot(places[at], places[at + 1]);
    if (far <= limit) continue;
    const kept = (limit + (far - limit) * 0.25) / far;
    places[at] *= kept;
    places[at + 1] *= kept;
  }
}

/**
 * Push nodes apart until none overlaps, or for as long as is worth it.
 * @param {Float32Array} places
 * @param {number[]} radii
 * @param {number} spacing
 * @param {boolean[] | null} fixed
 */
function apart(places, radii, spacing, fixed) {
  const count = radii.length;
  const gap = spacing * 0.22;
  const cell = 2 * radii.reduce((most, radius) => Math.max(most, radius), 1) + gap;
  const passes = count > 5000 ? 24 : 60;
  for (let pass = 0; pass < passes; pass += 1) {
    /** @type {Map<number, number[]>} */
    const grid = new Map();
    for (let node = 0; node < count; node += 1) {
      const at = cellOf(Math.floor(places[2 * node] / cell), Math.floor(places[2 * node + 1] / cell));
      const there = grid.get(at);
      if (there) there.push(node);
      else grid.set(at, [node]);
    }
    let moved = false;
    for (let node = 0; node < count; node += 1) {
      const [column, row] = [Math.floor(places[2 * node] / cell), Math.floor(places[2 * node + 1] / cell)];
      for (let side = 0; side < 9; side += 1) {
        for (const other of grid.get(cellOf(column + (side % 3) - 1, row + Math.floor(side / 3) - 1)) ?? []) {
          if (other <= node || (fixed?.[node] && fixed[other])) continue;
          let dx = places[2 * other] - places[2 * node];
          let dy = places[2 * other + 1] - places[2 * node + 1];
          let far = Math.hypot(dx, dy);
          const wanted = radii[node] + radii[other] + gap;
          if (far >= wanted) continue;
          if (far < 0.01) [dx, dy, far] = [Math.cos(node + other), Math.sin(node + other), 1];
          const push = (wanted - Math.min(far, wanted)) / far;
          const share = fixed?.[node] ? 1 : fixed?.[other] ? 0 : 0.5;
          places[2 * node] -= dx * push * (1 - share);
          places[2 * node + 1] -= dy * push * (1 - share);
          places[2 * other] += dx * push * share;
          places[2 * other + 1] += dy * push * share;
          moved = true;
        }
      }
    }
    if (!moved) return;
  }
}

/** Rows for the nodes without ties. @param {number[]} nodes @param {Float32Array} radii */
function rows(nodes, radii) {
  const columns = Math.ceil(Math.sqrt(nodes.length * 1.6));
  const step = 2 * nodes.reduce((most, node) => Math.max(most, radii[node]), 1) + 10;
  const places = new Float32Array(2 * nodes.length);
  nodes.forEach((_, at) => places.set([(at % columns) * step, Math.floor(at / columns) * step], 2 * at));
  const middle = [0, 1].map((axis) => mean(places, axis));
  return places.map((value, at) => value - middle[at % 2]);
}

/**
 * Move blocks beside one another: each to the free place that is nearest to the middle of the first.
 * @param {{nodes: number[], places: Float32Array}[]} blocks
 * @param {number} spacing
 */
function packed(blocks, spacing) {
  const cell = spacing * 0.6;
  /** @type {Set<number>} */
  const taken = new Set();
  let wanted = 0;
  for (const block of blocks) {
    /** @type {Set<number>} */
    const cells = new Set();
    for (let at = 0; at < block.places.length; at += 2) {
      cells.add(cellOf(Math.round(block.places[at] / cell), Math.round(block.places[at + 1] / cell)));
    }
    wanted += cells.size * 9;
    const own = [...cells];
    const [x, y] = free(own, taken, Math.ceil(Math.sqrt(wanted)) + 64);
    for (let at = 0; at < block.places.length; at += 2) {
      block.places[at] += x * cell;
      block.places[at + 1] += y * cell;
    }
    // With a rim, because names stand beside nodes.
    for (const one of own) for (let side = 0; side < 25; side += 1) taken.add(one + cellOf(x + (side % 5) - 2, y + Math.floor(side / 5) - 2) - cellOf(0, 0));
  }
}

/** One number for a cell of a grid. @param {number} column @param {number} row */
const cellOf = (column, row) => (column + 32768) * 65536 + row + 32768;

/**
 * The nearest shift at which none of these cells is taken; wider than tall, as screens are.
 * @param {number[]} cells
 * @param {Set<number>} taken
 * @param {number} most
 */
function free(cells, taken, most) {
  if (!taken.size) return [0, 0];
  let [best, cost] = [[4 * most, 0], Infinity];
  for (let ring = 1; ring < 4 * most && (ring / 1.6) ** 2 < cost; ring += 1) {
    for (let step = 0; step < 8 * ring; step += 1) {
      const along = step % (2 * ring);
      const [x, y] = [[along - ring, -ring], [ring, along - ring], [ring - along, ring], [-ring, ring - along]][Math.floor(step / (2 * ring))];
      const price = (x / 1.6) ** 2 + y ** 2;
      if (price < cost && !cells.some((one) => taken.has(one + x * 65536 + y))) [best, cost] = [[x, y], price];
    }
  }
  return best;
}
