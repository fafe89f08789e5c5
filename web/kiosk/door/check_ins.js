// From what somebody showed to what they are told: the gym's verdict, or that it is recorded.
import { ApiError, NetworkError } from "../net/http.js";
import { clock } from "../net/clock.js";
import { bodyOf, newCapture } from "../queue/capture.js";
import { StoreFull } from "../queue/store.js";

const PATIENCE_MS = 5000; // nobody stands at a door longer for an answer
const BUSY_TRIES = 3;
const LONGEST_WAIT_MS = 2000;

export const RECORDED = "recorded";
export const FULL = "full";

export class CheckIns {
  #busy = 0;
  #waiting = [];

  constructor({ session, link, store }) {
    Object.assign(this, { session, link, store });
  }

  // Resolves when nobody at the door waits for an answer.
  quiet = () => (this.#busy ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve());

  capture(what, takenAt = performance.now()) {
    return newCapture(new Date(clock.now().getTime() - (performance.now() - takenAt)), what);
  }

  // The verdict. Where the gym cannot be asked: recorded, if `record` says that it is worth it, else null.
  async submit(capture, record = true) {
    this.#busy += 1;
    try {
      if (this.link.online) return await this.#live(capture);
    } catch (error) {
      if (!(error instanceof NetworkError) && !isDown(error)) throw error;
      this.link.lost();
    } finally {
      this.#busy -= 1;
      if (!this.#busy) this.#waiting.splice(0).forEach((resolve) => resolve());
    }
    return record ? this.#record(capture) : null;
  }

  // A lost answer is asked for again under the same key, so it stays one attempt at the door.
  async #live(capture) {
    const ask = () => this.session.call("POST", "/check-ins",
      { ...bodyOf(capture, { late: false }), key: capture.key, patience: PATIENCE_MS });
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        const again = error instanceof NetworkError ? tries < 2 : isBusy(error) && tries < BUSY_TRIES;
        if (!again) throw error;
        if (isBusy(error)) await pause(Math.min(spread(error.waitMs), LONGEST_WAIT_MS));
      }
    }
  }

  async #record(capture) {
    try {
      await this.store.add(capture);
    } catch (error) {
      if (!(error instanceof StoreFull)) console.error(error);
      return { outcome: FULL };
    }
    return { outcome: RECORDED, admit: this.link.gym?.offline_policy === "admit" };
  }
}

// Too many photos of this device are its own matter: 429 is told, not recorded.
// Doors that were sent away together do not come back together.
const spread = (wait) => wait * (1 + Math.random() / 2);
const isBusy = (error) => error instanceof ApiError && error.isBusy && error.status !== 429;
const isDown = (error) => isBusy(error) || (error instanceof ApiError && [502, 504].includes(error.status));
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
