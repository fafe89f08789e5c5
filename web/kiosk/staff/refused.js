// Who was told "recorded" without a connection, and was not let in when it came back.
import { $, h } from "../screen/dom.js";
import { atTime } from "../screen/time.js";
import { language } from "../words/words.js";

export class RefusedLate {
  constructor({ store, link }) {
    Object.assign(this, { store, link });
    store.addEventListener("change", () => this.#count());
  }

  async open() {
    const all = await this.store.refused();
    $("late-said").textContent = all.length ? language.words.lateCount(all.length) : language.words.lateNone;
    for (const image of $("refused").querySelectorAll("img")) URL.revokeObjectURL(image.src);
    $("refused").replaceChildren(...all.reverse().map((one) => this.#row(one)));
  }

  #count() {
    const { refusedCount: count } = this.store;
    $("late-count").textContent = $("tab-late-count").textContent = count || "";
    $("late-count").hidden = $("tab-late-count").hidden = !count;
  }

  #row(one) {
    const { words } = language;
    const who = one.name ?? (one.document_number || words.nobody);
    const facts = `${words.methods[one.method]} · ${one.message}`;
    return h("li", { className: "denied" },
      one.picture && h("img", { src: URL.createObjectURL(one.picture), alt: "" }),
      h("time", { textContent: atTime(one.at, this.link.gym?.timezone, { day: true }), dateTime: one.at }),
      h("strong", { textContent: who }), h("small", { textContent: facts }),
      h("button", { type: "button", textContent: words.done, onclick: () => this.#done(one) }));
  }

  async #done(one) {
    await this.store.seen(one);
    await this.open();
  }
}
