"""What the door learns of a face: seldom, surely, with consent, and never instead of an enrolment."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import cv2
import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.faces.engine.reader import Face, Purpose
from gym.faces.enrolment import consent
from gym.faces.enrolment.adaptation import AT_MOST_EVERY, WELL_ABOVE, FaceAdaptation
from gym.faces.enrolment.photos import read_enrolment
from gym.faces.gallery.matching import auto_threshold
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.faces.pool import FacePool
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from gym.staff.service import StaffService
from tests.attendance.conftest import change
from tests.faces_db.conftest import Enroller, Faces
from tests.support.people import people

SURE = auto_threshold(1) + WELL_ABOVE


@dataclass(frozen=True)
class Teacher:
    """Shows a client's face to the door, one transaction each."""

    gym: Gym
    pool: FacePool
    client: Client

    def face(self, variant: int, person: int = 0) -> Face:
        return self.pool.reader.read(people()[person].photo(variant), Purpose.CHECK_IN).face

    async def shows(self, *faces: Face) -> bool:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            adaptation = FaceAdaptation(uow)
            return await adaptation.learn(self.client.id, faces, self.pool.model_id, self.gym.match_rule)

    async def templates(self) -> list[FaceTemplate]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return list(await uow.session.scalars(select(FaceTemplate).order_by(FaceTemplate.id)))

    async def origins(self) -> Counter[TemplateOrigin]:
        return Counter(row.origin for row in await self.templates())


async def switch(gym: Gym, admin: Actor, *, on: bool) -> None:
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"adaptive_faces": on})


@pytest.fixture
async def teacher(
    gym_with_faces: Gym, face_pool: FacePool, admin: Actor, staff: Enroller, rosa: Client
) -> Teacher:
    """Rosa, enrolled with two real photos, at a gym whose door may learn."""
    await staff.enrol(rosa, [read_enrolment(face_pool.reader, people()[0].photo(n)) for n in (0, 1)])
    await switch(gym_with_faces, admin, on=True)
    return Teacher(gym_with_faces, face_pool, rosa)


async def test_a_sure_face_is_learnt_beside_the_enrolment_and_written_down(teacher: Teacher) -> None:
    enrolled = {row.id for row in await teacher.templates()}
    assert await teacher.shows(teacher.face(3))
    after = await teacher.templates()
    assert enrolled < {row.id for row in after}
    assert await teacher.origins() == {TemplateOrigin.ENROLMENT: 2, TemplateOrigin.AUTOMATIC: 1}
    async with teacher.gym.unit_of_work(Actor.system()) as uow:
        entry = await uow.session.scalar(select(AuditEntry).where(AuditEntry.action == "face.adapted"))
        state = await FaceRecognitionService(uow).state(teacher.client.id)
    assert entry is not None
    assert entry.subject_id == teacher.client.id
    assert state.templates == 2, "photos that were taken, not what was learnt"


async def test_a_face_changes_once_a_week_and_the_oldest_automatic_one_goes(
    teacher: Teacher, clock: FrozenClock
) -> None:
    assert await teacher.shows(teacher.face(3))
    first = {row.id for row in await teacher.templates()}
    clock.advance(AT_MOST_EVERY - timedelta(seconds=1))
    assert not await teacher.shows(teacher.face(4))
    assert {row.id for row in await teacher.templates()} == first
    clock.advance(timedelta(seconds=1))
    assert await teacher.shows(teacher.face(4))
    assert await teacher.origins() == {TemplateOrigin.ENROLMENT: 2, TemplateOrigin.AUTOMATIC: 1}
    assert len(first & {row.id for row in await teacher.templates()}) == 2


async def test_thirty_two_doors_learn_one_face(teacher: Teacher) -> None:
    face = teacher.face(3)
    done = await asyncio.gather(*(teacher.shows(face) for _ in range(32)))
    assert (sum(done), (await teacher.origins())[TemplateOrigin.AUTOMATIC]) == (1, 1)


async def test_nothing_is_learnt_unless_the_setting_says_so(teacher: Teacher, admin: Actor) -> None:
    await switch(teacher.gym, admin, on=False)
    assert not await teacher.shows(teacher.face(3))


@pytest.mark.parametrize(("likeness", "learnt"), [(SURE - 0.02, False), (SURE + 0.02, True)])
async def test_only_a_face_well_above_the_threshold_is_learnt(
    teacher: Teacher, faces: Faces, likeness: float, learnt: bool
) -> None:
    """Measured against what she was enrolled with, whatever the door has learnt since."""
    mine = read_enrolment(teacher.pool.reader, people()[0].photo(0)).embedding
    near = replace(teacher.face(3), embedding=faces.photo(mine, likeness))
    assert await teacher.shows(near) is learnt


async def test_a_face_drifts_no_further_than_its_enrolment_allows(
    teacher: Teacher, faces: Faces, clock: FrozenClock
) -> None:
    mine = read_enrolment(teacher.pool.reader, people()[0].photo(0)).embedding
    step = faces.photo(mine, SURE + 0.05)
    assert await teacher.shows(replace(teacher.face(3), embedding=step))
    clock.advance(AT_MOST_EVERY)
    further = faces.photo(step, 0.6)
    assert float(further @ step) > SURE > float(further @ mine)
    assert not await teacher.shows(replace(teacher.face(3), embedding=further))


async def test_a_poor_photo_and_somebody_else_are_not_learnt(teacher: Teacher) -> None:
    face = teacher.face(3)
    blurred = replace(face, crop=cv2.GaussianBlur(face.crop, (0, 0), 6))
    assert not await teacher.shows(blurred)
    assert not await teacher.shows(teacher.face(3, person=1))
    assert await teacher.shows(blurred, face), "the frame that is good enough"


async def test_twins_teach_the_door_nothing(teacher: Teacher, boss: Enroller, eva: Client) -> None:
    same = [read_enrolment(teacher.pool.reader, people()[0].photo(n)) for n in (0, 1)]
    await boss.enrol(eva, same, allow_duplicate=True)
    assert not await teacher.shows(teacher.face(3))


async def test_without_a_consent_to_the_text_in_force_nothing_is_learnt(
    teacher: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(consent.CONSENT_TEXTS, 99, "Another text")
    assert not await teacher.shows(teacher.face(3))
    monkeypatch.undo()
    async with teacher.gym.unit_of_work(Actor.member(teacher.client.id, "Rosa")) as uow:
        await FaceRecognitionService(uow).withdraw_consent(teacher.client.id)
    assert not await teacher.shows(teacher.face(3))
    assert await teacher.templates() == []


async def test_a_deactivated_client_teaches_nothing(teacher: Teacher) -> None:
    await change(teacher.gym, teacher.client, active=False)
    assert not await teacher.shows(teacher.face(3))


async def test_a_new_enrolment_begins_anew(teacher: Teacher, staff: Enroller) -> None:
    assert await teacher.shows(teacher.face(3))
    await staff.enrol(teacher.client, [read_enrolment(teacher.pool.reader, people()[0].photo(2))])
    assert await teacher.origins() == {TemplateOrigin.ENROLMENT: 1}
