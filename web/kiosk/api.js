// The kiosk's side of the JSON API: credentials, tokens that renew themselves, and typed faults.
const BASE = "/api/v1";

export class ApiError extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }
}
export class NetworkError extends Error {}

export class Api {
  #tokens = null;
  #renewing = null;

  constructor(language) {
    this.language = language;
    this.credentials = JSON.parse(localStorage.getItem("kiosk") || "null");
  }

  get paired() {
    return this.credentials !== null;
  }

  async pair(code, name) {
    this.credentials = await this.#send("POST", "/kiosks/pair", { json: { code, name } });
    localStorage.setItem("kiosk", JSON.stringify(this.credentials));
  }

  forget() {
    localStorage.removeItem("kiosk");
    this.credentials = this.#tokens = null;
  }

  kiosk() {
    return this.#authorized("GET", "/kiosk");
  }

  // `key` makes a retry after a lost answer harmless: the door's first answer comes again.
  checkInPhoto(blob, key) {
    const form = new FormData();
    form.append("photo", blob, "photo.jpg");
    return this.#authorized("POST", "/check-ins", { body: form, key });
  }

  checkInDocument(document_number, phone_last4, key) {
    return this.#authorized("POST", "/check-ins", { json: { document_number, phone_last4 }, key });
  }

  async #authorized(method, path, options = {}) {
    if (!this.#tokens) await this.#renew();
    try {
      return await this.#send(method, path, { ...options, token: this.#tokens.access_token });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.#tokens = null;
      await this.#renew();
      return this.#send(method, path, { ...options, token: this.#tokens.access_token });
    }
  }

  // One renewal at a time, however many requests found their token expired.
  #renew() {
    this.#renewing ??= this.#send("POST", "/auth/token", { json: { grant_type: "kiosk", ...this.credentials } })
      .then((tokens) => { this.#tokens = tokens; })
      .finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  async #send(method, path, { json, body, token, key } = {}) {
    const headers = { "Accept-Language": this.language };
    if (json) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    let response;
    try {
      const signal = AbortSignal.timeout(12000);
      response = await fetch(BASE + path, { method, headers, signal, body: json ? JSON.stringify(json) : body });
    } catch {
      throw new NetworkError();
    }
    const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const { code = "error", message = "" } = answer?.error ?? {};
    throw new ApiError(response.status, code, message, Number(response.headers.get("Retry-After")) || 1);
  }
}
