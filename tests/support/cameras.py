"""The cameras before a page: a film that Chromium plays as its device, and a canvas that stands in for one.

Chromium alone has devices; its headless shell has none, and opens a page in 0.3 seconds of processor where
Chromium takes 1.2, most of it for a window that nobody sees.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from playwright.async_api import BrowserContext

PICTURES_A_SECOND: Final = 10
STILL_MS: Final = 500
"""A canvas is drawn again so often: its stream brings a picture only then, each painted in software."""


class Camera(Protocol):
    """What stands before a camera, and how a profile gets it."""

    def show(self, view: bytes) -> None:
        """What every camera that is opened from now on shows; one that is open keeps its own."""
        ...

    async def connect(self, context: BrowserContext) -> None:
        """Plug it into a profile whose pages have not been opened yet."""
        ...


class FilmCamera:
    """A file that Chromium was started with, and reads again whenever a page opens its camera."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, view: bytes) -> None:
        another = self._path.with_suffix(".next")
        another.write_bytes(film_of(view))
        another.replace(self._path)

    async def connect(self, context: BrowserContext) -> None:
        """Chromium has it already."""


class CanvasCamera:
    """The stream of a canvas, given to whom the profile allows a camera and refused to others."""

    def __init__(self) -> None:
        self._view = b""

    def show(self, view: bytes) -> None:
        self._view = view

    async def connect(self, context: BrowserContext) -> None:
        await context.expose_function("viewBeforeTheCamera", lambda: base64.b64encode(self._view).decode())
        await context.add_init_script(_CANVAS)


def film_of(view: bytes) -> bytes:
    """A film of one picture (YUV4MPEG2), which a camera shows over and over.

    Each picture costs 24 ms of processor, as a page is painted in software, and a film of JPEGs always has
    30 a second: 0.7 of a processor for as long as a page is open. The page itself looks every 150 ms.
    """
    pixels = cv2.imdecode(np.frombuffer(view, np.uint8), cv2.IMREAD_COLOR)
    height, width = pixels.shape[:2]
    head = f"YUV4MPEG2 W{width} H{height} F{PICTURES_A_SECOND}:1 Ip A1:1 C420\nFRAME\n"
    return head.encode() + cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420).tobytes()


# A page that is not secure has no devices at all. The timers are those from before a test sets its clock.
_CANVAS: Final = f"""{{
  const every = globalThis.setInterval.bind(globalThis), stop = globalThis.clearInterval.bind(globalThis);
  const pictureOf = async () => {{
    const bytes = Uint8Array.from(atob(await viewBeforeTheCamera()), (it) => it.charCodeAt(0));
    return createImageBitmap(new Blob([bytes]));
  }};
  const open = async () => {{
    const {{ state }} = await navigator.permissions.query({{ name: "camera" }});
    if (state !== "granted") throw new DOMException("Permission denied", "NotAllowedError");
    const picture = await pictureOf();
    const canvas = Object.assign(document.createElement("canvas"), {{
      width: picture.width, height: picture.height,
    }});
    const sheet = canvas.getContext("2d", {{ alpha: false }});
    const stream = canvas.captureStream();
    const draw = () => stream.active ? sheet.drawImage(picture, 0, 0) : stop(timer);
    const timer = every(draw, {STILL_MS});
    draw();
    return stream;
  }};
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = open;
}}"""
