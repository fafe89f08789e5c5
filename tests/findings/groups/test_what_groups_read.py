"""What a desk chat reads of the desk's messages, and how a press there goes on in private."""

from __future__ import annotations

import time

import pytest

from bot.desk.admin.team import Invite
from bot.messages import render
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.clients import Card, RegisterClient
from bot.ui.callbacks import pack
from bot.ui.masking import mask_contacts
from bot.ui.screens import Screen
from bot.ui.surfaces import OnlyInPrivate, Surface, fit_to_share, mask_payload
from gym.app import Gym
from gym.chats.desk_chats import DeskChatService
from gym.notifications.models import NotificationKind
from gym.security.permissions import Role
from tests.findings.groups.conftest import DOCUMENT, MAIL, PHONE, Cast, Spot
from tests.findings.groups.test_surfaces import everything_read, put_message
from tests.support.messages.samples import NOW, samples
from tests.support.sandbox.client import SandboxClient

TYPED = f"call {PHONE}, mail {MAIL}, CC 1.020.309.991, see https://example.com/x and t.me/gym?start=s123"
TYPED += " or 311 - 765 - 4321, 312/765/4321, dario at example dot net"
PIECES = (
    "a at ",
    "a (dot) ",
    " at",
    " . ",
    "uno ",
    "·1",
    "/ ",
    "a://",
    "10:30 ",
    "1/1/2026 ",
    "1\u200b",
    "@ a ",
)
DESK_KINDS = [kind for kind in NotificationKind if kind.startswith("desk_")]


@pytest.mark.parametrize("kind", [*DESK_KINDS, NotificationKind.APPROVAL_ASKED])
async def test_what_somebody_typed_reaches_a_desk_chat_without_phones_documents_and_links(
    gym: Gym, kind: NotificationKind
) -> None:
    for sample in samples(kind):
        # A value of several words is a person's or was typed; the program's own names are one word each.
        typed = {name: TYPED for name, value in sample.items() if isinstance(value, str) and " " in value}
        worded = render(kind, mask_payload({**sample, **typed}), await gym.settings(), "en", NOW)
        assert "url" not in str(worded.keyboard and worded.keyboard.to_dict())
        for secret in ("3001234567", MAIL, "1.020.309.991", "example", "t.me", "765", "4321"):
            assert secret not in worded.text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("call 300 123 4567 today", "call ••• today"),
        (f"CC {DOCUMENT}", "CC •••"),
        ("passport AB123456", "passport AB•••"),
        ("write to ana.diaz@gym.example.co", "write to •••"),
        ("see gym.example/terms", "see •••"),
        ("ask @dario_velez", "ask •••"),
        ("back on 2026-12-24 or 24/12/2026", "back on 2026-12-24 or 24/12/2026"),
        ("paid $100,000 twice, 3 visits left", "paid $100,000 twice, 3 visits left"),
        ("Plan 2026", "Plan 2026"),
        ("receipt R-000123 of 29 Nov 2026 15:08", "receipt R-000123 of 29 Nov 2026 15:08"),
        ("el 5 de diciembre de 2026 10:30", "el 5 de diciembre de 2026 10:30"),
        ("Dec 5, 2026 – Jan 5, 2027", "Dec 5, 2026 – Jan 5, 2027"),
        ("2026-11-29T15:08:41+00:00", "2026-11-29T15:08:41+00:00"),
        ("COP 1.200.000 or $ 1.200.000 or $1 200 000", "COP 1.200.000 or $ 1.200.000 or $1 200 000"),
        ("1.200.000 COP, $1200000, €80.50", "1.200.000 COP, $1200000, €80.50"),
        ("29 Nov 2026 3001234567", "29 Nov 2026 •••"),
        ("COP 300 123 4567", "COP •••"),
        ("$3001234567", "$•••"),
        ("NIT 900.123.456-7", "NIT •••"),
        ("R-1020309991", "R-•••"),
        ("..gym.example/x and (a.b@gym.co)", "..••• and (•••)"),
    ],
)
def test_contacts_are_masked_and_days_and_amounts_stay(typed: str, shown: str) -> None:
    assert mask_contacts(typed) == shown


@pytest.mark.parametrize(
    "piece",
    [*("a.", "a", "1 ", "1", "1-1-", "a@", "a.a", "1.111", "$1", "5 may "), *PIECES],
)
def test_no_text_holds_the_others_up_while_it_is_masked(piece: str) -> None:
    text = (piece * 4096)[:4096]
    best = min(_seconds(text) for _ in range(3))
    assert best < 0.05, "it was 0.4 s"


def _seconds(text: str) -> float:
    began = time.thread_time()
    mask_contacts(text)
    return time.thread_time() - began


@pytest.mark.parametrize("screen", [Screen("a link", secret=True), Screen("a person", photo=b"jpeg")])
@pytest.mark.parametrize("surface", [Surface.DESK, Surface.ELSEWHERE])
def test_what_gives_power_and_pictures_of_people_are_never_sent_where_others_read(
    screen: Screen, surface: Surface
) -> None:
    with pytest.raises(OnlyInPrivate):
        fit_to_share(screen, surface)
    assert fit_to_share(screen, Surface.PRIVATE) is screen


async def test_a_tap_in_a_desk_chat_goes_on_in_the_own_chat(
    gym: Gym, desk_bot: RunningBot, people: Cast, spots: dict[str, Spot]
) -> None:
    here = people.bruno.in_group(spots["desk"].chat)
    card = pack(Card(people.client.id), gym.clock.now())
    sent = await put_message(desk_bot, spots["desk"], [card])
    tapped = await here.taps_button_data(sent, card)
    assert tapped.alert is not None
    assert "I have opened it in your own chat" in tapped.alert
    await people.bruno.sees(PHONE)
    assert [one.text for one in await here.chat()] == ["An older message"]


async def test_a_form_is_begun_and_answered_in_private_alone(
    gym: Gym, desk_bot: RunningBot, people: Cast, spots: dict[str, Spot]
) -> None:
    here = people.bruno.in_group(spots["desk"].chat)
    register = pack(RegisterClient(), gym.clock.now())
    await here.taps_button_data(await put_message(desk_bot, spots["desk"], [register]), register)
    await people.bruno.sees("first name")
    await here.sends("Somebody else")
    await people.bruno.sends("Luisa")
    await people.bruno.sees("last name")
    assert [one.text for one in await here.chat() if one.from_bot] == ["An older message"]


async def test_who_cannot_be_written_to_is_told_to_write_first(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, people: Cast, spots: dict[str, Spot]
) -> None:
    here = people.ana.in_group(spots["desk"].chat)
    invite = pack(Invite(Role.ADMIN), gym.clock.now())
    sent = await put_message(desk_bot, spots["desk"], [invite])
    await people.ana.blocks()
    tapped = await here.taps_button_data(sent, invite)
    assert tapped.alert is not None
    assert "Write to me in private first" in tapped.alert
    assert [one.text for one in await here.chat() if one.from_bot] == ["An older message"]


async def test_a_paused_desk_chat_is_a_group_like_any_other(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, people: Cast, spots: dict[str, Spot]
) -> None:
    here = people.bruno.in_group(spots["desk"].chat)
    await here.sends("/today")
    await here.sees("📅")
    async with gym.unit_of_work(people.admin) as uow:
        for chat in await DeskChatService(uow).all():
            await DeskChatService(uow).pause(chat.id, paused=True)
    await here.sends("/today")
    await everything_read(gym, telegram)
    assert sum(one.from_bot for one in await here.chat()) == 1


@pytest.mark.parametrize("words", ["Mallory", "/cancel", "/today"])
async def test_an_inline_bots_words_in_private_are_no_answer_and_no_command(people: Cast, words: str) -> None:
    bruno = people.bruno
    await bruno.sends("/register")
    await bruno.sees("first name")
    await bruno.client.inject(
        {
            "update_id": 900_000_000,
            "message": {
                "message_id": 99_999,
                "date": 1_795_000_000,
                "chat": {"id": bruno.id, "type": "private", "first_name": "Bruno"},
                "from": {"id": bruno.id, "is_bot": False, "first_name": "Bruno"},
                "via_bot": {"id": 1, "is_bot": True, "first_name": "GIF", "username": "gif"},
                "text": words,
            },
        }
    )
    await bruno.sees("type a name")
