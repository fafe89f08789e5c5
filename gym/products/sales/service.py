"""Sales of products: stock, price and payment in one transaction, on an account of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.exc import IntegrityError

from gym.clients.locking import lock_client
from gym.clients.repository import ClientRepository
from gym.core.database.engine import violated_constraint
from gym.core.database.repository import Page
from gym.payments.credit import ClientCredit
from gym.payments.errors import CreditNeedsClient, PaymentKeyReused
from gym.payments.models import Account, AccountKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository
from gym.payments.service import PaymentService
from gym.products.errors import PiecesInvalid
from gym.products.models import Product, StockMovementKind
from gym.products.repository import ProductRepository
from gym.products.sales.errors import BasketEmpty, ProductNotOnSale, SaleTotalChanged, SaleUnpaid
from gym.products.sales.models import ProductSale, SaleLine
from gym.products.sales.notices import tell_products_paid, tell_sold
from gym.products.sales.receipts import ProductReceipts
from gym.products.sales.repository import SaleRepository, sold_line
from gym.products.sales.schemas import ZERO, PaidPart, SaleReceipt, WantedPieces
from gym.products.schemas import MOST_PIECES
from gym.products.stock import StockWriter
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

PAID_BY: Final = "paid:"
"""Before a part's number: the name, under a sale's key, of the key of its payment. Not the method's name: two
transfers may go to two accounts."""


class SaleService:
    """Locks the client when there is one, then accounts, then products in the order of their ids, then the
    counter of receipts: of two sales one waits and none deadlocks.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._sales = SaleRepository(uow.session)

    async def sell(
        self,
        wanted: Sequence[WantedPieces],
        paid: Sequence[PaidPart],
        client_id: UUID | None = None,
        *,
        seen: Decimal | None = None,
        key: UUID | None = None,
    ) -> SaleReceipt:
        """Sell pieces at today's prices; what is not paid at once stands on the client's account.

        `seen` is the total that was shown. The same key gives the same sale again. Raises `BasketEmpty`,
        `PiecesInvalid`, `ProductNotFound`, `ProductNotOnSale`, `NotEnoughStock`, `SaleTotalChanged`,
        `SaleUnpaid`, `OverPayment`, `NotEnoughCredit`, `CreditNeedsClient`, `OwnMembershipRefused`.
        """
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        if key is not None and (done := await self._sales.by_key(key)) is not None:
            return await self._same(done, client_id)
        _check(wanted)
        await FourEyes(self.uow).require_another(client_id, Permission.SELL_PRODUCTS)
        account = await self._open(client_id, paid)
        products = await ProductRepository(self.uow.session).lock_all(one.product_id for one in wanted)
        prices = await self._prices(products)
        total = sum((prices[one.product_id] * one.pieces for one in wanted), ZERO)
        if seen is not None and seen != total:
            raise SaleTotalChanged(total)
        rest = total - sum((one.amount for one in paid), ZERO)
        if rest > 0 and client_id is None:
            raise SaleUnpaid(rest)
        sale = await self._write(account, key)
        if sale is None:
            return await self._first(key, client_id)
        for one in wanted:
            await self._take_out(sale, products[one.product_id], one.pieces, prices[one.product_id])
        self.uow.audit(
            "sale.made",
            sale,
            None,
            {"total": total, "pieces": sum(one.pieces for one in wanted)},
            person_id=client_id,
        )
        await PaymentService(self.uow).charge(account, total)
        for number, one in enumerate(paid):
            await self._pay(account, one, number, key)
        receipt = await self.receipt(sale.id)
        tell_sold(self.uow, receipt)
        return receipt

    async def take_payment(
        self,
        sale_id: UUID,
        amount: Decimal,
        method: Method,
        *,
        key: UUID | None = None,
        destination: str | None = None,
    ) -> SaleReceipt:
        """Money for products that stand on a client's account. Raises what `PaymentService.take` raises."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        sale = await self._sales.require(sale_id)
        account = await AccountRepository(self.uow.session).require(sale.account_id)
        if method is Method.CREDIT and account.client_id is not None:
            await lock_client(self.uow, account.client_id, Permission.TAKE_PAYMENT)
        entry = await PaymentService(self.uow).take(
            sale.account_id, amount, method, key=key, destination=destination
        )
        tell_products_paid(self.uow, [await ProductReceipts(self.uow).of(entry)])
        return await self.receipt(sale_id)

    async def receipt(self, sale_id: UUID) -> SaleReceipt:
        """A sale as it stands now. Raises `SaleNotFound`."""
        sale = await self._sales.require(sale_id)
        account = await AccountRepository(self.uow.session).require(sale.account_id)
        self.uow.actor.require_own_or(Permission.SELL_PRODUCTS, account.client_id)
        payments = await self._sales.payments(account.id)
        client = (
            await ClientRepository(self.uow.session).get(account.client_id) if account.client_id else None
        )
        return SaleReceipt(
            id=sale.id,
            account_id=account.id,
            client_id=account.client_id,
            client_name=client.full_name if client else None,
            at=sale.at,
            seller_name=sale.seller_name,
            lines=[sold_line(line, name) for line, name in await self._sales.lines(sale.id)],
            payments=payments,
            balance=account.balance,
            returned_at=sale.returned_at,
            return_reason=sale.return_reason,
            may_void=sale.returned_at is None and self.may_void(sale, payments),
        )

    async def of_entry(self, entry_id: UUID) -> SaleReceipt | None:
        """The sale that an entry of the ledger is of; None for one of a plan."""
        sale = await self._sales.of_entry(entry_id)
        return await self.receipt(sale.id) if sale else None

    async def on_account(self, page: int = 0, client_id: UUID | None = None) -> Page[SaleReceipt]:
        """Sales with something left to pay, the oldest first."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        found = await self._sales.open_sales(page, client_id)
        receipts = [await self.receipt(sale.id) for sale, _, _ in found.items]
        return Page(receipts, found.number, found.total, found.size)

    async def count_on_account(self, client_id: UUID | None = None) -> int:
        """How many sales have something left to pay."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return await self._sales.count_open(client_id)

    async def today(self, page: int = 0) -> Page[SaleReceipt]:
        """The day's sales, the latest first: all of them for an admin, else the own."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        own = None if self.uow.actor.may(Permission.REPORT_ALL) else self.uow.actor.staff_id
        found = await self._sales.of_day(self.uow.today, own, page)
        return Page(
            [await self.receipt(one.id) for one in found.items], found.number, found.total, found.size
        )

    def may_void(self, sale: ProductSale, payments: Sequence[LedgerEntry]) -> bool:
        """An admin always; who sold it on the same gym day, unless a colleague took some of the money."""
        actor = self.uow.actor
        if actor.may(Permission.VOID_ANY):
            return True
        own = actor.is_staff(sale.sold_by) and sale.gym_day == self.uow.today
        may = actor.may(Permission.VOID_OWN_TODAY)
        return own and may and all(PaymentService(self.uow).may_void(one) for one in payments)

    async def _open(self, client_id: UUID | None, paid: Sequence[PaidPart]) -> Account:
        """The sale's own account; with credit the client and the credit are locked before any product."""
        by_credit = any(one.method is Method.CREDIT for one in paid)
        if client_id is None and by_credit:
            raise CreditNeedsClient
        if client_id is not None:
            await lock_client(self.uow, client_id, Permission.SELL_PRODUCTS)
            if by_credit:
                credit = await ClientCredit(self.uow).open(client_id)
                await AccountRepository(self.uow.session).lock(credit.id)
        return await PaymentService(self.uow).open_account(client_id, AccountKind.SALE)

    async def _prices(self, products: dict[UUID, Product]) -> dict[UUID, Decimal]:
        """Of today. Raises `ProductNotOnSale`."""
        for product in products.values():
            if not product.active:
                raise ProductNotOnSale(product.name)
        priced = await ProductRepository(self.uow.session).priced(
            self.uow.today, active_only=True, keys=products
        )
        return {one.product.id: one.price for one in priced}

    async def _write(self, account: Account, key: UUID | None) -> ProductSale | None:
        """None when another process has sold by the same key first."""
        sale = ProductSale(
            account_id=account.id,
            sold_by=self.uow.actor.staff_id,
            seller_name=self.uow.actor.name,
            at=self.uow.now,
            gym_day=self.uow.today,
            idempotency_key=key,
        )
        try:
            async with self.uow.session.begin_nested():
                return await self._sales.add(sale)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_sales_idempotency_key":
                return None
            raise

    async def _take_out(self, sale: ProductSale, product: Product, pieces: int, price: Decimal) -> None:
        line = SaleLine(
            sale_id=sale.id,
            product_id=product.id,
            pieces=pieces,
            unit_price=price,
            tax_percent=product.tax_percent,
            unit_cost=product.average_cost,
        )
        self.uow.session.add(line)
        await self.uow.session.flush()
        await StockWriter(self.uow).write(product, StockMovementKind.SALE, -pieces, sale_line_id=line.id)

    async def _pay(self, account: Account, part: PaidPart, number: int, key: UUID | None) -> None:
        paying = uuid5(key, f"{PAID_BY}{number}") if key else None
        await PaymentService(self.uow).take(
            account.id, part.amount, part.method, key=paying, destination=part.destination
        )

    async def _same(self, done: ProductSale, client_id: UUID | None) -> SaleReceipt:
        """What the key has sold before. Raises `PaymentKeyReused` when that was for somebody else."""
        receipt = await self.receipt(done.id)
        if receipt.client_id != client_id:
            raise PaymentKeyReused
        return receipt

    async def _first(self, key: UUID | None, client_id: UUID | None) -> SaleReceipt:
        assert key is not None, "without a key none can be twice"
        done = await self._sales.by_key(key)
        if done is None:
            raise PaymentKeyReused
        return await self._same(done, client_id)


def merged(wanted: Sequence[WantedPieces]) -> list[WantedPieces]:
    """One row a product."""
    found: dict[UUID, WantedPieces] = {}
    for one in wanted:
        before = found.get(one.product_id)
        found[one.product_id] = replace(one, pieces=one.pieces + before.pieces) if before else one
    return list(found.values())


def _check(wanted: Sequence[WantedPieces]) -> None:
    if not wanted:
        raise BasketEmpty
    if any(not 0 < one.pieces <= MOST_PIECES for one in wanted) or merged(wanted) != list(wanted):
        raise PiecesInvalid
