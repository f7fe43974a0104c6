/** Numbers that lead to the rows that they count, a part at a time where there are many. */

import { get } from "./api.js";
import { h, kept } from "./dom.js";
import { learnRows, nameOf, parsed, remember } from "./names.js";
import { selectionOfProjects, store } from "./state.js";
import { announce, askedFold, fold, problemBox, recordLink, whyLink } from "./ui.js";
import { named, number, t } from "./words.js";

/** @typedef {import("./dom.js").Parts} Parts */
/** @typedef {{refs: string[], next?: () => Promise<Rows>}} Rows refs of rows, and how to get those that come after them */

/** So many rows come at once: those without a name yet are asked for one by one. */
export const MOST_ROWS = 50;

/**
 * A number, or words with a number, that open the rows which it counts, each with its evidence.
 * @param {Parts} words
 * @param {string[] | (() => Promise<Rows>)} refs of the rows, with their prefix, or of an edge its id; or how to get them
 * @param {{count?: number, about?: string, but?: string}} [more] how many there are, where not all are among them; what
 *   is counted, for those who hear the page; an end of the edges that need not be named
 */
export function counted(words, refs, { count = refs.length, about = "", but = "" } = {}) {
  const summary = [words, about && h("span", { class: "unseen" }, `: ${about}`)].flat();
  if (typeof refs !== "function" && !refs.length) return h("span", {}, ...summary);
  const made = askedFold(summary, false, async () => {
    const list = h("ul", { class: "plain" });
    const more = await grown(list, count, inTurn(refs), async (shown) => {
      await learnRows(shown.flatMap(endsOf));
      return shown.map((ref) => row(ref, but));
    });
    return more ? [list, more] : [list];
  });
  made.classList.add("counted");
  return made;
}

/**
 * Rows in parts of at most `MOST_ROWS`. A part that could not be shown is not lost: it is had again until it was taken.
 * @template T
 * @param {T[] | (() => Promise<{refs: T[], next?: any}>)} refs
 */
function inTurn(refs) {
  let here = Array.isArray(refs) ? refs : [];
  let next = Array.isArray(refs) ? undefined : refs;
  return {
    async part() {
      if (!here.length && next) ({ refs: here, next } = await next());
      return here.slice(0, MOST_ROWS);
    },
    /** @param {number} count */
    taken: (count) => void (here = here.slice(count)),
    isMore: () => here.length > 0 || Boolean(next),
  };
}

/**
 * Puts the first rows into a list, and makes the button that goes on; null where there is nothing to go on to.
 * @template T
 * @param {HTMLElement} list
 * @param {number} count of all
 * @param {ReturnType<typeof inTurn<T>>} rows
 * @param {(part: T[]) => Promise<HTMLElement[]> | HTMLElement[]} drawn
 * @returns {Promise<HTMLElement | null>}
 */
async function grown(list, count, rows, drawn) {
  let left = count;
  const add = async () => {
    const part = await rows.part();
    const made = await drawn(part);
    rows.taken(part.length);
    left = Math.max(0, left - part.length);
    list.append(...made);
    return made;
  };
  await add();
  if (!left) return null;
  const button = h("button", { type: "button", onclick: () => goOn() });
  const place = h("div", { class: "go-on" });
  let isComing = false;
  const offer = () => {
    button.removeAttribute("aria-disabled");
    button.textContent = t("more.show", { count: Math.min(MOST_ROWS, left), left });
    if (rows.isMore() && left) place.replaceChildren(button);
    else place.replaceChildren(...kept(left > 0 && h("p", { class: "note" }, t("more.unnamed", { count: left }))));
  };
  const goOn = async () => {
    if (isComing) return;
    isComing = true;
    const hasFocus = () => place.contains(document.activeElement);
    // The button stays, and keeps the focus, while it waits.
    if (!button.isConnected) {
      const was = hasFocus();
      place.replaceChildren(button);
      if (was) button.focus();
    }
    button.setAttribute("aria-disabled", "true");
    button.textContent = t("loading");
    try {
      const [first, ...others] = await add();
      // Another view may be looked at already.
      if (!place.isConnected) return;
      const was = hasFocus();
      offer();
      announce(t("more.came", { count: others.length + (first ? 1 : 0), left }));
      // Who reads on reads on at the first of them.
      if (was) /** @type {HTMLElement | null} */ (first?.querySelector("a, button, summary"))?.focus();
    } catch (error) {
      const was = hasFocus();
      place.replaceChildren(problemBox(error, goOn));
      if (was) place.querySelector("button")?.focus();
    } finally {
      isComing = false;
    }
  };
  offer();
  return place;
}

/**
 * A list of which all rows are here, shown a part at a time.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} all
 * @param {(one: T) => HTMLElement} drawn
 */
export const shownInParts = (list, all, drawn) => grown(list, all.length, inTurn(all), (part) => part.map(drawn));

/**
 * The projects of the selection for which something more holds, from the list of projects; they bring their names.
 * @param {import("./state.js").State} state
 * @param {import("./api.js").Query} query
 * @param {string} [cursor]
 * @returns {() => Promise<Rows>}
 */
export const projectsWith = (state, query, cursor) => async () => {
  const asked = { ...selectionOfProjects(state), ...query, limit: MOST_ROWS, cursor };
  const { items, next } = await get("v1/projects", asked);
  for (const item of items) remember(item);
  return { refs: items.map((/** @type {any} */ item) => item.ref), next: next && projectsWith(state, query, next) };
};

/** @param {string} ref @param {string} but an end that need not be named */
function row(ref, but) {
  const ends = endsOf(ref).filter((end) => end !== but);
  return h(
    "li",
    {},
    ...ends.flatMap((end, at) => [at > 0 && " – ", rowLink(end)]),
    " ",
    whyLink(ref, ends.map((end) => nameOf(end)).join(" – ")),
  );
}

/** A row without a name is called by its kind and its id. @param {string} ref */
function rowLink(ref) {
  const { kind, id } = parsed(ref);
  return nameOf(ref) === id ? h("span", {}, `${named("record", kind)} ${id}`) : recordLink(ref);
}

/** Of an edge its two ends, of anything else itself. @param {string} ref */
function endsOf(ref) {
  const [source, relation, target] = ref.split("~");
  return relation ? [source, target] : [ref];
}

/**
 * A number that opens the panel with what it rests on.
 * @param {string} id
 * @param {string} figure
 * @param {string} about
 */
export function whyNumber(id, figure, about) {
  return h(
    "a",
    { href: store.href({ open: id }), class: "figure-link", "data-why": id },
    figure,
    h("span", { class: "unseen" }, `: ${about}. ${t("why")}`),
  );
}

/**
 * What an answer does not show, and why.
 * @param {Record<string, {count: number, ids?: string[]}>} leftOut
 */
export function leftOut(leftOut) {
  const reasons = Object.entries(leftOut ?? {}).filter(([, { count }]) => count);
  if (!reasons.length) return null;
  return fold(
    t("left_out"),
    false,
    h(
      "ul",
      {},
      reasons.map(([reason, { count, ids = [] }]) =>
        h(
          "li",
          {},
          counted(
            h("span", {}, h("strong", {}, number(count)), " ", named("left_out", reason)),
            ids.map((id) => (id.includes(":") ? id : `${kindOf(reason)}:${id}`)),
            { count },
          ),
        ),
      ),
    ),
  );
}

/** Of what kind the ids are that stand without a prefix. @param {string} reason */
const kindOf = (reason) =>
  reason.startsWith("funding_") ? "funding" : reason.startsWith("collaborations_") ? "collaboration" : "project";
