"""Money of v0.1.0 that left twice: it is listed until it is here again, and nobody can make it worse."""

from __future__ import annotations

from typing import Any, Final

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.commands.doctor import money_finding
from gym.payments.errors import MoneyGivenBack
from gym.payments.models import EntryKind, LedgerEntry, Method
from gym.security.permissions import Actor
from gym.subscriptions.money.excess_refunds import ExcessRefund, ExcessRefundService
from gym.subscriptions.service import SubscriptionService
from tests.kept.test_v0_1_0 import paid_and_kept
from tests.support.sandbox.client import Person

SYSTEM: Final = Actor.system()


async def listed(gym: Gym) -> list[ExcessRefund]:
    async with gym.unit_of_work(SYSTEM) as uow:
        return list((await ExcessRefundService(uow).listed()).items)


async def test_both_accounts_are_listed_and_told_by_the_doctor(gym: Gym, facts: dict[str, Any]) -> None:
    below = {one["client"]: -sums for one in facts["accounts"] if (sums := paid_and_kept(one["entries"])) < 0}
    doubts = await listed(gym)
    assert {one.subscription.client.first_name: one.missing for one in doubts} == below
    async with gym.unit_of_work(SYSTEM) as uow:
        finding = await money_finding(uow)
    assert not finding.well
    assert "2 plans" in finding.seen


async def test_no_further_receipt_of_such_a_plan_can_be_voided(gym: Gym) -> None:
    """The rest of the gym's receipts can be, as ever."""
    accounts = {one.subscription.account_id for one in await listed(gym)}
    async with gym.unit_of_work(SYSTEM) as uow:
        voided = select(LedgerEntry.voids_id).where(LedgerEntry.voids_id.is_not(None))
        unvoided = select(LedgerEntry).where(
            LedgerEntry.kind == EntryKind.PAYMENT,
            LedgerEntry.account_id.in_(accounts),
            LedgerEntry.id.not_in(voided),
        )
        receipts = [one.id for one in await uow.session.scalars(unvoided)]
    for entry_id in receipts:
        with pytest.raises(MoneyGivenBack):
            async with gym.unit_of_work(SYSTEM) as uow:
                await SubscriptionService(uow).void_payment(entry_id, "by mistake")


async def test_each_leaves_the_list_when_its_money_is_here_again(gym: Gym) -> None:
    for doubt in await listed(gym):
        one = doubt.subscription
        async with gym.unit_of_work(SYSTEM) as uow:
            service = SubscriptionService(uow)
            if one.account.balance:
                await service.take_payment(one.id, doubt.missing, Method.CASH)
            else:
                await service.take_back(one.id, Method.CASH, "brought back")
    assert await listed(gym) == []


async def test_an_admin_finds_the_list_and_what_to_do(
    bot: RunningBot, phones: dict[str, Person], gym: Gym
) -> None:
    ana = phones["Ana"]
    await ana.sends("/start")
    await ana.taps("👥 Clients")
    await ana.taps("Money to look at")
    await ana.sees("more was given back than was paid")
    (first, *_) = await listed(gym)
    await ana.taps(first.subscription.client.first_name)
    await ana.sees("count the till")
    await ana.taps("It will not come back")
    await ana.taps("Drop it")  # a sale of v0.1.0 is still open
    await ana.sees("Why?")
    await ana.sends("the client has left the country")
    assert "stay as they are" in (await ana.sees("are lost")).words
    await ana.taps("Accept it")
    await ana.sees("accepted as a loss")
    assert first.subscription.id not in {one.subscription.id for one in await listed(gym)}
