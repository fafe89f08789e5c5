"""Money in the book: what is refused and why, and what is written.

Two things always hold of an account: what is owed is never below zero, and of what was paid no more is handed
back, kept as the client's credit or void than was paid.
"""

from __future__ import annotations

from uuid import UUID

from tests.machine.book import Account, Book, Client, Membership, Row
from tests.machine.selling import Reasons


def why_not_pay(client: Client, one: Account, cents: int, method: str) -> Reasons:
    if cents <= 0:
        return {"amount_not_positive"}
    reasons: Reasons = set()
    if cents > one.balance:
        reasons.add("over_payment" if one.balance else "nothing_owed")
    if method == "credit" and cents > client.credit_balance:
        reasons.add("not_enough_credit")
    return reasons


def pay(
    book: Book,
    client: Client,
    one: Account,
    cents: int,
    method: str,
    key: UUID | None,
    by: str,
    cause: str = "",
) -> None:
    one.lower(Row("payment", cents, method, key, by, book.today, cause), book.gym_rules.smallest_cents)
    if method == "credit":
        client.credit.append(Row("credit", cents))


def why_not_void(
    book: Book, client: Client, one: Membership, payment: Row, by: str, *, admin: bool
) -> Reasons:
    own = payment.taken_by == by and payment.day == book.today
    reasons: Reasons = set() if admin or own else {"void_needs_admin"}
    if payment.voided:
        return reasons | {"already_voided"}
    if payment.cause == "surplus":
        return reasons | ({"surplus_spent"} if payment.cents > client.credit_balance else set())
    return reasons | ({"money_given_back"} if payment.cents > one.net_paid else set())


def void(book: Book, client: Client, one: Membership, payment: Row) -> None:
    """Of money that came in again, the charge ends too: what is owed stays. A surplus leaves the credit."""
    payment.voided = True
    cause = "surplus" if payment.cause == "surplus" else ""
    one.rows.append(
        Row("void", payment.cents, payment.method, taken_by=payment.taken_by, day=book.today, cause=cause)
    )
    if cause:
        one.rows.append(Row("payment", payment.cents, "credit", day=book.today, cause=cause))
        client.credit.append(Row("credit", payment.cents))
    if payment.cause == "returned":
        one.lower(Row("credit", payment.cents, cause="returned"), book.gym_rules.smallest_cents)
    if payment.method == "credit":
        client.credit.append(Row("charge", payment.cents))


def why_not_refund(one: Membership, cents: int, *, admin: bool) -> Reasons:
    if not admin:
        return {"not_allowed"}
    if cents <= 0:
        return {"amount_not_positive"}
    return {"refund_too_large"} if cents > one.net_paid else set()


def refund(book: Book, client: Client, one: Membership, cents: int, method: str, by: str) -> None:
    one.rows.append(Row("refund", cents, method, taken_by=by, day=book.today))
    one.lower(Row("credit", cents, cause="refunded"), book.gym_rules.smallest_cents)
    if method == "credit":
        client.credit.append(Row("charge", cents))


def why_not_take_back(client: Client, one: Membership, method: str, *, admin: bool) -> Reasons:
    """All that was handed back comes in at once, or nothing."""
    reasons: Reasons = set() if admin else {"not_allowed"}
    if not one.given_back:
        return reasons | {"nothing_to_return"}
    if method == "credit" and one.given_back > client.credit_balance:
        reasons.add("not_enough_credit")
    return reasons


def take_back(book: Book, client: Client, one: Membership, method: str, key: UUID, by: str) -> None:
    """What is owed stays as it is: a charge stands for the money, and a payment pays it."""
    cents = one.given_back
    one.rows.append(Row("charge", cents, cause="returned"))
    pay(book, client, one, cents, method, key, by, "returned")


def why_not_goodwill(cents: int, *, admin: bool) -> Reasons:
    reasons: Reasons = {"amount_not_positive"} if cents <= 0 else set()
    return reasons if admin else reasons | {"not_allowed"}


def goodwill(book: Book, client: Client, one: Membership, cents: int) -> None:
    """Off the debt first; the rest is the client's."""
    off = min(cents, one.balance)
    if off:
        one.lower(Row("credit", off, cause="goodwill"), book.gym_rules.smallest_cents)
    if cents > off:
        client.credit.append(Row("charge", cents - off))


def why_not_write_off(book: Book, one: Membership, *, admin: bool) -> Reasons:
    """Only what is over: else a plan is given away."""
    reasons: Reasons = set() if one.balance else {"nothing_owed"}
    if not one.is_over(book.today):
        reasons |= {"plan_still_open"}
    return reasons if admin else reasons | {"not_allowed"}


def write_off(book: Book, one: Membership) -> None:
    """All that is owed: nobody will pay it."""
    one.lower(Row("credit", one.balance, cause="written_off"), book.gym_rules.smallest_cents)
