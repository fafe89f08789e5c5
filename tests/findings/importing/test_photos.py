"""Photos of a ZIP: each is its person's by document, judged as at enrolment, and none is lost in silence."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.language import Translator
from gym.faces.errors import PhotoTooLarge
from gym.faces.models import FaceConsent, FaceTemplate
from gym.faces.pool import FacePool
from gym.importing.errors import ImportInUse
from gym.importing.photos import archive as archives
from gym.importing.photos.archive import PhotoArchive, is_photo_archive
from gym.importing.photos.errors import PhotoExpected, PhotosSuspicious, PhotosTooMany, PhotosUnreadable
from gym.importing.photos.file_names import LONGEST, numbers_in
from gym.importing.photos.result_sheet import result_sheet
from gym.importing.photos.schemas import PhotoResult
from gym.importing.photos.service import PhotoImport
from gym.security.permissions import Actor
from tests.findings.importing.test_running_plans import undo
from tests.findings.reading.conftest import Chat
from tests.findings.test_face_photos_leave_chats import expire
from tests.support.importing import Importer, outcomes
from tests.support.people import group, landscape, people
from tests.support.sheets import csv, workbook

SHEET = (
    "Nombre;Documento;Autoriza reconocimiento facial\n"
    "Rosa Ruiz;1020304501;sí\nLucia Mora;1020304502;firmado\n"
    "Mateo Paz;1020304503;no\nAndres Gil;1020304504;sí\n"
)


@pytest.fixture
def gym(gym: Gym, remembered_faces: FacePool) -> Gym:
    return replace(gym, face_pool=remembered_faces)


def packed(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def photos() -> dict[str, bytes]:
    rosa, _, mateo, andres, _ = people()
    return {
        "1020304501.jpg": rosa.photo(0),
        "1020304501 (2).jpg": rosa.photo(1),
        "fotos/CC 1.020.304.502.jpg": group(),
        "fotos/1020304502_lucia.jpg": landscape(),
        "1020304503.jpg": mateo.photo(0),
        "1020304504/1.jpg": rosa.photo(3),
        "1020304504/nota.txt": b"no picture",
        "9999999.jpg": andres.photo(0),
        "__MACOSX/._1020304501.jpg": b"of a Macintosh",
    }


async def enrolled(gym: Gym, admin: Actor, data: bytes) -> Sequence[PhotoResult]:
    with PhotoArchive(io.BytesIO(data)) as archive:
        return await PhotoImport(partial(gym.run, admin), gym.faces, gym.match_rule).enrol(archive)


def words(results: Sequence[PhotoResult]) -> dict[str, str]:
    return {
        one.file: " ".join(filter(None, [one.outcome.value, one.client, one.fault.code if one.fault else ""]))
        for one in results
    }


async def templates(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(FaceTemplate)) or 0


async def test_every_photo_is_enrolled_or_named_with_its_reason(
    gym: Gym, admin: Actor, importer: Importer
) -> None:
    await importer.imports(SHEET)
    results = await enrolled(gym, admin, packed(photos()))
    assert words(results) == {
        "1020304501.jpg": "enrolled Rosa Ruiz",
        "1020304501 (2).jpg": "enrolled Rosa Ruiz",
        "fotos/CC 1.020.304.502.jpg": "left_out Lucia Mora several_faces",
        "fotos/1020304502_lucia.jpg": "left_out Lucia Mora no_face",
        "1020304503.jpg": "left_out Mateo Paz import_photo_without_consent",
        "1020304504/1.jpg": "left_out Andres Gil import_photo_of_another",
        "1020304504/nota.txt": "left_out Andres Gil not_an_image",
        "9999999.jpg": "left_out import_photo_owner_unknown",
    }
    other = next(one.fault for one in results if one.file == "1020304504/1.jpg")
    assert other is not None
    assert other.context == {"client": "Rosa Ruiz"}
    assert await templates(gym) == 2


async def test_the_same_zip_again_changes_nothing(gym: Gym, admin: Actor, importer: Importer) -> None:
    await importer.imports(SHEET)
    rosa = packed({"1020304501.jpg": people()[0].photo(0)})
    assert words(await enrolled(gym, admin, rosa)) == {"1020304501.jpg": "enrolled Rosa Ruiz"}
    assert words(await enrolled(gym, admin, rosa)) == {"1020304501.jpg": "known Rosa Ruiz"}
    assert await templates(gym) == 1


# Consent ──────────────────────────────────────────────────────────────────────────────────────────────────


async def consents(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        given = select(func.count()).select_from(FaceConsent).where(FaceConsent.withdrawn_at.is_(None))
        return await uow.session.scalar(given) or 0


async def test_a_list_records_who_has_signed_and_undoing_it_withdraws_that(
    gym: Gym, admin: Actor, importer: Importer
) -> None:
    await importer.imports("Nombre;Documento\nRosa Ruiz;1020304501\n")
    again = await importer.imports(SHEET)
    assert outcomes(again) == ["2 changed", "3 made", "4 made", "5 made"]
    assert await consents(gym) == 3
    assert outcomes(await importer.imports(SHEET)) == [f"{line} known" for line in range(2, 6)]
    await undo_consents(gym, admin)
    assert await consents(gym) == 0


async def undo_consents(gym: Gym, admin: Actor) -> None:
    """The list that changed something; the one after it was empty."""
    from gym.importing.models import ClientImport
    from gym.importing.undo import ImportUndo

    async with gym.unit_of_work(admin) as uow:
        run = await uow.session.scalar(select(ClientImport).where(ClientImport.changed == 1))
        assert run is not None
        await ImportUndo(uow).undo(run.id)


async def test_an_answer_that_is_none_is_asked_again(importer: Importer) -> None:
    found = await importer.previews("Nombre;Consentimiento facial\nRosa Ruiz;quizás\nEva Mora;12/03/2024\n")
    assert outcomes(found) == ["2 faulty import_consent_unclear", "3 made"]
    assert [row.agrees for row in found.rows] == [False, True]


async def test_another_consent_is_no_consent_to_faces(importer: Importer) -> None:
    found = await importer.previews("Nombre;Consentimiento informado\nRosa Ruiz;sí\n")
    assert [row.agrees for row in found.rows] == [False]


async def test_an_enrolled_face_keeps_its_import(gym: Gym, admin: Actor, importer: Importer) -> None:
    await importer.imports(SHEET)
    await enrolled(gym, admin, packed({"1020304501.jpg": people()[0].photo(0)}))
    with pytest.raises(ImportInUse):
        await undo(gym, admin)


# Files ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("1020304050.jpg", "1020304050"),
        ("Fotos 2024/CC 1.020.304.050.JPG", "CC 1.020.304.050"),
        ("1020304050 (2).jpeg", "1020304050"),
        ("1020304050_3.png", "1020304050"),
        ("1020304050_Ana Ruiz.jpg", "1020304050"),
        ("Ana Ruiz 1020304050.jpg", "1020304050"),
        ("1020304050/frente.jpg", "1020304050"),
        ("PP AB123456.jpg", "PP AB123456"),
    ],
)
def test_a_file_names_its_person_as_people_name_files(path: str, number: str) -> None:
    assert number in list(numbers_in(path))


def test_a_name_without_a_number_names_nobody() -> None:
    assert list(numbers_in("fotos/ana.jpg")) == []
    assert list(numbers_in("IMG_12.jpg")) == []


def test_workbooks_are_no_archives_of_photos() -> None:
    assert not is_photo_archive(io.BytesIO(workbook([["Nombre"], ["Ana"]])))
    assert not is_photo_archive(io.BytesIO(csv("Nombre\nAna\n")))
    assert is_photo_archive(io.BytesIO(packed({"1.jpg": b"x"})))


async def test_no_file_of_a_zip_is_lost_whatever_its_path_and_each_is_said_for_what_it_is(
    gym: Gym, admin: Actor, importer: Importer
) -> None:
    """Nothing is written to disk, so that `..` leads nowhere; of two files of one name both are read."""
    await importer.imports(SHEET)
    rosa, _, mateo, _, _ = people()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the doubled name
        for name, photo in (
            ("../../etc/1020304501.jpg", rosa.photo(0)),
            ("fotos\\a\x01<b>\\1020304502.jpg", mateo.photo(0)),
            ("1020304504.jpg", rosa.photo(1)),
            ("1020304504.jpg", mateo.photo(1)),
            ("socios.xlsx", workbook([["Nombre"], ["Ana"]])),
            ("./1020304502.jpg", mateo.photo(1)),
            (".\\fotos\\1020304503.jpg", mateo.photo(0)),
            ("fotos\\", b""),
            (".thumbnails/1020304504.jpg", rosa.photo(0)),
            ("fotos/.DS_Store", b"of a Macintosh"),
            ("más.zip", packed({"1020304504.jpg": rosa.photo(0)})),
        ):
            made.writestr(name, photo)
    results = await enrolled(gym, admin, data.getvalue())
    assert [" ".join(words([one]).popitem()) for one in results] == [
        "../../etc/1020304501.jpg enrolled Rosa Ruiz",
        "./1020304502.jpg enrolled Lucia Mora",
        "./fotos/1020304503.jpg left_out Mateo Paz import_photo_without_consent",
        ".thumbnails/1020304504.jpg left_out import_photo_hidden",
        "1020304504.jpg left_out Andres Gil not_same_person",
        "1020304504.jpg left_out Andres Gil not_same_person",
        "fotos/a<b>/1020304502.jpg enrolled Lucia Mora",
        "más.zip left_out import_photo_expected",
        "socios.xlsx left_out import_photo_expected",
    ]
    [sheet] = load_workbook(io.BytesIO(result_sheet(results, Translator("es")))).worksheets
    assert sheet.max_row == 1 + len(results)


def opened(data: bytes) -> PhotoArchive:
    return PhotoArchive(io.BytesIO(data))


def test_names_as_long_as_a_zip_may_hold_are_cut_to_their_end() -> None:
    with opened(packed({"ñ" * 30_000 + "1020304501.jpg": b"x"})) as archive:
        [file] = archive.files
        assert len(file.name) <= LONGEST + 1
        assert "1020304501.jpg" in file.name


def test_bombs_are_refused_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("1020304050.jpg", bytes(30 * 1024 * 1024))
    with pytest.raises(PhotosSuspicious):
        opened(bomb.getvalue())
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    with pytest.raises(PhotosTooMany):
        opened(packed({f"{number}.jpg": b"x" for number in range(3)}))
    for nothing in (packed({}), b"PK\x03\x04 cut off", packed({"__MACOSX/1020304050.jpg": b"x"})):
        with pytest.raises(PhotosUnreadable):
            opened(nothing)


def test_files_that_share_their_bytes_are_refused() -> None:
    """Every entry of the directory points at the same megabyte."""
    data = bytearray(packed({f"102030405{number}.jpg": bytes(range(256)) * 64 for number in range(3)}))
    size = struct.pack("<I", 1 << 20)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 20 : place + 24] = size
        place = data.find(b"PK\x01\x02", place + 4)
    with pytest.raises(PhotosSuspicious):
        opened(bytes(data))


def test_one_photo_at_a_time_is_unpacked_and_a_huge_one_is_not() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("1020304050.jpg", bytes(11 * 1024 * 1024))
    with opened(data.getvalue()) as archive, pytest.raises(PhotoTooLarge):
        archive.read(archive.files[0])


# In chat ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_zip_in_chat_is_shown_confirmed_and_reported(
    chat: Chat, importer: Importer, gym: Gym
) -> None:
    t = chat.t
    await importer.imports(SHEET)
    rosa, *_ = people()
    data = packed({"1020304501.jpg": rosa.photo(0), "77777777.jpg": rosa.photo(1)})
    await chat.person.sends_document(data, "fotos.zip")
    shown = await chat.person.sees("fotos.zip")
    assert t.plural("📷 {count} photo would be read", "📷 {count} photos would be read", 1) in shown.words
    assert t.plural("⚠️ {count} photo left out", "⚠️ {count} photos left out", 1) in shown.words
    assert await templates(gym) == 0, "nothing before it is confirmed"
    await chat.taps("Enrol the faces")
    back = await chat.person.sees_document()
    assert back.words == t("What became of each photo; those left out stand first.")
    await chat.person.sees(t.plural("🙂 {count} photo enrolled", "🙂 {count} photos enrolled", 1))
    assert await templates(gym) == 1


async def test_a_zip_of_which_no_photo_can_be_read_says_why_instead_of_asking(
    chat: Chat, importer: Importer, gym: Gym
) -> None:
    await importer.imports(SHEET)
    await chat.person.sends_document(packed({"1020304503.jpg": b"x", "lista.csv": b"x"}), "fotos.zip")
    said = await chat.person.sees("1020304503.jpg")
    assert chat.t(PhotoExpected.message) in said.words
    assert chat.t("Enrol the faces") not in " ".join(said.labels)


async def test_a_zip_sent_while_another_form_is_open_is_not_lost(
    chat: Chat, importer: Importer, gym: Gym, desk_bot: RunningBot
) -> None:
    """The open form asks before it goes; the faces stay in the chat as long as their own form is open."""
    await importer.imports(SHEET)
    rosa, *_ = people()
    data = packed({"1020304501.jpg": rosa.photo(0)})
    await chat.sends("/register")
    await chat.sends("Eva")
    await chat.person.sends_document(data, "fotos.zip")
    await chat.sees(
        "<b>{title}</b> is still open, with answers in it. Go on with it, or drop it?",
        title=chat.t("Register a client"),
    )
    await chat.taps("Drop it, start new")
    await chat.person.sees("fotos.zip")
    await expire(gym, desk_bot)
    assert await zips(chat) == 1
    await chat.taps("Enrol the faces")
    await chat.person.sees(chat.t.plural("🙂 {count} photo enrolled", "🙂 {count} photos enrolled", 1))
    await expire(gym, desk_bot)
    assert (await zips(chat), await templates(gym)) == (0, 1)


async def test_a_zip_goes_after_ten_minutes_when_the_open_form_is_gone_on_with(
    chat: Chat, importer: Importer, gym: Gym, desk_bot: RunningBot, clock: FrozenClock
) -> None:
    await importer.imports(SHEET)
    rosa, *_ = people()
    await chat.sends("/register")
    await chat.sends("Eva")
    await chat.person.sends_document(packed({"1020304501.jpg": rosa.photo(0)}), "fotos.zip")
    await chat.taps("Go on with it")
    await chat.sends("Mora")
    clock.advance(timedelta(minutes=11))
    await expire(gym, desk_bot)
    assert (await zips(chat), await templates(gym)) == (0, 0)


async def zips(chat: Chat) -> int:
    """How many documents are still in the chat."""
    return sum(one.document_url is not None for one in await chat.person.chat())
