"""Closings of the gym and gift days: extensions of all subscriptions, or of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.freeze_days import START, last_day, lengths, read_until, show_until
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import CloseGym, GiftPlanDays
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav, pager
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import span
from gym.core.database.repository import Page
from gym.core.language import N_
from gym.core.reading.counts import DAYS, read_count
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.freezes.errors import GiftOutOfRange
from gym.subscriptions.freezes.gift_days import MOST
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import GymClosure
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)
GIFTS: Final = (1, 2, 3, 5, 7, 15)


@callback("clnew")
class NewClosing(Callback):
    """Close the gym on some days."""


@callback("clopen")
class OpenGym(Callback):
    """Open earlier than planned; asks first."""

    closure_id: UUID


@callback("clopn2", changes=True)
class OpenGymNow(Callback):
    closure_id: UUID


@callback("giftal")
class GiftEverybody(Callback):
    """Days for everybody whose plan runs."""


router.home(N_("🔒 Closings and gifts"), CloseGym(), permission=Permission.GIFT_DAYS)


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
        [button(t("☀️ Open again: {day}", day=one.starts_on), OpenGym(one.id), wide=True)]
        for one in page.items
        if one.ends_on >= today
    ]
    rows: Keyboard = [
        [button(t("🔒 Close the gym"), NewClosing()), button(t("🎁 Gift to all"), GiftEverybody())],
        *opens,
        pager(page.number, page.pages, CloseGym),
        nav(t),
    ]
    return Screen("\n".join([t("<b>Closings</b>"), "", *body]), rows)


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
        "<b>Open the gym today?</b>\n\nThe closed days from today on go back: plans end earlier by as many."
    )
    now = button(t("✅ Open"), OpenGymNow(press.closure_id))
    await context.show(Screen(text, [[now], nav(t, back=CloseGym())]))


@router.on(OpenGymNow)
async def open_now(context: UpdateContext, press: OpenGymNow) -> None:
    done = await context.run(lambda uow: FreezeService(uow).open_gym(press.closure_id))
    t = context.t
    text = t("☀️ <b>The gym is open.</b>") + "\n\n"
    text += t.plural("{count} plan has new dates.", "{count} plans have new dates.", done.extended)
    await context.show(Screen(text, [nav(t, back=CloseGym())]))


# Gifts ────────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(GiftPlanDays)
async def gift(context: UpdateContext, press: GiftPlanDays) -> None:
    async with context.unit_of_work() as uow:
        uow.actor.require(Permission.GIFT_DAYS)
        one = await SubscriptionService(uow).get(press.subscription_id)
        await FourEyes(uow).require_another(one.client_id, Permission.GIFT_DAYS, acts=False)
    await begin(context, GIFT, {"subscription_id": one.id}, back=Card(one.client_id))


@router.on(GiftEverybody)
async def gift_everybody(context: UpdateContext, _: GiftEverybody) -> None:
    async with context.unit_of_work() as uow:
        uow.actor.require(Permission.GIFT_DAYS)
    await begin(context, GIFT_ALL, back=CloseGym())


async def _gift_days(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(days, ctx.t.plural("{count} day", "{count} days", days)) for days in GIFTS]


def _read_days(text: str, ctx: FormContext) -> int:
    days = read_count(text, DAYS)
    if days is None or not 1 <= days <= MOST:
        raise GiftOutOfRange(MOST)
    return days


async def _gift_summary(ctx: FormContext) -> str:
    async with ctx.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(ctx.value("subscription_id", UUID))
    t = ctx.t
    return "\n".join(
        [
            t("👤 {client}", client=one.client.full_name),
            t("🏷 {plan}, until {day}", plan=one.plan.name, day=one.ends_on),
            t.plural("🎁 {count} day as a gift", "🎁 {count} days as a gift", ctx.value("days", int)),
            t("✍️ {reason}", reason=ctx.value("reason", str)),
        ]
    )


async def _gift(ctx: FormContext) -> Screen:
    subscription_id, days = ctx.value("subscription_id", UUID), ctx.value("days", int)
    reason = ctx.value("reason", str)
    one = await ctx.run(lambda uow: FreezeService(uow).gift(subscription_id, days, reason, key=ctx.key))
    t = ctx.t
    text = t(
        "🎁 Given. {plan} of {client} runs until <b>{day}</b> now.",
        plan=one.plan.name,
        client=one.client.full_name,
        day=one.ends_on,
    )
    return Screen(text, [nav(t, back=Card(one.client_id))])


async def _all_summary(ctx: FormContext) -> str:
    t = ctx.t
    return "\n".join(
        [
            t("Everybody whose plan runs today gets this, and hears of it."),
            "",
            t.plural("🎁 {count} day as a gift", "🎁 {count} days as a gift", ctx.value("days", int)),
            t("✍️ {reason}", reason=ctx.value("reason", str)),
        ]
    )


async def _gift_all(ctx: FormContext) -> Screen:
    days, reason = ctx.value("days", int), ctx.value("reason", str)
    count = await ctx.run(lambda uow: FreezeService(uow).gift_everybody(days, reason, key=ctx.key))
    text = ctx.t.plural("🎁 Given to {count} plan.", "🎁 Given to {count} plans.", count)
    return Screen(text, [nav(ctx.t, back=CloseGym())])


GIFT_STEPS: Final = (
    Step(
        "days",
        N_("Days"),
        N_("How many days? Choose or type a number."),
        choices=_gift_days,
        parse=_read_days,
        columns=3,
    ),
    reason_step(N_("Why? The client reads it too. Write it in a few words.")),
)
GIFT = router.form(
    Form(
        name="gift_days",
        title=N_("Gift days"),
        steps=GIFT_STEPS,
        summary=_gift_summary,
        submit=_gift,
        confirm=N_("Give them"),
    )
)
GIFT_ALL = router.form(
    Form(
        name="gift_all",
        title=N_("Gift for everybody"),
        steps=GIFT_STEPS,
        summary=_all_summary,
        submit=_gift_all,
        confirm=N_("Give them"),
    )
)
