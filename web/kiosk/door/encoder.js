// A worker that makes JPEGs. On the page's own thread the browser encodes only when it is idle, which took 240 ms
// of a person's time; and here nothing on the screen waits for it.
let canvas = new OffscreenCanvas(1, 1);

addEventListener("message", async ({ data: { id, frame, width, height, quality } }) => {
  try {
    if (canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d", { alpha: false, willReadFrequently: true }).drawImage(frame, 0, 0, width, height);
    frame.close();
    postMessage({ id, blob: await canvas.convertToBlob({ type: "image/jpeg", quality }) });
  } catch (error) {
    frame.close(); // a second time does nothing
    postMessage({ id, fault: String(error) });
  }
});
