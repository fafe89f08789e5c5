"""Write-offs: a debt that will not be paid is credited, with a reason; never for the own membership."""

from __future__ import annotations

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
from gym.subscriptions.models import Subscription
from gym.subscriptions.money import notices
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork


class WriteOffs:
    """Of a plan that runs or has ended, however long ago."""

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

        Raises `NothingOwed`, `OwnMembershipRefused`, `ReasonNeeded`, `SubscriptionNotFound`, `KeyReused`.
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
