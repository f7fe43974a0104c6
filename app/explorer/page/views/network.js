/** Who funds whom and who works with whom, as a picture and as a list that says the same. */

import { address, get } from "../api.js";
import { leftOut, shownInParts, whyNumber } from "../counts.js";
import { h, kept } from "../dom.js";
import { setLinks } from "../evidence.js";
import { nameOf, parsed } from "../names.js";
import { selection, store } from "../state.js";
import { chooser, choices } from "../ui.js";
import { compare, named, number, t } from "../words.js";
import { NetworkStage } from "./network-stage.js";

/** @typedef {import("../state.js").State} State */

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  const controls = h("div", { class: "controls" });
  const below = h("div", { class: "below" });
  const nodes = h("div", { class: "node-list", tabindex: "0", role: "region" });
  const stage = new NetworkStage();
  root.append(
    h("h1", { tabindex: "-1" }, t("view.network.asks")),
    h("p", { class: "lead" }, t("network.lead")),
    controls,
    h("div", { class: "network-and-list" }, h("div", {}, stage.element, below), nodes),
  );
  nodes.setAttribute("aria-label", t("network.list"));
  /** @type {State} */
  let shown;
  let drawn = "";

  return {
    async update(state, signal) {
      shown = state;
      const [network, measures] = await Promise.all([
        get(path(state), question(state, "graphology"), signal),
        get("v1/networks/measures", { ...question(state), network: state.network }, signal).catch((error) => {
          if (signal.aborted) throw error;
          return null;
        }),
      ]);
      if (signal.aborted) return "";
      controls.replaceChildren(
        choices(
          t("network.which"),
          "network",
          [
            ["funder-partner-state", t("network.funding")],
            ["coalitions", t("network.coalitions")],
          ],
          state.network,
        ),
        chooser(
          t("network.size"),
          "size",
          ["degree", "betweenness", "pagerank"].map((one) => [one, t(`network.size.${one}`)]),
          state.size,
        ),
        chooser(
          t("network.colour"),
          "colour",
          ["kind", "community"].map((one) => [one, t(`network.colour.${one}`)]),
          state.colour,
        ),
        chooser(
          t("network.basis"),
          "basis",
          [
            ["", t("network.basis.all")],
            ["stated,implied", t("network.basis.text")],
            ["stated", t("network.basis.stated")],
          ],
          state.basis,
        ),
      );
      const values = new Map(
        (measures?.nodes ?? []).map((/** @type {any} */ node) => [node.id, node[state.size] ?? 0]),
      );
      const look = {
        sizeBy: measures ? t(`network.size.${state.size}`) : undefined,
        values: measures ? values : undefined,
        colourBy: state.colour,
        communities: new Map((measures?.nodes ?? []).map((/** @type {any} */ node) => [node.id, node.community])),
        marked: new Map(),
        caption: t("network.caption", { version: network.attributes.data_version }),
      };
      // Another size or colour needs no other layout.
      const key = JSON.stringify([path(state), question(state)]);
      if (key === drawn && stage.isDrawn) stage.restyle(look);
      else await stage.show(network, look, signal);
      if (signal.aborted) return "";
      drawn = key;
      setLinks((ref) => network.edges.filter((/** @type {any} */ edge) => edge.source === ref || edge.target === ref));
      await listNodes(nodes, network, measures, state);
      const { counts } = network.attributes;
      below.replaceChildren(
        ...kept(
          h("p", {}, t("network.means")),
          network.attributes.truncated && h("p", { class: "note" }, t("network.truncated")),
          leftOut(network.attributes.left_out),
        ),
      );
      return t("network.told", { organizations: counts.nodes.organization ?? 0, links: network.edges.length });
    },
    select: (open) => {
      stage.select(open);
      for (const link of nodes.querySelectorAll("[data-why]"))
        link.classList.toggle("open", link.getAttribute("data-why") === open);
    },
    destroy: () => {
      setLinks(null);
      stage.destroy();
    },
    picture: () => stage.picture(),
    calls: () => [
      { path: path(shown), query: question(shown), isCitable: true },
      { path: "v1/networks/measures", query: { ...question(shown), network: shown.network }, isCitable: true },
    ],
    files: () =>
      ["csv", "node-link", "gexf", "graphml"].map((format) => ({
        words: t(`files.network_${format.replace("node-link", "json")}`),
        href: address(path(shown), question(shown, format)),
      })),
  };
}

/** @param {State} state */
const path = (state) => `v1/networks/${state.network}`;

/**
 * Of coalitions the ties that say something: shared funders, states and topics would tie nearly everybody.
 * @param {State} state
 * @param {string} [format]
 */
const question = (state, format) => ({
  ...selection(state),
  basis: state.basis,
  tie: state.network === "coalitions" ? ["collaboration", "project"] : undefined,
  format,
});

/**
 * @param {HTMLElement} place
 * @param {any} network
 * @param {any} measures
 * @param {State} state
 */
async function listNodes(place, network, measures, state) {
  const { size } = state;
  const found = new Map((measures?.nodes ?? []).map((/** @type {any} */ node) => [node.id, node]));
  const value = (/** @type {any} */ node) => found.get(node.key)?.[size] ?? 0;
  const rows = [...network.nodes].sort(
    (a, b) => value(b) - value(a) || compare(a.attributes.label, b.attributes.label),
  );
  const body = h("tbody");
  const more = await shownInParts(body, rows, (node) =>
    h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        h(
          "a",
          { href: store.href({ open: node.key }), "data-why": node.key },
          nameOf(node.key, node.attributes.label),
        ),
      ),
      h("td", {}, kindOf(node)),
      h(
        "td",
        { class: "figure" },
        size === "degree"
          ? whyNumber(node.key, number(value(node)), nameOf(node.key, node.attributes.label))
          : form(value(node)),
      ),
    ),
  );
  place.replaceChildren(
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, t("network.list")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("network.name")),
          h("th", { scope: "col" }, t("network.kind")),
          h("th", { scope: "col", class: "figure" }, t(`network.size.${size}`)),
        ),
      ),
      body,
    ),
    ...kept(more),
  );
}

/** @param {any} node */
function kindOf(node) {
  const { kind } = parsed(node.key);
  return kind === "org" ? named("organization_kind", node.attributes.organization_kind) : named("record", kind);
}

/** @param {number} value */
const form = (value) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 3 });
