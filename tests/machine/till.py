"""Rules of the till: payments, and what takes a payment or a debt back again."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import money
from tests.machine.book import OPEN, Client, Membership, Row
from tests.machine.common import Common, nth
from tests.machine.drawing import admins, methods, which

Payment = tuple[Client, Membership, Row]


class AtTheTill(Common):
    """Takes, voids, hands back, takes back, forgives."""

    @precondition(lambda self: self.owing())
    @rule(which=which, share=st.sampled_from([1, 1, 1, 2, 3, 0, -1, -2]), method=methods, admin=admins)
    def pay(self, which: int, share: int, method: str, admin: bool) -> None:
        """All, a part, nothing, a cent too much, or all but a cent, which nobody can pay in some gyms."""
        client, one = nth(self.owing(), which)
        cents = (
            {0: 0, -1: one.balance + 1, -2: one.balance - 1}[share] if share <= 0 else one.balance // share
        )
        self.take("pay", client, one, cents, method, admin=admin)

    @precondition(lambda self: self.owing_since())
    @rule(which=which, method=methods, admin=admins)
    def pay_late(self, which: int, method: str, admin: bool) -> None:
        """All that is owed for something that is over."""
        client, one = nth(self.owing_since(), which)
        self.take("pay_late", client, one, one.balance, method, admin=admin)

    @precondition(lambda self: self.spending())
    @rule(which=which, admin=admins)
    def spend_credit(self, which: int, admin: bool) -> None:
        """As much as there is of it, or as is owed."""
        client, one = nth(self.spending(), which)
        cents = min(client.credit_balance, one.balance)
        self.take("spend_credit", client, one, cents, "credit", admin=admin)

    def take(
        self, name: str, client: Client, one: Membership, cents: int, method: str, *, admin: bool
    ) -> None:
        reasons = money.why_not_pay(client, one, cents, method)
        done = self.tried(name, reasons, lambda: self.world.pay(admin, one.key, cents, method))
        if one.is_over(self.book.today):
            self.tally.saw(f"pay after {one.due(self.book.today)}", done is not None)
        if done is not None:
            money.pay(self.book, client, one, cents, method, done.entry_id, self.name(admin))
            self.changed(None, one, "the client's credit" if method == "credit" else "a payment")

    @precondition(lambda self: self.payments())
    @rule(which=which, admin=admins)
    def void(self, which: int, admin: bool) -> None:
        self.undo_payment("void", nth(self.payments(), which), admin=admin)

    @precondition(lambda self: self.given_back())
    @rule(which=which, admin=admins)
    def void_given_back(self, which: int, admin: bool) -> None:
        """A payment of which something was handed back, kept as credit or carried into another plan."""
        found = [pay for one in self.given_back() for pay in self.payments() if pay[1] is one[1]]
        if found:
            self.undo_payment("void_given_back", nth(found, which), admin=admin)

    @precondition(lambda self: self.paid_and_over())
    @rule(which=which, admin=admins)
    def void_late(self, which: int, admin: bool) -> None:
        """A payment of something that is over."""
        self.undo_payment("void_late", nth(self.paid_and_over(), which), admin=admin)

    def undo_payment(self, name: str, found: Payment, *, admin: bool) -> None:
        client, one, payment = found
        reasons = money.why_not_void(self.book, client, one, payment, self.name(admin), admin=admin)
        after, key = self.void_after(one), cast("UUID", payment.key)
        done = self.tried(name, reasons, lambda: self.world.void(admin, key))
        for what in after:
            self.tally.saw(f"void after {what}", done is not None)
        if done is not None:
            money.void(self.book, client, one, payment)
            self.changed(None, one)

    def void_after(self, one: Membership) -> set[str]:
        """What has happened to a membership whose payment is about to be void."""
        found = {row.cause for row in one.rows} & {"plan_changed", "returned"}
        found |= {
            "credit" if row.method == "credit" else "refund" for row in one.rows if row.kind == "refund"
        }
        return found | ({one.due(self.book.today)} & {"expired", "lapsed", "canceled"})

    @precondition(lambda self: self.paid())
    @rule(which=which, cents=st.sampled_from([1, 5_00, 33_33, None]), method=methods, admin=admins)
    def refund(self, which: int, cents: int | None, method: str, admin: bool) -> None:
        client, one = nth(self.paid(), which)
        amount = one.net_paid if cents is None else cents
        reasons = money.why_not_refund(one, amount, admin=admin)
        done = self.tried("refund", reasons, lambda: self.world.refund(admin, one.key, amount, method))
        if done is not None:
            money.refund(self.book, client, one, amount, method, self.name(admin))

    @precondition(lambda self: self.given_back())
    @rule(which=which, method=methods, admin=admins)
    def take_back(self, which: int, method: str, admin: bool) -> None:
        """Money that was handed back came in again."""
        client, one = nth(self.given_back(), which)
        reasons = money.why_not_take_back(client, one, method, admin=admin)
        done = self.tried("take_back", reasons, lambda: self.world.take_back(admin, one.key, method))
        if done is not None:
            self.tally.saw("the refund came in again", done=True)
            money.take_back(self.book, client, one, method, done.entry_id, self.name(admin))

    @precondition(lambda self: self.owing())
    @rule(which=which, cents=st.sampled_from([0, 1, 5_00, None, None]), admin=admins)
    def goodwill(self, which: int, cents: int | None, admin: bool) -> None:
        client, one = nth(self.owing(), which)
        amount = one.balance if cents is None else cents
        reasons = money.why_not_goodwill(amount, admin=admin)
        if self.tried("goodwill", reasons, lambda: self.world.goodwill(admin, one.key, amount)) is not None:
            money.goodwill(self.book, client, one, amount)
            self.changed(None, one, "goodwill")

    @precondition(lambda self: self.owing() and self.at_times(2))
    @rule(which=which, admin=admins)
    def write_off(self, which: int, admin: bool) -> None:
        """A debt that nobody will pay, of what is over; refused of what runs."""
        _, one = nth((self.owing_since() if which % 4 else []) or self.owing(), which)
        reasons = money.why_not_write_off(self.book, one, admin=admin)
        over = one.due(self.book.today)
        if over in OPEN:
            self.tally.saw(f"write off after {over}", done=False)
        if self.tried("write_off", reasons, lambda: self.world.write_off(admin, one.key)) is not None:
            self.tally.saw(f"write off after {over}", done=True)
            money.write_off(self.book, one)
            self.changed(None, one, "a write-off")

    def owing_since(self) -> list[tuple[Client, Membership]]:
        """Those that are over and not paid."""
        today = self.book.today
        return [pair for pair in self.memberships() if pair[1].balance and pair[1].is_over(today)]

    def spending(self) -> list[tuple[Client, Membership]]:
        """Those that owe, of clients with credit."""
        return [pair for pair in self.memberships() if pair[1].balance and pair[0].credit_balance]

    def given_back(self) -> list[tuple[Client, Membership]]:
        """Those of which money was once handed back, whether or not it came in again."""
        found = [pair for pair in self.memberships() if any(row.kind == "refund" for row in pair[1].rows)]
        return sorted(found, key=lambda pair: not pair[1].given_back)

    def paid_and_over(self) -> list[Payment]:
        """Payments that count, of what has ended."""
        today = self.book.today
        return [found for found in self.payments() if not found[2].voided and found[1].is_over(today)]
