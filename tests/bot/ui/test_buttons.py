"""Buttons: packed, pressed twice, pressed late, of another version; screens of every shape."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from bot import home
from bot.routing.router import Router
from bot.routing.routes import Routes
from bot.ui.callbacks import Callback, CallbackTooLong, UnknownButton, callback, pack, registry, unpack
from bot.ui.keyboards import button, grid, markup, pager
from bot.ui.screens import HtmlTranslator, split_html
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.text import telegram_length
from gym.security.permissions import Actor, Role
from tests.bot import flow
from tests.bot.conftest import MakeMember
from tests.support.sandbox.client import Person, SandboxClient

NOW = datetime(2026, 8, 3, 15, tzinfo=UTC)


class Shape(StrEnum):
    ROUND = "round"


@callback("t_all", changes=True)
class Everything(Callback):
    client_id: UUID
    day: date
    amount: Decimal | None
    shape: Shape
    page: int = 0
    yes: bool = False


@callback("t_txt")
class Words(Callback):
    text: str
    more: str | None = None


@pytest.fixture
def routers() -> tuple[Router, ...]:
    return (home.router, flow.router)


@pytest.fixture
async def bob(telegram: SandboxClient, make_staff, desk_bot) -> Person:
    person = await telegram.person("Bob <b> & _*_")
    await make_staff(person)
    return person


@pytest.mark.parametrize(
    "data",
    [
        Everything(new_id(), date(2028, 2, 29), Decimal("-12.50"), Shape.ROUND, 7, yes=True),
        Everything(new_id(), date(2026, 1, 1), None, Shape.ROUND),
        Words("a|b%c é", None),
        Words("", "x"),
        home.Home(),
    ],
)
def test_a_button_comes_back_as_it_was_packed_in_64_bytes(data: Callback) -> None:
    packed = pack(data, NOW)
    assert len(packed.encode()) <= 64
    assert unpack(registry([Everything, Words, home.Home]), packed).callback == data


@pytest.mark.parametrize(
    "packed", ["", "nope", "t_all|", "t_all|zz|x|y|z|1|1", "t_txt|a", "home|1", "t_txt||"]
)
def test_data_that_is_not_ours_is_an_unknown_button(packed: str) -> None:
    with pytest.raises(UnknownButton):
        unpack(registry([Everything, Words, home.Home]), packed)


def test_a_button_that_cannot_fit_is_refused_when_it_is_made() -> None:
    with pytest.raises(CallbackTooLong):
        pack(Words("x" * 70), NOW)


def test_two_types_of_one_code_are_refused() -> None:
    @callback("t_txt")
    class Other(Callback):
        pass

    with pytest.raises(ValueError, match="share the code"):
        registry([Words, Other])


def test_two_flows_cannot_answer_the_same_command() -> None:
    with pytest.raises(ValueError, match="two routers"):
        Routes([home.router, home.router])


def test_a_pager_offers_only_where_there_is_something() -> None:
    assert [item.label for item in pager(0, 1, flow.Names)] == []
    assert [item.label for item in pager(0, 3, flow.Names)] == ["2/3 ▶"]
    assert [item.label for item in pager(1, 3, flow.Names)] == ["◀ 1/3", "3/3 ▶"]


def test_labels_are_plain_text_of_at_most_twenty_letters() -> None:
    t = HtmlTranslator("en")
    assert button(t("{name}", name="Tom & <Co>"), home.Home()).label == "Tom & <Co>"
    assert len(button("x" * 30, home.Home()).label) == 20


def test_what_does_not_fit_beside_another_has_a_row_to_itself() -> None:
    short, long = (button("x" * count, home.Home()) for count in (20, 50))
    assert long.label == "x" * 19 + "…"
    wide = button("x" * 50, home.Home(), wide=True)
    assert len(wide.label) == 40
    assert grid([short, long, short, short, short]) == [[short], [wide], [short, short], [short]]
    assert grid([short] * 4, 3) == [[short] * 3, [short]]


def test_buttons_that_read_alike_are_told_apart() -> None:
    rosa, other = (button("Rosa Vargas", flow.Knock(new_id()), wide=True) for _ in range(2))
    long = [button("x" * 30, flow.Knock(new_id())) for _ in range(2)]
    shown = markup([[rosa], [other], [rosa], long], NOW)
    assert shown is not None
    assert [[item.text for item in row] for row in shown.inline_keyboard] == [
        ["Rosa Vargas"], ["Rosa Vargas (2)"], ["Rosa Vargas"], ["x" * 19 + "…", "x" * 15 + "… (2)"],
    ]  # fmt: skip


def test_values_are_escaped_and_ready_made_html_is_not() -> None:
    from bot.ui.screens import Html

    t = HtmlTranslator("en")
    assert (
        t("<b>{name}</b> {mark}", name="<i>_*&", mark=Html("<u>x</u>")) == "<b>&lt;i&gt;_*&amp;</b> <u>x</u>"
    )


def test_a_long_text_is_split_into_valid_pieces_that_lose_nothing() -> None:
    text = "\n".join(f"<b>line {n} 😀 <i>deep &lt; {'x' * (n % 90)}</i></b>" for n in range(500))
    pieces = split_html(text)
    assert len(pieces) > 1
    for piece in pieces:
        assert telegram_length(piece) <= 4096
        assert piece.count("<b>") == piece.count("</b>")
        assert piece.count("<i>") == piece.count("</i>")
    assert sum(piece.count("😀") for piece in pieces) == 500


async def test_a_name_with_markup_in_it_is_shown_as_it_is(bob: Person) -> None:
    await bob.sends("Tom <b>& Jerry_*`[x](y)")
    await bob.sees("You typed Tom <b>& Jerry_*`[x](y)")


async def test_a_tap_edits_the_message_in_place_and_pages_by_eight(bob: Person) -> None:
    await bob.sends("/start")
    menu = await bob.sees("type a name")
    await bob.taps("Names")
    page = await bob.sees("name 0")
    assert page.message_id == menu.message_id
    assert len(page.text.splitlines()) == 8
    await bob.taps("2/3 ▶")
    await bob.sees("name 15")


async def test_the_same_screen_again_is_no_fault(bob: Person) -> None:
    await bob.sends("/start")
    menu = await bob.sees("type a name")
    data = next(one.data for row in menu.buttons for one in row if one.label == "Names")
    await bob.taps_button_data(menu, data or "")
    await bob.sees("name 0")
    tapped = await bob.taps_button_data(menu, data or "")
    assert tapped.alert is None
    assert "went wrong" not in (await bob.last()).text


async def test_a_long_screen_comes_in_pieces_with_the_buttons_under_the_last(bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("Long text")
    last = await bob.sees("line 399 & more")
    assert [one.label for row in last.buttons for one in row] == ["Home"]
    everything = "\n".join(message.text for message in await bob.chat())
    assert all(f"line {n} & more" in everything for n in range(400))


async def test_pictures_take_the_place_of_texts_and_the_reverse(bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("Picture")
    first = await bob.sees_photo()
    assert first.caption == "picture 0"
    await bob.taps("Another")
    second = await bob.sees("picture 1")
    assert second.message_id == first.message_id
    await bob.taps("Another")
    third = await bob.sees("picture 2")
    assert third.photo_url is None
    await bob.sees_gone(second)
    assert len([message for message in await bob.chat() if message.from_bot]) == 1


async def test_a_button_of_an_older_version_gets_a_clear_sentence(bob: Person) -> None:
    await bob.sends("/start")
    menu = await bob.sees("type a name")
    tapped = await bob.taps_button_data(menu, "gone|1|2")
    assert "older version" in (tapped.alert or "")


async def test_a_button_of_the_desk_does_nothing_for_others(
    bob: Person, telegram: SandboxClient, make_member: MakeMember
) -> None:
    ana = await telegram.person("Ana")
    await make_member(ana)
    await ana.sends("/start")
    menu = await ana.sees("What would you like")
    tapped = await ana.taps_button_data(menu, pack(flow.Names(), NOW))
    assert "not open to you" in (tapped.alert or "")


async def test_an_employee_does_not_see_what_only_admins_may(
    telegram: SandboxClient, make_staff, desk_bot
) -> None:
    eve = await telegram.person("Eve")
    await make_staff(eve, Role.EMPLOYEE)
    await eve.sends("/start")
    menu = await eve.sees("type a name")
    assert "Boom" not in [one.label for row in menu.buttons for one in row]


async def test_a_surprise_is_a_short_code_and_the_next_update_works(bob: Person) -> None:
    await bob.sends("/start")
    await bob.taps("Boom")
    seen = await bob.sees("tell an admin this code")
    assert "RuntimeError" not in seen.text
    await bob.sends("still there?")
    await bob.sees("You typed still there?")


async def test_an_old_tap_that_would_change_something_asks_again(
    bob: Person, gym: Gym, make_member: MakeMember, clock: FrozenClock
) -> None:
    client = await make_member(None)
    await bob.sends("/start")
    menu = await bob.sees("type a name")

    async def knocks() -> str | None:
        async with gym.unit_of_work(Actor.system()) as uow:
            return (await uow.session.get_one(Client, client.id)).notes

    data = pack(flow.Knock(client.id), clock.now())
    tapped = await bob.taps_button_data(menu, data)
    assert tapped.toast == "Knocked at Ana"
    clock.advance(timedelta(hours=2))
    await bob.taps("Knock")
    asked = await bob.sees("Still do it?")
    assert await knocks() == "x"
    labels = [one.label for row in asked.buttons for one in row]
    assert labels == ["Home", "Knock"]
    await bob.taps("Knock")
    await bob.sees("Knocks: xx")
    assert await knocks() == "xx"
