/**
 * A network as a picture: laid out in a worker, drawn by WebGL or, without it, on a canvas; told with colour and form,
 * used with pointer, fingers or keys, saved as SVG or PNG.
 *
 * @typedef {import("./network-scene.js").Network} Network
 * @typedef {import("./network-scene.js").Look} Look
 * @typedef {import("./network-scene.js").Scene} Scene
 * @typedef {import("./network-scene.js").Node} Node
 * @typedef {import("./network-scene.js").Edge} Edge
 * @typedef {{nodes: Set<number>, edges: Set<number>}} Around
 * @typedef {import("./network-webgl.js").WebGLSurface | CanvasSurface} Surface
 */
import { FONT, colours, mixed, onTheme, pngOf, svg, withStyle } from "./drawing.js";
import { CanvasSurface, drawEdges, drawMark, drawNode, layer, wiped } from "./network-canvas.js";
import { labelsOf } from "./network-labels.js";
import { kindWords, leaning, loopOf, relationWords, sceneOf } from "./network-scene.js";
import { documentOf, signOf, signWidth } from "./network-svg.js";

/** Pixels of width below which the key is closed at first. */
const NARROW = 560;

/** Pixels of the longest side of a PNG. */
const LARGEST = 8000;

export class NetworkPicture {
  /**
   * @param {HTMLElement} container
   * @param {{words: import("./drawing.js").Words, onSelect: (what: {node: string} | {edge: string}) => void, onClear: () => void}} options
   */
  constructor(container, { words, onSelect, onClear }) {
    this.container = container;
    this.words = words;
    this.onSelect = onSelect;
    this.onClear = onClear;
    /** @type {Network | null} */
    this.network = null;
    /** @type {Look} */
    this.look = {};
    /** @type {Scene | null} */
    this.scene = null;
    /** @type {Node[]} */
    this.ranked = [];
    /** @type {Surface | null} */
    this.surface = null;
    /** Ends the layout that is being made. @type {(() => void) | null} */
    this.stop = null;
    /** How often something was to be shown: the last counts. */
    this.turn = 0;
    this.selected = "";
    /** The node from which the arrow keys go to its neighbours. */
    this.anchor = -1;
    /** The node that the arrow keys have reached. */
    this.reached = -1;
    /** @type {{kind: string, index: number} | null} */
    this.over = null;
    /** Where the pointer is, on the stage. */
    this.pointer = { x: 0, y: 0 };
    this.destroyed = false;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { stage, ground, overlay, help, live, key, legend, tip } = framed(container);
    this.stage = stage;
    this.ground = ground;
    this.overlay = overlay;
    this.help = help;
    this.live = live;
    this.key = key;
    this.legend = legend;
    this.tip = tip;
    this.watch = new ResizeObserver(() => this.surface?.resize());
    this.watch.observe(ground);
    // A graphics card may go away, as when a machine has slept.
    ground.addEventListener("webglcontextlost", () => this.onCanvas(), true);
    this.unfollow = onTheme(() => this.restyle(this.look));
    stage.addEventListener("pointermove", (event) => {
      const box = stage.getBoundingClientRect();
      this.pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
      this.beside();
    });
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !this.pressed(event.key, event.shiftKey)) return;
      event.preventDefault();
    });
  }

  /**
   * Lays out and draws a network.
   * @param {Network} network
   * @param {Look} [look]
   */
  async show(network, look = {}) {
    this.stop?.();
    this.turn += 1;
    const { turn } = this;
    this.network = network;
    this.look = look;
    this.selected = "";
    [this.anchor, this.reached, this.over] = [-1, -1, null];
    await withStyle();
    if (!this.surface) this.key.open = this.container.clientWidth >= NARROW;
    await this.surfaced();
    if (this.destroyed || this.turn !== turn) return;
    const scene = this.staged();
    this.stage.setAttribute("aria-label", this.words("picture.network.label", { nodes: scene.nodes.length, ties: scene.edges.length }));
    this.help.textContent = this.words("picture.network.help");
    this.say("");
    // A screen that is taller than wide gets the picture upright.
    const upright = look.places !== "map" && this.ground.clientHeight > this.ground.clientWidth * 1.15;
    await this.arranged(scene, upright, (done) => {
      this.surface?.load(scene);
      if (done) this.surface?.reset();
    });
  }

  /** Shows the same network, where it stands, with another look. @param {Look} look */
  restyle(look) {
    if (!this.network || !this.scene) return;
    const before = this.scene;
    const moved = (look.places ?? "free") !== (this.look.places ?? "free");
    // What has no places yet is laid out from the start.
    if (moved || this.stop) return this.show(this.network, look);
    this.look = look;
    const scene = this.staged();
    scene.nodes.forEach((node, index) => Object.assign(node, { x: before.nodes[index].x, y: before.nodes[index].y }));
    leaning(scene);
    this.surface?.load(scene);
    return undefined;
  }

  /** Marks a node or an edge as selected. @param {string | null} id */
  select(id) {
    this.selected = id ?? "";
    const node = this.scene?.byNode.get(this.selected);
    if (node) this.anchor = this.reached = node.index;
    this.overlaid();
    this.say(this.described(this.selected));
  }

  /** Moves the view to a node or an edge. @param {string} id */
  focus(id) {
    const { scene, surface } = this;
    if (!scene || !surface) return;
    const node = scene.byNode.get(id);
    const edge = scene.byEdge.get(id);
    if (node) surface.centre(node, true);
    else if (edge) {
      const [one, other] = [scene.nodes[edge.source], scene.nodes[edge.target]];
      surface.centre({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }, false);
    }
  }

  /** @param {number} factor  above 1: closer */
  zoom(factor) {
    this.surface?.zoom(factor);
  }

  /** Shows the whole network. */
  reset() {
    this.surface?.reset();
  }

  /** The whole picture as a document of SVG. */
  svg() {
    return this.drawn().text;
  }

  /** The same as a PNG, in twice the pixels. */
  async png() {
    const { text, width, height } = this.drawn();
    return pngOf(text, Math.min(2, LARGEST / Math.max(width, height)));
  }

  destroy() {
    this.destroyed = true;
    this.stop?.();
    this.surface?.destroy();
    this.watch.disconnect();
    this.unfollow();
    this.container.classList.remove("tejido-network");
    this.container.replaceChildren();
    [this.scene, this.network, this.surface] = [null, null, null];
  }

  // How it is made

  /** @returns {Promise<Surface>} */
  async surfaced() {
    if (this.surface) return this.surface;
    const drawing = hasWebGL() ? (await import("./network-webgl.js")).WebGLSurface : CanvasSurface;
    if (!this.destroyed) this.surface ??= new drawing(this.ground, this.told());
    return /** @type {Surface} */ (this.surface);
  }

  /** What a surface is given to tell of. */
  told() {
    return {
      happened: (/** @type {import("./network-canvas.js").Happening} */ what) => this.happened(what),
      drawn: () => this.overlaid(),
      calm: this.calm,
    };
  }

  /** Goes on without WebGL. */
  onCanvas() {
    if (!this.surface || this.surface instanceof CanvasSurface) return;
    this.surface.destroy();
    this.surface = new CanvasSurface(this.ground, this.told());
    if (this.scene) this.surface.load(this.scene);
  }

  staged() {
    const scene = sceneOf(/** @type {Network} */ (this.network), this.look, colours(this.container), this.words);
    this.scene = scene;
    this.ranked = [...scene.nodes].sort((a, b) => a.rank - b.rank);
    /** @type {HTMLElement} */ (this.key.firstElementChild).textContent = this.words("picture.network.legend");
    this.legend.replaceChildren(...scene.legend.map((entry) => {
      const item = document.createElement("li");
      const width = signWidth(entry);
      if (width) item.append(svg("svg", { width, height: 16, viewBox: `0 0 ${width} 16`, "aria-hidden": "true" }, signOf(entry, scene.colour)));
      item.append(entry.words);
      return item;
    }));
    return scene;
  }

  /**
   * Asks the worker for places.
   * @param {Scene} scene
   * @param {boolean} upright
   * @param {(done: boolean) => void} placed
   */
  async arranged(scene, upright, placed) {
    const pins = this.look.places === "map" ? await pinned(scene) : null;
    if (this.scene !== scene) return;
    const worker = new Worker(new URL("./layout-worker.js", import.meta.url), { type: "module" });
    /** @type {(() => void) | null} */
    let stop = null;
    try {
      await new Promise((resolve, reject) => {
        this.stop = stop = () => resolve(undefined);
        worker.onerror = () => reject(new Error("the layout could not be made"));
        worker.onmessage = ({ data: { places, done } }) => {
          if (this.stop !== stop) return;
          for (const node of scene.nodes) {
            const [x, y] = [places[2 * node.index], places[2 * node.index + 1]];
            [node.x, node.y] = upright ? [-y, x] : [x, y];
          }
          leaning(scene);
          // What moves by itself is shown at its end only, to whoever asked for calm.
          if (done || !this.calm) placed(done);
          if (done) resolve(undefined);
        };
        worker.postMessage({
          seeds: Uint32Array.from(scene.nodes, (node) => seedOf(node.id)),
          radii: Float32Array.from(scene.nodes, (node) => node.size),
          ends: Uint32Array.from(scene.edges.flatMap((edge) => [edge.source, edge.target])),
          weights: Float32Array.from(scene.edges, (edge) => edge.weight || 0.5),
          pins,
        });
      });
    } finally {
      worker.terminate();
      if (this.stop === stop) this.stop = null;
    }
  }

  drawn() {
    if (!this.scene) throw new Error("the picture shows nothing yet");
    const title = this.look.title ?? "";
    return documentOf(this.scene, { title, caption: this.look.caption ?? "", describe: (edge) => this.edgeWords(edge) });
  }

  // What is seen

  /** What stands out at this moment: around the pointer, else around what is selected or reached by keys. @returns {Around | null} */
  around() {
    const { scene } = this;
    if (!scene) return null;
    const edge = this.over?.kind === "edge" ? scene.edges[this.over.index] : this.over ? undefined : scene.byEdge.get(this.selected);
    if (edge) return { nodes: new Set([edge.source, edge.target]), edges: new Set([edge.index]) };
    const node = this.over ? scene.nodes[this.over.index] : scene.nodes[this.anchor];
    if (!node) return null;
    const nodes = new Set([node.index]);
    for (const index of node.edges) nodes.add(scene.edges[index].source).add(scene.edges[index].target);
    return { nodes, edges: new Set(node.edges) };
  }

  /** What stands out, names, and the signs of what is marked or selected, above the picture. */
  overlaid() {
    const { scene, surface, overlay } = this;
    if (!scene || !surface) return;
    const [width, height] = [this.ground.clientWidth, this.ground.clientHeight];
    const context = wiped(overlay, width, height);
    const { colour } = scene;
    const above = this.around();
    this.looped(context);
    if (above) this.raised(context, above, width, height);
    for (const node of scene.nodes) if (node.mark && node.mark !== "dim") drawMark(context, node.mark, surface.spot(node), colour);
    const chosen = [scene.byNode.get(this.selected), scene.nodes[this.reached]].filter((node) => node !== undefined);
    for (const node of chosen) drawMark(context, "selected", surface.spot(node), colour);

    const first = new Set(chosen.map((node) => node.index));
    if (this.over?.kind === "node") first.add(this.over.index);
    if (this.over?.kind === "edge" && above) for (const index of above.nodes) first.add(index);
    const most = Math.max(24, (width * height) / 7000);
    context.lineJoin = "round";
    for (const { node, text, x, y, size, weight } of labelsOf(this.ranked, (node) => surface.spot(node), { width, height, first, only: above?.nodes ?? null, most })) {
      context.font = `${weight} ${size}px ${FONT}`;
      context.lineWidth = 3.5;
      context.strokeStyle = colour.surface;
      context.strokeText(text, x, y);
      context.fillStyle = node.mark === "dim" && !first.has(node.index) ? colour.muted : colour.text;
      context.fillText(text, x, y);
    }
  }

  /** Ties of nodes with themselves: no line, so neither way of drawing has them. @param {CanvasRenderingContext2D} context */
  looped(context) {
    const { nodes, edges } = /** @type {Scene} */ (this.scene);
    const surface = /** @type {Surface} */ (this.surface);
    /** @type {import("./network-labels.js").Spot[]} */
    const spots = [];
    const loops = edges.filter((edge) => edge.source === edge.target);
    for (const { source } of loops) spots[source] = surface.spot(nodes[source]);
    drawEdges(context, loops, spots, surface.scale, (edge) => edge.colour);
  }

  /** The tie of a node with itself that is under the pointer. */
  loopUnder() {
    const { nodes, edges } = /** @type {Scene} */ (this.scene);
    return edges.find((edge) => {
      if (edge.source !== edge.target) return false;
      const { x, y, radius } = loopOf(/** @type {Surface} */ (this.surface).spot(nodes[edge.source]));
      return Math.abs(Math.hypot(this.pointer.x - x, this.pointer.y - y) - radius) < 6;
    });
  }

  /**
   * A veil over everything, and above it what stands out: the picture below need not be drawn again.
   * @param {CanvasRenderingContext2D} context
   * @param {Around} above
   * @param {number} width
   * @param {number} height
   */
  raised(context, above, width, height) {
    const { nodes, edges, colour } = /** @type {Scene} */ (this.scene);
    const surface = /** @type {Surface} */ (this.surface);
    context.globalAlpha = 0.76;
    context.fillStyle = colour.surface;
    context.fillRect(0, 0, width, height);
    context.globalAlpha = 1;
    /** @type {import("./network-labels.js").Spot[]} */
    const spots = [];
    for (const index of above.nodes) spots[index] = surface.spot(nodes[index]);
    drawEdges(context, [...above.edges].map((index) => edges[index]), spots, surface.scale, (edge) => mixed(edge.colour, colour.text, 0.2));
    for (const index of above.nodes) drawNode(context, nodes[index], spots[index], colour.surface);
  }

  // What is said

  /** @param {string} text */
  say(text) {
    this.live.textContent = text;
  }

  /** @param {string} id */
  described(id) {
    const node = this.scene?.byNode.get(id);
    const edge = this.scene?.byEdge.get(id);
    return node ? this.nodeWords(node) : edge ? this.edgeWords(edge) : "";
  }

  /** @param {Node} node */
  nodeWords(node) {
    const mark = node.mark && node.mark !== "dim" ? `. ${this.words(`picture.network.mark.${node.mark}`)}` : "";
    const community = node.community !== undefined && this.look.colourBy === "community" ? `. ${this.words("picture.network.community", { name: String(node.community) })}` : "";
    return `${this.words("picture.network.node", { name: node.label, kind: kindWords(node.kind, this.words), count: node.edges.length })}${community}${mark}`;
  }

  /** @param {Edge} edge */
  edgeWords(edge) {
    const { nodes } = /** @type {Scene} */ (this.scene);
    const sure = ["possible", "nationwide"].includes(edge.certainty) ? `. ${this.words(`picture.network.${edge.certainty}`)}` : "";
    const what = relationWords(edge.relation, this.words);
    return `${this.words("picture.network.edge", { from: nodes[edge.source].label, to: nodes[edge.target].label, relation: what })}${sure}`;
  }

  // What is done

  /** @param {import("./network-canvas.js").Happening} what */
  happened({ kind, type, index }) {
    const { scene } = this;
    if (!scene) return;
    if (type !== "click") {
      this.over = kind === "stage" ? null : { kind, index };
      this.tip.hidden = !this.over;
      this.tip.textContent = this.over ? (kind === "node" ? this.nodeWords(scene.nodes[index]) : this.edgeWords(scene.edges[index])) : "";
      this.beside();
      this.overlaid();
    } else if (kind === "stage") {
      const loop = this.loopUnder();
      if (loop) this.opened({ edge: loop.id });
      else this.cleared();
    } else this.opened(kind === "node" ? { node: scene.nodes[index].id } : { edge: scene.edges[index].id });
  }

  /** Puts the words on what is under the pointer beside it. */
  beside() {
    if (this.tip.hidden) return;
    const { clientWidth, clientHeight } = this.stage;
    const { x, y } = this.pointer;
    const [wide, high] = [this.tip.offsetWidth, this.tip.offsetHeight];
    this.tip.style.left = `${Math.max(0, x + 14 + wide > clientWidth ? x - 14 - wide : x + 14)}px`;
    this.tip.style.top = `${Math.max(0, y + 18 + high > clientHeight ? y - 12 - high : y + 18)}px`;
  }

  /** @param {{node: string} | {edge: string}} what */
  opened(what) {
    this.select("node" in what ? what.node : what.edge);
    this.onSelect(what);
  }

  cleared() {
    [this.anchor, this.reached] = [-1, -1];
    const was = this.selected;
    this.select(null);
    if (was) this.onClear();
  }

  /** @param {string} key @param {boolean} shift @returns {boolean}  whether the key means something here */
  pressed(key, shift) {
    const { scene } = this;
    if (!scene?.nodes.length) return false;
    if (key === "ArrowRight" || key === "ArrowDown") this.step(1);
    else if (key === "ArrowLeft" || key === "ArrowUp") this.step(-1);
    else if (key === "Home") this.reach(this.ranked[0].index, true);
    else if (key === " ") this.reach(this.reached, true);
    else if (key === "+" || key === "=") this.zoom(1.5);
    else if (key === "-") this.zoom(1 / 1.5);
    else if (key === "0") this.reset();
    else if (key === "Enter" && shift) return this.openTie();
    else if (key === "Enter" && this.reached >= 0) this.opened({ node: scene.nodes[this.reached].id });
    else if (key === "Escape" && !this.tip.hidden) this.tip.hidden = true;
    else if (key === "Escape" && (this.reached >= 0 || this.selected)) this.back();
    else return false;
    return true;
  }

  /** Goes on to the next neighbour, clockwise or back; from nowhere, to the most important node. @param {number} way */
  step(way) {
    const scene = /** @type {Scene} */ (this.scene);
    const from = scene.nodes[this.anchor];
    if (!from) return this.reach(this.ranked[0].index, true);
    const around = this.neighbours(from);
    if (!around.length) return this.say(this.nodeWords(from));
    const at = around.indexOf(this.reached);
    const next = at < 0 ? (way > 0 ? 0 : around.length - 1) : (at + way + around.length) % around.length;
    this.reach(around[next], false);
    const tie = this.tie(from.index, around[next]);
    this.say(`${this.words("picture.network.neighbour", { at: next + 1, of: around.length })} ${tie ? `${this.edgeWords(tie)}. ` : ""}${this.nodeWords(scene.nodes[around[next]])}`);
    return undefined;
  }

  /** The neighbours of a node in order of angle, clockwise from the top. @param {Node} node */
  neighbours(node) {
    const { nodes, edges } = /** @type {Scene} */ (this.scene);
    const others = new Set(node.edges.map((index) => (edges[index].source === node.index ? edges[index].target : edges[index].source)));
    others.delete(node.index);
    const angle = (/** @type {number} */ index) => (Math.atan2(nodes[index].x - node.x, node.y - nodes[index].y) + 2 * Math.PI) % (2 * Math.PI);
    return [...others].sort((a, b) => angle(a) - angle(b) || a - b);
  }

  /** The strongest tie of two nodes. @param {number} one @param {number} other */
  tie(one, other) {
    const { nodes, edges } = /** @type {Scene} */ (this.scene);
    return nodes[one].edges.map((index) => edges[index])
      .filter((edge) => edge.source === other || edge.target === other)
      .sort((a, b) => b.weight - a.weight || a.index - b.index)[0];
  }

  /** @param {number} index @param {boolean} stay  the arrow keys go on from here */
  reach(index, stay) {
    const node = this.scene?.nodes[index];
    if (!node) return;
    this.reached = index;
    if (stay) this.anchor = index;
    this.overlaid();
    this.intoView(node);
    if (stay) this.say(this.nodeWords(node));
  }

  /** @param {Node} node */
  intoView(node) {
    const { x, y } = /** @type {Surface} */ (this.surface).toScreen(node);
    const rim = 30;
    if (x < rim || y < rim || x > this.ground.clientWidth - rim || y > this.ground.clientHeight - rim) this.surface?.centre(node, false);
  }

  openTie() {
    const tie = this.reached >= 0 && this.reached !== this.anchor ? this.tie(this.anchor, this.reached) : undefined;
    if (tie) this.opened({ edge: tie.id });
    return Boolean(tie);
  }

  /** Back to where the arrow keys set out; from there, to nothing. */
  back() {
    if (this.reached !== this.anchor && this.anchor >= 0) this.reach(this.anchor, true);
    else this.cleared();
  }
}

/**
 * The elements of a picture, in its container.
 * @param {HTMLElement} container
 */
function framed(container) {
  const element = (/** @type {string} */ name, tag = "div") => Object.assign(document.createElement(tag), { className: name });
  container.classList.add("tejido-network");
  const stage = element("tejido-stage");
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  const ground = element("tejido-ground");
  const overlay = layer(stage);
  overlay.classList.add("tejido-overlay");
  const help = element("tejido-hidden", "p");
  help.id = `tejido-help-${(helps += 1)}`;
  stage.setAttribute("aria-describedby", help.id);
  const live = element("tejido-hidden", "p");
  live.setAttribute("aria-live", "polite");
  const legend = element("tejido-legend", "ul");
  const key = document.createElement("details");
  key.className = "tejido-key";
  key.append(document.createElement("summary"), legend);
  const tip = Object.assign(element("tejido-tip"), { hidden: true });
  tip.setAttribute("aria-hidden", "true");
  stage.append(ground, overlay, tip);
  container.replaceChildren(stage, help, live, key);
  return { stage, ground, overlay, help, live, key, legend, tip };
}

/** How many pictures there have been: each has its help, by an id of its own. */
let helps = 0;

/** Whether this browser draws with WebGL on a graphics card; without one, a canvas is several times as fast. */
function hasWebGL() {
  const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const named = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(context.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}

/** A number that belongs to an id (FNV-1a). @param {string} id */
function seedOf(id) {
  let seed = 0x811c9dc5;
  for (const letter of id) seed = Math.imul(seed ^ /** @type {number} */ (letter.codePointAt(0)), 0x01000193);
  return seed >>> 0;
}

/** Where the states of a network stand on a map; NaN for other nodes. @param {Scene} scene */
async function pinned({ nodes }) {
  const answer = await fetch(new URL("./states.json", import.meta.url));
  if (!answer.ok) throw new Error(`states.json: ${answer.status}`);
  const { width, height, states } = await answer.json();
  const wide = Math.max(900, Math.sqrt(nodes.length) * 60);
  const pins = new Float32Array(2 * nodes.length).fill(NaN);
  for (const node of nodes) {
    const place = states[node.id.replace(/^state:/, "")]?.label;
    if (place) pins.set([(place[0] - width / 2) * (wide / width), (place[1] - height / 2) * (wide / width)], 2 * node.index);
  }
  return pins;
}
