// First run: who do you want to be, and who owns the gym.

import { CAST } from "./cast.js";
import { avatar, fullName, h, icon } from "./dom.js";
import { t } from "./words.js";

// `desk`: become(member), everybody(), addPerson()
export function welcome(desk, claimUrl) {
  const card = (member) => h("button", { type: "button", class: "cast", onclick: () => desk.become(member) },
    avatar(CAST.indexOf(member) + 1, fullName(member)), h("span", {}, h("b", {}, member.first_name), h("small", {}, t(`welcome.${member.key}`))));
  return h("div", { class: "welcome" },
    h("img", { src: "/page/icon.svg", alt: "", class: "emblem" }),
    h("h1", {}, t("welcome.title")), h("p", {}, t("welcome.text")),
    claimUrl && claimCard(desk, claimUrl),
    h("h2", {}, t("welcome.pick")),
    h("div", { class: "cast-grid" }, CAST.map(card)),
    h("div", { class: "welcome-actions" },
      h("button", { type: "button", class: claimUrl ? "quiet framed" : "primary", onclick: () => desk.everybody() }, t("welcome.everybody")),
      h("button", { type: "button", class: "quiet", onclick: () => desk.addPerson() }, t("welcome.own"))));
}

// `desk`: claim(url), copy(url)
export function claimCard(desk, url) {
  return h("div", { class: "claim" }, h("span", { class: "claim-icon" }, icon("key")),
    h("div", { class: "claim-text" }, h("b", {}, t("claim.title")), h("small", {}, t("claim.text")), h("code", {}, url)),
    h("div", { class: "claim-actions" },
      h("button", { type: "button", class: "primary", onclick: () => desk.claim(url) }, t("claim.do")),
      h("button", { type: "button", class: "quiet", onclick: () => desk.copy(url) }, t("claim.copy"))));
}
