"""A person with one name is registered with that name; nobody has to invent a surname."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.clients.errors import NameInvalid
from tests.findings.reading.conftest import Chat
from tests.support.front_desk import Desk


async def test_the_desk_skips_the_last_name(chat: Chat, front: Desk, gym: Gym) -> None:
    await chat.sends("/register")
    await chat.sees("What is the first name?")
    await chat.sends("Sukarno")
    await chat.sees("What is the last name?")
    for _ in range(5):
        await chat.taps("Skip")
    await chat.taps("No, without face", "Save")
    await chat.sees("✅ <b>{client}</b> is registered.", client="Sukarno")
    assert await front.finds("sukarno") == ["Sukarno"]


async def test_a_surname_comes_and_goes(front: Desk) -> None:
    client = await front.registers("がく", "")
    assert client.full_name == "がく"
    assert (await front.changes(client, last_name="山田")).full_name == "がく 山田"
    assert (await front.changes(client, last_name=None)).full_name == "がく"
    with pytest.raises(NameInvalid):
        await front.changes(client, first_name=" ")
