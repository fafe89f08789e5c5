"""Change of plan in the middle of a period: the unused days are credited against the new plan.

Its value is rounded up to the smallest amount, and what is left to pay down to it. Who has trained today has
trained on the new plan, which begins today.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from gym.core.language import N_
from gym.payments.ledger import Ledger
from gym.payments.models import EntryCause, Method
from gym.payments.money_back import MoneyBack
from gym.payments.schemas import Receipt
from gym.payments.service import PaymentService
from gym.plans.models import Plan
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions import notices
from gym.subscriptions.changes.early_close import EarlyClose
from gym.subscriptions.changes.todays_visit import TodaysVisit
from gym.subscriptions.changes.unused_days import unused_days, unused_value
from gym.subscriptions.errors import AlreadyClosed, JustChanged, NotRunning, SamePlan
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import OPEN, Subscription
from gym.subscriptions.money.notices import tell_receipt
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.periods import Period, first_period, following_period
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.sales.offers import Offers
from gym.subscriptions.sales.sales import Sales
from gym.subscriptions.schemas import ChangeQuote, Quote
from gym.subscriptions.status.statuses import due_status, is_waiting
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class PlanChangeService:
    """The old plan is closed today and the new one begins today. Nothing of what was paid is lost."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._settlement = PaymentSettlement(uow)

    async def quote(self, subscription_id: UUID, plan_id: UUID) -> ChangeQuote:
        """What `change` would do now; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        return await self._quote(await self._subscriptions.require_loaded(subscription_id), plan_id)

    async def change(
        self, subscription_id: UUID, plan_id: UUID, *, seen: str | None = None, key: UUID | None = None
    ) -> Subscription:
        """Close the old plan, charge the new one and carry over what the unused days are worth.

        Their value lowers what the old plan owes, then what the new one costs; the rest is the client's
        credit. Freezes end, and a renewal that waits moves behind the new period. `seen` is the
        `ChangeQuote.mark` that was on the screen (`JustChanged`); the same key gives the same subscription.

        Raises `NotRunning`, `SamePlan`, `AlreadyClosed`, `SubscriptionNotFound` and a sale's refusals of
        client, plan and price.
        """
        self.uow.actor.require(Permission.SELL)
        client_id = (await self._subscriptions.require_loaded(subscription_id)).client_id
        await FourEyes(self.uow).require_another(client_id, Permission.SELL)
        visit = TodaysVisit(self.uow.session, subscription_id, self.uow.today)
        await visit.lock()
        client = await self._subscriptions.lock_client(client_id)
        done = await Sales(self.uow).made_by(key, client_id)
        if done is not None:
            return done
        old = await FreezeService(self.uow).release(subscription_id)
        quote = await self._quote(old, plan_id)
        if seen not in (None, quote.mark):
            raise JustChanged
        await self._close(quote)
        sale = Quote(client, quote.plan, quote.period, quote.price, ZERO, closed=quote.closed, replaces=old)
        new = await Sales(self.uow).open(sale, key, "subscription.plan_changed")
        await visit.move(old, new)
        receipt = await self._carry_over(quote, new)
        notices.tell_changed(self.uow, new, quote, receipt.number if receipt else None)
        if receipt is not None:
            tell_receipt(self.uow, receipt, new)
        return new

    async def _quote(self, old: Subscription, plan_id: UUID) -> ChangeQuote:
        await FourEyes(self.uow).require_another(old.client_id, Permission.SELL, acts=False)
        plan, today = await self._wanted(old, plan_id), self.uow.today
        price = await Offers(self.uow).price(plan, today)
        whole = first_period(today, plan.duration_unit, plan.duration_count)
        period, closed = await Offers(self.uow).around_closings(old.client_id, whole)
        most = await MoneyBack(self.uow).reversible(old.account_id)
        smallest = self.uow.settings.smallest_amount
        moved = await TodaysVisit(self.uow.session, old.id, today).counted()
        value = min(unused_value(old, today, smallest, visits_moved=moved), most)
        to_debt = min(value, old.account.balance)
        to_new = min(value - to_debt, price)
        renewal = await self._renewal(old)
        before = await MoneyBack(self.uow).paid_before(old.account_id)
        return ChangeQuote(
            old=old,
            plan=plan,
            period=period,
            price=price,
            unused_days=unused_days(old, today),
            value=value,
            to_debt=to_debt,
            to_new=to_new,
            to_credit=value - to_debt - to_new,
            smallest=smallest,
            visits_moved=moved,
            closed=closed,
            renewal=renewal,
            paid_before=before,
            renewal_starts_on=_behind(period, renewal).starts_on if renewal else None,
        )

    async def _close(self, quote: ChangeQuote) -> None:
        """The old one's days and money are settled before the new one claims them."""
        old = quote.old
        # Kept as text, like every reason that somebody types: in the gym's own language.
        reason = self.uow.settings.translator()(N_("changed to {plan}"), plan=quote.plan.name)
        await EarlyClose(self.uow).cancel(old, reason, "subscription.changed")
        if quote.value:
            await MoneyBack(self.uow).give_back(
                old.account_id, quote.value, reason, Method.CREDIT, EntryCause.PLAN_CHANGED
            )
        if quote.renewal is not None:
            await EarlyClose(self.uow).place(quote.renewal, _behind(quote.period, quote.renewal))

    async def _carry_over(self, quote: ChangeQuote, new: Subscription) -> Receipt | None:
        """Pay for the new one with the old one's surplus."""
        if quote.renewal is not None:
            quote.renewal.renews_id = new.id
        if not quote.to_new:
            return None
        owed = new.account.balance
        paid = await PaymentService(self.uow).take(new.account_id, quote.to_new, Method.CREDIT)
        if new.account.balance > quote.to_pay:
            await Ledger(self.uow).round_off(new.account, new.account.balance - quote.to_pay)
        await self._settlement.settle(new, owed)
        return await SubscriptionReceipts(self.uow).of(paid, new)

    async def _wanted(self, old: Subscription, plan_id: UUID) -> Plan:
        if due_status(old, self.uow.today) not in OPEN:
            raise AlreadyClosed
        if is_waiting(old, self.uow.today):
            raise NotRunning(old.plan.name, old.starts_on)
        plan = await Offers(self.uow).sellable(old.client, plan_id)
        if plan.id == old.plan_id:
            raise SamePlan(plan.name)
        return plan

    async def _renewal(self, old: Subscription) -> Subscription | None:
        found = await self._subscriptions.open_of(old.client_id)
        return next((one for one in found if is_waiting(one, self.uow.today) and one.id != old.id), None)


def _behind(period: Period, renewal: Subscription) -> Period:
    """A waiting one's days right after a period."""
    plan = renewal.plan
    return following_period(period.anchor, period.ends_on, plan.duration_unit, plan.duration_count)
