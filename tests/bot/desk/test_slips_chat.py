"""Slips in chat: none replaces another unasked, none is lost, and staff who train send theirs too."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.faces.pool import FacePool
from gym.plans.models import Plan
from gym.security.permissions import Actor, Role
from gym.transfers.models import PaymentKeyKind, PaymentProof, ProofKind, ProofState
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from tests.bot.conftest import MakeMember
from tests.bot.desk.test_transfers_chat import Hire, slip
from tests.support.barcodes import FewFaces
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
async def gym(gym: Gym) -> AsyncGenerator[Gym]:
    """Its reader of faces finds none, without a model."""
    pool = FacePool(FewFaces(), workers=1)
    yield replace(gym, face_pool=pool)
    pool.close()


async def proofs(gym: Gym) -> list[tuple[ProofKind, ProofState]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(select(PaymentProof).order_by(PaymentProof.sent_at))
        return [(one.kind, one.state) for one in rows]


async def test_a_second_slip_an_album_and_two_payments_are_asked_about(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    boss, carla, rosa = [await telegram.person(name) for name in ("Ana", "Carla", "Rosa")]
    admin = await make_staff(boss, Role.ADMIN)
    await make_staff(carla, Role.EMPLOYEE)
    desk = DeskClerk(gym, admin)
    client = await make_member(rosa, "Rosa", "Vargas")
    works_here = await make_member(carla, "Carla", "Rojas")
    monthly = await desk.plan()
    other = await desk.plan(name="Yearly", price=Decimal(900000))
    async with gym.unit_of_work(admin) as uow:
        key = await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
    for person in (rosa, carla):
        await person.sends("/start")

    async def quoted(whom: Client, plan: Plan) -> str:
        async with gym.unit_of_work(admin) as uow:
            return (await TransferQuotes(uow).quote(whom.id, plan.id, key.id)).reference

    first = await quoted(client, monthly)
    await rosa.sends_album([slip(1), slip(2), slip(3)])
    await rosa.sees("I have taken the first of these")
    assert await proofs(gym) == [(ProofKind.PICTURE, ProofState.OPEN)]
    await rosa.sends_photo(slip(4))
    await rosa.sees("takes the place of the one that the gym has")
    assert await proofs(gym) == [(ProofKind.PICTURE, ProofState.OPEN)], "asked before it is replaced"
    await rosa.taps(f"🔁 Monthly · $150,000 · {first}")
    await rosa.sees("The gym has your proof of $150,000")
    replaced = [(ProofKind.PICTURE, ProofState.REPLACED), (ProofKind.PICTURE, ProofState.OPEN)]
    assert await proofs(gym) == replaced

    second = await quoted(client, other)
    await rosa.sends_document(PDF, "slip.pdf")
    await rosa.sees("Of which payment is this the proof?")
    await rosa.taps(f"Yearly · $900,000 · {second}")
    await rosa.sees("The gym has your proof of $900,000")
    assert await proofs(gym) == [*replaced, (ProofKind.DOCUMENT, ProofState.OPEN)]

    await carla.sends_photo(slip(5))
    await carla.sees("No face was found")
    mine = await quoted(works_here, monthly)
    await carla.sends_photo(slip(6))
    await carla.sees("Is this the proof of that payment?")
    await carla.taps("Cancel")
    await carla.sends_document(PDF + b"6", "mine.pdf")
    await carla.sees("Is this the proof of that payment?")
    await carla.taps(f"Monthly · $150,000 · {mine}")
    await carla.sees("The gym has your proof of $150,000")
    assert (await proofs(gym))[3:] == [(ProofKind.DOCUMENT, ProofState.OPEN)]
