// The demo bar: the gym's clock, the demo gym, the kiosk, the language.

import { api } from "./api.js";
import { ask, toast } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { refreshMoments } from "./text.js";
import { gymMoment, setClock, spoken, t } from "./words.js";

const phone = matchMedia("(max-width: 720px)");
const CLOCK_EVERY_MS = 20_000;
const NEWS_MS = 2000;

export class Bar {
  // `desk`: speak(language), onClock(reads otherwise)
  constructor(element, offers, desk) {
    Object.assign(this, { element, offers, desk });
    if (offers.clock) setInterval(() => this.readClock(), CLOCK_EVERY_MS);
  }

  build() {
    this.clock = h("span", { class: "clock", title: t("bar.clock") }, icon("clock"), h("b", {}, "…"));
    const other = spoken() === "es" ? "en" : "es";
    this.element.replaceChildren(
      h("span", { class: "brand" }, h("img", { src: "/page/icon.svg", alt: "" }), h("b", {}, this.offers.bot.name), h("i", {}, t("bar.sandbox"))),
      ...(this.offers.clock ? [this.clock, this.stepButton("1 hour", "bar.hour"), this.stepButton("1 day", "bar.day"), this.stepButton("1 week", "bar.week")] : []),
      h("span", { class: "gap" }),
      ...(this.offers.load_demo ? [this.button("spark", "bar.load", (button) => this.load(button))] : []),
      ...(this.offers.kiosk_url ? [h("a", { class: "bar-button", title: t("bar.kiosk"), "aria-label": t("bar.kiosk"), href: this.offers.kiosk_url, target: "_blank", rel: "noopener" }, icon("door"), h("span", {}, t("bar.kiosk")))] : []),
      h("button", { type: "button", class: "bar-button", lang: other, title: t("bar.language"), "aria-label": t("bar.language"), onclick: () => this.desk.speak(other) }, icon("globe"), h("span", {}, t("bar.language"))));
    if (this.offers.clock) this.readClock();
  }

  button(name, label, act) {
    const element = h("button", { type: "button", class: "bar-button", title: t(label), "aria-label": t(label), onclick: () => act(element) }, icon(name), h("span", {}, t(label)));
    return element;
  }

  stepButton(step, label) {
    return h("button", { type: "button", class: "bar-button step", title: t(label), "aria-label": t(label), onclick: (event) => this.advance(step, event.currentTarget) }, h("span", { class: "long" }, t(label)), h("span", { class: "short" }, t(`${label}Short`)));
  }

  async during(button, work) {
    button.disabled = true;
    button.classList.add("waiting");
    try {
      await work();
    } catch (refusal) {
      toast(refusal.sentence ?? String(refusal));
    } finally {
      button.disabled = false;
      button.classList.remove("waiting");
    }
  }

  advance(step, button) {
    return this.during(button, async () => {
      const { now } = await api.advance(step);
      this.showClock(now);
      toast(t("bar.moved", { when: gymMoment(now) }));
    });
  }

  async load(button) {
    if (!(await ask(t("bar.load"), t("bar.loadAsk"), t("dialog.load")))) return;
    await this.during(button, async () => toast((await api.loadDemo()).message));
    if (this.offers.clock) await this.readClock();
  }

  // Something happened: perhaps because the clock was moved elsewhere.
  hearNews() {
    if (this.clock && this.offers.clock && Date.now() - (this.readAt ?? 0) > NEWS_MS) this.readClock();
  }

  async readClock() {
    this.readAt = Date.now();
    try {
      this.showClock((await api.clock()).now);
    } catch {
      this.clock.lastChild.textContent = "–"; // the next reading says more
    }
  }

  showClock(now) {
    this.clock.lastChild.textContent = gymMoment(now, phone.matches);
    this.desk.onClock(setClock(now));
    refreshMoments();
  }
}
