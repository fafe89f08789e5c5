"""Life at the gym: what its people do on each day, decided by chance that is the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from tests.simulation.days import DAY, Closing
from tests.simulation.members import Member, Plan, Term
from tests.simulation.model import Model


class Deed(StrEnum):
    """What somebody does at the desk or at the door."""

    BUY = "buy"
    RENEW = "renew"
    PAY = "pay"
    WRITE_OFF = "write off"
    CANCEL = "cancel"
    FREEZE = "freeze"
    END_FREEZE = "end freeze"
    COME = "come"
    BLOCK = "block"
    LEAVE = "leave"
    COME_BACK = "come back"


@dataclass(frozen=True)
class Act:
    """One thing one member does; the model has done it already."""

    deed: Deed
    member: Member
    plan: str = ""
    term: int = 0
    """Which of the member's periods it is about."""
    amount: int = 0
    by_credit: bool = False
    """Paid with the member's own credit, or given back as such."""
    back: bool = False
    use_reward: bool = False
    admitted: bool = False
    since: date | None = None
    until: date | None = None
    """Last day of a block or freeze."""


@dataclass(frozen=True)
class Shut:
    """The gym announces a closing, or opens again; the model has done it already."""

    closing: Closing
    number: int
    """Which of the closings."""
    opens: bool = False


def people(count: int, seed: int) -> list[Member]:
    """Most have a chat; one was born on 29 February."""
    chance = Random(f"people {seed}")
    members = [
        Member(
            number,
            chance.random() < 0.85,
            date(1970 + number % 35, chance.randint(1, 12), chance.randint(1, 28)),
        )
        for number in range(count)
    ]
    members[0].linked, members[0].born = True, date(1996, 2, 29)
    return members


def plans() -> dict[str, Plan]:
    return {"Monthly": Plan("Monthly", 1, 0, 150_000), "Weekly": Plan("Weekly", 0, 7, 40_000)}


def shutting(model: Model, day: date, seed: int) -> Iterator[Shut]:
    """Every month or so the gym closes for some days, now and then for two weeks, and may open sooner."""
    chance = Random(f"shut {seed} {day}")
    for number, closing in enumerate(model.closings):
        if not closing.called_off and day <= closing.ends and chance.random() < 0.06:
            model.reopen(closing, day)
            yield Shut(closing, number, opens=True)
    if chance.random() < 0.035:
        first = day + chance.randint(0, 9) * DAY
        length = 14 if chance.random() < 0.1 else chance.randint(1, 4)
        yield Shut(model.close(first, first + (length - 1) * DAY, day), len(model.closings) - 1)


def day_of(model: Model, day: date, seed: int) -> Iterator[Act]:
    """Everything that is done on a day, one after the other; the model is ahead by one."""
    for member in model.members:
        chance = Random(f"{seed} {day} {member.number}")
        yield from _leave(model, member, day)
        if member.active:
            yield from _settle_debts(model, member, day, chance)
            yield from _change_plans(model, member, day)
            yield from _buy(model, member, day, chance)
            yield from _freeze(model, member, day)
        yield from _block(model, member, day)
        yield from _come(model, member, day, chance)


def _leave(model: Model, member: Member, day: date) -> Iterator[Act]:
    """Somebody's registration is ended for a while, whatever they have bought."""
    chance = Random(f"leave {day} {member.number}")
    if member.active and chance.random() < 0.001:
        model.leave(member, day)
        yield Act(Deed.LEAVE, member)
    elif not member.active and chance.random() < 0.04:
        model.come_back(member)
        yield Act(Deed.COME_BACK, member)


def _block(model: Model, member: Member, day: date) -> Iterator[Act]:
    """Now and then somebody is sent away for a while, most often those who hardly ever come."""
    chance = Random(f"block {day} {member.number}")
    if chance.random() < (0.03 if member.number % 4 == 3 else 0.003):
        until = day + timedelta(days=chance.randint(1, 6))
        model.block(member, until)
        yield Act(Deed.BLOCK, member, until=until)


def _settle_debts(model: Model, member: Member, day: date, chance: Random) -> Iterator[Act]:
    """Most debts are paid, in whole or in part; some of what is over nobody will pay."""
    for place, term in enumerate(member.terms):
        if term.owed and chance.random() < 0.12:
            yield _paid(model, member, place, day, chance)
        elif term.owed and not term.open and chance.random() < 0.12:
            model.write_off(member, term, day)
            yield Act(Deed.WRITE_OFF, member, term=place)


def _paid(model: Model, member: Member, place: int, day: date, chance: Random) -> Act:
    term = member.terms[place]
    amount = term.owed if chance.random() < 0.8 else max(1, term.owed // 2)
    by_credit = member.credit > 0
    amount = min(amount, member.credit) if by_credit else amount
    model.pay(member, term, amount, day, by_credit=by_credit)
    return Act(Deed.PAY, member, term=place, amount=amount, by_credit=by_credit)


def _change_plans(model: Model, member: Member, day: date) -> Iterator[Act]:
    """A renewal that waits is given up."""
    waiting, chance = member.waiting(day), Random(f"cancel {day} {member.number}")
    if waiting is not None and chance.random() < 0.04:
        place, back, by_credit = member.terms.index(waiting), chance.random() < 0.7, chance.random() < 0.5
        model.cancel(member, waiting, day, back=back, as_credit=by_credit)
        yield Act(Deed.CANCEL, member, term=place, back=back, by_credit=by_credit)


def _freeze(model: Model, member: Member, day: date) -> Iterator[Act]:
    """A paid plan rests for some days, now or soon, or until the member is back; many are back sooner."""
    term, chance = member.running(day), Random(f"freeze {day} {member.number}")
    if term is None:
        return
    planned, place = term.freeze_from(day), member.terms.index(term)
    if planned is not None:
        if chance.random() < (0.15 if planned.ends is None else 0.03):
            model.end_freeze(member, term, day)
            yield Act(Deed.END_FREEZE, member, term=place)
    elif not term.owed and chance.random() < 0.008:
        first = min(day + chance.randint(0, 5) * DAY, term.ends)
        last = None if chance.random() < 0.25 else first + chance.randint(0, 13) * DAY
        model.freeze(member, term, first, last, day)
        yield Act(Deed.FREEZE, member, term=place, since=first, until=last)


def _buy(model: Model, member: Member, day: date, chance: Random) -> Iterator[Act]:
    latest = member.latest
    if latest is None or not latest.open:
        wanted = chance.random() < (0.25 if latest is None else 0.06)
    else:
        near = (latest.ends - day).days <= 5 and member.waiting(day) is None
        wanted = near and chance.random() < 0.25
    if not wanted:
        return
    yield _bought(model, member, latest, day, chance)
    if chance.random() < 0.7:
        yield _paid(model, member, len(member.terms) - 1, day, chance)


def _bought(model: Model, member: Member, latest: Term | None, day: date, chance: Random) -> Act:
    if latest is None or (not latest.open and chance.random() < 0.5):
        plan = "Monthly" if chance.random() < 0.8 else "Weekly"
        model.buy(member, plan, day)
        return Act(Deed.BUY, member, plan=plan)
    use = chance.random() < 0.8 and member.reward_on(day) is not None
    model.renew(member, day, use_reward=use)
    return Act(Deed.RENEW, member, use_reward=use)


def _come(model: Model, member: Member, day: date, chance: Random) -> Iterator[Act]:
    """Some come nearly every day, some hardly ever; now and then somebody comes who may not."""
    keen = (0.85, 0.55, 0.3, 0.03)[member.number % 4]
    if chance.random() < (keen if model.may_come(member, day) else 0.04):
        yield Act(Deed.COME, member, admitted=model.comes(member, day))
