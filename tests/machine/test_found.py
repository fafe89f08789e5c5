"""What the machine has found, each shrunk to a few steps and told as a story."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.debts.service import DebtService
from gym.payments.models import Method
from gym.plans.models import DurationUnit
from gym.security.permissions import Actor
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.freezes.errors import FreezeBackwards
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import PRICE, DeskClerk

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


async def test_a_closing_that_ends_before_it_begins_is_refused_with_a_sentence(boss: DeskClerk) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        with pytest.raises(FreezeBackwards):
            await FreezeService(uow).close_gym(TODAY + DAY, TODAY, "repairs", key=new_id())


TWICE = (
    "ALTER TABLE ledger_entries DISABLE TRIGGER paid_out_once",
    """
    INSERT INTO ledger_entries
        (id, account_id, kind, amount, method, reason, voids_id, staff_name, at, gym_day)
    SELECT gen_random_uuid(), account_id, 'void', amount, method, 'by hand', id, 'nobody', at, gym_day
    FROM ledger_entries WHERE kind = 'payment'
    """,
    "ALTER TABLE ledger_entries ENABLE TRIGGER paid_out_once",
)
"""A void of money that was handed back, as a gym may have it of the time before the trigger."""


async def handed_back_and_voided(boss: DeskClerk) -> Subscription:
    """A month whose payment was refunded, then voided, then half forgiven: less than nothing was paid."""
    sold = await boss.sell(await boss.client("Rosa"), await boss.plan())
    await boss.pay(sold)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, PRICE, Method.CASH, "was ill")
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        for statement in TWICE:
            await uow.session.execute(text(statement))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).credit(sold.id, PRICE / 2, "was ill")
    return sold


async def test_what_was_never_paid_is_worth_nothing_when_the_plan_changes(boss: DeskClerk) -> None:
    sold = await handed_back_and_voided(boss)
    quarter = await boss.plan(Decimal(400000), count=3, name="Quarter")
    async with boss.gym.unit_of_work(boss.actor) as uow:
        new = await PlanChangeService(uow).change(sold.id, quarter.id)
    assert new.account.balance == Decimal(400000)
    assert (await boss.see(sold)).account.balance == PRICE / 2


async def test_what_was_never_paid_is_worth_nothing_when_it_is_canceled(boss: DeskClerk) -> None:
    sold = await handed_back_and_voided(boss)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        service = SubscriptionService(uow)
        assert (await service.quote_cancellation(sold.id)).value == 0
        ended = await service.cancel(sold.id, "moves away", refund=RefundMode.PRO_RATA)
    assert (ended.status, ended.account.balance) == (SubscriptionStatus.CANCELED, PRICE / 2)


async def test_what_waits_behind_an_open_freeze_is_no_old_debt(boss: DeskClerk, clock: FrozenClock) -> None:
    """Its dates have passed, but they move when the client returns: it has not even begun."""
    rosa = await boss.client("Rosa")
    running = await boss.sell(rosa, await boss.plan())
    await boss.pay(running)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).freeze(running.id, TODAY + 5 * DAY, None, "travels")
    await boss.renew(rosa)
    clock.advance(200 * DAY)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        verdict = await AttendanceService(uow).check_in_client(rosa.id)
    assert (verdict.code, verdict.closed_debt) == (VerdictCode.FROZEN, 0)


async def rests(boss: DeskClerk, name: str, telegram_id: int) -> Client:
    """Somebody with a paid month and an open freeze in it."""
    client = await boss.client(name, telegram_id)
    running = await boss.sell(client, await boss.plan())
    await boss.pay(running)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).freeze(running.id, TODAY + 5 * DAY, None, "travels")
    return client


async def test_nobody_is_reminded_of_dates_that_an_open_freeze_will_move(
    boss: DeskClerk, clock: FrozenClock
) -> None:
    """Found by reading, after the debt: the end that stands in the row is not the end."""
    await rests(boss, "Rosa", 77)
    await boss.renew(await rests(boss, "Eva", 78))
    reminded = 0
    for _ in range(50):
        clock.at += DAY
        async with boss.gym.unit_of_work(Actor.system()) as uow:
            reminded += await SubscriptionService(uow).remind_due()
    assert reminded == 0
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert (await DebtService(uow).overview()).total.count == 0


async def test_the_last_plan_is_the_one_that_ended_last_though_no_job_has_closed_the_one_before(
    boss: DeskClerk, clock: FrozenClock
) -> None:
    rosa = await boss.client("Rosa")
    await boss.sell(rosa, await boss.plan(unit=DurationUnit.DAY))
    later = await boss.renew(rosa)
    clock.advance(10 * DAY)
    await boss.pay(later)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        verdict = await AttendanceService(uow).check_in_client(rosa.id)
    assert (verdict.code, verdict.ends_on) == (VerdictCode.EXPIRED, later.ends_on)
    assert (verdict.balance, verdict.closed_debt) == (0, PRICE)
