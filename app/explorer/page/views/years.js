/** Year by year: what certainly falls into each, what may, and apart from all what has no date. */

import { address, get } from "../api.js";
import { counted, projectsWith } from "../counts.js";
import { h, kept, s } from "../dom.js";
import { learn, nameOf } from "../names.js";
import { isListable, selection, store } from "../state.js";
import { empty, fold, recordLink } from "../ui.js";
import { number, t } from "../words.js";

const WIDTH = 960;
const HEIGHT = 300;
const FOOT = 34;
const LEFT = 8;
/** Years that stand closer have no numbers of their own above them; the cards below have all. */
const NARROW = 76;

/** @typedef {import("../state.js").State} State */

/** @param {HTMLElement} root @returns {import("../main.js").View} */
export function create(root) {
  const body = h("div");
  root.append(h("h1", { tabindex: "-1" }, t("view.years.asks")), h("p", { class: "lead" }, t("years.lead")), body);
  /** @type {State} */
  let shown;
  /** @type {SVGElement | null} */
  let drawn = null;

  return {
    async update(state, signal) {
      shown = state;
      const answer = await get("v1/networks/timeline", selection(state), signal);
      await learn(
        [
          ...answer.years.flatMap((/** @type {any} */ year) =>
            CHANGES.flatMap((change) =>
              [...year[change].funders, ...year[change].partners].map((/** @type {any} */ one) => one.id),
            ),
          ),
        ],
        signal,
      );
      if (signal.aborted) return "";
      drawn = answer.years.length ? bars(answer.years, state) : null;
      body.replaceChildren(
        ...kept(
          drawn ?? empty(t("years.empty")),
          drawn && legend(),
          h("div", { class: "year-cards" }, answer.years.map((/** @type {any} */ year) => card(year, state))),
          undated(answer).count > 0 &&
            counted(
              t("years.undated", { count: undated(answer).count }),
              undatedRows(answer, state),
              { count: undated(answer).count },
            ),
          undated(answer).count > 0 && h("p", { class: "note" }, t("years.undated_means")),
        ),
      );
      return t("years.told", { count: answer.years.length });
    },
    picture: () =>
      drawn
        ? {
            svg: () => alone(/** @type {SVGElement} */ (drawn)),
            png: () => png(alone(/** @type {SVGElement} */ (drawn))),
          }
        : null,
    calls: () => [{ path: "v1/networks/timeline", query: selection(shown), isCitable: true }],
    files: () => [
      {
        words: t("files.years"),
        href: address("v1/networks/timeline", selection(shown)),
        name: "tejido-timeline.json",
      },
    ],
  };
}

const CHANGES = ["newcomers", "possible_newcomers", "leavers", "possible_leavers"];

/** @param {any} answer @returns {{count: number, ids: string[]}} */
const undated = (answer) => answer.left_out.undated_projects ?? { count: 0, ids: [] };

/**
 * The answer names only the first of them; the list of projects has them all.
 * @param {any} answer
 * @param {State} state
 */
const undatedRows = (answer, state) =>
  undated(answer).count > undated(answer).ids.length && isListable(state)
    ? projectsWith(state, { missing: ["start_date", "end_date"] })
    : undated(answer).ids.map((id) => `project:${id}`);

/** @param {any[]} years @param {State} state */
function bars(years, state) {
  const most = Math.max(1, ...years.map(({ projects }) => projects.certain + projects.possible));
  const room = (WIDTH - 2 * LEFT) / years.length;
  const wide = Math.min(90, room * 0.62);
  const tall = (/** @type {number} */ count) => (count / most) * (HEIGHT - FOOT - 46);
  const base = HEIGHT - FOOT;
  const every = Math.ceil(years.length / 24);
  return s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "timeline", role: "group", "aria-label": t("years.picture") },
    s(
      "defs",
      {},
      s(
        "pattern",
        { id: "years-possible", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        s("rect", { width: 6, height: 6, fill: "var(--possible-soft, #f7efd6)" }),
        s("rect", { width: 2, height: 6, fill: "var(--possible, #7a5b00)" }),
      ),
    ),
    s("line", { x1: LEFT, x2: WIDTH - LEFT, y1: base, y2: base, class: "axis", stroke: "#888888" }),
    years.flatMap(({ year, projects }, place) => {
      const x = LEFT + room * place + (room - wide) / 2,
        middle = x + wide / 2;
      const certain = tall(projects.certain),
        possible = tall(projects.possible);
      // By the pointer only: the cards below have the same links for keys and for those who hear the page.
      const leading = (/** @type {string | null} */ href, /** @type {SVGElement} */ what) =>
        href ? s("a", { href, "data-scroll": scrolled(href), tabindex: "-1", "aria-hidden": "true" }, what) : what;
      return [
        leading(
          projects.certain > 0 ? certainRows(year) : null,
          s(
            "rect",
            { x, width: wide, y: base - certain, height: certain, fill: "var(--accent, #0b5f6b)" },
            s("title", {}, `${year}: ${t("years.projects", { count: projects.certain })}`),
          ),
        ),
        leading(
          projects.possible > 0 && isListable(state) ? `#${possibleId(year)}` : null,
          s(
            "rect",
            {
              x,
              width: wide,
              y: base - certain - possible,
              height: possible,
              fill: "url(#years-possible)",
              stroke: "var(--possible, #7a5b00)",
            },
            s("title", {}, `${year}: ${t("years.more_possible", { count: projects.possible })}`),
          ),
        ),
        room >= NARROW &&
          projects.certain + projects.possible > 0 &&
          s(
            "text",
            { x: middle, y: base - certain - possible - 8, "text-anchor": "middle" },
            projects.possible ? `${number(projects.certain)} + ${number(projects.possible)}` : number(projects.certain),
          ),
        place % every === 0 &&
          s("text", { x: middle, y: base + 22, "text-anchor": "middle", class: "soft" }, String(year)),
      ];
    }),
  );
}

function legend() {
  return h(
    "p",
    { class: "note" },
    h("span", { class: "mark certain", "aria-hidden": "true" }),
    t("years.certain"),
    " ",
    h("span", { class: "mark possible", "aria-hidden": "true" }),
    t("years.possible"),
  );
}

/** The table of the projects that certainly fall into a year. @param {number} year */
const certainRows = (year) =>
  store.href({
    view: "table",
    year_from: String(year),
    year_to: String(year),
    filters: { certainty: ["certain"] },
  });

/** The id of what opens the projects that may fall into a year. @param {number} year */
const possibleId = (year) => `years-possible-${year}`;

/** What a link to a place of this page leads to. @param {string} href */
const scrolled = (href) => (href.startsWith("#") ? href.slice(1) : null);

/**
 * Those that may fall into a year. What has no date at all may fall into any: the list of projects has that too, and here
 * it is counted apart.
 * @param {any} year
 * @param {State} state
 */
function possibleRows({ year, projects }, state) {
  const words = t("years.more_possible", { count: projects.possible });
  if (!isListable(state)) return h("span", {}, words);
  const only = String(year);
  const asked = { year_from: only, year_to: only, certainty: "possible", has: "start_date" };
  const made = counted(words, projectsWith(state, asked), { count: projects.possible, about: only });
  made.id = possibleId(year);
  return made;
}

/** @param {any} year @param {State} state */
function card(year, state) {
  const names = (/** @type {string} */ change) => [...year[change].funders, ...year[change].partners];
  const part = (/** @type {string} */ change) => {
    const found = names(change);
    return (
      found.length > 0 &&
      fold(
        t(`years.${change}`, { count: found.length }),
        false,
        h(
          "ul",
          { class: "plain" },
          found.map((one) => h("li", {}, recordLink(one.id, nameOf(one.id, one.label)))),
        ),
      )
    );
  };
  const only = String(year.year);
  return h(
    "section",
    { class: "card" },
    h("h2", {}, only),
    h(
      "p",
      {},
      year.projects.certain > 0
        ? h(
            "a",
            { href: certainRows(year.year) },
            t("years.projects", { count: year.projects.certain }),
            h("span", { class: "unseen" }, ` (${only})`),
          )
        : t("years.projects", { count: 0 }),
    ),
    year.projects.possible > 0 && possibleRows(year, state),
    CHANGES.map(part),
  );
}

/** The drawing as a file of its own: the colours of the page are written into it. @param {SVGElement} drawing */
function alone(drawing) {
  const copy = /** @type {SVGElement} */ (drawing.cloneNode(true));
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(WIDTH));
  copy.setAttribute("height", String(HEIGHT));
  copy.prepend(
    s("title", {}, t("years.picture")),
    s("rect", { width: WIDTH, height: HEIGHT, fill: colour("--raised") }),
  );
  // A file has no page around it to which these would lead.
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  for (const text of copy.querySelectorAll("text")) {
    text.setAttribute("fill", colour(text.classList.contains("soft") ? "--muted" : "--text"));
    text.setAttribute("font-family", "sans-serif");
    text.setAttribute("font-size", "13");
  }
  copy.append(
    s(
      "text",
      { x: LEFT, y: 18, fill: colour("--muted"), "font-family": "sans-serif", "font-size": "13" },
      `Tejido · ${t("years.picture")}`,
    ),
  );
  return new XMLSerializer().serializeToString(copy).replace(/var\((--[\w-]+)[^)]*\)/g, (_, name) => colour(name));
}

/** @param {string} drawing @returns {Promise<Blob>} */
async function png(drawing) {
  const { pngOf } = await import("../parts/drawing.js");
  return pngOf(drawing, 2);
}
