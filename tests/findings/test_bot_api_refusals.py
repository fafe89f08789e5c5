"""The local Bot API server refuses what Telegram refuses, and answers what a bot or a script needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import web
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest

from bot.sandbox.server import SandboxServer
from tests.sandbox.front_desk import square
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
def server(sandbox: SandboxServer) -> SandboxServer:
    return sandbox


@pytest.fixture
async def ana(telegram: SandboxClient) -> Person:
    return await telegram.person("Ana")


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncGenerator[Bot]:
    async with Bot(server.token, base_url=server.bot_api_url, base_file_url=server.bot_file_url) as bot:
        yield bot


@pytest.fixture
async def chat(ana: Person) -> int:
    await ana.sends("hello")
    return ana.id


@pytest.mark.parametrize(
    "keys", [ReplyKeyboardMarkup([["Yes"]]), ReplyKeyboardRemove(), ForceReply()], ids=type
)
async def test_a_message_that_came_with_a_keyboard_of_the_chat_cannot_be_edited(
    bot: Bot, chat: int, keys: Any
) -> None:
    message = await bot.send_message(chat, "choose", reply_markup=keys)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await message.edit_text("chosen")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await message.edit_reply_markup(
            InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x")]])
        )


async def test_an_album_holds_pictures_or_documents(bot: Bot, chat: int) -> None:
    with pytest.raises(BadRequest, match=r"(?i)document can't be mixed with other media types"):
        await bot.send_media_group(chat, [InputMediaPhoto(square()), InputMediaDocument(b"x", filename="a")])


async def test_messages_are_forwarded_with_their_origin_and_copied_without(
    bot: Bot, telegram: SandboxClient, ana: Person, chat: int
) -> None:
    eve = await telegram.person("Eve")
    await eve.sends("/start")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x")]])
    said = await ana.sends("my slip")
    photo = await bot.send_photo(chat, square(), caption="<b>a</b>", parse_mode="HTML", reply_markup=keys)
    forwarded = await bot.forward_message(eve.id, chat, said.message_id)
    assert forwarded.text == "my slip"
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.sender_user.id == ana.id  # type: ignore[attr-defined]
    await bot.copy_message(eve.id, chat, photo.message_id)
    await bot.copy_message(eve.id, chat, photo.message_id, caption="b")
    both = await bot.copy_messages(eve.id, chat, [said.message_id, photo.message_id, 99])
    assert len(both) == 2
    assert len(await bot.forward_messages(eve.id, chat, [said.message_id])) == 1
    seen = [(m.text or m.caption, bool(m.photo_url), len(m.buttons)) for m in await eve.chat()]
    assert seen[1:] == [
        ("my slip", False, 0),
        ("a", True, 0),
        ("b", True, 0),
        ("my slip", False, 0),
        ("a", True, 0),
        ("my slip", False, 0),
    ]
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await forwarded.edit_text("changed")


async def test_reactions_and_pins(bot: Bot, telegram: SandboxClient, ana: Person, chat: int) -> None:
    message = await bot.send_message(chat, "one")
    assert await bot.set_message_reaction(chat, message.message_id, [ReactionTypeEmoji("👍")])
    await message.pin()
    pinned = (await bot.get_chat(chat)).pinned_message
    assert pinned is not None
    assert pinned.message_id == message.message_id
    await bot.unpin_chat_message(chat)
    assert (await bot.get_chat(chat)).pinned_message is None
    await message.pin()
    await bot.unpin_all_chat_messages(chat)
    group = await telegram.group("Desk", [ana])
    posted = await bot.send_message(group["id"], "two")
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to manage pinned messages in the chat"):
        await posted.pin()


async def test_a_call_in_a_webhooks_answer_is_obeyed(
    server: SandboxServer, telegram: SandboxClient, bot: Bot, ana: Person
) -> None:
    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        told = update["message"]
        if told["text"] == "nonsense":
            return web.json_response({"method": "sendPizza"})
        answer = {"method": "sendMessage", "chat_id": told["chat"]["id"], "text": f"you said {told['text']}"}
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        await ana.sends("nonsense")
        await ana.sends("hi")
        await ana.sees("you said hi")
        async with asyncio.timeout(10):
            while (await bot.get_webhook_info()).pending_update_count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        await runner.cleanup()


async def test_moments_and_effects_come_back_as_telegram_gives_them(bot: Bot, chat: int) -> None:
    text = 'ends <tg-time unix="1647531900" format="r">in 3 days</tg-time>'
    effect = "5104841245755180586"
    message = await bot.send_message(chat, text, parse_mode="HTML", message_effect_id=effect)
    [moment] = message.entities
    said = moment.to_dict()
    assert (said["type"], said["offset"], said["length"]) == ("date_time", 5, 9)
    assert (said["unix_time"], said["date_time_format"]) == (1647531900, "r")
    assert message.effect_id == effect
