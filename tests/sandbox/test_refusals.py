"""The sandbox refuses what Telegram refuses, in Telegram's words."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
)
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from bot.sandbox.server import SandboxServer
from bot.sandbox.state.conditions.flood_limits import FloodLimits
from tests.sandbox.front_desk import square
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
async def bot(server: SandboxServer):
    async with Bot(server.token, base_url=server.bot_api_url, base_file_url=server.bot_file_url) as bot:
        yield bot


@pytest.fixture
async def chat(ana: Person) -> int:
    await ana.sends("hello")
    return ana.id


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<b>bold", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ño <b>x</i>", 'Unmatched end tag at byte offset 8, expected "</b>", found "</i>"'),
        ("x </b>", "Unexpected end tag at byte offset 2"),
        ("Juan <Perez>", 'Unsupported start tag "perez" at byte offset 5'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_bad_html_is_refused(
    bot: Bot, telegram: SandboxClient, chat: int, text: str, reason: str
) -> None:
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(chat, text, parse_mode="HTML")
    refusal = (await telegram.calls(method="sendMessage"))[-1]["answer"]
    assert refusal["description"] == f"Bad Request: can't parse entities: {reason}"


async def test_good_html_becomes_text_with_entities(bot: Bot, chat: int) -> None:
    source = (
        '😀 <b>a<i>b</i></b> &lt;&amp;&#39; <a href="https://x.co">l</a> <code>c</code>'
        " <tg-spoiler>s</tg-spoiler>"
    )
    message = await bot.send_message(chat, f"  {source}  ", parse_mode="HTML")
    assert message.text == "😀 ab <&' l c s"
    assert message.text_html == source.replace("&#39;", "&#x27;").replace(
        "<tg-spoiler>s</tg-spoiler>", '<span class="tg-spoiler">s</span>'
    )


@pytest.mark.parametrize("text", ["", "   ", "<b></b>"])
async def test_an_empty_text_is_refused(bot: Bot, chat: int, text: str) -> None:
    with pytest.raises(
        BadRequest, match=r"(?i)text must be non-empty" if text else "(?i)message text is empty"
    ):
        await bot.send_message(chat, text, parse_mode="HTML")


async def test_texts_end_at_4096_and_captions_at_1024(bot: Bot, chat: int) -> None:
    assert (await bot.send_message(chat, "x" * 4096)).text == "x" * 4096
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(chat, "x" * 4097)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(chat, square(), caption="x" * 1025)


async def test_callback_data_ends_at_64_bytes(bot: Bot, chat: int) -> None:
    def keyboard(data: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("tap", callback_data=data)]])

    await bot.send_message(chat, "fits", reply_markup=keyboard("é" * 32))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(chat, "no", reply_markup=keyboard("é" * 32 + "x"))


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, chat: int) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("tap", callback_data="x")]])
    message = await bot.send_message(chat, "<b>same</b>", parse_mode="HTML", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await message.edit_text("<b>same</b>", parse_mode="HTML", reply_markup=keyboard)
    edited = await message.edit_text("<b>same</b>", parse_mode="HTML")
    assert edited.reply_markup is None


async def test_what_is_gone_cannot_be_edited_or_deleted(bot: Bot, chat: int) -> None:
    message = await bot.send_message(chat, "short lived")
    await message.delete()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await message.edit_text("too late")
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await message.delete()


async def test_a_persons_message_cannot_be_edited(bot: Bot, ana: Person) -> None:
    sent = await ana.sends("mine")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("yours", ana.id, sent.message_id)


async def test_text_and_caption_are_not_mixed_up(bot: Bot, chat: int) -> None:
    photo = await bot.send_photo(chat, square(), caption="a")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await photo.edit_text("b")
    assert (await photo.edit_caption("b")).caption == "b"


async def test_a_photo_can_be_replaced_and_sent_again_by_its_id(bot: Bot, chat: int) -> None:
    first = await bot.send_photo(chat, square(1500, "red"))
    assert [size.width for size in first.photo] == [90, 320, 800, 1280]
    again = await bot.send_photo(chat, first.photo[0].file_id, caption="again")
    assert again.photo == first.photo
    replaced = await first.edit_media(InputMediaPhoto(square(400, "blue"), caption="new"))
    assert (replaced.photo[-1].width, replaced.caption) == (400, "new")
    with pytest.raises(BadRequest, match=r"(?i)can't use file of type photo as document"):
        await bot.send_document(chat, first.photo[0].file_id)


async def test_an_album_has_ten_items_at_most_and_one_alone_is_none(bot: Bot, chat: int) -> None:
    album = await bot.send_media_group(
        chat, [InputMediaPhoto(square(), caption="one"), InputMediaPhoto(square())]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert album[0].caption == "one"
    [alone] = await bot.send_media_group(chat, [InputMediaDocument(b"alone", filename="a.txt")])
    assert alone.media_group_id is None


async def test_nobody_hears_from_the_bot_uninvited(bot: Bot, telegram: SandboxClient, ana: Person) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(ana.id, "hi")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(999, "hi")
    await ana.sends("hello")
    await ana.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ana.id, "hi")


async def test_a_callback_query_gets_too_old(
    bot: Bot, telegram: SandboxClient, chat: int, ana: Person
) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("tap", callback_data="x")]])
    message = await bot.send_message(chat, "tap me", reply_markup=keyboard)
    await telegram.call(
        "POST", f"/people/{ana.id}/tap", json={"message_id": message.message_id, "data": "x", "wait": 0}
    )
    query = (await bot.get_updates())[-1].callback_query
    await telegram.expire_callbacks()
    with pytest.raises(
        BadRequest, match="Query is too old and response timeout expired or query id is invalid"
    ):
        await query.answer()


async def test_a_file_above_20_mb_cannot_be_fetched(bot: Bot, ana: Person) -> None:
    await ana.sends_document(bytes(20 * 1024 * 1024 + 1), "big.bin")
    document = (await bot.get_updates())[-1].message.document
    with pytest.raises(BadRequest, match="File is too big"):
        await document.get_file()


async def test_what_is_no_picture_is_no_photo(bot: Bot, chat: int) -> None:
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(chat, io.BytesIO(b"not a picture"))
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(chat, _ribbon())


def _ribbon() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2100, 100)).save(out, "PNG")
    return out.getvalue()


async def test_an_unknown_method_and_a_wrong_token_are_refused(bot: Bot, server: SandboxServer) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendPizza")
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", base_url=server.bot_api_url):
            pass


async def test_a_second_poller_ends_the_first(bot: Bot, server: SandboxServer) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    async with Bot(server.token, base_url=server.bot_api_url) as second:
        while not first.done():
            await second.get_updates(timeout=0)
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_commands_follow_scope_and_language(bot: Bot, telegram: SandboxClient, ana: Person) -> None:
    luz = await telegram.person("Luz", language_code="es")
    await bot.set_my_commands([BotCommand("start", "Start")])
    await bot.set_my_commands([BotCommand("inicio", "Inicio")], BotCommandScopeAllPrivateChats(), "es")
    assert (await ana.commands(), await luz.commands()) == (["start"], ["inicio"])
    await bot.set_my_commands([BotCommand("team", "Team")], BotCommandScopeChat(ana.id))
    assert await ana.commands() == ["team"]
    await bot.delete_my_commands(BotCommandScopeChat(ana.id))
    assert await ana.commands() == ["start"]
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Über", "no")])


async def test_ordered_faults_hit_and_are_used_up(bot: Bot, telegram: SandboxClient, chat: int) -> None:
    await telegram.fault("sendMessage", 429, retry_after=7)
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(chat, "too fast")
    assert wait.value._retry_after.total_seconds() == 7
    await telegram.fault("*", 502, garbage=True)
    with pytest.raises(NetworkError):
        await bot.send_message(chat, "down")
    await telegram.fault("sendMessage", 0)
    with pytest.raises(NetworkError):
        await bot.send_message(chat, "cut off")
    assert (await bot.send_message(chat, "through")).text == "through"


async def test_a_lost_answer_still_did_the_work(bot: Bot, telegram: SandboxClient, ana: Person) -> None:
    await ana.sends("hello")
    await telegram.fault("sendMessage", 500, afterwards=True)
    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "said once")
    await ana.sees("said once")


async def test_every_call_is_logged_with_arguments_and_answer(
    bot: Bot, telegram: SandboxClient, chat: int
) -> None:
    before = (await telegram.calls())[-1]["seq"]
    await bot.send_document(chat, b"abc", filename="a.txt", caption="c")
    with pytest.raises(BadRequest):
        await bot.send_message(999, "x")
    sent, refused = await telegram.calls(before)
    assert sent["arguments"]["document"] == {"file_name": "a.txt", "size": 3}
    assert sent["answer"]["caption"] == "c"
    assert (refused["status"], refused["answer"]["description"]) == (400, "Bad Request: chat not found")


async def test_flood_limits_are_enforced_on_request() -> None:
    server = SandboxServer(store_path=None, limits=FloodLimits(monotonic=lambda: 0.0))
    await server.start()
    async with (
        SandboxClient(server.url) as telegram,
        Bot(server.token, base_url=server.bot_api_url, base_file_url=server.bot_file_url) as bot,
    ):
        ana = await telegram.person("Ana")
        await ana.sends("/start")
        await telegram.call("POST", "/limits", json={"on": True})
        sendings = [bot.send_message(ana.id, f"message {number}") for number in range(10)]
        outcomes = await asyncio.gather(*sendings, return_exceptions=True)
    await server.stop()
    assert sum(isinstance(outcome, RetryAfter) for outcome in outcomes) == 5
