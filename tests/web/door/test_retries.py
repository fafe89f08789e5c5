"""Retries: whatever is lost on the way, one visit is one visit and its answer stays the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from aiohttp import web
from sqlalchemy import select

from bot.messages import render
from gym.attendance.models import CheckIn
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.security.permissions import Actor
from tests.support.door import API, Door
from tests.support.memberships import told
from tests.support.tokens import token_of
from web.api import check_ins

CREDENTIAL = {"document_number": "1020304050", "phone_last4": "4567"}


async def until_answered(door: Door, key: str) -> bytes:
    """Send, and send again as long as a twin is in flight, as a kiosk does."""
    for _ in range(200):
        answer = await door.say(key=key, **CREDENTIAL)
        if answer.status != 409:
            assert answer.status == 201
            return await answer.read()
    raise AssertionError("never answered")


async def test_ten_at_once_with_one_key_are_one_visit_and_one_answer(door: Door) -> None:
    await door.member("Rosa")
    answers = await asyncio.gather(*(until_answered(door, "visit-1") for _ in range(10)))
    assert len(set(answers)) == 1
    assert await door.visits() == 1


async def test_killed_between_effect_and_reply_it_is_still_one_visit(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.member("Rosa")
    lost: list[bytes] = []

    def die(body: bytes, *_: object) -> web.Response:
        lost.append(body)
        raise ConnectionAbortedError("the plug was pulled")

    with monkeypatch.context() as broken:
        broken.setattr(check_ins, "raw_reply", die)
        failed = await door.say(key="visit-1", **CREDENTIAL)
        assert failed.status in (500, 503)
    again = await door.say(key="visit-1", **CREDENTIAL)
    assert (again.status, again.headers["Idempotent-Replay"]) == (201, "true")
    assert [await again.read()] == lost
    assert await door.visits() == 1


@dataclass(frozen=True)
class Recorded:
    """One entry of an offline kiosk's queue."""

    key: str
    document: str
    at: datetime


async def replay(door: Door, queue: Sequence[Recorded]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for one in queue:
        answer = await door.say(
            key=one.key,
            document_number=one.document,
            phone_last4="4567",
            captured_at=one.at.isoformat(),
        )
        assert answer.status == 201, await answer.text()
        answers.append(await answer.json())
    return answers


async def attempts(door: Door, **query: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {await token_of(door.gym, door.admin)}"}
    answer = await door.client.get(f"{API}/check-ins", params=query, headers=headers)
    assert answer.status == 200, await answer.text()
    body: dict[str, Any] = await answer.json()
    return body


async def test_a_queue_replayed_twice_shuffled_from_two_kiosks_is_one_visit_each_at_door_time(
    door: Door, clock: FrozenClock
) -> None:
    documents = [f"10203040{place}1" for place in range(4)]
    for document in documents:
        await door.member("Rosa", document=document)
    begun = clock.now()
    queue = [
        Recorded(f"offline-{place}", document, begun + timedelta(minutes=place))
        for place, document in enumerate(documents)
    ]
    clock.advance(timedelta(hours=3))
    other = Door(door.gym, door.client, door.admin)
    await other.pair()
    shuffled = random.Random(5).sample(queue, len(queue))
    await asyncio.gather(replay(door, queue), replay(other, shuffled))
    await asyncio.gather(replay(door, shuffled), replay(other, queue))
    async with door.gym.unit_of_work(Actor.system()) as uow:
        counted = (await uow.session.scalars(select(CheckIn).where(CheckIn.counted))).all()
    assert sorted(row.at for row in counted) == [one.at for one in queue]
    assert len({row.client_id for row in counted}) == len(queue)


async def test_the_desk_finds_late_conflicts_on_the_day_they_arrive(door: Door, clock: FrozenClock) -> None:
    await door.member("Rosa", paid=False)
    recorded = Recorded("offline-1", "1020304050", clock.now())
    clock.advance(timedelta(hours=30))
    door.tokens = await (await door.sign_in()).json()
    [refused] = await replay(door, [recorded])
    assert (refused["outcome"], refused["code"]) == ("denied", "no_subscription")
    [item] = (await attempts(door))["items"]
    assert (item["late"], item["outcome"], item["code"]) == (True, "denied", "no_subscription")
    assert datetime.fromisoformat(item["at"]) == recorded.at
    assert item["client"]["name"] == "Rosa Vargas"
    [said] = await told(door.gym, NotificationKind.DESK_DENIED)
    assert (said["late"], said["at"]) == (True, recorded.at)
    settings = await door.gym.settings()
    message = render(NotificationKind.DESK_DENIED, said, settings, "en", clock.now())
    assert "Rosa Vargas came at 3 Aug 2026, 10:00" in message.text
    assert "while the kiosk was offline" in message.text


async def test_the_list_is_read_page_by_page_each_attempt_once(door: Door, clock: FrozenClock) -> None:
    for number in range(7):
        await door.say(document_number=f"77777{number}", phone_last4="0000")
        clock.advance(timedelta(minutes=2 * (number % 2)))  # a kiosk may be wrong five times, then slowly
    page = await attempts(door, limit="3")
    seen = [item["id"] for item in page["items"]]
    while "next" in page:
        page = await attempts(door, limit="3", cursor=page["next"])
        seen += [item["id"] for item in page["items"]]
    assert page["total"] == len(seen) == len(set(seen)) == 7
    later = await attempts(door, since=clock.now().isoformat())
    assert later["total"] < 7
    assert not any("client" in item for item in (await attempts(door))["items"])
    clock.advance(timedelta(hours=24))
    assert (await attempts(door))["total"] == 0


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "A" * 32, "_" * 32])
async def test_a_made_up_cursor_is_refused(door: Door, cursor: str) -> None:
    headers = {"Authorization": f"Bearer {await token_of(door.gym, door.admin)}"}
    answer = await door.client.get(f"{API}/check-ins", params={"cursor": cursor}, headers=headers)
    assert answer.status in (200, 422)
    if answer.status == 422:
        assert (await answer.json())["error"]["code"] == "cursor_invalid"


async def test_ten_swaps_of_one_refresh_token_at_once_give_one_pair(door: Door) -> None:
    first = door.tokens["refresh_token"]
    answers = await asyncio.gather(*(door.refresh(first) for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    pairs = [await answer.json() for answer in answers]
    named = {jwt.decode(one["refresh_token"], options={"verify_signature": False})["jti"] for one in pairs}
    assert len(named) == 1


async def test_a_reply_lost_for_longer_than_ten_seconds_ends_the_family(
    door: Door, clock: FrozenClock
) -> None:
    first = door.tokens["refresh_token"]
    lost = await (await door.refresh(first)).json()
    clock.advance(timedelta(seconds=10))
    assert (await door.refresh(first)).status == 200
    clock.advance(timedelta(seconds=1))
    assert (await door.refresh(first)).status == 401
    assert (await door.refresh(lost["refresh_token"])).status == 401
