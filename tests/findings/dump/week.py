"""A busy week of a whole gym, day by day of its business clock, in chat and at the door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import cv2
import numpy as np
from sqlalchemy import select, text

from bot.app import RunningApp
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.faces.engine.qr import find_qr
from gym.jobs.runner import run_due
from gym.privacy.register import Holds
from gym.security.permissions import Actor
from tests.e2e.desk import address_in, claim_gym, create_plan, invite, link, register
from tests.e2e.door import Door
from tests.findings.dump.bar import Bar
from tests.findings.dump.loot import Loot
from tests.support.people import people, stranger
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient
from web.api.schemas.check_ins import CheckInFields

PIN = "83926174"
PASSWORD = "a long walk to Cartagena"
SECOND_PASSWORD = "una caminata muy larga"
ROSA, MARISELA, PANCRACIO, DROPPED = "10203040", "52637485", "31415926", "27182818"
ROSA_PHONE, MARISELA_PHONE, DROPPED_PHONE = "300 765 4321", "301 246 8097", "302 975 3186"


def token(url: str) -> str:
    return url.rpartition("=" if "start=" in url else "/")[2]


class Device(Door):
    """A kiosk or a program, whose every answer is looked through for what gives power."""

    def __init__(self, url: str, loot: Loot) -> None:
        super().__init__(url)
        self.loot = loot
        self.root = url

    async def asks(self, body: dict[str, Any], key: str | None = None, status: int = 201) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        async with self.session.post(f"{self.url}/check-ins", json=body, headers=headers) as response:
            answer = await response.json()
        assert response.status == status, answer
        return answer

    async def pairs(self, code: str) -> None:
        _, device = await self.post("/kiosks/pair", json={"code": code, "name": "Front door"})
        self.loot.secret("kiosk secret", device["secret"])
        await self.signs_in("kiosk", grant_type="kiosk", **device)

    async def signs_in(self, what: str, **grant: str) -> str:
        """Returns the refresh token."""
        status, tokens = await self.post("/auth/token", json=grant)
        assert status == 200, tokens
        return self.keeps(what, tokens)

    def keeps(self, what: str, tokens: dict[str, Any]) -> str:
        self.token = tokens["access_token"]
        for name in ("access_token", "refresh_token"):
            self.loot.secret(f"{name} of {what}", tokens[name])
            self.loot.secret(f"signature of {name} of {what}", tokens[name].rpartition(".")[2])
        return tokens["refresh_token"]


@dataclass
class Week:
    """Who takes part. Ana is the admin; Brunhilda works here; Rosalinda has a chat and a face, Marisela a
    printed card, Pancracio asks for a discount."""

    running_app: RunningApp
    telegram: SandboxClient
    door: Device
    loot: Loot
    ana: Phone = field(init=False)
    desk: Phone = field(init=False)
    rosa: Phone = field(init=False)

    async def lived(self) -> None:
        for day in (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        ):
            await day()
            await self.telegram.advance("1 day")
            await run_due(self.running_app.gym.run)

    # Days

    async def monday(self) -> None:
        """The gym is claimed, people are hired and registered, the kiosk is paired."""
        claim = await self.running_app.claim
        assert claim is not None
        self.loot.secret("set-up link", token(claim))
        self.ana = await claim_gym(self.telegram, claim)
        await create_plan(self.ana, "Monthly", "1 month", "150000")
        await self.frozen_days()
        await self.invitations()
        url = await register(self.desk, people()[0], "Rosalinda", "Quiroga", phone=ROSA_PHONE)
        self.loot.secret("client's link, used", token(url))
        await self.sells()
        self.rosa = await link(self.telegram, url, "Rosalinda")
        await self.rosa.sees("reminders of your plan come here")
        await self.registers("Marisela", "Tobonera", MARISELA, MARISELA_PHONE)
        await self.sells()
        await self.card("Marisela")
        await self.desk.taps("Chat link")
        self.loot.secret("client's link, open", token(address_in((await self.desk.sees("scan this")).words)))
        await self.pairs()
        self.loot.person("Rosalinda", "Quiroga", "Marisela", "Tobonera", "Brunhilda")
        self.loot.may_be(Holds.DOCUMENT, ROSA, MARISELA, PANCRACIO)
        self.loot.may_be(Holds.CONTACT, *(digits(one) for one in (ROSA_PHONE, MARISELA_PHONE)))
        assert (await self.door.photo(people()[0].photo(4)))["outcome"] == "admitted"
        assert (await self.door.photo(stranger()))["outcome"] == "denied"

    async def tuesday(self) -> None:
        """A client's fields are filled in, and two of the team choose passwords and sign in."""
        fields = {
            "E-mail": (Holds.CONTACT, "mariposa77@correo.example"),
            "Address": (Holds.CONTACT, "Carrera Tornasol 91-07"),
            "Emergency contact": (Holds.CONTACT, "Hermenegilda Puertoreal"),
            "Called": (Holds.NAME, "Mariposita"),
            "Warning": (Holds.WORDS, "alergia al maracuyá"),
            "Notes": (Holds.WORDS, "entrena con dorsal verdemar"),
            "Tags": (Holds.WORDS, "tarjetazafiro"),
        }
        await self.card("Marisela")
        await self.desk.taps("Edit")
        for label, (kind, value) in fields.items():
            await self.desk.taps(label)
            await self.desk.sends(value)
            await self.desk.sees(f"{label} saved")
            self.loot.may_be(kind, value)
        await self.chooses_password(self.ana, "ana.admin", PASSWORD)
        await self.chooses_password(self.desk, "brunhilda.desk", SECOND_PASSWORD)
        await self.signs_in("ana.admin", PASSWORD)
        await self.opens_page_only(self.ana)
        await Bar(self).opens()

    async def wednesday(self) -> None:
        """Every way in: QR from chat, printed card, documents that fit and that do not; one is undone."""
        await self.replays()
        qr = await self.draws_qr()
        assert (await self.door.asks({"qr": qr}, str(uuid4())))["outcome"] == "admitted"
        card = await self.printed_card()
        assert (await self.door.asks({"qr": card}, str(uuid4())))["outcome"] == "admitted"
        for number, last, key in (
            (ROSA, digits(ROSA_PHONE)[-4:], str(uuid4())),
            (MARISELA, "0000", str(uuid4())),
            ("99887766", "1234", None),
        ):
            await self.door.asks({"document_number": number, "phone_last4": last}, key)
        self.loot.said("99887766")
        await self.card("Marisela")
        await self.desk.taps("Check in")
        await self.desk.taps("Undo")
        await self.desk.sees("is undone")
        await Bar(self).sells()

    async def thursday(self) -> None:
        """Everybody is written to; freezes: a wish taken back, one approved, one by the desk; a discount."""
        await self.broadcasts("Cerramos el sábado por el festival de cometas")
        await self.wishes("quiero ver ballenas jorobadas")
        await self.rosa.taps("Take it back")
        await self.rosa.sees("Nothing is frozen")
        await self.wishes("operación de rodilla izquierda")
        await self.ana.sends("/start")
        await self.ana.taps("Requests (1)")
        await self.ana.taps("Rosalinda")
        await self.ana.taps("✅ Approve")
        await self.card("Marisela")
        await self.desk.taps("❄️ Freeze")
        await self.desk.taps("Tomorrow")
        await self.desk.taps("7 days")
        await self.desk.sends("cosecha de café en Salento")
        await self.desk.taps("Freeze")
        await self.desk.sees("Frozen")
        self.loot.may_be(Holds.WORDS, "cosecha de café en Salento")
        await self.discounts()

    async def friday(self) -> None:
        """A group hears the desk, and a plan is canceled with money back."""
        group = await self.telegram.group("Recepción Girasol", [self.ana])
        await self.ana.taps("Make it a desk chat")
        await self.ana.sees("This is a desk chat")
        here = self.ana.in_group(group["id"])
        await here.sends("hola equipo, vino la señora Petronila")
        await self.card("Pancracio", self.ana)
        for label in ("⚙️ Plan", "✖️ Cancel plan"):
            await self.ana.taps(label)
        await self.ana.sends("se muda a Leticia amazónica")
        await self.ana.taps("Unused days")
        await self.ana.taps("Transfer")
        await self.ana.taps("Cancel the plan")
        await self.ana.sees("Canceled: Monthly")
        await here.sees("canceled")
        await Bar(self).asks()
        self.loot.may_be(Holds.WORDS, "se muda a Leticia amazónica", "Recepción Girasol")
        self.loot.said("vino la señora Petronila")

    async def saturday(self) -> None:
        """A message and an update come to nothing, and a face is forgotten."""
        await self.telegram.fault("sendMessage", 400, description="Bad Request: odd", chat_id=self.rosa.id)
        await self.card("Rosalinda")
        await self.desk.taps("End freeze")
        await self.desk.taps("Back today")
        await self.desk.sees("The freeze is over")
        await self.broken_update("mi tía Eduviges paga mañana")
        await self.rosa.sends("/start")
        await self.rosa.taps("Face check-in")
        for label in ("Withdraw", "Forget my face"):
            await self.rosa.taps(label)
        await self.rosa.sees("Your face is forgotten")

    async def sunday(self) -> None:
        """Strangers and chatter, a form that was called off and one that was left open."""
        await self.rosa.sends("zanahorias moradas")
        sam = await self.telegram.person(
            "Sam", last_name="Unbekannt", username="sam_unbekannt", phone_number="+573046170482"
        )
        await sam.sends("me quiero inscribir con la tarjeta 4111")
        await sam.sends_contact()
        await self.desk.sends("/start")
        await self.desk.taps("Register")
        await self.desk.sends("Kunigunde")
        await self.desk.sends("/cancel")
        await self.ana.sends("/start")
        await self.ana.taps("Register")
        for answer in ("Teodolinda", "Malagón", f"CC {DROPPED}", DROPPED_PHONE):
            await self.ana.sends(answer)
        await self.ana.sees("born")
        self.loot.person("Teodolinda", "Malagón")
        self.loot.may_be(Holds.DOCUMENT, DROPPED)
        self.loot.may_be(Holds.CONTACT, digits(DROPPED_PHONE))
        self.loot.may_be(Holds.WORDS, "zanahorias moradas")  # the desk reads what a member writes
        self.loot.said("me quiero inscribir con la tarjeta 4111", "Kunigunde")
        self.loot.said("Unbekannt", "sam_unbekannt", "3046170482")

    # Acts

    async def frozen_days(self) -> None:
        async with self.running_app.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(text("UPDATE plans SET freeze_days = 20"))

    async def invitations(self) -> None:
        self.desk = await invite(self.telegram, self.ana, "Brunhilda")
        sent = next(one for one in reversed(await self.ana.chat()) if "Invitation" in one.words)
        self.loot.secret("invitation that was used", token(address_in(sent.words)))
        await self.ana.sends("/start")
        await self.ana.taps("Team")
        await self.ana.taps("➕ Employee")
        opened = address_in((await self.ana.sees("Invitation")).words)
        self.loot.secret("invitation that nobody has opened", token(opened))

    async def registers(self, first: str, last: str, document: str, phone: str | None) -> None:
        await self.desk.sends("/start")
        await self.desk.taps("Register")
        for answer in (first, last, f"CC {document}"):
            await self.desk.sends(answer)
        await self.desk.sees("Which phone")
        await (self.desk.sends(phone) if phone else self.desk.taps("Skip"))
        await self.desk.sees("born")
        await self.desk.sends("3/8/1990")
        await self.desk.taps("Female")
        await self.desk.taps("No, without face")
        await self.desk.taps("Save")
        await self.desk.sees("is registered")

    async def sells(self) -> None:
        for label in ("Sell plan", "Monthly", "✅ Sell", "💵 Take payment", "Cash"):
            await self.desk.taps(label)
        await self.desk.sees("Paid in full")

    async def card(self, name: str, phone: Phone | None = None) -> None:
        await (phone or self.desk).sends(name)
        await (phone or self.desk).sees(name)

    async def pairs(self) -> None:
        await self.ana.sends("/start")
        for label in ("Kiosks", "Pair a kiosk", "No PIN"):
            await self.ana.taps(label)
        shown = re.search(r"\d{3} \d{3} \d{3}", (await self.ana.sees("ten minutes")).words)
        assert shown is not None
        code = shown[0].replace(" ", "")
        self.loot.secret("pairing code", code)
        self.loot.secret("pairing code in groups", shown[0])
        await self.door.pairs(code)
        await self.ana.sends("/start")
        for label in ("Kiosks", "Pair a kiosk", "No PIN"):
            await self.ana.taps(label)
        again = re.search(r"\d{3} \d{3} \d{3}", (await self.ana.sees("ten minutes")).words)
        assert again is not None
        self.loot.secret("pairing code, open", again[0].replace(" ", ""))
        await self.ana.sends("/start")
        for label in ("Kiosks", "Front door", "Exit PIN"):
            await self.ana.taps(label)
        await self.ana.sends(PIN)
        await self.ana.sees("needs the PIN")
        self.loot.secret("exit PIN", PIN)

    async def password_link(self, phone: Phone) -> str:
        await phone.sends("/start")
        for label in ("My account", "API password"):
            await phone.taps(label)
        page = re.search(r"https?://\S+", (await phone.sees("http")).words)
        assert page is not None
        return re.split(r"[/=#]", page[0])[-1]

    async def opens_page_only(self, phone: Phone) -> None:
        """A link that is looked at and not used."""
        open_link = await self.password_link(phone)
        self.loot.secret("password page, open", open_link)
        async with self.door.session.get(f"{self.door.root}/password", params={"start": open_link}) as page:
            assert page.status == 200

    async def chooses_password(self, phone: Phone, username: str, password: str) -> None:
        start = await self.password_link(phone)
        form = {"start": start, "username": username, "password": password, "again": password}
        async with self.door.session.post(f"{self.door.root}/password", data=form) as page:
            assert page.status == 200, await page.text()
        self.loot.secret(f"password page of {username}, used", start)
        self.loot.secret(f"password of {username}", password)

    async def signs_in(self, username: str, password: str) -> None:
        """In, renewed, and out; then in for good. A password that is wrong is as secret."""
        async with Device(self.door.root, self.loot) as program:
            wrong = {"grant_type": "password", "username": username, "password": "caminata equivocada"}
            assert (await program.post("/auth/token", json=wrong))[0] == 401
            self.loot.secret("a password that was wrong", "caminata equivocada")
            grant = {"grant_type": "password", "username": username, "password": password}
            first = await program.signs_in("a sign-in", **grant)
            status, tokens = await program.post("/auth/refresh", json={"refresh_token": first})
            assert status == 200, tokens
            second = program.keeps("a renewal", tokens)
            await self.revokes(program, second)
            program.token = ""
            await program.signs_in("a sign-in that stands", **grant)
            async with program.session.get(
                f"{program.url}/clients",
                params={"q": "Marisela"},
                headers={"Authorization": f"Bearer {program.token}"},
            ) as found:
                assert found.status == 200, await found.text()

    async def revokes(self, program: Device, refresh: str) -> None:
        bearer = {"Authorization": f"Bearer {program.token}"}
        body = {"refresh_token": refresh}
        async with program.session.post(f"{program.url}/auth/revoke", json=body, headers=bearer) as out:
            assert out.status == 204

    async def draws_qr(self) -> str:
        await self.rosa.sends("/qr")
        shown = await self.rosa.sees("works for a minute")
        assert shown.photo_url is not None
        picture = np.frombuffer(await self.telegram.download(shown.photo_url), np.uint8)
        qr = find_qr(cv2.imdecode(picture, cv2.IMREAD_COLOR))  # type: ignore[arg-type]
        assert qr is not None
        self.loot.secret("QR from chat", token(qr))
        return qr

    async def printed_card(self) -> str:
        await self.card("Marisela")
        for label in ("QR card", "Make a card"):
            await self.desk.taps(label)
        await self.desk.sees_document(60)
        async with self.running_app.gym.unit_of_work(Actor.system()) as uow:
            key: UUID | None = await uow.session.scalar(
                select(Client.id).where(Client.first_name == "Marisela")
            )
            assert key is not None
            card = await ClientService(uow).card(key)
        self.loot.secret("printed card", token(card))
        return card

    async def replays(self) -> None:
        """The queue of a kiosk that had no network; its second answer is the first one, kept."""
        shown, key = await self.telegram.now() - timedelta(hours=3), str(uuid4())
        late = {"document_number": MARISELA, "phone_last4": digits(MARISELA_PHONE)[-4:]}
        late |= {"captured_at": shown.isoformat()}
        first = await self.door.asks(late, key)
        assert await self.door.asks(late, key) == first
        self.loot.secret("link to a picture", first["client"]["photo_url"].rpartition("mac=")[2])
        fields = CheckInFields.model_validate(late)
        self.loot.digest("a document that was typed", fields.model_dump_json().encode())

    async def wishes(self, why: str) -> None:
        await self.rosa.sends("/start")
        for label in ("❄️ Freeze", "Ask for a freeze", "Tomorrow", "7 days"):
            await self.rosa.taps(label)
        await self.rosa.sends(why)
        await self.rosa.taps("Send")
        await self.rosa.sees("The desk has your request")
        await self.rosa.taps("Back")
        self.loot.may_be(Holds.WORDS, why)

    async def discounts(self) -> None:
        await self.registers("Pancracio", "Villalobos", PANCRACIO, None)
        for label in ("Sell plan", "Monthly", "Other day or discount", "Today"):
            await self.desk.taps(label)
        await self.desk.sends("50%")
        await self.desk.taps("Confirm")
        await self.desk.taps("📨 Ask an admin")
        await self.desk.sends("su hermano es mago de circo")
        await self.desk.sees("Waiting for an admin")
        await self.ana.sees("su hermano es mago de circo")
        await self.ana.taps("✅ Approve")
        await self.ana.sees("Approved by Ana")
        for label in ("Go on to the sale", "✅ Sell", "💵 Take payment", "Cash"):
            await self.desk.taps(label)
        await self.desk.sees("Paid in full")
        self.loot.person("Pancracio", "Villalobos")
        self.loot.may_be(Holds.WORDS, "su hermano es mago de circo")

    async def broadcasts(self, words: str) -> None:
        await self.ana.sends("/start")
        for label in ("Messages", "📣 Broadcast", "Write one", "With a running plan"):
            await self.ana.taps(label)
        await self.ana.sends(words)
        await self.ana.taps("Send it")
        await self.rosa.sees(words)
        self.loot.may_be(Holds.WORDS, words)

    async def broken_update(self, words: str) -> None:
        """An update that is put aside with its number and nothing of what it said."""
        number = 2_000_000_000
        broken = {"update_id": number, "message": {"text": words, "chat": {"id": 10**30}}}
        await self.telegram.inject(broken)
        self.loot.said(words)


def digits(phone: str) -> str:
    return phone.replace(" ", "")
