"""Rewards, verdicts and who is inside, through the real bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor, Role
from gym.subscriptions.freezes.service import FreezeService
from tests.attendance.conftest import change, settle
from tests.bot.conftest import MakeMember
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
Drain = Callable[[], Awaitable[object]]
DAY = timedelta(days=1)


async def _no_waiting(seconds: float) -> None:
    """Pacing is tested elsewhere."""


@pytest.fixture
def delivered(gym: Gym, desk_bot: RunningBot) -> Drain:
    """Send everything that waits in the outbox."""
    return OutboxWorker(gym, desk_bot.assembly.bot, SendRateLimits(gym.clock, sleep=_no_waiting)).drain


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    """An employee at the desk."""
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


@pytest.fixture
def clerk(gym: Gym) -> DeskClerk:
    return DeskClerk(gym, Actor.system())


async def check_in(bruno: Person, client: Client) -> None:
    await bruno.sends(client.first_name)
    await bruno.taps("Check in")


async def test_the_visit_that_earns_says_so_to_the_desk_and_the_member_and_both_find_it_again(
    gym: Gym,
    bruno: Person,
    telegram: SandboxClient,
    make_member: MakeMember,
    clerk: DeskClerk,
    delivered: Drain,
) -> None:
    await settle(gym, reward_visits=1, milestones=[1])
    ana = await telegram.person("Ana")
    client = await make_member(ana)
    await ana.sends("/start")
    await clerk.pay(await clerk.sell(client, await clerk.plan()))
    await check_in(bruno, client)
    verdict = await bruno.sees("Has just earned 20% off the next plan")
    assert "1 visit in all!" in verdict.words
    assert {"🎁 Rewards", "🔁 Renew", "↩️ Undo"} <= set(verdict.labels)
    await bruno.taps("Rewards")
    page = await bruno.sees("Ana Gómez: rewards")
    assert "20% off the next plan, until" in page.words
    await delivered()
    await ana.sees("you have earned 20% off your next one")
    await ana.sees("1 visit at PowerGym")
    await ana.sends("/start")
    await ana.taps("🎁 Rewards")
    mine = await ana.sees("My rewards")
    assert "20% off the next plan" in mine.words
    assert "I want to renew" in mine.labels


async def test_a_member_sees_how_far_it_is_to_the_next_reward(
    gym: Gym, bruno: Person, telegram: SandboxClient, make_member: MakeMember, clerk: DeskClerk
) -> None:
    ana = await telegram.person("Ana")
    client = await make_member(ana)
    await clerk.sell(client, await clerk.plan(Decimal(0)))
    await ana.sends("/start")
    await ana.taps("🎁 Rewards")
    page = await ana.sees("You have no rewards yet")
    assert "20 more visits in this plan earn 20% off the next one." in page.words


async def test_undoing_at_the_desk_takes_the_reward_and_offers_the_way_in(
    gym: Gym, bruno: Person, clerk: DeskClerk
) -> None:
    await settle(gym, reward_visits=1)
    rosa = await clerk.client("Rosa")
    await clerk.sell(rosa, await clerk.plan(Decimal(0)))
    await check_in(bruno, rosa)
    await bruno.taps("Undo")
    undone = await bruno.sees("is undone")
    assert "✅ Check in" in undone.labels
    await bruno.taps("Check in")
    await bruno.sees("Has just earned")


async def test_a_denial_offers_what_mends_it(
    gym: Gym, bruno: Person, clerk: DeskClerk, clock: FrozenClock
) -> None:
    rosa = await clerk.client("Rosa")
    pack = await clerk.sell(rosa, await clerk.plan(Decimal(0), visits=1, name="Pack"))
    await clerk.renew(rosa)
    await check_in(bruno, rosa)
    await bruno.sees("visit 1")
    clock.advance(DAY)
    await check_in(bruno, rosa)
    used_up = await bruno.sees("used up")
    assert "▶️ Start the next one now" in used_up.labels
    await change(gym, pack, visits_used=0)
    async with gym.unit_of_work(Actor.system()) as uow:
        await FreezeService(uow).freeze(pack.id, uow.today, None, "a broken arm")
    await check_in(bruno, rosa)
    frozen = await bruno.sees("frozen")
    assert "☀️ End the freeze" in frozen.labels


async def test_debt_of_an_earlier_plan_that_denies_is_paid_from_the_verdict(
    gym: Gym, bruno: Person, clerk: DeskClerk, clock: FrozenClock
) -> None:
    await settle(gym, closed_debt_denies=True)
    rosa = await clerk.client("Rosa")
    await clerk.sell(rosa, await clerk.plan(name="Old"))
    clock.advance(40 * DAY)
    await clerk.sell(rosa, await clerk.plan(Decimal(0), name="New"))
    await check_in(bruno, rosa)
    denied = await bruno.sees("to pay for earlier plans")
    assert "$150,000" in denied.words
    await bruno.taps("Take payment")
    await bruno.sees("$150,000")


async def test_everybody_inside_stands_on_pages_and_leaves_by_a_button(
    gym: Gym, bruno: Person, clerk: DeskClerk, clock: FrozenClock
) -> None:
    await settle(gym, check_out=True)
    plan = await clerk.plan(Decimal(0))
    for number in range(10):
        client = await clerk.client(f"Member{number}")
        await clerk.sell(client, plan)
        async with gym.unit_of_work(Actor.system()) as uow:
            await AttendanceService(uow).check_in_client(client.id)
        clock.advance(timedelta(minutes=1))
    await bruno.sends("/start")
    await bruno.taps("Who is in")
    first = await bruno.sees("10 people inside")
    assert "Member9 Vargas, since" in first.words
    assert sum("Check out" in label for label in first.labels) == 8
    await bruno.taps("2/2 ▶")
    await bruno.sees("Member0 Vargas")
    await bruno.taps("Check out")
    left = await bruno.sees("9 people inside")
    assert "Member0" in left.words
    assert "Member1 " not in left.words


async def test_without_check_out_the_list_has_no_way_out(gym: Gym, bruno: Person, clerk: DeskClerk) -> None:
    await bruno.sends("/start")
    await bruno.taps("Who is in")
    await bruno.sees("Nobody is inside")
    rosa = await clerk.client("Rosa")
    await clerk.sell(rosa, await clerk.plan(Decimal(0)))
    await check_in(bruno, rosa)
    await bruno.sees("entry recorded")
    await bruno.sends("/start")
    await bruno.taps("Who is in")
    page = await bruno.sees("1 person inside")
    assert not any("Check out" in label for label in page.labels)
    await bruno.taps("Rosa Vargas")
    await bruno.sees("until")


async def test_an_override_reaches_every_admin_once(
    gym: Gym,
    bruno: Person,
    telegram: SandboxClient,
    make_staff: Hire,
    clerk: DeskClerk,
    delivered: Drain,
) -> None:
    ana = await telegram.person("Ana")
    await make_staff(ana, Role.ADMIN)
    await ana.sends("/start")
    rosa = await clerk.client("Rosa")
    await check_in(bruno, rosa)
    await bruno.taps("Admit anyway")
    await bruno.sends("Came with her trainer")
    await bruno.sees("entry recorded")
    await delivered()
    await delivered()
    message = await ana.sees("against the verdict")
    assert "Came with her trainer" in message.words
    assert (await ana.transcript()).count("against the verdict") == 1
