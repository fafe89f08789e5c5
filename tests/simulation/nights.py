"""What happens by itself in the simulated gym: periods begin and end, and people are reminded."""

from __future__ import annotations

from datetime import date

from tests.simulation.days import DAY, birthday
from tests.simulation.members import Member
from tests.simulation.model import GYM, Model

ENDS_IN, ENDED_AGO, DUE_AGO, ABSENT_FOR = (7, 3, 1, 0), (3, 10), (1, 3, 7), (10, 20)


def night(model: Model, day: date, *, missed: bool = False) -> None:
    """Just after midnight; on a day that was `missed`, without what is told of the present only.

    First the day before is looked at once more: who has paid in the course of it may be asked to come, and a
    plan whose end has moved may end soon.
    """
    for member in model.members:
        _remind(model, member, day - DAY)
        _absence(model, member, day - DAY)
    if day.day == 1:
        model.told["monthly_letter", GYM, day] += 1  # the one admin's
    for member in model.members:
        _expire(model, member, day)
    for member in model.members:
        _activate(model, member, day)
    for member in model.members:
        _remind(model, member, day)
        _birthday(model, member, day)
        _absence(model, member, day)
        if not missed:
            _rewards(model, member, day)
            _prices(model, member, day)
            _freeze_ends(model, member, day)


def evening(model: Model, day: date, *, missed: bool = False, last_missed: bool = False) -> None:
    """At closing. A missed day on which nothing happened is told only when it was yesterday."""
    if not missed or last_missed or day in model.busy:
        model.told["desk_digest", GYM, day] += 1


def _expire(model: Model, member: Member, day: date) -> None:
    over = [one for one in member.terms if one.open and one.ends < day]
    ended = [one for one in over if one.due_status(day, model.closed) in ("expired", "lapsed")]
    for term in ended:
        term.status = term.due_status(day, model.closed)
    stays = any(one.open and one.ends >= day for one in member.terms)
    for _ in ended:
        model.tell("desk_expired", member, day)
        if not stays and member.active:
            model.tell("subscription_expired", member, day)


def _activate(model: Model, member: Member, day: date) -> None:
    for term in member.terms:
        before, term.status = term.status, term.due_status(day, model.closed)
        if before == "scheduled" != term.status:
            model.tell("desk_activated", member, day)
            if member.active:
                model.tell("subscription_activated", member, day)


def _remind(model: Model, member: Member, day: date) -> None:
    """Who is not welcome is not asked to renew; a freeze without an end has no end to tell of."""
    if not member.active:
        return
    for place, term in enumerate(member.terms):
        if term.status == "canceled" or term.held:
            continue
        last = term is member.latest and term.lasting is None
        left, gone, since = (term.ends - day).days, (day - term.ends).days, (day - term.starts).days
        if member.linked and last and term.open and term.starts < day and left in ENDS_IN:
            model.tell_once("ends_soon", member, day, place, term.ends, left)
        if member.linked and last and gone in ENDED_AGO and not member.is_blocked(day):
            model.tell_once("ended", member, day, place, term.ends, gone)
        if member.linked and term.owed and since in DUE_AGO:
            model.tell_once("payment_due", member, day, place, term.starts, since)
        if term.owed and since == DUE_AGO[-1]:
            model.tell_once("desk_overdue", member, day, place, term.starts)


def _birthday(model: Model, member: Member, day: date) -> None:
    if member.linked and member.active and birthday(member.born, day.year) == day:
        model.tell_once("birthday", member, day, day.year)


def _absence(model: Model, member: Member, day: date) -> None:
    if not member.linked or not model.may_come(member, day):
        return
    since, days = member.missed_since(), model.days_away(member, day)
    if days in ABSENT_FOR:
        model.tell_once("absent", member, day, since, days)
        model.last_seen.setdefault((member.number, day), member.last_visit)


def _rewards(model: Model, member: Member, day: date) -> None:
    for reward in member.rewards:
        soon = reward.granted < day <= reward.expires <= day + 2 * DAY
        if member.linked and member.active and soon and not reward.used:
            model.tell_once("reward_expires", member, day, reward.granted, reward.expires)


def _prices(model: Model, member: Member, day: date) -> None:
    for term in member.terms:
        coming = model.plans[term.plan].coming
        if coming is None or not member.linked or not member.active or not term.open:
            continue
        amount, valid_from = coming
        if valid_from > day and term.starts < valid_from and term.base != amount:
            model.tell_once("price_changed", member, day, term.plan, valid_from)


def _freeze_ends(model: Model, member: Member, day: date) -> None:
    if not member.active:
        return
    for place, term in enumerate(member.terms):
        ending = (one for one in term.freezes if one.ends == day + DAY and one.starts <= day)
        for freeze in ending:
            if member.linked and term.open and term.returns_after(freeze.ends, model.closed):
                model.tell_once("freeze_ends", member, day, place, freeze.starts, freeze.ends)
