"""The local Bot API server lets a bot delete what Telegram would let it delete, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
from telegram import Bot, ChatMemberAdministrator
from telegram.error import BadRequest, Forbidden

from bot.sandbox.control.hooks import SandboxHooks
from bot.sandbox.server import SandboxServer
from tests.support.sandbox.client import Person, SandboxClient

REFUSED = "Message can't be deleted"


@pytest.fixture
async def server() -> AsyncGenerator[SandboxServer]:
    """Its clock can be moved."""
    now = datetime.now(UTC)

    async def advance(by: timedelta) -> datetime:
        nonlocal now
        now += by
        return now

    sandbox = SandboxServer(store_path=None, hooks=SandboxHooks(advance_clock=advance))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def telegram(server: SandboxServer) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncGenerator[Bot]:
    async with Bot(server.token, base_url=server.bot_api_url, base_file_url=server.bot_file_url) as bot:
        yield bot


@pytest.fixture
async def ana(telegram: SandboxClient) -> Person:
    return await telegram.person("Ana")


async def test_in_a_private_chat_both_sides_messages_go(bot: Bot, ana: Person) -> None:
    hers = await ana.sends("hello")
    ours = await bot.send_message(ana.id, "hi")
    assert await bot.delete_message(ana.id, hers.message_id)
    assert await bot.delete_message(ana.id, ours.message_id)
    assert await ana.chat() == []


@pytest.mark.parametrize("own", [True, False])
async def test_what_is_older_than_48_hours_stays(
    telegram: SandboxClient, bot: Bot, ana: Person, own: bool
) -> None:
    hers = await ana.sends("hello")
    ours = await bot.send_message(ana.id, "hi")
    number = ours.message_id if own else hers.message_id
    await telegram.advance("2 days 1 minute")
    with pytest.raises(BadRequest, match=REFUSED):
        await bot.delete_message(ana.id, number)
    fresh = await bot.send_message(ana.id, "today")
    with pytest.raises(BadRequest, match=REFUSED):
        await bot.delete_messages(ana.id, [fresh.message_id, number])
    assert len(await ana.chat()) == 3, "all or none"


async def test_in_a_group_others_messages_go_only_by_an_administrator(
    telegram: SandboxClient, bot: Bot, ana: Person
) -> None:
    group = (await telegram.group("Desk", [ana]))["id"]
    here = ana.in_group(group)
    hers = await here.sends("a photo")
    ours = await bot.send_message(group, "seen")
    with pytest.raises(BadRequest, match=REFUSED):
        await bot.delete_message(group, hers.message_id)
    assert await bot.delete_message(group, ours.message_id)
    await telegram.call("POST", f"/groups/{group}/promote")
    member = await bot.get_chat_member(group, bot.id)
    assert isinstance(member, ChatMemberAdministrator)
    assert member.can_delete_messages
    assert await bot.delete_message(group, hers.message_id)
    last = await here.sends("another")
    await telegram.call("POST", f"/groups/{group}/kick")
    with pytest.raises(Forbidden, match="kicked"):
        await bot.delete_message(group, last.message_id)


async def test_several_go_at_once_a_hundred_at_most(bot: Bot, ana: Person) -> None:
    sent = [await ana.sends(f"{number}") for number in range(3)]
    await bot.delete_message(ana.id, sent[0].message_id)
    assert await bot.delete_messages(ana.id, [one.message_id for one in sent]), "what is gone is passed over"
    assert await ana.chat() == []
    with pytest.raises(BadRequest, match="Too many message identifiers"):
        await bot.delete_messages(ana.id, list(range(1, 102)))
    with pytest.raises(BadRequest, match="identifiers are not specified"):
        await bot.delete_messages(ana.id, [])
