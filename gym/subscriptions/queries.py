"""Looking at subscriptions: the current one, what waits, the past, and what somebody owes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from gym.core.database.repository import Page
from gym.payments.models import LedgerEntry
from gym.payments.schemas import Receipt, RestDays
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.models import FreezeKind, Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import Owed
from gym.subscriptions.status_sync import StatusSync
from gym.subscriptions.statuses import is_waiting
from gym.unit_of_work import UnitOfWork


class SubscriptionQueries:
    """Every subscription it returns has its plan, account, client and freezes loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def current(self, client_id: UUID) -> Subscription | None:
        """The open subscription that covers today, its status settled on the way."""
        self._require_sight(client_id)
        found = await StatusSync(self.uow).settled_open(client_id)
        return next((one for one in found if not is_waiting(one, self.uow.today)), None)

    async def waiting(self, client_id: UUID) -> Subscription | None:
        """The one that starts later, prepaid or not."""
        self._require_sight(client_id)
        found = await StatusSync(self.uow).settled_open(client_id)
        return next((one for one in found if is_waiting(one, self.uow.today)), None)

    async def latest(self, client_id: UUID) -> Subscription | None:
        """The last period, open or not, canceled ones left out."""
        self._require_sight(client_id)
        await StatusSync(self.uow).settled_open(client_id)
        return await self._subscriptions.latest(client_id)

    async def last_canceled(self, client_id: UUID) -> Subscription | None:
        """The last one that was canceled."""
        self._require_sight(client_id)
        return await self._subscriptions.last_canceled(client_id)

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

    @property
    def _four_eyes(self) -> FourEyes:
        return FourEyes(self.uow)

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
            paid_on=entry.gym_day,
            destination=entry.destination,
            rests=tuple(
                RestDays(one.kind is FreezeKind.CLOSURE, one.starts_on, one.ends_on)
                for one in subscription.freezes
            ),
            given_back=await payments.given_back(entry),
        )

    def _require_sight(self, client_id: UUID) -> None:
        """Staff and doors see everybody, members themselves."""
        self.uow.actor.require_own_or(Permission.CHECK_IN, client_id)
