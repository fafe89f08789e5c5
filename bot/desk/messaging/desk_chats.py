"""Desk chats: a group or topic that hears of the desk; what it hears, paused or removed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from telegram import ChatMember, ChatMemberUpdated
from telegram.error import Forbidden

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import MessagingMenu
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import KEEP_IT, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from bot.ui.wording.notification_kinds import group_buttons, group_lines
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.core.language import N_
from gym.notifications.kinds import DESK_GROUPS, KindGroup
from gym.notifications.models import DeskChat
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
groups = Router(Audience.ANYONE)
"""Anybody may add the bot to a group or remove it."""
OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)


@callback("dchats")
class DeskChats(Callback):
    """List the desk chats."""


@callback("dchat")
class ShowDeskChat(Callback):
    key: UUID


@callback("dchere", changes=True)
class DeskHere(Callback):
    """A button in the group itself, where earlier releases asked."""


@callback("dcyes", changes=True)
class AcceptDeskChat(Callback):
    """An admin's consent, in the own chat."""

    key: UUID


@callback("dchear", changes=True)
class Hear(Callback):
    key: UUID
    group: KindGroup
    wanted: bool


@callback("dcstop", changes=True)
class PauseDeskChat(Callback):
    key: UUID
    paused: bool


@callback("dcask")
class AskRemove(Callback):
    key: UUID


@callback("dcgone", changes=True)
class RemoveDeskChat(Callback):
    key: UUID


# In the group


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


# In private


@router.on(DeskChats)
async def desk_chats(context: UpdateContext, _: DeskChats) -> None:
    async with context.unit_of_work() as uow:
        chats = await DeskChatService(uow).all()
    t = context.t
    lines = [t("💬 <b>Desk chats</b>"), ""]
    if not any(chat.active and chat.gone_at is None for chat in chats):
        lines += [t("There is none that listens: every admin hears everything here in their own chat."), ""]
    lines.append(t("To add one, take me into a group, or write /desk in a group or topic I am in."))
    rows = [[button(f"{_sign(chat)} {chat.title}", ShowDeskChat(chat.id), wide=True)] for chat in chats]
    await context.show(Screen("\n".join(lines), [*rows, nav(t, back=MessagingMenu())]))


def _sign(chat: DeskChat) -> str:
    if chat.gone_at is not None:
        return "🚫"
    if chat.active:
        return "💬"
    return "⏸" if chat.offered_at is None else "❔"


@router.on(ShowDeskChat)
async def show_desk_chat(context: UpdateContext, press: ShowDeskChat) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).get(press.key)
    await context.show(_card(context.t, chat))


def _card(t: HtmlTranslator, chat: DeskChat) -> Screen:
    heard = DESK_GROUPS if chat.kinds is None else chat.kinds
    lines = [f"{_sign(chat)} <b>{t.text(chat.title)}</b>"]
    if chat.gone_at is not None:
        lines.append(t("🚫 I cannot write there since {at}: take me in again.", at=chat.gone_at))
    if chat.offered_at is not None and not chat.active:
        return _waiting(t, chat, lines)
    if not chat.active:
        lines.append(t("⏸ Paused: it hears nothing."))
    lines += ["", *group_lines(t, DESK_GROUPS, heard)]
    pause = t("⏸ Pause") if chat.active else t("▶️ Go on")
    return Screen(
        "\n".join(lines),
        [
            *group_buttons(t, DESK_GROUPS, heard, lambda group, wanted: Hear(chat.id, group, wanted)),
            [button(pause, PauseDeskChat(chat.id, chat.active)), button(t("🗑 Remove"), AskRemove(chat.id))],
            nav(t, back=DeskChats()),
        ],
    )


def _waiting(t: HtmlTranslator, chat: DeskChat, lines: list[str]) -> Screen:
    lines.append(t("❔ It waits for an admin's word, and I say nothing there."))
    yes = button(t("✅ Make it a desk chat"), AcceptDeskChat(chat.id), wide=True)
    return Screen(
        "\n".join(lines), [[yes], [button(t("🗑 Remove"), AskRemove(chat.id))], nav(t, back=DeskChats())]
    )


@router.on(AcceptDeskChat)
async def accept(context: UpdateContext, press: AcceptDeskChat) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).accept(press.key)
    screen = _card(context.t, chat)
    done = context.t("✅ This is a desk chat: <b>{title}</b>.", title=chat.title)
    await context.show(replace(screen, text=f"{done}\n\n{screen.text}"))


@router.on(Hear)
async def hear(context: UpdateContext, press: Hear) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).set_group(press.key, press.group, wanted=press.wanted)
    await context.show(_card(context.t, chat))


@router.on(PauseDeskChat)
async def pause(context: UpdateContext, press: PauseDeskChat) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).pause(press.key, paused=press.paused)
    await context.show(_card(context.t, chat))


@router.on(AskRemove)
async def ask_remove(context: UpdateContext, press: AskRemove) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).get(press.key)
    t = context.t
    text = t(
        "Remove <b>{title}</b>? It hears nothing of the desk any more. I stay in the group until somebody "
        "takes me out.",
        title=chat.title,
    )
    answers = yes_no(t, button(t("🗑 Remove"), RemoveDeskChat(press.key)), ShowDeskChat(press.key), KEEP_IT)
    await context.show(Screen(text, [answers, nav(t)]))


@router.on(RemoveDeskChat)
async def remove(context: UpdateContext, press: RemoveDeskChat) -> None:
    async with context.unit_of_work() as uow:
        await DeskChatService(uow).remove(press.key)
    await go(context, DeskChats())
