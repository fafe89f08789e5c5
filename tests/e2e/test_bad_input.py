"""What people send by mistake in chat: each gets a clear sentence, and nothing typed so far is lost."""

from __future__ import annotations

import asyncio
import struct
import zlib
from typing import cast

import asyncpg
import cv2
import pytest

from bot.app import RunningApp
from gym.core.database.engine import plain_dsn
from tests.e2e.desk import claim_gym, create_plan
from tests.e2e.process import PATIENCE, until
from tests.support.people import Pixels, jpeg, landscape, people
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient
from tests.support.sandbox.seen import Button, Message

FIRST, LAST = "Ro<b>sa & Co", "_Pé*rez_ [x](y)"
TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.fixture
async def ana(running_app: RunningApp, telegram: SandboxClient) -> Phone:
    claim_url = await running_app.claim
    assert claim_url is not None
    return await claim_gym(telegram, claim_url)


async def value(running_app: RunningApp, sql: str) -> int:
    connection = await asyncpg.connect(plain_dsn(running_app.gym.database.url))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def all_handled(running_app: RunningApp, telegram: SandboxClient) -> None:
    """Until nothing waits, neither at Telegram nor in the inbox."""
    waiting = "SELECT count(*) FROM inbox_updates WHERE done_at IS NULL"

    async def handled() -> bool:
        return not await telegram.pending_updates() and not await value(running_app, waiting)

    await until(handled, PATIENCE)


async def no_code_was_shown(phone: Phone) -> None:
    assert all("went wrong" not in message.words for message in await phone.chat())


def button(message: Message, label: str) -> str:
    buttons: list[Button] = [button for row in message.buttons for button in row]
    data = next(one.data for one in buttons if label in one.label)
    assert data is not None
    return data


async def until_photos(desk: Phone, *, document: str = "CC 10203040") -> None:
    """A registration that waits for its first photo."""
    await desk.sends("/start")
    await desk.taps("Register")
    for answer in (FIRST, LAST, document, "300 123 4567", "3/8/1990"):
        await desk.sends(answer)
    await desk.taps("Female")
    await desk.taps("signed")
    await desk.sees("send three photos")


async def registered(desk: Phone) -> None:
    await until_photos(desk)
    await desk.sends_photo(people()[0].photo())
    await desk.taps("Done with photos")
    await desk.taps("Save")
    await desk.sees("is registered")


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 60 megapixels."""
    header = struct.pack(">IIBBBBB", 10_000, 6_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def two_faces() -> bytes:
    first, second, *_ = people()
    return jpeg(cast("Pixels", cv2.hconcat([first.portrait, second.portrait])), 90)


async def test_a_photo_that_cannot_be_used_is_explained_and_the_form_stays_open(
    running_app: RunningApp, telegram: SandboxClient, ana: Phone
) -> None:
    await until_photos(ana)
    wrong = (
        (b"hello", "notes.txt", "Send a photo, please"),
        (b"hello", "notes.jpg", "That is not a picture"),
        (b"\xff\xd8\xff" + bytes(TEN_MEGABYTES), "big.jpg", "at most 10 MB and 50 megapixels"),
        (bomb(), "bomb.png", "at most 10 MB and 50 megapixels"),
        (people()[0].photo()[:400], "half.jpg", "damaged"),
        (landscape(), "landscape.jpg", "No face was found"),
        (two_faces(), "two.jpg", "There are several faces"),
    )
    for document, name, sentence in wrong:
        await ana.sends_document(document, name)
        assert "of 3 photos" in (await ana.sees(sentence)).words
    await ana.sends_photo(landscape())
    await ana.sees("No face was found")
    await ana.sends("here you are")
    await ana.sees("Send a photo, please")

    await ana.sends_photo(people()[0].photo())
    await ana.taps("Done with photos")
    summary = await ana.sees("10203040")
    assert FIRST in summary.words
    assert LAST in summary.words
    await ana.taps("Save")
    assert f"{FIRST} {LAST} is registered" in (await ana.sees("is registered")).words
    await all_handled(running_app, telegram)
    await no_code_was_shown(ana)


async def test_an_empty_file_is_no_photo(ana: Phone) -> None:
    await until_photos(ana)
    await ana.sends_document(b"", "empty.jpg")
    await ana.sees("That is not a picture")
    await no_code_was_shown(ana)


async def test_a_wrong_document_is_asked_again(ana: Phone) -> None:
    await ana.sends("/start")
    await ana.taps("Register")
    for answer in ("Rosa", "Perez", "hello"):
        await ana.sends(answer)
    await ana.sees("Write its type and number")
    await ana.sends("CC 10203040")
    await ana.sees("phone")
    await no_code_was_shown(ana)


async def test_forged_and_old_buttons_lose_nothing(
    running_app: RunningApp, telegram: SandboxClient, ana: Phone
) -> None:
    await ana.sends("/start")
    await ana.taps("Register")
    await ana.sends("Rosa")
    await ana.sends("Perez")
    old = await ana.sees("document")
    await ana.sends("CC 10203040")
    await ana.sees("phone")
    for forged in ("nobody-knows:this", "f", "f:1:2:3", "x" * 64):
        await ana.taps_button_data(old, forged)
        await ana.sees("/start")
    await ana.taps_button_data(old, button(old, "Skip"))
    await ana.sees("phone")
    await ana.sends("300 123 4567")
    await ana.sees("born")
    await all_handled(running_app, telegram)
    kept = "SELECT (data->'values'->>'document' LIKE '%10203040')::int FROM drafts"
    assert await value(running_app, kept) == 1
    await no_code_was_shown(ana)


async def test_a_double_tap_on_save_registers_once(
    running_app: RunningApp, telegram: SandboxClient, ana: Phone
) -> None:
    await until_photos(ana)
    await ana.sends_photo(people()[0].photo())
    await ana.taps("Done with photos")
    summary = await ana.sees("10203040")
    save = button(summary, "Save")
    await asyncio.gather(*(ana.taps_button_data(summary, save) for _ in range(3)))
    await all_handled(running_app, telegram)
    assert await value(running_app, "SELECT count(*) FROM clients") == 1
    assert await value(running_app, "SELECT count(*) FROM face_templates") == 1
    assert sum("is registered" in message.words for message in await ana.chat()) == 1
    await no_code_was_shown(ana)


async def test_money_is_taken_once_and_never_more_than_is_owed(
    running_app: RunningApp, telegram: SandboxClient, ana: Phone
) -> None:
    await create_plan(ana, "Gold <b> & *more*", "1 month", "150000")
    await registered(ana)
    for label in ("Sell plan", "Gold", "✅ Sell", "💵 Take payment", "Other amount"):
        await ana.taps(label)
    for amount, sentence in (("150001", "Only $150,000"), ("-5", "below zero"), ("0", "more than zero")):
        await ana.sends(amount)
        assert "⚠️" in (await ana.sees(sentence)).words
    await ana.sends("50000")
    await ana.taps("Cash")
    await ana.taps("Confirm")
    await ana.sees("Still to pay")

    await ana.taps("💵 Take payment")
    question = await ana.sees("How is it paid?")
    assert "Gold <b> & *more*" in question.words
    cash = button(question, "Cash")
    await asyncio.gather(*(ana.taps_button_data(question, cash) for _ in range(3)))
    await all_handled(running_app, telegram)
    assert await value(running_app, "SELECT count(*) FROM ledger_entries WHERE kind = 'payment'") == 2
    assert (
        await value(running_app, "SELECT sum(amount)::int FROM ledger_entries WHERE kind = 'payment'")
        == 150_000
    )
    await no_code_was_shown(ana)


async def test_an_old_button_that_takes_money_asks_again(
    running_app: RunningApp, telegram: SandboxClient, ana: Phone
) -> None:
    await create_plan(ana, "Gold", "1 month", "150000")
    await registered(ana)
    for label in ("Sell plan", "Gold", "✅ Sell", "💵 Take payment"):
        await ana.taps(label)
    question = await ana.sees("How is it paid?")
    await telegram.advance("1 day")
    await ana.taps_button_data(question, button(question, "Cash"))
    await ana.sees("Still do it?")
    assert await value(running_app, "SELECT count(*) FROM ledger_entries WHERE kind = 'payment'") == 0
    await no_code_was_shown(ana)
