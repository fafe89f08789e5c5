"""Gift days: the gym makes a subscription longer, and what waits behind it moves along."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

from gym.core.database.ids import new_id
from gym.payments.errors import PaymentKeyReused, parse_reason
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import AlreadyClosed
from gym.subscriptions.freezes import notices
from gym.subscriptions.freezes.errors import GiftOutOfRange
from gym.subscriptions.freezes.repository import FreezeRepository
from gym.subscriptions.freezes.rescheduling import Rescheduling, SubscriptionChain
from gym.subscriptions.models import GiftDays, Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.status.statuses import is_open, is_waiting
from gym.unit_of_work import UnitOfWork

MOST: Final = 365


class GiftDayGrants:
    """Only admins give days. A gift is kept with its reason, and given once for a key."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._freezes = FreezeRepository(uow.session)

    async def give(self, subscription_id: UUID, days: int, reason: str, key: UUID | None) -> Subscription:
        """Days at the end of one plan.

        Raises `GiftOutOfRange`, `ReasonNeeded`, `SubscriptionNotFound`, `AlreadyClosed`, `PaymentKeyReused`.
        """
        reason = self._checked(days, reason)
        one = await SubscriptionRepository(self.uow.session).require_loaded(subscription_id)
        await FourEyes(self.uow).require_another(one.client_id, Permission.GIFT_DAYS)
        moves = Rescheduling(self.uow)
        chains = await moves.lock([one.client_id])
        done = await self._freezes.gift_by_key(key)
        if done is not None and done.subscription_id != subscription_id:
            raise PaymentKeyReused
        if done is not None:
            return one
        if not chains or chains[0].of(subscription_id) is None:
            raise AlreadyClosed
        gift = self._add(chains[0], one, days, reason, key)
        await moves.arrange(chains)
        notices.tell_gift(self.uow, gift, one)
        notices.tell_desk_gift(self.uow, gift, one)
        return one

    async def give_everybody(self, days: int, reason: str, key: UUID) -> int:
        """To every plan that runs today, frozen ones too; a repeated key gives nobody days again."""
        reason = self._checked(days, reason)
        moves = Rescheduling(self.uow)
        chains = await moves.lock(await self._freezes.running(self.uow.today))
        running = {uuid5(key, str(one.id)): (chain, one) for chain in chains for one in self._running(chain)}
        done = await self._freezes.gifts_made(running)
        fresh = {own: pair for own, pair in running.items() if own not in done}
        given = [(self._add(*pair, days, reason, own), pair[1]) for own, pair in fresh.items()]
        await moves.arrange(chains)
        for gift, one in given:
            notices.tell_gift(self.uow, gift, one)
        if given:
            notices.tell_desk_gifts(self.uow, days, len(given), reason, str(key))
        return len(running)

    def _running(self, chain: SubscriptionChain) -> list[Subscription]:
        today = self.uow.today
        return [one for one in chain.found if is_open(one, today) and not is_waiting(one, today)]

    def _add(
        self, chain: SubscriptionChain, one: Subscription, days: int, reason: str, key: UUID | None
    ) -> GiftDays:
        actor = self.uow.actor
        gift = GiftDays(
            id=new_id(),
            subscription_id=one.id,
            days=days,
            reason=reason,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            created_at=self.uow.now,
            idempotency_key=key,
        )
        self.uow.session.add(gift)
        self.uow.audit("days.given", one, after={"days": days, "reason": reason})
        one.gift_days += days
        chain.usable[one.id] += days
        return gift

    def _checked(self, days: int, reason: str) -> str:
        self.uow.actor.require(Permission.GIFT_DAYS)
        if not 1 <= days <= MOST:
            raise GiftOutOfRange(MOST)
        return parse_reason(reason)
