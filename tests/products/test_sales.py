"""Sales of products: one ledger, one stock, one transaction; taken back whole, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.core.errors import GymError
from gym.debts.schemas import total_of
from gym.debts.service import DebtService
from gym.notifications.models import Notification, NotificationKind
from gym.payments.credit import ClientCredit
from gym.payments.errors import (
    CreditNeedsClient,
    NotEnoughCredit,
    OverPayment,
    PaymentKeyReused,
    VoidNeedsAdmin,
)
from gym.payments.models import Method
from gym.payments.tills.cash_counts import CashService
from gym.products.errors import NotEnoughStock, PiecesInvalid, ProductNotFound
from gym.products.models import Product
from gym.products.sales.baskets import BasketService
from gym.products.sales.errors import (
    AlreadyReturned,
    BasketEmpty,
    BasketGone,
    ProductNotOnSale,
    SaleTotalChanged,
    SaleUnpaid,
)
from gym.products.sales.models import ProductSale, SaleBasket
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, SaleReceipt, WantedPieces
from gym.products.sales.service import SaleService
from gym.security.permissions import Actor, NotAllowed, Role
from gym.staff.errors import OwnMembershipRefused
from gym.staff.models import OwnMembership
from tests.conftest import hire
from tests.races.test_money_leaves_once import BROKEN
from tests.support.memberships import DeskClerk, told
from tests.support.shop import Shop

CASH = Decimal(3000)


@dataclass(frozen=True)
class Seller:
    """Somebody at the desk who sells, one thing per transaction."""

    gym: Gym
    actor: Actor

    async def sells(
        self,
        product: Product,
        pieces: int = 1,
        paid: Sequence[PaidPart] | None = None,
        client: Client | None = None,
        **named: Any,
    ) -> SaleReceipt:
        parts = [PaidPart(Method.CASH, CASH * pieces)] if paid is None else paid

        async def work(uow: Any) -> SaleReceipt:
            wanted = [WantedPieces(product.id, pieces)]
            return await SaleService(uow).sell(wanted, parts, client.id if client else None, **named)

        return await self.gym.run(self.actor, work)

    async def voids(self, sale: SaleReceipt) -> SaleReceipt:
        return await self.gym.run(self.actor, lambda uow: SaleReturns(uow).void(sale.id, "wrong bottle"))

    async def refunds(self, sale: SaleReceipt, method: Method = Method.CASH) -> SaleReceipt:
        return await self.gym.run(
            self.actor, lambda uow: SaleReturns(uow).refund(sale.id, method, "was warm")
        )

    async def pays(self, sale: SaleReceipt, amount: Decimal, method: Method = Method.CASH) -> SaleReceipt:
        return await self.gym.run(
            self.actor, lambda uow: SaleService(uow).take_payment(sale.id, amount, method)
        )

    async def till(self) -> Decimal:
        async with self.gym.unit_of_work(self.actor) as uow:
            assert self.actor.id is not None
            return (await CashService(uow).expected(uow.today, self.actor.id)).expected


@pytest.fixture
async def bruno(gym: Gym) -> Seller:
    return Seller(gym, await hire(gym, "Bruno", Role.EMPLOYEE))


@pytest.fixture
def ana(gym: Gym, admin: Actor) -> Seller:
    return Seller(gym, admin)


@pytest.fixture
async def rosa(gym: Gym, admin: Actor) -> Client:
    return await DeskClerk(gym, admin).client()


async def sound(gym: Gym) -> None:
    """Both invariants of money, and stock that is the sum of its movements."""
    async with gym.unit_of_work(Actor.system()) as uow:
        assert (await uow.session.execute(text(BROKEN))).all() == []
        wrong = text(
            "SELECT p.id FROM products p WHERE quantity < 0 OR quantity <>"
            " (SELECT coalesce(sum(m.quantity), 0) FROM stock_movements m WHERE m.product_id = p.id)"
        )
        assert (await uow.session.execute(wrong)).all() == []


async def credit_of(gym: Gym, client: Client) -> Decimal:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await ClientCredit(uow).balance(client.id)


async def test_a_sale_takes_pieces_out_takes_money_and_stands_in_the_sellers_till(
    shop: Shop, bruno: Seller, gym: Gym
) -> None:
    water, bar = await shop.has(10, tax_percent=Decimal(19)), await shop.has(5, "Bar", Decimal(5000))
    wanted = [WantedPieces(water.id, 2), WantedPieces(bar.id, 1)]
    parts = [PaidPart(Method.CASH, Decimal(6000)), PaidPart(Method.CARD, Decimal(5000))]
    key = new_id()
    async with gym.unit_of_work(bruno.actor) as uow:
        sale = await SaleService(uow).sell(wanted, parts, seen=Decimal(11000), key=key)
    assert [(one.product, one.pieces, one.total) for one in sale.lines] == [
        ("Water", 2, 6000),
        ("Bar", 1, 5000),
    ]
    assert sale.tax == Decimal("957.98")
    assert [(one.method, one.amount, one.receipt_number) for one in sale.payments] == [
        (Method.CASH, 6000, 1),
        (Method.CARD, 5000, 2),
    ]
    assert (sale.total, sale.balance, sale.client_id, sale.seller_name) == (11000, 0, None, "Bruno")
    assert (await shop.left(water), await shop.left(bar)) == (8, 4)
    assert await bruno.till() == 11000
    async with gym.unit_of_work(bruno.actor) as uow:
        again = await SaleService(uow).sell(wanted, parts, key=key)
        assert again.id == sale.id
        found = await SaleService(uow).of_entry(sale.payments[0].id)
        assert found is not None
        assert found.id == sale.id
    assert await shop.left(water) == 8
    async with gym.unit_of_work(bruno.actor) as uow:
        halves = [PaidPart(Method.TRANSFER, Decimal(1000)), PaidPart(Method.TRANSFER, Decimal(2000))]
        twice = await SaleService(uow).sell([WantedPieces(water.id, 1)], halves, key=new_id())
    assert [one.amount for one in twice.payments] == [1000, 2000], "one method may pay two parts"
    await sound(gym)


async def test_what_cannot_be_sold_is_refused_and_leaves_nothing_behind(
    shop: Shop, bruno: Seller, ana: Seller, rosa: Client, gym: Gym
) -> None:
    water, key = await shop.has(3), new_id()
    await bruno.sells(water, key=key)
    old = await shop.has(3, "Old")
    await shop.catalogue("deactivate", old.id)
    gone = Product(id=new_id())
    part = PaidPart
    for fault, selling in (
        (NotEnoughStock, bruno.sells(water, 3)),
        (SaleUnpaid, bruno.sells(water, paid=[part(Method.CASH, Decimal(2000))])),
        (SaleUnpaid, bruno.sells(water, paid=[])),
        (OverPayment, bruno.sells(water, paid=[part(Method.CASH, Decimal(3500))])),
        (CreditNeedsClient, bruno.sells(water, paid=[part(Method.CREDIT, CASH)])),
        (NotEnoughCredit, bruno.sells(water, paid=[part(Method.CREDIT, CASH)], client=rosa)),
        (SaleTotalChanged, bruno.sells(water, seen=Decimal(2900))),
        (ProductNotOnSale, bruno.sells(old)),
        (ProductNotFound, bruno.sells(gone)),
        (PiecesInvalid, bruno.sells(water, 0)),
        (PaymentKeyReused, bruno.sells(water, client=rosa, key=key)),
        (NotAllowed, Seller(gym, Actor.kiosk(new_id(), "Door")).sells(water)),
    ):
        with pytest.raises(fault):
            await selling
    with pytest.raises(BasketEmpty):
        async with gym.unit_of_work(bruno.actor) as uow:
            await SaleService(uow).sell([], [])
    assert (await shop.left(water), await bruno.till()) == (2, 3000)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(OwnMembership(staff_id=bruno.actor.id, client_id=rosa.id))
    with pytest.raises(OwnMembershipRefused):
        await bruno.sells(water, paid=[], client=rosa)
    await ana.sells(water, paid=[], client=rosa)
    await sound(gym)


async def test_a_void_returns_the_pieces_once_and_undoes_money_credit_and_debt(
    shop: Shop, bruno: Seller, ana: Seller, rosa: Client, gym: Gym, clock: FrozenClock
) -> None:
    water = await shop.has(10)
    cash = await bruno.sells(water, 2)
    assert (await bruno.voids(cash)).return_reason == "wrong bottle"
    with pytest.raises(AlreadyReturned):
        await bruno.voids(cash)
    with pytest.raises(AlreadyReturned):
        await ana.refunds(cash)
    assert (await shop.left(water), await bruno.till()) == (10, 0)

    owed = await bruno.sells(water, 2, paid=[PaidPart(Method.CASH, Decimal(1000))], client=rosa)
    assert owed.balance == 5000
    async with gym.unit_of_work(bruno.actor) as uow:
        assert total_of(await DebtService(uow).of_client(rosa.id)) == 5000
        assert [one.id for one in (await SaleService(uow).on_account(client_id=rosa.id)).items] == [owed.id]
    assert (await bruno.pays(owed, Decimal(2000))).balance == 3000
    with pytest.raises(OverPayment):
        await bruno.pays(owed, Decimal(3001))
    back = await ana.refunds(owed, Method.CREDIT)
    assert (back.balance, await credit_of(gym, rosa), await shop.left(water)) == (0, 3000, 10)

    by_credit = await bruno.sells(water, paid=[PaidPart(Method.CREDIT, CASH)], client=rosa)
    assert await credit_of(gym, rosa) == 0
    await bruno.voids(by_credit)
    assert (await credit_of(gym, rosa), await shop.left(water)) == (3000, 10)

    yesterday = await bruno.sells(water)
    by_ana = await ana.sells(water)
    with pytest.raises(VoidNeedsAdmin):
        await bruno.voids(by_ana)
    with pytest.raises(NotAllowed):
        await bruno.refunds(yesterday)
    clock.advance(timedelta(days=1))
    with pytest.raises(VoidNeedsAdmin):
        await bruno.voids(yesterday)
    async with gym.unit_of_work(bruno.actor) as uow:
        await SaleReturns(uow).ask(yesterday.id, "customer is back")
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification.payload).where(Notification.kind == NotificationKind.SALE_VOID_ASKED)
        [asked] = (await uow.session.scalars(query)).all()
    assert (asked["staff_name"], asked["reason"]) == ("Bruno", "customer is back")
    await ana.voids(yesterday)
    assert await shop.left(water) == 9
    await sound(gym)


async def test_of_32_who_sell_the_last_5_at_once_5_do_and_27_are_refused(
    shop: Shop, bruno: Seller, ana: Seller, gym: Gym
) -> None:
    water = await shop.has(5)
    tries = await asyncio.gather(
        *((bruno if number % 2 else ana).sells(water) for number in range(32)), return_exceptions=True
    )
    outcomes = Counter(type(one) for one in tries)
    assert outcomes == {SaleReceipt: 5, NotEnoughStock: 27}
    assert (await shop.left(water), await bruno.till() + await ana.till()) == (0, 15000)
    numbers = sorted(one.payments[0].receipt_number or 0 for one in tries if isinstance(one, SaleReceipt))
    assert numbers == [1, 2, 3, 4, 5], "receipts have no gap for those who were refused"
    await sound(gym)


async def test_sales_of_two_things_in_either_order_voids_and_credit_at_once_never_deadlock(
    shop: Shop, ana: Seller, rosa: Client, gym: Gym
) -> None:
    water, bar = await shop.has(40), await shop.has(40, "Bar", CASH)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ClientCredit(uow).put(rosa.id, Decimal(60000), "opening")

    def both(first: Product, second: Product) -> Callable[[Any], Awaitable[SaleReceipt]]:
        wanted = [WantedPieces(first.id, 1), WantedPieces(second.id, 1)]
        parts = [PaidPart(Method.CREDIT, 2 * CASH)]
        return lambda uow: SaleService(uow).sell(wanted, parts, rosa.id)

    made = [await gym.run(ana.actor, both(water, bar)) for _ in range(3)]
    works: list[Awaitable[object]] = [gym.run(ana.actor, both(water, bar)) for _ in range(6)]
    works += [gym.run(ana.actor, both(bar, water)) for _ in range(6)]
    works += [ana.voids(sale) for sale in made for _ in range(4)]
    works += [ana.refunds(sale, Method.CREDIT) for sale in made for _ in range(4)]
    results = await asyncio.gather(*works, return_exceptions=True)
    wrong = [one for one in results if isinstance(one, BaseException) and not isinstance(one, GymError)]
    assert wrong == []
    assert Counter(type(one) for one in results[12:])[SaleReceipt] == 3, "each came back once"
    sold = sum(isinstance(one, SaleReceipt) for one in results[:12])
    assert await credit_of(gym, rosa) == 60000 - sold * 2 * CASH
    assert await shop.left(water) == await shop.left(bar) == 40 - sold
    await sound(gym)


async def test_a_basket_holds_several_things_and_gives_one_sale(
    shop: Shop, bruno: Seller, ana: Seller, gym: Gym, clock: FrozenClock
) -> None:
    water, bar = await shop.has(10), await shop.has(5, "Bar", Decimal(5000))
    key = new_id()

    async def does(operation: str, *arguments: Any, who: Seller = bruno) -> Any:
        async with gym.unit_of_work(who.actor) as uow:
            return await getattr(BasketService(uow), operation)(*arguments)

    for _ in range(2):
        assert (await does("begin", water.id, None, key)).total == 3000
    assert (await does("put", key, bar.id, 2)).total == 13000
    assert (await does("put", key, water.id, 0)).total == 10000
    with pytest.raises(BasketGone):
        await does("view", key, who=ana)
    sales = [
        await does("sell", key, [PaidPart(Method.CASH, Decimal(10000))], Decimal(10000)) for _ in range(2)
    ]
    assert sales[0].id == sales[1].id == await does("sold", key)
    assert (await shop.left(bar), await shop.left(water)) == (3, 10)
    clock.advance(timedelta(days=2))
    await does("begin", water.id)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert len((await uow.session.scalars(select(SaleBasket))).all()) == 1, "old ones are forgotten"


async def test_a_barcode_scanned_once_counts_once_however_often_its_photo_is_handled(
    shop: Shop, bruno: Seller, ana: Seller, gym: Gym, clock: FrozenClock
) -> None:
    water, bar = await shop.has(10), await shop.has(5, "Bar", Decimal(5000))
    first, second, third = new_id(), new_id(), new_id()

    async def scan(product: Product, key: UUID, who: Seller = bruno) -> dict[str, int]:
        async with gym.unit_of_work(who.actor) as uow:
            view = await BasketService(uow).add(product.id, key)
            return {one.product: one.pieces for one in view.lines}

    for _ in range(2):
        assert await scan(water, first) == {"Water": 1}
    for _ in range(2):
        assert await scan(water, second) == {"Water": 2}, "a second bottle is a second photo"
    clock.advance(timedelta(minutes=20))
    assert await scan(water, second) == {"Water": 2}, "nor does it begin a new basket when it is tried late"
    assert await scan(bar, third) == {"Bar": 1}, "the next customer's"
    assert await scan(bar, third, who=ana) == {"Bar": 1}, "of somebody else's chat it is another photo"


async def told_of_products(gym: Gym) -> list[tuple[str, Any]]:
    """Kind and payload of what was written about sales, in its order."""
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification.kind, Notification.payload).order_by(Notification.id)
        rows = (await uow.session.execute(query)).all()
    return [(str(row.kind), row.payload) for row in rows if "products_" in row.kind]


async def test_the_desk_and_the_client_hear_of_a_sale_and_that_it_was_taken_back(
    shop: Shop, bruno: Seller, ana: Seller, rosa: Client, gym: Gym
) -> None:
    water = await shop.has(9)
    await bruno.voids(await bruno.sells(water, 2))
    [sold, voided] = await told_of_products(gym)
    assert (sold[0], sold[1]["what"], sold[1]["client_name"]) == ("desk_products_sold", "2 × Water", None)
    assert (voided[0], voided[1]["reason"]) == ("desk_products_returned", "wrong bottle")
    assert (voided[1]["staff_name"], voided[1]["paid_out"]) == ("Bruno", None)
    await ana.refunds(await bruno.sells(water, client=rosa))
    await bruno.sells(water, 3, paid=[], client=rosa)
    later = (await told_of_products(gym))[2:]
    assert [kind for kind, _ in later] == [
        "products_bought",
        "desk_products_sold",
        "products_returned",
        "desk_products_returned",
        "products_bought",
        "desk_products_sold",
    ]
    assert [one["owed"] for one in await told(gym, NotificationKind.PRODUCTS_BOUGHT)] == [0, 9000]
    assert [one["paid_out"] for one in await told(gym, NotificationKind.PRODUCTS_RETURNED)] == [3000]


async def test_a_sold_basket_takes_nothing_more_and_one_with_something_off_sale_can_be_emptied(
    shop: Shop, bruno: Seller, gym: Gym
) -> None:
    water, bar = await shop.has(9), await shop.has(9, "Bar", Decimal(5000))

    async def basket(operation: str, *arguments: Any) -> Any:
        return await gym.run(bruno.actor, lambda uow: getattr(BasketService(uow), operation)(*arguments))

    first = await basket("begin", water.id)
    await basket("sell", first.id, [PaidPart(Method.CASH, CASH)], CASH)
    with pytest.raises(BasketGone):
        await basket("put", first.id, bar.id, 1)
    second = await basket("begin", bar.id)
    await basket("put", second.id, bar.id, 3)
    await shop.catalogue("deactivate", bar.id)
    with pytest.raises(ProductNotOnSale):
        await basket("put", second.id, bar.id, 4)
    assert (await basket("put", second.id, bar.id, 2)).lines[0].pieces == 2
    with pytest.raises(ProductNotOnSale):
        await basket("sell", second.id, [PaidPart(Method.CASH, Decimal(10000))], Decimal(10000))
    assert (await basket("put", second.id, bar.id, 0)).lines == []


async def test_the_database_itself_wants_a_sale_paid_or_owed_by_somebody_and_back_whole(
    shop: Shop, bruno: Seller, rosa: Client, gym: Gym
) -> None:
    water = await shop.has(5)
    sale = await bruno.sells(water)
    owing = await bruno.sells(water, paid=[], client=rosa)
    returned = {"returned_at": gym.clock.now(), "return_reason": "by hand"}

    async def refused(work: Callable[[Any], Awaitable[object]]) -> str | None:
        with pytest.raises(IntegrityError) as error:
            async with gym.unit_of_work(Actor.system()) as uow:
                await work(uow)
        return violated_constraint(error.value)

    def take_back(sale_id: UUID) -> Callable[[Any], Awaitable[object]]:
        statement = update(ProductSale).where(ProductSale.id == sale_id).values(**returned)
        return lambda uow: uow.session.execute(statement)

    assert await refused(take_back(sale.id)) == "sales_comes_back_whole"
    assert await refused(take_back(owing.id)) == "sales_comes_back_whole"
    charge = text(
        "INSERT INTO ledger_entries (id, account_id, kind, amount, staff_name, at, gym_day)"
        " VALUES (:id, :account, 'charge', 100, 'x', now(), current_date)"
    )
    values = {"id": new_id(), "account": sale.account_id}
    assert await refused(lambda uow: uow.session.execute(charge, values)) == "accounts_sale_to_nobody"
    await bruno.voids(sale)
    again = text(
        "INSERT INTO stock_movements (id, product_id, kind, quantity, unit_cost, sale_line_id, staff_name,"
        " at, gym_day) SELECT gen_random_uuid(), product_id, kind, quantity, unit_cost, sale_line_id,"
        " staff_name, at, gym_day FROM stock_movements WHERE kind = 'return'"
    )
    assert await refused(lambda uow: uow.session.execute(again)) == "uq_stock_movements_once"
