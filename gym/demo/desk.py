"""The demo gym's desk: carries acts out by the services, each by who did it and when; nobody is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from gym.clients.fields.documents import Document
from gym.clients.models import DocumentType
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.demo.bar import DemoBar
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
    TermEnd,
    TillCount,
)
from gym.demo.history.bar import BarPurchase, BarReturn, BarSale, ShelfCount
from gym.payments.models import Method
from gym.payments.tills.cash_counts import CashService
from gym.security.permissions import Actor
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork


@dataclass(slots=True)
class DemoDesk:
    """Knows under which ids the services have written what the history calls its own."""

    uow: UnitOfWork
    actors: Mapping[int, Actor]
    plans: Mapping[str, UUID]
    bar: DemoBar
    clients: dict[int, UUID] = field(default_factory=dict[int, UUID])
    """By the member's number."""
    terms: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    payments: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])

    async def carry_out(self, act: Act) -> None:
        """One act, at its own moment."""
        self.uow.write_history(self.actors[act.staff.number], act.at)
        match act:
            case MemberRegistration():
                await self._register(act)
            case Sale(term=term):
                await self._sell(term)
            case TillCount(day=day, counted=counted):
                staff = self.actors[act.staff.number].id
                assert staff is not None
                await CashService(self.uow).count(day, staff, {Method.CASH: Decimal(counted)})
            case TermEnd(term=term, reason=reason):
                await SubscriptionService(self.uow).cancel(self.terms[term.id], reason)
            case FreezeStart(term=term, freeze=rest):
                freezes = FreezeService(self.uow)
                await freezes.freeze(self.terms[term.id], rest.starts_on, rest.ends_on, rest.reason)
            case BarPurchase() | BarSale() | BarReturn() | ShelfCount():
                await self.bar.carry_out(act)
            case _:
                await self._move_money(act)

    async def _move_money(self, act: Act) -> None:
        service = SubscriptionService(self.uow)
        match act:
            case Payment(term=term):
                receipt = await service.take_payment(self.terms[term.id], Decimal(act.amount), act.method)
                self.payments[act.id] = receipt.entry_id
            case PaymentVoid(payment=paid, reason=reason):
                await service.void_payment(self.payments[paid.id], reason)
            case MoneyReturn(term=term, reason=reason):
                await service.refund(self.terms[term.id], Decimal(act.amount), act.method, reason)
            case DebtWriteOff(term=term, reason=reason):
                await service.write_off(self.terms[term.id], reason)
            case DebtRelief(term=term, reason=reason) | Goodwill(term=term, reason=reason):
                await service.credit(self.terms[term.id], Decimal(act.amount), reason)
            case _:
                raise AssertionError(act)

    async def _register(self, act: MemberRegistration) -> None:
        who = act.member
        data = ClientInput(
            first_name=who.first_name,
            last_name=who.last_name,
            document=Document(DocumentType.CC, who.document),
            phone=who.phone,
            email=who.email,
            birth_date=who.born,
            gender=who.gender,
            notes=who.notes,
            language="es",
        )
        client = await ClientService(self.uow).register(data, quiet=True)
        self.clients[who.number] = client.id

    async def _sell(self, term: DemoTerm) -> None:
        service = SubscriptionService(self.uow)
        client, plan = self.clients[term.member.number], self.plans[term.plan.name]
        off = Decimal(term.discount)
        if term.renews is None:
            sold = await service.sell(client, plan, discount=off)
        else:
            sold = await service.renew(client, plan, discount=off)
        self.terms[term.id] = sold.id
