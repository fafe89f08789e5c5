"""Acts of staff in chat, shared by the stories: claim, invite, plan, register, link, pair."""

from __future__ import annotations

import re

from tests.e2e.door import Door
from tests.support.people import Person
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient


async def claim_gym(telegram: SandboxClient, url: str) -> Phone:
    """The first admin."""
    ana = await telegram.person("Ana", phone_number="+573001110001")
    await ana.opens(url)
    await ana.sees("Welcome to the team")
    return ana


async def create_plan(admin: Phone, name: str, length: str, price: str) -> None:
    await admin.sends("/start")
    await admin.taps("Plans")
    await admin.taps("New plan")
    await admin.taps("By time")
    await admin.sends(name)
    await admin.taps(length)
    await admin.sends(price)
    await admin.taps("That is all")
    await admin.taps("Confirm")
    await admin.sees("is on sale")


async def invite(telegram: SandboxClient, admin: Phone, name: str) -> Phone:
    """An employee who joins by the link that the admin was shown."""
    await admin.sends("/start")
    await admin.taps("Team")
    await admin.taps("Employee")
    message = await admin.sees("Invitation")
    colleague = await telegram.person(name)
    await colleague.opens(address_in(message.words))
    await colleague.sees("Welcome to the team")
    return colleague


async def register(
    desk: Phone, person: Person, first: str, last: str, *, phone: str, document: str = "CC 10203040"
) -> str:
    """A client with consent on paper and three photos; the address that links their chat."""
    await register_answers(desk, first, last, phone=phone, document=document)
    for variant in range(3):
        await desk.sends_photo(person.photo(variant))
        await desk.sees("of 3 photos" if variant < 2 else "3 photos")
    await desk.taps("Save")
    await desk.sees("is registered")
    return address_in((await desk.sees("scan this")).words)


async def register_answers(
    desk: Phone, first: str, last: str, *, phone: str | None = None, document: str | None = None
) -> None:
    """Everything up to the photos; what is None is skipped."""
    await desk.sends("/start")
    await desk.taps("Register")
    # The last name may be skipped too: a Skip that is tapped before the next question would be its.
    for answer, next_question in ((first, "last name"), (last, "Which document")):
        await desk.sends(answer)
        await desk.sees(next_question)
    for answer, next_question in ((document, "Which phone"), (phone, "born")):
        await (desk.taps("Skip") if answer is None else desk.sends(answer))
        await desk.sees(next_question)
    await desk.sends("3/8/1990")
    await desk.taps("Female")
    await desk.taps("signed")


async def link(telegram: SandboxClient, url: str, name: str) -> Phone:
    """The client opens the link on their own phone."""
    member = await telegram.person(name)
    await member.opens(url)
    return member


async def pair_kiosk(admin: Phone, door: Door) -> None:
    await admin.sends("/start")
    await admin.taps("Kiosks")
    await admin.taps("Pair a kiosk")
    await admin.taps("No PIN")
    message = await admin.sees("ten minutes")
    code = re.search(r"\d{3} \d{3} \d{3}", message.words)
    assert code is not None, message.words
    await door.pair(code[0].replace(" ", ""))


def address_in(text: str) -> str:
    found = re.search(r"https://t\.me/\S+", text)
    assert found is not None, text
    return found[0]
