"""A workbook that was damaged on its way is refused in one sentence, whatever broke in it."""

from __future__ import annotations

import random
import struct
import zipfile
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gym.clients.fields.parsers import ParseContext
from gym.core.errors import GymError
from gym.core.language import Translator
from gym.core.reading.conventions import Conventions
from gym.importing.errors import ImportFormatUnknown
from gym.importing.file_reading import read_people
from gym.importing.reading.formats.files import read_sheets
from gym.importing.result_sheet import returned_sheet, sheet_title
from gym.importing.schemas import ImportChoices, ImportPreview, PreviewedRow, RowOutcome
from tests.support.sheets import workbook

HABITS = ParseContext("CO", date(2026, 11, 29))
CONVENTIONS = Conventions("es")
CORRUPTIONS = 150
SEED = 20261129


def made() -> bytes:
    rows = [[f"Ana {number}", 1020304000 + number, date(1990, 8, 3)] for number in range(30)]
    return workbook([["Nombre", "Documento", "Nacimiento"], *rows])


def corrupted(good: bytes, chance: random.Random) -> bytes:
    """Cut short, a run of bytes replaced, or single bits turned."""
    data = bytearray(good)
    match chance.randrange(3):
        case 0:
            return bytes(data[: chance.randrange(4, len(data))])
        case 1:
            place = chance.randrange(4, len(data) - 40)
            data[place : place + 40] = chance.randbytes(40)
        case _:
            for _ in range(chance.randrange(1, 12)):
                data[chance.randrange(4, len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def test_every_corruption_is_read_or_refused_with_a_sentence() -> None:
    good, chance = made(), random.Random(SEED)
    refused, others = 0, list[str]()
    for number in range(CORRUPTIONS):
        try:
            read_people(corrupted(good, chance), ImportChoices(), HABITS, CONVENTIONS)
        except GymError:
            refused += 1
        except Exception as error:  # noqa: BLE001 - what is looked for
            others.append(f"{number}: {error!r}")
    assert others == []
    assert refused > CORRUPTIONS // 2


def test_an_encrypted_part_is_refused_with_a_sentence() -> None:
    """The flag that says "encrypted", in the directory and before the part itself."""
    data = bytearray(made())
    with zipfile.ZipFile(BytesIO(data)) as packed:
        offsets = [part.header_offset for part in packed.infolist()]
    for offset in offsets:
        struct.pack_into("<H", data, offset + 6, 1)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<H", data, place + 8, 1)
        place = data.find(b"PK\x01\x02", place + 4)
    with pytest.raises(ImportFormatUnknown):
        read_sheets(bytes(data))


def test_an_unknown_way_of_packing_is_refused_with_a_sentence() -> None:
    data = bytearray(made())
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into("<H", data, place + 10, 99)
        place = data.find(b"PK\x01\x02", place + 4)
    with pytest.raises(ImportFormatUnknown):
        read_sheets(bytes(data))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Socios 2024/25", "Socios 2024-25"),
        ("Socios [activos]: ¿todos?", "Socios -activos-- ¿todos-"),
        ("Lista de todos los socios de la sede norte", "Lista de todos los socios de la"),
        ("'Socios'", "Socios"),
        ("'", "People"),
    ],
)
def test_the_sheet_goes_back_whatever_it_is_called(name: str, shown: str) -> None:
    data = workbook([["Nombre"], ["Ana Ruiz"]])
    read = read_people(data, ImportChoices(), HABITS, CONVENTIONS)
    object.__setattr__(read.columns.sheet, "name", name)
    preview = ImportPreview([PreviewedRow(row, RowOutcome.MADE) for row in read.people])
    back = load_workbook(BytesIO(returned_sheet(read, preview, Translator("en"))))
    assert back.sheetnames == [shown]
    assert sheet_title(name) in (shown, "")
