// Enrolling a face: the camera looks, the gym says of each picture what is wrong, and the good ones are kept.
import { ApiError, NetworkError } from "../net/http.js";
import { SignedOut } from "../net/session.js";
import { $, h } from "../screen/dom.js";
import { screens } from "../screen/screens.js";
import { language } from "../words/words.js";

const BEST = 3; // the second is worth more than any threshold, a fourth little
const LOOK_MS = 600;
const AFTER_GOOD_MS = 1500; // time to move, so that the next picture is another one

export class Enrolment {
  #client = null;
  #photos = [];
  #turn = 0; // a loop that belongs to an earlier enrolment ends by it

  // `ended` gets the sentence to go back with.
  constructor({ session, camera, keeper, staff, ended }) {
    Object.assign(this, { session, camera, keeper, staff, ended });
    staff.left = () => this.#drop();
    $("enrol-cancel").addEventListener("click", () => this.#end(""));
    $("enrol-again").addEventListener("click", () => this.#begin());
    $("enrol-save").addEventListener("click", () => this.#save());
    $("enrol-forget").addEventListener("click", () => this.#forget());
  }

  open(client) {
    this.#client = client;
    screens.show("enrol");
    $("enrol-title").textContent = language.words.enrolTitle(client.name);
    $("enrol-cancel").focus();
    return this.#begin();
  }

  async #begin() {
    this.#drop();
    this.#draw();
    tell(language.words.lookStraight);
    const turn = this.#turn;
    while (this.#wants(turn)) await this.#look(turn);
  }

  #wants(turn) {
    return turn === this.#turn && screens.state === "enrol" && this.#photos.length < BEST;
  }

  async #look(turn) {
    let pause = LOOK_MS;
    try {
      if (!this.camera.running) await this.keeper.start();
      const photo = await this.camera.photo();
      const verdict = await this.#judge(photo);
      if (this.#wants(turn)) pause = this.#told(verdict, photo);
    } catch (error) {
      if (error instanceof SignedOut) return this.staff.guarded(() => { throw error; });
      tell(sentence(error));
      if (error instanceof ApiError && error.isBusy) pause = error.waitMs;
    }
    return new Promise((resolve) => { setTimeout(resolve, pause); });
  }

  async #judge(photo) {
    const form = new FormData();
    form.append("photo", photo, "photo.jpg");
    try {
      return (await this.session.call("POST", "/faces/verdicts", { form })).photos[0];
    } catch (error) {
      if (error.code === "photos_refused") return error.details.photos[0];
      throw error;
    }
  }

  #told(verdict, photo) {
    if (!verdict.accepted) {
      tell(verdict.message);
      return LOOK_MS;
    }
    this.staff.present();
    this.#photos.push(photo);
    this.#draw();
    const { words } = language;
    const count = this.#photos.length;
    tell(count < BEST ? words.lookAgain(count, BEST) : words.enough(count));
    return AFTER_GOOD_MS;
  }

  #draw() {
    const count = this.#photos.length;
    const shown = [...$("taken").children];
    shown.slice(count).forEach((picture) => picture.remove());
    for (const photo of this.#photos.slice(shown.length)) $("taken").append(picture(photo));
    $("enrol-save").hidden = $("enrol-again").hidden = !count;
    $("enrol-save").textContent = language.words.keep(count);
    $("enrol-forget").hidden = true;
  }

  async #save() {
    this.#turn += 1; // no more pictures while these are told
    const form = new FormData();
    form.append("client_id", this.#client.id);
    for (const photo of this.#photos) form.append("photo", photo, "photo.jpg");
    await this.#asking(async () => {
      const done = await this.session.call("POST", "/faces/enrolments", { form });
      this.#end(language.words.enrolled(this.#client.name, done.templates));
    });
  }

  async #forget() {
    await this.#asking(async () => {
      await this.session.call("DELETE", `/faces/${this.#client.id}`);
      this.#draw();
      tell(language.words.forgotten);
    });
  }

  async #asking(work) {
    const buttons = [$("enrol-save"), $("enrol-again"), $("enrol-forget")];
    buttons.forEach((button) => { button.disabled = true; });
    try {
      await work();
    } catch (error) {
      if (error instanceof SignedOut) await this.staff.guarded(() => { throw error; });
      else await this.#refused(error);
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  }

  async #refused(error) {
    $("enrol-forget").hidden = error.code !== "not_the_client";
    tell([sentence(error), await this.#twin(error)].filter(Boolean).join(" "));
  }

  // Whose face it may be is told to those who may know: an admin is given the number.
  async #twin({ code, details }) {
    if (code !== "possible_duplicate" || !details.client_id) return "";
    const card = await this.session.call("GET", `/clients/${details.client_id}`).catch(() => null);
    return card ? language.words.duplicateOf(card.name) : "";
  }

  #drop() {
    this.#turn += 1;
    this.#photos = [];
    for (const { src } of $("taken").children) URL.revokeObjectURL(src);
    $("taken").replaceChildren();
  }

  #end(message) {
    this.#drop();
    this.ended(message);
  }
}

const tell = (message) => { $("enrol-said").textContent = message; };
const picture = (photo) => h("img", { src: URL.createObjectURL(photo), alt: "" });

function sentence(error) {
  if (error instanceof NetworkError) return language.words.offlineSignIn;
  if (error.code !== "photos_refused") return error.message;
  return [...new Set(error.details.photos.map(({ message }) => message))].join(" ");
}
