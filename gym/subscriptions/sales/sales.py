"""Insertion of a sold subscription: its account, charge, row, closed days and reward, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.payments.errors import PaymentKeyReused
from gym.payments.models import AccountKind
from gym.payments.service import PaymentService
from gym.rewards.redeeming import PricedSubscription, RewardRedemption
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.freezes.repository import FreezeRepository
from gym.subscriptions.freezes.rescheduling import closed_row, freeze_facts
from gym.subscriptions.models import Freeze, Subscription, SubscriptionStatus
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import Quote
from gym.subscriptions.status.statuses import due_status
from gym.unit_of_work import UnitOfWork

ONE_AT_A_TIME = frozenset({"ex_subscriptions_no_overlap", "uq_subscriptions_one_waiting"})


class Sales:
    """Inserts what a quote describes. The caller holds the client's row locked."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)

    async def made_by(self, key: UUID | None, client_id: UUID) -> Subscription | None:
        """What an earlier tap with the same key has sold. Raises `PaymentKeyReused`."""
        done = await self._subscriptions.by_key(key)
        if done is not None and done.client_id != client_id:
            raise PaymentKeyReused
        return done

    async def open(self, quote: Quote, key: UUID | None, action: str) -> Subscription:
        """Charge the price, insert, spend the reward and record. The days of `quote` are free by now.

        Raises `JustChanged` when the database says that another sale was faster, and what `redeem` raises.
        """
        payments = PaymentService(self.uow)
        account = await payments.open_account(quote.client.id, AccountKind.SUBSCRIPTION)
        if quote.final_price:
            await payments.charge(account, quote.final_price)
        number = new_id()
        rests = await self._closed_rows(number, quote)
        subscription = Subscription(
            id=number,
            client=quote.client,
            plan=quote.plan,
            account=account,
            status=SubscriptionStatus.SCHEDULED,
            starts_on=quote.starts_on,
            ends_on=quote.ends_on,
            anchor=quote.anchor,
            held=quote.held,
            base_price=quote.base_price,
            discount=quote.discount,
            final_price=quote.final_price,
            visits=quote.plan.visits,
            visits_used=0,
            renews_id=quote.renews_id,
            replaces_id=quote.replaces.id if quote.replaces else None,
            gift_days=0,
            frozen_days=sum(rest.days for rest in quote.closed),
            sold_by=self.uow.actor.staff_id,
            sold_at=self.uow.now,
            idempotency_key=key,
        )
        set_committed_value(subscription, "freezes", rests)
        subscription.status = due_status(subscription, self.uow.today)
        await self._insert(subscription)
        self.uow.audit(action, subscription, after=sold_facts(subscription))
        await self._rest(rests)
        if quote.reward is not None:
            priced = cast("PricedSubscription", subscription)
            await RewardRedemption(self.uow).redeem(quote.reward.id, quote.client.id, priced)
        return subscription

    async def _insert(self, subscription: Subscription) -> None:
        try:
            async with self.uow.session.begin_nested():
                await self._subscriptions.add(subscription)
        except IntegrityError as error:
            name = violated_constraint(error)
            if name in ONE_AT_A_TIME:
                raise JustChanged from None
            if name == "uq_subscriptions_idempotency_key":
                raise PaymentKeyReused from None
            raise

    async def _closed_rows(self, subscription_id: UUID, quote: Quote) -> list[Freeze]:
        """The days of the plan on which the gym is closed, one row a closing."""
        if not quote.closed:
            return []
        found = await FreezeRepository(self.uow.session).closures(quote.starts_on)
        closures = {one.id: one for one in found}
        return [
            closed_row(subscription_id, rest, closures[rest.closure_id], self.uow.now)
            for rest in quote.closed
            if rest.closure_id is not None
        ]

    async def _rest(self, rows: Sequence[Freeze]) -> None:
        self.uow.session.add_all(rows)
        for row in rows:
            self.uow.audit("freeze.made", row, after=freeze_facts(row))
        await self.uow.session.flush()


def sold_facts(subscription: Subscription) -> dict[str, object]:
    return {
        "client_id": subscription.client_id,
        "plan": subscription.plan.name,
        "status": subscription.status,
        "starts_on": subscription.starts_on,
        "ends_on": subscription.ends_on,
        "base_price": subscription.base_price,
        "discount": subscription.discount,
    }
