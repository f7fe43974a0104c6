/** A field that suggests as one types, by mouse and keyboard (the ARIA pattern of a combobox with a list). */

import { Problem, get, isGivenUp } from "./api.js";
import { h } from "./dom.js";
import { nameOf } from "./names.js";
import { store } from "./state.js";
import { named, t } from "./words.js";

const DELAY = 120;
const MOST = 10;

/** @typedef {{ref: string, kind: string, id: string, label: string, matched: string}} Found */

let made = 0;

export class Combobox {
  /**
   * @param {{label: string, placeholder?: string, kinds?: string[], value?: string, isLabelSeen?: boolean,
   *          onChoose: (found: Found) => void}} options
   */
  constructor({ label, placeholder = "", kinds = [], value = "", isLabelSeen = true, onChoose }) {
    this.kinds = kinds;
    this.onChoose = onChoose;
    /** @type {Found[]} */
    this.found = [];
    this.active = -1;
    this.timer = 0;
    /** @type {AbortController | null} */
    this.asking = null;
    const id = `combobox-${(made += 1)}`;
    this.input = h("input", {
      id,
      type: "search",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder,
      maxlength: 200,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
      oninput: () => this.#typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onblur: () => this.#close(),
      onfocus: () => this.input.select(),
    });
    this.input.value = value;
    this.list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": t("search.results"), hidden: true });
    this.note = h("p", { class: "combobox-note", role: "status" });
    this.element = h(
      "div",
      { class: "combobox" },
      h("label", { for: id, class: isLabelSeen ? null : "unseen" }, label),
      h("div", { class: "combobox-field" }, this.input, this.list, this.note),
    );
  }

  /**
   * Whether what stands in the field cannot be; that is over when somebody types.
   * @param {string | null} why the id of the element that says so
   */
  refuse(why) {
    for (const [name, value] of Object.entries({ "aria-invalid": "true", "aria-describedby": why ?? "" })) {
      if (why) this.input.setAttribute(name, value);
      else this.input.removeAttribute(name);
    }
  }

  #typed() {
    this.refuse(null);
    clearTimeout(this.timer);
    this.asking?.abort();
    const asked = this.input.value.trim();
    this.note.textContent = "";
    if (!asked) return this.#close();
    this.timer = window.setTimeout(() => this.#ask(asked), DELAY);
  }

  /** @param {string} asked */
  async #ask(asked) {
    const asking = (this.asking = new AbortController());
    try {
      const query = { q: asked, limit: MOST, kind: this.kinds, as_of: store.state.as_of };
      const answer = await get("v1/search", query, asking.signal);
      this.#show(answer.items);
    } catch (error) {
      if (isGivenUp(error)) return;
      this.#show([]);
      this.note.textContent = t(error instanceof Problem && error.kind === "slow" ? "problem.slow" : "search.failed");
    }
  }

  /** @param {Found[]} found */
  #show(found) {
    this.found = found;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(
      ...found.map((one, place) => {
        // The word that was found may be another than the name; then both are shown.
        const name = nameOf(one.ref, one.label);
        return h(
          "li",
          {
            id: `${this.list.id}-${place}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (/** @type {Event} */ event) => {
              event.preventDefault();
              this.#choose(place);
            },
          },
          h("span", { class: "found-name" }, name),
          one.matched !== name && h("span", { class: "found-as" }, one.matched),
          h("span", { class: "found-kind" }, named("record", one.kind)),
        );
      }),
    );
    this.note.textContent = found.length ? "" : t("search.nothing");
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(Boolean(found.length)));
    if (found.length) this.#activate(0);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { length } = this.found;
    if (event.key === "ArrowDown" && this.list.hidden && this.input.value.trim()) this.#typed();
    else if (event.key === "ArrowDown" && length) this.#activate((this.active + 1) % length);
    else if (event.key === "ArrowUp" && length) this.#activate((this.active - 1 + length) % length);
    else if (event.key === "Enter" && !this.list.hidden && this.active >= 0) this.#choose(this.active);
    else if (event.key === "Escape" && !this.list.hidden) this.#close();
    else return;
    event.preventDefault();
  }

  /** @param {number} place */
  #activate(place) {
    this.active = place;
    for (const [other, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(other === place));
      if (other === place) option.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${place}`);
  }

  /** @param {number} place */
  #choose(place) {
    const one = this.found[place];
    this.input.value = nameOf(one.ref, one.label);
    this.#close();
    this.onChoose(one);
  }

  #close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.note.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
