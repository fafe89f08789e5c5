"""Sales taken back whole: a void undoes their payments, a refund hands the money out; stock returns once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from gym.clients.locking import lock_books
from gym.clients.repository import ClientRepository
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.products import SaleVoidAskedPayload
from gym.payments.credit import ClientCredit
from gym.payments.errors import VoidNeedsAdmin, parse_reason
from gym.payments.ledger import Ledger
from gym.payments.models import Account, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.money_back import MoneyBack
from gym.payments.repository import AccountRepository
from gym.payments.service import PaymentService
from gym.products.models import StockMovementKind
from gym.products.repository import ProductRepository
from gym.products.sales.errors import AlreadyReturned
from gym.products.sales.models import ProductSale
from gym.products.sales.notices import tell_returned
from gym.products.sales.repository import SaleRepository
from gym.products.sales.schemas import SaleReceipt
from gym.products.sales.service import SaleService
from gym.products.stock import StockWriter
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork


class SaleReturns:
    """Locks as a sale does: client, accounts, products. Of two who take a sale back the second is refused."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._sales = SaleRepository(uow.session)

    async def void(self, sale_id: UUID, reason: str) -> SaleReceipt:
        """As if it had not been sold: its payments are void, nothing is owed, its pieces are back.

        By who sold it on the same gym day, later by an admin. Raises `SaleNotFound`, `ReasonNeeded`,
        `VoidNeedsAdmin`, `AlreadyReturned`, and `MoneyGivenBack` where money was handed out already.
        """
        reason = parse_reason(reason)
        sale, account, payments = await self._locked(sale_id)
        if not SaleService(self.uow).may_void(sale, payments):
            raise VoidNeedsAdmin
        for payment in payments:
            await PaymentService(self.uow).void(payment.id, reason)
        await self.uow.session.refresh(account, ["balance"])
        await self._forgive(account, reason)
        return await self._back(sale, "sale.voided", reason, account, None)

    async def refund(self, sale_id: UUID, method: Method, reason: str) -> SaleReceipt:
        """The pieces come back and what was paid for them is handed out by `method`, or kept as credit.

        An admin's. Raises `SaleNotFound`, `ReasonNeeded`, `AlreadyReturned`, `CreditNeedsClient`.
        """
        self.uow.actor.require(Permission.REFUND)
        reason = parse_reason(reason)
        sale, account, _ = await self._locked(sale_id)
        back = MoneyBack(self.uow)
        amount = await back.reversible(account.id)
        if amount:
            await back.give_back(account.id, amount, reason, method, EntryCause.REFUNDED)
        return await self._back(sale, "sale.refunded", reason, account, amount)

    async def ask(self, sale_id: UUID, reason: str) -> None:
        """Tell every admin that a sale should be void; once an hour each. Raises `AlreadyReturned`."""
        self.uow.actor.require(Permission.SELL_PRODUCTS)
        reason = parse_reason(reason)
        sale = await SaleService(self.uow).receipt(sale_id)
        if sale.returned_at is not None:
            raise AlreadyReturned
        payload = SaleVoidAskedPayload(
            sale_id=sale_id, total=sale.total, staff_name=self.uow.actor.name, reason=reason
        )
        for admin in await StaffRepository(self.uow.session).active_admins():
            key = f"sale_void_asked:{sale_id}:{admin}:{self.uow.now:%Y-%m-%dT%H}"
            self.uow.notify(Recipient.staff(admin), payload, dedup_key=key)
        self.uow.audit(
            "sale.void_asked", ("sales", sale_id), None, {"reason": reason}, person_id=sale.client_id
        )

    async def _locked(self, sale_id: UUID) -> tuple[ProductSale, Account, Sequence[LedgerEntry]]:
        accounts = AccountRepository(self.uow.session)
        sale = await self._sales.require(sale_id)
        client_id = (await accounts.require(sale.account_id)).client_id
        await FourEyes(self.uow).require_another(client_id, Permission.TAKE_PAYMENT)
        if client_id is not None:
            await lock_books(self.uow, client_id, Permission.SELL_PRODUCTS)
            credit = await ClientCredit(self.uow).open(client_id)
            await accounts.lock_all(sale.account_id, credit.id)
        account = await accounts.lock(sale.account_id)
        sale = await self._sales.lock(sale_id)
        if sale.returned_at is not None:
            raise AlreadyReturned
        return sale, account, await self._sales.payments(account.id)

    async def _forgive(self, account: Account, reason: str) -> None:
        """What is owed for pieces that came back: no permission of its own, for the void has been judged."""
        if account.balance > Decimal(0):
            await Ledger(self.uow).write(
                account, EntryKind.CREDIT, account.balance, cause=EntryCause.CANCELED, reason=reason
            )

    async def _back(
        self, sale: ProductSale, action: str, reason: str, account: Account, paid_out: Decimal | None
    ) -> SaleReceipt:
        lines = await self._sales.lines(sale.id)
        products = await ProductRepository(self.uow.session).lock_all(line.product_id for line, _ in lines)
        for line, _ in lines:
            await StockWriter(self.uow).write(
                products[line.product_id],
                StockMovementKind.RETURN,
                line.pieces,
                unit_cost=line.unit_cost,
                sale_line_id=line.id,
            )
        sale.returned_at, sale.returned_by, sale.return_reason = self.uow.now, self.uow.actor.staff_id, reason
        await self.uow.session.flush()
        self.uow.audit(action, sale, None, {"reason": reason}, person_id=account.client_id)
        receipt = await SaleService(self.uow).receipt(sale.id)
        tell_returned(self.uow, receipt, reason, paid_out, to_client=await self._is_there(account))
        return receipt

    async def _is_there(self, account: Account) -> bool:
        """False of a sale to nobody, or to somebody who was erased since."""
        if account.client_id is None:
            return False
        client = await ClientRepository(self.uow.session).require(account.client_id)
        return client.erased_at is None
