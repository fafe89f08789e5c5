"""Lists out of address books, forms, attendance registers and other countries, and files that are no list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from bot.desk.importing.words import headings
from bot.ui.screens import HtmlTranslator
from gym.core.reading.conventions import Conventions
from gym.importing.errors import ImportFormatUnknown
from gym.importing.file_reading import read_people
from gym.importing.reading.formats.files import read_sheets
from gym.importing.reading.people import PersonRow, WrittenMembership, YesNoCell
from gym.importing.schemas import ImportChoices
from tests.findings.importing.test_sheets_as_gyms_keep_them import CONVENTIONS, HABITS, shown
from tests.support.importing import Importer
from tests.support.sheets import csv, workbook


def read(data: bytes, region: str = "CO") -> Sequence[PersonRow]:
    conventions = CONVENTIONS if region == "CO" else Conventions("es", country=region, currency="BRL")
    return read_people(data, ImportChoices(), replace(HABITS, region=region), conventions).people


def people(data: bytes, region: str = "CO") -> list[str]:
    return [shown(row) for row in read(data, region)]


def plans(data: bytes, region: str = "CO") -> list[WrittenMembership | None]:
    return [row.membership for row in read(data, region)]


def test_the_answers_of_a_form_bring_plan_last_day_and_a_ticked_box() -> None:
    """A box that is ticked is paid; it used to be read as an amount of 1."""
    answered = datetime(2026, 1, 5, 8, 30)  # noqa: DTZ001  a spreadsheet's days have no zone
    data = workbook(
        [
            ["Marca temporal", "¿Cuál es tu nombre completo?", "Plan", "Pagó", "Fecha próxima de pago"],
            [answered, "Ana Ruiz", "Mensual", True, date(2026, 12, 5)],
            [answered, "Leo Paz", "Mensual", False, date(2026, 12, 15)],
        ]
    )
    assert plans(data) == [
        WrittenMembership("Mensual", ends_on=date(2026, 12, 5), paid=YesNoCell.YES),
        WrittenMembership("Mensual", ends_on=date(2026, 12, 15), paid=YesNoCell.NO),
    ]
    assert people(data)[0] == "2 Ana/Ruiz notes=Marca temporal: 2026-01-05"


def test_a_last_day_is_known_by_its_many_names_and_a_day_due_is_no_debt() -> None:
    for heading in ("Venció", "Vto.", "Vigencia", "Next Billing Date", "Due date", "Próxima fecha de pago"):
        assert plans(csv(f"Nombre;{heading}\nAna Ruiz;5/12/2026\n")) == [
            WrittenMembership(ends_on=date(2026, 12, 5))
        ], heading
    assert plans(csv("Nombre;Balance due\nAna Ruiz;5.000\n")) == [WrittenMembership(owing=Decimal(5000))]
    assert people(csv("Nombre;Vigencia\nAna Ruiz;30 días\nLeo Paz;1 mes\n")) == [
        "2 Ana/Ruiz notes=Vigencia: 30 días",
        "3 Leo/Paz notes=Vigencia: 1 mes",
    ]


def test_a_day_beside_words_is_read_and_one_that_counts_from_another_is_asked() -> None:
    """Nobody knows on which day `hoy` was typed into a list."""
    data = csv(
        "Nombre;Vencimiento\nAna Ruiz;Vence el 5 de diciembre\nEva Mora;venció: 15/11/2026\n"
        "Uma Gil;Vence: hoy\n"
        "Sol Mar;en 3 días\nIda Rey;el viernes\nZoe Ros;VENCIDO\n"
    )
    assert plans(data)[:2] == [
        WrittenMembership(ends_on=date(2026, 12, 5)),
        WrittenMembership(ends_on=date(2026, 11, 15)),
    ]
    assert people(data)[2:] == [
        *(f"{line} Vencimiento: import_day_of_another_day" for line in (4, 5, 6)),
        "7 Vencimiento: day_invalid",
    ]


def test_a_price_behind_a_plan_and_a_place_for_nothing_are_read() -> None:
    data = csv(
        "Nombre;Plan;Valor;Inicio\nAna Ruiz;Mensual $80.000;;5/11/2026\n"
        "Eva Mora;Pareja (150 mil);140000;5/11/2026\n"
        "Uma Gil;Mensual;Cortesía;5/11/2026\nIda Rey;Tiquetera 10;;5/11/2026\nSol Mar;Anual 2026;;5/11/2026\n"
    )
    started = date(2026, 11, 5)
    assert plans(data) == [
        WrittenMembership(
            "Mensual $80.000", started, price=Decimal(80000), plan_name="Mensual", priced_by_plan=True
        ),
        WrittenMembership("Pareja (150 mil)", started, price=Decimal(140000), plan_name="Pareja"),
        WrittenMembership("Mensual", started, price=Decimal(0)),
        WrittenMembership("Tiquetera 10", started),
        WrittenMembership("Anual 2026", started),
    ]


def test_lists_of_mexico_and_brazil_are_read_by_their_own_headings() -> None:
    mexico = csv(
        "Nombre(s),Apellido Paterno,Apellido Materno,CURP,Tel. Celular,Vigencia,Mensualidad,Adeudo\n"
        "JUAN,PEREZ,LOPEZ,PELJ900803HDFRPN09,+52 1 55 1234 5678,25/12/2026,650,150\n"
    )
    assert people(mexico, "MX") == ["2 JUAN/PEREZ LOPEZ IDPELJ900803HDFRPN09 +525512345678"]
    assert plans(mexico) == [
        WrittenMembership(ends_on=date(2026, 12, 25), price=Decimal(650), owing=Decimal(150))
    ]
    brazil = csv(
        "Matrícula;Nome completo;CPF;Telefone;Data de nascimento;Sexo;Endereço;Plano;Valor;Data de início"
        ";Vencimento;Observações\n"
        "101;João da Silva Santos;123.456.789-09;(11) 98765-4321;13/08/1990;Feminino;Rua A, 10;Mensal"
        ";R$ 1.120,50;25/11/2026;25/12/2026;joelho\n",
        "cp1252",
    )
    assert people(brazil, "BR") == [
        "2 João/da Silva Santos CC12345678909 +5511987654321 address=Rua A, 10 birth_date=1990-08-13"
        " gender=female notes=joelho⏎Matrícula: 101"
    ]
    assert plans(brazil, "BR") == [
        WrittenMembership("Mensal", date(2026, 11, 25), date(2026, 12, 25), Decimal("1120.50"))
    ]
    assert people(csv("Nome,Sobrenome,Celular\nAna,Souza,5511912345678\n"), "BR") == [
        "2 Ana/Souza +5511912345678"
    ]


def test_an_address_book_gives_its_numbers_and_a_birthday_without_a_year_is_a_note() -> None:
    """`Mobile` under `Phone 1 - Label` was taken for the number, and every row refused."""
    data = csv(
        "First Name,Last Name,Birthday,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label"
        ",Phone 1 - Value\n"
        "Ana,Ruiz,1990-08-03,* myContacts ::: Gym,* Home,ana@x.co,Mobile,+57 300 111 2271\n"
        "Leo,Paz,--05-12,,,,Mobile,300 111 2272 ::: 300 111 2273\n"
        "Eva,Mora,15 de mayo,,,,,\n"
    )
    assert people(data) == [
        "2 Ana/Ruiz +573001112271 birth_date=1990-08-03 email=ana@x.co tags=mycontacts+gym",
        "3 Leo/Paz +573001112272 notes=Birthday: --05-12⏎Phone 1 - Value: +573001112273",
        "4 Eva/Mora notes=Birthday: 15 de mayo",
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("601 2345678 extensión 123", "+576012345678 notes=Teléfono: ext. 123"),
        ("https://wa.me/573001112297", "+573001112297"),
        (
            "tel: 300-111-2294, fijo 601-234-5679 ext. 4",
            "+573001112294 notes=Teléfono: tel: 300-111-2294, fijo 601-234-5679 ext. 4",
        ),
    ],
)
def test_phones_with_extensions_and_links_to_a_chat(cell: str, expected: str) -> None:
    assert people(csv(f'Nombre;Teléfono\nAna Ruiz;"{cell}"\n')) == [f"2 Ana/Ruiz {expected}"]


def test_a_bare_no_about_health_is_no_warning_unless_it_is_one() -> None:
    """A warning is shown whenever the client comes up; that of most used to say `No`."""
    assert people(csv("Nombre;Lesiones\nAna Ruiz;No\nLeo Paz;rodilla\nEva Mora;sí\n")) == [
        "2 Ana/Ruiz notes=Lesiones: No",
        "3 Leo/Paz warning=rodilla",
        "4 Eva/Mora warning=Lesiones: sí",
    ]
    assert people(csv("Nombre;Apto médico\nAna Ruiz;si\nLeo Paz;no\n")) == [
        "2 Ana/Ruiz notes=Apto médico: si",
        "3 Leo/Paz warning=Apto médico: no",
    ]


def test_a_register_of_attendance_has_its_last_column_and_its_headings_fit_a_message() -> None:
    days = ";".join(
        f"{day} {month}" for month in ("ene", "feb", "mar", "abr", "may", "jun") for day in range(1, 32)
    )
    data = csv(
        f"Nombre;{days};Vence\nAna Ruiz{';X' * 186};25/12/2026\nLeo Paz{';asistió' * 186};25/12/2026\n"
    )
    rows = read(data)
    assert rows[0].membership == WrittenMembership(ends_on=date(2026, 12, 25))
    assert [problem.fault.code for problem in rows[1].problems] == ["import_notes_too_long"]
    found = read_people(data, ImportChoices(), HABITS, CONVENTIONS).columns
    said = headings(HtmlTranslator("es"), found.unknown)
    assert said.startswith("1 ene, 2 ene")
    assert said.endswith("… (+166)")


@pytest.mark.parametrize(
    "data",
    [
        csv("\ufeff<!-- saved --><meta charset=utf-8>\n<table><tr><td>Nombre</td></tr></table>"),
        csv('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook><Data>Nombre</Data>'),
        csv("MIME-Version: 1.0\nX-Document-Type: Workbook\n\n<table><tr><td>Nombre</td></tr></table>"),
        "<html><table><tr><td>Nombre</td></tr></table></html>".encode("utf-16"),
        csv("BEGIN:VCARD\nVERSION:3.0\nFN:Ana Ruiz\nEND:VCARD\n"),
        csv('[{"nombre": "Ana Ruiz", "celular": "3001112291"}]'),
        csv('{\n "clientes": [{"nombre": "Ana Ruiz"}]}'),
    ],
)
def test_pages_contacts_and_programs_data_are_refused_as_what_they_are(data: bytes) -> None:
    """They were asked to write the word Name above a column that they do not have."""
    with pytest.raises(ImportFormatUnknown):
        read_sheets(data)


async def test_a_gym_without_plans_is_told_so_once_a_row_and_a_bad_day_once(importer: Importer) -> None:
    report = await importer.previews(
        csv("Nombre;Plan;Vence\nAna Ruiz;Mensual;25/12/2026\nEva Mora;;25/12/2026\nLeo Paz;Mensual;hoy\n")
    )
    said = [[fault.code for _, fault in row.faults] for row in report.rows]
    assert said == [["import_no_plans"], ["import_no_plans"], ["import_day_of_another_day"]]
