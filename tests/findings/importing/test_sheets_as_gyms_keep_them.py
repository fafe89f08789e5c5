"""Every sheet is read as the person who kept it meant it, or says which row and why."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from gym.clients.fields.parsers import ParseContext
from gym.clients.fields.phones import examples
from gym.core.reading.conventions import Conventions
from gym.importing.errors import (
    ImportFormatUnknown,
    ImportNamesMissing,
    ImportTooHeavy,
    ImportTooLarge,
    ImportUnreadable,
)
from gym.importing.reading.columns import ColumnMap, map_columns
from gym.importing.reading.day_orders import DayOrder
from gym.importing.reading.formats import files, workbook
from gym.importing.reading.formats.files import read_sheets
from gym.importing.reading.formats.sheets import Sheet
from gym.importing.reading.headings import Column
from gym.importing.reading.people import PersonRow, WrittenMembership, YesNoCell
from gym.importing.reading.rows import RowReader
from tests.support import sheets as made

HABITS = ParseContext("CO", date(2026, 11, 29))
CONVENTIONS = Conventions("es")
HEAD = "Nombre,Apellido,Documento,Celular\n"
SHEETS: dict[str, tuple[bytes, list[str]]] = {
    "semicolons, a byte order mark and Windows lines": (
        made.csv(
            "Nombre;Apellido;Documento;Celular\r\nMaría;Peña;1.020.304.101;300 111 0101\r\n", "utf-8-sig"
        ),
        ["2 María/Peña CC1020304101 +573001110101"],
    ),
    "commas, as Google Sheets writes": (
        made.csv(HEAD + "Ana,Ruiz,1020304102,3001110102\n"),
        ["2 Ana/Ruiz CC1020304102 +573001110102"],
    ),
    "Excel's own first line": (
        made.csv("sep=;\r\nNombre;Apellido\r\nAna;Ruiz\r\n"),
        ["2 Ana/Ruiz"],
    ),
    "Excel's own first line for tabs": (made.csv("sep=\t\nNombre\tApellido\nAna\tRuiz\n"), ["2 Ana/Ruiz"]),
    "tabs": (made.csv("Nombre\tApellido\tDocumento\nAna\tRuiz\t1020304103\n"), ["2 Ana/Ruiz CC1020304103"]),
    "pipes": (made.csv("Nombre|Apellido|Cédula\nAna|Ruiz|1020304104\n"), ["2 Ana/Ruiz CC1020304104"]),
    "Windows-1252": (
        made.csv("Nombre;Apellido;Dirección\nJosé;Núñez;Cra 7 nº 12\n", "cp1252"),
        ["2 José/Núñez address=Cra 7 nº 12"],
    ),
    "an old Macintosh's letters and lines": (
        made.csv(
            "Nombre,Apellido,Dirección\rJosé,Núñez,Av. Boyacá\rMaría,Peña,Calle 80 número 5\r", "mac_roman"
        ),
        ["2 José/Núñez address=Av. Boyacá", "3 María/Peña address=Calle 80 número 5"],
    ),
    "Cyrillic letters of an old Windows": (
        made.csv("Nombre;Apellido\nИван;Петров\nМария;Сидорова\nОльга;Кузнецова\n", "cp1251"),
        ["2 Иван/Петров", "3 Мария/Сидорова", "4 Ольга/Кузнецова"],
    ),
    "DOS letters": (
        made.csv("Nombre;Apellido;Dirección\nJosé;Núñez;Av. Boyacá\nMaría;Peña;Calle 80 número 5\n", "cp850"),
        ["2 José/Núñez address=Av. Boyacá", "3 María/Peña address=Calle 80 número 5"],
    ),
    "UTF-16 with its mark": (
        made.csv("Nombre\tApellido\r\nJosé\tNúñez\r\n", "utf-16"),
        ["2 José/Núñez"],
    ),
    "UTF-16 without its mark": (
        made.csv("Nombre;Apellido\r\nJosé;Núñez\r\n", "utf-16-le"),
        ["2 José/Núñez"],
    ),
    "one bad byte spoils its own cell": (
        made.csv("Nombre,Apellido\nMaría,Peña\nIván,Ruiz\n") + b"Jos\xe9,Mora\n" + made.csv("Ana,Gómez\n"),
        ["2 María/Peña", "3 Iván/Ruiz", "4 Nombre: import_letters_lost", "5 Ana/Gómez"],
    ),
    "titles, a date and empty rows above and between": (
        made.csv(
            "GIMNASIO EL TORO,,,\nListado de clientes,,,\nActualizado: 12/03/2026,,,\n,,,\n"
            + HEAD
            + "Ana,Ruiz,1020304105,3001110105\n,,,\n\nEva,Mora,1020304106,\nTOTAL,2,,\n"
        ),
        ["6 Ana/Ruiz CC1020304105 +573001110105", "9 Eva/Mora CC1020304106"],
    ),
    "headings printed again on every page": (
        made.csv("Nombre,Apellido\nAna,Ruiz\nNombre,Apellido\nEva,Mora\n"),
        ["2 Ana/Ruiz", "4 Eva/Mora"],
    ),
    "no headings": (
        made.csv("Ana,Ruiz,1020304107,3001110107\nEva,Mora,1020304108,3001110108\n"),
        ["1 Ana/Ruiz CC1020304107 +573001110107", "2 Eva/Mora CC1020304108 +573001110108"],
    ),
    "no headings, whole names and row numbers": (
        made.csv(
            "1;Ana Ruiz Gómez;3001110109;ana@example.com\n2;Eva María Mora;3001110110;eva@example.com\n"
        ),
        [
            "1 Ana/Ruiz Gómez +573001110109 email=ana@example.com",
            "2 Eva María/Mora +573001110110 email=eva@example.com",
        ],
    ),
    "only names, one a line": (made.csv("Ana Ruiz\nEva Mora\n"), ["1 Ana/Ruiz", "2 Eva/Mora"]),
    "one column for the whole name": (
        made.csv("Nombre completo,Documento\nAna María Ruiz Gómez,1020304111\nJuan de la Cruz,1020304112\n"),
        ["2 Ana María/Ruiz Gómez CC1020304111", "3 Juan/de la Cruz CC1020304112"],
    ),
    "Nombre alone is the whole name": (
        made.csv("Nombre;Celular\nAna Ruiz;3001110113\nMadonna;3001110114\n"),
        ["2 Ana/Ruiz +573001110113", "3 Madonna/ +573001110114"],
    ),
    "surnames first": (
        made.csv("Apellidos y Nombres;Cédula\nRuiz Gómez Ana María;1020304115\nMora, Eva;1020304116\n"),
        ["2 Ana María/Ruiz Gómez CC1020304115", "3 Eva/Mora CC1020304116"],
    ),
    "two columns of names and two of surnames": (
        made.csv(
            "Primer nombre,Segundo nombre,Primer apellido,Segundo apellido\n"
            "Ana,María,Ruiz,Gómez\nEva,,Mora,\n"
        ),
        ["2 Ana María/Ruiz Gómez", "3 Eva/Mora"],
    ),
    "row numbers are no documents": (
        made.csv("N°,Nombre,Apellido,Cedula\n1,Ana,Ruiz,1020304117\n2,Eva,Mora,1020304118\n"),
        ["2 Ana/Ruiz CC1020304117", "3 Eva/Mora CC1020304118"],
    ),
    "a member's number is no document": (
        made.csv("id,First Name,Last Name,Phone\n1001,Ana,Ruiz,3001110119\n1002,Eva,Mora,3001110120\n"),
        ["2 Ana/Ruiz +573001110119 notes=id: 1001", "3 Eva/Mora +573001110120 notes=id: 1002"],
    ),
    "ID above documents": (
        made.csv("ID,Nombre,Apellido\n1020304121,Ana,Ruiz\n79441122,Eva,Mora\n"),
        ["2 Ana/Ruiz CC1020304121", "3 Eva/Mora CC79441122"],
    ),
    "English headings in another order": (
        made.csv(
            "E-mail,Mobile phone,Last name,First name,Date of birth\n"
            "a@example.com,3001110122,Ruiz,Ana,1990-08-03\n"
        ),
        ["2 Ana/Ruiz +573001110122 birth_date=1990-08-03 email=a@example.com"],
    ),
    "capital headings with invisible signs": (
        made.csv("NOMBRE\u00a0,APELLIDO \u200b,* No. DOCUMENTO:\nAna,Ruiz,1020304123\n"),
        ["2 Ana/Ruiz CC1020304123"],
    ),
    "a second, empty phone column": (
        made.csv("Nombre,Apellido,Celular,Teléfono\nAna,Ruiz,3001110124,\nEva,Mora,,6012345678\n"),
        ["2 Ana/Ruiz +573001110124", "3 Eva/Mora +576012345678"],
    ),
    "an empty phone column before the filled one": (
        made.csv("Nombre,Apellido,Teléfono,Celular\nAna,Ruiz,,3001110125\n"),
        ["2 Ana/Ruiz +573001110125"],
    ),
    "two phones": (
        made.csv("Nombre,Apellido,Celular,Tel. fijo\nAna,Ruiz,3001110126,6012345678\n"),
        ["2 Ana/Ruiz +573001110126 notes=Tel. fijo: +576012345678"],
    ),
    "two numbers in a cell, an extension, a number from abroad": (
        made.csv(
            "Nombre,Apellido,Celular\nAna,Ruiz,3001110127 / 3001110128\nEva,Mora,(601) 234-5678 ext. 12\n"
            "Ida,Paz,0057 300 111 0129\nUma,Sol,2345678\n"
        ),
        [
            "2 Ana/Ruiz +573001110127 notes=Celular: +573001110128",
            "3 Eva/Mora +576012345678 notes=Celular: ext. 12",
            "4 Ida/Paz +573001110129",
            "5 Celular: phone_invalid",
        ],
    ),
    "numbers that Excel shortened": (
        made.csv(HEAD + "Ana,Ruiz,1020304130,3.00E+09\nEva,Mora,1.02E+09,3001110131\nIda,Paz,1.02E9,3E+09\n"),
        [
            "2 Celular: import_number_shortened",
            "3 Documento: import_number_shortened",
            "4 Documento: import_number_shortened, Celular: import_number_shortened",
        ],
    ),
    "numbers kept as text by a formula or an apostrophe": (
        made.csv(HEAD + 'Ana,Ruiz,"=""1020304132""","=""3001110132"""\nEva,Mora,\'1020304133,\'3001110133\n'),
        ["2 Ana/Ruiz CC1020304132 +573001110132", "3 Eva/Mora CC1020304133 +573001110133"],
    ),
    "documents with dots, zeros and a spreadsheet's decimals": (
        made.csv(
            "Nombre;Apellido;Documento\nAna;Ruiz;1.020.304.134\nEva;Mora;0079441135\nIda;Paz;1020304136.0\n"
        ),
        ["2 Ana/Ruiz CC1020304134", "3 Eva/Mora CC79441135", "4 Ida/Paz CC1020304136"],
    ),
    "types of documents in words": (
        made.csv(
            "Nombre,Apellido,Tipo documento,Documento\nAna,Ruiz,Cédula de ciudadanía,1020304137\n"
            "Eva,Mora,PPT,1234138\nIda,Paz,Pasaporte,AB1234139\nUma,Sol,NIT,900123140\nLia,Gil,,CE 345141\n"
        ),
        [
            "2 Ana/Ruiz CC1020304137",
            "3 Eva/Mora PPT1234138",
            "4 Ida/Paz PPAB1234139",
            "5 Documento: document_invalid",
            "6 Lia/Gil CE345141",
        ],
    ),
    "what people write for nothing": (
        made.csv(
            "Nombre,Apellido,Documento,Celular,Correo\n"
            "Ana,Ruiz,N/A,-,NULL\nEva,Mora,0,0,no tiene\nIda,Paz,x,S/N,.\n"
        ),
        ["2 Ana/Ruiz", "3 Eva/Mora", "4 Ida/Paz"],
    ),
    "notes of several lines": (
        made.csv('Nombre,Apellido,Notas\nAna,Ruiz,"línea 1\nlínea 2"\nEva,Mora,bien\n'),
        ["2 Ana/Ruiz notes=línea 1⏎línea 2", "3 Eva/Mora notes=bien"],
    ),
    "quotes within quotes": (
        made.csv('Nombre,Apellido,Apodo\nAna,Ruiz,"El "Toro""\nEva,Mora,"La ""Flaca"""\nIda,"Paz, Gil",Ia\n'),
        ['2 Ana/Ruiz alias=El "Toro"', '3 Eva/Mora alias=La "Flaca"', "4 Ida/Paz, Gil alias=Ia"],
    ),
    "a quote that is never closed": (
        made.csv('Nombre,Apellido,Documento\n"Ana,Ruiz,1020304142\nEva,Mora,1020304143\n'),
        ["2 Ana/Ruiz CC1020304142", "3 Eva/Mora CC1020304143"],
    ),
    "H for men makes M a woman": (
        made.csv("Nombre,Apellido,Sexo\nAna,Ruiz,M\nLeo,Mora,H\n"),
        ["2 Ana/Ruiz gender=female", "3 Leo/Mora gender=male"],
    ),
    "M beside F is a man": (
        made.csv("Nombre,Apellido,Sexo\nAna,Ruiz,F\nLeo,Mora,M\n"),
        ["2 Ana/Ruiz gender=female", "3 Leo/Mora gender=male"],
    ),
    "a child and its guardian": (
        made.csv(
            "Nombre,Apellido,Nacimiento,Nombre del acudiente\n"
            "Ana,Ruiz,15/3/2014,Rosa Ruiz\nEva,Mora,15/3/2014,\n"
        ),
        ["2 Ana/Ruiz birth_date=2014-03-15 guardian_name=Rosa Ruiz", "3 : guardian_needed"],
    ),
    "emergency, address, tags, a medical remark and a column that nobody knows": (
        made.csv(
            "Nombre,Apellido,Contacto de emergencia,Tel. emergencia,Barrio,Etiquetas,Alergias,Dirección\n"
            'Ana,Ruiz,Rosa,3001110144,Chapinero,"VIP, mañana",Penicilina,Cra 7 # 12-34\n'
        ),
        [
            "2 Ana/Ruiz address=Cra 7 # 12-34 emergency_contact=Rosa 3001110144 notes=Barrio: Chapinero"
            " tags=vip+mañana warning=Penicilina"
        ],
    ),
    "days as numbers, with hours, in words": (
        made.csv(
            "Nombre,Apellido,Fecha nac.\n"
            "Ana,Ruiz,33088\nEva,Mora,3/8/1990 0:00:00\nIda,Paz,3 de agosto de 1990\n"
            "Uma,Sol,31/08/90\nLia,Gil,31/02/1990\n"
        ),
        [
            "2 Ana/Ruiz birth_date=1990-08-03",
            "3 Eva/Mora birth_date=1990-08-03",
            "4 Ida/Paz birth_date=1990-08-03",
            "5 Uma/Sol birth_date=1990-08-31",
            "6 Fecha nac.: birth_date_invalid",
        ],
    ),
    "the month first where the column says so": (
        made.csv("Name,Surname,Birthday\nAna,Ruiz,08/31/1990\nEva,Mora,08/03/1990\n"),
        ["2 Ana/Ruiz birth_date=1990-08-31", "3 Eva/Mora birth_date=1990-08-03"],
    ),
    "a workbook with numbers and days": (
        made.workbook(
            [
                ["Nombre", "Apellido", "Documento", "Celular", "Nacimiento"],
                ["Ana", "Ruiz", 1020304145, 3001110145, date(1990, 8, 3)],
                ["Eva", "Mora", 79441146.0, 3001110146.0, 33088],
                ["Ida", "Paz", "1020304147", 1e20, "#REF!"],
            ]
        ),
        [
            "2 Ana/Ruiz CC1020304145 +573001110145 birth_date=1990-08-03",
            "3 Eva/Mora CC79441146 +573001110146 birth_date=1990-08-03",
            "4 Celular: import_number_shortened, Nacimiento: import_formula_failed",
        ],
    ),
    "a workbook with a title, empty rows and columns": (
        made.workbook(
            [
                ["Clientes activos"],
                [],
                [None, "Nombre y apellido", None, "Teléfono"],
                [None, "Ana Ruiz", None, 3001110148],
                [],
                [None, "Eva Mora", None, None],
            ]
        ),
        ["4 Ana/Ruiz +573001110148", "6 Eva/Mora"],
    ),
    "a sheet that came back with its problems": (
        made.csv("Nombre,Apellido,Celular,Problema\nAna,Ruiz,3001110149,Celular: eso no es un teléfono\n"),
        ["2 Ana/Ruiz +573001110149"],
    ),
}


def mapped(data: bytes) -> ColumnMap:
    return map_columns(read_sheets(data)[0], HABITS)


def people(data: bytes) -> Sequence[PersonRow]:
    return RowReader(mapped(data), HABITS, CONVENTIONS).people()


def shown(row: PersonRow) -> str:
    """`line first/last DOCUMENT phone other=…`, or what is wrong with its cells."""
    if row.person is None:
        return f"{row.line} " + ", ".join(f"{one.heading}: {one.fault.code}" for one in row.problems)
    one = row.person
    parts = [f"{row.line} {one.first_name}/{one.last_name}"]
    parts += [f"{one.document.type}{one.document.number}"] if one.document else []
    parts += [one.phone] if one.phone else []
    for field in sorted(row.columns - {"first_name", "last_name", "document", "phone"}):
        value = getattr(one, field)
        text = "+".join(value) if isinstance(value, list) else str(value)
        parts.append(f"{field}={text}".replace("\n", "⏎"))
    return " ".join(parts)


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_read_as_it_was_meant(name: str) -> None:
    data, expected = SHEETS[name]
    assert [shown(row) for row in people(data)] == expected


def test_memberships_are_read_from_amounts_days_and_words() -> None:
    rows = people(
        made.csv(
            "Nombre;Plan;Fecha inicio;Fecha vencimiento;Valor;Pagó;Saldo pendiente\n"
            "Ana Ruiz;Mensual;15/11/2026;14/12/2026;$ 80.000;sí;\n"
            "Eva Mora;;13/11/2026;;80000;debe;30.000\n"
            "Ida Paz;Trimestre;;;150 mil;100.000;50 mil\n"
            "Uma Sol;;;;;;\n"
            "Lia Gil;Mensual;;;ochenta;;\n"
        )
    )
    day = date
    assert [row.membership for row in rows[:4]] == [
        WrittenMembership("Mensual", day(2026, 11, 15), day(2026, 12, 14), Decimal(80000), YesNoCell.YES),
        WrittenMembership("", day(2026, 11, 13), None, Decimal(80000), YesNoCell.NO, Decimal(30000)),
        WrittenMembership("Trimestre", None, None, Decimal(150000), Decimal(100000), Decimal(50000)),
        None,
    ]
    assert shown(rows[4]) == "6 Valor: not_an_amount"


def test_days_that_may_be_read_twice_are_asked_once_for_the_column() -> None:
    found = mapped(made.csv("Nombre,Nacimiento,Inicio,Vence\nAna Ruiz,3/8/1990,13/11/2026,1/1/2027\n"))
    assert [column.holds for column in found.undecided] == [Column.BIRTH_DATE]
    august = RowReader(found.decided(DayOrder.DAY_FIRST), HABITS, CONVENTIONS).people()
    march = RowReader(found.decided(DayOrder.MONTH_FIRST), HABITS, CONVENTIONS).people()
    assert [shown(*rows) for rows in (august, march)] == [
        "2 Ana/Ruiz birth_date=1990-08-03",
        "2 Ana/Ruiz birth_date=1990-03-08",
    ]


def test_unknown_columns_are_notes_by_choice() -> None:
    found = mapped(made.csv("Nombre,Talla,Vacía\nAna Ruiz,M,\n"))
    assert [column.heading for column in found.unknown] == ["Talla"]
    kept, left = (RowReader(found, HABITS, CONVENTIONS, keep_unknown=keep).people() for keep in (True, False))
    assert [shown(*kept), shown(*left)] == ["2 Ana/Ruiz notes=Talla: M", "2 Ana/Ruiz"]


def test_every_sheet_of_a_workbook_is_found() -> None:
    data = made.workbook(
        {"Activos": [["Nombre"], ["Ana Ruiz"]], "Vacía": [], "Caja": [["Fecha", "Valor"], [1, 2]]}
    )
    assert [(sheet.name, len(sheet.rows)) for sheet in read_sheets(data)] == [("Activos", 2), ("Caja", 2)]


@pytest.mark.parametrize("data", [b"", b"  \n\n", b"\0\0\0\0garbage", b";;;\n;;\n"])
def test_what_holds_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(ImportUnreadable):
        read_sheets(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\xd0\xcf\x11\xe0old",
        b"%PDF-1.7",
        b"PK\x03\x04broken",
        b"<html><table>",
        b"\x89PNG\r\n",
        made.csv("<!DOCTYPE html>"),
    ],
)
def test_other_kinds_of_files_say_what_to_do(data: bytes) -> None:
    with pytest.raises(ImportFormatUnknown):
        read_sheets(data)


@pytest.mark.parametrize(
    "data",
    [
        b"Nombre\n" + b"a" * 3_000_000,
        b"Nombre\n" + b'"' * 3_000_000,
        b"Nombre;Celular\nAna Ruiz;300\n" + b";" * 3_000_000,
    ],
    ids=["letters", "quotes", "separators"],
)
def test_a_line_that_never_ends_is_no_row(data: bytes) -> None:
    """Nineteen million letters of it kept a core busy for half a minute, beside the door."""
    with pytest.raises(ImportUnreadable):
        read_sheets(data)


def test_an_ordinary_list_is_not_searched_from_every_letter_for_a_line_that_never_ends() -> None:
    """Two megabytes of lines of three thousand letters took 12 s of a core before the first row was read."""
    data = b"Nombre;Notas\n" + (b"Ana Ruiz;" + b"a" * 2990 + b"\n") * 700
    began = time.process_time()
    [sheet] = read_sheets(data)
    assert time.process_time() - began < 2
    assert len(sheet.rows) == 701


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_long_line_is_a_row_up_to_half_a_million_letters(end: str) -> None:
    within = "a" * (files.LONGEST_LINE - 1)
    assert not files._has_endless_line(end.join(["Nombre", within, within, "Ana Ruiz"]))
    with pytest.raises(ImportUnreadable):
        read_sheets(end.join(["Nombre", within + "a", "Ana Ruiz"]).encode())


def test_line_breaks_alone_are_neither_kept_nor_read_for_ever() -> None:
    """Twenty million empty lines took gigabytes; a sheet has about a million."""
    few, many = (b"Nombre\nAna Ruiz\n" + b"\n" * count for count in (200_000, files.MOST_RECORDS))
    [sheet] = read_sheets(few)
    assert [row.line for row in sheet.rows] == [1, 2]
    with pytest.raises(ImportTooLarge):
        read_sheets(many)


def test_what_a_number_should_look_like_is_worked_out_once_a_country() -> None:
    """A list of two hundred columns asks of each cell whether it is a phone: nine tenths went into this."""
    assert examples("CO") is examples("CO")


def test_a_sheet_without_names_is_refused() -> None:
    with pytest.raises(ImportNamesMissing):
        mapped(made.csv("Cédula,Celular\n1020304150,3001110150\n"))


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(ImportTooHeavy):
        read_sheets(b"Nombre,Apellido\n")
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "LARGEST_PART", 100)
    with pytest.raises(ImportTooLarge):
        read_sheets(made.workbook([["Nombre"], ["Ana"]]))


def test_a_sheet_may_have_rows_of_any_length() -> None:
    assert Sheet("", ()).width == 0
    assert [shown(row) for row in people(made.csv("Nombre,Apellido,Apodo\nAna\nEva,Mora,E,otra\n"))] == [
        "2 Ana/",
        "3 Eva/Mora alias=E notes=otra",
    ]
