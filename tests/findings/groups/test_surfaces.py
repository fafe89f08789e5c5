"""In a group the bot is silent; a desk chat that an admin has confirmed reads figures, names and plans only.

Every button, every command and every sort of message of everybody, in every sort of place.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy import func, select
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.desk.messaging.desk_chat_groups import DeskHere
from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.telegram.running_bot import RunningBot
from bot.ui.callbacks import Callback, pack_staying
from gym.app import Gym
from gym.approvals.models import Approval
from gym.chats.models import InboxUpdate
from tests.findings.groups.conftest import DOCUMENT, MAIL, PHONE, Cast, Spot
from tests.support.people import landscape
from tests.support.sandbox.client import Person, SandboxClient

SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "inf"))
PARTS = 4
"""Messages for all buttons: Telegram takes 100 under one."""
CONFIRMED = ("desk", "topic")
GUISES = ("anonymous", "channel", "linked", "inline")
FORBIDDEN = re.compile(rf"{re.escape(MAIL)}|https?:|t\.me|start=|tg://", re.IGNORECASE)
DIGITS = (DOCUMENT, PHONE.removeprefix("+57"))
WRITES = re.compile(r"send|edit|copy|forward")
HARMLESS = ("📅", "Others read along", "✅ This is a desk chat", "You may not do this")
Call = dict[str, Any]


async def handled(gym: Gym) -> None:
    """Until the inbox is empty."""
    waiting = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.done_at.is_(None))
    async with asyncio.timeout(120):
        while True:
            async with gym.database.session() as session:
                if not await session.scalar(waiting):
                    return
            await asyncio.sleep(0.02)


async def everything_read(gym: Gym, telegram: SandboxClient) -> None:
    async with asyncio.timeout(120):
        while await telegram.pending_updates():  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.02)
    await handled(gym)


async def last_call(telegram: SandboxClient) -> int:
    calls = await telegram.calls()
    return calls[-1]["seq"] if calls else 0


async def said_in_groups(telegram: SandboxClient, after: int) -> list[Call]:
    """What the bot has done to any chat that is not private."""
    return [
        call for call in await telegram.calls(after) if str(call["arguments"].get("chat_id")).startswith("-")
    ]


def leaks(call: Call) -> list[str]:
    """What a call shows that others must not read."""
    if not WRITES.match(call["method"]):
        return []
    shown = json.dumps(call["arguments"], ensure_ascii=False)
    digits = re.sub(r"\D", "", re.sub(r'"(?:callback_data|chat_id|message_id)": ?"[^"]*"', "", shown))
    found = [*FORBIDDEN.findall(shown), *(one for one in DIGITS if one in digits)]
    media = {"photo", "media", "document"} & call["arguments"].keys()
    if media and "📊" not in shown:
        found += sorted(media)
    return found


def is_of(call: Call, spot: Spot, marks: dict[int, str]) -> bool:
    """Whether a call belongs to a topic: it names it, or edits a message that lies in it."""
    arguments = call["arguments"]
    if int(arguments["chat_id"]) != spot.chat:
        return False
    if spot.thread is None:
        return True
    thread = arguments.get("message_thread_id")
    return (
        int(thread) == spot.thread if thread else marks.get(int(arguments.get("message_id", 0))) == spot.name
    )


async def put_message(bot: RunningBot, spot: Spot, buttons: Sequence[str] = ()) -> int:
    """Something of the bot's to tap in, with these data under it."""
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Tap", callback_data=data)] for data in buttons])
    sent = await bot.assembly.bot.send_message(
        spot.chat, "An older message", message_thread_id=spot.thread, reply_markup=keys if buttons else None
    )
    return sent.message_id


async def taps_all(person: Person, spot: Spot, message: int, buttons: list[str]) -> None:
    """As fast as taps are taken, without waiting for an answer."""
    body = {"message_id": message, "chat": spot.chat, "wait": "0.001"}
    for data in buttons:
        await person.client.call("POST", f"/people/{person.id}/tap", json={**body, "data": data})


def every_button(client_id: UUID, approval_id: UUID) -> Iterator[Callback]:
    """One of each sort, about the client or the request where it is about anything."""
    for kind in Routes(ROUTERS).codes.values():
        if kind is not DeskHere:
            hints = get_type_hints(kind)
            names = [field.name for field in dataclasses.fields(kind)]  # pyright: ignore[reportArgumentType]
            about = {"approval_id": approval_id}
            yield kind(*[_value(hints[name], about.get(name, client_id)) for name in names])


def _value(hint: Any, client_id: UUID) -> object:
    if isinstance(hint, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if issubclass(hint, StrEnum):
        return next(iter(hint))
    plain = {UUID: client_id, bool: True, int: 0, str: "0", date: date(2026, 11, 23), Decimal: Decimal(1)}
    return plain[hint]


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)])
async def test_no_button_of_anybody_shows_in_a_group_what_is_not_for_everybody(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    people: Cast,
    spots: dict[str, Spot],
    wanted: Approval,
    whole: bool,
) -> None:
    """Whole: everybody everywhere, or what fits into about SOAK_SECONDS; else everybody in the desk chat, and
    the team's employee everywhere."""
    ends = time.monotonic() + SOAK_SECONDS
    await everything_read(gym, telegram)
    # Under a message that stays, so that every button is still there for whoever taps next.
    buttons = [pack_staying(one, gym.clock.now()) for one in every_button(people.client.id, wanted.id)]
    assert len(buttons) > 120
    parts = [buttons[first::PARTS] for first in range(PARTS)]
    marks = {
        spot.name: [await put_message(desk_bot, spot, part) for part in parts] for spot in spots.values()
    }
    topics = {mark: name for name in ("topic", "other topic") for mark in marks[name]}
    start = await last_call(telegram)
    for person in people.everybody:
        everywhere = (whole and time.monotonic() < ends) or person is people.bruno
        chosen = [spot for spot in spots.values() if everywhere or spot.name == "desk"]
        for number in range(PARTS):
            tapping = [taps_all(person, spot, marks[spot.name][number], parts[number]) for spot in chosen]
            await asyncio.gather(*tapping)
        await everything_read(gym, telegram)
    said = await said_in_groups(telegram, start)
    assert [(call["method"], leaks(call)) for call in said if leaks(call)] == []
    for spot in spots.values():
        if spot.name not in CONFIRMED:
            assert [call for call in said if is_of(call, spot, topics)] == [], spot.name
    answers = [call for call in await telegram.calls(start) if call["method"] == "answerCallbackQuery"]
    texts = [str(call["arguments"].get("text", "")) for call in answers]
    assert not [text for text in texts if leaks({"method": "send", "arguments": {"text": text}})]
    alerts = sum("Others read along" in text for text in texts)
    assert alerts > 250, "the team and the member are told, and find it in their own chats"
    shown = [str(call["arguments"].get("text", "")) for call in said if is_of(call, spots["desk"], topics)]
    assert any("📅" in text for text in shown), "figures are shown there"
    assert any("best friend" in text for text in shown), "and requests"


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)])
async def test_no_message_of_anybody_is_answered_in_a_group_with_what_is_not_for_everybody(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, people: Cast, spots: dict[str, Spot], whole: bool
) -> None:
    """Whole: everybody everywhere, or what fits into about SOAK_SECONDS; else where it is confirmed, and the
    team's employee everywhere."""
    ends = time.monotonic() + SOAK_SECONDS
    await everything_read(gym, telegram)
    start = await last_call(telegram)
    confirmed = [spot for spot in spots.values() if spot.name in CONFIRMED]
    for person in people.everybody:
        everywhere = (whole and time.monotonic() < ends) or person is people.bruno
        for spot in spots.values() if everywhere else confirmed:
            await says_everything(person.in_group(spot.chat, spot.thread))
    for guise in GUISES:
        for spot in spots.values() if whole and time.monotonic() < ends else confirmed:
            await says_everything(people.ana.in_group(spot.chat, spot.thread, guise))
    await everything_read(gym, telegram)
    said = await said_in_groups(telegram, start)
    assert [(call["method"], leaks(call)) for call in said if leaks(call)] == []
    heard = {spot.name: [call for call in said if is_of(call, spot, {})] for spot in spots.values()}
    assert {name: len(calls) for name, calls in heard.items() if name not in CONFIRMED and calls} == {}
    for name in CONFIRMED:
        shown = [str(call["arguments"].get("text")) for call in heard[name]]
        assert sum("📅" in text for text in shown) == 2, "the day, for each of the team and nobody else"
        assert [text for text in shown if not text.startswith(HARMLESS)] == []


COMMANDS = (*Routes(ROUTERS).commands, "start qAAAA", "start cAAAA", "clients@ignored", "nonsense")


async def says_everything(person: Person) -> None:
    for text in ("Dario", "Vélez", DOCUMENT, PHONE, "300 123 4567", MAIL, "what is my plan?"):
        await person.sends(text)
    for command in COMMANDS:
        if not (command == "desk" and person.guise is None and person.name == "Ana"):
            await person.sends(f"/{command}")
    await person.sends_photo(landscape(), "Dario")
    await person.sends_contact({"phone_number": PHONE, "first_name": "Dario", "user_id": person.id})
    await person.sends_document(b"%PDF-1.4", "dario.pdf")
    await person.sends_sticker()
    await person.sends_location(4.7, -74.1)
