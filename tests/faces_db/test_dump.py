"""A stolen database: its vectors match nobody, and no picture is in it."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gym.app import Gym
from gym.clients.models import Client
from gym.core.database.engine import Base
from gym.core.database.ids import new_id
from gym.faces.engine.reader import Purpose
from gym.faces.enrolment.photos import read_enrolment
from gym.faces.gallery.protection import protection_for
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.faces.pool import FacePool
from gym.faces.schemas import EnrolmentFace, Vector
from gym.security.cipher import Keyring
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Enroller, Faces
from tests.support.memberships import DeskClerk
from tests.support.people import people

INVENTED = 500
KEYS = Keyring({"house": bytes(range(32))})
"""Always the same, so that chance finds the same few each time."""
MOST_BY_CHANCE = 5
"""Of 505 guesses at 1 in 505 each: more than five right ones happen once in 1,700 keys."""
JPEG = b"\xff\xd8\xff"


@pytest.fixture
def gym(gym: Gym) -> Gym:
    return replace(gym, secrets=replace(gym.secrets, data=KEYS))


@pytest.fixture
async def real(
    gym: Gym, face_pool: FacePool, desk: DeskClerk, staff: Enroller
) -> list[tuple[Client, EnrolmentFace]]:
    """Everybody of the group picture, enrolled with a real photo."""
    found: list[tuple[Client, EnrolmentFace]] = []
    for person in people():
        client = await desk.client(person.name)
        await staff.consent(client)
        face = read_enrolment(face_pool.reader, person.photo(0))
        await staff.enrol(client, [face])
        found.append((client, face))
    return found


@pytest.fixture
async def invented(gym: Gym, desk: DeskClerk) -> list[tuple[Client, Vector]]:
    """Five hundred more, straight into the tables."""
    faces, now = Faces(11), gym.clock.now()
    rows = [
        Client(first_name=f"N{n}", last_name="Vargas", language="en", created_at=now, updated_at=now)
        for n in range(INVENTED)
    ]
    protection = protection_for(KEYS, KEYS.first)
    persons = [faces.person() for _ in rows]
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add_all(rows)
        await uow.session.flush()
        uow.session.add_all(
            FaceTemplate(
                id=new_id(),
                client_id=row.id,
                model_id=MODEL,
                key_id=KEYS.first,
                vector=protection.protect(faces.photo(person)),
                origin=TemplateOrigin.ENROLMENT,
                created_at=now,
            )
            for row, person in zip(rows, persons, strict=True)
        )
    return list(zip(rows, persons, strict=True))


async def dumped(gym: Gym) -> dict[str, bytes]:
    """Every table as COPY writes it, which is what pg_dump holds."""
    tables: dict[str, bytes] = {}
    async with gym.database.direct() as connection:
        for name in Base.metadata.tables:
            out = BytesIO()
            await connection.copy_from_table(name, output=out)
            tables[name] = out.getvalue()
    return tables


def stolen(dump: dict[str, bytes]) -> tuple[list[str], NDArray[np.float32]]:
    """Whose vectors they are, and the vectors, read off the dump."""
    rows = [line.split("\t") for line in dump["face_templates"].decode().splitlines()]
    place = next(number for number, value in enumerate(rows[0]) if value.startswith("["))
    owners = [row[1] for row in rows]
    return owners, np.array([json.loads(row[place]) for row in rows], np.float32)


def hits(owners: list[str], vectors: Any, probes: list[tuple[str, Vector]]) -> int:
    """How often the nearest stolen vector is the person's own."""
    return sum(owners[int(np.argmax(vectors @ probe))] == whose for whose, probe in probes)


async def test_stolen_vectors_find_the_right_person_no_more_often_than_chance(
    gym: Gym,
    face_pool: FacePool,
    real: list[tuple[Client, EnrolmentFace]],
    invented: list[tuple[Client, Vector]],
) -> None:
    seen = [face_pool.reader.read(person.photo(2), Purpose.CHECK_IN).face.embedding for person in people()]
    probes = [(str(client.id), probe) for (client, _), probe in zip(real, seen, strict=True)]
    probes += [(str(client.id), person) for client, person in invented]
    owners, vectors = stolen(await dumped(gym))
    assert len(owners) == len(probes) == INVENTED + len(real)
    assert hits(owners, vectors, probes) <= MOST_BY_CHANCE
    elsewhere = protection_for(Keyring({"other": bytes(32)}), "other")
    assert hits(owners, vectors, [(who, elsewhere.protect(one)) for who, one in probes]) <= MOST_BY_CHANCE
    here = protection_for(KEYS, KEYS.first)
    assert hits(owners, vectors, [(who, here.protect(one)) for who, one in probes]) == len(probes)


async def test_no_picture_is_in_the_dump(gym: Gym, real: list[tuple[Client, EnrolmentFace]]) -> None:
    """COPY writes bytes as hex; whoever is enrolled has a picture of at least a few kilobytes there."""
    whole = b"\n".join((await dumped(gym)).values())
    kept = [picture for _, face in real for picture in (face.crop, face.thumbnail)]
    assert all(picture.startswith(JPEG) for picture in kept)
    assert len(whole) > 2 * sum(map(len, kept))
    for form in (JPEG, JPEG.hex().encode(), b"JFIF".hex().encode(), b"JFIF"):
        assert form not in whole
    for picture in kept:
        middle = picture[len(picture) // 2 :][:16]
        assert middle not in whole
        assert middle.hex().encode() not in whole
