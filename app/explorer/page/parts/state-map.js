/**
 * The 32 states as a map, shaded by a number: what is certain in steps of colour, what is possible hatched, what is
 * unknown apart from zero, and what holds for the whole country in a box beside.
 *
 * @typedef {{certain: number | null, possible: number}} Value
 * @typedef {Map<string, Value> | Record<string, Value>} Values
 * @typedef {object} Shown
 * @property {Values} values  by ISO 3166-2 code; a state that is not there, or `certain: null`, is unknown
 * @property {number} nationwide
 * @property {string} title
 * @property {string} unit
 * @property {Set<string>} [selected]
 * @property {Map<string, string> | Record<string, string>} names
 * @property {string} [caption]  stands below an exported picture
 * @typedef {{path: string, label: [number, number], room: number}} Shape
 * @typedef {{width: number, height: number, inset: number[], states: Record<string, Shape>}} Shapes
 * @typedef {{from: number, to: number, fill: string}} Step
 */
import { FONT, colours, contrast, inkOn, language, mixed, onTheme, pngOf, svg, textOf, widthOf, withStyle, wrapped } from "./drawing.js";

const NARROW = 620;
const EXPORT_WIDTH = 1100;
const TEXT = 13;
const LINE = 18;

/** @type {Promise<Shapes> | null} */
let loaded = null;

/** @returns {Promise<Shapes>} */
function shapes() {
  loaded ??= fetch(new URL("./states.json", import.meta.url)).then((answer) => {
    if (!answer.ok) throw new Error(`states.json: ${answer.status}`);
    return answer.json();
  });
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

/**
 * @template T
 * @param {Map<string, T> | Record<string, T>} from
 * @param {string} key
 * @returns {T | undefined}
 */
const at = (from, key) => (from instanceof Map ? from.get(key) : from[key]);

export class StateMap {
  /**
   * @param {HTMLElement} container
   * @param {{words: import("./drawing.js").Words, onSelect: (iso: string) => void}} options
   */
  constructor(container, { words, onSelect }) {
    this.container = container;
    this.words = words;
    this.onSelect = onSelect;
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {Shapes | null} */
    this.shapes = null;
    this.current = "";
    this.width = 0;
    container.classList.add("tejido-map");
    this.tip = Object.assign(document.createElement("div"), { className: "tejido-tip", hidden: true });
    this.tip.setAttribute("aria-hidden", "true");
    this.stage = document.createElement("div");
    this.stage.className = "tejido-map-stage";
    container.replaceChildren(this.stage, this.tip);
    this.events = new AbortController();
    this.listen();
    this.watch = new ResizeObserver(() => this.container.clientWidth !== this.width && this.draw());
    this.watch.observe(container);
    this.unfollow = onTheme(() => this.draw());
  }

  /** @param {Shown} shown */
  async show(shown) {
    this.shown = shown;
    [this.shapes] = await Promise.all([shapes(), withStyle()]);
    this.draw();
  }

  /** The picture as a document of its own. */
  svg() {
    if (!this.shown || !this.shapes) throw new Error("the map shows nothing yet");
    const picture = this.picture(EXPORT_WIDTH, false);
    return textOf(picture);
  }

  /** The same as a PNG, in twice the pixels. */
  async png() {
    return pngOf(this.svg(), 2);
  }

  destroy() {
    this.watch.disconnect();
    this.unfollow();
    this.events.abort();
    this.container.classList.remove("tejido-map");
    this.container.replaceChildren();
    this.shown = null;
  }

  draw() {
    if (!this.shown || !this.shapes) return;
    this.width = this.container.clientWidth;
    if (!this.width) return;
    const focused = this.stage.contains(document.activeElement);
    this.stage.replaceChildren(this.picture(this.width, true));
    if (focused) this.focus(this.current);
  }

  listen() {
    const { signal } = this.events;
    const code = (/** @type {Event} */ event) => {
      const found = event.target instanceof Element ? event.target.closest("[data-state]") : null;
      return found?.getAttribute("data-state") ?? "";
    };
    this.stage.addEventListener("click", (event) => {
      const state = code(event);
      if (!state) return;
      this.current = state;
      this.onSelect(state);
    }, { signal });
    this.stage.addEventListener("pointerover", (event) => this.explain(code(event)), { signal });
    this.stage.addEventListener("pointerleave", () => this.explain(""), { signal });
    this.stage.addEventListener("focusin", (event) => {
      const state = code(event);
      if (!state) return;
      this.current = state;
      for (const one of this.stage.querySelectorAll("[role=button]")) one.setAttribute("tabindex", one === event.target ? "0" : "-1");
      this.explain(state);
    }, { signal });
    this.stage.addEventListener("focusout", () => this.explain(""), { signal });
    this.stage.addEventListener("keydown", (event) => this.press(event), { signal });
    // The label of a state may be closed without moving the pointer.
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.explain(""), { signal });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    if (way) this.focus(this.beside(this.current, way[0], way[1]));
    else if (event.key === "Home") this.focus(this.order()[0]);
    else if (event.key === "End") this.focus(/** @type {string} */ (this.order().at(-1)));
    else if ((event.key === "Enter" || event.key === " ") && this.current) this.onSelect(this.current);
    else return;
    event.preventDefault();
  }

  /** The states as a reader goes through them: from the north-west to the south-east. */
  order() {
    const { states } = /** @type {Shapes} */ (this.shapes);
    const place = (/** @type {string} */ code) => states[code].label[0] * 0.4 + states[code].label[1];
    return Object.keys(states).sort((a, b) => place(a) - place(b));
  }

  /**
   * The nearest state in a direction; the same one if there is none. So every state is reached from every other.
   * @param {string} code
   * @param {number} dx
   * @param {number} dy
   */
  beside(code, dx, dy) {
    const { states } = /** @type {Shapes} */ (this.shapes);
    const [x, y] = states[code].label;
    let [best, cost] = [code, Infinity];
    for (const [other, { label }] of Object.entries(states)) {
      const along = (label[0] - x) * dx + (label[1] - y) * dy;
      const across = Math.abs((label[0] - x) * dy) + Math.abs((label[1] - y) * dx);
      if (other === code || along <= 0) continue;
      const price = along + across * 1.2;
      if (price < cost) [best, cost] = [other, price];
    }
    return best;
  }

  /** @param {string} code */
  focus(code) {
    const found = this.stage.querySelector(`[role=button][data-state="${code}"]`);
    if (found instanceof SVGElement) found.focus();
  }

  /** Shows the label of a state beside it; none for no state. @param {string} code */
  explain(code) {
    const found = code && this.stage.querySelector(`[role=button][data-state="${code}"]`);
    this.tip.hidden = !found;
    for (const ring of this.stage.querySelectorAll(".tejido-ring")) {
      ring.setAttribute("d", found ? /** @type {Shapes} */ (this.shapes).states[code].path : "");
    }
    if (!found) return;
    this.tip.textContent = this.label(code);
    const box = found.getBoundingClientRect();
    const frame = this.container.getBoundingClientRect();
    const left = box.left + box.width / 2 - frame.left - this.tip.offsetWidth / 2;
    const top = box.top - frame.top - this.tip.offsetHeight - 6;
    this.tip.style.left = `${Math.max(0, Math.min(left, frame.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${top < 0 ? box.bottom - frame.top + 6 : top}px`;
  }

  /** @param {string} code */
  value(code) {
    return at(/** @type {Shown} */ (this.shown).values, code) ?? { certain: null, possible: 0 };
  }

  /** @param {string} code */
  name(code) {
    return at(/** @type {Shown} */ (this.shown).names, code) ?? code;
  }

  /** What a state has, in words. @param {string} code */
  label(code) {
    const { certain, possible } = this.value(code);
    const what = certain === null ? "state-unknown" : certain === 0 ? "state-none" : possible ? "state" : "state-certain";
    const key = possible && what !== "state" ? `${what}-possible` : what;
    return this.words(`picture.map.${key}`, { name: this.name(code), certain: certain ?? 0, possible });
  }

  /** The steps of colour, for the numbers above zero. @param {Record<string, string>} colour @returns {Step[]} */
  steps(colour) {
    const codes = Object.keys(/** @type {Shapes} */ (this.shapes).states);
    const numbers = [...new Set(codes.map((code) => this.value(code).certain ?? 0).filter((one) => one > 0))].sort((a, b) => a - b);
    const ends = stepEnds(numbers);
    return ends.map((to, index) => ({
      from: numbers.find((one) => index === 0 || one > ends[index - 1]) ?? to,
      to,
      fill: colour[`scale-${ends.length === 1 ? 3 : Math.round(1 + (index * 5) / (ends.length - 1))}`],
    }));
  }

  /**
   * @param {number} width
   * @param {boolean} live  for the page, not for a file
   * @returns {SVGElement}
   */
  picture(width, live) {
    const { words } = this;
    const shown = /** @type {Shown} */ (this.shown);
    const map = /** @type {Shapes} */ (this.shapes);
    const colour = colours(this.container);
    const steps = this.steps(colour);
    const narrow = width < NARROW;
    const margin = live ? 0 : 24;
    const room = width - 2 * margin;
    const k = room / map.width;
    const head = live ? 0 : margin + 34;
    const mapHeight = map.height * k;
    const [ix, iy, iw, ih] = map.inset;
    const insetWidth = narrow ? room * 0.56 : room * 0.27;
    const insetScale = insetWidth / iw;
    const insetHeight = ih * insetScale;
    const insetX = margin;
    const insetY = head + (narrow ? mapHeight + 30 : mapHeight - insetHeight);
    const side = narrow ? { x: insetX + insetWidth + 14, y: insetY } : { x: margin + room * 0.7, y: head + 4 };
    const legendX = narrow ? margin : side.x;
    const sideWidth = narrow ? room - insetWidth - 14 : room * 0.3;

    const nationwide = this.nationwideBox(side.x, side.y, sideWidth, colour);
    const legendY = narrow ? insetY + Math.max(insetHeight, nationwide.height) + 26 : side.y + nationwide.height + 24;
    const legend = this.legend(legendX, legendY, narrow ? room : sideWidth, steps, colour);
    const bottom = narrow ? legendY + legend.height : Math.max(head + mapHeight, legendY + legend.height);
    const caption = live ? [] : [...wrapped(shown.caption ?? "", room, 11.5)].filter(Boolean);
    const height = Math.ceil(bottom + 8 + (live ? 0 : margin + caption.length * 16));

    const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": TEXT, fill: colour.text });
    root.append(svg("title", {}, shown.title));
    const defs = svg("defs");
    root.append(defs);
    const hatch = (/** @type {string} */ place, /** @type {number} */ scale) => {
      const id = `tejido-hatch-${place}-${live ? "page" : "file"}`;
      defs.append(this.hatch(id, scale, colour));
      return id;
    };
    if (live) {
      root.setAttribute("role", "group");
      root.setAttribute("aria-label", `${shown.title}. ${words("picture.map.nationwide")}: ${number(shown.nationwide)}. ${words("picture.map.help")}`);
      // Its place in the page is said by the group's label already.
      root.firstElementChild?.remove();
    } else {
      root.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      root.setAttribute("role", "img");
      root.append(svg("desc", {}, Object.keys(map.states).map((code) => this.label(code)).join(". ")));
      root.append(svg("rect", { width, height, fill: colour.surface }));
      root.append(svg("text", { x: margin, y: margin + 16, "font-size": 19, "font-weight": 600 }, shown.title));
    }
    const main = svg("g", { transform: `translate(${margin} ${head}) scale(${k.toFixed(4)})` });
    this.states(main, k, steps, colour, hatch("main", k), live ? "button" : "");
    root.append(main);

    // The inset and the place that it shows.
    const clip = `tejido-inset-${live ? "page" : "file"}`;
    defs.append(svg("clipPath", { id: clip }, svg("rect", { x: ix, y: iy, width: iw, height: ih })));
    const inset = svg("g", { transform: `translate(${insetX} ${insetY}) scale(${insetScale.toFixed(4)}) translate(${-ix} ${-iy})` });
    const clipped = svg("g", { "clip-path": `url(#${clip})` });
    clipped.append(svg("rect", { x: ix, y: iy, width: iw, height: ih, fill: colour.surface }));
    this.states(clipped, insetScale, steps, colour, hatch("inset", insetScale), live ? "copy" : "");
    inset.append(clipped);
    root.append(inset);
    const frame = { fill: "none", stroke: colour.muted, "stroke-width": 1 };
    root.append(svg("rect", { x: insetX + 0.5, y: insetY + 0.5, width: insetWidth - 1, height: insetHeight - 1, ...frame }));
    const spot = { x: margin + ix * k, y: head + iy * k, width: iw * k, height: ih * k };
    root.append(svg("rect", { ...spot, ...frame, "pointer-events": "none" }));
    const line = narrow
      ? `M${spot.x} ${spot.y + spot.height}L${insetX} ${insetY}M${spot.x + spot.width} ${spot.y + spot.height}L${insetX + insetWidth} ${insetY}`
      : `M${spot.x} ${spot.y}L${insetX + insetWidth} ${insetY}M${spot.x} ${spot.y + spot.height}L${insetX + insetWidth} ${insetY + insetHeight}`;
    root.append(svg("path", { d: line, ...frame, "stroke-dasharray": "2 4", "pointer-events": "none" }));
    root.append(svg("text", { x: insetX, y: insetY - 6, ...haloed(colour), fill: colour.muted, "font-size": 12 }, words("picture.map.inset")));
    root.append(nationwide.element, legend.element);
    caption.forEach((words, index) => {
      root.append(svg("text", { x: margin, y: bottom + 24 + index * 16, "font-size": 11.5, fill: colour.muted }, words));
    });
    return root;
  }

  /**
   * All states: shapes, hatching, numbers, outlines of those that are selected.
   * @param {SVGElement} into
   * @param {number} k  pixels for a unit
   * @param {Step[]} steps
   * @param {Record<string, string>} colour
   * @param {string} hatch
   * @param {"button" | "copy" | ""} use
   */
  states(into, k, steps, colour, hatch, use) {
    const { states } = /** @type {Shapes} */ (this.shapes);
    const selected = this.shown?.selected ?? new Set();
    const outlines = svg("g", { fill: "none", "pointer-events": "none" });
    const numbers = svg("g", { "pointer-events": "none", "text-anchor": "middle", "aria-hidden": "true" });
    const order = this.order();
    if (!states[this.current]) this.current = order.find((code) => selected.has(code)) ?? order[0];
    for (const code of order) {
      const { path, label, room } = states[code];
      const { certain, possible } = this.value(code);
      const fill = certain === null ? colour["no-data"] : certain === 0 ? colour["scale-0"] : stepOf(steps, certain).fill;
      const group = svg("g", { "data-state": code });
      group.append(svg("path", { d: path, fill, stroke: mixed(colour.muted, colour.surface, 0.3), "stroke-width": 0.8 / k, "stroke-linejoin": "round" }));
      if (possible) group.append(svg("path", { d: path, fill: `url(#${hatch})`, "pointer-events": "none" }));
      if (use === "button") {
        group.setAttribute("role", "button");
        group.setAttribute("tabindex", code === this.current ? "0" : "-1");
        group.setAttribute("aria-label", this.label(code));
        group.setAttribute("aria-pressed", String(selected.has(code)));
      } else if (use === "copy") group.setAttribute("aria-hidden", "true");
      else group.append(svg("title", {}, this.label(code)));
      into.append(group);
      if (selected.has(code)) {
        const width = 3 / k;
        outlines.append(svg("path", { d: path, stroke: colour.surface, "stroke-width": width * 2, "stroke-linejoin": "round" }));
        outlines.append(svg("path", { d: path, stroke: colour.focus, "stroke-width": width, "stroke-linejoin": "round" }));
      }
      const words = certain === null ? "?" : certain === 0 ? "" : short(certain);
      const size = Math.min(13, room * k * 0.95);
      if (words && size >= 9 && widthOf(words, size) < room * k * 1.8) {
        const ink = inkOn(fill, colour.text, colour.surface);
        const at = { x: label[0], y: label[1] + (size * 0.36) / k, "font-size": size / k, fill: ink };
        /** @type {Record<string, string | number>} */
        const halo = possible ? { stroke: fill, "stroke-width": 5 / k, "paint-order": "stroke", "stroke-linejoin": "round" } : {};
        numbers.append(svg("text", { ...at, ...halo }, words));
      }
    }
    into.append(outlines, numbers);
    if (use) {
      for (const name of ["tejido-casing", "tejido-line"]) into.append(svg("path", { class: `tejido-ring ${name}`, fill: "none" }));
    }
  }

  /**
   * Stripes for what is possible; each has a light and a dark half, so that it is seen on every shade. They are thin and
   * far apart: something is often possible everywhere, and what is certain has to be read through them.
   * @param {string} id
   * @param {number} k  pixels for a unit
   * @param {Record<string, string>} colour
   */
  hatch(id, k, colour) {
    const turned = `rotate(45) scale(${(1 / k).toFixed(4)})`;
    const pattern = svg("pattern", { id, width: 9, height: 9, patternUnits: "userSpaceOnUse", patternTransform: turned });
    pattern.append(svg("rect", { width: 1.3, height: 9, fill: colour.possible }));
    pattern.append(svg("rect", { x: 1.3, width: 0.8, height: 9, fill: colour.surface }));
    return pattern;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {Record<string, string>} colour
   */
  nationwideBox(x, y, width, colour) {
    const shown = /** @type {Shown} */ (this.shown);
    const element = svg("g");
    // Bold words are wider than they are measured.
    const title = wrapped(this.words("picture.map.nationwide"), (width - 24) * 0.9, TEXT);
    const note = wrapped(this.words("picture.map.nationwide-note"), width - 24, 11.5);
    const height = 16 + title.length * LINE + 32 + note.length * 15;
    element.append(svg("rect", { x: x + 0.5, y: y + 0.5, width: width - 1, height, rx: 6, fill: colour.raised, stroke: colour.line }));
    let down = y + 8;
    for (const words of title) element.append(svg("text", { x: x + 12, y: (down += LINE) - 3, "font-weight": 600 }, words));
    element.append(svg("text", { x: x + 12, y: (down += 30) - 3, "font-size": 24, "font-weight": 600 }, number(shown.nationwide)));
    for (const words of note) element.append(svg("text", { x: x + 12, y: (down += 15) - 1, "font-size": 11.5, fill: colour.muted }, words));
    return { element, height };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {Step[]} steps
   * @param {Record<string, string>} colour
   */
  legend(x, y, width, steps, colour) {
    const { words } = this;
    const shown = /** @type {Shown} */ (this.shown);
    const codes = Object.keys(/** @type {Shapes} */ (this.shapes).states);
    const values = codes.map((code) => this.value(code));
    const count = (/** @type {(value: Value) => boolean} */ test) => words("picture.map.states", { count: values.filter(test).length });
    /** @type {[string, string, string, string][]}  fill, hatch or none, words, count */
    const rows = [];
    for (const { from, to, fill } of [...steps].reverse()) {
      const inside = count(({ certain }) => certain !== null && certain >= from && certain <= to);
      rows.push([fill, "", from === to ? number(from) : `${number(from)} – ${number(to)}`, inside]);
    }
    rows.push([colour["scale-0"], "", words("picture.map.none"), count(({ certain }) => certain === 0)]);
    if (values.some(({ certain }) => certain === null)) {
      rows.push([colour["no-data"], "?", words("picture.map.unknown"), count(({ certain }) => certain === null)]);
    }
    if (values.some(({ possible }) => possible)) {
      rows.push([colour.surface, "hatch", words("picture.map.possible"), count(({ possible }) => possible > 0)]);
    }
    const element = svg("g");
    let down = y;
    for (const line of wrapped(shown.unit, width, TEXT)) {
      element.append(svg("text", { x, y: (down += LINE) - 5, "font-weight": 600 }, line));
    }
    down += 4;
    const wide = rows.map(([, , what, times]) => 34 + widthOf(`${what}  ${times}`, TEXT));
    const columns = Math.max(1, Math.min(2, Math.floor(width / Math.max(...wide))));
    rows.forEach(([fill, sign, what, times], index) => {
      const left = x + (index % columns) * (width / columns);
      if (index % columns === 0) down += LINE + 3;
      const swatch = { x: left + 0.5, y: down - 13.5, width: 22, height: 15, stroke: colour.muted };
      element.append(svg("rect", { ...swatch, fill }));
      if (sign === "hatch") {
        const lines = svg("path", { d: hatching(left + 0.5, down - 13.5, 22, 15), stroke: colour.possible, "stroke-width": 1.4 });
        element.append(lines);
      } else if (sign) {
        element.append(svg("text", { x: left + 11.5, y: down - 1.5, "text-anchor": "middle", "font-size": 12, fill: inkOn(fill, colour.text, colour.surface) }, sign));
      }
      const text = svg("text", { x: left + 30, y: down }, what);
      // What has no room beside goes below.
      const beside = columns > 1 || wide[index] <= width;
      if (!beside) down += LINE;
      /** @type {Record<string, number>} */
      const place = beside ? { dx: 7 } : { x: left + 30, y: down };
      text.append(svg("tspan", { ...place, fill: colour.muted, "font-size": 12 }, times));
      element.append(text);
    });
    return { element, height: down - y + 6 };
  }
}

/** What keeps words readable on lines. @param {Record<string, string>} colour */
const haloed = (colour) => ({ stroke: colour.surface, "stroke-width": 4, "paint-order": "stroke", "stroke-linejoin": "round" });

/** Lines across a rectangle, as a path. @param {number} x @param {number} y @param {number} width @param {number} height */
function hatching(x, y, width, height) {
  let path = "";
  for (let shift = 5; shift < width + height; shift += 7) {
    const [x1, y1] = shift <= width ? [x + shift, y] : [x + width, y + shift - width];
    const [x2, y2] = shift <= height ? [x, y + shift] : [x + shift - height, y + height];
    path += `M${x1} ${y1}L${x2} ${y2}`;
  }
  return path;
}

/**
 * The upper ends of at most six steps: a step for each number if there are few; else round ones, by size or by magnitude.
 * @param {number[]} numbers  above zero, different, in order
 */
export function stepEnds(numbers) {
  if (numbers.length <= 6) return numbers;
  const [low, high] = [numbers[0], /** @type {number} */ (numbers.at(-1))];
  const ends = high / low > 100 ? byMagnitude(low, high) : bySize(high);
  return ends.filter((end, index) => numbers.some((one) => one <= end && one > (ends[index - 1] ?? 0)));
}

/** @param {number} low @param {number} high */
function byMagnitude(low, high) {
  const marks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const digit of [1, 2, 5]) marks.push(Number(`${digit}e${power}`));
  }
  const inside = marks.filter((mark) => mark >= low && mark < high);
  const keep = Math.max(1, Math.ceil(inside.length / 5));
  return [...inside.filter((_, index) => (inside.length - 1 - index) % keep === 0).slice(-5), high];
}

/** @param {number} high */
function bySize(high) {
  const rough = high / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= rough) ?? rough;
  const ends = [];
  // The last step is not a sliver.
  for (let end = width; end < high - width / 2; end += width) ends.push(Math.round(end * 1e6) / 1e6);
  return [...ends, high];
}

/** @param {Step[]} steps @param {number} value */
const stepOf = (steps, value) => steps.find(({ to }) => value <= to) ?? steps[steps.length - 1];

/** @param {number} value */
const number = (value) => new Intl.NumberFormat(language()).format(value);

/** @param {number} value */
const short = (value) => new Intl.NumberFormat(language(), value >= 10_000 ? { notation: "compact" } : {}).format(value);
