/** What can be done with a view: cite it, ask the API for the same, save the picture and the data. */

import { absolute, address, get } from "./api.js";
import { byId, h } from "./dom.js";
import { changed, href, store } from "./state.js";
import { announce, copy, empty, facts, problemBox, save, unfold } from "./ui.js";
import { t } from "./words.js";

/**
 * @typedef {{path: string, query: import("./api.js").Query, isCitable?: boolean}} Call a request that a view makes
 * @typedef {{svg: () => string, png: () => Promise<Blob>}} Picture
 * @typedef {{words: string, href: string, name?: string}} File
 * @typedef {{calls: () => Call[], picture: () => Picture | null, files: () => File[]}} Useful
 */

const GEPHI_LITE = "https://lite.gephi.org/?file=";

/** @param {Useful} view @param {string} kind */
export function toolbar(view, kind) {
  const button = (/** @type {string} */ words, /** @type {() => void} */ action) =>
    h("button", { type: "button", onclick: action }, t(words));
  byId("tools").replaceChildren(
    button("tools.download", () => download(view, kind)),
    button("tools.cite", () => cite(view)),
    button("tools.call", () => call(view)),
  );
}

/**
 * @param {string} title
 * @param {...import("./dom.js").Parts} parts
 */
function show(title, ...parts) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("dialog"));
  const body = h("div", { class: "dialog-body" }, ...parts);
  dialog.replaceChildren(
    h(
      "div",
      { class: "panel-head" },
      h("h2", { id: "dialog-title" }, title),
      h("button", { type: "button", class: "close", "aria-label": t("close"), onclick: () => dialog.close() }, "×"),
    ),
    body,
  );
  if (!dialog.open) dialog.showModal();
  return body;
}

/** @param {Useful} view @param {string} kind */
function download(view, kind) {
  const picture = view.picture();
  const name = `tejido-${kind}`;
  const failed = h("p", { class: "detail", role: "status" });
  const make = async (/** @type {() => Promise<Blob> | Blob} */ blob, /** @type {string} */ file) => {
    try {
      save(await blob(), file);
      announce(t("tools.saved", { file }));
    } catch {
      failed.textContent = t("tools.not_saved");
    }
  };
  const network = view.files().find((file) => file.href.includes("format=gexf"));
  show(
    t("tools.download"),
    h("h3", {}, t("tools.picture")),
    picture
      ? h(
          "ul",
          { class: "files" },
          h(
            "li",
            {},
            h(
              "button",
              {
                type: "button",
                onclick: () => make(() => new Blob([picture.svg()], { type: "image/svg+xml" }), `${name}.svg`),
              },
              "SVG",
            ),
            " ",
            t("tools.svg"),
          ),
          h(
            "li",
            {},
            h("button", { type: "button", onclick: () => make(() => picture.png(), `${name}.png`) }, "PNG"),
            " ",
            t("tools.png"),
          ),
        )
      : h("p", { class: "empty" }, t("tools.no_picture")),
    failed,
    h("h3", {}, t("tools.paper")),
    h(
      "ul",
      { class: "files" },
      h("li", {}, h("button", { type: "button", onclick: print }, t("tools.print")), " ", t("tools.print_help")),
      h("li", {}, h("button", { type: "button", onclick: printAll }, t("tools.print_all")), " ", t("tools.print_all_help")),
    ),
    h("h3", {}, t("tools.data")),
    view.files().length
      ? h(
          "ul",
          { class: "files" },
          view.files().map((file) => h("li", {}, h("a", { href: file.href, download: file.name ?? "" }, file.words))),
        )
      : empty(t("tools.nothing_yet")),
    network && [
      h("h3", {}, t("tools.elsewhere")),
      h(
        "p",
        {},
        h("a", { href: gephi(network.href), rel: "noreferrer external", target: "_blank" }, t("tools.gephi")),
        " ",
        t("tools.gephi_help"),
      ),
    ],
  );
}

/** Prints the page, not the dialog over it. */
function print() {
  /** @type {HTMLDialogElement} */ (byId("dialog")).close();
  window.print();
}

/** The same with all that is folded; it stays open, so that the page is what the paper says. */
async function printAll() {
  await unfold(byId("main"));
  print();
}

/**
 * Gephi Lite reads a file by its address, and tells its format by the end of it: a fragment, which no server gets.
 * @param {string} relative
 */
export const gephi = (relative) => GEPHI_LITE + encodeURIComponent(`${absolute(relative)}#tejido.gexf`);

/** @param {Useful} view */
async function cite(view) {
  const body = show(t("tools.cite"), h("p", { class: "wait" }, t("loading")));
  const [first] = view.calls().filter((one) => one.isCitable);
  try {
    const about = await get("v1/about", { as_of: store.state.as_of });
    const version = store.state.as_of || about.data_version;
    const page = absolute(href(changed(store.state, { as_of: version, open: "" })));
    const citation = first && (await get(first.path, { ...first.query, as_of: version, format: "citation" }));
    const asked = document.title.replace(/ · Tejido$/, "");
    const release = `${t("tools.definitions")} ${about.definitions_release}`;
    const title = `Tejido: ${asked}${/[?.!]$/.test(asked) ? "" : "."} ${t("tools.version")} ${version}, ${release}.`;
    const made = citation?.data_version_at?.slice(0, 10);
    body.replaceChildren(
      h("p", {}, t("tools.cite_help")),
      copyable(t("tools.text"), `${title} ${page}`),
      copyable(t("tools.page"), page),
      ...(citation
        ? [
            facts([
              [t("tools.version"), `${citation.data_version}${made ? ` (${made})` : ""}`],
              [t("tools.definitions"), citation.definitions_release],
              ["SHA-256", h("code", {}, citation.sha256)],
            ]),
            copyable(t("tools.permalink"), citation.permalink),
            copyable("BibTeX", citation.bibtex),
          ]
        : [
            facts([
              [t("tools.version"), version],
              [t("tools.definitions"), about.definitions_release],
            ]),
          ]),
    );
  } catch (error) {
    body.replaceChildren(problemBox(error, () => cite(view)));
  }
}

/** @param {Useful} view */
function call(view) {
  const parts = view.calls().flatMap(({ path, query }) => {
    const whole = absolute(address(path, query));
    return [
      h("h3", {}, path),
      copyable("curl", `curl '${whole.replaceAll("'", "%27")}'`),
      copyable("Python", python(whole)),
      copyable(
        "JavaScript",
        `const answer = await fetch(${JSON.stringify(whole)});\nconst data = await answer.json();`,
      ),
    ];
  });
  show(
    t("tools.call"),
    h("p", {}, t("tools.call_help"), " ", h("a", { href: "docs" }, t("footer.api")), "."),
    ...(parts.length ? parts : [empty(t("tools.nothing_yet"))]),
  );
}

/** @param {string} whole */
const python = (whole) =>
  [
    "import json, urllib.request",
    "",
    `with urllib.request.urlopen(${JSON.stringify(whole)}) as answer:`,
    "    data = json.load(answer)",
  ].join("\n");

/**
 * @param {string} label
 * @param {string} text
 */
function copyable(label, text) {
  return h(
    "div",
    { class: "copyable" },
    h(
      "div",
      { class: "copyable-head" },
      h("span", {}, label),
      h("button", { type: "button", "aria-label": `${t("copy")}: ${label}`, onclick: () => copy(text) }, t("copy")),
    ),
    h("pre", { tabindex: "0" }, text),
  );
}
