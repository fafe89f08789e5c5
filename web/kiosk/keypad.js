// Document and the last four digits of the phone, by fingers or keyboard.
export class Keypad {
  #typed = "";
  #document = null;

  constructor(elements, onDone, onCancel) {
    Object.assign(this, { elements, onDone, onCancel });
    elements.cancel.addEventListener("click", onCancel);
    elements.next.addEventListener("click", () => this.#next());
    addEventListener("keydown", (event) => this.#key(event));
  }

  open(words) {
    this.words = words;
    this.#typed = "";
    this.#document = null;
    this.elements.error.textContent = "";
    this.#draw();
    this.elements.keys.querySelector("button")?.focus();
  }

  fail(message) {
    this.#typed = "";
    this.#document = null;
    this.#draw();
    this.elements.error.textContent = message;
  }

  get #open() {
    return this.elements.panel.offsetParent !== null;
  }

  #draw() {
    const { title, typed, keys, next, cancel } = this.elements;
    title.textContent = this.#document === null ? this.words.document : this.words.phone;
    next.textContent = this.#document === null ? this.words.next : this.words.check;
    cancel.textContent = this.words.cancel;
    typed.textContent = this.#typed || " ";
    if (!keys.childElementCount) {
      for (const label of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "A-Z", "0", "⌫"]) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = label;
        button.addEventListener("click", () => this.#press(label));
        keys.append(button);
      }
    }
    keys.lastElementChild.setAttribute("aria-label", this.words.erase);
  }

  #press(label) {
    this.elements.error.textContent = "";
    if (label === "⌫") this.#typed = this.#typed.slice(0, -1);
    else if (label === "A-Z") this.#letter();
    else if (this.#typed.length < (this.#document === null ? 20 : 4)) this.#typed += label;
    this.#draw();
  }

  // Passports carry letters: each press turns the last letter on, as on an old phone.
  #letter() {
    if (this.#document !== null) return;
    const last = this.#typed.at(-1) ?? "";
    if (/[A-Y]/.test(last)) this.#typed = this.#typed.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1);
    else if (last === "Z") this.#typed = `${this.#typed.slice(0, -1)}A`;
    else this.#typed += "A";
  }

  #key(event) {
    if (!this.#open) return;
    if (/^[0-9]$/.test(event.key)) this.#press(event.key);
    else if (/^[a-z]$/i.test(event.key) && this.#document === null) this.#typed += event.key.toUpperCase();
    else if (event.key === "Backspace") this.#press("⌫");
    else if (event.key === "Escape") this.onCancel();
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") this.#next();
    else return;
    event.preventDefault();
    this.#draw();
  }

  #next() {
    if (this.#document === null) {
      if (this.#typed.length < 4) return;
      this.#document = this.#typed;
      this.#typed = "";
      this.#draw();
    } else if (this.#typed.length === 4) {
      this.onDone(this.#document, this.#typed);
    }
  }
}
