// This kiosk: what it is paired with, how it stands, and how it is unpaired.
import { $, h } from "../screen/dom.js";
import { language } from "../words/words.js";

const SURE_MS = 5000;

export class Device {
  #sure = null;

  constructor({ link, store, staffSession, unpair }) {
    Object.assign(this, { link, store, staffSession, unpair });
    $("unpair").addEventListener("click", () => this.#unpair());
    for (const source of [link, store]) source.addEventListener("change", () => this.#draw());
  }

  async open() {
    this.#calm();
    this.#draw();
  }

  #draw() {
    if ($("page-kiosk").hidden || !this.link.gym) return;
    const { words } = language;
    const { gym, online } = this.link;
    const facts = [
      [words.gymName, gym.gym_name], [words.kioskName, gym.kiosk_name],
      [words.connection, online ? words.connected : words.notConnected],
      [words.recordedCount, this.store.count], [words.offlinePolicy, words.policies[gym.offline_policy]],
      [words.exitPin, gym.exit_pin ? words.yes : words.no], [words.turning, words.challenges[gym.challenge ?? "off"]],
    ];
    $("kiosk-facts").replaceChildren(...facts.flatMap(([name, value]) => [h("dt", { textContent: name }), h("dd", { textContent: value })]));
  }

  #calm() {
    clearTimeout(this.#sure);
    this.#sure = null;
    $("unpair").textContent = language.words.unpair;
    $("unpair-said").textContent = "";
  }

  // By the PIN or by a sign-in, and by a second touch.
  #unpair() {
    if (!this.staff.byPin && !this.staffSession.signedIn) {
      $("unpair-said").textContent = language.words.unpairHelp;
    } else if (this.#sure === null) {
      $("unpair").textContent = language.words.unpairSure;
      this.#sure = setTimeout(() => this.#calm(), SURE_MS);
    } else {
      this.#calm();
      this.unpair();
    }
  }
}
