"""The till, through the real bot: money taken and undone, receipts as files, tills counted, debts chased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.payments.models import EntryKind, Method
from gym.plans.models import Plan
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import PRICE, DeskClerk, entries
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
ACCOUNTS = ("Bancolombia 123", "Nequi <300>")


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
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()


async def open_bank_accounts(gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"bank_accounts": list(ACCOUNTS)})


# Taking money


async def test_the_balance_is_taken_with_two_taps_and_the_receipt_comes_as_a_pdf(
    bruno: Person, telegram: SandboxClient, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.sell(rosa, monthly)
    await bruno.sends("Rosa")
    await bruno.taps("💵 Collect")
    await bruno.sees("Take $150,000")
    await bruno.taps("Cash")
    await bruno.sees("Paid in full")
    await bruno.taps("📄 PDF")
    sent = await bruno.sees_document()
    assert sent.file_name == "PowerGym-1.pdf"
    assert sent.document_url is not None
    assert (await telegram.download(sent.document_url)).startswith(b"%PDF-")


async def test_half_is_paid_now_and_the_rest_is_offered_at_once(
    bruno: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await bruno.sends("Rosa")
    await bruno.taps("💵 Collect")
    await bruno.taps("Other amount")
    question = await bruno.sees("How much is paid")
    assert question.labels[:2] == ["$150,000", "$75,000"]
    await bruno.sends("200000")
    await bruno.sees("Only $150,000 is owed")
    await bruno.taps("$75,000")
    await bruno.taps("Card")
    await bruno.sees("$75,000 of $150,000 (Card)")
    await bruno.taps("Confirm")
    await bruno.sees("Still to pay: $75,000")
    await bruno.taps("💵 Take payment")
    await bruno.sees("Take $75,000")
    assert (await desk.see(sold)).account.balance == Decimal(75000)


async def test_a_transfer_says_to_which_account_it_went(
    bruno: Person, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await open_bank_accounts(desk.gym, boss.actor)
    await desk.sell(rosa, monthly)
    await bruno.sends("Rosa")
    await bruno.taps("💵 Collect")
    await bruno.taps("Transfer")
    await bruno.sees("To which account")
    await bruno.taps("Nequi")
    await bruno.sees("Nequi <300>")
    await bruno.taps("Confirm")
    await bruno.sees("🏦 Nequi <300>")
    assert (await entries(desk.gym))[-1].destination == "Nequi <300>"


async def test_a_clients_credit_pays_what_it_can(
    ana: Person, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    paid = await boss.sell(rosa, monthly)
    await boss.pay(paid)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).credit(paid.id, Decimal(40000), "sauna was closed")
    renewed = await boss.renew(rosa)
    await ana.sends("Rosa")
    await ana.taps("💵 Collect")
    await ana.sees("Credit: $40,000")
    await ana.taps("Use credit: $40,000")
    await ana.sees("Still to pay: $110,000")
    assert (await boss.see(renewed)).account.balance == Decimal(110000)
    last = [one for one in await entries(boss.gym) if one.kind is EntryKind.PAYMENT][-1]
    assert (last.method, last.amount) == (Method.CREDIT, 40000)


async def test_without_credit_none_is_offered(
    bruno: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.sell(rosa, monthly)
    await bruno.sends("Rosa")
    await bruno.taps("💵 Collect")
    offered = await bruno.sees("How is it paid")
    assert not any("credit" in label.casefold() or "earlier" in label for label in offered.labels)


async def test_an_admin_writes_down_money_that_came_yesterday(
    ana: Person, boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await boss.sell(rosa, monthly)
    clock.advance(timedelta(days=1))
    await ana.sends("Rosa")
    await ana.taps("💵 Collect")
    await ana.taps("Paid earlier")
    await ana.sees("On which day")
    await ana.taps("Mon, 3 Aug 2026")
    await ana.taps("$150,000")
    await ana.taps("Cash")
    await ana.sees("Anything to note")
    await ana.sends("given to the trainer")
    await ana.sees("paid on Mon, 3 Aug 2026")
    await ana.taps("Confirm")
    await ana.sees("given to the trainer")
    payment = (await entries(boss.gym))[-1]
    assert (payment.gym_day.day, payment.at.day, payment.note) == (3, 4, "given to the trainer")


async def test_a_day_before_the_sale_is_refused_when_it_is_typed(
    ana: Person, boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await boss.sell(rosa, monthly)
    clock.advance(timedelta(days=1))
    await ana.sends("Rosa")
    await ana.taps("💵 Collect")
    await ana.taps("Paid earlier")
    await ana.sends("1/8/2026")
    await ana.sees("Choose a day from Mon, 3 Aug 2026")
    await ana.sends("3/8")
    await ana.taps("$150,000")
    await ana.taps("Cash")
    await ana.taps("Skip")
    await ana.sees("paid on Mon, 3 Aug 2026")


# Undoing


async def test_ones_own_payment_of_today_is_voided_with_a_reason(
    bruno: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    await bruno.sends("Rosa")
    await bruno.taps("🧾 Payments")
    await bruno.taps("№ 1")
    await bruno.taps("Void")
    await bruno.sends("x")
    await bruno.sees("3 to 300")
    await bruno.sends("wrong <person>")
    await bruno.sees("are owed again afterwards")
    await bruno.taps("Void it")
    await bruno.sees("Voided. To pay now: $150,000")
    assert (await desk.see(sold)).account.balance == PRICE
    await bruno.sends("Rosa")
    await bruno.taps("🧾 Payments")
    listed = await bruno.sees("receipt № 1 voided: wrong <person>")
    assert listed.labels[0].startswith("№ 1")
    await bruno.taps("№ 1")
    voided = await bruno.sees("was voided")
    assert "Void" not in voided.labels
    assert "📄 PDF" in voided.labels


async def test_yesterdays_payment_is_voided_by_asking_an_admin(
    bruno: Person, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    await bruno.sends("Rosa")
    await bruno.taps("🧾 Payments")
    await bruno.taps("№ 1")
    shown = await bruno.sees("Paid in full")
    assert "Void" in shown.labels
    clock.advance(timedelta(days=1))
    await bruno.taps("Void")
    refused = await bruno.sees("Only an admin can void this payment")
    assert "Ask to void" in refused.labels
    await bruno.taps("Ask to void")
    await bruno.sees("Why?")


# A client's history


async def test_refunds_are_in_the_history_and_the_statement_adds_up(
    ana: Person, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold, Decimal(100000))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, Decimal(20000), Method.CARD, "broken locker")
    await ana.sends("Rosa")
    await ana.taps("🧾 Payments")
    await ana.sees("$20,000 given back (Card): broken locker")
    await ana.taps("Back")
    await ana.taps("🏷 Plans")
    await ana.taps("📒 Monthly")
    statement = await ana.sees("charged $150,000, $150,000 to pay")
    assert "receipt № 1 (Cash) -$100,000, $50,000 to pay" in statement.words
    assert "given back, Card (broken locker) $20,000" in statement.words
    assert "To pay: $50,000" in statement.words


async def test_the_credit_has_a_statement_of_its_own(
    ana: Person, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).credit(sold.id, Decimal(40000), "sauna was closed")
    await ana.sends("Rosa")
    await ana.taps("🧾 Payments")
    await ana.taps("💳 Credit: $40,000")
    await ana.sees("$40,000 left: sauna was closed")


# Tills


@pytest.mark.usefixtures("boss")
async def test_an_employee_counts_the_own_till_of_today(
    desk_bot: RunningBot, bruno: Person, ana: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.pay(await desk.sell(rosa, monthly), Decimal(100000))
    await ana.sends("/start")
    await ana.sees("Send a photo, or type a name")
    await bruno.sends("/start")
    await bruno.taps("🧮 Cash count")
    till = await bruno.sees("Cash: $100,000")
    assert "Card" not in till.words
    await bruno.taps("Count")
    await bruno.sees("How much cash is in the till")
    await bruno.sends("some")
    await bruno.sees("not an amount")
    await bruno.sends("99.000")
    await bruno.sees("Anything to note")
    await bruno.sends("a coin rolled away")
    await bruno.sees("$99,000 of $100,000, ⚠️ $1,000 missing")
    await bruno.taps("Confirm")
    await bruno.sees("Counted.")
    await OutboxWorker(desk.gym, desk_bot.assembly.bot).drain()
    told = await ana.sees("does not add up")
    assert "$99,000 instead of $100,000, -$1,000" in told.words
    await bruno.taps("Back")
    await bruno.taps("Count again")
    await bruno.sends("100000")
    await bruno.taps("Skip")
    await bruno.taps("Confirm")
    await bruno.sees("it adds up")
    await bruno.taps("Back")
    both = await bruno.sees("a coin rolled away")
    assert both.words.count("of $100,000") == 2


async def test_an_admin_sees_every_till_of_any_day(
    ana: Person, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold, Decimal(100000))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).take_payment(sold.id, Decimal(5000), Method.CARD)
    clock.advance(timedelta(days=1))
    await ana.sends("/start")
    await ana.taps("🧮 Cash count")
    await ana.sees("No money moved on this day")
    await ana.taps("◀ 3 Aug")
    await ana.sees("Bruno: $105,000, not counted")
    await ana.taps("Bruno")
    await ana.taps("Count")
    await ana.sends("100000")
    await ana.sees("card slips")
    await ana.taps("$5,000")
    await ana.taps("Skip")
    await ana.taps("Confirm")
    await ana.sees("Counted.")
    await ana.taps("Back")
    await ana.sees("counted by Ana")
    await ana.taps("Back")
    await ana.sees("Bruno: $105,000, ✅ it adds up")


# Debts


async def test_debts_are_listed_by_age_and_paid_from_the_list(
    bruno: Person, desk: DeskClerk, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.sell(await desk.client("Otto"), monthly)
    clock.advance(timedelta(days=10))
    await desk.sell(await desk.client("Ida"), await desk.plan(Decimal(90000), name="Mornings"))
    await bruno.sends("/start")
    await bruno.taps("💵 Collect")
    shown = await bruno.sees("2 debts, $240,000")
    assert shown.labels[:2] == ["🟠 $150,000 · 10 days · Otto Vargas", "🟡 $90,000 · today · Ida Vargas"]
    await bruno.taps("🟡 up to 7 days")
    one = await bruno.sees("Shown: up to 7 days")
    assert not any("Otto" in label for label in one.labels)
    await bruno.taps("Ida")
    await bruno.sees("since today")
    await bruno.taps("💵 Take payment")
    await bruno.taps("Cash")
    await bruno.sees("Paid in full")


async def test_a_debt_is_put_off_listed_apart_and_asked_for_again(
    bruno: Person, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.sell(rosa, monthly)
    await bruno.sends("/start")
    await bruno.taps("💵 Collect")
    await bruno.taps("Rosa")
    await bruno.taps("😴 Put off")
    await bruno.sends("1/1/2020")
    await bruno.sees("Choose a day from tomorrow")
    await bruno.sends("10/8/2026")
    await bruno.sees("Nobody asks Rosa Vargas for $150,000 before Mon, 10 Aug 2026")
    await bruno.taps("Back")
    listed = await bruno.sees("put off: 1, $150,000")
    assert not any("Rosa" in label for label in listed.labels)
    await bruno.taps("😴 Put off")
    await bruno.sees("Rosa Vargas: $150,000 until")
    await bruno.taps("Rosa")
    await bruno.taps("Ask again now")
    await bruno.sees("Back among the debts")


async def test_a_debtor_is_reminded_once_a_day(
    desk_bot: RunningBot, bruno: Person, telegram: SandboxClient, desk: DeskClerk, monthly: Plan
) -> None:
    person = await telegram.person("Rosa")
    await desk.sell(await desk.client("Rosa", person.id), monthly)
    await person.sends("/start")
    await person.sees("What would you like to see")
    await bruno.sends("/start")
    await bruno.taps("💵 Collect")
    await bruno.taps("Rosa")
    await bruno.taps("🔔 Remind now")
    await bruno.sees("Rosa Vargas is being reminded")
    await OutboxWorker(desk.gym, desk_bot.assembly.bot).drain()
    await person.sees("$150,000 to pay for Monthly")
    await bruno.taps("🔔 Remind now")
    await bruno.sees("was reminded of this today already")


async def test_nobody_owes_anything_is_said(bruno: Person, desk: DeskClerk) -> None:
    await bruno.sends("/start")
    await bruno.taps("💵 Collect")
    await bruno.sees("Nobody owes anything")
