"""Rows that v0.1.0 wrote and today's rules would refuse: they stay, and can be worked with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from gym.app import Gym
from gym.clients.schemas import ClientChanges
from gym.clients.service import ClientService
from gym.core.database.engine import plain_dsn
from gym.payments.models import Method
from gym.security.permissions import Actor
from gym.subscriptions.service import SubscriptionService
from tests.kept.facts import tables_of
from tests.kept.support import Kept
from tests.support.databases import Clones

PART: Final = Decimal(50000)


async def unwritable(url: str) -> set[str]:
    """Tables of which some row cannot be written as it is: append-only, or refused by a rule."""
    connection = await asyncpg.connect(plain_dsn(url))
    found: set[str] = set()
    for table in await tables_of(connection):
        column = await connection.fetchval(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1 "
            "AND table_schema = 'public' AND is_generated = 'NEVER' ORDER BY ordinal_position LIMIT 1",
            table,
        )
        try:
            await connection.execute(f'UPDATE "{table}" SET "{column}" = "{column}"')
        except asyncpg.PostgresError:
            found.add(table)
    await connection.close()
    return found


async def test_every_row_can_be_written_as_before(clones: Clones, kept: Kept) -> None:
    """A constraint that is not validated still judges a row at its next change, whatever is changed."""
    async with clones.copy_of(kept.before) as old, clones.copy_of(kept.after) as new:
        connection = await asyncpg.connect(plain_dsn(old))
        known = set(await tables_of(connection))
        await connection.close()
        assert await unwritable(new) & known == await unwritable(old)


@pytest.mark.parametrize("name", ["Rita", "Saúl", "Karen", "Hugo"])
async def test_a_debt_of_a_closed_plan_can_be_paid_in_parts(
    gym: Gym, facts: dict[str, Any], name: str
) -> None:
    """Also where more was handed back than had been paid: a part of it makes that less, not more."""
    owing = [one for one in facts["subscriptions"] if one["key"].startswith(name)]
    (debt,) = [one for one in owing if Decimal(one["balance"])]
    async with gym.unit_of_work(Actor.system()) as uow:
        await SubscriptionService(uow).take_payment(UUID(debt["id"]), PART, Method.CASH)
        left = await SubscriptionService(uow).get(UUID(debt["id"]))
    assert left.account.balance == Decimal(debt["balance"]) - PART


@pytest.mark.parametrize("name", ["Ulises", "Valeria", "Wilson", "Ximena", "Gloria"])
async def test_what_was_registered_then_can_be_changed_now(
    gym: Gym, facts: dict[str, Any], name: str
) -> None:
    """Documents that were read wrongly and phones in another form do not stand in the way of a note."""
    key = UUID(facts["clients"][name])
    async with gym.unit_of_work(Actor.system()) as uow:
        before = await ClientService(uow).get(key)
        kept = (before.document_number, before.phone)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ClientService(uow).edit(key, ClientChanges(notes="comes on Mondays"))
    async with gym.unit_of_work(Actor.system()) as uow:
        after = await ClientService(uow).get(key)
        assert (after.notes, after.document_number, after.phone) == ("comes on Mondays", *kept)
