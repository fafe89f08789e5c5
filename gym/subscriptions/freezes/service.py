"""Freezes: days on which a subscription rests, so that the days bought are the days that can be used.

A freeze is a row; the subscription's last day follows from it. Whoever moves days holds the client's row,
then the client's open subscriptions, first day first, so what waits moves in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.core.database.repository import Page
from gym.core.reading.days import Days
from gym.payments.errors import PaymentKeyReused, parse_reason
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import AlreadyClosed
from gym.subscriptions.freezes import notices
from gym.subscriptions.freezes.calendar import requested_intervals
from gym.subscriptions.freezes.closures import Closures
from gym.subscriptions.freezes.errors import GymIsClosed, NothingFrozen
from gym.subscriptions.freezes.gift_days import GiftDayGrants
from gym.subscriptions.freezes.layout import usable_days
from gym.subscriptions.freezes.repository import FreezeRepository
from gym.subscriptions.freezes.rescheduling import Rescheduling, SubscriptionChain, freeze_facts
from gym.subscriptions.freezes.rules import allowance_left, checked_freeze, days_of_start
from gym.subscriptions.freezes.schemas import Closure, FreezeQuote
from gym.subscriptions.intervals import DAY, Interval, from_day, until_day
from gym.subscriptions.models import Freeze, FreezeKind, GymClosure, Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.status.statuses import freeze_on, is_open
from gym.unit_of_work import UnitOfWork


class FreezeService:
    """Every subscription it returns has its plan, account, client and freezes loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._freezes = FreezeRepository(uow.session)
        self._subscriptions = SubscriptionRepository(uow.session)

    async def quote(
        self, subscription_id: UUID, starts_on: date, ends_on: date | None, *, for_approval: bool = False
    ) -> FreezeQuote:
        """What `freeze` would do now; the same refusals. Staff, and the member for an own subscription.

        `for_approval`: what it would do once an admin grants it, whatever the plan has left.
        """
        one = await self._subscriptions.require_loaded(subscription_id)
        self.uow.actor.require_own_or(Permission.FREEZE, one.client_id)
        await FourEyes(self.uow).require_another(one.client_id, Permission.FREEZE, acts=False)
        calendar = await Rescheduling(self.uow).calendar([one.client_id])
        visited = one.client_id in calendar.visited
        may_exceed = for_approval or self._may_exceed
        wish = Interval(starts_on, ends_on)
        rest = checked_freeze(one, wish, self.uow.today, may_exceed=may_exceed, visited=visited)
        laid = calendar.lay(one, one.starts_on, usable_days(one), [*requested_intervals(one), rest])
        renewal = await self._waiting(one)
        lasting = rest.ends_on is None
        later = renewal.starts_on + (laid.ends_on - one.ends_on) if renewal and not lasting else None
        return FreezeQuote(
            subscription=one,
            starts_on=rest.starts_on,
            ends_on=rest.ends_on,
            days=None if lasting else rest.days,
            new_ends_on=None if lasting else laid.ends_on,
            allowance_left=allowance_left(one, self.uow.today),
            renewal=renewal,
            renewal_starts_on=later,
        )

    async def freeze(
        self,
        subscription_id: UUID,
        starts_on: date,
        ends_on: date | None,
        reason: str,
        *,
        key: UUID | None = None,
        asked_for: bool = False,
    ) -> Freeze:
        """Let a subscription rest, now or later; the same key gives the same freeze again.

        Without `ends_on` it rests until the client returns. The client is told, unless they have
        `asked_for` it and are answered. Raises what `gym.subscriptions.freezes.rules.checked_freeze` raises,
        `ReasonNeeded`, `SubscriptionNotFound`, `PaymentKeyReused`.
        """
        self.uow.actor.require(Permission.FREEZE)
        reason = parse_reason(reason)
        found = await self._subscriptions.require_loaded(subscription_id)
        await FourEyes(self.uow).require_another(found.client_id, Permission.FREEZE)
        chain = await self._locked(subscription_id)
        done = await self._freezes.by_key(key)
        if done is not None:
            return self._same(done, subscription_id)
        one = self._open(chain, subscription_id)
        visited = await self._freezes.visited_on(self.uow.today, [one.client_id])
        wish = Interval(starts_on, ends_on)
        rest = checked_freeze(one, wish, self.uow.today, may_exceed=self._may_exceed, visited=bool(visited))
        row = self._row(one, rest, reason, key)
        await self._add(one, row)
        self.uow.audit("freeze.made", row, after=freeze_facts(row), person_id=one.client_id)
        await Rescheduling(self.uow).arrange([chain])
        notices.tell_frozen(self.uow, row, one, asked_for=asked_for)
        return row

    async def quote_end(self, subscription_id: UUID, freeze_id: UUID) -> date:
        """The last day that `end` would give the subscription now: closed days do not come back.

        Raises `SubscriptionNotFound`.
        """
        one = await self._subscriptions.require_loaded(subscription_id)
        self.uow.actor.require_own_or(Permission.FREEZE, one.client_id)
        calendar = await Rescheduling(self.uow).calendar([one.client_id])
        wishes = requested_intervals(one)
        ended = [rest for rest in wishes if rest.freeze_id == freeze_id]
        others = [rest for rest in wishes if rest.freeze_id != freeze_id]
        past = until_day(self.uow.today - DAY, ended)
        return calendar.lay(one, one.starts_on, usable_days(one), [*others, *past]).ends_on

    async def end(self, subscription_id: UUID, *, freeze_id: UUID | None = None) -> Subscription:
        """The client is back today, which is a usable day again; a freeze that has not begun is canceled.

        Without `freeze_id` the running one ends, or else the next planned one is canceled; ending one that
        is over already changes nothing. Members may end their own. Raises `NothingFrozen`, `AlreadyClosed`,
        `GymIsClosed`.
        """
        found = await self._subscriptions.require_loaded(subscription_id)
        self.uow.actor.require_own_or(Permission.FREEZE, found.client_id)
        chain = await self._locked(subscription_id)
        one = self._open(chain, subscription_id)
        if freeze_id is not None and await self._is_over(one, freeze_id):
            return one
        freeze = self._to_end(one, freeze_id)
        lasting, last_day = freeze.ends_on is None, one.ends_on
        await self._stop(freeze, one)
        await Rescheduling(self.uow).arrange([chain])
        days = None if lasting else (last_day - one.ends_on).days
        notices.tell_freeze_ended(self.uow, freeze, one, days, planned=freeze.canceled_at is not None)
        return one

    async def release(self, subscription_id: UUID) -> Subscription:
        """Before a subscription is closed early: what rests from today on rests no more.

        Its last day is then the one it would have without those rests, so what is unused can be counted, and
        a renewal that was held behind it is free, right after it.
        """
        chain = await self._locked(subscription_id)
        one = self._open(chain, subscription_id)
        for freeze in list(one.freezes):
            if freeze.kind is FreezeKind.CLIENT and from_day(self.uow.today, [Interval.of(freeze)]):
                await self._stop(freeze, one)
        chain.ending.add(one.id)
        await Rescheduling(self.uow).arrange([chain])
        return one

    async def freezes(self, subscription_id: UUID) -> Sequence[Freeze]:
        """All freezes that count, first day first; those of closings too."""
        found = await self._subscriptions.require_loaded(subscription_id)
        self.uow.actor.require_own_or(Permission.CHECK_IN, found.client_id)
        return await self._freezes.of_subscription(subscription_id)

    async def allowance_left(self, subscription: Subscription) -> int:
        """Frozen days that the plan has left in this subscription, planned ones counted as spent."""
        self.uow.actor.require_own_or(Permission.CHECK_IN, subscription.client_id)
        whole = await self._subscriptions.require_loaded(subscription.id)
        return allowance_left(whole, self.uow.today)

    async def days_of_start(self, subscription: Subscription) -> Days:
        """On which a freeze of this subscription may begin."""
        visited = await self._freezes.visited_on(self.uow.today, [subscription.client_id])
        return days_of_start(subscription, self.uow.today, visited=bool(visited))

    async def close_gym(self, starts_on: date, ends_on: date, reason: str, *, key: UUID) -> Closure:
        """Let every open subscription rest on these days, each on those that it does not rest on yet.

        Whatever is sold later rests on them as well.
        """
        return await Closures(self.uow).close(starts_on, ends_on, reason, key)

    async def open_gym(self, closure_id: UUID) -> Closure:
        """Open again today: a closing that has not begun is called off, one that has begun ends yesterday."""
        return await Closures(self.uow).open(closure_id)

    async def complete_closings(self) -> int:
        """Let everybody rest whose plan covers a closing and does not yet; how many clients there were."""
        return await Closures(self.uow).complete()

    async def closures(self, page: int = 0) -> Page[GymClosure]:
        """The gym's closings, newest first."""
        self.uow.actor.require(Permission.FREEZE)
        return await self._freezes.closures_page(page)

    async def gift(
        self, subscription_id: UUID, days: int, reason: str, *, key: UUID | None = None
    ) -> Subscription:
        """Give days to one subscription; the same key gives them once."""
        return await GiftDayGrants(self.uow).give(subscription_id, days, reason, key)

    async def gift_everybody(self, days: int, reason: str, *, key: UUID) -> int:
        """Give days to everybody whose plan runs today; how many got them."""
        return await GiftDayGrants(self.uow).give_everybody(days, reason, key)

    async def remind_of_ends(self) -> int:
        """Tell clients whose freeze has tomorrow as its last day; how many there are today."""
        self.uow.actor.require(Permission.RUN_JOBS)
        found = await self._freezes.ending_on(self.uow.today + DAY)
        reachable = [pair for pair in found if pair[1].client.telegram_id is not None]
        for freeze, subscription in reachable:
            notices.remind_of_end(self.uow, freeze, subscription)
        return len(reachable)

    @property
    def _may_exceed(self) -> bool:
        return self.uow.actor.may(Permission.FREEZE_BEYOND_PLAN)

    async def _locked(self, subscription_id: UUID) -> SubscriptionChain:
        one = await self._subscriptions.require_loaded(subscription_id)
        chains = await Rescheduling(self.uow).lock([one.client_id])
        return chains[0] if chains else SubscriptionChain([])

    def _open(self, chain: SubscriptionChain, subscription_id: UUID) -> Subscription:
        one = chain.of(subscription_id)
        if one is None:
            raise AlreadyClosed
        return one

    async def _waiting(self, one: Subscription) -> Subscription | None:
        """The renewal behind it."""
        found = await self._subscriptions.open_of(one.client_id)
        later = (other for other in found if other.starts_on > one.starts_on)
        return next((other for other in later if is_open(other, self.uow.today)), None)

    def _same(self, done: Freeze, subscription_id: UUID) -> Freeze:
        if done.subscription_id != subscription_id:
            raise PaymentKeyReused
        return done

    def _row(self, one: Subscription, rest: Interval, reason: str, key: UUID | None) -> Freeze:
        actor = self.uow.actor
        return Freeze(
            id=new_id(),
            subscription_id=one.id,
            kind=FreezeKind.CLIENT,
            starts_on=rest.starts_on,
            ends_on=rest.ends_on,
            reason=reason,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            created_at=self.uow.now,
            idempotency_key=key,
        )

    async def _add(self, one: Subscription, row: Freeze) -> None:
        try:
            await self._freezes.insert(row)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_freezes_idempotency_key":
                raise PaymentKeyReused from None
            raise
        rows = sorted([*one.freezes, row], key=lambda freeze: freeze.starts_on)
        set_committed_value(one, "freezes", rows)

    async def _is_over(self, one: Subscription, freeze_id: UUID) -> bool:
        """True for a freeze of this subscription that has ended or was canceled."""
        freeze = await self._freezes.require(freeze_id)
        if freeze.subscription_id != one.id:
            raise NothingFrozen
        return freeze.canceled_at is not None or not from_day(self.uow.today, [Interval.of(freeze)])

    def _to_end(self, one: Subscription, freeze_id: UUID | None) -> Freeze:
        left = {rest.freeze_id for rest in from_day(self.uow.today, requested_intervals(one))}
        for freeze in one.freezes:
            if freeze.id in left and freeze_id in (None, freeze.id):
                return freeze
        closed = freeze_on(one, self.uow.today)
        if closed is not None and closed.ends_on is not None:
            raise GymIsClosed(closed.ends_on)
        raise NothingFrozen

    async def _stop(self, freeze: Freeze, one: Subscription) -> None:
        """End a freeze with yesterday, or cancel what has no day behind it. Written before days move."""
        begun = until_day(self.uow.today - DAY, [Interval.of(freeze)])
        if begun:
            freeze.ends_on = begun[0].ends_on
            self.uow.audit_changes("freeze.ended", freeze)
        else:
            freeze.canceled_at = self.uow.now
            self.uow.audit_changes("freeze.canceled", freeze)
            set_committed_value(one, "freezes", [row for row in one.freezes if row is not freeze])
        await self.uow.session.flush()
