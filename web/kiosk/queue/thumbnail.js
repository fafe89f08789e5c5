// A small picture of what was photographed, for staff to see who it was.
const SIDE = 160;

export async function thumbnail(photo) {
  if (!photo) return null;
  try {
    const picture = await createImageBitmap(photo, { resizeHeight: SIDE });
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  } catch {
    return null; // damaged: time and reason are still worth showing
  }
}
