"""Long report files in chat: made beside it, stopped by a tap, and told of where the program was ended."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.reports import long_files
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from bot.ui.sending.long_tasks import LONG_TASKS
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.reports.money import tax_receipts, taxes
from gym.reports.money.tax_receipts import TaxedReceipts
from gym.reports.output import file_watch
from gym.reports.results import Row
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
RECEIPTS = 3


@pytest.fixture
async def ana(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> Person:
    """An admin of a gym with three receipts, of which two are too many to be kept in memory."""
    monkeypatch.setattr(taxes, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(tax_receipts, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(long_files, "SECONDS", 0.01)
    person = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(person, Role.ADMIN))
    plan = await desk.plan()
    for number in range(RECEIPTS):
        await desk.pay(await desk.sell(await desk.client(f"Client {number}"), plan))
    await person.sends("/start")
    await person.taps("📊 Reports")
    await person.taps("🏛 Taxes")
    return person


class Held:
    """A report whose rows come when the test lets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.let_go = asyncio.Event()
        self.stopped = asyncio.Event()
        stream = TaxedReceipts.stream

        async def held(own: TaxedReceipts, session: AsyncSession) -> AsyncIterator[Sequence[Row]]:
            rows = stream(own, session)
            yield await anext(rows)
            try:
                await self.let_go.wait()
            finally:
                self.stopped.set()
            async for more in rows:
                yield more

        monkeypatch.setattr(TaxedReceipts, "stream", held)


async def watch_of(gym: Gym) -> NotificationState:
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification.state).where(Notification.kind == NotificationKind.REPORT_FILE_LOST)
        return (await uow.session.scalars(query)).one()


async def test_a_long_file_shows_how_far_it_is_and_comes_while_the_chat_goes_on(
    ana: Person, telegram: SandboxClient, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    await ana.taps("CSV")
    await ana.sees("3 of 4 rows…")
    await ana.taps("CSV")
    await ana.sees("Another long file is being made just now")
    await ana.sends("/start")
    await ana.sees("Send a photo")
    held.let_go.set()
    packed = await ana.sees_document()
    assert packed.document_url is not None
    with zipfile.ZipFile(io.BytesIO(await telegram.download(packed.document_url))) as archive:
        [name] = [one for one in archive.namelist() if one.endswith("taxes.csv")]
        found = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
    assert len(found) == 1 + RECEIPTS
    await ana.sees("rows in the file: 4")
    assert await watch_of(gym) is NotificationState.DISMISSED


async def test_stop_ends_a_file_at_once(ana: Person, gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)
    await ana.taps("📄 As a spreadsheet")
    await ana.sees("of 4 rows…")
    await ana.taps("⏹ Stop")
    await ana.sees("Stopped. No file was sent.")
    assert held.stopped.is_set()
    assert await watch_of(gym) is NotificationState.DISMISSED
    assert not any(one.document_url for one in await ana.chat())


async def test_whoever_waits_is_told_that_the_program_was_ended(
    ana: Person, desk_bot: RunningBot, gym: Gym, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Held(monkeypatch)
    await ana.taps("📄 As a spreadsheet")
    await ana.sees("of 4 rows…")
    outbox = OutboxWorker(gym, desk_bot.assembly.bot)
    clock.advance(timedelta(minutes=5))
    await put_off_once(gym, clock)
    await outbox.drain()
    assert await watch_of(gym) is NotificationState.PENDING, "it was put off, for the file is being made"
    await desk_bot.assembly.services[LONG_TASKS].close()
    clock.advance(timedelta(minutes=2))
    await outbox.drain()
    await ana.sees("the file was not finished")
    await ana.taps("🏛 Taxes")
    await ana.sees("Every receipt by the day")
    assert await watch_of(gym) is NotificationState.SENT


async def put_off_once(gym: Gym, clock: FrozenClock) -> None:
    """Wait for a sign of life after a jump of the clock."""
    query = select(Notification.due_at).where(Notification.kind == NotificationKind.REPORT_FILE_LOST)
    async with asyncio.timeout(30):
        while True:
            async with gym.unit_of_work(Actor.system()) as uow:
                if await uow.session.scalar(query) == clock.now() + file_watch.PATIENCE:
                    return
            await asyncio.sleep(0.01)
