// Which screen is shown: one at a time, its name in #app's data-state. Focus goes along.
import { $ } from "./dom.js";

const app = $("app");
const panels = [...app.querySelectorAll("[data-panel]")];
let came = null; // what was pressed to leave the door's screen

export const screens = {
  // Where the page waits: at the camera, or at what is wrong with it; the camera's keeper sets it.
  resting: () => "idle",
  get state() {
    return app.dataset.state;
  },
  show(state) {
    if (app.dataset.state === "idle") came = document.activeElement;
    app.dataset.state = state;
    for (const panel of panels) panel.hidden = panel.id !== state;
    const wanted = $(state)?.querySelector("[data-focus]") ?? (state === "verdict" ? $("verdict") : null);
    if (wanted) wanted.focus();
    else if (state === "idle") came?.focus();
  },
  rest() {
    this.show(this.resting());
  },
  reading(yes) {
    app.dataset.reading = yes ? "yes" : "no";
  },
};

export function banner(message) {
  if ($("banner").textContent !== (message ?? "")) $("banner").textContent = message ?? "";
  $("banner").hidden = !message;
  app.dataset.banner = message ? "yes" : "no"; // what stands at the bottom makes room
}

// For screen readers: said at once, whatever else is on the screen. What ends with a stop gets no second one.
const stopped = (sentence) => (/[.!?…]$/.test(sentence) ? sentence : `${sentence}.`);

export function say(...sentences) {
  const said = sentences.map((sentence) => sentence?.trim()).filter(Boolean);
  $("said").textContent = [...said.slice(0, -1).map(stopped), ...said.slice(-1)].join(" ");
}
