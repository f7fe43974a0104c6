/** Two organizations, and the chains between them, with the reason of every step. */

import { Problem, address, get } from "../api.js";
import { Combobox } from "../combobox.js";
import { counted, leftOut } from "../counts.js";
import { h, kept } from "../dom.js";
import { evidenceHere } from "../evidence.js";
import { isAbsent, learn, nameOf, shortName } from "../names.js";
import { chainsAsSvg } from "../parts/chain-picture.js";
import { pngOf } from "../parts/drawing.js";
import { selection, store } from "../state.js";
import { askedFold, certaintyMark, choices, empty, fold, recordLink } from "../ui.js";
import { list, named, number, t } from "../words.js";

const CHAINS = 5;

/** @typedef {import("../state.js").State} State */

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  const heading = h("h1", { tabindex: "-1" });
  const from = end("from");
  const to = end("to");
  const swap = h("a", { class: "button swap" });
  const way = h("div", { class: "controls" });
  const body = h("div", { class: "chains" });
  root.append(
    heading,
    h("p", { class: "lead" }, t("paths.lead")),
    h("div", { class: "ends" }, from.element, swap, to.element),
    way,
    body,
  );
  /** @type {State} */
  let shown;
  /** @type {any} */
  let answer = null;
  /** The ends that cannot be, and why. @type {Map<"from" | "to", Problem>} */
  let refused = new Map();
  /** The id that each field shows. @type {Map<Combobox, string>} */
  const written = new Map([from, to].map((field) => [field, ""]));

  return {
    async update(state, signal) {
      shown = state;
      const refs = [state.from, state.to].filter(Boolean).map(refOf);
      await learn(refs, signal);
      const wrong = new Map(ENDS.filter((side) => isAbsent(refOf(state[side]))).map((side) => [side, notThere()]));
      const found = state.from && state.to && !wrong.size ? await ask(state, wrong, signal) : null;
      if (found)
        await learn(
          found.chains.flatMap((/** @type {any} */ chain) => [
            ...chain.nodes.map((/** @type {any} */ node) => node.id),
            ...reasonsOf(chain).flatMap(withinOf),
          ]),
          signal,
        );
      if (signal.aborted) return "";
      answer = found;
      refused = wrong;
      heading.textContent = answer ? titleOf(answer) : t("view.paths.asks");
      // What somebody is typing meanwhile is not written over.
      for (const [field, side] of /** @type {const} */ ([[from, "from"], [to, "to"]])) {
        const id = state[side];
        if (written.get(field) !== id || document.activeElement !== field.input)
          field.input.value = id ? nameOf(refOf(id)) : "";
        written.set(field, id);
        field.refuse(refused.has(side) ? REFUSAL : null);
      }
      swap.setAttribute("href", store.href({ from: state.to, to: state.from, open: "" }));
      swap.textContent = t("paths.swap");
      swap.hidden = !(state.from && state.to);
      way.replaceChildren(
        choices(
          t("paths.through"),
          "through",
          [
            ["organizations", t("paths.through.organizations")],
            ["projects", t("paths.through.projects")],
          ],
          state.through,
        ),
      );
      if (refused.size) {
        body.replaceChildren(refusal(refused, state));
        // The box is an alert: it says itself.
        return "";
      }
      if (!answer) {
        body.replaceChildren(empty(t(state.from || state.to ? "paths.choose_other" : "paths.choose")));
        return t("paths.choose");
      }
      body.replaceChildren(
        ...(answer.status === "found" ? chains(answer, state.as_of) : none(answer, state)),
        ...kept(leftOut(answer.left_out)),
      );
      return answer.status === "found"
        ? t("paths.told", { count: answer.chains.length, steps: answer.shortest.length })
        : t("paths.none", { from: name(answer.from), to: name(answer.to) });
    },
    picture: () => (answer?.status === "found" ? picture(answer, root) : null),
    calls: () =>
      answer ? [{ path: "v1/networks/paths", query: question(shown), isCitable: true }] : [],
    files: () =>
      answer
        ? [{ words: t("files.paths"), href: address("v1/networks/paths", question(shown)), name: "tejido-paths.json" }]
        : [],
  };
}

const ENDS = /** @type {const} */ (["from", "to"]);
/** The id of what says which end cannot be. */
const REFUSAL = "paths-refused";

const notThere = () => new Problem("unknown-id");

/**
 * The chains; an end that the API refuses is noted, so that another one may be chosen.
 * @param {State} state
 * @param {Map<"from" | "to", Problem>} wrong
 * @param {AbortSignal} signal
 */
async function ask(state, wrong, signal) {
  try {
    return await get("v1/networks/paths", question(state), signal);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    for (const side of ENDS) if (error.parameters.includes(side)) wrong.set(side, error);
    if (!wrong.size) throw error;
    return null;
  }
}

/**
 * Which ends cannot be: to try again would not help, to choose another one does.
 * @param {Map<"from" | "to", Problem>} refused
 * @param {State} state
 */
function refusal(refused, state) {
  const isThere = [...refused.values()].every(({ kind }) => kind !== "unknown-id");
  return h(
    "div",
    { class: "problem", role: "alert", id: REFUSAL },
    h("h2", {}, t(isThere ? "paths.refused.title" : "paths.unknown_end.title")),
    [...refused].map(([side, { kind }]) =>
      h("p", {}, t(kind === "unknown-id" ? "paths.unknown_end" : "paths.refused", { end: t(`paths.${side}`), id: state[side] })),
    ),
    h("p", {}, t("paths.choose_anew")),
  );
}

/** @param {State} state */
const question = (state) => ({
  ...selection(state),
  from: state.from,
  to: state.to,
  k: CHAINS,
  through: state.through,
});

/** @param {string} id */
const refOf = (id) => (id.includes(":") ? id : `org:${id}`);

/** @param {any} node */
const name = (node) => shortName(node.id, node.label);

/** @param {any} answer */
const titleOf = (answer) => t("paths.title_of", { from: name(answer.from), to: name(answer.to) });

/** @param {"from" | "to"} param */
function end(param) {
  return new Combobox({
    label: t(`paths.${param}`),
    placeholder: t("paths.placeholder"),
    kinds: ["organization"],
    onChoose: ({ id }) => store.go({ [param]: id, open: "" }),
  });
}

/** @param {any} chain @returns {any[]} */
const reasonsOf = (chain) => chain.steps.flatMap((/** @type {any} */ step) => step.reasons);

/** In what a reason holds, beside what it joins. @param {any} reason @returns {string[]} */
const withinOf = (reason) =>
  [
    ...reason.collaborations.map((/** @type {string} */ id) => `collaboration:${id}`),
    ...reason.projects.certain.map((/** @type {string} */ id) => `project:${id}`),
  ].filter((ref) => ref !== reason.source && ref !== reason.target);

/** @param {any} answer @param {string} asOf */
function chains(answer, asOf) {
  return kept(
    h("p", { class: "verdict" }, t("paths.found", { count: answer.shortest.chains, steps: answer.shortest.length })),
    h(
      "ol",
      { class: "chain-list" },
      answer.chains.map((/** @type {any} */ chain, /** @type {number} */ place) =>
        h(
          "li",
          { class: "card chain" },
          answer.chains.length > 1 && h("h2", {}, chainTitle(chain, place)),
          h(
            "ol",
            { class: "steps" },
            chain.nodes.flatMap((/** @type {any} */ node, /** @type {number} */ at) =>
              kept(
                h("li", { class: "stop" }, recordLink(node.id, node.label)),
                at < chain.steps.length &&
                  h("li", { class: `step ${chain.steps[at].certainty}` }, ...step(chain.steps[at], asOf, place === 0)),
              ),
            ),
          ),
        ),
      ),
    ),
    answer.more && h("p", { class: "note" }, t("paths.more")),
  );
}

/** @param {any} chain @param {number} place */
const chainTitle = (chain, place) => t("paths.chain", { number: number(place + 1), count: chain.length });

/**
 * The chains as a file.
 * @param {any} answer
 * @param {Element} root
 * @returns {import("../tools.js").Picture}
 */
function picture(answer, root) {
  const svg = () =>
    chainsAsSvg(root, {
      title: titleOf(answer),
      caption: t("network.caption", { version: answer.data_version }),
      chains: answer.chains.map((/** @type {any} */ chain, /** @type {number} */ place) => ({
        title: answer.chains.length > 1 ? chainTitle(chain, place) : "",
        stops: chain.nodes.map((/** @type {any} */ node) => nameOf(node.id, node.label)),
        steps: chain.steps.map((/** @type {any} */ one) => ({
          certainty: one.certainty,
          lines: one.reasons.map((/** @type {any} */ reason) => {
            const within = withinOf(reason).map((ref) => nameOf(ref));
            return within.length ? `${said(reason)} (${within.join(", ")})` : said(reason);
          }),
          marks: kept(named("certainty", one.certainty), one.planned && t("collaboration_status.planned")).join(" · "),
        })),
      })),
    });
  return { svg, png: () => pngOf(svg(), 2) };
}

/**
 * @param {any} one
 * @param {string} asOf
 * @param {boolean} open whether its evidence is read at once
 */
function step(one, asOf, open) {
  return [
    h(
      "ul",
      { class: "plain" },
      one.reasons.map((/** @type {any} */ reason) => h("li", {}, ...sentence(reason))),
    ),
    h(
      "p",
      { class: "step-marks" },
      certaintyMark(one.certainty),
      one.planned && h("span", { class: "tag planned" }, t("collaboration_status.planned")),
    ),
    proof(
      [...new Set(/** @type {string[]} */ (one.reasons.flatMap((/** @type {any} */ reason) => reason.records)))],
      asOf,
      open,
    ),
  ];
}

/** The reason of a step, as a sentence. @param {any} reason */
function said(reason) {
  const source = shortName(reason.source),
    target = shortName(reason.target);
  const relation =
    reason.relation === "organization_relation"
      ? list(reason.relation_kinds.map((/** @type {string} */ kind) => named("relation_kind", kind)))
      : reason.participation_roles.length
        ? list(reason.participation_roles.map((/** @type {string} */ role) => named("role", role)))
        : "";
  return t(`paths.reason.${reason.relation}`, { source, target, relation });
}

/** The same, with links to that in which it holds. @param {any} reason @returns {import("../dom.js").Part[]} */
function sentence(reason) {
  const within = withinOf(reason).map((ref) => recordLink(ref));
  return [
    said(reason),
    within.length > 0 &&
      h("span", { class: "paid" }, " (", ...within.flatMap((link, at) => [at > 0 && ", ", link]), ")"),
  ];
}

/**
 * The evidence on the spot; it is asked for when it is opened.
 * @param {string[]} records
 * @param {string} asOf
 * @param {boolean} open
 */
const proof = (records, asOf, open) =>
  askedFold(t("paths.evidence", { count: records.length }), open, () =>
    evidenceHere(records, asOf, AbortSignal.timeout(30_000)),
  );

/** @param {any} answer @param {State} state */
function none(answer, state) {
  const from = name(answer.from),
    to = name(answer.to);
  const reach = (/** @type {"from" | "to"} */ side, /** @type {string} */ who) => {
    const { organizations } = answer.components[side];
    return fold(
      t("paths.reach", { name: who, count: Math.max(0, organizations.count - 1) }),
      false,
      h(
        "ul",
        { class: "plain" },
        organizations.ids.map((/** @type {string} */ id) => h("li", {}, recordLink(id))),
      ),
    );
  };
  const { unnamed_parties: parties, unknown_ends: ends, projects_not_taken: projects } = answer.open;
  const refs = (/** @type {any} */ one, kind = "") => [...new Set([...one.from.ids, ...one.to.ids].map((id) => kind + id))];
  const count = (/** @type {any} */ one) => one.from.count + one.to.count;
  return [
    h("p", { class: "verdict" }, t("paths.none", { from, to })),
    h("p", {}, t("paths.none_means")),
    reach("from", from),
    reach("to", to),
    h("h2", {}, t("paths.open")),
    h(
      "ul",
      { class: "plain dotted" },
      h(
        "li",
        {},
        counted(t("paths.open_parties", { count: count(parties), both: parties.both.count }), refs(parties), { count: count(parties) }),
      ),
      h("li", {}, counted(t("paths.open_funding", { count: count(ends) }), refs(ends, "funding:"), { count: count(ends) })),
      projects.count > 0 &&
        h(
          "li",
          {},
          counted(
            t("paths.open_projects", { count: projects.count }),
            projects.ids.map((/** @type {string} */ id) => `project:${id}`),
            { count: projects.count },
          ),
        ),
      state.through === "organizations" &&
        h("li", {}, h("a", { href: store.href({ through: "projects" }) }, t("paths.try_projects"))),
    ),
  ];
}
