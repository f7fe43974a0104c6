/**
 * Draws on a canvas of two dimensions: the signs and names above every picture, and, where the browser has no WebGL,
 * the picture itself. Forms and lines are those of network-scene.js.
 *
 * @typedef {import("./network-scene.js").Scene} Scene
 * @typedef {import("./network-scene.js").Node} Node
 * @typedef {import("./network-scene.js").Edge} Edge
 * @typedef {import("./network-labels.js").Spot} Spot
 * @typedef {{kind: "node" | "edge" | "stage", type: "click" | "over" | "out", index: number}} Happening
 */
import { CORNERS, dashes, lineOf, loopOf } from "./network-scene.js";

/**
 * A canvas that fills its container, in the pixels of the screen.
 * @param {HTMLElement} container
 */
export function layer(container) {
  const canvas = document.createElement("canvas");
  canvas.className = "tejido-layer";
  container.append(canvas);
  return canvas;
}

/**
 * Gives a canvas the size of its container; returns it wiped, with pixels of CSS as its units.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function wiped(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** @param {CanvasRenderingContext2D} context @param {Node["form"]} form @param {number} x @param {number} y @param {number} size */
function outline(context, form, x, y, size) {
  context.beginPath();
  if (form === "disc") context.arc(x, y, size, 0, 2 * Math.PI);
  for (const [dx, dy] of CORNERS[form]) context.lineTo(x + dx * size, y + dy * size);
  context.closePath();
}

/** @param {CanvasRenderingContext2D} context @param {Node} node @param {Spot} spot @param {string} surface */
export function drawNode(context, node, { x, y, size }, surface) {
  if (size >= 3) {
    context.fillStyle = surface;
    outline(context, node.form, x, y, size + 1);
    context.fill();
  }
  context.fillStyle = node.colour;
  outline(context, node.form, x, y, size);
  context.fill();
  if (node.fill === "full" || size < 2.5) return;
  context.fillStyle = surface;
  outline(context, node.form, x, y, size * (node.fill === "open" ? 0.62 : 0.84));
  context.fill();
  if (node.fill === "open") return;
  context.fillStyle = node.colour;
  outline(context, node.form, x, y, size * 0.66);
  context.fill();
}

/**
 * The rings and crosses of marked and selected nodes.
 * @param {CanvasRenderingContext2D} context
 * @param {string} mark
 * @param {Spot} spot
 * @param {Record<string, string>} colour
 */
export function drawMark(context, mark, { x, y, size }, colour) {
  const shade = { lost: colour.warn, unclear: colour.possible, path: colour.accent, selected: colour.focus }[mark];
  if (!shade) return;
  const ring = (/** @type {number} */ far, /** @type {number} */ width, /** @type {string} */ stroke) => {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.beginPath();
    context.arc(x, y, size + far, 0, 2 * Math.PI);
    context.stroke();
  };
  context.setLineDash(mark === "unclear" ? [4, 3] : []);
  ring(4, 4.5, colour.surface);
  ring(4, 2.5, shade);
  context.setLineDash([]);
  if (mark !== "lost") return;
  const reach = size * 0.7 + 5;
  for (const [width, stroke] of /** @type {[number, string][]} */ ([[5, colour.surface], [2.5, shade]])) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.beginPath();
    context.moveTo(x - reach, y - reach);
    context.lineTo(x + reach, y + reach);
    context.moveTo(x + reach, y - reach);
    context.lineTo(x - reach, y + reach);
    context.stroke();
  }
}

/**
 * Ties, those of one look in one go.
 * @param {CanvasRenderingContext2D} context
 * @param {Edge[]} edges
 * @param {ArrayLike<Spot>} spots  by the index of the node
 * @param {number} scale
 * @param {(edge: Edge) => string} colourOf
 */
export function drawEdges(context, edges, spots, scale, colourOf) {
  /** @type {Map<string, Edge[]>} */
  const open = new Map();
  for (const edge of edges) {
    const key = `${colourOf(edge)} ${edge.width} ${edge.dash}`;
    const group = open.get(key);
    if (group) group.push(edge);
    else open.set(key, [edge]);
  }
  // Paths with very many lines draw slowly.
  const heads = edges.length < MANY || scale > 2;
  for (const group of open.values()) {
    for (let at = 0; at < group.length; at += 200) drawAlike(context, group.slice(at, at + 200), spots, scale, colourOf(group[0]), heads);
  }
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Edge[]} edges @param {ArrayLike<Spot>} spots @param {number} scale @param {string} colour @param {boolean} pointed */
function drawAlike(context, edges, spots, scale, colour, pointed) {
  const width = Math.max(edges[0].width * scale, 0.7);
  const heads = new Path2D();
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashes(edges[0].dash, width));
  context.beginPath();
  for (const edge of edges) {
    const [from, to] = [spots[edge.source], spots[edge.target]];
    if (edge.source === edge.target) {
      const { x, y, radius } = loopOf(from);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
      continue;
    }
    const line = lineOf(edge, from, to, scale);
    if (!line) continue;
    context.moveTo(line.from.x, line.from.y);
    context.lineTo(line.to.x, line.to.y);
    if (!line.head || !pointed) continue;
    const wide = line.head * 0.45;
    heads.moveTo(line.tip.x, line.tip.y);
    heads.lineTo(line.to.x - line.uy * wide, line.to.y + line.ux * wide);
    heads.lineTo(line.to.x + line.uy * wide, line.to.y - line.ux * wide);
    heads.closePath();
  }
  context.stroke();
  context.fill(heads);
}

/** Ties from which on the heads of arrows are drawn only when one is near enough to see them. */
const MANY = 6000;

/** Nodes and ties up to which the picture is drawn anew for every move. */
const FEW = 1500;

/** The picture without WebGL: a canvas with a camera, and what pointers do to it. */
export class CanvasSurface {
  /**
   * @param {HTMLElement} container
   * @param {{happened: (what: Happening) => void, drawn: () => void, calm: boolean}} options
   */
  constructor(container, { happened, drawn, calm }) {
    this.container = container;
    this.happened = happened;
    this.drawn = drawn;
    this.calm = calm;
    this.canvas = layer(container);
    this.width = container.clientWidth;
    this.height = container.clientHeight;
    /** @type {Scene | null} */
    this.scene = null;
    this.camera = { x: 0, y: 0, zoom: 1 };
    this.fit = { x: 0, y: 0, scale: 1 };
    this.over = { kind: "stage", index: -1 };
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.waiting = 0;
    /** Whether more than the view has changed since the last picture. */
    this.fresh = true;
    this.still = { canvas: document.createElement("canvas"), camera: this.camera };
    /** @type {number | undefined} */
    this.rest = undefined;
    this.moved = 0;
    this.listen();
  }

  /** @param {Scene} scene */
  load(scene) {
    this.scene = scene;
    this.fitted();
    this.refresh();
  }

  fitted() {
    const nodes = this.scene?.nodes ?? [];
    if (!nodes.length) return;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y } of nodes) {
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
    const padding = paddingOf(this.width, this.height);
    const scale = Math.min((this.width - 2 * padding) / (right - left || 1), (this.height - 2 * padding) / (bottom - top || 1));
    this.fit = { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.max(Math.min(scale, 3), 1e-6) };
  }

  resize() {
    this.width = this.container.clientWidth;
    this.height = this.container.clientHeight;
    this.fitted();
    this.refresh();
  }

  /** How much larger lines are than at first. */
  get scale() {
    return Math.sqrt(this.camera.zoom);
  }

  /** @param {{x: number, y: number}} place @returns {{x: number, y: number}} */
  toScreen({ x, y }) {
    const k = this.fit.scale * this.camera.zoom;
    return { x: this.width / 2 + (x - this.fit.x - this.camera.x) * k, y: this.height / 2 + (y - this.fit.y - this.camera.y) * k };
  }

  /** @param {Node} node @returns {Spot} */
  spot(node) {
    return { ...this.toScreen(node), size: node.size * this.scale * sizeOn(this.width, this.height) };
  }

  get few() {
    return (this.scene?.nodes.length ?? 0) + (this.scene?.edges.length ?? 0) <= FEW;
  }

  /** Draws soon. @param {boolean} [moved]  only the view has moved */
  refresh(moved = false) {
    this.fresh ||= !moved;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (this.fresh || this.few) this.draw();
      else this.shift();
    });
  }

  /** While a large picture moves, the last one moves in its place. */
  shift() {
    const { still } = this;
    const context = wiped(this.canvas, this.width, this.height);
    const k = this.camera.zoom / still.camera.zoom;
    const centre = this.toScreen({ x: this.fit.x + still.camera.x, y: this.fit.y + still.camera.y });
    const [wide, high] = [this.width * k, this.height * k];
    context.drawImage(still.canvas, centre.x - wide / 2, centre.y - high / 2, wide, high);
    this.drawn();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.refresh(), 140);
  }

  draw() {
    const { scene } = this;
    if (!scene || !this.width || !this.height) return;
    this.fresh = false;
    clearTimeout(this.rest);
    const context = wiped(this.canvas, this.width, this.height);
    const spots = scene.nodes.map((node) => this.spot(node));
    const crosses = (/** @type {Edge} */ { source, target }) => {
      const [from, to] = [spots[source], spots[target]];
      return Math.max(from.x, to.x) >= 0 && Math.min(from.x, to.x) <= this.width && Math.max(from.y, to.y) >= 0 && Math.min(from.y, to.y) <= this.height;
    };
    drawEdges(context, scene.edges.filter((edge) => edge.source !== edge.target && crosses(edge)), spots, this.scale, (edge) => edge.colour);
    for (const node of scene.nodes) {
      const { x, y, size } = spots[node.index];
      const inside = x > -size && y > -size && x < this.width + size && y < this.height + size;
      if (inside) drawNode(context, node, spots[node.index], scene.colour.surface);
    }
    if (!this.few) this.keep();
    this.drawn();
  }

  /** Keeps what is drawn, to be moved. */
  keep() {
    const { canvas } = this.still;
    [canvas.width, canvas.height] = [this.canvas.width, this.canvas.height];
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(this.canvas, 0, 0);
    this.still.camera = { ...this.camera };
  }

  /** @param {number} factor @param {{x: number, y: number}} [at]  the point of the screen that stays where it is */
  zoom(factor, at = { x: this.width / 2, y: this.height / 2 }) {
    const zoom = Math.min(Math.max(this.camera.zoom * factor, 0.3), 40);
    const before = this.fit.scale * this.camera.zoom;
    const after = this.fit.scale * zoom;
    const [dx, dy] = [at.x - this.width / 2, at.y - this.height / 2];
    this.camera = { x: this.camera.x + dx / before - dx / after, y: this.camera.y + dy / before - dy / after, zoom };
    this.refresh(true);
  }

  reset() {
    this.camera = { x: 0, y: 0, zoom: 1 };
    this.refresh(true);
  }

  /** @param {{x: number, y: number}} place @param {boolean} closer */
  centre(place, closer) {
    this.camera = { x: place.x - this.fit.x, y: place.y - this.fit.y, zoom: closer ? Math.max(this.camera.zoom, 2) : this.camera.zoom };
    this.refresh(true);
  }

  listen() {
    const { canvas } = this;
    const at = (/** @type {MouseEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-Math.sign(event.deltaY) * 0.35), at(event));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, at(event));
      if (this.pointers.size === 1) this.moved = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const now = at(event);
      const before = this.pointers.get(event.pointerId);
      if (!before) return this.hover(now);
      const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      this.pointers.set(event.pointerId, now);
      this.moved += Math.hypot(now.x - before.x, now.y - before.y);
      if (others.length) {
        const [other] = others;
        const far = (/** @type {{x: number, y: number}} */ one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
        this.zoom(far(now) / far(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      } else {
        const k = this.fit.scale * this.camera.zoom;
        this.camera = { ...this.camera, x: this.camera.x - (now.x - before.x) / k, y: this.camera.y - (now.y - before.y) / k };
        this.refresh(true);
      }
    });
    const up = (/** @type {PointerEvent} */ event) => {
      const was = this.pointers.delete(event.pointerId);
      if (!was || event.type === "pointercancel" || this.pointers.size || this.moved > 5) return;
      this.happened({ ...this.hit(at(event)), type: "click" });
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => this.hover(null));
  }

  /** @param {{x: number, y: number} | null} point */
  hover(point) {
    const found = point ? this.hit(point) : { kind: /** @type {const} */ ("stage"), index: -1 };
    if (found.kind === this.over.kind && found.index === this.over.index) return;
    this.over = found;
    this.canvas.style.cursor = found.kind === "stage" ? "" : "pointer";
    this.happened({ ...found, type: found.kind === "stage" ? "out" : "over" });
  }

  /** What is under a point. @param {{x: number, y: number}} point @returns {{kind: Happening["kind"], index: number}} */
  hit({ x, y }) {
    const { nodes = [], edges = [] } = this.scene ?? {};
    const spots = nodes.map((node) => this.spot(node));
    let [best, near] = [-1, Infinity];
    for (const node of nodes) {
      const spot = spots[node.index];
      const far = Math.hypot(spot.x - x, spot.y - y) - spot.size;
      if (far < Math.min(near, 3)) [best, near] = [node.index, far];
    }
    if (best >= 0) return { kind: "node", index: best };
    near = 5;
    for (const edge of edges) {
      const [from, to] = [spots[edge.source], spots[edge.target]];
      const line = lineOf(edge, from, to, this.scale);
      if (!line) continue;
      const [dx, dy] = [line.tip.x - line.from.x, line.tip.y - line.from.y];
      const along = Math.min(Math.max(((x - line.from.x) * dx + (y - line.from.y) * dy) / (dx * dx + dy * dy || 1), 0), 1);
      const far = Math.hypot(line.from.x + along * dx - x, line.from.y + along * dy - y) - (edge.width * this.scale) / 2;
      if (far < near) [best, near] = [edge.index, far];
    }
    return best >= 0 ? { kind: "edge", index: best } : { kind: "stage", index: -1 };
  }

  destroy() {
    cancelAnimationFrame(this.waiting);
    clearTimeout(this.rest);
    this.canvas.remove();
    this.scene = null;
  }
}

/** On a small screen nodes are smaller. @param {number} width @param {number} height */
export const sizeOn = (width, height) => Math.min(1, Math.max(0.5, Math.sqrt(width * height) / 800));

/** Room at the rim for names. @param {number} width @param {number} height */
export const paddingOf = (width, height) => Math.max(18, Math.min(width, height) * 0.07);
