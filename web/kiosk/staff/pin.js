// The exit PIN: asked before the staff area opens and before a kiosk is left, where an admin has set one.
import { NetworkError } from "../net/http.js";
import { Unpaired } from "../net/session.js";
import { $ } from "../screen/dom.js";
import { ERASE, keys } from "../screen/keys.js";
import { screens } from "../screen/screens.js";
import { language } from "../words/words.js";

const LONGEST = 8;
const GIVEN_UP_MS = 45000;

export class PinPad {
  #typed = "";
  #sending = false;
  #timer = null;

  // `opened` is called once the gym has said yes.
  constructor({ session, opened, failed }) {
    Object.assign(this, { session, opened, failed });
    const leave = () => screens.rest();
    keys($("pin-keys"), { letters: false, press: (key) => this.#press(key), enter: () => this.#next(), leave });
    $("pin-cancel").addEventListener("click", leave);
    $("pin-next").addEventListener("click", () => this.#next());
  }

  open() {
    screens.show("pin");
    this.#draw("");
    $("pin-error").textContent = "";
    $("pin-keys").querySelector("button").focus();
  }

  #draw(typed) {
    this.#typed = typed;
    $("pin-typed").textContent = "•".repeat(typed.length) || "\u00a0";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(abandon, GIVEN_UP_MS);
  }

  #press(key) {
    $("pin-error").textContent = "";
    if (key === ERASE) this.#draw(this.#typed.slice(0, -1));
    else if (this.#typed.length < LONGEST) this.#draw(this.#typed + key);
  }

  async #next() {
    if (!this.#typed || this.#sending) return;
    this.#sending = true;
    try {
      await this.session.call("POST", "/kiosk/exit", { json: { pin: this.#typed } });
      this.opened();
    } catch (error) {
      this.#draw("");
      if (error instanceof Unpaired) this.failed(error);
      $("pin-error").textContent = error instanceof NetworkError ? language.words.offlineSignIn : error.message;
    } finally {
      this.#sending = false;
    }
  }
}

// Somebody who walked off would keep everybody else from the camera.
function abandon() {
  if (screens.state === "pin") screens.rest();
}
