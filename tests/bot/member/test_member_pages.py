"""What members see of themselves: payments with receipts as files, and visits. Nobody else's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.member import MyReceipt
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.plans.models import Plan
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
async def rosa(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    return await telegram.person("Rosa")


@pytest.fixture
async def client(desk: DeskClerk, rosa: Person) -> Client:
    return await desk.client("Rosa", rosa.id)


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()


async def test_a_receipt_arrives_with_its_pdf_one_tap_away(
    desk_bot: RunningBot,
    rosa: Person,
    telegram: SandboxClient,
    desk: DeskClerk,
    client: Client,
    monthly: Plan,
) -> None:
    await rosa.sends("/start")
    await rosa.sees("What would you like to see")
    await desk.pay(await desk.sell(client, monthly))
    await OutboxWorker(desk.gym, desk_bot.assembly.bot).drain()
    receipt = await rosa.sees("Receipt № 1")
    assert receipt.labels == ["📄 Receipt as PDF"]
    await rosa.taps("📄 Receipt as PDF")
    sent = await rosa.sees_document()
    assert sent.document_url is not None
    assert (await telegram.download(sent.document_url)).startswith(b"%PDF-")


async def test_my_payments_are_on_pages_with_voids_said(
    rosa: Person, desk: DeskClerk, client: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(client, monthly)
    wrong = await desk.pay(sold, Decimal(1000))
    await desk.void(wrong.entry_id, "typed twice")
    for number in range(8):
        clock.advance(timedelta(minutes=1))
        await desk.pay(sold, Decimal(2000 + number))
    await rosa.sends("/start")
    await rosa.taps("🧾 My payments")
    first = await rosa.sees("My payments")
    assert sum(label.startswith("📄") for label in first.labels) == 8
    await rosa.taps("▶")
    second = await rosa.sees("receipt № 1 voided: typed twice")
    assert "$1,000 (Cash)" in second.words
    await rosa.taps("№ 1")
    assert (await rosa.sees_document()).file_name == "PowerGym-1.pdf"


async def test_somebody_elses_receipt_is_refused_whatever_is_tapped(
    rosa: Person, desk: DeskClerk, client: Client, monthly: Plan, clock: FrozenClock
) -> None:
    others = await desk.pay(await desk.sell(await desk.client("Otto"), monthly))
    await rosa.sends("/start")
    home = await rosa.sees("What would you like to see")
    await rosa.taps_button_data(home, pack(MyReceipt(others.entry_id), clock.now()))
    refused = await rosa.sees("may not")
    assert "Otto" not in refused.words
    assert not any(message.document_url for message in await rosa.chat())


async def test_my_visits_say_when_and_which_one_it_was(
    rosa: Person, desk: DeskClerk, client: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(client, monthly))
    for _ in range(2):
        async with desk.gym.unit_of_work(desk.actor) as uow:
            await AttendanceService(uow).check_in_client(client.id)
        clock.advance(timedelta(days=1))
    await rosa.sends("/start")
    await rosa.taps("🚪 My visits")
    page = await rosa.sees("visit 2")
    assert page.words.index("4 Aug 2026, 10:00, visit 2") < page.words.index("3 Aug 2026, 10:00, visit 1")
    await rosa.taps("Home")
    await rosa.taps("My plan")
    await rosa.taps("My visits")
    await rosa.sees("visit 1")


async def test_empty_pages_say_so(rosa: Person, client: Client) -> None:
    await rosa.sends("/start")
    await rosa.taps("🧾 My payments")
    await rosa.sees("No payments yet")
    await rosa.taps("Home")
    await rosa.taps("🚪 My visits")
    await rosa.sees("No visits yet")
