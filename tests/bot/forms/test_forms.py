"""Filling in a form: forth and back, across restarts, and saved exactly once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.routing.router import Router
from gym.app import Gym
from gym.chats.models import Draft
from gym.clients.models import Client
from gym.security.permissions import Actor
from tests.bot import flow
from tests.bot.conftest import OpenBot, settled
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
def routers() -> tuple[Router, ...]:
    from bot import home

    return (home.router, flow.router)


@pytest.fixture
async def bob(telegram: SandboxClient, make_staff) -> Person:
    """An admin at the desk."""
    person = await telegram.person("Bob")
    await make_staff(person)
    return person


async def saved(gym: Gym) -> list[Client]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list((await uow.session.scalars(select(Client).order_by(Client.created_at))).all())


async def drafts(gym: Gym) -> list[Draft]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list((await uow.session.scalars(select(Draft))).all())


async def to_the_summary(bob: Person, name: str = "Tom") -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sees("What is the name?")
    await bob.sends(name)
    await bob.sees("An alias?")
    await bob.taps("Skip")
    await bob.taps("Blue")
    await bob.sees("Send photos")
    await bob.taps("Skip")
    await bob.sees("Colour: Blue")


async def test_a_form_is_filled_in_and_saved(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob)
    summary = await bob.last()
    assert "Name: Tom" in summary.text
    assert "Alias: –" in summary.text
    assert "Price" not in summary.text
    assert [button.label for button in summary.buttons[-1]] == ["Cancel", "✅ Confirm"]
    await bob.taps("Confirm")
    await bob.sees("Saved Tom.")
    assert [client.first_name for client in await saved(gym)] == ["Tom"]
    await settled(gym, 7)
    assert await drafts(gym) == []


async def test_every_step_offers_back_and_cancel(desk_bot, bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    for answer in ("Tom", "Tommy"):
        labels = [button.label for button in (await bob.last()).buttons[-1]]
        assert labels[0] == "‹ Back"
        assert labels[-1] == "Cancel"
        await bob.sends(answer)
        await bob.sees("?")


async def test_a_wrong_answer_is_explained_and_asked_again_keeping_the_rest(desk_bot, bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sees("What is the name?")
    await bob.sends("x<")
    seen = await bob.sees("“x<” is too short")
    assert "What is the name?" in seen.text
    await bob.sends("Tom & <Jerry>_*")
    await bob.sees("An alias?")


async def test_back_leads_to_the_question_before_with_its_answer_in_it(desk_bot, bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await bob.taps("‹ Back")
    seen = await bob.sees("What is the name?")
    assert "Now: Tom" in seen.text
    await bob.taps("Keep this answer")
    await bob.sees("An alias?")


async def test_back_from_the_first_question_leads_where_the_form_was_opened(
    desk_bot, bob: Person, gym: Gym
) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.taps("‹ Back")
    await bob.sees("name 0")
    await settled(gym, 3)
    assert await drafts(gym) == []


async def test_cancel_closes_the_form_and_saves_nothing(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob)
    await bob.taps("Cancel")
    await bob.sees("Nothing was saved")
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sees("What is the name?")
    await bob.sends("/cancel")
    await bob.sees("Nothing was saved")
    assert await saved(gym) == []


async def test_one_answer_is_changed_from_the_summary(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob)
    await bob.taps("Change")
    await bob.taps("Name")
    await bob.sees("What is the name?")
    await bob.sends("Tina")
    seen = await bob.sees("Name: Tina")
    assert "Colour: Blue" in seen.text
    await bob.taps("Confirm")
    await bob.sees("Saved Tina.")


async def test_a_changed_answer_brings_the_questions_that_hang_on_it(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob)
    await bob.taps("Change")
    await bob.taps("Colour")
    await bob.taps("Red")
    await bob.sees("Which price?")
    await bob.taps("2/2 ▶")
    await bob.taps("10,000")
    seen = await bob.sees("Price: $10,000")
    assert "Colour: Red" in seen.text
    await bob.taps("Change")
    await bob.taps("Colour")
    await bob.taps("Blue")
    seen = await bob.sees("Colour: Blue")
    assert "Price" not in seen.text


async def test_a_form_goes_on_after_a_restart(open_bot: OpenBot, bob: Person, gym: Gym) -> None:
    async with open_bot():
        await bob.sends("/start")
        await bob.taps("New locker")
        await bob.sends("Tom")
        await bob.sees("An alias?")
    async with open_bot():
        await bob.taps("Skip")
        await bob.taps("Blue")
        await bob.taps("Skip")
        await bob.taps("Confirm")
        await bob.sees("Saved Tom.")
    assert len(await saved(gym)) == 1


async def test_a_double_tap_on_confirm_saves_once_and_says_so(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob)
    summary = await bob.last()
    confirm = summary.buttons[-1][-1]
    assert confirm.data is not None
    first, second = await asyncio.gather(
        bob.taps_button_data(summary, confirm.data), bob.taps_button_data(summary, confirm.data)
    )
    assert "This is done" in f"{first.alert} {second.alert}"
    assert "Saved Tom." in (await bob.last()).text
    assert len(await saved(gym)) == 1


async def test_a_button_of_a_finished_form_says_that_it_is_done(desk_bot, bob: Person) -> None:
    await to_the_summary(bob)
    summary = await bob.last()
    cancel = summary.buttons[-1][0]
    await bob.taps("Confirm")
    await bob.sees("Saved Tom.")
    tapped = await bob.taps_button_data(summary, cancel.data or "")
    assert "This is done" in (tapped.alert or "")


async def test_a_refusal_at_the_end_keeps_everything_for_another_try(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob, "Nobody")
    await bob.taps("Confirm")
    seen = await bob.sees("Nobody may be called Nobody")
    assert "Colour: Blue" in seen.text
    await bob.taps("Change")
    await bob.taps("Name")
    await bob.sends("Somebody")
    await bob.sees("Name: Somebody")
    await bob.taps("Confirm")
    await bob.sees("Saved Somebody.")
    assert len(await saved(gym)) == 1


async def test_the_draft_holds_file_ids_and_verdicts_of_photos_but_no_pixels(
    desk_bot, bob: Person, gym: Gym
) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await bob.taps("Skip")
    await bob.taps("Blue")
    await bob.sees("Send photos")
    await bob.sends_photo(flow.png(1))
    seen = await bob.sees("1 of 3 photos")
    assert "bytes, fine." in seen.text
    [draft] = await drafts(gym)
    [photo] = draft.data["values"]["photos"]
    assert set(photo) == {"file_id", "data"}
    await bob.sends("and now?")
    await bob.sees("Send a photo, please")
    await bob.sends_photo(flow.png(2))
    await bob.sees("2 of 3 photos")
    await bob.taps("Done with photos")
    await bob.sees("Photos: 2 photos")


async def test_an_album_is_answered_in_one_message_and_its_surplus_ignored(
    desk_bot, bob: Person, gym: Gym
) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await bob.taps("Skip")
    await bob.taps("Blue")
    await bob.sees("Send photos")
    await bob.sends_album([flow.png(n) for n in range(4)])
    await settled(gym, 9)
    news = [message for message in await bob.chat() if message.from_bot][-1]
    assert "Photos: 3 photos" in news.text
    assert sum("photos" in message.text.lower() for message in await bob.chat() if message.from_bot) <= 3


async def test_whoever_goes_elsewhere_may_type_freely_and_take_the_form_up_again(
    desk_bot, bob: Person
) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await bob.sends("/start")
    await bob.sees("type a name")
    await bob.sends("Luisa")
    await bob.sees("You typed Luisa")
    await bob.taps("Home")
    await bob.taps("Go on: Locker")
    await bob.sees("An alias?")


async def test_opening_another_form_asks_before_answers_are_lost(desk_bot, bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sees("is still open")
    await bob.taps("Go on with it")
    await bob.sees("An alias?")
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.taps("Drop it, start new")
    await bob.sees("What is the name?")


async def test_an_old_summary_is_shown_again_before_it_is_confirmed(
    desk_bot, bob: Person, gym: Gym, clock
) -> None:
    from datetime import timedelta

    await to_the_summary(bob)
    clock.advance(timedelta(hours=2))
    await bob.taps("Confirm")
    await bob.sees("Check it once more")
    assert await saved(gym) == []
    await bob.taps("Confirm")
    await bob.sees("Saved Tom.")


async def test_a_second_tap_on_a_passed_question_changes_nothing(desk_bot, bob: Person, gym: Gym) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sends("Tom")
    seen = await bob.sees("An alias?")
    skip = next(button for row in seen.buttons for button in row if button.label == "Skip")
    await bob.taps_button_data(seen, skip.data or "")
    await bob.taps_button_data(seen, skip.data or "")
    await settled(gym, 5)
    assert "Which colour?" in (await bob.last()).text


async def test_an_answered_question_loses_its_keys(desk_bot, bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    first = await bob.sees("What is the name?")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await bob.sends("Tommy")
    open_question = await bob.sees("Which colour?")

    async def with_keys() -> list[int]:
        return [message.message_id for message in await bob.chat() if message.labels]

    async with asyncio.timeout(30):
        while True:
            if await with_keys() == [open_question.message_id]:
                break
            await asyncio.sleep(0.01)
    assert first.message_id < open_question.message_id


async def test_what_was_confirmed_stays_when_its_buttons_are_tapped(desk_bot, bob: Person) -> None:
    await to_the_summary(bob)
    await bob.taps("Confirm")
    done = await bob.sees("Saved Tom.")
    await bob.taps("Home")
    home = await bob.sees("type a name")
    assert home.message_id > done.message_id
    assert (await bob.chat())[-2].text == done.text
