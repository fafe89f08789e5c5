"""Rules about days that do not count, people who may not come in, prices to come, and the door."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import door, resting
from tests.machine.book import Book, Client, Plan, Rest
from tests.machine.common import Common, nth
from tests.machine.drawing import (
    admins,
    plan_number,
    which,
    who,
)
from tests.machine.rules import DAY
from tests.machine.world import as_answer


class AtTheDoor(Common):
    """Freezes, closings and gifts; blocks; visits."""

    @precondition(lambda self: self.resters())
    @rule(
        which=which,
        ahead=st.sampled_from([0, 0, 0, 1, 1, 5, 20, -1]),
        days=st.sampled_from([None, None, None, 1, 1, 3, 3, 10, 0, 400]),
        admin=admins,
    )
    def freeze(self, which: int, ahead: int, days: int | None, admin: bool) -> None:
        (client, one), book = nth(self.resters(), which), self.book
        first = max(book.today, one.first) + ahead * DAY
        last = None if days is None else first + (days - 1) * DAY
        wish = Rest(first, last)
        reasons = resting.why_not_freeze(book, client, one, wish, admin=admin)
        rest = resting.granted_rest(book, one, wish, admin=admin)
        done = self.tried("freeze", reasons, lambda: self.world.freeze(admin, one.key, first, last))
        if done is not None:
            resting.freeze(book, client, one, rest)
            self.changed(client)

    @precondition(lambda self: self.frozen())
    @rule(which=which, admin=admins)
    def return_early(self, which: int, admin: bool) -> None:
        client, one = nth(self.frozen(), which)
        reasons = resting.why_not_end(self.book, one)
        if self.tried("return_early", reasons, lambda: self.world.end_freeze(admin, one.key)) is not None:
            resting.end(self.book, client, one)
            self.changed(client)

    @precondition(lambda self: self.resters())
    @rule(which=which, days=st.sampled_from([1, 1, 7, 30, 0, 366]), admin=admins)
    def gift(self, which: int, days: int, admin: bool) -> None:
        (client, one), book = nth(self.resters(), which), self.book
        reasons = resting.why_not_gift(book, one, days, admin=admin)
        if self.tried("gift", reasons, lambda: self.world.gift(admin, one.key, days)) is not None:
            resting.gift(book, client, one, days)
            self.changed(client)

    @precondition(lambda self: self.at_times(2))
    @rule(ahead=st.sampled_from([0, 0, 1, 6, -1]), days=st.sampled_from([1, 1, 3, 9, 0]), admin=admins)
    def close_gym(self, ahead: int, days: int, admin: bool) -> None:
        first = self.book.today + ahead * DAY
        last = first + (days - 1) * DAY
        reasons = resting.why_not_close(self.book, first, last, admin=admin)
        if self.tried("close_gym", reasons, lambda: self.world.close_gym(admin, first, last)) is not None:
            for client in resting.close(self.book, first, last):
                self.tally.saw("closing over what was sold", done=True)
                self.changed(client)

    @precondition(lambda self: self.at_times(3))
    @rule(
        number=plan_number, ahead=st.sampled_from([0, 1, 10, 400]), cents=st.sampled_from([0, 80_00, 123_45])
    )
    def schedule_price(self, number: int, ahead: int, cents: int) -> None:
        self.move_price("schedule_price", self.book.plans[number], self.book.today + ahead * DAY, cents)

    def move_price(self, name: str, plan: Plan, day: date, cents: int) -> None:
        reasons = _why_not_price(self.book, plan, day, cents)
        done = self.tried(name, reasons, lambda: self.world.schedule_price(True, plan.key, cents, day))
        if done is not None:
            plan.prices = [*(price for price in plan.prices if price[0] < day), (day, cents)]

    @precondition(lambda self: self.at_times(3))
    @rule(who=who, ahead=st.sampled_from([None, None, 0, 3, 7, 8, -1]), admin=admins)
    def block(self, who: int, ahead: int | None, admin: bool) -> None:
        client = self.book.clients[who]
        until = None if ahead is None else self.book.today + ahead * DAY
        reasons = _why_not_block(self.book, client, until, admin=admin)
        self.tried("block", reasons, lambda: self.world.block(admin, client.key, until))
        if not reasons:
            client.blocked_until = until

    @precondition(lambda self: self.at_times(3))
    @rule(who=who, active=st.sampled_from([True, True, False]))
    def set_active(self, who: int, active: bool) -> None:
        client = self.book.clients[who]
        self.tried("set_active", set(), lambda: self.world.set_active(True, client.key, active))
        client.active = active

    @rule(who=who, admin=admins)
    def come(self, who: int, admin: bool) -> None:
        """Let in by name."""
        self.enter("come", self.book.clients[who], "staff", admin)

    @rule(who=who, admin=admins)
    def show_card(self, who: int, admin: bool) -> None:
        self.enter("show_card", self.book.clients[who], "qr", admin)

    @precondition(lambda self: self.packs())
    @rule(which=which)
    def use_up(self, which: int) -> None:
        """A visit a day until the pack is empty, or somebody says no."""
        client, one = nth(self.packs(), which)
        for _ in range((one.plan.visits or 0) + 1):
            self.enter("use_up", client, "staff", admin=True)
            self.to(self.book.now + DAY)

    def enter(self, name: str, client: Client, method: str, admin: bool) -> None:
        expected = door.answer(self.book, client, method)
        verdict = self.tried(name, set(), lambda: self.world.check_in(admin, client.key, method))
        self.tally.codes[expected.code] += 1
        said = as_answer(verdict)
        assert said.code == expected.code, f"{said} where {expected} is due"
        door.enter(self.book, client, verdict.id, method, self.name(admin))

    @precondition(lambda self: any(client.visits for client in self.book.clients))
    @rule(which=which, admin=admins)
    def undo(self, which: int, admin: bool) -> None:
        visits = [visit for client in self.book.clients for visit in client.visits]
        visit = nth(sorted(visits, key=lambda one: one.at, reverse=True), which)
        reasons = door.why_not_undo(self.book, visit, self.name(admin), admin=admin)
        if self.tried("undo", reasons, lambda: self.world.undo(admin, visit.key)) is not None:
            door.undo(visit)


def _why_not_price(book: Book, plan: Plan, day: date, cents: int) -> set[str]:
    """The same change again is the one that waits."""
    reasons = {"price_start_invalid"} if day <= book.today else set[str]()
    if day > book.today + 366 * DAY:
        reasons.add("price_start_too_far")
    waits = plan.prices[-1][0] > book.today and plan.prices[-1] != (day, cents)
    return reasons | ({"price_change_pending"} if waits else set())


def _why_not_block(book: Book, client: Client, until: date | None, *, admin: bool) -> set[str]:
    week = book.today + 7 * DAY
    reasons = set[str]()
    if until is not None and until > week and not admin:
        reasons.add("block_too_long")
    if until is not None and until < book.today:
        reasons.add("block_date_invalid")
    if client.blocked_until is not None and client.blocked_until > week and not admin:
        reasons.add("block_needs_admin")
    return reasons
