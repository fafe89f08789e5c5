"""Accounts in doubt: more was refunded than paid, and how each is put right."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import REASON
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import (
    AcceptLoss,
    AccountStatement,
    MoneyDoubts,
    ShowMoneyDoubt,
    TakeBack,
    TakePayment,
)
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.subscriptions.money.excess_refunds import ExcessRefund, ExcessRefundService

router = Router(Audience.STAFF)


async def money_doubts_row(context: UpdateContext) -> Sequence[Row]:
    """A button to the list for admins, while an account is in doubt."""
    if not context.identity.may(Permission.REFUND):
        return []
    async with context.unit_of_work() as uow:
        found = await ExcessRefundService(uow).listed()
    label = context.t("💸 Money to look at: {count}", count=found.total)
    return [[button(label, MoneyDoubts(), wide=True)]] if found.total else []


@router.on(MoneyDoubts)
async def money_doubts(context: UpdateContext, press: MoneyDoubts) -> None:
    async with context.unit_of_work() as uow:
        found = await ExcessRefundService(uow).listed(press.page)
    t = context.t
    text = t("💸 <b>Money to look at</b>\n\nOf these plans more was given back than was paid.")
    rows = [
        [button(_label(t, doubt), ShowMoneyDoubt(doubt.subscription.id), wide=True)] for doubt in found.items
    ]
    pages = pager(found.number, found.pages, MoneyDoubts)
    await context.show(Screen(text if rows else t("💸 All money adds up."), [*rows, pages, nav(t)]))


def _label(t: HtmlTranslator, doubt: ExcessRefund) -> str:
    return f"{t.money(doubt.missing)} · {doubt.subscription.client.full_name}"


@router.on(ShowMoneyDoubt)
async def show_money_doubt(context: UpdateContext, press: ShowMoneyDoubt) -> None:
    async with context.unit_of_work() as uow:
        doubt = await ExcessRefundService(uow).get(press.subscription_id)
    t, one = context.t, doubt.subscription
    lines = [
        t("👤 <b>{client}</b>", client=one.client.full_name),
        t("🏷 {plan}", plan=one.plan.name),
        t("📅 {starts_on} – {ends_on}", starts_on=one.starts_on, ends_on=one.ends_on),
        *_what_to_do(t, doubt),
    ]
    rows = [
        *_ways(t, doubt),
        [button(t("📒 Statement"), AccountStatement(one.id)), button(t("👤 Card"), Card(one.client_id))],
    ]
    await context.show(Screen("\n".join(lines), [*rows, nav(t, back=MoneyDoubts())]))


def _what_to_do(t: HtmlTranslator, doubt: ExcessRefund) -> list[str]:
    if not doubt.missing:
        return ["", t("✅ It adds up again.")]
    if doubt.accepted:
        return [
            t("💸 {missing} more were given back than were paid.", missing=doubt.missing),
            "",
            t("🤝 This is accepted as a loss. The audit says by whom and why."),
        ]
    return [
        t("💸 {missing} more were given back than were paid.", missing=doubt.missing),
        "",
        t(
            "The statement says who gave what back and who voided what. Ask them, count the till, and when "
            "the money is here, write it down below; the plan leaves this list by itself."
        ),
    ]


def _ways(t: HtmlTranslator, doubt: ExcessRefund) -> list[Row]:
    """The remedies: a payment of what is owed; where that is written off, the return of the refund."""
    one = doubt.subscription
    if not doubt.missing:
        return []
    accept = [] if doubt.accepted else [button(t("🤝 It will not come back"), AcceptLoss(one.id), wide=True)]
    if one.account.balance:
        return [[button(t("💵 Take payment"), TakePayment(one.id), wide=True)], accept]
    return [[button(t("💵 The money came back"), TakeBack(one.id), wide=True)], accept]


@router.on(AcceptLoss)
async def accept_loss(context: UpdateContext, press: AcceptLoss) -> None:
    async with context.unit_of_work() as uow:
        doubt = await ExcessRefundService(uow).get(press.subscription_id)
    one = doubt.subscription
    values = {"subscription_id": one.id, "missing": doubt.missing, "client": one.client.full_name}
    await begin(context, ACCEPT_LOSS, values, back=ShowMoneyDoubt(one.id))


async def _summary(ctx: FormContext) -> str:
    return "\n".join(
        [
            ctx.t("👤 {client}", client=ctx.value("client", str)),
            ctx.t(
                "💸 {missing} are lost and not looked for any more.", missing=ctx.value("missing", Decimal)
            ),
            ctx.t("The books and everybody's figures stay as they are."),
            ctx.t("✍️ {reason}", reason=ctx.value("reason", str)),
        ]
    )


async def _accept(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        doubt = await ExcessRefundService(uow).accept(
            ctx.value("subscription_id", UUID), ctx.value("reason", str)
        )
    text = ctx.t("🤝 {missing} are accepted as a loss.", missing=doubt.missing)
    return Screen(text, [nav(ctx.t, back=MoneyDoubts())])


ACCEPT_LOSS = router.form(
    Form(
        name="accept_loss",
        title=N_("Accept a loss"),
        steps=[REASON],
        summary=_summary,
        submit=_accept,
        confirm=N_("Accept it"),
    )
)
