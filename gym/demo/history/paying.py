"""How members of the demo gym pay, and what the desk books: discounts, corrections, two frauds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from gym.demo.history.acts import DemoTerm, Payment
from gym.demo.history.books import DAY, MemberBooks
from gym.demo.history.catalogue import DemoPlan
from gym.demo.history.habits import moment
from gym.demo.history.team import Fraud
from gym.payments.models import Method
from gym.subscriptions.discounts import Discount

DISCOUNTED, CORRECTED = 0.05, 0.008
"""Shares of memberships and of payments, in an honest gym."""
DISCOUNTS_TAKEN, VOIDED_PASSES, VOIDED_PLANS = 0.65, 0.5, 0.35
"""Of a cheat's sales in cash."""
NEVER, LATE, IN_TWO = 0.012, 0.03, 0.06
"""Shares of memberships that are never paid in full, paid days later, and paid in two parts."""


@dataclass(frozen=True, slots=True)
class MemberPayments:
    """Of one member."""

    books: MemberBooks

    def discount(self, plan: DemoPlan, price: int, at: datetime, method: Method) -> int:
        """Honest ones for couples and students; a cheat's, of money that was paid in full."""
        books = self.books
        cheats = books.world.roster.cheat(Fraud.DISCOUNTS, books.desk(at), at.date())
        taken = cheats and method is Method.CASH
        if not plan.lasting or books.random.random() >= (DISCOUNTS_TAKEN if taken else DISCOUNTED):
            return 0
        percent = Decimal(10) if taken else books.random.choice((Decimal(5), Decimal(10)))
        return int(Discount.percent(percent).on(Decimal(price), books.world.smallest))

    def pay(self, term: DemoTerm, method: Method) -> None:
        """At once, later, in two parts, or not all of it."""
        books, first = self.books, term.sold_at + timedelta(minutes=2)
        if term.renews is not None:
            books.spend_credit(term, first)
            first += timedelta(minutes=1)
        draw = books.random.random() if term.plan.lasting else 1.0
        half = term.balance // 2 // 1000 * 1000
        if draw < NEVER:
            books.take(term, first, half, method)
            self._forgive(term)
        elif draw < NEVER + LATE:
            books.take(term, self._later(term), term.balance, method)
        elif draw < NEVER + LATE + IN_TWO:
            books.take(term, first, half, method)
            books.take(term, self._later(term), term.balance, books.method())
        else:
            self._settle(term, first, method)

    def _later(self, term: DemoTerm) -> datetime:
        books = self.books
        return books.at(books.open_day(term.sold_at.date() + DAY * books.random.randrange(2, 7)))

    def _settle(self, term: DemoTerm, at: datetime, method: Method) -> None:
        """In full: entered rightly, entered wrongly and corrected, or voided later by a cheat."""
        books = self.books
        payment = books.take(term, at, term.balance, method)
        if payment is None:
            return
        cheats = books.world.roster.cheat(Fraud.VOIDS, payment.staff, at.date())
        if cheats and method is Method.CASH:
            self._keep_cash(payment)
        elif books.random.random() < CORRECTED and books.void(
            payment, at + timedelta(minutes=4), "método equivocado"
        ):
            books.take(term, at + timedelta(minutes=5), payment.amount, books.method())

    def _keep_cash(self, payment: Payment) -> None:
        """Void the payment later the same day; of a membership the client shows the receipt some days on."""
        books, term, day = self.books, payment.term, payment.at.date()
        if books.random.random() >= (VOIDED_PLANS if term.plan.lasting else VOIDED_PASSES):
            return
        late = moment(day, payment.at.hour + books.random.uniform(1, 4), books.world.zone)
        voided = books.void(payment, max(late, payment.at + timedelta(minutes=20)), "error de digitación")
        if voided and term.plan.lasting:
            books.relieve(term, day + DAY * books.random.randrange(1, 4), "tenía recibo")

    def _forgive(self, term: DemoTerm) -> None:
        """Half of the debts that nobody pays are written off in the end."""
        if self.books.random.random() < 0.5:
            self.books.write_off(term, _weeks_after(term.ends_on, self.books), "no volvió")


def _weeks_after(day: date, books: MemberBooks) -> date:
    return day + DAY * books.random.randrange(40, 90)
