"""The kiosk's page under wear: people walk off, replies come late, workers and disks give up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.conftest import MORNING
from tests.support.door import Door
from tests.support.kiosk_page import (
    PATIENCE,
    Kiosks,
    empty_room,
    in_view,
    kept,
    pair,
    says,
    sign_in,
    state_is,
)
from tests.support.people import people

pytestmark = pytest.mark.browser
REFUSAL: dict[str, Any] = {
    "at": MORNING.isoformat(),
    "refusedAt": MORNING.isoformat(),
    "method": "document",
    "code": "expired",
    "message": "Your plan has ended.",
    "name": None,
    "document_number": "1020304050",
}


async def at_rest(page: Page, door: Door, pin: str | None = None) -> None:
    await pair(page, door, pin=pin)
    await state_is(page, "idle")


async def test_who_walks_off_from_the_pin_leaves_the_door_to_the_next_one(kiosks: Kiosks) -> None:
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.clock.install()
        await page.goto(kiosks.address)
        await at_rest(page, kiosks.door, pin="4711")
        await page.click("#staff-open")
        await state_is(page, "pin")
        await page.clock.fast_forward("00:40")
        await page.keyboard.type("47")
        await page.clock.fast_forward("00:40")
        await expect(page.locator("#pin-typed")).to_have_text("••")
        await page.clock.fast_forward("00:10")
        await state_is(page, "idle")
        await page.click("#staff-open")
        await expect(page.locator("#pin-typed")).not_to_contain_text("•")


async def test_a_sign_in_whose_answer_comes_too_late_opens_the_area_to_nobody(
    kiosks: Kiosks, employee_password: tuple[str, str]
) -> None:
    """Whoever typed the password has gone back to the door: the next one must not be signed in."""
    answered, gone = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        if "password" in (route.request.post_data or ""):
            answered.set()
            await gone.wait()
        await route.continue_()

    async with kiosks.page(empty_room()) as page:
        await at_rest(page, kiosks.door)
        await page.route("**/auth/token", slow)
        await page.click("#staff-open")
        await page.fill("#username", employee_password[0])
        await page.fill("#password", employee_password[1])
        await page.click("#sign-in-go")
        await answered.wait()
        await page.click("#staff-close")
        await state_is(page, "idle")
        async with page.expect_response("**/auth/revoke") as revoked:
            gone.set()
        assert (await revoked.value).status == 204
        await page.click("#staff-open")
        await state_is(page, "staff")
        await expect(page.locator("#sign-in")).to_be_visible()
        await expect(page.locator("#tabs")).to_be_hidden()


async def test_a_renewal_whose_answer_comes_after_signing_out_signs_nobody_in(
    kiosks: Kiosks, employee_password: tuple[str, str], clock: Any
) -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        asked.set()
        await gone.wait()
        await route.continue_()

    async with kiosks.page(empty_room()) as page:
        await at_rest(page, kiosks.door)
        await page.click("#staff-open")
        await sign_in(page, *employee_password)
        clock.advance(timedelta(hours=6))
        await page.route("**/auth/refresh", slow)
        await page.click("#tab-today")
        await asked.wait()
        await page.click("#sign-out")
        async with page.expect_response("**/auth/refresh") as renewed:
            gone.set()
        assert (await renewed.value).status == 200
        await page.click("#staff-open")
        await state_is(page, "staff")
        await expect(page.locator("#sign-in")).to_be_visible()
        await expect(page.locator("#tabs")).to_be_hidden()


async def test_the_pictures_of_an_enrolment_go_with_whoever_leaves_it(
    kiosks: Kiosks, employee_password: tuple[str, str]
) -> None:
    door = kiosks.door
    member = await door.member("Rosa")
    await door.enrol(member.id, people()[0])
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.clock.install()
        await page.goto(kiosks.address)
        await at_rest(page, door)
        await page.click("#staff-open")
        await sign_in(page, *employee_password)
        await kiosks.turn_to(page, in_view(people()[0].portrait))
        await page.fill("#q", "Rosa")
        await page.click("#found button")
        await expect(page.locator("#taken img")).to_have_count(3, timeout=2 * PATIENCE)
        await page.clock.fast_forward("03:00")
        await expect(page.locator("#app")).not_to_have_attribute("data-state", "enrol")
        await expect(page.locator("#taken img")).to_have_count(0)


DEAF = """
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (...given) {
  window.deaf = (window.deaf ?? 0) + 1;
  if (window.deaf > 1) post.apply(this, given);
};
"""


async def test_a_worker_that_makes_no_picture_is_replaced(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.enrol((await door.member("Rosa")).id, people()[0])
    async with kiosks.complaining(in_view(people()[0].portrait)) as context:
        page = await context.new_page()
        await page.add_init_script(DEAF)
        await page.goto(kiosks.address)
        await pair(page, door)
        await says(page.locator("#headline"), "Rosa")
        assert await page.evaluate("window.deaf") >= 2


NO_ROOM = """() => {
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (row) {
    const request = add.call(this, row);
    const fault = new DOMException("no room", "QuotaExceededError");
    Object.defineProperty(this.transaction, "error", { value: fault });
    this.transaction.abort();
    return request;
  };
}"""
"""As Chromium ends a transaction for which the disk has no room."""
REFUSE = """async ([refusal, times]) => {
  const { Store } = await import("/kiosk/queue/store.js");
  const store = new Store();
  const capture = (await store.all()).at(0);
  await Promise.all(Array.from({ length: times }, () => store.refuse(capture, refusal)));
}"""
ADD = """async (photo) => {
  const { Store } = await import("/kiosk/queue/store.js");
  const photos = photo ? [new Blob([new Uint8Array(photo)])] : [];
  const at = "2026-08-03T15:00:00Z";
  await new Store().add({ key: crypto.randomUUID(), at, photos, turned: [], tries: 0 });
}"""


async def test_a_capture_that_two_turns_refuse_is_shown_to_staff_once(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        await page.evaluate(ADD, 0)
        await page.evaluate(REFUSE, [REFUSAL, 2])
        assert await kept(page) == []
        assert len(await kept(page, "refused")) == 1


async def test_a_full_disk_does_not_hold_up_the_queue(kiosks: Kiosks) -> None:
    """There is no room for what staff would see of it: it goes all the same."""
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        await page.evaluate(ADD, 200_000)
        await page.evaluate(NO_ROOM)
        await page.evaluate(REFUSE, [REFUSAL, 1])
        assert await kept(page) == []
