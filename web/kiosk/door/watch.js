// Watches the door: whoever comes and stands still is photographed; every two seconds even without.
import { ApiError } from "../net/http.js";
import { Unpaired } from "../net/session.js";
import { screens } from "../screen/screens.js";
import { readQr } from "./qr.js";

const LOOK_MS = 150;
const EVERY_MS = 2000; // even without motion: somebody may stand very still
const SOON_MS = 600;
const SAME_PERSON_MS = 20000; // one who stays in view is not asked again before this, then twice as long …
const LONGEST_MS = 160000; // … up to this: whoever works in view of the camera is not a line every 20 s
const BETWEEN_FRAMES_MS = 350;

export class Watch {
  #lastSent = 0;
  #judgedAt = -Infinity;
  #patience = SAME_PERSON_MS;

  // `told` gets every verdict, `failed` every fault; `keeper` has the camera back where it was lost.
  constructor({ camera, scene, checkIns, challenge, link, keeper, told, failed }) {
    Object.assign(this, { camera, scene, checkIns, challenge, link, keeper, told, failed });
  }

  async run() {
    try {
      if (screens.state === "idle" && !document.hidden) await this.#look();
    } catch (error) {
      this.failed(error);
    }
    setTimeout(() => this.run(), LOOK_MS);
  }

  async #look() {
    if (!this.camera.running) return this.keeper.start();
    if (!this.camera.warm) return undefined;
    this.scene.look(this.camera.video);
    return this.#isTime() ? this.#photograph() : undefined;
  }

  #isTime() {
    const { steady, changed, somebody } = this.scene;
    const waited = performance.now() - this.#lastSent;
    const came = steady && changed && waited >= SOON_MS;
    if (!this.link.online) return came && somebody; // the gym cannot tell an empty room from a person now
    if (changed) this.#patience = SAME_PERSON_MS;
    else if (performance.now() - this.#judgedAt < this.#patience) return false;
    return waited >= EVERY_MS || came;
  }

  async #photograph() {
    screens.reading(true);
    this.#lastSent = performance.now();
    const stayed = !this.scene.changed;
    try {
      const verdict = await this.#submit(this.#lastSent);
      if (!verdict) return;
      if (stayed) this.#patience = Math.min(2 * this.#patience, LONGEST_MS);
      this.scene.judged();
      this.#judgedAt = performance.now();
      // Whoever has begun to type meanwhile is interrupted by good news only.
      if (screens.state === "idle" || verdict.outcome === "admitted") this.told(verdict, this.#takenAt);
    } catch (error) {
      this.#failed(error);
    } finally {
      screens.reading(false);
    }
  }

  #takenAt = 0;

  async #submit(takenAt) {
    this.#takenAt = takenAt;
    const { checkIns, scene, camera } = this;
    const photo = await camera.photo();
    if (screens.state !== "idle") return null; // somebody has begun to type meanwhile
    if (!this.link.online) return this.#record(photo, takenAt);
    const worth = scene.steady && scene.changed && scene.somebody;
    try {
      return await checkIns.submit(checkIns.capture({ photos: [photo] }, takenAt), worth && !this.challenge.asked);
    } catch (error) {
      if (error.code !== "challenge_missing" || screens.state !== "idle") throw error;
      return this.#challenged(photo, takenAt);
    }
  }

  // A face was seen, and the gym wants to see it move. The key is new, because the first answer is given.
  async #challenged(photo, takenAt) {
    const moved = await this.challenge.ask(this.camera);
    if (moved === null) return null;
    this.#takenAt = performance.now();
    return this.checkIns.submit(this.checkIns.capture({ photos: [photo], ...moved }, takenAt));
  }

  // Without the gym: a QR as its text where this browser can read it, else two frames, for one may be blurred.
  async #record(photo, takenAt) {
    const qr = await readQr(photo);
    if (qr) return this.checkIns.submit(this.checkIns.capture({ qr }, takenAt));
    if (this.challenge.asked) return this.#challenged(photo, takenAt);
    await new Promise((resolve) => { setTimeout(resolve, BETWEEN_FRAMES_MS); });
    const photos = [photo, await this.camera.photo()];
    if (screens.state !== "idle") return null;
    return this.checkIns.submit(this.checkIns.capture({ photos }, takenAt));
  }

  #failed(error) {
    if (error instanceof Unpaired) return this.failed(error);
    if (error.status === 422) this.scene.judged(); // until something moves, the slow pace is enough
    if (error.code === "no_face") this.scene.isEmpty();
    if (error instanceof ApiError && error.isBusy) this.#lastSent = performance.now() + error.waitMs - EVERY_MS;
    return this.failed(error);
  }
}
