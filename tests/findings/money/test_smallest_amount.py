"""What is computed can be paid with coins that exist; what is less is not owed and keeps nobody out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest
from sqlalchemy import func, select, update

from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.money import round_down, round_up, usual_smallest
from gym.debts.service import DebtService
from gym.payments.models import EntryCause, EntryKind
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor
from gym.settings.models import GymState
from gym.settings.schemas import GymSettings
from gym.staff.errors import SmallestAmountOutside
from gym.staff.service import StaffService
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.discounts import Discount, DiscountTooLarge, require_within
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.findings.money.conftest import Chat, cancel, credit_of
from tests.support.memberships import PRICE, DeskClerk, entries, run_nightly

FIFTY: Final = Decimal(50)


@pytest.mark.parametrize(
    ("currency", "smallest"),
    [("COP", "50"), ("MXN", "0.50"), ("CLP", "10"), ("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.01")],
)
def test_the_smallest_amount_is_the_currencys_own(currency: str, smallest: str) -> None:
    assert usual_smallest(currency) == Decimal(smallest)
    assert GymSettings.model_validate({"currency": currency}).smallest_amount == Decimal(smallest)


def test_an_admins_own_smallest_amount_outlives_the_currency() -> None:
    assert GymSettings.model_validate({"currency": "EUR", "smallest_amount": "0.05"}).smallest_amount == (
        Decimal("0.05")
    )


async def change(boss: DeskClerk, **changes: object) -> GymSettings:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await StaffService(uow).change_settings(changes)


@pytest.mark.parametrize("typed", ["50.000", "1.001", "0", "-50", "a coin", Decimal(50000), Decimal(0)])
async def test_it_is_no_smallest_part_of_a_payment(boss: DeskClerk, typed: object) -> None:
    with pytest.raises(SmallestAmountOutside) as refused:
        await change(boss, smallest_amount=typed)
    assert refused.value.context["high"] == Decimal(1000)
    assert (await boss.gym.settings()).smallest_amount == FIFTY


async def test_the_largest_that_is_offered_is_taken(boss: DeskClerk) -> None:
    assert (await change(boss, smallest_amount="1.000")).smallest_amount == Decimal(1000)


async def test_another_currency_brings_its_own_and_takes_it_away_again(boss: DeskClerk) -> None:
    assert (await change(boss, currency="EUR")).smallest_amount == Decimal("0.01")
    assert (await change(boss, currency="COP")).smallest_amount == FIFTY
    await change(boss, smallest_amount="100")
    assert (await change(boss, currency="EUR")).smallest_amount == Decimal("0.01")
    assert (await boss.gym.settings()).smallest_amount == Decimal("0.01")


async def test_one_that_was_stored_too_large_forgives_no_debt(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings={"smallest_amount": "50000"}))
    sold = await boss.sell(rosa, monthly)
    assert (await boss.pay(sold, PRICE - 40000)).balance_after == Decimal(40000)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert (await AttendanceService(uow).check_in_client(rosa.id)).code is VerdictCode.PAYMENT_DUE


@pytest.mark.parametrize("typed", ["50.000", "0"])
async def test_the_chat_says_what_the_smallest_amount_is(chat: Chat, typed: str) -> None:
    await chat.sends("/start")
    await chat.taps("⚙️ Settings", "💵 Money", "Smallest amount")
    await chat.sends(typed)
    high = chat.t.money(Decimal(1000))
    await chat.sees(SmallestAmountOutside.message, high=high)


@pytest.mark.parametrize(("amount", "down", "up"), [("42580.65", 42550, 42600), ("42550", 42550, 42550)])
def test_amounts_are_rounded_in_favour_of_the_client(amount: str, down: int, up: int) -> None:
    assert (round_down(Decimal(amount), FIFTY), round_up(Decimal(amount), FIFTY)) == (down, up)


@pytest.mark.parametrize(
    ("percent", "price", "left"),
    [
        ("12.5", 85000, 74350),
        ("10", 99990, 89950),
        ("100", 99990, 0),
        ("0", 99990, 99990),
        ("33", 150000, 100500),
    ],
)
def test_a_percentage_leaves_what_can_be_paid(percent: str, price: int, left: int) -> None:
    off = Discount.percent(Decimal(percent)).on(Decimal(price), FIFTY)
    assert price - off == left
    require_within(off, Decimal(price), Decimal(percent), FIFTY)
    with pytest.raises(DiscountTooLarge):
        require_within(off + 1, Decimal(price), Decimal(percent), FIFTY)


def test_a_discount_that_was_typed_is_what_it_is() -> None:
    assert Discount(Decimal("1234.56")).on(PRICE, FIFTY) == Decimal("1234.56")


async def days_later(desk: DeskClerk, clock: FrozenClock, days: int) -> None:
    clock.advance(timedelta(days=days))


async def test_a_changed_plan_is_paid_with_coins_that_exist(
    desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    """The case that was seen: $42,580.65 to pay, 42,550 paid, $30.65 left and a shut door."""
    month = await desk.plan(Decimal(60000), unit=DurationUnit.DAY, count=31)
    old = await desk.sell(rosa, month)
    await desk.pay(old, Decimal(60000))
    await days_later(desk, clock, 22)
    other = await desk.plan(Decimal(59990), name="Mornings")
    async with desk.gym.unit_of_work(desk.actor) as uow:
        quote = await PlanChangeService(uow).quote(old.id, other.id)
        assert quote.value % 50 == quote.to_pay % 50 == 0
        new = await PlanChangeService(uow).change(old.id, other.id, seen=quote.mark)
    assert new.account.balance == quote.to_pay
    assert quote.value == Decimal(17450), "9 of 31 days are worth 17,419.35"
    forgiven = [one for one in await entries(desk.gym) if one.cause is EntryCause.ROUNDING]
    assert [(one.kind, one.amount, one.account_id) for one in forgiven] == [
        (EntryKind.CREDIT, Decimal(40), new.account_id)
    ]
    await desk.pay(new, quote.to_pay)
    assert (await desk.see(new)).status is SubscriptionStatus.ACTIVE


async def test_what_is_left_of_a_typed_payment_and_too_small_is_not_owed(
    desk: DeskClerk, rosa: Client
) -> None:
    sold = await desk.sell(rosa, await desk.plan(Decimal("42580.65")))
    receipt = await desk.pay(sold, Decimal(42550))
    assert receipt.balance_after == 0
    seen = await desk.see(sold)
    assert (seen.status, seen.account.balance) == (SubscriptionStatus.ACTIVE, 0)
    assert (await entries(desk.gym))[-1].cause is EntryCause.ROUNDING
    voided = await desk.void(receipt.entry_id)
    assert voided.account.balance == Decimal(42550)


async def test_fifty_is_still_owed(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    assert (await desk.pay(sold, PRICE - FIFTY)).balance_after == FIFTY
    assert (await desk.see(sold)).status is SubscriptionStatus.PENDING_PAYMENT


async def test_pro_rata_is_given_up_to_a_coin_and_never_above_what_was_paid(
    boss: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    month = await boss.plan(Decimal(60000), unit=DurationUnit.DAY, count=31)
    sold = await boss.sell(rosa, month)
    await boss.pay(sold, Decimal(60000))
    await days_later(boss, clock, 1)
    await cancel(boss, sold, RefundMode.PRO_RATA)
    assert await credit_of(boss, rosa) == Decimal(58100), "30 of 31 days are worth 58,064.52"


@pytest.mark.parametrize(("debt", "code"), [("49.99", VerdictCode.ADMITTED), ("50", VerdictCode.PAYMENT_DUE)])
async def test_less_than_the_smallest_amount_keeps_nobody_out(
    desk: DeskClerk, rosa: Client, debt: str, code: VerdictCode
) -> None:
    """Also where an earlier release has left it."""
    await desk.sell(rosa, await desk.plan(Decimal(debt)))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        assert (await AttendanceService(uow).check_in_client(rosa.id)).code is code


@pytest.mark.parametrize(("debt", "code"), [("49.99", VerdictCode.ADMITTED), ("50", VerdictCode.PAYMENT_DUE)])
async def test_neither_does_so_little_of_an_ended_plan(
    boss: DeskClerk,
    rosa: Client,
    monthly: Plan,
    clock: FrozenClock,
    debt: str,
    code: VerdictCode,
) -> None:
    await boss.sell(rosa, await boss.plan(Decimal(debt), unit=DurationUnit.DAY, name="Day"))
    await days_later(boss, clock, 2)
    await boss.pay(await boss.sell(rosa, monthly))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await StaffService(uow).change_settings({"closed_debt_denies": True})
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert (await AttendanceService(uow).check_in_client(rosa.id)).code is code


async def test_the_sale_charges_what_the_quote_has_rounded(desk: DeskClerk, rosa: Client) -> None:
    plan = await desk.plan(Decimal(99990))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        ten = Discount.percent(Decimal(10))
        quote = await SubscriptionService(uow).quote_sale(rosa.id, plan.id, discount=ten)
        sold = await SubscriptionService(uow).sell(rosa.id, plan.id, discount=ten, seen=quote.mark)
    assert (sold.final_price, sold.account.balance) == (89950, 89950)


async def left_to_pay(boss: DeskClerk, sold: Subscription, left: Decimal) -> Subscription:
    """So little of it is owed, as when the gym's smallest amount was a peso."""
    await change(boss, smallest_amount="1")
    await boss.pay(sold, sold.account.balance - left)
    await change(boss, smallest_amount="50")
    return await boss.see(sold)


@pytest.mark.parametrize(
    ("left", "status"),
    [("49", SubscriptionStatus.ACTIVE), ("50", SubscriptionStatus.PENDING_PAYMENT)],
)
async def test_too_little_to_be_paid_is_forgiven_overnight(
    boss: DeskClerk, rosa: Client, monthly: Plan, left: str, status: SubscriptionStatus
) -> None:
    sold = await left_to_pay(boss, await boss.sell(rosa, monthly), Decimal(left))
    assert sold.status is SubscriptionStatus.PENDING_PAYMENT
    await run_nightly(boss.gym)
    await run_nightly(boss.gym)
    assert (await boss.see(sold)).status is status
    written = [one for one in await entries(boss.gym) if one.cause is EntryCause.ROUNDING]
    forgiven = status is SubscriptionStatus.ACTIVE
    assert [(one.kind, one.amount) for one in written] == [(EntryKind.CREDIT, Decimal(49))] * forgiven
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert (await DebtService(uow).overview()).total.count == (not forgiven)
        trail = select(func.count()).where(
            AuditEntry.action == "ledger.credit", AuditEntry.after["cause"].astext == "rounding"
        )
        assert await uow.session.scalar(trail) == forgiven


async def test_an_ended_plan_of_which_too_little_is_owed_is_a_paid_one(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await left_to_pay(boss, await boss.sell(rosa, monthly), Decimal(49))
    await days_later(boss, clock, 40)
    await run_nightly(boss.gym)
    seen = await boss.see(sold)
    assert (seen.status, seen.account.balance) == (SubscriptionStatus.EXPIRED, 0)
