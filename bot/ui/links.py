"""Deep links into the bot, as text and as a QR to scan from the screen."""

from __future__ import annotations

import asyncio
import io

import segno

from bot.ui.keyboards import Keyboard, link
from bot.ui.screens import Html, Screen
from bot.ui.update_context import UpdateContext


def qr_png(text: str) -> bytes:
    """A QR code as PNG; blocking, some 10 ms."""
    image = io.BytesIO()
    segno.make(text, error="m").save(image, kind="png", scale=10, border=4)
    return image.getvalue()


async def link_screen(
    context: UpdateContext, text: str, address: str, keyboard: Keyboard, *, own: bool = False
) -> Screen:
    """A QR with the same address below it, to scan or to forward; it stays in the chat.

    Only a link for the reader (`own`) has a button that opens it: one for somebody else would be spent by a
    press at the desk.
    """
    picture = await asyncio.to_thread(qr_png, address)
    body = context.t("{text}\n{address}", text=Html(text), address=address)
    opening = [[link(context.t("Open"), address)]] if own else []
    return Screen(body, [*opening, *keyboard], photo=picture, drawn=True, stays=True, secret=True)
