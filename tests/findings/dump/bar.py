"""The bar, the reports, *Why?* and the backups of a busy week, beside its members and its door."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from gym.privacy.register import Holds
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.support.shop import Shop

if TYPE_CHECKING:
    from tests.findings.dump.week import Week


@dataclass
class Bar:
    """What the same people do with products, files and backups."""

    week: Week

    async def opens(self) -> None:
        """Ana has put water on sale, and a pass-phrase is made: the first backup leaves for her chat."""
        async with self.week.running_app.gym.unit_of_work(Actor.system()) as uow:
            row = await uow.session.scalar(select(Staff).where(Staff.role == Role.ADMIN))
            assert row is not None
            ana = Actor.staff(row.id, row.name, Role.ADMIN, "en")
        await Shop(self.week.running_app.gym, ana).has(9, "Agua")
        await self.makes_the_passphrase()

    async def makes_the_passphrase(self) -> None:
        week, ana = self.week, self.week.ana
        await ana.sends("/start")
        for label in ("Backups", "Make the pass-phrase"):
            await ana.taps(label)
        link = await ana.sees("works once, for 15 minutes")
        [start] = re.findall(r"/passphrase\?start=(\S+)", link.words)
        shown = await self.page("/passphrase", start=start)
        groups = re.findall(r"<li>(\w{4})</li>", shown)
        [draft] = re.findall(r'name="draft" value="([^"]+)"', shown)
        asked = re.findall(r"Group (\d)", await self.page("/passphrase/written", draft=draft))
        first, second = (groups[int(number) - 1] for number in asked)
        await self.page("/passphrase/confirm", draft=draft, first=first, second=second)
        week.loot.secret("page of the pass-phrase, used", start)
        week.loot.secret("draft of the pass-phrase", draft)
        for name, between in (("joined", ""), ("in words", " "), ("with dashes", "-")):
            week.loot.secret(f"pass-phrase, {name}", between.join(groups))
        await ana.sees("Encrypted: only the pass-phrase", 120)

    async def page(self, path: str, **form: str) -> str:
        door = self.week.door
        async with door.session.post(f"{door.root}{path}", data=form) as page:
            assert page.status == 200, await page.text()
            return await page.text()

    async def sells(self) -> None:
        """A bottle on Marisela's account, which she pays, and one that is taken back with a reason."""
        week, desk = self.week, self.week.desk
        for ends in ("Cash", "Void"):
            await week.card("Marisela")
            for label in ("Product", "Agua", "On account"):
                await desk.taps(label)
            await desk.sees("Still to pay")
            await desk.taps(ends)
        await desk.sends("se cayó la botella fucsia")
        await desk.taps("Void it")
        await desk.sees("was taken back")
        week.loot.may_be(Holds.WORDS, "se cayó la botella fucsia")

    async def asks(self) -> None:
        """*Why?*, a report in a file, and questions in words: nothing of them is kept."""
        week, desk = self.week, self.week.desk
        await week.card("Marisela")
        await desk.taps("❓ Why?")
        await desk.sees("= last day")
        await week.ana.sends("/start")
        for label in ("📊 Reports", "💵 Money", "📄 As a spreadsheet"):
            await week.ana.taps(label)
        await week.ana.sees_document(60)
        for question in ("¿cómo congelo el plan de doña Petrolina?", "Wenceslao Ninguno"):
            await desk.sends(question)
            await desk.sees("")
        sonia = await week.telegram.person("Sonia", last_name="Forastera")
        await sonia.sends("¿cuánto vale la mensualidad morada?")
        await sonia.sees("")
        week.loot.said("doña Petrolina", "Wenceslao Ninguno", "mensualidad morada", "Forastera")
