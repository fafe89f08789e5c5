"""Checks after every step: the rows against the book."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, groupby
from uuid import UUID

import asyncpg

from tests.machine.book import OPEN, Book, Client, Membership, Row
from tests.machine.world import cents

MEMBERSHIPS = """
SELECT s.id, s.client_id, s.account_id, s.status, s.starts_on, s.ends_on, s.anchor, s.held, s.final_price,
    s.visits_used, s.frozen_days, s.gift_days, a.balance
FROM subscriptions s JOIN accounts a ON a.id = s.account_id ORDER BY s.client_id, s.starts_on
"""
LEDGER = """
SELECT e.id, e.account_id, e.kind, e.amount, e.method, e.cause, md5(e::text) AS hash, a.kind AS account,
    a.client_id, a.balance, e.receipt_number
FROM ledger_entries e JOIN accounts a ON a.id = e.account_id
"""
RESTS = "SELECT subscription_id, starts_on, ends_on FROM freezes WHERE canceled_at IS NULL"
VISITS = """
SELECT client_id, subscription_id, gym_day, count(*) AS visits FROM check_ins
WHERE counted AND undone_at IS NULL GROUP BY client_id, subscription_id, gym_day
"""
# Both rules of money, for every account, without a word of the gym's code.
BROKEN = """
SELECT * FROM (
    SELECT a.id, a.kind, a.balance,
        coalesce(sum(CASE WHEN e.kind IN ('charge', 'opening', 'refund', 'void') THEN e.amount
            WHEN e.kind IN ('payment', 'credit') THEN -e.amount END), 0) AS owed,
        coalesce(sum(CASE e.kind WHEN 'payment' THEN e.amount WHEN 'void' THEN -e.amount
            WHEN 'refund' THEN -e.amount END), 0) AS held
    FROM accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id GROUP BY a.id
) AS account WHERE balance <> owed OR balance < 0 OR held < 0
"""
Found = asyncpg.Record
Movement = tuple[str, int, str, str]


@dataclass
class Snapshot:
    """The rows of one moment."""

    memberships: list[Found]
    ledger: list[Found]
    rests: list[Found]
    visits: list[Found]
    broken: list[Found]

    @classmethod
    async def take(cls, rows: asyncpg.Connection) -> Snapshot:
        return cls(*[await rows.fetch(query) for query in (MEMBERSHIPS, LEDGER, RESTS, VISITS, BROKEN)])


@dataclass
class Watch:
    """Remembers what may never change again."""

    written: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def look(self, book: Book, seen: Snapshot, touched: set[Membership]) -> None:
        self._ledger_only_grows(seen)
        assert not seen.broken, f"accounts break a rule of money: {seen.broken}"
        a_void_undoes_a_payment(seen)
        receipts_leave_no_gap(seen)
        nobody_has_two_at_once(seen)
        days_are_conserved(book, seen)
        visits_count_once(seen)
        statuses_agree(book, seen, touched)
        the_book_says_the_same(book, seen)

    def _ledger_only_grows(self, seen: Snapshot) -> None:
        now = {row["id"]: row["hash"] for row in seen.ledger}
        changed = {key for key, was in self.written.items() if now.get(key) != was}
        assert not changed, f"ledger rows were edited or are gone: {changed}"
        self.written = now


def a_void_undoes_a_payment(seen: Snapshot) -> None:
    kinds = Counter(row["kind"] for row in seen.ledger)
    assert kinds["void"] <= kinds["payment"]


def receipts_leave_no_gap(seen: Snapshot) -> None:
    numbers = sorted(row["receipt_number"] for row in seen.ledger if row["receipt_number"] is not None)
    assert numbers == list(range(1, len(numbers) + 1))


def nobody_has_two_at_once(seen: Snapshot) -> None:
    held = [row for row in seen.memberships if row["status"] in OPEN]
    for _, rows in groupby(held, key=lambda row: row["client_id"]):
        own = list(rows)
        assert sum(row["status"] == "scheduled" for row in own) <= 1
        for one, other in combinations(own, 2):
            apart = one["ends_on"] < other["starts_on"] or other["ends_on"] < one["starts_on"]
            assert apart, f"{one} and {other} share days"


def days_are_conserved(book: Book, seen: Snapshot) -> None:
    """The usable days of a period are those bought and given, wherever the rests lie."""
    rests: dict[UUID, int] = defaultdict(int)
    for row in seen.rests:
        if row["ends_on"] is not None:
            rests[row["subscription_id"]] += _days(row["starts_on"], row["ends_on"])
    ended = {one.key for _, one in book.everybody() if one.closed_at is not None}
    known = {one.key: one for _, one in book.everybody()}
    for row in seen.memberships:
        if row["id"] in ended:
            continue
        usable = _days(row["starts_on"], row["ends_on"]) - rests[row["id"]]
        assert usable == known[row["id"]].bought + row["gift_days"], f"days were lost or won: {row}"


def visits_count_once(seen: Snapshot) -> None:
    used: dict[UUID, int] = defaultdict(int)
    days: dict[tuple[UUID, date], int] = defaultdict(int)
    for row in seen.visits:
        days[row["client_id"], row["gym_day"]] += row["visits"]
        used[row["subscription_id"]] += row["visits"]
    assert all(count == 1 for count in days.values()), days
    for row in seen.memberships:
        assert row["visits_used"] == used[row["id"]], f"visits do not add up: {row}"


def statuses_agree(book: Book, seen: Snapshot, touched: set[Membership]) -> None:
    """A status moves only to the one that dates and balance want; what was touched has it already."""
    known = {one.key: one for _, one in book.everybody()}
    for row in seen.memberships:
        one = known[row["id"]]
        due = one.due(book.today)
        if one in touched or row["status"] != one.status:
            assert row["status"] == due, f"{row['status']} where {due} is due: {row}"
        one.status = row["status"]


def the_book_says_the_same(book: Book, seen: Snapshot) -> None:
    ledger: dict[UUID, list[Found]] = defaultdict(list)
    for row in seen.ledger:
        ledger[row["client_id"] if row["account"] == "credit" else row["account_id"]].append(row)
    rows = {row["id"]: row for row in seen.memberships}
    assert rows.keys() == {one.key for _, one in book.everybody()}
    for client, one in book.everybody():
        row = rows[one.key]
        assert row["client_id"] == client.key
        assert _as_booked(one) == _as_written(row), f"{one}"
        written, booked = movements(ledger[row["account_id"]]), as_booked(one.rows)
        assert written == booked, f"{written} written where {booked} is due: {one}"
    for client in book.clients:
        _credit_agrees(client, ledger[client.key])


def _credit_agrees(client: Client, ledger: list[Found]) -> None:
    written = [(kind, amount) for kind, amount, *_ in movements(ledger)]
    assert written == [(kind, amount) for kind, amount, *_ in as_booked(client.credit)]
    balances = {cents(row["balance"]) for row in ledger}
    assert balances <= {client.credit_balance}, f"{balances} of credit where {client.credit_balance} is due"
    assert client.credit_balance >= 0


def _as_booked(one: Membership) -> tuple[object, ...]:
    return one.first, one.last, one.anchor, one.held, one.price, one.used, one.balance


def _as_written(row: Found) -> tuple[object, ...]:
    dates = row["starts_on"], row["ends_on"], row["anchor"]
    return *dates, row["held"], cents(row["final_price"]), row["visits_used"], cents(row["balance"])


def movements(ledger: list[Found]) -> list[Movement]:
    """Kind, cents, method and cause."""
    return sorted(
        (row["kind"], cents(row["amount"]), row["method"] or "", row["cause"] or "") for row in ledger
    )


def as_booked(rows: list[Row]) -> list[Movement]:
    return sorted((row.kind, row.cents, row.method or "", row.cause) for row in rows)


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
