"""Reports through the real bot: two taps to a report, from a figure to its receipt, as files; employees'
own day.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, gym: Gym) -> Person:
    person = await telegram.person("Ana")
    await a_day(DeskClerk(gym, await make_staff(person, Role.ADMIN)))
    return person


async def a_day(desk: DeskClerk) -> None:
    rosa, otto, plan = await desk.client("Rosa"), await desk.client("=Otto"), await desk.plan()
    await desk.pay(await desk.sell(rosa, plan))
    await desk.pay(await desk.sell(otto, plan), Decimal(90000))


async def test_a_figure_is_two_taps_from_home_and_its_receipt_three_more(ana: Person) -> None:
    await ana.sends("/start")
    await ana.taps("📊 Reports")
    await ana.sees("$240,000 received this month")
    await ana.taps("💵 Money")
    await ana.sees("Received: $240,000")
    await ana.sees("Billed: $300,000")
    await ana.sees("less payments voided and refunds handed out")
    await ana.taps("By method")
    await ana.sees("Cash: Payments 2, Received $240,000, Net $240,000")
    await ana.taps("$240,000 · Cash")
    await ana.sees("2 rows, $240,000")
    await ana.taps("$150,000 · 3 Aug · Rosa Vargas · Payment")
    await ana.sees("Receipt № 1")


async def test_other_days_are_a_tap_or_typed(ana: Person) -> None:
    await ana.sends("/start")
    await ana.taps("📊 Reports")
    await ana.taps("💵 Money")
    await ana.taps("🗓 Last month")
    await ana.sees("Last month: 1 Jul – 31 Jul")
    await ana.sees("Received: $0")
    await ana.taps("🗓 From – to")
    await ana.sends("30 July")
    await ana.sends("today")
    await ana.sees("30 Jul – 3 Aug")
    await ana.sees("Received: $240,000")


async def test_a_report_leaves_as_a_workbook_and_as_csv(
    ana: Person, telegram: SandboxClient, gym: Gym
) -> None:
    await ana.sends("/start")
    await ana.taps("📊 Reports")
    await ana.taps("💵 Money")
    await ana.taps("📄 As a spreadsheet")
    sent = await ana.sees_document()
    assert sent.file_name == "money-2026-08-01-2026-08-03.xlsx"
    assert sent.document_url is not None
    book = load_workbook(io.BytesIO(await telegram.download(sent.document_url)), data_only=True)
    assert book.sheetnames[:3] == ["Summary", "By day", "By method"]
    assert book["By method"]["F3"].value == 240000
    await ana.taps("CSV")
    packed = await ana.sees_document()
    assert packed.file_name == "money-2026-08-01-2026-08-03.zip"
    assert packed.document_url is not None
    with zipfile.ZipFile(io.BytesIO(await telegram.download(packed.document_url))) as archive:
        text = archive.read("money-2026-08-01-2026-08-03-method.csv").decode("utf-8-sig")
    heads, cash = csv.reader(io.StringIO(text))
    assert heads == ["Method", "Payments", "Received", "Voided", "Refunded", "Net"]
    assert cash == ["Cash", "2", "240000.00", "0.00", "0.00", "240000.00"]


async def test_an_employee_sees_the_own_day_and_takes_no_file_along(
    ana: Person, telegram: SandboxClient, make_staff: Hire, gym: Gym
) -> None:
    bruno = await telegram.person("Bruno")
    desk = DeskClerk(gym, await make_staff(bruno, Role.EMPLOYEE))
    await desk.pay(await desk.sell(await desk.client("Eva"), await desk.plan(name="Gold")), Decimal(1000))
    await bruno.sends("/start")
    await bruno.taps("📊 Reports")
    await bruno.taps("💵 Money")
    await bruno.sees("Received: $1,000")
    shown = (await bruno.last()).labels
    assert "By method" in shown
    assert not {"📄 As a spreadsheet", "CSV", "🗓 From – to"} & set(shown)
