"""The real gym's products behind the machine: its services, one operation per transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from gym.payments.models import Method
from gym.payments.tills.cash_counts import CashService
from gym.products.catalogue import CatalogueService
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.products.stock import StockService
from tests.machine.shop.sales import Order
from tests.machine.world import Refused, World, cents, money

PRODUCT: Final = """
INSERT INTO products (id, name, minimum, maximum, tax_percent, created_at) VALUES ($1, $2, $3, $4, 19, $5)
"""
PRICE: Final = "INSERT INTO product_prices (id, product_id, amount, valid_from) VALUES ($1, $2, $3, $4)"


@dataclass(frozen=True)
class ShopServices:
    """One line each: what a rule does to the real gym."""

    world: World

    def stock(self, products: Sequence[tuple[UUID, int]], since: date) -> None:
        """Products with a price in cents, and none of them on the shelf."""
        for number, (key, price) in enumerate(products):
            made = key, f"Product {number}", number, 2 * number or None, self.world.clock.at
            self.world.wait(self.world.rows.execute(PRODUCT, *made))
            self.world.wait(self.world.rows.execute(PRICE, uuid4(), key, money(price), since))

    def sell(self, admin: bool, order: Order, client: UUID | None, key: UUID) -> Any:
        wanted = [WantedPieces(product.key, pieces) for product, pieces in order.wanted]
        paid = [PaidPart(Method(part.method), money(part.cents)) for part in order.parts]
        return self.world.run(
            admin, lambda uow: SaleService(uow).sell(wanted, paid, client, seen=money(order.seen), key=key)
        )

    def pay(self, admin: bool, sale: UUID, amount: int, method: str) -> Any:
        return self.world.run(
            admin, lambda uow: SaleService(uow).take_payment(sale, money(amount), Method(method))
        )

    def void(self, admin: bool, sale: UUID) -> Any:
        return self.world.run(admin, lambda uow: SaleReturns(uow).void(sale, "a mistake"))

    def refund(self, admin: bool, sale: UUID, method: str) -> Any:
        return self.world.run(admin, lambda uow: SaleReturns(uow).refund(sale, Method(method), "it was sour"))

    def receive(self, admin: bool, product: UUID, pieces: int, cost: int) -> Any:
        return self.world.run(admin, lambda uow: StockService(uow).purchase(product, pieces, money(cost)))

    def lose(self, admin: bool, product: UUID, pieces: int) -> Any:
        return self.world.run(admin, lambda uow: StockService(uow).lose(product, pieces, "it fell"))

    def count(self, admin: bool, product: UUID, counted: int, seen: int) -> Any:
        return self.world.run(
            admin, lambda uow: StockService(uow).count(product, counted, "was counted", seen=seen)
        )

    def set_price(self, admin: bool, product: UUID, price: int, day: date) -> Any:
        return self.world.run(admin, lambda uow: CatalogueService(uow).set_price(product, money(price), day))

    def set_active(self, admin: bool, product: UUID, active: bool) -> Any:
        def work(uow: Any) -> Any:
            catalogue = CatalogueService(uow)
            return catalogue.reactivate(product) if active else catalogue.deactivate(product)

        return self.world.run(admin, work)

    def tills(self, day: date) -> dict[tuple[str, str], int]:
        """By whose till and method, in cents; what holds nothing is left out."""
        found = self.world.run(True, lambda uow: CashService(uow).tills(day))
        assert not isinstance(found, Refused), found
        return {
            (till.staff_name, one.method.value): cents(one.expected)
            for till in found
            for one in till.methods
            if one.expected
        }

    def count_cash(self, admin: bool, whose: bool, day: date, counted: int) -> Any:
        """Of the admin's or the employee's till."""
        staff = self.world.actors[whose].staff_id
        assert staff is not None
        return self.world.run(
            admin, lambda uow: CashService(uow).count(day, staff, {Method.CASH: Decimal(counted) / 100})
        )
