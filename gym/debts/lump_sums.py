"""Lump sums: money that came as one amount, for several debts in an order; the rest becomes credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.debts.joint_payments import JointReceipt, part_keys
from gym.debts.notices import tell_paid_together
from gym.debts.repository import DebtRepository
from gym.debts.schemas import Debt, DebtKind, total_of
from gym.payments.credit import ClientCredit
from gym.payments.errors import NoPlanForCredit, SurplusNeedsAdmin
from gym.payments.ledger import positive
from gym.payments.models import Method
from gym.payments.repository import AccountRepository
from gym.payments.schemas import JointPart
from gym.payments.service import PaymentService
from gym.payments.surpluses import Surpluses
from gym.products.sales.receipts import ProductReceipts
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.models import Subscription
from gym.subscriptions.money.notices import tell_refunded
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class SumPart:
    """What of a sum goes to one account: for its debt, or as a `surplus` into the client's credit."""

    account_id: UUID
    amount: Decimal
    plan: Subscription | None
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class MoneySource:
    """How the sum came: `note` stands on every receipt, `destination` is the bank account of a transfer."""

    method: Method
    note: str | None = None
    destination: str | None = None


class LumpSums:
    """Locks the client, then the plans in the order of their debts, then all accounts at once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._settlement = PaymentSettlement(uow)

    async def take(
        self,
        client_id: UUID,
        debt_ids: Sequence[UUID],
        amount: Decimal,
        source: MoneySource,
        *,
        key: UUID,
        granted: Decimal = ZERO,
    ) -> JointReceipt:
        """Pay these debts (ids of subscriptions and sales) one after another, as far as the amount goes.

        What is left after them is kept as the client's credit, by a payment of its own with the client's
        latest plan; above `granted` it needs `CREDIT`, as nobody has checked it against a debt. The parts'
        keys follow from `key`, as those of a joint payment. Raises `AmountNotPositive`, `SurplusNeedsAdmin`,
        `NoPlanForCredit` where no plan was ever sold, `OwnMembershipRefused`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        await FourEyes(self.uow).require_another(client_id, Permission.TAKE_PAYMENT)
        await self._subscriptions.lock_client(client_id)
        owed = {
            one.id: one for one in await DebtRepository(self.uow.session).of_client(client_id, self.uow.today)
        }
        chosen = [owed[one] for one in debt_ids if one in owed]
        self._require_surplus(chosen, positive(amount), granted)
        parts = await self._split(client_id, chosen, positive(amount))
        credit = await ClientCredit(self.uow).open(client_id)
        accounts = AccountRepository(self.uow.session)
        await accounts.lock_all(*{one.account_id for one in parts}, credit.id)
        done: list[JointPart] = []
        for part, part_key in zip(parts, part_keys(key, len(parts)), strict=True):
            done.append(await self._take(part, source, part_key))
        tell_paid_together(self.uow, done, {one.plan.id: one.plan for one in parts if one.plan})
        return JointReceipt(done)

    def _require_surplus(self, chosen: Sequence[Debt], amount: Decimal, granted: Decimal) -> None:
        owed = total_of(chosen)
        if amount > owed + granted and not self.uow.actor.may(Permission.CREDIT):
            raise SurplusNeedsAdmin(owed)

    async def _split(self, client_id: UUID, debts: Sequence[Debt], amount: Decimal) -> list[SumPart]:
        parts: list[SumPart] = []
        for one in debts:
            paid = min(one.balance, amount)
            if not paid:
                break
            plan = await self._subscriptions.lock_loaded(one.id) if one.kind is DebtKind.PLAN else None
            parts.append(SumPart(one.account_id, paid, plan))
            amount -= paid
        return [*parts, await self._surplus(client_id, parts, amount)] if amount else parts

    async def _surplus(self, client_id: UUID, parts: Sequence[SumPart], amount: Decimal) -> SumPart:
        """With the last plan that is paid, else with the client's latest one, a canceled one at the last."""
        plan = next((one.plan for one in reversed(parts) if one.plan), None)
        if plan is None:
            latest = await self._subscriptions.latest(client_id)
            latest = latest or await self._subscriptions.last_canceled(client_id)
            if latest is None:
                raise NoPlanForCredit(ZERO)
            plan = await self._subscriptions.lock_loaded(latest.id)
        return SumPart(plan.account_id, amount, plan, surplus=True)

    async def _take(self, part: SumPart, source: MoneySource, key: UUID) -> JointPart:
        if part.surplus and part.plan is not None:
            return await self._keep(part, part.plan, source, key)
        owed_before = part.plan.account.balance if part.plan else ZERO
        entry = await PaymentService(self.uow).take(
            part.account_id,
            part.amount,
            source.method,
            source.note,
            key,
            destination=source.destination,
        )
        if part.plan is None:
            return await ProductReceipts(self.uow).of(entry)
        await self._settlement.settle(part.plan, owed_before)
        return await SubscriptionReceipts(self.uow).of(entry, part.plan)

    async def _keep(self, part: SumPart, plan: Subscription, source: MoneySource, key: UUID) -> JointPart:
        payment, kept = await Surpluses(self.uow).take(
            part.account_id, part.amount, source.method, source.note, key, destination=source.destination
        )
        tell_refunded(self.uow, kept, plan)
        return await SubscriptionReceipts(self.uow).of(payment, plan)
