"""Made-up members: Colombian names, documents and phones, a rhythm and a character, by number. Pure.

Nobody is meant: phones and documents count up from the lowest of their kind, and a sandbox calls nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from gym.clients.models import Gender
from gym.demo.history.habits import Rhythm, joining_day, rhythm

WOMEN: Final = (
    *("María", "Luz Marina", "Valentina", "Daniela", "Laura", "Paula Andrea", "Camila", "Juliana"),
    *("Ana Lucía", "Diana", "Sandra Milena", "Carolina", "Natalia", "Isabella", "Mariana", "Sara"),
    *("Gloria", "Yurany", "Leidy", "Manuela", "Salomé", "Adriana", "Liliana", "Estefanía", "Verónica"),
)
MEN: Final = (
    *("Juan David", "Carlos", "Santiago", "Andrés Felipe", "Jorge", "Sebastián", "Luis Fernando"),
    *("Mateo", "Camilo", "Diego", "Óscar", "Julián", "Esteban", "Nicolás", "Álvaro", "Wilson", "Edison"),
    *("Jaime", "Hernán", "Samuel", "Tomás", "Mauricio", "Fabián", "Cristian", "Rubén Darío", "Yeison"),
)
SURNAMES: Final = (
    *("Gómez", "Rodríguez", "Restrepo", "Zapata", "Quintero", "Muñoz", "Cardona", "Ospina", "Giraldo"),
    *("Álvarez", "Vélez", "Castaño", "Henao", "Ramírez", "Torres", "Peña", "Rojas", "Moreno", "Valencia"),
    *("Arango", "Betancur", "Jaramillo", "Salazar", "Uribe", "Montoya", "Hoyos", "Patiño", "Echeverri"),
    *("Agudelo", "Bedoya", "Mosquera", "Palacios", "Cuesta", "Ibarra", "Nariño", "Acevedo", "Duque"),
)
NOTES: Final = (
    "Lesión de rodilla: sin sentadilla profunda.",
    "Prefiere que la llamen después de las 6 p. m.",
    "Entrena con su hermana.",
    "Pidió rutina de fuerza.",
    "Viaja mucho por trabajo.",
    "Viene de rehabilitación, traer carta del médico.",
    "Cumple años con torta: avisar a recepción.",
)
FOUNDERS: Final = 0.24
"""Share of the members who came in the first two months."""


class Character(StrEnum):
    """How somebody stays."""

    VISITOR = "visitor"
    """Buys a day or a week now and then."""
    TRIER = "trier"
    REGULAR = "regular"
    FAITHFUL = "faithful"


SHARES: Final = {
    Character.VISITOR: 0.08,
    Character.TRIER: 0.24,
    Character.REGULAR: 0.4,
    Character.FAITHFUL: 0.28,
}
STAYS: Final = {
    Character.VISITOR: 0.0,
    Character.TRIER: 0.62,
    Character.REGULAR: 0.92,
    Character.FAITHFUL: 0.985,
}
"""Chance of going on after each month."""


@dataclass(frozen=True, slots=True)
class DemoMember:
    """Somebody who is registered; `number` counts from 0."""

    number: int
    first_name: str
    last_name: str
    gender: Gender
    document: str
    phone: str
    email: str | None
    born: date
    notes: str | None
    joined: date
    character: Character
    rhythm: Rhythm

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def member(number: int, random: Random, first: date, last: date) -> DemoMember:
    """The member of that number, who joins within the history."""
    gender = random.choice((Gender.FEMALE, Gender.MALE))
    name = random.choice(WOMEN if gender is Gender.FEMALE else MEN)
    surnames = f"{random.choice(SURNAMES)} {random.choice(SURNAMES)}"
    joined = joining_day(random, first, last, FOUNDERS)
    character = random.choices(list(SHARES), list(SHARES.values()))[0]
    return DemoMember(
        number=number,
        first_name=name,
        last_name=surnames,
        gender=gender,
        document=str(1_000_100_000 + number * 907 + random.randrange(900)),
        phone=f"+5730{number:08d}",
        email=f"cliente{number}@example.com" if random.random() < 0.35 else None,
        born=joined - timedelta(days=int(365.25 * min(72, max(18.1, random.gauss(33, 11))))),
        notes=random.choice(NOTES) if random.random() < 0.06 else None,
        joined=joined,
        character=character,
        rhythm=rhythm(random),
    )
