"""The monthly letter: on the 1st, to every admin, once, with the figures of the reports of that month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.database.json_values import decode
from gym.notifications.models import Notification, NotificationKind
from gym.reports.letter import LetterService
from gym.security.permissions import Actor, Role
from tests.conftest import hire
from tests.support.memberships import DeskClerk


async def told(gym: Gym) -> list[Notification]:
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification).where(Notification.kind == NotificationKind.MONTHLY_LETTER)
        return list(await uow.session.scalars(query.order_by(Notification.id)))


async def tell(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await LetterService(uow).tell_due()


async def move_to(gym: Gym, clock: FrozenClock, day: date, hour: int) -> None:
    zone = (await gym.settings()).zone
    clock.advance(datetime(day.year, day.month, day.day, hour, tzinfo=zone) - clock.at)


async def test_on_the_first_every_admin_gets_the_month_once(
    gym: Gym, boss: DeskClerk, desk: DeskClerk, clock: FrozenClock
) -> None:
    other = await hire(gym, "Otra", Role.ADMIN)
    plan = await boss.plan()
    await boss.pay(await boss.sell(await boss.client("Rosa"), plan))
    await desk.pay(await desk.sell(await desk.client("Otto"), plan), Decimal(90000))
    await move_to(gym, clock, date(2026, 8, 31), 23)
    assert await tell(gym) == 0
    await move_to(gym, clock, date(2026, 9, 1), 0)
    assert await tell(gym) == 2
    assert await tell(gym) == 2, "the key keeps the second one out"
    letters = await told(gym)
    assert {one.recipient_id for one in letters} == {boss.actor.id, other.id}
    payload = decode(letters[0].payload)
    assert (payload["first"], payload["last"]) == (date(2026, 8, 1), date(2026, 8, 31))
    assert (payload["received"], payload["received_before"]) == (Decimal(240000), 0)
    assert (payload["billed"], payload["debts"], payload["owed"]) == (Decimal(300000), 1, Decimal(60000))
    assert (payload["new"], payload["back"]) == (2, 0)
    assert letters[0].due_at - clock.at == timedelta(hours=8), "after the quiet hours"


async def test_the_month_after_is_compared_with_it(gym: Gym, boss: DeskClerk, clock: FrozenClock) -> None:
    plan = await boss.plan()
    await boss.pay(await boss.sell(await boss.client("Rosa"), plan))
    await move_to(gym, clock, date(2026, 9, 15), 12)
    await boss.pay(await boss.sell(await boss.client("Otto"), plan), Decimal(75000))
    await move_to(gym, clock, date(2026, 10, 1), 9)
    await tell(gym)
    payload = decode((await told(gym))[0].payload)
    assert (payload["received"], payload["received_before"]) == (Decimal(75000), Decimal(150000))


async def test_a_gym_without_any_money_writes_no_letter(
    gym: Gym, boss: DeskClerk, clock: FrozenClock
) -> None:
    await boss.client("Rosa")
    await move_to(gym, clock, date(2026, 9, 1), 9)
    assert await tell(gym) == 0
    assert await told(gym) == []
