"""Corrections of a verdict by the desk: admission against it, undoing, and the list of attempts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.cards.client_card import CardService
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.errors import (
    NothingToAdmit,
    NothingToUndo,
    NotYourCheckIn,
    OverrideTooLate,
    UndoTooLate,
)
from gym.attendance.models import Outcome, VerdictCode
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.payments.errors import ReasonNeeded
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door
from tests.support.memberships import DeskClerk, told

Code = VerdictCode


async def admit(door: Door, check_in: UUID, reason: str = "first day, pays later") -> Verdict:
    async with door.gym.unit_of_work(door.actor) as uow:
        return await AttendanceService(uow).admit_anyway(check_in, reason)


async def undo(gym: Gym, actor: Actor, check_in: UUID) -> None:
    async with gym.unit_of_work(actor) as uow:
        await AttendanceService(uow).undo(check_in)


async def test_staff_lets_in_against_the_verdict_and_the_admins_hear_why(
    gym: Gym, kiosk: Door, door: Door, desk: DeskClerk, rosa: Client
) -> None:
    subscription = await desk.sell(rosa, await desk.plan(visits=5))
    denied = await kiosk.by_qr(rosa)
    verdict = await admit(door, denied.id)
    assert (verdict.outcome, verdict.counted, verdict.visits_left) == (Outcome.ADMITTED, True, 4)
    rows = await door.attempts()
    assert [(row.outcome, row.code) for row in rows] == [
        (Outcome.DENIED, Code.PAYMENT_DUE),
        (Outcome.ADMITTED, Code.ADMITTED),
    ]
    assert {row.override_reason for row in rows} == {"first day, pays later"}
    assert (await desk.see(subscription)).visits_used == 1
    [message] = await told(gym, NotificationKind.DESK_OVERRIDE)
    assert (message["denied_code"], message["staff_name"]) == ("payment_due", "Bruno Employee")


async def test_a_second_tap_on_admit_anyway_admits_nobody_again(
    kiosk: Door, door: Door, rosa: Client
) -> None:
    denied = await kiosk.by_qr(rosa)
    await admit(door, denied.id)
    with pytest.raises(NothingToAdmit):
        await admit(door, denied.id)
    assert (await door.by_staff(rosa)).code is Code.NO_SUBSCRIPTION
    assert sum(row.counted for row in await door.attempts()) == 1


async def test_an_override_needs_a_reason_a_person_and_the_same_day(
    kiosk: Door, door: Door, rosa: Client, clock: FrozenClock
) -> None:
    denied = await kiosk.by_qr(rosa)
    nobody = await kiosk.by_document("1", "0000")
    with pytest.raises(ReasonNeeded):
        await admit(door, denied.id, "x")
    with pytest.raises(NothingToAdmit):
        await admit(door, nobody.id)
    with pytest.raises(NotAllowed):
        await admit(kiosk, denied.id)
    clock.advance(timedelta(days=1))
    with pytest.raises(OverrideTooLate):
        await admit(door, denied.id)


async def test_an_undone_visit_gives_the_pack_its_visit_back_and_the_day_its_visit(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, employee: Actor
) -> None:
    subscription = await desk.sell(rosa, await desk.plan(Decimal(0), visits=1))
    wrong = await door.by_staff(rosa)
    await undo(gym, employee, wrong.id)
    assert (await desk.see(subscription)).visits_used == 0
    with pytest.raises(NothingToUndo):
        await undo(gym, employee, wrong.id)
    again = await door.by_staff(rosa)
    assert (again.code, again.visit_number) == (Code.ADMITTED, 1)


async def test_undo_is_for_minutes_and_for_whoever_let_the_client_in(
    gym: Gym, kiosk: Door, door: Door, rosa: Client, paid: Subscription, admin: Actor, clock: FrozenClock
) -> None:
    at_kiosk = await kiosk.by_qr(rosa)
    with pytest.raises(NotYourCheckIn):
        await undo(gym, door.actor, at_kiosk.id)
    await undo(gym, admin, at_kiosk.id)
    mine = await door.by_staff(rosa)
    clock.advance(timedelta(minutes=10, seconds=1))
    with pytest.raises(UndoTooLate):
        await undo(gym, door.actor, mine.id)


async def test_a_card_shows_everything_and_the_look_is_recorded(
    gym: Gym, door: Door, rosa: Client, paid: Subscription
) -> None:
    await door.by_staff(rosa)
    async with gym.unit_of_work(door.actor) as uow:
        card = await CardService(uow).card(rosa.id)
    assert card.current is not None
    assert (card.current.id, card.days_left, card.balance) == (paid.id, 30, 0)
    assert len(card.visits) == 1
    assert not card.face.enrolled
    async with gym.unit_of_work(Actor.system()) as uow:
        looks = await uow.session.scalars(select(AuditEntry).where(AuditEntry.action == "client.viewed"))
        assert [row.subject_id for row in looks] == [rosa.id]


async def test_a_member_sees_only_their_own_visits(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, paid: Subscription
) -> None:
    await door.by_staff(rosa)
    other = await desk.client("Eva")
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        assert (await AttendanceService(uow).visits(rosa.id)).total == 1
        with pytest.raises(NotAllowed):
            await AttendanceService(uow).visits(other.id)
        with pytest.raises(NotAllowed):
            await CardService(uow).card(other.id)


async def test_the_desk_sees_today_and_since(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await door.by_staff(rosa)
    clock.advance(timedelta(hours=1))
    await door.by_staff(rosa)
    async with gym.unit_of_work(door.actor) as uow:
        service = AttendanceService(uow)
        assert [row.code for row in (await service.today()).items] == [Code.REENTRY, Code.ADMITTED]
        assert (await service.today(since=clock.now())).total == 1
