"""The doctor names documents that an earlier release may have read wrongly."""

from __future__ import annotations

from sqlalchemy import update

from gym.app import Gym
from gym.clients.models import Client
from gym.commands.doctor import documents_finding
from gym.security.permissions import Actor
from tests.support.front_desk import Desk


async def test_a_document_in_doubt_is_a_finding_until_it_is_checked(gym: Gym, front: Desk) -> None:
    rosa = await front.registers()
    async with gym.unit_of_work(Actor.system()) as uow:
        assert (await documents_finding(uow)).well
        await uow.session.execute(
            update(Client)
            .where(Client.id == rosa.id)
            .values(document_type="CE", document_number="DULA1020309991", document_in_doubt=True)
        )
        found = await documents_finding(uow)
    assert not found.well
    assert found.seen.startswith("1 ")
