"""Quotes that wait for a proof: the same one is not made twice, and none of several is forgotten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from gym.clients.models import Client
from gym.transfers.models import PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from tests.transfers.conftest import TransferCase, Transfers, picture


async def waiting(member: Transfers, client: Client) -> list[tuple[UUID, UUID | None]]:
    """Quote and open proof of each."""
    async with member.gym.unit_of_work(member.actor) as uow:
        found = await TransferQuotes(uow).awaiting_proof(client.id)
        return [(one.quote.id, one.sent.id if one.sent else None) for one in found]


async def test_the_same_key_again_gives_the_same_reference_and_every_unpaid_quote_waits_for_its_proof(
    case: TransferCase,
) -> None:
    await case.ended_with_debt()
    async with case.gym.unit_of_work(case.ana.actor) as uow:
        breb = await PaymentKeys(uow).add(PaymentKeyKind.BRE_B, "Bre-B", "@powergym")

    renewal = await case.quotes()
    case.clock.advance(timedelta(minutes=5))
    assert (await case.quotes()).reference == renewal.reference
    for _ in range(25):
        assert (await case.quotes()).id == renewal.id, "it counts towards no limit"
    by_other_key = await case.member.quotes(case.rosa, case.monthly, breb)
    case.clock.advance(timedelta(minutes=5))
    debts = await case.member.quotes(case.rosa, None, case.nequi)
    assert len({renewal.reference, by_other_key.reference, debts.reference}) == 3
    every = [debts.id, by_other_key.id, renewal.id]
    assert [quote for quote, _ in await waiting(case.member, case.rosa)] == every

    proof = await case.member.sends(renewal, picture("slip"))
    assert (await waiting(case.member, case.rosa))[2] == (renewal.id, proof.id)
    assert (await case.quotes()).id == renewal.id
    case.clock.advance(timedelta(minutes=5))
    await case.bruno.does("approve", proof.id)
    assert await waiting(case.member, case.rosa) == [(debts.id, None)], "the other key's was paid with it"

    case.clock.advance(timedelta(days=2))
    later = await case.quotes()
    assert later.id != renewal.id, "a paid one is not used again"
    case.clock.advance(timedelta(hours=49))
    assert (await case.quotes()).id != later.id, "nor one whose price has ended"
    case.clock.advance(timedelta(days=8))
    assert not await waiting(case.member, case.rosa)
