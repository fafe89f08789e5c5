"""The password page, in a browser without JavaScript."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.logging import configure_logging
from gym.security.passwords import verify_secret
from gym.security.permissions import Actor
from gym.staff.models import Staff
from gym.staff.service import StaffService
from tests.support.door import API
from web.app import make_app

GOOD = "a long walk home"


@dataclass(frozen=True)
class Browser:
    """Somebody of the team with a browser."""

    gym: Gym
    client: TestClient[Any, Any]
    actor: Actor

    async def link(self) -> str:
        async with self.gym.unit_of_work(self.actor) as uow:
            return (await StaffService(uow).password_link()).token

    async def opens(self, token: str, language: str = "en") -> ClientResponse:
        headers = {"Accept-Language": language}
        return await self.client.get("/password", params={"start": token}, headers=headers)

    async def sends(
        self, token: str, password: str = GOOD, again: str | None = None, **more: str
    ) -> ClientResponse:
        form = {"start": token, "username": "ana.admin", "password": password}
        form |= {"again": password if again is None else again} | more
        return await self.client.post("/password", data=form)

    async def row(self) -> Staff:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await uow.session.get_one(Staff, self.actor.id)


@pytest.fixture
async def browser(gym: Gym, admin: Actor) -> AsyncGenerator[Browser]:
    async with TestClient[Any, Any](TestServer(make_app(gym))) as client:
        yield Browser(gym, client, admin)


async def test_opening_the_page_spends_nothing_and_saving_spends_the_link(browser: Browser) -> None:
    token = await browser.link()
    for _ in range(3):
        answer = await browser.opens(token)
        page = await answer.text()
        assert answer.status == 200
        assert f'name="start" value="{token}"' in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "script" not in page
    saved = await browser.sends(token)
    assert (saved.status, saved.headers["Cache-Control"]) == (200, "no-store")
    assert "You sign in as ana.admin" in await saved.text()
    assert token not in await saved.text()
    stored = (await browser.row()).password_hash
    assert (await asyncio.to_thread(verify_secret, GOOD, stored))[0]
    for again in (await browser.sends(token, "another long walk"), await browser.opens(token)):
        assert again.status == 409
        assert "used before" in await again.text()
    stored = (await browser.row()).password_hash
    assert (await asyncio.to_thread(verify_secret, GOOD, stored))[0]


async def test_the_new_password_signs_in_and_older_sign_ins_end(browser: Browser) -> None:
    await browser.sends(await browser.link())
    grant = {"grant_type": "password", "username": "ana.admin", "password": GOOD}
    answer = await browser.client.post(f"{API}/auth/token", json=grant)
    tokens = await answer.json()
    assert (answer.status, tokens["scope"]) == (200, "admin")
    await browser.sends(await browser.link(), "another long walk")
    renewed = await browser.client.post(
        f"{API}/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
    )
    assert renewed.status == 401


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "too few", "again": "too few"}, "at least 10 characters"),
        ({"password": "password123456", "again": "password123456"}, "first anybody would try"),
        ({"password": "ana.admin walks", "again": "ana.admin walks"}, "may not contain the user name"),
        ({"again": "a long walk away"}, "not the same"),
        ({"username": "a b"}, "3 to 40 letters"),
        ({"username": "EVA"}, "user name is taken"),
    ],
)
async def test_what_does_not_fit_is_told_above_the_form_and_the_link_lives_on(
    browser: Browser, employee: Actor, changes: dict[str, str], said: str
) -> None:
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Staff, employee.id)).username = "eva"
    token = await browser.link()
    form = {"start": token, "username": "ana.admin", "password": GOOD, "again": GOOD} | changes
    answer = await browser.client.post("/password", data=form)
    page = await answer.text()
    assert answer.status in (409, 422)
    assert said in page
    assert form["password"] not in page
    assert (await browser.row()).password_hash is None
    assert (await browser.sends(token)).status == 200


async def test_the_page_speaks_its_owners_language_and_escapes_their_name(browser: Browser) -> None:
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, browser.actor.id)
        row.language, row.name = "es", "Ana <script>"
    page = await (await browser.opens(await browser.link())).text()
    assert '<html lang="es">' in page
    assert "Ana &lt;script&gt;" in page
    hostile = await browser.sends(await browser.link(), username='"><script>')
    assert "<script>" not in await hostile.text()
    assert '<html lang="es">' in await (await browser.opens("pUnknown", language="es-CO,en")).text()


@pytest.mark.parametrize("token", ["", "p", "pAAAAAAAAAAAAAAAAAAAAAAAA", "p\x00\ud7ff", "g" * 300])
async def test_an_invented_link_shows_no_form(browser: Browser, token: str) -> None:
    for answer in (await browser.opens(token), await browser.sends(token)):
        page = await answer.text()
        assert answer.status == 404
        assert "not from this gym" in page
        assert "My account" in page
        assert "<form" not in page


async def test_a_link_runs_out_and_is_replaced_by_a_newer_one(browser: Browser, clock: FrozenClock) -> None:
    older = await browser.link()
    newer = await browser.link()
    assert (await browser.sends(older)).status == 409
    clock.advance(timedelta(minutes=30))
    late = await browser.sends(newer)
    assert late.status == 409
    assert "run out" in await late.text()
    assert (await browser.row()).password_hash is None


async def test_who_was_let_go_sets_no_password(browser: Browser) -> None:
    token = await browser.link()
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Staff, browser.actor.id)).active = False
    assert (await browser.sends(token)).status == 409
    assert (await browser.row()).password_hash is None


async def test_guessing_links_is_stopped_and_a_good_link_costs_nothing(browser: Browser) -> None:
    good = await browser.link()
    for _ in range(8):
        assert (await browser.opens(good)).status == 200
    seen = [await browser.opens(f"pGuess{number:020}") for number in range(6)]
    assert [answer.status for answer in seen] == [404] * 5 + [429]
    assert int(seen[-1].headers["Retry-After"]) > 0
    assert (await browser.sends(good)).status == 429, "whoever guesses waits"


async def test_of_eight_at_once_one_spends_the_link(browser: Browser) -> None:
    token = await browser.link()
    answers = await asyncio.gather(
        *(browser.sends(token, f"a long walk number {number}") for number in range(4))
    )
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]


@pytest.fixture
def log() -> Generator[StringIO]:
    """Everything that is logged meanwhile; the other tests get their logging back."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    stream = StringIO()
    configure_logging("DEBUG", "json", stream=stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()


async def test_the_tokens_of_links_stand_in_no_log(browser: Browser, log: StringIO) -> None:
    token = await browser.link()
    await browser.opens(token)
    await browser.sends(token, "short")
    await browser.sends(token)
    newer = await browser.link()
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("ALTER TABLE one_time_links RENAME TO gone"))
    assert (await browser.opens(newer)).status == 500
    assert (await browser.sends(newer)).status == 500
    written = log.getvalue()
    assert "request_failed" in written
    for secret in (token, newer, GOOD):
        assert secret not in written


async def test_other_kinds_of_bodies_and_far_too_large_ones_are_refused(browser: Browser) -> None:
    token = await browser.link()
    as_json = await browser.client.post("/password", json={"start": token})
    assert as_json.status == 415
    huge = await browser.sends(token, "x" * 20_000)
    assert huge.status == 413
    many = await browser.client.post("/password", data={f"f{number}": "x" for number in range(50)})
    assert many.status == 400
    assert (await browser.row()).password_hash is None


async def test_the_style_is_the_gyms_own_and_nothing_comes_from_elsewhere(browser: Browser) -> None:
    answer = await browser.opens(await browser.link())
    page = await answer.text()
    assert not re.search(r"https?://", page)
    for path in re.findall(r'href="([^"]+)"', page):
        assert (await browser.client.get(path)).status == 200, path
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
