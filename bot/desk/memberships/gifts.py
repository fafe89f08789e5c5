"""Gift days at the desk: for one subscription, or for every plan that runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import CloseGym, GiftPlanDays
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.core.reading.counts import DAYS, read_count
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.freezes.errors import GiftOutOfRange
from gym.subscriptions.freezes.gift_days import MOST
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)
GIFTS: Final = (1, 2, 3, 5, 7, 15)


@callback("giftal")
class GiftEverybody(Callback):
    """Give days to everybody whose plan runs."""


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
