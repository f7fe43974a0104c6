/** Elements made in one line. Text is always set as text: nothing that the data say is ever read as markup. */

/**
 * @typedef {Node | string | number | null | undefined | false} Part
 * @typedef {Part | Part[]} Parts
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [attributes] `on…` are listeners; `true` is an attribute without a value; null and
 *   false are none
 * @param {...Parts} parts
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...parts) {
  return /** @type {HTMLElementTagNameMap[T]} */ (fill(document.createElement(tag), attributes, parts));
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Parts} parts
 */
export function s(tag, attributes = {}, ...parts) {
  return /** @type {SVGElement} */ (
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, parts)
  );
}

/**
 * @param {Element} element
 * @param {Record<string, unknown>} attributes
 * @param {Parts[]} parts
 */
function fill(element, attributes, parts) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...kept(...parts));
  return element;
}

/**
 * The parts that are there.
 * @param {...Parts} parts
 */
export function kept(...parts) {
  return parts
    .flat()
    .filter((part) => part !== null && part !== undefined && part !== false && part !== "")
    .map((part) => (part instanceof Node ? part : String(part)));
}

/**
 * The element with an id, which the page has.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}
