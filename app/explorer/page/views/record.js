/** All that is known of one organization, project, state or collaboration, with what is not known said to be so. */

import { Problem, address, get } from "../api.js";
import { h, kept } from "../dom.js";
import { rows as evidenceRows } from "../evidence.js";
import { endOf, learn, nameOf, parsed, pathOf, remember } from "../names.js";
import { store } from "../state.js";
import {
  certaintyMark,
  empty,
  facts,
  fold,
  moneyWords,
  recordLink,
  section,
  unknownWord,
  valueOf,
  whyLink,
} from "../ui.js";
import { list, money, named, number, t } from "../words.js";
import { onward, profileOf, profileParts } from "./place.js";
import { span } from "./table.js";

/**
 * @typedef {import("../state.js").State} State
 * @typedef {import("../dom.js").Parts} Parts
 * @typedef {{path: string, query: import("../api.js").Query, parts: Node[]}} Page
 */

const OF_PROJECT =
  "citations,projects,funding,participations,state_groups,project_states,collaborations,indicators,tools," +
  "legal_instruments,findings,beneficiary_groups,parent";
const OF_COLLABORATION = "citations,collaboration_members,findings,project";

/** @type {Record<string, (id: string, state: State, signal: AbortSignal) => Promise<Page>>} */
const PAGES = { org: organization, project, state: place, collaboration };

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  /** @type {Page | null} */
  let page = null;
  let ref = "";
  return {
    async update(state, signal) {
      const { kind, id } = parsed(state.record);
      if (!id) throw new Problem("not-found");
      const found = await (PAGES[kind] ?? other)(id, state, signal);
      if (signal.aborted) return "";
      page = found;
      ref = state.record;
      root.replaceChildren(...page.parts);
      return root.querySelector("h1")?.textContent ?? "";
    },
    picture: () => null,
    calls: () => (page ? [page] : []),
    files: () => (page ? filesOf(page, ref) : []),
  };
}

/** The lists that belong to a page, as files: for each kind their paths, and the parameters that choose its rows. */
const LISTS = /** @type {Record<string, (id: string, ref: string) => [string, string, import("../api.js").Query][]>} */ ({
  org: (_, ref) => [
    ["files.network_csv", `v1/networks/ego/${ref}`, { format: "csv" }],
    ["files.network_gexf", `v1/networks/ego/${ref}`, { format: "gexf" }],
  ],
  project: (id) => [
    ["files.money_csv", "v1/funding", { project: id, format: "csv" }],
    ["files.who_csv", "v1/participations", { project: id, format: "csv" }],
  ],
  state: (id) => [
    ["files.projects_csv", "v1/projects", { state: id, certainty: ["certain", "possible", "nationwide"], format: "csv" }],
  ],
  collaboration: (id) => [["files.members_csv", "v1/collaboration-members", { collaboration: id, format: "csv" }]],
});

/**
 * @param {Page} page
 * @param {string} ref
 * @returns {import("../tools.js").File[]}
 */
function filesOf({ path, query }, ref) {
  const { kind, id } = parsed(ref);
  const { as_of } = query;
  return [
    { words: t("files.record"), href: address(path, query), name: "tejido-record.json" },
    { words: t("files.evidence"), href: address("v1/evidence", { record: ref, as_of }), name: "tejido-evidence.json" },
    ...(LISTS[kind]?.(id, ref) ?? []).map(([words, list, chosen]) => ({
      words: t(words),
      href: address(list, { ...chosen, as_of }),
    })),
  ];
}

/**
 * @param {string} ref
 * @param {string} kind
 * @param {string} name
 * @param {Parts} said
 * @param {Parts} [more]
 */
const head = (ref, kind, name, said, more = null) =>
  h(
    "header",
    { class: "record-head" },
    h("p", { class: "found-kind" }, kind),
    h("h1", { tabindex: "-1" }, name),
    ...(Array.isArray(said) ? said : [said]),
    ...(Array.isArray(more) ? more : [more]),
    h("p", {}, whyLink(ref, name)),
  );

/** What the data say in their own language. @param {string | null} text */
const told = (text) => text && h("p", { lang: "en" }, text);

/**
 * @param {string} title
 * @param {any[]} items
 * @param {(one: any) => Parts} line
 * @param {Parts} [none] what is said where there are none
 */
function listed(title, items, line, none = unknownWord("none_recorded")) {
  const made = section(
    2,
    title,
    items.length
      ? h(
          "ul",
          { class: "plain" },
          items.map((one) => h("li", {}, ...[line(one)].flat())),
        )
      : h("p", {}, none),
  );
  if (!items.length && none instanceof HTMLElement && none.dataset.status === "none_recorded")
    made.dataset.none = title;
  return made;
}

/**
 * The parts of a page. Those of which nothing is recorded are said in one place; what is unknown keeps its own.
 * @param {...(HTMLElement | false | null)} all
 */
function parts(...all) {
  const found = /** @type {HTMLElement[]} */ (kept(...all));
  const empty = found.filter((part) => part.dataset.none);
  const last = found.filter((part) => part.classList.contains("wide"));
  return h(
    "div",
    { class: "record-parts" },
    h(
      "div",
      { class: "record-columns" },
      found.filter((part) => !empty.includes(part) && !last.includes(part)),
      empty.length > 0 &&
        section(2, t("record.nothing"), h("p", { class: "empty" }, list(empty.map((part) => part.dataset.none ?? "")))),
    ),
    last,
  );
}

/** What is unknown and what is not there. @param {string} status */
const none = (status) => unknownWord(status);

/** @param {string} id @param {State} state @param {AbortSignal} signal @returns {Promise<Page>} */
async function organization(id, state, signal) {
  const path = `v1/organizations/${id}/profile`,
    query = { as_of: state.as_of };
  const profile = await get(path, query, signal);
  const one = profile.organization;
  remember(one);
  const { funders, funds, works_in: works, works_with: others, projects } = profile;
  await learn(
    [
      ...[
        ...funders.direct,
        ...funders.inherited,
        ...funds.items,
        ...others.items,
        ...works.certain,
        ...works.possible,
      ].flatMap((edge) => [edge.source, edge.target]),
      ...one.included.organization_relations.flatMap((/** @type {any} */ relation) =>
        [relation.subject, relation.object].filter(Boolean).map((other) => `org:${other}`),
      ),
    ],
    signal,
  );
  const name = nameOf(one.ref);
  const paid = [...funders.direct, ...funders.inherited];
  const ties = new Map();
  for (const edge of others.items) {
    const who = edge.source === one.ref ? edge.target : edge.source;
    ties.set(who, [...(ties.get(who) ?? []), edge]);
  }
  const also = one.names
    .map((/** @type {any} */ form) => form.text)
    .filter((/** @type {string} */ text) => text !== name);
  if (one.name !== name) also.unshift(one.name);
  return {
    path,
    query,
    parts: [
      head(
        one.ref,
        named("record", "organization"),
        one.acronym ? `${name} (${one.acronym})` : name,
        told(one.summary),
        told(one.note),
      ),
      onwardOf({ organization: [id] }, one),
      parts(
        section(
          2,
          t("record.facts"),
          facts([
            [t("network.kind"), named("organization_kind", one.kind)],
            [
              t("record.also"),
              also.length ? list([...new Set(/** @type {string[]} */ (also))]) : unknownWord(one.value_status.names),
            ],
            [t("record.country"), valueOf(one, "country")],
            [
              t("record.website"),
              one.website && /^https?:/.test(one.website)
                ? h("a", { href: one.website, rel: "noreferrer external" }, one.website)
                : valueOf(one, "website"),
            ],
            [
              t("record.topics"),
              profile.topics.items.length
                ? list(profile.topics.items.map((/** @type {string} */ topic) => nameOf(`topic:${topic}`)))
                : none(profile.topics.status),
            ],
          ]),
        ),
        listed(
          t("record.funded_by"),
          paid,
          (edge) => [
            recordLink(edge.source),
            " ",
            h("span", { class: "paid" }, edge.relation === "supports" ? t("record.inherited") : moneyWords(edge.money)),
            " ",
            whyLink(edge.id, nameOf(edge.source)),
          ],
          none(funders.status),
        ),
        listed(
          t("record.funds"),
          funds.items,
          (edge) => [
            recordLink(edge.target),
            " ",
            h("span", { class: "paid" }, moneyWords(edge.money)),
            " ",
            whyLink(edge.id, nameOf(edge.target)),
          ],
          none(funds.status),
        ),
        listed(
          t("record.works_in"),
          [...works.certain, ...works.possible, ...works.nationwide],
          (edge) => [
            recordLink(edge.target),
            " ",
            certaintyMark(edge.certainty),
            " ",
            whyLink(edge.id, nameOf(edge.target)),
          ],
          none(works.status),
        ),
        listed(
          t("record.works_with"),
          [...ties],
          ([who, edges]) => [
            recordLink(who),
            " ",
            ...edges.flatMap((/** @type {any} */ edge) => [
              h("span", { class: `tag ${edge.declared ? "" : "inferred"}` }, named("tie", edge.relation)),
              " ",
              whyLink(edge.id, nameOf(who)),
              " ",
            ]),
          ],
          none(others.status),
        ),
        listed(
          t("map.projects"),
          projects.items,
          (project) => [
            recordLink(project.ref, project.title),
            " ",
            h("span", { class: "tag" }, named("project_status", project.project_status)),
            " ",
            whyLink(project.ref, project.title),
          ],
          none(projects.status),
        ),
        listed(t("record.collaborations"), profile.collaborations, collaborationLine),
        listed(t("record.relations"), one.included.organization_relations, (relation) => [
          nameOf(`org:${relation.subject}`, relation.subject_name ?? ""),
          " ",
          named("relation_kind", relation.kind),
          " ",
          recordLink(`org:${relation.object}`),
          " ",
          whyLink(relation.ref, named("relation_kind", relation.kind)),
        ]),
        listed(t("record.tools"), one.included.tools, (tool) => [
          recordLink(tool.ref, tool.name),
          " ",
          whyLink(tool.ref, tool.name),
        ]),
        listed(t("record.indicators"), one.included.indicators, indicator),
        sources(profile),
      ),
    ],
  };
}

/** @param {string} id @param {State} state @param {AbortSignal} signal @returns {Promise<Page>} */
async function project(id, state, signal) {
  const path = `v1/projects/${id}`,
    query = { include: OF_PROJECT, as_of: state.as_of };
  const one = await get(path, query, signal);
  remember(one);
  const { included } = one;
  for (const rows of Object.values(included)) for (const row of [rows].flat()) if (row?.ref) remember(row);
  await learn(
    [
      ...one.effective_funder.organizations.map((/** @type {string} */ other) => `org:${other}`),
      ...included.participations.map(partyOf),
      ...included.funding.flatMap((/** @type {any} */ row) => [endOf(row, "funder"), endOf(row, "recipient")]),
      ...included.project_states.map(placeOf),
      ...included.funding.map((/** @type {any} */ row) => row.through_project && `project:${row.through_project}`),
      one.effective_funder.inherited_from && `project:${one.effective_funder.inherited_from}`,
    ].filter(Boolean),
    signal,
  );
  const found = await get("v1/evidence", { record: one.ref, as_of: state.as_of }, signal);
  const { effective_funder: funder } = one;
  return {
    path,
    query,
    parts: [
      head(one.ref, named("record", "project"), one.title, told(one.summary), told(one.note)),
      parts(
        section(
          2,
          t("record.facts"),
          facts([
            [t("filter.project_kind"), named("project_kind", one.kind)],
            [
              t("filter.project_status"),
              [
                named("project_status", one.project_status),
                " ",
                one.status_note && h("span", { class: "paid", lang: "en" }, one.status_note),
              ],
            ],
            [
              t("filter.years"),
              [span(one), " ", one.date_note && h("span", { class: "paid", lang: "en" }, one.date_note)],
            ],
            [t("record.part_of"), one.parent ? recordLink(`project:${one.parent}`) : valueOf(one, "parent")],
            [
              t("record.topics"),
              one.topics.length
                ? list(one.topics.map((/** @type {any} */ topic) => nameOf(`topic:${topic.topic}`)))
                : valueOf(one, "topics"),
            ],
          ]),
        ),
        section(
          2,
          t("record.funded_by"),
          funder.organizations.length
            ? h(
                "ul",
                { class: "plain" },
                funder.organizations.map((/** @type {string} */ other) => h("li", {}, recordLink(`org:${other}`))),
              )
            : h("p", {}, unknownWord(funder.status), " ", funder.status === "unknown" && t("record.funder_unknown")),
          funder.inherited_from &&
            h("p", { class: "note" }, t("record.through_parent"), " ", recordLink(`project:${funder.inherited_from}`)),
          h(
            "ul",
            { class: "plain" },
            included.funding.map((/** @type {any} */ row) =>
              h(
                "li",
                {},
                party(endOf(row, "funder")),
                " → ",
                party(endOf(row, "recipient")),
                ": ",
                row.amount_minor === null
                  ? unknownWord(row.value_status.amount)
                  : money(row.amount_minor, row.currency),
                row.currency_presumed && ` ${t("money.presumed")}`,
                row.through_project && [" ", t("record.through"), " ", recordLink(`project:${row.through_project}`)],
                " ",
                whyLink(row.ref, t("money")),
              ),
            ),
          ),
        ),
        listed(
          t("record.who"),
          included.participations,
          roleLine,
          unknownWord("unknown"),
        ),
        section(2, t("record.where"), where(one)),
        listed(t("record.parts"), included.projects, (row) => [
          recordLink(row.ref, row.title),
          " ",
          h("span", { class: "tag" }, named("project_kind", row.kind)),
        ]),
        listed(t("record.collaborations"), included.collaborations, collaborationLine),
        listed(t("record.for_whom"), included.beneficiary_groups, (row) => [
          h("span", { lang: "en" }, row.description),
          " ",
          whyLink(row.ref, row.description),
        ]),
        listed(t("record.indicators"), included.indicators, indicator),
        listed(
          t("record.findings"),
          included.findings,
          (row) => [h("span", { lang: "en" }, row.summary), " ", whyLink(row.ref, t("record.finding"))],
          one.result_status === "unknown" ? unknownWord("unknown") : undefined,
        ),
        listed(t("record.tools"), included.tools, (row) => [
          recordLink(row.ref, row.name),
          " ",
          whyLink(row.ref, row.name),
        ]),
        listed(t("record.laws"), included.legal_instruments, (row) => [
          h("span", { lang: "en" }, row.name ?? row.label ?? row.id),
          " ",
          whyLink(row.ref, row.id),
        ]),
        sources({ evidence: found.items, documents: found.documents }),
      ),
    ],
  };
}

/** The states and groups of a project, and what of it stays open. @param {any} one */
function where(one) {
  const { project_states: places, state_groups: groups } = one.included;
  if (!places.length && !groups.length) return h("p", {}, unknownWord(one.place_status));
  return h(
    "ul",
    { class: "plain" },
    places.map((/** @type {any} */ row) =>
      h(
        "li",
        {},
        row.place === "MX" ? t("country.MX") : party(placeOf(row)),
        " ",
        row.role !== "target" && h("span", { class: "tag planned" }, named("state_role", row.role)),
        row.membership === "excluded" && h("span", { class: "tag" }, t("record.excluded")),
        " ",
        whyLink(row.ref, nameOf(placeOf(row) ?? "")),
      ),
    ),
    groups.map((/** @type {any} */ row) =>
      h(
        "li",
        {},
        certaintyMark("possible"),
        " ",
        h("span", { lang: "en" }, row.label),
        ": ",
        row.count === null
          ? t("record.count_unknown")
          : t("record.group", { count: row.count, named: row.named.length }),
        " ",
        whyLink(row.ref, row.label),
      ),
    ),
  );
}

/** @param {string} id @param {State} state @param {AbortSignal} signal @returns {Promise<Page>} */
async function place(id, state, signal) {
  const profile = await profileOf(id, state.as_of, signal);
  return {
    path: `v1/states/${id}/profile`,
    query: { as_of: state.as_of },
    parts: [h("div", { class: "record-head" }, ...profileParts(profile, 2, "h1")), onward(id), parts(sources(profile))],
  };
}

/** @param {string} id @param {State} state @param {AbortSignal} signal @returns {Promise<Page>} */
async function collaboration(id, state, signal) {
  const path = `v1/collaborations/${id}`,
    query = { include: OF_COLLABORATION, as_of: state.as_of };
  const [one, found] = await Promise.all([
    get(path, query, signal),
    get("v1/evidence", { record: `collaboration:${id}`, as_of: state.as_of }, signal),
  ]);
  remember(one);
  const { collaboration_members: members, project: its, findings } = one.included;
  if (its) remember(its);
  await learn(members.map(partyOf).filter(Boolean), signal);
  const name = one.name ?? named("collaboration_kind", one.kind);
  return {
    path,
    query,
    parts: [
      head(one.ref, named("record", "collaboration"), name, told(one.note)),
      parts(
        section(
          2,
          t("record.facts"),
          facts([
            [t("network.kind"), named("collaboration_kind", one.kind)],
            [
              t("filter.project_status"),
              [
                h(
                  "span",
                  { class: `tag ${one.collaboration_status}` },
                  named("collaboration_status", one.collaboration_status),
                ),
                " ",
                one.status_note && h("span", { class: "paid", lang: "en" }, one.status_note),
              ],
            ],
            [t("record.goal"), one.goal ? h("span", { lang: "en" }, one.goal) : valueOf(one, "goal")],
            [t("record.project"), its ? recordLink(its.ref, its.title) : valueOf(one, "project")],
            [
              t("record.where"),
              one.states.length
                ? one.states.flatMap((/** @type {any} */ row, /** @type {number} */ at) => [
                    at > 0 && ", ",
                    party(placeOf(row)),
                  ])
                : unknownWord("none_recorded"),
            ],
          ]),
          one.plural && h("p", { class: "note" }, t("record.plural")),
        ),
        listed(
          t("record.members"),
          members,
          roleLine,
          unknownWord("unknown"),
        ),
        listed(t("record.findings"), findings, (row) => [
          h("span", { lang: "en" }, row.summary),
          " ",
          whyLink(row.ref, t("record.finding")),
        ]),
        sources({ evidence: found.items, documents: found.documents }),
      ),
    ],
  };
}

/**
 * Kinds without a page of their own: the name, what it says of itself, and where it stands.
 * @param {string} _
 * @param {State} state
 * @param {AbortSignal} signal
 * @returns {Promise<Page>}
 */
async function other(_, state, signal) {
  const path = pathOf(state.record);
  if (!path) throw new Problem("not-found");
  const query = { as_of: state.as_of };
  const [one, found] = await Promise.all([
    get(path, query, signal),
    get("v1/evidence", { record: state.record, as_of: state.as_of }, signal),
  ]);
  remember(one);
  await learn(
    [
      ...(one.projects ?? []).map((/** @type {string} */ id) => `project:${id}`),
      one.owner && `org:${one.owner}`,
      one.project && `project:${one.project}`,
    ].filter(Boolean),
    signal,
  );
  const said = /** @type {[string, Parts][]} */ (
    [
      [t("record.owner"), one.owner && recordLink(`org:${one.owner}`)],
      [t("record.purpose"), one.purpose && h("span", { lang: "en" }, one.purpose)],
      [t("record.project"), one.project && recordLink(`project:${one.project}`)],
      [
        t("map.projects"),
        one.projects?.length > 0 &&
          one.projects.flatMap((/** @type {string} */ id, /** @type {number} */ at) => [
            at > 0 && ", ",
            recordLink(`project:${id}`),
          ]),
      ],
      [t("record.state"), one.within_state && recordLink(`state:${one.within_state}`)],
      [t("record.note"), one.note && h("span", { lang: "en" }, one.note)],
    ].filter(([, value]) => value)
  );
  return {
    path,
    query,
    parts: [
      head(state.record, named("record", parsed(state.record).kind), nameOf(state.record), null),
      parts(
        said.length > 0 && section(2, t("record.facts"), facts(said)),
        sources({ evidence: found.items, documents: found.documents }),
      ),
    ],
  };
}

/** @param {any} row @returns {string | null} */
const partyOf = (row) => (row.organization ? `org:${row.organization}` : row.party ? `party:${row.party}` : null);
/** @param {any} row @returns {string | null} */
const placeOf = (row) => (row.state ? `state:${row.state}` : row.place ? `place:${row.place}` : null);
/** @param {string | null} ref */
const party = (ref) => (ref ? recordLink(ref) : h("span", { class: "unknown" }, t("unknown")));

/** Who takes part, and as what. @param {any} row @returns {Parts} */
const roleLine = (row) => [
  party(partyOf(row)),
  " ",
  h("span", { class: "tag" }, named("role", row.role)),
  " ",
  whyLink(row.ref, nameOf(partyOf(row) ?? "")),
];

/** @param {any} row @returns {Parts} */
const collaborationLine = (row) => [
  recordLink(row.ref, row.name ?? named("collaboration_kind", row.kind)),
  " ",
  h("span", { class: "tag" }, named("collaboration_kind", row.kind)),
  " ",
  h("span", { class: `tag ${row.collaboration_status}` }, named("collaboration_status", row.collaboration_status)),
  " ",
  whyLink(row.ref, row.name ?? row.kind),
];

/** A figure with what the source says of how exact it is. @param {any} row @returns {Parts} */
function indicator(row) {
  const figure =
    row.value === null
      ? unknownWord("unknown")
      : [
          row.qualifier && row.qualifier !== "exact" && row.qualifier !== "range"
            ? `${named("qualifier", row.qualifier)} `
            : "",
          number(Number(row.value)),
          row.value_high ? ` – ${number(Number(row.value_high))}` : "",
          row.unit ? ` ${row.unit}` : "",
        ];
  return [
    h("span", { lang: "en" }, row.label),
    ": ",
    ...[figure].flat(),
    " ",
    h("span", { class: "tag" }, named("indicator_kind", row.kind)),
    " ",
    whyLink(row.ref, row.label),
  ];
}

/** @param {{evidence: any[], documents: any[]}} found */
function sources({ evidence, documents }) {
  const made = section(
    2,
    t("record.sources"),
    documents.length
      ? h(
          "ul",
          { class: "plain" },
          documents.map((one) =>
            h(
              "li",
              {},
              h("cite", { lang: "en" }, one.title),
              one.publisher && ` (${one.publisher}${one.year ? `, ${one.year}` : ""})`,
            ),
          ),
        )
      : empty(t("evidence.no_place")),
    fold(t("record.every_row", { count: evidence.length }), false, ...evidenceRows(evidence, documents)),
  );
  made.classList.add("wide", "sources");
  return made;
}

/** @param {Partial<Record<import("../state.js").Filter, string[]>>} filters @param {any} one */
function onwardOf(filters, one) {
  const id = one.id;
  return h(
    "ul",
    { class: "onward" },
    h("li", {}, h("a", { href: store.href({ view: "network", filters }) }, t("record.network"))),
    h("li", {}, h("a", { href: store.href({ view: "paths", from: id }) }, t("record.paths"))),
    one.kind === "funder" &&
      h("li", {}, h("a", { href: store.href({ view: "withdrawal", leaving: id }) }, t("record.withdrawal"))),
  );
}
