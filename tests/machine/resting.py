"""Days that do not count, in the book: freezes, closings, given days; what is refused and why."""

from __future__ import annotations

from datetime import date

from tests.machine.book import OPEN, Book, Client, Closing, Membership, Rest
from tests.machine.periods import arrange, lay_chain, stop
from tests.machine.rules import DAY
from tests.machine.selling import Reasons

LONGEST = 366
MOST_GIVEN = 365


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
