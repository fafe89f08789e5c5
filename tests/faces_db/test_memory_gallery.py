"""The gallery in memory: the same answers as PostgreSQL, and never older than the question."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import delete, text, update

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.faces.gallery.matching import identification_of
from gym.faces.gallery.memory_gallery import MemoryGallery, TransactionGallery
from gym.faces.gallery.postgres_gallery import PgGallery
from gym.faces.gallery.protection import (
    _of_key,  # pyright: ignore[reportPrivateUsage]
    protection_for,
)
from gym.faces.gallery.snapshot import BLOCK, Snapshot, TemplateRow
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.faces.schemas import MatchRule, Probe, Vector
from gym.privacy.erasure import TIME_TO_RECONSIDER, ErasureService
from gym.security.cipher import Keyring
from gym.security.permissions import Actor
from tests.e2e.process import ROOT
from tests.faces_db.conftest import MODEL, Enroller, Faces, enrolment_face
from tests.support.memberships import DeskClerk


@pytest.fixture
def gallery(gym: Gym) -> MemoryGallery:
    return MemoryGallery(gym.secrets.data, MODEL)


async def both(gym: Gym, gallery: MemoryGallery, vector: Vector, other_than: UUID | None = None) -> None:
    """PostgreSQL and the memory gallery say the same about a face."""
    probe = Probe(vector, MODEL)
    async with gym.unit_of_work(Actor.system()) as uow:
        truth = await PgGallery(uow.session, gallery.keyring).search(probe, other_than)
        found = await TransactionGallery(gallery, uow.session).search(probe, other_than)
    assert (found.client_id, found.people) == (truth.client_id, truth.people)
    assert found.score == pytest.approx(truth.score, abs=1e-4)
    assert found.runner_up == pytest.approx(truth.runner_up, abs=1e-4)
    assert identification_of(found, MatchRule()) == identification_of(truth, MatchRule())


def template(client: Client, keyring: Keyring, kid: str, vector: Vector, model: str = MODEL) -> FaceTemplate:
    return FaceTemplate(
        client_id=client.id,
        model_id=model,
        key_id=kid,
        vector=protection_for(keyring, kid).protect(vector),
        origin=TemplateOrigin.ENROLMENT,
        created_at=client.created_at,
    )


@pytest.mark.parametrize("seed", range(4))
async def test_both_galleries_agree_whatever_happens(gym: Gym, desk: DeskClerk, seed: int) -> None:
    """People are enrolled, erased, deactivated, reactivated and moved to another key in any order."""
    keyring = Keyring({"new": b"n" * 32, "old": b"o" * 32})
    gallery = MemoryGallery(keyring, MODEL)
    clients = [await desk.client(f"Client {number}") for number in range(9)]
    faces, draw = Faces(seed), np.random.default_rng(seed)
    persons = [faces.person() for _ in clients]
    await both(gym, gallery, persons[0])
    for _ in range(25):
        place = int(draw.integers(len(clients)))
        client, person = clients[place], persons[place]
        kids = draw.choice(["new", "old"], int(draw.integers(1, 5)))
        async with gym.unit_of_work(Actor.system()) as uow:
            match int(draw.integers(4)):
                case 0:
                    await uow.session.execute(delete(FaceTemplate).where(FaceTemplate.client_id == client.id))
                case 1:
                    active = bool(draw.integers(2))
                    await uow.session.execute(
                        update(Client).where(Client.id == client.id).values(active=active)
                    )
                case _:
                    uow.session.add_all(
                        template(client, keyring, kid, faces.photo(person), str(draw.choice([MODEL, "x"])))
                        for kid in kids
                    )
        likeness = float(draw.choice([0.2, 0.38, 0.45, 0.8]))
        await both(gym, gallery, faces.photo(persons[int(draw.integers(len(clients)))], likeness))
        await both(gym, gallery, faces.photo(person, likeness), client.id)


async def test_a_change_is_seen_by_the_next_search_and_costs_nothing_afterwards(
    gym: Gym, gallery: MemoryGallery, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await both(gym, gallery, person)
    empty = gallery.snapshot
    await staff.enrol(rosa, faces.photos(person))
    await both(gym, gallery, person)
    known = gallery.snapshot
    await both(gym, gallery, person)
    assert gallery.snapshot is known
    assert (len(empty.people), len(known.people)) == (0, 1)


async def test_what_was_not_committed_is_not_seen(
    gym: Gym, gallery: MemoryGallery, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(template(rosa, gallery.keyring, gallery.keyring.first, person))
        await uow.session.flush()
        await both(gym, gallery, person)
        await uow.session.rollback()
    async with gym.unit_of_work(Actor.system()) as uow:
        assert (await gallery.fresh(uow.session)).people == {}


async def test_numbers_become_visible_in_their_order(
    gym: Gym, gallery: MemoryGallery, desk: DeskClerk, faces: Faces
) -> None:
    """Many enrol at once while somebody looks: nobody who is enrolled is ever missed afterwards."""
    clients = [await desk.client(f"Client {number}") for number in range(24)]
    persons = [faces.person() for _ in clients]

    async def enrol(client: Client, person: Vector) -> None:
        async with gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(template(client, gallery.keyring, gallery.keyring.first, person))
        probe = Probe(person, MODEL)
        async with gym.unit_of_work(Actor.system()) as uow:
            found = await TransactionGallery(gallery, uow.session).search(probe)
        assert found.client_id == client.id

    await asyncio.gather(*map(enrol, clients, persons))
    assert len(gallery.snapshot.people) == len(clients)


async def test_a_plain_sql_change_is_seen_too(
    gym: Gym, gallery: MemoryGallery, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person))
    await both(gym, gallery, person)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE clients SET active = false"))
    await both(gym, gallery, person)
    assert gallery.snapshot.people == {}


def test_blocks_are_filled_and_emptied() -> None:
    draw = np.random.default_rng(3)
    people = [UUID(int=number) for number in range(1, BLOCK + 500)]
    rows = [TemplateRow(one, "k", draw.standard_normal(512).astype(np.float32)) for one in people]
    full = Snapshot(0, MODEL).changed(1, (), rows)
    assert [len(block.owners) for block in full.groups["k"].blocks] == [BLOCK, 499]
    less = full.changed(2, people[:BLOCK], [])
    assert [len(block.owners) for block in less.groups["k"].blocks] == [499]
    again = less.changed(3, people[:1], rows[:1])
    assert (len(again.people), len(full.people)) == (500, len(people))
    assert less.changed(4, people, []).people == {}


class OtherProcess:
    """A process that answers who somebody is."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def knows(self, seed: int) -> list[str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{seed}\n".encode())
        return (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode().split()

    async def held(self) -> int:
        """Templates in its memory, without a search that would read what is new."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"held\n")
        return int(await asyncio.wait_for(self.process.stdout.readline(), 60))


@pytest.fixture
async def other(
    request: pytest.FixtureRequest, database_url: str, config: Config
) -> AsyncGenerator[OtherProcess]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faces_db.child",
        str(config.powergym_home),
        database_url,
        getattr(request, "param", "3600"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield OtherProcess(process)
    process.kill()
    await process.wait()


async def test_another_process_sees_who_came_and_who_went_at_once(
    gym: Gym, staff: Enroller, rosa: Client, other: OtherProcess
) -> None:
    person = Faces(41).person()
    assert (await other.knows(41))[0] == "unknown"
    await staff.enrol(rosa, [enrolment_face(person)])
    assert (await other.knows(41))[:2] == ["found", str(rosa.id)]
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).values(active=False))
    assert (await other.knows(41))[0] == "unknown"
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).values(active=True))
    assert (await other.knows(41))[:2] == ["found", str(rosa.id)]
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(delete(FaceTemplate))
    assert (await other.knows(41))[0] == "unknown"


@pytest.mark.parametrize("other", ["0.1"], indirect=True)
async def test_an_erased_face_leaves_the_memory_of_a_process_that_nobody_asks(
    gym: Gym, clock: FrozenClock, staff: Enroller, rosa: Client, other: OtherProcess
) -> None:
    person = Faces(41).person()
    await staff.enrol(rosa, [enrolment_face(person)])
    assert (await other.knows(41))[:2] == ["found", str(rosa.id)]
    assert await other.held() == 1
    async with gym.unit_of_work(Actor.system()) as uow:
        await ErasureService(uow).ask(rosa.id)
    clock.advance(TIME_TO_RECONSIDER)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await ErasureService(uow).carry_out_due() == 1

    async def gone() -> None:
        while await other.held():
            pass

    await asyncio.wait_for(gone(), 30)
    assert (await other.knows(41))[0] == "unknown"


async def test_people_who_come_and_go_leave_nothing_behind(
    gym: Gym, desk: DeskClerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes back takes a new place; the old ones are cleared away now and then."""
    monkeypatch.setattr("gym.faces.gallery.memory_gallery.MOST_LEFT_OVER", 3)
    gallery = MemoryGallery(gym.secrets.data, MODEL)
    client, kid = await desk.client("Rosa"), gym.secrets.data.first
    person = Faces(1).person()
    for _ in range(12):
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(delete(FaceTemplate).where(FaceTemplate.client_id == client.id))
            uow.session.add(template(client, gym.secrets.data, kid, person))
        await both(gym, gallery, person)
    assert len(gallery.snapshot.names) <= 6


async def test_a_keys_rotation_is_made_before_the_loop_needs_it(gym: Gym, desk: DeskClerk) -> None:
    keyring = Keyring({"seldom": b"s" * 32})
    gallery = MemoryGallery(keyring, MODEL)
    client, person = await desk.client("Rosa"), Faces(2).person()
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(template(client, keyring, "seldom", person))
    _of_key.cache_clear()
    async with gym.unit_of_work(Actor.system()) as uow:
        await gallery.fresh(uow.session)
    made = _of_key.cache_info().misses
    assert made == 1
    assert (await gallery.search(Probe(person, MODEL))).client_id == client.id
    assert _of_key.cache_info().misses == made
