// The lower end of a chat: input line, attachments, command menu, reply keyboard.

import { h, icon, iconButton } from "./dom.js";
import { popup, toast } from "./dialogs.js";
import { preview, shoot } from "./camera.js";
import { t } from "./words.js";

export class Composer {
  // `acts`: say(text), openLink(url), sendPhotos(files, caption), sendFile(file, caption), pressKey(messageId, label), shareContact()
  constructor(acts) {
    this.acts = acts;
    this.commands = [];
    this.keyboard = null;
    this.folded = false;
    this.element = h("footer", { class: "composer" });
    this.build();
  }

  build() {
    this.input = h("textarea", { rows: 1, placeholder: t("write.text"), "aria-label": t("write.text"), maxLength: 4096, enterKeyHint: "send" });
    this.input.addEventListener("input", () => (this.resize(), this.suggest()));
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("paste", (event) => this.onPaste(event));
    this.suggestions = h("div", { class: "suggestions", hidden: true });
    this.menuButton = h("button", { type: "button", class: "menu-button", title: t("write.menu"), "aria-label": t("write.menu"), onclick: () => this.toggleMenu() }, icon("menu"), h("span", {}, t("write.menu")));
    this.keysButton = iconButton("keys", t("write.keys"), () => this.toggleKeys(), { hidden: true });
    this.keys = h("div", { class: "reply-keys", hidden: true });
    this.sendButton = iconButton("send", t("write.send"), () => this.submit(), { class: "round send" });
    const clip = iconButton("clip", t("write.attach"), (event) => this.attach(event.currentTarget));
    this.element.append(this.suggestions, h("div", { class: "line" }, this.menuButton, clip,
      h("div", { class: "field-box" }, this.input, this.keysButton), this.sendButton), this.keys);
  }

  resize() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
    this.sendButton.classList.toggle("ready", this.input.value.trim() !== "");
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") this.suggestions.hidden = true;
  }

  onPaste(event) {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    this.offer(files);
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.suggestions.hidden = true;
    this.resize();
    if (!this.acts.openLink(text)) this.acts.say(text); // a pasted link of this bot is opened, as a tap on it would
  }

  toggleMenu() {
    if (!this.suggestions.hidden) this.suggestions.hidden = true;
    else this.showCommands(this.commands);
  }

  suggest() {
    const typed = /^\/(\w*)$/.exec(this.input.value);
    if (!typed) this.suggestions.hidden = true;
    else this.showCommands(this.commands.filter((command) => command.command.startsWith(typed[1])));
  }

  showCommands(commands) {
    const row = ({ command, description }) => {
      const send = () => {
        this.input.value = "";
        this.suggestions.hidden = true;
        this.resize();
        this.acts.say(`/${command}`);
      };
      return h("button", { type: "button", onclick: send }, h("b", {}, `/${command}`), h("span", {}, description));
    };
    this.suggestions.replaceChildren(...commands.map(row));
    this.suggestions.hidden = commands.length === 0;
    if (!this.suggestions.hidden) this.hideOnOutside();
  }

  hideOnOutside() {
    const look = (event) => {
      if (this.suggestions.contains(event.target) || this.menuButton.contains(event.target)) return;
      this.suggestions.hidden = true;
      document.removeEventListener("pointerdown", look, true);
    };
    document.addEventListener("pointerdown", look, true);
  }

  attach(anchor) {
    popup(anchor, [
      ["image", t("write.photo"), () => this.pick("image/*", true)],
      ["camera", t("write.camera"), () => this.photograph()],
      ["file", t("write.file"), () => this.pick("", false)],
      ["phone", t("pane.share"), () => this.acts.shareContact()],
    ]);
  }

  pick(accept, several) {
    const input = h("input", { type: "file", accept, multiple: several, hidden: true });
    input.addEventListener("change", () => (this.offer([...input.files]), input.remove()));
    document.body.append(input); // Playwright and Safari want it in the document
    input.click();
  }

  async photograph() {
    const photo = await shoot();
    if (photo === undefined) toast(t("camera.none"));
    else if (photo) await this.offer([photo]);
  }

  // Show what is about to be sent, then send it.
  async offer(files) {
    if (files.length === 0) return;
    const outcome = await preview(files.slice(0, 10));
    if (!outcome) return;
    if (outcome.asFile) for (const file of files.slice(0, 10)) await this.acts.sendFile(file, outcome.caption);
    else await this.acts.sendPhotos(files.slice(0, 10), outcome.caption);
  }

  show(commands, keyboard) {
    this.commands = commands;
    this.menuButton.hidden = commands.length === 0;
    const changed = JSON.stringify(keyboard) !== JSON.stringify(this.keyboard);
    if (!changed) return;
    if (keyboard?.message_id !== this.keyboard?.message_id) this.folded = false;
    this.keyboard = keyboard;
    this.input.placeholder = keyboard?.placeholder ?? t("write.text");
    this.drawKeys();
  }

  drawKeys() {
    const rows = this.keyboard?.rows ?? [];
    this.keysButton.hidden = rows.length === 0;
    this.keys.hidden = rows.length === 0 || this.folded;
    this.keysButton.classList.toggle("on", !this.keys.hidden);
    this.keys.replaceChildren(...rows.map((row) => h("div", { class: "keys-row" }, row.map((key) =>
      h("button", { type: "button", class: `key ${key.style ?? ""}`, onclick: () => this.press(key) }, key.contact && icon("phone"), h("span", {}, key.label))))));
  }

  press(key) {
    if (this.keyboard.one_time) this.folded = true;
    this.acts.pressKey(this.keyboard.message_id, key.label);
    this.drawKeys();
  }

  toggleKeys() {
    this.folded = !this.folded;
    this.drawKeys();
  }
}
