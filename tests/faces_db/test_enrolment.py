"""Consent first, one person, nobody twice; and everything gone when consent is withdrawn."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from gym.app import Gym
from gym.clients.models import Client
from gym.faces.enrolment import consent
from gym.faces.models import ConsentMethod, FaceConsent, FacePicture, FaceTemplate, GalleryChange
from gym.faces.refusals import (
    ConsentMethodWrong,
    ConsentMissing,
    FaceOwnerMissing,
    ModelsMixed,
    NoPhotos,
    NotSamePerson,
    NotTheClient,
    PossibleDuplicate,
    TooManyPhotos,
)
from gym.faces.service import FaceRecognitionService
from gym.security.cipher import CipherError
from gym.security.permissions import Actor, NotAllowed
from tests.attendance.conftest import change
from tests.faces_db.conftest import Enroller, Faces, enrolment_face
from tests.support.memberships import DeskClerk


async def count(gym: Gym, model: type) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(model)) or 0


async def test_without_consent_no_face_is_stored(
    gym: Gym, staff: Enroller, desk: DeskClerk, faces: Faces
) -> None:
    client = await desk.client("Nobody asked")
    with pytest.raises(ConsentMissing):
        await staff.enrol(client, faces.photos(faces.person()))
    assert await count(gym, FaceTemplate) == 0


async def test_withdrawal_deletes_templates_and_pictures_at_once(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person))
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        await FaceRecognitionService(uow).withdraw_consent(rosa.id)
        await FaceRecognitionService(uow).withdraw_consent(rosa.id)
    assert (await count(gym, FaceTemplate), await count(gym, FacePicture)) == (0, 0)
    assert (await staff.identify(person)).client_id is None
    with pytest.raises(ConsentMissing):
        await staff.enrol(rosa, faces.photos(person))
    await staff.consent(rosa)
    assert await count(gym, FaceConsent) == 2


async def test_consent_is_given_in_ones_own_chat_or_on_paper_before_staff(
    gym: Gym, desk: DeskClerk, employee: Actor
) -> None:
    client = await desk.client()
    async with gym.unit_of_work(Actor.member(client.id, "Rosa")) as uow:
        service = FaceRecognitionService(uow)
        with pytest.raises(ConsentMethodWrong):
            await service.give_consent(client.id, ConsentMethod.PAPER)
        given = await service.give_consent(client.id, ConsentMethod.CHAT)
        assert (given.version, given.witness_id) == (consent.consent_version(), None)
    other = await desk.client("Eva")
    async with gym.unit_of_work(employee) as uow:
        service = FaceRecognitionService(uow)
        with pytest.raises(ConsentMethodWrong):
            await service.give_consent(other.id, ConsentMethod.CHAT)
        assert (await service.give_consent(other.id, ConsentMethod.PAPER)).witness_id == employee.id
    async with gym.unit_of_work(Actor.member(client.id, "Rosa")) as uow:
        with pytest.raises(NotAllowed):
            await FaceRecognitionService(uow).give_consent(other.id, ConsentMethod.CHAT)


async def test_a_new_text_asks_again_and_keeps_what_was_stored_until_it_is_withdrawn(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person))
    before = consent.consent_version()
    monkeypatch.setitem(consent.CONSENT_TEXTS, 99, "Another text")
    assert (await staff.identify(person)).client_id == rosa.id
    with pytest.raises(ConsentMissing):
        await staff.enrol(rosa, faces.photos(person))
    assert await count(gym, FaceTemplate) == 3
    await staff.consent(rosa)
    assert (await staff.enrol(rosa, faces.photos(person, 2))).replaced == 3
    async with gym.unit_of_work(staff.actor) as uow:
        versions = await uow.session.execute(
            select(FaceConsent.version, FaceConsent.withdrawn_at.is_(None)).order_by(FaceConsent.version)
        )
        assert [tuple(row) for row in versions] == [(before, False), (99, True)]


async def test_erasure_leaves_no_row_of_the_face(
    gym: Gym, staff: Enroller, boss: Enroller, rosa: Client, eva: Client, faces: Faces
) -> None:
    """Of Rosa; what stays is a number beside a random id, so that every door forgets her, and the days of her
    consent, which has ended. Eva stays."""
    for client in (rosa, eva):
        await staff.enrol(client, faces.photos(faces.person()))
    async with gym.unit_of_work(staff.actor) as uow:
        with pytest.raises(NotAllowed):
            await FaceRecognitionService(uow).erase(rosa.id)
    async with gym.unit_of_work(boss.actor) as uow:
        await FaceRecognitionService(uow).erase(rosa.id)
    async with gym.unit_of_work(Actor.system()) as uow:
        for table in (FaceTemplate, FacePicture):
            owners = set(await uow.session.scalars(select(table.client_id)))
            assert owners == {eva.id}, table
        in_force = select(FaceConsent.client_id).where(FaceConsent.withdrawn_at.is_(None))
        assert list(await uow.session.scalars(in_force)) == [eva.id]
    assert {column.name for column in GalleryChange.__table__.columns} == {"client_id", "number"}


async def test_an_enrolment_replaces_the_one_before(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    await staff.enrol(rosa, faces.photos(person, 5))
    again = await staff.enrol(rosa, faces.photos(person, 2))
    assert (again.templates, again.replaced) == (2, 5)
    assert (await count(gym, FaceTemplate), await count(gym, FacePicture)) == (2, 2)


async def test_another_person_does_not_take_over_an_enrolled_face_unseen(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    await staff.enrol(rosa, faces.photos(faces.person()))
    impostor = faces.photos(faces.person())
    with pytest.raises(NotTheClient):
        await staff.enrol(rosa, impostor)
    async with gym.unit_of_work(staff.actor) as uow:
        await FaceRecognitionService(uow).remove(rosa.id)
    assert (await staff.enrol(rosa, impostor)).replaced == 0


async def test_photos_must_be_one_to_five_of_one_person_and_model(
    staff: Enroller, rosa: Client, faces: Faces
) -> None:
    person = faces.person()
    with pytest.raises(NoPhotos):
        await staff.enrol(rosa, [])
    with pytest.raises(TooManyPhotos):
        await staff.enrol(rosa, faces.photos(person, 6))
    with pytest.raises(ModelsMixed):
        await staff.enrol(rosa, [*faces.photos(person, 1), enrolment_face(faces.photo(person), "other")])
    with pytest.raises(NotSamePerson) as refused:
        await staff.enrol(rosa, [*faces.photos(person, 2), *faces.photos(faces.person(), 1)])
    assert refused.value.photos == [3]


async def test_a_possible_duplicate_is_named_only_to_whom_may_look(
    staff: Enroller, boss: Enroller, rosa: Client, eva: Client, faces: Faces
) -> None:
    twin = faces.person()
    await staff.enrol(rosa, faces.photos(twin))
    with pytest.raises(PossibleDuplicate) as for_staff:
        await staff.enrol(eva, faces.photos(twin))
    with pytest.raises(PossibleDuplicate) as for_admin:
        await boss.enrol(eva, faces.photos(twin))
    assert (for_staff.value.context, for_admin.value.client_id) == ({}, rosa.id)
    with pytest.raises(NotAllowed):
        await staff.enrol(eva, faces.photos(twin), allow_duplicate=True)
    assert (await boss.enrol(eva, faces.photos(twin), allow_duplicate=True)).templates == 3
    assert (await staff.identify(twin)).client_id is None, "twins are told apart by QR or document"


async def test_one_face_enrolled_for_two_clients_at_once_is_enrolled_for_one(
    gym: Gym, staff: Enroller, desk: DeskClerk, faces: Faces
) -> None:
    person = faces.person()
    clients = [await desk.client(f"Alias {number}") for number in range(8)]
    for client in clients:
        await staff.consent(client)
    tries = [staff.enrol(client, faces.photos(person)) for client in clients]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, PossibleDuplicate) for one in results) == 7
    assert await count(gym, FaceTemplate) == 3


async def test_a_deactivated_client_gets_no_face(
    gym: Gym, staff: Enroller, rosa: Client, faces: Faces
) -> None:
    await change(gym, rosa, active=False)
    with pytest.raises(FaceOwnerMissing):
        await staff.enrol(rosa, faces.photos(faces.person()))


async def test_pictures_are_encrypted_for_their_client_alone(
    gym: Gym, staff: Enroller, rosa: Client, eva: Client, faces: Faces
) -> None:
    await staff.enrol(rosa, faces.photos(faces.person()))
    async with gym.unit_of_work(staff.actor) as uow:
        service = FaceRecognitionService(uow)
        assert await service.thumbnail(rosa.id) == b"a thumbnail"
        assert await service.thumbnail(eva.id) is None
        rows = (await uow.session.scalars(select(FacePicture))).all()
        assert all(b"a thumbnail" not in row.thumbnail and b"a crop" not in row.crop for row in rows)
    async with gym.unit_of_work(staff.actor) as uow:
        moved = (await uow.session.scalars(select(FacePicture))).all()
        for row in moved:
            row.client_id = eva.id
    async with gym.unit_of_work(staff.actor) as uow:
        with pytest.raises(CipherError):
            await FaceRecognitionService(uow).thumbnail(eva.id)


async def test_only_the_client_and_the_gym_see_a_face_state(
    gym: Gym, staff: Enroller, rosa: Client, eva: Client, faces: Faces
) -> None:
    await staff.enrol(rosa, faces.photos(faces.person()))
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        service = FaceRecognitionService(uow)
        state = await service.state(rosa.id)
        assert state.consent is not None
        assert (state.templates, state.consent.method, state.consent.current) == (
            3,
            ConsentMethod.PAPER,
            True,
        )
        with pytest.raises(NotAllowed):
            await service.state(eva.id)
        with pytest.raises(NotAllowed):
            await service.thumbnail(eva.id)
