"""Write-offs: what will not be paid for products on account is credited, with a reason; never the own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.clients.locking import lock_books
from gym.payments.errors import owed_only
from gym.payments.locking import same_entry
from gym.payments.models import EntryCause, EntryKind
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.service import PaymentService
from gym.products.sales.errors import SaleTooFresh
from gym.products.sales.notices import tell_written_off
from gym.products.sales.repository import SaleRepository
from gym.products.sales.service import SaleService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

CHASED_FOR: Final = timedelta(days=7)
"""As long as the client is reminded. Else whoever sells a shake to a friend asks for the write-off the same
evening, and an admin who looks at nothing but the reason approves; a wrong sale is taken back whole.
"""


def require_chased(sold_on: date, today: date) -> None:
    """Raises `SaleTooFresh`."""
    if today <= sold_on + CHASED_FOR:
        raise SaleTooFresh(sold_on + CHASED_FOR + timedelta(days=1))


class SaleWriteOffs:
    """Locks as a sale does: the client, then the account."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def write_off(
        self, sale_id: UUID, reason: str, *, most: Decimal | None = None, key: UUID | None = None
    ) -> None:
        """Credit what is owed, at most `most`; the same key does it once. The pieces stay sold.

        Raises `NothingOwed`, `SaleTooFresh`, `OwnMembershipRefused`, `ReasonNeeded`, `SaleNotFound`,
        `KeyReused`.
        """
        self.uow.actor.require(Permission.CREDIT)
        sale = await SaleRepository(self.uow.session).require(sale_id)
        accounts = AccountRepository(self.uow.session)
        client_id = (await accounts.require(sale.account_id)).client_id
        await FourEyes(self.uow).require_another(client_id, Permission.CREDIT)
        if client_id is not None:
            await lock_books(self.uow, client_id, Permission.CREDIT)
        account = await accounts.lock(sale.account_id)
        done = await EntryRepository(self.uow.session).by_key(key)
        if done is not None:
            same_entry(done, account.id, EntryKind.CREDIT, EntryCause.WRITTEN_OFF)
            return
        if not account.balance:
            raise owed_only(account.balance)
        require_chased(sale.gym_day, self.uow.today)
        amount = min(account.balance, most or account.balance)
        entry = await PaymentService(self.uow).credit(
            account.id, amount, reason, EntryCause.WRITTEN_OFF, key=key
        )
        tell_written_off(self.uow, await SaleService(self.uow).receipt(sale_id), entry)
