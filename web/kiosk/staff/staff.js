// The staff area: opened by the PIN, signed in by a person, and closed when nobody is there.
import { NetworkError } from "../net/http.js";
import { SignedOut } from "../net/session.js";
import { $ } from "../screen/dom.js";
import { screens } from "../screen/screens.js";
import { language } from "../words/words.js";

const AWAY_MS = 120000;
const TABS = ["enrol", "today", "late", "kiosk"];
const OURS = new Set(["staff", "enrol"]);

export class StaffArea {
  #timer = null;
  #tab = "enrol";
  byPin = false;
  left = () => {}; // somebody else's pictures go when the area closes

  // `pages` has, for each tab, something with `open()`.
  constructor({ session, link, pin, pages }) {
    Object.assign(this, { session, link, pin, pages });
    pin.opened = () => this.#enter(true);
    $("staff-open").addEventListener("click", () => this.#ask());
    $("staff-close").addEventListener("click", () => this.leave());
    $("sign-out").addEventListener("click", () => this.leave());
    $("sign-in").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#signIn();
    });
    for (const name of TABS) $(`tab-${name}`).addEventListener("click", () => this.show(name));
    $("tabs").addEventListener("keydown", (event) => this.#arrow(event));
    for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => this.present());
  }

  get open() {
    return OURS.has(screens.state);
  }

  // Somebody is there: the time until the area closes itself begins anew.
  present() {
    clearTimeout(this.#timer);
    if (this.open) this.#timer = setTimeout(() => this.leave(), AWAY_MS);
  }

  show(name) {
    this.#tab = name;
    for (const other of TABS) {
      $(`page-${other}`).hidden = other !== name;
      $(`tab-${other}`).setAttribute("aria-selected", String(other === name));
      $(`tab-${other}`).tabIndex = other === name ? 0 : -1;
    }
    return this.guarded(() => this.pages[name].open());
  }

  // Back from the camera to the list.
  resume() {
    screens.show("staff");
    this.present();
  }

  async leave() {
    clearTimeout(this.#timer);
    this.byPin = false;
    const ended = this.session.end();
    this.#draw();
    this.left();
    if (this.open) screens.rest();
    await ended;
  }

  // Runs what needs the sign-in; when that is over, asks for it again.
  async guarded(work, told = (message) => { $("sign-in-error").textContent = message; }) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SignedOut) {
        this.resume();
        this.#draw(language.words.signedOutAway);
      } else {
        told(error instanceof NetworkError ? language.words.offlineSignIn : error.message);
      }
      return undefined;
    }
  }

  // A gym that has not yet said whether there is a PIN has one.
  async #ask() {
    if (!this.link.gym) await this.link.check();
    if (this.link.gym?.exit_pin === false) this.#enter(false);
    else this.pin.open();
  }

  #enter(byPin) {
    this.byPin = byPin;
    screens.show("staff");
    this.#draw();
    this.present();
  }

  async #signIn() {
    const missing = [$("username"), $("password")].find((field) => !field.value.trim());
    $("sign-in-error").textContent = missing ? language.words.signInNeeded : "";
    if (missing) return missing.focus();
    $("sign-in-go").disabled = true;
    const [username, password] = [$("username").value.trim(), $("password").value];
    $("password").value = "";
    await this.guarded(async () => {
      await this.session.signIn(username, password);
      if (!this.open) return this.leave(); // gone before the answer came: nobody else finds the area open
      $("staff-name").textContent = username;
      this.#draw();
    });
    $("sign-in-go").disabled = false;
  }

  #draw(message = "") {
    const { signedIn } = this.session;
    $("sign-in").hidden = signedIn;
    $("sign-in-error").textContent = message;
    $("tabs").hidden = $("sign-out").hidden = $("staff-name").hidden = !signedIn;
    $("staff-close").hidden = signedIn;
    this.pages.enrol.clear();
    this.pages.today.clear();
    if (signedIn) this.show("enrol");
    else this.#beforeSignIn();
  }

  // The state of the pairing is no secret, and whoever has the PIN may unpair.
  #beforeSignIn() {
    for (const name of TABS) $(`page-${name}`).hidden = name !== "kiosk";
    this.pages.kiosk.open();
    if (screens.state === "staff") $("username").focus();
  }

  #arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(this.#tab) + step + TABS.length) % TABS.length];
    this.show(next);
    $(`tab-${next}`).focus();
  }
}
