"""The kiosk's page without a network: nothing is lost or told twice, and staff see what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect
from sqlalchemy import select

from gym.attendance.models import CheckIn, VerdictCode
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor
from gym.settings.schemas import OfflinePolicy
from gym.staff.service import StaffService
from tests.conftest import MORNING
from tests.support.door import Door
from tests.support.kiosk_page import (
    LOOKS,
    SECONDS,
    Kiosks,
    by_document,
    empty_room,
    in_view,
    kept,
    pair,
    says,
    shoot,
    sign_in,
    state_is,
)
from tests.support.people import people

pytestmark = pytest.mark.browser


async def attempts(door: Door) -> list[CheckIn]:
    """Everything the gym has kept, by door time."""
    async with door.gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(CheckIn).order_by(CheckIn.at)))


async def ready(page: Page, door: Door) -> None:
    """Paired, before its camera, and able to open again without a network."""
    await pair(page, door)
    await state_is(page, "idle", "verdict")
    await page.evaluate("navigator.serviceWorker.ready")


async def seen_empty(page: Page) -> None:
    """The gym has said that nobody is there, and the page has heard it: it asks again."""
    for _ in range(2):
        await page.wait_for_event("requestfinished", lambda one: one.url.endswith("/check-ins"))


async def cut(context: BrowserContext, page: Page) -> None:
    """Chromium may tell a page before it cuts it off: what the page then asks still has its answer."""
    await context.set_offline(True)
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await expect(page.locator("#banner")).to_be_visible(timeout=20 * SECONDS)


async def reconnect(context: BrowserContext, page: Page) -> None:
    await context.set_offline(False)
    await expect(page.locator("#banner")).to_be_hidden(timeout=20 * SECONDS)


FILL = """(rows) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("kiosk");
  opening.onsuccess = () => {
    const writing = opening.result.transaction("queue", "readwrite");
    rows.forEach((row) => writing.objectStore("queue").add({
      key: crypto.randomUUID(), phone_last4: "4567", photos: [], turned: [], tries: 0, ...row,
    }));
    writing.oncomplete = () => {
      opening.result.close();
      new BroadcastChannel("queue").postMessage("changed");
      resolve();
    };
    writing.onerror = () => reject(writing.error);
  };
})"""


async def fill(page: Page, rows: list[dict[str, Any]]) -> None:
    """Captures of an outage, straight into the page's database."""
    await page.evaluate(FILL, rows)
    await expect(page.locator("#app")).to_have_attribute("data-waiting", str(len(rows)))


async def all_told(page: Page) -> None:
    """Nothing waits any more to be told to the gym."""
    await expect(page.locator("#app")).to_have_attribute("data-waiting", "0", timeout=40 * SECONDS)


def ago(minutes: int) -> str:
    return (MORNING - timedelta(minutes=minutes)).isoformat()


def stumble_over(number: str) -> Any:
    async def answer(route: Route) -> None:
        if number in cast("str", route.request.post_data):
            error = {"error": {"code": "internal", "message": "Something went wrong."}}
            await route.fulfill(status=500, json=error)
        else:
            await route.continue_()

    return answer


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_a_visit_without_network_is_recorded_and_confirmed_with_its_door_time(
    kiosks: Kiosks, clock: FrozenClock, size: tuple[int, int], language: str
) -> None:
    door = kiosks.door
    await door.member("Rosa")
    name = f"{size[0]}-{language}"
    async with kiosks.profile(empty_room(), size=size, language=language) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await ready(page, door)
        stood_there = clock.now()
        await cut(context, page)
        await shoot(page, f"{name}-10-offline")
        await by_document(page)
        await state_is(page, "verdict")
        await expect(page.locator("#verdict")).to_have_class("panel wait")
        await expect(page.locator("#headline")).to_have_text({"en": "Recorded", "es": "Anotado"}[language])
        await shoot(page, f"{name}-11-recorded")
        assert [row["document_number"] for row in await kept(page)] == ["1020304050"]
        clock.advance(timedelta(hours=3))
        await reconnect(context, page)
        await all_told(page)
        assert await kept(page) == []
    (visit,) = await attempts(door)
    assert (visit.code, visit.counted) == (VerdictCode.ADMITTED, True)
    assert abs(visit.at - stood_there) < timedelta(minutes=1)
    assert visit.received_at - visit.at > timedelta(hours=2)


async def test_a_face_without_network_is_recorded_once_and_recognised_later(kiosks: Kiosks) -> None:
    door, rosa = kiosks.door, people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await ready(page, door)
        await seen_empty(page)
        await cut(context, page)
        assert await kept(page) == []  # the room was empty when the network went
        await kiosks.turn_to(page, in_view(rosa.portrait))
        await state_is(page, "verdict")
        await page.click("#verdict")
        await state_is(page, "idle")
        (row,) = await kept(page)
        assert len(row["photos"]) == 2
        await reconnect(context, page)
        await all_told(page)
    assert [visit.code for visit in await attempts(door)] == [VerdictCode.ADMITTED]


async def test_an_outage_survives_reloads_and_a_closed_page(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.member("Rosa")
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await ready(page, door)
        await cut(context, page)
        await page.reload()
        await state_is(page, "idle")
        await by_document(page)
        await state_is(page, "verdict")
        await page.close()
        page = await context.new_page()
        await page.goto(kiosks.address)
        await state_is(page, "idle")
        await says(page.locator("#banner"), "1 visit is recorded")
        await reconnect(context, page)
        await all_told(page)
    assert [visit.code for visit in await attempts(door)] == [VerdictCode.ADMITTED]


async def test_two_pages_of_one_kiosk_tell_the_gym_once(kiosks: Kiosks) -> None:
    door = kiosks.door
    for number in range(3):
        await door.member(f"Member{number}", document=f"102030405{number}")
    async with kiosks.profile(empty_room(), camera=False) as context:
        one, other = await context.new_page(), await context.new_page()
        await one.goto(kiosks.address)
        await pair(one, door)
        await state_is(one, "trouble")
        await other.goto(kiosks.address)
        await state_is(other, "trouble")
        sent: list[str] = []
        context.on("request", lambda it: sent.append(it.url) if it.url.endswith("/check-ins") else None)
        await cut(context, one)
        await fill(one, [{"document_number": f"102030405{n}", "at": ago(n)} for n in (2, 1, 0)])
        await context.set_offline(False)
        await all_told(one)
        await all_told(other)
    assert len(sent) == 3
    assert [visit.counted for visit in await attempts(door)] == [True, True, True]


async def test_one_that_cannot_be_told_holds_up_nobody(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.member("Rosa")
    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await pair(page, door)
        await state_is(page, "trouble")
        await cut(context, page)
        damaged = {"document_number": "1", "at": ago(9)}
        stumbles = {"document_number": "77777777", "at": ago(8), "tries": 4}
        await fill(page, [damaged, stumbles, {"document_number": "1020304050", "at": ago(7)}])
        await page.route("**/check-ins", stumble_over("77777777"))
        await context.set_offline(False)
        await all_told(page)
        refused = await kept(page, "refused")
    assert [row["document_number"] for row in refused] == ["1", "77777777"]
    assert [visit.counted for visit in await attempts(door)] == [True]


async def test_the_gym_is_asked_again_when_it_says_and_not_before(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.member("Rosa")
    asked: list[float] = []

    async def busy_first(route: Route) -> None:
        asked.append(datetime.now(UTC).timestamp())
        if len(asked) == 1:
            error = {"error": {"code": "too_many_requests", "message": "Later."}}
            await route.fulfill(status=429, headers={"Retry-After": "2"}, json=error)
        else:
            await route.continue_()

    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await pair(page, door)
        await state_is(page, "trouble")
        await cut(context, page)
        await fill(page, [{"document_number": "1020304050", "at": ago(5)}])
        await page.route("**/check-ins", busy_first)
        await context.set_offline(False)
        await all_told(page)
    assert len(asked) == 2
    assert 2 <= asked[1] - asked[0] < 10
    assert [visit.counted for visit in await attempts(door)] == [True]


async def test_an_answer_that_was_lost_is_not_another_visit(kiosks: Kiosks) -> None:
    """The gym has let her in, but the page never heard of it."""
    door = kiosks.door
    await door.member("Rosa")

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await pair(page, door)
        await state_is(page, "trouble")
        await page.route("**/check-ins", lose_the_answer)
        await page.click("#trouble-document")
        await page.keyboard.type("1020304050")
        await page.click("#document-next")
        await page.keyboard.type("4567")
        await page.click("#document-next")
        await says(page.locator("#headline"), "Recorded")
        await page.unroute("**/check-ins")
        await all_told(page)
        assert await kept(page, "refused") == []
    assert [visit.code for visit in await attempts(door)] == [VerdictCode.ADMITTED]


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_staff_see_who_was_refused_late_with_picture_time_and_reason(
    kiosks: Kiosks, employee_password: tuple[str, str], size: tuple[int, int], language: str
) -> None:
    door, rosa = kiosks.door, people()[0]
    await door.enrol((await door.member("Rosa", paid=False)).id, rosa)
    name = f"{size[0]}-{language}"
    async with kiosks.profile(empty_room(), size=size, language=language) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await ready(page, door)
        await seen_empty(page)
        await cut(context, page)
        await kiosks.turn_to(page, in_view(rosa.portrait))
        await state_is(page, "verdict")
        await kiosks.turn_to(page, empty_room())
        await state_is(page, "idle")
        await reconnect(context, page)
        await expect(page.locator("#late-count")).to_have_text("1", timeout=20 * SECONDS)
        await page.click("#staff-open")
        await sign_in(page, *employee_password)
        await page.click("#tab-late")
        row = page.locator("#refused li")
        await says(row, "Rosa")
        await expect(row.locator("img")).not_to_have_js_property("naturalWidth", 0)
        await expect(row.locator("time")).to_contain_text("10:0")
        await shoot(page, f"{name}-12-late")
        await row.get_by_role("button").click()
        await expect(row).to_have_count(0)
        assert await kept(page, "refused") == []


async def test_what_is_older_than_three_days_goes_and_says_so(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.member("Rosa")
    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await pair(page, door)
        await state_is(page, "trouble")
        await cut(context, page)
        await fill(page, [{"document_number": "1020304050", "at": ago(73 * 60)}])
        await context.set_offline(False)
        await all_told(page)
        (row,) = await kept(page, "refused")
        assert row["code"] == "too_old"
    assert await attempts(door) == []


async def test_where_the_gym_wants_it_people_are_let_in_without_network(kiosks: Kiosks, admin: Actor) -> None:
    door = kiosks.door
    async with door.gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"offline_policy": OfflinePolicy.ADMIT})
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await ready(page, door)
        await cut(context, page)
        await by_document(page)
        await state_is(page, "verdict")
        await expect(page.locator("#verdict")).to_have_class("panel go")
        await says(page.locator("#sentence"), "Come in!")


async def test_a_full_memory_says_so_and_keeps_what_it_has(kiosks: Kiosks) -> None:
    door = kiosks.door
    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await pair(page, door)
        await state_is(page, "trouble")
        await cut(context, page)
        await fill(page, [{"document_number": str(n), "at": ago(1)} for n in range(2000)])
        await page.click("#trouble-document")
        await page.keyboard.type("1020304050")
        await page.click("#document-next")
        await page.keyboard.type("4567")
        await page.click("#document-next")
        await says(page.locator("#sentence"), "cannot record any more")
        await expect(page.locator("#app")).to_have_attribute("data-waiting", "2000")
