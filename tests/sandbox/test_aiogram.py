"""A bot by another library than the gym's lives at the local Bot API server as it would at Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.sandbox.server import SandboxServer
from tests.sandbox.front_desk import square
from tests.support.sandbox.client import Person, SandboxClient

if TYPE_CHECKING:  # aiogram takes three seconds to import: only who runs these tests pays them
    from aiogram import Bot

pytestmark = pytest.mark.long


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncGenerator[Bot]:
    from tests.sandbox.aiogram_bot import make_bot

    async with make_bot(server) as bot:
        yield bot


@asynccontextmanager
async def polling(bot: Bot) -> AsyncGenerator[Any]:
    from tests.sandbox.aiogram_bot import desk

    routes = desk()
    task = asyncio.create_task(routes.start_polling(bot, handle_signals=False, close_bot_session=False))
    try:
        yield routes
    finally:
        await routes.stop_polling()
        await task


async def test_a_chat_is_held_with_it(bot: Bot, ana: Person, telegram: SandboxClient) -> None:
    async with polling(bot) as routes:
        await ana.sends("/start")
        welcome = await ana.sees("Your plan ends in 3 days")
        assert [entity["type"] for entity in welcome.entities] == ["date_time", "bold"]
        assert (await ana.taps("Copy key")).copied == "@gym-key"
        assert (await ana.taps("Renew")).toast == "Renewed"
        assert (await ana.sees("Paid until May")).buttons == ()
        await ana.sends_photo(square(), "my slip")
        await ana.sees("True")
        await ana.sends_document(b"x", "año.csv")
        answer = await ana.sees_document()
        assert (answer.file_name, answer.caption) == ("Recibo Núñez.pdf", "for año.csv")
        await ana.sends("keys")
        await ana.taps("Share")
        await ana.sees("+573001112233")
        assert await ana.keyboard() == []
        await ana.blocks()
        await ana.unblocks()
        await ana.sends("back")
        await ana.sees("You said: back")
        assert routes["membership"] == ["kicked", "member"]
    reacted = await telegram.calls(method="setMessageReaction")
    assert [call["status"] for call in reacted] == [200]


async def test_calls_in_its_webhooks_answers_are_carried_out(
    bot: Bot, server: SandboxServer, ana: Person
) -> None:
    from tests.sandbox.aiogram_bot import webhook_app

    runner = web.AppRunner(webhook_app(bot, "s3cret"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        port = runner.addresses[0][1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        await ana.sends("hi")
        said = await ana.sees("You said: hi")
        assert said.labels == ["Renew", "Cancel plan", "Copy key"]
        assert (await bot.get_webhook_info()).pending_update_count in (0, 1)
    finally:
        await bot.delete_webhook()
        await runner.cleanup()


async def test_it_reads_every_answer_and_every_refusal(
    bot: Bot, server: SandboxServer, ana: Person, telegram: SandboxClient
) -> None:
    from aiogram.exceptions import (
        TelegramBadRequest,
        TelegramForbiddenError,
        TelegramNotFound,
        TelegramRetryAfter,
        TelegramUnauthorizedError,
    )
    from aiogram.methods import GetStickerSet
    from aiogram.types import BotCommand, BufferedInputFile, InputMediaPhoto

    from tests.sandbox.aiogram_bot import EFFECT, MENU, make_bot

    said = await ana.sends("hello")
    photo = BufferedInputFile(square(), filename="a.png")
    assert (await bot.get_me()).username == "0sandbox_bot"
    text = await bot.send_message(ana.id, "one", reply_markup=MENU, message_effect_id=EFFECT)
    assert text.effect_id == EFFECT
    assert text.reply_markup is not None
    assert [button.style for row in text.reply_markup.inline_keyboard for button in row] == [
        "success", "danger", None,
    ]  # fmt: skip
    sent = await bot.send_photo(ana.id, photo, caption="a")
    assert sent.photo is not None
    album = await bot.send_media_group(
        ana.id, [InputMediaPhoto(media=photo), InputMediaPhoto(media=sent.photo[0].file_id)]
    )
    assert len({message.media_group_id for message in album}) == 1
    await bot.edit_message_media(InputMediaPhoto(media=photo, caption="b"), None, ana.id, sent.message_id)
    await bot.edit_message_caption(None, ana.id, sent.message_id, caption="c")
    await bot.edit_message_reply_markup(None, ana.id, sent.message_id, reply_markup=MENU)
    assert (await bot.copy_message(ana.id, ana.id, sent.message_id)).message_id > sent.message_id
    forwarded = await bot.forward_message(ana.id, ana.id, said.message_id)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "user"
    await bot.pin_chat_message(ana.id, text.message_id)
    pinned = (await bot.get_chat(ana.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == text.message_id
    await bot.unpin_all_chat_messages(ana.id)
    await bot.set_my_commands([BotCommand(command="start", description="Start")])
    assert (await bot.get_my_commands())[0].command == "start"
    assert (await bot.get_chat_member(ana.id, ana.id)).status == "member"
    assert await bot.delete_messages(ana.id, [message.message_id for message in album])
    for refused, words in (
        (bot.send_message(ana.id, "<b>x", parse_mode="HTML"), "can't parse entities"),
        (bot.edit_message_text("one", None, ana.id, text.message_id, reply_markup=MENU), "is not modified"),
        (bot.delete_message(ana.id, 999), "message to delete not found"),
    ):
        with pytest.raises(TelegramBadRequest, match=words):
            await refused
    with pytest.raises(TelegramNotFound):
        await bot(GetStickerSet(name="none"))
    await telegram.fault("sendMessage", 429, retry_after=3)
    with pytest.raises(TelegramRetryAfter) as wait:
        await bot.send_message(ana.id, "too fast")
    assert wait.value.retry_after == 3
    await ana.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(ana.id, "hi")
    async with make_bot(server, "1:wrong") as nobody:
        with pytest.raises(TelegramUnauthorizedError):
            await nobody.get_me()
