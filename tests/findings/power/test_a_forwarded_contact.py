"""A contact says whose number it is at the moment it is shared: a forwarded one proves nothing today."""

from __future__ import annotations

from typing import Any

import pytest

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.schemas import ClaimedUpdate
from gym.clients.models import Client
from gym.security.permissions import Actor
from tests.support.hostile_telegram import text_of
from tests.support.sandbox.client import SandboxClient

PHONE = "+573009998877"


@pytest.mark.parametrize("origin", ["user", "hidden_user", None])
async def test_an_old_own_contact_that_is_forwarded_links_nobody(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, make_member: Any, origin: str | None
) -> None:
    """Eve once had the number that is Nora's now; her own contact of then still names her."""
    nora = await make_member(None, "Nora", "Paz")
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Client, nora.id)).phone = PHONE
    eve = await telegram.person("Eve")
    await eve.sends("/start")
    await eve.sees("If you train here")
    message = text_of(eve, None, 77)
    del message["text"]
    message["contact"] = {"phone_number": PHONE, "first_name": "Eve", "user_id": eve.id}
    origins = {
        "user": {"type": "user", "date": 1_500_000_000, "sender_user": message["from"]},
        "hidden_user": {"type": "hidden_user", "date": 1_500_000_000, "sender_user_name": "Eve"},
    }
    if origin is not None:
        message["forward_origin"] = origins[origin]
    item = ClaimedUpdate(770_001, eve.id, {"update_id": 770_001, "message": message}, 1)
    await desk_bot.assembly.inbox._handle(item)
    async with gym.unit_of_work(Actor.system()) as uow:
        owner = (await uow.session.get_one(Client, nora.id)).telegram_id
    assert owner == (None if origin else eve.id)
