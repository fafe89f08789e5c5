"""Barcodes in photos sent to the desk: into a basket, into a form, and those that no product has."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.faces.pool import FacePool
from gym.security.permissions import Actor, Role
from tests.support.barcodes import BAR, CODE128, WATER, FewFaces, barcode_photo
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.shop import Shop

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
def eyes() -> FewFaces:
    """Sees no face, until it is told to."""
    return FewFaces()


@pytest.fixture
async def gym(gym: Gym, eyes: FewFaces) -> AsyncGenerator[Gym]:
    pool = FacePool(eyes, workers=1)
    yield replace(gym, face_pool=pool)
    pool.close()


@pytest.fixture
async def hired(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire
) -> Callable[[str, Role], Awaitable[Person]]:
    async def hire(name: str, role: Role) -> Person:
        person = await telegram.person(name)
        await make_staff(person, role)
        return person

    return hire


@pytest.fixture
def shop(gym: Gym, admin: Actor) -> Shop:
    return Shop(gym, admin)


async def test_photos_fill_a_basket_and_an_unknown_code_says_whom_to_ask(
    hired: Callable[[str, Role], Awaitable[Person]], shop: Shop, eyes: FewFaces, clock: FrozenClock
) -> None:
    water = await shop.has(9, barcode=WATER)
    old = await shop.has(2, "Old", sku="OLD-7")
    await shop.catalogue("deactivate", old.id)
    bruno = await hired("Bruno", Role.EMPLOYEE)
    await bruno.sends("/start")
    await bruno.sends_photo(barcode_photo(WATER, turned=8, blur=1))
    await bruno.sees("Sell for $3,000")
    eyes.faces = 1  # an athlete on the label: what a product has is sold
    await bruno.sends_photo(barcode_photo(WATER))
    await bruno.sees("Sell for $6,000")
    await bruno.sends_photo(barcode_photo(BAR))
    await bruno.sees("I do not know this face")
    eyes.faces = 0
    await bruno.sends_photo(barcode_photo(BAR))
    shown = await bruno.sees(f"No product has the barcode {BAR}")
    assert "tell an admin the number" in shown.words
    await bruno.sends_photo(barcode_photo("OLD-7", CODE128))
    await bruno.sees("Old is not on sale")
    await bruno.sends_photo(barcode_photo(WATER))
    await bruno.sees("Sell for $9,000")
    await bruno.taps("A new sale")
    await bruno.sees("Sell for $3,000")
    await bruno.taps("Cash")
    await bruno.sees("Sold for $3,000")
    assert await shop.left(water) == 8
    await bruno.sends_photo(barcode_photo(WATER))
    await bruno.sees("Sell for $12,000")
    clock.advance(timedelta(minutes=11))
    await bruno.sends_photo(barcode_photo(WATER))
    await bruno.sees("Sell for $3,000")


async def test_an_admin_photographs_barcodes_into_products_and_while_counting(
    hired: Callable[[str, Role], Awaitable[Person]], shop: Shop
) -> None:
    bar = await shop.has(3, "Bar", Decimal(5000))
    ana = await hired("Ana", Role.ADMIN)
    await ana.sends("/start")
    await ana.sends_photo(barcode_photo(WATER))
    await ana.taps("New with this barcode")
    await ana.sees(f"🔖 {WATER}")
    await ana.sends("Water")
    await ana.sends("3.000")
    await ana.taps("Drinks")
    await ana.taps("6")
    await ana.taps("That is all")
    await ana.taps("Confirm")
    await ana.sees("is on sale for $3,000")
    await ana.sends_photo(barcode_photo(WATER))
    await ana.sees("Sell for $3,000")

    await ana.sends("/start")
    await ana.taps("Products")
    await ana.taps("Stock-taking")
    await ana.sees("1 of 2")
    await ana.sends_photo(barcode_photo(WATER))
    await ana.sees("This is Water, not Bar")
    await ana.sends_photo(barcode_photo(BAR))
    await ana.sees(f"{BAR} is the barcode of Bar now")
    await ana.sends_photo(barcode_photo(BAR))
    await ana.sees("This is Bar")
    await ana.sends_photo(barcode_photo("LABEL-1", CODE128))
    await ana.sees(f"Bar has another barcode: {BAR}")
    await ana.sends("3")
    await ana.sees("as in the books")
    assert (await shop.see(bar)).product.barcode == BAR

    await ana.sends("/start")
    await ana.taps("Products")
    await ana.taps("Bar")
    await ana.taps("Change")
    await ana.taps("SKU")
    await ana.sends_photo(barcode_photo(WATER, blur=9))
    await ana.sees("I see no barcode there")
    await ana.sends_photo(barcode_photo("BAR-7", CODE128))
    await ana.sees("SKU saved")
    assert (await shop.see(bar)).product.sku == "BAR-7"
