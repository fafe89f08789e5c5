"""The membership desk: sells, renews, takes money for and ends subscriptions.

A sale holds the client's row, everything else the subscription's; then come the account and the receipt
counter, always in this order, so two people never wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.clients.repository import ClientRepository
from gym.core.repository import Page
from gym.payments.errors import parse_reason
from gym.payments.models import LedgerEntry, Method
from gym.payments.schemas import GivenBack, Receipt
from gym.payments.service import PaymentService
from gym.security.permissions import ActorKind, Permission
from gym.subscriptions import notices
from gym.subscriptions.cancellations import unused_days, unused_value
from gym.subscriptions.discounts import Discount
from gym.subscriptions.errors import AlreadyClosed, JustChanged
from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus
from gym.subscriptions.offers import Offers
from gym.subscriptions.reminders import Reminders
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import CancellationQuote, Owed, Quote, RefundMode
from gym.subscriptions.selling import Selling
from gym.subscriptions.settling import Settlement
from gym.subscriptions.statuses import due_status, is_waiting
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class SubscriptionService:
    """Every subscription it returns has its plan, account and client loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def quote_sale(
        self,
        client_id: UUID,
        plan_id: UUID,
        starts_on: date | None = None,
        discount: Discount | Decimal = ZERO,
    ) -> Quote:
        """What `sell` would sell now; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        client = await ClientRepository(self.uow.session).require(client_id)
        return await Offers(self.uow).sale(client, plan_id, starts_on, Discount.of(discount))

    async def sell(
        self,
        client_id: UUID,
        plan_id: UUID,
        *,
        starts_on: date | None = None,
        discount: Discount | Decimal = ZERO,
        seen: str | None = None,
        key: UUID | None = None,
    ) -> Subscription:
        """Sell a plan, from today or another day; the same key gives the same subscription again.

        `seen` is the `Quote.mark` that was on the screen: with another price or other dates by now,
        `JustChanged` is raised.

        Raises the refusals of `Offers.sale`: `ClientInactive`, `PlanInactive`, `TrialUsed`, `PeriodTaken`,
        `AlreadyWaiting`, `StartTooFar`, `StartTooEarly`, `PeriodOver`, `DiscountTooLarge` and its kin.
        """
        self.uow.actor.require(Permission.SELL)
        client = await self._subscriptions.lock_client(client_id)
        selling = Selling(self.uow)
        done = await selling.made_by(key, client_id)
        if done is not None:
            return done
        await Settlement(self.uow).lock_settled(client_id)
        quote = await Offers(self.uow).sale(client, plan_id, starts_on, Discount.of(discount))
        if seen not in (None, quote.mark):
            raise JustChanged
        subscription = await selling.open(quote, key, "subscription.sold")
        notices.tell_sold(self.uow, subscription)
        return subscription

    async def quote_renewal(
        self, client_id: UUID, plan_id: UUID | None = None, discount: Discount | Decimal = ZERO
    ) -> Quote:
        """What `renew` would sell now; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        client = await ClientRepository(self.uow.session).require(client_id)
        return await Offers(self.uow).renewal(client, plan_id, Discount.of(discount))

    async def renew(
        self,
        client_id: UUID,
        plan_id: UUID | None = None,
        *,
        discount: Discount | Decimal = ZERO,
        renews_id: UUID | None = None,
        seen: str | None = None,
        key: UUID | None = None,
    ) -> Subscription:
        """Renew the client's latest subscription, from the day after it ends, or from today.

        `renews_id` is the one that was on the screen (`Quote.renews_id`): if another has come after it,
        `JustChanged` is raised, so two people cannot renew the same one twice. Raises also `NothingToRenew`,
        `AlreadyWaiting` and the refusals of a sale.
        """
        self.uow.actor.require(Permission.SELL)
        before = renews_id or await self._subscriptions.latest_id(client_id)
        client = await self._subscriptions.lock_client(client_id)
        selling = Selling(self.uow)
        done = await selling.made_by(key, client_id)
        if done is not None:
            return done
        await Settlement(self.uow).lock_settled(client_id)
        quote = await Offers(self.uow).renewal(client, plan_id, Discount.of(discount))
        if quote.renews_id != before or seen not in (None, quote.mark):
            raise JustChanged
        subscription = await selling.open(quote, key, "subscription.renewed")
        notices.tell_renewed(self.uow, subscription)
        return subscription

    async def take_payment(
        self,
        subscription_id: UUID,
        amount: Decimal,
        method: Method,
        *,
        note: str | None = None,
        key: UUID | None = None,
    ) -> Receipt:
        """Take money for a subscription and settle its status; the same key gives the same receipt again.

        Raises `OverPayment` with the balance, `AmountNotPositive`, `SubscriptionNotFound`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        subscription = await self._subscriptions.lock_whole(subscription_id)
        entry = await PaymentService(self.uow).take(subscription.account_id, amount, method, note, key)
        await Settlement(self.uow).settle(subscription)
        receipt = await self._receipt(entry, subscription)
        notices.tell_paid(self.uow, receipt, subscription)
        return receipt

    async def void_payment(self, entry_id: UUID, reason: str) -> Subscription:
        """Undo a payment; a running subscription waits for payment again. Raises what `void` raises."""
        payments = PaymentService(self.uow)
        payment = await payments.payment(entry_id)
        found = await self._subscriptions.of_account(payment.account_id)
        subscription = await self._subscriptions.lock_whole(found.id)
        void = await payments.void(entry_id, reason)
        await Settlement(self.uow).settle(subscription)
        notices.tell_voided(self.uow, payment, void.reason or "", subscription)
        return subscription

    async def quote_cancellation(self, subscription_id: UUID) -> CancellationQuote:
        """What a cancellation with a pro-rata credit would give back today."""
        self.uow.actor.require(Permission.CANCEL_SUBSCRIPTION)
        subscription = await self._subscriptions.whole(subscription_id)
        value = min(unused_value(subscription, self.uow.today), await self._reversible(subscription))
        credit = min(value, subscription.account.balance)
        days = unused_days(subscription, self.uow.today)
        return CancellationQuote(subscription, days, value, credit, value - credit)

    async def cancel(
        self,
        subscription_id: UUID,
        reason: str,
        *,
        refund: RefundMode = RefundMode.NONE,
        amount: Decimal | None = None,
        method: Method = Method.CASH,
    ) -> Subscription:
        """End a subscription now; a renewal that waits stays as it is, with its dates.

        `NONE` leaves the ledger alone: what is owed stays owed. `PRO_RATA` credits the unused days, `AMOUNT`
        the given amount, above the pro-rata value only by an admin; a credit lowers the debt, and what
        exceeds it is handed back by `method`, which needs an admin too (`RefundNeedsAdmin`).
        Raises also `AlreadyClosed`, `ReasonNeeded`, `RefundTooLarge`.
        """
        self.uow.actor.require(Permission.CANCEL_SUBSCRIPTION)
        reason = parse_reason(reason)
        subscription = await self._subscriptions.lock_whole(subscription_id)
        if due_status(subscription, self.uow.today) not in OPEN:
            raise AlreadyClosed
        given = await self._give_back(subscription, refund, amount, reason, method)
        subscription.status = SubscriptionStatus.CANCELED
        subscription.closed_at = self.uow.now
        subscription.cancel_reason = reason
        self.uow.audit_changes("subscription.canceled", subscription)
        notices.tell_canceled(self.uow, subscription, given)
        return subscription

    async def current(self, client_id: UUID) -> Subscription | None:
        """The open subscription that covers today, its status settled on the way."""
        self._require_sight(client_id)
        found = await Settlement(self.uow).settled_open(client_id)
        return next((one for one in found if not is_waiting(one, self.uow.today)), None)

    async def waiting(self, client_id: UUID) -> Subscription | None:
        """The one that starts later, prepaid or not."""
        self._require_sight(client_id)
        found = await Settlement(self.uow).settled_open(client_id)
        return next((one for one in found if is_waiting(one, self.uow.today)), None)

    async def latest(self, client_id: UUID) -> Subscription | None:
        """The last period, open or not, canceled ones left out."""
        self._require_sight(client_id)
        await Settlement(self.uow).settled_open(client_id)
        return await self._subscriptions.latest(client_id)

    async def get(self, subscription_id: UUID) -> Subscription:
        """One subscription as it stands. Raises `SubscriptionNotFound`."""
        subscription = await self._subscriptions.whole(subscription_id)
        self._require_sight(subscription.client_id)
        return subscription

    async def history(self, client_id: UUID, page: int = 0) -> Page[Subscription]:
        """A client's subscriptions, newest first."""
        self._require_sight(client_id)
        return await self._subscriptions.page_of_client(client_id, page)

    async def owed(self, client_id: UUID) -> list[Owed]:
        """What a client owes, oldest first; closed subscriptions keep their debt."""
        self._require_sight(client_id)
        found = await self._subscriptions.owed(client_id)
        return [Owed(subscription, subscription.account.balance) for subscription in found]

    async def debts(self, page: int = 0) -> Page[Subscription]:
        """Everything that is due and unpaid, oldest first."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return await self._subscriptions.debts(self.uow.today, page)

    async def ending_on(self, day: date) -> Sequence[Subscription]:
        """Subscriptions that end on a day, with no renewal after them."""
        self.uow.actor.require(Permission.SELL)
        return await self._subscriptions.ending_on([day])

    async def receipt(self, entry_id: UUID) -> Receipt:
        """The receipt of a payment, also of a voided one. Raises `PaymentNotFound`."""
        entry = await PaymentService(self.uow).payment(entry_id)
        subscription = await self._subscriptions.of_account(entry.account_id)
        self._require_sight(subscription.client_id)
        return await self._receipt(entry, subscription)

    async def activate_due(self) -> list[Subscription]:
        """Start what begins by today, however late the job runs; what is over by now is closed at once."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await Settlement(self.uow).settle(*await self._subscriptions.lock_to_activate(self.uow.today))

    async def expire_due(self) -> list[Subscription]:
        """Close what ended before today: expired when paid, lapsed with its debt when not."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await Settlement(self.uow).settle(*await self._subscriptions.lock_to_expire(self.uow.today))

    async def remind_due(self) -> int:
        """Write today's reminders into the outbox; how many are due today."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await Reminders(self.uow).remind_due()

    @property
    def _subscriptions(self) -> SubscriptionRepository:
        return SubscriptionRepository(self.uow.session)

    async def _receipt(self, entry: LedgerEntry, subscription: Subscription) -> Receipt:
        payments = PaymentService(self.uow)
        assert entry.receipt_number is not None, "the database numbers every payment"
        assert entry.method is not None, "the database wants a method"
        return Receipt(
            number=entry.receipt_number,
            entry_id=entry.id,
            client_id=subscription.client_id,
            client_name=subscription.client.full_name,
            amount=entry.amount,
            method=entry.method,
            balance_after=await payments.balance_after(entry),
            at=entry.at,
            staff_name=entry.staff_name,
            plan_name=subscription.plan.name,
            subscription_id=subscription.id,
            starts_on=subscription.starts_on,
            ends_on=subscription.ends_on,
            note=entry.note,
            voided=bool(await payments.voided([entry.id])),
        )

    async def _give_back(
        self,
        subscription: Subscription,
        mode: RefundMode,
        amount: Decimal | None,
        reason: str,
        method: Method,
    ) -> GivenBack:
        """The credit and refund of a cancellation, as `cancel` explains them."""
        pro_rata = min(unused_value(subscription, self.uow.today), await self._reversible(subscription))
        value = {RefundMode.NONE: ZERO, RefundMode.PRO_RATA: pro_rata}.get(mode, amount or ZERO)
        if value > pro_rata:
            self.uow.actor.require(Permission.REFUND)
        if mode is not RefundMode.AMOUNT and not value:
            return GivenBack(ZERO, ZERO)
        return await PaymentService(self.uow).give_back(subscription.account_id, value, reason, method)

    async def _reversible(self, subscription: Subscription) -> Decimal:
        """What is owed and what was paid together: nobody gets back more."""
        return await PaymentService(self.uow).reversible(subscription.account_id)

    def _require_sight(self, client_id: UUID) -> None:
        """Staff and doors see everybody, members themselves."""
        actor = self.uow.actor
        own = actor.kind is ActorKind.MEMBER and actor.id == client_id
        if not own:
            actor.require(Permission.CHECK_IN)
