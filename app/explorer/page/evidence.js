/** The panel that says why: the rows behind an edge or a record, and where in which document each of them stands. */

import { Problem, get } from "./api.js";
import { shownInParts } from "./counts.js";
import { byId, h, kept } from "./dom.js";
import { learn, nameOf, parsed, pathOf } from "./names.js";
import { selection, store } from "./state.js";
import { certaintyMark, empty, facts, moneyWords, problemBox, recordLink, whyLink } from "./ui.js";
import { named, number, t } from "./words.js";

const CERTAINTIES = ["certain", "possible", "nationwide"];
/** Views whose edges are those of the selection; the pages of records tell of all that is known. */
const SELECTED = ["network", "table", "withdrawal", "paths"];

/** @type {((ref: string) => any[]) | null} */
let linksOf = null;
/** @type {AbortController | null} */
let asking = null;
/** @type {HTMLElement | null} */
let openedBy = null;

/** A view that shows a network says which links a node has in it. @param {((ref: string) => any[]) | null} found */
export function setLinks(found) {
  linksOf = found;
}

/** What had the focus gets it back when the panel closes. @param {HTMLElement | null} element */
export function willOpenFrom(element) {
  openedBy = element;
}

/**
 * Shows what the state says is open, or nothing.
 * @param {import("./state.js").State} state
 * @param {{focus: boolean}} how
 */
export async function showEvidence(state, { focus }) {
  const panel = byId("panel");
  asking?.abort();
  if (!state.open) {
    const was = !panel.hidden;
    panel.hidden = true;
    panel.replaceChildren();
    if (was && openedBy?.isConnected) openedBy.focus();
    openedBy = null;
    return;
  }
  const { signal } = (asking = new AbortController());
  const title = h("h2", { id: "panel-title", tabindex: "-1" }, t("evidence.title"));
  const body = h("div", { class: "panel-body", "aria-busy": "true" }, h("p", { class: "wait" }, t("loading")));
  const close = h("a", { class: "close", href: store.href({ open: "" }), "aria-label": t("close") }, "×");
  panel.replaceChildren(h("div", { class: "panel-head" }, title, close), body);
  panel.hidden = false;
  if (focus) title.focus();
  try {
    const parts = await (state.open.includes("~") ? edge(state, signal) : record(state.open, state.as_of, signal));
    if (signal.aborted) return;
    body.replaceChildren(...parts);
  } catch (error) {
    if (signal.aborted) return;
    body.replaceChildren(problemBox(error, () => showEvidence(store.state, { focus: true })));
  }
  body.removeAttribute("aria-busy");
}

/**
 * @param {import("./state.js").State} state
 * @param {AbortSignal} signal
 */
async function edge(state, signal) {
  const found = await evidenceOf(state, signal);
  const { edge: one, items, documents } = found;
  await learn([one.source, one.target, ...projectsOf(one)], signal);
  const pairs = /** @type {[string, import("./dom.js").Parts][]} */ ([
    [t("evidence.certainty"), certaintyMark(one.certainty)],
    [t("evidence.weight"), [h("strong", {}, number(one.weight)), " · ", named("weight", one.relation)]],
  ]);
  if (one.money) pairs.push([t("money"), moneyWords(one.money)]);
  for (const certainty of CERTAINTIES) {
    const ids = one.projects?.[certainty] ?? [];
    if (ids.length)
      pairs.push([t(`evidence.projects.${certainty}`), linked(ids.map((/** @type {string} */ id) => `project:${id}`))]);
  }
  return kept(
    h(
      "p",
      { class: "edge-title" },
      recordLink(one.source),
      " ",
      h("em", {}, named("relation", one.relation)),
      " ",
      recordLink(one.target),
    ),
    facts(pairs),
    one.shared_project?.length ? h("p", { class: "note" }, t("evidence.shared_project")) : null,
    one.planned_collaborations?.length ? h("p", { class: "note" }, t("evidence.planned")) : null,
    h("h3", {}, t("evidence.sources")),
    ...rows(items, documents),
  );
}

/**
 * The evidence of an edge in the network that is shown; what that one does not have may be in the network of
 * everything.
 * @param {import("./state.js").State} state
 * @param {AbortSignal} signal
 */
async function evidenceOf(state, signal) {
  const whole = { edge: state.open, as_of: state.as_of };
  if (!SELECTED.includes(state.view)) return get("v1/evidence", whole, signal);
  try {
    return await get("v1/evidence", { ...shownBy(state), edge: state.open }, signal);
  } catch (error) {
    if (error instanceof Problem && error.kind === "not-found") return get("v1/evidence", whole, signal);
    throw error;
  }
}

/**
 * The selection of the network that a view shows.
 * @param {import("./state.js").State} state
 * @returns {import("./api.js").Query}
 */
const shownBy = (state) => ({
  ...selection(state),
  ...(state.view === "network" ? { basis: state.basis } : {}),
  ...(state.view === "withdrawal" ? { funder: undefined } : {}),
});

/** What the panel depends on: when it changes, the panel is drawn anew. @param {import("./state.js").State} state */
export const evidenceOn = (state) =>
  state.open && JSON.stringify([state.open, state.as_of, SELECTED.includes(state.view) && [state.view, shownBy(state)]]);

/** @param {any} one */
const projectsOf = (one) =>
  CERTAINTIES.flatMap((certainty) => one.projects?.[certainty] ?? [])
    .slice(0, 40)
    .map((id) => `project:${id}`);

/** @param {string[]} refs */
function linked(refs) {
  return h(
    "ul",
    { class: "plain" },
    refs.map((ref) => h("li", {}, recordLink(ref))),
  );
}

/**
 * @param {string} ref
 * @param {string} asOf
 * @param {AbortSignal} signal
 */
async function record(ref, asOf, signal) {
  const links = await neighbours(ref);
  if (ref === "country:MX") return [h("p", {}, t("evidence.country")), ...links];
  const [found] = await Promise.all([get("v1/evidence", { record: ref, as_of: asOf }, signal), learn([ref], signal)]);
  const { kind } = parsed(ref);
  return kept(
    h(
      "p",
      { class: "edge-title" },
      recordLink(ref),
      " ",
      h("span", { class: "found-kind" }, named("record", kind === "org" ? "organization" : kind)),
    ),
    ...links,
    ["state", "topic"].includes(kind) ? h("p", {}, t("evidence.reference")) : null,
    h("h3", {}, t("evidence.sources")),
    ...rows(found.items, found.documents),
    path(ref, asOf),
  );
}

/**
 * The links of a node in the network that is shown, each with its own why.
 * @param {string} ref
 */
async function neighbours(ref) {
  const found = linksOf?.(ref) ?? [];
  if (!found.length) return [];
  const list = h("ul", { class: "plain" });
  const more = await shownInParts(list, found, (link) => {
    const other = link.source === ref ? link.target : link.source;
    const said = link.source === ref ? "" : ".back";
    return h(
      "li",
      {},
      named(`relation${said}`, link.attributes.relation),
      " ",
      recordLink(other),
      " ",
      link.attributes.certainty === "certain" ? null : certaintyMark(link.attributes.certainty),
      " ",
      whyLink(link.key, nameOf(other)),
    );
  });
  return kept(h("h3", {}, t("evidence.links", { count: found.length })), list, more);
}

/** @param {string} ref @param {string} asOf */
function path(ref, asOf) {
  const found = pathOf(ref);
  return found && h("p", {}, h("a", { href: asOf ? `${found}?as_of=${asOf}` : found }, t("evidence.json")));
}

/**
 * Rows with the places in which they stand.
 * @param {any[]} items
 * @param {any[]} documents
 */
export function rows(items, documents) {
  if (!items.length) return [empty(t("evidence.none"))];
  const titles = new Map(documents.map((document) => [document.id, document]));
  return [
    h(
      "ol",
      { class: "evidence" },
      together(items).map(([item, ...same]) =>
        h(
          "li",
          {},
          h(
            "p",
            { class: "row-head" },
            kinds([item, ...same]).flatMap(([kind, labels, count], place) => [
              place > 0 && ", ",
              h("strong", {}, kind),
              count > 1 && ` × ${number(count)}`,
              labels.length > 0 && ` ${labels.join(", ")}`,
            ]),
          ),
          h("p", { class: `basis ${item.basis ?? "none"}` }, item.basis ? t(`basis.${item.basis}`) : t("basis.none")),
          item.note && h("p", { class: "note", lang: "en" }, item.note),
          item.citations.length
            ? item.citations.map((/** @type {any} */ citation) => quote(citation, titles.get(citation.document)))
            : h("p", { class: "empty" }, t("evidence.no_place")),
        ),
      ),
    ),
  ];
}

/**
 * Rows that rest on the same places in the same way, one group after the other.
 * @param {any[]} items
 * @returns {any[][]}
 */
function together(items) {
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const item of items) {
    const places = item.citations.map((/** @type {any} */ one) => [one.document, one.heading, one.paragraph, one.cue]);
    const key = JSON.stringify([item.basis, item.note, places]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

/**
 * What rows there are: for each kind, those that have a name, and how many there are of it.
 * @param {any[]} items
 * @returns {[string, string[], number][]}
 */
function kinds(items) {
  return [...new Set(items.map((item) => item.kind))].map((kind) => {
    const found = items.filter((item) => item.kind === kind);
    return [named("record", kind), found.filter(readable).map((item) => item.label), found.length];
  });
}

/** Whether the label of a row says something, and is not only its id. @param {any} item */
const readable = (item) => item.label && item.label !== parsed(item.ref).id;

/**
 * A place in a document.
 * @param {any} citation
 * @param {any} document
 */
export function quote(citation, document) {
  const by = [document?.publisher, document?.year].filter(Boolean).join(", ");
  return h(
    "figure",
    { class: "quote" },
    citation.cue && h("blockquote", { lang: document?.language ?? "en" }, `… ${citation.cue} …`),
    h(
      "figcaption",
      {},
      h("cite", { lang: "en" }, document?.title ?? citation.document),
      by && ` (${by})`,
      citation.heading && [" · ", h("span", { lang: "en" }, citation.heading)],
      Number.isInteger(citation.paragraph) &&
        ` · ${t("evidence.paragraph", { paragraph: String(citation.paragraph) })}`,
    ),
  );
}

/**
 * The evidence of some records on the spot: for steps of chains and for pages.
 * @param {string[]} refs
 * @param {string} asOf
 * @param {AbortSignal} signal
 */
export async function evidenceHere(refs, asOf, signal) {
  const found = await Promise.all(refs.map((record) => get("v1/evidence", { record, as_of: asOf }, signal)));
  return rows(
    found.flatMap((one) => one.items),
    found.flatMap((one) => one.documents),
  );
}
