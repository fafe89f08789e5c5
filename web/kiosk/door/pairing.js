// Pairing with the code that an admin is shown.
import { NetworkError } from "../net/http.js";
import { $ } from "../screen/dom.js";
import { screens } from "../screen/screens.js";
import { language, translated } from "../words/words.js";

const CODE_DIGITS = 9;

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

  // The browser's own bubble speaks the browser's language, so the page asks for what is missing itself.
  #missing() {
    const { words } = language;
    if ($("code").value.replace(/\D/g, "").length !== CODE_DIGITS) return [$("code"), words.codeNeeded];
    return $("name").value.trim() ? null : [$("name"), words.nameNeeded];
  }

  async #pair() {
    const missing = this.#missing();
    $("pairing-error").textContent = missing ? missing[1] : "";
    if (missing) return missing[0].focus();
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
