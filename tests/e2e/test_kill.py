"""The gym's process killed with `kill -9`: people write on, and nothing is lost or answered twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest

from bot.forms.state import SUMMARY
from bot.sandbox.server import SandboxServer
from gym.core.config import Config
from tests.e2e.process import PATIENCE, GymProcess, Preloaded, Records, free_port, until
from tests.support.people import people
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient
from tests.support.sandbox.seen import Button

SEARCHES = 20


@pytest.fixture
async def telegram_server() -> AsyncGenerator[SandboxServer]:
    """Telegram, which lives on while the gym is dead."""
    server = SandboxServer(store_path=None)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def telegram(telegram_server: SandboxServer) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient(telegram_server.url) as client:
        yield client


@pytest.fixture
async def process(
    telegram_server: SandboxServer, database_url: str, tmp_path: Path, config: Config
) -> AsyncGenerator[GymProcess]:
    """Started by its command; those that follow are forked, since what is killed is not how it is started."""
    restarts = Preloaded()
    settings = environment(telegram_server.url, telegram_server.token, database_url, config)
    made = GymProcess(tmp_path, settings, restarts=restarts)
    yield made
    await made.kill()
    await restarts.close()


def environment(api_url: str, token: str, database_url: str, config: Config) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "FACE_ROOT": str(config.packs_root),
        "TELEGRAM_BOT_TOKEN": token,
        "TELEGRAM_API_URL": api_url,
    }


class Desk:
    """The admin at the desk, and the gym that dies between two of the answers."""

    def __init__(self, phone: Phone, process: GymProcess, records: Records) -> None:
        self.phone = phone
        self.process = process
        self.records = records
        self.sent = 1  # the set-up link

    async def handled(self) -> None:
        """Until everything sent so far has been answered and put away."""
        await self.records.until_handled(self.sent)

    async def says(self, text: str) -> None:
        await self.phone.sends(text)
        self.sent += 1
        await self.handled()

    async def taps(self, label: str) -> None:
        await self.phone.taps(label)
        self.sent += 1
        await self.handled()

    async def shows(self, photo: bytes) -> None:
        await self.phone.sends_photo(photo)
        self.sent += 1
        await self.handled()

    async def restarted(self, updates: int = 1) -> None:
        """The gym is back, and has handled what came while it was dead."""
        await self.process.start()
        self.sent += updates
        await self.handled()

    async def answers(self) -> int:
        return len(await self.answered())

    async def answered(self) -> list[str]:
        """What the bot has said, but for the day in figures: that one comes by itself at closing."""
        said = [message.words for message in await self.phone.chat() if message.from_bot]
        return [words for words in said if "The day:" not in words]

    async def step(self) -> str:
        return await self.records.value("SELECT step FROM drafts WHERE user_id = $1", self.phone.id)

    async def photos(self) -> int:
        sql = "SELECT jsonb_array_length(data->'values'->'faces') FROM drafts WHERE user_id = $1"
        return await self.records.value(sql, self.phone.id) or 0


async def opened_desk(telegram: SandboxClient, process: GymProcess, records: Records) -> Desk:
    await process.start()
    ana = await telegram.person("Ana")
    await ana.opens(process.line_after("Set-up link"))
    await ana.sees("Welcome to the team", PATIENCE)
    desk = Desk(ana, process, records)
    await desk.handled()
    return desk


@pytest.mark.long
async def test_a_registration_survives_a_kill_between_any_two_answers(
    telegram: SandboxClient, process: GymProcess, database_url: str
) -> None:
    """Killed after every question of the form, and once more before the last tap."""
    records, rosa = Records(database_url), people()[0]
    desk = await opened_desk(telegram, process, records)
    await desk.says("/start")
    await desk.taps("Register")
    await dies_and_takes_text(desk, "Rosa", "last_name")
    await dies_and_takes_text(desk, "Perez", "document")
    await dies_and_takes_text(desk, "CC 10203040", "phone")
    await dies_and_takes_text(desk, "300 123 4567", "birth_date")
    await dies_and_takes_text(desk, "3/8/1990", "gender")
    await dies_and_takes_tap(desk, "Female", "consent")
    await dies_and_takes_tap(desk, "signed", "faces")
    for number in range(3):
        await dies_and_takes_photo(desk, rosa.photo(number), number + 1)
    assert await desk.step() == SUMMARY
    await dies_and_takes_save_twice(desk)
    await desk.phone.sees("is registered")
    assert await records.count("clients") == 1
    assert await records.count("face_templates") == 3
    assert await records.count("drafts") == 0
    assert await records.value("SELECT first_name || ' ' || last_name FROM clients") == "Rosa Perez"


async def dies_and_takes_text(desk: Desk, text: str, next_step: str) -> None:
    """The answer is written while nobody is there: one message comes back, with the next question."""
    before = await desk.answers()
    await desk.process.kill()
    await desk.phone.sends(text)
    await desk.restarted()
    assert await desk.answers() == before + 1, await desk.phone.transcript()
    assert await desk.step() == next_step


async def dies_and_takes_tap(desk: Desk, label: str, next_step: str) -> None:
    """The button is tapped while nobody is there: its message becomes the next question."""
    before, question = await desk.answers(), await desk.phone.last()
    await desk.process.kill()
    await desk.phone.taps_button_data(question, data_of(question.buttons, label))
    await desk.restarted()
    assert await desk.answers() == before, await desk.phone.transcript()
    assert await desk.step() == next_step


async def dies_and_takes_photo(desk: Desk, photo: bytes, kept: int) -> None:
    before = await desk.answers()
    await desk.process.kill()
    await desk.phone.sends_photo(photo)
    await desk.restarted()
    assert await desk.answers() == before + 1, await desk.phone.transcript()
    assert await desk.photos() == kept


async def dies_and_takes_save_twice(desk: Desk) -> None:
    """An impatient person taps again when nothing happens."""
    summary = await desk.phone.last()
    await desk.process.kill()
    for _ in range(2):
        await desk.phone.taps_button_data(summary, data_of(summary.buttons, "Save"))
    await desk.restarted(updates=2)


def data_of(rows: tuple[tuple[Button, ...], ...], label: str) -> str:
    data = next(button.data for row in rows for button in row if label in button.label)
    assert data is not None
    return data


async def test_what_was_asked_while_the_gym_was_dead_is_answered_once_each(
    telegram: SandboxClient, process: GymProcess, database_url: str
) -> None:
    desk = await opened_desk(telegram, process, Records(database_url))
    before = await desk.answers()
    await process.kill()
    words = [f"Somebody {number:02}" for number in range(SEARCHES)]
    for text in words:
        await desk.phone.sends(text)
    await desk.restarted(updates=SEARCHES)
    answers = (await desk.answered())[before:]
    assert [sum(text in answer for answer in answers) for text in words] == [1] * SEARCHES
    assert len(answers) == SEARCHES


async def test_the_door_works_while_telegram_cannot_be_reached_and_the_bot_joins_later(
    database_url: str, tmp_path: Path, config: Config
) -> None:
    port = free_port()
    server = SandboxServer(store_path=None)
    settings = environment(f"http://127.0.0.1:{port}", server.token, database_url, config)
    process = GymProcess(tmp_path, settings)
    try:
        await process.start()
        ready = await process.ready()
        assert (ready["http"], ready["checks"]["bot"]) == (200, False)
        assert await kiosk_page(process) == 200
        await server.start(port=port)
        await until(lambda: joined(process), PATIENCE)
        await until(lambda: linked(process), PATIENCE)
        async with SandboxClient(server.url) as telegram:
            ana = await telegram.person("Ana")
            await ana.opens(process.line_after("Set-up link"))
            await ana.sees("Welcome to the team", PATIENCE)
    finally:
        await process.kill()
        await server.stop()


async def kiosk_page(process: GymProcess) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{process.web_url}/kiosk/") as answer:
        return answer.status


async def linked(process: GymProcess) -> bool:
    """The set-up link is printed once Telegram has said who the bot is."""
    return "Set-up link" in process.said


async def joined(process: GymProcess) -> bool:
    return (await process.ready())["checks"]["bot"]
