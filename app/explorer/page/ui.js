/** Small pieces that all views are made of. */

import { Problem } from "./api.js";
import { h } from "./dom.js";
import { nameOf, parsed } from "./names.js";
import { store } from "./state.js";
import { list, money, named, number, t } from "./words.js";

/** @typedef {import("./dom.js").Parts} Parts */
/** @typedef {"certain" | "possible" | "nationwide"} Certainty */

const RECORDS = new Set([
  "org",
  "project",
  "state",
  "collaboration",
  "tool",
  "place",
  "party",
  "finding",
  "legal_instrument",
  "indicator",
]);

/**
 * A link to the page of a record; only its name where it has no page.
 * @param {string} ref
 * @param {string} [label]
 */
export function recordLink(ref, label) {
  const text = nameOf(ref, label);
  if (ref === "country:MX" || !RECORDS.has(parsed(ref).kind)) return h("span", {}, text);
  return h("a", { href: store.href({ view: "record", record: ref }), class: `record ${parsed(ref).kind}` }, text);
}

/**
 * A link that opens the panel that says why something is so.
 * @param {string} id of an edge, or of a record with its prefix
 * @param {string} about what it is, for those who hear the page
 */
export function whyLink(id, about) {
  return h(
    "a",
    { href: store.href({ open: id }), class: "why", "data-why": id },
    t("why"),
    h("span", { class: "unseen" }, `: ${about}`),
  );
}

/**
 * A certainty, as a mark and a word: the mark differs in shape, not only in colour.
 * @param {string} certainty
 */
export function certaintyMark(certainty) {
  return h("span", { class: `certainty ${certainty}` }, mark(certainty), named("certainty", certainty));
}

/** @param {string} certainty */
export function mark(certainty) {
  return h("span", { class: `mark ${certainty}`, "aria-hidden": "true" });
}

/** @param {string[]} bases */
export function basisWords(bases) {
  return list(bases.map((basis) => named("basis.short", basis)));
}

/**
 * @param {number} level
 * @param {string} title
 * @param {...Parts} parts
 */
export function section(level, title, ...parts) {
  return h("section", { class: "part" }, h(/** @type {"h2"} */ (`h${level}`), {}, title), ...parts);
}

/**
 * A thing that can be opened.
 * @param {Parts} summary
 * @param {boolean} open
 * @param {...Parts} parts
 */
export function fold(summary, open, ...parts) {
  // On paper a fold that is closed says so.
  return h("details", { class: "fold", open }, h("summary", { "data-folded": t("folded") }, summary), ...parts);
}

/** How a fold asks for its parts. @type {WeakMap<Element, () => Promise<void> | undefined>} */
const asking = new WeakMap();

/**
 * Opens all that is folded but the rows of counts, of which there may be very many; done when what they ask for has come.
 * @param {HTMLElement} root
 */
export async function unfold(root) {
  const folds = /** @type {HTMLDetailsElement[]} */ ([...root.querySelectorAll("details:not(.counted)")]);
  for (const one of folds) one.open = true;
  await Promise.all(folds.map((one) => asking.get(one)?.()));
}

/**
 * The same, with parts that are asked for when it is first opened; where that fails it says so, and tries again.
 * @param {Parts} summary
 * @param {boolean} open
 * @param {() => Promise<Node[]>} parts
 */
export function askedFold(summary, open, parts) {
  const body = h("div", {}, h("p", { class: "wait" }, t("loading")));
  const made = fold(summary, open, body);
  /** Who asked again had a button that goes away: then something else has the focus. @param {Node[]} found @param {string} heir */
  const put = (found, heir) => {
    const had = body.contains(document.activeElement);
    body.replaceChildren(...found);
    if (had) /** @type {HTMLElement | null} */ (made.querySelector(heir))?.focus();
  };
  /** @type {Promise<void> | undefined} */
  let coming;
  const load = async () => {
    try {
      put(await parts(), "summary");
    } catch (error) {
      coming = undefined;
      put([problemBox(error, ask)], "button");
    }
  };
  const ask = () => (made.open ? (coming ??= load()) : undefined);
  asking.set(made, ask);
  made.addEventListener("toggle", ask);
  ask();
  return made;
}

/** @param {string} text */
export const empty = (text) => h("p", { class: "empty" }, text);

/**
 * Pairs of a name and what is known; what is empty is said to be so.
 * @param {[string, Parts][]} pairs
 */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, ...(Array.isArray(value) ? value : [value]))]),
  );
}

/**
 * A value that may be empty, and whether that means that it is unknown or that there is none.
 * @param {any} row
 * @param {string} field
 */
export function valueOf(row, field) {
  const value = row[field];
  if (value !== null && value !== undefined && value !== "") return String(value);
  return unknownWord(row.value_status?.[field]);
}

/** @param {string | undefined} status */
export function unknownWord(status) {
  const known = status === "none_recorded" ? "none_recorded" : "unknown";
  return h("span", { class: "unknown", "data-status": known }, t(known));
}

/**
 * Sums of money in words: what is known, and how much is not.
 * @param {any} sums `money` of an edge or an answer
 * @returns {string}
 */
export function moneyWords(sums) {
  if (!sums || sums.status === "none_recorded") return t("money.none_recorded");
  const unknown = sums.unknown_amounts_count ?? sums.unknown_amounts?.length ?? 0;
  if (!sums.sums?.length) return t("money.unknown", { count: unknown });
  const known = list(
    sums.sums.map(
      (/** @type {any} */ sum) =>
        money(sum.amount_minor, sum.currency) + (sum.presumed_currency ? ` ${t("money.presumed")}` : ""),
    ),
  );
  if (sums.status === "known") return known;
  return unknown ? t("money.at_least_and", { known, count: unknown }) : t("money.at_least", { known });
}

/**
 * What went wrong, in words, and a way to try again.
 * @param {unknown} error
 * @param {() => void} again
 */
export function problemBox(error, again) {
  // A mistake of the page itself: for whoever looks into the console.
  if (!(error instanceof Problem)) console.error(error);
  const problem = error instanceof Problem ? error : new Problem("unexpected", { detail: String(error) });
  const known = [
    "slow",
    "offline",
    "not-found",
    "unknown-id",
    "too-large-network",
    "rate-limited",
    "key-required",
    "bad-parameter",
    "busy",
    "deadline-exceeded",
    "not-json",
    "gone",
  ];
  const kind = known.includes(problem.kind) ? problem.kind : "unexpected";
  const button = h(
    "button",
    {
      type: "button",
      class: "primary",
      onclick: () => {
        button.textContent = t("loading");
        again();
      },
    },
    t("retry"),
  );
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("h2", {}, t(`problem.${kind}.title`)),
    h("p", {}, t(`problem.${kind}`, { seconds: problem.wait || 10 })),
    problem.detail && h("p", { class: "detail", lang: "en" }, problem.detail),
    problem.requestId && h("p", { class: "detail" }, t("problem.request", { id: problem.requestId })),
    button,
  );
}

/**
 * Choices of which one holds, as links that look like buttons.
 * @param {string} label
 * @param {string} param
 * @param {[string, string][]} choices value and words
 * @param {string} chosen
 */
export function choices(label, param, choices, chosen) {
  return h(
    "div",
    { class: "choices", role: "group", "aria-label": label },
    h("span", { class: "choices-label" }, label),
    choices.map(([value, words]) =>
      h(
        "a",
        {
          href: store.href({ [param]: value, page: "1" }),
          "aria-current": value === chosen ? "true" : null,
          "data-keep": true,
        },
        words,
      ),
    ),
  );
}

/**
 * A choice of one of many.
 * @param {string} label
 * @param {string} param
 * @param {[string, string][]} options
 * @param {string} chosen
 */
export function chooser(label, param, options, chosen) {
  return h(
    "label",
    { class: "chooser" },
    h("span", {}, label),
    h(
      "select",
      {
        onchange: (/** @type {Event} */ event) =>
          store.go({ [param]: /** @type {HTMLSelectElement} */ (event.target).value }),
      },
      options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)),
    ),
  );
}

/** Tells those who hear the page what has changed. @param {string} text */
export function announce(text) {
  const place = document.getElementById("told");
  if (place) place.textContent = text;
}

/**
 * Saves a file that was made here.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Puts a text on the clipboard, by the older way where the newer one is refused.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(t("copied"));
}
