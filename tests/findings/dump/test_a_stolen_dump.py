"""Who steals the database finds people where the register says, and nothing that opens anything."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from bot.house import House
from bot.sandbox.client import Person as Phone
from bot.sandbox.client import SandboxClient
from gym.app import Gym
from gym.jobs.runner import run_due
from gym.privacy.register import Holds
from gym.privacy.tables import REGISTER
from gym.security.permissions import Actor
from tests.e2e.desk import address_in, claim_gym, create_plan, invite, link, register
from tests.e2e.door import Door
from tests.support.people import people, stranger

pytestmark = pytest.mark.live
PIN = "83926174"
PHONE = "300 765 4321"
DOCUMENT = "10203040"
SAID = "zanahorias moradas"
HOPED = "me quiero inscribir con la tarjeta 4111"
CALLED_OFF = "Kunigunde"


@dataclass
class Loot:
    """What a thief looks for: words of people with what may hold them, and what gives power."""

    people: dict[str, frozenset[Holds]] = field(default_factory=dict[str, frozenset[Holds]])
    power: dict[str, str] = field(default_factory=dict[str, str])


async def columns(gym: Gym) -> AsyncIterator[tuple[str, str, str]]:
    """Every table, column and what stands in it, bytes as letters and as hexadecimal digits."""
    catalogue = """
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1, ordinal_position
    """
    async with gym.unit_of_work(Actor.system()) as uow:
        for table, column, kind in (await uow.session.execute(text(catalogue))).all():
            shown = [f'CAST("{column}" AS text)']
            if kind == "bytea":
                shown.append(f"""encode("{column}", 'escape')""")
            for one in shown:
                found = await uow.session.scalars(text(f'SELECT {one} FROM "{table}"'))
                yield table, column, "\n".join(value for value in found if value is not None)


async def pair(ana: Phone, door: Door, loot: Loot) -> None:
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Pair a kiosk")
    shown = re.search(r"\d{3} \d{3} \d{3}", (await ana.sees("ten minutes")).words)
    assert shown is not None
    code = shown[0].replace(" ", "")
    loot.power |= {"pairing code": code, "pairing code in groups": shown[0]}
    _, device = await door.post("/kiosks/pair", json={"code": code, "name": "Front door"})
    _, tokens = await door.post("/auth/token", json={"grant_type": "kiosk", **device})
    loot.power |= {"kiosk secret": device["secret"]}
    loot.power |= {name: tokens[name] for name in ("access_token", "refresh_token")}
    door.token = tokens["access_token"]
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Front door")
    await ana.taps("Exit PIN")
    await ana.sends(PIN)
    await ana.sees("needs the PIN")
    loot.power["exit PIN"] = PIN


def token(url: str) -> str:
    return url.rpartition("=" if "start=" in url else "/")[2]


async def a_busy_week(house: House, telegram: SandboxClient, loot: Loot) -> None:
    """Registration, sale, payment, door, links of every sort, a stranger, a form that was called off."""
    rosa = people()[0]
    claim = await house.claim
    assert claim is not None
    assert house.web_url is not None
    loot.power["set-up link"] = token(claim)
    ana = await claim_gym(telegram, claim)
    await create_plan(ana, "Monthly", "1 month", "150000")
    bruno = await invite(telegram, ana, "Bruno")
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("➕ Employee")
    loot.power["invitation that nobody has opened"] = token(address_in((await ana.sees("Invitation")).words))
    await ana.sends("/start")
    await ana.taps("My account")
    await ana.taps("API password")
    page = re.search(r"https?://\S+", (await ana.sees("http")).words)
    assert page is not None
    loot.power["password page"] = re.split(r"[/=#]", page[0])[-1]
    url = await register(bruno, rosa, "Rosalinda", "Quiroga", phone=PHONE)
    loot.power["client's link"] = token(url)
    for label in ("Sell plan", "Monthly", "✅ Sell", "💵 Take payment", "Cash"):
        await bruno.taps(label)
    await bruno.sees("Paid in full")
    member = await link(telegram, url, "Rosalinda")
    await member.sees("reminders of your plan come here")
    async with Door(house.web_url) as door:
        await pair(ana, door, loot)
        assert (await door.photo(rosa.photo(4)))["outcome"] == "admitted"
        assert (await door.photo(stranger()))["outcome"] == "denied"
        await door.post("/check-ins", json={"document_number": DOCUMENT, "phone_last4": "9999"})
    await member.sends(SAID)
    sam = await telegram.person("Sam", last_name="Unbekannt")
    await sam.sends(HOPED)
    await bruno.sends("/start")
    await bruno.taps("Register")
    await bruno.sends(CALLED_OFF)
    await bruno.sends("/cancel")
    await telegram.advance("1 day")
    await run_due(house.gym.run)
    loot.people |= {
        DOCUMENT: frozenset({Holds.DOCUMENT}),
        "573007654321": frozenset({Holds.CONTACT}),
        "Quiroga": frozenset({Holds.NAME}),
        "Rosalinda": frozenset({Holds.NAME}),
        SAID: frozenset(),
        HOPED: frozenset(),
        CALLED_OFF: frozenset(),
        "Unbekannt": frozenset(),
    }


async def everything_done(gym: Gym) -> None:
    """Until every update was handled and every message that can leave has left."""
    waiting = text(
        "SELECT (SELECT count(*) FROM inbox_updates WHERE done_at IS NULL)"
        " + (SELECT count(*) FROM notifications WHERE state = 'pending' AND next_try_at <= now())"
    )
    async with asyncio.timeout(60):
        while True:
            async with gym.unit_of_work(Actor.system()) as uow:
                if not await uow.session.scalar(waiting):
                    return
            await asyncio.sleep(0.05)


async def test_a_stolen_dump_opens_nothing_and_names_people_only_where_the_register_says(
    house: House, telegram: SandboxClient, capfd: pytest.CaptureFixture[str]
) -> None:
    loot = Loot()
    await a_busy_week(house, telegram, loot)
    await everything_done(house.gym)
    held = {(entry.table, name): kinds for entry in REGISTER for name, kinds in entry.columns.items()}
    found: list[str] = []
    seen: set[str] = set()
    async for table, column, content in columns(house.gym):
        found += [f"{what} in {table}.{column}" for what, one in loot.power.items() if one in content]
        for word, may_be in loot.people.items():
            if word.casefold() not in content.casefold():
                continue
            seen.add(word)
            if not may_be & held.get((table, column), frozenset()):
                found.append(f"{word} in {table}.{column}")
    assert found == []
    assert {DOCUMENT, "573007654321", "Quiroga"} <= seen, "the search finds what is there"

    said = "".join(capfd.readouterr())
    assert [what for what, one in loot.power.items() if one in said] == []
    assert [word for word in loot.people if word in said] == []
    assert all(len(one) >= 8 for one in loot.power.values()), "no short secret hides in other numbers"
