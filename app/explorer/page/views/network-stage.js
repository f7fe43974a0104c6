/** The picture of a network and what stands around it; the library that draws is fetched when it is first needed. */

import { h } from "../dom.js";
import { learn, nameOf, parsed } from "../names.js";
import { store } from "../state.js";
import { t } from "../words.js";

/** Above so many organizations their names in the language of the page are not asked for. */
const NAMED = 400;

export class NetworkStage {
  constructor() {
    this.paper = h("div", { class: "network-paper" });
    this.place = h("div", { class: "network", role: "group" });
    this.note = h("p", { class: "note", role: "status" });
    const button = (/** @type {string} */ words, /** @type {string} */ sign, /** @type {() => void} */ action) =>
      h("button", { type: "button", "aria-label": t(words), title: t(words), onclick: action }, sign);
    this.controls = h(
      "div",
      { class: "network-controls" },
      button("network.closer", "+", () => this.drawn?.zoom(1.5)),
      button("network.farther", "−", () => this.drawn?.zoom(1 / 1.5)),
      button("network.whole", "⤢", () => this.drawn?.reset()),
    );
    this.element = h("div", { class: "network-stage" }, this.paper, this.place, this.controls, this.note);
    /** @type {any} */
    this.drawn = null;
    /** @type {any} */
    this.network = null;
    this.isDrawn = false;
    this.onPrint = () => this.print();
  }

  /**
   * @param {any} network the service's answer with format=graphology
   * @param {any} look
   * @param {AbortSignal} signal
   */
  async show(network, look, signal) {
    this.isDrawn = false;
    if (network.nodes.length <= NAMED)
      await learn(
        network.nodes
          .map((/** @type {any} */ node) => node.key)
          .filter((/** @type {string} */ key) => /^(org|state):/.test(key)),
        signal,
      );
    for (const node of network.nodes) node.attributes.label = nameOf(node.key, node.attributes.label);
    this.network = network;
    this.place.setAttribute(
      "aria-label",
      t("network.seen", {
        organizations: count(network, "org"),
        places: count(network, "state"),
        links: network.edges.length,
      }),
    );
    this.note.textContent = network.nodes.length ? "" : t("network.empty");
    this.element.classList.toggle("empty", !network.nodes.length);
    if (!network.nodes.length) return;
    try {
      const { NetworkPicture } = await import("../parts/network-picture.js");
      if (signal.aborted) return;
      if (!this.drawn) {
        this.drawn = new NetworkPicture(this.place, {
          words: t,
          onSelect: (/** @type {any} */ what) => store.go({ open: what.node ?? what.edge }),
          onClear: () => store.go({ open: "" }),
        });
        // After its own listener, which has it in the colours of the day.
        addEventListener("beforeprint", this.onPrint);
      }
      await this.drawn.show(network, look);
      this.isDrawn = true;
    } catch (error) {
      if (signal.aborted) return;
      // The list says the same; a browser without WebGL has to do with that.
      console.warn(error);
      this.note.textContent = t("network.not_drawn");
    }
  }

  /** Another size or colour on the same layout. @param {any} look */
  restyle(look) {
    this.drawn.restyle(look);
  }

  /** @param {string} open */
  select(open) {
    if (this.isDrawn) this.drawn.select(open || null);
  }

  /** Paper has the whole picture in lines, however it is drawn on the screen, and whatever part of it is seen there. */
  print() {
    if (!this.isDrawn) return;
    const { documentElement: drawing } = new DOMParser().parseFromString(this.drawn.svg(), "image/svg+xml");
    this.paper.replaceChildren(document.adoptNode(drawing));
    addEventListener("afterprint", () => this.paper.replaceChildren(), { once: true });
  }

  picture() {
    return this.isDrawn
      ? /** @type {import("../tools.js").Picture} */ ({ svg: () => this.drawn.svg(), png: () => this.drawn.png() })
      : null;
  }

  destroy() {
    removeEventListener("beforeprint", this.onPrint);
    this.drawn?.destroy();
    this.drawn = null;
    this.isDrawn = false;
  }
}

/** @param {any} network @param {string} kind */
const count = (network, kind) =>
  network.nodes.filter((/** @type {any} */ node) => parsed(node.key).kind === kind).length;
