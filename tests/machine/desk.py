"""Rules of the desk: sales, and what ends or changes a membership."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import ending, money, selling
from tests.machine.book import Client, Membership
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

MODES = st.sampled_from(["none", "pro_rata", "pro_rata", "amount"])


class AtTheDesk(Common):
    """Sells, cancels and changes."""

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
                self.book,
                client,
                plan,
                first_span(day, plan.length),
                done.id,
                price,
                off.of(price, self.book.gym_rules),
            )
            self.sold(client, one, "a free sale")

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
        self.sold(client, one)
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
            one = selling.renew(book, client, found, done.id, off.of(found.price, book.gym_rules))
            self.sold(client, one, "a free renewal")

    @precondition(lambda self: self.waiting())
    @rule(admin=admins)
    def start_now(self, admin: bool) -> None:
        client, one = self.waiting()[0]
        reasons = selling.why_not_start_now(self.book, client, one)
        if self.tried("start_now", reasons, lambda: self.world.start_now(admin, one.key)) is not None:
            selling.start_now(self.book, client, one)
            self.changed(client)

    @precondition(lambda self: self.memberships() and self.at_times(3))
    @rule(
        which=which,
        mode=MODES,
        cents=st.sampled_from([0, 1, 10_00, 100_00]),
        method=methods,
        admin=admins,
    )
    def cancel(self, which: int, mode: str, cents: int, method: str, admin: bool) -> None:
        client, one = self.pick(which)
        self.end("cancel", client, one, mode, cents, method, admin=admin)

    @precondition(lambda self: self.running() and self.at_times(4))
    @rule(which=which, method=methods)
    def cancel_after_training(self, which: int, method: str) -> None:
        """By an admin, whom nothing keeps from giving all of it back; who has not trained yet comes first."""
        client, one = nth(self.trained() or self.running(), which)
        if not client.visited_on(self.book.today):
            self.enter("come", client, "staff", admin=True)
        if client.visited_on(self.book.today):
            self.end("cancel_after_training", client, one, "pro_rata", 0, method, admin=True)

    @precondition(lambda self: self.waiting() and self.at_times(2))
    @rule(mode=MODES, cents=st.sampled_from([0, 1, 10_00]), method=methods, admin=admins)
    def cancel_ahead(self, mode: str, cents: int, method: str, admin: bool) -> None:
        """What has not begun, paid or not."""
        client, one = self.waiting()[0]
        self.end("cancel_ahead", client, one, mode, cents, method, admin=admin)

    def end(
        self, name: str, client: Client, one: Membership, mode: str, cents: int, method: str, *, admin: bool
    ) -> None:
        book, owed, ahead = self.book, one.balance, one.waits(self.book.today)
        reasons = ending.why_not_cancel(book, client, one, mode, cents, method, admin=admin)
        done = self.tried(name, reasons, lambda: self.world.cancel(admin, one.key, mode, cents, method))
        if ahead:
            paid = "paid" if one.net_paid else "unpaid"
            self.tally.saw(f"cancel before it began, {paid}", done is not None)
        if done is not None:
            ending.cancel(book, client, one, mode, cents, method, self.name(admin))
            self.changed(client, one, "a cancellation" if owed else "")

    @precondition(lambda self: self.memberships() and self.at_times(2))
    @rule(which=which, number=plan_number, admin=admins)
    def change_plan(self, which: int, number: int, admin: bool) -> None:
        (client, one), plan, book = self.pick(which), self.book.plans[number], self.book
        reasons = ending.why_not_change(book, client, one, plan)
        done = self.tried("change_plan", reasons, lambda: self.world.change(admin, one.key, plan.key))
        if done is not None:
            new = ending.change(book, client, one, plan, done.id)
            self.sold(client, new, "a change of plan")
