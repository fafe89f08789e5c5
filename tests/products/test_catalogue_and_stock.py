"""Products with dated prices; stock that is the sum of its movements, whatever anybody tries."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.core.errors import GymError
from gym.notifications.models import Notification, NotificationKind
from gym.payments.errors import ReasonNeeded
from gym.plans.errors import NoPriceChange, PriceChangePending, PriceStartInvalid, PriceStartTooFar
from gym.products.errors import (
    CategoryInvalid,
    MarksInvalid,
    NotEnoughStock,
    PiecesInvalid,
    ProductCodeInvalid,
    ProductCodeTaken,
    ProductNameInvalid,
    ProductNameTaken,
    ProductNotFound,
    ProductPriceInvalid,
    StockKeyReused,
    StockMoved,
    TaxInvalid,
)
from gym.products.models import StockMovementKind
from gym.products.schemas import (
    ProductChanges,
    ProductInput,
    parse_category,
    parse_pieces,
    parse_product_code,
    parse_product_name,
    parse_tax,
)
from gym.security.permissions import Actor, NotAllowed, Role
from tests.conftest import hire
from tests.support.shop import WATER, Shop

TODAY = date(2026, 8, 3)


def test_what_people_type_is_read_or_asked_again() -> None:
    assert parse_product_name("  Agua   con gas ") == "Agua con gas"
    assert parse_product_code(" 770 2004\t003508 ") == "7702004003508"
    assert parse_product_code("agua-01") == "AGUA-01"
    assert parse_category(" Bebidas  frías ") == "Bebidas frías"
    assert [parse_tax(one) for one in ("19", "19 %", "5,5%", "0")] == [19, 19, Decimal("5.5"), 0]
    assert [parse_pieces(one) for one in ("12", "24 botellas", "doce", "1 unidad")] == [12, 24, 12, 1]
    assert parse_pieces("0", least=0) == 0
    for parse, wrong, fault in (
        (parse_product_name, ("", "x", "x" * 81), ProductNameInvalid),
        (parse_product_code, ("", "12", "ñandú", "1" * 41, "a b'c"), ProductCodeInvalid),
        (parse_category, ("", "x", "x" * 41), CategoryInvalid),
        (parse_tax, ("", "101", "-1", "mucho"), TaxInvalid),
        (parse_pieces, ("", "0", "-3", "2 kilos", "1,5", "900000"), PiecesInvalid),
    ):
        for one in wrong:
            with pytest.raises(fault):
                parse(one)


async def test_prices_are_dated_one_change_waits_and_what_is_wrong_is_refused(
    shop: Shop, clock: FrozenClock
) -> None:
    water = await shop.has(0, barcode="770 2004", sku="w-1")

    async def price() -> Decimal:
        return (await shop.see(water)).price

    tomorrow, month = TODAY + timedelta(days=1), TODAY + timedelta(days=30)
    await shop.catalogue("set_price", water.id, Decimal("3200.005"))
    assert await price() == Decimal("3200.01"), "today, at once"
    await shop.catalogue("set_price", water.id, Decimal(4000), month)
    await shop.catalogue("set_price", water.id, Decimal(4000), month)
    with pytest.raises(PriceChangePending):
        await shop.catalogue("set_price", water.id, Decimal(4100), month)
    with pytest.raises(PriceStartInvalid):
        await shop.catalogue("set_price", water.id, WATER, TODAY - timedelta(days=1))
    clock.advance(timedelta(days=1))
    await shop.catalogue("set_price", water.id, Decimal(3500))
    assert (await price(), (await shop.see(water)).coming is None) == (3500, False), (
        "the planned one waits on"
    )
    days = [(one.amount, one.valid_from, one.valid_until) for one in await shop.catalogue("prices", water.id)]
    assert days == [(Decimal("3200.01"), TODAY, tomorrow), (3500, tomorrow, month), (4000, month, None)]
    clock.advance(timedelta(days=29))
    assert await price() == 4000
    with pytest.raises(NoPriceChange):
        await shop.catalogue("cancel_price", water.id, (await shop.catalogue("prices", water.id))[-1].id)
    await shop.catalogue("set_price", water.id, Decimal(5000), month + timedelta(days=9))
    waiting = (await shop.see(water)).coming
    assert waiting is not None
    await shop.catalogue("cancel_price", water.id, waiting.id)
    assert (await shop.see(water)).coming is None
    for amount in (Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("0.001")):
        with pytest.raises(ProductPriceInvalid):
            await shop.catalogue("set_price", water.id, amount)
    with pytest.raises(PriceStartTooFar):
        await shop.catalogue("set_price", water.id, WATER, month + timedelta(days=400))

    assert (await shop.catalogue("by_code", "7702004")).product.id == water.id
    assert (await shop.catalogue("by_code", " W-1")).product.id == water.id
    assert await shop.catalogue("by_code", "999") is None
    for other, fault in (
        ({"name": "WATER"}, ProductNameTaken),
        ({"name": "Bar", "barcode": "7702004"}, ProductCodeTaken),
        ({"name": "Bar", "sku": "W-1"}, ProductCodeTaken),
        ({"name": "Bar", "minimum": 6, "maximum": 5}, MarksInvalid),
    ):
        with pytest.raises(fault):
            await shop.catalogue("create", ProductInput(price=WATER, **other))
    await shop.has(0, "Bar")
    with pytest.raises(ProductNameTaken):
        await shop.catalogue("edit", water.id, ProductChanges(name="bar"))
    await shop.catalogue("edit", water.id, ProductChanges(barcode=None, category="Drinks", minimum=2))
    seen = (await shop.see(water)).product
    assert (seen.barcode, seen.category, seen.minimum, seen.sku) == (None, "Drinks", 2, "W-1")
    await shop.catalogue("deactivate", water.id)
    assert [one.product.name for one in await shop.catalogue("on_sale")] == ["Bar"]
    assert [one.product.name for one in await shop.catalogue("all")] == ["Bar", "Water"]
    await shop.catalogue("reactivate", water.id)
    with pytest.raises(ProductNotFound):
        await shop.catalogue("get", new_id())


async def test_the_same_tap_on_two_workers_makes_one_product_and_one_movement(shop: Shop) -> None:
    key, again = new_id(), new_id()
    data = ProductInput(name="Water", price=WATER)
    made = await asyncio.gather(*(shop.catalogue("create", data, key=key) for _ in range(4)))
    assert len({one.id for one in made}) == 1
    water = made[0]
    for _ in range(3):
        await shop.stock("purchase", water.id, 6, Decimal(1000), key=again)
    assert await shop.left(water) == 6
    with pytest.raises(StockKeyReused):
        await shop.stock("lose", water.id, 1, "broken", key=again)


async def test_stock_is_the_sum_of_its_movements_and_its_cost_their_average(shop: Shop, gym: Gym) -> None:
    water = await shop.has(10, cost=Decimal(1000), minimum=4, maximum=30)
    await shop.stock("purchase", water.id, 5, Decimal(1600))
    assert (await shop.see(water)).product.average_cost == 1200
    await shop.stock("lose", water.id, 3, "bottles broke")
    await shop.stock("count", water.id, 12)
    with pytest.raises(ReasonNeeded):
        await shop.stock("count", water.id, 11)
    with pytest.raises(StockMoved):
        await shop.stock("count", water.id, 12, seen=15)
    await shop.stock("count", water.id, 11, "missing", seen=12)
    await shop.stock("count", water.id, 13, "found two")
    for pieces in (0, -1, 200_000):
        with pytest.raises(PiecesInvalid):
            await shop.stock("purchase", water.id, pieces, Decimal(1))
    with pytest.raises(NotEnoughStock) as few:
        await shop.stock("lose", water.id, 14, "too many")
    assert few.value.context == {"product": "Water", "left": 13}
    rows = (await shop.stock("movements", water.id)).items
    assert [(one.kind, one.quantity) for one in rows][::-1] == [
        (StockMovementKind.PURCHASE, 10),
        (StockMovementKind.PURCHASE, 5),
        (StockMovementKind.LOSS, -3),
        (StockMovementKind.CORRECTION, -1),
        (StockMovementKind.CORRECTION, 2),
    ]
    seen = (await shop.see(water)).product
    assert seen.quantity == sum(one.quantity for one in rows) == 13
    assert seen.average_cost == 1200, "what goes out or is found leaves the average as it is"
    assert await shop.stock("last_cost", water.id) == 1600
    async with gym.unit_of_work(shop.actor) as uow:
        counts = select(AuditEntry.after).where(AuditEntry.action == "stock.counted")
        assert len((await uow.session.scalars(counts)).all()) == 3, "a count without a difference is kept too"


async def test_only_one_of_two_who_take_the_last_pieces_gets_them(shop: Shop) -> None:
    water = await shop.has(5)
    tries = await asyncio.gather(
        *(shop.stock("lose", water.id, 1, "broken") for _ in range(16)), return_exceptions=True
    )
    refused = [one for one in tries if isinstance(one, GymError)]
    assert (len(tries) - len(refused), await shop.left(water)) == (5, 0)
    assert all(isinstance(one, NotEnoughStock) for one in refused)


async def test_admins_hear_once_that_stock_crossed_its_low_mark_and_once_that_it_is_out(
    shop: Shop, gym: Gym
) -> None:
    water = await shop.has(6, minimum=3, maximum=10)

    async def told() -> list[int]:
        async with gym.unit_of_work(Actor.system()) as uow:
            query = select(Notification.payload).where(Notification.kind == NotificationKind.STOCK_LOW)
            return [one["left"] for one in await uow.session.scalars(query.order_by(Notification.id))]

    await shop.stock("lose", water.id, 2, "broken")
    assert await told() == []
    await shop.stock("lose", water.id, 1, "broken")
    await shop.stock("lose", water.id, 1, "broken")
    assert await told() == [3], "once, at the crossing"
    [line] = await shop.stock("shopping_list")
    assert (line.product.name, line.pieces, line.cost) == ("Water", 8, 8000)
    await shop.stock("lose", water.id, 2, "broken")
    assert await told() == [3, 0]
    await shop.stock("purchase", water.id, 9, Decimal(900))
    assert await shop.stock("shopping_list") == []
    await shop.stock("lose", water.id, 9, "flood")
    assert await told() == [3, 0, 0], "a new crossing"


async def test_an_employee_sells_but_neither_prices_nor_moves_stock(shop: Shop, gym: Gym) -> None:
    water = await shop.has(6)
    bruno = Shop(gym, await hire(gym, "Bruno", Role.EMPLOYEE))
    assert await bruno.left(water) == 6
    for service, operation, arguments in (
        ("catalogue", "create", (ProductInput(name="Bar", price=WATER),)),
        ("catalogue", "edit", (water.id, ProductChanges(minimum=1))),
        ("catalogue", "set_price", (water.id, WATER)),
        ("catalogue", "cancel_price", (water.id, new_id())),
        ("catalogue", "deactivate", (water.id,)),
        ("catalogue", "reactivate", (water.id,)),
        ("stock", "purchase", (water.id, 1, WATER)),
        ("stock", "lose", (water.id, 1, "drunk by me")),
        ("stock", "count", (water.id, 5, "missing")),
        ("stock", "movements", (water.id,)),
        ("stock", "last_cost", (water.id,)),
        ("stock", "shopping_list", ()),
    ):
        with pytest.raises(NotAllowed):
            await getattr(bruno, service)(operation, *arguments)


AGAIN = (
    "INSERT INTO stock_movements SELECT :id, product_id, {}, unit_cost, 'gone', staff_id, staff_name, at,"
    " gym_day, NULL FROM stock_movements"
)


async def test_the_database_itself_keeps_stock_true(shop: Shop, gym: Gym) -> None:
    await shop.has(6)
    for statement, constraint in (
        ("UPDATE products SET quantity = quantity + 1", "products_stock_is_derived"),
        ("UPDATE products SET average_cost = 1", "products_stock_is_derived"),
        ("UPDATE stock_movements SET quantity = 60", "stock_movements_append_only"),
        ("DELETE FROM stock_movements", "stock_movements_append_only"),
        ("TRUNCATE stock_movements", "stock_movements_append_only"),
        (AGAIN.format("'loss', -7"), "ck_products_quantity"),
        (AGAIN.format("'sale', 7"), "ck_stock_movements_goes_out"),
        (AGAIN.format("'purchase', -1"), "ck_stock_movements_comes_in"),
    ):
        with pytest.raises(IntegrityError) as refused:
            async with gym.unit_of_work(Actor.system()) as uow:
                await uow.session.execute(text(statement), {"id": new_id()} if ":id" in statement else {})
        assert violated_constraint(refused.value) == constraint
