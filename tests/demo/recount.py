"""Figures of the team counted out of the history itself, one act and one attempt after the other."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.attendance.checkin.access import Rules
from gym.demo.history.acts import (
    Act,
    DebtRelief,
    DebtWriteOff,
    MoneyReturn,
    Payment,
    PaymentVoid,
    Sale,
)
from gym.demo.history.bar import BarReturn, BarSale
from gym.demo.history.story import DemoStory
from gym.demo.history.team import TEAM, DemoStaff
from gym.demo.premises import GRACE_DAYS
from gym.payments.models import Method
from gym.reports.person_facts import PersonFacts
from gym.reports.team.rating import StaffRecord
from gym.reports.team.work import StaffWork

Key = tuple[int, str]


def recounted(story: DemoStory, first: date, last: date) -> list[StaffRecord]:
    """Everybody's record of these days."""
    count, days = Counter[Key](), set[tuple[int, date]]()
    for act in story.acts:
        if first <= act.at.date() <= last:
            _act(count, days, act)
    for one in story.counts:
        if first <= one.day <= last:
            who, off = one.staff.number, one.counted - one.expected
            count[who, "counts"] += 1
            count[who, "short counts"] += off < 0
            count[who, "short"] += max(0, -off)
            count[who, "difference"] += off
    _door(count, story, first, last)
    return [_record(staff, count, {day for number, day in days if number == staff.number}) for staff in TEAM]


def _act(count: Counter[Key], days: set[tuple[int, date]], act: Act) -> None:
    who = act.staff.number
    match act:
        case Sale(term=term):
            count[who, "sales"] += 1
            count[who, "sold"] += term.final_price
            count[who, "discounts"] += term.discount > 0
            count[who, "discount"] += term.discount
        case Payment(method=method) if method is not Method.CREDIT:
            count[who, "payments"] += 1
            count[who, "taken"] += act.amount
            days.add((who, act.at.date()))
        case PaymentVoid(payment=paid):
            count[who, "voids"] += 1
            count[who, "void"] += paid.amount
            count[paid.staff.number, "taken"] -= paid.amount
        case MoneyReturn():
            count[who, "refunds"] += 1
            count[who, "refund"] += act.amount
        case BarSale():
            count[who, "payments"] += 1
            count[who, "taken"] += act.total
            days.add((who, act.at.date()))
        case BarReturn(sale=sale):
            count[who, "returned"] += 1
            count[who, "voids"] += 1
            count[who, "void"] += sale.total
            count[who, "credits"] += 1
            count[who, "credit"] += sale.total
            count[sale.staff.number, "taken"] -= sale.total
        case DebtWriteOff():
            count[who, "write-offs"] += 1
            count[who, "write-off"] += act.amount
        case DebtRelief():
            count[who, "credits"] += 1
            count[who, "credit"] += act.amount
        case _:
            assert act is not None


def _door(count: Counter[Key], story: DemoStory, first: date, last: date) -> None:
    for _, attempts in story.attempts(Rules(GRACE_DAYS, smallest_amount=Decimal(50))):
        for one in attempts:
            if not first <= one.at.date() <= last:
                continue
            if one.admitted and one.reason is not None and one.staff is not None:
                count[one.staff.number, "overrides"] += 1
            if one.undone_by is not None:
                count[one.undone_by.number, "undone"] += 1


def _record(staff: DemoStaff, count: Counter[Key], days: set[date]) -> StaffRecord:
    def of(name: str) -> int:
        return count[staff.number, name]

    def money(name: str) -> Decimal:
        return Decimal(of(name))

    key = UUID(int=staff.number)
    facts = PersonFacts(
        staff_id=key,
        staff_name=staff.name,
        discounts=of("discounts"),
        discount_amount=money("discount"),
        own_plans=0,
        voids=of("voids"),
        void_amount=money("void"),
        refunds=of("refunds"),
        refund_amount=money("refund"),
        credits=of("credits"),
        credit_amount=money("credit"),
        write_offs=of("write-offs"),
        write_off_amount=money("write-off"),
        overrides=of("overrides"),
        undone=of("undone"),
        referred=0,
        granted=0,
        brought_forward=0,
    )
    work = StaffWork(
        staff_id=key,
        staff_name=staff.name,
        role=staff.role,
        sales=of("sales"),
        sold=money("sold"),
        payments=of("payments"),
        taken=money("taken"),
        days=len(days),
        counts=of("counts"),
        short_counts=of("short counts"),
        short=money("short"),
        difference=money("difference"),
        returned=of("returned"),
    )
    return StaffRecord(facts, work)
