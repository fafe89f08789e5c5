// Keeps the page for offline days, and takes a new version when nobody stands at the door.
import { $ } from "./dom.js";
import { screens } from "./screens.js";

const EVERY_MS = 60 * 60 * 1000;
const QUIET_MS = 1000;

export async function keepUpdated(reload) {
  if (!navigator.serviceWorker) return; // an insecure page, which has no camera either
  const first = navigator.serviceWorker.controller === null;
  let replaced = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!first || replaced) whenQuiet(reload);
    replaced = true;
  });
  try {
    const registration = await navigator.serviceWorker.register("/kiosk/worker.js", { updateViaCache: "none" });
    const update = () => registration.update().catch(() => {}); // offline: the next one will do
    setInterval(update, EVERY_MS);
    addEventListener("online", update);
  } catch (error) {
    console.warn("this page will not open without network", error);
  }
}

// Never under the hands of somebody, nor while the gym looks at a picture of them.
function whenQuiet(reload) {
  const quiet = ["idle", "pairing", "trouble"].includes(screens.state) && $("app").dataset.reading !== "yes";
  if (quiet && !document.activeElement?.value) reload();
  else setTimeout(whenQuiet, QUIET_MS, reload);
}
