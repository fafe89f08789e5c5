"""The door by photo, QR and document: real weights, real people."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import pytest
import segno

from gym.attendance.checkin.sentences import DOCUMENT_UNKNOWN
from gym.attendance.checkin.service import AttendanceService
from gym.core.clock import FrozenClock
from gym.core.language import Translator
from gym.security.signed_links import SignedLinks
from tests.support.door import API, Door
from tests.support.people import group, in_profile, jpeg, landscape, people, stranger

FORBIDDEN = ("score", "similarity", "embedding", "template", "vector", "distance", "threshold")


def qr_photo(text: str) -> bytes:
    """A phone's screen with a QR, held into the camera."""
    rows = [[0 if dark else 255 for dark in row] for row in segno.make(text).matrix]
    code = np.kron(np.array(rows, np.uint8), np.ones((8, 8), np.uint8))
    framed = cv2.copyMakeBorder(code, 90, 90, 160, 160, cv2.BORDER_CONSTANT, value=235)
    return jpeg(cv2.cvtColor(framed, cv2.COLOR_GRAY2BGR), 88)  # type: ignore[arg-type]


def member_qr(door: Door, client_id: UUID, *, lives: timedelta = timedelta(seconds=60)) -> str:
    payload = SignedLinks(door.gym.secrets.jwt).sign_member_qr(client_id, door.gym.clock.now() + lives)
    return f"https://t.me/power_bot?start={payload}"


async def test_a_known_face_is_let_in_by_name(door: Door) -> None:
    rosa = people()[0]
    member = await door.member("Rosa")
    await door.enrol(member.id, rosa)
    answer = await door.show(rosa.photo(2))
    body = await answer.json()
    assert answer.status == 201, body
    assert (body["outcome"], body["code"]) == ("admitted", "admitted")
    assert body["client"]["display_name"] == "Rosa"
    assert body["plan"] == "Monthly"
    assert (body["days_left"], "balance" in body) == (30, False), "no sums at this kiosk"
    assert "Welcome" in body["message"]


async def test_everybody_is_taken_for_themselves(door: Door) -> None:
    for place, person in enumerate(people()):
        member = await door.member(person.name, document=f"10203040{place}0")
        await door.enrol(member.id, person)
    seen = [
        (await (await door.show(person.photo(3))).json())["client"]["display_name"] for person in people()
    ]
    assert seen == [person.name for person in people()]


async def test_strangers_are_not_recognised_and_nobody_is_named(door: Door) -> None:
    for place, person in enumerate(people()):
        member = await door.member(person.name, document=f"10203040{place}0")
        await door.enrol(member.id, person)
    for photo in (stranger(), in_profile().photo()):
        answer = await door.show(photo)
        body = await answer.json()
        assert answer.status == 201
        assert (body["outcome"], body["code"]) == ("denied", "not_recognized")
        assert set(body) == {"id", "outcome", "code", "message", "at"}


async def test_a_member_without_a_plan_is_told_why(door: Door) -> None:
    rosa = people()[0]
    member = await door.member("Rosa", paid=False)
    await door.enrol(member.id, rosa)
    body = await (await door.show(rosa.photo())).json()
    assert (body["outcome"], body["code"]) == ("denied", "no_subscription")
    assert body["client"]["display_name"] == "Rosa"


async def test_no_answer_holds_a_score_or_a_surname(door: Door) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    for photo in (rosa.photo(), stranger()):
        text = (await (await door.show(photo)).text()).lower()
        assert "vargas" not in text
        assert "1020304050" not in text
        assert not [word for word in FORBIDDEN if word in text]


async def test_three_frames_of_one_moment_are_one_visit(door: Door) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    answer = await door.show(rosa.photo(0), landscape(), rosa.photo(1))
    assert (await answer.json())["code"] == "admitted"
    assert await door.visits() == 1


async def test_frames_of_two_people_are_refused(door: Door) -> None:
    answer = await door.show(people()[0].photo(), people()[2].photo())
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, "frames_disagree")


async def test_a_photo_may_come_as_base64_with_a_data_uri(door: Door) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    encoded = base64.b64encode(rosa.photo(1)).decode()
    for image in (encoded, f"data:image/jpeg;base64,{encoded}"):
        body = await (await door.say(image_base64=image)).json()
        assert body["client"]["display_name"] == "Rosa"


async def test_a_second_look_is_a_reentry_and_not_a_second_visit(door: Door) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    codes = [(await (await door.show(rosa.photo(n))).json())["code"] for n in range(2)]
    assert codes == ["admitted", "reentry"]


async def test_document_and_phone_let_in(door: Door) -> None:
    await door.member("Rosa")
    body = await (await door.say(document_number="1.020.304-050", phone_last4="4567")).json()
    assert (body["code"], body["client"]["display_name"]) == ("admitted", "Rosa")


@pytest.mark.parametrize(("number", "digits"), [("1020304050", "0000"), ("999999", "4567")])
async def test_which_half_was_wrong_is_not_told(door: Door, number: str, digits: str) -> None:
    await door.member("Rosa")
    body = await (await door.say(document_number=number, phone_last4=digits)).json()
    assert (body["outcome"], body["code"], body.get("client")) == ("denied", "not_recognized", None)


async def test_the_sentence_comes_in_the_language_of_the_page(door: Door) -> None:
    for asked, language in (("es-CO,es;q=0.9", "es"), ("fr,en;q=0.5", "en")):
        answer = await door.say(language=asked, document_number="1234", phone_last4="0000")
        assert (await answer.json())["message"] == Translator(language)(DOCUMENT_UNKNOWN)


async def test_a_members_qr_lets_in_as_text_and_in_the_picture(door: Door) -> None:
    member = await door.member("Rosa")
    text = member_qr(door, member.id)
    assert (await (await door.say(qr=text)).json())["code"] == "admitted"
    assert (await (await door.show(qr_photo(text))).json())["code"] == "already_inside"


async def test_a_qr_is_judged_at_the_moment_it_was_shown(door: Door, clock: FrozenClock) -> None:
    member = await door.member("Rosa")
    text, shown = member_qr(door, member.id), clock.now()
    clock.advance(timedelta(minutes=5))
    late = await door.say(qr=text)
    assert (late.status, (await late.json())["error"]["code"]) == (422, "qr_expired")
    then = await door.say(qr=text, captured_at=shown.isoformat())
    assert (await then.json())["code"] == "admitted"


@pytest.mark.parametrize(
    "text", ["", "hello", "https://t.me/power_bot?start=qAAAA", "q" * 300, "\u00e9\u4e2d"]
)
async def test_a_made_up_qr_is_refused(door: Door, text: str) -> None:
    answer = await door.say(qr=text)
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, "qr_invalid")


async def test_the_picture_opens_only_with_its_signature_and_for_a_minute(
    door: Door, clock: FrozenClock
) -> None:
    rosa = people()[0]
    member = await door.member("Rosa")
    await door.enrol(member.id, rosa)
    address = (await (await door.show(rosa.photo())).json())["client"]["photo_url"]
    picture = await door.client.get(address)
    assert (picture.status, picture.content_type) == (200, "image/jpeg")
    assert cv2.imdecode(np.frombuffer(await picture.read(), np.uint8), 1).shape == (160, 160, 3)  # type: ignore[union-attr]
    path, _, query = address.partition("?")
    other = await door.member("Mateo", document="777777")
    for wrong in (
        path,
        f"{path}?until=9999999999&mac=x",
        f"{API}/thumbnails/{other.id}?{query}",
        address + "A",
    ):
        assert (await door.client.get(wrong)).status == 404
    clock.advance(timedelta(seconds=61))
    assert (await door.client.get(address)).status == 404


async def test_a_visit_recorded_offline_counts_when_it_happened(door: Door, clock: FrozenClock) -> None:
    await door.member("Rosa")
    then = clock.now()
    clock.advance(timedelta(hours=71))
    door.tokens = await (await door.sign_in()).json()
    answer = await door.say(document_number="1020304050", phone_last4="4567", captured_at=then.isoformat())
    body = await answer.json()
    assert body["code"] == "admitted"
    assert body["at"][:10] == "2026-08-03"


@pytest.mark.parametrize(
    ("captured_at", "code"),
    [
        ("2026-08-03T15:03:00Z", "captured_in_future"),
        ("9999-12-31T23:59:59-12:00", "invalid_fields"),
        ("2026-07-31T14:59:00Z", "captured_too_long_ago"),
        ("0001-01-01T00:00:00+14:00", "invalid_fields"),
        ("2026-08-03T15:00:00", "captured_at_without_zone"),
        ("yesterday", "invalid_fields"),
        ([], "invalid_fields"),
        (1e300, "invalid_fields"),
    ],
)
async def test_an_impossible_capture_time_is_refused(door: Door, captured_at: object, code: str) -> None:
    answer = await door.say(document_number="1020304050", phone_last4="4567", captured_at=captured_at)
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, code)
    assert await door.visits() == 0


async def test_the_same_key_gives_the_same_answer_byte_for_byte(door: Door, clock: FrozenClock) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    first = await door.show(rosa.photo(), key="visit-1")
    clock.advance(timedelta(hours=2))
    again = await door.show(rosa.photo(), key="visit-1")
    assert (again.status, await again.read()) == (201, await first.read())
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert await door.visits() == 1


async def test_the_same_key_with_another_body_is_refused(door: Door) -> None:
    await door.say(key="visit-1", document_number="1020304050", phone_last4="4567")
    answer = await door.say(key="visit-1", document_number="1020304050", phone_last4="4568")
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, "idempotency_key_reused")


async def test_a_request_that_failed_may_be_sent_again_with_its_key(door: Door) -> None:
    failed = await door.show(landscape(), key="visit-1")
    assert failed.status == 422
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    assert (await door.show(rosa.photo(), key="visit-1")).status == 201


async def test_two_kiosks_may_use_the_same_key(door: Door, stranger_at_door: Door) -> None:
    other = Door(door.gym, door.client, door.admin)
    await other.pair()
    await door.member("Rosa")
    one = await door.say(key="same", document_number="1020304050", phone_last4="4567")
    two = await other.say(key="same", document_number="999999", phone_last4="4567")
    assert (one.status, two.status) == (201, 201)


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "ключ"])
async def test_a_key_that_is_no_key_is_refused(door: Door, key: str) -> None:
    headers = door.bearer | {"Idempotency-Key": key}
    body = {"document_number": "1020304050", "phone_last4": "4567"}
    answer = await door.client.post(f"{API}/check-ins", json=body, headers=headers)
    assert (answer.status, (await answer.json())["error"]["code"]) == (400, "idempotency_key_malformed")


async def test_ten_requests_at_once_with_one_key_are_one_visit(door: Door) -> None:
    await door.member("Rosa")

    async def once() -> int:
        answer = await door.say(key="visit-1", document_number="1020304050", phone_last4="4567")
        if answer.status == 409:
            assert int(answer.headers["Retry-After"]) >= 1
            assert (await answer.json())["error"]["code"] == "in_flight"
        return answer.status

    statuses = await asyncio.gather(*(once() for _ in range(10)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert await door.visits() == 1


async def test_ten_requests_at_once_without_a_key_count_one_visit(door: Door) -> None:
    await door.member("Rosa")
    sent = [door.say(document_number="1020304050", phone_last4="4567") for _ in range(10)]
    bodies: list[dict[str, Any]] = [await answer.json() for answer in await asyncio.gather(*sent)]
    assert [body["code"] for body in bodies].count("admitted") == 1
    assert {body["code"] for body in bodies} <= {"admitted", "reentry", "already_inside"}


async def test_the_desk_sees_what_the_kiosk_did(door: Door) -> None:
    await door.member("Rosa")
    await door.say(document_number="1020304050", phone_last4="4567")
    async with door.gym.unit_of_work(door.admin) as uow:
        page = await AttendanceService(uow).today()
        row = page.items[0]
    assert row.kiosk_id == UUID(door.kiosk_id)


async def test_six_faces_are_too_many(door: Door) -> None:
    answer = await door.show(group())
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, "several_faces")
