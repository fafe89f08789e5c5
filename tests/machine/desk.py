"""Rules of the desk: sales, money, and what ends or changes a membership."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import money, selling
from tests.machine.common import Common, nth
from tests.machine.drawing import (
    STARTS,
    admins,
    methods,
    offs,
    plan_number,
    which,
    who,
)
from tests.machine.rules import first_span
from tests.machine.selling import Off


class AtTheDesk(Common):
    """Sells, takes, gives back, cancels and changes."""

    @rule(who=who, number=plan_number, start=st.sampled_from(STARTS), off=offs, admin=admins)
    def sell(self, who: int, number: int, start: int | None, off: Off, admin: bool) -> None:
        client, plan = self.book.clients[who], self.book.plans[number]
        day = self.book.today + timedelta(days=start or 0)
        reasons = selling.why_not_sell(self.book, client, plan, day, off, admin=admin)
        first = None if start is None else day
        done = self.tried("sell", reasons, lambda: self.world.sell(admin, client.key, plan.key, first, off))
        if done is not None:
            price = plan.price(day)
            one = selling.sell(
                self.book, client, plan, first_span(day, plan.length), done.id, price, off.of(price)
            )
            self.changed(client, one, "a free sale")

    @rule(who=who, number=plan_number)
    def joins(self, who: int, number: int) -> None:
        self.join(who, number)

    def join(self, who: int, number: int) -> None:
        """A plan from today on, paid at once: how most people begin."""
        client, plan, book = self.book.clients[who], self.book.plans[number], self.book
        reasons = selling.why_not_sell(book, client, plan, book.today, Off(), admin=True)
        sold = self.tried("joins", reasons, lambda: self.world.sell(True, client.key, plan.key, None, Off()))
        if sold is None:
            return
        one = selling.sell(
            book, client, plan, first_span(book.today, plan.length), sold.id, plan.price(book.today), 0
        )
        self.changed(client, one)
        if owed := one.balance:
            paid = self.world.pay(True, one.key, owed, "cash")
            money.pay(book, client, one, owed, "cash", paid.entry_id, self.name(True))

    @precondition(lambda self: self.memberships())
    @rule(who=who, number=st.none() | st.just(5) | plan_number, off=offs, admin=admins)
    def renew(self, who: int, number: int | None, off: Off, admin: bool) -> None:
        client, book = self.book.clients[who], self.book
        plan = None if number is None else book.plans[number]
        reasons = selling.why_not_renew(book, client, plan, off, admin=admin)
        found = selling.renewal(book, client, plan)
        key = plan.key if plan else None
        done = self.tried("renew", reasons, lambda: self.world.renew(admin, client.key, key, off))
        if done is not None and found is not None:
            one = selling.renew(book, client, found, done.id, off.of(found.price))
            self.changed(client, one, "a free renewal")

    @precondition(lambda self: self.waiting())
    @rule(admin=admins)
    def start_now(self, admin: bool) -> None:
        client, one = self.waiting()[0]
        reasons = selling.why_not_start_now(self.book, client, one)
        if self.tried("start_now", reasons, lambda: self.world.start_now(admin, one.key)) is not None:
            selling.start_now(self.book, client, one)
            self.changed(client)

    @precondition(lambda self: self.owing())
    @rule(which=which, share=st.sampled_from([1, 1, 1, 2, 3, 0, -1]), method=methods, admin=admins)
    def pay(self, which: int, share: int, method: str, admin: bool) -> None:
        """All, a part, nothing, or a cent too much."""
        client, one = nth(self.owing(), which)
        cents = {0: 0, -1: one.balance + 1}.get(share) if share <= 0 else one.balance // share
        assert cents is not None
        reasons = money.why_not_pay(client, one, cents, method)
        done = self.tried("pay", reasons, lambda: self.world.pay(admin, one.key, cents, method))
        if done is not None:
            money.pay(self.book, client, one, cents, method, done.entry_id, self.name(admin))
            self.changed(None, one, "the client's credit" if method == "credit" else "a payment")

    @precondition(lambda self: self.payments())
    @rule(which=which, admin=admins)
    def void(self, which: int, admin: bool) -> None:
        client, one, payment = nth(self.payments(), which)
        reasons = money.why_not_void(self.book, payment, self.name(admin), admin=admin)
        key = cast("UUID", payment.key)
        if self.tried("void", reasons, lambda: self.world.void(admin, key)) is not None:
            money.void(client, one, payment)
            self.changed(None, one)

    @precondition(lambda self: self.paid())
    @rule(which=which, cents=st.sampled_from([1, 5_00, 33_33, None]), method=methods, admin=admins)
    def refund(self, which: int, cents: int | None, method: str, admin: bool) -> None:
        client, one = nth(self.paid(), which)
        amount = one.net_paid if cents is None else cents
        reasons = money.why_not_refund(one, amount, admin=admin)
        done = self.tried("refund", reasons, lambda: self.world.refund(admin, one.key, amount, method))
        if done is not None:
            money.refund(client, one, amount, method)

    @precondition(lambda self: self.owing())
    @rule(which=which, cents=st.sampled_from([0, 1, 5_00, None, None]), admin=admins)
    def goodwill(self, which: int, cents: int | None, admin: bool) -> None:
        client, one = nth(self.owing(), which)
        amount = one.balance if cents is None else cents
        reasons = {"amount_not_positive"} if amount <= 0 else set[str]()
        reasons |= set() if admin else {"not_allowed"}
        if self.tried("goodwill", reasons, lambda: self.world.goodwill(admin, one.key, amount)) is not None:
            money.goodwill(client, one, amount)
            self.changed(None, one, "goodwill")

    @precondition(lambda self: self.memberships() and self.at_times(3))
    @rule(
        which=which,
        mode=st.sampled_from(["none", "pro_rata", "pro_rata", "amount"]),
        cents=st.sampled_from([0, 1, 10_00, 100_00]),
        method=methods,
        admin=admins,
    )
    def cancel(self, which: int, mode: str, cents: int, method: str, admin: bool) -> None:
        (client, one), book = self.pick(which), self.book
        reasons = selling.why_not_cancel(book, client, one, mode, cents, method, admin=admin)
        done = self.tried("cancel", reasons, lambda: self.world.cancel(admin, one.key, mode, cents, method))
        if done is not None:
            worth = selling.released_worth(book, client, one)
            owed = one.balance
            selling.cancel(book, client, one, {"none": 0, "pro_rata": worth}.get(mode, cents), method)
            self.changed(client, one, "a cancellation" if owed else "")

    @precondition(lambda self: self.memberships() and self.at_times(2))
    @rule(which=which, number=plan_number, admin=admins)
    def change_plan(self, which: int, number: int, admin: bool) -> None:
        (client, one), plan, book = self.pick(which), self.book.plans[number], self.book
        reasons = selling.why_not_change(book, client, one, plan)
        done = self.tried("change_plan", reasons, lambda: self.world.change(admin, one.key, plan.key))
        if done is not None:
            new = selling.change(book, client, one, plan, done.id)
            self.changed(client, new, "a change of plan")
