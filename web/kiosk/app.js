// The kiosk: pairs once, then watches the door. Here its parts are put together.
import { CameraKeeper } from "./door/keeper.js";
import { Camera } from "./door/camera.js";
import { Challenge } from "./door/challenge.js";
import { CheckIns } from "./door/check_ins.js";
import { DocumentPad } from "./door/document.js";
import { Pairing } from "./door/pairing.js";
import { Scene } from "./door/scene.js";
import { VerdictScreen } from "./door/verdict.js";
import { Watch } from "./door/watch.js";
import { clock } from "./net/clock.js";
import { ApiError, NetworkError } from "./net/http.js";
import { Link } from "./net/link.js";
import { KioskSession, StaffSession, Unpaired } from "./net/session.js";
import { Replay } from "./queue/replay.js";
import { Store } from "./queue/store.js";
import { $ } from "./screen/dom.js";
import { keepFull } from "./screen/full.js";
import { measured } from "./screen/measure.js";
import { banner, screens } from "./screen/screens.js";
import { atTime } from "./screen/time.js";
import { keepUpdated } from "./screen/updates.js";
import { ClientSearch } from "./staff/clients.js";
import { Device } from "./staff/device.js";
import { Enrolment } from "./staff/enrolment.js";
import { PinPad } from "./staff/pin.js";
import { RefusedLate } from "./staff/refused.js";
import { StaffArea } from "./staff/staff.js";
import { Today } from "./staff/today.js";
import { language, translate, translated } from "./words/words.js";

const ASKING_MS = 1500;

const session = new KioskSession();
const staffSession = new StaffSession();
const link = new Link(session);
const store = new Store();
const camera = new Camera($("video"));
const keeper = new CameraKeeper(camera);
const checkIns = new CheckIns({ session, link, store });
const replay = new Replay({ session, link, store, quiet: checkIns.quiet });
const verdict = new VerdictScreen(link);
const documents = new DocumentPad(byDocument);
const challenge = new Challenge(link);
const pairing = new Pairing({ session, store, paired: open });
let trouble = null; // what the gym said last of something that is not the person's matter
let released = false; // this page goes by itself, or somebody with the PIN lets it go

// ── the door ─────────────────────────────────────────────────────────────────────────────────────────
const watch = new Watch({
  camera, scene: new Scene(), checkIns, challenge, link, keeper,
  told: (answer, takenAt) => {
    tell(answer);
    measured("photo to verdict", takenAt);
  },
  failed,
});

async function byDocument(document_number, phone_last4) {
  try {
    tell(await checkIns.submit(checkIns.capture({ document_number, phone_last4 })));
  } catch (error) {
    if (error instanceof Unpaired) failed(error);
    else documents.fail(error.message);
  }
}

function tell(answer) {
  trouble = null;
  verdict.tell(answer);
  status();
}

for (const id of ["use-document", "verdict-document", "trouble-document", "challenge-document"]) {
  $(id).addEventListener("click", (event) => {
    event.stopPropagation();
    verdict.keepOpen();
    documents.open();
  });
}

// ── how things stand ─────────────────────────────────────────────────────────────────────────────────
function failed(error) {
  if (error instanceof Unpaired) return unpaired("revoked");
  if (error instanceof ApiError) {
    if (error.status === 429 || error.status === 403) trouble = error.message;
    else trouble = error.status >= 500 && error.status !== 503 ? language.words.trouble : null;
  } else if (!(error instanceof NetworkError)) {
    console.error(error);
  }
  return status();
}

function status() {
  const { words } = language;
  const { count } = store;
  $("app").dataset.waiting = count;
  if (!session.paired) banner(null);
  else if (!link.online) banner(count ? words.waiting(count) : words.offline);
  else if (count && replay.busy) banner(words.sending(count));
  else banner(trouble);
}

function unpaired(reason) {
  session.forget();
  link.forget();
  keeper.stop();
  staff.leave();
  pairing.open(reason);
  status();
}

function tick() {
  // Unpaired, it is nobody's clock: the tablet's own zone may be another one than the gym's.
  $("clock").textContent = link.gym ? atTime(clock.now(), link.gym.timezone) : "";
}

function named() {
  if (!link.gym) return;
  $("gym").textContent = document.title = link.gym.gym_name;
  tick();
}

link.addEventListener("gym", named);
link.addEventListener("change", status);
link.addEventListener("unpaired", () => unpaired("revoked"));
store.addEventListener("change", status);

// ── staff ────────────────────────────────────────────────────────────────────────────────────────────
const search = new ClientSearch({ session: staffSession, chosen: (card) => enrolment.open(card) });
const today = new Today({ session: staffSession, link });
const device = new Device({ link, store, staffSession, unpair: () => unpaired(null) });
const pages = { enrol: search, today, late: new RefusedLate({ store, link }), kiosk: device };
const staff = new StaffArea({ session: staffSession, link, pin: new PinPad({ session, failed }), pages });
const enrolment = new Enrolment({
  session: staffSession, camera, keeper, staff,
  ended: (message) => {
    staff.resume();
    search.clear(message);
    search.open();
  },
});
search.staff = today.staff = device.staff = staff;

// ── the page ─────────────────────────────────────────────────────────────────────────────────────────
async function open() {
  if (!session.paired) return pairing.open();
  named();
  const told = link.check();
  // Who is asked for the camera may take a while to answer; documents need none.
  await Promise.race([keeper.start(), new Promise((resolve) => { setTimeout(resolve, ASKING_MS); })]);
  if (session.paired && ["starting", "pairing"].includes(screens.state)) screens.rest();
  await told;
  return replay.run();
}

$("language").addEventListener("click", () => language.change());
translated(() => {
  $("language").textContent = language.other.toUpperCase();
  $("language").setAttribute("aria-label", language.words.otherLanguage);
  tick();
  status();
});
// Where a PIN is set, a page that is closed by hand asks first.
addEventListener("beforeunload", (event) => {
  if (link.gym?.exit_pin && session.paired && !released && !staff.byPin) event.preventDefault();
});

translate();
keepFull();
setInterval(tick, 1000);
await store.open().catch((error) => console.error("nothing can be recorded here", error));
keepUpdated(() => {
  released = true;
  location.reload();
});
await open();
watch.run();
