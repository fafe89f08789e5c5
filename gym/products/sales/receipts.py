"""Receipts of payments for products on a client's account: number, amount, what was bought and when."""

from __future__ import annotations

from gym.clients.repository import ClientRepository
from gym.payments.models import LedgerEntry
from gym.payments.repository import AccountRepository
from gym.payments.schemas import ProductsReceipt
from gym.payments.service import PaymentService
from gym.products.sales.models import ProductSale
from gym.products.sales.notices import words_of
from gym.products.sales.repository import SaleRepository, sold_line
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


class ProductReceipts:
    """Made from the ledger whenever asked for, so that a later void shows on it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._sales = SaleRepository(uow.session)

    async def seen(self, entry: LedgerEntry) -> ProductsReceipt | None:
        """None for a payment of something else; refused to whoever may not see the client.

        Raises `SaleNotFound` for a sale to nobody.
        """
        sale = await self._sales.of_account(entry.account_id)
        if sale is None:
            return None
        account = await AccountRepository(self.uow.session).require(entry.account_id)
        self.uow.actor.require_own_or(Permission.CHECK_IN, account.client_id)
        return await self._made(entry, sale)

    async def of(self, entry: LedgerEntry) -> ProductsReceipt:
        """The receipt of a payment that was just taken for a sale. Raises `SaleNotFound`."""
        sale = await self._sales.of_account(entry.account_id)
        if sale is None:
            raise self._sales.missing
        return await self._made(entry, sale)

    async def _made(self, entry: LedgerEntry, sale: ProductSale) -> ProductsReceipt:
        account = await AccountRepository(self.uow.session).require(entry.account_id)
        if account.client_id is None:  # sold to nobody: its paper is the sale's
            raise self._sales.missing
        client = await ClientRepository(self.uow.session).require(account.client_id)
        payments = PaymentService(self.uow)
        assert entry.receipt_number is not None, "the database numbers every payment"
        assert entry.method is not None, "the database wants a method"
        return ProductsReceipt(
            number=entry.receipt_number,
            entry_id=entry.id,
            client_id=client.id,
            client_name=client.full_name,
            amount=entry.amount,
            method=entry.method,
            balance_after=await payments.balance_after(entry),
            at=entry.at,
            staff_name=entry.staff_name,
            sale_id=sale.id,
            what=words_of([sold_line(line, name) for line, name in await self._sales.lines(sale.id)]),
            sold_on=sale.gym_day,
            voided=bool(await payments.voided([entry.id])),
            destination=entry.destination,
        )
