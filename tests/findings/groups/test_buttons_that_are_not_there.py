"""In a group only a button that stands on the pressed message counts; a modified app may send anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.reports.today import ShowToday
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.approvals import ApproveRequest
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import STAYS, pack
from gym.app import Gym
from gym.approvals.models import Approval, ApprovalState
from gym.approvals.service import ApprovalService
from tests.findings.groups.conftest import Cast, Spot
from tests.findings.groups.test_surfaces import everything_read, last_call, put_message, said_in_groups
from tests.support.sandbox.client import SandboxClient

HOURS_AGO = timedelta(hours=3)


async def state_of(gym: Gym, people: Cast, wanted: Approval) -> ApprovalState:
    async with gym.unit_of_work(people.admin) as uow:
        return (await ApprovalService(uow).get(wanted.id)).state


async def test_an_employee_cannot_make_the_bot_ask_the_group_for_an_approval(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    people: Cast,
    spots: dict[str, Spot],
    wanted: Approval,
) -> None:
    number = await put_message(desk_bot, spots["desk"])
    start = await last_call(telegram)
    forged = pack(ApproveRequest(wanted.id), gym.clock.now() - HOURS_AGO)
    tapped = await people.bruno.in_group(spots["desk"].chat).taps_button_data(number, forged)
    assert "not under the message any more" in (tapped.alert or "")
    await everything_read(gym, telegram)
    assert await said_in_groups(telegram, start) == []


async def test_an_old_button_of_a_group_asks_again_in_the_own_chat_alone(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    people: Cast,
    spots: dict[str, Spot],
    wanted: Approval,
) -> None:
    old = pack(ApproveRequest(wanted.id), gym.clock.now() - HOURS_AGO)
    number = await put_message(desk_bot, spots["desk"], [old])
    start = await last_call(telegram)
    for person in (people.bruno, people.ana):
        tapped = await person.in_group(spots["desk"].chat).taps_button_data(number, old)
        assert "in your own chat" in (tapped.alert or "")
        await person.sees("Still do it?")
    await everything_read(gym, telegram)
    assert await said_in_groups(telegram, start) == []
    refused = await people.bruno.taps("Tap")
    assert "You may not do this" in (refused.alert or "")
    assert await state_of(gym, people, wanted) is ApprovalState.PENDING
    await people.ana.taps("Tap")
    await everything_read(gym, telegram)
    assert await state_of(gym, people, wanted) is not ApprovalState.PENDING


@pytest.mark.parametrize("forged", ["without the mark", "of another button"])
async def test_a_notice_in_the_desk_chat_is_not_wiped_by_forged_data(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    people: Cast,
    spots: dict[str, Spot],
    forged: str,
) -> None:
    today = pack(ShowToday(), gym.clock.now())
    data = today if forged == "of another button" else pack(Card(people.client.id), gym.clock.now())
    number = await put_message(
        desk_bot, spots["desk"], [STAYS + pack(Card(people.client.id), gym.clock.now())]
    )
    start = await last_call(telegram)
    await people.bruno.in_group(spots["desk"].chat).taps_button_data(number, data)
    await everything_read(gym, telegram)
    assert await said_in_groups(telegram, start) == []


async def put_what_is_gone(bot: RunningBot, spot: Spot, data: str) -> int:
    """Telegram shows a message out of the bot's reach as its chat and its number alone, dated 0."""
    number = await put_message(bot, spot, [data])
    await bot.assembly.bot.delete_message(spot.chat, number)
    return number


async def test_a_message_out_of_the_bots_reach_is_answered_below_and_not_edited(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, people: Cast, spots: dict[str, Spot]
) -> None:
    today = pack(ShowToday(), gym.clock.now())
    number = await put_what_is_gone(desk_bot, spots["desk"], today)
    start = await last_call(telegram)
    tapped = await people.bruno.in_group(spots["desk"].chat).taps_button_data(number, today)
    assert tapped.alert is None
    await everything_read(gym, telegram)
    [said] = await said_in_groups(telegram, start)
    assert said["method"] == "sendMessage"
    assert "inside" in said["arguments"]["text"]


async def test_a_message_out_of_reach_gives_nobody_more_rights(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    people: Cast,
    spots: dict[str, Spot],
    wanted: Approval,
) -> None:
    approve = pack(ApproveRequest(wanted.id), gym.clock.now())
    number = await put_what_is_gone(desk_bot, spots["desk"], approve)
    start = await last_call(telegram)
    for person in (people.bruno, people.eve):
        tapped = await person.in_group(spots["desk"].chat).taps_button_data(number, approve)
        assert tapped.alert, "refused"
    await everything_read(gym, telegram)
    assert await said_in_groups(telegram, start) == []
    assert await state_of(gym, people, wanted) is ApprovalState.PENDING


async def test_an_own_message_that_is_gone_is_answered_below(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, people: Cast
) -> None:
    today = pack(ShowToday(), gym.clock.now())
    number = await put_what_is_gone(desk_bot, Spot("own", people.bruno.id), today)
    start = await last_call(telegram)
    await people.bruno.taps_button_data(number, today)
    await people.bruno.sees("inside")
    await everything_read(gym, telegram)
    called = {call["method"] for call in await telegram.calls(start)}
    assert "sendMessage" in called
    assert not {one for one in called if one.startswith("edit")}, "nothing is tried on what is gone"
