"""Queries of freezes, closings and gifts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.subscriptions.freezes.errors import ClosureNotFound, FreezeNotFound
from gym.subscriptions.models import OPEN, Freeze, FreezeKind, GiftDays, GymClosure, Subscription
from gym.subscriptions.repository import FRESH, WHOLE

# The visits belong to the room above, so their table is only named here.
VISITED = text("""
SELECT DISTINCT client_id FROM check_ins
WHERE gym_day = :day AND client_id = ANY(:clients) AND outcome = 'admitted' AND undone_at IS NULL
""")
# A sale may race with an announcement, and the two do not see each other. A plan that rests without an end,
# or waits behind one, is laid out when the client returns.
UNCOVERED = text("""
SELECT DISTINCT s.client_id FROM gym_closures g
JOIN subscriptions s ON s.status IN ('scheduled', 'pending_payment', 'active', 'frozen') AND NOT s.held
    AND s.starts_on <= g.ends_on AND s.ends_on >= greatest(g.starts_on, CAST(:day AS date))
CROSS JOIN LATERAL generate_series(
    greatest(g.starts_on, s.starts_on, CAST(:day AS date)), least(g.ends_on, s.ends_on), '1 day'
) closed(day)
WHERE g.canceled_at IS NULL AND g.ends_on >= :day
    AND NOT EXISTS (SELECT FROM freezes f WHERE f.subscription_id = s.id AND f.canceled_at IS NULL
        AND f.starts_on <= closed.day AND (f.ends_on IS NULL OR f.ends_on >= closed.day))
    AND NOT (closed.day = :day AND EXISTS (SELECT FROM check_ins c WHERE c.client_id = s.client_id
        AND c.gym_day = :day AND c.outcome = 'admitted' AND c.undone_at IS NULL))
ORDER BY s.client_id
""")
NO_OVERLAPS = "ex_subscriptions_no_overlap, ex_freezes_no_overlap"


class FreezeRepository(Repository[Freeze, UUID]):
    model = Freeze
    missing = FreezeNotFound

    async def by_key(self, key: UUID | None) -> Freeze | None:
        """The freeze an idempotency key has made already."""
        if key is None:
            return None
        return await self.session.scalar(select(Freeze).where(Freeze.idempotency_key == key))

    async def insert(self, row: Freeze) -> None:
        """Insert now; it may overlap with a closing until that has yielded."""
        async with self.session.begin_nested():
            await self.session.execute(text(f"SET CONSTRAINTS {NO_OVERLAPS} DEFERRED"))
            await self.add(row)

    async def of_subscription(self, subscription_id: UUID) -> Sequence[Freeze]:
        """All that count, first day first."""
        query = select(Freeze).where(Freeze.subscription_id == subscription_id, Freeze.canceled_at.is_(None))
        return (await self.session.scalars(query.order_by(Freeze.starts_on))).all()

    async def ending_on(self, day: date) -> Sequence[tuple[Freeze, Subscription]]:
        """Running freezes of active clients whose last day is a day, with their subscriptions."""
        query = (
            select(Freeze, Subscription)
            .join(Subscription, Subscription.id == Freeze.subscription_id)
            .join(Subscription.client)
            .options(*WHOLE)
            .where(
                Freeze.ends_on == day,
                Freeze.starts_on < day,
                Freeze.kind == FreezeKind.CLIENT,
                Freeze.canceled_at.is_(None),
                Subscription.status.in_(OPEN),
                Client.active,
            )
        )
        rows = await self.session.execute(query.order_by(Freeze.id))
        return [(freeze, subscription) for freeze, subscription in rows]

    async def visited_on(self, day: date, client_ids: Collection[UUID]) -> set[UUID]:
        """Those of the clients who were let in on a day."""
        values = {"day": day, "clients": list(client_ids)}
        return set((await self.session.execute(VISITED, values)).scalars())

    async def touched_by(self, starts_on: date, ends_on: date) -> Sequence[UUID]:
        """Clients who have a plan on one of the days, or who rest without an end."""
        query = select(Subscription.client_id).where(
            Subscription.status.in_(OPEN),
            Subscription.starts_on <= ends_on,
            or_(Subscription.ends_on >= starts_on, Subscription.held, _lasting()),
        )
        return (await self.session.scalars(query.distinct().order_by(Subscription.client_id))).all()

    async def closed_for(self, closure_id: UUID) -> Sequence[UUID]:
        """Clients for whom a closing counts."""
        query = (
            select(Subscription.client_id)
            .join(Freeze, Freeze.subscription_id == Subscription.id)
            .where(Freeze.closure_id == closure_id, Freeze.canceled_at.is_(None))
        )
        return (await self.session.scalars(query.distinct().order_by(Subscription.client_id))).all()

    async def uncovered_by_closures(self, day: date) -> Sequence[UUID]:
        """Clients with a plan that a closing from a day on does not rest yet, though it covers its days."""
        return (await self.session.execute(UNCOVERED, {"day": day})).scalars().all()

    async def running(self, day: date) -> Sequence[UUID]:
        """Active clients with a plan on a day, or who rest without an end."""
        query = (
            select(Subscription.client_id)
            .join(Subscription.client)
            .where(
                Subscription.status.in_(OPEN),
                ~Subscription.held,
                Subscription.starts_on <= day,
                or_(Subscription.ends_on >= day, _lasting()),
                Client.active,
            )
        )
        return (await self.session.scalars(query.distinct().order_by(Subscription.client_id))).all()

    async def lock_clients(self, client_ids: Collection[UUID]) -> None:
        """One after the other in the order of their ids, so that two such locks never cross."""
        query = select(Client.id).where(Client.id.in_(client_ids)).order_by(Client.id)
        await self.session.execute(query.with_for_update(key_share=True))

    async def lock_open(self, client_ids: Collection[UUID]) -> Sequence[Subscription]:
        """The clients' open subscriptions, first day first."""
        query = select(Subscription).options(*WHOLE).where(Subscription.status.in_(OPEN))
        query = query.where(Subscription.client_id.in_(client_ids))
        query = query.order_by(Subscription.client_id, Subscription.starts_on)
        locked = query.with_for_update(key_share=True)
        return (await self.session.scalars(locked, execution_options=FRESH)).all()

    async def closures(self, day: date) -> Sequence[GymClosure]:
        """Closings that are not over before a day, in the order in which they were announced."""
        query = select(GymClosure).where(GymClosure.ends_on >= day, GymClosure.canceled_at.is_(None))
        query = query.order_by(GymClosure.created_at, GymClosure.id)
        return (await self.session.scalars(query, execution_options=FRESH)).all()

    async def closures_page(self, number: int) -> Page[GymClosure]:
        """Every closing that counted, newest first."""
        query = select(GymClosure).where(GymClosure.canceled_at.is_(None))
        query = query.order_by(GymClosure.starts_on.desc(), GymClosure.id)
        return await _ClosureRepository(self.session).page(query, number)

    async def announce(self, closure: GymClosure) -> bool:
        """False when the same closing was announced before."""
        values = {
            "id": closure.id,
            "starts_on": closure.starts_on,
            "ends_on": closure.ends_on,
            "reason": closure.reason,
            "staff_id": closure.staff_id,
            "staff_name": closure.staff_name,
            "created_at": closure.created_at,
        }
        made = insert(GymClosure).values(values).on_conflict_do_nothing().returning(GymClosure.id)
        return await self.session.scalar(made) is not None

    async def lock_closure(self, closure_id: UUID) -> GymClosure:
        row = await self.session.get(GymClosure, closure_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise ClosureNotFound
        return row

    async def gift_by_key(self, key: UUID | None) -> GiftDays | None:
        if key is None:
            return None
        return await self.session.scalar(select(GiftDays).where(GiftDays.idempotency_key == key))

    async def gifts_made(self, keys: Collection[UUID]) -> set[UUID]:
        """Which of the idempotency keys have given days already."""
        query = select(GiftDays.idempotency_key).where(GiftDays.idempotency_key.in_(keys))
        return {key for key in await self.session.scalars(query) if key is not None}

    async def flush_moved(self) -> None:
        """Write rows that trade their days: only all of them together are free of overlaps."""
        with self.session.no_autoflush:
            await self.session.execute(text(f"SET CONSTRAINTS {NO_OVERLAPS} DEFERRED"))
        await self.session.flush()
        await self.session.execute(text(f"SET CONSTRAINTS {NO_OVERLAPS} IMMEDIATE"))


class _ClosureRepository(Repository[GymClosure, UUID]):
    model = GymClosure
    missing = ClosureNotFound


def _lasting() -> ColumnElement[bool]:
    """True while a freeze without an end keeps the last day open."""
    query = select(Freeze.id).where(
        Freeze.subscription_id == Subscription.id, Freeze.ends_on.is_(None), Freeze.canceled_at.is_(None)
    )
    return query.exists()
