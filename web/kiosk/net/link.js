// Whether the gym can be reached, and what it last said of itself.
import { ApiError } from "./http.js";
import { Unpaired } from "./session.js";
import { clock } from "./clock.js";

const AGAIN_MS = 3000;
const BEAT_MS = 60000;

// Tells `change` (online or not), `gym` (what it says of itself) and `unpaired`.
export class Link extends EventTarget {
  online = true;
  gym = JSON.parse(localStorage.getItem("gym") || "null");
  #timer = null;
  #asking = null;
  #losses = 0; // an answer that was under way when the gym was lost does not bring it back

  constructor(session) {
    super();
    this.session = session;
    // Asked, not believed: without a network the gym may still be this very machine.
    for (const kind of ["online", "offline"]) addEventListener(kind, () => this.#checkAnew());
    document.addEventListener("visibilitychange", () => document.hidden || this.check());
  }

  // Asks the gym once; while it cannot answer, it is asked again and again.
  check() {
    if (!this.session.paired) return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  lost() {
    this.#losses += 1;
    this.#is(false);
  }

  // Another gym, or this one with another PIN, may be the next that this device is paired with.
  forget() {
    this.gym = null;
    localStorage.removeItem("gym");
  }

  // An answer that was under way when something changed says nothing about it.
  async #checkAnew() {
    await this.#asking;
    return this.check();
  }

  async #ask() {
    const [askedAt, losses] = [performance.now(), this.#losses];
    try {
      this.#tell(await this.session.call("GET", "/kiosk", { patience: 6000 }), askedAt);
      this.#is(losses === this.#losses);
    } catch (error) {
      if (error instanceof Unpaired) this.dispatchEvent(new Event("unpaired"));
      else this.#is(error instanceof ApiError && error.status === 429);
    }
  }

  #tell(gym, askedAt) {
    clock.sync(gym.server_time, askedAt);
    this.gym = gym;
    localStorage.setItem("gym", JSON.stringify(gym));
    this.dispatchEvent(new Event("gym"));
  }

  #is(online) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), online ? BEAT_MS : AGAIN_MS);
    if (online === this.online) return;
    this.online = online;
    this.dispatchEvent(new Event("change"));
  }
}
