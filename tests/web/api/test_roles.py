"""Permissions of the API: every route of the document, for every kind of caller, with its status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.kiosks.service import KioskService
from gym.security.permissions import Actor
from gym.security.tokens import TokenType
from gym.staff.models import Staff
from tests.support.door import Door
from tests.support.tokens import kiosk_actor, sign, standing_claims, token_of
from web.api.operations import document

ID, SESSION = str(new_id()), str(new_id())
DOCUMENT = {"document_number": "99999999", "phone_last4": "0000"}
PHOTOLESS = {"client_id": ID}
NO_CODE = {"code": "000000000", "name": "Door"}
WRONG_SIGN_IN = {"grant_type": "password", "username": "nobody", "password": "x" * 12}
UNREADABLE = {"refresh_token": "x" * 40}


@dataclass(frozen=True)
class Row:
    """A request that would reach the work, and what kiosk, employee, admin and nobody get for it."""

    route: str
    body: Any
    kiosk: int
    employee: int
    admin: int
    nobody: int

    @property
    def is_guarded(self) -> bool:
        return self.nobody == 401


TABLE = (
    Row("POST /api/v1/kiosks/pair", NO_CODE, 422, 422, 422, 422),
    Row("POST /api/v1/auth/token", WRONG_SIGN_IN, 401, 401, 401, 401),
    Row("POST /api/v1/auth/refresh", UNREADABLE, 401, 401, 401, 401),
    Row("POST /api/v1/auth/revoke", {}, 422, 422, 422, 401),
    Row("GET /api/v1/auth/sessions", None, 403, 200, 200, 401),
    Row(f"DELETE /api/v1/auth/sessions/{SESSION}", None, 403, 404, 404, 401),
    Row("GET /api/v1/kiosk", None, 200, 403, 403, 401),
    Row("POST /api/v1/kiosk/exit", {"pin": "1234"}, 204, 403, 403, 401),
    Row("POST /api/v1/check-ins", DOCUMENT, 201, 201, 201, 401),
    Row("GET /api/v1/check-ins", None, 403, 200, 200, 401),
    Row("POST /api/v1/faces/enrolments", PHOTOLESS, 403, 422, 422, 401),
    Row("POST /api/v1/faces/verdicts", {}, 403, 422, 422, 401),
    Row("POST /api/v1/faces/compare", {}, 403, 422, 422, 401),
    Row(f"DELETE /api/v1/faces/{ID}", None, 403, 404, 404, 401),
    Row("GET /api/v1/clients", None, 403, 200, 200, 401),
    Row(f"GET /api/v1/clients/{ID}", None, 403, 404, 404, 401),
    Row("POST /api/v1/subscriptions/activate", None, 403, 403, 200, 401),
    Row("POST /api/v1/subscriptions/expire", None, 403, 403, 200, 401),
    Row(f"GET /api/v1/thumbnails/{ID}", None, 404, 404, 404, 404),
    Row("GET /healthz", None, 200, 200, 200, 200),
    Row("GET /readyz", None, 200, 200, 200, 200),
    Row("GET /metrics", None, 200, 200, 200, 200),
    Row("GET /api/openapi.json", None, 200, 200, 200, 200),
)
GUARDED = [row for row in TABLE if row.is_guarded and not row.route.startswith("POST /api/v1/auth/")]
PAGES = {
    "GET /",
    "GET /kiosk",
    "GET /kiosk/",
    "GET /kiosk/worker.js",
    "GET /kiosk/authority.crt",
    "GET /kiosk/secure.json",
    "GET /kiosk/{name}",
    "GET /passphrase",
    "POST /passphrase",
    "POST /passphrase/written",
    "POST /passphrase/confirm",
    "GET /password",
    "POST /password",
    "GET /pages/page.css",
    "GET /pages/docs.css",
    "GET /api/docs",
}
"""For people, so not in the document."""


async def call(door: Door, row: Row, token: str | None) -> int:
    method, _, path = row.route.partition(" ")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await door.client.request(method, path, json=row.body, headers=headers)
    return answer.status


def documented() -> set[str]:
    return {f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods}


def test_every_route_of_the_document_has_its_row() -> None:
    assert {
        row.route.replace(ID, "{client_id}").replace(SESSION, "{session_id}") for row in TABLE
    } == documented()


def test_every_route_that_is_served_is_documented(door: Door) -> None:
    app: web.Application = door.client.app  # type: ignore[assignment]
    served = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert served - PAGES == documented()


async def test_a_kiosk_reaches_what_is_a_kiosks(door: Door) -> None:
    token = door.tokens["access_token"]
    assert {row.route: await call(door, row, token) for row in TABLE} == {
        row.route: row.kiosk for row in TABLE
    }


async def test_an_employee_reaches_what_is_the_desks(door: Door, employee: Actor) -> None:
    token = await token_of(door.gym, employee)
    assert {row.route: await call(door, row, token) for row in TABLE} == {
        row.route: row.employee for row in TABLE
    }


async def test_an_admin_reaches_what_is_the_gyms(door: Door) -> None:
    token = await token_of(door.gym, door.admin)
    assert {row.route: await call(door, row, token) for row in TABLE} == {
        row.route: row.admin for row in TABLE
    }


async def test_nobody_reaches_nothing_but_the_doors_to_sign_in(door: Door) -> None:
    assert {row.route: await call(door, row, None) for row in TABLE} == {
        row.route: row.nobody for row in TABLE
    }


Forge = Callable[[Gym, dict[str, Any]], str]
"""A token from the claims of a good one."""


def changed(**claims: object) -> Forge:
    return lambda gym, good: sign(gym, good | claims)


def without(name: str) -> Forge:
    def forge(gym: Gym, good: dict[str, Any]) -> str:
        return sign(gym, {key: value for key, value in good.items() if key != name})

    return forge


def signed(**how: Any) -> Forge:
    return lambda gym, good: sign(gym, good, **how)


FORGED: dict[str, Forge] = {
    "no algorithm": signed(algorithm="none"),
    "another algorithm": signed(algorithm="HS512"),
    "another key": signed(key=b"k" * 32),
    "an unknown kid": signed(kid="k-unknown"),
    "another audience": changed(aud="another-api"),
    "several audiences": changed(aud=["powergym-api", "another-api"]),
    "another issuer": changed(iss="somebody"),
    "another type": changed(typ=TokenType.REFRESH.value),
    "a type nobody knows": changed(typ="root"),
    "a scope nobody knows": changed(scope="owner"),
    "not yet valid": changed(nbf=4102444800),
    **{f"without {name}": without(name) for name in ("iss", "aud", "exp", "iat", "nbf", "jti", "typ", "sub")},
}


STALE: dict[str, Forge] = {
    "an earlier generation": changed(gen=-1),
    "somebody unknown": changed(sub=str(new_id())),
}


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_token_reaches_nothing(door: Door, how: str) -> None:
    for actor in (door.admin, kiosk_actor(door.kiosk_id)):
        token = FORGED[how](door.gym, await standing_claims(door.gym, actor))
        assert {await call(door, row, token) for row in GUARDED} == {401}


@pytest.mark.parametrize("how", STALE)
async def test_a_token_of_nobody_or_of_before_reaches_nothing(door: Door, how: str) -> None:
    for actor in (door.admin, kiosk_actor(door.kiosk_id)):
        token = STALE[how](door.gym, await standing_claims(door.gym, actor))
        assert {await call(door, row, token) for row in GUARDED} == {401, 403}


async def test_an_employee_with_the_scope_of_an_admin_reaches_nothing(door: Door, employee: Actor) -> None:
    token = sign(door.gym, await standing_claims(door.gym, employee) | {"scope": "admin"})
    assert {await call(door, row, token) for row in GUARDED if row.admin != 403} == {401}


async def test_an_expired_token_reaches_nothing(door: Door, clock: FrozenClock, employee: Actor) -> None:
    tokens = [await token_of(door.gym, one) for one in (door.admin, employee, kiosk_actor(door.kiosk_id))]
    clock.advance(timedelta(hours=1, seconds=31))
    for token in tokens:
        assert {await call(door, row, token) for row in GUARDED} == {401}


async def test_who_was_revoked_reaches_nothing(door: Door, employee: Actor) -> None:
    tokens = [await token_of(door.gym, one) for one in (employee, kiosk_actor(door.kiosk_id))]
    async with door.gym.unit_of_work(door.admin) as uow:
        await KioskService(uow).revoke(UUID(door.kiosk_id))
        (await uow.session.get_one(Staff, employee.id)).active = False
    for token in tokens:
        reached = [row.route for row in GUARDED if await call(door, row, token) not in (401, 403)]
        assert reached == []


async def test_a_refresh_token_opens_nothing_and_a_spent_one_ends_its_family(
    door: Door, clock: FrozenClock
) -> None:
    first = door.tokens["refresh_token"]
    assert {await call(door, row, first) for row in GUARDED} == {401}
    second = (await (await door.refresh()).json())["refresh_token"]
    clock.advance(timedelta(seconds=11))
    assert [(await door.refresh(one)).status for one in (first, second)] == [401, 401]
    assert {await call(door, row, first) for row in GUARDED} == {401}
