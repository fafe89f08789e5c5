"""Subscriptions: sale, renewal, daily jobs, and by name what the services of this package do.

Lock order, so that no two transactions deadlock: the client's row (for a sale, and for what moves the
client's credit or a renewal's days), the subscription's row, the accounts, the receipt counter.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.clients.repository import ClientRepository
from gym.rewards.redeeming import RewardRedemption
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions import notices
from gym.subscriptions.changes.cancellation import Cancellation
from gym.subscriptions.changes.early_close import EarlyClose
from gym.subscriptions.discounts import Discount
from gym.subscriptions.errors import JustChanged, NotWaiting, PackNotUsedUp
from gym.subscriptions.models import Subscription
from gym.subscriptions.money.payments import SubscriptionPayments
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.subscriptions.money.write_offs import WriteOffs
from gym.subscriptions.periods import first_period
from gym.subscriptions.queries import SubscriptionQueries
from gym.subscriptions.reminders import Reminders
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.sales.offers import Offers
from gym.subscriptions.sales.sales import Sales
from gym.subscriptions.schemas import PriceReductions, Quote
from gym.subscriptions.status.status_sync import StatusSync
from gym.subscriptions.status.statuses import is_used_up, is_waiting
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class SubscriptionService:
    """Every subscription it returns has its plan, account, client and freezes loaded.

    Sales, renewals and the daily jobs are written here; queries, payments, write-offs and cancellation are
    services of their own, and their operations are called by this one's name.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._four_eyes = FourEyes(uow)
        self._write_offs = WriteOffs(uow)

        queries = SubscriptionQueries(uow)
        self.current, self.waiting, self.latest = queries.current, queries.waiting, queries.latest
        self.last_canceled, self.get, self.history = queries.last_canceled, queries.get, queries.history
        self.owed, self.ending_on = queries.owed, queries.ending_on

        payments = SubscriptionPayments(uow)
        self.take_payment, self.void_payment = payments.take_payment, payments.void_payment
        self.refund, self.take_back, self.credit = payments.refund, payments.take_back, payments.credit
        self.receipt = SubscriptionReceipts(uow).get
        self.write_off = self._write_offs.write_off

        cancellation = Cancellation(uow)
        self.quote_cancellation, self.cancel = cancellation.quote_cancellation, cancellation.cancel

    async def quote_sale(
        self,
        client_id: UUID,
        plan_id: UUID,
        starts_on: date | None = None,
        discount: Discount | Decimal = ZERO,
        *,
        granted: Discount | None = None,
    ) -> Quote:
        """What `sell` would sell now; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        await self._four_eyes.require_another(client_id, Permission.SELL, acts=False)
        client = await ClientRepository(self.uow.session).require(client_id)
        cut = PriceReductions(Discount.of(discount), granted)
        return await Offers(self.uow).sale(client, plan_id, starts_on, cut)

    async def sell(
        self,
        client_id: UUID,
        plan_id: UUID,
        *,
        starts_on: date | None = None,
        discount: Discount | Decimal = ZERO,
        granted: Discount | None = None,
        seen: str | None = None,
        key: UUID | None = None,
    ) -> Subscription:
        """Sell a plan, from today or another day; the same key gives the same subscription again.

        `granted` is a discount that an admin has approved: it lifts the actor's limit for exactly that one.

        `seen` is the `Quote.mark` that was on the screen: with another price or other dates by now,
        `JustChanged` is raised.

        Raises the refusals of `Offers.sale`: `ClientInactive`, `PlanInactive`, `TrialUsed`, `PeriodTaken`,
        `FrozenOpenEnd`, `AlreadyWaiting`, `StartTooFar`, `StartTooEarly`, `PeriodOver`, `DiscountTooLarge`
        and its kin.
        """
        self.uow.actor.require(Permission.SELL)
        await self._four_eyes.require_another(client_id, Permission.SELL)
        client = await self._subscriptions.lock_client(client_id)
        selling = Sales(self.uow)
        done = await selling.made_by(key, client_id)
        if done is not None:
            return done
        await StatusSync(self.uow).lock_settled(client_id)
        cut = PriceReductions(Discount.of(discount), granted)
        quote = await Offers(self.uow).sale(client, plan_id, starts_on, cut)
        if seen not in (None, quote.mark):
            raise JustChanged
        subscription = await selling.open(quote, key, "subscription.sold")
        notices.tell_sold(self.uow, subscription)
        return subscription

    async def quote_renewal(
        self,
        client_id: UUID,
        plan_id: UUID | None = None,
        discount: Discount | Decimal = ZERO,
        *,
        granted: Discount | None = None,
        reward_id: UUID | None = None,
    ) -> Quote:
        """What `renew` would sell now; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        await self._four_eyes.require_another(client_id, Permission.SELL, acts=False)
        client = await ClientRepository(self.uow.session).require(client_id)
        cut = await self._cut(client_id, discount, granted, reward_id)
        return await Offers(self.uow).renewal(client, plan_id, cut)

    async def renew(
        self,
        client_id: UUID,
        plan_id: UUID | None = None,
        *,
        discount: Discount | Decimal = ZERO,
        granted: Discount | None = None,
        reward_id: UUID | None = None,
        renews_id: UUID | None = None,
        seen: str | None = None,
        key: UUID | None = None,
    ) -> Subscription:
        """Renew the client's latest subscription, from the day after it ends, or from today.

        Behind one that is frozen until the client returns it is held, whatever its dates say. `reward_id` is
        an earned reward that the client uses now; its percentage and a discount add up.
        `renews_id` is the one that was on the screen (`Quote.renews_id`): if another has come after it,
        `JustChanged` is raised, so two people cannot renew the same one twice. Raises also `NothingToRenew`,
        `AlreadyWaiting`, the refusals of a sale and of a reward.
        """
        self.uow.actor.require(Permission.SELL)
        await self._four_eyes.require_another(client_id, Permission.SELL)
        before = renews_id or await self._subscriptions.latest_id(client_id)
        client = await self._subscriptions.lock_client(client_id)
        selling = Sales(self.uow)
        done = await selling.made_by(key, client_id)
        if done is not None:
            return done
        await StatusSync(self.uow).lock_settled(client_id)
        cut = await self._cut(client_id, discount, granted, reward_id)
        quote = await Offers(self.uow).renewal(client, plan_id, cut)
        if quote.renews_id != before or seen not in (None, quote.mark):
            raise JustChanged
        if quote.renews is not None and quote.closes_pack:
            # The pack's days must be free before the new row claims them.
            await EarlyClose(self.uow).use_up(quote.renews)
        subscription = await selling.open(quote, key, "subscription.renewed")
        notices.tell_renewed(self.uow, subscription)
        return subscription

    async def start_now(self, subscription_id: UUID) -> Subscription:
        """Bring a waiting renewal forward to today, when the visit pack before it is used up.

        Raises `NotWaiting`, `PackNotUsedUp`, `SubscriptionNotFound`.
        """
        self.uow.actor.require(Permission.SELL)
        found = await self._subscriptions.require_loaded(subscription_id)
        await self._four_eyes.require_another(found.client_id, Permission.SELL)
        await self._subscriptions.lock_client(found.client_id)
        await StatusSync(self.uow).lock_settled(found.client_id)
        chain = await self._subscriptions.open_of(found.client_id)
        waiting = next((one for one in chain if one.id == subscription_id), None)
        if waiting is None or not is_waiting(waiting, self.uow.today):
            raise NotWaiting
        pack = next((one for one in chain if not is_waiting(one, self.uow.today)), None)
        if pack is None or not is_used_up(pack):
            raise PackNotUsedUp(waiting.plan.name, waiting.starts_on)
        await self._bring_forward(waiting, pack)
        return waiting

    async def _bring_forward(self, waiting: Subscription, pack: Subscription) -> None:
        await EarlyClose(self.uow).use_up(pack)
        plan = waiting.plan
        period = first_period(self.uow.today, plan.duration_unit, plan.duration_count)
        await EarlyClose(self.uow).place(waiting, period)

    async def activate_due(self) -> list[Subscription]:
        """Start what begins by today, however late the job runs; what is over by now is closed at once."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await StatusSync(self.uow).settle(*await self._subscriptions.lock_to_activate(self.uow.today))

    async def expire_due(self) -> list[Subscription]:
        """Close what ended before today: expired when paid, lapsed with its debt when not.

        What was closed before and says the other is corrected; what is too little to be paid is credited.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        await self._write_offs.round_off()
        settlement = StatusSync(self.uow)
        await settlement.settle(*await self._subscriptions.lock_to_correct())
        return await settlement.settle(*await self._subscriptions.lock_to_expire(self.uow.today))

    async def remind_due(self) -> int:
        """Write today's reminders into the outbox; how many are due today."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await Reminders(self.uow).remind_due()

    async def _cut(
        self,
        client_id: UUID,
        discount: Discount | Decimal,
        granted: Discount | None,
        reward_id: UUID | None,
    ) -> PriceReductions:
        """Whatever lowers a renewal's price; the reward is locked and its owner checked."""
        reward = await RewardRedemption(self.uow).usable(reward_id, client_id) if reward_id else None
        return PriceReductions(Discount.of(discount), granted, reward)
