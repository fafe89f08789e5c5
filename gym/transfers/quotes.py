"""Quotes for a transfer: a plan's price and debts as the desk would ask for them now, held for two days."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.clients.repository import ClientRepository
from gym.debts.repository import DebtRepository
from gym.rewards.repository import RewardRepository
from gym.security.permissions import Permission
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.sales.offers import Offers
from gym.subscriptions.schemas import PriceReductions, Quote
from gym.transfers.errors import NothingToPay, PaymentKeyNotFound
from gym.transfers.models import ProofState, TransferQuote
from gym.transfers.repository import PaymentKeyRepository, PaymentProofRepository, TransferQuoteRepository
from gym.transfers.schemas import AwaitedQuote, QuotedDebt, TransferOffer, debts_of_quote
from gym.unit_of_work import UnitOfWork

HOLDS: Final = timedelta(hours=48)
AWAITS_PROOF: Final = timedelta(days=7)
"""So long a picture that a member sends, and no form has asked for, is taken for the proof of a quote."""
MOST_A_DAY: Final = 20
"""Quotes that one member may ask for on one gym day."""
SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of a reference: without those that are mistaken for each other when they are typed."""
LENGTH: Final = 6


class TransferQuotes:
    """For a client in person, and for staff who would sell."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._quotes = TransferQuoteRepository(uow.session)

    async def offer(self, client_id: UUID, plan_id: UUID | None, *, with_debts: bool = True) -> TransferOffer:
        """What is to be sent for a plan (a renewal where there was one before), for debts, or for both.

        Without a plan it is the debts alone. The best reward that the client has earned is taken off.
        Raises the refusals of a sale, `NothingToPay`.
        """
        self.uow.actor.require_own_or(Permission.SELL, client_id)
        debts = (
            await DebtRepository(self.uow.session).of_client(client_id, self.uow.today) if with_debts else ()
        )
        plan = await self._plan(client_id, plan_id) if plan_id else None
        found = TransferOffer(plan, debts)
        if not found.amount:
            raise NothingToPay
        return found

    async def quote(
        self,
        client_id: UUID,
        plan_id: UUID | None,
        key_id: UUID,
        *,
        with_debts: bool = True,
        seen: str | None = None,
    ) -> TransferQuote:
        """Keep an offer for `HOLDS`, with a reference of its own; the same one again gives the first quote.

        `seen` is the amount that was on the screen, as text: with another one by now `JustChanged` is raised.
        Raises what `offer` raises, `PaymentKeyNotFound`, `TooOftenToday`.
        """
        offered = await self.offer(client_id, plan_id, with_debts=with_debts)
        if seen not in (None, str(offered.amount)):
            raise JustChanged
        key = await PaymentKeyRepository(self.uow.session).require(key_id)
        if not key.shown:
            raise PaymentKeyNotFound
        quote = self._row(client_id, offered, key.id, key.label, await self._reference())
        same = await self._same(quote)
        if same is not None:
            return same
        await self.uow.require_below_daily_limit("transfer.quoted", MOST_A_DAY)
        await self._quotes.add(quote)
        after = {"amount": quote.amount, "plan": quote.plan_name, "key": quote.key_label}
        self.uow.audit("transfer.quoted", quote, after=after)
        return quote

    async def get(self, quote_id: UUID) -> TransferQuote:
        """Raises `TransferQuoteNotFound`, `NotAllowed`."""
        quote = await self._quotes.require(quote_id)
        self.uow.actor.require_own_or(Permission.SELL, quote.client_id)
        return quote

    async def awaiting_proof(self, client_id: UUID) -> Sequence[AwaitedQuote]:
        """What a picture of the client's may be the proof of, the newest first.

        No older than `AWAITS_PROOF`, not paid, and without what was quoted again and paid since then.
        """
        self.uow.actor.require_own_or(Permission.SELL, client_id)
        quotes = await self._quotes.since(client_id, self.uow.now - AWAITS_PROOF)
        proofs = await PaymentProofRepository(self.uow.session).of_quotes([one.id for one in quotes])
        sent = {one.quote_id: one for one in proofs if one.waits(self.uow.now)}
        booked = {one.quote_id: one.decided_at for one in proofs if one.state is ProofState.APPROVED}
        paid = [(_subject(one), booked[one.id]) for one in quotes if one.id in booked]
        return [
            AwaitedQuote(one, sent.get(one.id))
            for one in quotes
            if one.id not in booked
            and not any(_subject(one) == subject and at and one.created_at <= at for subject, at in paid)
        ]

    async def _same(self, asked: TransferQuote) -> TransferQuote | None:
        """The quote of the very same, while it holds: the bank's app may show its reference by now."""
        quotes = await self._quotes.since(asked.client_id, self.uow.now - HOLDS)
        proofs = await PaymentProofRepository(self.uow.session).of_quotes([one.id for one in quotes])
        paid = {one.quote_id for one in proofs if one.state is ProofState.APPROVED}
        fitting = [
            one
            for one in quotes
            if one.id not in paid and one.holds_until > self.uow.now and _terms(one) == _terms(asked)
        ]
        return fitting[0] if fitting else None

    async def _plan(self, client_id: UUID, plan_id: UUID) -> Quote:
        client = await ClientRepository(self.uow.session).require(client_id)
        offers = Offers(self.uow)
        if await SubscriptionRepository(self.uow.session).latest_id(client_id) is None:
            return await offers.sale(client, plan_id, None)
        rewards = await RewardRepository(self.uow.session).waiting(client_id, self.uow.today)
        return await offers.renewal(client, plan_id, PriceReductions(reward=rewards[0] if rewards else None))

    def _row(
        self, client_id: UUID, offered: TransferOffer, key_id: UUID, label: str, reference: str
    ) -> TransferQuote:
        plan = offered.plan
        return TransferQuote(
            client_id=client_id,
            reference=reference,
            plan_id=plan.plan.id if plan else None,
            plan_name=plan.plan.name if plan else None,
            price=plan.final_price if plan else None,
            reward_id=plan.reward.id if plan and plan.reward else None,
            renews_id=plan.renews_id if plan else None,
            starts_on=plan.starts_on if plan else None,
            ends_on=plan.ends_on if plan else None,
            debts=[QuotedDebt(one.id, one.balance).packed() for one in offered.debts],
            amount=offered.amount,
            key_id=key_id,
            key_label=label,
            created_at=self.uow.now,
            holds_until=self.uow.now + HOLDS,
        )

    async def _reference(self) -> str:
        """A new one: 31 signs six times are 887 million, so a second draw is rare."""
        while True:
            drawn = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
            if not await self._quotes.is_reference(drawn):
                return drawn


def _subject(quote: TransferQuote) -> tuple[UUID | None, frozenset[UUID]]:
    """What is paid, whatever it costs and however it is sent."""
    return quote.plan_id, frozenset(one.debt_id for one in debts_of_quote(quote))


def _terms(quote: TransferQuote) -> tuple[object, ...]:
    """Everything that a member is told, apart from the reference and the days."""
    debts = [(one.debt_id, one.amount) for one in debts_of_quote(quote)]
    plan = (quote.plan_id, quote.renews_id, quote.price, quote.reward_id)
    return *plan, debts, quote.amount, quote.key_id, quote.key_label
