"""The password page in real Chromium, with JavaScript turned off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import async_playwright, expect

from gym.app import Gym
from gym.security.passwords import verify_secret
from gym.security.permissions import Actor
from gym.staff.models import Staff
from gym.staff.service import StaffService
from tests.support.browser import shell_program
from web.app import make_app

pytestmark = pytest.mark.browser
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")


async def test_a_password_is_chosen_without_javascript_on_a_phone(gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        token = (await StaffService(uow).password_link()).token
    faults: list[str] = []
    async with TestClient[Any, Any](TestServer(make_app(gym))) as server, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=shell_program(driver), args=QUIET)
        context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
        page = await context.new_page()
        page.on("console", lambda line: faults.append(line.text))
        page.on("requestfailed", lambda request: faults.append(request.url))
        await page.goto(str(server.make_url("/password").with_query(start=token)))
        await page.get_by_label("User name").fill("ana.admin")
        await page.get_by_label("Password, at least").fill("a quiet morning")
        await page.get_by_label("The same password again").fill("a quiet evening")
        await page.get_by_role("button", name="Save password").click()
        await expect(page.get_by_role("alert")).to_contain_text("not the same")
        assert token not in page.url
        await expect(page.get_by_label("User name")).to_have_value("ana.admin")
        await page.get_by_label("Password, at least").fill("a quiet morning")
        await page.get_by_label("The same password again").fill("a quiet morning")
        await page.get_by_role("button", name="Save password").click()
        await expect(page.get_by_text("You sign in as ana.admin")).to_be_visible()
        await browser.close()
    assert not [fault for fault in faults if "Content Security" in fault or fault.startswith("http")]
    async with gym.unit_of_work(Actor.system()) as uow:
        stored = (await uow.session.get_one(Staff, admin.id)).password_hash
    assert (await asyncio.to_thread(verify_secret, "a quiet morning", stored))[0]
