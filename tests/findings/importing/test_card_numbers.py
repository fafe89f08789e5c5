"""Cards that a gym had before: imported, found, shown at the desk and at the door, and not to be guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gym.app import Gym
from gym.attendance.checkin.credentials import qr_owner
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.clients.errors import CardNumberInvalid, CardNumberTaken
from gym.clients.fields.card_numbers import number_at_the_door, parse_card_number
from gym.clients.service import ClientService
from gym.importing.reading.headings import Column, column_of
from gym.security.permissions import Actor
from gym.security.signed_links import QrInvalid
from tests.findings.reading.conftest import Chat
from tests.support.front_desk import Desk
from tests.support.importing import Importer, outcomes
from tests.support.memberships import DeskClerk

SHEET = "Nombre;Tarjeta\nRosa Ruiz;0012345678\nEva Mora;A-77\nIda Paz;\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0012345678", "12345678"), ("0012 345 678", "12345678"), ("12345678.0", "12345678"), ("a-77", "A-77")],
)
def test_one_number_however_it_is_written(typed: str, kept: str) -> None:
    assert parse_card_number(typed) == kept


@pytest.mark.parametrize("typed", ["", "visa", "https://x.co/1", "1" * 41])
def test_what_is_no_number_is_asked_again(typed: str) -> None:
    with pytest.raises(CardNumberInvalid):
        parse_card_number(typed)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Tarjeta", Column.CARD_NUMBER),
        ("No. de tarjeta", Column.CARD_NUMBER),
        ("Código QR", Column.CARD_NUMBER),
        ("RFID", Column.CARD_NUMBER),
        ("Carnet", Column.CARD_NUMBER),
        ("Card number", Column.CARD_NUMBER),
        ("Key fob", Column.CARD_NUMBER),
        ("Tarjeta de identidad", Column.DOCUMENT),
        ("Código", Column.NUMBER),
        ("Etiqueta", Column.TAGS),
    ],
)
def test_headings_of_cards_are_told_from_others(heading: str, column: Column) -> None:
    assert column_of(heading) is column


async def clients(importer: Importer) -> dict[str, str | None]:
    return {one.first_name: one.card_number for one in await importer.clients()}


async def test_cards_come_with_a_list_and_no_two_people_have_one(importer: Importer) -> None:
    assert outcomes(await importer.imports(SHEET)) == ["2 made", "3 made", "4 made"]
    assert await clients(importer) == {"Rosa": "12345678", "Eva": "A-77", "Ida": None}
    assert outcomes(await importer.imports(SHEET)) == ["2 known", "3 known", "4 known"]
    more = "Nombre;Tarjeta\nUma Sol;12345678\nLia Gil;5\nSol Rey;5\nIda Paz;9\n"
    assert outcomes(await importer.imports(more)) == [
        "2 faulty import_card_of_another",
        "3 made",
        "4 faulty import_card_in_row",
        "5 changed",
    ]


async def test_how_somebody_pays_is_no_card_number(importer: Importer) -> None:
    await importer.imports("Nombre;Tarjeta\nRosa Ruiz;Visa\nEva Mora;Mastercard\n")
    rosa = (await importer.clients())[0]
    assert (rosa.card_number, rosa.notes) == (None, "Tarjeta: Visa")


async def test_a_card_of_another_is_named_at_the_desk(importer: Importer, front: Desk) -> None:
    await importer.imports(SHEET)
    ida = (await importer.clients())[2]
    with pytest.raises(CardNumberTaken) as refused:
        await front.changes(ida, card_number="12345678")
    assert refused.value.context == {"client": "Rosa Ruiz"}


async def found(gym: Gym, actor: Actor, words: str) -> list[str]:
    async with gym.unit_of_work(actor) as uow:
        return [one.first_name for one in (await ClientService(uow).search(words)).items]


async def test_a_card_finds_its_client(importer: Importer, gym: Gym, employee: Actor) -> None:
    await importer.imports(SHEET)
    assert (await found(gym, employee, "0012345678"))[0] == "Rosa"
    assert (await found(gym, employee, "a-77"))[0] == "Eva"
    rosa, eva, _ = await importer.clients()
    async with gym.unit_of_work(employee) as uow:
        assert await qr_owner(uow, "0012345678") == rosa.id
        assert await qr_owner(uow, "A-77") == eva.id
        with pytest.raises(QrInvalid):
            await qr_owner(uow, "99999999")


async def enters(gym: Gym, actor: Actor, text: str) -> VerdictCode:
    async with gym.unit_of_work(actor) as uow:
        return (await AttendanceService(uow).check_in_qr(text)).code


async def test_a_card_opens_the_door_unless_it_is_short(
    importer: Importer, gym: Gym, admin: Actor, employee: Actor
) -> None:
    boss = DeskClerk(gym, admin)
    monthly = await boss.plan(Decimal(0))
    await importer.imports(SHEET)
    for client in await importer.clients():
        await boss.sell(client, monthly)
    assert await enters(gym, employee, "0012345678") is VerdictCode.ADMITTED
    for refused in ("A-77", "99999999", "12345679"):
        with pytest.raises(QrInvalid):
            await enters(gym, employee, refused)


def test_a_signed_code_is_no_card_number() -> None:
    assert number_at_the_door("https://t.me/bot?start=qAbCdEf0123456789") is None
    assert number_at_the_door("q" + "A0" * 23) is None
    assert number_at_the_door("1234567") is None


async def test_the_card_shows_it_and_staff_edit_it(chat: Chat, importer: Importer) -> None:
    await importer.imports(SHEET)
    await chat.sends("0012345678")
    await chat.person.sees(chat.t("🎫 Card {number}", number="12345678"))
    await chat.taps("Edit", "Card number")
    await chat.sends("0099 887 766")
    await chat.person.sees("99887766")
