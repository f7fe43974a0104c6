/** What things are called: states, topics, documents, organizations, unnamed parties, by their ids with a prefix. */

import { Problem, get } from "./api.js";
import { spoken, t } from "./words.js";

const PAGE = 500;

/** @typedef {{ref: string, [field: string]: any}} Row */

/** Lists that are asked for once, and the first page of each. */
const PATHS = {
  state: "states",
  topic: "topics",
  document: "documents",
  org: "organizations",
  party: "unnamed-parties",
};
/** Kinds of which only single records are asked for. */
const SINGLE = {
  project: "projects",
  collaboration: "collaborations",
  place: "places",
  tool: "tools",
  state_group: "state-groups",
  funding: "funding",
  participation: "participations",
  project_state: "project-states",
  collaboration_member: "collaboration-members",
  indicator: "indicators",
  finding: "findings",
  legal_instrument: "legal-instruments",
  beneficiary_group: "beneficiary-groups",
  organization_relation: "organization-relations",
  citation: "citations",
};

/** @type {Map<string, Row>} */
let known = new Map();
/** @type {Map<string, Promise<void>>} */
let lists = new Map();
/** What was asked for by its id, and is not there. @type {Set<string>} */
let absent = new Set();
/** @type {string} */
let version = "";

/** Another version of the data may call things by other names. @param {string} asOf */
export function namesAsOf(asOf) {
  if (asOf === version) return;
  version = asOf;
  // What is still on its way comes into the old ones.
  known = new Map();
  lists = new Map();
  absent = new Set();
}

/**
 * The kind of a record and its id.
 * @param {string} ref
 */
export function parsed(ref) {
  const [kind, ...rest] = ref.split(":");
  return { kind, id: rest.join(":") };
}

/**
 * Where the API has the record.
 * @param {string} ref
 */
export function pathOf(ref) {
  const { kind, id } = parsed(ref);
  const path = /** @type {Record<string, string>} */ ({ ...PATHS, ...SINGLE })[kind];
  return path ? `v1/${path}/${encodeURIComponent(id)}` : null;
}

/**
 * All rows of a small list.
 * @param {keyof typeof PATHS} kind
 * @returns {Promise<Row[]>}
 */
export async function all(kind) {
  await load(kind);
  return [...known.values()].filter((row) => parsed(row.ref).kind === kind);
}

/**
 * Sees to it that the names of these are known. What is not in the first page of its list, and not among the nodes of a
 * network that is there, is asked for one by one.
 * @param {string[]} refs
 * @param {AbortSignal} [signal]
 * @param {{id: string, label: string, acronym?: string | null}[]} [nodes]
 */
export async function learn(refs, signal, nodes = []) {
  const wanted = [...new Set(refs)].filter((ref) => !known.has(ref));
  const kinds = new Set(wanted.map((ref) => parsed(ref).kind));
  await Promise.all(
    [...kinds].filter((kind) => kind in PATHS).map((kind) => load(/** @type {keyof typeof PATHS} */ (kind))),
  );
  for (const { id, label, acronym } of nodes) {
    if (!known.has(id)) remember({ ref: id, id: parsed(id).id, name: label, description: label, acronym });
  }
  const missing = wanted.filter((ref) => !known.has(ref)).slice(0, PAGE / 10);
  const [into, gone] = [known, absent];
  await Promise.all(
    missing.map(async (ref) => {
      const path = pathOf(ref);
      if (!path) return;
      try {
        into.set(ref, await get(path, { as_of: version }, signal));
      } catch (error) {
        // Somebody may have taken it away since; then its id has to do.
        if (!(error instanceof Problem)) throw error;
        if (error.kind === "not-found" || error.kind === "gone") gone.add(ref);
      }
    }),
  );
}

/** Whether a record was asked for by its id, and is not there. @param {string} ref */
export const isAbsent = (ref) => absent.has(ref);

/** @param {keyof typeof PATHS} kind */
function load(kind) {
  const [into, asked] = [known, lists];
  let coming = asked.get(kind);
  if (!coming) {
    coming = get(`v1/${PATHS[kind]}`, { limit: PAGE, as_of: version }).then((answer) => {
      for (const row of answer.items) into.set(row.ref, row);
    });
    coming.catch(() => asked.delete(kind));
    asked.set(kind, coming);
  }
  return coming;
}

/**
 * Who pays, or who gets it: an organization or an unnamed party; null where no source says so.
 * @param {any} row of funding
 * @param {"funder" | "recipient"} side
 * @returns {string | null}
 */
export const endOf = (row, side) =>
  row[side] ? `org:${row[side]}` : row[`${side}_party`] ? `party:${row[`${side}_party`]}` : null;

/** Learns the names of rows, and of those between whom the rows of funding among them are. @param {string[]} refs */
export async function learnRows(refs) {
  await learn(refs);
  const rows = refs.map((ref) => known.get(ref)).filter((row) => row?.ref.startsWith("funding:"));
  await learn(rows.flatMap((row) => [endOf(row, "funder"), endOf(row, "recipient")].filter((end) => end !== null)));
}

/** @param {Row} row */
export function remember(row) {
  known.set(row.ref, row);
}

/**
 * What something is called in the language of the page, if the data know; else as the data call it, else `fallback`.
 * @param {string} ref
 * @param {string} [fallback]
 * @returns {string}
 */
export function nameOf(ref, fallback) {
  if (ref === "country:MX") return t("country.MX");
  const row = known.get(ref);
  if (!row) return fallback ?? parsed(ref).id;
  const { kind, id } = parsed(ref);
  if (kind === "topic" && row.label_es) return spoken() === "es" ? row.label_es : row.label_en;
  if (kind === "party" || kind === "beneficiary_group") return row.description;
  if (kind === "funding") {
    const [from, to] = [endOf(row, "funder"), endOf(row, "recipient")];
    return `${from ? nameOf(from) : t("unknown")} → ${to ? nameOf(to) : t("unknown")}`;
  }
  const own = row.name ?? row.title ?? row.label ?? row.summary ?? row.id;
  // The names of states are not translated, but for these two.
  if (id === "MX-CMX" || id === "MX-MEX") return t(`state.${id}`);
  if (kind === "state") return shortened(row) || own;
  return translated(row, "translation") ?? own;
}

/** What people say for a state: "Coahuila"; not a longer form of the same name. @param {Row} row */
function shortened(row) {
  const short = translated(row, "short");
  return short && !short.startsWith(row.name) ? short : undefined;
}

/**
 * @param {Row} row
 * @param {string} kind
 * @returns {string | undefined}
 */
function translated(row, kind) {
  return (row.names ?? []).find(
    (/** @type {any} */ name) => name.kind === kind && name.language === (kind === "short" ? "es" : spoken()),
  )?.text;
}

/**
 * The same, short: the acronym where there is one.
 * @param {string} ref
 * @param {string} [fallback]
 */
export function shortName(ref, fallback) {
  return known.get(ref)?.acronym ?? nameOf(ref, fallback);
}
