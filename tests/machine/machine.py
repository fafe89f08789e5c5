"""The machine: draws what happens next, does it to the gym and to the book, and compares the two."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.machine import money, selling
from tests.machine.book import Book, Client, House, Membership, Plan, Rest, Row
from tests.machine.door import answer
from tests.machine.rules import DAY, Hours, Length, Unit, first_span
from tests.machine.selling import Off
from tests.machine.tally import Tally
from tests.machine.watching import Snapshot, Watch
from tests.machine.world import PlanToMake, Refused, World, as_answer

ZONES: Final = ("America/Bogota", "Europe/Madrid", "Pacific/Auckland")
MORNINGS: Final = Hours(frozenset(range(5)), time(6), time(12))
PLANS: Final = (
    (Length(1, Unit.MONTH), 10_000_00, None, None, 10, False),
    (Length(1, Unit.MONTH), 99_99, None, MORNINGS, 3, False),
    (Length(2, Unit.WEEK), 33_33, None, None, 0, False),
    (Length(1, Unit.YEAR), 777_77, None, None, 60, False),
    (Length(1, Unit.DAY), 7_00, None, None, 0, False),
    (Length(1, Unit.MONTH), 50_01, 3, None, 5, False),
    (Length(1, Unit.WEEK), 0, None, None, 2, True),
    (Length(3, Unit.MONTH), 0, 2, None, 400, False),
)
"""Length, cents, visits, hours, freeze days, once per client."""
OFFS: Final = (
    Off(),
    Off(),
    Off(),
    Off(percent=10),
    Off(percent=11),
    Off(percent=100),
    Off(cents=1),
    Off(cents=8_00),
)
STARTS: Final = (None, None, None, 0, 1, 5, 28, 365, 366, -1, -10, -30, -31)

who = st.integers(0, 1)
which = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
plan_number = st.integers(0, len(PLANS) - 1)
admins = st.sampled_from([True, True, False])
methods = st.sampled_from(["cash", "card", "transfer", "qr", "credit", "credit"])
offs = st.sampled_from(OFFS)


class GymMachine(RuleBasedStateMachine):
    """Every rule is one operation at the desk, at the door, or time passing."""

    world: ClassVar[World]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch()
        self.touched: set[Membership] = set()
        self.step = 0

    @initialize(
        zone=st.sampled_from(ZONES),
        began=st.dates(date(2026, 1, 1), date(2028, 3, 1)),
        hour=st.integers(0, 23),
        grace=st.sampled_from([(0, 0), (0, 0), (3, 0), (0, 20_00), (2, 10_00)]),
        denies=st.booleans(),
        deny_reentry=st.sampled_from([False, False, True]),
        number=plan_number,
    )
    def opens(
        self,
        zone: str,
        began: date,
        hour: int,
        grace: tuple[int, int],
        denies: bool,
        deny_reentry: bool,
        number: int,
    ) -> None:
        """A gym in its zone, with a member and somebody who is none yet."""
        self.tally.examples += 1
        self.tally.zones[zone] += 1
        self.world.clock.at = datetime(began.year, began.month, began.day, hour, tzinfo=UTC)
        house = House(ZoneInfo(zone), *grace, closed_debt_denies=denies, deny_reentry=deny_reentry)
        plans = [PlanToMake(uuid4(), *values) for values in PLANS]
        clients = [uuid4(), uuid4()]
        self.world.begin(_settings(house, zone), plans, clients)
        self.book = Book(
            house,
            self.world.clock.at,
            [_plan(plan) for plan in plans],
            [Client(key) for key in clients],
        )
        self.join(0, number)

    # At the desk

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
        client, one = _of(self.owing(), which)
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
        client, one, payment = _of(self.payments(), which)
        reasons = money.why_not_void(self.book, payment, self.name(admin), admin=admin)
        key = cast("UUID", payment.key)
        if self.tried("void", reasons, lambda: self.world.void(admin, key)) is not None:
            money.void(client, one, payment)
            self.changed(None, one)

    @precondition(lambda self: self.paid())
    @rule(which=which, cents=st.sampled_from([1, 5_00, 33_33, None]), method=methods, admin=admins)
    def refund(self, which: int, cents: int | None, method: str, admin: bool) -> None:
        client, one = _of(self.paid(), which)
        amount = one.net_paid if cents is None else cents
        reasons = money.why_not_refund(one, amount, admin=admin)
        done = self.tried("refund", reasons, lambda: self.world.refund(admin, one.key, amount, method))
        if done is not None:
            money.refund(client, one, amount, method)

    @precondition(lambda self: self.owing())
    @rule(which=which, cents=st.sampled_from([0, 1, 5_00, None, None]), admin=admins)
    def goodwill(self, which: int, cents: int | None, admin: bool) -> None:
        client, one = _of(self.owing(), which)
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

    # Days that do not count, and days given

    @precondition(lambda self: self.resters())
    @rule(
        which=which,
        ahead=st.sampled_from([0, 0, 0, 1, 1, 5, 20, -1]),
        days=st.sampled_from([None, None, None, 1, 1, 3, 3, 10, 0, 400]),
        admin=admins,
    )
    def freeze(self, which: int, ahead: int, days: int | None, admin: bool) -> None:
        (client, one), book = _of(self.resters(), which), self.book
        first = max(book.today, one.first) + ahead * DAY
        last = None if days is None else first + (days - 1) * DAY
        wish = Rest(first, last)
        reasons = money.why_not_freeze(book, client, one, wish, admin=admin)
        rest = money.granted_rest(book, one, wish, admin=admin)
        done = self.tried("freeze", reasons, lambda: self.world.freeze(admin, one.key, first, last))
        if done is not None:
            money.freeze(book, client, one, rest)
            self.changed(client)

    @precondition(lambda self: self.frozen())
    @rule(which=which, admin=admins)
    def return_early(self, which: int, admin: bool) -> None:
        client, one = _of(self.frozen(), which)
        reasons = money.why_not_end(self.book, one)
        if self.tried("return_early", reasons, lambda: self.world.end_freeze(admin, one.key)) is not None:
            money.end(self.book, client, one)
            self.changed(client)

    @precondition(lambda self: self.resters())
    @rule(which=which, days=st.sampled_from([1, 1, 7, 30, 0, 366]), admin=admins)
    def gift(self, which: int, days: int, admin: bool) -> None:
        (client, one), book = _of(self.resters(), which), self.book
        reasons = money.why_not_gift(book, one, days, admin=admin)
        if self.tried("gift", reasons, lambda: self.world.gift(admin, one.key, days)) is not None:
            money.gift(book, client, one, days)
            self.changed(client)

    @precondition(lambda self: self.at_times(3))
    @rule(ahead=st.sampled_from([0, 0, 1, 6, -1]), days=st.sampled_from([1, 1, 3, 9, 0]), admin=admins)
    def close_gym(self, ahead: int, days: int, admin: bool) -> None:
        first = self.book.today + ahead * DAY
        last = first + (days - 1) * DAY
        reasons = money.why_not_close(self.book, first, last, admin=admin)
        if self.tried("close_gym", reasons, lambda: self.world.close_gym(admin, first, last)) is not None:
            for client in money.close(self.book, first, last):
                self.changed(client)

    @precondition(lambda self: self.at_times(4))
    @rule(
        number=plan_number, ahead=st.sampled_from([0, 1, 10, 400]), cents=st.sampled_from([0, 80_00, 123_45])
    )
    def schedule_price(self, number: int, ahead: int, cents: int) -> None:
        plan, day = self.book.plans[number], self.book.today + ahead * DAY
        reasons = _why_not_price(self.book, plan, day, cents)
        done = self.tried(
            "schedule_price", reasons, lambda: self.world.schedule_price(True, plan.key, cents, day)
        )
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

    # At the door

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
        client, one = _of(self.packs(), which)
        for _ in range((one.plan.visits or 0) + 1):
            self.enter("use_up", client, "staff", admin=True)
            self.to(self.book.now + DAY)

    def enter(self, name: str, client: Client, method: str, admin: bool) -> None:
        expected = answer(self.book, client, method)
        verdict = self.tried(name, set(), lambda: self.world.check_in(admin, client.key, method))
        self.tally.codes[expected.code] += 1
        said = as_answer(verdict)
        assert said.code == expected.code, f"{said} where {expected} is due"
        money.enter(self.book, client, verdict.id, method, self.name(admin))

    @precondition(lambda self: any(client.visits for client in self.book.clients))
    @rule(which=which, admin=admins)
    def undo(self, which: int, admin: bool) -> None:
        visits = [visit for client in self.book.clients for visit in client.visits]
        visit = _of(sorted(visits, key=lambda one: one.at, reverse=True), which)
        reasons = money.why_not_undo(self.book, visit, self.name(admin), admin=admin)
        if self.tried("undo", reasons, lambda: self.world.undo(admin, visit.key)) is not None:
            money.undo(visit)

    # Time

    @precondition(lambda self: self.at_times(2))
    @rule(minutes=st.sampled_from([1, 9, 11, 60, 300, 700]))
    def minutes_pass(self, minutes: int) -> None:
        self.tally.rules["minutes_pass"] += 1
        self.to(self.book.now + timedelta(minutes=minutes))

    @rule(days=st.sampled_from([1, 1, 1, 2, 7, 15]))
    def days_pass(self, days: int) -> None:
        self.tally.rules["days_pass"] += 1
        self.to(self.book.now + days * DAY)

    @precondition(lambda self: self.at_times(4))
    @rule(hour=st.sampled_from([0, 12, 23]))
    def month_ends(self, hour: int) -> None:
        """To the last day of a month, right after or before midnight."""
        self.tally.rules["month_ends"] += 1
        day = self.book.today + DAY
        self.to_local(day.replace(day=monthrange(day.year, day.month)[1]), hour)

    @precondition(lambda self: self.at_times(5))
    @rule()
    def leap_day_comes(self) -> None:
        self.tally.rules["leap_day_comes"] += 1
        year = self.book.today.year + (self.book.today >= date(self.book.today.year, 2, 28))
        while not isleap(year):
            year += 1
        if year < 2060:
            self.to_local(date(year, 2, 29), 9)

    @precondition(lambda self: self.at_times(5))
    @rule()
    def a_year_passes(self) -> None:
        self.tally.rules["a_year_passes"] += 1
        if self.book.today.year < 2060:
            self.to(self.book.now + 365 * DAY)

    @precondition(lambda self: self.at_times(3))
    @rule()
    def jobs_run(self) -> None:
        """At any time, or never: nothing waits for them."""
        self.tally.rules["jobs_run"] += 1
        self.world.nightly()
        self.touched |= {one for _, one in self.book.everybody()}

    @precondition(lambda self: self.at_times(4))
    @rule(who=who)
    def look(self, who: int) -> None:
        """Somebody opens the client's card: statuses settle on the way."""
        client = self.book.clients[who]
        self.tried("look", set(), lambda: self.world.current(True, client.key))
        self.changed(client)

    # After every step

    def check_invariants(self, settings: Any, output: Any, runtimes: Any) -> None:
        """Hypothesis calls this after every step; the clock ticks, so no two steps share an instant."""
        if not hasattr(self, "book"):
            return
        self.tally.steps += 1
        self.step += 1
        self.watch.look(self.book, self.world.wait(Snapshot.take(self.world.rows)), self.touched)
        self.touched = set()
        self.tally.statuses.update(one.status for _, one in self.book.everybody())
        expected = [answer(self.book, client) for client in self.book.clients]
        self.tally.codes.update(one.code for one in expected)
        assert self.world.answers([client.key for client in self.book.clients]) == expected
        self.to(self.book.now + timedelta(seconds=1))

    # What the rules have in common

    def tried(self, name: str, reasons: set[str], attempt: Callable[[], Any]) -> Any:
        """The result, or None for a refusal; it is refused if and only if the book knows why."""
        self.tally.rules[name] += 1
        result = attempt()
        if isinstance(result, Refused):
            assert result.code in reasons, f"{name}: {result.code} where {reasons or 'nothing'} is due"
            self.tally.refusals[result.code] += 1
            return None
        assert not reasons, f"{name} went through where {reasons} is due"
        self.tally.done[name] += 1
        return True if result is None else result

    def changed(self, client: Client | None, one: Membership | None = None, way: str = "") -> None:
        """Whose statuses must be the ones due, and how a balance came to zero."""
        if client is not None:
            self.touched |= set(client.open_on(self.book.today))
        if one is not None:
            self.touched.add(one)
            if way and not one.balance:
                self.tally.zero[way] += 1

    def to(self, moment: datetime) -> None:
        self.world.clock.at = self.book.now = moment

    def to_local(self, day: date, hour: int) -> None:
        there = datetime.combine(day, time(hour, 30), self.book.house.zone).astimezone(UTC)
        self.to(max(there, self.book.now))

    def name(self, admin: bool) -> str:
        return self.world.actors[admin].name

    def pick(self, which: int) -> tuple[Client, Membership]:
        return _of(self.memberships(), which)

    def memberships(self) -> list[tuple[Client, Membership]]:
        """Newest first."""
        return sorted(self.book.everybody(), key=lambda pair: pair[1].sold, reverse=True)

    def owing(self) -> list[tuple[Client, Membership]]:
        """Newest first, those that owe before the others."""
        return sorted(self.memberships(), key=lambda pair: not pair[1].balance)

    def resters(self) -> list[tuple[Client, Membership]]:
        """Those that may rest before the others."""
        today = self.book.today
        return sorted(self.memberships(), key=lambda pair: pair[1].due(today) not in ("active", "scheduled"))

    def packs(self) -> list[tuple[Client, Membership]]:
        running = ("active", "pending_payment")
        found = (pair for pair in self.memberships() if pair[1].plan.visits)
        return [pair for pair in found if pair[1].due(self.book.today) in running]

    def at_times(self, every: int) -> bool:
        """Now and then: what ends or empties everything would otherwise happen all the time."""
        return self.step % every == every - 1

    def waiting(self) -> list[tuple[Client, Membership]]:
        found = [(client, selling.waiting_of(self.book, client)) for client in self.book.clients]
        return [(client, one) for client, one in found if one is not None]

    def frozen(self) -> list[tuple[Client, Membership]]:
        """Those that rest, or will, before those that have rested."""
        today, found = self.book.today, self.memberships()
        rested = [pair for pair in found if pair[1].rests or pair[1].closed_days]
        return sorted(rested, key=lambda pair: pair[1].due(today) not in ("frozen", "active", "scheduled"))

    def paid(self) -> list[tuple[Client, Membership]]:
        return [pair for pair in self.memberships() if pair[1].net_paid > 0]

    def payments(self) -> list[tuple[Client, Membership, Row]]:
        """Newest first; those that the gym made itself, by a change of plan, are nobody's to void here."""
        return [
            (client, one, row)
            for client, one in self.memberships()
            for row in reversed(one.rows)
            if row.kind == "payment" and row.key is not None
        ]


def _of(found: list[Any], which: int) -> Any:
    return found[which % len(found)]


def _settings(house: House, zone: str) -> dict[str, object]:
    return {
        "timezone": zone,
        "grace_days": house.grace_days,
        "grace_amount": f"{house.grace_cents / 100:.2f}",
        "closed_debt_denies": house.closed_debt_denies,
        "reentry": "deny" if house.deny_reentry else "uncounted",
    }


def _plan(made: PlanToMake) -> Plan:
    prices = [(date(2000, 1, 1), made.cents)]
    return Plan(made.key, made.length, prices, made.visits, made.hours, made.freeze_days, made.once)


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


RULES: Final = (
    *("sell", "joins", "renew", "start_now", "pay", "void", "refund", "goodwill", "cancel", "change_plan"),
    *("freeze", "return_early", "gift", "close_gym", "schedule_price", "block", "set_active"),
    *("come", "show_card", "use_up", "undo", "jobs_run", "look"),
    *("minutes_pass", "days_pass", "month_ends", "leap_day_comes", "a_year_passes"),
)
