// Pairing with the code that an admin is shown.
import { NetworkError } from "../net/http.js";
import { $ } from "../screen/dom.js";
import { screens } from "../screen/screens.js";
import { language, translated } from "../words/words.js";

export class Pairing {
  #reason = null;

  constructor({ session, store, paired }) {
    Object.assign(this, { session, store, paired });
    $("pairing-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#pair();
    });
    store.addEventListener("change", () => this.#draw());
    translated(() => this.#draw());
  }

  // `reason` names the words that say why a kiosk that was paired is here again.
  open(reason = null) {
    this.#reason = reason;
    this.#draw();
    screens.show("pairing");
  }

  #draw() {
    const { words } = language;
    $("pairing-error").textContent = this.#reason ? words[this.#reason] : "";
    $("pairing-waiting").textContent = this.store.count ? words.waitsForPairing(this.store.count) : "";
  }

  async #pair() {
    $("pairing-error").textContent = "";
    $("pair").disabled = true;
    try {
      await this.session.pair($("code").value.replace(/\D/g, ""), $("name").value.trim());
      this.#reason = null;
      $("pairing-form").reset();
      await this.paired();
    } catch (error) {
      $("pairing-error").textContent = error instanceof NetworkError ? language.words.offlineSignIn : error.message;
    } finally {
      $("pair").disabled = false;
    }
  }
}
