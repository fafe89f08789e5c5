"""Amounts typed at the desk, through the real bot, in both languages."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from gym.core.reading.amounts import NotAnAmount
from gym.plans.models import Plan
from gym.plans.service import PlanService
from tests.findings.reading.conftest import Chat

EXAMPLE = Decimal(150000)


async def test_a_hundred_thousand_in_words_is_taken_as_such(chat: Chat) -> None:
    clerk = chat.clerk
    sold = await clerk.sell(await clerk.client("Rosa"), await clerk.plan())
    await chat.sends("Rosa")
    await chat.taps("💵 Collect", "Other amount")
    await chat.sends("100 abc")
    await chat.sees(NotAnAmount.message, example=EXAMPLE)
    await chat.sends("100 mil")
    await chat.taps("Cash", "Confirm")
    await chat.sees("Still to pay: <b>{balance}</b>", balance=Decimal(50000))
    assert (await clerk.see(sold)).account.balance == Decimal(50000)


async def test_a_plans_price_in_words_is_kept_in_full(chat: Chat) -> None:
    await chat.sends("/start")
    await chat.taps("Plans", "➕ New plan", "Day pass", "Day pass")
    await chat.sends("585 xyz")
    await chat.sees(NotAnAmount.message, example=EXAMPLE)
    await chat.sends("585 mil")
    await chat.taps("That is all", "Confirm")
    async with chat.clerk.gym.unit_of_work(chat.clerk.actor) as uow:
        plan = (await uow.session.scalars(select(Plan))).one()
        assert await PlanService(uow).price_on(plan.id, uow.today) == Decimal(585000)


async def test_a_till_counted_in_words_adds_up(chat: Chat) -> None:
    clerk = chat.clerk
    sold = await clerk.sell(await clerk.client("Rosa"), await clerk.plan())
    await clerk.pay(sold, Decimal(100000))
    await chat.sends("/start")
    await chat.taps("🧮 Cash count")
    await chat.person.taps("Ana")
    await chat.taps("Count")
    await chat.sends("100 xyz")
    await chat.sees(NotAnAmount.message, example=EXAMPLE)
    await chat.sends("100 mil")
    await chat.taps("Skip", "Confirm")
    await chat.sees("✅ it adds up")
