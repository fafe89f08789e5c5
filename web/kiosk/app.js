// The kiosk: pairs once, then watches the door. One state at a time, kept in #app's data-state.
import { Api, ApiError, NetworkError } from "./api.js";
import { Camera } from "./camera.js";
import { Keypad } from "./keypad.js";
import { play } from "./sound.js";
import { LANGUAGES, initialLanguage, words } from "./words.js";

const VERDICT_MS = 4000;
const LOOK_MS = 150;
const EVERY_MS = 2000; // even without motion: somebody may stand very still
const SAME_PERSON_MS = 20000; // one who stays in view is not asked again before this
const AMBER = new Set(["not_recognized", "uncertain", "outside_hours", "already_inside", "payment_due"]);

const NOBODY = new Set(["not_recognized", "uncertain", "spoof_suspected"]); // somebody else may be tried

const $ = (id) => document.getElementById(id);
const app = $("app");
const camera = new Camera($("video"));
let language = initialLanguage();
let text = words(language);
const api = new Api(language);
let skew = 0;
let zone; // the gym's, as soon as it is known
let currency = "COP";
let sending = false;
let lastSent = 0;
let judgedAt = -Infinity;
let verdictTimer = null;

const keypad = new Keypad(
  { panel: $("document"), title: $("document-title"), typed: $("typed"), keys: $("keys"), next: $("document-next"),
    cancel: $("document-cancel"), error: $("document-error") },
  (number, phone) => byDocument(number, phone),
  () => show(resting()),
);

function show(state) {
  app.dataset.state = state;
}

// Where the page waits: at the camera, or at what is wrong with it.
function resting() {
  return camera.running ? "idle" : "trouble";
}

function translate() {
  text = words(language);
  document.documentElement.lang = language;
  api.language = language;
  const labels = {
    hint: text.hint, "use-document": text.useDocument, "pairing-title": text.pairTitle,
    "pairing-help": text.pairHelp, "code-label": text.code, "name-label": text.name, pair: text.pair,
    "trouble-retry": text.retry, "trouble-document": text.typeDocument, "verdict-document": text.typeDocument, language: LANGUAGES.find((other) => other !== language).toUpperCase(),
  };
  for (const [id, label] of Object.entries(labels)) $(id).textContent = label;
  $("language").setAttribute("aria-label", text.otherLanguage);
}

function banner(message) {
  $("banner").textContent = message ?? "";
  $("banner").hidden = !message;
}

// ── pairing ──────────────────────────────────────────────────────────────────────────────────────────
$("pairing-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("pairing-error").textContent = "";
  $("pair").disabled = true;
  try {
    await api.pair($("code").value.replace(/\D/g, ""), $("name").value.trim());
    $("pairing-form").reset();
    await open();
  } catch (error) {
    $("pairing-error").textContent = error instanceof NetworkError ? text.offline : error.message;
  } finally {
    $("pair").disabled = false;
  }
});

// ── opening ──────────────────────────────────────────────────────────────────────────────────────────
async function open() {
  if (!api.paired) return show("pairing");
  try {
    const kiosk = await api.kiosk();
    $("gym").textContent = kiosk.gym_name;
    document.title = kiosk.gym_name;
    skew = Date.parse(kiosk.server_time) - Date.now();
    ({ timezone: zone, currency } = kiosk);
    tick();
    banner(null);
  } catch (error) {
    if (unpaired(error)) return undefined;
    banner(text.offline);
    setTimeout(open, 3000);
  }
  return camera.running ? undefined : startCamera();
}

function unpaired(error) {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  api.forget();
  camera.stop();
  show("pairing");
  $("pairing-error").textContent = text.revoked;
  return true;
}

async function startCamera() {
  try {
    await camera.start();
    show("idle");
  } catch (error) {
    $("trouble-title").textContent = text.cameraTitle;
    $("trouble-text").textContent = isSecureContext ? text.cameraDenied : text.cameraInsecure;
    show("trouble");
  }
}
$("trouble-retry").addEventListener("click", startCamera);

// ── watching ─────────────────────────────────────────────────────────────────────────────────────────
async function watch() {
  if (app.dataset.state === "idle" && !document.hidden) {
    if (!camera.running) await startCamera();
    else if (!sending) await maybeSend();
  }
  setTimeout(watch, LOOK_MS);
}

async function maybeSend() {
  const { steady, changed } = camera.look();
  const now = performance.now();
  if (!changed && now - judgedAt < SAME_PERSON_MS) return;
  const waited = now - lastSent;
  if (waited >= EVERY_MS || (steady && changed && waited >= 600)) await byPhoto();
}

async function byPhoto() {
  sending = true;
  lastSent = performance.now();
  app.dataset.reading = "yes";
  try {
    const verdict = await patiently(await camera.photo());
    camera.remember();
    judgedAt = performance.now();
    judge(verdict);
  } catch (error) {
    if (error.status === 422) camera.remember(); // nobody there: until something moves, the slow pace is enough
    if (!unpaired(error)) complain(error);
  } finally {
    sending = false;
    app.dataset.reading = "no";
  }
}

// A lost answer is asked for again under the same key, so one photo is one attempt at the door.
async function patiently(photo) {
  const key = crypto.randomUUID();
  try {
    return await api.checkInPhoto(photo, key);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return api.checkInPhoto(photo, key);
  }
}

function complain(error) {
  if (error instanceof NetworkError) banner(text.offline);
  else if (error.status === 503 || error.status === 429) {
    lastSent = performance.now() + (error.retryAfter - 1) * 1000;
    banner(error.status === 429 ? error.message : null);
  } else banner(null); // nobody in view, or a blurred picture: the next one comes by itself
}

// ── document ─────────────────────────────────────────────────────────────────────────────────────────
function typeDocument(event) {
  event.stopPropagation();
  clearTimeout(verdictTimer);
  show("document");
  keypad.open(text);
}
for (const id of ["use-document", "verdict-document", "trouble-document"]) $(id).addEventListener("click", typeDocument);

async function byDocument(number, phone) {
  try {
    judge(await api.checkInDocument(number, phone, crypto.randomUUID()));
  } catch (error) {
    if (unpaired(error)) return;
    keypad.fail(error instanceof NetworkError ? text.offline : error.message);
  }
}

// ── verdict ──────────────────────────────────────────────────────────────────────────────────────────
function judge(answer) {
  banner(null);
  const kind = answer.outcome === "admitted" ? "go" : AMBER.has(answer.code) ? "wait" : "stop";
  $("verdict").className = `panel ${kind}`;
  $("mark").textContent = { go: "✓", wait: "!", stop: "✕" }[kind];
  const photo = answer.client?.photo_url;
  $("photo").hidden = !photo;
  $("mark").hidden = Boolean(photo) && kind === "go";
  if (photo) $("photo").src = photo;
  $("verdict-document").hidden = !NOBODY.has(answer.code);
  $("headline").textContent = answer.client?.display_name ?? "";
  $("sentence").textContent = answer.message;
  $("facts").textContent = facts(answer);
  show("verdict");
  play(kind);
  clearTimeout(verdictTimer);
  verdictTimer = setTimeout(() => show(resting()), VERDICT_MS);
}

function facts({ outcome, days_left: days, visits_left: visits, visit_number: visit, balance }) {
  if (outcome !== "admitted") return "";
  const parts = [];
  if (visit) parts.push(text.visit(visit));
  if (typeof visits === "number") parts.push(text.visitsLeft(visits));
  if (typeof days === "number") parts.push(days === 0 ? text.lastDay : text.daysLeft(days));
  if (Number(balance) > 0) parts.push(text.toPay(money(balance)));
  return parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" · "); // broken between facts only
}

function money(amount) {
  const cents = Number.isInteger(Number(amount)) ? 0 : 2;
  return new Intl.NumberFormat(language, { style: "currency", currency, minimumFractionDigits: cents,
    maximumFractionDigits: cents, currencyDisplay: "narrowSymbol" }).format(amount);
}
$("verdict").addEventListener("click", () => {
  clearTimeout(verdictTimer);
  show(resting());
});
$("photo").addEventListener("error", () => {
  $("photo").hidden = true;
  $("mark").hidden = false;
});

// ── the rest ─────────────────────────────────────────────────────────────────────────────────────────
$("language").addEventListener("click", () => {
  language = LANGUAGES.find((other) => other !== language);
  localStorage.setItem("language", language);
  translate();
});
function tick() {
  const now = new Date(Date.now() + skew);
  $("clock").textContent = now.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
}
setInterval(tick, 1000);

translate();
await open();
watch();
