"""The challenge at the door: who turns the head as asked comes in, a picture of a face does not."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from aiohttp import FormData
from prometheus_client import REGISTRY

from gym.app import Gym
from gym.core.language import Translator
from gym.faces.engine.reader import FaceReader, Purpose
from gym.faces.liveness.challenge_gate import ChallengeMissing
from gym.faces.pool import FacePool
from gym.staff.service import StaffService
from tests.faces.hard_photos import encoded, pixels_of
from tests.faces.heads import Tilt, tilted_picture, turned_head
from tests.support.door import API, Door
from tests.support.people import landscape, people, stranger
from tests.support.tokens import token_of
from tests.web.door.test_check_ins import member_qr, qr_photo
from web.api.background.template_learning import LEARNER

ROSA, MATEO = people()[0], people()[2]
TO_LEFT, TO_RIGHT = 32, -32
"""Degrees: a camera sees the person's left on the right."""


@pytest.fixture
def mode() -> str:
    return "enforce"


@pytest.fixture
def gym_with_faces(gym: Gym, face_pool: FacePool, mode: str) -> Gym:
    config = gym.config.model_copy(update={"face_challenge": mode})
    return replace(gym, face_pool=face_pool, config=config)


@pytest.fixture
async def known(door: Door) -> Door:
    """A door that knows Rosa."""
    await door.enrol((await door.member("Rosa")).id, ROSA)
    return door


def turned(reader: FaceReader, degrees: float, person: int = 0) -> bytes:
    return _turned(reader, degrees, person)


@cache
def _turned(reader: FaceReader, degrees: float, person: int) -> bytes:
    """Another photo of the person, on a head turned by so much."""
    photo = people()[person].photo(2)
    landmarks = reader.read(photo, Purpose.CHECK_IN).face.landmarks
    return encoded(turned_head(pixels_of(photo), landmarks, degrees))


def tilted() -> bytes:
    """The photo of Rosa as a print, turned as a head would be."""
    return encoded(tilted_picture(pixels_of(ROSA.photo(2)), Tilt(35), np.random.default_rng(3)))


@pytest.mark.parametrize(("side", "degrees"), [("left", TO_LEFT), ("right", TO_RIGHT)])
async def test_who_turns_the_head_as_asked_is_let_in(known: Door, side: str, degrees: int) -> None:
    reader = known.gym.faces.reader
    frames = [landscape(), turned(reader, degrees), turned(reader, degrees / 2)]
    body = await (await known.show(ROSA.photo(0), turned=frames, turn=side)).json()
    assert (body["code"], body["client"]["display_name"]) == ("admitted", "Rosa")


async def test_who_does_not_is_denied_and_not_named(known: Door) -> None:
    reader = known.gym.faces.reader
    left = turned(reader, TO_LEFT)
    for frames, side in (
        ([ROSA.photo(1)], "left"),
        ([left], "right"),
        ([turned(reader, TO_LEFT, 2)], "left"),
        ([stranger()], "left"),
        ([tilted()], "left"),
        ([tilted()], "right"),
        ([landscape()], "left"),
    ):
        answer = await known.show(ROSA.photo(0), turned=frames, turn=side)
        body = await answer.json()
        assert (answer.status, body.get("outcome"), body.get("code")) == (201, "denied", "spoof_suspected")
        assert set(body) == {"id", "outcome", "code", "message", "at"}


async def test_a_face_without_its_turned_head_is_refused_and_told_what_to_do(known: Door) -> None:
    left = turned(known.gym.faces.reader, TO_LEFT)
    for given in ({}, {"turn": "left"}):
        answer = await known.show(ROSA.photo(0), **given)
        assert (answer.status, (await answer.json())["error"]["code"]) == (422, "challenge_missing")
    answer = await known.show(ROSA.photo(0), turned=[left])
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, "challenge_missing")
    encoded_photo = base64.b64encode(ROSA.photo(0)).decode()
    for language in ("en", "es"):
        answer = await known.say(image_base64=encoded_photo, language=language)
        message = (await answer.json())["error"]["message"]
        assert message == Translator(language)(ChallengeMissing.message)
    assert await known.visits() == 0


async def test_a_qr_and_a_document_need_no_turned_head(known: Door) -> None:
    member = await known.member("Mateo", document="777777")
    text = member_qr(known, member.id)
    assert (await (await known.show(qr_photo(text))).json())["code"] == "admitted"
    assert (await known.say(qr=text)).status == 201
    assert (await known.say(document_number="1020304050", phone_last4="4567")).status == 201
    answer = await known.show(landscape())
    assert (await answer.json())["error"]["code"] == "no_face"


async def test_staff_see_the_person_and_need_no_challenge(known: Door) -> None:
    headers = {"Authorization": f"Bearer {await token_of(known.gym, known.admin)}"}
    form = FormData()
    form.add_field("photo", ROSA.photo(0), filename="a.jpg", content_type="image/jpeg")
    answer = await known.client.post(f"{API}/check-ins", data=form, headers=headers)
    assert (await answer.json())["code"] == "admitted"


async def test_the_turned_head_may_come_as_base64(known: Door) -> None:
    left = base64.b64encode(turned(known.gym.faces.reader, TO_LEFT)).decode()
    photo = base64.b64encode(ROSA.photo(0)).decode()
    for given, code in (([left], "admitted"), ([f"data:image/jpeg;base64,{left}"], "reentry")):
        body = await (await known.say(image_base64=photo, turned_base64=given, turn="left")).json()
        assert body["code"] == code
    for wrong in ([], [left] * 4, 5):
        answer = await known.say(image_base64=photo, turned_base64=wrong, turn="left")
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, "malformed")


async def test_four_turned_frames_are_one_too_many_and_a_third_side_is_none(known: Door) -> None:
    left = turned(known.gym.faces.reader, TO_LEFT)
    answer = await known.show(ROSA.photo(0), turned=[left] * 4, turn="left")
    assert (answer.status, (await answer.json())["error"]["code"]) == (400, "malformed")
    answer = await known.show(ROSA.photo(0), turned=[left], turn="up")
    assert (answer.status, (await answer.json())["error"]["code"]) == (422, "invalid_fields")


async def test_a_turned_frame_that_is_no_picture_is_told_as_a_photo_is(known: Door) -> None:
    answer = await known.show(ROSA.photo(0), turned=[b"text"], turn="left")
    assert (answer.status, (await answer.json())["error"]["code"]) == (415, "not_an_image")


async def test_the_same_key_with_another_turned_head_is_refused(known: Door) -> None:
    reader = known.gym.faces.reader
    left, further = turned(reader, TO_LEFT), turned(reader, TO_LEFT - 4)
    first = await known.show(ROSA.photo(0), turned=[left], turn="left", key="visit-1")
    again = await known.show(ROSA.photo(0), turned=[left], turn="left", key="visit-1")
    assert await again.read() == await first.read()
    other = await known.show(ROSA.photo(0), turned=[further], turn="left", key="visit-1")
    assert (await other.json())["error"]["code"] == "idempotency_key_reused"
    moved = await known.show(ROSA.photo(0), left, turn="left", key="visit-1")
    assert (await moved.json())["error"]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("mode", ["observe"])
async def test_observing_counts_who_did_not_turn_and_lets_pass(known: Door) -> None:
    before = [counted("observe", result) for result in ("passed", "not_turned")]
    left = turned(known.gym.faces.reader, TO_LEFT)
    for frames, code in (([ROSA.photo(1)], "admitted"), ([left], "reentry")):
        body = await (await known.show(ROSA.photo(0), turned=frames, turn="left")).json()
        assert body["code"] == code
    assert [counted("observe", result) for result in ("passed", "not_turned")] == [one + 1 for one in before]
    assert (await (await known.show(ROSA.photo(0))).json())["code"] == "reentry"


def counted(mode: str, result: str) -> float:
    return REGISTRY.get_sample_value("powergym_challenge_total", {"mode": mode, "result": result}) or 0.0


@pytest.mark.parametrize("mode", ["observe"])
async def test_whoever_was_only_let_pass_is_not_learnt(known: Door) -> None:
    async with known.gym.unit_of_work(known.admin) as uow:
        await StaffService(uow).change_settings({"adaptive_faces": True})
    app = known.client.server.app  # type: ignore[union-attr]
    body = await (await known.show(ROSA.photo(3), turned=[ROSA.photo(1)], turn="left")).json()
    assert body["code"] == "admitted"
    assert app[LEARNER]._waiting == set()


@pytest.mark.parametrize("mode", ["off"])
async def test_where_nobody_is_asked_nothing_is_looked_at(known: Door) -> None:
    answer = await known.show(ROSA.photo(0), turned=[b"no picture"], turn="left")
    assert (await answer.json())["code"] == "admitted"


@pytest.mark.parametrize("mode", ["off", "observe", "enforce"])
async def test_a_kiosk_is_told_whether_to_ask(door: Door, mode: str) -> None:
    assert (await (await door.kiosk()).json())["challenge"] == mode


async def test_turned_frames_take_places_in_the_pool_as_photos_do(
    known: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = turned(known.gym.faces.reader, TO_LEFT)
    places = known.gym.faces.places
    monkeypatch.setattr(known.gym.faces, "places", 2)
    answer = await known.show(ROSA.photo(0), turned=[left] * 3, turn="left")
    assert (answer.status, (await answer.json())["error"]["code"]) == (503, "busy")
    assert "Retry-After" in answer.headers
    monkeypatch.setattr(known.gym.faces, "places", places)
    assert (await (await known.show(ROSA.photo(0), turned=[left], turn="left")).json())["code"] == "admitted"
