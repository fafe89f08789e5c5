// What happens before the camera, seen coarsely: is somebody there, do they stand still, is it still the same?
// A grid of brightness is enough, and shows nobody.
const [WIDTH, HEIGHT] = [48, 36];
const OTHER = 22; // of 255: so much brighter or darker is another thing in this place
const MOVING = 0.03; // share of places that changed since the last look
const CHANGED = 0.08; // share of places that are not as they were
const ROOM_AFTER_MS = 30000; // what stands still for so long is furniture

export class Scene {
  #canvas = new OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });
  #now = null;
  #judged = null;
  #movedAt = 0;
  #room = roomOf(localStorage.getItem("room"));
  steady = false;

  look(video) {
    this.#canvas.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const now = grey(this.#canvas.getImageData(0, 0, WIDTH, HEIGHT).data);
    const moves = this.#now !== null && difference(now, this.#now) >= MOVING;
    this.steady = this.#now !== null && !moves;
    if (moves) this.#movedAt = performance.now();
    this.#now = now;
  }

  // Not what was judged last: somebody came, went, or another stands there.
  get changed() {
    return this.#judged === null || difference(this.#now, this.#judged) > CHANGED;
  }

  // Not the empty room either. Without the gym nobody else can say whether a picture shows anybody.
  get somebody() {
    if (performance.now() - this.#movedAt > ROOM_AFTER_MS) this.isEmpty();
    return this.#room === null ? this.#movedAt > 0 : difference(this.#now, this.#room) > CHANGED;
  }

  judged() {
    this.#judged = this.#now;
  }

  // The gym found nobody in this picture.
  isEmpty() {
    if (this.#room !== null && difference(this.#now, this.#room) === 0) return;
    this.#room = this.#now;
    localStorage.setItem("room", this.#room.join(" "));
  }
}

function roomOf(text) {
  const values = text?.split(" ").map(Number);
  return values?.length === WIDTH * HEIGHT ? Uint8Array.from(values) : null;
}

function grey(pixels) {
  const values = new Uint8Array(pixels.length / 4);
  for (let i = 0; i < values.length; i += 1) {
    values[i] = pixels[4 * i] * 0.3 + pixels[4 * i + 1] * 0.59 + pixels[4 * i + 2] * 0.11;
  }
  return values;
}

// The share of places that differ, whatever the light as a whole did.
function difference(one, other) {
  let light = 0;
  for (let i = 0; i < one.length; i += 1) light += one[i] - other[i];
  light /= one.length;
  let count = 0;
  for (let i = 0; i < one.length; i += 1) if (Math.abs(one[i] - other[i] - light) > OTHER) count += 1;
  return count / one.length;
}
