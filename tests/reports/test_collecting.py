"""What counts as collected: money for a plan that began on an earlier day, not what is paid as it begins."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.reports.ranges import DayRange
from gym.reports.service import ReportService
from tests.support.memberships import DeskClerk

FIRST = date(2026, 8, 3)


async def collected(boss: DeskClerk, days: DayRange) -> Decimal | int:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        result = (await ReportService(uow).report("debts", days)).result
    return next(one.value for one in result.figures if one.key == "collected")


async def test_what_is_paid_on_the_first_day_was_no_debt(
    gym: Gym, boss: DeskClerk, clock: FrozenClock
) -> None:
    sold = await boss.sell(await boss.client("Rosa"), await boss.plan())
    await boss.pay(sold, Decimal(100000))
    today = DayRange(FIRST, FIRST)
    assert await collected(boss, today) == 0
    clock.advance(timedelta(days=1))
    late = await boss.pay(sold, Decimal(50000))
    both = DayRange(FIRST, FIRST + timedelta(days=1))
    assert await collected(boss, both) == 50000
    await boss.void(late.entry_id)
    assert await collected(boss, both) == 0
    assert await collected(boss, today) == 0
