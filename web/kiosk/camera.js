// The camera: watches for somebody who comes and stands still, and takes the picture.
const LONG_SIDE = 1280;
const QUALITY = 0.85;
const GRID = [48, 36];
const MOVED = 0.045; // share of brightness that changed between two looks
const CHANGED = 0.12; // the scene is not the one that was judged

export class Camera {
  #look = new OffscreenCanvas(...GRID).getContext("2d", { willReadFrequently: true });
  #judged = null;
  #last = null;

  constructor(video) {
    this.video = video;
  }

  get running() {
    const [track] = this.video.srcObject?.getVideoTracks() ?? [];
    return track?.readyState === "live";
  }

  async start() {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("insecure", "SecurityError");
    this.video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false,
    });
    await this.video.play();
  }

  stop() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }

  // How much moved since the last look, and how far the scene is from the one that was judged last.
  look() {
    const [width, height] = GRID;
    this.#look.drawImage(this.video, 0, 0, width, height);
    const now = grey(this.#look.getImageData(0, 0, width, height).data);
    const motion = this.#last ? difference(now, this.#last) : 1;
    const change = this.#judged ? difference(now, this.#judged) : 1;
    this.#last = now;
    return { steady: motion < MOVED, changed: change > CHANGED };
  }

  remember() {
    this.#judged = this.#last;
  }

  async photo() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
    canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
    return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  }
}

function grey(pixels) {
  const values = new Float32Array(pixels.length / 4);
  for (let i = 0; i < values.length; i += 1) {
    values[i] = (pixels[4 * i] * 0.3 + pixels[4 * i + 1] * 0.59 + pixels[4 * i + 2] * 0.11) / 255;
  }
  return values;
}

function difference(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i += 1) sum += Math.abs(one[i] - other[i]);
  return sum / one.length;
}
