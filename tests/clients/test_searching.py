"""One search box: accents, slips of the finger, documents and phones."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.clients.fields.documents import Document
from gym.clients.models import DocumentType
from gym.clients.searching import SearchTerms, fold, pattern
from gym.clients.service import ClientService
from gym.core.database.repository import PAGE_SIZE
from gym.security.permissions import Actor, NotAllowed
from tests.support.front_desk import Desk, statements

JUAN = "Juán Pérez Gómez"


@pytest.fixture
async def people(desk: Desk) -> None:
    """Juán among people whose names are a bit like his."""
    number = Document(DocumentType.CC, "1020304050")
    await desk.registers("Juán", "Pérez Gómez", document=number, phone="300 123 4567", alias="Juancho")
    await desk.registers("Juana", "Peralta", phone="301 765 4321")
    await desk.registers("María José", "Núñez", document=Document(DocumentType.PP, "AB123456"))
    await desk.registers("Pedro", "Gómez", document=Document(DocumentType.CC, "4050102030"))
    await desk.registers("Sofía", "Rodríguez")
    await desk.registers("Li", "Wu")


@pytest.mark.parametrize(
    "typed",
    [
        "Juan Perez",
        "juán pérez gómez",
        "PEREZ JUAN",
        "Gómez Juan Pérez",
        "Jaun Peres",
        "Juan Prez",
        "Juann Perezz",
        "juan per",
        "Juancho",
        "  juan,  perez ",
    ],
)
@pytest.mark.usefixtures("people")
async def test_a_name_is_found_however_it_is_written(desk: Desk, typed: str) -> None:
    assert (await desk.finds(typed))[0] == JUAN


@pytest.mark.parametrize(
    "name",
    [
        *("김민수", "がく", "ガク", "Ной", "Юй", "Николай", "Ёлка", "Ωμέγα", "李小龍", "محمد", "מרים"),
        *("प्रिया", "கமலா", "สมชาย", "გიორგი", "Արամ", "አበበ", "Nguyễn", "İbrahim"),
    ],
)
@pytest.mark.usefixtures("people")
async def test_a_name_in_any_script_is_found_by_typing_exactly_it(desk: Desk, name: str) -> None:
    await desk.registers(name, "Vargas")
    assert await desk.finds(name) == [f"{name} Vargas"]
    assert await desk.finds(f"vargas {name.lower()}") == [f"{name} Vargas"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1020304050", JUAN),
        ("1.020.304.050", JUAN),
        ("CC 1.020.304.050", JUAN),
        ("AB-123456", "María José Núñez"),
        ("pp ab123456", "María José Núñez"),
        ("300 123 4567", JUAN),
        ("+57 300 123 4567", JUAN),
        ("3017654321", "Juana Peralta"),
        ("juan 304050", JUAN),
    ],
)
@pytest.mark.usefixtures("people")
async def test_a_document_or_phone_is_found_as_it_is_typed(desk: Desk, typed: str, found: str) -> None:
    assert await desk.finds(typed) == [found]


@pytest.mark.usefixtures("people")
async def test_a_whole_document_stands_before_numbers_that_contain_it(desk: Desk) -> None:
    await desk.registers("Ana", "Alba", phone="300 999 4050")
    await desk.registers("Zoe", "Zapata", document=Document(DocumentType.CC, "4050"))
    assert (await desk.finds("4050"))[0] == "Zoe Zapata"
    assert len(await desk.finds("4050")) == 4


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nunez", "María José Núñez"),
        ("rodrigez", "Sofía Rodríguez"),
        ("wu li", "Li Wu"),
        ("sofai", "Sofía Rodríguez"),
    ],
)
@pytest.mark.usefixtures("people")
async def test_accents_and_one_slip_do_not_matter(desk: Desk, typed: str, found: str) -> None:
    assert await desk.finds(typed) == [found]


@pytest.mark.parametrize(
    "typed", ["Xavier", "%", "_", "%%%", "Juan Zapata", "\\", "'; DROP TABLE clients", "(((", "🏋"]
)
@pytest.mark.usefixtures("people")
async def test_what_is_not_there_is_not_found(desk: Desk, typed: str) -> None:
    assert await desk.finds(typed) == []


async def test_who_was_deactivated_is_found_last(desk: Desk) -> None:
    gone = await desk.registers("Juan", "Perez")
    await desk.registers("Juana", "Pereza")
    await desk.does("deactivate", gone.id)
    assert await desk.finds("Juan Perez") == ["Juana Pereza", "Juan Perez"]


async def test_what_is_there_as_typed_stands_before_what_is_nearly_there(desk: Desk) -> None:
    await desk.registers("Ana", "Marin")
    await desk.registers("Ana", "Martin")
    assert await desk.finds("Ana Martin") == ["Ana Martin", "Ana Marin"]


async def test_an_empty_box_lists_everybody_by_name_in_pages(desk: Desk, employee: Actor) -> None:
    for number in range(PAGE_SIZE + 2):
        await desk.registers("Ana", f"N{chr(97 + number)}")
    await desk.registers("Álba", "Álvarez")
    async with desk.gym.unit_of_work(employee) as uow:
        first = await ClientService(uow).search(" ")
        second = await ClientService(uow).search("", 1)
    assert first.items[0].full_name == "Álba Álvarez"
    assert (first.total, len(first.items), len(second.items)) == (PAGE_SIZE + 3, PAGE_SIZE, 3)


@pytest.mark.usefixtures("people")
async def test_a_search_is_one_query_and_a_count(gym: Gym, employee: Actor) -> None:
    async with gym.unit_of_work(employee) as uow:
        with statements(gym) as seen:
            await ClientService(uow).search("Jaun Peres 4050")
    assert len(seen) == 2


async def test_the_name_search_can_use_the_trigram_index(gym: Gym, employee: Actor) -> None:
    async with gym.unit_of_work(employee) as uow:
        await uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await uow.session.scalars(
            text(
                "EXPLAIN SELECT id FROM clients WHERE (search ~ :juan OR search %> 'jaun')"
                " AND search LIKE '%4050%'"
            ),
            {"juan": pattern("jaun")},
        )
        assert "ix_clients_search" in "\n".join(plan)


async def test_only_staff_search(gym: Gym, desk: Desk) -> None:
    rosa = await desk.registers()
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        with pytest.raises(NotAllowed):
            await ClientService(uow).search("Rosa")


def test_folding_agrees_with_the_database_on_letters_that_do_not_decompose() -> None:
    assert fold("ÑandÚ Straße Øre Łódź") == "nandu strasse ore lodz"


async def test_folding_here_and_in_the_database_is_the_same(gym: Gym) -> None:
    written = (
        "ÑandÚ Straße Øre Łódź Ægir Œuvre Đuro Þóra Nguyễn İbrahim Əli Ωμέγα Ёлка Ной Юй がく ガク "
        "김민수 李小龍 محمد مرים प्रिया கமலா สมชาย გიორგი Արամ አበበ"
    )
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(text("SELECT gym_fold(:it)"), {"it": written}) == fold(written)


def test_a_box_full_of_words_is_cut() -> None:
    terms = SearchTerms.read("word " * 500)
    assert len(terms.words) == 6
    assert terms.number is None
