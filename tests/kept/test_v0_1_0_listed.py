"""What v0.1.0 left wrong is listed for admins, in their language, with what to do; or is right by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.database.engine import Database
from gym.core.database.migrations import upgrade
from gym.debts.service import DebtService
from gym.jobs.runner import run_due
from gym.security.permissions import Actor
from gym.subscriptions.money.unbegun_charges import UnbegunChargeService
from gym.subscriptions.service import SubscriptionService
from tests.kept import wrong_rows
from tests.kept.support import Kept
from tests.support import databases
from tests.support.databases import Clones
from tests.support.sandbox.client import Person

SYSTEM: Final = Actor.system()
WRONGED: Final = "wronged_v0_1_0"
MEANT: Final = {"Valeria": "PPT 123456", "Wilson": "CC 1020309993"}
"""Documents that were read wrongly, as the cards have them."""


@pytest.fixture(scope="session")
async def wronged(clones: Clones, kept: Kept) -> str:
    """The template with more of what went wrong then, migrated."""
    async with databases.administration(clones.server) as connection:
        await connection.execute(f"CREATE DATABASE {WRONGED} TEMPLATE {kept.before}")
    url = databases.database_url(clones.server, WRONGED)
    await wrong_rows.write(url)
    database = Database(url)
    await upgrade(database)
    await database.close()
    return WRONGED


@pytest.fixture
async def database_url(clones: Clones, wronged: str) -> AsyncGenerator[str]:
    """The migrated gym with everything that is wrong, for one test."""
    async with clones.copy_of(wronged) as url:
        yield url


async def opened(phone: Person, *labels: str) -> str:
    """Everything that stands on the screen behind these buttons, with what it offers."""
    await phone.sends("/cancel")  # what was half filled in when it was kept
    await phone.sees("")
    await phone.sends("/start")
    for label in labels:
        await phone.taps(label)
    return " ".join(f"{one.words} {' '.join(one.labels)}" for one in await phone.news())


async def named(gym: Gym, first: str, last: str | None = None) -> Client:
    async with gym.unit_of_work(SYSTEM) as uow:
        found = (await ClientService(uow).search(f"{first} {last or ''}")).items
    return next(one for one in found if one.first_name == first and last in (None, one.last_name))


async def test_both_lists_of_money_stand_under_clients_in_either_language(
    bot: RunningBot, phones: dict[str, Person]
) -> None:
    english = await opened(phones["Ana"], "👥 Clients")
    assert "Money to look at: 2" in english
    assert "Owed for plans that never began: 1" in english
    spanish = await opened(phones["Sara"], "👥 Clientes")
    assert "Dinero por revisar: 2" in spanish
    assert "Se debe por planes que no empezaron: 1" in spanish
    employee = await opened(phones["Bruno"], "👥 Clients")
    assert "Camila" in employee
    assert "look at" not in employee, "employees can mend none of it"


async def test_money_that_left_twice_says_what_to_do_in_spanish(
    bot: RunningBot, phones: dict[str, Person]
) -> None:
    sara = phones["Sara"]
    assert "se devolvió más de lo que se pagó" in await opened(sara, "👥 Clientes", "Dinero por revisar")
    await sara.taps("Saúl")
    said = await sara.sees("Se devolvieron")
    assert "cuenta la caja" in said.words


@pytest.mark.parametrize(
    ("name", "clients", "listed", "left_so", "write_off", "confirm", "nothing"),
    [
        (
            "Ana",
            "👥 Clients",
            "never began",
            "an earlier version",
            "🧹 Write off",
            "Write it off",
            "owes nothing",
        ),
        (
            "Sara",
            "👥 Clientes",
            "no empezaron",
            "versión anterior",
            "🧹 Condonar",
            "Condonar",
            "no debe nada",
        ),
    ],
)
async def test_what_never_began_and_is_owed_is_written_off_from_its_list(
    gym: Gym,
    bot: RunningBot,
    phones: dict[str, Person],
    name: str,
    clients: str,
    listed: str,
    left_so: str,
    write_off: str,
    confirm: str,
    nothing: str,
) -> None:
    admin = phones[name]
    assert left_so in await opened(admin, clients, listed)
    await admin.taps("Karen")
    await admin.sees("changed her mind")
    await admin.taps(write_off)
    await admin.sends("it never began")
    await admin.taps(confirm)
    await admin.sees(nothing)
    async with gym.unit_of_work(SYSTEM) as uow:
        assert (await UnbegunChargeService(uow).listed()).total == 0
    assert listed not in await opened(admin, clients)


async def test_documents_that_were_read_wrongly_are_mended_from_their_list_in_spanish(
    gym: Gym, bot: RunningBot, phones: dict[str, Person]
) -> None:
    sara = phones["Sara"]
    said = await opened(sara, "👥 Clientes", "🪪 3 documentos por revisar")
    assert "versión anterior los haya leído mal" in said
    for name, document in MEANT.items():
        await sara.taps(name)
        await sara.sees("mira el documento físico")
        await sara.taps(f"Cambiar a {document}")
        mended = await named(gym, name)
        assert f"{mended.document_type} {mended.document_number}" == document


async def test_whoever_was_registered_twice_because_of_it_is_named_with_a_way_on(
    gym: Gym, bot: RunningBot, phones: dict[str, Person]
) -> None:
    """Ulises was not found by his document, so there is a second Ulises who has it."""
    ana = phones["Ana"]
    await opened(ana, "👥 Clients", "🪪 3 documents to check", "Ulises")
    await ana.taps("Make it CC 1020309991")
    await ana.sees("Ulises Sosa again is registered with this document already")
    first = await named(gym, "Ulises", "Sosa")
    assert (first.document_type, first.document_in_doubt) == ("CE", True), "nothing was changed"


@pytest.mark.parametrize("name", ["Ulises", "Valeria", "Wilson", "Ximena"])
async def test_a_foreign_phone_is_the_one_that_telegram_knows(
    gym: Gym, bot: RunningBot, phones: dict[str, Person], name: str
) -> None:
    """However it was kept: the own contact links them."""
    await phones[name].sends("/start")
    await phones[name].sees("")
    await phones[name].sends_contact()
    await phones[name].sees("Este chat ya es tuyo")
    found = await named(gym, name, "Sosa" if name == "Ulises" else None)
    assert found.telegram_id == phones[name].id


async def test_plans_that_ended_follow_their_money_by_themselves(gym: Gym, facts: dict[str, Any]) -> None:
    assert (await run_due(gym.run)).failed == []
    right = {"Gloria": ("lapsed", Decimal(150000)), "Hugo": ("expired", Decimal(0))}
    for name, standing in right.items():
        [key] = [one["id"] for one in facts["subscriptions"] if one["key"].startswith(name)]
        async with gym.unit_of_work(SYSTEM) as uow:
            one = await SubscriptionService(uow).get(UUID(key))
            assert (str(one.status), one.account.balance) == standing, name
    async with gym.unit_of_work(SYSTEM) as uow:
        debts = (await DebtService(uow).by_age()).items
    assert "Gloria" in [one.client_name.split()[0] for one in debts]


async def test_less_than_a_coin_keeps_nobody_out(gym: Gym) -> None:
    """It is credited by itself, as rounding, and the plan is paid."""
    assert (await run_due(gym.run)).failed == []
    fabio = await named(gym, "Fabio")
    async with gym.unit_of_work(SYSTEM) as uow:
        plan = await SubscriptionService(uow).current(fabio.id)
        assert plan is not None
        assert (str(plan.status), plan.account.balance) == ("active", Decimal(0))
        query = text("SELECT amount FROM ledger_entries WHERE cause = 'rounding' AND account_id = :account")
        assert await uow.session.scalar(query, {"account": plan.account_id}) == Decimal("30.65")


@pytest.mark.parametrize("name", ["김민수", "がく", "Ной", "Юй"])
async def test_a_name_in_another_script_is_found_by_typing_it(gym: Gym, name: str) -> None:
    assert (await named(gym, name)).last_name == "Lee"
