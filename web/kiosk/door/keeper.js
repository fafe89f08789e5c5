// Has the camera running, says what to do when it is not, and has it back as soon as it can.
import { $ } from "../screen/dom.js";
import { screens } from "../screen/screens.js";
import { language, translated } from "../words/words.js";

const AGAIN_MS = 3000;

export class CameraKeeper {
  #starting = null;
  #fault = null;
  #timer = null;
  #secure = null;

  constructor(camera) {
    this.camera = camera;
    screens.resting = () => (this.#fault ? "trouble" : "idle");
    camera.addEventListener("lost", () => screens.state === "idle" && this.start());
    $("trouble-retry").addEventListener("click", () => this.start());
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#again());
    navigator.permissions?.query({ name: "camera" }).then((permission) => {
      permission.addEventListener("change", () => this.#again());
    }, () => {});
    translated(() => this.#explain());
    if (!isSecureContext) this.#lookForSecure();
  }

  start() {
    this.#starting ??= this.#start().finally(() => { this.#starting = null; });
    return this.#starting;
  }

  stop() {
    clearTimeout(this.#timer);
    this.camera.stop();
  }

  async #start() {
    clearTimeout(this.#timer);
    try {
      await this.camera.start();
      this.#fault = null;
      if (["starting", "trouble"].includes(screens.state)) screens.show("idle");
    } catch (error) {
      this.#fault = error;
      this.#explain();
      if (["starting", "idle"].includes(screens.state)) screens.show("trouble");
      // One who said no is not asked again and again; a camera that is unplugged may come back.
      if (error.name !== "NotAllowedError" && isSecureContext) this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
    }
  }

  #again() {
    if (screens.state === "trouble") this.start();
    else if (this.#fault) this.#timer = setTimeout(() => this.#again(), AGAIN_MS);
  }

  #explain() {
    const { words } = language;
    const denied = this.#fault?.name === "NotAllowedError" ? words.cameraDenied : words.cameraLost;
    const insecure = this.#secure ? words.cameraElsewhere : words.cameraInsecure;
    $("trouble-text").textContent = isSecureContext ? denied : insecure;
  }

  // Where this very page may use the camera, if the gym has a certificate.
  async #lookForSecure() {
    const { address } = await fetch("/kiosk/secure.json").then((answer) => answer.json()).catch(() => ({}));
    this.#secure = address;
    $("secure").hidden = !address;
    if (address) $("secure-page").href = $("secure-page").textContent = address;
    this.#explain();
  }
}
