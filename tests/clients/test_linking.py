"""A client's own chat: by the desk's link, or by their own contact."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gym.app import Gym
from gym.clients.errors import (
    AlreadyLinked,
    ClientDeactivated,
    LinkTaken,
    NoSuchPhone,
    PhoneInvalid,
    SharedPhone,
)
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.security.one_time_links import LinkExpired, LinkUnknown, LinkUsed
from gym.security.permissions import Actor
from tests.support.front_desk import Desk

CHAT, OTHER = 111, 222


@pytest.fixture
def stranger(gym: Gym) -> Desk:
    """Somebody whom the gym does not know yet."""
    return Desk(gym, Actor.system())


async def test_a_link_makes_the_chat_the_clients_and_welcomes_them(desk: Desk, stranger: Desk) -> None:
    rosa = await desk.registers()
    issued = await desk.shows_link(rosa)
    linked = await stranger.does("accept_link", issued.token, CHAT, "es-CO")
    assert (linked.id, linked.telegram_id, linked.language) == (rosa.id, CHAT, "es")
    assert (await stranger.does("by_telegram", CHAT)).id == rosa.id
    assert len(await desk.told(NotificationKind.WELCOME)) == 1
    assert "client.linked" in await desk.actions(rosa.id)


async def test_eight_people_open_one_link_and_one_gets_in(desk: Desk, stranger: Desk) -> None:
    rosa = await desk.registers()
    issued = await desk.shows_link(rosa)
    outcomes = await asyncio.gather(
        *(stranger.does("accept_link", issued.token, chat, "en") for chat in range(1, 9)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Client) for one in outcomes) == 1
    assert sum(isinstance(one, LinkUsed) for one in outcomes) == 7
    assert len(await desk.told(NotificationKind.WELCOME)) == 1


async def test_a_link_runs_out_after_a_day(desk: Desk, stranger: Desk, clock: FrozenClock) -> None:
    issued = await desk.shows_link(await desk.registers())
    clock.advance(timedelta(hours=24))
    with pytest.raises(LinkExpired):
        await stranger.does("accept_link", issued.token, CHAT, "en")


async def test_a_newer_link_replaces_the_older(desk: Desk, stranger: Desk) -> None:
    rosa = await desk.registers()
    older, newer = await desk.shows_link(rosa), await desk.shows_link(rosa)
    with pytest.raises(LinkExpired):
        await stranger.does("accept_link", older.token, CHAT, "en")
    assert (await stranger.does("accept_link", newer.token, CHAT, "en")).id == rosa.id


async def test_an_invented_link_opens_nothing(stranger: Desk) -> None:
    for token in ("", "c", "cAAAAAAAAAAAAAAAAAAAAAAAA", "ñ" * 500):
        with pytest.raises(LinkUnknown):
            await stranger.does("accept_link", token, CHAT, "en")


async def test_a_refused_link_is_not_used_up(desk: Desk, stranger: Desk) -> None:
    rosa, ana = await desk.registers(), await desk.registers("Ana", "Alba")
    await stranger.does("accept_link", (await desk.shows_link(ana)).token, CHAT, "en")
    issued = await desk.shows_link(rosa)
    with pytest.raises(LinkTaken):
        await stranger.does("accept_link", issued.token, CHAT, "en")
    assert (await stranger.does("accept_link", issued.token, OTHER, "en")).id == rosa.id


async def test_a_linked_client_is_unlinked_on_purpose_before_a_new_chat(desk: Desk, stranger: Desk) -> None:
    rosa = await desk.registers()
    await stranger.does("accept_link", (await desk.shows_link(rosa)).token, CHAT, "en")
    with pytest.raises(AlreadyLinked):
        await desk.shows_link(rosa)
    await desk.does("unlink", rosa.id)
    assert await stranger.does("by_telegram", CHAT) is None
    assert (
        await stranger.does("accept_link", (await desk.shows_link(rosa)).token, OTHER, "en")
    ).telegram_id == OTHER


async def test_a_deactivated_client_is_nobody_and_gets_no_link(desk: Desk, stranger: Desk) -> None:
    rosa = await desk.registers()
    issued = await desk.shows_link(rosa)
    await desk.does("deactivate", rosa.id)
    with pytest.raises(ClientDeactivated):
        await desk.shows_link(rosa)
    with pytest.raises(ClientDeactivated):
        await stranger.does("accept_link", issued.token, CHAT, "en")


async def test_who_was_deactivated_gives_the_chat_up_to_a_new_client(desk: Desk, stranger: Desk) -> None:
    old, new = await desk.registers(), await desk.registers("Rosa", "Vargas Gil")
    await stranger.does("accept_link", (await desk.shows_link(old)).token, CHAT, "en")
    await desk.does("deactivate", old.id)
    assert await stranger.does("by_telegram", CHAT) is None
    await stranger.does("accept_link", (await desk.shows_link(new)).token, CHAT, "en")
    assert (await stranger.does("by_telegram", CHAT)).id == new.id
    assert (await desk.does("get", old.id)).telegram_id is None


@pytest.mark.parametrize("shared", ["573001234567", "+573001234567", "3001234567"])
async def test_an_own_contact_links_the_one_client_with_that_phone(
    desk: Desk, stranger: Desk, shared: str
) -> None:
    rosa = await desk.registers(phone="300 123 4567")
    assert (await stranger.does("link_contact", shared, CHAT, "en")).id == rosa.id
    assert (await stranger.does("link_contact", shared, CHAT, "en")).id == rosa.id
    assert len(await desk.told(NotificationKind.WELCOME)) == 1
    with pytest.raises(AlreadyLinked):
        await stranger.does("link_contact", shared, OTHER, "en")


async def test_a_familys_phone_does_not_say_who_writes(desk: Desk, stranger: Desk) -> None:
    await desk.registers(phone="3001234567")
    child = await desk.registers("Leo", phone="3001234567")
    with pytest.raises(SharedPhone):
        await stranger.does("link_contact", "573001234567", CHAT, "en")
    await desk.does("deactivate", child.id)
    assert (await stranger.does("link_contact", "573001234567", CHAT, "en")).first_name == "Rosa"


async def test_a_phone_that_nobody_has_links_nobody(desk: Desk, stranger: Desk) -> None:
    await desk.registers(phone="3001234567")
    with pytest.raises(NoSuchPhone):
        await stranger.does("link_contact", "573009999999", CHAT, "en")
    with pytest.raises(PhoneInvalid):
        await stranger.does("link_contact", "1", CHAT, "en")


async def test_one_chat_shared_by_two_links_at_once_is_one_clients(desk: Desk, stranger: Desk) -> None:
    people = [await desk.registers(f"Rosa {letter}") for letter in "ABCDEFGH"]
    tokens = [(await desk.shows_link(one)).token for one in people]
    outcomes = await asyncio.gather(
        *(stranger.does("accept_link", token, CHAT, "en") for token in tokens), return_exceptions=True
    )
    assert sum(isinstance(one, Client) for one in outcomes) == 1
    assert sum(isinstance(one, LinkTaken) for one in outcomes) == 7


async def test_who_links_by_phone_ends_the_link_that_was_shown_before(desk: Desk, stranger: Desk) -> None:
    """Whoever finds it later learns nothing of whose it was."""
    rosa = await desk.registers(phone="300 123 4567")
    issued = await desk.shows_link(rosa)
    await stranger.does("link_contact", "+573001234567", CHAT, "en")
    with pytest.raises(LinkExpired):
        await stranger.does("accept_link", issued.token, OTHER, "en")
