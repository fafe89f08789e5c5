"""A sale or renewal with another first day or a discount; above the own limit an admin is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from bot.desk.memberships.renewals import RenewalDetails, RenewAs, best_reward
from bot.desk.memberships.sale_screens import quote_text, sold_screen
from bot.desk.memberships.sales import OfferPlan, SaleDetails
from bot.forms.answers import read_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskDiscount
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import RenewPlan
from bot.ui.callbacks import Callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.refusals import REFUSALS, refusal_screen
from gym.core.language import N_
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.subscriptions.discounts import NO_DISCOUNT, Discount, DiscountTooLarge, parse_discount
from gym.subscriptions.sales.offers import days_of_start
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)
SEEN: Final = "seen"
"""The answer in which a form keeps the mark of the offer that its summary has shown."""


@router.on(SaleDetails)
async def sale_details(context: UpdateContext, press: SaleDetails) -> None:
    values = {"client_id": press.client_id, "plan_id": press.plan_id}
    await begin(context, SALE, values, back=OfferPlan(press.client_id, press.plan_id))


@router.on(RenewalDetails)
async def renewal_details(context: UpdateContext, press: RenewalDetails) -> None:
    async with context.unit_of_work() as uow:
        client_id = (await SubscriptionService(uow).get(press.renews_id)).client_id
        reward = await best_reward(uow, client_id) if press.rewarded else None
    values: dict[str, object] = {
        "client_id": client_id,
        "plan_id": press.plan_id,
        "renews_id": press.renews_id,
    }
    if reward is not None:
        values["reward_id"] = reward.id
    await begin(context, RENEWAL, values, back=RenewPlan(client_id))


async def _first_days(ctx: FormContext) -> Sequence[Choice]:
    """The days on which this plan can be sold: today, and the day after the plan that runs."""
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        service = SubscriptionService(uow)
        near = {uow.today: ctx.t("Today")}
        current = await service.current(client_id)
        if current is not None:
            day = current.ends_on + timedelta(days=1)
            near[day] = ctx.t("After this plan: {day}", day=day)
        return [
            Choice(day, label)
            for day, label in near.items()
            if await _sells(service, client_id, plan_id, day)
        ]


async def _sells(service: SubscriptionService, client_id: UUID, plan_id: UUID, day: date) -> bool:
    """Whether the rule that judges the sale allows the day."""
    try:
        await service.quote_sale(client_id, plan_id, day)
    except REFUSALS:
        return False
    return True


async def _read_day(text: str, ctx: FormContext) -> date:
    """A day, refused while it is typed when nothing can be sold from it."""
    day = read_day(text, ctx, days_of_start(ctx.context.today))
    async with ctx.unit_of_work() as uow:
        service = SubscriptionService(uow)
        await service.quote_sale(ctx.value("client_id", UUID), ctx.value("plan_id", UUID), day)
    return day


def _read_discount(text: str, ctx: FormContext) -> str:
    """A discount, checked while it is typed and kept as it was typed."""
    parse_discount(text, ctx.context.conventions)
    return text.strip()


def _discount(ctx: FormContext) -> Discount:
    typed = ctx.maybe("discount", str)
    return parse_discount(typed, ctx.context.conventions) if typed else NO_DISCOUNT


def _above_limit(ctx: FormContext, error: DiscountTooLarge) -> str:
    return f"⚠️ {say_error(ctx.t, error)}\n\n" + ctx.t("Confirm, and you can ask an admin for it.")


def _ask_admin(ctx: FormContext, error: DiscountTooLarge, starts_on: date | None, again: Callback) -> Screen:
    """The refusal, with a button that asks an admin for the same."""
    t, client_id = ctx.t, ctx.value("client_id", UUID)
    ask = AskDiscount.of(client_id, ctx.value("plan_id", UUID), _discount(ctx), starts_on)
    rows = [
        [button(t("📨 Ask an admin"), ask, wide=True)],
        [button(t("Smaller discount"), again, wide=True)],
        nav(t, back=Card(client_id)),
    ]
    return Screen(f"⚠️ {say_error(t, error)}", rows)


# A sale ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _sale_summary(ctx: FormContext) -> str:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    starts_on = ctx.value("starts_on", date)
    try:
        async with ctx.unit_of_work() as uow:
            service = SubscriptionService(uow)
            quote = await service.quote_sale(client_id, plan_id, starts_on, _discount(ctx))
    except DiscountTooLarge as error:
        return _above_limit(ctx, error)
    return await _shown(ctx, quote)


async def _shown(ctx: FormContext, quote: Quote) -> str:
    """The offer; its mark is kept, so that at another price or on other days it is not sold."""
    ctx.state.put(SEEN, quote.mark)
    async with ctx.unit_of_work() as uow:
        debts = await DebtService(uow).of_client(quote.client.id)
    return quote_text(ctx.t, quote, debts)


async def _sell(ctx: FormContext) -> Screen:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    starts_on = ctx.value("starts_on", date)
    try:
        async with ctx.unit_of_work() as uow:
            sold = await SubscriptionService(uow).sell(
                client_id,
                plan_id,
                starts_on=starts_on,
                discount=_discount(ctx),
                seen=ctx.maybe(SEEN, str),
                key=ctx.key,
            )
            credit = await ClientCredit(uow).balance(client_id)
            owed = await DebtService(uow).of_client(client_id)
    except DiscountTooLarge as error:
        return _ask_admin(ctx, error, starts_on, SaleDetails(client_id, plan_id))
    except REFUSALS as error:
        return refusal_screen(ctx.t, error, client_id, again=OfferPlan(client_id, plan_id))
    return sold_screen(ctx.t, sold, credit, owed)


# A renewal ────────────────────────────────────────────────────────────────────────────────────────────────


async def _renewal_quote(ctx: FormContext) -> Quote:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        return await SubscriptionService(uow).quote_renewal(
            client_id, plan_id, _discount(ctx), reward_id=ctx.maybe("reward_id", UUID)
        )


async def _renewal_summary(ctx: FormContext) -> str:
    try:
        return await _shown(ctx, await _renewal_quote(ctx))
    except DiscountTooLarge as error:
        return _above_limit(ctx, error)


async def _renew(ctx: FormContext) -> Screen:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    renews_id, reward_id = ctx.value("renews_id", UUID), ctx.maybe("reward_id", UUID)
    try:
        async with ctx.unit_of_work() as uow:
            sold = await SubscriptionService(uow).renew(
                client_id,
                plan_id,
                discount=_discount(ctx),
                reward_id=reward_id,
                renews_id=renews_id,
                seen=ctx.maybe(SEEN, str),
                key=ctx.key,
            )
            credit = await ClientCredit(uow).balance(client_id)
            owed = await DebtService(uow).of_client(client_id)
    except DiscountTooLarge as error:
        again = RenewalDetails(renews_id, plan_id, reward_id is not None)
        return _ask_admin(ctx, error, None, again)
    except REFUSALS as error:
        return refusal_screen(ctx.t, error, client_id, again=RenewAs(client_id, plan_id))
    return sold_screen(ctx.t, sold, credit, owed, heading=ctx.t("✅ <b>Renewed</b>"))


DISCOUNT = Step(
    "discount",
    N_("Discount"),
    N_("Any discount? Type an amount such as 15000, or a percentage such as 10%."),
    parse=_read_discount,
    optional=True,
)
SALE = router.form(
    Form(
        name="sale",
        title=N_("Sell a plan"),
        steps=[
            Step(
                "starts_on",
                N_("First day"),
                N_("From which day? Type one, such as 3 August or Friday."),
                choices=_first_days,
                parse=_read_day,
            ),
            DISCOUNT,
        ],
        summary=_sale_summary,
        submit=_sell,
    )
)
RENEWAL = router.form(
    Form(
        name="renewal",
        title=N_("Renew a plan"),
        steps=[DISCOUNT],
        summary=_renewal_summary,
        submit=_renew,
    )
)
