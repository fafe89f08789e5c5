"""Tokens: granted, renewed, revoked, forged."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.kiosks.service import KioskService
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.support.door import API, Door

PASSWORD = "correct-horse-7-staple"


async def give_password(gym: Gym, actor: Actor, username: str = "ana") -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, actor.id)
        row.username, row.password_hash = username, hash_secret(PASSWORD)


async def sign_in(door: Door, username: str = "ana", password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
    grant = {"grant_type": "password", "username": username, "password": password}
    answer = await door.post("/auth/token", grant)
    return answer.status, await answer.json()


async def test_staff_sign_in_with_a_password(stranger_at_door: Door, admin: Actor) -> None:
    await give_password(stranger_at_door.gym, admin)
    status, body = await sign_in(stranger_at_door, "ANA")
    assert (status, body["scope"], body["token_type"]) == (200, "admin", "Bearer")
    assert body["expires_in"] == 5 * 3600


@pytest.mark.parametrize(
    ("username", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("a_a", PASSWORD)]
)
async def test_what_was_wrong_is_not_told(
    stranger_at_door: Door, admin: Actor, username: str, password: str
) -> None:
    await give_password(stranger_at_door.gym, admin)
    status, body = await sign_in(stranger_at_door, username, password)
    assert (status, body["error"]["code"], body["error"]["details"]) == (401, "wrong_credentials", {})


async def test_guessing_a_password_is_stopped(stranger_at_door: Door, admin: Actor) -> None:
    await give_password(stranger_at_door.gym, admin)
    seen = [(await sign_in(stranger_at_door, "ana", f"wrong-{n}"))[0] for n in range(6)]
    assert seen == [401] * 5 + [429]


async def test_a_name_locks_after_ten_wrong_passwords_however_slowly_they_come(
    stranger_at_door: Door, admin: Actor, clock: FrozenClock
) -> None:
    await give_password(stranger_at_door.gym, admin)
    seen = []
    for guess in range(14):
        seen.append((await sign_in(stranger_at_door, "ana", f"wrong-{guess}"))[0])
        clock.advance(timedelta(seconds=15))
    assert 429 in seen[10:]
    clock.advance(timedelta(minutes=10))
    assert (await sign_in(stranger_at_door))[0] == 200


async def test_staff_who_left_cannot_sign_in(stranger_at_door: Door, admin: Actor) -> None:
    gym = stranger_at_door.gym
    await give_password(gym, admin)
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Staff, admin.id)).active = False
    assert (await sign_in(stranger_at_door))[0] == 401


async def test_staff_who_are_no_longer_admins_lose_the_scope_at_once(
    stranger_at_door: Door, admin: Actor
) -> None:
    gym = stranger_at_door.gym
    await give_password(gym, admin)
    _, stranger_at_door.tokens = await sign_in(stranger_at_door)
    assert (await stranger_at_door.say(document_number="12345", phone_last4="0000")).status == 201
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Staff, admin.id)).role = Role.EMPLOYEE
    assert (await stranger_at_door.say(document_number="12345", phone_last4="0000")).status == 401


async def test_a_wrong_kiosk_secret_is_refused(door: Door) -> None:
    door.secret = "x" * 43
    answer = await door.sign_in()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_refresh_token_gives_the_next_pair_and_is_spent(door: Door, clock: FrozenClock) -> None:
    first = door.tokens["refresh_token"]
    door.tokens = await (await door.refresh()).json()
    assert (await door.kiosk()).status == 200
    clock.advance(timedelta(seconds=11))
    again = await door.refresh(first)
    assert again.status == 401


async def test_reuse_of_a_spent_token_ends_the_whole_family(door: Door, clock: FrozenClock) -> None:
    first = door.tokens["refresh_token"]
    second = (await (await door.refresh()).json())["refresh_token"]
    clock.advance(timedelta(seconds=11))
    assert (await door.refresh(first)).status == 401
    assert (await door.refresh(second)).status == 401


async def test_a_lost_reply_within_ten_seconds_gets_the_same_successor(door: Door) -> None:
    first = door.tokens["refresh_token"]
    one, other = await asyncio.gather(door.refresh(first), door.refresh(first))
    assert (one.status, other.status) == (200, 200)
    pairs = [(await answer.json())["refresh_token"] for answer in (one, other)]
    named = {jwt.decode(token, options={"verify_signature": False})["jti"] for token in pairs}
    assert len(named) == 1


async def test_signing_out_ends_the_family(door: Door) -> None:
    body = {"refresh_token": door.tokens["refresh_token"]}
    answer = await door.client.post(f"{API}/auth/revoke", json=body, headers=door.bearer)
    assert answer.status == 204
    assert (await door.refresh()).status == 401


async def test_an_access_token_runs_out(door: Door, clock: FrozenClock) -> None:
    clock.advance(timedelta(hours=5, minutes=1))
    answer = await door.kiosk()
    assert (answer.status, (await answer.json())["error"]["code"]) == (401, "token_expired")
    assert (await door.refresh()).status == 200


async def test_a_revoked_kiosk_is_refused_at_once(door: Door) -> None:
    async with door.gym.unit_of_work(door.admin) as uow:
        await KioskService(uow).revoke(UUID(door.kiosk_id))
    assert (await door.kiosk()).status == 401
    assert (await door.say(document_number="12345", phone_last4="1234")).status == 401
    assert (await door.refresh()).status == 401
    assert (await door.sign_in()).status == 401


async def test_a_revoked_kiosk_cannot_replay_an_old_answer(door: Door) -> None:
    await door.say(document_number="12345", phone_last4="1234", key="visit-1")
    async with door.gym.unit_of_work(door.admin) as uow:
        await KioskService(uow).revoke(UUID(door.kiosk_id))
    assert (await door.say(document_number="12345", phone_last4="1234", key="visit-1")).status == 401


def forged(token: str, header: dict[str, Any], payload: dict[str, Any]) -> str:
    """The token with other contents; signed with nothing, or with the old signature."""
    old_header, old_payload, signature = token.split(".")

    def changed(part: str, changes: dict[str, Any]) -> str:
        data = json.loads(base64.urlsafe_b64decode(part + "=="))
        return base64.urlsafe_b64encode(json.dumps(data | changes).encode()).rstrip(b"=").decode()

    end = "" if header.get("alg") == "none" else signature
    return f"{changed(old_header, header)}.{changed(old_payload, payload)}.{end}"


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({"alg": "none"}, {}),
        ({"alg": "none"}, {"scope": "admin"}),
        ({}, {"scope": "admin"}),
        ({}, {"typ": "refresh"}),
        ({}, {"exp": 4102444800}),
        ({"kid": "../../etc/passwd"}, {}),
        ({"alg": "HS512"}, {}),
    ],
)
async def test_a_forged_token_is_refused(door: Door, header: dict[str, Any], payload: dict[str, Any]) -> None:
    door.tokens["access_token"] = forged(door.tokens["access_token"], header, payload)
    answer = await door.kiosk()
    assert (answer.status, (await answer.json())["error"]["code"]) == (401, "invalid_token")


async def test_a_refresh_token_opens_nothing_else(door: Door) -> None:
    door.tokens["access_token"] = door.tokens["refresh_token"]
    assert (await door.kiosk()).status == 401


async def test_an_access_token_cannot_be_refreshed(door: Door) -> None:
    assert (await door.refresh(door.tokens["access_token"])).status == 401


async def test_staff_may_not_pass_for_a_kiosk(stranger_at_door: Door, admin: Actor) -> None:
    await give_password(stranger_at_door.gym, admin)
    _, stranger_at_door.tokens = await sign_in(stranger_at_door)
    answer = await stranger_at_door.kiosk()
    assert (answer.status, (await answer.json())["error"]["code"]) == (403, "wrong_scope")


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer " + "x" * 5000]
)
async def test_without_a_token_nothing_opens(door: Door, value: str) -> None:
    answer = await door.client.get(f"{API}/kiosk", headers={"Authorization": value})
    assert answer.status == 401
    assert "WWW-Authenticate" in answer.headers
