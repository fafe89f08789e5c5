"""Dead updates: updates that could not be handled, when and why; dismissed by an admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import MessagingMenu
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, button, nav, pager
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.chats.dead_updates import DeadUpdateService
from gym.chats.intake import DeadReason
from gym.chats.models import DeadUpdate
from gym.core.language import N_

router = Router(Audience.STAFF)

REASONS: Final[Mapping[str, str]] = {
    DeadReason.UNREADABLE: N_("It could not be read."),
    DeadReason.NO_ID: N_("It came without a valid number."),
    DeadReason.TOO_DEEP: N_("Its parts were nested too deep."),
    DeadReason.TOO_LARGE: N_("It was too large."),
    DeadReason.WRONG_SHAPE: N_("It was not built as Telegram builds them."),
    DeadReason.REFUSED: N_("The database would not take it."),
    DeadReason.FAILED: N_("Something went wrong while it was answered."),
    DeadReason.TIMED_OUT: N_("Answering it took too long."),
    DeadReason.GIVEN_UP: N_("It was tried too often without success."),
}


@callback("upds")
class DeadUpdates(Callback):
    page: int = 0


@callback("updno", changes=True)
class DismissUpdate(Callback):
    """Dismiss one, or without a key all of them."""

    key: UUID | None


async def unhandled(context: UpdateContext) -> int:
    """How many nobody has looked at, for the badge of the button that leads to them."""
    async with context.unit_of_work() as uow:
        return await DeadUpdateService(uow).count()


@router.on(DeadUpdates)
async def dead_updates(context: UpdateContext, press: DeadUpdates) -> None:
    async with context.unit_of_work() as uow:
        page = await DeadUpdateService(uow).page(press.page)
    t = context.t
    if not page.items:
        text = t("📥 <b>Not handled</b>\n\nEverything that came was handled.")
        await context.show(Screen(text, [nav(t, back=MessagingMenu())]))
        return
    title = t.plural(
        "📥 <b>Not handled</b>\n\n{count} message or tap could not be handled. What it said is not shown;"
        " whoever sent it can send it again. If this goes on, tell whoever runs the server.",
        "📥 <b>Not handled</b>\n\n{count} messages or taps could not be handled. What they said is not shown;"
        " whoever sent them can send them again. If this goes on, tell whoever runs the server.",
        page.total,
    )
    lines = [Html(f"• {_line(t, one)}") for one in page.items]
    rows: list[list[Button]] = [[button(_label(t, one), DismissUpdate(one.id))] for one in page.items]
    every = [button(t("Dismiss all"), DismissUpdate(None))]
    keyboard = [*rows, pager(page.number, page.pages, DeadUpdates), every, nav(t, back=MessagingMenu())]
    await context.show(Screen(Html("\n".join([title, "", *lines])), keyboard))


def _line(t: HtmlTranslator, one: DeadUpdate) -> Html:
    reason = t(REASONS.get(one.reason, REASONS[DeadReason.FAILED]))
    parts = [t("{number}, {at}: {reason}", number=_number(one), at=one.at, reason=reason)]
    if one.code:
        parts.append(t("Code {code}.", code=one.code))
    if one.times > 1:
        parts.append(t.plural("{count} time.", "{count} times.", one.times))
    return Html(" ".join(parts))


def _label(t: HtmlTranslator, one: DeadUpdate) -> str:
    return t("Dismiss {number}", number=_number(one))


def _number(one: DeadUpdate) -> str:
    return str(one.update_id) if one.update_id is not None else "—"


@router.on(DismissUpdate)
async def dismiss_update(context: UpdateContext, press: DismissUpdate) -> None:
    async with context.unit_of_work() as uow:
        count = await DeadUpdateService(uow).dismiss(press.key)
    await context.answer(context.t.plural("{count} laid aside.", "{count} laid aside.", count))
    await go(context, DeadUpdates())
