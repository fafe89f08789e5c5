"""Selling products in chat: three taps, baskets, two methods, on account, taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.desk.memberships.sales import OfferPlan
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.money import Debts
from bot.ui.buttons.plans import ShowSale
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryKind, Method
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.security.permissions import Actor, Role
from tests.attendance.conftest import settle
from tests.support.memberships import DeskClerk, entries
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.shop import Shop

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


@pytest.fixture
def shop(gym: Gym, admin: Actor) -> Shop:
    return Shop(gym, admin)


async def test_one_thing_is_sold_in_three_taps_and_voided_once(bruno: Person, shop: Shop) -> None:
    water = await shop.has(5)
    await bruno.sends("/start")
    await bruno.taps("Sell")
    await bruno.taps("Water · $3,000")
    await bruno.taps("Cash")
    shown = await bruno.sees("Sold for $3,000")
    assert "Cash: $3,000, receipt № 1" in shown.words
    assert await shop.left(water) == 4
    await bruno.taps("PDF")
    await bruno.taps("Void")
    await bruno.sends("wrong bottle")
    await bruno.sees("the pieces are back in stock")
    await bruno.taps("Void it")
    await bruno.sees("was taken back")
    assert await shop.left(water) == 5
    await bruno.sends("/start")
    await bruno.taps("Sell")
    await bruno.taps("Today's sales")
    await bruno.taps("↩️ $3,000")
    await bruno.sees("was taken back")


async def test_after_a_check_in_what_sells_at_this_hour_is_sold_in_three_taps(
    bruno: Person, shop: Shop, gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    """Shakes in the evening, water in the morning; what sells most in all comes after that."""
    rosa = await DeskClerk(gym, admin).client()
    for name, pieces, hours in (("Apple", 0, 0), ("Shake", 3, 0), ("Water", 5, 9)):
        product = await shop.has(9, name)
        clock.advance(timedelta(hours=hours))
        if pieces:
            async with gym.unit_of_work(admin) as uow:
                part = PaidPart(Method.CASH, 3000 * Decimal(pieces))
                await SaleService(uow).sell([WantedPieces(product.id, pieces)], [part])
    await DeskClerk(gym, admin).sell(rosa, await DeskClerk(gym, admin).plan(Decimal(0)))
    await bruno.sends("/start")
    await bruno.taps("Sell")
    shown = await bruno.sees("What is sold?")
    assert shown.labels[:3] == ["Water · $3,000", "Shake · $3,000", "Apple · $3,000"]
    clock.advance(timedelta(hours=15))
    await bruno.sends("Rosa")
    await bruno.taps("Check in")
    await bruno.sees("entry recorded")
    await bruno.taps("Sell")
    shown = await bruno.sees("What is sold?")
    assert shown.labels[:3] == ["Shake · $3,000", "Water · $3,000", "Apple · $3,000"]
    await bruno.taps("Shake")
    await bruno.taps("On account")
    shown = await bruno.sees("Sold for $3,000")
    assert "Rosa Vargas" in shown.words


async def test_a_basket_two_methods_and_the_last_piece(bruno: Person, shop: Shop) -> None:
    water = await shop.has(5)
    bar = await shop.has(1, "Bar", Decimal(5000))
    await bruno.sends("/start")
    await bruno.taps("Sell")
    await bruno.taps("Water")
    await bruno.taps("➕")
    await bruno.sees("Sell for $6,000")
    await bruno.taps("Something else")
    await bruno.taps("Bar")
    await bruno.sees("Sell for $11,000")
    await bruno.taps("Two methods")
    await bruno.sends("12.000")
    await bruno.sees("Only $11,000 is owed")
    await bruno.sends("6.000")
    await bruno.taps("Card")
    await bruno.sees("And the other $5,000?")
    await bruno.taps("Cash")
    await bruno.taps("Confirm")
    shown = await bruno.sees("Sold for $11,000")
    assert "Card: $6,000" in shown.words
    assert "Cash: $5,000" in shown.words
    assert (await shop.left(water), await shop.left(bar)) == (3, 0)
    await bruno.taps("Sell more")
    await bruno.taps("Bar")
    await bruno.taps("Cash")
    refused = await bruno.sees("By the books no Bar is left")
    assert "Sell for $5,000" in refused.words, "the basket stands below the reason"
    await bruno.taps("➖")
    await bruno.sees("The basket is empty")


async def test_a_price_that_moved_is_shown_and_sold_by_the_next_tap(bruno: Person, shop: Shop) -> None:
    water = await shop.has(5)
    await bruno.sends("/start")
    await bruno.taps("Sell")
    await bruno.taps("Water")
    await bruno.sees("Sell for $3,000")
    await shop.catalogue("set_price", water.id, Decimal(3500))
    await bruno.taps("Cash")
    refused = await bruno.sees("The price has changed: it is $3,500 now")
    assert "Sell for $3,500" in refused.words
    await bruno.taps("Cash")
    await bruno.sees("Sold for $3,500")


async def test_a_client_buys_on_account_pays_later_and_with_credit(
    bruno: Person, shop: Shop, gym: Gym, admin: Actor
) -> None:
    await shop.has(9)
    rosa = await DeskClerk(gym, admin).client()
    async with gym.unit_of_work(Actor.system()) as uow:
        await ClientCredit(uow).put(rosa.id, Decimal(3000), "from before")
    await bruno.sends("Rosa")
    await bruno.taps("Product")
    await bruno.sees("Rosa Vargas")
    await bruno.taps("Water")
    await bruno.taps("On account")
    await bruno.sees("Still to pay: $3,000")
    await bruno.sends("Rosa")
    await bruno.sees("On account: $3,000")
    await bruno.taps("Products to pay: $3,000")
    await bruno.sees("Rosa Vargas: $3,000")
    await bruno.taps("$3,000 · 1 × Water")
    await bruno.taps("Cash")
    shown = await bruno.sees("Cash: $3,000")
    assert "Still to pay" not in shown.words
    await bruno.taps("Sell more")
    await bruno.taps("Water")
    await bruno.taps("Use credit")
    await bruno.sees("Client credit: $3,000")
    await bruno.sends("Rosa")
    await bruno.taps("Payments")
    await bruno.taps("№ 1")
    await bruno.sees("Sold for $3,000")


async def test_a_tab_is_found_among_the_debts_put_off_and_paid(
    bruno: Person, shop: Shop, gym: Gym, admin: Actor
) -> None:
    water = await shop.has(9)
    rosa = await DeskClerk(gym, admin).client(telegram_id=77)
    async with gym.unit_of_work(admin) as uow:
        await SaleService(uow).sell([WantedPieces(water.id, 2)], [], rosa.id)
    await bruno.sends("/start")
    await bruno.taps_button_data(await bruno.last(), pack(Debts(), gym.clock.now()))
    shown = await bruno.sees("1 debt, $6,000")
    assert "🟡 $6,000 · today · Rosa Vargas" in shown.labels
    await bruno.taps("🟡 $6,000")
    shown = await bruno.sees("🥤 2 × Water")
    assert "📅 on account since" in shown.words
    await bruno.taps("Remind now")
    await bruno.sees("Rosa Vargas is being reminded")
    await bruno.taps("Put off")
    await bruno.taps("6 Aug")
    await bruno.sees("Nobody asks Rosa Vargas for $6,000 before")
    await bruno.taps_button_data(await bruno.last(), pack(Debts(), gym.clock.now()))
    await bruno.taps("😴 Put off")
    await bruno.taps("$6,000")
    await bruno.taps("Ask again now")
    await bruno.taps("Take payment")
    await bruno.taps("Cash")
    await bruno.sees("Cash: $6,000")
    await bruno.taps_button_data(await bruno.last(), pack(Debts(), gym.clock.now()))
    await bruno.sees("Nobody owes anything")


async def test_a_tab_of_a_week_is_written_off_from_the_debts(
    telegram: SandboxClient, make_staff: Hire, desk_bot: RunningBot, shop: Shop, gym: Gym, clock: FrozenClock
) -> None:
    ana = await telegram.person("Ana")
    boss = await make_staff(ana, Role.ADMIN)
    water = await shop.has(9)
    rosa = await DeskClerk(gym, boss).client()
    async with gym.unit_of_work(boss) as uow:
        await SaleService(uow).sell([WantedPieces(water.id, 2)], [], rosa.id)
    clock.advance(timedelta(days=8))
    await ana.sends("/start")
    await ana.taps_button_data(await ana.last(), pack(Debts(), gym.clock.now()))
    await ana.taps("Rosa")
    await ana.taps("🧹 Write off")
    await ana.sends("moved away")
    shown = await ana.sees("What is owed is written off")
    assert "🥤 2 × Water" in shown.words
    await ana.taps("Write it off")
    await ana.sees("Rosa Vargas owes nothing for 2 × Water")


async def test_everything_is_charged_in_two_taps_a_tab_among_it(
    bruno: Person, shop: Shop, gym: Gym, admin: Actor
) -> None:
    water = await shop.has(9)
    ana = DeskClerk(gym, admin)
    rosa = await ana.client()
    async with gym.unit_of_work(admin) as uow:
        await SaleService(uow).sell([WantedPieces(water.id, 2)], [], rosa.id)
    monthly = await ana.plan()
    await bruno.sends("/start")
    await bruno.taps_button_data(await bruno.last(), pack(OfferPlan(rosa.id, monthly.id), gym.clock.now()))
    shown = await bruno.sees("Sell this plan?")
    assert "⚠️ Older debt: $6,000 for 2 × Water" in shown.words
    await bruno.taps("✅ Sell")
    await bruno.taps("💵 Charge everything: $156,000")
    shown = await bruno.sees("🥤 2 × Water")
    assert "Only 2 × Water: $6,000" in shown.labels
    await bruno.taps("Cash")
    shown = await bruno.sees("Paid $156,000")
    assert "№ 1: $6,000 for 2 × Water" in shown.words
    assert "№ 2: $150,000 for Monthly" in shown.words
    await bruno.taps("PDF")
    await bruno.sees_document()


async def test_a_transfer_for_a_tab_says_to_which_account(
    bruno: Person, shop: Shop, gym: Gym, admin: Actor
) -> None:
    await settle(gym, bank_accounts=["Bancolombia 123", "Nequi 300"])
    water = await shop.has(9)
    rosa = await DeskClerk(gym, admin).client()
    async with gym.unit_of_work(admin) as uow:
        tab = await SaleService(uow).sell([WantedPieces(water.id, 2)], [], rosa.id)
    await bruno.sends("/start")
    await bruno.taps_button_data(await bruno.last(), pack(ShowSale(tab.id), gym.clock.now()))
    await bruno.taps("Transfer")
    await bruno.sees("To which account?")
    await bruno.taps("Nequi 300")
    await bruno.sees("Transfer: $6,000")
    [payment] = [one for one in await entries(gym) if one.kind is EntryKind.PAYMENT]
    assert payment.destination == "Nequi 300"


async def test_the_next_day_an_employee_asks_an_admin_who_pays_it_out(
    bruno: Person,
    telegram: SandboxClient,
    make_staff: Hire,
    shop: Shop,
    clock: FrozenClock,
    gym: Gym,
    desk_bot: RunningBot,
) -> None:
    water = await shop.has(5)
    ana = await telegram.person("Ana")
    await make_staff(ana, Role.ADMIN)
    await ana.sends("/start")
    await bruno.sends("/start")
    await bruno.taps("Sell")
    await bruno.taps("Water")
    await bruno.taps("Cash")
    await bruno.sees("Sold for")
    clock.advance(timedelta(days=1))
    await bruno.taps("Void")
    await bruno.taps("Ask to void")
    await bruno.sends("it was warm")
    await bruno.taps("✅ Ask")
    await bruno.sees("The admins were asked")
    await OutboxWorker(gym, desk_bot.assembly.bot).drain()
    await ana.sees("asks to void a sale of products for $3,000")
    await ana.taps("Look at the sale")
    await ana.taps("Take it back, pay it out")
    await ana.taps("Cash")
    await ana.sends("it was warm")
    await ana.sees("$3,000 are handed back (Cash)")
    await ana.taps("Confirm")
    await ana.sees("was taken back")
    assert await shop.left(water) == 5
