"""A face at the door: one query says who it is and all about them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event

from gym.app import Gym
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.clients.models import Client
from gym.faces.schemas import MatchRule, Probe, Vector
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Enroller, Faces
from tests.support.memberships import DeskClerk

Code = VerdictCode


async def at_door(gym: Gym, vector: Vector, *, live: bool = True) -> Verdict:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await AttendanceService(uow).check_in_face(Probe(vector, MODEL), MatchRule(), live=live)


@contextmanager
def statements(gym: Gym) -> Generator[list[str]]:
    """Every statement that is sent meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = gym.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
async def enrolled(desk: DeskClerk, staff: Enroller, rosa: Client, faces: Faces) -> Vector:
    """Rosa's face, with a month that is free of charge."""
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person))
    await desk.sell(rosa, await desk.plan(Decimal(0)))
    return person


async def test_a_known_face_comes_in_with_four_statements(
    gym: Gym, rosa: Client, enrolled: Vector, faces: Faces
) -> None:
    """Settings, all facts, all writes of the visit, the outbox."""
    with statements(gym) as sent:
        verdict = await at_door(gym, faces.photo(enrolled))
    assert (verdict.code, verdict.client_id, verdict.method) == (Code.ADMITTED, rosa.id, CheckInMethod.FACE)
    assert len(sent) == 4


async def test_an_unknown_an_uncertain_and_a_suspected_face_name_nobody(
    gym: Gym, staff: Enroller, boss: Enroller, eva: Client, enrolled: Vector, faces: Faces
) -> None:
    stranger = await at_door(gym, faces.person())
    await boss.enrol(eva, faces.photos(enrolled), allow_duplicate=True)
    between_twins = await at_door(gym, enrolled)
    picture = await at_door(gym, enrolled, live=False)
    verdicts = (stranger, between_twins, picture)
    assert [one.code for one in verdicts] == [Code.NOT_RECOGNIZED, Code.UNCERTAIN, Code.SPOOF_SUSPECTED]
    assert all(one.client_id is None and one.display_name is None for one in verdicts)


async def test_in_an_empty_gallery_everybody_is_asked_for_a_qr(gym: Gym, faces: Faces) -> None:
    assert (await at_door(gym, faces.person())).code is Code.NOT_RECOGNIZED


async def test_two_live_keys_give_the_same_verdict(
    gym: Gym, rosa: Client, enrolled: Vector, faces: Faces
) -> None:
    rotating = replace(gym, secrets=replace(gym.secrets, data=gym.secrets.data.rotated()))
    assert (await at_door(rotating, faces.photo(enrolled))).client_id == rosa.id
    assert (await at_door(rotating, faces.person())).code is Code.NOT_RECOGNIZED


async def test_thirty_two_cameras_see_one_person_and_count_one_visit(
    gym: Gym, enrolled: Vector, faces: Faces
) -> None:
    await gym.database.warm(32)
    verdicts = await asyncio.gather(*(at_door(gym, faces.photo(enrolled)) for _ in range(32)))
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 1, Code.REENTRY: 31}
