"""QR codes in a photo, for a frame that shows a phone instead of a face."""

from __future__ import annotations

import zxingcpp

from gym.faces.engine.images import Pixels


def find_qr(pixels: Pixels) -> str | None:
    """The text of the first QR code, or None. One format only: all sixteen take twelve times longer."""
    for found in zxingcpp.read_barcodes(
        pixels, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    ):
        if found.text:
            return str(found.text)
    return None
