"""Life at the gym: what its people do on each day, decided by chance that is the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from tests.simulation.model import OPEN, Member, Model, Plan, Term


class Deed(StrEnum):
    """What somebody does at the desk or at the door."""

    BUY = "buy"
    RENEW = "renew"
    PAY = "pay"
    COME = "come"
    BLOCK = "block"


@dataclass(frozen=True)
class Act:
    """One thing one member does; the model has done it already."""

    deed: Deed
    member: Member
    plan: str = ""
    term: int = 0
    """Which of the member's periods is paid for."""
    amount: int = 0
    use_reward: bool = False
    admitted: bool = False
    until: date | None = None
    """Last day of a block."""


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


def day_of(model: Model, day: date, seed: int) -> Iterator[Act]:
    """Everything that is done on a day, one after the other; the model is ahead by one."""
    for member in model.members:
        chance = Random(f"{seed} {day} {member.number}")
        yield from _pay_debts(model, member, day, chance)
        yield from _buy(model, member, day, chance)
        yield from _block(model, member, day)
        yield from _come(model, member, day, chance)


def _block(model: Model, member: Member, day: date) -> Iterator[Act]:
    """Now and then somebody is sent away for a while, most often those who hardly ever come."""
    chance = Random(f"block {day} {member.number}")
    if chance.random() < (0.03 if member.number % 4 == 3 else 0.003):
        until = day + timedelta(days=chance.randint(1, 6))
        model.block(member, until)
        yield Act(Deed.BLOCK, member, until=until)


def _pay_debts(model: Model, member: Member, day: date, chance: Random) -> Iterator[Act]:
    for place, term in enumerate(member.terms):
        if term.owed and chance.random() < 0.12:
            yield _paid(model, member, place, term, day, chance)


def _paid(model: Model, member: Member, place: int, term: Term, day: date, chance: Random) -> Act:
    amount = term.owed if chance.random() < 0.8 else max(1, term.owed // 2)
    model.pay(member, term, amount, day)
    return Act(Deed.PAY, member, term=place, amount=amount)


def _buy(model: Model, member: Member, day: date, chance: Random) -> Iterator[Act]:
    latest = member.latest
    if latest is None or latest.status not in OPEN:
        wanted = chance.random() < (0.25 if latest is None else 0.06)
    else:
        near = (latest.ends - day).days <= 5 and member.waiting(day) is None and latest.starts <= day
        wanted = near and chance.random() < 0.25
    if not wanted:
        return
    if latest is None or (latest.status not in OPEN and chance.random() < 0.5):
        plan = "Monthly" if chance.random() < 0.8 else "Weekly"
        model.buy(member, plan, day)
        yield Act(Deed.BUY, member, plan=plan)
    else:
        use = chance.random() < 0.8 and member.reward_on(day) is not None
        model.renew(member, day, use_reward=use)
        yield Act(Deed.RENEW, member, use_reward=use)
    if chance.random() < 0.7:
        place = len(member.terms) - 1
        yield _paid(model, member, place, member.terms[place], day, chance)


def _come(model: Model, member: Member, day: date, chance: Random) -> Iterator[Act]:
    """Some come nearly every day, some hardly ever; now and then somebody comes who may not."""
    keen = (0.85, 0.55, 0.3, 0.03)[member.number % 4]
    if chance.random() < (keen if member.may_come(day) else 0.04):
        yield Act(Deed.COME, member, admitted=model.comes(member, day))
