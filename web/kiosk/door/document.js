// Document and the last four digits of the phone, by fingers or keyboard.
import { $ } from "../screen/dom.js";
import { ERASE, LETTERS, keys } from "../screen/keys.js";
import { screens } from "../screen/screens.js";
import { language, translated } from "../words/words.js";

const LONGEST = 20;
const SHORTEST = 4;
const PHONE = 4;
const GIVEN_UP_MS = 45000;

export class DocumentPad {
  #typed = "";
  #document = null;
  #sending = false;
  #timer = null;

  constructor(onDone) {
    this.onDone = onDone;
    keys($("keys"), { letters: true, press: (key) => this.#press(key), enter: () => this.#next(), leave });
    $("document-cancel").addEventListener("click", leave);
    $("document-next").addEventListener("click", () => this.#next());
    translated(() => this.#draw());
  }

  open() {
    this.#clear();
    screens.show("document");
    $("keys").querySelector("button").focus();
  }

  fail(message) {
    this.#clear();
    $("document-error").textContent = message;
  }

  #clear() {
    this.#typed = "";
    this.#document = null;
    $("document-error").textContent = "";
    this.#draw();
  }

  #draw() {
    const { words } = language;
    const first = this.#document === null;
    $("document-title").textContent = first ? words.document : words.phone;
    $("document-next").textContent = first ? words.next : words.check;
    $("typed").textContent = this.#typed || "\u00a0";
    clearTimeout(this.#timer);
    if (screens.state === "document") this.#timer = setTimeout(abandon, GIVEN_UP_MS);
  }

  #press(key) {
    $("document-error").textContent = "";
    const phone = this.#document !== null;
    if (key === ERASE) this.#typed = this.#typed.slice(0, -1);
    else if (key === LETTERS) this.#typed = phone ? this.#typed : nextLetter(this.#typed);
    else if (this.#typed.length < (phone ? PHONE : LONGEST) && !(phone && /\D/.test(key))) this.#typed += key;
    this.#draw();
  }

  async #next() {
    if (this.#document === null) {
      if (this.#typed.length < SHORTEST) return;
      this.#document = this.#typed;
      this.#typed = "";
      this.#draw();
    } else if (this.#typed.length === PHONE && !this.#sending) {
      this.#sending = true;
      await this.onDone(this.#document, this.#typed).finally(() => { this.#sending = false; });
    }
  }
}

const leave = () => screens.rest();

// Half a document that somebody left behind is nobody else's business.
function abandon() {
  if (screens.state === "document") leave();
}

// Passports carry letters: each press turns the last letter on, as on an old phone.
function nextLetter(typed) {
  const last = typed.at(-1) ?? "";
  if (/[A-Y]/.test(last)) return typed.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1);
  return last === "Z" ? `${typed.slice(0, -1)}A` : `${typed}A`;
}
