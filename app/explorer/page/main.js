/** The page as a whole: it reads the address, draws what it asks for, and draws again when it changes. */

import { isGivenUp } from "./api.js";
import { Combobox } from "./combobox.js";
import { byId, h } from "./dom.js";
import { evidenceOn, showEvidence, willOpenFrom } from "./evidence.js";
import { learnFilters, showChips, showDrawer } from "./filters.js";
import { all, namesAsOf } from "./names.js";
import { changed, href, read, store } from "./state.js";
import { toolbar } from "./tools.js";
import { announce, problemBox } from "./ui.js";
import { create as map } from "./views/map.js";
import { isSpoken, languageFor, spoken, t, wordsOf } from "./words.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./tools.js").Useful & {
 *   update: (state: State, signal: AbortSignal) => Promise<string>,
 *   select?: (open: string) => void,
 *   destroy?: () => void,
 * }} View `update` draws a state and answers with what is then seen, in words
 */

/** Views that are not the first one are fetched when they are first looked at. */
const VIEWS = {
  map: async () => map,
  network: async () => (await import("./views/network.js")).create,
  table: async () => (await import("./views/table.js")).create,
  years: async () => (await import("./views/years.js")).create,
  withdrawal: async () => (await import("./views/withdrawal.js")).create,
  paths: async () => (await import("./views/paths.js")).create,
  record: async () => (await import("./views/record.js")).create,
};
/** In the order in which they are offered. */
const OFFERED = /** @type {const} */ (["map", "network", "withdrawal", "paths", "table", "years"]);
/** From here on it is worth saying that something is being asked for. */
const NOTICEABLE = 200;

/** @type {View | null} */
let view = null;
let viewName = "";
/** What the panel with the evidence was drawn from; null before it was. @type {string | null} */
let toldOn = null;
/** @type {AbortController} */
let asking = new AbortController();

/** What of a state makes another picture; which evidence is open does not. @param {State} state */
const pictured = (state) => href(changed(state, { open: "" }));

/** @param {State} state @param {State | null} before */
async function draw(state, before) {
  const wanted = languageFor(state.lang);
  const isOther = !isSpoken(wanted);
  if (isOther) {
    asking.abort();
    const speak = await wordsOf(wanted);
    if (state !== store.state) return;
    speak();
    view?.destroy?.();
    view = null;
    toldOn = null;
    shell();
  }
  namesAsOf(state.as_of);
  frame(state);
  const isMoved = Boolean(before) && (before?.view !== state.view || before.record !== state.record);
  const hasOpened = Boolean(before) && before?.open !== state.open;
  if (isOther || !before || pictured(before) !== pictured(state)) await stage(state, isMoved);
  // What was drawn may be of the past already.
  if (state !== store.state) return;
  view?.select?.(state.open);
  const on = evidenceOn(state);
  if (on === toldOn) return;
  toldOn = on;
  await showEvidence(state, { focus: hasOpened });
}

/**
 * Draws a state; where even the words for what went wrong do not come, it says so without them.
 * @param {State} state
 * @param {State | null} before
 */
async function drawn(state, before) {
  try {
    await draw(state, before);
  } catch (error) {
    if (state !== store.state) return;
    console.error(error);
    byId("main").replaceChildren(h("h1", {}, "Tejido"), h("p", { role: "alert" }, String(error)));
    view?.destroy?.();
    view = null;
  }
}

/**
 * Draws the view, and says so when that takes long or fails.
 * @param {State} state
 * @param {boolean} isMoved whether it is another view, to which the focus has to go
 */
async function stage(state, isMoved) {
  const main = byId("main");
  asking.abort();
  const { signal } = (asking = new AbortController());
  const waiting = setTimeout(() => {
    main.setAttribute("aria-busy", "true");
    announce(t("loading"));
  }, NOTICEABLE);
  try {
    await Promise.all([all("state"), all("topic"), learnFilters(state).then(() => signal.aborted || showChips(state))]);
    if (signal.aborted) return;
    if (!view || viewName !== state.view) {
      const create = await VIEWS[state.view]();
      if (signal.aborted) return;
      view?.destroy?.();
      main.replaceChildren();
      main.className = `view-${state.view}`;
      view = create(main);
      viewName = state.view;
    }
    main.querySelector(":scope > .problem")?.remove();
    main.classList.remove("failed");
    const had = document.activeElement;
    const told = await view.update(state, signal);
    if (signal.aborted) return;
    if (had && !isMoved) refocus(main, had);
    document.title = `${main.querySelector("h1")?.textContent ?? t(`view.${state.view}`)} · Tejido`;
    toolbar(view, state.view);
    announce(told);
    if (isMoved) {
      scrollTo({ top: 0 });
      main.querySelector("h1")?.focus();
    }
  } catch (error) {
    if (signal.aborted || isGivenUp(error)) return;
    main.classList.add("failed");
    main.querySelector(":scope > .problem")?.remove();
    const box = problemBox(error, () => stage(store.state, true));
    main.prepend(box);
    document.title = `${box.querySelector("h2")?.textContent} · Tejido`;
    byId("tools").replaceChildren();
    byId("chips").hasChildNodes() || showChips(state);
  } finally {
    clearTimeout(waiting);
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

/**
 * What had the focus has been drawn anew: the one that is called the same gets it.
 * @param {HTMLElement} main
 * @param {Element} had
 */
function refocus(main, had) {
  if (had.isConnected || document.activeElement !== document.body) return;
  const called = (/** @type {Element} */ one) => one.id || one.closest("label")?.firstChild?.textContent || one.textContent;
  const found = [...main.querySelectorAll(had.tagName)].find((one) => called(one) === called(had));
  if (found instanceof HTMLElement) found.focus({ preventScroll: true });
}

/** What does not depend on the state but for the language. */
function shell() {
  byId("skip").textContent = t("skip");
  const field = new Combobox({
    label: t("search.label"),
    placeholder: t("search.placeholder"),
    isLabelSeen: false,
    onChoose: ({ ref, kind, id }) => {
      field.input.value = "";
      if (kind === "state") store.go({ view: "map", place: id });
      else if (kind === "topic")
        store.go({
          filters: { topic: [...new Set([...store.state.filters.topic, id])] },
          ...(store.state.view === "record" ? { view: "map" } : {}),
        });
      else store.go({ view: "record", record: ref, open: "" });
    },
  });
  byId("find").replaceChildren(field.element);
  byId("brand").setAttribute("aria-label", t("home"));
  byId("views").setAttribute("aria-label", t("views"));
  byId("find").setAttribute("aria-label", t("search.label"));
  byId("bar").setAttribute("aria-label", t("bar"));
  byId("drawer").setAttribute("aria-label", t("filters"));
}

/** The parts around the view. @param {State} state */
function frame(state) {
  byId("brand").setAttribute("href", href({ ...read(""), lang: state.lang, as_of: state.as_of }));
  byId("views").replaceChildren(
    h(
      "ul",
      {},
      OFFERED.map((name) =>
        h(
          "li",
          {},
          h(
            "a",
            {
              href: store.href({ view: name }),
              "aria-current": state.view === name ? "page" : null,
            },
            h("span", { class: "view-name" }, t(`view.${name}`)),
            h("span", { class: "view-asks" }, t(`view.${name}.asks`)),
          ),
        ),
      ),
    ),
  );
  const other = spoken() === "es" ? "en" : "es";
  byId("settings").replaceChildren(
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        id: "filters",
        "aria-expanded": String(!byId("drawer").hidden),
        "aria-controls": "drawer",
        onclick: toggleDrawer,
      },
      t("filters"),
    ),
    h(
      "a",
      { class: "quiet", href: store.href({ lang: other }), lang: other, hreflang: other, "data-keep": true },
      other === "en" ? "English" : "Español",
    ),
    h(
      "button",
      { type: "button", class: "quiet", id: "theme", onclick: toggleTheme },
      t(isDark() ? "theme.light" : "theme.dark"),
    ),
  );
  byId("foot").replaceChildren(
    h("p", {}, t("footer.about")),
    h(
      "ul",
      {},
      h("li", {}, h("a", { href: "docs" }, t("footer.api"))),
      h("li", {}, h("a", { href: "v1/about" }, t("footer.sources"))),
      h("li", {}, h("a", { href: "v1/export" }, t("footer.export"))),
    ),
  );
  showChips(state);
  showDrawer(state);
}

function toggleDrawer() {
  const drawer = byId("drawer");
  drawer.hidden = !drawer.hidden;
  byId("filters").setAttribute("aria-expanded", String(!drawer.hidden));
  showDrawer(store.state);
}

const isDark = () =>
  (document.documentElement.dataset.theme ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function toggleTheme() {
  const chosen = isDark() ? "light" : "dark";
  byId("dark").setAttribute("media", chosen === "dark" ? "screen" : "not all");
  // Drawings follow this, and read their colours then.
  document.documentElement.dataset.theme = chosen;
  byId("theme").textContent = t(isDark() ? "theme.light" : "theme.dark");
}

/** Paper is white: drawings, which have the colours of the screen in them, are drawn by day for it. */
function paper() {
  if (!isDark()) return;
  const { theme } = document.documentElement.dataset;
  const media = byId("dark").getAttribute("media") ?? "";
  byId("dark").setAttribute("media", "not all");
  document.documentElement.dataset.theme = "light";
  const after = () => {
    byId("dark").setAttribute("media", media);
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  addEventListener("afterprint", after, { once: true });
}

addEventListener("beforeprint", paper);

/** Links within the page change the state; all others, and clicks that open a window, are the browser's. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const address = link?.getAttribute("href");
  if (
    !link ||
    !address ||
    event.defaultPrevented ||
    event.button ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  if (address === "#main") {
    event.preventDefault();
    byId("main").focus();
  }
  if (link.dataset.scroll) {
    event.preventDefault();
    const target = byId(link.dataset.scroll);
    if (target instanceof HTMLDetailsElement) target.open = true;
    target.scrollIntoView({ block: "start" });
    target.querySelector("summary")?.focus({ preventScroll: true });
    return;
  }
  if (!address.startsWith("?") && address !== "./") return;
  event.preventDefault();
  if (link.dataset.why) willOpenFrom(link);
  const place = link.dataset.keep === undefined ? null : link.closest("[id]")?.id;
  store.visit(address === "./" ? "" : address);
  if (place && !link.isConnected) keepFocus(place);
});

/** What was clicked has been drawn anew: the focus stays where it was. @param {string} place */
function keepFocus(place) {
  const element = document.getElementById(place);
  const target = element?.querySelector("a, button, input");
  if (target instanceof HTMLElement) target.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && store.state.open && !document.querySelector("dialog[open]")) store.go({ open: "" });
});

store.listen(drawn);
drawn(store.state, null).then(() => all("org").catch(() => {}));
