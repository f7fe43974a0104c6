// The drawing parts alone, for their tests: what these do is called from outside, what the parts say is kept.
import { NetworkPicture } from "/page/parts/network-picture.js";
import { StateMap } from "/page/parts/state-map.js";

const language = new URLSearchParams(location.search).get("lang") ?? "en";
document.documentElement.lang = language;
const texts = (await (await fetch("/page/parts/words.json")).json())[language];
const plurals = new Intl.PluralRules(language);

function words(key, values = {}) {
  const found = texts[key];
  if (found === undefined) console.error(`no words for ${key}`);
  const text = typeof found === "object" ? found[plurals.select(values.count)] ?? found.other : found ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!(name in values)) console.error(`${key} has no ${name}`);
    return values[name] ?? whole;
  });
}

const said = [];
const record = (name) => (what) => said.push({ [name]: what });
const look = ({ marked, values, communities, ...rest } = {}) => ({
  ...rest,
  ...(marked && { marked: new Map(Object.entries(marked)) }),
  ...(values && { values: new Map(Object.entries(values)) }),
  ...(communities && { communities: new Map(Object.entries(communities)) }),
});

window.harness = {
  said,
  async network(network, how) {
    const container = document.getElementById("network");
    const options = { words, onSelect: record("select"), onClear: record("clear") };
    harness.picture ??= new NetworkPicture(container, options);
    await harness.picture.show(network, look(how));
  },
  restyle: (how) => harness.picture.restyle(look(how)),
  async map(shown) {
    harness.states ??= new StateMap(document.getElementById("map"), { words, onSelect: record("state") });
    await harness.states.show({ ...shown, selected: new Set(shown.selected ?? []) });
  },
  /** A PNG as base64. */
  async base64(blob) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  },
};
document.body.dataset.ready = "yes";
