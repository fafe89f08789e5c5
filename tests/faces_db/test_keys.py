"""Data keys are added, moved to and retired while people come in; a wrong one opens nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import LargeBinary, func, select, text

from gym.app import Gym
from gym.clients.models import Client
from gym.commands.keys import add_key, retire_key, rotate_keys
from gym.core.config import Config, ConfigError
from gym.core.database.engine import Base
from gym.faces.gallery.key_check import open_keys
from gym.faces.gallery.key_rotation import SEALED, KeyRotation
from gym.faces.gallery.postgres_gallery import PgGallery, probe_parameters
from gym.faces.gallery.protection import protection_for
from gym.faces.models import FacePicture, FaceTemplate
from gym.faces.schemas import MatchRule, Probe, Vector
from gym.faces.service import FaceRecognitionService
from gym.security.cipher import Cipher, Keyring, WrongKey
from gym.security.keys.live_keys import LiveKeys
from gym.security.keys.secrets import keep_data_keys, load_secrets
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Faces, enrolment_face, unit
from tests.faces_db.installation import PATIENCE, Installation
from tests.support.memberships import DeskClerk

PEOPLE = 40
DIGESTS = {
    *("one_time_links.digest", "pairing_codes.digest", "idempotency_keys.body_hash"),
    *("audit_entries.digest", "audit_details.salt", "audit_links.hash"),
    *("audit_checkpoints.hash", "audit_checkpoints.seal"),
}
"""Hashes, HMACs and a hash's salt: nothing to decrypt, so nothing to move."""
PLAIN = {"idempotency_keys.answer"}
"""Answers, sealed by the keys of tokens and kept for three days: nothing of the data keys."""


@pytest.fixture
async def installation(gym: Gym, config: Config, database_url: str, tmp_path: Path) -> Installation:
    """A gym whose keys follow its own `secrets.env`, registered as at a first start."""
    own = config.model_copy(update={"powergym_home": tmp_path})
    secrets = load_secrets(tmp_path)
    await open_keys(gym.database, secrets.data, register=True)
    live = LiveKeys(secrets, tmp_path, partial(load_secrets, tmp_path))
    opened = replace(gym, config=own, secrets=secrets, live_keys=live)
    return Installation(opened, tmp_path, database_url)


@pytest.fixture
async def members(installation: Installation, desk: DeskClerk) -> list[tuple[Client, Vector]]:
    """People as the watcher draws them, three photos each."""
    faces, crowd = Faces(41), Faces(43)
    persons = [faces.person() for _ in range(PEOPLE)]
    found: list[tuple[Client, Vector]] = []
    for number, person in enumerate(persons):
        client = await desk.client(f"Member {number}")
        await installation.enrol(client, crowd.photos(person))
        found.append((client, person))
    return found


@pytest.fixture
async def watcher(
    installation: Installation, members: list[tuple[Client, Vector]]
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Another process, which has asked once already and goes on."""
    process = await installation.start(
        "tests.faces_db.watcher", str(installation.home), installation.database_url, str(len(members))
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b"watching\n"
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def needing(gym: Gym) -> dict[str, int]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await KeyRotation(uow.session, uow.secrets.data).needed()


async def identify(gym: Gym, person: Vector) -> object:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await FaceRecognitionService(uow).identify(Probe(person, MODEL), MatchRule())).client_id


async def thumbnail(gym: Gym, client: Client) -> bytes | None:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await FaceRecognitionService(uow).thumbnail(client.id)


@pytest.mark.long
async def test_keys_are_added_moved_to_and_retired_while_another_process_knows_everybody(
    installation: Installation, members: list[tuple[Client, Vector]], watcher: asyncio.subprocess.Process
) -> None:
    old = installation.keys.first
    added = await installation.run("keys", "add")
    assert added.status == 0, added.err
    new = installation.keys.first
    assert installation.keys.ids == (new, old)
    refused = await installation.run("keys", "retire", old)
    assert (refused.status, "rotate" in refused.err) == (1, True)
    rotated = await installation.run("keys", "rotate")
    assert rotated.status == 0, rotated.err
    assert await needing(installation.gym) == {new: PEOPLE * 3 * 3}, (
        "a vector, a crop and a thumbnail of each photo"
    )
    assert (await installation.run("keys", "retire", old)).status == 0
    out, err = await asyncio.wait_for(watcher.communicate(b"stop\n"), PATIENCE)
    asked, missed, began_with = out.decode().splitlines()[-1].split()
    assert (missed, began_with) == ("0", old), err.decode()
    assert int(asked) > PEOPLE
    assert installation.keys.ids == (new,)
    for client, person in members:
        assert await identify(installation.gym, person) == client.id
    assert await thumbnail(installation.gym, members[0][0]) == b"a thumbnail"
    texts = added.out + added.err + refused.err + rotated.out + rotated.err
    assert not any(key.partition(":")[2] in texts for key in installation.keys.text().split(","))


@pytest.mark.long
async def test_a_rotation_that_was_killed_goes_on_where_it_stopped(
    installation: Installation, members: list[tuple[Client, Vector]]
) -> None:
    old, new = installation.keys.first, await add_key(installation.gym)
    everything = PEOPLE * 3 * 3
    async with installation.gym.database.session() as enrolling:
        held = select(FaceTemplate.id).order_by(FaceTemplate.id).limit(1).with_for_update()
        await enrolling.execute(held)
        process = await installation.start("gym", "keys", "rotate")
        while (await needing(installation.gym)).get(old) != 1:
            assert process.returncode is None
            await asyncio.sleep(0.02)
        process.kill()
        await process.wait()
    for client, person in members:
        assert await identify(installation.gym, person) == client.id
    assert await needing(installation.gym) == {old: 1, new: everything - 1}
    again = await installation.run("keys", "rotate")
    assert again.out.startswith("1 moved")
    assert await needing(installation.gym) == {new: everything}


async def test_an_addition_that_was_killed_is_finished_and_makes_no_second_key(
    installation: Installation,
) -> None:
    begun = installation.keys.rotated()
    keep_data_keys(installation.home, begun)
    assert await add_key(installation.gym) == begun.first
    assert installation.keys == begun
    assert await add_key(installation.gym) != begun.first


@pytest.mark.long
async def test_a_key_stays_while_anything_needs_it_or_is_made_with_it(
    installation: Installation, members: list[tuple[Client, Vector]]
) -> None:
    old = installation.keys.first
    assert "key in use" in (await installation.run("keys", "retire", old)).err
    assert "no data key nobody" in (await installation.run("keys", "retire", "nobody")).err
    listed = await installation.run("keys", "list")
    assert f"{old} (in use): needed by {PEOPLE * 9}" in listed.out


async def test_who_is_enrolled_while_keys_change_is_kept_with_the_new_key(
    installation: Installation, desk: DeskClerk, faces: Faces
) -> None:
    person, client = faces.person(), await desk.client("Rosa")
    new = await add_key(installation.gym)
    await installation.enrol(client, faces.photos(person))
    assert await needing(installation.gym) == {new: 9}
    assert await rotate_keys(installation.gym, lambda _: None) == 0


async def test_a_template_that_moves_between_two_queries_is_not_missed(
    installation: Installation, desk: DeskClerk, faces: Faces
) -> None:
    """The old key's templates are searched first; then everything moves; then the new key's are searched."""
    person, client = faces.person(), await desk.client("Rosa")
    await installation.enrol(client, faces.photos(person))
    await add_key(installation.gym)
    async with installation.gym.unit_of_work(Actor.system()) as uow:
        gallery = PgGallery(uow.session, uow.secrets.data)
        terms = probe_parameters(Probe(person, MODEL), gallery.keyring)
        assert len(terms) == 2
        found = []
        for one in terms:
            rows = text("SELECT count(*) FROM face_templates WHERE key_id = :key")
            found.append(await uow.session.scalar(rows, {"key": one["key"]}))
            await rotate_keys(installation.gym, lambda _: None)
    assert found == [3, 3]


async def test_a_process_without_the_new_key_says_so_and_takes_nobody_for_a_stranger(
    installation: Installation, desk: DeskClerk, faces: Faces
) -> None:
    """Keys from the environment cannot be read again: faces fail aloud there, the rest goes on."""
    person, client = faces.person(), await desk.client("Rosa")
    await installation.enrol(client, faces.photos(person))
    secrets = load_secrets(installation.home)
    fixed = replace(
        installation.gym, live_keys=LiveKeys(secrets, installation.home / "none", lambda: secrets)
    )
    assert await identify(fixed, person) == client.id
    await add_key(installation.gym)
    with pytest.raises(WrongKey):
        await identify(fixed, person)
    assert (await fixed.settings()).name


async def test_the_database_refuses_other_keys_with_one_line(installation: Installation, gym: Gym) -> None:
    kid = installation.keys.first
    with pytest.raises(ConfigError, match=f"DATA_KEYS: the key {kid} is missing"):
        await open_keys(gym.database, Keyring.generate(), register=True)
    with pytest.raises(ConfigError, match=f"DATA_KEYS: {kid} is not the key"):
        await open_keys(gym.database, Keyring({kid: bytes(32)}), register=True)
    await open_keys(gym.database, installation.keys.rotated(), register=True)


@pytest.mark.parametrize("command", [("gym", "clock", "show"), ("web",)])
async def test_a_program_with_another_key_does_not_start(
    installation: Installation, command: tuple[str, ...]
) -> None:
    process = await installation.start(*command, DATA_KEYS=Keyring.generate().text(), WEB_PORT="0")
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, out) == (1, b"")
    said = [line for line in err.decode().splitlines() if not line.startswith("{")]
    assert len(said) == 1, "one line beside the log"
    assert said[0].startswith(f"DATA_KEYS: the key {installation.keys.first} is missing")


async def test_faces_from_before_the_register_need_their_keys_too(
    gym: Gym, desk: DeskClerk, faces: Faces
) -> None:
    mine = gym.secrets.data
    await Installation(gym, Path(), "").enrol(await desk.client("Rosa"), faces.photos(faces.person()))
    with pytest.raises(ConfigError, match="is missing"):
        await open_keys(gym.database, Keyring.generate(), register=True)
    with pytest.raises(ConfigError, match="is not the key"):
        await open_keys(gym.database, Keyring({mine.first: bytes(32)}), register=True)
    await open_keys(gym.database, mine, register=True)


@pytest.mark.long
async def test_keys_of_the_environment_are_printed_to_be_set_and_nothing_changes(
    installation: Installation,
) -> None:
    before = installation.keys
    done = await installation.run("keys", "add", DATA_KEYS=before.text())
    printed = Keyring.parse(done.out)
    assert "DATA_KEYS" in done.err
    assert printed.first not in before
    assert installation.keys == before
    both = f"{printed.text()},{before.text()}"
    assert (await installation.run("keys", "rotate", DATA_KEYS=both)).status == 0
    assert f"{printed.first} (in use)" in (await installation.run("keys", "list", DATA_KEYS=both)).out
    assert (await installation.run("keys", "retire", before.first, DATA_KEYS=both)).status == 0
    assert (await installation.run("keys", "list", DATA_KEYS=printed.text())).status == 0


async def test_nothing_is_lost_over_twenty_rotations(
    installation: Installation, desk: DeskClerk, faces: Faces
) -> None:
    person, client = faces.person(), await desk.client("Rosa")
    await installation.enrol(client, [enrolment_face(person)])
    for _ in range(20):
        await add_key(installation.gym)
        assert await rotate_keys(installation.gym, lambda _: None) == 3
        await retire_key(installation.gym, installation.keys.ids[1])
    async with installation.gym.unit_of_work(Actor.system()) as uow:
        stored = unit(np.asarray((await uow.session.scalars(select(FaceTemplate.vector))).one()))
        crop = (await uow.session.scalars(select(FacePicture.crop))).one()
    turned = protection_for(installation.keys, installation.keys.first).protect(person)
    assert float(np.dot(stored, turned)) > 0.9999
    assert Cipher(installation.keys).decrypt(crop, context=f"crop:{client.id}") == b"a crop"


async def test_every_binary_column_is_moved_or_needs_no_key() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    sealed = {f"{one.table}.{column}" for one in SEALED for column in one.columns}
    assert columns == sealed | DIGESTS | PLAIN


async def test_every_step_is_in_the_audit_trail(
    installation: Installation, members: list[tuple[Client, Vector]]
) -> None:
    old, new = installation.keys.first, await add_key(installation.gym)
    await rotate_keys(installation.gym, lambda _: None)
    await retire_key(installation.gym, old)
    trail = text("SELECT action, before, after FROM audit_entries WHERE action LIKE 'key.%' ORDER BY at, id")
    async with installation.gym.unit_of_work(Actor.system()) as uow:
        rows = [tuple(row) for row in await uow.session.execute(trail)]
        people = await uow.session.scalar(select(func.count(FaceTemplate.client_id.distinct())))
    assert Counter(row[0] for row in rows) == {"key.added": 1, "key.rotated": 1, "key.retired": 1}
    assert (people, rows[0][2]) == (PEOPLE, {"key": new})
