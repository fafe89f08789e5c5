"""Queries of subscriptions. What is read comes with its plan, account and client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from gym.clients.errors import ClientNotFound
from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.payments.models import Account
from gym.subscriptions.errors import SubscriptionNotFound
from gym.subscriptions.models import OPEN, Freeze, Subscription, SubscriptionStatus

WHOLE = (
    selectinload(Subscription.plan),
    selectinload(Subscription.account),
    selectinload(Subscription.client),
    selectinload(Subscription.freezes),
)
RUNNING = (SubscriptionStatus.PENDING_PAYMENT, SubscriptionStatus.ACTIVE)
FRESH = {"populate_existing": True}
"""Rows are read again although the session has them: what waited for a lock must not be decided on old news.
The parts come by statements of their own, after the lock, so a balance is never older than the lock."""


def _whole() -> Select[Subscription]:
    return select(Subscription).options(*WHOLE)


def _locked(query: Select[Subscription], *, skip: bool = False) -> Select[Subscription]:
    """Locked against other changes, not against foreign keys that point at it (a check-in in the making)."""
    return query.with_for_update(key_share=True, skip_locked=skip)


class SubscriptionRepository(Repository[Subscription, UUID]):
    model = Subscription
    missing = SubscriptionNotFound

    async def require_loaded(self, key: UUID) -> Subscription:
        return self._found(await self.session.scalar(_whole().where(Subscription.id == key)))

    async def of_account(self, account_id: UUID) -> Subscription:
        return self._found(await self.session.scalar(_whole().where(Subscription.account_id == account_id)))

    async def by_key(self, key: UUID | None) -> Subscription | None:
        """The subscription an idempotency key has made already."""
        if key is None:
            return None
        return await self.session.scalar(_whole().where(Subscription.idempotency_key == key))

    async def lock_loaded(self, key: UUID) -> Subscription:
        query = _locked(_whole().where(Subscription.id == key))
        return self._found(await self.session.scalar(query, execution_options=FRESH))

    async def lock_client(self, client_id: UUID) -> Client:
        """Whoever sells to a client holds this lock: one sale at a time."""
        query = select(Client).where(Client.id == client_id).with_for_update(key_share=True)
        client = await self.session.scalar(query, execution_options=FRESH)
        if client is None:
            raise ClientNotFound
        return client

    async def lock_open(self, client_id: UUID) -> Sequence[Subscription]:
        """A client's open subscriptions, first day first."""
        return await self._all(_locked(self._open_of(client_id)), fresh=True)

    async def open_of(self, client_id: UUID) -> Sequence[Subscription]:
        return await self._all(self._open_of(client_id))

    async def latest(self, client_id: UUID) -> Subscription | None:
        """The last period that was not canceled, open or not."""
        query = _whole().where(
            Subscription.client_id == client_id, Subscription.status != SubscriptionStatus.CANCELED
        )
        return await self.session.scalar(
            query.order_by(Subscription.starts_on.desc(), Subscription.id.desc()).limit(1)
        )

    async def last_canceled(self, client_id: UUID) -> Subscription | None:
        """The canceled one that was closed last."""
        query = _whole().where(
            Subscription.client_id == client_id, Subscription.status == SubscriptionStatus.CANCELED
        )
        return await self.session.scalar(query.order_by(Subscription.closed_at.desc()).limit(1))

    async def latest_id(self, client_id: UUID) -> UUID | None:
        """Which one `latest` would give."""
        query = select(Subscription.id).where(
            Subscription.client_id == client_id, Subscription.status != SubscriptionStatus.CANCELED
        )
        return await self.session.scalar(
            query.order_by(Subscription.starts_on.desc(), Subscription.id.desc()).limit(1)
        )

    async def had_plan(self, client_id: UUID, plan_id: UUID, zone: str) -> bool:
        """True when the client had the plan; one canceled before its first gym day does not count."""
        began = or_(
            Subscription.status != SubscriptionStatus.CANCELED,
            cast(func.timezone(zone, Subscription.closed_at), Date) >= Subscription.starts_on,
        )
        query = select(Subscription.id).where(
            Subscription.client_id == client_id, Subscription.plan_id == plan_id, began
        )
        return await self.session.scalar(query.limit(1)) is not None

    async def page_of_client(self, client_id: UUID, number: int) -> Page[Subscription]:
        """A client's subscriptions, newest first."""
        query = _whole().where(Subscription.client_id == client_id)
        return await self.page(query.order_by(Subscription.starts_on.desc(), Subscription.id.desc()), number)

    async def owed(self, client_id: UUID) -> Sequence[Subscription]:
        """A client's subscriptions with money owed on them, oldest first."""
        query = _whole().join(Subscription.account).where(Subscription.client_id == client_id)
        return await self._all(query.where(Account.balance > 0).order_by(Subscription.starts_on))

    async def lock_to_activate(self, day: date) -> Sequence[Subscription]:
        """Those that have begun, that rest from now on or that rest no more; whoever holds one settles it."""
        status, started = Subscription.status, Subscription.starts_on <= day
        begun = and_(status == SubscriptionStatus.SCHEDULED, ~Subscription.held, started)
        rests = and_(status.in_(RUNNING), started, _frozen_on(day))
        thawed = and_(status == SubscriptionStatus.FROZEN, ~_frozen_on(day))
        query = _whole().where(or_(begun, rests, thawed)).order_by(Subscription.starts_on, Subscription.id)
        return await self._all(_locked(query, skip=True), fresh=True)

    async def lock_to_correct(self) -> Sequence[Subscription]:
        """Those that ended and do not say whether something is owed for them, as 0.1.0 has left some."""
        status = Subscription.status
        owed = select(Account.id).where(Account.id == Subscription.account_id, Account.balance > 0).exists()
        wrong = or_(
            and_(status == SubscriptionStatus.LAPSED, ~owed), and_(status == SubscriptionStatus.EXPIRED, owed)
        )
        return await self._all(
            _locked(_whole().where(wrong).order_by(Subscription.id), skip=True), fresh=True
        )

    async def lock_to_round_off(self, smallest: Decimal) -> Sequence[Subscription]:
        """Those of which less is owed than anybody can pay: it was raised, or a small receipt voided."""
        owed = select(Account.id).where(Account.balance > 0, Account.balance < smallest)
        query = _whole().where(Subscription.account_id.in_(owed)).order_by(Subscription.id)
        return await self._all(_locked(query, skip=True), fresh=True)

    async def lock_to_expire(self, day: date) -> Sequence[Subscription]:
        """Open ones whose last day has passed."""
        over = and_(Subscription.ends_on < day, Subscription.status.in_(OPEN), ~Subscription.held)
        query = _whole().where(over, ~_frozen_on(day))
        query = query.order_by(Subscription.ends_on, Subscription.id)
        return await self._all(_locked(query, skip=True), fresh=True)

    async def staying(self, client_ids: Iterable[UUID], day: date) -> set[UUID]:
        """Those of the clients who have an open subscription on or after a day."""
        query = select(Subscription.client_id).where(
            Subscription.client_id.in_(set(client_ids)),
            Subscription.status.in_(OPEN),
            Subscription.ends_on >= day,
        )
        return set(await self.session.scalars(query))

    async def ending_on(self, days: Iterable[date]) -> Sequence[Subscription]:
        """Running ones that end on one of the days, of active clients, with no renewal after them."""
        query = (
            _whole()
            .join(Subscription.client)
            .where(
                Subscription.ends_on.in_(list(days)),
                Subscription.status.in_(OPEN),
                _dated(),
                Client.active,
                ~_followed(),
            )
        )
        return await self._all(query.order_by(Subscription.ends_on, Subscription.id))

    async def ended_on(self, days: Iterable[date]) -> Sequence[Subscription]:
        """Those that ended on one of the days, of active clients who have not come back since."""
        query = (
            _whole()
            .join(Subscription.client)
            .where(
                Subscription.ends_on.in_(list(days)),
                Subscription.status != SubscriptionStatus.CANCELED,
                _dated(),
                Client.active,
                ~_followed(),
            )
        )
        return await self._all(query.order_by(Subscription.ends_on, Subscription.id))

    async def due_since(self, days: Iterable[date], today: date) -> Sequence[Subscription]:
        """Those unpaid since one of the days on which they began, of active clients, unless snoozed."""
        query = (
            _whole()
            .join(Subscription.client)
            .join(Subscription.account)
            .where(
                Subscription.starts_on.in_(list(days)),
                Subscription.status != SubscriptionStatus.CANCELED,
                ~Subscription.held,
                Account.balance > 0,
                or_(Account.snoozed_until.is_(None), Account.snoozed_until <= today),
                Client.active,
            )
        )
        return await self._all(query.order_by(Subscription.starts_on, Subscription.id))

    def _open_of(self, client_id: UUID) -> Select[Subscription]:
        query = _whole().where(Subscription.client_id == client_id, Subscription.status.in_(OPEN))
        return query.order_by(Subscription.starts_on)

    async def _all(self, query: Select[Subscription], *, fresh: bool = False) -> Sequence[Subscription]:
        rows = await self.session.scalars(query, execution_options=FRESH if fresh else {})
        return rows.all()

    def _found(self, row: Subscription | None) -> Subscription:
        if row is None:
            raise self.missing
        return row


def _followed() -> ColumnElement[bool]:
    """True when the same client has a later subscription that was not canceled."""
    later = aliased(Subscription)
    query = select(later.id).where(
        later.client_id == Subscription.client_id,
        later.starts_on > Subscription.starts_on,
        later.status != SubscriptionStatus.CANCELED,
    )
    return query.exists()


def _dated() -> ColumnElement[bool]:
    """False while a freeze without an end keeps the last day open, here or in what waits behind it."""
    lasting = select(Freeze.id).where(
        Freeze.subscription_id == Subscription.id, Freeze.canceled_at.is_(None), Freeze.ends_on.is_(None)
    )
    return and_(~Subscription.held, ~lasting.exists())


def _frozen_on(day: date) -> ColumnElement[bool]:
    """True when a freeze holds the day."""
    query = select(Freeze.id).where(
        Freeze.subscription_id == Subscription.id,
        Freeze.canceled_at.is_(None),
        Freeze.starts_on <= day,
        or_(Freeze.ends_on.is_(None), Freeze.ends_on >= day),
    )
    return query.exists()
