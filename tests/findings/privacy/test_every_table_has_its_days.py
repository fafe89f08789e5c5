"""The retention register knows every table and column, and what it says is done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, select, text
from sqlalchemy.dialects.postgresql import JSONB

from gym.app import Gym
from gym.attendance.models import CheckIn, CheckInMethod, Outcome, VerdictCode
from gym.chats.models import ChatPerson, Draft
from gym.core.clock import FrozenClock
from gym.core.database.engine import Base
from gym.jobs.retention import Retention, statement
from gym.kiosks.models import PairingCode
from gym.notifications.models import Broadcast, BroadcastState, DeskChat
from gym.privacy.register import Entry, Holds
from gym.privacy.tables import REGISTER
from gym.security.permissions import Actor
from gym.tables import METADATA
from tests.attendance.conftest import rosa as rosa
from tests.support.memberships import DeskClerk

DAY = timedelta(days=1)


def test_every_table_and_every_column_is_declared_once() -> None:
    assert sorted(entry.table for entry in REGISTER) == sorted(METADATA.tables), "a new table needs its days"
    for entry in REGISTER:
        assert set(entry.columns) == set(METADATA.tables[entry.table].columns.keys()), entry.table


def test_a_column_that_can_hold_anything_says_what_it_holds() -> None:
    """JSON and bytes are never plain, but for what the program alone writes there."""
    program = {
        ("plans", "window"),
        ("transfer_quotes", "debts"),
        ("audit_links", "hash"),
        ("audit_checkpoints", "hash"),
        ("audit_checkpoints", "seal"),
    }
    for entry in REGISTER:
        for name, kinds in entry.columns.items():
            column = METADATA.tables[entry.table].columns[name]
            if isinstance(column.type, JSONB | LargeBinary) and (entry.table, name) not in program:
                assert kinds, f"{entry.table}.{name}"


def test_a_table_without_days_and_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its days or a reason"):
        Entry("leads", {"name": "name"}, "id")
    with pytest.raises(ValueError, match="'shoe_size' is not a valid Holds"):
        Entry("leads", {"name": "shoe_size"}, "id", stays="x")
    assert {kind for entry in REGISTER for kinds in entry.columns.values() for kind in kinds} == set(Holds)


async def forget(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await Retention(uow).forget_old()


async def left(gym: Gym, table: type[Base]) -> list[Any]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(table)))


async def test_every_statement_of_the_register_runs(gym: Gym) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        for entry in REGISTER:
            for old in entry.old:
                await uow.session.execute(statement(entry.table, old), {"moment": gym.clock.now()})


async def test_a_form_left_open_is_forgotten_after_a_week(gym: Gym, clock: FrozenClock) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        for user, age in ((1, 8), (2, 6)):
            uow.session.add(
                Draft(
                    chat_id=user,
                    user_id=user,
                    form="client",
                    step="phone",
                    data={"values": {"first_name": "Rosa", "document_number": "1020304050"}},
                    updated_at=clock.now() - age * DAY,
                )
            )
    assert await forget(gym) == 1
    assert [draft.user_id for draft in await left(gym, Draft)] == [2]


async def test_a_strangers_chat_is_forgotten_and_those_of_staff_and_members_stay(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    await desk.client("Lia", telegram_id=77)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE staff SET telegram_id = 78"))
        for user, age in ((77, 400), (78, 400), (79, 31), (80, 29)):
            uow.session.add(
                ChatPerson(user_id=user, language="en", reachable=True, first_seen_at=clock.now() - age * DAY)
            )
    assert await forget(gym) == 1
    assert sorted(person.user_id for person in await left(gym, ChatPerson)) == [77, 78, 80]


async def test_a_refused_entry_stays_a_number_and_forgets_whose_it_was(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    lia = await desk.client("Lia")
    async with gym.unit_of_work(Actor.system()) as uow:
        for outcome, age in ((Outcome.DENIED, 91), (Outcome.DENIED, 89), (Outcome.ADMITTED, 91)):
            at = clock.now() - age * DAY
            uow.session.add(
                CheckIn(
                    client_id=lia.id,
                    outcome=outcome,
                    code=VerdictCode.EXPIRED if outcome is Outcome.DENIED else VerdictCode.ADMITTED,
                    method=CheckInMethod.FACE,
                    at=at,
                    received_at=at,
                    gym_day=at.date(),
                )
            )
    assert await forget(gym) == 1
    kept = {(row.outcome, row.client_id is None) for row in await left(gym, CheckIn)}
    assert kept == {(Outcome.DENIED, True), (Outcome.DENIED, False), (Outcome.ADMITTED, False)}
    assert await forget(gym) == 0


async def test_pairing_codes_lost_groups_and_old_broadcasts_go(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    now = clock.now()
    async with gym.unit_of_work(Actor.system()) as uow:
        for number, age in enumerate((timedelta(hours=30), timedelta(hours=10))):
            made = now - age
            code = PairingCode(digest=bytes([number] * 32), name="Door", tries=0, created_at=made)
            code.expires_at = made
            uow.session.add(code)
        for number, age in enumerate((366, None)):
            gone = now - age * DAY if age else None
            uow.session.add(DeskChat(chat_id=-number - 1, title="Desk", gone_at=gone, created_at=now))
        for age in (366, 300):
            uow.session.add(
                Broadcast(
                    text="Rosa has won",
                    segment="active",
                    state=BroadcastState.DONE,
                    asked_by=admin.id,
                    idempotency_key=uuid4(),
                    created_at=now - age * DAY,
                    finished_at=now - age * DAY,
                )
            )
    assert await forget(gym) == 3
    assert [len(await left(gym, table)) for table in (PairingCode, DeskChat, Broadcast)] == [1, 1, 1]
