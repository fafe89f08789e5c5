"""Freezes in chat: from the card, from the verdict, by the member's own wish, and for the whole gym."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest

from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.approvals import Requests
from bot.ui.buttons.memberships import CloseGym, EndFreeze, FreezePlan, Freezes, GiftPlanDays
from bot.ui.callbacks import Callback, pack
from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.plans.models import Plan
from gym.security.permissions import Actor, Role
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from tests.support.memberships import PRICE, DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)
Hire = Callable[[Person, Role], Awaitable[Actor]]


@dataclass
class Ward:
    """A member with a paid plan, and the desk that looks after it."""

    gym: Gym
    desk: DeskClerk
    rosa: Client
    one: Subscription

    async def see(self) -> Subscription:
        return await self.desk.see(self.one)

    async def freeze(self, first: int, last: int) -> None:
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            days = (TODAY + first * DAY, TODAY + last * DAY)
            await FreezeService(uow).freeze(self.one.id, *days, "a journey")

    async def moved(self) -> int:
        return ((await self.see()).ends_on - self.one.ends_on).days


@pytest.fixture
async def rosa_here(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    return await telegram.person("Rosa")


@pytest.fixture
async def ward(gym: Gym, rosa_here: Person) -> Ward:
    desk = DeskClerk(gym, Actor.system())
    rosa, monthly = await desk.client("Rosa", telegram_id=rosa_here.id), await desk.plan()
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Plan, monthly.id)).freeze_days = 10
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    return Ward(gym, desk, rosa, await desk.see(one))


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    await person.sends("/start")
    await person.sees("Send a photo")
    return person


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    await person.sends("/start")
    await person.sees("Send a photo")
    return person


async def touches(gym: Gym, person: Person, tap: Callback) -> None:
    """Tap a button of another flow, as it stands on the newest message."""
    await person.taps_button_data(await person.last(), pack(tap, gym.clock.now()))


async def test_a_plan_is_frozen_from_tomorrow_for_a_typed_number_of_days(bruno: Person, ward: Ward) -> None:
    await ward.desk.renew(ward.rosa)
    await touches(ward.gym, bruno, FreezePlan(ward.one.id))
    await bruno.sees("From which day?")
    await bruno.taps("Tomorrow")
    asked = await bruno.sees("Until when?")
    assert "Until they return" not in asked.labels, "only admins freeze without an end"
    await bruno.sends("yesterday")
    await bruno.sees("⚠️")
    await bruno.sends("5")
    await bruno.sees("Why?")
    await bruno.taps("A journey")
    shown = await bruno.sees("New last day")
    for part in ("Mon, 7 Sep 2026", "The renewal starts on Tue, 8 Sep 2026", "5 frozen days left"):
        assert part in shown.words
    await bruno.taps("Freeze")
    await bruno.sees("Frozen")
    seen = await ward.see()
    assert [(one.starts_on, one.ends_on) for one in seen.freezes] == [(TODAY + DAY, TODAY + 5 * DAY)]
    assert await ward.moved() == 5


async def test_what_cannot_be_frozen_says_why_and_loses_nothing(bruno: Person, ward: Ward) -> None:
    await ward.freeze(5, 6)
    await touches(ward.gym, bruno, FreezePlan(ward.one.id))
    await bruno.taps("Today")
    await bruno.sees("Until when?")
    await bruno.taps("7 days")
    await bruno.sees("Why?")
    await bruno.sends("surgery")
    await bruno.sees("It is frozen from Sat, 8 Aug 2026 to Sun, 9 Aug 2026 already")
    await bruno.taps("Freeze")
    await bruno.sees("already")
    await bruno.taps("Change")
    await bruno.taps("Last day")
    await bruno.sends("7/8")
    shown = await bruno.sees("New last day")
    assert "surgery" in shown.words
    await bruno.taps("Freeze")
    await bruno.sees("Frozen")
    assert await ward.moved() == 7


async def test_a_debt_comes_before_the_freeze_with_the_payment_as_a_button(bruno: Person, ward: Ward) -> None:
    eva = await ward.desk.client("Eva")
    owing = await ward.desk.sell(eva, await ward.desk.plan(name="Other"))
    await touches(ward.gym, bruno, FreezePlan(owing.id))
    await bruno.sees(f"{PRICE:,.0f} to pay")
    await bruno.taps("Take payment")
    await bruno.sees("Eva Vargas")


async def test_an_employee_without_days_left_is_sent_to_an_admin(bruno: Person, ward: Ward) -> None:
    await ward.freeze(0, 9)
    await touches(ward.gym, bruno, FreezePlan(ward.one.id))
    await bruno.sees("An admin can freeze it anyway")


async def test_an_admin_freezes_until_the_client_returns_and_ends_it(
    ana: Person, ward: Ward, clock: FrozenClock
) -> None:
    await touches(ward.gym, ana, FreezePlan(ward.one.id))
    await ana.taps("Today")
    await ana.sees("Until when?")
    await ana.taps("Until they return")
    await ana.taps("Health")
    await ana.sees("The end moves when the client returns")
    await ana.taps("Freeze")
    await ana.sees("until they return")
    clock.advance(3 * DAY)
    await touches(ward.gym, ana, EndFreeze(ward.one.id))
    await ana.sees("The end moves by 3 days")
    await ana.taps("Back today")
    await ana.sees("The freeze is over")
    assert await ward.moved() == 3
    await ana.taps("Check in")
    await ana.sees("Rosa Vargas")


async def test_the_list_shows_what_rests_and_calls_a_planned_freeze_off(bruno: Person, ward: Ward) -> None:
    await ward.freeze(4, 6)
    await touches(ward.gym, bruno, Freezes(ward.one.id))
    shown = await bruno.sees("7 frozen days left")
    assert "Fri, 7 Aug 2026" in shown.words
    await bruno.taps("Call it off")
    await bruno.sees("3 unused frozen days go back")
    await bruno.taps("Call it off")
    await bruno.sees("The freeze is over")
    assert await ward.moved() == 0


async def test_an_admin_gives_days(ana: Person, bruno: Person, ward: Ward) -> None:
    await touches(ward.gym, bruno, GiftPlanDays(ward.one.id))
    await bruno.sees("Ask an admin")
    await touches(ward.gym, ana, GiftPlanDays(ward.one.id))
    await ana.sees("How many days?")
    await ana.sends("4")
    await ana.sends("the shower was cold")
    await ana.sees("4 days as a gift")
    await ana.taps("Give them")
    await ana.sees("Sun, 6 Sep 2026")
    assert await ward.moved() == 4


async def test_an_admin_closes_the_gym_and_opens_it_again(
    ana: Person, bruno: Person, ward: Ward, clock: FrozenClock
) -> None:
    await touches(ward.gym, bruno, CloseGym())
    await bruno.sees("Ask an admin")
    await ana.sends("/start")
    await ana.taps("Closings and gifts")
    await ana.taps("Close the gym")
    await ana.taps("Tomorrow")
    await ana.sends("6/8")
    await ana.sends("new floor")
    await ana.sees("ends later by as many")
    await ana.taps("✅ Close the gym")
    await ana.sees("1 plan rests")
    assert await ward.moved() == 3
    clock.advance(2 * DAY)
    await touches(ward.gym, bruno, EndFreeze(ward.one.id))
    await bruno.sees("The gym is closed until Thu, 6 Aug 2026")
    await ana.sends("/start")
    await ana.taps("Closings and gifts")
    await ana.taps("Open again")
    await ana.taps("✅ Open")
    await ana.sees("The gym is open")
    assert await ward.moved() == 1


async def test_closed_days_among_frozen_ones_are_said_to_count_once(ana: Person, ward: Ward) -> None:
    async with ward.gym.unit_of_work(Actor.system()) as uow:
        days = (TODAY + 3 * DAY, TODAY + 4 * DAY)
        await FreezeService(uow).close_gym(*days, "painting", key=uuid4())
    await touches(ward.gym, ana, FreezePlan(ward.one.id))
    await ana.taps("Tomorrow")
    await ana.sends("10 days")
    await ana.sends("a journey")
    said = (await ana.sees("10 frozen days")).words
    assert "The gym is closed on 2 of them" in said
    assert "Sat, 12 Sep 2026" in said


async def test_closed_days_among_frozen_ones_do_not_go_back(bruno: Person, ward: Ward) -> None:
    """Ten frozen days of which the gym is closed on two, whichever was there first."""
    await ward.freeze(0, 9)
    async with ward.gym.unit_of_work(Actor.system()) as uow:
        days = (TODAY + 3 * DAY, TODAY + 4 * DAY)
        await FreezeService(uow).close_gym(*days, "painting", key=uuid4())
    await touches(ward.gym, bruno, EndFreeze(ward.one.id))
    said = (await bruno.sees("8 unused frozen days go back")).words
    assert "2 more are closed days" in said
    await bruno.taps("Back today")
    await bruno.sees("The freeze is over")
    assert await ward.moved() == 2


async def test_an_employee_asks_an_admin_for_more_days_than_the_plan_has(
    bruno: Person, ana: Person, ward: Ward
) -> None:
    """By the form when it is too long, and by the button where no day is left."""
    await touches(ward.gym, bruno, FreezePlan(ward.one.id))
    await bruno.taps("Today")
    assert "For more than 10 days an admin is asked" in (await bruno.sees("Until when?")).words
    await bruno.sends("30 days")
    await bruno.taps("Health")
    shown = await bruno.sees("An admin has to grant it")
    assert "✅ Ask an admin" in shown.labels
    await bruno.taps("✅ Ask an admin")
    waiting = await bruno.sees("Waiting for an admin")
    assert "✅ Approve" not in waiting.labels
    assert await ward.moved() == 0
    await touches(ward.gym, ana, Requests())
    await ana.taps("❄️ Long freeze · Rosa Vargas")
    asked = await ana.sees("it has 10 frozen days left")
    assert "✍️ Bruno: Health" in asked.words
    await ana.taps("✅ Approve")
    await ana.sees("Approved by Ana")
    assert await ward.moved() == 30
    await touches(ward.gym, bruno, FreezePlan(ward.one.id))
    await bruno.sees("An admin can freeze it anyway")
    await bruno.taps("🙋 Ask an admin")
    await bruno.sees("From which day?")


async def test_a_closing_that_has_not_begun_is_called_off(ana: Person, ward: Ward) -> None:
    await ana.sends("/start")
    await ana.taps("Closings and gifts")
    await ana.taps("Close the gym")
    await ana.taps("Tomorrow")
    await ana.sends("6/8")
    await ana.sends("new floor")
    await ana.taps("✅ Close the gym")
    await ana.sees("1 plan rests")
    await ana.taps("Back")
    await ana.taps("Call off: Tue, 4 Aug 2026")
    await ana.sees("Open on these days?")
    await ana.taps("✅ Open")
    await ana.sees("open on these days")
    assert await ward.moved() == 0


async def test_everybody_gets_days_from_chat(ana: Person, ward: Ward) -> None:
    await ana.taps("Closings and gifts")
    await ana.taps("Gift to all")
    await ana.taps("2 days")
    await ana.sends("ten years of the gym")
    await ana.sees("Everybody whose plan runs today")
    await ana.taps("Give them")
    await ana.sees("Given to 1 plan")
    assert await ward.moved() == 2


async def asks(person: Person) -> None:
    """A week from tomorrow."""
    await person.sends("/start")
    await person.taps("❄️ Freeze")
    await person.sees("10 frozen days left")
    await person.taps("Ask for a freeze")
    await person.taps("Tomorrow")
    await person.taps("7 days")
    await person.sends("holidays")
    await person.sees("If the desk agrees, your plan runs until Wed, 9 Sep 2026")
    await person.taps("Send")
    await person.sees("The desk has your request")
    await person.taps("Back")
    await person.sees("Tue, 4 Aug 2026")


async def test_a_member_asks_and_a_colleague_agrees(rosa_here: Person, ward: Ward, employee: Actor) -> None:
    await asks(rosa_here)
    assert await ward.moved() == 0
    async with ward.gym.unit_of_work(Actor.member(ward.rosa.id, "Rosa")) as uow:
        wish = await ApprovalService(uow).own_freeze_request()
    assert wish is not None
    async with ward.gym.unit_of_work(employee) as uow:
        await ApprovalService(uow).approve(wish.id)
    assert await ward.moved() == 7
    await rosa_here.sends("/start")
    await rosa_here.taps("❄️ Freeze")
    await rosa_here.sees("3 frozen days left")


async def test_a_member_takes_the_wish_back(rosa_here: Person, ward: Ward) -> None:
    await asks(rosa_here)
    await rosa_here.taps("Take it back")
    shown = await rosa_here.sees("Nothing is frozen")
    assert "❄️ Ask for a freeze" in shown.labels


async def test_a_member_returns_early(rosa_here: Person, ward: Ward, clock: FrozenClock) -> None:
    await ward.freeze(0, 6)
    clock.advance(2 * DAY)
    await rosa_here.sends("/start")
    await rosa_here.taps("❄️ Freeze")
    await rosa_here.taps("I am back")
    await rosa_here.sees("from today on you can come in")
    await rosa_here.taps("I am back")
    await rosa_here.sees("Welcome back")
    seen = await ward.see()
    assert (seen.status, await ward.moved()) == (SubscriptionStatus.ACTIVE, 2)


async def test_a_member_with_a_debt_reads_what_comes_first(
    telegram: SandboxClient, desk_bot: RunningBot, gym: Gym
) -> None:
    eva_here = await telegram.person("Eva")
    desk = DeskClerk(gym, Actor.system())
    await desk.sell(await desk.client("Eva", telegram_id=eva_here.id), await desk.plan())
    await eva_here.sends("/start")
    await eva_here.taps("❄️ Freeze")
    shown = await eva_here.sees("to pay before you can freeze")
    assert "Ask for a freeze" not in " ".join(shown.labels)
