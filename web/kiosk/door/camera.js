// The camera: opens it, notices when it is gone, and takes pictures.
const LONG_SIDE = 1280;
const QUALITY = 0.85;
const WARM_MS = 600; // the first pictures are dark, until a camera has found the light

// Tells `lost` when the camera stops by itself.
export class Camera extends EventTarget {
  #canvas = null;
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

  async photo() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
    const canvas = this.#sized(Math.round(width * scale), Math.round(height * scale));
    canvas.getContext("2d", { alpha: false }).drawImage(this.video, 0, 0, canvas.width, canvas.height);
    return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  }

  #sized(width, height) {
    if (this.#canvas?.width !== width || this.#canvas.height !== height) this.#canvas = new OffscreenCanvas(width, height);
    return this.#canvas;
  }
}
