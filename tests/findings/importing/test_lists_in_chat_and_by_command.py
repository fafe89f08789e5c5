"""An admin sends a list, sees how it was read and what would happen, and confirms; or types one command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.desk.importing.words import HELP
from gym.app import Gym
from gym.commands import app
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.importing.errors import DayOrderAsked, ImportFormatUnknown, ImportHasProblems, ImportTooLargeForChat
from gym.security.permissions import Actor, Role
from tests.findings.reading.conftest import Chat
from tests.support.importing import Importer
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sheets import csv, workbook

GOOD = csv("Nombre;Apellido;Documento;Celular\nAna;Ruiz;1020304301;3001110301\nEva;Mora;;\n")
FAULTY = csv("Nombre;Apellido;Celular\nAna;Ruiz;3001110302\nEva;Mora;12\n")


async def names(importer: Importer) -> list[str]:
    return [one.full_name for one in await importer.clients()]


async def test_a_good_list_is_shown_and_imported(chat: Chat, importer: Importer) -> None:
    t = chat.t
    await chat.person.sends_document(GOOD, "clientes.csv")
    shown = await chat.person.sees("clientes.csv")
    assert f"Documento → {t('Document')}" in shown.words
    assert "2. Ana Ruiz · CC 1020304301 · +573001110301" in shown.words
    assert t.plural("➕ {count} new client", "➕ {count} new clients", 2) in shown.words
    assert await names(importer) == [], "nothing before it is confirmed"
    await chat.taps("Import")
    await chat.sees("✅ <b>The list was imported.</b>")
    assert await names(importer) == ["Ana Ruiz", "Eva Mora"]

    await chat.person.sends_document(GOOD, "clientes.csv")
    known = "✔️ {count} registered already; nothing to change"
    await chat.person.sees(t.plural(known, known, 2))


async def test_plans_and_debts_are_named_and_an_import_is_undone(chat: Chat, importer: Importer) -> None:
    t = chat.t
    await chat.clerk.plan(Decimal(80000), name="Mensualidad")
    async with importer.gym.unit_of_work(importer.actor) as uow:
        day = uow.today.strftime("%d/%m/%Y")
    data = csv(f"Nombre;Plan;Fecha de inicio;Debe\nAna Ruiz;Mensualidad;{day};20.000\n")
    await chat.person.sends_document(data, "planes.csv")
    await chat.person.sees(t.plural("🏷 {count} plan is brought forward", "", 1))
    await chat.taps("Import")
    await chat.person.sees("20")
    await chat.person.taps(t("👥 Clients"))
    await chat.sends("Ana Ruiz")
    card = await chat.person.sees("Mensualidad")
    assert "20" in card.words
    await chat.sends("/import")
    await chat.person.taps("planes.csv")
    await chat.taps("↩️ Undo this import", "Yes, undo it")
    await chat.sees("↩️ <b>The import was undone.</b>\n\nMend the list and send it again when you like.")
    [ana] = await importer.clients()
    assert not ana.active


async def test_a_faulty_list_goes_back_and_its_good_rows_are_imported(chat: Chat, importer: Importer) -> None:
    await chat.person.sends_document(FAULTY, "clientes.csv")
    back = await chat.person.sees_document()
    assert back.words == chat.t("Your list with the problem of each row. Mend it and send it again.")
    await chat.sees("If rows have problems, what shall be imported?")
    await chat.taps("All or nothing")
    await chat.person.sees("Eva Mora")
    await chat.taps("Import")
    await chat.sees(
        ImportHasProblems.message,
        count=1,
    )
    assert await names(importer) == []
    await chat.taps("Change", "Rows with problems", "Import the good rows", "Import")
    await chat.sees("Rows with problems were left out. Mend them in the sheet and send it again.")
    assert await names(importer) == ["Ana Ruiz"]


async def test_a_list_of_which_no_row_is_good_is_not_offered_to_be_imported(
    chat: Chat, importer: Importer
) -> None:
    """A gym that moves in has no plans yet, so that every row had a problem: "The list was imported"."""
    await chat.person.sends_document(
        b"Nombre;Plan;Vence\nAna Ruiz;Anual;31/12/2026\nEva Mora;Anual;31/12/2026\n", "socios.csv"
    )
    await chat.person.sees_document()
    await chat.sees("<b>No row can be imported yet.</b> Mend the list and send it again.")
    shown = await chat.person.last()
    assert chat.t("🏷 Plans") in shown.labels
    assert not {chat.t("Import the good rows"), chat.t("All or nothing")} & set(shown.labels)
    assert await names(importer) == []


async def test_what_a_sheet_leaves_open_is_asked(chat: Chat, importer: Importer) -> None:
    data = workbook(
        {
            "Activos": [
                ["Nombre", "Nacimiento", "Talla"],
                ["Ana Ruiz", "3/8/1990", "M"],
                ["Eva Mora", "", ""],
            ],
            "Viejos": [["Nombre"], ["Ida Paz"]],
        }
    )
    await chat.person.sends_document(data, "clientes.xlsx")
    await chat.sees("The file has several sheets with people. Which one?")
    await chat.person.taps("Activos")
    await chat.sees("In {columns} days can be read in two ways. What is 3/8/1990?", columns="Nacimiento")
    await chat.taps("8 March (the month first)")
    await chat.sees(
        "I do not know what these columns hold: {columns}. Keep them in each client's notes?", columns="Talla"
    )
    await chat.taps("Keep as notes", "Import the good rows", "Import")
    await chat.sees("✅ <b>The list was imported.</b>")
    ana, _ = await importer.clients()
    assert (str(ana.birth_date), ana.notes) == ("1990-03-08", "Talla: M")


async def test_what_is_no_list_says_what_to_do(chat: Chat) -> None:
    await chat.person.sends_document(b"%PDF-1.7", "lista.pdf")
    await chat.sees(ImportFormatUnknown.message)
    await chat.sends("/import")
    await chat.sees(HELP)


async def test_a_file_that_telegram_hands_to_no_bot_is_refused_with_the_way_that_is_left(chat: Chat) -> None:
    await chat.person.sends_document(bytes(20 * 1024 * 1024 + 1), "fotos.zip")
    await chat.sees(ImportTooLargeForChat.message)


async def test_an_employee_is_sent_to_an_admin(
    telegram: SandboxClient, make_staff: Callable[[Person, Role], Awaitable[Actor]], desk_bot: object
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends_document(GOOD, "clientes.csv")
    await bruno.sees("lists of members are an admin's to bring in")


# By command ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clock() -> FrozenClock:
    """A command lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


@pytest.mark.live
async def test_one_command_tries_and_imports(
    gym: Gym, importer: Importer, config: Config, tmp_path: Path
) -> None:
    shell = {
        "DATABASE_URL": gym.database.url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
    }
    file, back = tmp_path / "clientes.csv", tmp_path / "back.xlsx"
    file.write_bytes(FAULTY)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["import", str(file), *words], env=shell)
        return done.exit_code, f"{done.stdout}{done.exception or ''}".strip()

    status, said = await asyncio.to_thread(run, "--dry-run", "--json", "--sheet-back", str(back))
    report = json.loads(said)
    assert (status, report["imported"], report["counts"]["made"]) == (0, False, 1)
    assert [problem["code"] for problem in report["rows"][1]["problems"]] == ["phone_invalid"]
    assert [row.outcome.value for row in (await importer.previews(back.read_bytes())).rows] == [
        "made",
        "faulty",
    ]

    status, said = await asyncio.to_thread(run)
    assert (status, "Nothing was imported" in said, "Row 3 Eva Mora: Celular" in said) == (1, True, True)
    assert await names(importer) == []
    status, said = await asyncio.to_thread(run, "--good-rows")
    assert (status, "Imported: 1 made, 1 faulty" in said) == (0, True)
    assert await names(importer) == ["Ana Ruiz"]

    file.write_bytes(csv("Nombre,Nacimiento\nIda Paz,3/8/1990\n"))
    assert DayOrderAsked.message.split("{")[0] in (await asyncio.to_thread(run))[1]
    assert (await asyncio.to_thread(run, "--month-first"))[0] == 0
    assert str((await importer.clients())[1].birth_date) == "1990-03-08"
