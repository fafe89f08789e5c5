"""The owner's consent register: who agreed to which text, when, how, and until when."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.telegram.running_bot import RunningBot
from bot.ui.keyboards import BACK
from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.language import Translator
from gym.faces.enrolment.consent import consent_text, consent_version
from gym.faces.models import ConsentMethod, FaceConsent
from gym.faces.service import FaceRecognitionService
from gym.privacy.consents.consent_register import CONSENTS_EXPORTED, ConsentLine, ConsentRegister
from gym.privacy.consents.consent_sheet import consent_sheet
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Actor, NotAllowed, Role
from tests.findings.reading.conftest import Chat
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient


async def agrees(gym: Gym, actor: Actor, client: Client, method: ConsentMethod = ConsentMethod.PAPER) -> None:
    async with gym.unit_of_work(actor) as uow:
        await FaceRecognitionService(uow).give_consent(client.id, method)


async def withdraws(gym: Gym, client: Client) -> None:
    async with gym.unit_of_work(Actor.member(client.id, client.full_name)) as uow:
        await FaceRecognitionService(uow).withdraw_consent(client.id)


async def register(gym: Gym, actor: Actor) -> list[ConsentLine]:
    async with gym.unit_of_work(actor) as uow:
        return list(await ConsentRegister(uow).everything())


async def test_every_consent_stands_there_with_its_text_its_witness_and_its_end(
    gym: Gym, admin: Actor, employee: Actor, clock: FrozenClock
) -> None:
    desk = DeskClerk(gym, employee)
    ana, eva, ida = [await desk.client(name) for name in ("Ana", "Eva", "Ida")]
    given = clock.now()
    await agrees(gym, employee, ana)
    await agrees(gym, Actor.member(eva.id, eva.full_name), eva, ConsentMethod.CHAT)
    await agrees(gym, employee, ida)
    clock.advance(timedelta(hours=1))
    await withdraws(gym, eva)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(FaceConsent).where(FaceConsent.client_id == ida.id).values(version=1)
        )

    found = {one.client_name.split()[0]: one for one in await register(gym, admin)}
    assert {name: (one.standing.value, one.version, one.witness) for name, one in found.items()} == {
        "Ana": ("in_force", consent_version(), employee.name),
        "Eva": ("ended", consent_version(), ""),
        "Ida": ("older_text", 1, employee.name),
    }
    assert (found["Eva"].given_at, found["Eva"].ended_at) == (given, clock.now())
    async with gym.unit_of_work(admin) as uow:
        counts = await ConsentRegister(uow).counts()
    assert (counts.in_force, counts.older_text, counts.ended) == (1, 1, 1)


async def test_an_erased_clients_consents_can_still_be_shown_as_dates_under_a_number(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    """An earlier copy of the register has the same number beside the name."""
    desk = DeskClerk(gym, admin)
    ana, eva = await desk.client("Otilia"), await desk.client("Eva")
    given = clock.now()
    for client in (ana, eva):
        await agrees(gym, admin, client)
    clock.advance(timedelta(hours=1))
    await withdraws(gym, eva)
    before = {one.client_id: one for one in await register(gym, admin)}
    for client in (ana, eva):
        async with gym.unit_of_work(admin) as uow:
            await ErasureService(uow).ask(client.id)
    clock.advance(timedelta(hours=24))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await ErasureService(uow).carry_out_due() == 2

    after = {one.client_id: one for one in await register(gym, admin)}
    assert {key: one.pseudonym for key, one in after.items()} == {
        key: one.pseudonym for key, one in before.items()
    }
    assert {key: (one.given_at, one.ended_at) for key, one in after.items()} == {
        ana.id: (given, clock.now()),
        eva.id: (given, given + timedelta(hours=1)),
    }
    for one in after.values():
        assert (one.standing.value, one.erased, one.document) == ("ended", True, "")
    t = Translator("en")
    cells = list(
        load_workbook(io.BytesIO(consent_sheet(list(after.values()), "", t)))
        .worksheets[0]
        .iter_rows(min_row=2, values_only=True)
    )
    assert {(row[0], row[10]) for row in cells} == {
        (f"erased client {one.pseudonym}", one.pseudonym) for one in before.values()
    }
    assert not [name for name in ("Otilia", "Eva", "Vargas") if name in str(cells)]


async def test_only_an_admin_takes_it_and_that_stands_in_the_trail(
    gym: Gym, admin: Actor, employee: Actor
) -> None:
    for ask in (ConsentRegister.everything, ConsentRegister.counts, ConsentRegister.page):
        with pytest.raises(NotAllowed):
            async with gym.unit_of_work(employee) as uow:
                await ask(ConsentRegister(uow))
    await register(gym, admin)
    async with gym.unit_of_work(Actor.system()) as uow:
        [row] = await uow.session.scalars(select(AuditEntry).where(AuditEntry.action == CONSENTS_EXPORTED))
    assert row.actor_id == admin.id


async def test_the_spreadsheet_holds_the_texts_and_runs_nothing(gym: Gym, admin: Actor) -> None:
    client = await DeskClerk(gym, admin).client("=Ana")
    await agrees(gym, admin, client)
    settings = await gym.settings()
    for language in ("en", "es"):
        t = Translator(language)
        book = load_workbook(io.BytesIO(consent_sheet(await register(gym, admin), settings.name, t)))
        head, line = list(book.worksheets[0].iter_rows(values_only=True))
        assert head[:2] == (t("Client"), t("Document"))
        assert str(line[0]).startswith("'=Ana")
        assert (line[4], line[8], line[9]) == (consent_version(), None, t("in force"))
        texts = {row[0]: row[1] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
        assert texts[consent_version()] == t(consent_text(), gym=settings.name)


# In chat ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_admin_sees_the_register_and_takes_it_along(
    chat: Chat, gym: Gym, telegram: SandboxClient
) -> None:
    t = chat.t
    client = await chat.clerk.client("Petronila")
    await agrees(gym, chat.clerk.actor, client)
    await chat.sends("/start")
    await chat.taps("🔏 Privacy")
    counted = "🙂 {count} person has agreed to face check-in"
    await chat.person.sees(t.plural(counted, "🙂 {count} people have agreed to face check-in", 1))
    await chat.taps("🙂 Consents")
    await chat.person.sees(f"🟢 {client.full_name}")
    await chat.taps("📊 As a spreadsheet")
    sent = await chat.person.sees_document()
    book = load_workbook(io.BytesIO(await telegram.download(sent.document_url or "")))
    assert [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == [client.full_name]
    await withdraws(gym, client)
    await chat.taps(BACK, "🙂 Consents")
    await chat.person.sees(f"⬜ {client.full_name}")
    assert re.search("–", (await chat.person.sees(f"⬜ {client.full_name}")).words)


async def test_an_employee_finds_no_way_there(
    telegram: SandboxClient, desk_bot: RunningBot, make_staff: Callable[[Person, Role], Awaitable[Actor]]
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/start")
    await bruno.sees("Send a photo")
    assert "🔏 Privacy" not in await bruno.keyboard()
