"""Check-ins over a real database: facts, verdicts, what is stored and which messages are written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.checkin.credentials import ClientCredential
from gym.attendance.checkin.sentences import say, verdict_message
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.errors import CapturedInFuture, CapturedTooLongAgo
from gym.attendance.models import CheckInMethod, Outcome, VerdictCode
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.language import Translator
from gym.notifications.fan_out import DeskFanOut
from gym.notifications.models import Notification, NotificationKind
from gym.security.permissions import Actor, NotAllowed, OnlyFromDesk
from gym.security.signed_links import QrExpired, QrInvalid, SignedLinks
from gym.subscriptions.models import Subscription, SubscriptionStatus
from tests.attendance.conftest import Door, change, settle
from tests.support.memberships import DeskClerk, frozen, run_nightly, told

Code = VerdictCode
DAY = timedelta(days=1)


async def test_a_paid_member_comes_in_and_the_visit_counts_once_a_day(
    door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    first = await door.by_staff(rosa)
    again = await door.by_staff(rosa)
    clock.advance(DAY)
    next_day = await door.by_staff(rosa)
    assert [(one.code, one.counted, one.visit_number) for one in (first, again, next_day)] == [
        (Code.ADMITTED, True, 1),
        (Code.REENTRY, False, 1),
        (Code.ADMITTED, True, 2),
    ]
    assert first.days_left == 30
    assert (first.plan_name, first.ends_on, first.balance) == ("Monthly", date(2026, 9, 2), Decimal(0))


async def test_an_attempt_is_kept_with_method_device_door_time_and_code(
    kiosk: Door, rosa: Client, clock: FrozenClock
) -> None:
    verdict = await kiosk.by_qr(rosa)
    [row] = await kiosk.attempts()
    assert (row.id, row.outcome, row.code) == (verdict.id, Outcome.DENIED, Code.NO_SUBSCRIPTION)
    assert (row.method, row.kiosk_id, row.staff_id) == (CheckInMethod.QR, kiosk.actor.id, None)
    assert (row.at, row.gym_day, row.counted) == (clock.now(), date(2026, 8, 3), False)


async def test_no_job_has_to_run_for_the_first_day_to_open_and_the_last_to_close(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    """Paying for next month does not open the door today; the start does, whatever the status column says."""
    subscription = await desk.sell(rosa, await desk.plan(), starts_on=date(2026, 8, 10))
    await desk.pay(subscription)
    early = await door.by_staff(rosa)
    assert (early.code, early.starts_on) == (Code.NOT_STARTED, date(2026, 8, 10))
    clock.advance(7 * DAY)
    assert (await door.by_staff(rosa)).code is Code.ADMITTED
    await change(gym, subscription, status=SubscriptionStatus.ACTIVE)
    clock.advance(31 * DAY)
    late = await door.by_staff(rosa)
    assert (late.code, late.ends_on) == (Code.EXPIRED, date(2026, 9, 9))


async def test_a_settled_balance_opens_although_the_status_still_waits(
    gym: Gym, door: Door, rosa: Client, paid: Subscription
) -> None:
    await change(gym, paid, status=SubscriptionStatus.PENDING_PAYMENT)
    assert (await door.by_staff(rosa)).code is Code.ADMITTED


async def test_who_owes_is_told_how_much_but_not_where_others_read_along(
    door: Door, desk: DeskClerk, rosa: Client
) -> None:
    subscription = await desk.sell(rosa, await desk.plan())
    await desk.pay(subscription, Decimal(50000))
    verdict = await door.by_staff(rosa)
    assert (verdict.code, verdict.balance) == (Code.PAYMENT_DUE, Decimal(100000))
    message, values = verdict_message(verdict)
    assert "{balance}" in message
    assert values["balance"] == Decimal(100000)
    assert "100,000" in say(verdict, Translator("en"))
    assert say(verdict, Translator("en"), sums=False) == "There is something to pay. Please go to the desk."


async def test_debt_of_a_closed_subscription_warns_but_a_waiting_renewal_is_no_debt(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, await desk.plan())
    clock.advance(40 * DAY)
    await run_nightly(gym)
    new = await desk.sell(rosa, await desk.plan())
    await desk.pay(new)
    await desk.renew(rosa)
    verdict = await door.by_staff(rosa)
    assert (verdict.code, verdict.closed_debt, verdict.balance) == (Code.ADMITTED, old.final_price, 0)
    await settle(gym, closed_debt_denies=True)
    assert (await door.by_staff(rosa)).code is Code.PAYMENT_DUE


async def test_a_deactivated_a_blocked_and_a_frozen_member_are_told_why(
    gym: Gym, door: Door, rosa: Client, paid: Subscription
) -> None:
    until = date(2026, 8, 20)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(frozen(paid, uow.today, until))
    rests = await door.by_staff(rosa)
    await change(gym, rosa, blocked_until=until, block_reason="shouting")
    blocked = await door.by_staff(rosa)
    await change(gym, rosa, active=False)
    inactive = await door.by_staff(rosa)
    assert [(one.code, one.until) for one in (rests, blocked)] == [
        (Code.FROZEN, until),
        (Code.BLOCKED, until),
    ]
    assert blocked.reason == "shouting"
    assert inactive.code is Code.CLIENT_INACTIVE


async def test_outside_its_hours_a_plan_says_when_it_opens(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client
) -> None:
    plan = await desk.plan(Decimal(0))
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.merge(plan)
        found.window = {"weekdays": [0, 1], "from": "18:00", "until": "22:00"}
    await desk.sell(rosa, plan)
    verdict = await door.by_staff(rosa)
    assert verdict.code is Code.OUTSIDE_HOURS
    assert (verdict.opens_on, f"{verdict.opens_at:%H:%M}") == (date(2026, 8, 3), "18:00")


async def test_a_visit_pack_is_used_up_by_days_not_by_entries(
    door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    subscription = await desk.sell(rosa, await desk.plan(Decimal(0), visits=2))
    codes = [(await door.by_staff(rosa)).code for _ in range(3)]
    clock.advance(DAY)
    last = await door.by_staff(rosa)
    clock.advance(DAY)
    spent = await door.by_staff(rosa)
    assert codes == [Code.ADMITTED, Code.REENTRY, Code.REENTRY]
    assert (last.code, last.visits_left) == (Code.ADMITTED, 0)
    assert (spent.code, spent.visits_left) == (Code.VISITS_USED_UP, 0)
    assert (await desk.see(subscription)).visits_used == 2


async def test_gym_days_not_utc_days_decide_around_midnight(
    door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    """23:30 and 00:30 in Bogota are 04:30 and 05:30 UTC, the same UTC day."""
    clock.at = datetime(2026, 8, 5, 4, 30, tzinfo=clock.at.tzinfo)
    night = await door.by_staff(rosa)
    clock.advance(timedelta(hours=1))
    morning = await door.by_staff(rosa)
    days = [row.gym_day for row in await door.attempts()]
    assert (night.code, morning.code) == (Code.ADMITTED, Code.ADMITTED)
    assert days == [date(2026, 8, 4), date(2026, 8, 5)]


async def test_a_birthday_is_noticed(gym: Gym, door: Door, rosa: Client, paid: Subscription) -> None:
    await change(gym, rosa, birth_date=date(1990, 8, 3), warning="bad knee")
    verdict = await door.by_staff(rosa)
    assert (verdict.birthday, verdict.warning) == (True, "bad knee")


async def test_an_offline_attempt_is_judged_by_its_own_moment(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    """Captured on the last day, replayed after the nightly job has closed the subscription."""
    last_day = datetime(2026, 9, 2, 22, 0, tzinfo=clock.at.tzinfo)
    clock.at = last_day + timedelta(hours=20)
    await run_nightly(gym)
    replayed = await kiosk.by_qr(rosa, at=last_day)
    live = await kiosk.by_qr(rosa)
    assert (replayed.code, replayed.at) == (Code.ADMITTED, last_day)
    assert live.code is Code.EXPIRED
    assert [row.gym_day for row in await kiosk.attempts()] == [date(2026, 9, 2), date(2026, 9, 3)]


async def test_a_void_or_a_cancellation_does_not_reach_back_to_an_earlier_attempt(
    gym: Gym, kiosk: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    subscription = await desk.sell(rosa, await desk.plan())
    receipt = await desk.pay(subscription)
    at_the_door = clock.now()
    clock.advance(timedelta(minutes=30))
    await desk.void(receipt.entry_id)
    assert (await kiosk.by_qr(rosa)).code is Code.PAYMENT_DUE
    await change(gym, subscription, status=SubscriptionStatus.CANCELED, closed_at=clock.now())
    assert (await kiosk.by_qr(rosa)).code is Code.NO_SUBSCRIPTION
    assert (await kiosk.by_qr(rosa, at=at_the_door)).code is Code.ADMITTED


async def test_a_capture_time_is_never_in_the_future_and_at_most_three_days_old(
    kiosk: Door, rosa: Client, clock: FrozenClock
) -> None:
    with pytest.raises(CapturedInFuture):
        await kiosk.by_qr(rosa, at=clock.now() + timedelta(minutes=5))
    with pytest.raises(CapturedTooLongAgo):
        await kiosk.by_qr(rosa, at=clock.now() - timedelta(hours=73))
    assert await kiosk.attempts() == []


async def test_a_card_passed_back_is_refused_but_the_owner_returns_later(
    kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    first = await kiosk.by_qr(rosa)
    passed_back = await kiosk.by_qr(rosa)
    clock.advance(timedelta(minutes=10))
    later = await kiosk.by_qr(rosa)
    codes = [first.code, passed_back.code, later.code]
    assert codes == [Code.ADMITTED, Code.ALREADY_INSIDE, Code.REENTRY]


async def test_a_qr_that_has_run_out_or_was_forged_or_revoked_opens_nothing(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    drawn = SignedLinks(gym.secrets.jwt).sign_member_qr(rosa.id, clock.now() + timedelta(seconds=60))
    clock.advance(timedelta(seconds=61))
    async with gym.unit_of_work(kiosk.actor) as uow:
        with pytest.raises(QrExpired):
            await AttendanceService(uow).check_in_qr(drawn)
        with pytest.raises(QrInvalid):
            await AttendanceService(uow).check_in_qr(drawn[:-4] + "AAAA")
    await change(gym, rosa, card_serial=2)
    with pytest.raises(QrInvalid):
        await kiosk.by_qr(rosa, serial=1)
    assert (await kiosk.by_qr(rosa, serial=2)).code is Code.ADMITTED


@pytest.mark.parametrize(
    ("number", "last4"), [("1020304050", "0000"), ("9999999999", "4567"), ("%", "4567"), ("1020304050", "%")]
)
async def test_a_document_that_does_not_fit_does_not_say_which_half_was_wrong(
    kiosk: Door, rosa: Client, paid: Subscription, number: str, last4: str
) -> None:
    verdict = await kiosk.by_document(number, last4)
    assert (verdict.code, verdict.client_id, verdict.display_name) == (Code.NOT_RECOGNIZED, None, None)
    [row] = await kiosk.attempts()
    assert (row.method, row.client_id) == (CheckInMethod.DOCUMENT, None)
    assert verdict_message(verdict)[0].startswith("Document and phone")


async def test_a_document_opens_as_people_write_it(kiosk: Door, rosa: Client, paid: Subscription) -> None:
    verdict = await kiosk.by_document("1.020.304-050", "4567")
    assert (verdict.code, verdict.display_name) == (Code.ADMITTED, "Rosa")


async def test_two_clients_behind_one_document_number_are_nobody(
    gym: Gym, kiosk: Door, desk: DeskClerk, rosa: Client
) -> None:
    other = await desk.client("Eva")
    await change(gym, other, document_type="TI", document_number="1020304050", phone="+573009994567")
    assert (await kiosk.by_document("1020304050", "4567")).code is Code.NOT_RECOGNIZED


async def test_a_kiosk_cannot_let_in_a_client_by_name_and_a_member_nobody(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription
) -> None:
    with pytest.raises(OnlyFromDesk):
        await kiosk.by_staff(rosa)
    with pytest.raises(NotAllowed):
        await Door(gym, Actor.member(rosa.id, "Rosa")).by_qr(rosa)


async def test_the_same_key_gives_the_same_verdict(door: Door, rosa: Client, paid: Subscription) -> None:
    key = uuid4()
    first, second = await door.by_staff(rosa, key), await door.by_staff(rosa, key)
    assert (second.id, second.code, second.visit_number) == (first.id, Code.ADMITTED, 1)
    assert len(await door.attempts()) == 1


async def test_the_member_hears_of_the_visit_once_and_of_a_denial_once_a_day(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    for _ in range(2):
        await door.by_staff(rosa)
    [denied] = await told(gym, NotificationKind.DENIED)
    assert denied["code"] == "no_subscription"
    assert len(await told(gym, NotificationKind.DESK_DENIED)) == 1
    await desk.sell(rosa, await desk.plan(Decimal(0)))
    for _ in range(2):
        await door.by_staff(rosa)
    [visit] = await told(gym, NotificationKind.CHECKED_IN)
    assert (visit["visit_number"], visit["client_name"], visit["at"]) == (1, "Rosa Vargas", clock.now())
    assert await told(gym, NotificationKind.DESK_CHECKED_IN) == []


async def test_settings_choose_who_is_told(gym: Gym, door: Door, rosa: Client, paid: Subscription) -> None:
    await settle(gym, tell_member_check_in=False, tell_desk_check_in=True)
    await door.by_staff(rosa)
    assert await told(gym, NotificationKind.CHECKED_IN) == []
    assert len(await told(gym, NotificationKind.DESK_CHECKED_IN)) == 1


async def test_a_desk_chat_that_reads_the_verdict_as_an_answer_is_not_told_of_it_as_well(
    gym: Gym, desk: DeskClerk, admin: Actor
) -> None:
    await settle(gym, tell_desk_check_in=True)
    chats = list[UUID]()
    async with gym.unit_of_work(admin) as uow:
        for number in (-1001, -1002):
            chats.append((await DeskChatService(uow).confirm(ChatPlace(number, None, f"Desk {number}"))).id)
    let_in, turned_away = await desk.client("Rosa"), await desk.client("Mateo")
    await desk.pay(await desk.sell(let_in, await desk.plan()))
    for client in (let_in, turned_away):
        async with gym.unit_of_work(desk.actor) as uow:
            await AttendanceService(uow).check_in(ClientCredential(client.id, answered_in=chats[0]))
    async with gym.unit_of_work(Actor.system()) as uow:
        await DeskFanOut(uow.session).spread(now=uow.now, wall=uow.context.wall, size=100)
        kinds = [NotificationKind.DESK_CHECKED_IN, NotificationKind.DESK_DENIED]
        query = select(Notification.kind, Notification.recipient_id).where(
            Notification.kind.in_(kinds), Notification.recipient_id.is_not(None)
        )
        found = sorted(tuple(row) for row in await uow.session.execute(query))
    assert found == [(kind, chats[1]) for kind in kinds]
