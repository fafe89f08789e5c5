"""Plans at the desk, through the real bot: sold, renewed with a reward, changed, cancelled, refunded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.desk.memberships.sales import SaleDetails
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.memberships import CancelSubscription, ManagePlan, StartNow
from bot.ui.callbacks import Callback, pack
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryKind, Method
from gym.plans.models import DurationUnit, Plan, PlanPrice
from gym.security.permissions import Actor, Role
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.subscriptions.test_cheaper import earn, spent
from tests.subscriptions.test_renewing import use_up
from tests.support.memberships import DeskClerk, entries
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
DAY = timedelta(days=1)


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    """An admin's chat."""
    return await telegram.person("Ana")


@pytest.fixture
async def boss(gym: Gym, ana: Person, make_staff: Hire) -> DeskClerk:
    return DeskClerk(gym, await make_staff(ana, Role.ADMIN))


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    """An employee's chat."""
    return await telegram.person("Bruno")


@pytest.fixture
async def desk(gym: Gym, bruno: Person, make_staff: Hire) -> DeskClerk:
    return DeskClerk(gym, await make_staff(bruno, Role.EMPLOYEE))


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa")


@pytest.fixture
async def thirty(desk: DeskClerk) -> Plan:
    return await desk.plan(Decimal(100000), DurationUnit.DAY, 30, name="Thirty days")


@pytest.fixture
async def week(desk: DeskClerk) -> Plan:
    return await desk.plan(Decimal(30000), DurationUnit.WEEK, 1, name="Week")


async def press(desk: DeskClerk, person: Person, data: Callback) -> None:
    """A button as another screen carries it."""
    await person.sends("/start")
    message = await person.last()
    await person.taps_button_data(message, pack(data, desk.gym.clock.now()))


async def kept(desk: DeskClerk, client: Client) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await ClientCredit(uow).balance(client.id)


async def paid_half_way(desk: DeskClerk, client: Client, plan: Plan, clock: FrozenClock) -> Subscription:
    """Fifteen of thirty days used, all of it paid."""
    sold = await desk.sell(client, plan)
    await desk.pay(sold, Decimal(100000))
    clock.advance(15 * DAY)
    return sold


async def latest(desk: DeskClerk, client: Client) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        found = await SubscriptionService(uow).latest(client.id)
    assert found is not None
    return found


async def test_a_plan_is_changed_for_what_was_shown_and_the_surplus_pays_the_next_sale(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan, week: Plan, clock: FrozenClock
) -> None:
    old = await paid_half_way(desk, rosa, thirty, clock)
    await press(desk, bruno, ManagePlan(old.id))
    await bruno.sees("Thirty days")
    await bruno.taps("🔀 Change plan")
    await bruno.sees("Which plan from today on?")
    await bruno.taps("Week · $30,000")
    shown = await bruno.sees("Change the plan?")
    for line in ("15 unused days are worth $50,000", "$30,000 paid onto", "$20,000 stay", "To pay: $0"):
        assert line in shown.words
    await bruno.taps("✅ Change")
    await bruno.sees("Changed")
    assert await kept(desk, rosa) == Decimal(20000)
    new = await latest(desk, rosa)
    assert (new.plan.name, new.status) == ("Week", SubscriptionStatus.ACTIVE)

    clock.advance(10 * DAY)
    await bruno.sends("Rosa")
    await bruno.taps("🔁 Renew")
    await bruno.sees("Renew this plan?")
    await bruno.taps("✅ Renew")
    await bruno.sees("Credit: $20,000")
    await bruno.taps("💳 Use credit: $20,000")
    await bruno.sees("Still to pay: $10,000")
    assert await kept(desk, rosa) == 0


async def test_a_change_that_cannot_be_says_what_to_do_instead(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan, week: Plan
) -> None:
    old = await desk.sell(rosa, thirty)
    await press(desk, bruno, ManagePlan(old.id))
    await bruno.taps("🔀 Change plan")
    await bruno.taps("Week · $30,000")
    await bruno.sees("Change the plan?")
    await desk.pay(old, Decimal(50000))
    await bruno.taps("✅ Change")
    await bruno.sees("just changed by somebody else")
    await bruno.taps("Look again")
    await bruno.sees("Which plan from today on?")
    assert (await desk.see(old)).status is SubscriptionStatus.PENDING_PAYMENT


async def test_an_employee_cancels_and_keeps_the_surplus_as_credit(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    old = await paid_half_way(desk, rosa, thirty, clock)
    await press(desk, bruno, CancelSubscription(old.id))
    await bruno.sees("Why is it canceled")
    await bruno.sends("moves away")
    await bruno.taps("Unused days: $50,000")
    await bruno.sees("$50,000 are the client's")
    await bruno.taps("💳 Keep as credit")
    await bruno.sees("$50,000 kept as the client's credit")
    await bruno.taps("Cancel the plan")
    await bruno.sees("Credit: $50,000")
    assert (await desk.see(old)).status is SubscriptionStatus.CANCELED
    assert await kept(desk, rosa) == Decimal(50000)


async def test_an_employee_who_wants_money_back_is_led_to_an_admin(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    await desk.pay(old, Decimal(60000))
    clock.advance(15 * DAY)
    await press(desk, bruno, CancelSubscription(old.id))
    await bruno.sends("moves away")
    await bruno.taps("Unused days: $50,000")
    await bruno.taps("Cash")
    await bruno.sees("The money needs an admin")
    await bruno.taps("Cancel the plan")
    await bruno.sees("$10,000 are still the client's")
    assert (await desk.see(old)).account.balance == 0
    await bruno.taps("📨 Ask an admin")
    await bruno.sees("Why?")
    assert EntryKind.REFUND not in {one.kind for one in await entries(desk.gym)}


async def test_an_admin_cancels_with_another_amount_in_money(
    ana: Person, boss: DeskClerk, desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    old = await paid_half_way(desk, rosa, thirty, clock)
    await press(desk, ana, CancelSubscription(old.id))
    await ana.sends("moves away")
    await ana.taps("Another amount")
    await ana.sees("up to $100,000")
    await ana.sends("100001")
    await ana.sees("At most $100,000")
    await ana.sends("80000")
    await ana.taps("Transfer")
    await ana.sees("$80,000 back in money")
    await ana.taps("Cancel the plan")
    await ana.sees("Canceled: Thirty days of Rosa Vargas")
    refund, credit = (await entries(boss.gym))[-2:]
    assert (refund.kind, refund.amount, refund.method) == (EntryKind.REFUND, 80000, Method.TRANSFER)
    assert (credit.kind, credit.amount) == (EntryKind.CREDIT, 80000)


async def test_an_admin_gives_money_back_and_goodwill(
    ana: Person, boss: DeskClerk, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    sold = await desk.sell(rosa, thirty)
    await desk.pay(sold, Decimal(70000))
    await press(desk, ana, ManagePlan(sold.id))
    await ana.taps("💸 Money back")
    await ana.sends("70001")
    await ana.sees("At most $70,000")
    await ana.sends("20000")
    await ana.taps("Cash")
    await ana.sends("was ill")
    await ana.sees("$20,000 back (Cash)")
    await ana.taps("Give it back")
    await ana.sees("Given back: $20,000")
    await press(desk, ana, ManagePlan(sold.id))
    await ana.taps("🤝 Goodwill")
    await ana.sends("40000")
    await ana.sends("the sauna broke")
    shown = await ana.sees("$30,000 off the debt")
    assert "$10,000 kept" in shown.words
    await ana.taps("Credit it")
    await ana.sees("Credited")
    assert (await desk.see(sold)).status is SubscriptionStatus.ACTIVE
    assert await kept(desk, rosa) == Decimal(10000)


async def test_an_employee_asks_for_a_refund_and_sees_no_goodwill(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    sold = await desk.sell(rosa, thirty)
    await desk.pay(sold, Decimal(70000))
    await press(desk, bruno, ManagePlan(sold.id))
    shown = await bruno.sees("Thirty days")
    assert "🤝 Goodwill" not in shown.labels
    await bruno.taps("💸 Money back")
    await bruno.sees("How much is given back")


async def test_the_renew_screen_offers_the_reward_that_waits(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    await desk.sell(rosa, thirty)
    reward = await earn(desk, rosa)
    await bruno.sends("Rosa")
    await bruno.taps("🔁 Renew")
    await bruno.taps("🎁 Use reward −20%")
    await bruno.sees("$80,000")
    await bruno.taps("Discount")
    await bruno.sends("10%")
    await bruno.sees("$70,000")
    await bruno.taps("Confirm")
    await bruno.sees("Renewed")
    assert await spent(desk, reward) == (await latest(desk, rosa)).id
    assert (await latest(desk, rosa)).final_price == Decimal(70000)


async def test_too_large_a_discount_leads_to_an_admin(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    await bruno.sends("Rosa")
    await bruno.taps("🏷 Sell plan")
    await bruno.taps("Thirty days · $100,000")
    await bruno.taps("Other day or discount")
    await bruno.taps("Today")
    await bruno.sends("50%")
    await bruno.sees("You can give up to 10% off")
    await bruno.taps("Confirm")
    await bruno.taps("📨 Ask an admin")
    await bruno.sees("Why?")
    assert await entries(desk.gym) == []


async def test_a_sale_on_taken_days_offers_to_renew(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    await bruno.sends("Rosa")
    await bruno.taps("🏷 Sell plan")
    await bruno.sees("Which plan?")
    await desk.sell(rosa, thirty)
    await bruno.taps("Thirty days · $100,000")
    await bruno.sees("already has Thirty days")
    await bruno.taps("🔁 Renew")
    await bruno.sees("Renew this plan?")


async def test_the_next_plan_starts_when_the_pack_is_used_up(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    pack_plan = await desk.plan(Decimal(90000), visits=10, name="Pack")
    first = await desk.sell(rosa, pack_plan)
    waiting = await desk.renew(rosa, thirty)
    await press(desk, bruno, StartNow(waiting.id))
    await bruno.sees("not used up yet")
    await use_up(desk.gym, first)
    await press(desk, bruno, ManagePlan(waiting.id))
    await bruno.taps("▶️ Start now")
    await bruno.sees("Started today")
    assert (await desk.see(waiting)).starts_on == desk.gym.clock.now().date()


async def test_an_employee_is_not_asked_for_an_amount_when_there_is_none_to_give(
    bruno: Person, desk: DeskClerk, rosa: Client
) -> None:
    used = await desk.sell(rosa, await desk.plan(Decimal(90000), visits=10, name="Pack"))
    await use_up(desk.gym, used)
    await press(desk, bruno, CancelSubscription(used.id))
    await bruno.sends("moves away")
    asked = await bruno.sees("get the unused days back")
    assert "Nothing back" in asked.labels
    assert "Another amount" not in asked.labels


async def test_money_back_is_offered_only_where_there_is_some(
    ana: Person, boss: DeskClerk, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    sold = await boss.sell(rosa, thirty)
    await boss.pay(sold, Decimal(100000))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, Decimal(100000), Method.CASH, "never came")
    await press(boss, ana, ManagePlan(sold.id))
    assert "💸 Money back" not in (await ana.sees("Thirty days")).labels


async def test_an_old_button_asks_again_before_a_waiting_plan_starts(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    first = await desk.sell(rosa, await desk.plan(Decimal(90000), visits=10, name="Pack"))
    waiting = await desk.renew(rosa, thirty)
    await use_up(desk.gym, first)
    shown = pack(StartNow(waiting.id), clock.now())
    clock.advance(timedelta(hours=2))
    await bruno.sends("/start")
    await bruno.taps_button_data(await bruno.last(), shown)
    await bruno.sees("Still do it?")
    assert (await desk.see(waiting)).starts_on == waiting.starts_on


async def test_what_was_confirmed_with_details_is_not_sold_at_another_price(
    bruno: Person, desk: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    await press(desk, bruno, SaleDetails(rosa.id, thirty.id))
    await bruno.sends("20/8/2026")
    await bruno.taps("Skip")
    await bruno.sees("$100,000")
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(PlanPrice).values(amount=Decimal(120000)))
    await bruno.taps("Confirm")
    await bruno.sees("Have a look and try again")
    assert await entries(desk.gym) == []
