// One open chat: header, messages, composer.

import { api } from "./api.js";
import { Composer } from "./composer.js";
import { alertDialog, ask, popup, toast } from "./dialogs.js";
import { avatar, fullName, h, iconButton } from "./dom.js";
import { dayElement, messageElement, pinBar, playEffect } from "./message.js";
import { deepLink } from "./text.js";
import { dayNumber, t } from "./words.js";

const ACTION_SHOWN_MS = 5000;
const NEAR_BOTTOM = 120;
const ACTIONS = { upload_photo: "pane.photoAction", upload_document: "pane.fileAction" };

export class Pane {
  // `desk`: bot, onClose(pane), onRead(pane), onRemoved(person); `group` is null in a private chat.
  constructor(person, group, desk) {
    Object.assign(this, { person, group, desk, seq: 0, thread: null, following: true, messages: new Map(), drawn: new Map(), busy: null, again: false });
    this.element = h("section", { class: "pane", "aria-label": fullName(person) });
    this.composer = new Composer(this);
    this.build();
    this.watchDrops();
  }

  get key() {
    return this.group ? `${this.person.id}@${this.group.id}` : String(this.person.id);
  }

  get chatId() {
    return this.group ? this.group.id : this.person.id;
  }

  build() {
    this.status = h("small", { class: "status" });
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", tabIndex: 0 });
    this.dots = h("div", { class: "row theirs dots", hidden: true }, h("div", { class: "bubble" }, h("i"), h("i"), h("i")));
    this.down = iconButton("down", t("pane.down"), () => this.toBottom(true), { class: "round down", hidden: true });
    this.log.addEventListener("scroll", () => this.onScroll(), { passive: true });
    for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"]) this.log.addEventListener(moved, () => (this.gliding = false), { passive: true });
    this.gate = h("div", { class: "gate", hidden: true });
    this.pin = h("div", { class: "pin", hidden: true });
    this.hint = h("div", { class: "hint", hidden: true }, avatar(this.desk.bot.id, this.desk.bot.name), h("b", {}, this.desk.bot.name), h("p", {}, this.description()));
    this.element.append(this.header(), this.pin, h("div", { class: "log-box" }, this.log, this.hint, this.down), this.gate, this.composer.element);
  }

  header() {
    const title = this.group ? this.group.title : this.desk.bot.name;
    return h("header", { class: "pane-head" },
      iconButton("back", t("pane.back"), () => this.desk.onBack(), { class: "round only-phone" }),
      this.group ? avatar(this.group.id, title) : avatar(this.person.id, fullName(this.person)),
      h("div", { class: "who" }, h("b", {}, title, " ", h("span", { class: "as" }, t("pane.as", { name: fullName(this.person) }))), this.status),
      this.topicPicker(),
      iconButton("more", t("pane.more"), (event) => this.menu(event.currentTarget)),
      iconButton("close", t("pane.close"), () => this.desk.onClose(this), { class: "round only-desktop" }));
  }

  description() {
    const language = this.person.language_code?.startsWith("es") ? "es" : "en";
    return this.desk.bot.description[language] || t("pane.startHint");
  }

  topicPicker() {
    if (!this.group?.topics.length) return null;
    const choose = (event) => {
      this.thread = event.target.value ? Number(event.target.value) : null;
      this.redraw();
    };
    return h("select", { class: "topics", "aria-label": t("pane.topic"), onchange: choose },
      h("option", { value: "" }, t("pane.general")),
      this.group.topics.map((topic) => h("option", { value: topic.thread }, topic.name)));
  }

  menu(anchor) {
    const blocked = this.person.blocked;
    popup(anchor, [
      ["phone", t("pane.share"), () => this.shareContact()],
      !this.group && ["block", t(blocked ? "pane.unblock" : "pane.block"), () => this.run(api.block(this.person.id, !blocked))],
      !this.group && ["trash", t("pane.remove"), () => this.remove(), "danger"],
    ].filter(Boolean));
  }

  async remove() {
    const name = fullName(this.person);
    if (!(await ask(t("pane.remove"), t("pane.removeAsk", { name }), t("dialog.yes"), "danger"))) return;
    await this.run(api.removePerson(this.person.id));
    this.desk.onRemoved(this.person);
  }

  // Acts

  get place() {
    return this.group ? { chat: this.group.id, thread: this.thread ?? undefined } : {};
  }

  async run(promise) {
    try {
      return await promise;
    } catch (refusal) {
      toast(refusal.sentence ?? String(refusal), this.element);
      return null;
    }
  }

  say(text) {
    this.stick = true;
    return this.run(api.say(this.person.id, { text, ...this.place }));
  }

  shareContact() {
    return this.run(api.say(this.person.id, { contact: true, ...this.place }));
  }

  sendPhotos(files, caption) {
    this.stick = true;
    return this.run(api.upload(this.person.id, "photo", files, { caption, ...this.place }));
  }

  sendFile(file, caption) {
    this.stick = true;
    return this.run(api.upload(this.person.id, "document", [file], { caption, ...this.place }));
  }

  pressKey(messageId, label) {
    this.stick = true;
    return this.run(api.tap(this.person.id, { message_id: messageId, label, ...this.place }));
  }

  async tap(message, button, element) {
    if (button.url) return this.openLink(button.url) || window.open(button.url, "_blank", "noopener");
    if (button.copy) return this.copy(button.copy);
    element.classList.add("waiting");
    const outcome = await this.run(api.tap(this.person.id, { message_id: message.message_id, data: button.data, ...this.place }));
    element.classList.remove("waiting");
    if (outcome) this.showOutcome(outcome);
    return outcome;
  }

  showOutcome({ answered, toast: words, alert, url }) {
    if (alert) alertDialog(alert);
    else if (words) toast(words, this.element);
    else if (url) this.openLink(url) || window.open(url, "_blank", "noopener");
    else if (!answered) toast(t("tap.silent"), this.element);
  }

  copy(text) {
    navigator.clipboard.writeText(text).then(() => toast(t("copied"), this.element));
  }

  // Links to the bot itself start it with their payload; true when taken care of.
  openLink(url) {
    const payload = deepLink(url, this.desk.bot.username);
    if (payload === null) return false;
    this.say(`/start ${payload}`.trim());
    return true;
  }

  find(messageId) {
    return this.messages.get(messageId);
  }

  // Reading

  // Fetches what changed; calls while one is under way are folded into one more.
  async refresh() {
    if (this.busy) {
      this.again = true;
      return this.busy;
    }
    this.busy = this.fetch().finally(() => (this.busy = null));
    await this.busy;
    if (this.again) {
      this.again = false;
      return this.refresh();
    }
    return undefined;
  }

  async fetch() {
    const view = await this.run(api.chat(this.person.id, this.group?.id, this.seq));
    if (!view) return;
    const first = this.seq === 0;
    this.seq = view.seq;
    Object.assign(this.person, { blocked: view.blocked, started: view.started });
    view.messages.forEach((message) => this.take(message, !first));
    this.showPin(view.pinned);
    this.showAction(view.action);
    this.composer.show(view.commands, view.reply_keyboard);
    this.showGate();
    if (first || this.following || this.stick) this.toBottom(!first);
    else if (view.messages.length) this.down.hidden = false;
    this.stick = false;
    this.desk.onRead(this);
  }

  // `isNew`: it came while the chat was open.
  take(message, isNew = false) {
    if (message.deleted) {
      this.messages.delete(message.message_id);
      this.drawn.get(message.message_id)?.remove();
      this.drawn.delete(message.message_id);
      this.tidy();
      return;
    }
    const plays = isNew && message.effect && !this.messages.has(message.message_id);
    this.messages.set(message.message_id, message);
    this.draw(message);
    if (plays) playEffect(this.drawn.get(message.message_id) ?? this.log, message.effect);
  }

  showPin(message) {
    this.pin.hidden = !message;
    this.pin.replaceChildren(...(message ? [pinBar(message, this)] : []));
  }

  // Shows a message that another one is about.
  goTo(messageId) {
    const element = this.drawn.get(messageId);
    if (!element) return;
    this.following = false;
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    element.classList.remove("found");
    requestAnimationFrame(() => element.classList.add("found"));
  }

  draw(message) {
    if (this.thread !== null && message.thread !== this.thread) return;
    const element = messageElement(message, message.from.id === this.person.id, this);
    const before = this.drawn.get(message.message_id);
    if (before) before.replaceWith(element);
    else {
      element.classList.add("fresh");
      this.log.append(element);
    }
    this.drawn.set(message.message_id, element);
    this.tidy();
  }

  redraw() {
    this.drawn.clear();
    this.log.replaceChildren();
    [...this.messages.values()].sort((a, b) => a.message_id - b.message_id).forEach((message) => this.draw(message));
    this.toBottom(false);
  }

  // Day lines, tails on the last bubble of a run, typing dots at the end.
  tidy() {
    if (this.tidying) return;
    this.tidying = true;
    queueMicrotask(() => {
      this.tidying = false;
      this.log.querySelectorAll(".day").forEach((day) => day.remove());
      let day = null;
      const rows = [...this.log.querySelectorAll(".row:not(.dots)")];
      rows.forEach((row, i) => {
        const message = this.messages.get(Number(row.dataset.id));
        const date = dayNumber(message.date);
        if (date !== day) row.before(dayElement(message.date));
        day = date;
        const next = this.messages.get(Number(rows[i + 1]?.dataset.id));
        row.classList.toggle("last", next?.from.id !== message.from.id || next.date - message.date > 300);
      });
      this.log.append(this.dots);
    });
  }

  showAction(action) {
    clearTimeout(this.actionTimer);
    this.dots.hidden = action !== "typing";
    this.status.textContent = action ? t(ACTIONS[action] ?? "pane.typing") : this.restStatus();
    this.status.classList.toggle("active", Boolean(action));
    if (action) this.actionTimer = setTimeout(() => this.showAction(null), ACTION_SHOWN_MS);
    if (action && this.following) queueMicrotask(() => this.toBottom(true));
  }

  restStatus() {
    if (this.group) return this.group.kicked ? t("pane.kicked") : `${t("group.members")}: ${this.group.members.length}`;
    return `@${this.desk.bot.username} · ${t("pane.bot")}`;
  }

  // A chat that was not started, or whose bot is blocked, has one big button instead of an input line.
  showGate() {
    const blocked = !this.group && this.person.blocked;
    const fresh = !this.group && !this.person.started && this.messages.size === 0;
    const act = blocked ? () => this.run(api.block(this.person.id, false)) : () => this.say("/start");
    this.gate.replaceChildren(h("button", { type: "button", class: "primary", onclick: act }, t(blocked ? "pane.unblock" : "pane.start")));
    this.gate.hidden = !(blocked || fresh);
    this.hint.hidden = !fresh;
    this.composer.element.hidden = blocked || fresh;
  }

  isNearBottom() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_BOTTOM;
  }

  // The chat follows what is written until the person scrolls up; a glide that is still under way is no scrolling up.
  toBottom(smooth) {
    this.down.hidden = true;
    this.following = true;
    this.gliding = true;
    const go = () => this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth && document.visibilityState === "visible" ? "smooth" : "instant" });
    requestAnimationFrame(go);
  }

  onScroll() {
    if (this.isNearBottom()) {
      this.down.hidden = true;
      this.following = true;
      this.gliding = false;
    } else if (!this.gliding) this.following = false;
  }

  // Files and pictures dropped on the chat, also pictures dragged over from another chat.
  watchDrops() {
    const veil = h("div", { class: "veil", hidden: true }, t("write.drop"));
    this.element.append(veil);
    this.element.addEventListener("dragover", (event) => (event.preventDefault(), (veil.hidden = false)));
    this.element.addEventListener("dragleave", (event) => this.element.contains(event.relatedTarget) || (veil.hidden = true));
    this.element.addEventListener("drop", async (event) => {
      event.preventDefault();
      veil.hidden = true;
      const files = [...event.dataTransfer.files];
      const url = event.dataTransfer.getData("text/uri-list");
      if (files.length === 0 && url.startsWith(location.origin)) files.push(await fetched(url));
      this.composer.offer(files);
    });
  }

  focus() {
    if (matchMedia("(hover: hover)").matches) this.composer.input.focus({ preventScroll: true });
  }
}

async function fetched(url) {
  const blob = await (await fetch(url)).blob();
  return new File([blob], "photo.jpg", { type: blob.type });
}
