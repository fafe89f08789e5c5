"""The gallery in PostgreSQL: exact, per client, active clients only, one model and its keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from gym.app import Gym
from gym.attendance.checkin.facts.queries import LOOK_BACK
from gym.attendance.checkin.facts.sql import BY_FACE
from gym.clients.models import Client
from gym.faces.gallery.postgres_gallery import PgGallery, probe_parameters
from gym.faces.gallery.protection import protection_for
from gym.faces.models import FaceTemplate, TemplateOrigin
from gym.faces.schemas import Candidates, MatchOutcome, Probe, Vector
from gym.security.cipher import Keyring
from gym.security.permissions import Actor
from tests.faces_db.conftest import MODEL, Enroller, Faces
from tests.support.memberships import DeskClerk


def template(gym: Gym, client: Client, vector: Vector, model: str = MODEL) -> FaceTemplate:
    keyring = gym.secrets.data
    return FaceTemplate(
        client_id=client.id,
        model_id=model,
        key_id=keyring.first,
        vector=protection_for(keyring, keyring.first).protect(vector),
        origin=TemplateOrigin.ENROLMENT,
        created_at=gym.clock.now(),
    )


async def search(gym: Gym, vector: Vector, keyring: Keyring | None = None) -> Candidates:
    async with gym.unit_of_work(Actor.system()) as uow:
        gallery = PgGallery(uow.session, keyring or gym.secrets.data)
        return await gallery.search(Probe(vector, MODEL))


async def test_the_search_finds_what_numpy_finds(gym: Gym, desk: DeskClerk) -> None:
    """Identity recall is 1: whoever is best, and the best other client, to half-precision."""
    clients = [await desk.client(f"Client {number}") for number in range(12)]

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32 - 1))
    def draw(seed: int) -> None:
        seeds.append(seed)

    seeds: list[int] = []
    draw()
    for seed in seeds:
        faces = Faces(seed)
        owned = [(client, faces.photo(faces.person())) for client in clients for _ in range(seed % 5 + 1)]
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(delete(FaceTemplate))
            uow.session.add_all([template(gym, client, vector) for client, vector in owned])
        probe = faces.photo(owned[seed % len(owned)][1], 0.5)
        found = await search(gym, probe)
        best = {client.id: -1.0 for client in clients}
        for client, vector in owned:
            best[client.id] = max(best[client.id], float(vector @ probe))
        ranked = sorted(best.items(), key=lambda one: one[1], reverse=True)
        assert found.client_id == ranked[0][0]
        assert found.score == pytest.approx(ranked[0][1], abs=2e-3)
        assert found.runner_up == pytest.approx(ranked[1][1], abs=2e-3)
        assert found.people == len(clients)


async def test_several_templates_of_a_client_are_no_rivals(
    staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person, 5))
    known = await staff.identify(faces.photo(person))
    assert (known.outcome, known.client_id) == (MatchOutcome.FOUND, rosa.id)


async def test_a_deactivated_client_is_gone_at_once_and_shadows_nobody(
    gym: Gym, staff: Enroller, rosa: Client, eva: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person))
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == rosa.id).values(active=False))
    assert (await staff.identify(faces.photo(person))).outcome is MatchOutcome.UNKNOWN
    await staff.enrol(eva, faces.photos(person))
    assert (await staff.identify(faces.photo(person))).client_id == eva.id


async def test_vectors_of_another_model_are_never_compared(
    staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person, model="another-model"))
    assert (await staff.identify(person)).outcome is MatchOutcome.UNKNOWN
    assert (await staff.identify(person, model="another-model")).client_id == rosa.id


async def test_while_keys_are_rotated_both_old_and_new_templates_are_found(
    gym: Gym, staff: Enroller, rosa: Client, eva: Client, faces: Faces
) -> None:
    old_face, new_face = faces.person(), faces.person()
    await staff.enrol(rosa, faces.photos(old_face))
    rotated = gym.secrets.data.rotated()
    turning = replace(gym, secrets=replace(gym.secrets, data=rotated))
    await Enroller(turning, staff.actor).enrol(eva, faces.photos(new_face))
    assert (await search(turning, old_face)).client_id == rosa.id
    assert (await search(turning, new_face)).client_id == eva.id
    assert (await search(turning, old_face)).runner_up < 0.3


async def test_a_stored_vector_is_not_the_face_and_matches_nothing_without_the_key(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person))
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = (await uow.session.scalars(select(FaceTemplate))).all()
    stored = np.asarray(rows[0].vector.to_list() if hasattr(rows[0].vector, "to_list") else rows[0].vector)
    assert abs(float(stored @ person)) < 0.25
    stranger = Keyring({gym.secrets.data.first: bytes(32)})
    assert (await search(gym, person, stranger)).score < 0.3
    assert (await search(gym, person)).score > 0.7


async def test_vectors_lie_in_the_row_and_are_read_in_one_pass(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    """Nothing in the TOAST table, one scan of the templates for the search and the facts together."""
    await staff.enrol(rosa, faces.photos(faces.person()))
    async with gym.unit_of_work(Actor.system()) as uow:
        toasted = text(
            "SELECT coalesce(pg_relation_size(reltoastrelid), 0) FROM pg_class "
            "WHERE oid = 'face_templates'::regclass"
        )
        assert await uow.session.scalar(toasted) == 0
        [terms] = probe_parameters(Probe(faces.person(), MODEL), uow.secrets.data)
        at = gym.clock.now()
        values = {**terms, "day": date(2026, 8, 3), "at": at, "since": at - LOOK_BACK, "idempotency": None}
        rows = await uow.session.execute(text(f"EXPLAIN (VERBOSE) {BY_FACE.text}"), values)
        plan = "\n".join(rows.scalars())
    assert "InitPlan" in plan, "the probe is turned into a vector once, not for every row"
    assert plan.count("on public.face_templates t ") == 1, "every template is compared once"
