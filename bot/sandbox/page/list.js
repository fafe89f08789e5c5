// The chat list: people and groups with their last message.

import { roleOf } from "./cast.js";
import { avatar, fullName, h, iconButton } from "./dom.js";
import { summary } from "./message.js";
import { shortDate, t } from "./words.js";

const READ_KEY = "powergym.sandbox.read";
const SEARCH_FROM = 12;

export class ChatList {
  // `desk`: open(person, group), openBeside(person, group), addFrom(anchor), addGroup(), isOpen(key)
  constructor(element, desk) {
    Object.assign(this, { element, desk, people: [], groups: [], wanted: "" });
    this.read = JSON.parse(localStorage.getItem(READ_KEY) ?? "{}");
    this.items = h("nav", { class: "items", "aria-label": t("list.title") });
  }

  build() {
    this.search = h("input", { type: "search", class: "search", placeholder: t("list.search"), "aria-label": t("list.search"), hidden: true });
    this.search.addEventListener("input", () => ((this.wanted = this.search.value.toLowerCase()), this.draw()));
    this.groupButton = iconButton("group", t("list.addGroup"), () => this.desk.addGroup());
    this.element.replaceChildren(
      h("div", { class: "list-head" }, h("h1", {}, t("list.title")), this.groupButton, iconButton("plus", t("list.add"), (event) => this.desk.addFrom(event.currentTarget))),
      this.search, this.items);
    this.draw();
  }

  show(people, groups) {
    Object.assign(this, { people, groups });
    this.draw();
  }

  markRead(chatId, seq) {
    if ((this.read[chatId] ?? 0) >= seq) return;
    this.read[chatId] = seq;
    localStorage.setItem(READ_KEY, JSON.stringify(this.read));
    this.draw();
  }

  draw() {
    if (!this.search) return;
    this.search.hidden = this.people.length < SEARCH_FROM;
    this.groupButton.hidden = this.people.length === 0;
    const chats = [
      ...this.people.map((person) => ({ chat: person, person, group: null, name: fullName(person), role: roleOf(person) })),
      ...this.groups.map((group) => ({ chat: group, person: this.speaker(group), group, name: group.title, role: "" })),
    ].filter(({ name, person }) => person && name.toLowerCase().includes(this.wanted));
    chats.sort((a, b) => (b.chat.last?.date ?? 0) - (a.chat.last?.date ?? 0) || b.chat.seq - a.chat.seq);
    this.items.replaceChildren(...chats.map((chat) => this.item(chat)));
    if (chats.length === 0) this.items.append(h("p", { class: "nobody" }, t("list.empty")));
  }

  speaker(group) {
    return this.people.find(({ id }) => group.members.includes(id));
  }

  item({ chat, person, group, name, role }) {
    const key = group ? `${person.id}@${group.id}` : String(person.id);
    const last = chat.last;
    const unread = last?.from.is_bot && last.seq > (this.read[chat.id] ?? 0) && !this.desk.isOpen(key);
    const line = chat.action ? t("pane.typing") : last ? summary(last) : t("list.never");
    const open = (event) => (event.ctrlKey || event.metaKey ? this.desk.openBeside(person, group) : this.desk.open(person, group));
    return h("div", { class: `item ${this.desk.isOpen(key) ? "open" : ""}` },
      h("button", { type: "button", class: "item-main", onclick: open }, avatar(chat.id, name),
        h("span", { class: "item-text" },
          h("span", { class: "item-top" }, h("b", {}, name), role && h("i", { class: "chip" }, role), h("time", {}, last ? shortDate(last.date) : "")),
          h("span", { class: `item-line ${chat.action ? "active" : ""}` }, h("span", {}, line), unread && h("i", { class: "dot" })))),
      iconButton("split", t("list.beside"), () => this.desk.openBeside(person, group), { class: "round beside only-desktop" }));
  }
}
