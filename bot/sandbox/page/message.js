// One message: bubble, picture, document, contact, buttons.

import { fullName, h, icon } from "./dom.js";
import { lightbox } from "./dialogs.js";
import { formatted } from "./text.js";
import { dayOf, fileSize, t, timeOf } from "./words.js";

export function messageElement(message, mine, acts) {
  if (message.pinned) return pinLine(message, acts);
  const words = message.text ?? message.caption;
  const bubble = h("div", { class: bubbleClass(message, words) },
    !mine && acts.group && h("div", { class: "author" }, fullName(message.from)),
    message.forwarded && h("div", { class: "forwarded" }, t("pane.forwarded", { name: message.forwarded })),
    quote(message, acts),
    message.photo_url && photo(message),
    message.document_url && documentRow(message),
    message.contact && contactRow(message.contact),
    words && h("div", { class: "words", dir: "auto" }, formatted(words, message.entities, acts)),
    message.reactions.length > 0 && h("div", { class: "reactions" }, message.reactions.map((emoji) => h("span", {}, emoji))),
    stamp(message, mine),
  );
  const buttons = message.keyboard === "inline" && inlineKeyboard(message, acts);
  const side = mine ? "mine" : "theirs";
  return h("div", { class: `row ${side} ${message.album ? "in-album" : ""}`, dataset: { id: message.message_id, seq: message.seq } },
    h("div", { class: "stack" }, bubble, buttons));
}

function bubbleClass(message, words) {
  const kinds = ["bubble"];
  if (message.photo_url) kinds.push("with-photo");
  if (message.photo_url && !words) kinds.push("bare-photo");
  return kinds.join(" ");
}

function quote(message, acts) {
  const answered = message.reply_to && acts.find(message.reply_to);
  if (!answered) return null;
  return h("button", { type: "button", class: "quote", onclick: () => acts.goTo(message.reply_to) },
    answered.photo_url && h("img", { src: answered.photo_url, alt: "" }),
    h("span", { class: "quoted" }, h("b", {}, fullName(answered.from)), h("span", {}, message.quote ?? gist(answered))));
}

// What a message says, in one line.
function gist(message) {
  return message.text ?? message.caption ?? message.file_name ?? (message.contact ? t("list.contact") : t("list.photo"));
}

// The service message about a pin.
function pinLine(message, acts) {
  const words = gist(acts.find(message.pinned) ?? message).replace(/\s+/g, " ");
  const short = words.length > 40 ? `${words.slice(0, 39)}…` : words;
  return h("div", { class: "row service", dataset: { id: message.message_id, seq: message.seq } },
    h("button", { type: "button", onclick: () => acts.goTo(message.pinned) }, t("pane.pins", { name: fullName(message.from), words: short })));
}

// The bar under a chat's header with the message pinned last.
export function pinBar(message, acts) {
  return h("button", { type: "button", class: "pin-bar", onclick: () => acts.goTo(message.message_id) },
    icon("pin"), h("span", { class: "quoted" }, h("b", {}, t("pane.pinned")), h("span", {}, gist(message))));
}

// A message effect: its emoji rises from the bubble, once.
export function playEffect(element, emoji) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const sparks = h("div", { class: "effect", "aria-hidden": "true" }, [...Array(7)].map(() => h("i", {}, emoji)));
  element.append(sparks);
  setTimeout(() => sparks.remove(), 2400);
}

function photo(message) {
  const image = h("img", { src: message.photo_url, alt: message.caption ?? t("list.photo"), width: message.photo_width, height: message.photo_height, loading: "lazy" });
  const open = () => lightbox(message.photo_url);
  return h("button", { type: "button", class: "photo", onclick: open, "aria-label": t("list.photo") }, image);
}

function documentRow(message) {
  const ending = (message.file_name ?? "").split(".").pop().slice(0, 4).toUpperCase();
  return h("a", { class: "document", href: message.document_url, download: message.file_name ?? "file" },
    h("span", { class: `ending ${ending.toLowerCase()}` }, ending || icon("file")),
    h("span", { class: "about" }, h("b", {}, message.file_name ?? t("write.file")), h("small", {}, fileSize(message.file_size))));
}

function contactRow(contact) {
  return h("div", { class: "contact" }, h("span", { class: "ending" }, icon("phone")),
    h("span", { class: "about" }, h("b", {}, [contact.first_name, contact.last_name].filter(Boolean).join(" ")), h("small", {}, contact.phone_number)));
}

function stamp(message, mine) {
  return h("span", { class: "stamp" }, message.effect && h("span", { class: "effect-mark" }, message.effect), message.edited && `${t("pane.edited")} `, timeOf(message.date), mine && icon("check"));
}

function inlineKeyboard(message, acts) {
  const rows = message.buttons.map((row) => h("div", { class: "keys-row" }, row.map((button) => inlineButton(message, button, acts))));
  return h("div", { class: "inline-keys" }, rows);
}

function inlineButton(message, button, acts) {
  const mark = button.url ? icon("link") : button.copy ? icon("copy") : null;
  const press = (event) => acts.tap(message, button, event.currentTarget);
  return h("button", { type: "button", class: `key ${button.style ?? ""}`, onclick: press, title: button.url ?? null }, h("span", {}, button.label), mark);
}

export const dayElement = (seconds) => h("div", { class: "day" }, h("span", {}, dayOf(seconds)));

// One line about a message, for the chat list.
export function summary(message) {
  if (!message) return "";
  const mine = message.from.is_bot ? "" : t("list.you");
  const words = message.text ?? message.caption;
  if (words) return mine + words.replace(/\s+/g, " ");
  if (message.pinned) return t("pane.pinned");
  if (message.photo_url) return mine + t("list.photo");
  if (message.contact) return mine + t("list.contact");
  return mine + (message.file_name ?? "");
}
