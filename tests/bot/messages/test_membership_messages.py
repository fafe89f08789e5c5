"""Messages about a changed plan, a refund and goodwill, to clients and to the desk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.messages import render
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind as Kind
from gym.payments.models import Method
from gym.plans.models import DurationUnit
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import DeskClerk, told


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def half_used(boss: DeskClerk, clock: FrozenClock) -> Subscription:
    """Fifteen of thirty days left, 60,000 of 100,000 paid."""
    thirty = await boss.plan(Decimal(100000), DurationUnit.DAY, 30, name="Thirty & more")
    sold = await boss.sell(await boss.client("Rosa <3"), thirty)
    await boss.pay(sold, Decimal(60000))
    clock.advance(timedelta(days=15))
    return sold


async def words(boss: DeskClerk, kind: Kind) -> str:
    [payload] = await told(boss.gym, kind)
    return render(kind, payload, GymSettings.model_validate({}), "en", boss.gym.clock.now()).text


async def test_a_changed_plan_says_where_the_money_went(boss: DeskClerk, half_used: Subscription) -> None:
    day = await boss.plan(Decimal(4000), DurationUnit.DAY, 1, name="Day")
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await PlanChangeService(uow).change(half_used.id, day.id)
    text = await words(boss, Kind.PLAN_CHANGED)
    assert "<b>Day</b> instead of Thirty &amp; more" in text
    for part in ("$40,000 off what the old plan owes", "$4,000 paid onto the new plan, receipt № 2"):
        assert part in text
    assert "$6,000 stay as your credit" in text
    desk = await words(boss, Kind.DESK_PLAN_CHANGED)
    assert "Rosa &lt;3 Vargas: Thirty &amp; more → Day for $4,000 (Ana Admin)" in desk


@pytest.mark.parametrize(
    ("method", "part"), [(Method.CARD, "$5,000 back (Card)"), (Method.CREDIT, "$5,000 kept as your credit")]
)
async def test_a_refund_says_how(boss: DeskClerk, half_used: Subscription, method: Method, part: str) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(half_used.id, Decimal(5000), method, "was ill")
    client = await words(boss, Kind.REFUNDED)
    assert part in client
    assert "was ill" not in client, "the reason is the desk's"
    assert "was ill" in await words(boss, Kind.DESK_REFUND)


async def test_a_voided_receipt_is_told_to_whoever_had_it(boss: DeskClerk, half_used: Subscription) -> None:
    receipt = await boss.pay(half_used, Decimal(40000))
    await boss.void(receipt.entry_id, "typed twice")
    client = await words(boss, Kind.VOIDED)
    assert "Receipt № 2</b> is void: <b>$40,000</b> (Cash) for Thirty &amp; more" in client
    assert "To pay: <b>$40,000</b>" in client
    assert "typed twice" not in client, "the reason is the desk's"
    assert "typed twice" in await words(boss, Kind.DESK_VOID)


async def test_goodwill_says_what_it_lowers(boss: DeskClerk, half_used: Subscription) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).credit(half_used.id, Decimal(45000), "the sauna broke")
    client = await words(boss, Kind.REFUNDED)
    assert "$40,000 off what is to pay" in client
    assert "$5,000 kept as your credit" in client
