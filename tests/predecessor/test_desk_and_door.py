"""Faults 6, 10, 26 and 28: who may, how often, and by which way in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckIn, VerdictCode
from gym.clients.fields.documents import Document
from gym.clients.models import Client, DocumentType, Gender
from gym.clients.schemas import ClientChanges, ClientInput
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.core.errors import Conflict, GymError
from gym.faces.models import ConsentMethod
from gym.faces.schemas import MatchRule, Probe
from gym.faces.service import FaceRecognitionService
from gym.payments.models import EntryKind
from gym.plans.models import Plan
from gym.plans.schemas import PlanChanges
from gym.plans.service import PlanService
from gym.rewards.errors import NotYourReward
from gym.rewards.models import Reward
from gym.rewards.redeeming import RewardRedemption
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount, DiscountTooLarge
from gym.subscriptions.service import SubscriptionService
from tests.faces_db.conftest import MODEL, Faces
from tests.predecessor.conftest import DAY, comes, set_up, shows_card
from tests.support.memberships import PRICE, DeskClerk, entries

Code = VerdictCode
RIVALS = 8


async def at_once(attempt: Callable[[], Awaitable[object]]) -> int:
    """How many of eight parallel calls did something; the others were refused with a sentence."""
    results = await asyncio.gather(*(attempt() for _ in range(RIVALS)), return_exceptions=True)
    failed = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, Conflict) for one in failed), failed
    return RIVALS - len(failed)


async def earns_reward(gym: Gym, desk: DeskClerk, client: Client, plan: Plan) -> Reward:
    """The one visit that this gym asks for."""
    await set_up(gym, reward_visits=1, reward_percent="20")
    await desk.pay(await desk.sell(client, plan))
    await comes(desk, client)
    async with gym.unit_of_work(desk.actor) as uow:
        [reward] = await RewardRedemption(uow).waiting(client.id)
    return reward


async def renew_with(desk: DeskClerk, client: Client, reward: Reward) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return (await SubscriptionService(uow).renew(client.id, reward_id=reward.id)).final_price


async def test_6_eight_parallel_calls_sell_take_let_in_and_reward_once_each(
    gym: Gym, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await set_up(gym, reward_visits=1)
    await gym.database.warm(RIVALS)
    assert await at_once(lambda: desk.sell(rosa, monthly)) == 1
    sold = await desk.current(rosa)
    assert sold is not None
    assert await at_once(lambda: desk.pay(sold)) == 1
    paid = sum(row.amount for row in await entries(gym) if row.kind is EntryKind.PAYMENT)
    assert paid == PRICE
    verdicts = await asyncio.gather(*(comes(desk, rosa) for _ in range(RIVALS)))
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 1, Code.REENTRY: RIVALS - 1}
    async with gym.unit_of_work(desk.actor) as uow:
        assert await uow.session.scalar(select(func.count()).where(CheckIn.counted)) == 1
        [reward] = await RewardRedemption(uow).waiting(rosa.id)
    assert await at_once(lambda: renew_with(desk, rosa, reward)) == 1


async def test_10_an_employee_gives_no_more_than_the_limit(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    for off in (Discount.percent(Decimal("10.01")), Discount(PRICE / 10 + 1), Discount.percent(Decimal(100))):
        with pytest.raises(DiscountTooLarge):
            await desk.sell(rosa, monthly, discount=off)
    assert (await desk.sell(rosa, monthly, discount=PRICE / 10)).final_price == PRICE * 9 / 10
    for off in (Discount.percent(Decimal(11)), Discount(PRICE)):
        with pytest.raises(DiscountTooLarge):
            await desk.renew(rosa, discount=off)
    assert (await boss.renew(rosa, discount=Discount.percent(Decimal(100)))).final_price == 0


async def test_10_a_reward_lowers_the_price_of_its_own_client_and_nobody_elses(
    gym: Gym, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    reward = await earns_reward(gym, desk, rosa, monthly)
    otto = await desk.client("Otto")
    await desk.pay(await desk.sell(otto, monthly))
    with pytest.raises(NotYourReward):
        await renew_with(desk, otto, reward)
    assert (await desk.renew(otto)).final_price == PRICE
    assert await renew_with(desk, rosa, reward) == PRICE * 8 / 10
    with pytest.raises(GymError):
        await renew_with(desk, rosa, reward)


FULL: dict[str, object] = {
    "alias": "Rosi",
    "phone": "3001234567",
    "email": "rosa@example.com",
    "gender": Gender.FEMALE,
    "address": "Calle 1",
    "emergency_contact": "Mother 300",
    "warning": "Knee",
    "notes": "Mornings",
    "guardian_name": "Luz Vargas",
}


async def test_26_every_optional_field_of_a_client_can_be_emptied(gym: Gym, employee: Actor) -> None:
    document = Document(DocumentType.CC, "1020304050")
    born = datetime(1990, 1, 1, tzinfo=UTC).date()
    data = ClientInput(
        first_name="Rosa", last_name="Vargas", document=document, birth_date=born, tags=["vip"], **FULL
    )  # type: ignore[arg-type]
    async with gym.unit_of_work(employee) as uow:
        client = await ClientService(uow).register(data)
    emptied = dict.fromkeys((*FULL, "document", "birth_date"), None)
    for name in (*emptied, "tags"):
        changes = ClientChanges(**{name: [] if name == "tags" else None})  # type: ignore[arg-type]
        async with gym.unit_of_work(employee) as uow:
            before = await ClientService(uow).get(client.id)
            assert before.tags == ["vip"], "a field that is not mentioned stays"
            await ClientService(uow).edit(client.id, changes)
    async with gym.unit_of_work(employee) as uow:
        seen = await ClientService(uow).get(client.id)
        left = {
            name: getattr(seen, name) for name in (*FULL, "document_number", "document_type", "birth_date")
        }
    assert set(left.values()) == {None}
    assert (seen.tags, seen.full_name) == ([], "Rosa Vargas")


async def test_26_every_optional_field_of_a_plan_can_be_emptied(
    gym: Gym, desk: DeskClerk, admin: Actor
) -> None:
    plan = await desk.plan(visits=10)
    window = {"weekdays": [0, 1], "from": "06:00", "until": "10:00"}
    async with gym.unit_of_work(admin) as uow:
        await PlanService(uow).edit(plan.id, PlanChanges(description="Mornings", window=window))
    for changes in (PlanChanges(description=None), PlanChanges(window=None), PlanChanges(visits=None)):
        async with gym.unit_of_work(admin) as uow:
            await PlanService(uow).edit(plan.id, changes)
    async with gym.unit_of_work(admin) as uow:
        seen = await PlanService(uow).get(plan.id)
    assert (seen.description, seen.window, seen.visits, seen.name) == (None, None, None, "Monthly")


async def by_face(gym: Gym, probe: Probe) -> Verdict:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await AttendanceService(uow).check_in_face(probe, MatchRule())


async def by_document(gym: Gym) -> Verdict:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await AttendanceService(uow).check_in_document("1020304050", "4567")


async def with_face(desk: DeskClerk, faces: Faces) -> tuple[Client, Probe]:
    """Rosa with a document, a phone and a face."""
    person = faces.person()
    document = Document(DocumentType.CC, "1020304050")
    data = ClientInput(first_name="Rosa", last_name="Vargas", document=document, phone="3001234567")
    async with desk.gym.unit_of_work(desk.actor) as uow:
        rosa = await ClientService(uow).register(data)
        service = FaceRecognitionService(uow)
        await service.give_consent(rosa.id, ConsentMethod.PAPER)
        await service.enrol(rosa.id, faces.photos(person), MatchRule())
    return rosa, Probe(faces.photo(person), MODEL)


async def test_28_qr_and_document_open_at_the_same_hours_as_the_face(
    gym: Gym, desk: DeskClerk, admin: Actor, clock: FrozenClock
) -> None:
    rosa, probe = await with_face(desk, Faces())
    plan = await desk.plan(Decimal(0), visits=30)
    window = {"weekdays": [0, 1, 2, 3, 4], "from": "06:00", "until": "10:00"}
    async with gym.unit_of_work(admin) as uow:
        await PlanService(uow).edit(plan.id, PlanChanges(window=window))
    await desk.sell(rosa, plan)
    midnight = datetime(2026, 8, 4, 5, tzinfo=UTC)
    answers: dict[str, set[tuple[int, VerdictCode]]] = {"face": set(), "qr": set(), "document": set()}
    for day, hour in [(day, hour) for day in range(6) for hour in (5, 6, 9, 10, 23)]:
        ways = {"face": lambda: by_face(gym, probe), "qr": lambda: shows_card(desk, rosa)}
        ways["document"] = lambda: by_document(gym)
        for minute, (name, way) in enumerate(ways.items()):
            clock.at = midnight + day * DAY + timedelta(hours=hour, minutes=15 * minute)
            verdict = await way()
            opens = verdict.code in (Code.ADMITTED, Code.REENTRY)
            answers[name].add((day * 24 + hour, Code.ADMITTED if opens else verdict.code))
    assert answers["face"] == answers["qr"] == answers["document"]
    opened = {moment for moment, code in answers["face"] if code is Code.ADMITTED}
    assert opened == {day * 24 + hour for day in range(4) for hour in (6, 9)}
