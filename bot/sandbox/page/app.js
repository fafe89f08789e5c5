// The page: keeps the list, the open chats and the bar in step with the sandbox.

import { api } from "./api.js";
import { Bar } from "./bar.js";
import { askGroup, askPerson, bring, CAST } from "./cast.js";
import { popup, toast } from "./dialogs.js";
import { h } from "./dom.js";
import { ChatList } from "./list.js";
import { Pane } from "./pane.js";
import { deepLink } from "./text.js";
import { claimCard, welcome } from "./welcome.js";
import { speak, spoken, t } from "./words.js";

const WAIT_SECONDS = 25;
const RETRY_MS = 1500;
const PANE_WIDTH = 350;
const OPEN_KEY = "powergym.sandbox.open";
const phone = matchMedia("(max-width: 720px)");

class Desk {
  constructor() {
    this.frame = document.getElementById("frame");
    this.stage = document.getElementById("panes");
    this.panes = [];
    this.people = [];
    this.groups = [];
    this.active = null;
    this.list = new ChatList(document.getElementById("list"), this);
  }

  async start() {
    this.offers = await this.patiently(() => api.demo());
    this.bot = this.offers.bot;
    this.bar = new Bar(document.getElementById("bar"), this.offers, this);
    await this.take(await this.patiently(() => api.overview(0, 0)));
    this.speak(spoken());
    this.reopen();
    this.follow();
  }

  async patiently(call) {
    for (;;) {
      try {
        return await call();
      } catch {
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  // One long poll for everything: it leaves the browser's few connections to the rest.
  async follow() {
    for (;;) await this.take(await this.patiently(() => api.overview(this.seq, WAIT_SECONDS)));
  }

  async take({ seq, people, groups }) {
    const restarted = this.seq !== undefined && seq < this.seq;
    this.seq = seq;
    Object.assign(this, { people, groups });
    this.bar.hearNews();
    this.list.show(people, groups);
    for (const pane of restarted ? [] : this.panes) this.freshen(pane);
    if (restarted) location.reload();
    if (this.offers.claim_url) await this.refreshOffers();
    if (this.panes.length === 0) this.drawStage();
  }

  freshen(pane) {
    const chat = [...this.people, ...this.groups].find(({ id }) => id === pane.chatId);
    if (chat && chat.seq > pane.seq) pane.refresh();
  }

  async refreshOffers() {
    const before = this.offers.claim_url;
    this.offers = await this.patiently(() => api.demo());
    if (before !== this.offers.claim_url) this.drawStage();
  }

  // "Today" may have become yesterday; what was drawn before the gym's zone was heard has this computer's hours.
  onClock(otherwise) {
    this.list.draw();
    this.panes.forEach((pane) => (otherwise ? pane.redraw() : pane.tidy()));
  }

  speak(language) {
    speak(language);
    document.documentElement.lang = language;
    document.title = t("page.title");
    this.bar.build();
    this.list.build();
    const open = this.panes.map(({ person, group }) => [person, group]);
    this.panes = [];
    open.forEach(([person, group]) => this.openBeside(person, group));
    this.drawStage();
  }

  // Panes

  isOpen(key) {
    return this.panes.some((pane) => pane.key === key) && (!phone.matches || this.frame.classList.contains("chatting"));
  }

  get room() {
    return phone.matches ? 1 : Math.max(1, Math.floor(this.stage.clientWidth / PANE_WIDTH));
  }

  open(person, group = null) {
    const pane = new Pane(person, group, this);
    const there = this.panes.find(({ key }) => key === pane.key);
    if (there) return this.activate(there);
    const at = Math.max(0, this.panes.indexOf(this.active));
    this.panes.splice(at, this.panes.length ? 1 : 0, pane);
    return this.settle(pane);
  }

  openBeside(person, group = null) {
    const pane = new Pane(person, group, this);
    const there = this.panes.find(({ key }) => key === pane.key);
    if (there) return this.activate(there);
    this.panes.push(pane);
    while (this.panes.length > this.room) this.panes.shift();
    return this.settle(pane);
  }

  settle(pane) {
    this.drawStage();
    this.activate(pane);
    pane.refresh();
    return pane;
  }

  activate(pane) {
    this.active = pane;
    this.frame.classList.add("chatting");
    this.panes.forEach((other) => other.element.classList.toggle("active", other === pane));
    pane.focus();
    this.remember();
    this.list.draw();
    return pane;
  }

  onBack() {
    this.frame.classList.remove("chatting");
    this.list.draw();
  }

  onClose(pane) {
    this.panes = this.panes.filter((other) => other !== pane);
    this.active = this.panes.at(-1) ?? null;
    this.drawStage();
    this.remember();
    this.list.draw();
  }

  onRemoved(person) {
    this.panes.filter((pane) => pane.person.id === person.id).forEach((pane) => this.onClose(pane));
    this.onBack();
  }

  onRead(pane) {
    if (document.visibilityState === "visible" && this.isOpen(pane.key)) this.list.markRead(pane.chatId, pane.seq);
  }

  remember() {
    sessionStorage.setItem(OPEN_KEY, JSON.stringify(this.panes.map(({ person, group }) => [person.id, group?.id ?? null])));
  }

  reopen() {
    const open = JSON.parse(sessionStorage.getItem(OPEN_KEY) ?? "[]");
    for (const [personId, groupId] of open) {
      const person = this.people.find(({ id }) => id === personId);
      const group = this.groups.find(({ id }) => id === groupId) ?? null;
      if (person && (group || groupId === null)) this.openBeside(person, group);
    }
  }

  drawStage() {
    if (this.panes.length) this.stage.replaceChildren(...this.claimBanner(), h("div", { class: "pane-row" }, this.panes.map(({ element }) => element)));
    else if (this.people.length) this.stage.replaceChildren(...this.claimBanner(), h("div", { class: "nothing" }, h("span", {}, t("pane.pick"))));
    else this.stage.replaceChildren(welcome(this, this.offers.claim_url));
    this.frame.classList.toggle("first-run", this.people.length === 0);
    this.panes.forEach((pane) => pane.toBottom(false));
  }

  claimBanner() {
    return this.offers.claim_url ? [h("div", { class: "banner" }, claimCard(this, this.offers.claim_url))] : [];
  }

  // What the welcome, the list and the bar ask for

  async become(member) {
    this.open(await this.bring(member));
  }

  async everybody() {
    const everybody = [];
    for (const member of CAST) everybody.push(await this.bring(member));
    everybody.slice(0, this.room).forEach((person) => this.openBeside(person));
    this.activate(this.panes[0]);
  }

  async bring(member) {
    const person = await bring(member, this.people);
    if (!this.people.some(({ id }) => id === person.id)) this.people.push(person);
    return person;
  }

  async claim(url) {
    const pane = this.open(await this.bring(CAST[0]));
    const payload = deepLink(url, this.bot.username);
    await pane.say(`/start ${payload ?? ""}`.trim());
  }

  copy(text) {
    navigator.clipboard.writeText(text).then(() => toast(t("claim.copied")));
  }

  // Whoever of the cast is missing, or somebody new.
  addFrom(anchor) {
    const missing = CAST.filter(({ username }) => !this.people.some((person) => person.username === username));
    if (missing.length === 0) return this.addPerson();
    const offers = missing.map((member) => ["group", `${member.first_name}: ${t(`welcome.${member.key}`)}`, () => this.become(member)]);
    return popup(anchor, [...offers, ["plus", t("welcome.own"), () => this.addPerson()]]);
  }

  async addPerson() {
    await this.attempt(async () => {
      const person = await askPerson();
      if (person) this.open(person);
    });
  }

  async addGroup() {
    await this.attempt(async () => {
      const group = await askGroup(this.people);
      if (group) this.open(this.people.find(({ id }) => id === group.members[0]), group);
    });
  }

  async attempt(work) {
    try {
      await work();
    } catch (refusal) {
      toast(refusal.sentence ?? String(refusal));
    }
  }
}

new Desk().start();
