// Finding the client whose face is to be enrolled.
import { $, h } from "../screen/dom.js";
import { language } from "../words/words.js";

const TYPING_MS = 300;

export class ClientSearch {
  #timer = null;
  #asked = 0;

  // `chosen` gets the client's card.
  constructor({ session, chosen }) {
    Object.assign(this, { session, chosen });
    $("q").addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), TYPING_MS);
    });
    $("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search();
    });
  }

  open() {
    $("q").focus();
  }

  clear(message = "") {
    $("q").value = "";
    $("found").replaceChildren();
    $("search-said").textContent = message;
  }

  #search() {
    return this.staff.guarded(async () => {
      clearTimeout(this.#timer);
      const asked = ++this.#asked;
      const query = $("q").value.trim();
      if (!query) return this.clear();
      const { items, total } = await this.session.call("GET", `/clients?q=${encodeURIComponent(query)}`);
      if (asked === this.#asked) this.#draw(items, total);
    }, tell);
  }

  #draw(items, total) {
    const { words } = language;
    $("search-said").textContent = total ? words.found(total) : words.nobodyFound;
    $("found").replaceChildren(...items.map((client) => h("li", {}, this.#button(client, words))));
  }

  #button(client, words) {
    const facts = [client.document, client.phone, client.active ? null : words.inactive].filter(Boolean).join(" · ");
    return h("button", { type: "button", disabled: !client.active, onclick: () => this.#choose(client) },
      h("strong", { textContent: client.name }), h("small", { textContent: facts }));
  }

  #choose(client) {
    return this.staff.guarded(async () => {
      const card = await this.session.call("GET", `/clients/${client.id}`);
      if (card.face.consent) this.chosen(card);
      else tell(`${client.name} ${language.words.consentMissing}`);
    }, tell);
  }
}

function tell(message) {
  $("search-said").textContent = message;
}
