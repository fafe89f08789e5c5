"""Sheets that grew for years: merged cells, several tables, formulas, footers, words beside numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gym.core.language import Translator
from gym.importing.file_reading import read_people
from gym.importing.reading.people import WrittenMembership, YesNoCell
from gym.importing.reading.remarks import meaning, remarks
from gym.importing.schemas import ImportChoices, ReadSheet
from tests.findings.importing.test_sheets_as_gyms_keep_them import CONVENTIONS, HABITS, shown
from tests.support.raw_sheets import inline, number, raw_workbook, rows
from tests.support.sheets import csv, workbook

SERIAL_1904 = (date(1990, 8, 3) - date(1904, 1, 1)).days


def read(data: bytes, sheet: str = "") -> ReadSheet:
    return read_people(data, ImportChoices(sheet), HABITS, CONVENTIONS)


def people(data: bytes, sheet: str = "") -> list[str]:
    return [shown(row) for row in read(data, sheet).people]


def said(data: bytes, sheet: str = "") -> list[str]:
    found = read(data, sheet)
    return remarks(found.columns, found.others, found.not_read, Translator("en"))


def book(*lines: Sequence[object], merged: Sequence[str] = ()) -> bytes:
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for line in lines:
        sheet.append(list(line))
    for area in merged:
        sheet.merge_cells(area)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


# Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_merged_headings_shared_plans_and_titles_between_people() -> None:
    data = book(
        ["GIMNASIO EL TORO"],
        ["No.", "Nombre y apellidos", "Contacto", None, "Plan"],
        [None, None, "Celular", "Correo", None],
        ["DAMAS"],
        [1, "Ana Ruiz", 3001110801, "ana@example.com", "Familiar"],
        [2, "Luz Ruiz", 3001110802, None, None],
        ["CLUB DEL 2019"],
        [3, "Leo Paz", 3001110803, None, "Mensual"],
        ["Total socios: 3"],
        merged=["A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "A4:E4", "E5:E6", "A7:E7", "A9:E9"],
    )
    assert people(data) == [
        "5 Ana/Ruiz +573001110801 email=ana@example.com notes=Plan: Familiar",
        "6 Luz/Ruiz +573001110802 notes=Plan: Familiar",
        "8 Leo/Paz +573001110803 notes=Plan: Mensual",
    ]
    assert said(data) == [
        "Above the headings: 1 (GIMNASIO EL TORO), 2 (No. Nombre y apellidos Contacto Plan)",
        "Titles: 4 (DAMAS), 7 (CLUB DEL 2019)",
        "Totals and footers: 9 (Total socios: 3)",
    ]


def test_titles_sums_and_a_printers_lines_are_nobody_and_are_said() -> None:
    data = csv(
        "N°;NOMBRES;APELLIDOS;CEDULA;VALOR\n1;ANA;RUIZ;1.020.304.805;80.000\nMOROSOS;;;;\n"
        "2;IDA;PAZ;1.020.304.806;80.000\n;;;;160.000\nTOTAL;;;;160.000\nElaborado por: Marta;;;;\n"
        "Página 1;;;;\n"
    )
    assert people(data) == [
        "2 ANA/RUIZ CC1020304805 notes=VALOR: 80.000",
        "4 IDA/PAZ CC1020304806 notes=VALOR: 80.000",
    ]
    assert said(data) == [
        "Titles: 3 (MOROSOS)",
        "Totals and footers: 5 (160.000), 6 (TOTAL 160.000), 7 (Elaborado por: Marta), 8 (Página 1)",
    ]


def test_sums_of_several_columns_are_nobody() -> None:
    data = csv("Nombre;Valor;Inicio;Pagó\nAna Ruiz;80.000;15/11/2026;50.000\n;80.000;;50.000\n")
    assert people(data) == ["2 Ana/Ruiz"]
    assert said(data) == ["Totals and footers: 3 (80.000 50.000)"]


def test_a_person_with_a_name_alone_stays_a_person() -> None:
    data = csv("Nombre;Celular;Correo\nMadonna;;\nAna Ruiz;3001110807;ana@example.com\nSol Activa;;\n")
    assert people(data) == [
        "2 Madonna/",
        "3 Ana/Ruiz +573001110807 email=ana@example.com",
        "4 Sol/Activa",
    ]


# Tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_of_several_tables_on_a_sheet_is_read_by_its_own_headings() -> None:
    data = csv(
        "ACTIVOS;;;;;;\nNombre;Cédula;Celular;;Nombre;Cédula;Motivo\n"
        "Ana Ruiz;1020304811;3001110811;;Ida Paz;1020304813;Viaje\n"
        "Eva Mora;1020304812;3001110812;;;;\n;;;;;;\n"
        "CONGELADOS;;;;;;\nNombre;Celular;Correo;Notas;;;\nLia Gil;3001110815;lia@example.com;vuelve;;;\n"
    )
    assert people(data) == [
        "3 Ana/Ruiz CC1020304811 +573001110811",
        "4 Eva/Mora CC1020304812 +573001110812",
    ]
    assert list(read(data).others) == ["1–4 E–G", "6–8"]
    assert said(data)[-1] == "Not in this import, send the file again for it: 1–4 E–G, 6–8"
    assert people(data, "1–4 E–G") == ["3 Ida/Paz CC1020304813 notes=Motivo: Viaje"]
    assert people(data, "6–8") == ["8 Lia/Gil +573001110815 email=lia@example.com notes=vuelve"]


def test_a_name_and_twelve_months_are_a_table_with_headings() -> None:
    months = "ENE,FEB,MAR,ABR,MAY,JUN,JUL,AGO,SEP,OCT,NOV,DIC"
    data = csv(f"Nombre,{months}\nAna Ruiz,80,80,,,,,,,,,,\nEva Mora,,80,,,,,,,,,,\n")
    assert people(data) == ["2 Ana/Ruiz notes=ENE: 80⏎FEB: 80", "3 Eva/Mora notes=FEB: 80"]


def test_a_word_of_every_row_is_no_heading() -> None:
    data = csv("Ana Ruiz,Cliente,Oro,A\nEva Mora,Cliente,Plata,B\n")
    assert [line.split(" notes")[0] for line in people(data)] == ["1 Ana/Ruiz", "2 Eva/Mora"]


# Columns ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_members_number_is_kept_as_a_note_and_a_rows_number_is_named() -> None:
    numbers = csv("ID,Nombre,Apellido,Cedula\n1001,Ana,Ruiz,1020304821\n1002,Eva,Mora,1020304822\n")
    codes = csv("Código,Nombre,Apellido\nSOC-01,Ana,Ruiz\nSOC-02,Eva,Mora\n")
    counted = csv("N°,Nombre,Apellido\n1,Ana,Ruiz\n2,Eva,Mora\n")
    assert people(numbers)[0] == "2 Ana/Ruiz CC1020304821 notes=ID: 1001"
    assert people(codes)[0] == "2 Ana/Ruiz notes=Código: SOC-01"
    assert people(counted)[0] == "2 Ana/Ruiz"
    t = Translator("en")
    assert [
        meaning(read(data).columns.columns[0], t, keep_unknown=True) for data in (numbers, codes, counted)
    ] == ["a note", "a note", "row number, left out"]


def test_numbers_under_a_heading_of_names_are_no_names() -> None:
    data = csv("Cliente,Nombre,Apellido\n1001,Ana,Ruiz\n1007,Eva,Mora\n")
    assert people(data) == ["2 Ana/Ruiz notes=Cliente: 1001", "3 Eva/Mora notes=Cliente: 1007"]
    data = csv('Member #,Full Name,Mobile\n12,"Ruiz, Ana",3001110823\n15,"Mora, Eva",3001110824\n')
    assert people(data)[0] == "2 Ana/Ruiz +573001110823 notes=Member #: 12"


def test_surnames_that_stand_first_in_capitals_are_told_by_the_given_names() -> None:
    data = csv(
        "NOMBRE,CEDULA\nRUIZ GOMEZ ANA MARIA,1020304831\nMORA PEREZ EVA,1020304832\nPAZ LEO,1020304833\n"
        "DE LA CRUZ RUIZ JUAN CARLOS,1020304834\n"
    )
    assert [line.rpartition(" ")[0] for line in people(data)] == [
        "2 ANA MARIA/RUIZ GOMEZ",
        "3 EVA/MORA PEREZ",
        "4 LEO/PAZ",
        "5 JUAN CARLOS/DE LA CRUZ RUIZ",
    ]
    usual = csv("Nombre\nAna María Ruiz\nJuan Tomás\nLuis Pablo\nEva Mora\nMaría José\n")
    assert people(usual)[0] == "2 Ana María/Ruiz"


def test_hidden_rows_columns_and_sheets_are_said() -> None:
    lines = rows(inline("Nombre", "Clave"), inline("Ana Ruiz", "C1"), inline("Eva Mora", "C2"), hidden=(2,))
    data = raw_workbook(
        '<cols><col min="2" max="2" hidden="1"/></cols>' + lines,
        rows(inline("Nombre"), inline("Ida Paz")),
        rows(inline("Fecha", "Valor"), number(1) + number(2)),
        hidden=(2,),
    )
    assert people(data) == ["2 Ana/Ruiz notes=Clave: C1", "3 Eva/Mora notes=Clave: C2"]
    assert said(data) == [
        "Hidden rows are read like the others: 2",
        "Hidden columns are read like the others: Clave",
        "Hidden sheets are not read: Hoja2. Show them and send the file again.",
        "Nobody is named there, so it is not read: Hoja3",
    ]


def test_columns_beyond_what_is_read_are_said() -> None:
    head = ",".join(f"Col{place}" for place in range(300))
    data = csv(f"Nombre,{head}\nAna Ruiz,{','.join('x' * 300)}\n")
    assert said(data) == ["Only the first 250 columns are read."]
    assert said(workbook([["Nombre", *range(300)], ["Ana Ruiz", *range(300)]]))[-1:] == [
        "Only the first 250 columns are read."
    ]


# Cells ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_formulas_that_nobody_computed_are_said_and_do_not_hide_a_name() -> None:
    data = workbook(
        [
            ["Nombre", "Apellido", "Nombre completo", "Saldo"],
            ["Ana", "Ruiz", '=A2&" "&B2', "=1-1"],
        ]
    )
    assert people(data) == ["2 Ana/Ruiz"]
    [line] = said(data)
    assert line.startswith("Formulas without a value are read as empty: C2, D2.")


def test_days_as_plain_numbers_of_a_workbook_from_1904() -> None:
    data = raw_workbook(
        rows(inline("Nombre", "Apellido", "Nacimiento"), inline("Ana", "Ruiz") + number(SERIAL_1904)),
        since_1904=True,
    )
    assert people(data) == ["2 Ana/Ruiz birth_date=1990-08-03"]


def test_a_percentage_is_no_price() -> None:
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for line in (["Nombre", "Inicio", "Valor", "Descuento"], ["Ana Ruiz", "15/11/2026", 0.9, 0.125]):
        sheet.append(line)
    sheet["C2"].number_format, sheet["D2"].number_format = "0%", "0.0%"
    data = io.BytesIO()
    made.save(data)
    assert people(data.getvalue()) == ["2 Valor: not_an_amount"]
    sheet["C2"] = 80000
    sheet["C2"].number_format = "0"
    again = io.BytesIO()
    made.save(again)
    assert people(again.getvalue()) == ["2 Ana/Ruiz notes=Descuento: 12.5%"]


@pytest.mark.parametrize(
    ("paid", "owes", "expected"),
    [
        ("✅", "", (YesNoCell.YES, None)),
        ("✔️", "", (YesNoCell.YES, None)),
        ("❌", "", (YesNoCell.NO, None)),
        ("Sí pagó", "", (YesNoCell.YES, None)),
        ("no ha pagado", "80 mil", (YesNoCell.NO, Decimal(80000))),
        ("a paz y salvo", "", (YesNoCell.YES, None)),
        ("abonó 30.000", "debe 50.000", (Decimal(30000), Decimal(50000))),
    ],
)
def test_paid_and_owed_are_read_as_people_write_them(
    paid: str, owes: str, expected: tuple[object, object]
) -> None:
    data = csv(f"Nombre;Plan;Inicio;Valor;Pagó;Debe\nAna Ruiz;Mensual;15/11/2026;80.000;{paid};{owes}\n")
    [row] = read(data).people
    assert row.membership == WrittenMembership(
        "Mensual",
        date(2026, 11, 15),
        None,
        Decimal(80000),
        *expected,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("paid", ["debe 20.000", "50%", "pagó 20.000 y debe 60.000"])
def test_what_may_mean_another_amount_is_asked(paid: str) -> None:
    data = csv(f"Nombre;Plan;Inicio;Valor;Pagó\nAna Ruiz;Mensual;15/11/2026;80.000;{paid}\n")
    assert people(data) == ["2 Pagó: not_an_amount"]


@pytest.mark.parametrize(
    ("cell", "phone", "note"),
    [
        ("3001110841 3001110842", "+573001110841", "+573001110842"),
        ("3001110841-3001110842", "+573001110841", "+573001110842"),
        ("3001110841, mamá 3001110842", "+573001110841", "3001110841, mamá 3001110842"),
        ("300 111 0841 (esposo)", "+573001110841", "300 111 0841 (esposo)"),
        ("Cel: 3001110841 Fijo: 6012345679", "+573001110841", "Cel: 3001110841 Fijo: 6012345679"),
        ("📱 3001110841", "+573001110841", ""),
        ("WhatsApp: 3001110841", "+573001110841", ""),
    ],
)
def test_several_phones_and_words_in_a_cell(cell: str, phone: str, note: str) -> None:
    [line] = people(csv(f'Nombre;Teléfonos\nAna Ruiz;"{cell}"\n'))
    assert line == f"2 Ana/Ruiz {phone}" + (f" notes=Teléfonos: {note}" if note else "")


@pytest.mark.parametrize("cell", ["mamá 3001110841", "3001110841 12345", "300111084", "3001110841 3001110"])
def test_a_phone_that_may_be_anothers_or_is_cut_is_asked(cell: str) -> None:
    assert people(csv(f"Nombre;Celular\nAna Ruiz;{cell}\n")) == ["2 Celular: phone_invalid"]


def test_pictures_beside_a_name_go_into_the_notes_and_lines_within_it_do_not_matter() -> None:
    data = csv('Nombre,Notas\n"⭐ Ana Ruiz ⭐",va en 🚴\n"Eva\nMora",\n')
    assert people(data) == [
        "2 Ana/Ruiz notes=va en 🚴⏎Nombre: ⭐ Ana Ruiz ⭐",
        "3 Eva/Mora",
    ]
