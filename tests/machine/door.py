"""The book's own verdict at the door, in the order of the gym's table, and the visits that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tests.machine.book import OPEN, Book, Client, Membership, Visit


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with what it says about the plan; money in cents."""

    code: str
    days_left: int | None = None
    visits_left: int | None = None
    owed: int = 0
    closed_debt: int = 0


def answer(book: Book, client: Client, method: str = "staff") -> Answer:
    """What the door must say now."""
    one = counting(book, client)
    debt = closed_debt(book, client, one)
    code = _code(book, client, one, debt, method)
    if one is None:
        return Answer(code, closed_debt=debt)
    visits = None if one.plan.visits is None else max(0, one.plan.visits - one.used)
    return Answer(code, max(0, (one.last - book.today).days), visits, one.balance, debt)


def counting(book: Book, client: Client) -> Membership | None:
    """The membership that counts today: one that covers it, else the next one, else the last one."""
    today = book.today
    found = [one for one in client.memberships if one.status != "canceled"]
    covering = [one for one in found if _covers(one, book)]
    waiting = [one for one in found if one.held or one.first > today]
    if covering:
        return max(covering, key=lambda one: (one.status in OPEN, one.last))
    if waiting:
        return min(waiting, key=lambda one: one.first)
    return max(found, key=lambda one: (one.last, one.sold), default=None)


def closed_debt(book: Book, client: Client, counts: Membership | None) -> int:
    """What is owed for memberships that are over."""
    others = (one for one in client.memberships if one is not counts)
    return sum(one.balance for one in others if one.due(book.today) not in OPEN)


def _covers(one: Membership, book: Book) -> bool:
    if one.held or one.first > book.today:
        return False
    lasting = one.open_rest
    return one.last >= book.today or (lasting is not None and lasting.holds(book.today))


def _code(book: Book, client: Client, one: Membership | None, debt: int, method: str) -> str:
    today, gym_rules = book.today, book.gym_rules
    if not client.active:
        return "client_inactive"
    if client.blocked_until is not None and today <= client.blocked_until:
        return "blocked"
    if one is None:
        return "no_subscription"
    if one.held or one.first > today:
        return "not_started"
    if not _covers(one, book):
        return "expired"
    if one.rests_on(today):
        return "frozen"
    if (debt >= gym_rules.smallest_cents and gym_rules.closed_debt_denies) or _payment_due(book, one):
        return "payment_due"
    return _entry(book, client, one, method)


def _payment_due(book: Book, one: Membership) -> bool:
    gym_rules, since = book.gym_rules, (book.today - one.first).days
    asked = one.balance >= gym_rules.smallest_cents and one.balance > gym_rules.grace_cents
    return asked and since >= gym_rules.grace_days


def _entry(book: Book, client: Client, one: Membership, method: str) -> str:
    """Whether a welcome member may come in now, and as what."""
    again = client.visited_on(book.today)
    if one.used_up and not again:
        return "visits_used_up"
    if one.plan.hours is not None and not one.plan.hours.open_at(book.local):
        return "outside_hours"
    if book.gym_rules.deny_reentry:
        return "already_inside" if again else "admitted"
    last = max((visit.at for visit in client.entries()), default=None)
    recent = last is not None and book.now - last < book.gym_rules.passback
    if recent and method == "qr":
        return "already_inside"
    return "reentry" if again else "admitted"


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


def why_not_undo(book: Book, visit: Visit, by: str, *, admin: bool) -> set[str]:
    reasons: set[str] = set() if admin or visit.by == by else {"not_your_check_in"}
    if visit.undone:
        reasons.add("nothing_to_undo")
    return reasons | ({"undo_too_late"} if book.now - visit.at > book.gym_rules.undo else set())


def undo(visit: Visit) -> None:
    visit.undone = True
    if visit.counted and visit.membership is not None:
        visit.membership.used -= 1
