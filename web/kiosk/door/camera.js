// The camera: opens it, notices when it is gone, and takes pictures.
const LONG_SIDE = 1280;
const QUALITY = 0.85;
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

// The worker's other end: each picture gets its own answer.
class Encoder {
  #worker = new Worker("/kiosk/door/encoder.js");
  #waiting = new Map();
  #next = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data: { id, blob, fault } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (blob) resolve(blob);
      else reject(new Error(fault));
    });
  }

  encode(frame, width, height) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, frame, width, height, quality: QUALITY }, [frame]);
    });
  }
}
