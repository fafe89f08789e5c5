// Reads a QR where the browser can: only needed while the gym, which reads them all, cannot be asked.
let detector = null;

export async function readQr(photo) {
  if (!globalThis.BarcodeDetector) return null;
  try {
    detector ??= new BarcodeDetector({ formats: ["qr_code"] });
    const [found] = await detector.detect(await createImageBitmap(photo));
    return found?.rawValue || null;
  } catch {
    return null; // the picture goes as it is: the gym reads it later
  }
}
