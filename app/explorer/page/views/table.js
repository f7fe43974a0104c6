/** Projects, organizations and funding of the selection, row by row. */

import { address, get } from "../api.js";
import { counted, leftOut, whyNumber } from "../counts.js";
import { h, kept } from "../dom.js";
import { all, learn, nameOf } from "../names.js";
import { selection, selectionOfProjects, store } from "../state.js";
import { basisWords, certaintyMark, choices, empty, moneyWords, recordLink, unknownWord, whyLink } from "../ui.js";
import { compare, list, named, number, t } from "../words.js";

const PAGE = 50;
const NETWORK = "v1/networks/funder-partner-state";

/**
 * @typedef {import("../state.js").State} State
 * @typedef {import("../dom.js").Parts} Parts
 * @typedef {{key: string, words: string, isFigure?: boolean, sort?: (row: any) => string | number | null,
 *            show: (row: any) => Parts}} Column
 */

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  const controls = h("div", { class: "controls" });
  const body = h("div", { class: "table-body" });
  root.append(
    h("h1", { tabindex: "-1" }, t("view.table.asks")),
    h("p", { class: "lead" }, t("table.lead")),
    controls,
    body,
  );
  /** @type {State} */
  let shown;

  return {
    async update(state, signal) {
      shown = state;
      const { rows, columns, left } = await rowsOf(state, signal);
      if (signal.aborted) return "";
      controls.replaceChildren(
        choices(
          t("map.measure"),
          "table",
          [
            ["projects", t("map.projects")],
            ["organizations", t("map.organizations")],
            ["funding", t("table.funding")],
          ],
          state.table,
        ),
      );
      const sorted = order(rows, columns, state.sort || columns[0].key);
      const pages = Math.max(1, Math.ceil(rows.length / PAGE));
      const page = Math.min(Number(state.page), pages);
      body.replaceChildren(
        ...kept(
          rows.length ? table(sorted.slice((page - 1) * PAGE, page * PAGE), columns, state) : empty(t("table.empty")),
          pager(rows.length, page, pages),
          leftOut(left),
        ),
      );
      return t("table.told", { count: rows.length });
    },
    picture: () => null,
    calls: () => [
      shown.table === "projects"
        ? { path: "v1/projects", query: selectionOfProjects(shown) }
        : { path: NETWORK, query: selection(shown), isCitable: true },
    ],
    files: () =>
      shown.table === "projects"
        ? ["csv", "xlsx", "jsonl"].map((format) => ({
            words: `${t("map.projects")} (${format === "jsonl" ? "JSON Lines" : format.toUpperCase()})`,
            href: address("v1/projects", { ...selectionOfProjects(shown), format }),
          }))
        : [
            [shown.table === "funding" ? "csv-edges" : "csv-nodes", "CSV"],
            ["node-link", "JSON"],
            ["gexf", "GEXF"],
          ].map(([format, word]) => ({
            words: `${shown.table === "funding" ? t("table.funding") : t("map.organizations")} (${word})`,
            href: address(NETWORK, { ...selection(shown), format }),
          })),
  };
}

/**
 * @param {State} state
 * @param {AbortSignal} signal
 * @returns {Promise<{rows: any[], columns: Column[], left: any}>}
 */
async function rowsOf(state, signal) {
  if (state.table === "projects") return { rows: await projects(state, signal), columns: projectColumns(), left: null };
  const network = await get(NETWORK, selection(state), signal);
  await all("org");
  if (state.table === "funding") {
    return {
      rows: network.edges.filter((/** @type {any} */ edge) => edge.relation === "funds"),
      columns: fundingColumns(),
      left: network.graph.left_out,
    };
  }
  return { rows: organizations(network), columns: organizationColumns(), left: network.graph.left_out };
}

/**
 * All pages of the list: it is sorted and turned here as the others are.
 * @param {State} state
 * @param {AbortSignal} signal
 */
async function projects(state, signal) {
  const rows = [];
  let cursor;
  do {
    const answer = await get("v1/projects", { ...selectionOfProjects(state), limit: 500, cursor }, signal);
    rows.push(...answer.items);
    cursor = answer.next;
  } while (cursor && rows.length < 20_000);
  await learn(
    rows.flatMap((row) => row.effective_funder.organizations.map((/** @type {string} */ id) => `org:${id}`)),
    signal,
  );
  return rows;
}

/** Each with the rows that its numbers count: projects, and links with funders, recipients and states. @param {any} network */
function organizations(network) {
  const rows = new Map(
    network.nodes
      .filter((/** @type {any} */ node) => node.kind === "organization")
      .map((/** @type {any} */ node) => [
        node.id,
        { ...node, funders: new Set(), recipients: new Set(), states: new Set(), projects: new Set() },
      ]),
  );
  for (const edge of network.edges) {
    const from = rows.get(edge.source),
      to = rows.get(edge.target);
    for (const row of [from, to]) for (const id of edge.projects.certain) row?.projects.add(`project:${id}`);
    if (edge.relation === "funds") {
      from?.recipients.add(edge.id);
      to?.funders.add(edge.id);
    } else if (edge.certainty === "certain" && edge.target.startsWith("state:")) from?.states.add(edge.id);
  }
  return [...rows.values()];
}

/** @returns {Column[]} */
function projectColumns() {
  return [
    {
      key: "name",
      words: t("record.project"),
      sort: (row) => row.title,
      show: (row) => [recordLink(row.ref, row.title), " ", whyLink(row.ref, row.title)],
    },
    {
      key: "kind",
      words: t("filter.project_kind"),
      sort: (row) => named("project_kind", row.kind),
      show: (row) => named("project_kind", row.kind),
    },
    {
      key: "status",
      words: t("filter.project_status"),
      sort: (row) => named("project_status", row.project_status),
      show: (row) => named("project_status", row.project_status),
    },
    { key: "years", words: t("filter.years"), sort: (row) => row.start_date, show: (row) => span(row) },
    {
      key: "funder",
      words: t("filter.funder"),
      sort: (row) => funders(row),
      show: (row) => funders(row) ?? unknownWord(row.effective_funder.status),
    },
    {
      key: "topics",
      words: t("record.topic"),
      sort: (row) => row.topics.length,
      show: (row) => list(row.topics.map((/** @type {any} */ topic) => nameOf(`topic:${topic.topic}`))),
    },
  ];
}

/** @param {any} row */
const funders = (row) =>
  row.effective_funder.organizations.length
    ? list(row.effective_funder.organizations.map((/** @type {string} */ id) => nameOf(`org:${id}`)))
    : null;

/** From when to when, as far as it is known. @param {any} row */
export function span(row) {
  if (!row.start_date && !row.end_date) return h("span", { class: "unknown" }, t("undated"));
  if (row.start_date && row.start_date === row.end_date) return row.start_date;
  return `${row.start_date ?? "?"} – ${row.end_date ?? "?"}`;
}

/** @returns {Column[]} */
function organizationColumns() {
  const figure = (/** @type {string} */ key, /** @type {string} */ words) => ({
    key,
    words,
    isFigure: true,
    sort: (/** @type {any} */ row) => row[key].size,
    show: (/** @type {any} */ row) =>
      counted(number(row[key].size), [...row[key]], { about: `${words}, ${nameOf(row.id, row.label)}`, but: row.id }),
  });
  return [
    {
      key: "name",
      words: t("record.organization"),
      sort: (row) => nameOf(row.id, row.label),
      show: (row) => [recordLink(row.id, row.label), " ", whyLink(row.id, row.label)],
    },
    {
      key: "kind",
      words: t("network.kind"),
      sort: (row) => named("organization_kind", row.organization_kind),
      show: (row) => named("organization_kind", row.organization_kind),
    },
    figure("projects", t("map.unit.projects")),
    figure("funders", t("table.funders")),
    figure("recipients", t("table.recipients")),
    figure("states", t("table.states")),
  ];
}

/** @returns {Column[]} */
function fundingColumns() {
  const sum = (/** @type {any} */ row) => (row.money.sums.length === 1 ? row.money.sums[0].amount_minor : null);
  return [
    {
      key: "funder",
      words: t("filter.funder"),
      sort: (row) => nameOf(row.source),
      show: (row) => recordLink(row.source),
    },
    {
      key: "recipient",
      words: t("table.recipient"),
      sort: (row) => nameOf(row.target),
      show: (row) => [recordLink(row.target), " ", whyLink(row.id, nameOf(row.target))],
    },
    {
      key: "projects",
      words: t("map.projects"),
      isFigure: true,
      sort: (row) => row.weight,
      show: (row) => whyNumber(row.id, number(row.weight), `${nameOf(row.source)} – ${nameOf(row.target)}`),
    },
    { key: "money", words: t("money"), sort: sum, show: (row) => moneyWords(row.money) },
    { key: "basis", words: t("table.basis"), sort: (row) => row.basis.join(), show: (row) => basisWords(row.basis) },
    {
      key: "certainty",
      words: t("filter.certainty"),
      sort: (row) => row.certainty,
      show: (row) => certaintyMark(row.certainty),
    },
  ];
}

/**
 * In the order that is asked for; what is empty comes last either way.
 * @param {any[]} rows
 * @param {Column[]} columns
 * @param {string} sort the key of a column, `-` before it turns it round
 */
function order(rows, columns, sort) {
  const down = sort.startsWith("-");
  const column = columns.find(({ key }) => key === sort.replace(/^-/, "")) ?? columns[0];
  const value = column.sort ?? (() => null);
  return [...rows].sort((one, other) => {
    const a = value(one),
      b = value(other);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const way = typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b));
    return down ? -way : way;
  });
}

/**
 * @param {any[]} rows
 * @param {Column[]} columns
 * @param {State} state
 */
function table(rows, columns, state) {
  const sort = state.sort || columns[0].key;
  const head = columns.map(({ key, words, isFigure }) => {
    const isUp = sort === key,
      isDown = sort === `-${key}`;
    return h(
      "th",
      {
        scope: "col",
        class: isFigure ? "figure" : null,
        "aria-sort": isUp ? "ascending" : isDown ? "descending" : null,
      },
      h(
        "a",
        { href: store.href({ sort: isUp ? `-${key}` : key, page: "1" }), "data-keep": true, id: `sort-${key}` },
        words,
        isUp ? " ↑" : isDown ? " ↓" : "",
      ),
    );
  });
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("view.table") },
    h(
      "table",
      { class: "sortable" },
      h("thead", {}, h("tr", {}, head)),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            columns.map(({ isFigure, show }, place) =>
              h(place ? "td" : "th", { class: isFigure ? "figure" : null, scope: place ? null : "row" }, show(row)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** @param {number} count @param {number} page @param {number} pages */
function pager(count, page, pages) {
  return h(
    "nav",
    { class: "pager", "aria-label": t("table.pages"), id: "pager" },
    h("span", {}, t("table.count", { count })),
    page > 1 && h("a", { href: store.href({ page: String(page - 1) }), "data-keep": true }, t("table.before")),
    pages > 1 && h("span", {}, t("table.page", { page, pages })),
    page < pages && h("a", { href: store.href({ page: String(page + 1) }), "data-keep": true }, t("table.after")),
  );
}
