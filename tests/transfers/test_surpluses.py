"""Money above what was owed: credit by a payment of its own, and by its void as if it had never come."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.clients.models import Client
from gym.demo.invariants import INVARIANTS
from gym.payments.credit import ClientCredit
from gym.payments.errors import AlreadyVoided, NoPlanForCredit, NothingToReturn, SurplusSpent
from gym.payments.models import EntryCause, EntryKind, Method
from gym.payments.repository import AccountRepository
from gym.reports.money.received import compute
from gym.reports.ranges import RangeName, named_range
from gym.reports.results import Asked
from gym.security.permissions import Actor
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.transfers.division import ProofDivision
from gym.transfers.schemas import Booking, DividedSum
from tests.support.memberships import PRICE, DeskClerk, entries
from tests.transfers.conftest import TransferCase, picture

MORE = Decimal(200000)
"""More than the plan's price: nothing of the plan's own money can stand for it."""


async def figures(gym: Gym) -> dict[str, Decimal]:
    """What the report of money says of today, and what breaks an invariant."""
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await compute(uow, Asked(named_range(RangeName.TODAY, uow.today)))
        sums = {one.key: Decimal(str(one.value)) for one in found.figures}
        terms = {"today": uow.today, "now": uow.now}
        for name, query in INVARIANTS.items():
            asked = {key: value for key, value in terms.items() if f":{key}" in query}
            assert not await uow.session.scalar(text(query), asked), name
    return sums


async def credit_moves(gym: Gym, client: Client, amount: int) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        credit = ClientCredit(uow)
        moves = credit.put if amount > 0 else credit.spend
        await moves(client.id, Decimal(abs(amount)), "a drink at the desk")


async def standing(gym: Gym, client: Client, account_id: UUID) -> tuple[Decimal, Decimal]:
    """What is owed for the plan, and the credit."""
    async with gym.unit_of_work(Actor.system()) as uow:
        account = await AccountRepository(uow.session).require(account_id)
        return account.balance, await ClientCredit(uow).balance(client.id)


async def test_a_surplus_is_no_price_and_its_void_takes_the_credit_back(case: TransferCase) -> None:
    proof = await case.member.sends(await case.quotes(), picture("slip"))
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        divided = await ProofDivision(uow).divide(proof.id, PRICE + MORE)
    assert divided == DividedSum("Monthly", Decimal(0), PRICE, MORE)
    with pytest.raises(NoPlanForCredit):
        await case.ana.does("approve", proof.id, sells=False)
    done: Booking = await case.ana.does("approve", proof.id, PRICE + MORE)
    assert done.sold is not None
    account_id, desk = done.sold.account_id, DeskClerk(case.gym, case.ana.actor)
    assert [one.amount for one in await entries(case.gym) if one.kind is EntryKind.CHARGE] == [PRICE, MORE]
    assert await standing(case.gym, case.rosa, account_id) == (0, MORE), (
        "the second charge is the credit itself"
    )
    said = await figures(case.gym)
    assert (said["received"], said["refunded"], said["billed"]) == (PRICE + MORE, 0, PRICE)
    [price, surplus] = done.receipt.parts
    assert [one.balance_after for one in done.receipt.parts] == [0, 0]

    await credit_moves(case.gym, case.rosa, -15000)
    with pytest.raises(SurplusSpent) as spent:
        await desk.void(surplus.entry_id)
    assert spent.value.spent == 15000
    await credit_moves(case.gym, case.rosa, 15000)
    with pytest.raises(NothingToReturn):
        async with case.gym.unit_of_work(case.ana.actor) as uow:
            await SubscriptionService(uow).take_back(done.sold.id, Method.CASH, "it came back")

    await desk.void(surplus.entry_id, "typed a zero too many")
    assert await standing(case.gym, case.rosa, account_id) == (0, 0), "nothing is owed that never was"
    said = await figures(case.gym)
    assert (said["received"], said["voided"], said["billed"]) == (PRICE + MORE, MORE, PRICE)
    [taken_out] = [
        one
        for one in await entries(case.gym)
        if one.kind is EntryKind.PAYMENT and one.cause is EntryCause.SURPLUS and one.method is Method.CREDIT
    ]
    for entry_id in (surplus.entry_id, taken_out.id):
        with pytest.raises(AlreadyVoided):
            await desk.void(entry_id)
    await desk.void(price.entry_id)
    assert await standing(case.gym, case.rosa, account_id) == (PRICE, 0)
    assert (await figures(case.gym))["net"] == 0


async def test_money_alone_becomes_credit_where_every_plan_is_canceled(case: TransferCase) -> None:
    old = await case.desk.sell(case.rosa, case.monthly)
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        await SubscriptionService(uow).cancel(old.id, "moves away", refund=RefundMode.PRO_RATA)
    proof = await case.member.sends(await case.quotes(), picture("slip"))
    done: Booking = await case.ana.does("approve", proof.id, sells=False)
    assert (done.sold, [one.amount for one in done.receipt.parts]) == (None, [PRICE])
    assert (await standing(case.gym, case.rosa, old.account_id))[1] == PRICE
    await figures(case.gym)
