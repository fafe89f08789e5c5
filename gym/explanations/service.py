"""Why: what the door, the plans and the accounts of a client follow from, for staff and for the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.attendance.checkin.facts.door_facts import AttemptContext, Match
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.checkin.verdict_builder import access_facts
from gym.attendance.models import CheckInMethod
from gym.clients.repository import ClientRepository
from gym.debts.schemas import DebtKind
from gym.debts.service import DebtService
from gym.explanations.door import explain_door
from gym.explanations.schemas import (
    AccountExplanation,
    ClientExplanation,
    DoorExplanation,
    MoneyStep,
    PeriodExplanation,
    RestStep,
)
from gym.payments.credit import ClientCredit
from gym.payments.models import AccountKind, LedgerEntry
from gym.payments.service import PaymentService
from gym.payments.statements import running
from gym.security.permissions import ActorKind, Permission
from gym.subscriptions.changes.unused_days import bought_days
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.plan_states import standing_of
from gym.subscriptions.status.statuses import due_status
from gym.unit_of_work import UnitOfWork

ACCOUNTS: Final = {DebtKind.PLAN: AccountKind.SUBSCRIPTION, DebtKind.PRODUCTS: AccountKind.SALE}
assert set(ACCOUNTS) == set(DebtKind)


class ExplanationService:
    """Reads only. That staff look at a client is recorded, as for the card."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def of_client(self, client_id: UUID) -> ClientExplanation:
        """Door, plans and money of a client as they stand now. Raises `ClientNotFound`."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        client = await ClientRepository(self.uow.session).require(client_id)
        if self.uow.actor.kind is ActorKind.STAFF:
            self.uow.audit("client.viewed", client)
        subscriptions = SubscriptionService(self.uow)
        current, waiting = await subscriptions.current(client_id), await subscriptions.waiting(client_id)
        latest = current or await subscriptions.latest(client_id)
        canceled = None if latest else await subscriptions.last_canceled(client_id)
        counts = standing_of(current, waiting, latest, canceled).subscription
        plans = [one for one in (counts, waiting) if one is not None]
        plans = plans[:1] if waiting is counts else plans
        return ClientExplanation(
            door=await self.door(client_id),
            periods=tuple(self._period(one) for one in plans),
            accounts=tuple(await self._accounts(client_id, counts)),
        )

    async def door(self, client_id: UUID) -> DoorExplanation:
        """As staff would be answered who check the client in now; nothing is written."""
        self.uow.actor.require_own_or(Permission.CHECK_IN, client_id)
        settings = self.uow.settings
        attempt = AttemptContext(CheckInMethod.STAFF, self.uow.now.astimezone(settings.zone), None, None)
        found = await CheckInQueries(self.uow.statements).facts(client_id, attempt.day, attempt.at)
        facts = access_facts(Match(found), attempt, settings)
        return explain_door(facts, found.plan.plan_name if found.plan else None)

    async def receipt(self, entry_id: UUID) -> AccountExplanation:
        """The account of a payment up to that payment: what its balance afterwards is made of.

        Raises `PaymentNotFound`, `NotAllowed`.
        """
        payments = PaymentService(self.uow)
        payment = await payments.payment(entry_id)
        one = await SubscriptionRepository(self.uow.session).of_account(payment.account_id)
        entries = await payments.entries(payment.account_id)
        until = next(place for place, entry in enumerate(entries) if entry.id == entry_id)
        return _account(AccountKind.SUBSCRIPTION, one.plan.name, one.starts_on, entries[: until + 1])

    def _period(self, one: Subscription) -> PeriodExplanation:
        zone = self.uow.settings.zone
        rests = [(freeze.kind, Interval.of(freeze)) for freeze in one.freezes]
        return PeriodExplanation(
            plan_name=one.plan.name,
            status=due_status(one, self.uow.today),
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            bought_days=bought_days(one),
            rests=tuple(RestStep(kind, rest.starts_on, rest.ends_on, rest.days) for kind, rest in rests),
            gift_days=one.gift_days,
            visits=one.visits,
            visits_used=one.visits_used,
            balance=one.account.balance,
            closed_on=one.closed_at.astimezone(zone).date() if one.closed_at else None,
            is_held=one.held,
        )

    async def _accounts(self, client_id: UUID, counts: Subscription | None) -> list[AccountExplanation]:
        payments, kind = PaymentService(self.uow), AccountKind.SUBSCRIPTION
        found: list[AccountExplanation] = []
        if counts is not None:
            entries = await payments.entries(counts.account_id)
            found.append(_account(kind, counts.plan.name, counts.starts_on, entries))
        for debt in await DebtService(self.uow).of_client(client_id):
            if counts is None or debt.account_id != counts.account_id:
                entries = await payments.entries(debt.account_id)
                found.append(_account(ACCOUNTS[debt.kind], debt.what, debt.since, entries))
        if movements := await ClientCredit(self.uow).movements(client_id):
            found.append(_account(AccountKind.CREDIT, "", None, movements))
        return found


def _account(
    kind: AccountKind, what: str, since: date | None, entries: Sequence[LedgerEntry]
) -> AccountExplanation:
    numbers = {entry.id: entry.receipt_number for entry in entries}
    steps = tuple(
        MoneyStep(
            day=line.entry.gym_day,
            kind=line.entry.kind,
            cause=line.entry.cause,
            method=line.entry.method,
            receipt_number=line.entry.receipt_number or _number_of(line.entry.voids_id, numbers),
            change=line.change,
            balance=line.balance,
        )
        for line in running(entries)
    )
    return AccountExplanation(kind, what, since, steps, steps[-1].balance if steps else Decimal(0))


def _number_of(entry_id: UUID | None, numbers: Mapping[UUID, int | None]) -> int | None:
    return None if entry_id is None else numbers.get(entry_id)
