// What somebody showed at the door, and how it is told to the gym: live, or later with its time.
import { uuid } from "../screen/dom.js";

// `photos` are frames of one moment, `turned` those of the challenge. `at` is door time.
export function newCapture(at, what) {
  return { key: uuid(), at: at.toISOString(), photos: [], turned: [], tries: 0, asked: false, ...what };
}

export function methodOf(capture) {
  if (capture.document_number) return "document";
  return capture.qr ? "qr" : "photo";
}

export const bytesOf = ({ photos, turned }) => [...photos, ...turned].reduce((sum, blob) => sum + blob.size, 500);

// The request's body. With a time it is another body, so the same key then says whether the first one arrived.
export function bodyOf(capture, { late }) {
  const time = late ? { captured_at: capture.at } : {};
  if (capture.qr) return { json: { qr: capture.qr, ...time } };
  if (capture.document_number) {
    const { document_number, phone_last4 } = capture;
    return { json: { document_number, phone_last4, ...time } };
  }
  return { form: formOf(capture, time) };
}

function formOf({ photos, turn, turned }, fields) {
  const form = new FormData();
  for (const photo of photos) form.append("photo", photo, "photo.jpg");
  if (turned.length) form.append("turn", turn);
  for (const photo of turned) form.append("turned", photo, "turned.jpg");
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
