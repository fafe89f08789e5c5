"""Refusals of acts on the own membership, with *Ask a colleague* as the next step."""

from __future__ import annotations

from uuid import UUID

from bot.desk.memberships.renewals import RenewAs
from bot.desk.memberships.sales import ConfirmSale, OfferPlan
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskDiscount, AskVoid
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import AskFreeze
from bot.ui.buttons.memberships import FreezePlan, RenewPlan
from bot.ui.buttons.money import VoidPayment
from bot.ui.callbacks import Callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from gym.staff.errors import OwnMembershipRefused
from gym.subscriptions.discounts import NO_DISCOUNT
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@router.refused(OwnMembershipRefused)
async def refused(context: UpdateContext, error: OwnMembershipRefused) -> None:
    """The refusal, the button of the request that fits, and the client's card."""
    assert context.press is not None
    ask = await _request(context, context.press.callback, error.client_id)
    rows = [[button(context.t("🙋 Ask a colleague"), ask, wide=True)]] if ask is not None else []
    keyboard = [*rows, nav(context.t, back=Card(error.client_id))]
    await context.show(Screen(f"⚠️ {say_error(context.t, error)}", keyboard))


async def _request(context: UpdateContext, tapped: Callback, client_id: UUID) -> Callback | None:
    """A request in place of the refused press, for an admin to decide, or for a freeze any colleague.

    None where the request would do something else than the press: money back alone leaves the plan running,
    so a cancellation is left to a colleague.
    """
    match tapped:
        case OfferPlan(plan_id=plan_id) | ConfirmSale(plan_id=plan_id):
            return AskDiscount.of(client_id, plan_id, NO_DISCOUNT, context.today)
        case RenewPlan():
            return await _renewal(context, client_id)
        case RenewAs(plan_id=plan_id):
            return AskDiscount.of(client_id, plan_id, NO_DISCOUNT)
        case VoidPayment(entry_id=entry_id):
            return AskVoid(entry_id)
        case FreezePlan() if _is_linked(context, client_id):
            return AskFreeze()
        case _:
            return None


async def _renewal(context: UpdateContext, client_id: UUID) -> Callback | None:
    """A renewal with the same plan."""
    async with context.unit_of_work() as uow:
        latest = await SubscriptionService(uow).latest(client_id)
    return AskDiscount.of(client_id, latest.plan_id, NO_DISCOUNT) if latest else None


def _is_linked(context: UpdateContext, client_id: UUID) -> bool:
    """Whether the member's own screens are of this client."""
    return context.identity.client is not None and context.identity.client.id == client_id
