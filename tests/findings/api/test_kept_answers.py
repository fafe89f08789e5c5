"""Answers kept for a repeated request say nothing to whoever has the dump, and are given again as before."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.security.cipher import Tampered
from gym.security.idempotency import AnswerProtection, StoredAnswer
from gym.security.keys.secrets import Secrets
from gym.security.models import IdempotencyKey
from gym.security.permissions import Actor
from tests.support.door import Door
from web.api.schemas.check_ins import CheckInFields

DOCUMENT = {"document_number": "1020304050", "phone_last4": "4567"}
PLAIN = hashlib.sha256(CheckInFields.model_validate(DOCUMENT).model_dump_json().encode()).digest()


async def kept(gym: Gym) -> IdempotencyKey:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(IdempotencyKey))).one()


async def is_replayed(door: Door, first: bytes) -> bool:
    again = await door.say(key="visit-1", **DOCUMENT)
    assert again.status == 201, await again.text()
    return "Idempotent-Replay" in again.headers and await again.read() == first


async def test_a_kept_request_cannot_be_found_by_trying_and_its_answer_cannot_be_read(door: Door) -> None:
    await door.member("Rosa")
    first = await (await door.say(key="visit-1", **DOCUMENT)).read()
    assert b"Rosa" in first
    assert b"mac=" in first
    row = await kept(door.gym)
    assert row.body_hash != PLAIN
    assert row.answer is not None
    assert not any(word in row.answer for word in (b"Rosa", b"mac=", b"thumbnails"))
    assert await is_replayed(door, first)


async def test_what_v0_1_0_has_answered_is_not_answered_anew(door: Door) -> None:
    """A kiosk whose answer was lost in the update asks again for up to three days."""
    await door.member("Rosa")
    first = await (await door.say(key="visit-1", **DOCUMENT)).read()
    async with door.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(IdempotencyKey).values(body_hash=PLAIN, answer=first))
    assert await is_replayed(door, first)
    assert await door.visits() == 1


def test_an_answer_is_found_and_opened_after_the_keys_were_changed(secrets: Secrets) -> None:
    before, after = AnswerProtection(secrets.jwt), AnswerProtection(secrets.jwt.rotated())
    answer = StoredAnswer(201, b'{"outcome": "admitted"}')
    assert before.hashes(PLAIN)[0] in after.hashes(PLAIN)
    assert before.hashes(PLAIN)[0] != after.hashes(PLAIN)[0]
    assert after.unseal(before.seal(answer, "visit-1"), "visit-1") == answer


def test_an_answer_opens_only_under_its_own_key(secrets: Secrets) -> None:
    discretion = AnswerProtection(secrets.jwt)
    sealed = discretion.seal(StoredAnswer(201, b"{}"), "visit-1")
    with pytest.raises(Tampered):
        discretion.unseal(sealed, "visit-2")
