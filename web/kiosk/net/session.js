// Signed in: tokens are kept in memory only and renew themselves, so nobody sees them run out.
import { ApiError, NetworkError, send } from "./http.js";

class Session {
  #tokens = null;
  #renewing = null;
  #era = 0; // what was under way when a sign-in ended does not begin it again

  get signedIn() {
    return this.#tokens !== null;
  }

  async call(method, path, options = {}) {
    if (!this.#tokens) await this.#renew();
    const token = this.#tokens?.access_token;
    try {
      return await send(method, path, { ...options, token });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (this.#tokens?.access_token === token) await this.#renew();
      return send(method, path, { ...options, token: this.#tokens?.access_token });
    }
  }

  keep(tokens) {
    this.#era += 1;
    this.#renewing = null;
    this.#tokens = tokens;
  }

  // Ends the sign-in here at once, and on the server when it can be reached.
  async end() {
    const tokens = this.#tokens;
    this.keep(null);
    if (!tokens) return;
    const { access_token: token, refresh_token } = tokens;
    await send("POST", "/auth/revoke", { json: { refresh_token }, token }).catch(() => {});
  }

  // One renewal at a time, however many requests found their token expired.
  #renew() {
    const era = this.#era;
    this.#renewing ??= this.#next()
      .then((tokens) => { if (era === this.#era) this.#tokens = tokens; })
      .finally(() => { if (era === this.#era) this.#renewing = null; });
    return this.#renewing;
  }

  async #next() {
    const refresh_token = this.#tokens?.refresh_token;
    if (!refresh_token) return this.grant();
    const swap = () => send("POST", "/auth/refresh", { json: { refresh_token } });
    try {
      return await swap().catch((error) => {
        if (error instanceof NetworkError) return swap(); // the reply may be lost: the same pair comes again
        throw error;
      });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      return this.grant(); // spent, run out or revoked
    }
  }
}

// The gym knows this device no longer.
export class Unpaired extends Error {}

// The device itself, by the secret it was given when it was paired.
export class KioskSession extends Session {
  #credentials = JSON.parse(localStorage.getItem("kiosk") || "null");

  get paired() {
    return this.#credentials !== null;
  }

  async pair(code, name) {
    this.#credentials = await send("POST", "/kiosks/pair", { json: { code, name } });
    localStorage.setItem("kiosk", JSON.stringify(this.#credentials));
  }

  forget() {
    localStorage.removeItem("kiosk");
    this.#credentials = null;
    this.keep(null);
  }

  async grant() {
    if (!this.#credentials) throw new Unpaired();
    try {
      return await send("POST", "/auth/token", { json: { grant_type: "kiosk", ...this.#credentials } });
    } catch (error) {
      throw error.code === "wrong_credentials" ? new Unpaired() : error;
    }
  }
}

// A staff sign-in that is over; there is no secret here to begin a new one with.
export class SignedOut extends Error {}

export class StaffSession extends Session {
  async signIn(username, password) {
    this.keep(await send("POST", "/auth/token", { json: { grant_type: "password", username, password } }));
  }

  async grant() {
    this.keep(null);
    throw new SignedOut();
  }
}
