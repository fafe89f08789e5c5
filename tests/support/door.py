"""A gym's door for tests: a paired kiosk that talks to a real server, and members it may meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import jwt
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from gym.app import Gym
from gym.attendance.models import CheckIn
from gym.clients.models import Client, DocumentType
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.kiosks.service import KioskService
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from tests.support.memberships import DeskClerk
from tests.support.people import Person

API = "/api/v1"


@dataclass
class Door:
    """One kiosk's side of the API."""

    gym: Gym
    client: TestClient[Any, Any]
    admin: Actor
    kiosk_id: str = ""
    secret: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    async def code(self, name: str = "Main door", pin: str | None = None) -> str:
        """A fresh pairing code, as an admin sees it; `pin` is the exit PIN of whoever uses it."""
        async with self.gym.unit_of_work(self.admin) as uow:
            return (await KioskService(uow).new_code(name, hash_secret(pin) if pin else None)).code

    async def post(self, path: str, body: object = None, **options: Any) -> ClientResponse:
        return await self.client.post(API + path, json=body, **options)

    async def pair(self) -> None:
        """Pair and sign in."""
        answer = await self.post("/kiosks/pair", {"code": await self.code(), "name": "Main door"})
        assert answer.status == 201, await answer.text()
        body = await answer.json()
        self.kiosk_id, self.secret = body["kiosk_id"], body["secret"]
        signed_in = await self.sign_in()
        assert signed_in.status == 200, await signed_in.text()
        self.tokens = await signed_in.json()

    async def sign_in(self) -> ClientResponse:
        grant = {"grant_type": "kiosk", "kiosk_id": self.kiosk_id, "secret": self.secret}
        return await self.post("/auth/token", grant)

    async def refresh(self, token: str | None = None) -> ClientResponse:
        return await self.post("/auth/refresh", {"refresh_token": token or self.tokens["refresh_token"]})

    @property
    def family(self) -> UUID:
        """The sign-in of the tokens in use."""
        return UUID(jwt.decode(self.tokens["access_token"], options={"verify_signature": False})["fam"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def kiosk(self, **headers: str) -> ClientResponse:
        return await self.client.get(f"{API}/kiosk", headers=self.bearer | headers)

    async def show(
        self, *photos: bytes, key: str | None = None, turned: Sequence[bytes] = (), **fields: str
    ) -> ClientResponse:
        """Send photos as the kiosk page does, and beside them those of a turned head."""
        form = FormData()
        for name, frames in (("photo", photos), ("turned", turned)):
            for frame in frames:
                form.add_field(name, frame, filename="photo.jpg", content_type="image/jpeg")
        for name, value in fields.items():
            form.add_field(name, value)
        headers = self.bearer | ({"Idempotency-Key": key} if key else {})
        return await self.client.post(f"{API}/check-ins", data=form, headers=headers)

    async def say(self, *, key: str | None = None, language: str = "en", **fields: object) -> ClientResponse:
        """Send credentials as JSON."""
        headers = self.bearer | {"Accept-Language": language} | ({"Idempotency-Key": key} if key else {})
        return await self.client.post(f"{API}/check-ins", json=fields, headers=headers)

    async def visits(self) -> int:
        """How many attempts the gym has kept."""
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await uow.session.scalar(select(func.count()).select_from(CheckIn)) or 0

    async def member(self, name: str = "Rosa", *, paid: bool = True, document: str = "1020304050") -> Client:
        """A client with a document and a phone that ends in 4567, who has a plan if `paid`."""
        now = self.gym.clock.now()
        row = Client(
            first_name=name,
            last_name="Vargas",
            document_type=DocumentType.CC,
            document_number=document,
            phone="+573001234567",
            language="en",
            created_at=now,
            updated_at=now,
        )
        async with self.gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(row)
        if paid:
            desk = DeskClerk(self.gym, self.admin)
            sold = await desk.sell(row, await desk.plan(Decimal(90000)))
            await desk.pay(sold, Decimal(90000))
        return row

    async def enrol(self, client_id: UUID, person: Person) -> None:
        """Consent on paper and two photos."""
        faces = [await enrolment_face(self.gym.faces, person.photo(variant)) for variant in (0, 1)]
        async with self.gym.unit_of_work(self.admin) as uow:
            service = FaceRecognitionService(uow)
            await service.give_consent(client_id, ConsentMethod.PAPER)
            await service.enrol(client_id, faces, self.gym.match_rule)
