"""Rows of the demo gym's clients, plans sold and money: what the services would have written of each act.

The services would write a gym of many thousands for an hour, and one of two hundred for two minutes. No trail
is written with rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from gym.clients.models import DocumentType
from gym.demo.history.acts import (
    Act,
    DebtRelief,
    DebtWriteOff,
    DemoTerm,
    FreezeStart,
    Goodwill,
    MemberRegistration,
    MoneyReturn,
    Payment,
    PaymentVoid,
    Sale,
    TillCount,
)
from gym.demo.history.bar import BarReturn, BarSale
from gym.demo.history.books import DAY, MemberBooks, demo_id
from gym.payments.models import EntryCause, EntryKind, Method
from gym.subscriptions.models import FreezeKind, SubscriptionStatus
from gym.subscriptions.status.statuses import status_on

CLIENTS = (
    *("id", "document_type", "document_number", "first_name", "last_name", "phone", "email", "birth_date"),
    *("gender", "notes", "language", "created_by", "created_at", "updated_at"),
)
ACCOUNTS = ("id", "client_id", "kind", "created_at")
SUBSCRIPTIONS = (
    *("id", "client_id", "plan_id", "account_id", "status", "starts_on", "ends_on", "anchor", "frozen_days"),
    *("base_price", "discount", "final_price", "visits", "renews_id", "sold_by", "sold_at", "closed_at"),
    "cancel_reason",
)
FREEZES = (
    *("id", "subscription_id", "kind", "starts_on", "ends_on", "reason", "staff_id", "staff_name"),
    "created_at",
)
ENTRIES = (
    *("id", "account_id", "kind", "amount", "method", "voids_id", "receipt_number", "cause", "reason"),
    *("staff_id", "staff_name", "at", "gym_day"),
)
COUNTS = (
    *("id", "gym_day", "staff_id", "method", "expected", "counted", "difference", "counted_by"),
    *("counted_by_name", "at"),
)
CLOSED = (SubscriptionStatus.EXPIRED, SubscriptionStatus.LAPSED)
Row = tuple[object, ...]


@dataclass(slots=True)
class DemoRows:
    """Turns members and acts, in the order of time, into rows of each table, as they stood at a moment."""

    now: datetime
    """What was done later is not in them; `acts` that are handed in lie before it."""
    staff: Mapping[int, UUID]
    plans: Mapping[str, UUID]
    random: Random
    receipts: int = 0
    credits: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    """The credit account of a client."""
    opened: list[Row] = field(default_factory=list[Row])
    """Rows of those accounts."""

    def clients(self, acts: Sequence[Act]) -> Iterator[Row]:
        for act in acts:
            if isinstance(act, MemberRegistration):
                who = act.member
                yield (
                    *(act.client_id, DocumentType.CC.value, who.document, who.first_name, who.last_name),
                    *(who.phone, who.email, who.born, who.gender.value, who.notes, "es"),
                    *(self.staff[act.staff.number], act.at, act.at),
                )

    def accounts(self, everybody: Sequence[MemberBooks]) -> Iterator[Row]:
        for books in everybody:
            for term in self._sold(books):
                yield term.account_id, books.client_id, "subscription", term.sold_at

    def _sold(self, books: MemberBooks) -> Iterator[DemoTerm]:
        return (term for term in books.terms if term.sold_at <= self.now)

    def subscriptions(self, everybody: Sequence[MemberBooks]) -> Iterator[Row]:
        for books in everybody:
            for term in self._sold(books):
                status, later = self._status(term), self._frozen_later(term)
                yield (
                    *(term.id, books.client_id, self.plans[term.plan.name], term.account_id, status.value),
                    *(term.starts_on, term.ends_on - later * DAY, term.anchor, term.frozen_days - later),
                    Decimal(term.price),
                    *(Decimal(term.discount), Decimal(term.final_price), term.plan.visits),
                    *(term.renews.id if term.renews else None, self.staff[term.sold_by.number]),
                    *(term.sold_at, self._closed_at(term, status)),
                    term.cancel_reason if term.is_canceled(self.now) else None,
                )

    def freezes(self, acts: Sequence[Act]) -> Iterator[Row]:
        for act in acts:
            if isinstance(act, FreezeStart):
                rest = act.freeze
                yield (
                    *(rest.id, act.term.id, FreezeKind.CLIENT.value, rest.starts_on, rest.ends_on),
                    *(rest.reason, self.staff[rest.staff.number], rest.staff.name, rest.made_at),
                )

    def counts(self, counts: Sequence[TillCount]) -> Iterator[Row]:
        for one in counts:
            who = self.staff[one.staff.number]
            expected, counted = Decimal(one.expected), Decimal(one.counted)
            difference = counted - expected
            yield (
                *(self._id(one.at), one.day, who, Method.CASH.value, expected, counted, difference),
                *(who, one.staff.name, one.at),
            )

    def entries(self, acts: Sequence[Act], clients: Mapping[int, UUID]) -> list[Row]:
        """The ledger's, receipts numbered on the way; `clients` are ids by the member's number."""
        rows: list[Row] = []
        for act in acts:
            match act:
                case Sale(term=term) if term.final_price:
                    rows.append(self._entry(act, term.account_id, EntryKind.CHARGE, term.final_price))
                case Payment():
                    rows += self._payment(act, clients)
                case PaymentVoid(payment=paid, reason=reason):
                    void = self._entry(act, paid.term.account_id, EntryKind.VOID, paid.amount, reason=reason)
                    rows.append((*void[:4], paid.method.value, paid.id, *void[6:]))
                case MoneyReturn(term=term, amount=amount, reason=reason):
                    back = self._entry(act, term.account_id, EntryKind.REFUND, amount, reason=reason)
                    rows.append((*back[:4], act.method.value, *back[5:]))
                    rows.append(self._lower(act, term, amount, EntryCause.REFUNDED, reason))
                case DebtWriteOff(term=term, amount=amount, reason=reason):
                    rows.append(self._lower(act, term, amount, EntryCause.WRITTEN_OFF, reason))
                case DebtRelief(term=term, amount=amount, reason=reason):
                    rows.append(self._lower(act, term, amount, EntryCause.GOODWILL, reason))
                case Goodwill(term=term, amount=amount, reason=reason):
                    account = self._credit(clients[term.member.number], act.at)
                    rows.append(self._entry(act, account, EntryKind.CHARGE, amount, reason=reason))
                case BarSale() | BarReturn():
                    rows += self._at_bar(act)
                case _:
                    pass
        return rows

    def _at_bar(self, act: BarSale | BarReturn) -> Iterator[Row]:
        """A sale and its payment; of a sale that is void the payment is, and nothing is owed for it."""
        match act:
            case BarSale():
                self.receipts += 1
                yield self._entry(act, act.account_id, EntryKind.CHARGE, act.total)
                row = self._entry(act, act.account_id, EntryKind.PAYMENT, act.total)
                yield (act.payment_id, *row[1:4], act.method.value, None, self.receipts, *row[7:])
            case BarReturn(sale=sale, reason=reason):
                void = self._entry(act, sale.account_id, EntryKind.VOID, sale.total, reason=reason)
                yield (*void[:4], sale.method.value, sale.payment_id, *void[6:])
                cause = EntryCause.CANCELED
                yield self._entry(
                    act, sale.account_id, EntryKind.CREDIT, sale.total, cause=cause, reason=reason
                )

    def _payment(self, act: Payment, clients: Mapping[int, UUID]) -> Iterator[Row]:
        self.receipts += 1
        row = self._entry(act, act.term.account_id, EntryKind.PAYMENT, act.amount)
        yield (act.id, *row[1:4], act.method.value, None, self.receipts, *row[7:])
        if act.method is Method.CREDIT:
            account = self._credit(clients[act.term.member.number], act.at)
            said = f"receipt {self.receipts}"
            yield self._entry(act, account, EntryKind.CREDIT, act.amount, reason=said)

    def _lower(self, act: Act, term: DemoTerm, amount: int, cause: EntryCause, reason: str) -> Row:
        return self._entry(act, term.account_id, EntryKind.CREDIT, amount, cause=cause, reason=reason)

    def _credit(self, client_id: UUID, at: datetime) -> UUID:
        if client_id not in self.credits:
            self.credits[client_id] = self._id(at)
            self.opened.append((self.credits[client_id], client_id, "credit", at))
        return self.credits[client_id]

    def _entry(
        self,
        act: Act,
        account_id: UUID,
        kind: EntryKind,
        amount: int,
        *,
        cause: EntryCause | None = None,
        reason: str | None = None,
    ) -> Row:
        return (
            *(self._id(act.at), account_id, kind.value, Decimal(amount), None, None, None),
            *(cause.value if cause else None, reason),
            *(self.staff[act.staff.number], act.staff.name, act.at, act.at.date()),
        )

    def _status(self, term: DemoTerm) -> SubscriptionStatus:
        today, frozen = self.now.date(), term.frozen_on(self.now.date())
        return status_on(
            today,
            status=SubscriptionStatus.CANCELED
            if term.is_canceled(self.now)
            else SubscriptionStatus.SCHEDULED,
            starts_on=term.starts_on,
            ends_on=term.ends_on - self._frozen_later(term) * DAY,
            balance=Decimal(term.owed_at(self.now)),
            frozen=frozen is not None and frozen.made_at <= self.now,
        )

    def _frozen_later(self, term: DemoTerm) -> int:
        """Days by which freezes that are still to be made will move the end."""
        return sum(one.days for one in term.freezes if one.made_at > self.now)

    def _closed_at(self, term: DemoTerm, status: SubscriptionStatus) -> datetime | None:
        """What has ended was closed by the job of the night after its last day."""
        if term.is_canceled(self.now):
            return term.canceled_at
        if status not in CLOSED:
            return None
        day = term.ends_on - (self._frozen_later(term) - 1) * DAY
        return datetime(day.year, day.month, day.day, 0, 5, tzinfo=self.now.tzinfo)

    def _id(self, at: datetime) -> UUID:
        return demo_id(at, self.random)
