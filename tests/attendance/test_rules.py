"""Re-entry, undo and override, each with all its effects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.errors import NothingToUndo, UndoTooLate
from gym.attendance.models import Outcome, VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, RecipientKind
from gym.security.permissions import Actor, Role
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door, settle
from tests.conftest import hire
from tests.support.memberships import DeskClerk, run_nightly

Code = VerdictCode
DAY = timedelta(days=1)


async def undo(door: Door, check_in: UUID) -> None:
    async with door.gym.unit_of_work(door.actor) as uow:
        await AttendanceService(uow).undo(check_in)


async def admit(door: Door, check_in: UUID, key: UUID | None = None) -> Verdict:
    async with door.gym.unit_of_work(door.actor) as uow:
        return await AttendanceService(uow).admit_anyway(check_in, "first day, pays later", key=key)


async def test_a_gym_that_denies_re_entry_refuses_every_second_entry_of_the_day_however_it_is_asked_for(
    gym: Gym, kiosk: Door, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await settle(gym, reentry="deny")
    codes = [(await door.by_staff(rosa)).code]
    clock.advance(timedelta(hours=3))
    codes += [(await door.by_staff(rosa)).code, (await kiosk.by_qr(rosa)).code]
    codes.append((await kiosk.by_document("1020304050", "4567")).code)
    clock.advance(DAY)
    codes.append((await door.by_staff(rosa)).code)
    assert codes == [Code.ADMITTED, *[Code.ALREADY_INSIDE] * 3, Code.ADMITTED]


async def test_after_an_undo_the_day_is_free_again_where_re_entry_is_denied(
    gym: Gym, door: Door, rosa: Client, paid: Subscription
) -> None:
    await settle(gym, reentry="deny")
    wrong = await door.by_staff(rosa)
    await undo(door, wrong.id)
    right = await door.by_staff(rosa)
    assert (right.code, right.visit_number) == (Code.ADMITTED, 1)


async def test_staff_may_let_somebody_in_twice_where_re_entry_is_denied_and_it_does_not_count(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client
) -> None:
    await settle(gym, reentry="deny")
    pack = await desk.sell(rosa, await desk.plan(Decimal(0), visits=5))
    await door.by_staff(rosa)
    again = await admit(door, (await door.by_staff(rosa)).id)
    assert (again.code, again.outcome, again.counted) == (Code.REENTRY, Outcome.ADMITTED, False)
    assert (await desk.see(pack)).visits_used == 1


async def test_a_card_passed_back_over_midnight_is_refused_too(
    kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    clock.at = datetime(2026, 8, 5, 4, 56, tzinfo=UTC)
    first = await kiosk.by_qr(rosa)
    clock.advance(timedelta(minutes=8))
    passed_back = await kiosk.by_qr(rosa)
    clock.advance(timedelta(minutes=2))
    next_day = await kiosk.by_qr(rosa)
    codes = [first.code, passed_back.code, next_day.code]
    assert codes == [Code.ADMITTED, Code.ALREADY_INSIDE, Code.ADMITTED]


async def test_only_a_card_or_document_can_be_passed_back_and_an_undone_entry_was_none(
    kiosk: Door, door: Door, rosa: Client, paid: Subscription
) -> None:
    first = await door.by_staff(rosa)
    assert (await kiosk.by_document("1020304050", "4567")).code is Code.ALREADY_INSIDE
    assert (await door.by_staff(rosa)).code is Code.REENTRY
    again = [row for row in await door.attempts() if row.code is Code.REENTRY]
    await undo(door, again[0].id)
    await undo(door, first.id)
    assert (await kiosk.by_qr(rosa)).code is Code.ADMITTED


async def test_an_undone_re_entry_costs_no_visit_and_keeps_the_first_one(
    door: Door, desk: DeskClerk, rosa: Client
) -> None:
    pack = await desk.sell(rosa, await desk.plan(Decimal(0), visits=2))
    first = await door.by_staff(rosa)
    again = await door.by_staff(rosa)
    await undo(door, again.id)
    with pytest.raises(NothingToUndo):
        await undo(door, again.id)
    rows = {row.id: row for row in await door.attempts()}
    assert rows[first.id].undone_at is None
    assert rows[again.id].undone_at is not None
    assert (await desk.see(pack)).visits_used == 1


async def test_an_undone_override_gives_the_pack_its_visit_back_and_the_client_is_denied_again(
    door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    pack = await desk.sell(rosa, await desk.plan(visits=1))
    verdict = await admit(door, (await door.by_staff(rosa)).id)
    assert (await desk.see(pack)).visits_used == 1
    clock.advance(timedelta(minutes=10))
    await undo(door, verdict.id)
    assert (await desk.see(pack)).visits_used == 0
    assert (await door.by_staff(rosa)).code is Code.PAYMENT_DUE


async def test_an_undone_visit_opens_a_pack_that_it_had_used_up(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    await desk.sell(rosa, await desk.plan(Decimal(0), visits=2))
    await door.by_staff(rosa)
    clock.advance(DAY)
    last = await door.by_staff(rosa)
    assert last.visits_left == 0
    await undo(door, last.id)
    clock.advance(DAY)
    await run_nightly(gym)
    verdict = await door.by_staff(rosa)
    assert (verdict.code, verdict.visit_number, verdict.visits_left) == (Code.ADMITTED, 2, 0)


async def test_the_time_to_undo_is_a_setting_and_starts_when_the_gym_hears_of_it(
    gym: Gym, kiosk: Door, admin: Actor, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await settle(gym, undo_minutes=3)
    seen = clock.now()
    clock.advance(timedelta(hours=5))
    replayed = await kiosk.by_qr(rosa, at=seen)
    clock.advance(timedelta(minutes=3, seconds=1))
    with pytest.raises(UndoTooLate) as refused:
        await undo(Door(gym, admin), replayed.id)
    assert refused.value.context == {"minutes": 3}


async def test_an_override_without_a_plan_and_of_a_used_up_pack_counts_as_a_visit_of_the_day(
    door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    without = await admit(door, (await door.by_staff(rosa)).id)
    assert (without.counted, without.subscription_id, without.visit_number) == (True, None, None)
    clock.advance(DAY)
    pack = await desk.sell(rosa, await desk.plan(Decimal(0), visits=1))
    await door.by_staff(rosa)
    clock.advance(DAY)
    beyond = await admit(door, (await door.by_staff(rosa)).id)
    assert (beyond.counted, beyond.visit_number) == (True, None)
    await undo(door, beyond.id)
    assert (await desk.see(pack)).visits_used == 1


async def test_every_other_admin_is_told_of_an_override_and_the_desk(
    gym: Gym, admin: Actor, rosa: Client
) -> None:
    other = await hire(gym, "Carla Admin", Role.ADMIN)
    at_the_desk = Door(gym, admin)
    await admit(at_the_desk, (await at_the_desk.by_staff(rosa)).id)
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification.recipient_kind, Notification.recipient_id)
        rows = await uow.session.execute(query.where(Notification.kind == NotificationKind.DESK_OVERRIDE))
        told = {(kind, who) for kind, who in rows}
    assert told == {(RecipientKind.DESK, None), (RecipientKind.STAFF, other.id)}


async def test_a_verdict_knows_the_renewal_that_waits_and_the_oldest_debt(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, await desk.plan(name="Old"))
    clock.advance(40 * DAY)
    await run_nightly(gym)
    await desk.sell(rosa, await desk.plan(Decimal(0), visits=1, name="Pack"))
    waiting = await desk.renew(rosa)
    verdict = await door.by_staff(rosa)
    assert (verdict.waiting_id, verdict.debt_id) == (waiting.id, old.id)
    assert verdict.closed_debt == old.final_price
