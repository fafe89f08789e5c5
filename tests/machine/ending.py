"""Ending a membership early, in the book: cancellations and changes of plan, and where the money goes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from uuid import UUID

from tests.machine.book import OPEN, Book, Client, Membership, Plan, Row
from tests.machine.periods import place, release
from tests.machine.rules import DAY, down_to, first_span, next_span, up_to
from tests.machine.selling import Reasons, sell, waiting_of, why_not_plan


def why_not_cancel(
    book: Book, client: Client, one: Membership, mode: str, cents: int, method: str, *, admin: bool
) -> Reasons:
    """After the freezes were released: `worth` is asked on that footing by `cancel`."""
    if one.due(book.today) not in OPEN:
        return {"already_closed"}
    if one.waits(book.today):
        return _why_not_undo(one, mode, cents, method, admin=admin)
    worth = released_worth(book, one, unused_from(book, client))
    value = {"none": 0, "pro_rata": worth}.get(mode, cents)
    reasons: Reasons = {"not_allowed"} if value > worth and not admin else set()
    if mode == "amount" and value <= 0:
        return reasons | {"amount_not_positive"}
    if value > one.reversible:
        reasons.add("refund_too_large")
    if value > one.balance and method != "credit" and not admin:
        reasons.add("refund_needs_admin")
    return reasons


def _why_not_undo(one: Membership, mode: str, cents: int, method: str, *, admin: bool) -> Reasons:
    """Of what has not begun only the money that was paid is in question."""
    back = {"none": 0, "pro_rata": one.net_paid}.get(mode, cents)
    if mode == "amount" and back <= 0:
        return {"amount_not_positive"}
    reasons: Reasons = {"refund_too_large"} if back > one.net_paid else set()
    return reasons | ({"refund_needs_admin"} if back and method != "credit" and not admin else set())


def unused_from(book: Book, client: Client) -> date:
    """Of a cancellation: a day on which the client has trained is used."""
    return book.today + DAY if client.visited_on(book.today) else book.today


def released_worth(book: Book, one: Membership, day: date) -> int:
    """What is unused from a day on, once nothing rests from then on; the book stays as it is."""
    days = _released_days(one, day)
    share = Fraction(days, one.bought)
    if one.plan.visits:
        share = min(share, 1 - Fraction(one.used, one.plan.visits))
    return min(up_to(one.price * share, book.gym_rules.smallest_cents), one.price, one.reversible)


def _released_days(one: Membership, day: date) -> int:
    """Usable days less those before a day, of which the given ones are the last."""
    behind = max(0, (day - one.first).days)
    spent = sum(1 for back in range(behind) if not one.rests_on(one.first + back * DAY))
    return max(0, min(one.bought - spent, one.bought))


def cancel(book: Book, client: Client, one: Membership, mode: str, cents: int, method: str, by: str) -> None:
    """What has not begun is not owed, and its money is kept, handed back or an amount of it."""
    if one.waits(book.today):
        value = one.balance + {"none": 0, "pro_rata": one.net_paid}.get(mode, cents)
        cause = "not_begun"
    else:
        value = {"none": 0, "pro_rata": released_worth(book, one, unused_from(book, client))}.get(mode, cents)
        cause = "canceled"
    release(book, client, one)
    give_back(book, client, one, value, method, cause, by)
    one.status, one.closed_at = "canceled", book.now


def give_back(
    book: Book, client: Client, one: Membership, value: int, method: str, cause: str, by: str = ""
) -> None:
    """First against the debt; what exceeds it is handed out, or kept as the client's credit."""
    surplus = max(0, value - one.balance)
    if surplus:
        one.rows.append(Row("refund", surplus, method, taken_by=by, day=book.today))
        if method == "credit":
            client.credit.append(Row("charge", surplus))
    if value:
        one.lower(Row("credit", value, cause=cause), book.gym_rules.smallest_cents)


def why_not_change(book: Book, client: Client, one: Membership, plan: Plan) -> Reasons:
    if one.due(book.today) not in OPEN:
        return {"already_closed"}
    if one.waits(book.today):
        return {"not_running"}
    reasons = why_not_plan(book, client, plan)
    return reasons | ({"same_plan"} if plan is one.plan else set())


def change(book: Book, client: Client, old: Membership, plan: Plan, key: UUID) -> Membership:
    """The unused days' worth lowers the old debt, then pays for the new plan; the rest is credit.

    Today's visit goes along.
    """
    trained = [one for one in client.entries() if one.membership is old and one.day == book.today]
    counted = sum(one.counted for one in trained)
    old.used -= counted
    worth, price = released_worth(book, old, book.today), plan.price(book.today)
    release(book, client, old)
    waiting = waiting_of(book, client)
    to_debt = min(worth, old.balance)
    give_back(book, client, old, worth, "credit", "plan_changed")
    old.status, old.closed_at = "canceled", book.now
    span = first_span(book.today, plan.length)
    new = sell(book, client, plan, span, key, price, 0)
    new.used += counted
    for visit in trained:
        visit.membership = new
    if waiting is not None:
        place(book, client, waiting, next_span(new.anchor, new.last, waiting.plan.length))
    to_new = min(worth - to_debt, price)
    if to_new:
        _carry_over(book, client, new, to_new)
    return new


def _carry_over(book: Book, client: Client, new: Membership, cents: int) -> None:
    """The old plan's worth pays for the new one, and what is left to pay can be paid with coins."""
    smallest = book.gym_rules.smallest_cents
    client.credit.append(Row("credit", cents))
    new.lower(Row("payment", cents, "credit", day=book.today), smallest)
    if odd := new.balance - down_to(new.balance, smallest):
        new.rows.append(Row("credit", odd, cause="rounding"))
