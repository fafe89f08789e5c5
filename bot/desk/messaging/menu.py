"""The messaging menu of admins: broadcasts, desk chats, undelivered messages."""

from __future__ import annotations

from bot.desk.messaging.broadcasts import Broadcasts
from bot.desk.messaging.dead_letters import waiting
from bot.desk.messaging.dead_updates import DeadUpdates, unhandled
from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyPreferences
from bot.ui.buttons.menu import Manage, MenuGroup
from bot.ui.buttons.settings import DeadLetters, DeskChats, MessagingMenu
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


async def undecided(context: UpdateContext) -> int:
    """How many dead letters and dead updates wait for a decision."""
    return await waiting(context) + await unhandled(context)


router.manage(
    MenuGroup.MESSAGES, N_("📨 Messages"), MessagingMenu(), Permission.CHANGE_SETTINGS, badge=undecided
)


@router.on(MessagingMenu)
async def messages(context: UpdateContext, _: MessagingMenu) -> None:
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    t, undelivered, dead = context.t, await waiting(context), await unhandled(context)
    rows = [
        [button(t("📣 Broadcast"), Broadcasts()), button(t("💬 Desk chats"), DeskChats())],
        [button(t("🔔 My notifications"), MyPreferences(desk=True))],
    ]
    if undelivered:
        rows.append([button(t("⚠️ Undelivered ({count})", count=undelivered), DeadLetters(), wide=True)])
    if dead:
        rows.append([button(t("📥 Not handled ({count})", count=dead), DeadUpdates(), wide=True)])
    text = t("📨 <b>Messages</b>\n\nWhat the gym tells, and to whom:")
    await context.show(Screen(text, [*rows, nav(t, back=Manage())]))
