"""Sales with an approved discount: the offer at the approved price, and its confirmation."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.desk.approvals.approvals import ask_again, request_screen
from bot.desk.idempotency import press_key
from bot.desk.memberships.sale_screens import quote_text, sold_screen
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import (
    SeeRequest,
    UseApproval,
)
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.refusals import REFUSALS, refusal_screen
from gym.approvals.errors import (
    AlreadyUsed,
    ApprovalExpired,
    NotApproved,
    PriceChangedSince,
)
from gym.approvals.models import Approval
from gym.approvals.service import ApprovalService
from gym.core.errors import GymError
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.subscriptions.models import Subscription
from gym.unit_of_work import UnitOfWork

router = Router(Audience.STAFF)


@callback("apsell", changes=True)
class ConfirmApproved(Callback):
    """Sell as approved; `seen` is the mark of the price and dates that were shown."""

    approval_id: UUID
    seen: str


@router.on(UseApproval)
async def use(context: UpdateContext, press: UseApproval) -> None:
    """The sale as it was approved, to be confirmed."""
    async with context.unit_of_work() as uow:
        service = ApprovalService(uow)
        approval = await service.get(press.approval_id)
        try:
            quote = await service.quote(press.approval_id)
            debts = await DebtService(uow).of_client(approval.client_id)
        except (AlreadyUsed, ApprovalExpired, NotApproved, PriceChangedSince) as error:
            await context.show(_cannot_go_on(context, approval, error))
            return
        except REFUSALS as error:
            await context.show(refusal_screen(context.t, error, approval.client_id))
            return
    t = context.t
    question = t("<b>Renew this plan?</b>") if quote.renews_id else t("<b>Sell this plan?</b>")
    by = t("✅ Discount approved by {decided_by}", decided_by=approval.decided_by_name)
    confirm = t("✅ Renew") if quote.renews_id else t("✅ Sell")
    keyboard: Keyboard = [
        [button(confirm, ConfirmApproved(press.approval_id, quote.mark))],
        nav(t, back=SeeRequest(press.approval_id)),
    ]
    await context.show(Screen(f"{question}\n\n{quote_text(t, quote, debts)}\n{by}", keyboard))


def _cannot_go_on(context: UpdateContext, approval: Approval, error: GymError) -> Screen:
    screen = request_screen(context, approval, f"⚠️ {say_error(context.t, error)}")
    if not isinstance(error, PriceChangedSince):
        return screen
    return Screen(
        screen.text, [[ask_again(context, approval)], nav(context.t, back=Card(approval.client_id))]
    )


@router.on(ConfirmApproved)
async def sell(context: UpdateContext, press: ConfirmApproved) -> None:
    key = press_key(context)

    async def work(uow: UnitOfWork) -> tuple[Subscription, Decimal]:
        sold = await ApprovalService(uow).sell(press.approval_id, seen=press.seen, key=key)
        return sold, await ClientCredit(uow).balance(sold.client_id)

    try:
        sold, credit = await context.run(work)
    except REFUSALS as error:
        async with context.unit_of_work() as uow:
            approval = await ApprovalService(uow).get(press.approval_id)
        again = UseApproval(press.approval_id)
        await context.show(refusal_screen(context.t, error, approval.client_id, again=again))
        return
    await context.show(sold_screen(context.t, sold, credit))
