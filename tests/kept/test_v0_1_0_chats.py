"""The chats of a gym of v0.1.0 with today's bot: old buttons, open forms, what waited on either side."""

from __future__ import annotations

from typing import Any, Final

import pytest
from sqlalchemy import select, text

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.dead_letters import DeadLetterService
from gym.chats.models import InboxUpdate
from gym.notifications.models import Notification, NotificationState
from gym.security.permissions import Actor
from gym.staff.candidates import CandidateService
from gym.staff.models import Staff
from gym.staff.service import StaffService, actor_of
from tests.bot.conftest import settled
from tests.support.people import people
from tests.support.sandbox.client import Person

FAULTS: Final = ("Something went wrong", "older version", "Algo salió mal", "versión anterior")


async def staff_member(gym: Gym, name: str) -> Actor:
    async with gym.unit_of_work(Actor.system()) as uow:
        return actor_of((await uow.session.scalars(select(Staff).where(Staff.name == name))).one())


def button(facts: dict[str, Any], who: str, code: str) -> dict[str, Any]:
    """The newest old button of a kind in somebody's chat."""
    return [one for one in facts["buttons"] if one["who"] == who and code_of(one) == code][-1]


def code_of(one: dict[str, Any]) -> str:
    return one["data"].lstrip("~").split("|")[0]


async def touched(phone: Person, one: dict[str, Any]) -> str:
    """Everything the bot says to a tap on an old button, with the buttons it offers."""
    tapped = await phone.taps_button_data(one["message"], one["data"])
    if not (tapped.toast or tapped.alert or tapped.url):
        await phone.sees("", timeout=5)
    return await said_to(phone)


async def said_to(phone: Person) -> str:
    news = await phone.news()
    return " ".join([phone.toast or "", *(f"{one.words} {' '.join(one.labels)}" for one in news)])


@pytest.mark.parametrize(
    ("who", "code", "answer"),
    [
        ("Bruno", "renew", "✅ Renew"),
        ("Bruno", "pay", "Cash"),
        ("Bruno", "home", "Send a photo"),
        ("Rosa", "myplan", "Monthly"),
        ("Lucía", "myplan", "Monthly"),
        ("Ana", "team", "Bruno"),
    ],
)
async def test_an_old_button_answers(
    bot: RunningBot, phones: dict[str, Person], facts: dict[str, Any], who: str, code: str, answer: str
) -> None:
    said = await touched(phones[who], button(facts, who, code))
    assert answer.casefold() in said.casefold(), said


@pytest.mark.parametrize(
    ("who", "code", "label", "done"),
    [("Bruno", "in", "Check in", "Rosa"), ("Ana", "apyes", "Approve", "Approved by Ana")],
)
async def test_an_old_button_that_changes_something_asks_first_and_then_does_it(
    bot: RunningBot,
    phones: dict[str, Person],
    facts: dict[str, Any],
    who: str,
    code: str,
    label: str,
    done: str,
) -> None:
    assert "Still do it?" in await touched(phones[who], button(facts, who, code))
    await phones[who].taps(label)
    await phones[who].sees(done)


async def test_every_kind_of_old_button_is_known(
    bot: RunningBot, phones: dict[str, Person], facts: dict[str, Any]
) -> None:
    """One of each; whatever it does now, it says so in words for a person."""
    kinds: dict[str, dict[str, Any]] = {}
    for one in facts["buttons"]:
        kinds.setdefault(code_of(one), one)
    wrong: dict[str, str] = {}
    for code, one in kinds.items():
        said = await touched(phones[one["who"]], one)
        if any(fault in said for fault in FAULTS):
            wrong[code] = said
    assert wrong == {}
    assert len(kinds) > 50


async def test_a_registration_half_filled_in_goes_on(
    gym: Gym, bot: RunningBot, phones: dict[str, Person]
) -> None:
    bruno = phones["Bruno"]
    await bruno.sends_photo(people()[4].photo(2))
    await bruno.sees("3 photos")
    await bruno.taps("Save")
    await bruno.sees("is registered")
    async with gym.unit_of_work(Actor.system()) as uow:
        query = text(
            "SELECT count(*) FROM face_templates WHERE client_id ="
            " (SELECT id FROM clients WHERE first_name = 'Ágata')"
        )
        assert await uow.session.scalar(query) == 3


async def test_a_sale_half_filled_in_goes_on(
    bot: RunningBot, phones: dict[str, Person], gym: Gym, facts: dict[str, Any]
) -> None:
    ana = phones["Ana"]
    await ana.sends("10%")
    await ana.sees("135,000")


async def test_what_waited_in_the_outbox_leaves(
    gym: Gym, bot: RunningBot, phones: dict[str, Person], facts: dict[str, Any]
) -> None:
    async def no_waiting(_: float) -> None: ...

    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()
    waited = [one["id"] for one in facts["waiting"]]
    async with gym.unit_of_work(Actor.system()) as uow:
        states = await uow.session.scalars(select(Notification.state).where(Notification.id.in_(waited)))
        assert set(states) == {NotificationState.SENT}
    await phones["Marta"].sees("Entry noted")


async def test_a_message_that_telegram_refused_is_still_listed_and_can_be_sent(
    gym: Gym, facts: dict[str, Any]
) -> None:
    ana = await staff_member(gym, "Ana")
    async with gym.unit_of_work(ana) as uow:
        letters = (await DeadLetterService(uow).page(0)).items
        assert [str(one.id) for one in letters] == [one["id"] for one in facts["dead"]]
        assert await DeadLetterService(uow).send_again() == 1


async def test_an_update_that_a_crash_left_behind_is_answered_once(
    gym: Gym, bot: RunningBot, phones: dict[str, Person], facts: dict[str, Any]
) -> None:
    await phones["Rosa"].sees("Monthly")
    await settled(gym, facts["counts"]["inbox_updates"])
    answers = [message for message in await phones["Rosa"].news() if "Monthly" in message.words]
    assert len(answers) == 1
    async with gym.database.session() as session:
        row = await session.get_one(InboxUpdate, facts["unhandled"]["update_id"])
        assert (row.attempts, row.failed) == (1, False)


async def test_an_admins_invitation_of_then_is_confirmed_by_todays_rule(
    gym: Gym, facts: dict[str, Any], bot: RunningBot, phones: dict[str, Person]
) -> None:
    async def no_waiting(_: float) -> None: ...

    eva = await phones["Ana"].client.person("Eva", username="eva_ruiz")
    await eva.sends(f"/start {facts['secrets']['invitation']}")
    await eva.sees("Ana or another admin")
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await StaffService(uow).by_telegram(eva.id) is None
        [waiting] = (await CandidateService(uow).waiting()).items
    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()
    async with gym.unit_of_work(await staff_member(gym, "Ana")) as uow:
        await CandidateService(uow).confirm(waiting.id)
    await eva.sends("/start")
    await eva.sees("Send a photo")
