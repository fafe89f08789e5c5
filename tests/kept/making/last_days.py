"""The last days: what waits, rests, is asked for, half filled in or could not be sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.attendance.checkin.service import AttendanceService
from gym.broadcasts.segments import BroadcastAudience, Segment
from gym.broadcasts.service import BroadcastService
from gym.chats.preferences import PreferenceService
from gym.clients.service import ClientService
from gym.core.database.ids import new_id
from gym.kiosks.service import KioskService
from gym.notifications.kinds import DESK_GROUPS
from gym.payments.models import Method
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from gym.subscriptions.discounts import Discount
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.service import SubscriptionService
from tests.e2e.desk import register_answers
from tests.e2e.door import Door
from tests.kept.making.story import (
    DAYS,
    MONTH,
    Story,
)
from tests.support.people import people, stranger
from tests.support.sandbox.client import Person as Phone


async def last_days(story: Story, door: Door) -> None:
    await waiting_plans(story)
    await rest(story)
    await at_the_door(story, door)
    await story.until(DAYS, "Olga")
    await listening_groups(story)
    await requests(story)
    await unused_links(story)
    await old_buttons(story)
    await broadcast(story)
    await story.phones["Inés"].blocks()
    await open_forms(story)


async def waiting_plans(story: Story) -> None:
    """A prepaid renewal, a sale for later that is paid and one that is not, a trial, a day."""
    await story.renews("Marta")
    await story.sells("Diego", starts_on=date(2026, 12, 5))
    await story.sells("Elena", paid=None, starts_on=date(2026, 12, 10))
    await story.sells("Ximena", "Trial", None)
    await story.sells("Wilson", "Day pass", Decimal(15000))
    await story.sells("Valeria", "Monthly", MONTH, method=Method.CARD)


async def rest(story: Story) -> None:
    """Lucía until a day, Mateo until he returns; the gym at Christmas."""
    lucia = await story.does("Bruno", SubscriptionService, "current", story.clients["Lucía"].id)
    days = (story.today, story.today + timedelta(days=9))
    await story.does("Bruno", FreezeService, "freeze", lucia.id, *days, "a journey", key=new_id())
    mateo = await story.does("Bruno", SubscriptionService, "current", story.clients["Mateo"].id)
    await story.does("Ana", FreezeService, "freeze", mateo.id, story.today, None, "surgery", key=new_id())
    christmas = (date(2026, 12, 24), date(2026, 12, 26))
    await story.does("Ana", FreezeService, "close_gym", *christmas, "Christmas", key=new_id())


async def at_the_door(story: Story, door: Door) -> None:
    """By face, QR and document; refused, let in all the same, undone, and told late by a kiosk."""
    rosa = people()[0]
    assert (await door.photo(rosa.photo(4)))["outcome"] == "admitted"
    assert (await door.photo(stranger()))["code"] == "not_recognized"
    assert (await door.photo(people()[1].photo(3)))["code"] == "frozen"
    card = await story.does("Bruno", ClientService, "new_card", story.clients["Marta"].id)
    story.secrets["card"] = {"client": "Marta", "qr": card}
    olga = {"document_number": "41888999", "phone_last4": "0116"}
    late = (datetime.now(UTC) + await offset(story) - timedelta(hours=30)).isoformat()
    for number, fields in enumerate([{"qr": card}, olga, {**olga, "captured_at": late}]):
        key = {"Idempotency-Key": f"kept-visit-{number}"}
        async with door.session.post(
            f"{door.url}/check-ins",
            json=fields,
            headers={"Authorization": f"Bearer {door.token}", **key},
        ) as answer:
            assert answer.status == 201, await answer.text()
    denied = await story.comes("Fabio")
    await story.does("Bruno", AttendanceService, "admit_anyway", denied.id, "pays on Friday", key=new_id())
    undone = await story.comes("Camila")
    await story.does("Bruno", AttendanceService, "undo", undone.id)
    await story.comes("Zoe")
    await story.comes("Gloria")
    await story.telegram.advance("6 hours")
    await story.comes("Rocío")
    await story.telegram.advance("18 hours")
    story.day += 1
    await story.comes("Rocío")


async def offset(story: Story) -> timedelta:
    return await story.gym.now() - datetime.now(UTC)


async def listening_groups(story: Story) -> None:
    """A topic of one group hears the desk; another group was never confirmed."""
    ana, bruno = story.phones["Ana"], story.phones["Bruno"]
    for who in ("Ana", "Sara"):
        for group in DESK_GROUPS:
            await story.does(who, PreferenceService, "want", group, wanted=True)
    team = await story.telegram.group("Equipo Ñandú", [ana, bruno], ["Caja", "Puerta"])
    await ana.in_group(team["id"]).sees("Shall this chat hear")
    topic = ana.in_group(team["id"], team["topics"][0]["thread"])
    await topic.sends("/desk")
    await topic.taps("Make it a desk chat")
    await topic.sees("This is a desk chat")
    other = await story.telegram.group("Recepción", [ana])
    await ana.in_group(other["id"]).sees("Shall this chat hear")
    story.secrets["groups"] = {"confirmed": team, "unconfirmed": other}


async def requests(story: Story) -> None:
    """A discount that waits, one that was granted and not used, a member's wish to rest."""
    for name in ("Juan", "Noemí"):
        half = Discount.percent(Decimal(50))
        wish = (story.clients[name].id, story.plans["Monthly"].id, half)
        reason = "a brother trains here"
        asked = await story.does(
            "Bruno", ApprovalService, "ask_discount", *wish, renews=False, reason=reason, key=new_id()
        )
        if name == "Noemí":
            await story.does("Ana", ApprovalService, "approve", asked.id)
    pedro = story.clients["Pedro"]
    async with story.gym.unit_of_work(Actor.member(pedro.id, pedro.full_name)) as uow:
        days = (story.today + timedelta(days=3), story.today + timedelta(days=7))
        await ApprovalService(uow).ask_freeze(*days, "my mother is ill", key=new_id())
    await story.phones["Ana"].sees("Juan Bernal")


async def unused_links(story: Story) -> None:
    """A link that waits for Camila, an admin's invitation and a pairing code, none of them used."""
    issued = await story.does("Bruno", ClientService, "issue_link", story.clients["Camila"].id)
    story.secrets["client_link"] = {"client": "Camila", "token": issued.token}
    invited = await story.does("Ana", StaffService, "invite", Role.ADMIN)
    story.secrets["invitation"] = invited.token
    code = await story.does("Ana", KioskService, "new_code", "Yard")
    story.secrets["pairing_code"] = code.code


async def old_buttons(story: Story) -> None:
    """Cards, menus and answers that stay in the chats, with every button on them."""
    bruno, rosa, lucia = story.phones["Bruno"], story.phones["Rosa"], story.phones["Lucía"]
    for name in ("Rosa Pérez", "Fabio Cruz", "Hugo Escobar", "Olga Mora"):
        await bruno.sends(name)
        await bruno.sees(name)
    await bruno.sends_photo(people()[0].photo(5))
    await bruno.sees("Rosa")
    await bruno.sends("/start")
    await bruno.sees("Send a photo")
    for phone, command in ((rosa, "/plan"), (lucia, "/plan"), (rosa, "/start"), (lucia, "/start")):
        await phone.sends(command)
        await settle(phone)
    await rosa.taps("QR")


async def settle(phone: Phone) -> None:
    """Until the bot has answered."""
    async with asyncio.timeout(30):
        while not await phone.news():  # noqa: ASYNC110 - the client polls
            await asyncio.sleep(0.05)


async def broadcast(story: Story) -> None:
    """Sent to everybody who is active."""
    begun = await story.does(
        "Ana",
        BroadcastService,
        "begin",
        BroadcastAudience(Segment.ACTIVE),
        "We close on <24 December> & open again on the 27th.",
        key=new_id(),
    )
    async with asyncio.timeout(120):
        while (await story.does("Ana", BroadcastService, "get", begun.id)).finished_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def open_forms(story: Story) -> None:
    """Bruno registers somebody and has sent two photos; Ana is about to type a discount."""
    bruno, ana = story.phones["Bruno"], story.phones["Ana"]
    await register_answers(bruno, "Ágata", "Kept", phone="301 765 4321", document="CC 99887766")
    for variant in (0, 1):
        await bruno.sends_photo(people()[4].photo(variant))
        await bruno.sees("of 3 photos")
    await ana.sends("Hugo Escobar")
    await ana.taps("🏷 Sell plan")
    await ana.taps("Monthly")
    await ana.taps("Other day or discount")
    await ana.sees("From which day")
    await ana.sends("30/11/2026")
    await ana.sees("discount")


async def fall_silent(story: Story) -> None:
    """One message that Telegram refuses for good, then Telegram is gone: what is told now waits."""
    await drained(story.gym)
    fabio = story.phones["Fabio"]
    await story.telegram.fault("sendMessage", 400, chat_id=fabio.id, times=1)
    owed = await story.does("Bruno", SubscriptionService, "current", story.clients["Fabio"].id)
    await story.pays(owed, Decimal(25000))
    await drained(story.gym)
    await story.telegram.fault("sendMessage", 500, times=10_000)
    await story.pays(owed, Decimal(10000))
    await story.comes("Marta")
    await story.comes("Pedro")
    await asyncio.sleep(2)


async def drained(gym: Gym) -> None:
    """Until nothing that is due waits in the outbox."""
    async with asyncio.timeout(600):
        while True:
            async with gym.unit_of_work(Actor.system()) as uow:
                waits = text("SELECT count(*) FROM notifications WHERE state = 'pending' AND due_at <= :now")
                if not await uow.session.scalar(waits, {"now": uow.now}):
                    return
            await asyncio.sleep(0.3)


async def buttons(story: Story) -> list[dict[str, Any]]:
    """Every inline button that stands in a chat."""
    found: list[dict[str, Any]] = []
    for name, phone in story.phones.items():
        for message in await phone.chat():
            for row in message.buttons:
                found += [
                    {"who": name, "message": message.message_id, "label": one.label, "data": one.data}
                    for one in row
                    if one.data
                ]
    return found
