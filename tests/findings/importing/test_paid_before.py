"""Money paid before an import counts when the plan ends early, and leaves once; no till saw it come in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gym.app import Gym
from gym.clients.models import Client
from gym.core.database.engine import violated_constraint
from gym.payments.errors import RefundTooLarge
from gym.payments.models import EntryCause, EntryKind, Method
from gym.payments.tills.cash_counts import CashService
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from tests.findings.importing.test_running_plans import HEAD, spanish, subscriptions, today, undo
from tests.findings.money.conftest import cancel, credit_of, net_paid, refund
from tests.support.importing import Importer
from tests.support.memberships import DeskClerk, entries

PRICE = Decimal(80000)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def monthly(boss: DeskClerk) -> Plan:
    return await boss.plan(PRICE, name="Mensualidad")


@pytest.fixture
async def ana(importer: Importer, gym: Gym, monthly: Plan) -> Subscription:
    """A month that begins today, of which 60,000 was paid before."""
    await importer.imports(HEAD + f"Ana;Mensualidad;{spanish(await today(gym))};;;;20.000\n")
    return (await subscriptions(gym))["Ana"][0]


async def owner(gym: Gym, sold: Subscription) -> Client:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.get(Client, sold.client_id)
    assert found is not None
    return found


async def test_what_was_paid_before_goes_onto_the_new_plan(
    gym: Gym, boss: DeskClerk, ana: Subscription
) -> None:
    other = await boss.plan(Decimal(210000), count=3, name="Trimestre VIP")
    async with gym.unit_of_work(boss.actor) as uow:
        quote = await PlanChangeService(uow).quote(ana.id, other.id)
    assert (quote.value, quote.to_debt, quote.to_new, quote.to_pay) == (PRICE, 20000, 60000, 150000)
    async with gym.unit_of_work(boss.actor) as uow:
        new = await PlanChangeService(uow).change(ana.id, other.id)
    assert (await boss.see(new)).account.balance == 150000
    assert await net_paid(boss, ana.account_id) == 0
    async with gym.unit_of_work(boss.actor) as uow:
        [till] = await CashService(uow).tills(uow.today)
    assert till.expected == 0, "only credit moved"


async def test_a_cancellation_hands_back_what_was_paid_before(
    gym: Gym, boss: DeskClerk, ana: Subscription
) -> None:
    await cancel(boss, ana, RefundMode.PRO_RATA, Method.CASH)
    [back] = [one for one in await entries(gym) if one.kind is EntryKind.REFUND]
    assert (back.amount, back.method) == (60000, Method.CASH)
    async with gym.unit_of_work(boss.actor) as uow:
        [till] = await CashService(uow).tills(uow.today)
    assert till.expected == -60000, "that money left a till today; it came into none"
    with pytest.raises(RefundTooLarge):
        await refund(boss, ana, Decimal(1))


async def test_it_stays_as_credit_and_leaves_once(gym: Gym, boss: DeskClerk, ana: Subscription) -> None:
    await refund(boss, ana, Decimal(60000), Method.CREDIT)
    assert await credit_of(boss, await owner(gym, ana)) == 60000
    with pytest.raises(RefundTooLarge):
        await refund(boss, ana, Decimal(1))


@pytest.mark.parametrize("kind", ["refund", "opening"])
async def test_no_plain_statement_hands_it_back_twice(gym: Gym, ana: Subscription, kind: str) -> None:
    cause = "paid_before" if kind == "opening" else None
    insert = text(
        "INSERT INTO ledger_entries"
        " (id, account_id, kind, amount, method, cause, reason, staff_name, at, gym_day)"
        " VALUES (gen_random_uuid(), :account, :kind, :amount, 'cash', :cause, 'x', '', now(), current_date)"
    )
    values = {"account": ana.account_id, "kind": kind, "cause": cause}
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(insert, values | {"amount": 60000})
        with pytest.raises(IntegrityError) as refused:
            await uow.session.execute(insert, values | {"amount": 1})
        assert violated_constraint(refused.value) == "ledger_entries_money_leaves_once"
        await uow.session.rollback()


async def test_an_undone_import_leaves_nothing_to_hand_back(
    gym: Gym, admin: Actor, boss: DeskClerk, ana: Subscription
) -> None:
    await undo(gym, admin)
    assert await net_paid(boss, ana.account_id) == 0
    assert (await boss.see(ana)).account.balance == 0
    taken_back = [one for one in await entries(gym) if one.cause is EntryCause.PAID_BEFORE]
    assert [(one.kind, int(one.amount)) for one in taken_back] == [
        (EntryKind.CREDIT, 60000),
        (EntryKind.OPENING, 60000),
    ]


async def test_of_a_plan_that_has_ended_only_the_debt_comes_along(
    importer: Importer, gym: Gym, boss: DeskClerk, monthly: Plan
) -> None:
    day = await today(gym)
    await importer.imports(HEAD + f"Ana;Mensualidad;{spanish(day.replace(year=day.year - 1))};;;;30.000\n")
    sold, balance = (await subscriptions(gym))["Ana"]
    assert (balance, await net_paid(boss, sold.account_id)) == (30000, 0)


async def test_a_debt_too_small_to_be_asked_for_leaves_the_plan_paid(
    importer: Importer, gym: Gym, monthly: Plan
) -> None:
    await importer.imports(HEAD + f"Ana;Mensualidad;{spanish(await today(gym))};;;;30\n")
    sold, balance = (await subscriptions(gym))["Ana"]
    assert (sold.status.value, balance) == ("active", 0)
