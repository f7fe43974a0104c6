/** The bar of the selection: what narrows it, as things that can be taken away, and a drawer to add more. */

import { get } from "./api.js";
import { Combobox } from "./combobox.js";
import { byId, h } from "./dom.js";
import { all, learn, nameOf } from "./names.js";
import { FILTERS, isNarrowed, store, unheeded } from "./state.js";
import { problemBox } from "./ui.js";
import { coded, compare, list, named, number, t } from "./words.js";

/** In the order in which one follows the other. */
const PROJECT_STATUSES = ["planned", "ongoing", "completed", "cancelled", "unknown"];
const CERTAINTIES = ["certain", "possible", "nationwide"];
const PREFIXES = { state: "state", topic: "topic", funder: "org", organization: "org", document: "document" };
/** Filters whose values are codes of another name. */
const CODES = { funder_kind: "organization_kind", partner_kind: "organization_kind" };
/** More options than this get a field to find one by. */
const MANY = 12;

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Filter} Filter */

/** Which parts of the drawer are open: that is no part of what is looked at. */
const opened = new Set(["state"]);

/**
 * The name of a value of a filter.
 * @param {Filter} filter
 * @param {string} value
 */
function valueName(filter, value) {
  const prefix = /** @type {Record<string, string>} */ (PREFIXES)[filter];
  return prefix ? nameOf(`${prefix}:${value}`, value) : named(codesOf(filter), value);
}

/** @param {Filter} filter @returns {string} */
const codesOf = (filter) => /** @type {Record<string, string>} */ (CODES)[filter] ?? filter;

/** @param {State} state */
export async function learnFilters(state) {
  await learn(
    FILTERS.flatMap((filter) => {
      const prefix = /** @type {Record<string, string>} */ (PREFIXES)[filter];
      return prefix ? state.filters[filter].map((value) => `${prefix}:${value}`) : [];
    }),
  );
}

/** @param {State} state */
export function showChips(state) {
  const idle = unheeded(state);
  const chips = FILTERS.flatMap((filter) =>
    state.filters[filter].map((value) =>
      chip(
        t(`filter.${filter}`),
        valueName(filter, value),
        store.href({ filters: { [filter]: state.filters[filter].filter((other) => other !== value) }, page: "1" }),
        idle.filters.includes(filter),
      ),
    ),
  );
  if (state.year_from)
    chips.push(chip(t("filter.year_from"), state.year_from, store.href({ year_from: "", page: "1" })));
  if (state.year_to) chips.push(chip(t("filter.year_to"), state.year_to, store.href({ year_to: "", page: "1" })));
  if (state.as_of) chips.push(chip(t("filter.as_of"), state.as_of, store.href({ as_of: "" })));
  const none = Object.fromEntries(FILTERS.map((filter) => [filter, []]));
  byId("chips").replaceChildren(
    ...(chips.length
      ? [
          h(
            "ul",
            { "aria-label": t("filters.chosen") },
            chips.map((one) => h("li", {}, one)),
          ),
          h(
            "a",
            {
              class: "clear",
              href: store.href({ filters: none, year_from: "", year_to: "", as_of: "", page: "1" }),
              "data-keep": true,
            },
            t("filters.clear"),
          ),
        ]
      : [h("p", { class: "everything" }, t("filters.everything"))]),
    ...(idle.where
      ? [
          h(
            "p",
            { class: "idle-note" },
            t(`filters.idle.${idle.where}`, { names: list(idle.filters.map((filter) => t(`filter.${filter}`))) }),
          ),
        ]
      : []),
  );
  byId("chips").classList.toggle("narrowed", isNarrowed(state));
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} without
 * @param {boolean} [isIdle] whether it does nothing in this view
 */
function chip(name, value, without, isIdle = false) {
  return h(
    "a",
    { class: isIdle ? "chip idle" : "chip", href: without, "data-keep": true, "aria-label": t("filters.remove", { name, value }) },
    h("span", { class: "chip-name" }, name),
    " ",
    value,
    h("span", { class: "chip-x", "aria-hidden": "true" }, "×"),
  );
}

/**
 * The drawer with all filters; its lists are asked for when it is first opened.
 * @param {State} state
 */
export async function showDrawer(state) {
  const drawer = byId("drawer");
  if (drawer.hidden) return;
  if (!drawer.hasChildNodes()) drawer.replaceChildren(h("p", { class: "wait" }, t("loading")));
  const had =
    document.activeElement instanceof HTMLElement && drawer.contains(document.activeElement)
      ? document.activeElement.id
      : "";
  try {
    const [states, topics, documents, funders] = await Promise.all([
      all("state"),
      all("topic"),
      all("document"),
      effectiveFunders({ as_of: state.as_of }),
    ]);
    await learn(funders.map((funder) => funder.ref));
    // Something else has been chosen since: that is drawn by itself.
    if (state !== store.state) return;
    const sorted = (/** @type {{ref: string}[]} */ found) =>
      found
        .map(({ ref }) => ({
          value: ref.slice(ref.indexOf(":") + 1),
          words: nameOf(ref),
          count: /** @type {number | null} */ (null),
        }))
        .sort((a, b) => compare(a.words, b.words));
    const options = (/** @type {Filter} */ filter, codes = coded(codesOf(filter))) =>
      codes.map((value) => ({ value, words: valueName(filter, value), count: /** @type {number | null} */ (null) }));
    drawer.replaceChildren(
      facet(state, "state", sorted(states)),
      facet(state, "topic", sorted(topics)),
      facet(
        state,
        "funder",
        funders.map(({ ref, count }) => ({ value: ref.slice(4), words: nameOf(ref), count })),
      ),
      organizations(),
      facet(state, "funder_kind", options("funder_kind")),
      facet(state, "partner_kind", options("partner_kind"), t("filters.partner_kind_help")),
      facet(state, "project_kind", options("project_kind")),
      facet(state, "project_status", options("project_status", PROJECT_STATUSES)),
      facet(state, "collaboration_kind", options("collaboration_kind"), t("filters.collaboration_kind_help")),
      years(state),
      facet(state, "certainty", options("certainty", CERTAINTIES), t("filters.certainty_help")),
      facet(state, "document", sorted(documents)),
    );
    if (had) document.getElementById(had)?.focus();
  } catch (error) {
    if (state === store.state) drawer.replaceChildren(problemBox(error, () => showDrawer(store.state)));
  }
}

/**
 * Who pays for projects, and for how many.
 * @param {import("./api.js").Query} selected
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ref: string, count: number}[]>}
 */
export async function effectiveFunders(selected, signal) {
  const answer = await get("v1/networks/coverage", { by: "funder", max_ids: 1, ...selected }, signal);
  return answer.columns
    .filter((/** @type {any} */ column) => column.id.startsWith("org:"))
    .map((/** @type {any} */ column) => ({
      ref: column.id,
      count: column.certain_count + column.possible_count + column.nationwide_count + column.no_place_count,
    }))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => b.count - a.count);
}

/**
 * @param {State} state
 * @param {Filter} filter
 * @param {{value: string, words: string, count: number | null}[]} options
 * @param {string} [help]
 */
function facet(state, filter, options, help) {
  const chosen = state.filters[filter];
  const items = options.map(({ value, words, count }) =>
    h(
      "li",
      { "data-words": fold(words) },
      h(
        "label",
        {},
        h("input", {
          type: "checkbox",
          id: `filter-${filter}-${value}`,
          checked: chosen.includes(value),
          onchange: (/** @type {Event} */ event) => {
            const { checked } = /** @type {HTMLInputElement} */ (event.target);
            const others = store.state.filters[filter].filter((other) => other !== value);
            store.go({ filters: { [filter]: checked ? [...others, value] : others }, page: "1" });
          },
        }),
        " ",
        words,
        count !== null && h("span", { class: "count" }, number(count)),
      ),
    ),
  );
  return group(
    filter,
    chosen.length,
    help && h("p", { class: "help" }, help),
    options.length > MANY &&
      h("input", {
        type: "search",
        class: "narrow",
        "aria-label": t("filters.find", { name: t(`filter.${filter}`) }),
        placeholder: t("filters.find_short"),
        oninput: (/** @type {Event} */ event) => {
          const wanted = fold(/** @type {HTMLInputElement} */ (event.target).value);
          for (const item of items) item.hidden = !item.dataset.words?.includes(wanted);
        },
      }),
    h("ul", { class: "options" }, items),
  );
}

/** Without accents and case. @param {string} text */
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * @param {string} filter
 * @param {number} count
 * @param {...import("./dom.js").Parts} parts
 */
function group(filter, count, ...parts) {
  return h(
    "details",
    {
      class: "facet",
      open: opened.has(filter) || count > 0,
      ontoggle: (/** @type {Event} */ event) => {
        if (/** @type {HTMLDetailsElement} */ (event.target).open) opened.add(filter);
        else opened.delete(filter);
      },
    },
    h("summary", {}, t(`filter.${filter}`), count > 0 && h("span", { class: "count" }, number(count))),
    ...parts,
  );
}

function organizations() {
  const field = new Combobox({
    label: t("filters.organization"),
    kinds: ["organization"],
    onChoose: ({ id }) =>
      store.go({
        filters: { organization: [...new Set([...store.state.filters.organization, id])] },
        page: "1",
      }),
  });
  return group("organization", store.state.filters.organization.length, field.element);
}

/** @param {State} state */
function years(state) {
  const field = (/** @type {"year_from" | "year_to"} */ name) =>
    h(
      "label",
      {},
      t(`filter.${name}`),
      " ",
      h("input", {
        type: "number",
        id: `filter-${name}`,
        min: 1900,
        max: 2100,
        step: 1,
        value: state[name],
        inputmode: "numeric",
        onchange: (/** @type {Event} */ event) => {
          const { value, validity } = /** @type {HTMLInputElement} */ (event.target);
          if (validity.valid) store.go({ [name]: value, page: "1" });
        },
      }),
    );
  return group(
    "years",
    Number(Boolean(state.year_from)) + Number(Boolean(state.year_to)),
    h("div", { class: "years" }, field("year_from"), field("year_to")),
  );
}
