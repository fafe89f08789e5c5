"""Beside the usual way: an answer without a question, a command of others, a block that is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.money import TakeEverything, TakePayment
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.chats.models import Draft
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember
from tests.support.front_desk import Desk
from tests.support.memberships import PRICE, DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
CYRILLIC, CHINESE = "Александра Константиновна", "欧阳娜娜司马相如诸葛孔明"


async def test_an_amount_without_a_question_is_not_looked_for_among_the_clients(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    for text in ("50000", "100 mil", "-5", "$ 150.000", "12345600"):
        await bruno.sends(text)
        shown = await bruno.sees("No question is open")
        assert text in shown.words
        assert [label for label in shown.labels if "Clients" in label], shown.labels
    for text in ("1020309991", "3001112233", "Eva", "100 miles north"):
        await bruno.sends(text)
        assert text in (await bruno.sees("Nobody found")).words


async def test_who_was_never_staff_is_not_told_that_something_was_taken_away(
    desk_bot: RunningBot, telegram: SandboxClient, make_member: MakeMember
) -> None:
    rosa = await telegram.person("Rosa")
    await make_member(rosa, "Rosa", "Paz")
    await rosa.sends("/register")
    assert "any more" not in (await rosa.sees("not open to you")).words


async def test_a_block_that_is_over_is_not_offered_to_be_lifted(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_staff: Hire, clock: FrozenClock
) -> None:
    bruno = await telegram.person("Bruno")
    boss = await make_staff(bruno, Role.ADMIN)
    rosa = await DeskClerk(gym, boss).client("Rosa")
    async with gym.unit_of_work(boss) as uow:
        await ClientService(uow).block(rosa.id, uow.today + timedelta(days=1), "was loud")
    for days, offered in ((0, "Unblock"), (1, "Unblock"), (2, "⛔ Block")):
        clock.advance(timedelta(days=min(days, 1)))
        await bruno.sends("Rosa")
        await bruno.sees("Rosa Vargas")
        await bruno.taps("⋯ More")
        shown = await bruno.last()
        assert {"Unblock", "⛔ Block"} & set(shown.labels) == {offered}


async def test_whose_contact_is_forwarded_to_the_desk_is_looked_for_by_the_number(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_staff: Hire
) -> None:
    """In a form it answers the question for a phone, and no other one."""
    bruno = await telegram.person("Bruno")
    boss = await make_staff(bruno, Role.EMPLOYEE)
    await Desk(gym, boss).registers(phone="+573001112233")
    card = {"phone_number": "573001112233", "first_name": "Rosa", "user_id": 99}
    await bruno.sends_contact(card)
    await bruno.sees("Rosa Vargas")
    await bruno.sends_contact({**card, "phone_number": "573009998877"})
    assert "573009998877" in (await bruno.sees("Nobody found")).words
    await bruno.sends("/register")
    await bruno.sees("first name")
    await bruno.sends_contact({**card, "phone_number": "573009998877"})
    await bruno.sees("Type the answer")
    for answer, question in (("Eva", "last name"), ("Paz", "Which document"), ("CC 10203", "Which phone")):
        await bruno.sends(answer)
        await bruno.sees(question)
    await bruno.sends_contact({**card, "phone_number": "573009998877"})
    await bruno.sees("born")
    async with gym.unit_of_work(boss) as uow:
        draft = (await uow.session.scalars(select(Draft))).one()
    assert "+573009998877" in str(draft.data)


async def test_what_nobody_asked_for_goes_to_the_desk_and_staff_are_told_what_is_not_read(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    rosa, bruno = await telegram.person("Rosa"), await telegram.person("Bruno")
    await make_member(rosa, "Rosa", "Paz")
    await make_staff(bruno, Role.EMPLOYEE)
    await rosa.sends("when do you open?")
    assert "🎫 My plan" in (await rosa.sees("The desk has your message")).labels
    await rosa.sends_sticker()
    await rosa.sends("/nonsense")
    assert "🎫 My plan" in (await rosa.sees("do not know that command")).labels
    await bruno.sends_location(4.6, -74.1)
    assert "📅 Today" in (await bruno.sees("cannot do anything with that")).labels
    await bruno.sends_document(b"%PDF-1.7", "bill.pdf")
    await bruno.sees("no picture")


async def test_a_payment_pressed_again_shows_no_second_receipt(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_staff: Hire, clock: FrozenClock
) -> None:
    bruno = await telegram.person("Bruno")
    desk = DeskClerk(gym, await make_staff(bruno, Role.ADMIN))
    rosa, plan = await desk.client("Rosa"), await desk.plan()
    for sold, press in (
        (await desk.sell(rosa, plan), TakePayment),
        (await desk.renew(rosa), TakeEverything),
    ):
        await bruno.sends("/start")
        await bruno.sees("Send a photo")
        opened = press(sold.id if press is TakePayment else rosa.id)
        await bruno.taps_button_data(await bruno.last(), pack(opened, clock.now()))
        asked = await bruno.sees("How is it paid?")
        cash = next(one.data for row in asked.buttons for one in row if one.label == "Cash")
        await bruno.taps_button_data(asked, cash or "")
        paid = await bruno.sees("Paid in full")
        clock.advance(timedelta(seconds=1))
        assert (await bruno.taps_button_data(asked, cash or "")).toast == "Taken once: receipt № " + (
            "1." if press is TakePayment else "2."
        )
        shown = [one for one in await bruno.chat() if one.message_id > paid.message_id]
        assert shown == []


async def test_what_a_colleague_took_meanwhile_leaves_no_button_that_would_be_refused_again(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_staff: Hire
) -> None:
    bruno = await telegram.person("Bruno")
    desk = DeskClerk(gym, await make_staff(bruno, Role.ADMIN))
    rosa = await desk.client("Rosa")
    sold = await desk.sell(rosa, await desk.plan())
    await bruno.sends("Rosa")
    await bruno.taps("💵 Collect")
    await bruno.sees("How is it paid?")
    await desk.pay(sold, PRICE - 1000)
    await bruno.taps("Cash")
    refused = await bruno.sees("Only $1,000 is owed")
    assert refused.labels == ["💵 Take payment", "‹ Back", "Home"]
    await bruno.taps("💵 Take payment")
    await bruno.sees("Take $1,000")
    await desk.pay(sold, Decimal(1000))
    await bruno.taps("Cash")
    assert (await bruno.sees("Nothing is owed here any more")).labels == ["‹ Back", "Home"]


async def test_the_next_clients_name_typed_while_a_question_is_open_is_offered_beside_it(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    """Whether the question takes no text or refuses this one; the form waits meanwhile."""
    bruno, carla = [await telegram.person(name) for name in ("Bruno", "Carla")]
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(carla, "Carla", "Mora")
    for last in ("Paz", "Ruiz"):
        await make_member(None, "Mateo", last)
        await make_member(None, CYRILLIC, last)
        await make_member(None, CHINESE, last)
    await bruno.sends("/start")
    await bruno.taps("Register")
    await bruno.sends("Lucia")
    for _ in range(3):
        await bruno.taps("Skip")
    await bruno.sees("born")
    await bruno.sends("carla mora")
    asked = await bruno.sees("birth date in full")
    assert "👤 Carla Mora" in asked.labels
    await bruno.sends("12")
    assert not [label for label in (await bruno.sees("birth date in full")).labels if "👤" in label]
    await bruno.taps("Skip")
    await bruno.taps("Skip")
    await bruno.sees("signed this in front of you")
    await bruno.sends("mateo")
    assert "🔎 Search: mateo" in (await bruno.sees("Choose with the buttons")).labels
    for name in (CYRILLIC, CHINESE):
        await bruno.sends(name)
        # Percent-encoded, a letter takes six or nine of the 64 bytes of a button.
        searched = next(one for one in (await bruno.sees("Choose with the buttons")).labels if "🔎" in one)
        assert len(words := searched.removeprefix("🔎 Search: ")) >= 4
        assert name.startswith(words)
        await bruno.taps(searched)
        assert name in str((await bruno.sees("2 clients for")).labels)
        await bruno.sends("/start")
        await bruno.taps("Go on: Register a client")
        await bruno.sees("signed this in front of you")
    await bruno.sends("carla mora")
    await bruno.taps("👤 Carla Mora")
    await bruno.sees("May not come in")
    await bruno.sends("/start")
    await bruno.taps("Go on: Register a client")
    await bruno.sees("signed this in front of you")
