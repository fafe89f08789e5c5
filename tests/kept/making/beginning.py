"""The first days: who works here, what is sold, who trains here, which devices and passwords there are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from gym.chats.preferences import PreferenceService
from gym.clients.fields.documents import parse_document
from gym.clients.models import Client
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.database.ids import new_id
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.kiosks.service import KioskService
from gym.notifications.kinds import DESK_GROUPS
from gym.plans.models import DurationUnit, Plan
from gym.plans.schemas import PlanInput
from gym.plans.service import PlanService
from gym.plans.windows import parse_window
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.staff.models import Staff
from gym.staff.service import StaffService, actor_of
from tests.e2e.desk import address_in, claim_gym, create_plan, link, register
from tests.e2e.door import Door
from tests.kept.making.story import (
    CHATS,
    CLIENTS,
    FACES,
    FOREIGN_CHATS,
    PASSWORD,
    PIN,
    Story,
)
from tests.support.people import people
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient


async def open_the_gym(story: Story) -> None:
    """Ana claims it, makes a plan in chat, and invites: Bruno, Sara, somebody who leaves again."""
    telegram, house = story.telegram, story.house
    assert house.claim_url is not None
    ana = await claim_gym(telegram, house.claim_url)
    await create_plan(ana, "Monthly", "1 month", "150000")
    bruno = await joins(telegram, ana, "Bruno", "➕ Employee")
    await joins(telegram, ana, "Carla", "➕ Employee")
    sara = await joins(telegram, ana, "Sara", "➕ Admin")
    story.phones |= {"Ana": ana, "Bruno": bruno, "Sara": sara}
    async with story.gym.unit_of_work(Actor.system()) as uow:
        for row in await uow.session.scalars(select(Staff)):
            story.staff[row.name] = actor_of(row)
        story.plans["Monthly"] = (await uow.session.scalars(select(Plan))).one()
    await story.does("Ana", StaffService, "set_language", story.staff["Sara"].id, "es")
    await story.does("Ana", StaffService, "deactivate", story.staff["Carla"].id)
    rules = {
        "grace_days": 3,
        "reward_visits": 8,
        "referral_percent": Decimal(15),
        "milestones": (5, 50, 100),
        "milestone_percent": Decimal(10),
        "quiet_from": "22:00",
        "bank_accounts": ("Bancolombia 123", "Nequi 300"),
        "receipt_footer": "¡Gracias por entrenar aquí!",
    }
    await story.does("Ana", StaffService, "change_settings", rules)
    for who in ("Ana", "Sara"):  # three months of the desk's news would fill their chats
        for group in DESK_GROUPS:
            await story.does(who, PreferenceService, "want", group, wanted=False)


async def joins(telegram: SandboxClient, ana: Phone, name: str, role: str) -> Phone:
    """By the link that Ana was shown."""
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps(role)
    message = await ana.sees("Invitation")
    colleague = await telegram.person(name)
    await colleague.opens(address_in(message.words))
    await colleague.sees("Welcome to the team")
    return colleague


async def make_plans(story: Story) -> None:
    def plan(name: str, unit: DurationUnit, count: int, price: int, **more: Any) -> PlanInput:
        return PlanInput(name=name, duration_unit=unit, duration_count=count, price=Decimal(price), **more)

    wanted = [
        plan("Day pass", DurationUnit.DAY, 1, 15000),
        plan("Pack of 10", DurationUnit.MONTH, 3, 90000, visits=10),
        plan("Trial", DurationUnit.DAY, 3, 0, once_per_client=True),
        plan("Mornings", DurationUnit.MONTH, 1, 95000, window=parse_window("mon-sun 6:00-10:00")),
        plan("Quarter", DurationUnit.MONTH, 3, 400000, freeze_days=30),
        plan("Old plan", DurationUnit.MONTH, 1, 120000),
    ]
    for one in wanted:
        story.plans[one.name] = await story.does("Ana", PlanService, "create", one, key=new_id())
    async with story.gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Plan, story.plans["Monthly"].id)).freeze_days = 15


async def register_people(story: Story) -> None:
    """Rosa in chat with photos, the others as an import would."""
    bruno = story.phones["Bruno"]
    url = await register(bruno, people()[0], "Rosa", "Pérez", phone="300 123 4567")
    story.phones["Rosa"] = await link(story.telegram, url, "Rosa")
    async with story.gym.unit_of_work(Actor.system()) as uow:
        story.clients["Rosa"] = (await uow.session.scalars(select(Client))).one()
    for name, facts in CLIENTS.items():
        more = dict(facts)
        document = more.pop("document", None)
        data = ClientInput(
            first_name=name,
            last_name=more.pop("last"),
            document=parse_document(document) if document else None,
            referred_by=story.clients["Rosa"].id if name == "Santi" else None,
            **more,
        )
        story.clients[name] = await story.does("Bruno", ClientService, "register", data, new_id(), quiet=True)
    for name, language in CHATS.items():
        issued = await story.does("Bruno", ClientService, "issue_link", story.clients[name].id)
        phone = await story.telegram.person(name, language_code=language)
        await phone.sends(f"/start {issued.token}")
        story.phones[name] = phone
    for name, number in FOREIGN_CHATS.items():
        phone = await story.telegram.person(name, phone_number=number, language_code="es")
        await phone.sends("/start")
        story.phones[name] = phone


async def remember_faces(story: Story) -> None:
    """Consent on paper and two photos each; Andrés takes his back."""
    for number, name in enumerate(FACES[1:4], start=1):
        photos = [await enrolment_face(story.gym.faces, people()[number].photo(v)) for v in (0, 1)]
        client = story.clients[name].id
        if name == "Lucía":
            async with story.gym.unit_of_work(Actor.member(client, name)) as uow:
                await FaceRecognitionService(uow).give_consent(client, ConsentMethod.CHAT)
        else:
            await story.does("Bruno", FaceRecognitionService, "give_consent", client, ConsentMethod.PAPER)
        await story.does("Bruno", FaceRecognitionService, "enrol", client, photos, story.gym.match_rule)
    await story.does("Bruno", FaceRecognitionService, "withdraw_consent", story.clients["Andrés"].id)


async def sell_to_rosa(story: Story) -> None:
    """In chat: half is paid at once, the rest later."""
    bruno = story.phones["Bruno"]
    await bruno.sends("Rosa Pérez")
    for label in ("🏷 Sell plan", "Monthly", "✅ Sell", "💵 Take payment", "Other amount"):
        await bruno.taps(label)
    await bruno.sends("75000")
    await bruno.taps("Cash")
    await bruno.taps("Confirm")
    await bruno.sees("Still to pay")
    await bruno.taps("💵 Take payment")
    await bruno.taps("Cash")
    await bruno.sees("Paid in full")


async def pair_kiosks(story: Story, door: Door) -> None:
    """One in use with an exit PIN, one that was revoked."""
    assert story.house.web_url is not None
    issued = await story.does("Ana", KioskService, "new_code", "Front door", hash_secret(PIN))
    status, device = await door.post("/kiosks/pair", json={"code": issued.code, "name": "Front door"})
    assert status == 201, device
    status, tokens = await door.post("/auth/token", json={"grant_type": "kiosk", **device})
    assert status == 200, tokens
    door.token = tokens["access_token"]
    story.secrets["kiosk"] = {**device, "pin": PIN, "refresh_token": tokens["refresh_token"]}
    async with Door(story.house.web_url) as old:
        issued = await story.does("Ana", KioskService, "new_code", "Back door")
        status, gone = await old.post("/kiosks/pair", json={"code": issued.code, "name": "Back door"})
        assert status == 201, gone
    await story.does("Ana", KioskService, "revoke", gone["kiosk_id"])
    story.secrets["revoked_kiosk"] = gone


async def choose_password(story: Story, door: Door) -> None:
    """Ana's API password, and two sign-ins with it."""
    issued = await story.does("Ana", StaffService, "password_link")
    async with story.gym.unit_of_work(Actor.system()) as uow:
        await StaffService(uow).set_password(issued.token, "ana", hash_secret(PASSWORD))
    grant = {"grant_type": "password", "username": "ana", "password": PASSWORD}
    signed_in = [await door.post("/auth/token", json=grant) for _ in range(2)]
    assert [status for status, _ in signed_in] == [200, 200]
    story.secrets["password"] = grant
    story.secrets["refresh_tokens"] = [tokens["refresh_token"] for _, tokens in signed_in]
