"""Dead letters: messages that could not be delivered, to whom and why; sent again or dismissed."""

from __future__ import annotations

from uuid import UUID

from bot.messages import WordingContext, word_stored
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.settings import DeadLetters, MessagingMenu
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav, pager
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.chats.dead_letters import DeadLetter, DeadLetterService
from gym.settings.schemas import GymSettings

router = Router(Audience.STAFF)


@callback("dead")
class ShowDeadLetter(Callback):
    key: UUID


@callback("deadre", changes=True)
class SendAgain(Callback):
    """Send one again, or without a key all of them."""

    key: UUID | None


@callback("deadno", changes=True)
class Dismiss(Callback):
    key: UUID | None


async def waiting(context: UpdateContext) -> int:
    """How many wait for a decision, for the badge of the button that leads to them."""
    async with context.unit_of_work() as uow:
        return await DeadLetterService(uow).count()


@router.on(DeadLetters)
async def dead_letters(context: UpdateContext, press: DeadLetters) -> None:
    async with context.unit_of_work() as uow:
        page = await DeadLetterService(uow).page(press.page)
        held = await DeadLetterService(uow).held()
    t = context.t
    if not page.items:
        text = t("⚠️ <b>Undelivered</b>\n\nEverything was told.")
        await context.show(Screen(text, [nav(t, back=MessagingMenu())]))
        return
    text = _heading(t, page.total, held)
    rows = [[button(_label(t, one), ShowDeadLetter(one.id), wide=True)] for one in page.items]
    every = [button(t("Dismiss all"), Dismiss(None)), button(t("Send all again"), SendAgain(None))]
    await context.show(
        Screen(
            text, [*rows, pager(page.number, page.pages, DeadLetters), every, nav(t, back=MessagingMenu())]
        )
    )


def _heading(t: HtmlTranslator, total: int, held: int) -> str:
    """Why they wait; of what is held after a restore nobody knows whether it was told."""
    refused = t.plural(
        "⚠️ <b>Undelivered</b>\n\nTelegram did not take {count} message. Look at it, or decide right here:",
        "⚠️ <b>Undelivered</b>\n\nTelegram did not take {count} messages. Look at one, or decide on all:",
        total - held,
    )
    restored = t.plural(
        "⏳ {count} message waits since the gym was restored: it may have been told before. Look at it, or "
        "decide right here:",
        "⏳ {count} messages wait since the gym was restored: they may have been told before. Look at one, "
        "or decide on all:",
        held,
    )
    if not held:
        return refused
    first = refused if total > held else t("⚠️ <b>Undelivered</b>")
    return f"{first}\n\n{restored}"


def _label(t: HtmlTranslator, one: DeadLetter) -> str:
    day = t.day(one.due_at.astimezone(t.zone), short=True)
    return f"{one.reader or '—'} · {day}, {t.time(one.due_at)}"


@router.on(ShowDeadLetter)
async def show_dead_letter(context: UpdateContext, press: ShowDeadLetter) -> None:
    async with context.unit_of_work() as uow:
        one = await DeadLetterService(uow).get(press.key)
    t = context.t
    lines = [
        t("✉️ To <b>{reader}</b>, {at}", reader=one.reader or "—", at=one.due_at),
        _why(t, one),
        "",
        worded(t, one, context.settings),
    ]
    choices = [button(t("Dismiss"), Dismiss(one.id)), button(t("Send again"), SendAgain(one.id))]
    await context.show(Screen("\n".join(lines), [choices, nav(t, back=DeadLetters())]))


def _why(t: HtmlTranslator, one: DeadLetter) -> str:
    if one.is_held:
        return t("⏳ Held: the gym was restored since it was due, and it may have been told before.")
    return t.plural(
        "🚫 Why: {reason} ({count} try)", "🚫 Why: {reason} ({count} tries)", one.tries, reason=one.reason
    )


def worded(t: HtmlTranslator, one: DeadLetter, settings: GymSettings) -> Html:
    """The message's text in the reader's language; its kind where it cannot be worded."""
    try:
        text = word_stored(t, one.kind, one.payload, WordingContext(settings))
    except (LookupError, ValueError, TypeError, ArithmeticError):
        return Html(t.text(one.kind))
    return Html(f"<blockquote>{text}</blockquote>")


@router.on(SendAgain)
async def send_again(context: UpdateContext, press: SendAgain) -> None:
    async with context.unit_of_work() as uow:
        count = await DeadLetterService(uow).send_again(press.key)
    await context.answer(
        context.t.plural("{count} message goes out again.", "{count} messages go out again.", count)
    )
    await go(context, DeadLetters())


@router.on(Dismiss)
async def dismiss(context: UpdateContext, press: Dismiss) -> None:
    async with context.unit_of_work() as uow:
        count = await DeadLetterService(uow).dismiss(press.key)
    await context.answer(
        context.t.plural("{count} message laid aside.", "{count} messages laid aside.", count)
    )
    await go(context, DeadLetters())
