// One request to the JSON API, and its faults as types.
import { language } from "../words/words.js";

const BASE = "/api/v1";
const PATIENCE_MS = 12000;

// The server answered, and said no. `code` is the API's.
export class ApiError extends Error {
  constructor(status, { code = "error", message = "", details = {} } = {}, retryAfter = null) {
    super(message);
    Object.assign(this, { status, code, details, retryAfter });
  }
  // Nothing wrong with what was sent: the same may succeed later.
  get isBusy() {
    return this.status === 503 || this.status === 429 || this.code === "in_flight";
  }
  get waitMs() {
    return (this.retryAfter ?? 1) * 1000;
  }
}
// No answer came: whether the request arrived is not known.
export class NetworkError extends Error {}

export async function send(method, path, { json, form, token, key, patience = PATIENCE_MS } = {}) {
  const headers = { "Accept-Language": language.code };
  if (json) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  const signal = AbortSignal.timeout(patience);
  let response, answer;
  try {
    response = await fetch(BASE + path, { method, headers, signal, body: json ? JSON.stringify(json) : form });
    answer = response.status === 204 ? null : await response.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new NetworkError(String(error));
    answer = {}; // a proxy's page instead of an answer
  }
  if (response.ok && answer !== null && !Object.keys(answer).length) throw new NetworkError("no answer of the gym");
  if (response.ok) return answer;
  throw new ApiError(response.status, answer?.error, seconds(response.headers.get("Retry-After")));
}

function seconds(text) {
  const number = Number(text);
  return text && Number.isFinite(number) && number >= 0 ? number : null;
}
