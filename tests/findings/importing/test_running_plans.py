"""Plans that ran before the gym kept its books here come along, with what is owed and without a sale."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, text

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.migrations import alembic_config, carry_out
from gym.debts.service import DebtService
from gym.importing.errors import ImportInUse, ImportUndone
from gym.importing.models import ClientImport
from gym.importing.undo import ImportUndo
from gym.notifications.models import Notification, RecipientKind
from gym.payments.ledger import Ledger
from gym.payments.models import Account, AccountKind, EntryCause, EntryKind
from gym.payments.tills.cash_counts import CashService
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from gym.transfers.models import PaymentKeyKind, ProofKind
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import SentProof
from gym.transfers.service import ProofService
from tests.conftest import hire
from tests.findings.money.conftest import cancel
from tests.support.importing import Importer, outcomes
from tests.support.memberships import DeskClerk, entries

IMPORTS = "0029"
HEAD = "Nombre;Plan;Inicio;Vence;Valor;Pagó;Debe\n"


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def monthly(boss: DeskClerk) -> Plan:
    return await boss.plan(Decimal(80000), name="Mensualidad")


@pytest.fixture
async def quarterly(boss: DeskClerk) -> Plan:
    return await boss.plan(Decimal(210000), count=3, name="Trimestre VIP")


async def subscriptions(gym: Gym) -> dict[str, tuple[Subscription, Decimal]]:
    """By first name, each with its balance."""
    query = select(Client.first_name, Subscription, Account.balance).join(
        Subscription, Subscription.client_id == Client.id
    )
    query = query.join(Account, Account.id == Subscription.account_id).order_by(Subscription.sold_at)
    async with gym.unit_of_work(Actor.system()) as uow:
        return {name: (one, balance) for name, one, balance in (await uow.session.execute(query)).all()}


def spanish(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


async def today(gym: Gym) -> date:
    async with gym.unit_of_work(Actor.system()) as uow:
        return uow.today


async def test_a_plan_is_known_by_name_length_days_or_price(
    importer: Importer, gym: Gym, monthly: Plan, quarterly: Plan
) -> None:
    day = await today(gym)
    start = spanish(day)
    report = await importer.imports(
        HEAD
        + f"Ana;MENSUALIDAD $80.000;{start};;;;\nEva;1 mes;{start};;;;\nIda;trimestral;{start};;;;\n"
        + f"Uma;Mensual;{start};;70.000;;\nLia;;{start};;210.000;;\nSol;Yoga;{start};;;;\nPaz;;{start};;;;\n"
        + "Luz;Mensualidad;;;;;\nMar;;;;;;5.000\n"
    )
    assert outcomes(report) == [
        *(f"{line} made" for line in range(2, 7)),
        "7 faulty import_plan_unknown",
        "8 faulty import_plan_not_named",
        "9 faulty import_membership_undated",
        "10 faulty import_debt_without_plan",
    ]
    found = await subscriptions(gym)
    assert {name: one.plan_id for name, (one, _) in found.items()} == {
        **dict.fromkeys(("Ana", "Eva", "Uma"), monthly.id),
        **dict.fromkeys(("Ida", "Lia"), quarterly.id),
    }
    assert {name: one.final_price for name, (one, _) in found.items() if name in ("Ana", "Uma")} == {
        "Ana": Decimal(80000),
        "Uma": Decimal(70000),
    }


async def test_days_follow_from_the_plan_or_stand_as_they_are_written(
    importer: Importer, gym: Gym, monthly: Plan
) -> None:
    day = await today(gym)
    ahead, before = day.replace(year=day.year + 1, month=1, day=15), day.replace(year=day.year - 1)
    await importer.imports(
        HEAD
        + f"Ana;Mensualidad;;{spanish(ahead)};;;\nEva;Mensualidad;{spanish(before)};{spanish(ahead)};;;\n"
        + f"Ida;Mensualidad;{spanish(before)};;;;\n"
    )
    found = await subscriptions(gym)
    assert (found["Ana"][0].starts_on, found["Ana"][0].ends_on) == (
        ahead.replace(year=day.year, month=12, day=16),
        ahead,
    )
    assert (found["Eva"][0].starts_on, found["Eva"][0].ends_on) == (before, ahead)
    assert "Ida" not in found, "ended and paid: nothing runs"


async def test_what_is_owed_is_an_opening_balance_and_no_money(
    importer: Importer, gym: Gym, boss: DeskClerk, monthly: Plan
) -> None:
    day = await today(gym)
    start, old = spanish(day), spanish(day.replace(year=day.year - 1))
    report = await importer.imports(
        HEAD
        + f"Ana;Mensualidad;{start};;;sí;\nEva;Mensualidad;{start};;;no;\nIda;Mensualidad;{start};;;50.000;\n"
        + f"Uma;Mensualidad;{start};;;;12.000\nLia;Mensualidad;{old};;;;30.000\n"
        + f"Sol;Mensualidad;{start};;;90.000;\n"
    )
    assert outcomes(report)[-1] == "7 faulty import_paid_more_than_price"
    found = await subscriptions(gym)
    assert {name: (one.status.value, int(balance)) for name, (one, balance) in found.items()} == {
        "Ana": ("active", 0),
        "Eva": ("pending_payment", 80000),
        "Ida": ("pending_payment", 30000),
        "Uma": ("pending_payment", 12000),
        "Lia": ("lapsed", 30000),
    }
    written = {(one.kind, one.cause) for one in await entries(gym)}
    assert written == {(EntryKind.OPENING, None), (EntryKind.CREDIT, EntryCause.PAID_BEFORE)}
    assert all(one.receipt_number is None and one.method is None for one in await entries(gym))
    async with gym.unit_of_work(boss.actor) as uow:
        assert int((await DebtService(uow).overview()).total.amount) == 152000
        told = select(func.count()).where(Notification.recipient_kind == RecipientKind.CLIENT)
        assert await uow.session.scalar(told) == 0, "a list of hundreds is no hundreds of messages"

        assert await CashService(uow).tills(day) == [], "no till, no revenue"

    paid = await boss.pay(found["Ida"][0], Decimal(30000))
    assert paid.number == 1
    assert (await subscriptions(gym))["Ida"][0].status is SubscriptionStatus.ACTIVE
    await cancel(boss, found["Eva"][0])
    await cancel(boss, found["Ida"][0], RefundMode.PRO_RATA)
    closed = await subscriptions(gym)
    canceled = [(closed[name][0].status.value, int(closed[name][1])) for name in ("Eva", "Ida")]
    assert canceled == [("canceled", 80000), ("canceled", 0)], "what was owed stays owed, as ever"


async def test_the_same_list_again_brings_no_second_plan(
    importer: Importer, gym: Gym, boss: DeskClerk, monthly: Plan, quarterly: Plan
) -> None:
    day = await today(gym)
    sheet = HEAD + f"Ana;Mensualidad;{spanish(day)};;;no;\nEva;;;;;;\n"
    await importer.imports(sheet)
    assert outcomes(await importer.imports(sheet)) == ["2 known", "3 known"]
    other = await importer.imports(
        HEAD + f"Ana;Trimestre VIP;{spanish(day)};;;;\nEva;Mensualidad;{spanish(day)};;;;\n"
    )
    assert [(row.outcome.value, row.differs) for row in other.rows] == [("known", ("plan",)), ("changed", ())]
    assert len(await entries(gym)) == 3, "what Ana owes; what Eva's plan cost and what she had paid"


async def test_a_list_without_days_keeps_its_plans_as_notes(importer: Importer, monthly: Plan) -> None:
    await importer.imports("Nombre;Plan;Valor\nAna Ruiz;Mensualidad;80.000\n")
    [ana] = await importer.clients()
    assert ana.notes == "Plan: Mensualidad\nValor: 80.000"


async def test_nobody_brings_a_plan_forward_for_the_own_membership(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk, monthly: Plan
) -> None:
    await hire(gym, "Carla", Role.ADMIN, 99)
    async with gym.unit_of_work(Actor.system()) as uow:
        me = await uow.session.get(Staff, admin.id)
        assert me is not None
        me.telegram_id = 4712
    await boss.client("Ana", telegram_id=4712)
    day = spanish(await today(gym))
    report = await importer.imports(
        f"Nombre;Plan;Inicio\nAna Vargas;Mensualidad;{day}\nEva Mora;Mensualidad;{day}\n"
    )
    assert outcomes(report) == ["2 faulty own_membership", "3 made"]
    assert set(await subscriptions(gym)) == {"Eva"}


# Undoing ──────────────────────────────────────────────────────────────────────────────────────────────────


async def last_import(gym: Gym) -> ClientImport:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalar(select(ClientImport).order_by(ClientImport.at.desc()).limit(1))
    assert found is not None
    return found


async def undo(gym: Gym, admin: Actor) -> None:
    run = await last_import(gym)
    async with gym.unit_of_work(admin) as uow:
        await ImportUndo(uow).undo(run.id)


async def test_an_import_is_taken_back_and_the_mended_list_comes_in(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk, monthly: Plan
) -> None:
    known = await boss.client("Rosa")
    day = spanish(await today(gym))
    sheet = (
        f"Nombre;Celular;Plan;Inicio;Debe\nAna Ruiz;3001110401;Mensualidad;{day};20.000\n"
        "Rosa Vargas;3001110402;;;\n"
    )
    await importer.imports(sheet)
    await undo(gym, admin)
    rosa, ana = await importer.clients()
    assert (rosa.id, rosa.active, rosa.phone) == (known.id, True, None)
    assert (ana.active, ana.phone) == (False, "+573001110401"), "deactivated, not deleted"
    found = (await subscriptions(gym))["Ana"]
    assert (found[0].status, found[1]) == (SubscriptionStatus.CANCELED, 0)
    with pytest.raises(ImportUndone):
        await undo(gym, admin)

    again = await importer.imports(sheet.replace("20.000", "25.000"))
    assert outcomes(again) == ["2 made", "3 changed"]
    rosa, ana = await importer.clients()
    assert (ana.active, rosa.phone) == (True, "+573001110402")
    first, taken_back, second = [80000, 60000], [60000, 80000], [80000, 55000]
    assert [int(one.amount) for one in await entries(gym)] == [*first, *taken_back, *second]


async def test_what_somebody_uses_is_not_taken_back(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk, monthly: Plan
) -> None:
    day = spanish(await today(gym))
    await importer.imports(HEAD + f"Ana;Mensualidad;{day};;;no;\nEva;;;;;;\n")
    sold = (await subscriptions(gym))["Ana"][0]
    await boss.pay(sold, Decimal(1000))
    with pytest.raises(ImportInUse) as refused:
        await undo(gym, admin)
    assert refused.value.context == {"client": "Ana", "count": 1}
    assert all(one.active for one in await importer.clients())


async def test_a_proof_of_payment_that_waits_keeps_the_plan_that_a_list_has_brought(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan, clock: FrozenClock
) -> None:
    """Rosa was registered before; what she has sent money for came with the list."""
    await importer.imports("Nombre;Cédula\nRosa Vargas;1020304050\n")
    [rosa] = await importer.clients()
    clock.advance(timedelta(minutes=1))
    day = spanish(await today(gym))
    await importer.imports(
        f"Nombre;Cédula;Plan;Inicio;Debe\nRosa Vargas;1020304050;Mensualidad;{day};20.000\n"
    )
    async with gym.unit_of_work(admin) as uow:
        key = await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
    async with gym.unit_of_work(Actor.member(rosa.id, rosa.full_name)) as uow:
        quote = await TransferQuotes(uow).quote(rosa.id, None, key.id)
        sent = SentProof(ProofKind.PICTURE, file_id="file-1", digest="1" * 64)
        proof = await ProofService(uow).send(quote.id, sent)
    with pytest.raises(ImportInUse):
        await undo(gym, admin)
    async with gym.unit_of_work(admin) as uow:
        await ProofService(uow).reject(proof.id, "not on the statement")
    await undo(gym, admin)


async def test_what_was_sold_on_account_keeps_the_import(importer: Importer, gym: Gym, admin: Actor) -> None:
    """She owes for a bottle: deactivated, nobody would ask her for it."""
    await importer.imports("Nombre\nAna Ruiz\n")
    [ana] = await importer.clients()
    async with gym.unit_of_work(admin) as uow:
        account = Account(client_id=ana.id, kind=AccountKind.SALE, balance=Decimal(0), created_at=uow.now)
        uow.session.add(account)
        await uow.session.flush()
        await Ledger(uow).write(account, EntryKind.CHARGE, Decimal(9000))
    with pytest.raises(ImportInUse):
        await undo(gym, admin)


async def test_a_linked_chat_keeps_the_import(importer: Importer, gym: Gym, admin: Actor) -> None:
    await importer.imports("Nombre\nAna Ruiz\n")
    [ana] = await importer.clients()
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.get(Client, ana.id)
        assert found is not None
        found.telegram_id = 4711
    with pytest.raises(ImportInUse):
        await undo(gym, admin)


async def test_what_was_written_on_a_card_since_then_stays(
    importer: Importer, gym: Gym, admin: Actor, boss: DeskClerk
) -> None:
    await boss.client("Rosa")
    await importer.imports("Nombre;Celular\nRosa Vargas;3001110403\n")
    async with gym.unit_of_work(Actor.system()) as uow:
        rosa = (await uow.session.scalars(select(Client))).one()
        rosa.updated_at, rosa.phone = rosa.updated_at.replace(year=2040), "+573001110404"
    await undo(gym, admin)
    assert [one.phone for one in await importer.clients()] == ["+573001110404"]


async def test_packs_come_with_their_visits(importer: Importer, gym: Gym, boss: DeskClerk) -> None:
    await boss.plan(Decimal(50000), DurationUnit.MONTH, 2, name="10 visitas", visits=10)
    await importer.imports(HEAD + f"Ana;10 visitas;{spanish(await today(gym))};;;;\n")
    assert (await subscriptions(gym))["Ana"][0].visits == 10


# Migrating ────────────────────────────────────────────────────────────────────────────────────────────────


def _to(revision: str, connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    (command.upgrade if revision == "head" else command.downgrade)(config, revision)


async def test_an_older_release_knows_what_is_owed_as_a_charge(
    importer: Importer, gym: Gym, monthly: Plan
) -> None:
    """Down and up again on a gym with opening balances: nobody owes more or less."""
    await importer.imports(HEAD + f"Ana;Mensualidad;{spanish(await today(gym))};;;no;\n")
    before = ScriptDirectory.from_config(alembic_config()).get_revision(IMPORTS).down_revision
    await carry_out(gym.database, partial(_to, str(before)))
    async with gym.database.engine.connect() as connection:
        assert list(await connection.scalars(text("SELECT kind FROM ledger_entries"))) == ["charge"]
    await carry_out(gym.database, partial(_to, "head"))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert int(await uow.session.scalar(text("SELECT sum(balance) FROM accounts")) or 0) == 80000
