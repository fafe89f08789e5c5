"""My QR: a signed code for the kiosk, valid for one minute."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot.routing.router import Audience, Router
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.links import qr_png
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.security.signed_links import SignedLinks
from gym.settings.addresses import bot_link

router = Router(Audience.MEMBER)
LIFETIME: Final = timedelta(seconds=60)
"""A picture of the code, sent to somebody else, is worthless after a minute."""


@callback("myqr")
class MyQr(Callback):
    """Draw a fresh code."""


router.home(N_("🔳 My QR"), MyQr())


@router.on(MyQr)
async def my_qr(context: UpdateContext, _: MyQr) -> None:
    await show_qr(context)


@router.command("qr", N_("My QR"))
async def qr_command(context: UpdateContext) -> None:
    await show_qr(context)


async def show_qr(context: UpdateContext) -> None:
    """A fresh code."""
    client = context.identity.client
    assert client is not None
    payload = SignedLinks(context.gym.secrets.jwt).sign_member_qr(client.id, context.now + LIFETIME)
    picture = await asyncio.to_thread(qr_png, bot_link(context.settings, payload))
    t = context.t
    text = t("Show this to the kiosk. It works for a minute.")
    again = [[button(t("🔄 New code"), MyQr())], nav(t)]
    await context.show(Screen(text, again, photo=picture, drawn=True, secret=True))
