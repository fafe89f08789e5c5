// Tells the gym what was recorded while it could not be reached: in order, once, and from one tab only.
import { ApiError, NetworkError } from "../net/http.js";
import { Unpaired } from "../net/session.js";
import { clock } from "../net/clock.js";
import { language } from "../words/words.js";
import { bodyOf, methodOf } from "./capture.js";
import { KEPT_MS } from "./store.js";
import { thumbnail } from "./thumbnail.js";

const EVERY_MS = 15000;
const MOST_TRIES = 5;
const ADMITTED = "admitted";

// Whatever is wrong with one capture stays with it; these end the whole turn.
class Later extends Error {
  constructor(waitMs) {
    super();
    this.waitMs = waitMs;
  }
}

export class Replay {
  busy = false;
  #timer = null;

  // `quiet` resolves when nobody at the door waits for an answer.
  constructor({ session, link, store, quiet }) {
    Object.assign(this, { session, link, store, quiet });
    link.addEventListener("change", () => link.online && this.run());
  }

  // Another turn or tab that is at it does all of it. Pages that are not secure have no locks between tabs:
  // there the keys make a second time harmless.
  async run() {
    clearTimeout(this.#timer);
    const turn = () => (this.busy ? EVERY_MS : this.#turn());
    const locked = (lock) => (lock ? turn() : EVERY_MS);
    const waitMs = await (navigator.locks ? navigator.locks.request("replay", { ifAvailable: true }, locked) : turn());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.run(), waitMs);
  }

  async #turn() {
    this.busy = true;
    try {
      await this.#dropOld();
      if (!this.link.online || !this.session.paired) return EVERY_MS;
      for (const capture of await this.store.all()) await this.#one(capture);
      return EVERY_MS;
    } catch (error) {
      if (error instanceof Later) return error.waitMs;
      console.error("the queue could not be replayed", error);
      return EVERY_MS;
    } finally {
      this.busy = false;
      this.store.dispatchEvent(new Event("change"));
    }
  }

  async #dropOld() {
    const now = clock.now();
    await this.store.forgetRefused(now);
    for (const capture of await this.store.all()) {
      if (now - Date.parse(capture.at) >= KEPT_MS) await this.#refuse(capture, "too_old", language.words.tooOld);
    }
  }

  async #one(capture) {
    if (capture.notBefore > Date.now()) return;
    await this.quiet();
    try {
      const verdict = await this.#send(capture);
      if (verdict.outcome === ADMITTED) await this.store.done(capture);
      else await this.#refuse(capture, verdict.code, verdict.message, verdict.client?.display_name);
    } catch (error) {
      await this.#failed(capture, error);
    }
  }

  async #send(capture) {
    if (!(await readable(capture))) throw new ApiError(400, { code: "unreadable", message: language.words.unreadable });
    const now = clock.now();
    if (Date.parse(capture.at) > now && !capture.tries) { // the clock was set since
      capture.at = now.toISOString();
      capture.tries = 1; // from now on it is told with this time and no other
      await this.store.update(capture);
    }
    try {
      return await this.#ask(capture, { late: true });
    } catch (error) {
      // Its first request did arrive: its own answer comes again, or it is still to be made.
      if (error.code !== "idempotency_key_reused") throw error;
      return this.#ask(capture, { late: false });
    }
  }

  #ask(capture, when) {
    return this.session.call("POST", "/check-ins", { ...bodyOf(capture, when), key: capture.key, patience: 20000 });
  }

  async #failed(capture, error) {
    if (error instanceof NetworkError) {
      this.link.lost();
      throw new Later(EVERY_MS);
    }
    if (error instanceof Unpaired) {
      this.link.check();
      throw new Later(EVERY_MS);
    }
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "too_many_wrong_documents") return this.#postpone(capture, error.waitMs);
    if (error.isBusy) throw new Later(error.waitMs);
    if (error.status === 401 || error.status === 403) throw new Later(EVERY_MS); // this device, not this capture
    return error.status < 500 ? this.#refuse(capture, error.code, error.message) : this.#again(capture, error);
  }

  // The server stumbles over this one: the others go first, and after a few times staff get it.
  async #again(capture, error) {
    capture.tries += 1;
    if (capture.tries >= MOST_TRIES) return this.#refuse(capture, error.code, error.message || language.words.unreadable);
    capture.notBefore = Date.now() + 1000 * 2 ** capture.tries;
    return this.store.update(capture);
  }

  // Documents wait; what else was recorded goes on.
  #postpone(capture, waitMs) {
    capture.notBefore = Date.now() + waitMs;
    return this.store.update(capture);
  }

  async #refuse(capture, code, message, name = null) {
    const { at, document_number = null } = capture;
    const picture = await thumbnail(capture.photos[0]);
    const refusedAt = clock.now().toISOString();
    await this.store.refuse(capture, { at, refusedAt, method: methodOf(capture), code, message, name, document_number, picture });
  }
}

// A picture whose file is damaged fails like a lost network would; so it is read before it is sent.
async function readable({ photos, turned }) {
  try {
    for (const blob of [...photos, ...turned]) await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
