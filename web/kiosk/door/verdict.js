// What the person at the door is told: name, sign, sentence and numbers, readable from two metres.
import { $ } from "../screen/dom.js";
import { say, screens } from "../screen/screens.js";
import { inMoney } from "../screen/money.js";
import { play } from "../screen/sound.js";
import { language } from "../words/words.js";
import { FULL, RECORDED } from "./check_ins.js";

const VERDICT_MS = 4000;
const MARKS = { go: "✓", wait: "!", stop: "✕" };
const AMBER = new Set(["not_recognized", "uncertain", "outside_hours", "already_inside", "payment_due"]);
const NOBODY = new Set(["not_recognized", "uncertain", "spoof_suspected"]); // another way may help

export class VerdictScreen {
  #timer = null;

  constructor(link) {
    this.link = link;
    $("verdict").addEventListener("click", () => this.#close());
    addEventListener("keydown", (event) => {
      if (screens.state !== "verdict" || event.target.tagName === "BUTTON") return;
      if (["Escape", "Enter", " "].includes(event.key)) this.#close();
    });
    $("photo").addEventListener("error", () => showPhoto(null));
  }

  tell(answer) {
    if (answer.outcome === RECORDED) this.#recorded(answer);
    else if (answer.outcome === FULL) this.#show("stop", "", language.words.full, language.words.fullHelp);
    else this.#judged(answer);
  }

  keepOpen() {
    clearTimeout(this.#timer);
  }

  #recorded({ admit }) {
    const { words } = language;
    this.#show(admit ? "go" : "wait", words.recorded, admit ? words.recordedGo : words.recordedWait, "");
    if (!admit) $("mark").textContent = "…";
  }

  #judged(answer) {
    const kind = answer.outcome === "admitted" ? "go" : AMBER.has(answer.code) ? "wait" : "stop";
    this.#show(kind, answer.client?.display_name ?? "", answer.message, this.#facts(answer));
    showPhoto(answer.client?.photo_url);
    $("verdict-document").hidden = !NOBODY.has(answer.code);
  }

  #show(kind, headline, sentence, facts) {
    $("verdict").className = `panel ${kind}`;
    $("mark").textContent = MARKS[kind];
    showPhoto(null);
    $("verdict-document").hidden = true;
    $("headline").textContent = headline;
    $("sentence").textContent = sentence;
    $("facts").textContent = facts;
    screens.show("verdict");
    say(headline, sentence, facts);
    play(kind);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#close(), VERDICT_MS);
  }

  #close() {
    clearTimeout(this.#timer);
    if (screens.state === "verdict") screens.rest();
  }

  #facts({ outcome, days_left: days, visits_left: visits, visit_number: visit, balance }) {
    if (outcome !== "admitted") return "";
    const { words } = language;
    const parts = [];
    if (visit) parts.push(words.visit(visit));
    if (typeof visits === "number") parts.push(words.visitsLeft(visits));
    if (typeof days === "number") parts.push(days === 0 ? words.lastDay : words.daysLeft(days));
    const { shows_sums: shown, currency } = this.link.gym ?? {};
    if (shown && Number(balance) > 0) parts.push(words.toPay(inMoney(balance, currency)));
    return parts.map((part) => part.replaceAll(" ", "\u00a0")).join("\u00a0· "); // broken between facts only
  }
}

// The sign becomes a badge of the photo: who cannot tell the colours apart still sees it.
function showPhoto(address) {
  $("photo").hidden = !address;
  if (address) $("photo").src = address;
  else $("photo").removeAttribute("src");
}
