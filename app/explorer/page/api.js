/**
 * Asking the API: by addresses relative to the page, so that a path before it does not matter.
 *
 * Nothing is kept here. The browser keeps each answer with its entity tag and asks again whether it still holds.
 */

const PATIENCE = 20_000;

/** @typedef {Record<string, string | number | boolean | string[] | undefined>} Query */

/** A request that did not lead to an answer; `kind` is the last part of the problem's type, or a reason of our own. */
export class Problem extends Error {
  /**
   * @param {string} kind
   * @param {{detail?: string, requestId?: string, wait?: number, parameters?: string[]}} [more] `parameters` are those
   *   of the request that are to blame
   */
  constructor(kind, { detail = "", requestId = "", wait = 0, parameters = [] } = {}) {
    super(kind);
    this.kind = kind;
    this.detail = detail;
    this.requestId = requestId;
    this.wait = wait;
    this.parameters = parameters;
  }
}

/**
 * The address of a request, relative to the page.
 * @param {string} path such as `v1/about`
 * @param {Query} [query]
 */
export function address(path, query = {}) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) found.append(name, String(one));
  }
  const text = found.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%7E", "~");
  return text ? `${path}?${text}` : path;
}

/**
 * The whole address, for use elsewhere.
 * @param {string} relative
 */
export const absolute = (relative) => new URL(relative, document.baseURI).href;

/**
 * What the API answers.
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal] ends the request when what it is for has been given up
 * @returns {Promise<any>}
 */
export async function get(path, query = {}, signal) {
  const late = AbortSignal.timeout(PATIENCE);
  let answer, body;
  try {
    answer = await fetch(address(path, query), {
      headers: { Accept: "application/json" },
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    body = await answer.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(late.aborted ? "slow" : "offline");
  }
  let data;
  try {
    data = JSON.parse(body);
  } catch {
    throw new Problem("not-json", { requestId: answer.headers.get("X-Request-ID") ?? "" });
  }
  if (answer.ok) return data;
  throw new Problem(
    String(data.type ?? "")
      .split("/")
      .pop() || `status-${answer.status}`,
    {
      detail: String(data.detail ?? data.title ?? ""),
      requestId: String(data.request_id ?? ""),
      wait: Number(answer.headers.get("Retry-After")) || 0,
      parameters: (data.errors ?? []).map((/** @type {any} */ one) => String(one.parameter ?? "")),
    },
  );
}

/** Whether an error only says that nobody waits for the answer any more. @param {unknown} error */
export const isGivenUp = (error) => error instanceof DOMException && error.name === "AbortError";
