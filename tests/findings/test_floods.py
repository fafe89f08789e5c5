"""A flood of strangers, and a member's two hundred photos: few rows, one answer, and the desk works on."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.admission.quotas import MEMBER, Quotas
from bot.telegram.inbox import Done, Inbox, Outcome
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.models import InboxUpdate, SenderRank
from gym.chats.schemas import ClaimedUpdate
from gym.chats.service import InboxService
from gym.chats.sessions import AutocommitSessions
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.core.errors import DatabaseUnavailable
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from tests.bot.conftest import MakeMember, all_handled
from tests.bot.flow import png
from tests.support.sandbox.client import Person, SandboxClient

STRANGERS, EACH, TAPS = 20, 10, 10
HALF_A_MINUTE = timedelta(seconds=30)


async def kept(gym: Gym, sender: int) -> int:
    """Rows that a person has in the inbox, handled or not."""
    of_sender = InboxUpdate.chat_id == sender
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(InboxUpdate).where(of_sender)) or 0


async def answers(person: Person) -> list[str]:
    return [message.words for message in await person.chat() if message.from_bot]


async def flood(person: Person, count: int) -> None:
    for number in range(count):
        await person.sends(f"hello? {number}")


async def answered(person: Person, count: int) -> None:
    """Until the bot has answered so often; an answer may come before the flood has ended."""
    async with asyncio.timeout(60):
        while len(await answers(person)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def taken_in(telegram: SandboxClient) -> None:
    """Until the bot has confirmed all that was written."""
    async with asyncio.timeout(60):
        while await telegram.pending_updates():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.fixture
async def staff(telegram: SandboxClient, make_staff: Any) -> Person:
    bob = await telegram.person("Bob")
    await make_staff(bob, Role.EMPLOYEE)
    return bob


async def test_the_desk_is_answered_while_strangers_flood_and_each_of_them_once(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, staff: Person
) -> None:
    strangers = [await telegram.person(f"S{number}") for number in range(STRANGERS)]
    floods = [asyncio.create_task(flood(one, EACH)) for one in strangers]
    for _ in range(TAPS):
        await staff.sends("/start")
        await staff.sees("type a name")
        await staff.taps("Language")
        await staff.sees("Which language do you speak?")
    await asyncio.gather(*floods)
    await taken_in(telegram)
    for one in strangers:
        await answered(one, 1)
    assert Counter([await kept(gym, one.id) for one in strangers]) == {1: STRANGERS}
    assert Counter([len(await answers(one)) for one in strangers]) == {1: STRANGERS}
    assert await kept(gym, staff.id) == 2 * TAPS, "nothing of the desk's is lost"


async def test_a_stranger_is_answered_again_after_a_minute(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, clock: FrozenClock
) -> None:
    eve = await telegram.person("Eve")
    await flood(eve, EACH)
    await answered(eve, 1)
    await taken_in(telegram)
    clock.advance(HALF_A_MINUTE)
    await flood(eve, EACH)
    await taken_in(telegram)
    assert await kept(gym, eve.id) == 1
    clock.advance(HALF_A_MINUTE)
    await flood(eve, EACH)
    await taken_in(telegram)
    await answered(eve, 2)
    assert await kept(gym, eve.id) == 2


async def test_after_a_flood_the_link_and_the_own_contact_still_let_a_client_in(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, admin: Actor, make_member: MakeMember
) -> None:
    by_link, by_phone = await make_member(None, "Luisa"), await make_member(None, "Marta")
    async with gym.unit_of_work(admin) as uow:
        link = await ClientService(uow).issue_link(by_link.id)
        (await uow.session.get_one(Client, by_phone.id)).phone = "+573001112233"
    luisa = await telegram.person("Luisa")
    marta = await telegram.person("Marta", phone_number="+573001112233")
    for person in (luisa, marta):
        await flood(person, EACH)
    await luisa.sends(f"/start {link.token}")
    await luisa.sees("What would you like to see?")
    await marta.sends_contact()
    await marta.sees("this chat is yours now")
    for person in (luisa, marta):  # and from here on they are members
        for _ in range(5):
            await person.sends("/start")
            await person.sees("What would you like to see?")


async def test_links_that_are_guessed_are_tried_five_times_a_minute(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym
) -> None:
    eve = await telegram.person("Eve")
    for number in range(EACH):
        await eve.sends(f"/start gAAAAAAAAAAAAAAAAAAAAAAA{number}")
    await taken_in(telegram)
    assert await kept(gym, eve.id) == 5


async def test_two_hundred_photos_of_a_member_are_a_bounded_queue_and_one_sentence(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, make_member: MakeMember, staff: Person
) -> None:
    rosa = await telegram.person("Rosa")
    await make_member(rosa, "Rosa")
    for _ in range(20):
        await rosa.sends_album([png(number) for number in range(10)])
    await staff.sends("/start")
    await staff.sees("type a name")
    await taken_in(telegram)
    await all_handled(gym)
    assert await kept(gym, rosa.id) == MEMBER.size + 1
    seen = [one for one in await rosa.chat() if one.reactions]
    assert len(seen) == MEMBER.size - 1, "the desk has what was not too much; the first was answered in words"
    said = [text for text in await answers(rosa) if "too much at once" in text]
    assert len(said) == 1
    assert await telegram.calls(method="getFile") == [], "no photo of hers is even looked at"


async def test_a_strangers_photo_costs_no_download(desk_bot: RunningBot, telegram: SandboxClient) -> None:
    eve = await telegram.person("Eve")
    await eve.sends_album([png(number) for number in range(10)])
    await answered(eve, 1)
    assert await telegram.calls(method="getFile") == []


async def test_two_hundred_messages_of_a_colleague_are_all_answered(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, staff: Person
) -> None:
    await flood(staff, 200)
    await taken_in(telegram)
    assert await kept(gym, staff.id) == 200
    await answered(staff, 200)


async def test_what_strangers_and_members_say_in_a_group_is_not_kept(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, make_member: MakeMember, staff: Person
) -> None:
    eve, rosa = await telegram.person("Eve"), await telegram.person("Rosa")
    await make_member(rosa, "Rosa")
    group = await telegram.group("Gossip", [eve, rosa, staff])
    await taken_in(telegram)
    before = await kept(gym, group["id"])
    for person in (eve, rosa, eve, rosa):
        await person.in_group(group["id"]).sends("anybody here?")
    await staff.in_group(group["id"]).sends("yes")
    await taken_in(telegram)
    assert await kept(gym, group["id"]) == before + 1


async def test_a_deactivated_colleague_is_a_stranger_with_a_full_bucket(
    desk_bot: RunningBot, telegram: SandboxClient, gym: Gym, admin: Actor, make_staff: Any
) -> None:
    bob = await telegram.person("Bob")
    bobs = await make_staff(bob, Role.EMPLOYEE)
    for _ in range(5):
        await bob.sends("/start")
        await bob.sees("type a name")
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).deactivate(bobs.id)
    await bob.sends("/start")
    await bob.sees("If you train here")


def written(update_id: int, sender: int, **more: Any) -> dict[str, Any]:
    message = {"chat": {"id": sender, "type": "private"}, "from": {"id": sender}, "text": "hi", **more}
    return {"update_id": update_id, "message": message}


class Moody(InboxService):
    """A database that is away at first."""

    away = True

    async def keep(self, arrivals: Any) -> dict[int, int]:
        if self.away:
            raise DatabaseUnavailable
        return await super().keep(arrivals)


async def nothing(_: ClaimedUpdate) -> Outcome:
    return Done()


async def test_what_could_not_be_kept_costs_nothing_when_it_comes_again(gym: Gym, clock: FrozenClock) -> None:
    service = Moody(AutocommitSessions(gym.database), clock)
    inbox = Inbox(service, nothing, quotas=Quotas(clock))
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            await inbox.keep([written(1, 7)])
    service.away = False
    await inbox.keep([written(1, 7)])
    assert await kept(gym, 7) == 1


async def test_updates_that_come_by_fifty_webhooks_at_once_share_one_bucket(
    gym: Gym, clock: FrozenClock
) -> None:
    inbox = Inbox(InboxService(AutocommitSessions(gym.database), clock), nothing, quotas=Quotas(clock))
    await asyncio.gather(*(inbox.keep([written(number, 7)]) for number in range(1, 51)))
    assert await kept(gym, 7) == 1


async def test_reports_of_telegram_itself_have_no_quota(gym: Gym, clock: FrozenClock) -> None:
    inbox = Inbox(InboxService(AutocommitSessions(gym.database), clock), nothing, quotas=Quotas(clock))
    group = {"chat": {"id": -7, "type": "group"}, "from": {"id": 7}}
    await inbox.keep([written(number, 7, **group) for number in range(1, 5)])
    assert await kept(gym, -7) == 0
    await inbox.keep([written(5, 7, **group, migrate_to_chat_id=-100), written(6, 7)])
    await inbox.keep([written(number, 7, successful_payment={}) for number in range(7, 27)])
    assert (await kept(gym, -7), await kept(gym, 7)) == (1, 21)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert set(await uow.session.scalars(select(InboxUpdate.rank))) == {SenderRank.STRANGER}
