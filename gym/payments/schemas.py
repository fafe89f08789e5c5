"""Value types of the ledger: opening balances, receipts, totals by method, money given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from gym.payments.models import Account, Method


@dataclass(frozen=True, slots=True)
class RestDays:
    """Days of a period that do not count; without an end until the client returns."""

    closed: bool
    """The gym was closed; else the client asked for it."""
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """How an account stood when the gym began to keep its books here."""

    account: Account
    owing: Decimal
    paid: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment as the client sees it; `balance_after` is what was still owed right after it."""

    number: int
    entry_id: UUID
    client_id: UUID
    client_name: str
    amount: Decimal
    method: Method
    balance_after: Decimal
    at: datetime
    staff_name: str
    plan_name: str
    subscription_id: UUID
    starts_on: date
    ends_on: date
    note: str | None = None
    voided: bool = False
    paid_on: date | None = None
    """The gym day on which the money moved; another one than `at`'s when it was entered later."""
    destination: str | None = None
    """The bank account that a transfer went to."""
    rests: tuple[RestDays, ...] = ()
    """As they stand when the receipt is looked at: they are why the period ends later."""
    given_back: Decimal = Decimal(0)
    """How much of it a void would hand out a second time; above zero it cannot be voided."""
    surplus: bool = False
    """It came above what was owed and became credit: `given_back` is what of that is used."""

    @property
    def what(self) -> str:
        """What was paid for."""
        return self.plan_name


@dataclass(frozen=True, slots=True)
class ProductsReceipt:
    """A payment for products on a client's account, as the client sees it."""

    number: int
    entry_id: UUID
    client_id: UUID
    client_name: str
    amount: Decimal
    method: Method
    balance_after: Decimal
    at: datetime
    staff_name: str
    sale_id: UUID
    what: str
    """The pieces with their names: `2 × Water, 1 × Bar`."""
    sold_on: date
    voided: bool = False
    destination: str | None = None
    """The bank account that a transfer went to."""


JointPart: TypeAlias = Receipt | ProductsReceipt
"""One payment of several that were taken at once."""


@dataclass(frozen=True, slots=True)
class MethodTotal:
    """What one method brought on one gym day; a void or refund counts on the day it was written."""

    method: Method
    payments: int
    received: Decimal
    voided: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        return self.received - self.voided - self.refunded


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a client gets back: taken off the debt, handed out as money, kept as the client's credit."""

    credited: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    kept: Decimal = Decimal(0)
