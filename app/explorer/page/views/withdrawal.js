/** Take a funder away, and see who and what is left without. */

import { address, get } from "../api.js";
import { counted, leftOut } from "../counts.js";
import { h, kept } from "../dom.js";
import { effectiveFunders } from "../filters.js";
import { learn, nameOf, shortName } from "../names.js";
import { selection, store } from "../state.js";
import { choices, empty, fold, mark, moneyWords, recordLink, section, whyLink } from "../ui.js";
import { list, number, t } from "../words.js";
import { NetworkStage } from "./network-stage.js";

/** More than this of a list is folded away. */
const MANY = 12;

/** @typedef {import("../state.js").State} State */

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  const heading = h("h1", { tabindex: "-1" });
  const lead = h("p", { class: "lead" });
  const funders = h("div", { class: "funders", id: "funders" });
  const body = h("div", { class: "withdrawal" });
  const picture = h("div", { class: "withdrawal-picture", hidden: true });
  const stage = new NetworkStage();
  root.append(heading, lead, funders, body, picture);
  /** @type {State} */
  let shown;

  return {
    async update(state, signal) {
      shown = state;
      const leaving = leavingOf(state);
      const paying = await effectiveFunders(around(state), signal);
      // Who leaves can be taken back, also where the filters leave it nothing to pay for.
      const idle = leaving.map((id) => `org:${id}`).filter((id) => !paying.some(({ ref }) => ref === id));
      const offered = [...paying, ...idle.map((ref) => ({ ref, count: 0 }))];
      await learn(
        offered.map(({ ref }) => ref),
        signal,
      );
      const [answer, network] = leaving.length
        ? await Promise.all([
            get("v1/networks/withdrawal", question(state), signal),
            get("v1/networks/funder-partner-state", around(state, "graphology"), signal),
          ])
        : [null, null];
      if (signal.aborted) return "";
      lead.textContent = t(answer ? "withdrawal.lead" : "withdrawal.choose");
      heading.textContent = leaving.length
        ? t("withdrawal.title_of", { count: leaving.length, names: list(leaving.map((id) => shortName(`org:${id}`))) })
        : t("view.withdrawal.asks");
      funders.replaceChildren(offer(offered, leaving));
      body.replaceChildren();
      picture.hidden = !answer;
      if (!answer) return t("withdrawal.choose");
      await learn(mentioned(answer), signal);
      body.replaceChildren(...parts(answer, leaving));
      picture.replaceChildren(
        h("h2", {}, t("withdrawal.picture")),
        choices(
          t("withdrawal.moment"),
          "moment",
          [
            ["before", t("withdrawal.before")],
            ["after", t("withdrawal.after")],
          ],
          state.moment,
        ),
        stage.element,
      );
      await stage.show(
        network,
        {
          colourBy: "kind",
          sizeBy: t("network.size.degree"),
          values: degrees(network),
          marked: state.moment === "after" ? marks(answer, network, leaving) : new Map(),
          caption: t("network.caption", { version: answer.data_version }),
        },
        signal,
      );
      return t("withdrawal.told", { lost: answer.recipients.lost.length, states: answer.states.left.length });
    },
    select: (open) => stage.select(open),
    destroy: () => stage.destroy(),
    picture: () => (leavingOf(shown).length ? stage.picture() : null),
    calls: () =>
      leavingOf(shown).length
        ? [
            { path: "v1/networks/withdrawal", query: question(shown), isCitable: true },
            { path: "v1/networks/funder-partner-state", query: around(shown), isCitable: true },
          ]
        : [{ path: "v1/networks/coverage", query: { by: "funder", ...around(shown) }, isCitable: true }],
    files: () => [
      ...(leavingOf(shown).length
        ? [
            {
              words: t("files.withdrawal"),
              href: address("v1/networks/withdrawal", question(shown)),
              name: "tejido-withdrawal.json",
            },
          ]
        : []),
      { words: t("files.network_csv"), href: address("v1/networks/funder-partner-state", around(shown, "csv")) },
      { words: t("files.network_gexf"), href: address("v1/networks/funder-partner-state", around(shown, "gexf")) },
    ],
  };
}

/** @param {State} state */
const leavingOf = (state) => state.leaving.split(",").filter(Boolean);

/** @param {State} state */
const question = (state) => ({ ...selection(state), funder: leavingOf(state) });

/**
 * The network around it: with all funders, so that one sees who else pays.
 * @param {State} state
 * @param {string} [format]
 */
const around = (state, format) => ({ ...selection(state), funder: undefined, format });

/**
 * @param {{ref: string, count: number}[]} offered
 * @param {string[]} leaving
 */
function offer(offered, leaving) {
  const line = (/** @type {{ref: string, count: number}} */ { ref, count }) => {
    const id = ref.slice(4);
    const next = leaving.includes(id) ? leaving.filter((one) => one !== id) : [...leaving, id];
    const isShort = shortName(ref) !== nameOf(ref);
    return h(
      "li",
      {},
      h(
        "a",
        {
          class: "funder",
          href: store.href({ leaving: next.join(","), open: "" }),
          "aria-current": leaving.includes(id) ? "true" : null,
          "data-keep": true,
        },
        h("span", { class: "funder-name" }, shortName(ref)),
        isShort && h("span", { class: "funder-full" }, nameOf(ref)),
      ),
      h(
        "a",
        { class: "funder-count", href: store.href({ view: "table", filters: { funder: [id] } }) },
        t("withdrawal.pays", { count }),
        h("span", { class: "unseen" }, `: ${shortName(ref)}`),
      ),
    );
  };
  // Those that leave stand first, so that they are seen without opening the rest.
  const sorted = [...offered].sort(
    (a, b) => Number(leaving.includes(b.ref.slice(4))) - Number(leaving.includes(a.ref.slice(4))),
  );
  const first = offered.length > MANY ? sorted.slice(0, MANY) : offered;
  return h(
    "div",
    {},
    h("ul", { class: "funder-list", "aria-label": t("withdrawal.funders") }, first.map(line)),
    offered.length > MANY &&
      fold(
        t("more", { count: offered.length - MANY }),
        false,
        h("ul", { class: "funder-list", "aria-label": t("withdrawal.funders") }, sorted.slice(MANY).map(line)),
      ),
  );
}

/** @param {any} answer @returns {string[]} */
function mentioned(answer) {
  const { recipients, projects, states, topics } = answer;
  return [
    ...recipients.lost,
    ...recipients.unclear,
    ...recipients.kept,
    ...recipients.unnamed,
    ...projects.left,
    ...states.left,
    ...topics.left,
  ]
    .map((one) => one.id)
    .filter((id) => id.includes(":"));
}

/** @param {any} answer @param {string[]} leaving */
function parts(answer, leaving) {
  const { recipients, projects, states, topics } = answer;
  const figure = (/** @type {number} */ count, /** @type {string} */ key, /** @type {string} */ look) =>
    h(
      "a",
      { class: `sure ${look}`, href: `#withdrawal-${key}`, "data-scroll": `withdrawal-${key}` },
      h("span", { class: "sure-number" }, number(count)),
      h("span", { class: "sure-word" }, t(`withdrawal.${key}`, { count })),
      h("span", { class: "sure-means" }, t(`withdrawal.${key}.means`)),
    );
  return kept(
    h(
      "div",
      { class: "sureness wide" },
      figure(recipients.lost.length, "lost", "lost"),
      figure(recipients.unclear.length, "unclear", "possible"),
      figure(states.left.length, "states", "lost"),
      figure(topics.left.length, "topics", "lost"),
      figure(projects.left.length, "projects", "lost"),
    ),
    h(
      "div",
      { class: "columns" },
      listed("lost", recipients.lost, (one) => [
        recordLink(one.id, one.label),
        " ",
        whyLink(leaving.length === 1 ? `org:${leaving[0]}~funds~${one.id}` : `funding:${one.funding[0]}`, one.label),
      ]),
      listed("unclear", recipients.unclear, (one) => [recordLink(one.id, one.label), " ", whyLink(one.id, one.label)]),
      listed("states", states.left, (one) => [recordLink(one.id, one.label), ...besides(one)]),
      listed("topics", topics.left, (one) => [
        h(
          "a",
          { href: store.href({ view: "table", filters: { topic: [one.id.slice(6)] } }) },
          nameOf(one.id, one.label),
        ),
        ...besides(one),
      ]),
      listed("projects", projects.left, (one) => [
        recordLink(`project:${one.id}`, one.label),
        " ",
        whyLink(`project:${one.id}`, one.label),
      ]),
    ),
    recipients.kept.length
      ? section(
          2,
          t("withdrawal.kept", { count: recipients.kept.length }),
          h(
            "ul",
            { class: "plain" },
            recipients.kept.map((/** @type {any} */ one) =>
              h(
                "li",
                {},
                recordLink(one.id, one.label),
                " ",
                h(
                  "span",
                  { class: "paid" },
                  t("withdrawal.kept_by", {
                    names: list(one.other_funders.map((/** @type {any} */ other) => nameOf(other.id ?? other))),
                  }),
                ),
              ),
            ),
          ),
        )
      : null,
    section(
      2,
      t("withdrawal.unknown"),
      h(
        "ul",
        { class: "plain" },
        open("possible", "withdrawal.unnamed", recipients.unnamed),
        open("possible", "withdrawal.unknown_funder", projects.unknown_funder),
        open("nationwide", "withdrawal.nationwide", answer.nationwide_projects),
        h("li", {}, sums("withdrawal.granted", answer.money.granted)),
        answer.money.regranted.status !== "none_recorded" &&
          h("li", {}, sums("withdrawal.regranted", answer.money.regranted)),
      ),
      leftOut(answer.left_out),
    ),
  );
}

/**
 * What is not known, as a number that opens its rows.
 * @param {string} look
 * @param {string} words
 * @param {any[]} rows records, or the ids of projects
 */
const open = (look, words, rows) =>
  rows.length > 0 &&
  h(
    "li",
    {},
    counted(
      [mark(look), t(words, { count: rows.length })],
      rows.map((row) => refOf(row.id ?? row)),
    ),
  );

/** @param {string} id */
const refOf = (id) => (id.includes(":") ? id : `project:${id}`);

/** Sums, with the rows whose amount is unknown. @param {string} words @param {any} money */
const sums = (words, money) =>
  counted(
    t(words, { known: moneyWords(money) }),
    (money.unknown_amounts ?? []).map((/** @type {string} */ id) => `funding:${id}`),
  );

/** What else there is in a state or topic that is left, and not certain enough to count. @param {any} one */
function besides(one) {
  const said = [
    ["withdrawal.its_projects", one.projects],
    ["withdrawal.possibly_others", one.projects_possibly_of_others],
    ["withdrawal.with_unknown", one.projects_with_unknown_funder],
  ];
  return said
    .filter(([, ids]) => ids.length)
    .map(([words, ids]) => counted(t(words, { count: ids.length }), ids.map(refOf)));
}

/**
 * @param {string} key
 * @param {any[]} items
 * @param {(one: any) => import("../dom.js").Part[]} line
 */
function listed(key, items, line) {
  const made = h(
    "section",
    { class: "part listed", id: `withdrawal-${key}`, tabindex: "-1" },
    h("h2", {}, t(`withdrawal.${key}.title`, { count: items.length })),
    !items.length && empty(t(`withdrawal.${key}.none`)),
    h(
      "ul",
      { class: "plain" },
      items.slice(0, MANY).map((one) => h("li", {}, ...line(one))),
    ),
    items.length > MANY &&
      fold(
        t("more", { count: items.length - MANY }),
        false,
        h(
          "ul",
          { class: "plain" },
          items.slice(MANY).map((one) => h("li", {}, ...line(one))),
        ),
      ),
  );
  return made;
}

/** How many links each node has. @param {any} network */
function degrees(network) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { source, target } of network.edges)
    for (const key of [source, target]) found.set(key, (found.get(key) ?? 0) + 1);
  return found;
}

/**
 * What of the picture is lost: the funders, their links, who has nothing else, and where nothing else is.
 * @param {any} answer
 * @param {any} network
 * @param {string[]} leaving
 */
function marks(answer, network, leaving) {
  /** @type {Map<string, string>} */
  const found = new Map();
  const lost = new Set([...answer.recipients.lost, ...answer.states.left].map((one) => one.id));
  for (const id of [...leaving.map((one) => `org:${one}`), ...lost]) found.set(id, "lost");
  for (const one of answer.recipients.unclear) found.set(one.id, "unclear");
  const gone = new Set(leaving.map((one) => `org:${one}`));
  for (const edge of network.edges) if (gone.has(edge.source)) found.set(edge.key, "lost");
  return found;
}
