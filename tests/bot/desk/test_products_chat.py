"""Products in chat: made, priced, received, counted, written off, bought anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.products.schemas import ProductChanges
from gym.security.permissions import Actor, Role
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.shop import Shop

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    return person


@pytest.fixture
def shop(gym: Gym, admin: Actor) -> Shop:
    return Shop(gym, admin)


async def test_a_product_is_made_received_counted_and_bought_anew(ana: Person, shop: Shop) -> None:
    await ana.sends("/start")
    await ana.taps("Products")
    await ana.sees("There is none yet")
    await ana.taps("New product")
    await ana.sends("Water <still>")
    await ana.sends("3.000")
    await ana.taps("Drinks")
    await ana.taps("6")
    await ana.taps("Add more")
    await ana.sends("7702004003508")
    await ana.taps("Skip")
    await ana.taps("19 %")
    await ana.sends("five")
    asked = await ana.sees("Most to keep: 5")
    assert "Add more" not in asked.words, "what only led on to other questions is no answer"
    await ana.taps("Confirm")
    await ana.sees("cannot be less than the low mark")
    await ana.taps("Change")
    await ana.taps("2/2")
    await ana.taps("Most to keep")
    await ana.sends("24")
    await ana.taps("Confirm")
    await ana.sees("is on sale for $3,000")
    await ana.taps("Look at it")
    shown = await ana.sees("none left")
    for part in ("$3,000", "Drinks", "19 % tax", "7702004003508", "low mark 6"):
        assert part in shown.words
    await ana.taps("Received")
    await ana.sends("doce botellas")
    await ana.sends("1.000")
    await ana.sees("12 at $1,000: $12,000")
    await ana.taps("Confirm")
    await ana.sees("12 left")
    await ana.taps("Back")
    await ana.taps("Write off")
    await ana.sends("2")
    await ana.taps("Broken")
    await ana.taps("Confirm")
    await ana.sees("10 left")
    await ana.taps("Back")
    await ana.taps("Count")
    shown = await ana.sees("Count them")
    assert "10" not in shown.words, "it has to be counted, not agreed to"
    await ana.sends("5")
    await ana.sees("The books say 10, you counted 5: −5")
    await ana.taps("Missing")
    await ana.sees("5 now (−5)")
    await ana.taps("Back")
    await ana.taps("Movements")
    shown = await ana.sees("received +12")
    for part in ("written off −2", "counted −5"):
        assert part in shown.words
    await ana.taps("Back")
    await ana.taps("Back")
    await ana.taps("Shopping list")
    await ana.sees("19 × Water <still>")


async def test_fields_prices_and_stock_taking(ana: Person, shop: Shop) -> None:
    await shop.has(3, "Bar", Decimal(5000))
    await shop.has(2)
    await ana.sends("/start")
    await ana.taps("Products")
    await ana.taps("Water")
    await ana.taps("Change")
    await ana.taps("Low mark")
    await ana.taps("6")
    await ana.sees("Low mark saved")
    await ana.taps("SKU")
    await ana.sends("w-1")
    await ana.sees("W-1")
    await ana.taps("SKU")
    await ana.taps("Empty it")
    await ana.taps("Back")
    await ana.taps("Prices")
    await ana.taps("New price")
    await ana.sends("3.500")
    await ana.sends("tomorrow")
    await ana.sees("$3,000 → $3,500")
    await ana.taps("Save")
    await ana.sees("$3,500 from")
    await ana.taps("Drop new price")
    await ana.sees("$3,000 since")
    await ana.taps("Back")
    await ana.taps("Take off sale")
    await ana.sees("The 2 that are left stay in the books")
    await ana.taps("Take off sale")
    await ana.sees("Not on sale")
    await ana.taps("Put on sale")
    await ana.taps("Back")
    await ana.taps("Stock-taking")
    await ana.sees("1 of 2")
    await ana.sends("3")
    await ana.sees("3, as in the books")
    await ana.taps("Next")
    await ana.sees("2 of 2")
    await ana.sends("0")
    await ana.sends("somebody drank them")
    await ana.sees("0 now (−2)")
    await ana.taps("Next")
    await ana.sees("Everything is counted")


async def test_an_employee_sees_what_there_is_and_changes_nothing(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, shop: Shop
) -> None:
    await shop.has(3)
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/start")
    await bruno.taps("Products")
    await bruno.taps("Water")
    shown = await bruno.sees("3 left")
    assert "cost of one" not in shown.words
    assert [one.label for row in shown.buttons for one in row if one.label not in ("‹ Back", "Home")] == []


async def test_a_product_made_renamed_or_taken_off_while_the_shelf_is_counted_shifts_nobody(
    ana: Person, shop: Shop
) -> None:
    bar, water, zinc = await shop.has(3, "Bar"), await shop.has(2, "Water"), await shop.has(1, "Zinc")
    await ana.sends("/start")
    await ana.taps("Products")
    await ana.taps("Stock-taking")
    await ana.sees("1 of 3")
    await ana.sends("3")
    await ana.sees("Bar: 3, as in the books")
    await shop.has(4, "Apple")
    await shop.catalogue("edit", water.id, ProductChanges(name="Aqua"))
    await shop.catalogue("deactivate", bar.id)
    for place, name, pieces in ((2, "Aqua", 2), (3, "Zinc", 1), (4, "Apple", 4)):
        await ana.taps("Next")
        shown = await ana.sees(f"{place} of 4")
        assert name in shown.words
        await ana.sends(str(pieces))
        await ana.sees(f"{name}: {pieces}, as in the books")
    await ana.taps("Next")
    shown = await ana.sees("Everything is counted")
    await ana.taps_button_data(shown, "sttake|2")
    await ana.sees("3 of 4")
    assert await shop.left(zinc) == 1
