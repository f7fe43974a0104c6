/** Every word of the page, in Spanish and English. */

/** @typedef {"es" | "en"} Language */
/** @typedef {Record<string, unknown>} Values */

const LOCALES = { es: "es-MX", en: "en-US" };

/** @type {Record<string, string | {one: string, other: string}>} */
let words = {};
/** @type {Language} */
let language = "es";
let isReady = false;
let plurals = new Intl.PluralRules(LOCALES.es);
let numbers = new Intl.NumberFormat(LOCALES.es);

/**
 * The language that an address asks for, else the first that the browser prefers and the page has.
 * @param {string} asked
 * @returns {Language}
 */
export function languageFor(asked) {
  if (asked === "es" || asked === "en") return asked;
  const found = navigator.languages.map((name) => name.slice(0, 2)).find((name) => name === "es" || name === "en");
  return found === "en" ? "en" : "es";
}

/**
 * Gets the words of a language; the page speaks it when what is answered is called.
 * @param {Language} chosen
 */
export async function wordsOf(chosen) {
  const [own, parts] = await Promise.all([load(`words/${chosen}.json`), load("parts/words.json")]);
  return () => {
    words = { ...parts[chosen], ...own };
    language = chosen;
    isReady = true;
    plurals = new Intl.PluralRules(LOCALES[chosen]);
    numbers = new Intl.NumberFormat(LOCALES[chosen]);
    document.documentElement.lang = chosen;
  };
}

/** @param {string} path */
async function load(path) {
  const answer = await fetch(new URL(path, import.meta.url));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export const spoken = () => language;

/** Whether the page speaks a language already. @param {Language} asked */
export const isSpoken = (asked) => isReady && asked === language;

/**
 * The words of a key. `{name}` in them is replaced by the value of that name; `count` chooses between one and several.
 * @param {string} key
 * @param {Values} [values]
 */
export function t(key, values = {}) {
  const found = words[key];
  if (found === undefined) {
    console.error(`no words for ${key}`);
    return key;
  }
  const count = Number(values.count);
  const text = typeof found === "string" ? found : plurals.select(count) === "one" ? found.one : found.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : String(value);
  });
}

/**
 * The words of something that the data name by a code; the code itself where the page has none.
 * @param {string} prefix
 * @param {string | null | undefined} code
 */
export function named(prefix, code) {
  if (!code) return t("unknown");
  return `${prefix}.${code}` in words ? t(`${prefix}.${code}`) : code.replaceAll("_", " ");
}

/**
 * The codes that have words, in the order of the alphabet of the language; a test holds them to those of the API.
 * @param {string} prefix
 */
export const coded = (prefix) =>
  Object.keys(words)
    .filter((key) => key.startsWith(`${prefix}.`))
    .map((key) => key.slice(prefix.length + 1))
    .sort((a, b) => compare(named(prefix, a), named(prefix, b)));

/** @param {number} value */
export const number = (value) => numbers.format(value);

/** How many digits a currency has after the point. @param {string} currency */
const digits = (currency) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/**
 * An amount in minor units, in whole ones.
 * @param {number} minor
 * @param {string} currency
 */
export const whole = (minor, currency) => minor / 10 ** digits(currency);

/**
 * An amount as money, with the code of its currency: a sign alone could be that of several.
 * @param {number} amount
 * @param {string} currency
 */
export function moneyOf(amount, currency) {
  const short = Number.isInteger(amount) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {};
  return new Intl.NumberFormat(LOCALES[language], {
    style: "currency",
    currency,
    currencyDisplay: "code",
    ...short,
  }).format(amount);
}

/** An amount in minor units, as money. @param {number} minor @param {string} currency */
export const money = (minor, currency) => moneyOf(whole(minor, currency), currency);

/**
 * Several words as one list: "a, b y c".
 * @param {string[]} items
 */
export const list = (items) => new Intl.ListFormat(LOCALES[language], { type: "conjunction" }).format(items);

/** In the order of the alphabet of the language. @param {string} a @param {string} b */
export const compare = (a, b) => a.localeCompare(b, LOCALES[language], { numeric: true, sensitivity: "base" });
