"""Sheets exactly as Google Sheets, Excel in Spanish and LibreOffice write them, each read as it was meant."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from gym.importing.errors import ImportFormatUnknown
from gym.importing.file_reading import read_people
from gym.importing.photos.archive import is_photo_archive
from gym.importing.reading.formats.files import read_sheets
from gym.importing.schemas import ImportChoices
from tests.findings.importing.test_sheets_as_gyms_keep_them import CONVENTIONS, HABITS, people, shown
from tests.support.raw_sheets import inline, number, raw_workbook, rows
from tests.support.sheets import csv

SERIAL = (date(1990, 8, 3) - date(1899, 12, 30)).days
SERIAL_1904 = (date(1990, 8, 3) - date(1904, 1, 1)).days
HEAD = inline("Nombre", "Apellido", "Documento", "Celular", "Nacimiento")
BORN = "2 Ana/Ruiz birth_date=1990-08-03"
WORKBOOKS: dict[str, tuple[bytes, list[str]]] = {
    "Google Sheets: numbers for documents and phones, a day in the country's format": (
        raw_workbook(
            rows(
                HEAD,
                inline("Ana", "Ruiz") + number(1020304201) + number("3.001110201E9") + number(SERIAL, 2),
            )
        ),
        ["2 Ana/Ruiz CC1020304201 +573001110201 birth_date=1990-08-03"],
    ),
    "Excel in Spanish: a short day, a long day in words": (
        raw_workbook(
            rows(
                inline("Nombre", "Apellido", "Nacimiento"),
                inline("Ana", "Ruiz") + number(SERIAL, 1),
                inline("Eva", "Mora") + number(SERIAL, 3),
            )
        ),
        [BORN, "3 Eva/Mora birth_date=1990-08-03"],
    ),
    "a day with its hour": (
        raw_workbook(
            rows(inline("Nombre", "Apellido", "Nacimiento"), inline("Ana", "Ruiz") + number(SERIAL + 0.75, 1))
        ),
        [BORN],
    ),
    "days counted from 1904, as on an old Macintosh": (
        raw_workbook(
            rows(inline("Nombre", "Apellido", "Nacimiento"), inline("Ana", "Ruiz") + number(SERIAL_1904, 1)),
            since_1904=True,
        ),
        [BORN],
    ),
    "a day as ISO text of the strict format": (
        raw_workbook(
            rows(
                inline("Nombre", "Apellido", "Nacimiento"),
                inline("Ana", "Ruiz") + '<c t="d" s="1"><v>1990-08-03T00:00:00</v></c>',
            )
        ),
        [BORN],
    ),
    "LibreOffice: shared texts, some of them in several colours": (
        raw_workbook(
            rows(
                '<c t="s"><v>0</v></c><c t="s"><v>1</v></c>',
                '<c t="s"><v>2</v></c><c t="s"><v>3</v></c>',
            ),
            shared=(
                "<t>Nombre</t>",
                "<t>Apellido</t>",
                "<t>Ana</t>",
                '<r><rPr><b/></rPr><t>Ru</t></r><r><t xml:space="preserve">iz</t></r>',
            ),
        ),
        ["2 Ana/Ruiz"],
    ),
    "names that a formula joins": (
        raw_workbook(
            rows(
                inline("Nombre completo", "Documento"),
                '<c t="str"><f>A9&amp;" "&amp;B9</f><v>Ana Ruiz</v></c>' + number(1020304202),
            )
        ),
        ["2 Ana/Ruiz CC1020304202"],
    ),
    "a formula whose value nobody has computed yet": (
        raw_workbook(
            rows(
                inline("Nombre", "Apellido", "Celular"),
                inline("Ana", "Ruiz") + "<c><f>VLOOKUP(1,A:A,1)</f></c>",
                "<c><f>A9</f></c>" + inline("", "3001110203"),
            )
        ),
        ["2 Ana/Ruiz", "3 : name_invalid"],
    ),
    "a formula that failed, and one that found nothing": (
        raw_workbook(
            rows(
                inline("Nombre", "Celular", "Correo"),
                inline("Ana Ruiz") + '<c t="e"><v>#REF!</v></c>',
                inline("Eva Mora") + '<c t="e"><v>#N/A</v></c>',
            )
        ),
        ["2 Celular: import_formula_failed", "3 Eva/Mora"],
    ),
    "a merged title over the headings": (
        raw_workbook(
            rows(inline("GIMNASIO EL TORO"), HEAD, inline("Ana", "Ruiz"))
            + '<mergeCells count="1"><mergeCell ref="A1:E1"/></mergeCells>'
        ),
        ["3 Ana/Ruiz"],
    ),
    "one merged heading over given names and surnames": (
        raw_workbook(
            rows(
                inline("Nombre completo", "", "Celular"),
                inline("Ana", "Ruiz", "3001110204"),
                inline("Eva", "Mora", "3001110205"),
            )
            + '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
        ),
        ["2 Ana/Ruiz +573001110204", "3 Eva/Mora +573001110205"],
    ),
    "rows that a filter hides are people too": (
        raw_workbook(
            rows(inline("Nombre", "Apellido"), inline("Ana", "Ruiz"), inline("Eva", "Mora"), hidden=(3,))
        ),
        ["2 Ana/Ruiz", "3 Eva/Mora"],
    ),
    "a size of the sheet that is not true": (
        raw_workbook('<dimension ref="A1"/>' + rows(inline("Nombre", "Apellido"), inline("Ana", "Ruiz"))),
        ["2 Ana/Ruiz"],
    ),
    "formatted cells far to the right and far below": (
        raw_workbook(
            rows(
                inline("Nombre", "Apellido") + '<c r="XFD1" s="1"/>',
                inline("Ana", "Ruiz"),
                *('<c s="1"/>' for _ in range(3000)),
            )
        ),
        ["2 Ana/Ruiz"],
    ),
    "headings of two lines and invisible signs": (
        raw_workbook(
            rows(
                inline("Nombre&#10;completo", "Número\u00a0de&#10;documento"),
                inline("Ana Ruiz", "1020304206"),
            )
        ),
        ["2 Ana/Ruiz CC1020304206"],
    ),
    "numbers kept as text with their zeros": (
        raw_workbook(rows(inline("Nombre", "Documento"), inline("Ana Ruiz", "0079441207"))),
        ["2 Ana/Ruiz CC79441207"],
    ),
    "money with its sign, days in short words": (
        raw_workbook(
            rows(
                inline("Nombre", "Plan", "Inicio", "Valor"),
                inline("Ana Ruiz", "Mensual", "15-nov-26") + number(80000, 4),
            )
        ),
        ["2 Ana/Ruiz"],
    ),
    "answers as true and false": (
        raw_workbook(
            rows(
                inline("Nombre", "Plan", "Inicio", "Pagó"),
                inline("Ana Ruiz", "Mensual", "15/11/2026") + '<c t="b"><v>1</v></c>',
            )
        ),
        ["2 Ana/Ruiz"],
    ),
}
TEXTS: dict[str, tuple[bytes, list[str]]] = {
    "Excel in Spanish: semicolons, Windows-1252, comma decimals": (
        csv(
            "Nombre;Teléfono;Plan;Inicio;Valor\r\nMaría Peña;300 111 0208;Mensual;15/11/2026;80.000,00\r\n",
            "cp1252",
        ),
        ["2 María/Peña +573001110208"],
    ),
    "Excel's CSV UTF-8: a byte order mark and semicolons": (
        csv("Nombre;Nacimiento\r\nMaría Peña;3/08/1990\r\nEva Mora;31/08/1990\r\n", "utf-8-sig"),
        ["2 María/Peña birth_date=1990-08-03", "3 Eva/Mora birth_date=1990-08-31"],
    ),
    "Excel's Unicode text: UTF-16 with tabs": (
        csv("Nombre\tCelular\r\nMaría Peña\t3001110209\r\n", "utf-16"),
        ["2 María/Peña +573001110209"],
    ),
    "UTF-16 with the high byte first and semicolons": (
        b"\xfe\xff" + csv("Nombre;Celular\r\nMaría Peña;3001110210\r\n", "utf-16-be"),
        ["2 María/Peña +573001110210"],
    ),
    "LibreOffice: every text in quotes": (
        csv('"Nombre","Celular","Notas"\n"Ana Ruiz","3001110211","dijo ""hola"", y pagó"\n'),
        ['2 Ana/Ruiz +573001110211 notes=dijo "hola", y pagó'],
    ),
    "Google Sheets: commas, lines within a cell": (
        csv('Nombre,Celular,Notas\r\nAna Ruiz,3001110212,"uno\ndos"\r\n'),
        ["2 Ana/Ruiz +573001110212 notes=uno⏎dos"],
    ),
    "Windows-1252 with tabs": (
        csv("Nombre\tDirección\r\nJosé Núñez\tCra 7 nº 12\r\n", "cp1252"),
        ["2 José/Núñez address=Cra 7 nº 12"],
    ),
    "separators behind the last column of every line": (
        csv("Nombre;Celular;;;\nAna Ruiz;3001110213;;;\n;;;;\nEva Mora;;;;\n"),
        ["2 Ana/Ruiz +573001110213", "4 Eva/Mora"],
    ),
    "separators only, then the sum of it all": (
        csv("Nombre;Plan;Inicio;Valor\nAna Ruiz;Mensual;15/11/2026;80.000\n;;;\nTOTAL GENERAL;;;80.000\n"),
        ["2 Ana/Ruiz"],
    ),
    "amounts with both signs": (
        csv('Nombre,Plan,Inicio,Valor\nAna Ruiz,Mensual,15/11/2026,"$ 1.234.567,89"\n'),
        ["2 Ana/Ruiz"],
    ),
    "a line of dashes under the headings": (
        csv("Nombre;Celular\n------;-------\nAna Ruiz;3001110214\n"),
        ["3 Ana/Ruiz +573001110214"],
    ),
    "two tables side by side: the second one's columns are not lost": (
        csv("Nombre;Celular;;Caja;Turno\nAna Ruiz;3001110215;;Base;Noche\n"),
        ["2 Ana/Ruiz +573001110215 notes=Caja: Base⏎Turno: Noche"],
    ),
    "surnames in capitals before a comma": (
        csv("Apellidos y nombres;Celular\nRUIZ GÓMEZ, ANA MARÍA;3001110216\n"),
        ["2 ANA MARÍA/RUIZ GÓMEZ +573001110216"],
    ),
    "a phone with its country and letters around it": (
        csv("Nombre;WhatsApp\nAna Ruiz;+57 (300) 111-0217\nEva Mora;cel 3001110218\n"),
        ["2 Ana/Ruiz +573001110217", "3 Eva/Mora +573001110218"],
    ),
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_read_as_it_was_meant(name: str) -> None:
    data, expected = WORKBOOKS[name]
    assert [shown(row) for row in people(data)] == expected


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_file_is_read_as_it_was_meant(name: str) -> None:
    data, expected = TEXTS[name]
    assert [shown(row) for row in people(data)] == expected


def test_of_two_sheets_the_fuller_is_read_and_the_other_is_named() -> None:
    small = rows(inline("Nombre"), inline("Ana Ruiz"))
    large = rows(inline("Nombre"), inline("Eva Mora"), inline("Ida Paz"))
    read = read_people(raw_workbook(small, large), ImportChoices(), HABITS, CONVENTIONS)
    assert [row.name for row in read.people] == ["Eva Mora", "Ida Paz"]
    assert list(read.others) == ["Hoja1"]


def test_a_hidden_sheet_is_left_alone() -> None:
    sheet = rows(inline("Nombre"), inline("Ana Ruiz"))
    assert [one.name for one in read_sheets(raw_workbook(sheet, sheet, hidden=(1,)))] == ["Hoja2"]


@pytest.mark.parametrize("inside", ["mimetype", "Index/Document.iwa", "xl/workbook.bin"])
def test_workbooks_of_other_programs_say_what_to_do(inside: str) -> None:
    """OpenDocument, Numbers, Excel's binary one."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        if inside.startswith("xl/"):
            packed.writestr("[Content_Types].xml", "x")
        packed.writestr(inside, "x")
    assert not is_photo_archive(data)
    with pytest.raises(ImportFormatUnknown):
        read_sheets(data.getvalue())
