// Formatted text as DOM nodes. Only Telegram's own kinds of formatting exist; everything else is plain text.

import { h } from "./dom.js";
import { momentOf, momentText, t } from "./words.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE = /^(https?|mailto|tel|tg):/i;

export function deepLink(url, username) {
  const found = /^(?:https?:\/\/)?(?:t|telegram)\.me\/(\w+)\/?(?:\?start=([\w-]*))?$/i.exec(url) ?? /^tg:\/\/resolve\?domain=(\w+)(?:&start=([\w-]*))?$/i.exec(url);
  return found && found[1].toLowerCase() === username.toLowerCase() ? (found[2] ?? "") : null;
}

// Draws text with its entities; `acts` has openLink(url) and say(text).
export function formatted(text, entities, acts) {
  const spans = entities.map((entity) => ({ ...entity, end: entity.offset + entity.length }));
  spans.sort((a, b) => a.offset - b.offset || b.end - a.end);
  return draw(text, 0, text.length, spans, acts);
}

function draw(text, from, to, spans, acts) {
  const nodes = [];
  let at = from;
  for (let i = 0; i < spans.length; ) {
    const span = spans[i];
    const end = Math.min(span.end, to);
    const inner = [];
    for (i += 1; i < spans.length && spans[i].offset < end; i += 1) inner.push(spans[i]);
    if (span.offset < at) continue;
    const block = BLOCKS.has(span.type);
    const before = text.slice(at, span.offset);
    nodes.push(block ? before.replace(/\n$/, "") : before); // a block breaks the line by itself
    nodes.push(wrap(span, text.slice(span.offset, end), draw(text, span.offset, end, inner, acts), acts));
    at = block && text[end] === "\n" && end < to ? end + 1 : end;
  }
  nodes.push(text.slice(at, to));
  return nodes.filter((node) => node !== "");
}

function wrap(span, source, children, acts) {
  switch (span.type) {
    case "text_link":
    case "url":
      return link(span.url ?? (source.includes("://") ? source : `https://${source}`), children, acts);
    case "email":
      return link(`mailto:${source}`, children, acts);
    case "bot_command":
      return h("a", { href: "#", class: "command", onclick: (event) => (event.preventDefault(), acts.say(source)) }, children);
    case "spoiler":
      return h("span", { class: "spoiler", tabIndex: 0, onclick: (event) => event.currentTarget.classList.add("open") }, children);
    case "date_time":
      return moment(span, children);
    case "expandable_blockquote":
      return folded(children);
    case "mention":
    case "text_mention":
    case "hashtag":
      return h("span", { class: "mention" }, children);
    default:
      return TAGS[span.type] ? h(TAGS[span.type], {}, children) : h("span", {}, children);
  }
}

// Three lines of a long quotation, until its button is pressed.
function folded(children) {
  const quotation = h("blockquote", { class: "folded" }, h("span", {}, children));
  const unfold = h("button", { type: "button", class: "unfold", onclick: () => (quotation.classList.remove("folded"), unfold.remove()) }, t("pane.unfold"));
  quotation.append(unfold);
  return quotation;
}

// A moment reads as its format says, in the reader's words; without a format, as it was written.
function moment(span, children) {
  const element = h("time", { class: "moment", dateTime: new Date(span.unix_time * 1000).toISOString(), title: momentOf(span.unix_time) }, children);
  if (span.date_time_format) element.dataset.format = span.date_time_format;
  refreshMoments([element]);
  return element;
}

// "In 3 days" stays right in an old message: called again when the gym's clock was read.
export function refreshMoments(elements = document.querySelectorAll(".moment")) {
  for (const element of elements) {
    if (element.dataset.format) element.textContent = momentText(Date.parse(element.dateTime) / 1000, element.dataset.format);
  }
}

function link(url, children, acts) {
  if (!SAFE.test(url)) return h("span", {}, children);
  const open = (event) => {
    if (acts.openLink(url)) event.preventDefault();
  };
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: open }, children);
}
