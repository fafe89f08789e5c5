"""The machine: draws the next act, does it to the gym and to the book, and compares the two."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.machine.book import Book, Client, GymRules
from tests.machine.desk import AtTheDesk
from tests.machine.door import answer
from tests.machine.drawing import (
    PLANS,
    SMALLEST,
    ZONES,
    plan_number,
    plan_of,
    settings_of,
    who,
)
from tests.machine.proofs.desk import AtTheBank
from tests.machine.rules import DAY
from tests.machine.shop.watching import ShopSnapshot
from tests.machine.watching import Snapshot
from tests.machine.world import PlanToMake


class GymMachine(AtTheDesk, AtTheBank):
    """Every rule is one operation at the desk, at the door, from afar, or time passing."""

    @initialize(
        zone=st.sampled_from(ZONES),
        began=st.dates(date(2026, 1, 1), date(2028, 3, 1)),
        hour=st.integers(0, 23),
        smallest=st.sampled_from(SMALLEST),
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
        smallest: int,
        grace: tuple[int, int],
        denies: bool,
        deny_reentry: bool,
        number: int,
    ) -> None:
        """A gym in its zone, with products, a member and somebody who is none yet."""
        self.tally.examples += 1
        self.tally.zones[zone] += 1
        self.world.clock.at = datetime(began.year, began.month, began.day, hour, tzinfo=UTC)
        gym_rules = GymRules(
            ZoneInfo(zone), *grace, smallest, closed_debt_denies=denies, deny_reentry=deny_reentry
        )
        plans = [PlanToMake(uuid4(), *values) for values in PLANS]
        clients = [uuid4(), uuid4()]
        self.world.begin(settings_of(gym_rules, zone), plans, clients)
        self.book = Book(
            gym_rules,
            self.world.clock.at,
            [plan_of(plan) for plan in plans],
            [Client(key) for key in clients],
        )
        self.open_shop()
        self.open_bank()
        self.join(0, number)

    @precondition(lambda self: self.at_times(2))
    @rule(minutes=st.sampled_from([1, 9, 11, 60, 300, 700]))
    def minutes_pass(self, minutes: int) -> None:
        self.tally.rules["minutes_pass"] += 1
        self.to(self.book.now + timedelta(minutes=minutes))

    @rule(days=st.sampled_from([1, 1, 1, 2, 7, 15]))
    def days_pass(self, days: int) -> None:
        self.tally.rules["days_pass"] += 1
        self.to(self.book.now + days * DAY)

    @precondition(lambda self: self.at_times(3))
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
        self.expire_proofs()
        for _, one in self.book.everybody():
            one.round_off(self.book.gym_rules.smallest_cents)
        self.touched |= {one for _, one in self.book.everybody()}

    @precondition(lambda self: self.at_times(3))
    @rule(who=who)
    def look(self, who: int) -> None:
        """Somebody opens the client's card: statuses settle on the way."""
        client = self.book.clients[who]
        self.tried("look", set(), lambda: self.world.current(True, client.key))
        self.changed(client)

    def check_invariants(self, settings: Any, output: Any, runtimes: Any) -> None:
        """Hypothesis calls this after every step; the clock ticks, so no two steps share an instant."""
        if not hasattr(self, "book"):
            return
        self.tally.steps += 1
        self.step += 1
        seen = self.world.wait(Snapshot.take(self.world.rows))
        self.watch.look(self.book, seen, self.touched)
        self.shop_watch.look(self.shop, self.world.wait(ShopSnapshot.take(self.world.rows)), seen)
        self.look_at_proofs()
        self.touched = set()
        self.tally.statuses.update(one.status for _, one in self.book.everybody())
        expected = [answer(self.book, client) for client in self.book.clients]
        self.tally.codes.update(one.code for one in expected)
        said = self.world.answers([client.key for client in self.book.clients])
        assert said == expected, f"the door says {said} where {expected} is due"
        self.to(self.book.now + timedelta(seconds=1))


RULES: Final = (
    *("sell", "joins", "renew", "start_now", "cancel", "cancel_ahead", "change_plan"),
    "cancel_after_training",
    *("pay", "pay_late", "spend_credit", "void", "void_given_back", "void_late"),
    *("refund", "take_back", "goodwill", "write_off"),
    *("freeze", "return_early", "gift", "close_gym", "schedule_price", "block", "set_active"),
    *("come", "show_card", "use_up", "undo", "jobs_run", "look"),
    *("buys", "sell_products", "pay_products", "void_sale", "refund_sale", "count_till"),
    *("receive", "lose", "count_shelf", "price_product", "offer_product"),
    *("ask_quote", "pay_from_afar", "send_proof", "send_late", "approve_proof", "reject_proof", "tick"),
    *("void_proof", "price_moves", "sell_meanwhile"),
    *("minutes_pass", "days_pass", "month_ends", "leap_day_comes", "a_year_passes"),
)
