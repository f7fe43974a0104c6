/** Who works in a state, and how sure that is: beside the map, and as a page of its own. */

import { get } from "../api.js";
import { h, kept } from "../dom.js";
import { learn, nameOf, shortName } from "../names.js";
import { store } from "../state.js";
import { empty, fold, mark, recordLink, section, whyLink } from "../ui.js";
import { compare, list, named, number, t } from "../words.js";

const CERTAINTIES = /** @type {const} */ (["certain", "possible", "nationwide"]);

/**
 * @param {string} iso
 * @param {string} asOf
 * @param {AbortSignal} signal
 */
export async function profileOf(iso, asOf, signal) {
  const [profile, network] = await Promise.all([
    get(`v1/states/${iso}/profile`, { as_of: asOf }, signal),
    get("v1/networks/funder-partner-state", { state: iso, include: "unnamed", as_of: asOf }, signal),
  ]);
  // Who takes part in a project of several states need not work in each of them.
  profile.here = new Set(
    network.edges
      .filter((/** @type {any} */ edge) => edge.relation === "works_in" && edge.target === `state:${iso}`)
      .flatMap((/** @type {any} */ edge) =>
        edge.projects.certain.map((/** @type {string} */ project) => `${edge.source} ${project}`),
      ),
  );
  const groups = CERTAINTIES.map((name) => profile[name]);
  await learn(
    [
      ...groups.flatMap((group) => [
        ...group.partners,
        ...group.funders,
        ...group.projects.flatMap((/** @type {any} */ project) => project.partners),
      ]),
      ...CERTAINTIES.flatMap((name) =>
        profile[name].projects.flatMap((/** @type {any} */ project) =>
          project.state_groups.map((/** @type {string} */ id) => `state_group:${id}`),
        ),
      ),
    ],
    signal,
    network.nodes,
  );
  return profile;
}

/**
 * The numbers first: three, because they must not be added.
 * @param {any} profile
 * @param {number} level of the headings
 * @param {"h1" | "h2"} title
 */
export function profileParts(profile, level, title) {
  const name = nameOf(profile.state.ref, profile.state.name);
  return kept(
    h(title, { tabindex: "-1" }, t("place.title", { name })),
    h(
      "div",
      { class: "sureness" },
      CERTAINTIES.map((certainty) =>
        h(
          "a",
          { class: `sure ${certainty}`, href: `#place-${certainty}`, "data-scroll": `place-${certainty}` },
          h("span", { class: "sure-number" }, number(profile[certainty].count)),
          h(
            "span",
            { class: "sure-word" },
            mark(certainty),
            t(`place.${certainty}`, { count: profile[certainty].count }),
          ),
          h("span", { class: "sure-means" }, t(`place.${certainty}.means`, { name })),
        ),
      ),
    ),
    profile.certain.count ? null : h("p", { class: "note" }, t("place.none_certain", { name })),
    ...CERTAINTIES.map((certainty) => part(profile, certainty, level)),
    ...rest(profile, level),
  );
}

/**
 * @param {any} profile
 * @param {string} certainty
 * @param {number} level
 */
function part(profile, certainty, level) {
  const group = profile[certainty];
  const heading = h(
    /** @type {"h3"} */ (`h${level}`),
    {},
    mark(certainty),
    t(`place.${certainty}.who`, { count: group.count }),
  );
  const body = group.count ? byPartner(profile, certainty) : [empty(t(`place.${certainty}.none`))];
  const made = fold(heading, certainty === "certain" && group.count > 0, ...body);
  made.id = `place-${certainty}`;
  made.classList.add("who", certainty);
  return made;
}

/**
 * Organizations, each with its projects: the question is who.
 * @param {any} profile
 * @param {string} certainty
 */
function byPartner(profile, certainty) {
  /** @type {Map<string, any[]>} */
  const found = new Map();
  /** @type {Set<string>} */
  const elsewhere = new Set();
  for (const project of profile[certainty].projects) {
    for (const partner of project.partners.length ? project.partners : [""]) {
      if (certainty === "certain" && partner && !profile.here.has(`${partner} ${project.id}`)) elsewhere.add(partner);
      else found.set(partner, [...(found.get(partner) ?? []), project]);
    }
  }
  const sorted = [...found].sort(([a], [b]) => rank(a) - rank(b) || compare(nameOf(a), nameOf(b)));
  return kept(
    h(
      "ul",
      { class: "who-list" },
      sorted.map(([partner, projects]) =>
        h(
          "li",
          {},
          h(
            "p",
            { class: "who-name" },
            partner ? who(partner) : h("span", { class: "unknown" }, t("place.nobody_named")),
          ),
          h(
            "ul",
            { class: "plain" },
            projects.map((project) =>
              h(
                "li",
                {},
                recordLink(`project:${project.id}`, project.title),
                " ",
                h("span", { class: "paid" }, paidBy(project)),
                " ",
                whyLink(`project:${project.id}`, project.title),
                certainty === "possible" &&
                  project.state_groups.map((/** @type {string} */ id) =>
                    h("span", { class: "because" }, t("place.because", { group: nameOf(`state_group:${id}`) })),
                  ),
              ),
            ),
          ),
        ),
      ),
    ),
    elsewhere.size > 0 &&
      h(
        "p",
        { class: "note" },
        t("place.elsewhere"),
        " ",
        [...elsewhere].flatMap((ref, at) => [at > 0 && ", ", recordLink(ref)]),
      ),
  );
}

/** Named organizations first, then those without a name, then nobody. @param {string} ref */
const rank = (ref) => (ref.startsWith("org:") ? 0 : ref ? 1 : 2);

/** @param {string} ref */
const who = (ref) =>
  ref.startsWith("party:")
    ? h("span", {}, recordLink(ref), " ", h("span", { class: "tag" }, t("unnamed")))
    : recordLink(ref);

/** @param {any} project */
function paidBy(project) {
  if (project.funders.length)
    return t("place.paid_by", { names: list(project.funders.map((/** @type {string} */ ref) => shortName(ref))) });
  return project.funder_status === "none_recorded" ? t("place.no_funder") : t("place.funder_unknown");
}

/** @param {any} profile @param {number} level */
function rest(profile, level) {
  return kept(
    profile.institutions.length > 0 &&
      section(
        level,
        t("place.institutions"),
        h(
          "ul",
          { class: "plain" },
          profile.institutions.map((/** @type {any} */ one) =>
            h("li", {}, recordLink(one.ref, one.name), " ", whyLink(one.ref, one.name)),
          ),
        ),
      ),
    profile.collaborations.length > 0 &&
      section(
        level,
        t("place.collaborations"),
        h(
          "ul",
          { class: "plain" },
          profile.collaborations.map((/** @type {any} */ one) =>
            h(
              "li",
              {},
              recordLink(one.ref, one.name ?? named("collaboration_kind", one.kind)),
              " ",
              h("span", { class: "tag" }, named("collaboration_kind", one.kind)),
              " ",
              h(
                "span",
                { class: `tag ${one.collaboration_status}` },
                named("collaboration_status", one.collaboration_status),
              ),
              " ",
              whyLink(one.ref, one.name ?? one.kind),
            ),
          ),
        ),
      ),
    profile.unnamed_parties.length > 0 &&
      section(
        level,
        t("place.unnamed"),
        h(
          "ul",
          { class: "plain" },
          profile.unnamed_parties.map((/** @type {any} */ one) =>
            h("li", { lang: "en" }, one.description, " ", whyLink(one.ref, one.description)),
          ),
        ),
      ),
  );
}

/** Where a profile goes on: to the selection and to other views. @param {string} iso */
export function onward(iso) {
  const filters = { state: [iso] };
  return h(
    "ul",
    { class: "onward" },
    h("li", {}, h("a", { href: store.href({ view: "network", filters }) }, t("place.network"))),
    h("li", {}, h("a", { href: store.href({ view: "table", filters }) }, t("place.table"))),
    h("li", {}, h("a", { href: store.href({ view: "record", record: `state:${iso}` }) }, t("place.page"))),
  );
}
