"""What a card says of the door is what the door does: compared over the states that chance brings about."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import update

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.verdicts import outlook_line
from gym.app import Gym
from gym.attendance.cards.door_outlook import DoorOutlook
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.settings.schemas import Reentry
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door, change, settle
from tests.support.memberships import DeskClerk

STATES: Final = 80
DAY: Final = timedelta(days=1)
OF_FACES: Final = {VerdictCode.NOT_RECOGNIZED, VerdictCode.UNCERTAIN, VerdictCode.SPOOF_SUSPECTED}
"""A client whose card is open is known."""
WINDOWS: Final = (None, None, {"weekdays": [0, 1, 2, 3, 4, 5, 6], "from": "19:00", "until": "21:00"})


async def brought_about(chance: random.Random, desk: DeskClerk, door: Door, today: date) -> Client:
    """A client with or without a plan: paid or not, begun, over or to come, frozen, used up, blocked."""
    rosa = await desk.client()
    if chance.random() < 0.9:
        await _with_plan(chance, desk, rosa, today)
    if chance.random() < 0.3:
        await door.by_staff(rosa)
    if chance.random() < 0.2:
        days = chance.choice((-1, 0, 3)) * DAY
        await change(desk.gym, rosa, blocked_until=today + days, block_reason="noise")
    if chance.random() < 0.1:
        await change(desk.gym, rosa, active=False)
    return rosa


async def _with_plan(chance: random.Random, desk: DeskClerk, rosa: Client, today: date) -> None:
    price, visits = chance.choice((Decimal(0), Decimal(100_000))), chance.choice((None, None, 1, 5))
    plan = await desk.plan(price, name=str(rosa.id), visits=visits)
    sold = await desk.sell(rosa, plan)
    paid = not price or chance.random() < 0.6
    if price and paid:
        await desk.pay(sold, price)
    if paid and chance.random() < 0.3:
        async with desk.gym.unit_of_work(desk.actor) as uow:
            await FreezeService(uow).freeze(sold.id, today, today + chance.choice((0, 5)) * DAY, "a journey")
    by, used = chance.choice((-40, -31, -30, -5, 0, 0, 0, 2)) * DAY, chance.choice((0, 0, 1, 5))
    moved = {"starts_on": sold.starts_on + by, "ends_on": sold.ends_on + by, "anchor": sold.anchor + by}
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(Plan).where(Plan.id == plan.id).values(window=chance.choice(WINDOWS))
        )
        row = update(Subscription).where(Subscription.id == sold.id)
        await uow.session.execute(row.values(**moved, visits_used=min(used, visits or 0)))


async def foretold(desk: DeskClerk, rosa: Client) -> Verdict:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await DoorOutlook(uow).verdict(rosa.id)


async def test_the_card_says_what_the_door_does(gym: Gym, admin: Actor, door: Door) -> None:
    desk = DeskClerk(gym, admin)
    chance, seen = random.Random(11), Counter[VerdictCode]()
    translators = [HtmlTranslator(code, currency="COP", timezone="America/Bogota") for code in ("en", "es")]
    today = gym.clock.now().date()
    for number in range(STATES):
        if number % 20 == 0:
            rules = {"reentry": chance.choice(list(Reentry)), "closed_debt_denies": chance.random() < 0.5}
            await settle(
                gym, **rules, grace_days=chance.choice((0, 4)), grace_amount=chance.choice(("0", "1e5"))
            )
        rosa = await brought_about(chance, desk, door, today)
        said, done = await foretold(desk, rosa), await door.by_staff(rosa)
        assert (said.code, said.outcome) == (done.code, done.outcome), f"state {number}"
        for t in translators:
            line = outlook_line(t, said)
            assert line.startswith("✅" if done.admitted else "⛔"), line
            assert "None" not in line
        seen[done.code] += 1
    assert len(seen) >= 9, seen
    assert not OF_FACES & set(seen)
