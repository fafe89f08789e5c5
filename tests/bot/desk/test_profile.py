"""A client's data at the desk: who brought them, every field emptied again, blocked for long or short."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.fields.table import FieldKey
from gym.clients.models import Client, DocumentType, Gender
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]
FULL = {
    "alias": "Rosi",
    "document_type": DocumentType.CC,
    "document_number": "1020304050",
    "phone": "+573001234567",
    "email": "rosa@example.com",
    "birth_date": date(1990, 8, 3),
    "gender": Gender.FEMALE,
    "guardian_name": "Marta",
    "address": "Calle 1",
    "emergency_contact": "Marta 300",
    "card_number": "12345678",
    "tags": ["vip"],
    "warning": "Asthma",
    "notes": "Prefers mornings",
}
NOT_IN_FULL = {"document", "last_name", "referred_by"}
EMPTIABLE = [field for field in FieldKey if not field.row.required]


def test_the_full_client_has_every_field_that_can_be_emptied() -> None:
    assert {field.value for field in EMPTIABLE} <= FULL.keys() | NOT_IN_FULL


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


@pytest.fixture
def clerk(gym: Gym) -> DeskClerk:
    return DeskClerk(gym, Actor.system())


async def row_of(gym: Gym, first_name: str) -> Client:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(Client).where(Client.first_name == first_name))).one()


async def edit(desk: Person, name: str) -> None:
    await desk.sends(name)
    await desk.taps("Edit")


async def test_who_brought_a_client_is_searched_chosen_seen_and_emptied(
    bruno: Person, gym: Gym, clerk: DeskClerk
) -> None:
    await clerk.client("Rosa")
    mateo = await clerk.client("Mateo")
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Client, mateo.id)).phone = "+573009998877"
    await edit(bruno, "Rosa")
    await bruno.taps("Brought by")
    await bruno.sends("Xiqwertz")
    await bruno.sees("Nobody like that")
    await bruno.sends("Rosa Vargas Rosa")
    await bruno.sees("Nobody like that")
    await bruno.sends("3009998877")
    offered = await bruno.sees("Which of them")
    assert [label for label in offered.labels if "Vargas" in label] == ["Mateo Vargas 8877"]
    await bruno.taps("Mateo Vargas 8877")
    saved = await bruno.sees("Brought by saved")
    assert "Brought by: Mateo Vargas" in saved.words
    assert (await row_of(gym, "Rosa")).referred_by == mateo.id
    await bruno.taps("Brought by")
    await bruno.sees("Now: Mateo Vargas")
    await bruno.taps("Empty it")
    await bruno.sees("Brought by saved")
    assert (await row_of(gym, "Rosa")).referred_by is None


async def test_two_who_would_have_brought_each_other_are_refused(
    bruno: Person, gym: Gym, clerk: DeskClerk
) -> None:
    rosa, mateo = await clerk.client("Rosa"), await clerk.client("Mateo")
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Client, mateo.id)).referred_by = rosa.id
    await edit(bruno, "Rosa")
    await bruno.taps("Brought by")
    await bruno.sends("Mateo")
    await bruno.taps("Mateo Vargas")
    await bruno.sees("was brought by this very client")
    assert (await row_of(gym, "Rosa")).referred_by is None


@pytest.mark.parametrize("field", EMPTIABLE)
async def test_every_optional_field_is_emptied_again(
    bruno: Person, gym: Gym, clerk: DeskClerk, field: FieldKey
) -> None:
    rosa, mateo = await clerk.client("Rosa"), await clerk.client("Mateo")
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Client, rosa.id)
        for name, value in {**FULL, "referred_by": mateo.id}.items():
            setattr(row, name, value)
    await edit(bruno, "Rosa")
    await bruno.taps(field.row.label)
    await bruno.taps("Empty it")
    await bruno.sees(f"{field.row.label} saved")
    row = await row_of(gym, "Rosa")
    columns = ["document_type", "document_number"] if field == "document" else [field.value]
    assert all(getattr(row, column) in (None, "", []) for column in columns)


async def test_an_employee_blocks_for_a_week_at_most_and_hears_it_at_the_date(
    bruno: Person, gym: Gym, clerk: DeskClerk
) -> None:
    await clerk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("Block")
    asked = await bruno.sees("Until which day")
    assert "30 days" not in asked.labels
    await bruno.sends("1/9/2026")
    await bruno.sees("You may block until")
    await bruno.sends("1/8/2026")
    await bruno.sees("A block ends today or later")
    await bruno.sends("10/8/2026")
    await bruno.sends("Broke a mirror")
    await bruno.taps("Block")
    await bruno.sees("is blocked until")
    assert (await row_of(gym, "Rosa")).blocked_until == date(2026, 8, 10)


async def test_an_admin_blocks_for_long_and_only_an_admin_lifts_it(
    bruno: Person, telegram: SandboxClient, make_staff: Hire, gym: Gym, clerk: DeskClerk
) -> None:
    ana = await telegram.person("Ana")
    await make_staff(ana, Role.ADMIN)
    await clerk.client("Rosa")
    await ana.sends("Rosa")
    await ana.taps("Block")
    await ana.taps("30 days")
    await ana.sends("Threatened staff")
    await ana.taps("Block")
    await ana.sees("is blocked until")
    await bruno.sends("Rosa")
    await bruno.taps("Unblock")
    await bruno.sees("Only an admin can lift that")
    await ana.taps("Back")
    await ana.taps("Unblock")
    await ana.sees("may come in again")
    assert (await row_of(gym, "Rosa")).blocked_until is None
