/**
 * What a picture of a network shows: nodes with shape, colour and size, ties with line and lane, and a legend. Drawing
 * it on a screen and in a file is done elsewhere, from this alone, so that both show the same.
 *
 * @typedef {object} Network  an answer of the service with format=graphology
 * @property {{type?: string}} [options]
 * @property {Record<string, any>} [attributes]
 * @property {{key: string, attributes?: Record<string, any>}[]} nodes
 * @property {{key: string, source: string, target: string, attributes?: Record<string, any>, undirected?: boolean}[]} edges
 *
 * @typedef {"lost" | "unclear" | "path" | "dim"} Mark
 * @typedef {object} Look
 * @property {string} [sizeBy]  "degree" (as none is given), "strength", a number that nodes have, or what `values` are
 * @property {"kind" | "community"} [colourBy]
 * @property {Map<string, number>} [values]
 * @property {Map<string, string | number>} [communities]
 * @property {Map<string, string>} [marked]  nodes and edges
 * @property {"free" | "map"} [places]  whether states stand where they are on a map
 * @property {string} [title]
 * @property {string} [caption]  stands below an exported picture
 *
 * @typedef {"disc" | "square" | "diamond" | "triangle" | "hexagon"} Form
 * @typedef {"full" | "open" | "ringed"} Fill
 * @typedef {object} Node
 * @property {number} index
 * @property {string} id
 * @property {string} label
 * @property {string} acronym
 * @property {string} kind
 * @property {Form} form
 * @property {Fill} fill
 * @property {string} colour
 * @property {number} size  radius in pixels
 * @property {number} rank  0 is the most important
 * @property {string | undefined} mark
 * @property {number} x
 * @property {number} y
 * @property {number} value  what its size says
 * @property {string | number | undefined} community
 * @property {number[]} edges  indexes of its ties
 * @property {{x: number, y: number} | null} lean  where its ties go, on the whole; known once it has a place
 *
 * @typedef {"solid" | "dashed" | "dotted"} Dash
 * @typedef {object} Edge
 * @property {number} index
 * @property {string} id
 * @property {number} source
 * @property {number} target
 * @property {string} relation
 * @property {string} certainty
 * @property {Dash} dash
 * @property {string} colour
 * @property {number} width
 * @property {number} lane  pixels to the side, for ties that join the same two nodes
 * @property {boolean} directed
 * @property {number} weight
 * @property {string | undefined} mark
 *
 * @typedef {{what: "node", form: Form, fill: Fill, colour: string, words: string, mark?: string}
 *   | {what: "edge", dash: Dash, colour: string, width: number, directed: boolean, words: string}
 *   | {what: "words", words: string}} Entry
 *
 * @typedef {object} Scene
 * @property {Node[]} nodes
 * @property {Edge[]} edges
 * @property {Map<string, Node>} byNode
 * @property {Map<string, Edge>} byEdge
 * @property {Entry[]} legend
 * @property {Record<string, string>} colour
 * @property {boolean} directed
 */
import { language, mixed } from "./drawing.js";

/** Kind -> number of its colour, shape. What is open is not one named body. @type {Record<string, [number, Form, Fill]>} */
const KINDS = {
  funder: [1, "disc", "ringed"],
  organization: [2, "disc", "full"],
  state: [3, "square", "full"],
  project: [4, "diamond", "full"],
  unnamed_party: [5, "disc", "open"],
  state_group: [6, "square", "open"],
  country: [7, "hexagon", "full"],
  other: [8, "triangle", "full"],
};

/** Relation -> number of its colour. @type {Record<string, number>} */
const RELATIONS = {
  funds: 1, grants: 1, pays_for: 1, funds_project: 1, subgrants: 6, passes_through: 7, supports: 8, receives_for: 4,
  works_in: 3, located_in: 3, takes_part: 4, part_of: 7, led_by: 4, joined_by: 2, reaches: 8,
  collaboration: 2, project: 4, funder: 1, state: 3, topic: 8, combined: 7, component: 7,
};

/** @type {Record<string, Dash>} */
const DASHES = { possible: "dashed", nationwide: "dotted", unclear: "dashed" };
const SIZES = ["degree", "strength", "betweenness", "pagerank", "core", "closeness"];
const MARKS = ["lost", "unclear", "path", "dim"];
const LANE = 5;

/**
 * @param {Network} network
 * @param {Look} look
 * @param {Record<string, string>} colour
 * @param {import("./drawing.js").Words} words
 * @returns {Scene}
 */
export function sceneOf(network, look, colour, words) {
  const directed = network.options?.type === "directed";
  const nodes = network.nodes.map((one, index) => nodeOf(one, index, look, colour));
  const byNode = new Map(nodes.map((node) => [node.id, node]));
  const known = network.edges
    .filter(({ source, target }) => byNode.has(source) && byNode.has(target))
    // What is declared is drawn above what is inferred.
    .sort((a, b) => Number(a.attributes?.declared !== false) - Number(b.attributes?.declared !== false));
  // The more ties, the fainter and thinner each of them.
  const [faint, thin] = known.length > 4000 ? [0.65, 0.5] : known.length > 600 ? [0.5, 0.75] : [0.25, 1];
  const edges = known.map((one, index) => edgeOf(one, index, byNode, directed, look, colour, faint, thin));
  const byEdge = new Map(edges.map((edge) => [edge.id, edge]));
  for (const edge of edges) {
    nodes[edge.source].edges.push(edge.index);
    if (edge.source !== edge.target) nodes[edge.target].edges.push(edge.index);
  }
  inLanes(edges);
  if (look.colourBy === "community") byCommunity(nodes, look.communities ?? new Map(), colour);
  inSizes(nodes, edges, network, look);
  const scene = { nodes, edges, byNode, byEdge, colour, directed, legend: /** @type {Entry[]} */ ([]) };
  scene.legend = legendOf(scene, look, words);
  return scene;
}

/**
 * @param {Network["nodes"][number]} one
 * @param {number} index
 * @param {Look} look
 * @param {Record<string, string>} colour
 * @returns {Node}
 */
function nodeOf({ key, attributes = {} }, index, look, colour) {
  const said = String(attributes.kind ?? "other");
  const pays = said === "organization" && String(attributes.roles ?? "").split("|").includes("funder");
  const kind = pays ? "funder" : said;
  const [number, form, fill] = KINDS[kind] ?? KINDS.other;
  const mark = look.marked?.get(key);
  return {
    index, id: key, label: String(attributes.label || key), acronym: String(attributes.acronym ?? ""), kind, form, fill, mark,
    colour: marked(colour[`kind-${number}`], mark, colour),
    size: 4, rank: 0, x: 0, y: 0, value: 0, community: look.communities?.get(key), edges: [], lean: null,
  };
}

/** The colour of something that is marked. @param {string} own @param {string | undefined} mark @param {Record<string, string>} colour */
function marked(own, mark, colour) {
  if (mark === "lost") return colour.warn;
  if (mark === "unclear") return colour.possible;
  if (mark === "path") return colour.accent;
  return mark === "dim" ? mixed(own, colour.surface, 0.72) : own;
}

/**
 * @param {Network["edges"][number]} one
 * @param {number} index
 * @param {Map<string, Node>} byNode
 * @param {boolean} directed
 * @param {Look} look
 * @param {Record<string, string>} colour
 * @param {number} faint
 * @param {number} thin
 * @returns {Edge}
 */
function edgeOf({ key, source, target, attributes = {}, undirected }, index, byNode, directed, look, colour, faint, thin) {
  const relation = String(attributes.relation ?? "");
  const certainty = String(attributes.certainty ?? "certain");
  const mark = look.marked?.get(key);
  const weight = Number(attributes.weight ?? 1) || 0;
  const own = colour[`kind-${RELATIONS[relation] ?? 7}`];
  const plain = mixed(own, colour.surface, attributes.declared === true ? 0.05 : attributes.declared === false ? faint + 0.25 : faint);
  const thick = (attributes.declared === false ? 0.4 : 1.2) + 0.7 * Math.log2(1 + Math.max(weight, 0));
  return {
    index, id: key, relation, certainty, mark, weight,
    source: /** @type {Node} */ (byNode.get(source)).index,
    target: /** @type {Node} */ (byNode.get(target)).index,
    dash: DASHES[mark ?? ""] ?? DASHES[certainty] ?? "solid",
    colour: mark && mark !== "dim" ? marked(own, mark, colour) : mark ? mixed(own, colour.surface, 0.82) : plain,
    width: Math.min(thick, 7) * thin + (mark === "path" ? 2 : mark === "lost" ? 0.8 : 0),
    lane: 0,
    directed: directed && !undirected,
  };
}

/** Says of every node where its ties go. @param {Scene} scene */
export function leaning({ nodes, edges }) {
  for (const node of nodes) {
    let [x, y] = [0, 0];
    for (const index of node.edges) {
      const other = nodes[edges[index].source === node.index ? edges[index].target : edges[index].source];
      const far = Math.hypot(other.x - node.x, other.y - node.y) || 1;
      [x, y] = [x + (other.x - node.x) / far, y + (other.y - node.y) / far];
    }
    node.lean = { x, y };
  }
}

/** Ties between the same two nodes run beside one another. @param {Edge[]} edges */
function inLanes(edges) {
  /** @type {Map<string, Edge[]>} */
  const pairs = new Map();
  for (const edge of edges) {
    const key = edge.source < edge.target ? `${edge.source} ${edge.target}` : `${edge.target} ${edge.source}`;
    const there = pairs.get(key);
    if (there) there.push(edge);
    else pairs.set(key, [edge]);
  }
  for (const group of pairs.values()) {
    if (group.length === 1) continue;
    group.forEach((edge, at) => {
      const side = edge.source < edge.target ? 1 : -1;
      edge.lane = (at - (group.length - 1) / 2) * LANE * side;
    });
  }
}

/** The largest communities get a colour of their own. @param {Node[]} nodes @param {Map<string, string | number>} communities @param {Record<string, string>} colour */
function byCommunity(nodes, communities, colour) {
  const order = communityOrder(communities);
  for (const node of nodes) {
    const place = node.community === undefined ? -1 : order.indexOf(node.community);
    node.colour = marked(place >= 0 && place < 8 ? colour[`kind-${place + 1}`] : colour.muted, node.mark, colour);
  }
}

/** The communities, largest first. @param {Map<string, string | number>} communities */
function communityOrder(communities) {
  const sizes = new Map();
  for (const one of communities.values()) sizes.set(one, (sizes.get(one) ?? 0) + 1);
  return [...sizes.keys()].sort((a, b) => sizes.get(b) - sizes.get(a) || String(a).localeCompare(String(b), "en", { numeric: true }));
}

/**
 * Areas say how much; the more nodes, the smaller all of them.
 * @param {Node[]} nodes
 * @param {Edge[]} edges
 * @param {Network} network
 * @param {Look} look
 */
function inSizes(nodes, edges, network, look) {
  for (const node of nodes) {
    const strength = () => node.edges.reduce((sum, index) => sum + edges[index].weight, 0);
    const read = look.values
      ? look.values.get(node.id)
      : look.sizeBy === "strength" ? strength()
      : !look.sizeBy || look.sizeBy === "degree" ? node.edges.length
      : network.nodes[node.index].attributes?.[look.sizeBy];
    node.value = Number.isFinite(Number(read)) ? Math.max(Number(read), 0) : 0;
  }
  const most = nodes.reduce((high, node) => Math.max(high, node.value), 0) || 1;
  const [small, large] = nodes.length <= 80 ? [5.5, 19] : nodes.length <= 600 ? [4, 18] : nodes.length <= 4000 ? [1.8, 12] : [0.9, 8];
  for (const node of nodes) node.size = small + (large - small) * Math.sqrt(node.value / most);
  const pays = (/** @type {Node} */ node) => Number(node.kind === "funder");
  const order = [...nodes].sort((a, b) => b.size - a.size || pays(b) - pays(a) || (a.id < b.id ? -1 : 1));
  order.forEach((node, rank) => (node.rank = rank));
}

/**
 * @param {Scene} scene
 * @param {Look} look
 * @param {import("./drawing.js").Words} words
 * @returns {Entry[]}
 */
function legendOf({ nodes, edges, colour }, look, words) {
  const number = (/** @type {number} */ value) => new Intl.NumberFormat(language()).format(value);
  /** @type {Entry[]} */
  const legend = [];
  const community = look.colourBy === "community";
  for (const kind of [...Object.keys(KINDS), ...new Set(nodes.map((node) => node.kind))].filter(once)) {
    const count = nodes.filter((node) => node.kind === kind).length;
    if (!count) continue;
    const [own, form, fill] = KINDS[kind] ?? KINDS.other;
    const shade = community ? colour.muted : colour[`kind-${own}`];
    legend.push({ what: "node", form, fill, colour: shade, words: `${kindWords(kind, words)} (${number(count)})` });
  }
  if (community) {
    const order = communityOrder(look.communities ?? new Map());
    order.slice(0, 8).forEach((one, place) => {
      const count = nodes.filter((node) => node.community === one).length;
      const said = words("picture.network.community", { name: String(one) });
      legend.push({ what: "node", form: "disc", fill: "full", colour: colour[`kind-${place + 1}`], words: `${said} (${number(count)})` });
    });
    if (order.length > 8) legend.push({ what: "node", form: "disc", fill: "full", colour: colour.muted, words: words("picture.network.communities-other") });
  }
  for (const relation of edges.map((edge) => edge.relation).filter(once)) {
    const plain = edges.find((edge) => edge.relation === relation && !edge.mark) ?? edges.find((edge) => edge.relation === relation);
    if (!plain) continue;
    const shade = colour[`kind-${RELATIONS[relation] ?? 7}`];
    legend.push({ what: "edge", dash: "solid", colour: shade, width: 2.2, directed: plain.directed, words: relationWords(relation, words) });
  }
  for (const certainty of ["possible", "nationwide"]) {
    if (!edges.some((edge) => edge.certainty === certainty)) continue;
    legend.push({ what: "edge", dash: DASHES[certainty], colour: colour.muted, width: 2.2, directed: false, words: words(`picture.network.${certainty}`) });
  }
  for (const mark of MARKS) {
    if (mark === "dim" || ![...nodes, ...edges].some((one) => one.mark === mark)) continue;
    legend.push({ what: "node", form: "disc", fill: "full", colour: marked(colour.muted, mark, colour), mark, words: words(`picture.network.mark.${mark}`) });
  }
  const size = look.sizeBy ?? "degree";
  legend.push({ what: "words", words: words("picture.network.size", { what: SIZES.includes(size) ? words(`picture.network.size.${size}`) : size.replaceAll("_", " ") }) });
  return legend;
}

/** @type {<T>(one: T, at: number, all: T[]) => boolean} */
const once = (one, at, all) => all.indexOf(one) === at;

/** @param {string} kind @param {import("./drawing.js").Words} words */
export const kindWords = (kind, words) => (kind in KINDS && kind !== "other" ? words(`picture.network.kind.${kind}`) : kind.replaceAll("_", " "));

/** @param {string} relation @param {import("./drawing.js").Words} words */
export const relationWords = (relation, words) => (relation in RELATIONS ? words(`picture.network.relation.${relation}`) : relation.replaceAll("_", " "));

/**
 * Where a tie begins and ends on a screen: at the rims of its nodes, in its lane; null if they leave it no room.
 * @param {Edge} edge
 * @param {{x: number, y: number, size: number}} from
 * @param {{x: number, y: number, size: number}} to
 * @param {number} scale  of widths
 */
export function lineOf(edge, from, to, scale) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const far = Math.hypot(dx, dy);
  if (!far) return null;
  const [ux, uy] = [dx / far, dy / far];
  const side = edge.lane * scale;
  const head = edge.directed ? headOf(edge, scale) : 0;
  const [start, end] = [from.size * 0.8, to.size + (edge.directed ? 1 : -to.size * 0.2)];
  if (far <= start + end + head) return null;
  const at = (/** @type {number} */ way) => ({ x: from.x + ux * way - uy * side, y: from.y + uy * way + ux * side });
  return { from: at(start), to: at(far - end - head), tip: at(far - end), ux, uy, head };
}

/** Where a tie of a node with itself is drawn: a ring at its shoulder. @param {{x: number, y: number, size: number}} spot */
export const loopOf = ({ x, y, size }) => ({ x: x + size, y: y - size, radius: size });

/** How long the head of an arrow is. @param {Edge} edge @param {number} scale */
export const headOf = (edge, scale) => (5 + edge.width * 1.4) * scale;

/** Corners of a form of radius 1, y downwards; none for a disc. @type {Record<Form, [number, number][]>} */
export const CORNERS = {
  disc: [],
  square: [[-0.84, -0.84], [0.84, -0.84], [0.84, 0.84], [-0.84, 0.84]],
  diamond: [[0, -1.16], [1.16, 0], [0, 1.16], [-1.16, 0]],
  triangle: [[0, -1.16], [1.005, 0.58], [-1.005, 0.58]],
  hexagon: [[-0.52, -0.9], [0.52, -0.9], [1.04, 0], [0.52, 0.9], [-0.52, 0.9], [-1.04, 0]],
};

/** Lengths of strokes and gaps for a line of this width. @param {Dash} dash @param {number} width */
export function dashes(dash, width) {
  const unit = Math.max(width, 1.4);
  return dash === "dashed" ? [unit * 3.2, unit * 2.2] : dash === "dotted" ? [unit, unit * 2] : [];
}
