"""Who is inside, and how they leave."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.errors import CheckOutOff, NotInside
from gym.attendance.models import VerdictCode
from gym.attendance.presence import PresenceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door, settle
from tests.support.memberships import DeskClerk

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def checking_out(gym: Gym) -> None:
    await settle(gym, check_out=True)


async def inside(door: Door) -> list[str]:
    async with door.gym.unit_of_work(door.actor) as uow:
        service = PresenceService(uow)
        found = [one.client_name for one in await service.inside()]
        assert await service.occupancy() == len(found)
        return found


async def leave(door: Door, client: Client) -> None:
    async with door.gym.unit_of_work(door.actor) as uow:
        await PresenceService(uow).check_out(client.id)


async def test_without_check_out_an_entry_counts_for_two_hours_across_midnight(
    door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    """23:30 in Bogota is 04:30 UTC of the next day."""
    clock.at = datetime(2026, 8, 5, 4, 30, tzinfo=UTC)
    await door.by_staff(rosa)
    clock.advance(60 * MINUTE)
    assert await inside(door) == ["Rosa Vargas"]
    clock.advance(59 * MINUTE)
    assert await inside(door) == ["Rosa Vargas"]
    clock.advance(2 * MINUTE)
    assert await inside(door) == []


async def test_entering_again_counts_one_person_from_then_on(
    door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await door.by_staff(rosa)
    clock.advance(90 * MINUTE)
    assert (await door.by_staff(rosa)).code is VerdictCode.REENTRY
    clock.advance(90 * MINUTE)
    assert await inside(door) == ["Rosa Vargas"]


async def since(door: Door) -> dict[str, datetime]:
    async with door.gym.unit_of_work(door.actor) as uow:
        return {one.client_name: one.since for one in await PresenceService(uow).inside()}


@pytest.mark.parametrize("leaves", [False, True])
async def test_a_face_seen_again_while_inside_begins_no_new_stay(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, leaves: bool
) -> None:
    """Without check-out a stay lasts two hours from each look; whoever comes back later begins another."""
    await settle(gym, check_out=leaves)
    came = clock.now()
    for _ in range(3):
        await door.by_staff(rosa)
        assert await since(door) == {"Rosa Vargas": came}
        clock.advance(90 * MINUTE)
    if leaves:
        await leave(door, rosa)
    clock.advance(121 * MINUTE)
    assert await since(door) == {}
    back = clock.now()
    for _ in range(2):
        await door.by_staff(rosa)
        clock.advance(MINUTE)
    assert await since(door) == {"Rosa Vargas": back}


async def test_who_was_refused_or_whose_visit_was_undone_is_not_inside(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, paid: Subscription
) -> None:
    await door.by_staff(await desk.client("Eva"))
    visit = await door.by_staff(rosa)
    async with gym.unit_of_work(door.actor) as uow:
        await AttendanceService(uow).undo(visit.id)
    assert await inside(door) == []


async def test_who_came_last_stands_first_and_one_query_names_everybody(
    gym: Gym, door: Door, desk: DeskClerk, clock: FrozenClock
) -> None:
    plan = await desk.plan(Decimal(0))
    for number in range(20):
        member = await desk.client(f"Member{number:02}")
        await desk.sell(member, plan)
        await door.by_staff(member)
        clock.advance(MINUTE)
    asked: list[object] = []
    async with gym.unit_of_work(door.actor) as uow:
        engine = gym.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        found = await PresenceService(uow).inside()
    assert [one.client_name for one in found] == [f"Member{number:02} Vargas" for number in range(19, -1, -1)]
    assert len(asked) == 1


async def test_with_check_out_somebody_is_inside_until_they_leave_and_may_come_back(
    door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, checking_out: None
) -> None:
    await door.by_staff(rosa)
    clock.advance(5 * 60 * MINUTE)
    assert await inside(door) == ["Rosa Vargas"]
    await leave(door, rosa)
    assert await inside(door) == []
    [row] = await door.attempts()
    assert row.left_at == clock.now()
    with pytest.raises(NotInside):
        await leave(door, rosa)
    clock.advance(MINUTE)
    await door.by_staff(rosa)
    assert await inside(door) == ["Rosa Vargas"]


@pytest.mark.parametrize("zone", ["America/Bogota", "Europe/Madrid"])
async def test_nobody_who_forgot_to_check_out_is_inside_on_the_next_gym_day(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock, zone: str
) -> None:
    """On 25 October 2026 Madrid's day has 25 hours."""
    await settle(gym, check_out=True, timezone=zone)
    clock.at = datetime(2026, 10, 25, 10, 0, tzinfo=UTC)
    midnight = datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
    if zone == "America/Bogota":
        midnight = datetime(2026, 10, 26, 5, 0, tzinfo=UTC)
    await desk.sell(rosa, await desk.plan(Decimal(0)))
    await door.by_staff(rosa)
    clock.at = midnight - MINUTE
    assert await inside(door) == ["Rosa Vargas"]
    clock.at = midnight
    assert await inside(door) == []
    with pytest.raises(NotInside):
        await leave(door, rosa)


async def test_an_offline_kiosk_reports_the_moment_not_the_replay(
    kiosk: Door, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    seen = clock.now()
    clock.advance(119 * MINUTE)
    await kiosk.by_qr(rosa, at=seen)
    assert await inside(door) == ["Rosa Vargas"]
    clock.advance(2 * MINUTE)
    assert await inside(door) == []


async def test_an_entry_replayed_from_before_the_way_out_brings_nobody_back(
    kiosk: Door, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, checking_out: None
) -> None:
    seen = clock.now()
    clock.advance(30 * MINUTE)
    await door.by_staff(rosa)
    clock.advance(30 * MINUTE)
    await leave(door, rosa)
    await kiosk.by_qr(rosa, at=seen)
    assert await inside(door) == []
    with pytest.raises(NotInside):
        await leave(door, rosa)


async def test_of_many_taps_one_checks_out(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, checking_out: None
) -> None:
    await door.by_staff(rosa)
    await gym.database.warm(8)
    done = await asyncio.gather(*(leave(door, rosa) for _ in range(8)), return_exceptions=True)
    assert sum(one is None for one in done) == 1
    assert sum(isinstance(one, NotInside) for one in done) == 7


async def test_a_gym_without_check_out_says_so(door: Door, rosa: Client, paid: Subscription) -> None:
    await door.by_staff(rosa)
    with pytest.raises(CheckOutOff):
        await leave(door, rosa)


async def test_a_member_does_not_see_who_is_inside(gym: Gym, rosa: Client) -> None:
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        service = PresenceService(uow)
        for look in (service.inside, service.occupancy):
            with pytest.raises(NotAllowed):
                await look()
        with pytest.raises(NotAllowed):
            await service.check_out(rosa.id)
