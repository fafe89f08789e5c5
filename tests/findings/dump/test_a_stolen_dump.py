"""Who steals the database finds people where the register says, and nothing that opens anything."""

from __future__ import annotations

import re

import pytest

from bot.app import RunningApp
from gym.jobs.runner import run_due
from gym.privacy.register import Holds
from tests.e2e.desk import address_in, claim_gym, create_plan, invite, link, register
from tests.e2e.door import Door
from tests.findings.dump.loot import SHORTEST, Loot, everything_done, searched, told
from tests.support.people import people, stranger
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient

pytestmark = pytest.mark.live
PIN = "83926174"
PHONE = "300 765 4321"
DOCUMENT = "10203040"
SAID = "zanahorias moradas"
HOPED = "me quiero inscribir con la tarjeta 4111"
CALLED_OFF = "Kunigunde"


async def pair(ana: Phone, door: Door, loot: Loot) -> None:
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Pair a kiosk")
    await ana.taps("No PIN")
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


async def a_busy_week(running_app: RunningApp, telegram: SandboxClient, loot: Loot) -> None:
    """Registration, sale, payment, door, links of every sort, a stranger, a form that was called off."""
    rosa = people()[0]
    claim = await running_app.claim
    assert claim is not None
    assert running_app.web_url is not None
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
    async with Door(running_app.web_url) as door:
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
    await run_due(running_app.gym.run)
    loot.people |= {
        DOCUMENT: frozenset({Holds.DOCUMENT}),
        "573007654321": frozenset({Holds.CONTACT}),
        "Quiroga": frozenset({Holds.NAME}),
        "Rosalinda": frozenset({Holds.NAME}),
        SAID: frozenset({Holds.WORDS}),
        HOPED: frozenset(),
        CALLED_OFF: frozenset(),
        "Unbekannt": frozenset(),
    }


async def test_a_stolen_dump_opens_nothing_and_names_people_only_where_the_register_says(
    running_app: RunningApp, telegram: SandboxClient, capfd: pytest.CaptureFixture[str]
) -> None:
    loot = Loot()
    await a_busy_week(running_app, telegram, loot)
    await everything_done(running_app.gym)
    found = await searched(running_app.gym, loot)
    assert found.wrong == []
    assert {DOCUMENT, "573007654321", "Quiroga", SAID} <= found.seen, "the search finds what is there"
    assert list(told("".join(capfd.readouterr()), loot)) == []
    assert all(len(one) >= SHORTEST for one in loot.power.values()), "no short secret hides in other numbers"
