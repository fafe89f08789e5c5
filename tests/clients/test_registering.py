"""Registering, changing and deactivating people."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gym.app import Gym
from gym.clients.errors import (
    BirthDateInvalid,
    BlockDateInvalid,
    BlockNeedsAdmin,
    BlockTooLong,
    ClientDeactivated,
    ClientNotFound,
    DocumentInvalid,
    DocumentTaken,
    EmailInvalid,
    GuardianNeeded,
    NameInvalid,
    PhoneInvalid,
    ReasonInvalid,
    TextTooLong,
)
from gym.clients.fields.documents import Document
from gym.clients.models import Client, DocumentType, Gender
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.database.ids import new_id
from gym.core.database.json_values import decode
from gym.core.errors import GymError
from gym.notifications.models import NotificationKind
from gym.security.permissions import Actor, NotAllowed
from gym.security.signed_links import SignedLinks
from tests.support.front_desk import Desk

CEDULA = Document(DocumentType.CC, "1020304050")
CHILD = date(2015, 5, 5)


async def test_what_was_typed_is_kept_normalised(desk: Desk) -> None:
    client = await desk.registers(
        " Juán ",
        "Pérez  Gómez",
        document=Document(DocumentType.CC, "1.020.304.050"),
        phone="300 123 4567",
        email="JUAN@Example.com",
        birth_date=date(1990, 8, 3),
        gender=Gender.MALE,
        alias=" ",
        tags=["VIP", "vip"],
    )
    assert client.full_name == "Juán Pérez Gómez"
    assert (client.document_number, client.phone, client.email) == (
        "1020304050",
        "+573001234567",
        "juan@example.com",
    )
    assert (client.alias, client.tags, client.created_by) == (None, ["vip"], desk.actor.id)


async def test_a_registration_is_in_the_trail_and_told_to_the_desk(desk: Desk) -> None:
    client = await desk.registers()
    assert await desk.actions(client.id) == ["client.registered"]
    [payload] = await desk.told(NotificationKind.DESK_CLIENT_REGISTERED)
    told = decode(payload)
    assert (told["client_id"], told["client_name"]) == (client.id, "Rosa Vargas")
    assert told["staff_name"] == "Bruno Employee"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"first": " "}, NameInvalid),
        ({"last": "x" * 81}, NameInvalid),
        ({"phone": "12"}, PhoneInvalid),
        ({"email": "ana"}, EmailInvalid),
        ({"birth_date": date(2025, 1, 1)}, BirthDateInvalid),
        ({"document": Document(DocumentType.CC, "AB")}, DocumentInvalid),
        ({"alias": "x" * 81}, TextTooLong),
        ({"birth_date": CHILD}, GuardianNeeded),
        ({"birth_date": CHILD, "guardian_name": "  "}, GuardianNeeded),
    ],
)
async def test_a_wrong_field_is_refused_whoever_calls(
    desk: Desk, fields: dict[str, object], fault: type[GymError]
) -> None:
    with pytest.raises(fault):
        await desk.registers(**fields)  # type: ignore[arg-type]


async def test_a_child_needs_a_guardian_and_keeps_one(desk: Desk) -> None:
    child = await desk.registers(birth_date=CHILD, guardian_name="Ana Vargas")
    assert child.guardian_consent_at is not None
    with pytest.raises(GuardianNeeded):
        await desk.changes(child, guardian_name=None)


async def test_growing_younger_in_the_form_asks_for_a_guardian(desk: Desk) -> None:
    client = await desk.registers(birth_date=date(1990, 1, 1))
    with pytest.raises(GuardianNeeded):
        await desk.changes(client, birth_date=CHILD)


async def test_a_document_belongs_to_one_client(desk: Desk) -> None:
    await desk.registers("Juan", "Perez", document=CEDULA)
    with pytest.raises(DocumentTaken) as refused:
        await desk.registers(document=Document(DocumentType.CC, "1.020.304.050"))
    assert refused.value.context == {"client": "Juan Perez"}
    await desk.registers(document=Document(DocumentType.PP, "1020304050"))


async def test_a_change_cannot_take_anothers_document(desk: Desk) -> None:
    await desk.registers("Juan", "Perez", document=CEDULA)
    rosa = await desk.registers()
    with pytest.raises(DocumentTaken):
        await desk.changes(rosa, document=CEDULA)


async def test_eight_registrations_of_one_document_make_one_client(gym: Gym, desk: Desk) -> None:
    outcomes = await asyncio.gather(
        *(desk.registers(document=CEDULA) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, Client) for one in outcomes) == 1
    assert sum(isinstance(one, DocumentTaken) for one in outcomes) == 7


async def test_a_double_tap_registers_once(gym: Gym, desk: Desk) -> None:
    key, data = new_id(), ClientInput(first_name="Rosa", last_name="Vargas", document=CEDULA)
    clients = await asyncio.gather(*(desk.does("register", data, key) for _ in range(8)))
    assert len({one.id for one in clients}) == 1
    async with gym.unit_of_work(desk.actor) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Client)) == 1
    assert len(await desk.told(NotificationKind.DESK_CLIENT_REGISTERED)) == 1


async def test_every_optional_field_can_be_emptied_again(desk: Desk) -> None:
    full: dict[str, object] = {
        "document": CEDULA,
        "alias": "Ro",
        "phone": "3001234567",
        "email": "r@example.com",
        "birth_date": date(1990, 1, 1),
        "gender": Gender.FEMALE,
        "address": "Calle 1",
        "emergency_contact": "Ana",
        "warning": "Heart",
        "notes": "One\nTwo",
        "guardian_name": "Eva",
    }
    rosa = await desk.registers(tags=["vip"], **full)
    emptied = await desk.changes(rosa, tags=[], **dict.fromkeys(full))
    for name in full.keys() - {"document"}:
        assert getattr(emptied, name) is None, name
    assert (emptied.document_type, emptied.document_number, emptied.tags) == (None, None, [])


async def test_what_is_not_set_stays(desk: Desk) -> None:
    rosa = await desk.registers(phone="3001234567", alias="Ro")
    changed = await desk.changes(rosa, alias=None)
    assert (changed.alias, changed.phone, changed.first_name) == (None, "+573001234567", "Rosa")


async def test_a_change_says_what_changed_and_one_without_effect_says_nothing(desk: Desk) -> None:
    rosa = await desk.registers(alias="Ro")
    await desk.changes(rosa, alias="Ro")
    assert await desk.actions(rosa.id) == ["client.registered"]
    await desk.changes(rosa, alias="Rosita")
    assert await desk.actions(rosa.id) == ["client.registered", "client.changed"]
    assert len(await desk.told(NotificationKind.DESK_CLIENT_CHANGED)) == 1


async def test_a_name_cannot_be_emptied(desk: Desk) -> None:
    rosa = await desk.registers()
    with pytest.raises(NameInvalid):
        await desk.changes(rosa, first_name="")


async def test_deactivating_twice_tells_once_and_can_be_taken_back(desk: Desk) -> None:
    rosa = await desk.registers()
    for _ in range(2):
        await desk.does("deactivate", rosa.id)
    assert len(await desk.told(NotificationKind.DESK_CLIENT_DEACTIVATED)) == 1
    assert (await desk.does("reactivate", rosa.id)).active
    assert (await desk.actions(rosa.id))[1:] == ["client.deactivated", "client.reactivated"]


async def test_an_employee_blocks_for_a_week_and_an_admin_for_longer(
    desk: Desk, boss: Desk, gym: Gym
) -> None:
    rosa, today = await desk.registers(), date(2026, 8, 3)
    blocked = await desk.does("block", rosa.id, today + timedelta(days=7), "Fight in the showers")
    assert blocked.block_reason == "Fight in the showers"
    with pytest.raises(BlockTooLong):
        await desk.does("block", rosa.id, today + timedelta(days=8), "Fight in the showers")
    await boss.does("block", rosa.id, today + timedelta(days=90), "Fight in the showers")
    with pytest.raises(BlockNeedsAdmin):
        await desk.does("unblock", rosa.id)
    with pytest.raises(BlockNeedsAdmin):
        await desk.does("block", rosa.id, today, "Shorter")
    unblocked = await boss.does("unblock", rosa.id)
    assert (unblocked.blocked_until, unblocked.block_reason) == (None, None)


async def test_a_block_has_a_reason_and_does_not_end_in_the_past(desk: Desk) -> None:
    rosa = await desk.registers()
    with pytest.raises(BlockDateInvalid):
        await desk.does("block", rosa.id, date(2026, 8, 2), "Fight")
    with pytest.raises(ReasonInvalid):
        await desk.does("block", rosa.id, date(2026, 8, 3), " x ")


async def test_people_alike_are_shown_before_a_second_registration(desk: Desk) -> None:
    juan = await desk.registers("Juán", "Pérez Gómez", phone="3001234567", birth_date=date(1990, 8, 3))
    await desk.registers("Sofía", "Rodríguez")
    for arguments in (
        ("Juan Peres Gomez",),
        ("Somebody Else", "+573001234567"),
        ("J Perez", None, juan.birth_date),
    ):
        assert [one.id for one in await desk.does("similar", *arguments)] == [juan.id]
    assert await desk.does("similar", "Somebody Else") == []


async def test_a_new_card_makes_the_lost_one_useless(desk: Desk, gym: Gym) -> None:
    rosa = await desk.registers()
    links, now = SignedLinks(gym.secrets.jwt), gym.clock.now()
    first, second = await desk.does("new_card", rosa.id), await desk.does("new_card", rosa.id)
    serial = (await desk.does("get", rosa.id)).card_serial
    assert links.read_member_qr(second, now).card_serial == serial
    assert links.read_member_qr(first, now).card_serial != serial
    await desk.does("revoke_card", rosa.id)
    assert (await desk.does("get", rosa.id)).card_serial not in (
        links.read_member_qr(first, now).card_serial,
        links.read_member_qr(second, now).card_serial,
    )


async def test_a_deactivated_client_gets_no_card(desk: Desk) -> None:
    rosa = await desk.registers()
    await desk.does("deactivate", rosa.id)
    with pytest.raises(ClientDeactivated):
        await desk.does("new_card", rosa.id)


async def test_a_client_sees_their_own_data_and_nobody_elses(gym: Gym, desk: Desk) -> None:
    rosa, ana = await desk.registers(), await desk.registers("Ana", "Alba")
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        assert (await ClientService(uow).get(rosa.id)).id == rosa.id
        with pytest.raises(NotAllowed):
            await ClientService(uow).get(ana.id)
        with pytest.raises(NotAllowed):
            await ClientService(uow).set_language(ana.id, "es")
        assert (await ClientService(uow).set_language(rosa.id, "es")).language == "es"


async def test_who_is_not_there_is_a_typed_fault(desk: Desk) -> None:
    with pytest.raises(ClientNotFound):
        await desk.does("get", new_id())


@pytest.mark.parametrize(
    "operation", ["deactivate", "reactivate", "unblock", "unlink", "issue_link", "new_card"]
)
async def test_neither_a_member_nor_a_kiosk_does_what_the_desk_does(
    gym: Gym, desk: Desk, operation: str
) -> None:
    rosa = await desk.registers()
    for actor in (Actor.member(rosa.id, "Rosa"), Actor.kiosk(new_id(), "Door")):
        with pytest.raises(NotAllowed):
            await Desk(gym, actor).does(operation, rosa.id)
