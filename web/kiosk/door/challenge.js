// Asks to turn the head a little: a printed photo cannot. Sides are the person's own, as in a mirror.
import { $ } from "../screen/dom.js";
import { say, screens } from "../screen/screens.js";
import { play } from "../screen/sound.js";
import { language } from "../words/words.js";

const FRAMES_MS = [750, 500, 400]; // pauses: to read, then while the head turns
const ARROWS = { left: "←", right: "→" };

export class Challenge {
  constructor(link) {
    this.link = link;
    $("challenge").addEventListener("click", (event) => event.stopPropagation());
  }

  // With `observe` the gym judges the lone photo as ever, so nobody is asked for anything.
  get asked() {
    return this.link.gym?.challenge === "enforce";
  }

  // The side and the frames, or null when the person chose another way.
  async ask(camera) {
    const turn = Math.random() < 0.5 ? "left" : "right";
    this.#show(turn);
    const turned = [];
    for (const pause of FRAMES_MS) {
      await new Promise((resolve) => { setTimeout(resolve, pause); });
      if (screens.state !== "challenge") return null;
      turned.push(await camera.photo());
    }
    screens.rest();
    return { turn, turned };
  }

  #show(turn) {
    const sentence = turn === "left" ? language.words.turnLeft : language.words.turnRight;
    $("arrow").textContent = ARROWS[turn];
    $("challenge").dataset.turn = turn;
    $("turn").textContent = sentence;
    screens.show("challenge");
    say(sentence);
    play("ask");
  }
}
