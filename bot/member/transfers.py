"""Paying from afar: a member chooses what and by which key, and is quoted amount, key and reference."""

from __future__ import annotations

import asyncio
from uuid import UUID

from bot.member.plan import tell_desk
from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyPayments, MyPlan
from bot.ui.buttons.transfers.paying import (
    PayFromAfar,
    QuoteByKey,
    RenewFromAfar,
    TellDesk,
    TypeTransferNumber,
)
from bot.ui.keyboards import Row, button, copying, grid, nav
from bot.ui.links import qr_png
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.ledger import owed_line
from gym.core.money import as_shown
from gym.plans.service import PlanService
from gym.subscriptions.service import SubscriptionService
from gym.transfers.models import PaymentKey, TransferQuote
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import TransferOffer

router = Router(Audience.MEMBER)
MOST_PLANS = 8


def _me(context: UpdateContext) -> UUID:
    client = context.identity.client
    assert client is not None, "the router lets in nobody else"
    return client.id


# What is paid ─────────────────────────────────────────────────────────────────────────────────────────────


@router.on(RenewFromAfar)
async def renew(context: UpdateContext, _: RenewFromAfar) -> None:
    """The plans on sale, the one that the member has before the others."""
    async with context.member_unit_of_work() as uow:
        latest = await SubscriptionService(uow).latest(_me(context))
        plans = await PlanService(uow).active()
    t, mine = context.t, latest.plan_id if latest else None
    plans.sort(key=lambda one: one.plan.id != mine)
    rows: list[Row] = []
    for one in plans[:MOST_PLANS]:
        label = f"{one.plan.name} · {t.money(one.price)}"
        rows.append([button(label, PayFromAfar(one.plan.id), wide=True)])
    text = t("🔁 <b>Renew</b>\nWhich plan do you want?")
    await context.show(
        Screen(text, [*rows, [button(t("🙋 Pay at the desk"), TellDesk())], nav(t, back=MyPlan())])
    )


@router.on(PayFromAfar)
async def pay(context: UpdateContext, press: PayFromAfar) -> None:
    """What would be sent, as the desk would ask for it now, and the keys by which it can be."""
    async with context.member_unit_of_work() as uow:
        offer = await TransferQuotes(uow).offer(_me(context), press.plan_id, with_debts=press.with_debts)
        debts = offer.debts or (
            (await TransferQuotes(uow).offer(_me(context), press.plan_id)).debts if press.plan_id else ()
        )
        keys = await PaymentKeys(uow).shown()
    t = context.t
    ways = [button(one.label, QuoteByKey(one.id, press.plan_id, press.with_debts)) for one in keys]
    other: Row = []
    if press.plan_id is not None and debts:
        label = t("Only the plan") if press.with_debts else t("With the debts")
        other = [button(label, PayFromAfar(press.plan_id, not press.with_debts))]
    ask = t("How do you want to send it?") if ways else t("The gym takes no transfers now. Pay at the desk.")
    text = "\n".join([*_offer_lines(t, offer), "", ask])
    back = RenewFromAfar() if press.plan_id is not None else MyPayments()
    await context.show(Screen(text, [*grid(ways), other, nav(t, back=back)]))


def _offer_lines(t: HtmlTranslator, offer: TransferOffer) -> list[str]:
    lines: list[str] = []
    if offer.plan is not None:
        plan = offer.plan
        facts = {"plan": plan.plan.name, "starts_on": plan.starts_on, "ends_on": plan.ends_on}
        lines.append(t("🎫 <b>{plan}</b>: {price}", plan=plan.plan.name, price=plan.final_price))
        lines.append(t("📅 {starts_on} – {ends_on}", **facts))
        if plan.discount:
            lines.append(t("🎁 Your reward is taken off: {discount}", discount=plan.discount))
    lines += [owed_line(t, one) for one in offer.debts]
    return [*lines, t("💵 In all: <b>{amount}</b>", amount=offer.amount)]


# The quote ────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(QuoteByKey)
async def quote(context: UpdateContext, press: QuoteByKey) -> None:
    """The key, the amount and the reference, to be copied; what comes next as a picture is the proof."""
    async with context.member_unit_of_work() as uow:
        made = await TransferQuotes(uow).quote(
            _me(context), press.plan_id, press.key_id, with_debts=press.with_debts
        )
        [key] = [one for one in await PaymentKeys(uow).shown() if one.id == press.key_id]
    picture = await asyncio.to_thread(qr_png, key.value)
    await context.show(_quote_screen(context, made, key, picture))


def _quote_screen(context: UpdateContext, made: TransferQuote, key: PaymentKey, picture: bytes) -> Screen:
    t = context.t
    amount = f"{as_shown(made.amount, context.settings.currency):f}"
    text = t(
        "🏦 Send <b>{amount}</b> to <b>{label}</b>\n<code>{value}</code>\nReference: <code>{reference}</code>"
        "\n\nThen send me here <b>the picture or PDF of your bank</b>, or type its number. The price holds"
        " until {holds_until}.",
        amount=made.amount,
        label=key.label,
        value=key.value,
        reference=made.reference,
        holds_until=made.holds_until,
    )
    copies = [copying(f"📋 {key.value}", key.value), copying(f"📋 {amount}", amount)]
    rows: list[Row] = [
        *grid([*copies, copying(f"📋 {made.reference}", made.reference)]),
        [button(t("🔢 Type the number"), TypeTransferNumber(made.id))],
        nav(t),
    ]
    return Screen(text, rows, photo=picture, drawn=True)


@router.on(TellDesk)
async def pay_at_desk(context: UpdateContext, _: TellDesk) -> None:
    await tell_desk(context)
