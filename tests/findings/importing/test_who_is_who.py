"""Rows and registered clients are one person or two, and nobody is registered twice."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.clients.errors import GuardianNeeded
from gym.core.language import Translator
from gym.core.values.formulas import harmless
from gym.importing.errors import DocumentOfAnother, ImportHasProblems, ProbablyRegistered
from gym.importing.reading.headings import LABELS, column_of
from gym.importing.result_sheet import returned_sheet
from gym.importing.schemas import RowOutcome
from gym.importing.service import ImportService
from gym.notifications.models import NotificationKind
from gym.security.permissions import Actor, NotAllowed
from tests.support.front_desk import Desk
from tests.support.importing import Importer, outcomes

HEAD = "Nombre;Apellido;Documento;Celular;Nacimiento\n"


async def test_a_dry_run_says_the_same_and_keeps_nothing(importer: Importer) -> None:
    sheet = HEAD + "Ana;Ruiz;1020304201;;\nEva;Mora;;12;\nIda;Paz;;;\n"
    tried = await importer.previews(sheet)
    assert outcomes(tried) == ["2 made", "3 faulty phone_invalid", "4 made"]
    assert await importer.clients() == []
    assert outcomes(await importer.imports(sheet)) == outcomes(tried)
    assert [one.full_name for one in await importer.clients()] == ["Ana Ruiz", "Ida Paz"]


async def test_one_faulty_row_keeps_all_out_unless_the_good_ones_are_asked_for(importer: Importer) -> None:
    sheet = HEAD + "Ana;Ruiz;;;\nEva;Mora;;12;\n"
    with pytest.raises(ImportHasProblems) as refused:
        await importer.imports(sheet, good_rows=False)
    assert refused.value.context == {"count": 1}
    assert await importer.clients() == []
    await importer.imports(sheet, good_rows=True)
    assert len(await importer.clients()) == 1


async def test_the_same_file_twice_changes_nothing(importer: Importer, front: Desk) -> None:
    sheet = (
        HEAD + "Ana;Ruiz;1020304202;3001110202;\nAna;Ruiz;;3001110203;\nSukarno;;;;\nEva;Mora;;3001110202;\n"
    )
    first = await importer.imports(sheet)
    assert outcomes(first) == ["2 made", "3 made", "4 made", "5 made"]
    before = [(one.id, one.updated_at) for one in await importer.clients()]
    again = await importer.imports(sheet)
    assert outcomes(again) == ["2 known", "3 known", "4 known", "5 known"]
    assert [(one.id, one.updated_at) for one in await importer.clients()] == before
    assert await front.told(NotificationKind.DESK_CLIENT_REGISTERED) == []


async def test_the_corrected_sheet_makes_no_doubles_and_fills_what_was_empty(importer: Importer) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;;3001110204;\nEva;Mora;;12;\nIda;Paz;;;\n")
    corrected = (
        HEAD + "Ana;Ruíz;1020304204;300 111 0204;\nEva;Mora;;3001110205;\nIda;Paz;;3001110206;3/8/1990\n"
    )
    report = await importer.imports(corrected)
    assert outcomes(report) == ["2 changed", "3 made", "4 changed"]
    ana, ida, eva = await importer.clients()
    assert (ana.document_number, ana.last_name) == ("1020304204", "Ruiz"), "what the gym has stays"
    assert (ida.phone, eva.phone) == ("+573001110206", "+573001110205")
    assert outcomes(await importer.imports(corrected)) == ["2 known", "3 known", "4 known"]


async def test_the_same_person_twice_in_a_list_is_one(importer: Importer) -> None:
    report = await importer.imports(
        HEAD
        + "Ana;Ruiz;1020304207;3001110207;\nANA;RUIZ;1.020.304.207;;\nRuiz;Ana;;3001110207;\nAna;Ruiz;;;\n"
    )
    assert outcomes(report) == ["2 made", "3 repeated", "4 repeated", "5 repeated"]
    assert {row.same_as for row in report.of(RowOutcome.REPEATED)} == {2}
    assert len(await importer.clients()) == 1


async def test_namesakes_and_a_family_with_one_phone_are_several_people(importer: Importer) -> None:
    sheet = HEAD + (
        "Juan;Pérez;;3001110208;\nJuan;Pérez;;3001110209;\nRosa;Pérez;;3001110208;\n"
        "Juan;Pérez;1020304208;;\nJuan;Pérez;1020304209;;\nJuan;Pérez;;3001110208;3/8/1990\n"
    )
    first = outcomes(await importer.imports(sheet))
    assert first[:3] == ["2 made", "3 made", "4 made"]
    assert first[4] == "6 made"


async def test_a_document_under_quite_another_name_is_asked(importer: Importer, front: Desk) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;1020304210;;\n")
    report = await importer.imports(
        HEAD + "Pedro;Gómez;1020304210;;\nUma;Sol;1020304211;;\nLia;Gil;1020304211;;\n"
    )
    assert outcomes(report) == [
        "2 faulty import_document_of_another",
        "3 made",
        "4 faulty import_document_in_row",
    ]
    [(_, fault)] = report.rows[0].faults
    assert isinstance(fault, DocumentOfAnother)
    assert fault.context == {"client": "Ana Ruiz"}


async def test_a_namesake_with_another_phone_is_asked_not_doubled(importer: Importer, front: Desk) -> None:
    await front.registers("Ana", "Ruiz", phone="+573001110212")
    report = await importer.imports(
        HEAD + "Ana;Ruiz;;3001110213;\nAna María;Ruiz;;3001110212;\nAna;Ruiz;;3001110212;3/8/1990\n"
    )
    codes = [[type(fault) for _, fault in row.faults] for row in report.rows]
    assert codes == [[ProbablyRegistered], [ProbablyRegistered], []]
    assert len(await importer.clients()) == 1


async def test_an_old_document_with_zeros_is_the_same_document(
    importer: Importer, gym: Gym, front: Desk
) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;79441214;;\n")
    assert outcomes(await importer.imports(HEAD + "Ana;Ruiz;0079441214;;\n")) == ["2 known"]


async def test_a_child_needs_its_guardian_and_gets_a_date_of_consent(importer: Importer) -> None:
    sheet = "Nombre,Nacimiento,Acudiente\nAna Ruiz,15/3/2014,Rosa Ruiz\nEva Mora,15/3/2014,\n"
    report = await importer.imports(sheet)
    assert [[type(fault) for _, fault in row.faults] for row in report.rows] == [[], [GuardianNeeded]]
    [ana] = await importer.clients()
    assert ana.guardian_consent_at is not None


async def test_the_sheet_goes_back_with_its_problems_and_is_read_again(importer: Importer) -> None:
    sheet = HEAD + "Ana;Ruiz;1020304215;3001110215;\n=cmd;Mora;;12;\n;;;;\nAna;Ruiz;1020304215;;\n"
    for language in ("en", "es"):
        read = await importer.reads(sheet)
        back = returned_sheet(read, await importer.previews(sheet), Translator(language))
        again = await importer.reads(back)
        rows = [[cell.text for cell in row.cells] for row in again.columns.rows]
        t = Translator(language)
        assert rows[0][5] == t("new")
        assert rows[1][0] == "=cmd"
        assert rows[1][6].startswith("Celular: ")
        assert rows[2][5] == t("same person as row {row}", row=2)
        assert outcomes(await importer.previews(back)) == ["2 made", "3 faulty phone_invalid", "4 repeated"]


def test_cells_that_would_run_are_made_text() -> None:
    assert [harmless(text) for text in ("=1+1", "@a", "+x", "-x", "+57 300 111", "-", "Ana")] == [
        "'=1+1",
        "'@a",
        "'+x",
        "'-x",
        "+57 300 111",
        "-",
        "Ana",
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_column_is_read_again_by_the_name_it_is_given(language: str) -> None:
    t = Translator(language)
    assert {column: column_of(t(label)) for column, label in LABELS.items()} == {one: one for one in LABELS}


async def test_only_admins_import(gym: Gym, employee: Actor) -> None:
    importer = Importer(gym, employee)
    read = await importer.reads("Nombre\nAna Ruiz\n")
    async with gym.unit_of_work(employee) as uow:
        with pytest.raises(NotAllowed):
            await ImportService(uow).take_in(read.people, good_rows=True)


async def test_an_import_is_in_the_trail(importer: Importer, front: Desk) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;;;\n")
    [ana] = await importer.clients()
    assert await front.actions(ana.id) == ["client.registered"]


async def test_a_document_that_a_registered_row_fills_is_no_one_elses(importer: Importer) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;;3001110240;\nIda;Paz;;3001110241;\n")
    ana, pedro = "Ana;Ruiz;1020304240;3001110240;\n", "Pedro;Gómez;1020304240;;\n"
    report = await importer.imports(HEAD + ana + pedro)
    assert outcomes(report) == ["2 changed", "3 faulty import_document_in_row"]
    assert [fault.context for _, fault in report.rows[1].faults] == [{"row": 2}]
    assert outcomes(await importer.imports(HEAD + "Ana;Ruiz;1020304240;;\n")) == ["2 known"]


async def test_a_registered_row_is_not_given_the_document_of_a_row_above(importer: Importer) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;;3001110242;\nIda;Paz;;3001110243;\n")
    report = await importer.imports(
        HEAD
        + "Pedro;Gómez;1020304242;;\nAna;Ruiz;1020304242;3001110242;\n"
        + "Ida;Paz;1020304243;3001110243;\nEva;Mora;1020304243;;\n"
    )
    assert outcomes(report) == [
        "2 made",
        "3 faulty import_document_in_row",
        "4 changed",
        "5 faulty import_document_in_row",
    ]


async def test_a_namesake_with_the_document_of_a_registered_row_is_that_row(importer: Importer) -> None:
    await importer.imports(HEAD + "Ana;Ruiz;;3001110244;\n")
    report = await importer.imports(HEAD + "Ana;Ruiz;1020304244;3001110244;\nAna María;Ruiz;1020304244;;\n")
    assert outcomes(report) == ["2 changed", "3 repeated"]
