"""Visits, freezes, rewards and approvals."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckIn, VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.plans.models import Plan
from gym.rewards.models import Reward, RewardKind
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Freeze, Subscription
from gym.subscriptions.service import SubscriptionService
from tests.races.conftest import RIVALS, race
from tests.support.memberships import PRICE, DeskClerk

ONE = (1, RIVALS - 1)
TODAY = date(2026, 8, 3)
Code = VerdictCode


async def comes(desk: DeskClerk, client: Client) -> Verdict:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await AttendanceService(uow).check_in_client(client.id)


async def count(gym: Gym, *conditions: object) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


async def test_one_visit_counts(desk: DeskClerk, rosa: Client, paid: Subscription) -> None:
    outcome = await race(desk.gym, lambda: comes(desk, rosa))
    verdicts = [one for one in outcome.won if isinstance(one, Verdict)]
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 1, Code.REENTRY: RIVALS - 1}
    assert await count(desk.gym, CheckIn.counted) == 1
    assert (await desk.see(paid)).visits_used == 1


async def test_one_visit_is_undone_once(desk: DeskClerk, rosa: Client, paid: Subscription) -> None:
    visit = await comes(desk, rosa)

    async def undoes() -> object:
        async with desk.gym.unit_of_work(desk.actor) as uow:
            return await AttendanceService(uow).undo(visit.id)

    outcome = await race(desk.gym, undoes)
    assert (outcome.counts, outcome.codes) == (ONE, {"nothing_to_undo"})
    assert (await desk.see(paid)).visits_used == 0


async def test_one_admits_against_the_verdict(desk: DeskClerk, rosa: Client) -> None:
    denied = await comes(desk, rosa)

    async def admits() -> object:
        async with desk.gym.unit_of_work(desk.actor) as uow:
            return await AttendanceService(uow).admit_anyway(denied.id, "first day")

    outcome = await race(desk.gym, admits)
    assert (outcome.counts, outcome.codes) == (ONE, {"nothing_to_admit"})
    assert await count(desk.gym, CheckIn.counted) == 1


async def test_one_freezes(boss: DeskClerk, rosa: Client, paid: Subscription) -> None:
    renewal = await boss.renew(rosa)

    async def freezes() -> object:
        async with boss.gym.unit_of_work(boss.actor) as uow:
            return await FreezeService(uow).freeze(paid.id, TODAY, TODAY + timedelta(days=4), "travels")

    outcome = await race(boss.gym, freezes)
    assert (outcome.counts, outcome.codes) == (ONE, {"already_frozen"})
    seen, later = await boss.see(paid), await boss.see(renewal)
    assert (seen.ends_on, seen.frozen_days) == (paid.ends_on + timedelta(days=5), 5)
    assert later.starts_on == seen.ends_on + timedelta(days=1)


async def test_one_returns(boss: DeskClerk, paid: Subscription, clock: FrozenClock) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).freeze(paid.id, TODAY, None, "travels")
    clock.advance(timedelta(days=3))

    async def returns() -> object:
        async with boss.gym.unit_of_work(boss.actor) as uow:
            return await FreezeService(uow).end(paid.id)

    outcome = await race(boss.gym, returns)
    assert (outcome.counts, outcome.codes) == (ONE, {"nothing_frozen"})
    assert (await boss.see(paid)).ends_on == paid.ends_on + timedelta(days=3)


async def test_one_closing_of_the_gym_moves_everybody_once(
    boss: DeskClerk, monthly: Plan, paid: Subscription
) -> None:
    """Thirty-two taps on one button, while others sell and let in."""
    others = [await boss.sell(await boss.client(f"P{number}"), monthly) for number in range(4)]
    key = new_id()

    async def closes() -> object:
        async with boss.gym.unit_of_work(boss.actor) as uow:
            last = TODAY + timedelta(days=3)
            return await FreezeService(uow).close_gym(TODAY + timedelta(days=2), last, "repairs", key=key)

    outcome = await race(boss.gym, closes)
    assert outcome.counts == (RIVALS, 0)
    assert await count(boss.gym, Freeze.canceled_at.is_(None)) == 5
    for one in (paid, *others):
        assert (await boss.see(one)).ends_on == one.ends_on + timedelta(days=2)


async def earned(gym: Gym, client: Client) -> UUID:
    """A reward, straight into the table."""
    now = gym.clock.now()
    row = Reward(
        client_id=client.id,
        kind=RewardKind.MILESTONE,
        threshold=50,
        percent=Decimal(20),
        granted_on=TODAY,
        expires_on=TODAY + timedelta(days=6),
        granted_at=now,
    )
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(row)
        await uow.session.flush()
        return row.id


async def test_one_redeems_a_reward(gym: Gym, desk: DeskClerk, rosa: Client, paid: Subscription) -> None:
    reward = await earned(gym, rosa)

    async def renews() -> Subscription:
        async with gym.unit_of_work(desk.actor) as uow:
            return await SubscriptionService(uow).renew(rosa.id, reward_id=reward)

    outcome = await race(gym, renews)
    assert outcome.counts == ONE
    assert outcome.codes <= {"reward_gone", "already_waiting", "subscription_just_changed"}
    assert [one.final_price for one in outcome.won if isinstance(one, Subscription)] == [PRICE * 8 / 10]
    assert await count(gym, Reward.redeemed_by.is_not(None)) == 1


async def test_the_visit_that_earns_a_reward_grants_it_once(
    gym: Gym, desk: DeskClerk, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    for _ in range(19):
        await comes(desk, rosa)
        clock.advance(timedelta(days=1))
    await race(gym, lambda: comes(desk, rosa))
    assert await count(gym, Reward.kind == RewardKind.VISITS) == 1


async def asked(desk: DeskClerk, client: Client, plan: Plan) -> UUID:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        half = Discount.percent(Decimal(50))
        request = await ApprovalService(uow).ask_discount(
            client.id, plan.id, half, renews=False, reason="old friend"
        )
        return request.id


async def test_one_answer_to_a_request_counts(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    request = await asked(desk, rosa, monthly)
    turns = iter(range(RIVALS))

    async def answers() -> object:
        async with gym.unit_of_work(boss.actor) as uow:
            service = ApprovalService(uow)
            return await (service.approve(request) if next(turns) % 2 else service.reject(request))

    outcome = await race(gym, answers)
    assert (outcome.counts, outcome.codes) == (ONE, {"already_decided"})


async def test_an_approved_discount_is_spent_once(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    request = await asked(desk, rosa, monthly)
    async with gym.unit_of_work(boss.actor) as uow:
        await ApprovalService(uow).approve(request)

    async def sells() -> Subscription:
        async with gym.unit_of_work(desk.actor) as uow:
            return await ApprovalService(uow).sell(request)

    outcome = await race(gym, sells)
    assert outcome.counts == ONE
    assert outcome.codes <= {"already_used", "approval_used", "subscription_just_changed", "period_taken"}
    assert [one.final_price for one in outcome.won if isinstance(one, Subscription)] == [PRICE / 2]
