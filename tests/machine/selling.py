"""Selling in the book: what is refused and why, and what a sale writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from tests.machine.book import OPEN, Book, Client, GymRules, Membership, Plan, Row
from tests.machine.periods import lay_new, place, release
from tests.machine.rules import Span, down_to, first_span, months_later, next_span

Reasons = set[str]
"""Codes of which one must be said; none of them means that it must work."""


@dataclass(frozen=True, slots=True)
class Off:
    """A discount: a percentage, or cents."""

    percent: int = 0
    cents: int = 0

    def of(self, price: int, gym_rules: GymRules) -> int:
        """After a percentage an amount is left that can be paid with coins."""
        return _percent_off(price, self.percent, gym_rules) if self.percent else self.cents


def _percent_off(price: int, percent: int, gym_rules: GymRules) -> int:
    return price - down_to(price * Fraction(100 - percent, 100), gym_rules.smallest_cents)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewal would be."""

    span: Span
    plan: Plan
    after: Membership
    held: bool
    closes_pack: bool
    price: int


def why_not_discount(book: Book, off: Off, price: int, *, admin: bool) -> Reasons:
    cents = off.of(price, book.gym_rules)
    if off.percent > 100:
        return {"discount_invalid"}
    if cents > price:
        return {"discount_above_price"}
    limit = _percent_off(price, book.gym_rules.employee_percent, book.gym_rules)
    return {"discount_too_large"} if cents > limit and not admin else set()


def why_not_plan(book: Book, client: Client, plan: Plan) -> Reasons:
    reasons: Reasons = set() if client.active else {"client_inactive"}
    if plan.once and any(_had(book, one) for one in client.memberships if one.plan is plan):
        reasons.add("trial_used")
    return reasons


def _had(book: Book, one: Membership) -> bool:
    """One that was canceled before its first day was not had."""
    if one.status != "canceled" or one.closed_at is None:
        return True
    return one.closed_at.astimezone(book.gym_rules.zone).date() >= one.first


def why_not_sell(book: Book, client: Client, plan: Plan, start: date, off: Off, *, admin: bool) -> Reasons:
    today = book.today
    reasons = why_not_plan(book, client, plan)
    span = _wanted(book, client, plan, start)
    if start > months_later(today, 12):
        reasons.add("start_too_far")
    if start < today - timedelta(days=30):
        reasons.add("start_too_early")
    if span.last < today:
        reasons.add("period_over")
    for other in client.open_on(today):
        reasons |= _clash(other, span, today)
    return reasons | why_not_discount(book, off, plan.price(start), admin=admin)


def _wanted(book: Book, client: Client, plan: Plan, start: date) -> Span:
    """The period around the gym's closings."""
    span = first_span(start, plan.length)
    one = _row(book, plan, span, UUID(int=0), 0)
    lay_new(book, client, one)
    return Span(one.first, one.last, one.anchor)


def _clash(other: Membership, span: Span, today: date) -> Reasons:
    reasons: Reasons = set()
    if other.open_rest is not None and other.first <= span.last:
        reasons.add("frozen_open_end")
    if other.first <= span.last and span.first <= other.last:
        reasons.add("period_taken")
    if (other.held or other.first > today) and span.first > today:
        reasons.add("already_waiting")
    return reasons


def sell(
    book: Book,
    client: Client,
    plan: Plan,
    span: Span,
    key: UUID,
    price: int,
    off: int,
    *,
    held: bool = False,
) -> Membership:
    one = _row(book, plan, span, key, price - off)
    one.held = held
    if not held:
        lay_new(book, client, one)
    client.memberships.append(one)
    return one


def _row(book: Book, plan: Plan, span: Span, key: UUID, price: int) -> Membership:
    return Membership(
        key=key,
        plan=plan,
        first=span.first,
        last=span.last,
        anchor=span.anchor,
        bought=span.days,
        usable=span.days,
        price=price,
        sold=book.now,
        rows=[Row("charge", price)] if price else [],
    )


def renewal(book: Book, client: Client, plan: Plan | None) -> Renewal | None:
    """The period that a renewal would have; None when there is nothing to renew, or one waits."""
    latest, today = client.latest(), book.today
    if latest is None or latest.waits(today):
        return None
    plan = plan or latest.plan
    running = latest.due(today) in OPEN
    pack = running and latest.used_up
    follows = running and not pack
    span = next_span(latest.anchor, latest.last, plan.length) if follows else first_span(today, plan.length)
    price = plan.price(max(span.first, today))
    return Renewal(span, plan, latest, follows and latest.open_rest is not None, pack, price)


def why_not_renew(book: Book, client: Client, plan: Plan | None, off: Off, *, admin: bool) -> Reasons:
    latest = client.latest()
    if latest is None:
        return {"nothing_to_renew"}
    if latest.waits(book.today):
        return {"already_waiting"}
    found = renewal(book, client, plan)
    assert found is not None
    reasons = why_not_plan(book, client, found.plan)
    return reasons | why_not_discount(book, off, found.price, admin=admin)


def renew(book: Book, client: Client, found: Renewal, key: UUID, off: int) -> Membership:
    if found.closes_pack:
        use_up(book, client, found.after)
    return sell(book, client, found.plan, found.span, key, found.price, off, held=found.held)


def use_up(book: Book, client: Client, pack: Membership) -> None:
    """A pack without visits ends today."""
    if pack.rests or pack.closed_days:
        release(book, client, pack)
    pack.status = "lapsed" if pack.balance else "expired"
    pack.last, pack.closed_at = book.today, book.now


def waiting_of(book: Book, client: Client) -> Membership | None:
    found = (one for one in client.open_on(book.today) if one.waits(book.today))
    return next(found, None)


def why_not_start_now(book: Book, client: Client, one: Membership) -> Reasons:
    if not one.waits(book.today):
        return {"not_waiting"}
    running = next((other for other in client.open_on(book.today) if not other.waits(book.today)), None)
    return set() if running is not None and running.used_up else {"pack_not_used_up"}


def start_now(book: Book, client: Client, one: Membership) -> None:
    pack = next(other for other in client.open_on(book.today) if not other.waits(book.today))
    use_up(book, client, pack)
    place(book, client, one, first_span(book.today, one.plan.length))
