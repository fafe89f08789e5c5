"""A list is taken in while the desk works: nobody waits for it, and what the desk has written stays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text

from gym.app import Gym
from gym.clients.bulk import BulkRegistration
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges
from gym.core.database.ids import new_id
from gym.importing.errors import ImportInUse, JustRegistered
from gym.importing.models import ClientImport, ClientImportRow
from gym.importing.repository import ImportRepository
from gym.importing.service import ImportService
from gym.importing.undo import ImportUndo
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from tests.attendance.conftest import settle
from tests.findings.importing.test_running_plans import HEAD, spanish, subscriptions, today, undo
from tests.support.front_desk import Desk
from tests.support.importing import Importer, outcomes
from tests.support.memberships import DeskClerk

ROSA = "Nombre;Celular\nRosa Vargas;3001110501\n"
DAY = timedelta(days=1)
REFERS = text("SELECT id FROM clients WHERE id = :id FOR KEY SHARE NOWAIT")
"""What a visit, a sale or a message takes of the client that it refers to."""


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def monthly(boss: DeskClerk) -> Plan:
    return await boss.plan(Decimal(80000), name="Mensualidad")


async def row_of(gym: Gym, client_id: UUID) -> Client:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(Client).where(Client.id == client_id))).one()


async def test_nobody_at_the_door_waits_for_a_list(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk
) -> None:
    rosa = await boss.client("Rosa")
    read = await importer.reads(ROSA)
    async with gym.unit_of_work(admin) as uow:
        await ImportService(uow).take_in(read.people, good_rows=True)
        async with gym.unit_of_work(Actor.system()) as door:
            assert await door.session.scalar(REFERS, {"id": rosa.id}) == rosa.id
    async with gym.unit_of_work(admin) as uow:
        run = (await uow.session.scalars(select(ClientImport))).one()
        await ImportUndo(uow).undo(run.id)
        async with gym.unit_of_work(Actor.system()) as door:
            assert await door.session.scalar(REFERS, {"id": rosa.id}) == rosa.id


async def test_what_the_desk_writes_meanwhile_stays(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk, front: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the comparison and the lock; undoing the list afterwards takes only what was the list's."""
    rosa = await boss.client("Rosa")
    add = ImportRepository.add

    async def desk_is_faster(self: ImportRepository, run: ClientImport) -> ClientImport:
        await front.changes(rosa, phone="3001110502")
        return await add(self, run)

    monkeypatch.setattr(ImportRepository, "add", desk_is_faster)
    sheet = "Nombre;Celular;Correo;Etiquetas\nRosa Vargas;3001110501;rosa@example.com;vip\n"
    assert outcomes(await importer.imports(sheet)) == ["2 changed"]
    now = await row_of(gym, rosa.id)
    assert (now.phone, now.email, now.tags) == ("+573001110502", "rosa@example.com", ["vip"])
    async with gym.unit_of_work(admin) as uow:
        assert (await uow.session.scalars(select(ClientImportRow))).one().filled == ["email", "tags"]
    await undo(gym, admin)
    now = await row_of(gym, rosa.id)
    assert (now.phone, now.email) == ("+573001110502", None)


async def test_tags_of_now_are_kept_and_a_card_has_room_for_ten(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk, front: Desk
) -> None:
    rosa = await boss.client("Rosa")
    await front.changes(rosa, tags=[f"tag{number}" for number in range(9)])
    async with gym.unit_of_work(admin) as uow:
        filled = await BulkRegistration(uow).fill({rosa.id: ClientChanges(tags=["tag0", "vip", "otra"])})
        assert [set(one.fields) for one in filled] == [{"tags"}]
    assert (await row_of(gym, rosa.id)).tags == [*(f"tag{number}" for number in range(9)), "vip"]
    sheet = "Nombre;Etiquetas\nRosa Vargas;una, dos, tres\nEva Mora;\n"
    assert outcomes(await importer.imports(sheet)) == ["2 known", "3 made"]


async def test_somebody_who_is_active_again_is_not_overwritten(
    importer: Importer, gym: Gym, admin: Actor, front: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await importer.imports(ROSA)
    await undo(gym, admin)
    [rosa] = await importer.clients()
    add = ImportRepository.add

    async def desk_is_faster(self: ImportRepository, run: ClientImport) -> ClientImport:
        await front.does("reactivate", rosa.id)
        await front.changes(rosa, phone="3001110503")
        return await add(self, run)

    monkeypatch.setattr(ImportRepository, "add", desk_is_faster)
    with pytest.raises(JustRegistered):
        await importer.imports(ROSA)
    assert (await row_of(gym, rosa.id)).phone == "+573001110503"


# Undoing ──────────────────────────────────────────────────────────────────────────────────────────────────


async def closes(gym: Gym, admin: Actor, first: date, last: date) -> None:
    async with gym.unit_of_work(admin) as uow:
        await FreezeService(uow).close_gym(first, last, "inventory", key=new_id())


async def imported(importer: Importer, gym: Gym, paid: str = "no") -> Subscription:
    await importer.imports(HEAD + f"Ana;Mensualidad;{spanish(await today(gym))};;;{paid};\n")
    return (await subscriptions(gym))["Ana"][0]


async def test_an_announced_closing_does_not_keep_a_list(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    before, day = await imported(importer, gym), await today(gym)
    await closes(gym, admin, day + 2 * DAY, day + 3 * DAY)
    closed = (await subscriptions(gym))["Ana"][0]
    assert (closed.frozen_days, closed.ends_on) == (2, before.ends_on + 2 * DAY)
    await undo(gym, admin)
    found, balance = (await subscriptions(gym))["Ana"]
    assert (found.status, found.frozen_days, balance) == (SubscriptionStatus.CANCELED, 0, 0)


async def test_a_freeze_that_was_asked_for_keeps_it(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    subscription, day = await imported(importer, gym, "sí"), await today(gym)
    async with gym.unit_of_work(admin) as uow:
        await FreezeService(uow).freeze(subscription.id, day + DAY, day + 5 * DAY, "travels")
    with pytest.raises(ImportInUse):
        await undo(gym, admin)


async def test_the_reason_is_in_the_gyms_language(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    await imported(importer, gym)
    await settle(gym, language="es")
    await undo(gym, admin)
    assert (await subscriptions(gym))["Ana"][0].cancel_reason == "importación deshecha"
