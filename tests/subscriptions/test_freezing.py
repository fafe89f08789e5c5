"""Freezes: the end moves by exactly the frozen days, whatever waits behind it moves along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import NotificationKind
from gym.payments.errors import PaymentKeyReused, ReasonNeeded
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.security.signed_links import SignedLinks
from gym.subscriptions.errors import AlreadyClosed
from gym.subscriptions.freezes.errors import (
    AlreadyFrozen,
    DebtFirst,
    FreezeBackwards,
    FreezeBeyondPlan,
    FreezeOutside,
    FreezeTooLong,
    NothingFrozen,
    VisitedToday,
    WaitsBehindFreeze,
)
from gym.subscriptions.freezes.schemas import FreezeQuote
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Freeze, Subscription, SubscriptionStatus
from tests.support.memberships import PRICE, DeskClerk, run_nightly, told

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)
Status = SubscriptionStatus


@dataclass(frozen=True)
class Ice:
    """Somebody who freezes, one thing per transaction."""

    gym: Gym
    actor: Actor

    async def freeze(
        self,
        one: Subscription,
        starts_on: date = TODAY,
        ends_on: date | None = None,
        reason: str = "a journey",
        key: UUID | None = None,
    ) -> Freeze:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FreezeService(uow).freeze(one.id, starts_on, ends_on, reason, key=key)

    async def quote(self, one: Subscription, starts_on: date, ends_on: date | None) -> FreezeQuote:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FreezeService(uow).quote(one.id, starts_on, ends_on)

    async def end(self, one: Subscription, freeze: Freeze | None = None) -> Subscription:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FreezeService(uow).end(one.id, freeze_id=freeze.id if freeze else None)

    async def gift(self, one: Subscription, days: int, key: UUID | None = None) -> Subscription:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FreezeService(uow).gift(one.id, days, "sorry for the noise", key=key)

    async def release(self, one: Subscription) -> Subscription:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FreezeService(uow).release(one.id)

    async def left(self, one: Subscription) -> int:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await FreezeService(uow).allowance_left(one)

    async def freezes(self, one: Subscription) -> list[tuple[date, date | None]]:
        async with self.gym.unit_of_work(self.actor) as uow:
            found = await FreezeService(uow).freezes(one.id)
            return [(freeze.starts_on, freeze.ends_on) for freeze in found]


@pytest.fixture
def ice(gym: Gym, employee: Actor) -> Ice:
    return Ice(gym, employee)


@pytest.fixture
def boss_ice(gym: Gym, admin: Actor) -> Ice:
    return Ice(gym, admin)


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    """A month with ten days to freeze."""
    return await with_freeze_days(desk, await desk.plan(), 10)


@pytest.fixture
async def sold(desk: DeskClerk, rosa: Client, monthly: Plan) -> Subscription:
    """3 August to 2 September, paid."""
    return await paid(desk, await desk.sell(rosa, monthly))


async def with_freeze_days(desk: DeskClerk, plan: Plan, days: int) -> Plan:
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Plan, plan.id)
        row.freeze_days = days
        return row


async def paid(desk: DeskClerk, one: Subscription) -> Subscription:
    await desk.pay(one)
    return await desk.see(one)


async def renewed(desk: DeskClerk, client: Client) -> Subscription:
    return await paid(desk, await desk.renew(client))


async def let_in(gym: Gym, actor: Actor, client: Client, at: datetime | None = None) -> VerdictCode:
    """What the door says to a member's QR, perhaps one that an offline kiosk has kept since."""
    text = SignedLinks(gym.secrets.jwt).sign_member_qr(client.id, at or gym.clock.now())
    async with gym.unit_of_work(actor) as uow:
        return (await AttendanceService(uow).check_in_qr(text, at=at)).code


async def actions(gym: Gym) -> list[str]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def span(one: Subscription) -> int:
    return (one.ends_on - one.starts_on).days + 1


async def test_a_dated_freeze_moves_the_end_by_its_own_days(
    ice: Ice, desk: DeskClerk, sold: Subscription
) -> None:
    await ice.freeze(sold, TODAY, TODAY + 4 * DAY)
    seen = await desk.see(sold)
    assert (seen.status, seen.ends_on, seen.frozen_days) == (Status.FROZEN, date(2026, 9, 7), 5)
    assert await ice.left(sold) == 5


async def test_a_planned_freeze_begins_and_ends_by_itself(
    ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription, clock: FrozenClock
) -> None:
    await ice.freeze(sold, TODAY + DAY, TODAY + 3 * DAY)
    assert (await desk.see(sold)).status is Status.ACTIVE
    for status in (Status.FROZEN, Status.FROZEN, Status.FROZEN, Status.ACTIVE):
        clock.advance(DAY)
        found = await desk.current(rosa)
        assert found is not None
        assert found.status is status


async def test_the_nightly_job_freezes_and_thaws(
    ice: Ice, desk: DeskClerk, sold: Subscription, clock: FrozenClock
) -> None:
    await ice.freeze(sold, TODAY + DAY, TODAY + DAY)
    clock.advance(DAY)
    await run_nightly(ice.gym)
    assert (await desk.see(sold)).status is Status.FROZEN
    clock.advance(DAY)
    await run_nightly(ice.gym)
    assert (await desk.see(sold)).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("starts", "first", "last", "ends"),
    [
        (date(2027, 1, 31), date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 1)),
        (date(2028, 1, 31), date(2028, 2, 28), date(2028, 3, 1), date(2028, 3, 2)),
        (date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 2), date(2027, 1, 3)),
        (date(2026, 10, 31), date(2026, 11, 29), date(2026, 11, 29), date(2026, 11, 30)),
    ],
)
async def test_days_over_the_end_of_a_month_are_counted_one_by_one(
    ice: Ice,
    desk: DeskClerk,
    rosa: Client,
    monthly: Plan,
    clock: FrozenClock,
    starts: date,
    first: date,
    last: date,
    ends: date,
) -> None:
    clock.at = datetime(starts.year, starts.month, starts.day, 15, tzinfo=UTC)
    one = await paid(desk, await desk.sell(rosa, monthly))
    before = span(one)
    await ice.freeze(one, first, last)
    seen = await desk.see(one)
    assert seen.ends_on == ends
    assert span(seen) - seen.frozen_days == before


async def test_returning_early_gives_the_unused_days_back(
    ice: Ice, desk: DeskClerk, sold: Subscription, clock: FrozenClock
) -> None:
    await ice.freeze(sold, TODAY, TODAY + 9 * DAY)
    clock.advance(4 * DAY)
    back = await ice.end(sold)
    assert (back.status, back.ends_on, back.frozen_days) == (Status.ACTIVE, date(2026, 9, 6), 4)
    assert await ice.freezes(sold) == [(TODAY, TODAY + 3 * DAY)]
    assert await ice.left(sold) == 6
    [payload] = await told(ice.gym, NotificationKind.DESK_FREEZE_ENDED)
    assert (payload["days"], payload["planned"]) == (6, False)


async def test_a_client_is_told_what_the_desk_does_with_their_plan(
    ice: Ice, desk: DeskClerk, sold: Subscription, clock: FrozenClock
) -> None:
    first = await ice.freeze(sold, TODAY, TODAY + 3 * DAY)
    [frozen] = await told(ice.gym, NotificationKind.FROZEN)
    assert (frozen["frozen_from"], frozen["frozen_until"]) == (TODAY, TODAY + 3 * DAY)
    assert frozen["ends_on"] == sold.ends_on + 4 * DAY
    clock.advance(2 * DAY)
    await ice.end(sold, first)
    [ended] = await told(ice.gym, NotificationKind.FREEZE_ENDED)
    assert (ended["planned"], ended["ends_on"]) == (False, sold.ends_on + 2 * DAY)


async def test_who_ends_a_freeze_alone_need_not_be_told(ice: Ice, sold: Subscription) -> None:
    await ice.freeze(sold, TODAY, TODAY + 3 * DAY)
    member = Ice(ice.gym, Actor.member(sold.client_id, "Rosa"))
    await member.end(sold)
    assert await told(ice.gym, NotificationKind.FREEZE_ENDED) == []
    assert len(await told(ice.gym, NotificationKind.DESK_FREEZE_ENDED)) == 1


async def test_returning_on_the_first_day_freezes_nothing(
    ice: Ice, desk: DeskClerk, sold: Subscription
) -> None:
    await ice.freeze(sold, TODAY, TODAY + 9 * DAY)
    back = await ice.end(sold)
    assert (back.status, back.ends_on, back.frozen_days) == (Status.ACTIVE, sold.ends_on, 0)
    assert await ice.freezes(sold) == []
    assert await ice.left(sold) == 10


async def test_a_planned_freeze_is_called_off(ice: Ice, desk: DeskClerk, sold: Subscription) -> None:
    await ice.freeze(sold, TODAY + 5 * DAY, TODAY + 9 * DAY)
    back = await ice.end(sold)
    assert (back.status, back.ends_on) == (Status.ACTIVE, sold.ends_on)
    with pytest.raises(NothingFrozen):
        await ice.end(sold)


async def test_ending_the_same_freeze_twice_leaves_the_next_one_alone(ice: Ice, sold: Subscription) -> None:
    first = await ice.freeze(sold, TODAY, TODAY + DAY)
    await ice.freeze(sold, TODAY + 10 * DAY, TODAY + 12 * DAY)
    await ice.end(sold, first)
    again = await ice.end(sold, first)
    assert await ice.freezes(sold) == [(TODAY + 10 * DAY, TODAY + 12 * DAY)]
    assert again.frozen_days == 3


async def test_a_planned_freeze_that_the_plan_no_longer_reaches_is_canceled(
    boss_ice: Ice, sold: Subscription
) -> None:
    """The end comes back when the first one is called off, and with it the room for the second."""
    first = await boss_ice.freeze(sold, TODAY, TODAY + 19 * DAY)
    await boss_ice.freeze(sold, date(2026, 9, 15), date(2026, 9, 20))
    back = await boss_ice.end(sold, first)
    assert (back.ends_on, back.frozen_days) == (sold.ends_on, 0)
    assert await boss_ice.freezes(sold) == []


async def test_an_open_freeze_lasts_until_the_client_returns(
    boss_ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription, clock: FrozenClock
) -> None:
    await boss_ice.freeze(sold, TODAY + DAY)
    clock.advance(60 * DAY)
    await run_nightly(boss_ice.gym)
    found = await desk.current(rosa)
    assert found is not None
    assert (found.id, found.status, found.ends_on) == (sold.id, Status.FROZEN, sold.ends_on)
    back = await boss_ice.end(sold)
    assert (back.status, back.frozen_days) == (Status.ACTIVE, 59)
    assert back.ends_on == sold.ends_on + 59 * DAY
    assert await let_in(boss_ice.gym, boss_ice.actor, rosa) is VerdictCode.ADMITTED


async def test_an_employee_gets_the_days_of_the_plan_instead_of_an_open_end(
    ice: Ice, sold: Subscription
) -> None:
    quote = await ice.quote(sold, TODAY, None)
    freeze = await ice.freeze(sold, TODAY)
    assert quote.ends_on == freeze.ends_on == TODAY + 9 * DAY
    assert (quote.days, quote.new_ends_on) == (10, sold.ends_on + 10 * DAY)


async def test_the_plan_limits_an_employee_but_not_an_admin(
    ice: Ice, boss_ice: Ice, sold: Subscription
) -> None:
    await ice.freeze(sold, TODAY, TODAY + 5 * DAY)
    with pytest.raises(FreezeBeyondPlan) as refused:
        await ice.freeze(sold, TODAY + 10 * DAY, TODAY + 14 * DAY)
    assert refused.value.left == 4
    await boss_ice.freeze(sold, TODAY + 10 * DAY, TODAY + 14 * DAY)
    with pytest.raises(FreezeBeyondPlan) as none_left:
        await ice.freeze(sold, TODAY + 20 * DAY)
    assert none_left.value.left == 0


async def test_nobody_freezes_to_escape_a_debt(
    boss_ice: Ice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    await desk.pay(one, PRICE - 50)
    with pytest.raises(DebtFirst) as refused:
        await boss_ice.freeze(one, TODAY, TODAY + DAY)
    assert refused.value.balance == Decimal(50)


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [
        (-1, 3, FreezeOutside),
        (31, 33, FreezeOutside),
        (3, 2, FreezeBackwards),
        (0, 366, FreezeTooLong),
        (5, 5, AlreadyFrozen),
        (7, 20, AlreadyFrozen),
        (1, 5, AlreadyFrozen),
    ],
)
async def test_days_that_cannot_be_frozen_are_refused_and_nothing_moves(
    boss_ice: Ice, desk: DeskClerk, sold: Subscription, first: int, last: int, fault: type[Exception]
) -> None:
    await boss_ice.freeze(sold, TODAY + 5 * DAY, TODAY + 7 * DAY)
    starts_on = TODAY + first * DAY if first != 31 else sold.ends_on + 4 * DAY
    with pytest.raises(fault):
        await boss_ice.freeze(sold, starts_on, TODAY + last * DAY if first != 31 else None)
    with pytest.raises(fault):
        await boss_ice.quote(sold, starts_on, TODAY + last * DAY if first != 31 else None)
    seen = await desk.see(sold)
    assert (seen.ends_on, seen.frozen_days) == (sold.ends_on + 3 * DAY, 3)


async def test_a_reason_is_needed(ice: Ice, sold: Subscription) -> None:
    with pytest.raises(ReasonNeeded):
        await ice.freeze(sold, TODAY, TODAY, " x ")


async def test_a_day_that_was_used_is_not_given_back(ice: Ice, rosa: Client, sold: Subscription) -> None:
    assert await let_in(ice.gym, ice.actor, rosa) is VerdictCode.ADMITTED
    with pytest.raises(VisitedToday):
        await ice.freeze(sold, TODAY, TODAY + DAY)
    await ice.freeze(sold, TODAY + DAY, TODAY + 2 * DAY)


async def test_what_is_closed_rests_no_more(
    ice: Ice, desk: DeskClerk, sold: Subscription, clock: FrozenClock
) -> None:
    clock.advance(40 * DAY)
    with pytest.raises(AlreadyClosed):
        await ice.freeze(sold, TODAY + 40 * DAY, TODAY + 41 * DAY)
    with pytest.raises(AlreadyClosed):
        await ice.end(sold)


async def test_a_renewal_moves_along_and_comes_back(
    ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription, clock: FrozenClock
) -> None:
    waiting = await renewed(desk, rosa)
    quote = await ice.quote(sold, TODAY, TODAY + 9 * DAY)
    await ice.freeze(sold, TODAY, TODAY + 9 * DAY)
    moved = await desk.see(waiting)
    assert quote.renewal_starts_on == moved.starts_on == waiting.starts_on + 10 * DAY
    assert (moved.ends_on, moved.anchor, moved.frozen_days) == (
        waiting.ends_on + 10 * DAY,
        waiting.anchor,
        0,
    )
    clock.advance(2 * DAY)
    await ice.end(sold)
    moved = await desk.see(waiting)
    assert (moved.starts_on, moved.ends_on) == (waiting.starts_on + 2 * DAY, waiting.ends_on + 2 * DAY)


async def test_a_renewal_is_held_behind_an_open_freeze(
    boss_ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription, clock: FrozenClock
) -> None:
    waiting = await renewed(desk, rosa)
    await boss_ice.freeze(sold, TODAY + 10 * DAY)
    with pytest.raises(WaitsBehindFreeze):
        await boss_ice.freeze(waiting, waiting.starts_on, waiting.starts_on)
    clock.advance(50 * DAY)
    await run_nightly(boss_ice.gym)
    held = await desk.see(waiting)
    assert (held.status, held.held, held.starts_on) == (Status.SCHEDULED, True, waiting.starts_on)
    assert await let_in(boss_ice.gym, boss_ice.actor, rosa) is VerdictCode.FROZEN
    back = await boss_ice.end(sold)
    free = await desk.see(waiting)
    assert (free.held, free.starts_on, span(free)) == (False, back.ends_on + DAY, span(waiting))
    clock.advance(21 * DAY)
    found = await desk.current(rosa)
    assert found is not None
    assert (found.id, found.status) == (waiting.id, Status.ACTIVE)


async def test_a_renewal_sold_during_a_freeze_comes_back_with_the_end(
    ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription
) -> None:
    """The new chain began on a day that the plan before it reaches no more."""
    await ice.freeze(sold, TODAY, TODAY + 6 * DAY)
    waiting = await renewed(desk, rosa)
    await ice.end(sold)
    moved = await desk.see(waiting)
    assert moved.starts_on == sold.ends_on + DAY
    assert moved.anchor <= moved.starts_on
    assert span(moved) == span(waiting)


async def test_a_plan_that_has_not_begun_is_frozen_on_its_own_days(
    ice: Ice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    starts_on = TODAY + 10 * DAY
    one = await paid(desk, await desk.sell(rosa, monthly, starts_on))
    with pytest.raises(FreezeOutside):
        await ice.freeze(one, TODAY + 5 * DAY, starts_on)
    await ice.freeze(one, starts_on, starts_on + DAY)
    seen = await desk.see(one)
    assert (seen.status, seen.starts_on) == (Status.SCHEDULED, starts_on)
    assert seen.ends_on == one.ends_on + 2 * DAY


async def test_the_same_key_freezes_once(
    ice: Ice, desk: DeskClerk, monthly: Plan, sold: Subscription
) -> None:
    key = new_id()
    first = await ice.freeze(sold, TODAY, TODAY + DAY, key=key)
    again = await ice.freeze(sold, TODAY, TODAY + DAY, key=key)
    assert first.id == again.id
    other = await paid(desk, await desk.sell(await desk.client("Ana"), monthly))
    with pytest.raises(PaymentKeyReused):
        await ice.freeze(other, TODAY, TODAY + DAY, key=key)
    assert (await desk.see(sold)).frozen_days == 2


async def test_a_member_returns_from_an_own_freeze_only(
    ice: Ice, gym: Gym, rosa: Client, sold: Subscription
) -> None:
    await ice.freeze(sold, TODAY, TODAY + 4 * DAY)
    ana = Ice(gym, Actor.member(new_id(), "Ana"))
    with pytest.raises(NotAllowed):
        await ana.end(sold)
    member = Ice(gym, Actor.member(rosa.id, "Rosa"))
    with pytest.raises(NotAllowed):
        await member.freeze(sold, TODAY + 10 * DAY, TODAY + 11 * DAY)
    assert (await member.end(sold)).status is Status.ACTIVE
    quote = await member.quote(sold, TODAY + 10 * DAY, TODAY + 11 * DAY)
    assert (quote.days, quote.allowance_left) == (2, 10)


async def test_the_door_stays_shut_while_frozen_also_for_what_an_offline_kiosk_kept(
    ice: Ice, rosa: Client, sold: Subscription, clock: FrozenClock
) -> None:
    """Rested on 4 and 5 August; on the 6th the kiosk finds the gym again and tells what it saw."""
    await ice.freeze(sold, TODAY + DAY, TODAY + 9 * DAY)
    clock.advance(3 * DAY)
    await ice.end(sold)
    seen = [clock.now() - days * DAY for days in (3, 2, 1, 0)]
    codes = [await let_in(ice.gym, ice.actor, rosa, at) for at in seen]
    assert codes == [
        VerdictCode.ADMITTED,
        VerdictCode.FROZEN,
        VerdictCode.FROZEN,
        VerdictCode.ADMITTED,
    ]


async def test_what_rests_is_released_before_it_is_closed_early(
    boss_ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription, clock: FrozenClock
) -> None:
    waiting = await renewed(desk, rosa)
    await boss_ice.freeze(sold, TODAY + 5 * DAY, TODAY + 14 * DAY)
    await boss_ice.freeze(sold, TODAY + 20 * DAY)
    clock.advance(8 * DAY)
    one = await boss_ice.release(sold)
    assert (one.ends_on, one.frozen_days) == (sold.ends_on + 3 * DAY, 3)
    free = await desk.see(waiting)
    assert (free.held, free.starts_on) == (False, one.ends_on + DAY)


async def test_gift_days_make_a_plan_longer_and_are_not_frozen(
    ice: Ice, boss_ice: Ice, desk: DeskClerk, rosa: Client, sold: Subscription
) -> None:
    waiting = await renewed(desk, rosa)
    key = new_id()
    await boss_ice.gift(sold, 3, key)
    again = await boss_ice.gift(sold, 3, key)
    assert (again.ends_on, again.gift_days, again.frozen_days) == (sold.ends_on + 3 * DAY, 3, 0)
    assert (await desk.see(waiting)).starts_on == waiting.starts_on + 3 * DAY
    assert len(await told(boss_ice.gym, NotificationKind.GIFT_DAYS)) == 1
    assert len(await told(boss_ice.gym, NotificationKind.DESK_GIFT_DAYS)) == 1
    with pytest.raises(NotAllowed):
        await ice.gift(sold, 3)


async def test_everything_is_told_to_the_desk_and_kept_in_the_trail(
    ice: Ice, rosa: Client, sold: Subscription
) -> None:
    freeze = await ice.freeze(sold, TODAY, TODAY + 4 * DAY)
    await ice.end(sold)
    [payload] = await told(ice.gym, NotificationKind.DESK_FROZEN)
    assert payload["frozen_until"] == freeze.ends_on
    assert payload["staff_name"] == "Bruno Employee"
    kept = await actions(ice.gym)
    for action in ("freeze.made", "subscription.moved", "subscription.frozen", "freeze.canceled"):
        assert action in kept


async def test_the_client_hears_once_that_a_freeze_ends_tomorrow(
    desk: DeskClerk, ice: Ice, monthly: Plan, clock: FrozenClock
) -> None:
    linked = await desk.client("Ana", telegram_id=77)
    one = await paid(desk, await desk.sell(linked, monthly))
    await ice.freeze(one, TODAY, TODAY + 3 * DAY)
    for _ in range(5):
        async with ice.gym.unit_of_work(Actor.system()) as uow:
            await FreezeService(uow).remind_of_ends()
            await FreezeService(uow).remind_of_ends()
        clock.advance(DAY)
    [payload] = await told(ice.gym, NotificationKind.FREEZE_ENDS)
    assert (payload["frozen_until"], payload["back_on"]) == (TODAY + 3 * DAY, TODAY + 4 * DAY)
