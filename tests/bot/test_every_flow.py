"""Every flow of the desk and of members, tap by tap, in both languages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.faces.pool import FacePool
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.bot.conftest import all_handled
from tests.bot.flow_steps import Walker
from tests.faces.hard_photos import HEIC
from tests.support.people import people
from tests.support.sandbox.client import SandboxClient

START = "> /start"
REGISTERED = ("Save", "? ✅ <b>{client}</b> is registered.")
KIOSK_CODE = (
    "? Open the kiosk page on the device and type:\n\n<code>{code}</code>\n\nIt works once, for ten minutes."
)
NEW_CARD = "? Make a new card for <b>{client}</b>?\n\nThe card they have opens nothing from then on."
MONTH = {"en": "1 month", "es": "1 mes"}
PAYS_CASH = ("💵 Take payment", "Cash", "? Paid in full.")


@pytest.fixture
def gym(gym: Gym, remembered_faces: FacePool) -> Gym:
    """Here the bot can see."""
    return replace(gym, face_pool=remembered_faces)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_day_at_the_desk_and_in_a_members_chat(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    make_staff: Callable[..., Awaitable[Actor]],
    language: str,
) -> None:
    ana, beto, luz = [
        Walker(await telegram.person(name, language_code=language), language)
        for name in ("Ana", "Beto", "Luz")
    ]
    await make_staff(ana.person)
    await make_staff(beto.person, Role.EMPLOYEE)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).values(language=language))
    face = people()[0]

    async def told() -> None:
        """What waits in the outbox leaves."""

        async def no_waiting(_: float) -> None: ...

        await all_handled(gym)
        await OutboxWorker(gym, desk_bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()

    # Plans and products, by the admin.
    await ana.walks(
        START, "🏷 Plans", "➕ New plan", "By time", "> Sol", MONTH[language], "> 120000", "Add more"
    )
    await ana.walks("Skip", "> 10", "Skip", "Confirm", "? ✅ <b>{plan}</b> is on sale for {price}.")
    await ana.walks(START, "🏷 Plans", "➕ New plan", "Day pass", "> Luna", "> 9000", "That is all", "Confirm")
    await ana.walks("? ✅ <b>{plan}</b> is on sale for {price}.", "Look at it", "💵 Prices", "? Luna")
    await ana.walks(START, "🥤 Products", "➕ New product", "> Agua", "> 3000", "Drinks", "0", "That is all")
    await ana.walks("Confirm", "📥 Goods received", "> 12", "> 1000")
    await ana.walks("Confirm", "? ✅ {pieces} received.")

    # Register: what is no answer is said to be none; photos as an album and as files.
    await beto.walks(START, "➕ Register", "> Luz", "> Mora", "> 1020304050", "> 3001234567")
    await beto.person.sends_sticker()
    await beto.walks("? Type the answer, please.", "> 3/8/1990", "Female", "Yes, signed on paper")
    await beto.person.sends_location(4.6, -74.1)
    await beto.walks("? Send a photo, please.", "> una foto", "? Send a photo, please.")
    await beto.person.sends_document(HEIC, "IMG_1.HEIC")
    await beto.walks("? No face was found. Look at the camera from the front, with light on your face.")
    await beto.person.sends_album([face.photo(0), face.photo(1)])
    await all_handled(gym)
    await beto.person.sends_document(face.photo(2), "IMG_2.jpg")
    await beto.walks(*REGISTERED)
    link = re.search(r"https://t\.me/\S+", "\n".join(one.words for one in await beto.person.chat()))
    assert link is not None
    await beto.walks("🏷 Sell plan", "Sol", "✅ Sell", "? ✅ <b>Sold</b>")
    await beto.walks(
        "💵 Take payment", "Other amount", "> 50000", "Cash", "Confirm", "? Still to pay: <b>{balance}</b>"
    )

    # The member's own chat, by the link.
    await luz.person.opens(link[0])
    await luz.walks("? ✅ This chat is yours now.")
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).values(language=language))
    await luz.walks(START, "🎫 My plan", "? ⏳ {left}", "❓ Why?", "? ❓ <b>Why?</b>")
    await luz.walks(START, "🔳 My QR", "? Show this to the kiosk. It works for a minute.", "🔄 New code")
    await luz.walks(START, "🧾 My payments", "? Tap a receipt and it comes as a PDF.", "📄")
    assert (await luz.person.sees_document()).document_url
    await luz.walks(START, "🎁 Rewards", "? You have no rewards yet.")
    await luz.walks(START, "🙂 Face check-in", "? You agreed to face check-in on {at}.")
    await luz.walks(START, "🔏 My data", "📦 Export")
    assert (await luz.person.sees_document()).document_url
    await luz.walks(START, "🔔 Preferences", "News", "🌙 Quiet hours", "> 22-7", "? 🔔 <b>Preferences</b>")

    # Check in: refused for the rest, which is taken; then by one photo.
    await beto.person.sends_photo(face.photo(3))
    await beto.walks("✅ Check in", "? ⛔ <b>{client}</b> may not come in.", *PAYS_CASH, "✅ Check in")
    await beto.walks("? ✅ <b>{client}</b>: entry recorded.")
    await luz.walks(START, "🚪 My visits", "? <b>My visits</b>")

    # Renew, freeze, change, cancel; void.
    await beto.walks("> luz mora", "🔁 Renew", "✅ Renew", "? ✅ <b>Renewed</b>", "💵 Take payment", "Cash")
    await beto.walks("? Paid in full.", "Void", "> doble", "Void it", "? Voided. To pay now: {balance}")
    await beto.walks("> luz mora", "❄️ Freeze", "Tomorrow", "> 3", "A journey", "Freeze", "? ❄️ <b>Frozen</b>")

    # Today, a product, a report, and the rest of the admin's.
    await beto.walks(START, "📅 Today", "🏋️ Who is in", "? Mora")
    await beto.walks(START, "🥤 Sell", "Agua", "Card", "? ✅ <b>Sold for {total}</b>")
    await beto.walks(START, "💵 Collect", "? Nobody owes anything. 🎉")
    await ana.walks(START, "📊 Reports", "Money", "📄 As a spreadsheet")
    assert (await ana.person.sees_document()).document_url
    await ana.walks(START, "👔 Team", "➕ Employee", "? https://t.me/")
    await ana.walks(START, "🚪 Kiosks", "➕ Pair a kiosk", "> 1234", KIOSK_CODE)
    await ana.walks(START, "⚙️ Settings")
    await ana.walks("? ⚙️ <b>Settings</b>\n\nThey hold from the moment you change them. Choose a page:")
    await ana.walks(START, "🧾 Audit", "📄 Spreadsheet")
    assert (await ana.person.sees_document()).document_url
    await ana.walks(START, "📨 Messages", "📣 Broadcast", "✍️ Write one", "With a running plan")
    await ana.walks(
        "> Cerramos a las 8", "? This is what they read:", "Send it", "? 📣 <b>Broadcast</b>: {state}"
    )
    await ana.walks(START, "👤 My account", "🌐 Language", "? Which language do you speak?")

    # An approval: the desk asks for a discount, an admin grants it, the sale goes on.
    await beto.walks(START, "➕ Register", "> Paz", *["Skip"] * 5, "No, without face", *REGISTERED)
    await beto.walks(
        "🏷 Sell plan", "Sol", "Other day or discount", "Today", "> 50%", "Confirm", "📨 Ask an admin"
    )
    await beto.walks("> su hermano", "? 📨 <b>Waiting for an admin.</b> The answer comes here.")
    await told()
    await ana.walks(START, "🙋 Requests", "Paz", "✅ Approve")
    await told()
    await beto.walks("Go on to the sale", "✅ Sell", "? ✅ <b>Sold</b>")

    # A void by an admin's word, another plan, a printed card, erasure asked twice and taken back.
    await ana.walks("> Paz", "💵 Collect", "Cash", "? Paid in full.")
    await beto.walks("> Paz", "🧾 Payments", "60", "Ask to void", "> otra persona")
    await beto.walks("? 📨 <b>Waiting for an admin.</b> The answer comes here.")
    await told()
    await ana.walks(
        START, "🙋 Requests", "Paz", "✅ Approve", "? ✅ Approved by {decided_by} on {decided_at}."
    )
    await told()
    await beto.walks("> Paz", "⚙️ Plan", "🔀 Change plan", "Luna", "✅ Change", "? 🔀 <b>Changed</b>")
    await ana.walks("> Paz", "🪪 QR card", "Make a card")
    assert (await ana.person.sees_document()).document_url
    await ana.walks("New card", NEW_CARD, "Keep", "Revoke")
    await ana.walks("> Paz", "🔏 Data", "🗑 Erase", "Go on", "Yes, erase", "↩️ Take it back", "🗑 Erase")
    await ana.walks("Keep")
    await beto.walks("> Paz", "⚙️ Plan", "✖️ Cancel plan", "> se muda", "Nothing back", "Cancel the plan")
    await beto.walks("? Canceled: <b>{plan}</b> of {client}, {starts_on} – {ends_on}.")
