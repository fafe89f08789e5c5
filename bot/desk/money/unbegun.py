"""Plans that were canceled before they began and are still owed for, and how each is put right."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import AccountStatement, TakePayment, WriteOff
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.security.permissions import Permission
from gym.subscriptions.money.unbegun_charges import UnbegunChargeService
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@callback("unbegs")
class UnbegunCharges(Callback):
    page: int = 0


@callback("unbeg")
class ShowUnbegunCharge(Callback):
    subscription_id: UUID


async def unbegun_charges_row(context: UpdateContext) -> Sequence[Row]:
    """A button to the list for admins, while something is listed."""
    if not context.identity.may(Permission.CREDIT):
        return []
    async with context.unit_of_work() as uow:
        found = await UnbegunChargeService(uow).listed()
    label = context.t("🧾 Owed for plans that never began: {count}", count=found.total)
    return [[button(label, UnbegunCharges(), wide=True)]] if found.total else []


@router.on(UnbegunCharges)
async def unbegun_charges(context: UpdateContext, press: UnbegunCharges) -> None:
    async with context.unit_of_work() as uow:
        found = await UnbegunChargeService(uow).listed(press.page)
    t = context.t
    text = t(
        "🧾 <b>Owed for plans that never began</b>\n\n"
        "These were canceled before their first day and are still to pay, as an earlier version left them. "
        "Open each one: write it off, unless you agreed on something else."
    )
    rows = [
        [
            button(
                f"{t.money(one.account.balance)} · {one.client.full_name}",
                ShowUnbegunCharge(one.id),
                wide=True,
            )
        ]
        for one in found.items
    ]
    pages = pager(found.number, found.pages, UnbegunCharges)
    await context.show(Screen(text if rows else t("🧾 Nothing of that is owed."), [*rows, pages, nav(t)]))


@router.on(ShowUnbegunCharge)
async def show_unbegun_charge(context: UpdateContext, press: ShowUnbegunCharge) -> None:
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
    t, owed = context.t, one.account.balance
    lines = [
        t("👤 <b>{client}</b>", client=one.client.full_name),
        t("🏷 {plan}", plan=one.plan.name),
        t("📅 {starts_on} – {ends_on}", starts_on=one.starts_on, ends_on=one.ends_on),
        *([t("✖️ Canceled: {reason}", reason=one.cancel_reason)] if one.cancel_reason else []),
        t("💵 To pay: <b>{balance}</b>", balance=owed) if owed else t("✅ Nothing is owed any more."),
    ]
    ways = [
        [button(t("🧹 Write off"), WriteOff(one.id), wide=True)],
        [button(t("💵 Take payment"), TakePayment(one.id), wide=True)],
    ]
    looks = [button(t("📒 Statement"), AccountStatement(one.id)), button(t("👤 Card"), Card(one.client_id))]
    keyboard = [*(ways if owed else []), looks, nav(t, back=UnbegunCharges())]
    await context.show(Screen("\n".join(lines), keyboard))
