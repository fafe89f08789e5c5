// The camera: opens it, notices when it is gone, and takes pictures.
const LONG_SIDE = 1280;
const QUALITY = 0.85;
const ENCODING_MS = 5000; // a hundred times what it takes
const WARM_MS = 600; // the first pictures are dark, until a camera has found the light

// Tells `lost` when the camera stops by itself.
export class Camera extends EventTarget {
  #encoder = new Encoder();
  #startedAt = Infinity;

  constructor(video) {
    super();
    this.video = video;
  }

  // Its pictures show what is there.
  get warm() {
    return this.running && performance.now() - this.#startedAt > WARM_MS;
  }

  get running() {
    const [track] = this.video.srcObject?.getVideoTracks() ?? [];
    return track?.readyState === "live";
  }

  async start() {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("insecure", "SecurityError");
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false,
    });
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.dispatchEvent(new Event("lost")));
    this.video.srcObject = stream;
    await this.video.play();
    this.#startedAt = performance.now();
  }

  stop() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }

  // The picture of this moment, whenever its JPEG is ready.
  async photo() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, LONG_SIDE / Math.max(videoWidth, videoHeight));
    const frame = globalThis.VideoFrame ? new VideoFrame(this.video) : await createImageBitmap(this.video);
    return this.#encoder.encode(frame, Math.round(videoWidth * scale), Math.round(videoHeight * scale));
  }
}

// The worker's other end: each picture gets its own answer. A worker that gives none is replaced, or the door
// would wait for it until somebody reloads the page.
class Encoder {
  #worker = null;
  #waiting = new Map();
  #next = 0;

  encode(frame, width, height) {
    const id = this.#next++;
    this.#worker ??= this.#hired();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#replace("no picture came"), ENCODING_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#worker.postMessage({ id, frame, width, height, quality: QUALITY }, [frame]);
    });
  }

  #hired() {
    const worker = new Worker("/kiosk/door/encoder.js");
    worker.addEventListener("message", ({ data: { id, blob, fault } }) => {
      const { resolve, reject } = this.#settled(id);
      if (blob) resolve(blob);
      else reject(new Error(fault));
    });
    worker.addEventListener("error", ({ message }) => this.#replace(message));
    return worker;
  }

  #settled(id) {
    const one = this.#waiting.get(id);
    clearTimeout(one.timer);
    this.#waiting.delete(id);
    return one;
  }

  #replace(why) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const id of [...this.#waiting.keys()]) this.#settled(id).reject(new Error(why));
  }
}
