/**
 * What both drawing parts need: colours of the page, elements of SVG, the width of words, and pictures as PNG.
 *
 * @typedef {(key: string, values?: Record<string, unknown>) => string} Words
 */

const SVG = "http://www.w3.org/2000/svg";

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";

/** Colours for a page that sets none, so that a part can be tried alone. */
const FALLBACK = {
  light: {
    surface: "#ffffff", raised: "#f4f6f8", text: "#1b2430", muted: "#56616e", line: "#c6ced6", accent: "#0b5cad",
    "on-accent": "#ffffff", focus: "#0b5cad", warn: "#b3261e", possible: "#5b4a8a", "no-data": "#e3e5e8",
    "kind-1": "#0a6ebd", "kind-2": "#c2571a", "kind-3": "#0a7d5c", "kind-4": "#8a5fa8", "kind-5": "#5f6770",
    "kind-6": "#b8860b", "kind-7": "#7a8ea3", "kind-8": "#b03a6f",
    "scale-0": "#f7fafc", "scale-1": "#d3e4f1", "scale-2": "#a9cce4", "scale-3": "#74aed2", "scale-4": "#3f8cbd",
    "scale-5": "#1c68a0", "scale-6": "#0b4577",
  },
  dark: {
    surface: "#14181d", raised: "#1e242b", text: "#e8ecf0", muted: "#a5b0bb", line: "#46515c", accent: "#6db3f2",
    "on-accent": "#0b1520", focus: "#8cc6ff", warn: "#ff8a80", possible: "#c9b8f0", "no-data": "#333a42",
    "kind-1": "#5aaef0", "kind-2": "#f0935a", "kind-3": "#4cc39a", "kind-4": "#c39be0", "kind-5": "#a5b0bb",
    "kind-6": "#e0b64a", "kind-7": "#93a7bc", "kind-8": "#ec86b3",
    "scale-0": "#1b2027", "scale-1": "#1d3a52", "scale-2": "#215277", "scale-3": "#2a6f9f", "scale-4": "#468fc2",
    "scale-5": "#7db6de", "scale-6": "#b9dcf5",
  },
};

/** Whether the page is dark: its own choice, else that of the system. */
function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * The colours of the page at this moment, by the names of its custom properties, as `#rrggbb`.
 * @param {Element} element
 * @returns {Record<string, string>}
 */
export function colours(element) {
  const style = getComputedStyle(element);
  /** @type {Record<string, string>} */
  const found = {};
  for (const [name, fallback] of Object.entries(FALLBACK[isDark() ? "dark" : "light"])) {
    found[name] = asHex(style.getPropertyValue(`--${name}`).trim()) || fallback;
  }
  return found;
}

/** @type {CanvasRenderingContext2D | null} */
let pencil = null;

/** A canvas that is never shown. */
function scratch() {
  pencil ??= document.createElement("canvas").getContext("2d");
  if (!pencil) throw new Error("this browser has no canvas");
  return pencil;
}

/**
 * A colour of CSS as `#rrggbb`; empty if it is none.
 * @param {string} colour
 */
function asHex(colour) {
  if (!colour || /^#[0-9a-f]{6}$/i.test(colour)) return colour;
  if (!CSS.supports("color", colour)) return "";
  const context = scratch();
  context.fillStyle = "#000000";
  context.fillStyle = colour;
  const read = String(context.fillStyle);
  if (/^#[0-9a-f]{6}$/i.test(read)) return read;
  context.clearRect(0, 0, 1, 1);
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} hex */
function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The contrast of two colours as WCAG defines it, 1 to 21.
 * @param {string} one
 * @param {string} other
 */
export function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/**
 * The one of some colours that is read best on a ground.
 * @param {string} ground
 * @param {...string} inks
 */
export function inkOn(ground, ...inks) {
  return inks.reduce((best, ink) => (contrast(ink, ground) > contrast(best, ground) ? ink : best));
}

/**
 * A colour between two.
 * @param {string} one
 * @param {string} other
 * @param {number} share  of the other one, 0 to 1
 */
export function mixed(one, other, share) {
  const part = (/** @type {string} */ hex, /** @type {number} */ at) => parseInt(hex.slice(at, at + 2), 16);
  const parts = [1, 3, 5].map((at) => Math.round(part(one, at) * (1 - share) + part(other, at) * share));
  return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * An element of SVG.
 * @param {string} name
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  }
  made.append(...children);
  return made;
}

/**
 * How wide words are, in pixels.
 * @param {string} words
 * @param {number} size
 * @param {number} [weight]
 */
export function widthOf(words, size, weight = 400) {
  const context = scratch();
  context.font = `${weight} ${size}px ${FONT}`;
  return context.measureText(words).width;
}

/**
 * Words in lines no wider than this; what does not fit in the last line ends in an ellipsis.
 * @param {string} words
 * @param {number} width
 * @param {number} size
 * @param {number} [most]  lines
 */
export function wrapped(words, width, size, most = 99) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const word of words.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] = `${kept[most - 1]} …`;
  return kept.map((one) => shortened(one, width, size));
}

/**
 * @param {string} words
 * @param {number} width
 * @param {number} size
 */
export function shortened(words, width, size) {
  if (widthOf(words, size) <= width) return words;
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(`${words.slice(0, middle).trimEnd()}…`, size) <= width) low = middle;
    else high = middle - 1;
  }
  return `${words.slice(0, low).trimEnd()}…`;
}

/**
 * A document of SVG, as text.
 * @param {SVGElement} picture
 */
export function textOf(picture) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`;
}

/**
 * A picture of a document of SVG.
 * @param {string} text
 * @param {number} scale  pixels for a unit of the document
 * @returns {Promise<Blob>}
 */
export async function pngOf(text, scale) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser has no canvas");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * Calls back whenever the colours of the page may have changed, also for paper, which does not wait for observers;
 * returns what ends it.
 * @param {() => void} changed
 */
export function onTheme(changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = new MutationObserver(changed);
  dark.addEventListener("change", changed);
  addEventListener("beforeprint", changed);
  root.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  return () => {
    dark.removeEventListener("change", changed);
    removeEventListener("beforeprint", changed);
    root.disconnect();
  };
}

/** @type {Promise<void> | null} */
let styled = null;

/** Has the style sheet of the parts in the page. */
export function withStyle() {
  styled ??= new Promise((resolve) => {
    const href = new URL("./parts.css", import.meta.url).href;
    const there = [...document.styleSheets].some((sheet) => sheet.href === href);
    if (there) return resolve();
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.addEventListener("load", () => resolve());
    // Without it a part is plain, but it works.
    link.addEventListener("error", () => resolve());
    document.head.append(link);
  });
  return styled;
}

/** The language of the page, for numbers. */
export function language() {
  return document.documentElement.lang || navigator.language;
}
