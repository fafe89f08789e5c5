// Which language the page speaks, and how its words get into the document.
import en from "./en.js";
import es from "./es.js";

const WORDS = { en, es };
const CODES = Object.keys(WORDS);
const listeners = [];

export const language = {
  code: initial(),
  get words() {
    return WORDS[this.code];
  },
  get other() {
    return CODES[(CODES.indexOf(this.code) + 1) % CODES.length];
  },
  change() {
    this.code = this.other;
    localStorage.setItem("language", this.code);
    translate();
  },
};

// Called at once and whenever the language changes: for words that are not a plain `data-t`.
export function translated(listener) {
  listeners.push(listener);
  listener(language.words);
}

// `data-t` names the words of an element, `data-label` those that a screen reader says for it.
export function translate() {
  const { words } = language;
  document.documentElement.lang = language.code;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = words[element.dataset.t];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
  for (const listener of listeners) listener(words);
}

function initial() {
  const wanted = [localStorage.getItem("language"), ...navigator.languages.map((code) => code.slice(0, 2))];
  return wanted.find((code) => code in WORDS) ?? "en";
}
