/**
 * What is looked at, and how: all of it stands in the address of the page, and nothing of it anywhere else.
 *
 * A state is made from an address (`read`), and an address from a state (`href`). Views never change anything but the
 * state; they are drawn anew from it.
 */

/** Filters that take several values, by the names that the API has for them. */
export const FILTERS = /** @type {const} */ ([
  "state",
  "topic",
  "funder",
  "organization",
  "funder_kind",
  "partner_kind",
  "project_kind",
  "project_status",
  "collaboration_kind",
  "document",
  "certainty",
]);
export const VIEWS = /** @type {const} */ (["map", "network", "table", "years", "withdrawal", "paths", "record"]);

/** Of these, those that the list of projects does not take; networks take them all. */
const OF_NETWORKS = /** @type {const} */ (["funder_kind", "partner_kind", "collaboration_kind"]);

/** Everything else that a state may hold, each with what it is when the address does not say. */
const SINGLE = /** @type {const} */ ({
  year_from: "",
  year_to: "",
  as_of: "",
  lang: "",
  place: "",
  measure: "projects",
  network: "funder-partner-state",
  size: "degree",
  colour: "kind",
  basis: "",
  table: "projects",
  sort: "",
  page: "1",
  leaving: "",
  moment: "after",
  from: "",
  to: "",
  through: "organizations",
  record: "",
  open: "",
});
const ALLOWED = {
  measure: /^(projects|organizations|money-[A-Z]{3})$/,
  network: /^(funder-partner-state|coalitions)$/,
  size: /^(degree|betweenness|pagerank)$/,
  colour: /^(kind|community)$/,
  basis: /^(stated|stated,implied)?$/,
  table: /^(projects|organizations|funding)$/,
  moment: /^(before|after)$/,
  through: /^(organizations|projects)$/,
  page: /^[1-9][0-9]{0,5}$/,
  year_from: /^([0-9]{4})?$/,
  year_to: /^([0-9]{4})?$/,
  lang: /^(es|en)?$/,
  place: /^(MX-[A-Z]{3})?$/,
};
/** What belongs to one view, and is of no use to the others. */
const OF_VIEW = {
  map: ["place", "measure"],
  network: ["network", "size", "colour", "basis"],
  table: ["table", "sort", "page"],
  years: [],
  withdrawal: ["leaving", "moment"],
  paths: ["from", "to", "through"],
  record: ["record"],
};
/** Where an organization is meant, by the id of its record; networks write `org:` before that, and so may an address. */
const ORGANIZATIONS = ["funder", "organization", "leaving", "from", "to"];
const LONGEST = 300;
const MOST = 50;

/**
 * @typedef {(typeof VIEWS)[number]} ViewName
 * @typedef {(typeof FILTERS)[number]} Filter
 * @typedef {Record<keyof typeof SINGLE, string> & {view: ViewName, filters: Record<Filter, string[]>}} State
 * @typedef {Partial<Record<keyof typeof SINGLE, string>>} Values
 * @typedef {Values & {view?: ViewName, filters?: Partial<Record<Filter, string[]>>}} Changes
 */

/**
 * The state that an address stands for. What it cannot mean is left out.
 * @param {string} search
 * @returns {State}
 */
export function read(search) {
  const given = new URLSearchParams(search);
  const state = /** @type {State} */ ({ ...SINGLE, view: "map", filters: {} });
  for (const name of /** @type {(keyof typeof SINGLE)[]} */ (Object.keys(SINGLE))) {
    const value = meant(name, given.get(name) ?? "");
    const allowed = /** @type {Record<string, RegExp>} */ (ALLOWED)[name];
    if (value && (!allowed || allowed.test(value))) state[name] = value;
  }
  for (const name of FILTERS) {
    const values = given
      .getAll(name)
      .flatMap((value) => value.split(","))
      .map((value) => meant(name, value));
    state.filters[name] = [...new Set(values.filter(Boolean))].slice(0, MOST);
  }
  const view = /** @type {ViewName} */ (given.get("view"));
  if (VIEWS.includes(view)) state.view = view;
  if (state.record && !given.has("view")) state.view = "record";
  return state;
}

/**
 * @param {string} name
 * @param {string} value
 */
function meant(name, value) {
  const text = value.trim().slice(0, LONGEST);
  return ORGANIZATIONS.includes(name) && text.startsWith("org:") ? text.slice(4) : text;
}

/**
 * The address of a state, relative to the page.
 * @param {State} state
 */
export function href(state) {
  const query = new URLSearchParams();
  if (state.view !== "map" && state.view !== "record") query.set("view", state.view);
  for (const name of FILTERS) for (const value of state.filters[name]) query.append(name, value);
  for (const name of /** @type {(keyof typeof SINGLE)[]} */ (Object.keys(SINGLE))) {
    if (state[name] !== SINGLE[name]) query.set(name, state[name]);
  }
  // Colons, commas and tildes mean nothing in a query, and ids are read more easily with them.
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%7E", "~");
  return text ? `?${text}` : "./";
}

/**
 * A state with something changed. Another view begins without what belonged to the one before.
 * @param {State} state
 * @param {Changes} changes
 * @returns {State}
 */
export function changed(state, changes) {
  const { filters, ...single } = changes;
  const next = /** @type {State} */ ({ ...state, filters: { ...state.filters, ...filters } });
  if (changes.view && changes.view !== state.view) {
    for (const name of [...Object.values(OF_VIEW).flat(), "open"]) {
      const key = /** @type {keyof typeof SINGLE} */ (name);
      next[key] = SINGLE[key];
    }
  }
  return Object.assign(next, single);
}

/**
 * The filters as the parameters of a network; the version too.
 * @param {State} state
 * @returns {Record<string, string | string[]>}
 */
export function selection(state) {
  /** @type {Record<string, string | string[]>} */
  const asked = {};
  for (const name of FILTERS) {
    // Without a state and years it does nothing, and only makes the address longer.
    if (name === "certainty" && !(state.filters.state.length || state.year_from || state.year_to)) continue;
    if (state.filters[name].length) asked[name] = state.filters[name];
  }
  if (state.year_from) asked.year_from = state.year_from;
  if (state.year_to) asked.year_to = state.year_to;
  if (state.as_of) asked.as_of = state.as_of;
  return asked;
}

/**
 * The same as the list of projects takes it: a name is another one there, and some filters of networks are unknown.
 * @param {State} state
 */
export function selectionOfProjects(state) {
  const { project_kind: kind, ...asked } = selection(state);
  for (const name of OF_NETWORKS) delete asked[name];
  return { ...asked, kind };
}

/**
 * Whether the list of projects, asked for a state or for what has no date as well, answers for this selection: another
 * state there would widen it, and years leave out what has no date.
 * @param {State} state
 */
export const isListable = (state) =>
  ![...OF_NETWORKS, /** @type {const} */ ("state")].some((name) => state.filters[name].length) &&
  !(state.year_from || state.year_to);

/**
 * What narrows the selection and not what is seen, because the API does not answer that question so; and where that is.
 * @param {State} state
 * @returns {{filters: Filter[], where: "" | "record" | "place" | "projects" | "withdrawal"}}
 */
export function unheeded(state) {
  const chosen = (/** @type {readonly Filter[]} */ names) => names.filter((name) => state.filters[name].length);
  if (!isNarrowed(state)) return { filters: [], where: "" };
  if (state.view === "record") return { filters: chosen(FILTERS), where: "record" };
  if (state.view === "map" && state.place) return { filters: [], where: "place" };
  const isTable = state.view === "table" && state.table === "projects";
  const filters = isTable ? chosen(OF_NETWORKS) : state.view === "withdrawal" ? chosen(["funder"]) : [];
  return { filters, where: filters.length ? (isTable ? "projects" : "withdrawal") : "" };
}

/** @param {State} state */
export function isNarrowed(state) {
  return FILTERS.some((name) => state.filters[name].length) || Boolean(state.year_from || state.year_to);
}

/** @typedef {(state: State, before: State | null) => void} Listener */

class Store {
  constructor() {
    this.state = read(location.search);
    /** @type {Listener[]} */
    this.listeners = [];
    addEventListener("popstate", () => this.#set(read(location.search)));
  }

  /** @param {Listener} listener */
  listen(listener) {
    this.listeners.push(listener);
  }

  /**
   * @param {Changes} changes
   * @param {{replace?: boolean}} [how]
   */
  go(changes, { replace = false } = {}) {
    const next = changed(this.state, changes);
    const address = href(next);
    if (address === href(this.state)) return;
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#set(next);
  }

  /**
   * Follow a link within the page.
   * @param {string} search
   */
  visit(search) {
    const next = read(search);
    if (href(next) === href(this.state)) return;
    history.pushState(null, "", href(next));
    this.#set(next);
  }

  /** @param {Changes} changes */
  href(changes) {
    return href(changed(this.state, changes));
  }

  /** @param {State} next */
  #set(next) {
    const before = this.state;
    this.state = next;
    for (const listener of this.listeners) listener(next, before);
  }
}

export const store = new Store();
