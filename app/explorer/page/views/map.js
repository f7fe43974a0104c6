/** The map of the 32 states, and beside it who works in the one that was chosen. */

import { address, get } from "../api.js";
import { MOST_ROWS, counted, leftOut, projectsWith } from "../counts.js";
import { h, kept } from "../dom.js";
import { nameOf } from "../names.js";
import { StateMap } from "../parts/state-map.js";
import { isListable, isNarrowed, selection, store } from "../state.js";
import { choices, fold, mark, moneyWords } from "../ui.js";
import { compare, moneyOf, number, t, whole } from "../words.js";
import { onward, profileOf, profileParts } from "./place.js";

/**
 * @typedef {{certain: number | null, possible: number}} Value
 * @typedef {string[] | (() => Promise<import("../counts.js").Rows>)} Refs of the rows that a number counts, or how to get them
 * @typedef {{values: Map<string, Value>, nationwide: number, title: string, unit: string, note: string,
 *            leftOut: any, form: (value: number) => string,
 *            rows: (iso: string, certainty: "certain" | "possible") => Refs | null,
 *            beyond: {refs: Refs, count: number}}} Measured `rows` of a number that is no count are none
 * @typedef {import("../state.js").State} State
 */

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  const heading = h("h1", { tabindex: "-1" });
  const lead = h("p", { class: "lead" });
  const controls = h("div", { class: "controls" });
  const place = h("div", { class: "map" });
  const aside = h("div", { class: "beside" });
  const below = h("div", { class: "below" });
  root.append(heading, lead, h("div", { class: "map-and-beside" }, h("div", {}, controls, place, below), aside));
  const map = new StateMap(place, {
    words: t,
    onSelect: (/** @type {string} */ iso) => store.go({ place: store.state.place === iso ? "" : iso }),
  });
  /** @type {State} */
  let shown;
  /** Null before anything was seen: a page that is opened begins at its top. @type {string | null} */
  let lastPlace = null;

  return {
    async update(state, signal) {
      const [measured, profile] = await Promise.all([
        measure(state, signal),
        state.place ? profileOf(state.place, state.as_of, signal) : null,
      ]);
      if (signal.aborted) return "";
      shown = state;
      heading.textContent = t(isNarrowed(state) ? "map.title_narrowed" : "map.title");
      lead.textContent = t("map.lead");
      controls.replaceChildren(choices(t("map.measure"), "measure", measured.choices, state.measure));
      const names = new Map([...measured.values.keys()].map((iso) => [iso, nameOf(`state:${iso}`)]));
      await map.show({
        ...measured,
        caption: t("network.caption", { version: measured.version }),
        selected: new Set(state.place ? [state.place] : []),
        names,
      });
      if (signal.aborted) return "";
      const { beyond } = measured;
      below.replaceChildren(
        ...kept(
          counted([mark("nationwide"), measured.note], beyond.count ? beyond.refs : [], { count: beyond.count }),
          table(state, measured, names),
          leftOut(measured.leftOut),
        ),
      );
      if (profile) {
        aside.replaceChildren(
          h(
            "div",
            { class: "card" },
            h("a", { class: "close", href: store.href({ place: "" }), "aria-label": t("close") }, "×"),
            ...profileParts(profile, 3, "h2"),
            onward(state.place),
          ),
        );
        if (lastPlace !== null && lastPlace !== state.place)
          aside.querySelector("h2")?.focus({ preventScroll: matchMedia("(min-width: 900px)").matches });
      } else {
        aside.replaceChildren(start(state, measured, names));
      }
      lastPlace = state.place;
      return profile
        ? t("map.told_place", {
            name: nameOf(`state:${state.place}`),
            certain: profile.certain.count,
            possible: profile.possible.count,
            nationwide: profile.nationwide.count,
          })
        : t("map.told", { title: measured.title });
    },
    destroy: () => map.destroy(),
    picture: () => map,
    calls: () => [
      { path: "v1/networks/coverage", query: { by: "topic", ...selection(shown) }, isCitable: true },
      ...(shown.place ? [{ path: `v1/states/${shown.place}/profile`, query: { as_of: shown.as_of } }] : []),
    ],
    files: () => [
      { words: t("files.geojson"), href: file("geojson") },
      { words: t("files.network_csv"), href: file("csv") },
      { words: t("files.network_json"), href: file("node-link") },
      { words: t("files.network_gexf"), href: file("gexf") },
    ],
  };

  /** @param {string} format */
  function file(format) {
    return address("v1/networks/funder-partner-state", { ...selection(shown), format });
  }
}

/**
 * What the states are shaded by.
 * @param {State} state
 * @param {AbortSignal} signal
 * @returns {Promise<Measured & {version: string, choices: [string, string][]}>}
 */
async function measure(state, signal) {
  const [coverage, network] = await Promise.all([
    get("v1/networks/coverage", { by: "topic", max_ids: 1, ...selection(state) }, signal),
    state.measure === "projects"
      ? null
      : get("v1/networks/funder-partner-state", { ...selection(state), include: "projects" }, signal),
  ]);
  const codes = coverage.rows.map((/** @type {any} */ row) => row.id.slice(6));
  const found = !network
    ? projects(coverage, state)
    : state.measure === "organizations"
      ? organizations(network, codes)
      : funds(network, codes, state.measure.slice(6));
  const currencies = network ? network.graph.money.sums.map((/** @type {any} */ sum) => sum.currency) : ["USD"];
  const offered = new Set([...currencies, ...(state.measure.startsWith("money-") ? [state.measure.slice(6)] : [])]);
  return {
    ...found,
    version: coverage.data_version,
    choices: [
      ["projects", t("map.projects")],
      ["organizations", t("map.organizations")],
      ...[...offered].map(
        (currency) => /** @type {[string, string]} */ ([`money-${currency}`, t("map.money", { currency })]),
      ),
    ],
  };
}

/** @param {any} coverage @param {State} state @returns {Measured} */
function projects(coverage, state) {
  const values = new Map(
    coverage.rows.map((/** @type {any} */ row) => [
      row.id.slice(6),
      {
        certain: row.total.certain_count || (row.status === "none_recorded" ? 0 : null),
        possible: row.total.possible_count,
      },
    ]),
  );
  const nationwide = Math.max(0, ...coverage.rows.map((/** @type {any} */ row) => row.total.nationwide_count));
  // The ids would make the first view heavy, and few are looked at.
  const covered = (/** @type {string} */ ref, /** @type {string} */ certainty, most = MOST_ROWS) => async () => {
    const { rows } = await get("v1/networks/coverage", { by: "topic", max_ids: most, ...selection(state) });
    const total = rows.find((/** @type {any} */ row) => row.id === ref)?.total ?? { [certainty]: [] };
    return {
      refs: total[certainty].slice(most - MOST_ROWS).map((/** @type {string} */ id) => `project:${id}`),
      next: total[`${certainty}_count`] > most ? covered(ref, certainty, most + MOST_ROWS) : undefined,
    };
  };
  const ids = (/** @type {string} */ ref, /** @type {string} */ certainty) =>
    isListable(state) ? projectsWith(state, { state: ref.slice(6), certainty }) : covered(ref, certainty);
  const widest = coverage.rows.find((/** @type {any} */ row) => row.total.nationwide_count === nationwide);
  return {
    values,
    nationwide,
    title: t("map.projects"),
    unit: t("map.unit.projects"),
    form: number,
    leftOut: coverage.left_out,
    note: t("map.nationwide.projects", { count: nationwide }),
    rows: (iso, certainty) => ids(`state:${iso}`, certainty),
    beyond: { refs: widest ? ids(widest.id, "nationwide") : [], count: nationwide },
  };
}

/** @param {any} network @param {string[]} codes @returns {Measured} */
function organizations(network, codes) {
  const groups = new Map(
    network.nodes
      .filter((/** @type {any} */ node) => node.kind === "state_group")
      .map((/** @type {any} */ node) => [node.id, node]),
  );
  const places = network.edges.filter((/** @type {any} */ edge) => edge.relation === "works_in");
  const beyond = places.filter((/** @type {any} */ edge) => edge.target === "country:MX");
  const nationwide = beyond.length;
  /** @type {Map<string, {certain: string[], possible: string[]}>} */
  const rows = new Map(
    codes.map((iso) => {
      const here = `state:${iso}`;
      /** @type {Map<string, string>} */
      const certain = new Map(),
        possible = new Map();
      for (const edge of places) {
        if (edge.target === here) (edge.certainty === "certain" ? certain : possible).set(edge.source, edge.id);
        const group = groups.get(edge.target);
        if (group && !group.named.includes(here) && !group.excluded.includes(here)) possible.set(edge.source, edge.id);
      }
      const others = [...possible].filter(([source]) => !certain.has(source));
      return [iso, { certain: [...certain.values()], possible: others.map(([, id]) => id) }];
    }),
  );
  const values = new Map(
    [...rows].map(([iso, { certain, possible }]) => [iso, { certain: certain.length, possible: possible.length }]),
  );
  return {
    values,
    nationwide,
    title: t("map.organizations"),
    unit: t("map.unit.organizations"),
    form: number,
    leftOut: network.graph.left_out,
    note: t("map.nationwide.organizations", { count: nationwide }),
    rows: (iso, certainty) => rows.get(iso)?.[certainty] ?? [],
    beyond: { refs: beyond.map((/** @type {any} */ edge) => edge.id), count: nationwide },
  };
}

/**
 * Known money of the projects that certainly work in a state. A project in two states counts in both, so this is never
 * summed.
 * @param {any} network
 * @param {string[]} codes
 * @param {string} currency
 * @returns {Measured}
 */
function funds(network, codes, currency) {
  /** @type {Map<string, number>} */
  const paid = new Map();
  for (const edge of network.edges.filter((/** @type {any} */ one) => one.relation === "funds_project")) {
    for (const sum of edge.money.sums) {
      if (sum.currency === currency) paid.set(edge.target, (paid.get(edge.target) ?? 0) + sum.amount_minor);
    }
  }
  const known = (/** @type {string} */ place, /** @type {string} */ certainty) => {
    const amounts = network.edges
      .filter(
        (/** @type {any} */ edge) =>
          edge.relation === "located_in" && edge.target === place && edge.certainty === certainty,
      )
      .map((/** @type {any} */ edge) => paid.get(edge.source))
      .filter((/** @type {number | undefined} */ amount) => amount !== undefined);
    return amounts.length
      ? whole(
          amounts.reduce((/** @type {number} */ total, /** @type {number} */ amount) => total + amount, 0),
          currency,
        )
      : null;
  };
  return {
    values: new Map(codes.map((iso) => [iso, { certain: known(`state:${iso}`, "certain"), possible: 0 }])),
    nationwide: known("country:MX", "nationwide") ?? 0,
    title: t("map.money", { currency }),
    unit: t("map.unit.money", { currency }),
    leftOut: network.graph.left_out,
    form: (value) => moneyOf(value, currency),
    note: t("map.nationwide.money", { known: moneyWords(network.graph.money) }),
    rows: () => null,
    beyond: {
      refs: network.graph.money.unknown_amounts.map((/** @type {string} */ id) => `funding:${id}`),
      count: network.graph.money.unknown_amounts_count,
    },
  };
}

/**
 * The same as a table, for those who do not see the map, and for those who want the numbers.
 * @param {State} state
 * @param {Measured} measured
 * @param {Map<string, string>} names
 */
function table(state, measured, names) {
  const rows = [...measured.values].sort(
    ([a, x], [b, y]) =>
      (y.certain ?? -1) - (x.certain ?? -1) || y.possible - x.possible || compare(names.get(a) ?? a, names.get(b) ?? b),
  );
  const isMoney = state.measure.startsWith("money-");
  const figure = (
    /** @type {string} */ iso,
    /** @type {"certain" | "possible"} */ certainty,
    /** @type {number} */ value,
  ) =>
    counted(measured.form(value), (value && measured.rows(iso, certainty)) || [], {
      count: value,
      about: `${measured.title}, ${t(`certainty.${certainty}`)}, ${names.get(iso)}`,
      but: `state:${iso}`,
    });
  const made = fold(
    t("map.as_table"),
    false,
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": t("map.as_table") },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, t("record.state")),
            h("th", { scope: "col", class: "figure" }, t("certainty.certain")),
            !isMoney && h("th", { scope: "col", class: "figure" }, t("certainty.possible")),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map(([iso, value]) =>
            h(
              "tr",
              { class: iso === state.place ? "chosen" : null },
              h("th", { scope: "row" }, h("a", { href: store.href({ place: iso }) }, names.get(iso))),
              h("td", { class: "figure" }, value.certain === null ? t("unknown") : figure(iso, "certain", value.certain)),
              !isMoney && h("td", { class: "figure" }, figure(iso, "possible", value.possible)),
            ),
          ),
        ),
      ),
    ),
  );
  made.id = "map-table";
  return made;
}

/**
 * What stands beside the map before a state is chosen: what the colours mean, and where to begin.
 * @param {State} state
 * @param {Measured} measured
 * @param {Map<string, string>} names
 */
function start(state, measured, names) {
  const first = [...measured.values]
    .filter(([, value]) => value.certain)
    .sort(([a, x], [b, y]) => (y.certain ?? 0) - (x.certain ?? 0) || compare(names.get(a) ?? a, names.get(b) ?? b));
  const without = measured.values.size - first.length;
  return h(
    "div",
    { class: "card start" },
    h("h2", {}, t("map.choose")),
    h("p", {}, t("map.choose_help")),
    h(
      "ol",
      { class: "bars" },
      first.map(([iso, value]) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: store.href({ place: iso }) },
            h("span", {}, names.get(iso)),
            h("span", { class: "figure" }, measured.form(value.certain ?? 0)),
          ),
        ),
      ),
    ),
    without > 0 &&
      !state.filters.state.length &&
      h(
        "p",
        { class: "note" },
        h(
          "a",
          { href: "#map-table", "data-scroll": "map-table" },
          t(state.measure.startsWith("money-") ? "map.without_money" : "map.without", { count: without }),
        ),
      ),
    h("h2", {}, t("map.other")),
    h(
      "ul",
      { class: "questions" },
      h("li", {}, h("a", { href: store.href({ view: "withdrawal" }) }, t("view.withdrawal.asks"))),
      h("li", {}, h("a", { href: store.href({ view: "paths" }) }, t("view.paths.asks"))),
      h("li", {}, h("a", { href: store.href({ view: "network" }) }, t("view.network.asks"))),
    ),
  );
}
