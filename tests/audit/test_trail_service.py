"""The audit is searched by person, client, kind and day, and says what a change changed, in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Enum, func, select

from gym.app import Gym
from gym.audit.actions import ACTIONS, TrailKind
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.core.language import Translator
from gym.exporting.tables import TABLES
from gym.importing.schemas import RowOutcome
from gym.privacy.erasure import ErasureService
from gym.privacy.words.labels import HIDDEN, LABELS
from gym.privacy.words.terms import TERMS, WORDED
from gym.reports.trail import words
from gym.reports.trail.schemas import GYM_ITSELF, TrailPage, TrailQuery, TrailRow
from gym.reports.trail.service import VIEWED, TrailService
from gym.security.permissions import Actor, NotAllowed
from gym.staff.service import StaffService
from gym.tables import METADATA
from tests.support.front_desk import statements
from tests.support.memberships import DeskClerk

MOST_QUERIES: Final = 6
GYM: Final = Path(__file__).parents[2] / "gym"


async def look(gym: Gym, actor: Actor, query: TrailQuery | None = None, number: int = 0) -> TrailPage:
    async with gym.unit_of_work(actor) as uow:
        return await TrailService(uow).page(query or TrailQuery(), number)


async def looks(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        seen = select(func.count()).where(AuditEntry.action == VIEWED)
        return await uow.session.scalar(seen) or 0


def row_of(page: TrailPage, action: str) -> TrailRow:
    return next(row for row in page.rows if row.action == action)


async def test_a_change_says_what_it_was_and_is(gym: Gym, admin: Actor, berta: Client) -> None:
    page = await look(gym, admin, TrailQuery(client_id=berta.id, kind=TrailKind.CLIENTS))
    changed = row_of(page, "client.changed")
    assert (changed.actor, changed.subject, page.subject) == ("Ana Admin", "Berta Vargas", "Berta Vargas")
    assert list(words.change_lines(Translator("en"), changed)) == ["Phone: +573001234567 → +573109876543"]
    assert list(words.change_lines(Translator("es"), changed)) == ["Teléfono: +573001234567 → +573109876543"]
    assert words.title(Translator("es"), changed.action) == "cambió los datos"
    page = await look(gym, admin, TrailQuery(client_id=berta.id, kind=TrailKind.MONEY))
    paid = row_of(page, "ledger.payment")
    assert paid.subject == "Berta Vargas"
    assert "Amount: $150,000" in list(words.change_lines(Translator("en"), paid))
    assert "Method used: Cash" in list(words.change_lines(Translator("en"), paid))
    settings = {"grace_days": 3}
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings(settings)
    changed = row_of(await look(gym, admin), "settings.changed")
    assert [line.partition(": ")[2] for line in words.change_lines(Translator("en"), changed)] in (
        ["0 → 3"],
        ["3"],
    )


async def test_rows_are_found_by_person_client_kind_and_day(
    gym: Gym, admin: Actor, employee: Actor, berta: Client, clock: FrozenClock
) -> None:
    clock.advance(timedelta(days=1))
    desk = DeskClerk(gym, employee)
    otto = await desk.client("Otto")
    await desk.sell(otto, await desk.plan(name="Other"))
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.audit("backup.asked", ("backups", None))
        today = uow.today

    async def actions(query: TrailQuery) -> set[str]:
        async with gym.unit_of_work(admin) as uow:
            return {row.action for row in await TrailService(uow).rows(query, 100)} - {VIEWED}

    assert await actions(TrailQuery(by=employee.id)) == {"ledger.charge", "subscription.sold"}
    assert await actions(TrailQuery(by=GYM_ITSELF)) == {"backup.asked"}
    assert "client.registered" in await actions(TrailQuery(client_id=berta.id))
    assert await actions(TrailQuery(client_id=otto.id)) == {"ledger.charge", "subscription.sold"}
    plans = await actions(TrailQuery(kind=TrailKind.PLANS))
    assert "subscription.sold" in plans
    assert not {action for action in plans if not action.startswith("subscription.")}
    assert await actions(TrailQuery(day=today)) == {"ledger.charge", "subscription.sold", "backup.asked"}
    yesterday = TrailQuery(by=admin.id, day=today - timedelta(days=1), kind=TrailKind.CLIENTS)
    assert await actions(yesterday) == {"client.registered", "client.changed"}


async def test_pages_have_eight_rows_in_few_queries(gym: Gym, admin: Actor, berta: Client) -> None:
    async with gym.unit_of_work(admin) as uow:
        for number in range(20):
            uow.audit("job.run", ("job_runs", None), None, {"job": "x", "count": number})
    with statements(gym) as seen:
        first = await look(gym, admin, TrailQuery(by=admin.id))
    assert len(seen) <= MOST_QUERIES, seen
    assert len(first.rows) == 8
    second = await look(gym, admin, TrailQuery(by=admin.id), 1)
    assert {row.id for row in first.rows}.isdisjoint({row.id for row in second.rows})
    assert (await look(gym, admin, TrailQuery(by=admin.id), 99)).number == first.pages - 1


async def test_a_look_is_recorded_once_and_turning_pages_is_the_same_look(
    gym: Gym, admin: Actor, berta: Client, clock: FrozenClock
) -> None:
    await look(gym, admin)
    await look(gym, admin, number=1)
    assert await looks(gym) == 1
    await look(gym, admin, TrailQuery(client_id=berta.id))
    assert await looks(gym) == 2
    clock.advance(timedelta(minutes=11))
    await look(gym, admin)
    assert await looks(gym) == 3


async def test_only_admins_look(gym: Gym, employee: Actor, berta: Client) -> None:
    with pytest.raises(NotAllowed):
        await look(gym, employee)
    with pytest.raises(NotAllowed):
        await look(gym, Actor.member(berta.id, "Berta"))


async def test_of_an_erased_client_the_rows_stay_and_say_so(
    gym: Gym, admin: Actor, berta: Client, clock: FrozenClock
) -> None:
    mine = TrailQuery(client_id=berta.id, kind=TrailKind.CLIENTS)
    async with gym.unit_of_work(Actor.member(berta.id, "Berta Vargas")) as uow:
        await ErasureService(uow).ask(berta.id)
    asked = row_of(await look(gym, admin, mine), "client.erasure_asked")
    assert asked.actor == "Berta Vargas"
    clock.advance(timedelta(days=1))
    async with gym.unit_of_work(Actor.system()) as uow:
        await ErasureService(uow).carry_out_due()
    page = await look(gym, admin, mine)
    t = Translator("es")
    assert {words.subject(t, row) for row in page.rows} == {"un cliente borrado"}
    assert words.actor(t, row_of(page, "client.erasure_asked")) == "un cliente borrado"
    changed = row_of(page, "client.changed")
    assert changed.erased
    assert list(words.change_lines(t, changed)) == []
    assert "Vargas" not in str(page)


async def test_what_somebody_typed_is_no_markup(gym: Gym, admin: Actor, berta: Client) -> None:
    from bot.desk.admin.audit.wording import row_text
    from bot.ui.screens import HtmlTranslator

    async with gym.unit_of_work(admin) as uow:
        await ClientService(uow).edit(berta.id, ClientChanges(notes="<b>" + "x" * 300))
    page = await look(gym, admin, TrailQuery(client_id=berta.id, kind=TrailKind.CLIENTS))
    said = row_text(HtmlTranslator("en"), row_of(page, "client.changed"))
    assert "&lt;b&gt;x" in said
    assert len(said) < 300


def test_every_action_that_the_code_writes_has_words() -> None:
    written = {
        action
        for path in GYM.rglob("*.py")
        for action in re.findall(r'audit(?:_changes)?\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text())
    }
    assert len(written) > 70
    assert sorted(written - ACTIONS.keys()) == []


def test_every_value_that_the_code_writes_down_has_a_label() -> None:
    """By the dicts in the calls, or given a name just before; ids are shown by whose they are."""
    keys = {key for path in GYM.rglob("*.py") for key in _kept_keys(ast.parse(path.read_text()))}
    assert len(keys) > 50
    known = LABELS.keys() | HIDDEN | {"check_in"}
    assert sorted(key for key in keys if key not in known and not key.endswith("_id")) == []


def _kept_keys(module: ast.Module) -> Iterator[str]:
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = {
            target.id: one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and isinstance(one.value, ast.Dict)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", None) == "audit":
                for given in [*call.args, *(keyword.value for keyword in call.keywords)]:
                    value = named.get(given.id, given) if isinstance(given, ast.Name) else given
                    for one in ast.walk(value):
                        keys = one.keys if isinstance(one, ast.Dict) else []
                        yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))


def test_the_report_that_somebody_took_along_is_named() -> None:
    for language, shown in (("en", "💵 Money"), ("es", "💵 Dinero")):
        assert words.show_value(Translator(language), "report", "money") == shown


def test_every_value_of_a_client_has_a_label() -> None:
    from gym.clients.fields.table import CLIENT_FIELDS

    assert {column for row in CLIENT_FIELDS.values() for column in row.columns} <= LABELS.keys()


def test_every_count_of_an_import_has_a_label() -> None:
    assert {outcome.value for outcome in RowOutcome} <= LABELS.keys()


def test_every_table_that_was_read_back_out_of_an_export_has_a_label() -> None:
    assert sorted({table.name for table in TABLES} - LABELS.keys()) == []


NEVER_KEPT = {"backups", "broadcasts", "one_time_links", "gym_state", "admin_candidates"}
"""Tables whose states the trail says in its actions."""


def test_every_word_of_the_program_that_a_row_may_keep_is_said_in_words() -> None:
    unsaid = {
        f"{table.name}.{column.name}: {value}"
        for table in METADATA.tables.values()
        if table.name not in NEVER_KEPT
        for column in table.columns
        if column.name in WORDED and isinstance(column.type, Enum)
        for value in column.type.enums
        if value not in TERMS
    }
    assert sorted(unsaid) == []


def test_every_column_that_may_change_has_a_label() -> None:
    """Of the rows whose changes are kept as a whole."""
    silent = {"id", "created_by", "sold_by"}
    changing = ("clients", "desk_chats", "freezes", "payment_keys", "plans", "products", "subscriptions")
    names = {column.name for table in changing for column in METADATA.tables[table].columns}
    names -= LABELS.keys() | HIDDEN | silent
    assert sorted(name for name in names if not name.endswith(("_id", "staff_name", "average_cost"))) == []


async def test_each_kind_is_planned_for_its_own_actions(gym: Gym, admin: Actor) -> None:
    """A plan that was made for any kind of act reads a million rows to find a rare one."""
    with statements(gym) as seen:
        await look(gym, admin, TrailQuery(kind=TrailKind.MONEY))
    searches = [one for one in seen if "FROM audit_entries e" in one]
    assert len(searches) == 2
    assert all("'ledger.payment'" in one for one in searches), searches
