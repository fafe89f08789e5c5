"""Retention: handled rows are deleted in time, those that may still be needed are not."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select, update

from gym.app import Gym
from gym.chats.models import DeadUpdate, InboxUpdate
from gym.core.clock import FrozenClock
from gym.core.database.engine import Base
from gym.jobs.outbox_sweep import sweep_outbox
from gym.jobs.retention import Retention
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.notifications.outbox import DESK
from gym.security.models import IdempotencyKey, LinkPurpose, OneTimeLink, RateBucket, RefreshToken
from gym.security.permissions import Actor
from tests.support.messages.samples import complete

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _rows(now: datetime, ago: timedelta, number: int) -> list[Base]:
    """One of everything that is forgotten, of some age."""
    then = now - ago
    return [
        IdempotencyKey(
            caller=uuid4(), key="k", body_hash=bytes(32), created_at=then, leased_until=then, status=200
        ),
        InboxUpdate(update_id=number, chat_id=1, payload={}, received_at=then, done_at=then),
        OneTimeLink(
            purpose=LinkPurpose.LINK_CLIENT, digest=bytes([number] * 32), created_at=then, expires_at=then
        ),
        RefreshToken(
            jti=uuid4(), family=uuid4(), subject_id=uuid4(), scope="desk", issued_at=then, expires_at=then
        ),
        RateBucket(key=f"bucket {number}", full_at=then),
    ]


async def _count(gym: Gym, *tables: type[Base]) -> list[int]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return [await uow.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


async def _forget(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await Retention(uow).forget_old()


async def test_what_is_old_goes_and_what_is_young_stays(gym: Gym, clock: FrozenClock) -> None:
    now = clock.now()
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add_all([*_rows(now, timedelta(days=8), 1), *_rows(now, timedelta(minutes=30), 2)])
        uow.session.add(InboxUpdate(update_id=9, chat_id=1, payload={}, received_at=now - timedelta(days=30)))
        uow.session.add(
            OneTimeLink(
                purpose=LinkPurpose.CLAIM_GYM, digest=bytes([9] * 32), created_at=now - timedelta(days=99)
            )
        )
    assert await _forget(gym) == 5
    # An update that still waits, and a link without an end, are kept whatever their age.
    tables = IdempotencyKey, InboxUpdate, OneTimeLink, RefreshToken, RateBucket
    assert await _count(gym, *tables) == [1, 2, 2, 1, 1]
    assert await _forget(gym) == 0


async def test_a_dead_update_is_listed_for_thirty_days(gym: Gym, clock: FrozenClock) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(DeadUpdate(update_id=1, reason="failed", at=clock.now()))
    clock.advance(29 * DAY)
    assert await _forget(gym) == 0
    clock.advance(2 * DAY)
    assert await _forget(gym) == 1


async def test_messages_are_kept_for_ninety_days_and_those_that_wait_for_ever(
    gym: Gym, clock: FrozenClock
) -> None:
    kinds = NotificationKind.ENDED, NotificationKind.ENDS_SOON, NotificationKind.PRICE_CHANGED
    async with gym.unit_of_work(Actor.system()) as uow:
        for kind in kinds:
            uow.notify(DESK, complete(kind, {}))
    async with gym.unit_of_work(Actor.system()) as uow:
        sent = update(Notification).where(Notification.kind != NotificationKind.ENDED)
        await uow.session.execute(sent.values(state=NotificationState.SENT))
    clock.advance(89 * DAY)
    assert await _forget(gym) == 0
    clock.advance(2 * DAY)
    assert await _forget(gym) == 1
    async with gym.unit_of_work(Actor.system()) as uow:
        left = set(await uow.session.scalars(select(Notification.kind)))
    assert left == {NotificationKind.ENDED, NotificationKind.PRICE_CHANGED}


async def test_the_sweep_offers_again_what_a_dead_worker_held(gym: Gym, clock: FrozenClock) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(DESK, complete(NotificationKind.DESK_JOB_FAILED, {"job": "x", "code": "y"}))
    async with gym.unit_of_work(Actor.system()) as uow:
        lease = update(Notification).values(leased_until=clock.now() + timedelta(minutes=3))
        await uow.session.execute(lease)
        assert await sweep_outbox(uow) == 0
    clock.advance(timedelta(minutes=4))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await sweep_outbox(uow) == 1
