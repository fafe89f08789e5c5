"""Documents as people write them: a type and a number, or the question again, wherever they are typed."""

from __future__ import annotations

import runpy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from gym.app import Gym
from gym.attendance.models import VerdictCode as Code
from gym.clients.errors import DocumentInvalid, DocumentTaken
from gym.clients.fields.documents import Document, kept_numbers, parse_document, probably_meant
from gym.clients.models import Client, DocumentType
from gym.clients.service import ClientService
from gym.importing.schemas import RowOutcome
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door
from tests.findings.reading.conftest import Chat
from tests.findings.reading.test_one_reader_each import ROOT
from tests.support.front_desk import Desk
from tests.support.importing import Importer

CC, TI, CE, PP, PPT, ID = DocumentType
READ = {
    "1020309991": (CC, "1020309991"),
    "1.020.309.991": (CC, "1020309991"),
    "1,020,309,991": (CC, "1020309991"),
    "1'020.309.991": (CC, "1020309991"),
    "1 020 309 991": (CC, "1020309991"),
    "1020-309-991": (CC, "1020309991"),
    "0012345678": (CC, "12345678"),
    "1020309993.0": (CC, "1020309993"),
    "1020309993.00": (CC, "1020309993"),
    "CC 1020309993.0": (CC, "1020309993"),
    "cc1020309991": (CC, "1020309991"),
    "c.c. 1020309991": (CC, "1020309991"),
    "C.C 1020309991": (CC, "1020309991"),
    "c c 1020309991": (CC, "1020309991"),
    "CC: 1020309991": (CC, "1020309991"),
    "CC # 1020309991": (CC, "1020309991"),
    "CC No. 1020309991": (CC, "1020309991"),
    "CC n.º 1020309991": (CC, "1020309991"),
    "CC número 1020309991": (CC, "1020309991"),
    "cedula 1020309991": (CC, "1020309991"),
    "Cédula: 1.020.309.991": (CC, "1020309991"),
    "cédula de ciudadanía 1020309991": (CC, "1020309991"),
    "CEDULA1020309991": (CC, "1020309991"),
    "citizen ID 1020309991": (CC, "1020309991"),
    "TI 99 01 02 12345": (TI, "99010212345"),
    "T.I. 99010212345": (TI, "99010212345"),
    "tarjeta de identidad 99010212345": (TI, "99010212345"),
    "CE 345678": (CE, "345678"),
    "ce: 345678": (CE, "345678"),
    "cédula de extranjería 345678": (CE, "345678"),
    "CE 0345678": (CE, "345678"),
    "CE E345678": (CE, "E345678"),
    "pasaporte AB123456": (PP, "AB123456"),
    "passport no. AB123456": (PP, "AB123456"),
    "pp ab 123456": (PP, "AB123456"),
    "P.P. AB-123456": (PP, "AB123456"),
    "PP T123456": (PP, "T123456"),
    "PP NO123456": (PP, "NO123456"),
    "PP 0123456": (PP, "123456"),
    "PPT 123456": (PPT, "123456"),
    "ppt123456": (PPT, "123456"),
    "P.P.T. 123456": (PPT, "123456"),
    "Permiso por Protección Temporal 123456": (PPT, "123456"),
    "DNI 12345678Z": (ID, "12345678Z"),
    "DNI 12.345.678": (ID, "12345678"),
    "NIE X1234567L": (ID, "X1234567L"),
    "CPF 123.456.789-09": (ID, "12345678909"),
    "CURP GOMC900101HDFRRL09": (ID, "GOMC900101HDFRRL09"),
    "otro 123456": (ID, "123456"),
    "ID AB-99": (ID, "AB99"),
    # Nothing of these may become a document.
    "": None,
    "CC": None,
    "cedula": None,
    "hola": None,
    "12": None,
    "0000": None,
    "AB123456": None,
    "12AB34": None,
    "CC 12AB34": None,
    "cedula Rosa 1020309991": None,
    "mi cedula es 1020309991": None,
    "CEDULAS 1020309991": None,
    "tel 3001234567": None,
    "CCC 1020309991": None,
    "NUIP 1020309991": None,
    "PPTX 123456": None,
    "CE DULADECIUDADANIA123": None,
    "1020309993.5": None,
    "1.02E+09": None,
    "1020309991 / 1020309992": None,
    "1.020.309.99": None,
    "12#34": None,
    "-": None,
}


@pytest.mark.parametrize(("typed", "meant"), READ.items())
def test_a_document_is_a_type_and_a_number_or_asked_again(
    typed: str, meant: tuple[DocumentType, str] | None
) -> None:
    if meant is None:
        with pytest.raises(DocumentInvalid):
            parse_document(typed)
    else:
        assert parse_document(typed) == Document(*meant)


@given(kind=st.sampled_from(DocumentType), number=st.integers(1000, 10**15 - 1))
def test_what_the_gym_shows_it_reads_back(kind: DocumentType, number: int) -> None:
    assert parse_document(f"{kind} {number}") == Document(kind, str(number))
    assert parse_document(f"{kind} {number:,}".replace(",", ".")) == Document(kind, str(number))


@given(st.text(max_size=60))
def test_any_text_can_be_looked_for(text: str) -> None:
    assert kept_numbers(text)


async def test_zeros_dots_and_words_do_not_make_a_second_person(front: Desk) -> None:
    await front.registers("Rosa", document=parse_document("cedula 0020309991"))
    for typed in ("20309991", "CC 20.309.991", "C.C. 00020309991", "20309991.0"):
        with pytest.raises(DocumentTaken):
            await front.registers("Rosita", document=parse_document(typed))


async def keep(gym: Gym, client: Client, kind: str, number: str, *, doubt: bool = False) -> None:
    """As an earlier release has kept it."""
    async with gym.unit_of_work(Actor.system()) as uow:
        values = {"document_type": kind, "document_number": number, "document_in_doubt": doubt}
        await uow.session.execute(update(Client).where(Client.id == client.id).values(values))


async def test_a_document_kept_with_its_zeros_is_found_and_not_taken_twice(gym: Gym, front: Desk) -> None:
    rosa = await front.registers("Rosa", "Vargas")
    await keep(gym, rosa, "CC", "0020309991")
    for typed in ("20309991", "0020309991", "cedula 20.309.991", "CC 20309991.0"):
        assert await front.finds(typed) == ["Rosa Vargas"], typed
    with pytest.raises(DocumentTaken):
        await front.registers("Rosita", document=parse_document("20309991"))


@pytest.mark.parametrize("number", ["1020304050", "01020304050"])
@pytest.mark.parametrize(
    "typed", ["1020304050", "CC 1.020.304.050", "cédula 1020304050", "01020304050", "1020304050.0"]
)
async def test_the_kiosk_knows_a_document_however_it_is_typed_and_kept(
    gym: Gym, kiosk: Door, paid: Subscription, rosa: Client, typed: str, number: str
) -> None:
    await keep(gym, rosa, "CC", number)
    verdict = await kiosk.by_document(typed, "4567")
    assert (verdict.code, verdict.client_id) == (Code.ADMITTED, rosa.id)


async def test_a_sheet_is_read_like_the_desk(gym: Gym, admin: Actor, front: Desk) -> None:
    sheet = (
        "Nombre;Apellido;Tipo;Cédula\nRosa;Vargas;;1020309991.0\n"
        "Pedro;Gómez;Cédula de ciudadanía;1.020.309.992\n"
        "Juan;Pérez;PPT;123456\nLuz;Mora;NUIP;1020309994\nEva;Paz;;cedula 1020309991\n"
    )
    report = await Importer(gym, admin).imports(sheet.encode())
    made = [RowOutcome.MADE] * 3 + [RowOutcome.FAULTY] * 2
    assert [row.outcome for row in report.rows] == made
    assert await front.finds("PPT 123456") == ["Juan Pérez"]


@pytest.mark.parametrize(
    ("kind", "number", "meant"),
    [
        (CE, "DULA1020309991", Document(CC, "1020309991")),
        (CE, "DULADECIUDADANIA1020", Document(CC, "1020")),
        (PP, "T123456", Document(PPT, "123456")),
        (CC, "10203099930", Document(CC, "1020309993")),
        (CC, "1020309993", None),
        (PP, "AB123456", None),
        (CE, "345678", None),
    ],
)
def test_what_was_read_wrongly_can_be_told(kind: DocumentType, number: str, meant: Document | None) -> None:
    assert probably_meant(kind, number) == meant


async def test_a_running_gym_marks_what_it_may_have_read_wrongly_and_changes_nothing(
    gym: Gym, front: Desk
) -> None:
    kept = {
        "CE DULA1020309991": True,
        "PP T123456": True,
        "CC 10203099930": True,
        "CC 123456780": True,
        "CC 1020309990": False,
        "CC 12345670": False,
        "PP AB123456": False,
        "CE 345678": False,
    }
    [migration] = (ROOT / "migrations" / "versions").glob("*_documents_in_doubt.py")
    for number, document in enumerate(kept):
        await keep(gym, await front.registers(f"Rosa {chr(65 + number)}"), *document.split())
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text(runpy.run_path(str(migration))["MARK"]))
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = list(await uow.session.scalars(select(Client)))
    found = {f"{one.document_type} {one.document_number}": one.document_in_doubt for one in rows}
    assert found == kept


async def test_an_admin_is_asked_of_every_document_in_doubt(gym: Gym, chat: Chat) -> None:
    clerk = chat.clerk
    rosa, pedro = await clerk.client("Rosa"), await clerk.client("Pedro")
    await keep(gym, rosa, "CE", "DULA1020309991", doubt=True)
    await keep(gym, pedro, "PP", "T123456", doubt=True)
    await chat.sends("/start")
    await chat.taps("👥 Clients")
    await chat.person.taps(chat.t.plural("🪪 {count} document to check", "🪪 {count} documents to check", 2))
    await chat.person.taps("DULA1020309991")
    await chat.person.taps(chat.t("Make it {document}", document="CC 1020309991"))
    await chat.person.taps("T123456")
    await chat.taps("It is right")
    await chat.sees("🪪 No document is left to check.")
    async with gym.unit_of_work(Actor.system()) as uow:
        service = ClientService(uow)
        documents = [(await service.get(one.id)).document_number for one in (rosa, pedro)]
        assert (await service.documents_in_doubt()).total == 0
    assert documents == ["1020309991", "T123456"]
