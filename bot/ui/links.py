"""Links as screens: into the bot as text and QR, and to one-time pages of the gym's own web address."""

from __future__ import annotations

import asyncio
import io

import segno

from bot.ui.keyboards import Keyboard, link
from bot.ui.screens import Html, Screen
from bot.ui.update_context import UpdateContext
from gym.settings.addresses import is_only_here


def qr_png(text: str) -> bytes:
    """A QR code as PNG; blocking, some 10 ms."""
    image = io.BytesIO()
    # Never a Micro QR, which segno chooses for a short text and no phone's camera reads.
    segno.make(text, error="m", micro=False).save(image, kind="png", scale=10, border=4)
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


async def page_screen(context: UpdateContext, how: str, host: str, path: str, keyboard: Keyboard) -> Screen:
    """The reader's own one-time page. `host` is the gym's web address, `path` holds the token.

    An address of the gym's own computer is written out: Telegram refuses it in a button, and a phone that
    scans it finds nothing.
    """
    address = f"{host}{path}"
    if not is_only_here(host):
        return await link_screen(context, how, address, keyboard, own=True)
    note = context.t(
        "It opens on the gym's own computer only: for phones, an admin sets the web address in Settings."
    )
    text = context.t("{how}\n\n{address}\n\n<i>{note}</i>", how=Html(how), address=address, note=Html(note))
    return Screen(text, keyboard, secret=True)
