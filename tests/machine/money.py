"""Money, freezes and visits in the book: what is refused and why, and what is written."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tests.machine.book import OPEN, Book, Client, Closing, Membership, Rest, Row, Visit
from tests.machine.door import answer, counting
from tests.machine.periods import arrange, lay_chain, stop
from tests.machine.rules import DAY
from tests.machine.selling import Reasons

LONGEST = 366
MOST_GIVEN = 365


def why_not_pay(client: Client, one: Membership, cents: int, method: str) -> Reasons:
    if cents <= 0:
        return {"amount_not_positive"}
    reasons: Reasons = set()
    if cents > one.balance:
        reasons.add("over_payment" if one.balance else "nothing_owed")
    if method == "credit" and cents > client.credit_balance:
        reasons.add("not_enough_credit")
    return reasons


def pay(book: Book, client: Client, one: Membership, cents: int, method: str, key: UUID, by: str) -> None:
    one.rows.append(Row("payment", cents, method, key, by, book.today))
    if method == "credit":
        client.credit.append(Row("credit", cents))


def why_not_void(book: Book, payment: Row, by: str, *, admin: bool) -> Reasons:
    own = payment.taken_by == by and payment.day == book.today
    reasons: Reasons = set() if admin or own else {"void_needs_admin"}
    return reasons | ({"already_voided"} if payment.voided else set())


def void(client: Client, one: Membership, payment: Row) -> None:
    payment.voided = True
    one.rows.append(Row("void", payment.cents, payment.method))
    if payment.method == "credit":
        client.credit.append(Row("charge", payment.cents))


def why_not_refund(one: Membership, cents: int, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    if cents <= 0:
        return {"amount_not_positive"}
    return {"refund_too_large"} if cents > one.net_paid else set()


def refund(client: Client, one: Membership, cents: int, method: str) -> None:
    one.rows += [Row("refund", cents, method), Row("credit", cents)]
    if method == "credit":
        client.credit.append(Row("charge", cents))


def goodwill(client: Client, one: Membership, cents: int) -> None:
    """Off the debt first; the rest is the client's."""
    off = min(cents, one.balance)
    if off:
        one.rows.append(Row("credit", off))
    if cents > off:
        client.credit.append(Row("charge", cents - off))


def allowance_left(book: Book, one: Membership) -> int:
    spent = sum(rest.days if rest.last else max(0, (book.today - rest.first).days + 1) for rest in one.rests)
    return max(0, one.plan.freeze_days - spent)


def granted_rest(book: Book, one: Membership, wish: Rest, *, admin: bool) -> Rest:
    """Who may not go beyond the plan gets what it has left instead of an open end."""
    left = allowance_left(book, one)
    if admin or wish.last is not None or not left:
        return wish
    return Rest(wish.first, wish.first + (left - 1) * DAY)


def why_not_freeze(book: Book, client: Client, one: Membership, wish: Rest, *, admin: bool) -> Reasons:
    today = book.today
    if one.due(today) not in OPEN:
        return {"already_closed"}
    reasons: Reasons = {"waits_behind_freeze"} if one.held else set()
    if one.balance:
        reasons.add("debt_first")
    if wish.last is not None and wish.last < wish.first:
        return reasons | {"freeze_backwards"}
    if wish.days > LONGEST:
        reasons.add("freeze_too_long")
    left, rest = allowance_left(book, one), granted_rest(book, one, wish, admin=admin)
    if not admin and (not left or wish.days > left):
        reasons.add("freeze_beyond_plan")
    if any(other.meets(rest) for other in one.rests):
        reasons.add("already_frozen")
    if not max(today, one.first) <= rest.first <= one.last:
        reasons.add("freeze_outside")
    if rest.first == today and any(visit.day == today for visit in client.entries()):
        reasons.add("visited_today")
    return reasons


def freeze(book: Book, client: Client, one: Membership, rest: Rest) -> None:
    one.rests = sorted([*one.rests, rest], key=lambda other: other.first)
    arrange(book, client)


def resting(book: Book, one: Membership) -> Rest | None:
    """The freeze that runs, else the next one that is planned."""
    left = (rest for rest in one.rests if rest.last is None or rest.last >= book.today)
    return next(left, None)


def why_not_end(book: Book, one: Membership) -> Reasons:
    if one.due(book.today) not in OPEN:
        return {"already_closed"}
    if resting(book, one) is not None:
        return set()
    return {"gym_is_closed"} if one.rests_on(book.today) else {"nothing_frozen"}


def end(book: Book, client: Client, one: Membership) -> None:
    rest = resting(book, one)
    assert rest is not None
    chain = client.open_on(book.today)
    stop(book, one, rest)
    lay_chain(book, client, chain)


def why_not_gift(book: Book, one: Membership, days: int, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    if not 1 <= days <= MOST_GIVEN:
        return {"gift_out_of_range"}
    return set() if one.due(book.today) in OPEN else {"already_closed"}


def gift(book: Book, client: Client, one: Membership, days: int) -> None:
    one.usable += days
    arrange(book, client)


def why_not_close(book: Book, first: date, last: date, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    reasons: Reasons = {"closing_in_past"} if first < book.today else set()
    return reasons | ({"freeze_backwards"} if last < first else set())


def close(book: Book, first: date, last: date) -> list[Client]:
    """Everybody with a plan on one of the days rests, debt or not; whose days were laid out again."""
    book.closings.append(Closing(first, last, book.now))
    touched = [
        client for client in book.clients if any(_meets(one, first, last) for one in _open(book, client))
    ]
    for client in touched:
        arrange(book, client)
    return touched


def _open(book: Book, client: Client) -> list[Membership]:
    return client.open_on(book.today)


def _meets(one: Membership, first: date, last: date) -> bool:
    return one.first <= last and (one.last >= first or one.held or one.open_rest is not None)


def enter(book: Book, client: Client, key: UUID, method: str, by: str) -> None:
    """The verdict's effect: a visit, counted once a day."""
    code = answer(book, client, method).code
    if code not in ("admitted", "reentry"):
        client.denials.append(key)
        return
    one, counted = counting(book, client), code == "admitted"
    client.visits.append(Visit(key, book.now, book.today, counted, one, by))
    if counted and one is not None:
        one.used += 1


def why_not_undo(book: Book, visit: Visit, by: str, *, admin: bool) -> Reasons:
    reasons: Reasons = set() if admin or visit.by == by else {"not_your_check_in"}
    if visit.undone:
        reasons.add("nothing_to_undo")
    return reasons | ({"undo_too_late"} if book.now - visit.at > book.house.undo else set())


def undo(visit: Visit) -> None:
    visit.undone = True
    if visit.counted and visit.membership is not None:
        visit.membership.used -= 1
