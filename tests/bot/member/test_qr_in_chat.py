"""QRs in the chat: a member's own, which lives for a minute, and the printed card that the desk hands out."""

from __future__ import annotations

from datetime import timedelta

import cv2
import numpy as np
import pytest

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.clients.errors import CardChanged
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.faces.engine.qr import find_qr
from gym.security.permissions import Actor
from gym.security.signed_links import CardRevoked, QrExpired
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

PATIENT = 60.0
"""Seconds: whoever draws the first paper of a process loads fpdf2 and fontTools."""


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
async def rosa(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    return await telegram.person("Rosa")


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person)
    return person


async def paid(desk: DeskClerk, client: Client) -> Client:
    sold = await desk.sell(client, await desk.plan())
    await desk.pay(sold, sold.final_price)
    return client


async def shown(telegram: SandboxClient, person: Person) -> str:
    """What a camera reads from the QR on the member's phone."""
    message = await person.sees("works for a minute")
    assert message.photo_url is not None
    picture = await telegram.download(message.photo_url)
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    text = find_qr(pixels)  # type: ignore[arg-type]
    assert text is not None
    return text


async def at_the_door(gym: Gym, text: str, at=None) -> VerdictCode:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await AttendanceService(uow).check_in_qr(text, at=at)).code


async def test_my_qr_opens_the_door_for_a_minute_and_a_tap_draws_a_fresh_one(
    rosa: Person, telegram: SandboxClient, desk: DeskClerk, gym: Gym, clock: FrozenClock
) -> None:
    await paid(desk, await desk.client("Rosa", rosa.id))
    await rosa.sends("/qr")
    first, drawn_at = await shown(telegram, rosa), clock.now()
    assert first.startswith("https://t.me/")
    clock.advance(timedelta(seconds=60))
    assert await at_the_door(gym, first) is VerdictCode.ADMITTED
    clock.advance(timedelta(seconds=1))
    with pytest.raises(QrExpired):
        await at_the_door(gym, first)
    assert await at_the_door(gym, first, drawn_at) is VerdictCode.REENTRY
    await rosa.taps("New code")
    second = await shown(telegram, rosa)
    assert second != first
    assert await at_the_door(gym, second) in (VerdictCode.REENTRY, VerdictCode.ALREADY_INSIDE)


async def card_of(gym: Gym, client: Client) -> str:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await ClientService(uow).card(client.id)


async def test_a_printed_card_is_made_replaced_and_revoked_from_the_clients_card(
    bruno: Person, telegram: SandboxClient, desk: DeskClerk, gym: Gym
) -> None:
    client = await paid(desk, await desk.client("Rosa"))
    await bruno.sends("Rosa")
    await bruno.taps("QR card")
    await bruno.sees("has no printed card")
    await bruno.taps("Make a card")
    await bruno.sees("has a printed card")
    sent = await bruno.sees_document(PATIENT)
    assert sent.file_name == "PowerGym-Rosa.pdf"
    assert (await telegram.download(sent.document_url or "")).startswith(b"%PDF-")
    first = await card_of(gym, client)
    assert await at_the_door(gym, first) is VerdictCode.ADMITTED

    await bruno.taps("Print again")
    await bruno.sees_document(PATIENT)
    assert await card_of(gym, client) == first

    await bruno.taps("New card")
    await bruno.sees("opens nothing from then on")
    assert await at_the_door(gym, first) is not None
    await bruno.taps("New card")
    await bruno.sees_document(PATIENT)
    second = await card_of(gym, client)
    with pytest.raises(CardRevoked):
        await at_the_door(gym, first)
    assert await at_the_door(gym, second) in (VerdictCode.REENTRY, VerdictCode.ALREADY_INSIDE)

    await bruno.taps("Revoke")
    await bruno.sees("has no printed card")
    with pytest.raises(CardRevoked):
        await at_the_door(gym, second)


async def test_a_second_tap_prints_the_same_card(bruno: Person, desk: DeskClerk, gym: Gym) -> None:
    client = await desk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("QR card")
    offer = await bruno.sees("has no printed card")
    data = next(one.data for row in offer.buttons for one in row if one.label == "Make a card")
    await bruno.taps("Make a card")
    await bruno.sees_document(PATIENT)
    first = await card_of(gym, client)
    await bruno.taps_button_data(offer, data or "")
    await bruno.sees_document(PATIENT)
    assert await card_of(gym, client) == first
    async with gym.unit_of_work(Actor.system()) as uow:
        with pytest.raises(CardChanged):
            await ClientService(uow).new_card(client.id, after=7)


async def test_everybody_without_a_chat_gets_a_card_on_sheets_to_cut_once(
    bruno: Person, telegram: SandboxClient, desk: DeskClerk, gym: Gym
) -> None:
    without = [await paid(desk, await desk.client(name)) for name in ("Ana", "Rosa", "Zoe")]
    await paid(desk, await desk.client("Linked", 4711))
    await desk.client("Planless")
    await bruno.sends("/start")
    await bruno.taps("Kiosks")
    await bruno.taps("QR cards")
    offer = await bruno.sees("3 members")
    data = next(one.data for row in offer.buttons for one in row if one.label == "Make 3 cards")
    await bruno.taps("Make 3 cards")
    sent = await bruno.sees_document(PATIENT)
    assert sent.file_name == "PowerGym-3.pdf"
    assert (await telegram.download(sent.document_url or "")).startswith(b"%PDF-")
    cards = [await card_of(gym, one) for one in without]
    await bruno.sees("Everybody with a plan has a chat or a card")
    await bruno.taps_button_data(offer, data or "")
    await bruno.sends("Planless")
    await bruno.sees("No plan yet")
    assert [await card_of(gym, one) for one in without] == cards
