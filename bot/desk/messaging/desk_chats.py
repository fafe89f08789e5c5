"""Desk chats in an admin's own chat: their list, what each of them hears, pausing and removing."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import DeskChats, MessagingMenu
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import KEEP_IT, Button, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.notification_kinds import group_buttons, group_lines
from gym.chats.desk_chats import DeskChatService
from gym.notifications.kinds import DESK_GROUPS, KindGroup
from gym.notifications.models import DeskChat

router = Router(Audience.STAFF)


@callback("dchat")
class ShowDeskChat(Callback):
    key: UUID


@callback("dcyes", changes=True)
class AcceptDeskChat(Callback):
    """An admin's consent, in the own chat."""

    key: UUID


@callback("dchear", changes=True)
class Hear(Callback):
    key: UUID
    group: KindGroup
    wanted: bool


@callback("dcphot", changes=True)
class PhotosCheckIn(Callback):
    """Whether photos of staff in this chat check clients in from now on."""

    key: UUID
    wanted: bool


@callback("dcmsgs", changes=True)
class TellMessages(Callback):
    """Whether this chat reads what members write to the desk from now on."""

    key: UUID
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
    lines += ["", *group_lines(t, DESK_GROUPS, heard), "", _messages_line(t, chat)]
    lines += ["", _photos_line(t, chat)]
    pause = t("⏸ Pause") if chat.active else t("▶️ Go on")
    return Screen(
        "\n".join(lines),
        [
            *group_buttons(t, DESK_GROUPS, heard, lambda group, wanted: Hear(chat.id, group, wanted)),
            [_messages_button(t, chat)],
            [_photos_button(t, chat)],
            [button(pause, PauseDeskChat(chat.id, chat.active)), button(t("🗑 Remove"), AskRemove(chat.id))],
            nav(t, back=DeskChats()),
        ],
    )


def _messages_line(t: HtmlTranslator, chat: DeskChat) -> str:
    if chat.tells_messages:
        return t("💬 Everybody in it reads what members write to the desk, and what they are answered.")
    return t("💬 It reads who has written to the desk, and not what: that opens in private.")


def _messages_button(t: HtmlTranslator, chat: DeskChat) -> Button:
    label = t("💬 Hide what they write") if chat.tells_messages else t("💬 Show what they write")
    return button(label, TellMessages(chat.id, not chat.tells_messages), wide=True)


def _photos_line(t: HtmlTranslator, chat: DeskChat) -> str:
    if not chat.checks_in:
        return t("📷 Photos that staff send there are left alone.")
    return t(
        "📷 A photo of one face that staff send there checks that client in: 👍 and, without a sound, the "
        "name with Undo; or the reason why not. Make me an admin of the group who may delete messages, for "
        "its photos go after ten minutes."
    )


def _photos_button(t: HtmlTranslator, chat: DeskChat) -> Button:
    label = t("📷 Leave photos alone") if chat.checks_in else t("📷 Check in by photos")
    return button(label, PhotosCheckIn(chat.id, not chat.checks_in), wide=True)


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


@router.on(PhotosCheckIn)
async def photos_check_in(context: UpdateContext, press: PhotosCheckIn) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).set_photos(press.key, check_in=press.wanted)
    await context.show(_card(context.t, chat))


@router.on(TellMessages)
async def tell_messages(context: UpdateContext, press: TellMessages) -> None:
    async with context.unit_of_work() as uow:
        chat = await DeskChatService(uow).set_messages(press.key, told=press.wanted)
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
