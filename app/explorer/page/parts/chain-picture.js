/**
 * Chains as a document of SVG, to be saved: who stands in them, from top to bottom, and between two of them why.
 *
 * @typedef {{lines: string[], certainty: string, marks: string}} Step  sentences, and what is said of how sure they are
 * @typedef {{title: string, stops: string[], steps: Step[]}} Chain
 */
import { FONT, colours, svg, textOf, wrapped } from "./drawing.js";

const WIDTH = 900;
const MARGIN = 28;
const LINE = 20;
const SMALL = 13;
/** Where the line between two stops runs, and where its words begin. */
const RAIL = MARGIN + 20;
const WORDS = RAIL + 22;
const DASHES = /** @type {Record<string, string>} */ ({ possible: "8 5", nationwide: "2 5" });

/**
 * A document that stands alone: title, chains, caption.
 * @param {Element} element whose colours it takes
 * @param {{title: string, caption: string, chains: Chain[]}} shown
 */
export function chainsAsSvg(element, { title, caption, chains }) {
  const colour = colours(element);
  const root = svg("svg", { role: "img", xmlns: "http://www.w3.org/2000/svg", "font-family": FONT, "font-size": 15, fill: colour.text });
  const paper = svg("rect", { fill: colour.surface, width: WIDTH });
  root.append(svg("title", {}, title), paper);
  let down = MARGIN;

  /** @param {string} words @param {number} x @param {number} size @param {Record<string, string | number>} [look] */
  const write = (words, x, size, look = {}) => {
    // Bold words are wider than they are measured.
    for (const line of wrapped(words, (WIDTH - MARGIN - x - 14) * ("font-weight" in look ? 0.9 : 1), size)) {
      down += Math.round(size * 1.4);
      root.append(svg("text", { x, y: down - Math.round(size * 0.35), "font-size": size, ...look }, line));
    }
  };

  /** @param {string} name */
  const stop = (name) => {
    const frame = svg("rect", { x: MARGIN, y: down, width: WIDTH - 2 * MARGIN, rx: 7, fill: colour.raised, stroke: colour.accent, "stroke-width": 2 });
    root.append(frame);
    const top = down;
    down += 8;
    write(name, MARGIN + 16, 15, { "font-weight": 600 });
    down += 8;
    frame.setAttribute("height", String(down - top));
  };

  /** @param {Step} one */
  const step = ({ lines, certainty, marks }) => {
    const top = down;
    down += 10;
    for (const line of lines) write(line, WORDS, 15);
    write(marks, WORDS, SMALL, { fill: colour.muted });
    down += 12;
    const shade = certainty === "certain" ? colour.accent : certainty === "possible" ? colour.possible : colour.muted;
    const dash = DASHES[certainty];
    root.append(svg("path", { d: `M${RAIL} ${top}V${down}`, stroke: shade, "stroke-width": 3, ...(dash && { "stroke-dasharray": dash }) }));
  };

  write(title, MARGIN, LINE, { "font-weight": 600 });
  for (const { title: heading, stops, steps } of chains) {
    down += 16;
    if (heading) write(heading, MARGIN, 16, { "font-weight": 600 });
    down += 8;
    stops.forEach((name, at) => {
      stop(name);
      if (steps[at]) step(steps[at]);
    });
  }
  down += 10;
  write(caption, MARGIN, 12, { fill: colour.muted });
  const height = down + MARGIN;
  for (const [key, value] of Object.entries({ width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` })) root.setAttribute(key, String(value));
  paper.setAttribute("height", String(height));
  return textOf(root);
}
