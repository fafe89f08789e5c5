"""An export has everything that the register calls the client's own, and nothing of others."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import text, update

from gym.app import Gym
from gym.audit.daily_limits import TooOftenToday
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.faces.models import FacePicture
from gym.privacy.archive import archive
from gym.privacy.export import ExportService
from gym.privacy.register import Entry
from gym.privacy.schemas import PersonalData
from gym.privacy.tables import REGISTER
from gym.privacy.words.labels import LABELS
from gym.privacy.words.page import FOR_PROGRAMS, HEADINGS, is_shown
from gym.security.permissions import Actor, NotAllowed
from tests.privacy.life import WORDS, Life
from tests.products.test_sales import Seller
from tests.support.pdfs import pages
from tests.support.shop import Shop

ASKED_BACK = (
    "INSERT INTO visitor_months (month, client_id, visits) VALUES ('2026-07-01', :client, 3)",
    "INSERT INTO outreaches (id, client_id, kind, staff_name, at, gym_day, days_away, value)"
    " VALUES (gen_random_uuid(), :client, 'call', 'Ana Admin', now(), '2026-08-01', 12, 150000)",
    "INSERT INTO counted_memberships (client_id, zone) VALUES (:client, 'America/Bogota')",
    "INSERT INTO membership_periods"
    " (subscription_id, client_id, plan_id, starts_on, until, is_last, ends_itself)"
    " SELECT id, client_id, plan_id, starts_on, ends_on, true, true FROM subscriptions"
    " WHERE client_id = :client LIMIT 1",
)
"""Visits and plans that were rolled up, and a call to somebody who stayed away."""


async def collected(life: Life, actor: Actor, *, for_chat: bool = False) -> PersonalData:
    async with life.gym.unit_of_work(actor) as uow:
        return await ExportService(uow).collect(life.client_id, for_chat=for_chat)


async def packed(life: Life, data: PersonalData, language: str = "en") -> ZipFile:
    async with life.gym.unit_of_work(Actor.system()) as uow:
        settings = uow.settings
    return ZipFile(io.BytesIO(archive(data, settings, settings.translator(language))))


async def test_every_word_of_hers_is_in_the_export(life: Life) -> None:
    file = await packed(life, await collected(life, life.member))
    told = file.read("data.json").decode()
    assert [name for name, word in WORDS.items() if word not in told] == []
    read = file.read("index.html").decode()
    words = WORDS | {"born": "Thu, 8 Mar 1990"}
    assert [name for name, word in words.items() if word not in read] == []


async def test_every_column_of_a_client_is_exported_or_left_out_with_a_reason(life: Life) -> None:
    async with life.gym.unit_of_work(Actor.system()) as uow:
        for statement in ASKED_BACK:
            await uow.session.execute(text(statement), {"client": life.client_id})
    data = await collected(life, life.boss.actor)
    assert set(data.tables) == {entry.table for entry in REGISTER if entry.client}
    for entry in REGISTER:
        if entry.client is None:
            continue
        told = set(entry.columns) - set(entry.client.withheld)
        assert all(set(row) == told for row in data.tables[entry.table]), entry.table
    empty = {name for name, rows in data.tables.items() if not rows}
    assert empty <= {"rewards", "own_memberships", "erasures", "gallery_changes"}, "she has left every trace"


async def test_nothing_of_another_client_or_of_the_team_is_in_it(life: Life) -> None:
    otto = await life.desk.client("Ottokar", telegram_id=55)
    sold = await life.boss.sell(otto, await life.boss.plan(name="Weekly"))
    told = (await packed(life, await collected(life, life.member))).read("data.json").decode()
    for secret in ("Ottokar", str(otto.id), str(sold.id), "Ana Admin", "Bruno Employee"):
        assert secret not in told


async def test_pictures_and_receipts_come_along_but_no_kiosk_picture_through_a_chat(life: Life) -> None:
    data = await collected(life, life.boss.actor)
    file = await packed(life, data)
    assert file.read("pictures/1.jpg") == b"a crop"
    assert file.read("pictures/2.jpg") == b"a thumbnail"
    assert len(data.pictures) == 6
    numbers = [receipt.number for receipt in data.receipts]
    assert len(numbers) == 2
    assert all(file.read(f"receipts/{number}.pdf").startswith(b"%PDF") for number in numbers)
    async with life.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(FacePicture).values(at_kiosk=True))
    in_chat = await collected(life, life.boss.actor, for_chat=True)
    assert (in_chat.pictures, in_chat.pictures_left_out) == ((), 6)
    page = (await packed(life, in_chat)).read("index.html").decode()
    assert "never pass through Telegram" in page
    assert len((await collected(life, life.boss.actor)).pictures) == 6


async def test_a_receipt_of_products_on_her_account_comes_along_too(life: Life) -> None:
    water = await Shop(life.gym, life.boss.actor).has(5, "Agua de panela")
    bar = Seller(life.gym, life.boss.actor)
    sold = await bar.sells(water, 2, None, life.rosa)
    file = await packed(life, await collected(life, life.member), "es")
    [payment] = sold.payments
    assert "2 × Agua de panela" in pages(file.read(f"receipts/{payment.receipt_number}.pdf"))[0].text


def test_every_table_and_column_that_a_person_reads_has_words() -> None:
    told = {entry.table: entry for entry in REGISTER if entry.client}
    assert sorted(told) == sorted([*HEADINGS, *FOR_PROGRAMS])
    unsaid = [
        f"{table}.{column}"
        for table in HEADINGS
        for column in told[table].columns
        if is_shown(told[table], column) and column not in withheld(told[table]) and column not in LABELS
    ]
    assert unsaid == []


def withheld(entry: Entry) -> Collection[str]:
    return entry.client.withheld if entry.client else ()


async def test_the_page_is_read_without_knowing_the_program(life: Life) -> None:
    read = (await packed(life, await collected(life, life.member), "es")).read("index.html").decode()
    words = re.sub("<style>.*?</style>|<[^>]*>", " ", read, flags=re.DOTALL)
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", words) == [], "no name of a column, no code of a state"
    assert re.findall(r"\d{4}-\d\d-\d\d", words) == [], "days as they are written in a letter"
    assert "$100.000" in words
    assert "abrió la ficha" in words


@pytest.mark.parametrize("typed", ["0045-77-13", "2026-02-30", "2026-02-30T10:00"])
async def test_a_number_of_a_bank_that_looks_like_a_day_is_read_as_it_was_typed(
    life: Life, typed: str
) -> None:
    async with life.gym.unit_of_work(Actor.system()) as uow:
        values = {"number": typed, "client": life.client_id}
        await uow.session.execute(
            text("UPDATE payment_proofs SET number = :number WHERE client_id = :client"), values
        )
    assert typed in (await packed(life, await collected(life, life.member))).read("index.html").decode()


async def test_a_look_is_recorded_and_only_admins_and_the_client_may(life: Life, gym: Gym) -> None:
    with pytest.raises(NotAllowed):
        await collected(life, life.desk.actor)
    with pytest.raises(NotAllowed):
        await collected(life, Actor.member(new_id(), "Otto"))
    await collected(life, life.boss.actor)
    async with gym.unit_of_work(Actor.system()) as uow:
        count = "SELECT count(*) FROM audit_entries WHERE action = 'client.exported'"
        assert await uow.session.scalar(text(count)) == 1


async def test_a_client_asks_five_times_a_day_and_again_tomorrow(life: Life, clock: FrozenClock) -> None:
    for _ in range(5):
        await collected(life, life.member)
    with pytest.raises(TooOftenToday):
        await collected(life, life.member)


async def test_the_json_says_why_each_table_is_kept_and_until_when(life: Life) -> None:
    file = await packed(life, await collected(life, life.boss.actor), "es")
    told: dict[str, Any] = json.loads(file.read("data.json"))
    assert told["format"] == 1
    for entry in REGISTER:
        if entry.client is not None:
            assert told["tables"][entry.table]["why"] == entry.why
            assert set(told["tables"][entry.table]) == {"why", "kept", "when_erased", "left_out", "rows"}
