"""*Why?* says what the door, the columns and the ledger say, on gyms with random money and rests."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

import pytest

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.explanations.accounts import account_lines
from bot.ui.wording.explanations.client import explanation_text
from bot.ui.wording.explanations.door import denied
from bot.ui.wording.explanations.periods import period_lines
from gym.app import Gym
from gym.attendance.cards.door_outlook import DoorOutlook
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.clients.repository import ClientRepository
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import GymError
from gym.explanations.schemas import (
    AccountExplanation,
    ClientExplanation,
    DoorExplanation,
    MoneyStep,
    PeriodExplanation,
)
from gym.explanations.service import ExplanationService
from gym.payments.models import AccountKind, EntryCause, EntryKind, Method
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import SubscriptionStatus
from tests.reports.random_gym import RandomGym
from tests.support.memberships import DeskClerk

DAY = timedelta(days=1)
LEFT_OPEN = re.compile(r"\{\w*\}|None")
# Written anew from the rows, and not by the rules that the gym uses.
STATUS = """
SELECT CASE
    WHEN s.status IN ('canceled') THEN 'canceled'
    WHEN s.status IN ('expired', 'lapsed') OR (s.ends_on < :day AND NOT s.held AND rest.id IS NULL)
        THEN CASE WHEN a.balance > 0 THEN 'lapsed' ELSE 'expired' END
    WHEN s.held OR s.starts_on > :day THEN 'scheduled'
    WHEN rest.id IS NOT NULL THEN 'frozen'
    WHEN a.balance > 0 THEN 'pending_payment' ELSE 'active' END AS status,
    (SELECT coalesce(sum(f.ends_on - f.starts_on + 1), 0) FROM freezes f
        WHERE f.subscription_id = s.id AND f.canceled_at IS NULL) AS rested, s.gift_days, a.balance
FROM subscriptions s JOIN accounts a ON a.id = s.account_id JOIN plans p ON p.id = s.plan_id
LEFT JOIN freezes rest ON rest.subscription_id = s.id AND rest.canceled_at IS NULL
    AND rest.starts_on <= :day AND coalesce(rest.ends_on, 'infinity') >= :day
WHERE s.client_id = :client AND p.name = :plan AND s.starts_on = :first AND s.ends_on = :last
"""
OWED = "SELECT sum(balance) FROM accounts WHERE client_id = :client AND kind <> 'credit'"
CREDIT = "SELECT coalesce(sum(balance), 0) FROM accounts WHERE client_id = :client AND kind = 'credit'"


async def rest_at_random(random_gym: RandomGym, random: Random) -> None:
    """Freezes, gifts, closings and visits on what the random ledger has left open."""
    today = random_gym.clock.at.date()
    first = today + random.randrange(9) * DAY
    async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
        await FreezeService(uow).close_gym(first, first + random.randrange(3) * DAY, "holiday", key=new_id())
    found = await random_gym.rows("SELECT id, client_id FROM subscriptions WHERE ends_on >= :day", day=today)
    for row in found:
        first = today + random.randrange(6) * DAY
        last = None if random.random() < 0.2 else first + random.randrange(8) * DAY
        for act in (
            lambda uow, row=row, first=first, last=last: FreezeService(uow).freeze(
                row["id"], first, last, "away"
            ),
            lambda uow, row=row: FreezeService(uow).gift(
                row["id"], random.randrange(1, 5), "sorry", key=new_id()
            ),
            lambda uow, row=row: AttendanceService(uow).check_in_client(row["client_id"]),
        ):
            try:
                async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
                    await act(uow)
            except GymError as refused:
                random_gym.done[refused.code] = random_gym.done.get(refused.code, 0) + 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_answer_equals_the_rows(gym: Gym, clock: FrozenClock, seed: int) -> None:
    found = await RandomGym.live(gym, clock, seed, acts=90)
    random, seen = Random(seed), Counter[str]()
    await rest_at_random(found, random)
    for days in (0, 4, 40):
        clock.advance(timedelta(days=days))
        for client in found.clients:
            async with gym.unit_of_work(found.admin) as uow:
                answer = await ExplanationService(uow).of_client(client)
                door = await DoorOutlook(uow).verdict(client)
                today = uow.today
            assert answer.door.code is door.code
            assert answer.door.steps[-1].denied in (None, door.code)
            await equals_the_rows(found, client, answer, today)
            seen[door.code] += 1
            seen.update(one.status for one in answer.periods)
            seen.update(step.cause for account in answer.accounts for step in account.steps if step.cause)
            for language in ("en", "es"):
                text = explanation_text(HtmlTranslator(language), answer)
                assert not LEFT_OPEN.search(text), text
                assert len(text) < 4000
    wanted = {"admitted", "payment_due", "expired", "frozen", "active", "pending_payment", "canceled"}
    assert wanted <= set(seen), seen


async def equals_the_rows(found: RandomGym, client: object, answer: ClientExplanation, today: date) -> None:
    for one in answer.periods:
        values = {"client": client, "plan": one.plan_name, "first": one.starts_on, "last": one.ends_on}
        [row] = await found.rows(STATUS, day=today, **values)
        assert (one.status, one.balance, one.gift_days) == (row["status"], row["balance"], row["gift_days"])
        assert sum(rest.days for rest in one.rests) == row["rested"]
        if one.status is not SubscriptionStatus.CANCELED:
            length = one.bought_days + row["rested"] + row["gift_days"]
            assert one.starts_on + (length - 1) * DAY == one.ends_on
    for account in answer.accounts:
        assert sum(step.change for step in account.steps) == account.balance
    [[owed], [credit]] = [
        list((await found.rows(query, client=client))[0].values()) for query in (OWED, CREDIT)
    ]
    kinds = Counter[AccountKind]()
    for account in answer.accounts:
        kinds[account.kind] += account.balance  # type: ignore[assignment]
    assert kinds[AccountKind.SUBSCRIPTION] + kinds[AccountKind.SALE] == (owed or 0)
    assert kinds[AccountKind.CREDIT] == credit


def test_every_code_status_kind_and_cause_has_its_words() -> None:
    day = date(2026, 8, 3)
    for language in ("en", "es"):
        t = HtmlTranslator(language)
        for code in set(VerdictCode) - {VerdictCode.ADMITTED, VerdictCode.REENTRY}:
            assert not LEFT_OPEN.search(denied(t, full_door(code, day), code))
        for status in SubscriptionStatus:
            one = PeriodExplanation("Month", status, day, day, 1, (), 1, 10, 1, Decimal(5), day, False)
            assert not LEFT_OPEN.search("\n".join(period_lines(t, one)))
        said = {
            (kind, cause): account_lines(t, of_one_entry(kind, cause, day))[1]
            for kind in EntryKind
            for cause in (None, *EntryCause)
        }
        assert not LEFT_OPEN.search("\n".join(said.values()))
        assert len(set(said.values())) == 6 + 12, "kinds, and causes that say more"


def full_door(code: VerdictCode, day: date) -> DoorExplanation:
    return DoorExplanation(
        code, (), "Month", day, day, Decimal(5), Decimal(7), day, 10, 3, day, day, day, time(9), True
    )


def of_one_entry(kind: EntryKind, cause: EntryCause | None, day: date) -> AccountExplanation:
    step = MoneyStep(day, kind, cause, Method.CASH, 7, Decimal(5), Decimal(5))
    return AccountExplanation(AccountKind.SUBSCRIPTION, "Month", day, (step,), Decimal(5))


async def test_a_member_is_told_of_oneself_alone_and_nothing_that_somebody_typed(
    gym: Gym, desk: DeskClerk
) -> None:
    rosa, luis = await desk.client("Rosa", 11), await desk.client("Luis", 12)
    sold = await desk.sell(rosa, await desk.plan(Decimal(100000)))
    await desk.pay(sold, Decimal(40000))
    async with gym.unit_of_work(desk.actor) as uow:
        row = await ClientRepository(uow.session).require(rosa.id)
        row.warning, row.block_reason, row.blocked_until = "SECRET warning", "SECRET reason", uow.today
    member = Actor.member(rosa.id, rosa.full_name, "en")
    async with gym.unit_of_work(member) as uow:
        answer = await ExplanationService(uow).of_client(rosa.id)
        with pytest.raises(NotAllowed):
            await ExplanationService(uow).of_client(luis.id)
    assert answer.door.code is VerdictCode.BLOCKED
    text = explanation_text(HtmlTranslator("en"), answer)
    assert "SECRET" not in text + repr(answer)
    assert desk.actor.name not in text + repr(answer)
    assert "Entry is blocked until" in text
