"""Quotes that wait for a proof: the same one is not made twice, and none of several is forgotten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.plans.models import Plan
from gym.transfers.models import PaymentKey, PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from tests.support.memberships import DeskClerk
from tests.transfers.conftest import Transfers, picture


async def waiting(member: Transfers, client: Client) -> list[tuple[UUID, UUID | None]]:
    """Quote and open proof of each."""
    async with member.gym.unit_of_work(member.actor) as uow:
        found = await TransferQuotes(uow).awaiting_proof(client.id)
        return [(one.quote.id, one.sent.id if one.sent else None) for one in found]


async def test_the_same_key_again_gives_the_same_reference_and_every_unpaid_quote_waits_for_its_proof(
    gym: Gym,
    member: Transfers,
    bruno: Transfers,
    ana: Transfers,
    desk: DeskClerk,
    rosa: Client,
    monthly: Plan,
    nequi: PaymentKey,
    clock: FrozenClock,
) -> None:
    old = await desk.sell(rosa, monthly)
    await desk.pay(old, Decimal(120000))
    clock.advance(timedelta(days=40))
    async with gym.unit_of_work(ana.actor) as uow:
        breb = await PaymentKeys(uow).add(PaymentKeyKind.BRE_B, "Bre-B", "@powergym")

    renewal = await member.quotes(rosa, monthly, nequi)
    clock.advance(timedelta(minutes=5))
    assert (await member.quotes(rosa, monthly, nequi)).reference == renewal.reference
    for _ in range(25):
        assert (await member.quotes(rosa, monthly, nequi)).id == renewal.id, "it counts towards no limit"
    by_other_key = await member.quotes(rosa, monthly, breb)
    clock.advance(timedelta(minutes=5))
    debts = await member.quotes(rosa, None, nequi)
    assert len({renewal.reference, by_other_key.reference, debts.reference}) == 3
    every = [debts.id, by_other_key.id, renewal.id]
    assert [quote for quote, _ in await waiting(member, rosa)] == every

    proof = await member.sends(renewal, picture("slip"))
    assert (await waiting(member, rosa))[2] == (renewal.id, proof.id)
    assert (await member.quotes(rosa, monthly, nequi)).id == renewal.id
    clock.advance(timedelta(minutes=5))
    await bruno.does("approve", proof.id)
    assert await waiting(member, rosa) == [(debts.id, None)], "the other key's was paid with it"

    clock.advance(timedelta(days=2))
    later = await member.quotes(rosa, monthly, nequi)
    assert later.id != renewal.id, "a paid one is not used again"
    clock.advance(timedelta(hours=49))
    assert (await member.quotes(rosa, monthly, nequi)).id != later.id, "nor one whose price has ended"
    clock.advance(timedelta(days=8))
    assert not await waiting(member, rosa)
