"""The four digits behind a document cannot be tried out, however the tries are dressed."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlalchemy import text

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.faces.pool import FacePool
from gym.security.permissions import Actor
from tests.support.door import API, Door
from tests.support.people import stranger
from tests.support.tokens import token_of
from web.http.limits.document_guesses import folded

ROSA = "1020304050"
RIGHT = {"document_number": ROSA, "phone_last4": "4567"}
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "database"])
def gym_with_faces(gym: Gym, remembered_faces: FacePool, request: pytest.FixtureRequest) -> Gym:
    config = gym.config.model_copy(update={"rate_limits": request.param})
    return replace(gym, config=config, face_pool=remembered_faces)


async def code(answer: ClientResponse) -> str:
    body = await answer.json()
    return body["code"] if answer.status == 201 else body["error"]["code"]


async def guess(door: Door, digits: int, document: str = ROSA, **more: Any) -> str:
    return await code(await door.say(document_number=document, phone_last4=f"{digits:04d}", **more))


def tried(codes: list[str]) -> Counter[str]:
    return Counter(codes)


TOLD, REFUSED = "not_recognized", "too_many_wrong_documents"


async def test_five_wrong_tries_are_judged_and_then_one_in_ten_minutes(
    door: Door, clock: FrozenClock
) -> None:
    await door.member("Rosa")
    assert tried([await guess(door, number) for number in range(50)]) == {TOLD: 5, REFUSED: 45}
    answer = await door.say(**RIGHT)
    assert (answer.status, await code(answer)) == (429, REFUSED), "nobody knows who types"
    wait = int(answer.headers["Retry-After"])
    assert 540 <= wait <= 600
    body = await answer.json()
    assert "10 min" in body["error"]["message"]
    assert ROSA not in str(body)
    clock.advance(timedelta(seconds=wait))
    assert (await door.say(**RIGHT)).status == 201


async def test_fifty_at_once_are_five_tries(door: Door) -> None:
    await door.member("Rosa")
    codes = await asyncio.gather(*(guess(door, number) for number in range(50)))
    assert tried(list(codes)) == {TOLD: 5, REFUSED: 45}


async def test_a_replay_and_its_keys_give_no_more_tries(door: Door, clock: FrozenClock) -> None:
    await door.member("Rosa")
    captured = clock.now().isoformat()
    clock.advance(2 * MINUTE)
    codes = [await guess(door, n, key=f"offline-{n}", captured_at=captured) for n in range(50)]
    assert tried(codes) == {TOLD: 5, REFUSED: 45}


@pytest.mark.parametrize(
    "written",
    ["1.020.304.050", " 1020304050", "1020-304-050", "001020304050", "１０２０３０４０５０", "CC1020304050"],
)
async def test_a_document_written_another_way_is_the_same_one(door: Door, written: str) -> None:
    await door.member("Rosa")
    assert folded(written) == ROSA
    other = replace(door, tokens={})
    await other.pair()
    for number in range(5):
        await guess(door, number)
    assert await guess(other, 99, written) == REFUSED, "at a kiosk that has made no wrong try of its own"


async def test_other_kiosks_and_staff_share_the_documents_tries(door: Door) -> None:
    await door.member("Rosa")
    other = replace(door, tokens={})
    await other.pair()
    staff = replace(door, tokens={"access_token": await token_of(door.gym, door.admin)})
    for number in range(5):
        assert await guess(door, number) == TOLD
    assert await guess(other, 6) == REFUSED
    assert await guess(staff, 7) == REFUSED


async def test_one_kiosk_cannot_go_through_the_membership(door: Door, clock: FrozenClock) -> None:
    codes = [await guess(door, 1, f"10203040{number:02d}") for number in range(20)]
    assert tried(codes) == {TOLD: 5, REFUSED: 15}
    clock.advance(MINUTE)
    codes = [await guess(door, 1, f"20203040{number:02d}") for number in range(5)]
    assert tried(codes) == {TOLD: 1, REFUSED: 4}


async def test_right_documents_faces_and_qrs_are_no_tries(door: Door) -> None:
    await door.member("Rosa")
    for _ in range(20):
        assert (await door.say(**RIGHT)).status == 201
    for number in range(6):
        await guess(door, number)
    assert await guess(door, 9) == REFUSED
    assert (await door.show(stranger())).status == 201, "a face goes on"
    assert await code(await door.say(qr="https://t.me/powergym_bot?start=qnothing")) == "qr_invalid"


async def test_unknown_documents_and_wrong_digits_are_answered_alike(door: Door) -> None:
    await door.member("Rosa")
    answers = []
    for document in (ROSA, "99999999"):
        answer = await door.say(document_number=document, phone_last4="0000")
        body = await answer.json()
        answers.append((answer.status, {**body, "id": None}, sorted(answer.headers)))
    assert answers[0] == answers[1]
    for number in range(4):
        await guess(door, number, "99999999")
    assert await guess(door, 9, "99999999") == REFUSED, "an unknown one runs out too"


async def test_no_document_stands_in_a_buckets_name(door: Door, gym: Gym) -> None:
    await door.member("Rosa")
    await guess(door, 1)
    async with gym.unit_of_work(Actor.system()) as uow:
        kept = (await uow.session.scalars(text("SELECT key FROM rate_buckets"))).all()
    assert not [key for key in kept if ROSA in key]


BOTH: dict[str, dict[str, str]] = {
    "a QR and a document": {"qr": "q1", **RIGHT},
    "a QR and half a document": {"qr": "q1", "phone_last4": "4567"},
}


@pytest.mark.parametrize("fields", BOTH.values(), ids=BOTH)
async def test_two_ways_of_saying_who_it_is_are_refused(door: Door, fields: dict[str, str]) -> None:
    answer = await door.say(**fields)
    assert (answer.status, await code(answer)) == (422, "several_credentials")
    assert await door.visits() == 0


@pytest.mark.parametrize("fields", [RIGHT, {"qr": "q1"}, {"document_number": ROSA}], ids=str)
async def test_a_photo_hides_no_second_credential(door: Door, fields: dict[str, str]) -> None:
    await door.member("Rosa")
    answer = await door.show(stranger(), **fields)
    assert (answer.status, await code(answer)) == (422, "several_credentials")
    assert await door.visits() == 0


@pytest.mark.parametrize("fields", [{}, {"document_number": ROSA}, {"phone_last4": "4567"}], ids=str)
async def test_half_a_credential_is_none(door: Door, fields: dict[str, str]) -> None:
    answer = await door.client.post(f"{API}/check-ins", json=fields, headers=door.bearer)
    assert (answer.status, await code(answer)) == (422, "credential_missing")
