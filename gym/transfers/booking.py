"""Booking of an approved proof: the plan is sold at the quoted price, and the money pays it and the debts."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.debts.joint_payments import JointReceipt
from gym.debts.lump_sums import LumpSums, MoneySource
from gym.debts.service import DebtService
from gym.payments.models import Method
from gym.rewards.repository import RewardRepository
from gym.subscriptions.discounts import Discount
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import Quote, mark_of
from gym.subscriptions.service import SubscriptionService
from gym.transfers.errors import QuoteOutdated, SoldMeanwhile
from gym.transfers.models import PaymentProof, TransferQuote
from gym.transfers.repository import PaymentProofRepository
from gym.transfers.schemas import debts_of_quote
from gym.unit_of_work import UnitOfWork

ZERO: Final = Decimal(0)


class ProofBooking:
    """Called with the proof's row settled by this transaction; locks the client next."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionService(uow)
        self._proofs = PaymentProofRepository(uow.session)

    async def sell(self, proof: PaymentProof, seen: str | None) -> Subscription | None:
        """Sell or renew what was quoted, at the quoted price where the proof came in time.

        A price that has fallen since is today's, and the rest of the money becomes credit. `seen` is the mark
        of a `SoldMeanwhile` or `QuoteOutdated` that was on the screen: one more period, or today's price, is
        agreed to. Raises both, and the refusals of a sale.
        """
        quote = proof.quote
        if quote.plan_id is None or quote.price is None:
            return None
        subscriptions = SubscriptionRepository(self.uow.session)
        await subscriptions.lock_client(proof.client_id)
        done = await subscriptions.by_key(quote.id)
        if done is not None and done.status is not SubscriptionStatus.CANCELED:
            return done  # by an earlier proof whose payment was voided since
        renews = await subscriptions.latest_id(proof.client_id) is not None
        reward_id = await self._reward(quote)
        offered = await self._offered(quote, quote.plan_id, reward_id, renews=renews)
        mark = _expected(quote, offered, seen)
        rise = max(ZERO, offered.final_price - quote.price)
        used = reward_id is None and await self._is_reward_used(quote)
        if rise and (used or await self._proofs.first_sent(proof) > quote.holds_until):
            if seen != mark:
                raise QuoteOutdated(
                    quote.price, offered.final_price, quote.holds_until, mark, reward_used=used
                )
            rise = ZERO
        key = quote.id if done is None else proof.id
        return await self._sell(quote, quote.plan_id, reward_id, Discount.of(rise), key, renews=renews)

    async def take(self, proof: PaymentProof, amount: Decimal, sold: Subscription | None) -> JointReceipt:
        """Pay the quoted debts, then the plan, with this amount; without both, all that is owed.

        By what the price has fallen since it was quoted, credit may arise though the actor may give none.
        Raises what a lump sum raises.
        """
        quote = proof.quote
        order = [one.debt_id for one in debts_of_quote(quote)] + ([sold.id] if sold else [])
        if quote.plan_id is not None and sold is None:
            order = [one.id for one in await DebtService(self.uow).of_client(proof.client_id)]
        fallen = max(ZERO, quote.price - sold.final_price) if sold and quote.price is not None else ZERO
        return await LumpSums(self.uow).take(
            proof.client_id, order, amount, self._source(quote), key=proof.id, granted=fallen
        )

    async def _offered(
        self, quote: TransferQuote, plan_id: UUID, reward_id: UUID | None, *, renews: bool
    ) -> Quote:
        if renews:
            return await self._subscriptions.quote_renewal(quote.client_id, plan_id, reward_id=reward_id)
        return await self._subscriptions.quote_sale(quote.client_id, plan_id)

    async def _sell(
        self,
        quote: TransferQuote,
        plan_id: UUID,
        reward_id: UUID | None,
        off: Discount,
        key: UUID,
        *,
        renews: bool,
    ) -> Subscription:
        """`off` is what the price has risen by: the gym's word given two days ago, so no limit holds it."""
        if renews:
            return await self._subscriptions.renew(
                quote.client_id, plan_id, discount=off, granted=off, reward_id=reward_id, key=key
            )
        return await self._subscriptions.sell(quote.client_id, plan_id, discount=off, granted=off, key=key)

    async def _reward(self, quote: TransferQuote) -> UUID | None:
        """The quoted reward, if it can still be used; the price holds without it."""
        if quote.reward_id is None:
            return None
        waiting = await RewardRepository(self.uow.session).waiting(quote.client_id, self.uow.today)
        return quote.reward_id if quote.reward_id in {one.id for one in waiting} else None

    async def _is_reward_used(self, quote: TransferQuote) -> bool:
        """Whether it has lowered another price since; an expired one holds with the quote."""
        if quote.reward_id is None:
            return False
        reward = await RewardRepository(self.uow.session).get(quote.reward_id)
        return reward is not None and reward.redeemed_at is not None

    def _source(self, quote: TransferQuote) -> MoneySource:
        known = quote.key_label in self.uow.settings.bank_accounts
        return MoneySource(
            Method.TRANSFER,
            note=f"{quote.key_label} · {quote.reference}",
            destination=quote.key_label if known else None,
        )


def _expected(quote: TransferQuote, offered: Quote, seen: str | None) -> str:
    """The mark of what would be sold, which agrees to one more period too.

    Raises `SoldMeanwhile` where the client's latest period is another one than when it was quoted, unless
    that is agreed to: what was quoted is that other period, and a second one would follow it.
    """
    latest = offered.renews
    if latest is None or latest.id == quote.renews_id:
        return offered.mark
    sold, mark = mark_of(latest.id), mark_of(latest.id, offered.mark)
    if seen not in (sold, mark):
        raise SoldMeanwhile(latest.plan.name, latest.starts_on, latest.ends_on, sold)
    return mark
