"""After a change of the model: nothing is compared across models, and everybody is made anew from crops."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select

from gym.app import Gym
from gym.clients.models import Client
from gym.commands.faces import EnrolmentCount, doctor, findings_of, reembed_all
from gym.commands.findings import Finding
from gym.core.config import Config
from gym.faces.engine.engines import open_reader
from gym.faces.engine.reader import Purpose
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.enrolment.reembedding import ReembeddingService, embed_crops
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.models import FacePicture, FaceTemplate, TemplateOrigin
from gym.faces.pool import FacePool
from gym.faces.schemas import Identification, MatchOutcome, Probe
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from tests.faces_db.conftest import Enroller
from tests.support.memberships import DeskClerk
from tests.support.people import Person, people

SYSTEM = Actor.system()


@pytest.fixture(scope="module")
async def new_pool(config: Config) -> AsyncGenerator[FacePool]:
    """The other engine, which the gym changes to."""
    reader = await asyncio.to_thread(open_reader, "yunet_sface", config.packs_root, ["CPUExecutionProvider"])
    pool = FacePool(reader, workers=2)
    yield pool
    pool.close()


@pytest.fixture
def after(gym: Gym, new_pool: FacePool) -> Gym:
    """The gym after the change."""
    return replace(gym, face_pool=new_pool)


@pytest.fixture
async def members(gym: Gym, face_pool: FacePool, desk: DeskClerk, staff: Enroller) -> dict[UUID, Person]:
    """Four people, enrolled with the old model.

    Without Lucia: her nose was moved by 18 pixels, and two detectors see such a nose in two places.
    """
    chosen = [one for one in people() if one.name != "Lucia"]
    return {(await _member(one, face_pool, desk, staff)).id: one for one in chosen}


async def _member(one: Person, pool: FacePool, desk: DeskClerk, staff: Enroller) -> Client:
    client = await desk.client(one.name)
    await staff.consent(client)
    photos = [await enrolment_face(pool, one.photo(variant)) for variant in range(2)]
    await staff.enrol(client, photos)
    return client


async def who(gym: Gym, one: Person, memory: MemoryGallery | None = None) -> Identification:
    """Asked at the door with a later photo."""
    face = (await gym.faces.read(one.photo(4), Purpose.CHECK_IN)).face
    async with gym.unit_of_work(SYSTEM) as uow:
        probe = Probe.of(face, gym.faces.model_id)
        return await FaceRecognitionService(uow, memory).identify(probe, gym.match_rule)


async def models(gym: Gym) -> dict[str, int]:
    made = func.count().label("made")
    query = select(FaceTemplate.model_id, made).group_by(FaceTemplate.model_id)
    async with gym.unit_of_work(SYSTEM) as uow:
        return {row.model_id: row.made for row in await uow.session.execute(query)}


async def test_vectors_of_another_model_are_never_compared(after: Gym, members: dict[UUID, Person]) -> None:
    memory = MemoryGallery(after.secrets.data, after.faces.model_id)
    for gallery in (None, memory):
        for one in members.values():
            assert (await who(after, one, gallery)).outcome is MatchOutcome.UNKNOWN


async def test_even_an_identical_vector_of_another_model_is_not_compared(
    gym: Gym, staff: Enroller, members: dict[UUID, Person], face_pool: FacePool
) -> None:
    client_id, one = next(iter(members.items()))
    face = (await face_pool.read(one.photo(0), Purpose.ENROL)).face
    assert (await staff.identify(face.embedding, face_pool.model_id)).client_id == client_id
    assert (await staff.identify(face.embedding, "another/model")).outcome is MatchOutcome.UNKNOWN


async def test_everybody_is_known_to_the_new_model_and_no_longer_to_the_old_one(
    gym_with_faces: Gym, after: Gym, members: dict[UUID, Person]
) -> None:
    seen: list[int] = []
    outcome = await reembed_all(after, seen.append)
    assert (outcome.people, outcome.templates, outcome.left, sum(seen)) == (4, 8, [], 4)
    assert await models(after) == {after.faces.model_id: 8}
    memory = MemoryGallery(after.secrets.data, after.faces.model_id)
    for client_id, one in members.items():
        assert (await who(after, one)).client_id == client_id
        assert (await who(after, one, memory)).client_id == client_id
        assert (await who(gym_with_faces, one)).outcome is MatchOutcome.UNKNOWN


async def test_pictures_stay_so_the_way_back_is_open(
    gym_with_faces: Gym, after: Gym, members: dict[UUID, Person]
) -> None:
    await reembed_all(after)
    back = await reembed_all(gym_with_faces)
    assert (back.people, back.left) == (4, [])
    for client_id, one in members.items():
        assert (await who(gym_with_faces, one)).client_id == client_id


async def test_a_memory_gallery_that_was_read_before_sees_the_change(
    after: Gym, members: dict[UUID, Person]
) -> None:
    memory = MemoryGallery(after.secrets.data, after.faces.model_id)
    client_id, one = next(iter(members.items()))
    assert (await who(after, one, memory)).outcome is MatchOutcome.UNKNOWN
    await reembed_all(after)
    assert (await who(after, one, memory)).client_id == client_id


async def test_clients_without_crops_are_listed_and_keep_their_old_templates(
    gym_with_faces: Gym, after: Gym, members: dict[UUID, Person]
) -> None:
    client_id, one = next(iter(members.items()))
    await _forget_crops(after, client_id)
    outcome = await reembed_all(after)
    assert [(left.client_id, left.name) for left in outcome.left] == [(client_id, f"{one.name} Vargas")]
    assert outcome.people == 3
    assert (await who(gym_with_faces, one)).client_id == client_id
    assert [left.client_id for left in (await reembed_all(after)).left] == [client_id]


async def test_a_crop_that_cannot_be_opened_counts_as_none(after: Gym, members: dict[UUID, Person]) -> None:
    client_id = next(iter(members))
    async with after.unit_of_work(SYSTEM) as uow:
        query = select(FacePicture).where(FacePicture.client_id == client_id)
        for picture in await uow.session.scalars(query):
            picture.crop = picture.crop[:-1] + bytes([picture.crop[-1] ^ 1])
    outcome = await reembed_all(after)
    assert ([left.client_id for left in outcome.left], outcome.people) == ([client_id], 3)


async def test_old_automatic_templates_leave_when_there_are_new_ones(
    gym_with_faces: Gym, after: Gym, members: dict[UUID, Person]
) -> None:
    """A process that still ran the old model may add one after the client was done."""
    client_id = next(iter(members))
    await reembed_all(after)
    async with after.unit_of_work(SYSTEM) as uow:
        row = await uow.session.scalar(
            select(FaceTemplate).where(FaceTemplate.client_id == client_id).limit(1)
        )
        assert row is not None
        late = FaceTemplate(
            client_id=client_id,
            model_id=gym_with_faces.faces.model_id,
            key_id=row.key_id,
            vector=row.vector,
            origin=TemplateOrigin.AUTOMATIC,
            created_at=row.created_at,
        )
        uow.session.add(late)
    assert await reembed_all(after) == EnrolmentCount()
    assert await models(after) == {after.faces.model_id: 8}


async def test_whoever_withdrew_or_was_enrolled_meanwhile_is_left_in_peace(
    gym: Gym, after: Gym, members: dict[UUID, Person], new_pool: FacePool, staff: Enroller
) -> None:
    gone, renewed = list(members)[:2]
    async with after.unit_of_work(SYSTEM) as uow:
        found = await ReembeddingService(uow, new_pool.model_id).waiting(UUID(int=0), 9)
    waiting = {one.client_id: one for one in found}
    made = {key: embed_crops(new_pool.reader, waiting[key].crops) for key in (gone, renewed)}
    async with gym.unit_of_work(Actor.member(gone, "Gone")) as uow:
        await FaceRecognitionService(uow).withdraw_consent(gone)
    photo = await enrolment_face(new_pool, members[renewed].photo(1))
    async with gym.unit_of_work(staff.actor) as uow:
        await FaceRecognitionService(uow).enrol(renewed, [photo], after.match_rule)
    for client_id, vectors in made.items():
        async with after.unit_of_work(SYSTEM) as uow:
            assert await ReembeddingService(uow, new_pool.model_id).replace(client_id, vectors) == 0
    assert (await models(after))[new_pool.model_id] == 1


async def test_the_door_knows_everybody_at_every_moment_of_it(
    gym_with_faces: Gym, after: Gym, members: dict[UUID, Person]
) -> None:
    """By the old model or by the new one, and by never both."""
    running = asyncio.create_task(reembed_all(after))
    while not running.done():
        for client_id in members:
            async with after.unit_of_work(SYSTEM) as uow:
                query = select(FaceTemplate.model_id).where(FaceTemplate.client_id == client_id)
                found = (await uow.session.scalars(query)).all()
            assert len(found) == 2
            assert len(set(found)) == 1
    assert (await running).people == 4


async def test_doctor_says_threshold_licence_and_who_waits(after: Gym, members: dict[UUID, Person]) -> None:
    before = await _findings(after)
    assert "8 templates of 4 people" in before["other models"].seen
    assert not before["other models"].well
    assert "faces reembed" in before["other models"].advice
    await reembed_all(after)
    said = await _findings(after)
    assert said["other models"].well
    assert "0.485 for 4 people" in said["threshold"].seen
    assert said["face model"].seen == after.faces.model_id
    assert said["providers"].seen.startswith("CPUExecutionProvider")
    assert said["liveness"].seen.startswith("off")
    assert said["challenge"].seen.startswith("off")


async def test_the_command_shows_files_and_gallery(
    database_url: str, config: Config, members: dict[UUID, Person], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = config.model_copy(update={"database_url": database_url})
    assert await doctor(asked) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("as published") == 2
    assert "non-commercial" in said
    assert "8 templates in memory" in said


async def test_the_command_says_that_a_gpu_is_missing(
    database_url: str, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    update = {"database_url": database_url, "face_providers": ("CUDAExecutionProvider",)}
    assert await doctor(config.model_copy(update=update)) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "FACE_PROVIDERS" in said
    assert "non-commercial" in said


@pytest.mark.long
@pytest.mark.parametrize("killed_after", [1, 2])
async def test_a_run_that_is_killed_goes_on_where_it_stopped(
    after: Gym, database_url: str, members: dict[UUID, Person], config: Config, killed_after: int
) -> None:
    child = await asyncio.to_thread(_killed_child, database_url, config, killed_after)
    assert child == -signal.SIGKILL
    counts = await models(after)
    assert counts[after.faces.model_id] >= 2 * killed_after
    assert sum(counts.values()) == 8
    assert all(count % 2 == 0 for count in counts.values())
    done = await reembed_all(after)
    assert 2 * done.people == 8 - counts[after.faces.model_id]
    for client_id, one in members.items():
        assert (await who(after, one)).client_id == client_id


def _killed_child(url: str, config: Config, after: int) -> int:
    """Re-embed in another process that kills itself when that many people are done."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "POWERGYM_HOME": str(config.powergym_home),
        "FACE_ROOT": str(config.packs_root),
        "FACE_PACK": "yunet_sface",
        "KILLED_AFTER": str(after),
    }
    program = Path(__file__).with_name("reembed_child.py")
    return subprocess.run(
        [sys.executable, str(program)], env=environment, cwd=Path(__file__).parents[2], check=False
    ).returncode


async def _forget_crops(gym: Gym, client_id: UUID) -> None:
    async with gym.unit_of_work(SYSTEM) as uow:
        await uow.session.execute(delete(FacePicture).where(FacePicture.client_id == client_id))


async def _findings(gym: Gym) -> dict[str, Any]:
    found: list[Finding] = [finding async for finding in findings_of(gym)]
    return {finding.name: finding for finding in found}
