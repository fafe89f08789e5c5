// Dialogs over the page: alert, question, form, picture, toast.

import { h, icon, iconButton } from "./dom.js";
import { t } from "./words.js";

export function dialog(title, content, buttons, kind = "") {
  const element = h("dialog", { class: `dialog ${kind}` });
  const close = (value) => {
    element.returnValue = value ?? "";
    element.close();
  };
  const form = h("form", { method: "dialog" }, title && h("h2", {}, title), content, h("div", { class: "actions" }, buttons(close)));
  element.append(form);
  element.addEventListener("click", (event) => event.target === element && close());
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();
  return { element, form, close };
}

const plain = (label, onclick) => h("button", { type: "button", class: "quiet", onclick }, label);
const primary = (label, kind = "") => h("button", { type: "submit", class: `primary ${kind}` }, label);

export function alertDialog(text) {
  const { form, close } = dialog("", h("p", { class: "alert-text" }, text), () => [primary(t("dialog.ok"))], "alert");
  form.addEventListener("submit", () => close());
}

export function ask(title, text, yes, kind = "") {
  return new Promise((resolve) => {
    let answer = false;
    const { element, form } = dialog(title, h("p", {}, text), (close) => [plain(t("dialog.cancel"), () => close()), primary(yes, kind)]);
    form.addEventListener("submit", () => (answer = true));
    element.addEventListener("close", () => resolve(answer));
  });
}

// Fields: [name, label, options]; resolves to the values, null when cancelled.
export function askForm(title, fields, yes) {
  return new Promise((resolve) => {
    let values = null;
    const inputs = fields.map(([name, label, options = {}]) => field(name, label, options));
    const { element, form } = dialog(title, h("div", { class: "fields" }, inputs), (close) => [
      plain(t("dialog.cancel"), () => close()),
      primary(yes),
    ]);
    form.addEventListener("submit", () => {
      const data = new FormData(form);
      values = Object.fromEntries([...new Set(data.keys())].map((key) => [key, data.getAll(key)]));
    });
    element.addEventListener("close", () => resolve(values));
  });
}

function field(name, label, { choices, many, ...more }) {
  if (many) {
    const boxes = many.map(([value, text]) => h("label", { class: "tick" }, h("input", { type: "checkbox", name, value, checked: true }), text));
    return h("fieldset", {}, h("legend", {}, label), boxes);
  }
  const input = choices
    ? h("select", { name }, choices.map(([value, text, selected]) => h("option", { value, selected }, text)))
    : h("input", { name, type: "text", autocomplete: "off", ...more });
  return h("label", { class: "field" }, h("span", {}, label), input);
}

export function lightbox(url) {
  const image = h("img", { src: url, alt: "", draggable: true });
  const save = h("a", { class: "round", href: url, download: "photo.jpg", title: t("dialog.save"), "aria-label": t("dialog.save") }, icon("download"));
  const element = h("dialog", { class: "lightbox" }, image, h("div", { class: "lightbox-tools" }, save, iconButton("close", t("pane.close"), () => element.close())));
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();
}

export function toast(text, place = document.body) {
  const bubble = h("div", { class: "toast", role: "status" }, text);
  place.append(bubble);
  setTimeout(() => bubble.classList.add("gone"), Math.max(2200, text.length * 60));
  setTimeout(() => bubble.remove(), Math.max(2200, text.length * 60) + 300);
}

// A small menu next to a button: items are [icon, label, act, kind].
export function popup(anchor, items) {
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", escape, true);
  };
  const outside = (event) => menu.contains(event.target) || close();
  const escape = (event) => event.key === "Escape" && close();
  const menu = h("div", { class: "popup", role: "menu" }, items.map(([name, label, act, kind = ""]) =>
    h("button", { type: "button", role: "menuitem", class: kind, onclick: () => (close(), act()) }, icon(name), label)));
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  const below = box.bottom + 6;
  menu.style.top = `${below + menu.offsetHeight < innerHeight ? below : Math.max(8, box.top - menu.offsetHeight - 6)}px`;
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", escape, true);
}
