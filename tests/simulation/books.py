"""The books of the simulated gym: every movement of money, by day, account and kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from tests.simulation.members import Member, Term

SMALLEST = 50
"""Less than this nobody can pay in pesos: it is forgiven."""
PLAN, CREDIT = "subscription", "credit"
"""Kinds of accounts; on a client's credit it is the gym that owes."""


@dataclass
class Books:
    entries: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    """Amounts by day, kind of account and kind of entry."""
    till: Counter[date] = field(default_factory=Counter)
    """Cash that came in less cash that went out."""
    receipts: list[tuple[int, int]] = field(default_factory=list)
    """Member and amount, in the order of their numbers."""

    def charge(self, term: Term, day: date) -> None:
        if term.price:
            self.entries[day, PLAN, "charge"] += term.price

    def pay(self, member: Member, term: Term, amount: int, day: date, *, by_credit: bool) -> None:
        assert 0 < amount <= term.owed
        term.owed -= amount
        term.paid += amount
        self.entries[day, PLAN, "payment"] += amount
        self.receipts.append((member.number, amount))
        if by_credit:
            member.credit -= amount
            self.entries[day, CREDIT, "credit"] += amount
        else:
            self.till[day] += amount
        if 0 < term.owed < SMALLEST:
            self.write_off(term, day)

    def write_off(self, term: Term, day: date) -> None:
        self.entries[day, PLAN, "credit"] += term.owed
        term.owed = 0

    def give_back_all(self, member: Member, term: Term, day: date, *, as_credit: bool) -> None:
        """Of what never began: the money that was paid leaves, with the credit that justifies it."""
        if not term.paid:
            return
        self.entries[day, PLAN, "refund"] += term.paid
        self.entries[day, PLAN, "credit"] += term.paid
        if as_credit:
            member.credit += term.paid
            self.entries[day, CREDIT, "charge"] += term.paid
        else:
            self.till[day] -= term.paid
        term.paid = 0
