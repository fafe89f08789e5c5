"""Debts: listed by age, put off, reminded of once a day."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.debts.errors import (
    DebtSnoozed,
    NoChatToRemind,
    NotDueYet,
    RemindedToday,
    SnoozeInvalid,
)
from gym.debts.schemas import AgeBand, Debt, DebtSum
from gym.debts.service import DebtService
from gym.notifications.models import NotificationKind
from gym.payments.errors import NothingOwed
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.support.front_desk import statements
from tests.support.memberships import PRICE, DeskClerk, told

TODAY = date(2026, 8, 3)


async def owe(desk: DeskClerk, name: str, days: int, telegram_id: int | None = None) -> Subscription:
    """A client who owes a year's plan since so many days."""
    yearly = await desk.plan(unit=DurationUnit.YEAR)
    client = await desk.client(name, telegram_id)
    return await desk.sell(client, yearly, TODAY - timedelta(days=days))


async def debt(desk: DeskClerk, sold: Subscription) -> Debt:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await DebtService(uow).get(sold.id)


async def snooze(desk: DeskClerk, sold: Subscription, until: date | None) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await DebtService(uow).snooze(sold.id, until)


async def remind(desk: DeskClerk, subscription_id: UUID) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await DebtService(uow).remind(subscription_id)


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, AgeBand.FRESH),
        (7, AgeBand.FRESH),
        (8, AgeBand.OLDER),
        (30, AgeBand.OLDER),
        (31, AgeBand.OLD),
    ],
)
async def test_the_list_and_the_row_agree_on_the_age(
    desk: DeskClerk, clock: FrozenClock, days: int, band: AgeBand
) -> None:
    sold = await owe(desk, "Rosa", 0)
    clock.advance(timedelta(days=days))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = DebtService(uow)
        [found] = (await service.by_age(band=band)).items
        others = [await service.by_age(band=other) for other in AgeBand if other is not band]
        overview = await service.overview()
    assert (found.id, found.days, found.band) == (sold.id, days, band)
    assert [page.total for page in others] == [0, 0]
    assert overview.bands[band] == overview.total == DebtSum(1, PRICE)


async def test_the_oldest_debt_stands_first_and_closed_memberships_keep_theirs(
    desk: DeskClerk, clock: FrozenClock
) -> None:
    lapsed = await desk.sell(await desk.client("Otto"), await desk.plan())
    clock.advance(timedelta(days=40))
    fresh = await desk.sell(await desk.client("Ida"), await desk.plan(Decimal(90000)))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        page = await DebtService(uow).by_age()
        overview = await DebtService(uow).overview()
    assert [one.id for one in page.items] == [lapsed.id, fresh.id]
    assert overview.total == DebtSum(2, PRICE + 90000)


async def test_what_starts_later_or_is_paid_is_no_debt(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    later = await desk.sell(rosa, monthly, TODAY + timedelta(days=5))
    with pytest.raises(NotDueYet):
        await debt(desk, later)
    paid = await desk.sell(await desk.client("Otto"), monthly)
    await desk.pay(paid)
    with pytest.raises(NothingOwed):
        await debt(desk, paid)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        assert (await DebtService(uow).by_age()).total == 0


async def test_a_snoozed_debt_is_listed_apart_until_its_day(desk: DeskClerk, clock: FrozenClock) -> None:
    sold = await owe(desk, "Rosa", 3)
    await snooze(desk, sold, TODAY + timedelta(days=2))
    for day in range(3):
        async with desk.gym.unit_of_work(desk.actor) as uow:
            asleep, awake = await DebtService(uow).snoozed(), await DebtService(uow).by_age()
            overview = await DebtService(uow).overview()
        assert (asleep.total, awake.total) == ((1, 0) if day < 2 else (0, 1))
        assert (overview.snoozed.count, overview.total.amount) == (asleep.total, PRICE)
        clock.advance(timedelta(days=1))


async def test_a_snooze_ends_when_staff_says_so_and_is_written_down(gym: Gym, desk: DeskClerk) -> None:
    sold = await owe(desk, "Rosa", 3)
    await snooze(desk, sold, TODAY + timedelta(days=7))
    await snooze(desk, sold, None)
    assert (await debt(desk, sold)).snoozed_until is None
    async with gym.unit_of_work(Actor.system()) as uow:
        actions = list(await uow.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[-2:] == ["debt.snoozed", "debt.woken"]


@pytest.mark.parametrize("days", [0, -1, 181])
async def test_a_snooze_is_for_some_time_from_tomorrow_on(desk: DeskClerk, days: int) -> None:
    sold = await owe(desk, "Rosa", 3)
    with pytest.raises(SnoozeInvalid):
        await snooze(desk, sold, TODAY + timedelta(days=days))


async def test_a_client_is_reminded_once_a_day_however_many_tap(desk: DeskClerk, clock: FrozenClock) -> None:
    sold = await owe(desk, "Rosa", 2, telegram_id=77)
    taps = [remind(desk, sold.id) for _ in range(4)]
    await asyncio.gather(*taps, return_exceptions=True)
    with pytest.raises(RemindedToday):
        await remind(desk, sold.id)
    [payload] = await told(desk.gym, NotificationKind.PAYMENT_DUE)
    assert (payload["balance"], payload["days"]) == (PRICE, 2)
    clock.advance(timedelta(days=1))
    await remind(desk, sold.id)
    assert len(await told(desk.gym, NotificationKind.PAYMENT_DUE)) == 2


async def test_the_nightly_reminder_and_the_desks_are_one_message(desk: DeskClerk) -> None:
    sold = await owe(desk, "Rosa", 3, telegram_id=77)
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        assert await SubscriptionService(uow).remind_due() == 1
    with pytest.raises(RemindedToday):
        await remind(desk, sold.id)
    assert len(await told(desk.gym, NotificationKind.PAYMENT_DUE)) == 1


async def test_who_has_no_chat_or_is_put_off_is_not_reminded(desk: DeskClerk) -> None:
    silent = await owe(desk, "Otto", 3)
    with pytest.raises(NoChatToRemind):
        await remind(desk, silent.id)
    asleep = await owe(desk, "Rosa", 3, telegram_id=77)
    await snooze(desk, asleep, TODAY + timedelta(days=1))
    with pytest.raises(DebtSnoozed):
        await remind(desk, asleep.id)
    assert await told(desk.gym, NotificationKind.PAYMENT_DUE) == []


async def test_the_night_leaves_a_debt_that_is_put_off_in_peace_until_its_day(
    desk: DeskClerk, clock: FrozenClock
) -> None:
    asleep = await owe(desk, "Rosa", 3, telegram_id=77)
    await snooze(desk, asleep, TODAY + timedelta(days=4))
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        assert await SubscriptionService(uow).remind_due() == 0
    clock.advance(timedelta(days=4))
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        assert await SubscriptionService(uow).remind_due() == 1


async def test_debts_are_the_desks_business(gym: Gym, desk: DeskClerk) -> None:
    sold = await owe(desk, "Rosa", 3)
    async with gym.unit_of_work(Actor.member(sold.client_id, "Rosa")) as uow:
        service = DebtService(uow)
        for ask in (service.by_age(), service.snoozed(), service.overview(), service.get(sold.id)):
            with pytest.raises(NotAllowed):
                await ask


async def test_a_page_of_debts_takes_two_queries_however_long_the_list(gym: Gym, desk: DeskClerk) -> None:
    for number in range(10):
        await owe(desk, f"Rosa{number}", number)
    async with gym.unit_of_work(desk.actor) as uow:
        with statements(gym) as seen:
            page = await DebtService(uow).by_age()
    assert (len(page.items), page.total) == (8, 10)
    assert len(seen) == 2, "a count, and the rows with their plans, products and clients"
    async with gym.unit_of_work(desk.actor) as uow:
        with statements(gym) as seen:
            overview = await DebtService(uow).overview()
    assert (len(seen), overview.total.count) == (1, 10)
