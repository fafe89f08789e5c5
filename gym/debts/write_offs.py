"""Write-offs of debts, of a plan or of products, each by the rule of what it is owed for."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from gym.debts.schemas import Debt, DebtKind
from gym.debts.service import DebtService
from gym.products.sales.write_offs import SaleWriteOffs, require_chased
from gym.subscriptions.money.write_offs import WriteOffs, require_closed
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork


class DebtWriteOffs:
    """By the id of the subscription or the sale."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def writable(self, debt_id: UUID) -> Debt:
        """A debt that may be given up now, by whoever may.

        Raises `SubscriptionNotFound`, `NothingOwed`; of a plan `PlanStillOpen`, of products `SaleTooFresh`.
        """
        debt = await DebtService(self.uow).owing(debt_id)
        if debt.kind is DebtKind.PRODUCTS:
            require_chased(debt.since, self.uow.today)
        else:
            plan = await SubscriptionRepository(self.uow.session).require_loaded(debt_id)
            require_closed(plan, self.uow.today)
        return debt

    async def write_off(
        self, debt_id: UUID, reason: str, *, most: Decimal | None = None, key: UUID | None = None
    ) -> None:
        """Raises what the write-off of a plan or of a sale raises."""
        subscriptions = SubscriptionRepository(self.uow.session)
        if await subscriptions.get(debt_id) is not None:
            await WriteOffs(self.uow).write_off(debt_id, reason, most=most, key=key)
        else:
            await SaleWriteOffs(self.uow).write_off(debt_id, reason, most=most, key=key)
