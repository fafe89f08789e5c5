"""Secrets of the door: how alike a face was, and who somebody is that was not identified."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse
from prometheus_client import REGISTRY

from gym.clients.models import Client
from tests.support.door import Door
from tests.support.people import in_profile, landscape, people, stranger
from web.api.operations import document

SCORES = (
    *("score", "similar", "cosine", "embedding", "vector", "distance", "threshold", "margin"),
    *("confidence", "probability", "likeness", "candidate"),
)
ALLOWED_LABELS = {
    *("mode", "result", "job", "le", "method", "outcome"),
    *("generation", "implementation", "major", "minor", "patchlevel", "version"),
}
"""Of every metric: none of them is a person, a device or a number that a face has given."""


@pytest.fixture
async def members(door: Door) -> list[Client]:
    found: list[Client] = []
    for place, person in enumerate(people()[:3]):
        member = await door.member(person.name, document=f"10203040{place}0")
        await door.enrol(member.id, person)
        found.append(member)
    return found


async def everything(answer: ClientResponse) -> str:
    """Body and headers as one text."""
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers}\n{await answer.text()}".lower()


async def all_answers(door: Door) -> list[ClientResponse]:
    """One of every kind that a face can get, and those that have no face."""
    two_people = (people()[0].photo(), people()[2].photo())
    return [
        await door.show(people()[0].photo(3)),
        await door.show(people()[0].photo(4)),
        await door.show(stranger()),
        await door.show(in_profile().photo()),
        await door.show(*two_people),
        await door.show(landscape()),
        await door.show(b"nothing"),
        await door.say(document_number="1020304000", phone_last4="4567"),
        await door.say(document_number="1020304000", phone_last4="0000"),
        await door.say(qr="https://t.me/powergym_bot?start=qAAAA"),
    ]


async def test_no_answer_and_no_header_holds_a_score(door: Door, members: list[Client]) -> None:
    for answer in await all_answers(door):
        text = await everything(answer)
        assert [word for word in SCORES if word in text] == []


async def test_who_was_not_identified_is_not_named_anywhere_in_the_answer(
    door: Door, members: list[Client]
) -> None:
    for answer in (await all_answers(door))[2:]:
        body = await answer.json()
        if body.get("client"):
            assert body["code"] not in ("not_recognized", "uncertain", "spoof_suspected")
            continue
        text = await everything(answer)
        for member in members:
            for secret in (member.first_name.lower(), str(member.id), "vargas", str(member.document_number)):
                assert secret not in text


async def test_a_face_that_is_known_but_may_not_come_in_is_named_and_nobody_else(
    door: Door, members: list[Client]
) -> None:
    unpaid = await door.member("Camila", paid=False, document="77777")
    await door.enrol(unpaid.id, people()[4])
    answer = await door.show(people()[4].photo(2))
    body = await answer.json()
    assert (body["outcome"], body["client"]["display_name"]) == ("denied", "Camila")
    text = await everything(answer)
    assert [member.first_name for member in members if member.first_name.lower() in text] == []


def test_the_document_promises_no_score() -> None:
    """Every property of every answer, by name."""
    names = {
        name.lower() for schema in document()["components"]["schemas"].values() for name in properties(schema)
    }
    assert names >= {"display_name", "outcome"}
    assert [(name, word) for name in names for word in SCORES if word in name] == []


def properties(schema: dict[str, Any]) -> list[str]:
    return list(schema.get("properties", {}))


async def test_metrics_count_and_name_nobody(door: Door, members: list[Client]) -> None:
    await all_answers(door)
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            assert set(sample.labels) <= ALLOWED_LABELS, (sample.name, sample.labels)
    text = (await (await door.client.get("/metrics")).text()).lower()
    for member in members:
        assert member.first_name.lower() not in text
        assert str(member.id) not in text
    assert door.kiosk_id not in text


async def test_one_device_learns_no_more_than_ninety_faces_a_minute_by_any_door(door: Door) -> None:
    """Under fresh keys or without, alone or with a turned head: they take from one bucket."""
    head = {"turn": "left", "turned": [stranger()]}
    ways: list[dict[str, Any]] = [{}, {"key": "visit"}, head]
    answers: list[ClientResponse] = []
    for number in range(93):
        how = ways[number % len(ways)]
        fresh = {"key": f"visit-{number}"} if "key" in how else {}
        answers.append(await door.show(stranger(), **how | fresh))
    assert [answer.status for answer in answers] == [201] * 90 + [429] * 3
    assert all("Retry-After" in answer.headers for answer in answers[90:])
    assert (await door.kiosk()).status == 200
