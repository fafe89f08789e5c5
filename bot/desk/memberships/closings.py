"""Closings of the gym: days on which every plan rests, and opening earlier than planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot.desk.memberships.gifts import GiftEverybody
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.freeze_days import START, last_day, lengths, read_until, show_until
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.memberships import CloseGym
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav, pager
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import span
from gym.core.database.repository import Page
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import GymClosure

router = Router(Audience.STAFF)


@callback("clnew")
class NewClosing(Callback):
    """Ask for the days of a new closing."""


@callback("clopen")
class OpenGym(Callback):
    """Ask whether the gym opens earlier than planned."""

    closure_id: UUID


@callback("clopn2", changes=True)
class OpenGymNow(Callback):
    closure_id: UUID


router.manage(MenuGroup.PLANS, N_("🏖 Closings and gifts"), CloseGym(), permission=Permission.GIFT_DAYS)


@router.on(CloseGym)
async def closings(context: UpdateContext, press: CloseGym) -> None:
    async with context.unit_of_work() as uow:
        uow.actor.require(Permission.GIFT_DAYS)
        page = await FreezeService(uow).closures(press.page)
    await context.show(_list_screen(context.t, page, context.today))


def _list_screen(t: HtmlTranslator, page: Page[GymClosure], today: date) -> Screen:
    lines = [f"{_closing(t, one)} · {t.text(one.reason)}" for one in page.items]
    body = lines or [t("The gym was never closed. When it is, every plan rests and nobody loses a day.")]
    opens: Keyboard = [
        [button(_opening(t, one, today), OpenGym(one.id), wide=True)]
        for one in page.items
        if one.ends_on >= today
    ]
    rows: Keyboard = [
        [button(t("🔒 Close the gym"), NewClosing()), button(t("🎁 Gift to all"), GiftEverybody())],
        *opens,
        pager(page.number, page.pages, CloseGym),
        nav(t, back=ManageGroup(MenuGroup.PLANS)),
    ]
    return Screen("\n".join([t("<b>Closings</b>"), "", *body]), rows)


def _opening(t: HtmlTranslator, one: GymClosure, today: date) -> str:
    if one.starts_on > today:
        return t("✖️ Call off: {day}", day=one.starts_on)
    return t("☀️ Open again: {day}", day=one.starts_on)


def _closing(t: HtmlTranslator, one: GymClosure) -> str:
    return "🔒 " + span(t, one.starts_on, one.ends_on)


# Closing ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(NewClosing)
async def new_closing(context: UpdateContext, _: NewClosing) -> None:
    async with context.unit_of_work() as uow:
        uow.actor.require(Permission.FREEZE_BEYOND_PLAN)
    await begin(context, CLOSING, back=CloseGym())


async def _lengths(ctx: FormContext) -> Sequence[Choice]:
    return lengths(ctx, None, shortest=1)


async def _close_summary(ctx: FormContext) -> str:
    t = ctx.t
    days = span(t, ctx.value("starts_on", date), last_day(ctx))
    return "\n".join(
        [
            "🔒 " + days,
            t("✍️ {reason}", reason=ctx.value("reason", str)),
            "",
            t("Every plan that covers these days, sold before or after, rests and ends later by as many."),
            t("Renewals move along."),
            t("Members whose plan rests are told."),
        ]
    )


async def _close(ctx: FormContext) -> Screen:
    starts_on, ends_on = ctx.value("starts_on", date), last_day(ctx)
    assert ends_on is not None, "a closing has a last day"
    reason = ctx.value("reason", str)
    done = await ctx.run(lambda uow: FreezeService(uow).close_gym(starts_on, ends_on, reason, key=ctx.key))
    t = ctx.t
    lines = [
        t("🔒 <b>The gym is closed</b> {days}.", days=Html(span(t, starts_on, ends_on))),
        "",
        t.plural("{count} plan rests.", "{count} plans rest.", done.frozen),
        t.plural("{count} plan has new dates.", "{count} plans have new dates.", done.extended),
    ]
    return Screen("\n".join(lines), [nav(t, back=CloseGym())])


CLOSING = router.form(
    Form(
        name="closing",
        title=N_("Close the gym"),
        steps=[
            START,
            Step(
                "until",
                N_("Last day"),
                N_("Until when? Choose, or type how many days or the last day, such as 31 December."),
                choices=_lengths,
                parse=read_until,
                show=show_until,
            ),
            reason_step(N_("Why is it closed? Write it in a few words: members read them.")),
        ],
        summary=_close_summary,
        submit=_close,
        confirm=N_("Close the gym"),
    )
)


@router.on(OpenGym)
async def ask_open(context: UpdateContext, press: OpenGym) -> None:
    t = context.t
    text = t(
        "<b>Open on these days?</b>\n\nThe closed days from today on go back: plans end earlier by as many."
    )
    now = button(t("✅ Open"), OpenGymNow(press.closure_id))
    await context.show(Screen(text, [[now], nav(t, back=CloseGym())]))


@router.on(OpenGymNow)
async def open_now(context: UpdateContext, press: OpenGymNow) -> None:
    done = await context.run(lambda uow: FreezeService(uow).open_gym(press.closure_id))
    t = context.t
    text = t("☀️ <b>The gym is open on these days.</b>") + "\n\n"
    text += t.plural("{count} plan has new dates.", "{count} plans have new dates.", done.extended)
    await context.show(Screen(text, [nav(t, back=CloseGym())]))
