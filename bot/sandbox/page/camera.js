// Pictures on their way out: preview with a caption, and the webcam.

import { h, icon } from "./dom.js";
import { dialog } from "./dialogs.js";
import { t } from "./words.js";

// Resolves to {caption, asFile}, null when cancelled.
export function preview(files) {
  return new Promise((resolve) => {
    let outcome = null;
    const urls = files.map((file) => URL.createObjectURL(file));
    const pictures = files.every((file) => file.type.startsWith("image/"));
    const caption = h("input", { type: "text", class: "caption-input", maxLength: 1024, placeholder: t("write.caption"), autocomplete: "off" });
    const finish = (close, asFile) => {
      outcome = { caption: caption.value.trim(), asFile };
      close();
    };
    const shown = pictures
      ? h("div", { class: files.length > 1 ? "preview several" : "preview" }, urls.map((src) => h("img", { src, alt: "" })))
      : h("div", { class: "preview file" }, icon("file"), files.map((file) => file.name).join(", "));
    const { element, form, close } = dialog("", h("div", {}, shown, caption), (shut) => [
      h("button", { type: "button", class: "quiet", onclick: () => shut() }, t("dialog.cancel")),
      pictures && h("button", { type: "button", class: "quiet", onclick: () => finish(shut, true) }, t("write.asFile")),
      h("button", { type: "submit", class: "primary" }, t("write.send")),
    ].filter(Boolean), "wide");
    form.addEventListener("submit", (event) => (event.preventDefault(), finish(close, !pictures)));
    element.addEventListener("close", () => (urls.forEach((url) => URL.revokeObjectURL(url)), resolve(outcome)));
    caption.focus();
  });
}

// Resolves to a JPEG File from the webcam, null when closed.
export async function shoot() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user" } });
  } catch {
    return undefined;
  }
  const video = h("video", { autoplay: true, muted: true, playsInline: true, srcObject: stream });
  const photo = await frameFrom(video);
  stream.getTracks().forEach((track) => track.stop());
  return photo;
}

function frameFrom(video) {
  return new Promise((resolve) => {
    let photo = null;
    const shutter = h("button", { type: "submit", class: "primary shutter", disabled: true }, icon("camera"), t("camera.shoot"));
    video.addEventListener("loadeddata", () => (shutter.disabled = false));
    const { element, form, close } = dialog(t("camera.title"), h("div", { class: "viewfinder" }, video), (shut) => [
      h("button", { type: "button", class: "quiet", onclick: () => shut() }, t("dialog.cancel")),
      shutter,
    ], "wide");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      photo = await still(video);
      close();
    });
    element.addEventListener("close", () => resolve(photo));
  });
}

async function still(video) {
  const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return new File([blob], "camera.jpg", { type: "image/jpeg" });
}
