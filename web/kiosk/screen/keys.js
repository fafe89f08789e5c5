// A grid of keys for fingers, and the keyboard for those who have one.
import { h } from "./dom.js";
import { translated } from "../words/words.js";

export const ERASE = "⌫";
export const LETTERS = "A-Z";

// Calls `press` with a digit, `LETTERS` or `ERASE`; also for keys that are typed while the panel is open.
export function keys(grid, { letters, press, enter, leave }) {
  for (const label of ["1", "2", "3", "4", "5", "6", "7", "8", "9", letters ? LETTERS : "", "0", ERASE]) {
    grid.append(label ? h("button", { type: "button", textContent: label, onclick: () => press(label) }) : h("span"));
  }
  translated((words) => {
    grid.lastElementChild.setAttribute("aria-label", words.erase);
    if (letters) grid.children[9].setAttribute("aria-label", words.letters);
  });
  const panel = grid.closest("[data-panel]");
  addEventListener("keydown", (event) => {
    if (panel.hidden || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^[0-9]$/.test(event.key)) type(event.key);
    else if (letters && /^[a-z]$/i.test(event.key)) type(event.key.toUpperCase());
    else if (event.key === "Backspace") type(ERASE);
    else if (event.key === "Escape") leave();
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") enter();
    else return;
    event.preventDefault();
  });
  // Whoever types goes on by Enter, which would press the key that has the focus.
  function type(key) {
    press(key);
    panel.querySelector(".primary").focus({ preventScroll: true });
  }
}
