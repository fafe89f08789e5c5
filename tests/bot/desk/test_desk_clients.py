"""Clients at the desk, through the real bot: registered with a face, found, changed, let in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from bot.ui.links import qr_png
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.faces.pool import FacePool
from gym.faces.service import FaceRecognitionService
from gym.importing.reading.names import capitalized
from gym.security.permissions import Actor, Role
from gym.security.signed_links import SignedLinks
from gym.settings.addresses import bot_link
from gym.subscriptions.models import Subscription
from tests.support.memberships import DeskClerk
from tests.support.people import group, landscape, people, stranger
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.seen import Message

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
def gym(gym: Gym, remembered_faces: FacePool) -> Gym:
    """Here the bot can see."""
    return replace(gym, face_pool=remembered_faces)


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    """An employee at the desk."""
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


@pytest.fixture
def clerk(gym: Gym) -> DeskClerk:
    return DeskClerk(gym, Actor.system())


async def clients(gym: Gym) -> list[Client]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Client).order_by(Client.id)))


async def visits_used(gym: Gym) -> int:
    """Of the one plan that was sold."""
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(Subscription))).one().visits_used


def check_in_data(card: Message) -> str:
    """What the button of a card sends."""
    return next(one.data or "" for row in card.buttons for one in row if "Check in" in one.label)


async def register(desk: Person, first: str, last: str) -> None:
    """Up to the consent question; what may be skipped is skipped."""
    await desk.sends("/register")
    await answer_names(desk, first, last)


async def answer_names(desk: Person, first: str, last: str) -> None:
    await desk.sees("first name")
    await desk.sends(first)
    await desk.sees("last name")
    await desk.sends(last)
    for question in ("Which document", "Which phone", "born", "Which gender"):
        await desk.sees(question)
        await desk.taps("Skip")


async def test_a_client_is_registered_with_consent_and_photos_and_known_by_the_next_one(
    bruno: Person, gym: Gym
) -> None:
    rosa = people()[0]
    await register(bruno, "Rosa", "Pérez")
    await bruno.sees("signed this in front of you")
    await bruno.taps("Yes, signed")
    await bruno.sees("send three photos")
    await bruno.sends_photo(landscape())
    await bruno.sees("No face was found")
    for number in (0, 1):
        await bruno.sends_photo(rosa.photo(number))
        await bruno.sees("Good photo")
    await bruno.taps("Done with photos")
    await bruno.sees("2 photos")
    await bruno.taps("Save")
    done = await bruno.sees("Rosa Pérez is registered")
    link = (await bruno.chat())[-2]
    assert link.photo_url, "the QR to scan"
    assert "t.me/" in link.words
    assert link.labels == []

    await bruno.taps("Card")
    card = await bruno.sees("No plan yet")
    still = {message.message_id: message.words for message in await bruno.chat()}
    assert card.message_id > done.message_id
    assert still[link.message_id] == link.words
    assert still[done.message_id] == done.words

    await bruno.sends_photo(rosa.photo(2))
    card = await bruno.sees("No plan yet")
    assert "Rosa Pérez" in card.words
    assert card.photo_url, "the card shows the face"


async def test_an_unknown_face_becomes_a_client_with_that_very_photo(bruno: Person, gym: Gym) -> None:
    lucia = people()[1]
    await bruno.sends_photo(lucia.photo(0))
    await bruno.sees("do not know this face")
    await bruno.taps("Register with this photo")
    asked = await bruno.sees("signed it in front of you")
    assert asked.message_id == (await bruno.last()).message_id, "the question stands below the long text"
    await bruno.taps("Yes, signed")
    await answer_names(bruno, "Lucía", "Ruiz")
    await bruno.sees("Two more photos")
    await bruno.taps("Skip")
    await bruno.taps("Save")
    await bruno.sees("1 face photo saved")
    [client] = await clients(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        state = await FaceRecognitionService(uow).state(client.id)
    assert (state.templates, state.consent is not None) == (1, True)


async def test_a_photo_of_somebody_else_is_refused_at_once_and_the_photos_can_start_again(
    bruno: Person, gym: Gym
) -> None:
    rosa, eva = people()[0], people()[1]
    await register(bruno, "Rosa", "Pérez")
    await bruno.taps("Yes, signed")
    await bruno.sees("send three photos")
    await bruno.sends_photo(eva.photo(0))
    await bruno.sees("Good photo")
    await bruno.sends_photo(rosa.photo(0))
    shown = await bruno.sees("does not look like the one before")
    assert "1 of 3 photos" in shown.words
    await bruno.taps("🔄 Start again")
    shown = await bruno.sees("0 of 3 photos")
    assert "🔄 Start again" not in shown.labels
    for number in (0, 1, 2):
        await bruno.sends_photo(rosa.photo(number))
        await bruno.sees("Good photo" if number < 2 else "3 photos")
    await bruno.taps("Change")
    await bruno.taps("Face")
    await bruno.sends_photo(rosa.photo(3))
    await bruno.sees("3 photos are there")
    await bruno.taps("Done with photos")
    await bruno.taps("Save")
    await bruno.sees("3 face photos saved")


async def test_a_photo_that_came_before_the_form_can_be_taken_out_too(bruno: Person, gym: Gym) -> None:
    lucia, rosa = people()[1], people()[0]
    await bruno.sends_photo(lucia.photo(0))
    await bruno.sees("do not know this face")
    await bruno.taps("Register with this photo")
    await bruno.taps("Yes, signed")
    await answer_names(bruno, "Rosa", "Ruiz")
    await bruno.sees("Two more photos")
    await bruno.sends_photo(rosa.photo(0))
    await bruno.sees("does not look like the one before")
    await bruno.taps("🔄 Start again")
    await bruno.sees("send three photos")
    await bruno.sends_photo(rosa.photo(0))
    await bruno.sees("Good photo")
    await bruno.taps("Done with photos")
    await bruno.taps("Save")
    await bruno.sees("1 face photo saved")


async def test_without_consent_there_is_no_photo_step_and_no_face(bruno: Person, gym: Gym) -> None:
    await register(bruno, "Mateo", "Díaz")
    await bruno.taps("No, without face")
    await bruno.sees("Mateo")
    await bruno.taps("Save")
    await bruno.sees("Mateo Díaz is registered")
    [client] = await clients(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        state = await FaceRecognitionService(uow).state(client.id)
    assert (state.templates, state.consent) == (0, None)


async def test_several_faces_are_numbered_with_a_button_each(bruno: Person) -> None:
    await bruno.sends_photo(group())
    message = await bruno.sees("6 faces")
    assert message.photo_url
    assert [label[0] for label in message.labels[:6]] == list("123456")


async def test_typing_finds_clients_on_pages_and_a_single_hit_is_the_card(
    bruno: Person, clerk: DeskClerk
) -> None:
    for number in range(10):
        await clerk.client(f"Maria{'abcdefghij'[number]}")
    await clerk.client("Zoé")
    await bruno.sends("Vargas")
    first = await bruno.sees("11 clients for")
    assert sum("Vargas" in label for label in first.labels) == 8
    await bruno.taps("▶")
    second = await bruno.sees("11 clients for")
    assert sum("Vargas" in label for label in second.labels) == 3
    await bruno.sends("zoe")
    await bruno.sees("No plan yet")
    await bruno.sends("Xiqwertz")
    await bruno.sees("Nobody found")


@pytest.mark.parametrize(
    ("typed", "offered", "asked", "names"),
    [
        ("josé peña ruiz", "➕ Register José Peña Ruiz", 4, ("José", "Peña Ruiz")),
        ("María de la Cruz", "➕ Register María de la Cruz", 4, ("María", "de la Cruz")),
        ("Xiqwertz", "➕ Register Xiqwertz", 5, ("Xiqwertz", "")),
    ],
)
async def test_whoever_was_not_found_is_registered_under_the_name_that_was_typed(
    bruno: Person, gym: Gym, typed: str, offered: str, asked: int, names: tuple[str, str]
) -> None:
    await bruno.sends(typed)
    await bruno.sees("Nobody found")
    await bruno.taps(offered)
    for label in (*["Skip"] * asked, "No, without face", "Save"):
        await bruno.taps(label)
    await bruno.sees("is registered")
    [client] = await clients(gym)
    assert (client.first_name, client.last_name) == names


def test_a_name_that_begins_with_a_particle_begins_with_a_capital() -> None:
    assert capitalized("san jose") == "San Jose"
    assert capitalized("ana de la cruz") == "Ana de la Cruz"


@pytest.mark.parametrize("typed", ["300 123 4567", "CC 1020309991", "zzz@example.com", "x" * 60])
async def test_what_is_no_name_registers_nobody_under_it(bruno: Person, typed: str) -> None:
    await bruno.sends(typed)
    shown = await bruno.sees("Nobody found")
    assert "➕ Register a client" in shown.labels


async def test_one_field_is_changed_and_emptied_again(bruno: Person, gym: Gym, clerk: DeskClerk) -> None:
    await clerk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("Edit")
    await bruno.taps("Phone")
    await bruno.sends("12")
    await bruno.sees("not a phone number")
    await bruno.sends("300 123 4567")
    await bruno.sees("Phone saved")
    assert (await clients(gym))[0].phone == "+573001234567"
    await bruno.taps("Birth date")
    await bruno.sends("3/8/1990")
    await bruno.sees("Birth date saved")
    for label in ("Phone", "Birth date"):
        await bruno.taps(label)
        await bruno.taps("Empty it")
        await bruno.sees(f"{label} saved")
    [client] = await clients(gym)
    assert (client.phone, client.birth_date) == (None, None)


async def test_a_denied_client_is_admitted_with_a_reason_and_the_visit_undone(
    bruno: Person, clerk: DeskClerk
) -> None:
    await clerk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("Check in")
    denied = await bruno.sees("may not come in")
    assert "Sell plan" in " ".join(denied.labels)
    await bruno.taps("Admit anyway")
    await bruno.sends("Came with her trainer")
    await bruno.sees("entry recorded")
    await bruno.taps("Undo")
    await bruno.sees("is undone")


async def test_a_running_plan_lets_in_and_debt_offers_the_payment(
    bruno: Person, gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    clerk = DeskClerk(gym, admin)
    rosa, plan = await clerk.client("Rosa"), await clerk.plan()
    sold = await clerk.sell(rosa, plan)
    await bruno.sends("Rosa")
    await bruno.taps("Check in")
    denied = await bruno.sees("to pay.")
    assert "💵 Take payment" in denied.labels
    await clerk.pay(sold)
    await bruno.sends("Rosa")
    await bruno.taps("Check in")
    await bruno.sees("visit 1")


async def test_a_client_is_blocked_deactivated_and_back(bruno: Person, gym: Gym, clerk: DeskClerk) -> None:
    await clerk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("Block")
    await bruno.taps("3 days")
    await bruno.sends("Broke a mirror")
    await bruno.sees("may not come in until")
    await bruno.taps("Block")
    await bruno.sees("is blocked until")
    await bruno.taps("Back")
    await bruno.sees("Broke a mirror")
    await bruno.taps("Unblock")
    await bruno.taps("Deactivate")
    await bruno.sees("Access ends at once")
    await bruno.taps("Deactivate")
    await bruno.sees("May not come in. The client is deactivated")
    assert not (await clients(gym))[0].active
    await bruno.taps("Reactivate")
    await bruno.taps("✅ Check in")
    await bruno.sees("There is no plan")
    assert (await clients(gym))[0].active


async def test_a_face_is_enrolled_later_removed_and_the_consent_withdrawn(
    bruno: Person, gym: Gym, clerk: DeskClerk
) -> None:
    mateo = people()[2]
    client = await clerk.client("Mateo")
    await bruno.sends("Mateo")
    await bruno.taps("Face")
    await bruno.taps("Yes, signed")
    await bruno.sends_photo(mateo.photo(0))
    await bruno.sees("Good photo")
    await bruno.taps("Done with photos")
    await bruno.sees("recognised at the door")
    await bruno.taps("Back")
    await bruno.taps("Face")
    await bruno.sees("1 photo is remembered")
    await bruno.taps("Withdraw consent")
    await bruno.taps("Withdraw")
    await bruno.sees("No face consent")
    async with gym.unit_of_work(Actor.system()) as uow:
        state = await FaceRecognitionService(uow).state(client.id)
    assert (state.templates, state.consent) == (0, None)
    await bruno.sends_photo(stranger())
    await bruno.sees("do not know this face")


async def test_the_link_qr_links_the_clients_own_chat(
    bruno: Person, telegram: SandboxClient, gym: Gym, clerk: DeskClerk
) -> None:
    await clerk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("Chat link")
    offer = await bruno.sees("scan this")
    assert offer.photo_url
    assert not any(button.url for row in offer.buttons for button in row)
    await bruno.taps("Back")
    await bruno.sees("No plan yet")
    assert any("t.me/" in message.words for message in await bruno.chat()), "the link stays"
    phone = await telegram.person("Rosa")
    url = next(word for word in offer.words.split() if word.startswith("https://t.me/"))
    await phone.opens(url)
    await phone.sees("this chat is yours")
    assert (await clients(gym))[0].telegram_id == phone.id


async def test_staff_who_open_a_clients_link_are_asked_before_it_is_spent(
    bruno: Person, telegram: SandboxClient, gym: Gym, clerk: DeskClerk
) -> None:
    await clerk.client("Rosa")
    await bruno.sends("Rosa")
    await bruno.taps("Chat link")
    offer = await bruno.sees("scan this")
    url = next(word for word in offer.words.split() if word.startswith("https://t.me/"))
    await bruno.opens(url)
    await bruno.sees("Link your chat to Rosa Vargas?")
    await bruno.taps("No")
    await bruno.sees("type a name")
    assert (await clients(gym))[0].telegram_id is None

    await bruno.opens(url)
    await bruno.taps("Yes, this is me")
    await bruno.sees("this chat is yours")
    assert (await clients(gym))[0].telegram_id == bruno.id
    phone = await telegram.person("Rosa")
    await phone.opens(url)
    await phone.sees("was used before")


async def test_a_members_qr_is_the_card_as_a_photo_and_as_a_link(
    bruno: Person, gym: Gym, clerk: DeskClerk
) -> None:
    rosa = await clerk.client("Rosa")
    settings = await gym.settings()
    payload = SignedLinks(gym.secrets.jwt).sign_member_qr(rosa.id, gym.clock.now() + timedelta(minutes=1))
    url = bot_link(settings, payload)
    await bruno.sends_photo(qr_png(url))
    await bruno.sees("Rosa Vargas")
    await bruno.opens(url)
    await bruno.sees("Rosa Vargas")
    await bruno.opens(bot_link(settings, payload[:-4] + "AAAA"))
    await bruno.sees("not valid here")


async def test_history_pages_show_visits_payments_and_plans(bruno: Person, gym: Gym, admin: Actor) -> None:
    clerk = DeskClerk(gym, admin)
    rosa, plan = await clerk.client("Rosa"), await clerk.plan()
    await bruno.sends("Rosa")
    await bruno.taps("Visits")
    await bruno.sees("No visits yet")
    await bruno.taps("Back")
    await clerk.pay(await clerk.sell(rosa, plan))
    await bruno.taps("Payments")
    await bruno.sees("$150,000 (Cash)")
    await bruno.taps("№ 1")
    await bruno.sees("Paid in full")
    await bruno.sends("Rosa")
    await bruno.taps("Plans")
    await bruno.sees("active")


async def test_the_button_of_a_card_lets_in_anew_after_the_visit_was_undone(
    bruno: Person, gym: Gym, admin: Actor
) -> None:
    clerk = DeskClerk(gym, admin)
    await clerk.sell(await clerk.client("Rosa"), await clerk.plan(Decimal(0)))
    await bruno.sends("Rosa")
    card = await bruno.sees("Monthly")
    again = check_in_data(card)
    await bruno.taps("Check in")
    await bruno.sees("visit 1")
    await bruno.taps("Undo")
    await bruno.sees("is undone")
    await bruno.taps_button_data(card, again)
    await bruno.sees("visit 1")
    assert await visits_used(gym) == 1


async def test_the_button_of_a_card_judges_anew_after_a_denial(bruno: Person, gym: Gym, admin: Actor) -> None:
    clerk = DeskClerk(gym, admin)
    sold = await clerk.sell(await clerk.client("Rosa"), await clerk.plan())
    await bruno.sends("Rosa")
    card = await bruno.sees("Monthly")
    again = check_in_data(card)
    await bruno.taps("Check in")
    await bruno.sees("to pay.")
    await clerk.pay(sold)
    await bruno.taps_button_data(card, again)
    await bruno.sees("visit 1")
