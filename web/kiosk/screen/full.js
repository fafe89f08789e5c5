// The whole screen, as long as nobody with the PIN leaves it; and a screen that stays awake.
import { $ } from "./dom.js";
import { translated } from "../words/words.js";

const root = document.documentElement;
let wanted = localStorage.getItem("full") === "yes";

export function keepFull() {
  if (!root.requestFullscreen) return;
  $("full").addEventListener("click", enter);
  $("leave-full").addEventListener("click", leave);
  document.addEventListener("fullscreenchange", show);
  // Somebody got out by Escape or a gesture: the next touch brings it back.
  document.addEventListener("click", (event) => {
    if (wanted && !document.fullscreenElement && !event.target.closest("#leave-full")) enter();
  });
  document.addEventListener("visibilitychange", stayAwake);
  translated(show);
  stayAwake();
}

async function enter() {
  wanted = true;
  localStorage.setItem("full", "yes");
  await root.requestFullscreen().catch(() => {}); // refused without a touch: the next one asks again
  navigator.keyboard?.lock?.(["Escape"]).catch(() => {});
}

async function leave() {
  wanted = false;
  localStorage.setItem("full", "no");
  if (document.fullscreenElement) await document.exitFullscreen();
}

function show() {
  $("full").hidden = Boolean(document.fullscreenElement);
  $("leave-full").hidden = !document.fullscreenElement;
}

function stayAwake() {
  if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}
