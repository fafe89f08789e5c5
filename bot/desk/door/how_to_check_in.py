"""How somebody is checked in at the desk: by photo, by name or document, by QR."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import ClientSearch
from bot.ui.buttons.door import WhoIsIn
from bot.ui.buttons.menu import HowToCheckIn
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_

router = Router(Audience.STAFF)
router.home(N_("✅ Check in"), HowToCheckIn())


@router.on(HowToCheckIn)
async def how_to_check_in(context: UpdateContext, _: HowToCheckIn) -> None:
    t = context.t
    text = t(
        "✅ <b>Who comes in?</b>\n\n"
        "📷 Send a photo of their face,\n"
        "⌨️ or type a name, document, phone or card number,\n"
        "🔳 or point this phone's camera at the QR of their chat or card, or send a picture of it.\n\n"
        "The card opens; <b>Check in</b> stands on it."
    )
    rows = [[button(t("🏋️ Who is in"), WhoIsIn()), button(t("👥 Clients"), ClientSearch())]]
    await context.show(Screen(text, [*rows, nav(t)]))
