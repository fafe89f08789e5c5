"""Retention: handled rows are deleted in time, those that may still be needed are not."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from annotated_types import Ge, Le
from sqlalchemy import func, select, text, update

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
from gym.settings.schemas import GymSettings, KeptFor
from gym.staff.service import StaffService
from tests.support.memberships import DeskClerk
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


async def test_each_setting_decides_how_long_its_rows_are_kept(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    """The same rows stay with the longest days and go with the shortest; younger ones stay with both."""
    insert = {
        "keep_denials_days": "INSERT INTO check_ins (id, client_id, outcome, code, method, at, received_at,"
        " gym_day) SELECT gen_random_uuid(), id, 'denied', 'expired', 'document', :at, :at,"
        " CAST(CAST(:at AS timestamptz) AS date) FROM clients",
        "keep_strangers_days": "INSERT INTO chat_people (user_id, language, reachable, first_seen_at)"
        " VALUES (:number, 'en', true, :at)",
        "keep_broadcasts_days": "INSERT INTO broadcasts (id, text, segment, state, total, asked_by,"
        " idempotency_key, created_at, finished_at) VALUES (gen_random_uuid(), 'x', 'active', 'stopped', 0,"
        " :staff, gen_random_uuid(), :at, :at)",
        "keep_messages_days": "INSERT INTO notifications (id, recipient_kind, kind, payload, dedup_key, rank,"
        " state, attempts, created_at, due_at, next_try_at) VALUES (gen_random_uuid(), 'desk', 'desk_digest',"
        " '{}', CAST(gen_random_uuid() AS text), 1, 'sent', 0, :at, :at, :at)",
    }
    left = {
        "keep_denials_days": "SELECT count(*) FROM check_ins WHERE client_id IS NOT NULL",
        "keep_strangers_days": "SELECT count(*) FROM chat_people WHERE user_id > 9000",
        "keep_broadcasts_days": "SELECT count(*) FROM broadcasts",
        "keep_messages_days": "SELECT count(*) FROM notifications WHERE kind = 'desk_digest'",
    }
    await DeskClerk(gym, admin).client("Rosa")
    bounds = {name: GymSettings.model_fields[name].metadata for name in insert}
    shortest = {name: next(one.ge for one in found if isinstance(one, Ge)) for name, found in bounds.items()}
    longest = {name: next(one.le for one in found if isinstance(one, Le)) for name, found in bounds.items()}
    async with gym.unit_of_work(Actor.system()) as uow:
        for number, (name, statement) in enumerate(insert.items()):
            for older, days in ((0, shortest[name] - 1), (1, shortest[name] + 1)):
                values = {
                    "number": 9001 + 2 * number + older,
                    "staff": admin.id,
                    "at": clock.now() - timedelta(days=days),
                }
                names = {key: value for key, value in values.items() if f":{key}" in statement}
                await uow.session.execute(text(statement), names)

    async def counted() -> dict[str, int]:
        async with gym.unit_of_work(Actor.system()) as uow:
            return {name: await uow.session.scalar(text(query)) or 0 for name, query in left.items()}

    for changes, kept in ((longest, 2), (shortest, 1)):
        async with gym.unit_of_work(admin) as uow:
            await StaffService(uow).change_settings(dict(changes))
        await _forget(gym)
        assert await counted() == dict.fromkeys(insert, kept)
    assert set(insert) == {one.value for one in KeptFor}
