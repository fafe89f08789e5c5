// Today's attempts at every door, the latest first; what a kiosk recorded offline says so.
import { $, h } from "../screen/dom.js";
import { atTime } from "../screen/time.js";
import { language } from "../words/words.js";

const PAGE = 30;

export class Today {
  #next = null;

  constructor({ session, link }) {
    Object.assign(this, { session, link });
    $("more").addEventListener("click", () => this.staff.guarded(() => this.#page(this.#next), tell));
  }

  async open() {
    await this.#page(null);
  }

  clear() {
    $("attempts").replaceChildren();
    tell("");
    $("more").hidden = true;
  }

  async #page(cursor) {
    const from = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const { items, total, next } = await this.session.call("GET", `/check-ins?limit=${PAGE}${from}`);
    const rows = items.map((one) => row(one, this.link.gym?.timezone));
    if (cursor) $("attempts").append(...rows);
    else $("attempts").replaceChildren(...rows);
    tell(language.words.attempts(total));
    this.#next = next;
    $("more").hidden = !next;
  }
}

function row(one, zone) {
  const { words } = language;
  const facts = [words.codes[one.code], words.methods[one.method], one.kiosk_name, one.late ? words.lateMark : null,
    one.undone ? words.undone : null].filter(Boolean).join(" · ");
  return h("li", { className: `${one.outcome} ${one.late ? "late" : ""}` },
    h("time", { textContent: atTime(one.at, zone), dateTime: one.at }),
    h("strong", { textContent: one.client?.name ?? "—" }), h("small", { textContent: facts }));
}

const tell = (message) => { $("today-said").textContent = message; };
