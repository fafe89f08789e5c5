"""Days, lengths and visits typed at the desk, through the real bot, in both languages."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.core.clock import FrozenClock
from gym.payments.models import LedgerEntry
from gym.plans.errors import VisitsInvalid
from gym.plans.models import Plan
from gym.subscriptions.models import Subscription
from tests.findings.reading.conftest import Chat
from tests.support.memberships import DeskClerk


@pytest.fixture
async def sold(chat: Chat) -> Subscription:
    clerk = chat.clerk
    return await clerk.sell(await clerk.client("Rosa"), await clerk.plan())


async def rows(gym: Gym, clerk: DeskClerk) -> list[LedgerEntry]:
    async with gym.unit_of_work(clerk.actor) as uow:
        return list(await uow.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


async def test_nothing_earlier_is_offered_on_the_day_of_the_sale(chat: Chat, sold: Subscription) -> None:
    await chat.sends("Rosa")
    await chat.taps("💵 Collect")
    shown = await chat.person.sees("150")
    assert chat.t("📅 Paid earlier") not in shown.labels
    assert sold.account.balance == Decimal(150000)


async def test_days_offered_for_a_payment_are_days_that_can_be_paid(
    gym: Gym, chat: Chat, sold: Subscription, clock: FrozenClock
) -> None:
    clock.advance(timedelta(days=2))
    today = gym.clock.now().date()
    await chat.sends("Rosa")
    await chat.taps("💵 Collect", "📅 Paid earlier")
    question = await chat.person.sees("?")
    offered = [chat.t.day(today - timedelta(days=back)) for back in (1, 2, 3)]
    assert [label in question.labels for label in offered] == [True, True, False]
    await chat.sends(f"{sold.starts_on.day}/{sold.starts_on.month}")
    await chat.sends("150 mil")
    await chat.taps("Cash", "Skip", "Confirm")
    await chat.person.sees("✅")
    assert (await rows(gym, chat.clerk))[-1].gym_day == sold.starts_on


async def test_a_freeze_is_typed_in_words(gym: Gym, chat: Chat, sold: Subscription) -> None:
    await chat.clerk.pay(sold)
    await chat.sends("Rosa")
    await chat.taps("❄️ Freeze")
    await chat.sends("in 2 days" if chat.t.language == "en" else "en 2 días")
    await chat.sends("2 weeks" if chat.t.language == "en" else "dos semanas")
    first = gym.clock.now().date() + timedelta(days=2)
    await chat.taps("A journey")
    await chat.person.sees(chat.t.day(first + timedelta(days=13)))


async def test_a_freeze_does_not_offer_the_day_that_was_trained_on(
    gym: Gym, chat: Chat, sold: Subscription
) -> None:
    await chat.clerk.pay(sold)
    async with gym.unit_of_work(chat.clerk.actor) as uow:
        await AttendanceService(uow).check_in_client(sold.client_id)
    await chat.sends("Rosa")
    await chat.taps("❄️ Freeze")
    await chat.sees("From which day? Choose or type one, such as 24 December or Friday.")
    question = await chat.person.last()
    assert chat.t("Today") not in question.labels
    assert chat.t("Tomorrow") in question.labels


async def test_forty_five_days_are_no_visits(gym: Gym, chat: Chat) -> None:
    await chat.sends("/start")
    await chat.taps("Plans", "➕ New plan", "Visit pack")
    await chat.sends("Pack")
    await chat.sends("una quincena")
    await chat.sends("45 days")
    await chat.sees(VisitsInvalid.message)
    await chat.sends("diez visitas")
    await chat.sends("90k")
    await chat.taps("That is all", "Confirm")
    async with gym.unit_of_work(chat.clerk.actor) as uow:
        plan = (await uow.session.scalars(select(Plan))).one()
    assert (plan.visits, plan.duration_count, plan.duration_unit) == (10, 15, "day")


async def test_a_sale_in_december_starts_in_january(gym: Gym, chat: Chat, clock: FrozenClock) -> None:
    clerk = chat.clerk
    await clerk.client("Rosa")
    await clerk.plan()
    clock.advance(timedelta(days=(date(2026, 12, 21) - gym.clock.now().date()).days))
    await chat.sends("Rosa")
    await chat.taps("🏷 Sell plan")
    await chat.person.taps("150")
    await chat.taps("Other day or discount")
    await chat.sends("5/1")
    await chat.taps("Skip")
    await chat.person.sees(chat.t.day(date(2027, 1, 5)))
