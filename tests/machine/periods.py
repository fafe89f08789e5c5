"""Moving days in the book: a client's memberships laid out again, with what waits behind."""

from __future__ import annotations

from datetime import date, timedelta

from tests.machine.book import Book, Client, Membership, Rest
from tests.machine.rules import DAY, Span


def arrange(book: Book, client: Client) -> None:
    """Every open membership keeps its usable days; what waits moves with the end of the one before it."""
    lay_chain(book, client, client.open_on(book.today))


def lay_chain(book: Book, client: Client, chain: list[Membership], ending: Membership | None = None) -> None:
    shift, held = timedelta(0), False
    for one in chain:
        before = one.last
        one.first += shift
        one.anchor = min(one.anchor, one.first)
        one.rests = [trimmed for rest in one.rests if (trimmed := _from(one, rest))]
        one.closed_days = _closed(book, client, one, to_come=not held and one is not ending)
        one.lay_out()
        shift = one.last - before
        one.held = held
        held = one.open_rest is not None


def place(book: Book, client: Client, waiting: Membership, span: Span) -> None:
    """Other days for one that waits; given days come along."""
    waiting.first, waiting.last, waiting.anchor = span.first, span.last, span.anchor
    waiting.usable = span.days + waiting.usable - waiting.bought
    waiting.bought = span.days
    lay_chain(book, client, [waiting])


def release(book: Book, client: Client, one: Membership) -> None:
    """Before it is closed early nothing rests any more from today on."""
    chain = client.open_on(book.today)
    for rest in list(one.rests):
        if rest.last is None or rest.last >= book.today:
            stop(book, one, rest)
    lay_chain(book, client, chain, ending=one)


def stop(book: Book, one: Membership, rest: Rest) -> None:
    """A rest ends with yesterday; one without a day behind it never was."""
    if rest.first < book.today:
        rest.last = book.today - DAY
    else:
        one.rests.remove(rest)


def lay_new(book: Book, client: Client, one: Membership) -> None:
    """Around every closed day of the period, those behind us too, when it is sold from an earlier day on."""
    used = any(visit.day == book.today for visit in client.entries())
    for closing in book.closings:
        days = (closing.first + ahead * DAY for ahead in range((closing.last - closing.first).days + 1))
        one.closed_days |= {day for day in days if day >= one.first and not (used and day == book.today)}
    one.lay_out()


def _from(one: Membership, rest: Rest) -> Rest | None:
    """What of a rest lies on the membership's days."""
    if rest.last is not None and rest.last < one.first:
        return None
    rest.first = max(rest.first, one.first)
    return rest


def _closed(book: Book, client: Client, one: Membership, *, to_come: bool) -> set[date]:
    """Closed days: those behind us stay, those to come are reckoned from the closings of now."""
    today = book.today
    days = {day for day in one.closed_days if day < today}
    if not to_come:
        return days
    used = any(visit.day == today for visit in client.entries())
    first = max(one.first, today + DAY if used else today)
    for closing in book.closings:
        start = max(first, closing.first)
        days |= {start + ahead * DAY for ahead in range((closing.last - start).days + 1)}
    return {day for day in days if not any(rest.holds(day) for rest in one.rests)}
