"""Division of a sum that arrived: what of it pays old debts, what the quoted plan, what becomes credit."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from uuid import UUID

from gym.core.errors import GymError
from gym.debts.service import DebtService
from gym.payments.ledger import positive
from gym.security.permissions import Permission
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.service import SubscriptionService
from gym.transfers.models import TransferQuote
from gym.transfers.repository import PaymentProofRepository
from gym.transfers.schemas import DividedSum, debts_of_quote
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class ProofDivision:
    """Reads only: a booking decides anew, under its locks."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def divide(self, proof_id: UUID, amount: Decimal) -> DividedSum:
        """As an approval with this amount would book it now. Raises `ProofNotFound`, `AmountNotPositive`."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        proof = await PaymentProofRepository(self.uow.session).require_loaded(proof_id)
        owed = {one.id: one.balance for one in await DebtService(self.uow).of_client(proof.client_id)}
        quoted = sum((owed.get(one.debt_id, ZERO) for one in debts_of_quote(proof.quote)), ZERO)
        left = positive(amount)
        debts = min(left, quoted)
        plan = min(left - debts, await self._price(proof.quote))
        return DividedSum(proof.quote.plan_name, debts, plan, left - debts - plan)

    async def _price(self, quote: TransferQuote) -> Decimal:
        """Of the plan: the quoted one or today's lower one. A plan that cannot be sold counts as quoted: its
        approval says why.
        """
        if quote.plan_id is None or quote.price is None:
            return ZERO
        subscriptions, price = SubscriptionService(self.uow), quote.price
        with suppress(GymError):
            if await SubscriptionRepository(self.uow.session).latest_id(quote.client_id) is None:
                offered = await subscriptions.quote_sale(quote.client_id, quote.plan_id)
            else:
                offered = await subscriptions.quote_renewal(quote.client_id, quote.plan_id)
            price = min(price, offered.final_price)
        return price
