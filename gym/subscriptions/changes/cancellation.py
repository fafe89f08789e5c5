"""Cancellation: a subscription ends now; the days that are left are credited, refunded or forfeited."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.payments.errors import RefundTooLarge, parse_reason
from gym.payments.ledger import positive
from gym.payments.models import EntryCause, Method
from gym.payments.money_back import MoneyBack
from gym.payments.schemas import GivenBack
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions import notices
from gym.subscriptions.changes.early_close import EarlyClose
from gym.subscriptions.changes.unused_days import unused_days, unused_value
from gym.subscriptions.errors import AlreadyClosed
from gym.subscriptions.freezes.repository import FreezeRepository
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.intervals import DAY
from gym.subscriptions.models import OPEN, Subscription
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.queries import SubscriptionQueries
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import CancellationQuote, RefundMode
from gym.subscriptions.status.statuses import due_status, is_waiting
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class Cancellation:
    """Locks the client, then the open subscriptions, then the accounts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._settlement = PaymentSettlement(uow)

    async def quote_cancellation(self, subscription_id: UUID) -> CancellationQuote:
        """What a cancellation with a pro-rata credit would give back today; of what has not begun, all.

        Raises `AlreadyClosed`.
        """
        self.uow.actor.require(Permission.CANCEL_SUBSCRIPTION)
        subscription = await self._subscriptions.require_loaded(subscription_id)
        needed = Permission.CANCEL_SUBSCRIPTION
        await FourEyes(self.uow).require_another(subscription.client_id, needed, acts=False)
        if due_status(subscription, self.uow.today) not in OPEN:
            raise AlreadyClosed
        most = await self._reversible(subscription)
        begun = not is_waiting(subscription, self.uow.today)
        value = min(await self._unused_value(subscription), most) if begun else most
        credit = min(value, subscription.account.balance)
        days = unused_days(subscription, await self._unused_from(subscription))
        before = await MoneyBack(self.uow).paid_before(subscription.account_id)
        return CancellationQuote(subscription, days, value, credit, value - credit, most, begun, before)

    async def cancel(
        self,
        subscription_id: UUID,
        reason: str,
        *,
        refund: RefundMode = RefundMode.NONE,
        amount: Decimal | None = None,
        method: Method = Method.CASH,
    ) -> Subscription:
        """End a subscription now; a renewal that waits stays, and one that was held gets its days.

        What has not begun credits what is owed for it by itself, and `refund` is about the money that was
        paid: kept by the gym, all given back, or an amount of it.

        Of what has, `NONE` leaves the ledger alone: what is owed stays owed. `PRO_RATA` credits the unused
        days, `AMOUNT` the given amount, above the pro-rata value only by an admin; a credit lowers the debt,
        and what exceeds it is handed back by `method`, which needs an admin too (`RefundNeedsAdmin`), or kept
        as the client's credit (`Method.CREDIT`), which needs none.
        Raises also `AlreadyClosed`, `ReasonNeeded`, `RefundTooLarge`.
        """
        self.uow.actor.require(Permission.CANCEL_SUBSCRIPTION)
        reason = parse_reason(reason)
        found = await self._subscriptions.require_loaded(subscription_id)
        await FourEyes(self.uow).require_another(found.client_id, Permission.CANCEL_SUBSCRIPTION)
        last_day = found.ends_on  # as it was read in the summary: without its rests it ends earlier
        subscription = await FreezeService(self.uow).release(subscription_id)
        begun = not is_waiting(subscription, self.uow.today)
        given = await self._give_back(subscription, refund, amount, reason, method)
        await EarlyClose(self.uow).cancel(subscription, reason, "subscription.canceled")
        if given.refunded or given.kept:
            await self._settlement.after_refund(subscription)
        stays = await SubscriptionQueries(self.uow).current(subscription.client_id)
        notices.tell_canceled(self.uow, subscription, given, last_day, begun=begun, stays=stays)
        return subscription

    async def _give_back(
        self,
        subscription: Subscription,
        mode: RefundMode,
        amount: Decimal | None,
        reason: str,
        method: Method,
    ) -> GivenBack:
        """The credit and refund of a cancellation, as `cancel` explains them."""
        if is_waiting(subscription, self.uow.today):
            return await self._undo_charge(subscription, mode, amount, reason, method)
        pro_rata = min(await self._unused_value(subscription), await self._reversible(subscription))
        value = {RefundMode.NONE: ZERO, RefundMode.PRO_RATA: pro_rata}.get(mode, amount or ZERO)
        if value > pro_rata:
            self.uow.actor.require(Permission.REFUND)
        if mode is not RefundMode.AMOUNT and not value:
            return GivenBack()
        return await MoneyBack(self.uow).give_back(
            subscription.account_id, value, reason, method, EntryCause.CANCELED
        )

    async def _undo_charge(
        self,
        subscription: Subscription,
        mode: RefundMode,
        amount: Decimal | None,
        reason: str,
        method: Method,
    ) -> GivenBack:
        """Of what has not begun: nothing is owed for it, and the money goes where it was asked to."""
        money = MoneyBack(self.uow)
        paid = await money.refundable(subscription.account_id)
        asked = positive(amount or ZERO) if mode is RefundMode.AMOUNT else ZERO
        back = paid if mode is RefundMode.PRO_RATA else asked
        if back > paid:
            raise RefundTooLarge(paid)
        whole = min(subscription.account.balance + back, await self._reversible(subscription))
        if not whole:
            return GivenBack()
        return await money.give_back(subscription.account_id, whole, reason, method, EntryCause.NOT_BEGUN)

    async def _unused_value(self, subscription: Subscription) -> Decimal:
        day = await self._unused_from(subscription)
        return unused_value(subscription, day, self.uow.settings.smallest_amount)

    async def _unused_from(self, subscription: Subscription) -> date:
        """Today, or tomorrow for whoever has trained today: else buying, training and cancelling would be
        a free day, every day anew.
        """
        visits = FreezeRepository(self.uow.session)
        visited = await visits.visited_on(self.uow.today, [subscription.client_id])
        return self.uow.today + DAY if visited else self.uow.today

    async def _reversible(self, subscription: Subscription) -> Decimal:
        """What is owed and what was paid together: nobody gets back more."""
        return await MoneyBack(self.uow).reversible(subscription.account_id)
