"""The people of the kept gym, and what they do: one thing per transaction, as in life."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bot.app import RunningApp
from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client, Gender
from gym.core.database.ids import new_id
from gym.payments.models import Method
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient

FIRST_MORNING: Final = datetime(2026, 8, 24, 14, 0, tzinfo=UTC)
"""Monday 24 August 2026, 9:00 in Bogota."""
DAYS: Final = 95
"""Until 27 November 2026, the day on which v0.1.0 was released."""
PIN: Final = "2468"
PASSWORD: Final = "ocean-lamp-kept-gym-47"
MONTH: Final = Decimal(150000)

CLIENTS: Final[dict[str, dict[str, Any]]] = {
    "Lucía": {"last": "Gómez", "document": "CC 52.333.111", "phone": "310 555 0101", "language": "es"},
    "Mateo": {"last": "Ñáñez", "document": "TI 1000200300", "phone": "310 555 0102", "tags": ["crossfit"]},
    "Andrés": {"last": "Téllez", "document": "CC 80111222", "phone": "310 555 0103"},
    "Camila": {
        "last": "Duarte",
        "document": "TI 1099887766",
        "birth_date": date(2011, 5, 9),
        "guardian_name": "Patricia Duarte",
        "phone": "310 555 0104",
        "language": "es",
    },
    "Diego": {"last": "Acosta", "email": "diego@example.com", "alias": "El Flaco"},
    "Elena": {"last": "Barrios", "email": "elena.barrios@example.com", "phone": "310 555 0106"},
    "Fabio": {"last": "Cruz", "document": "CC 79444555", "phone": "310 555 0107", "warning": "Asthma"},
    "Gloria": {"last": "Díaz", "notes": "Comes with her sister.\nWants mornings.\nPays by card."},
    "Hugo": {"last": "Escobar", "document": "CE 445566", "phone": "310 555 0109"},
    "Inés": {"last": "Franco", "document": "PP AB123456", "language": "es", "phone": "310 555 0110"},
    "Jaime": {"last": "Gil", "phone": "310 555 0111", "gender": Gender.MALE},
    "Karen": {"last": "Hoyos", "phone": "310 555 0112", "gender": Gender.FEMALE},
    "Luis": {"last": "Ibarra", "document": "CC 19222333", "phone": "310 555 0113"},
    "Marta": {"last": "Jaramillo", "tags": ["morning", "yoga"], "phone": "310 555 0114"},
    "Nicolás": {"last": "León", "address": "Calle 45 # 7-12", "emergency_contact": "Ana 300 111 2233"},
    "Olga": {"last": "Mora", "document": "CC 41888999", "phone": "310 555 0116"},
    "Pablo": {"last": "Nieto", "birth_date": date(1988, 11, 27), "phone": "310 555 0117"},
    "Quique": {"last": "Ochoa", "phone": "310 555 0118"},
    "Rita": {"last": "Páez", "document": "CC 52000111", "phone": "310 555 0119"},
    "Saúl": {"last": "Quintero", "phone": "310 555 0120"},
    "Teresa": {"last": "Rojas", "phone": "310 555 0121", "tags": ["vip"]},
    "Ulises": {"last": "Sosa", "document": "cedula 1020309991", "phone": "+54 9 11 2345 6789"},
    "Valeria": {"last": "Trejo", "document": "PPT 123456", "phone": "+52 55 1234 5678"},
    "Wilson": {"last": "Uchoa", "document": "1020309993.0", "phone": "+55 11 3765 4321"},
    "Ximena": {"last": "Vera", "phone": "+54 11 4321 6789"},
    "Yolanda": {"last": "Zapata", "phone": "310 555 0126"},
    "Zoe": {"last": "Arias", "phone": "310 555 0127"},
    "Juan": {"last": "Bernal", "phone": "310 555 0128"},
    "Noemí": {"last": "Cano", "phone": "310 555 0129"},
    "Pedro": {"last": "Devia", "phone": "310 555 0130"},
    "Rocío": {"last": "Engativá", "phone": "310 555 0131"},
    "Santi": {"last": "Forero", "phone": "310 555 0132"},
}
FACES: Final = ("Rosa", "Lucía", "Mateo", "Andrés", "Camila")
"""In the order of the people in the picture; Camila is a minor and has no face here."""
CHATS: Final = {"Lucía": "es", "Inés": "es", "Marta": "en", "Pedro": "en", "Olga": "en", "Fabio": "en"}
FOREIGN_CHATS: Final = {
    "Ulises": "+541123456789",
    "Valeria": "+5215512345678",
    "Wilson": "+551137654321",
    "Ximena": "+5491143216789",
}
"""People who have not linked yet, with the number as Telegram knows it: not always as it was registered."""


class Story:
    """The gym, its people and what they do; one thing per transaction, as in life."""

    def __init__(self, house: RunningApp, telegram: SandboxClient) -> None:
        self.house, self.telegram, self.gym = house, telegram, house.gym
        self.phones: dict[str, Phone] = {}
        self.clients: dict[str, Client] = {}
        self.plans: dict[str, Plan] = {}
        self.staff: dict[str, Actor] = {}
        self.day = 0
        self.secrets: dict[str, Any] = {}

    # The desk's services

    async def does(self, who: str, service: type, operation: str, *arguments: Any, **more: Any) -> Any:
        """One operation of a service, by one of the staff."""
        async with self.gym.unit_of_work(self.staff[who]) as uow:
            return await getattr(service(uow), operation)(*arguments, **more)

    async def sells(
        self,
        name: str,
        plan: str = "Monthly",
        paid: Decimal | None = MONTH,
        *,
        by: str = "Bruno",
        method: Method = Method.CASH,
        starts_on: date | None = None,
    ) -> Subscription:
        client, wanted = self.clients[name].id, self.plans[plan].id
        sold = await self.does(
            by, SubscriptionService, "sell", client, wanted, starts_on=starts_on, key=new_id()
        )
        if paid:
            await self.pays(sold, paid, by=by, method=method)
        return sold

    async def pays(
        self, sold: Subscription, amount: Decimal = MONTH, *, by: str = "Bruno", method: Method = Method.CASH
    ) -> Any:
        return await self.does(by, SubscriptionService, "take_payment", sold.id, amount, method, key=new_id())

    async def renews(self, name: str, paid: Decimal | None = MONTH, **more: Any) -> Subscription:
        client = self.clients[name].id
        sold = await self.does("Bruno", SubscriptionService, "renew", client, key=new_id(), **more)
        if paid:
            await self.pays(sold, paid)
        return sold

    async def comes(self, name: str) -> Any:
        """A visit that staff note."""
        client = self.clients[name].id
        return await self.does("Bruno", AttendanceService, "check_in_client", client, key=new_id())

    @property
    def today(self) -> date:
        return date(2026, 8, 24) + timedelta(days=self.day)

    async def until(self, day: int, *visitors: str) -> None:
        """Days go by; on each of them these people come in the morning."""
        while self.day < day:
            await self.telegram.advance("1 day")
            self.day += 1
            for name in visitors:
                await self.comes(name)
