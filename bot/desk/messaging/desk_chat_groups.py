"""Desk chats in their groups: the bot added or removed, /desk in a group or topic, and the question to an
admin."""

from __future__ import annotations

from telegram import ChatMember, ChatMemberUpdated
from telegram.error import Forbidden

from bot.desk.messaging.desk_chats import AcceptDeskChat
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import DeskChats
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.core.language import N_
from gym.notifications.models import DeskChat
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
groups = Router(Audience.ANYONE)
"""Anybody may add the bot to a group or remove it."""
OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)


@callback("dchere", changes=True)
class DeskHere(Callback):
    """A button in the group itself, where earlier releases asked."""


@groups.group
async def membership(context: UpdateContext) -> None:
    """Added to a group by the team, ask in private; removed, mark the desk chat."""
    change = context.membership
    assert change is not None
    if change.new_chat_member.status in OUTSIDE:
        async with context.stranger_unit_of_work() as uow:
            await DeskChatService(uow).lost(context.chat_id)
    elif _is_arrival(change) and context.identity.staff is not None:
        await _ask_in_private(context)


def _is_arrival(change: ChatMemberUpdated) -> bool:
    return change.old_chat_member.status in OUTSIDE


@router.command("desk", surface=Surface.ELSEWHERE)
async def desk(context: UpdateContext) -> None:
    """/desk: in a group or topic ask whether it shall hear of the desk; in private the list."""
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    if context.is_private:
        await go(context, DeskChats())
    elif context.surface is Surface.DESK:
        async with context.unit_of_work() as uow:
            chat = await DeskChatService(uow).at(_place(context))
        if chat is not None:
            await context.say(_is_one(context.t, chat))
    else:
        await _ask_in_private(context)


async def _ask_in_private(context: UpdateContext) -> None:
    """Ask in private: the group is told nothing before an admin has consented. Meanwhile it waits in the
    list."""
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).offer(_place(context))
    own = await context.in_private()
    try:
        await own.say(_offer(own, chat))
    except Forbidden:
        await context.services.chats.set_reachable(context.user_id, False)
    finally:
        await own.close()


@router.on(DeskHere, Surface.ELSEWHERE)
async def confirm(context: UpdateContext, _: DeskHere) -> None:
    """Answer the button that earlier releases put into groups."""
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).confirm(_place(context))
    await context.refresh()
    await context.show(_is_one(context.t, chat))


def _place(context: UpdateContext) -> ChatPlace:
    chat = context.update.effective_chat
    assert chat is not None
    topic = context.topic_id
    title = chat.title or str(chat.id)
    return ChatPlace(chat.id, topic, f"{title} / {_topic_name(context) or topic}" if topic else title)


def _topic_name(context: UpdateContext) -> str | None:
    """The topic's name, which Telegram gives only in the message that opened it; others reply to that one."""
    message = context.update.effective_message
    opened = getattr(message, "reply_to_message", None)
    return opened.forum_topic_created.name if opened is not None and opened.forum_topic_created else None


def _offer(context: UpdateContext, chat: DeskChat) -> Screen:
    """The question for an admin; a colleague reads who can answer it."""
    t = context.t
    text = t(
        N_(
            "👋 Shall <b>{title}</b> hear what happens at the desk: sales, payments, entries, requests? "
            "Everybody in it will read that. Until then I say nothing there.\n\n"
            "For one topic of a group only, write /desk in that topic."
        ),
        title=chat.title,
    )
    if context.identity.may(Permission.CHANGE_SETTINGS):
        return Screen(
            text, [[button(t("✅ Make it a desk chat"), AcceptDeskChat(chat.id), wide=True)], nav(t)]
        )
    how = t("An admin decides: it waits under Messages, Desk chats.")
    return Screen(f"{text}\n\n{how}", [nav(t)])


def _is_one(t: HtmlTranslator, chat: DeskChat) -> Screen:
    text = t("✅ This is a desk chat: <b>{title}</b>.", title=chat.title)
    return Screen(text + "\n" + t("What it hears is chosen in your own chat with me: /desk"))
