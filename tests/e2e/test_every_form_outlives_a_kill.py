"""Every form of the bot, filled in by a person of its own: the process is killed after every answer.

Everybody answers while nobody is there, the gym comes back, and each form stands one question further; the
last press comes twice. So as many kills as the longest form has questions are one in the middle of each form.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pytest
from sqlalchemy import select, text

from bot.forms.screens import FormAction, FormButton
from bot.forms.state import SUMMARY
from bot.sandbox.server import SandboxServer
from bot.ui.callbacks import pack, unpack
from gym.app import Gym
from gym.chats.models import Draft
from gym.chats.preferences import PreferenceService
from gym.core.clock import FrozenClock
from gym.notifications.kinds import DESK_GROUPS
from gym.security.permissions import Actor
from tests.conftest import hire
from tests.e2e.every_form import CHOSEN, NOT_WALKED, OPENERS, ROUTES, TYPED, Filler, Scene, scene_of
from tests.e2e.process import GymProcess, Preloaded, Records
from tests.e2e.test_kill import environment
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient
from tests.support.sandbox.seen import Button, Message

ONCE_EACH: Final = """
SELECT a.action, s.name, count(*) FROM audit_entries a JOIN staff s ON s.id = a.actor_id
WHERE s.name = ANY(:fillers) AND a.at > :began AND a.action <> 'client.messages_read'
GROUP BY 1, 2, a.subject_id HAVING count(*) > 1
"""
WRONG: Final = ("went wrong", "This is done", "started again")
Step = tuple[str, str, int]
"""Form, step, revision."""


@pytest.fixture
def clock() -> FrozenClock:
    """The process lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def server() -> AsyncGenerator[SandboxServer]:
    made = SandboxServer(store_path=None)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def process(gym: Gym, server: SandboxServer) -> AsyncGenerator[GymProcess]:
    restarts = Preloaded()
    settings = environment(server.url, server.token, gym.database.url, gym.config)
    made = GymProcess(gym.config.powergym_home, settings, restarts=restarts)
    yield made
    await made.kill()
    await restarts.close()


@dataclass
class Walker:
    """One person with one form."""

    form: str
    phone: Phone
    ended: bool = False


class Walk:
    """All of them, and the gym that dies between two answers."""

    def __init__(self, gym: Gym, process: GymProcess, walkers: list[Walker]) -> None:
        self.gym = gym
        self.process = process
        self.walkers = walkers
        self.records = Records(gym.database.url)
        self.sent = 0
        self.kills = 0

    async def handled(self) -> None:
        await self.records.until_handled(self.sent)

    async def steps(self) -> dict[int, Step]:
        """Where everybody stands, by chat."""
        async with self.gym.unit_of_work(Actor.system()) as uow:
            rows = await uow.session.scalars(select(Draft))
            return {row.user_id: (row.form, row.step, row.data.get("revision", 0)) for row in rows}

    async def open_all(self, scene: Scene, fillers: dict[str, Filler]) -> None:
        for one in self.walkers:
            await one.phone.sends("/start")
        self.sent += len(self.walkers)
        await self.handled()
        said: dict[str, str | None] = {}
        for one in self.walkers:
            name = one.form.replace("_", " ")
            way = await OPENERS[one.form][1](scene, fillers[one.form], name)
            packed = pack(way, self.gym.clock.now())
            said[one.form] = (await one.phone.taps_button_data(await one.phone.last(), packed)).alert
        self.sent += len(self.walkers)
        await self.handled()
        steps = await self.steps()
        shut = [one for one in self.walkers if steps.get(one.phone.id, ("",))[0] != one.form]
        told = [f"{one.form}: {said[one.form]}\n{await one.phone.transcript()}" for one in shut]
        assert not shut, "\n\n".join(told)

    async def answer_all(self) -> None:
        """One answer of everybody, given while the gym is dead."""
        before = await self.steps()
        open_ones = [one for one in self.walkers if not one.ended]
        questions = {one.form: await own_buttons(one.phone) for one in open_ones}
        await self.process.kill()
        self.kills += 1
        for one in open_ones:
            self.sent += await answer(one, before[one.phone.id][1], questions[one.form])
        await self.process.start()
        await self.handled()
        await self.judge(open_ones, before, await self.steps())

    async def judge(self, walked: list[Walker], before: dict[int, Step], after: dict[int, Step]) -> None:
        stuck: list[str] = []
        for one in walked:
            stands = after.get(one.phone.id)
            one.ended = stands is None
            said = [message.words for message in await one.phone.news()]
            wrong = [words for words in said if any(part in words for part in WRONG)]
            if stands == before[one.phone.id] or not said or wrong:
                last = " | ".join((await one.phone.last()).words.splitlines())
                stuck.append(f"{before[one.phone.id]} after {self.kills} kills: {last[:160]}")
        if stuck:
            pytest.fail("\n".join(stuck), pytrace=False)


async def own_buttons(phone: Phone) -> list[tuple[FormButton, Button]]:
    """The form's own buttons, once a message has any: an update may be done before its last edit is seen."""
    async with asyncio.timeout(30):
        while not (found := _of_form(await phone.chat())):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.02)
    return found


def _of_form(chat: Sequence[Message]) -> list[tuple[FormButton, Button]]:
    """On the newest message that has any."""
    for message in reversed(chat):
        found: list[tuple[FormButton, Button]] = []
        for button in (one for row in message.buttons for one in row):
            packed = unpack(ROUTES.codes, button.data).callback if button.data else None
            if isinstance(packed, FormButton):
                found.append((packed, button))
        if found:
            return found
    return []


async def answer(one: Walker, step: str, buttons: list[tuple[FormButton, Button]]) -> int:
    """Give one answer; the number of updates it makes."""
    question = await one.phone.last()
    actions: dict[FormAction, list[Button]] = {}
    for packed, button in buttons:
        actions.setdefault(packed.action, []).append(button)

    async def tap(button: Button, times: int = 1) -> int:
        """Without waiting: nobody is there to answer."""
        await one.phone.catch_up()
        body = {"message_id": question.message_id, "data": button.data, "wait": "0.001"}
        for _ in range(times):
            await one.phone.client.call("POST", f"/people/{one.phone.id}/tap", json=body)
        return times

    if step == SUMMARY:
        return await tap(actions[FormAction.CONFIRM][0], 2)
    choices = actions.get(FormAction.CHOOSE, [])
    wanted = CHOSEN.get(step)
    if wanted is not None:
        return await tap(next(button for button in choices if wanted in button.label))
    if choices and step not in ("value", "words"):
        return await tap(choices[0])
    if FormAction.SKIP in actions and step not in TYPED:
        return await tap(actions[FormAction.SKIP][0])
    await one.phone.sends(TYPED.get(step, "because somebody asked"))
    return 1


async def filler(gym: Gym, telegram: SandboxClient, form: str) -> tuple[Walker, Filler]:
    """Somebody who wants no news of what the others do."""
    phone = await telegram.person(form)
    role = OPENERS[form][0]
    if role is None:
        return Walker(form, phone), Filler(phone.id, None)
    actor = await hire(gym, form, role, phone.id)
    async with gym.unit_of_work(actor) as uow:
        for group in DESK_GROUPS:
            await PreferenceService(uow).set_group(group, wanted=False)
    return Walker(form, phone), Filler(phone.id, actor)


def test_every_form_is_walked_or_has_a_reason_why_not() -> None:
    assert set(ROUTES.forms) == OPENERS.keys() | NOT_WALKED.keys()


@pytest.mark.long
async def test_a_kill_after_every_answer_of_every_form_loses_none_and_does_nothing_twice(
    gym: Gym, admin: Actor, server: SandboxServer, process: GymProcess
) -> None:
    async with SandboxClient(server.url) as telegram:
        made = [await filler(gym, telegram, form) for form in OPENERS]
        walk = Walk(gym, process, [walker for walker, _ in made])
        scene = await scene_of(gym, admin)
        await process.start()
        await walk.open_all(scene, {walker.form: who for walker, who in made})
        while not all(one.ended for one in walk.walkers):
            assert walk.kills < 20, [one.form for one in walk.walkers if not one.ended]
            await walk.answer_all()
        async with gym.unit_of_work(Actor.system()) as uow:
            fillers = {"fillers": list(OPENERS), "began": gym.clock.now()}
            twice = (await uow.session.execute(text(ONCE_EACH), fillers)).all()
            again = await uow.session.scalar(text("SELECT count(*) FROM dead_updates"))
        two_methods = ("ledger.payment", "sale_payment", 2)
        assert [tuple(row) for row in twice] == [two_methods], "of one subject by one person"
        assert again == 0
        print(f"{len(walk.walkers)} forms, {walk.kills} kills")
