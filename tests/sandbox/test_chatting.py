"""People chat with a real bot over HTTP."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from telegram.ext import Application

from tests.faces.hard_photos import HEIC, saved
from tests.sandbox.front_desk import square
from tests.support.sandbox.client import ControlApiError, Person, SandboxClient

pytestmark = pytest.mark.usefixtures("desk")


async def test_a_greeting_arrives_formatted_and_with_buttons(ana: Person) -> None:
    await ana.sends("/start")
    message = await ana.sees("welcome, ana")
    assert message.text == "Welcome, Ana"
    assert [entity["type"] for entity in message.entities] == ["bold", "text_mention"]
    assert message.labels == ["Renew", "Hello", "Warning", "Website", "Invite"]


async def test_tapping_through_a_flow_edits_one_message(ana: Person) -> None:
    await ana.sends("/start")
    await ana.taps("Renew")
    await ana.taps("Monthly")
    paid = await ana.sees("paid for plan:1")
    assert paid.edited
    assert paid.buttons == ()
    assert len(await ana.chat()) == 2


async def test_a_toast_and_an_alert_are_told_apart(ana: Person) -> None:
    await ana.sends("/start")
    assert (await ana.taps("Hello")).toast == "Hello there"
    assert (await ana.taps("Warning")).alert == "The door is open"
    await ana.sees("door is open")


async def test_a_link_button_gives_its_address_and_a_deep_link_starts_the_bot(ana: Person) -> None:
    await ana.sends("/start")
    assert (await ana.taps("Website")).url == "https://example.com/gym"
    await ana.taps("Invite")
    await ana.sees("(invite)")


async def test_a_contact_button_shares_the_own_number_and_the_keyboard_goes_away(ana: Person) -> None:
    await ana.sends("/keys")
    await ana.sees("your keys")
    assert await ana.keyboard() == ["Share contact", "My plan", "My QR"]
    await ana.taps("Share contact")
    await ana.sees("+573001112233 is yours")
    assert await ana.keyboard() == []


async def test_a_key_of_the_reply_keyboard_sends_its_text(ana: Person) -> None:
    await ana.sends("/keys")
    await ana.taps("My plan")
    await ana.sees("You said: My plan")


async def test_somebody_elses_contact_does_not_carry_the_senders_number(ana: Person) -> None:
    await ana.sends_contact({"phone_number": "+573009998877", "first_name": "Eve"})
    await ana.sees("+573009998877 is somebody's")


async def test_a_person_without_a_phone_cannot_share_it(telegram: SandboxClient) -> None:
    stranger = await telegram.person("Stranger")
    with pytest.raises(ControlApiError, match="no_phone_number"):
        await stranger.sends_contact()


async def test_a_forced_reply_answers_the_question(ana: Person) -> None:
    await ana.sends("/ask")
    await ana.sees("Which name?")
    await ana.sends("Maria")
    await ana.sees("You said: Maria about Which name?")


async def test_a_photo_reaches_the_bot_at_most_1280_pixels_long(ana: Person) -> None:
    await ana.sends_photo(square(2000), caption="me")
    await ana.sees("A photo of 1280 × 1280")


async def test_a_photo_is_taken_as_the_persons_own_phone_would_send_it(ana: Person) -> None:
    """An app uploads a JPEG of whatever it can show: Telegram itself reads no HEIC."""
    jpeg = saved(square(200), "JPEG")
    for photo, size in ((HEIC, "96 × 64"), (jpeg[:-2], "200 × 200"), (b"\r\n" + jpeg, "200 × 200")):
        await ana.sends_photo(photo)
        await ana.sees(f"A photo of {size}")
    for broken in (b"", b"%PDF-1.4", HEIC[:400]):
        with pytest.raises(ControlApiError, match=r"not_a_photo.*HEIC"):
            await ana.sends_photo(broken)


async def test_a_document_keeps_its_bytes_and_name(ana: Person) -> None:
    await ana.sends_document(b"x" * 12345, "clients.xlsx")
    await ana.sees("clients.xlsx: 12345 bytes")


async def test_a_photo_from_the_bot_can_be_looked_at(telegram: SandboxClient, ana: Person) -> None:
    await ana.sends("/qr")
    message = await ana.sees_photo()
    assert message.caption == "Your QR"
    picture = Image.open(io.BytesIO(await telegram.download(message.photo_url or "")))
    assert picture.size == (1280, 1280)


async def test_a_document_from_the_bot_comes_byte_for_byte(telegram: SandboxClient, ana: Person) -> None:
    await ana.sends("/receipt")
    message = await ana.sees_document()
    assert message.file_name == "receipt 7.pdf"
    assert await telegram.download(message.document_url or "") == b"%PDF-1.7 receipt"


async def test_an_album_arrives_as_one_group_of_photos(telegram: SandboxClient, ana: Person) -> None:
    await ana.sends_album([square(200), square(300)])
    await ana.sees("300 × 300")
    sent = [message for message in await ana.chat() if not message.from_bot]
    assert len(sent) == 2


async def test_blocking_tells_the_bot_and_stops_its_messages(
    desk: Application, telegram: SandboxClient, ana: Person
) -> None:
    await ana.sends("hello")
    await ana.sees("You said: hello")
    await ana.blocks()
    with pytest.raises(ControlApiError, match="blocked_bot"):
        await ana.sends("again")
    await ana.unblocks()
    await ana.sends("back")
    await ana.sees("You said: back")
    assert desk.bot_data["membership"] == [("member", "kicked"), ("kicked", "member")]


async def test_a_group_with_topics_hears_its_members(telegram: SandboxClient, ana: Person) -> None:
    group = await telegram.group("Front desk", [ana], topics=["Payments", "Visits"])
    thread = group["topics"][1]["thread"]
    in_group = ana.in_group(group["id"], thread)
    await in_group.sends("who is in?")
    answer = await in_group.sees("who is in?")
    assert answer.from_bot
    assert await ana.chat() == []


async def test_a_stranger_to_a_group_cannot_read_it(telegram: SandboxClient, ana: Person) -> None:
    group = await telegram.group("Front desk", [ana])
    eve = (await telegram.person("Eve")).in_group(group["id"])
    with pytest.raises(ControlApiError, match="unknown_chat"):
        await eve.chat()


async def test_what_is_not_there_is_reported_with_the_transcript(ana: Person) -> None:
    await ana.sends("hello")
    await ana.sees("You said")
    with pytest.raises(AssertionError, match=r"Ana does not see “goodbye”[\s\S]+You said: hello"):
        await ana.sees("goodbye", timeout=0)
    with pytest.raises(AssertionError, match="finds no button “Pay”"):
        await ana.taps("Pay", timeout=0)


async def test_two_people_have_separate_chats(telegram: SandboxClient, ana: Person) -> None:
    bruno = await telegram.person("Bruno")
    await ana.sends("from ana")
    await bruno.sends("from bruno")
    await ana.sees("from ana")
    await bruno.sees("from bruno")
    assert all("bruno" not in message.words for message in await ana.chat())
