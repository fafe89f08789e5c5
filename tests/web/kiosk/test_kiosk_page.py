"""The kiosk's page in real Chromium: pairing, and everything a person at the door sees of it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Route, expect

from gym.core.language import Translator
from gym.kiosks.service import KioskService
from gym.security.permissions import Actor
from gym.staff.service import StaffService
from tests.support.kiosk_page import (
    LOOKS,
    SECONDS,
    Kiosks,
    empty_room,
    in_view,
    pair,
    says,
    shoot,
    state_is,
    type_in,
)
from tests.support.people import people

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_a_kiosk_is_paired_and_lets_a_member_in_hands_free(
    kiosks: Kiosks, size: tuple[int, int], language: str
) -> None:
    door, rosa = kiosks.door, people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    name = f"{size[0]}-{language}"
    async with kiosks.page(in_view(rosa.portrait), size=size, language=language) as page:
        await state_is(page, "pairing")
        await shoot(page, f"{name}-1-pairing")
        await pair(page, door)
        await state_is(page, "idle")
        await shoot(page, f"{name}-2-idle")
        await state_is(page, "verdict")
        await expect(page.locator("#headline")).to_have_text("Rosa")
        await expect(page.locator("#verdict")).to_have_class("panel go")
        await expect(page.locator("#facts")).to_contain_text("30")
        await expect(page.locator("#photo")).to_have_js_property("naturalWidth", 160)
        await says(page.locator("#mark:visible"), "✓")
        await expect(page.locator("#clock")).to_have_text("10:00")
        await shoot(page, f"{name}-3-admitted")
    assert await door.visits() == 1


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_a_document_is_typed_and_the_refusal_says_why(
    kiosks: Kiosks, size: tuple[int, int], language: str
) -> None:
    door = kiosks.door
    await door.member("Mateo", paid=False)
    name = f"{size[0]}-{language}"
    async with kiosks.page(empty_room(), size=size, language=language) as page:
        await pair(page, door)
        await state_is(page, "idle")
        await page.click("#use-document")
        await shoot(page, f"{name}-4-document")
        await type_in(page, "1020304050")
        await shoot(page, f"{name}-5-phone")
        await type_in(page, "4567")
        await state_is(page, "verdict")
        await expect(page.locator("#headline")).to_have_text("Mateo")
        await expect(page.locator("#verdict")).to_have_class("panel stop")
        await expect(page.locator("#sentence")).not_to_be_empty()
        await shoot(page, f"{name}-6-refused")
        await page.click("#verdict")
        await state_is(page, "idle")
    assert await door.visits() == 1


async def test_an_empty_room_is_photographed_every_two_seconds_only(kiosks: Kiosks) -> None:
    sent = "performance.getEntriesByType('resource').filter((it) => it.name.endsWith('/check-ins'))"
    async with kiosks.page(empty_room()) as page:
        await pair(page, kiosks.door)
        for _ in range(4):
            await page.wait_for_event("requestfinished", lambda one: one.url.endswith("/check-ins"))
        starts: list[float] = await page.evaluate(f"{sent}.map((it) => it.startTime)")
    # The camera's first picture may be a dark one. A still scene used to be sent every 0.7 s.
    assert starts[3] - starts[1] > 3 * SECONDS


# Ten minutes before a camera of which only the watch knows, then somebody else, by a clock of its own.
STAYING = """async () => {
  const at = new URL(document.querySelector("script[type=module]").src);
  const { Watch } = await import(new URL("door/watch.js", at));
  const { screens } = await import(new URL("screen/screens.js", at));
  Object.defineProperty(screens, "state", { get: () => "idle" });
  let now = 1000;
  performance.now = () => now;
  globalThis.setTimeout = () => 0; // the page's own watch rests, this one is run by hand
  const asked = [];
  const scene = { look() {}, judged() { this.changed = false; } };
  Object.assign(scene, { changed: true, steady: true, somebody: true });
  const camera = { running: true, warm: true, photo: async () => "photo" };
  const checkIns = { capture: (it) => it, submit: async () => { asked.push(now / 1000 - 1); return {}; } };
  const link = { online: true };
  const rest = { challenge: {}, keeper: {}, told() {}, failed(error) { throw error; } };
  const watch = new Watch({ scene, camera, checkIns, link, ...rest });
  for (; now < 601000; now += 100) {
    if (now === 500000) scene.changed = true;
    await watch.run();
  }
  return asked.map(Math.round);
}"""


async def test_who_stays_in_view_is_asked_ever_more_seldom_until_somebody_else_comes(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        asked: list[int] = await page.evaluate(STAYING)
    assert asked == [0, 20, 60, 140, 300, 460, 499, 519, 559]


async def test_a_document_that_fits_lets_in_by_keyboard_and_the_verdict_goes_by_itself(
    kiosks: Kiosks,
) -> None:
    door = kiosks.door
    await door.member("Lucia")
    async with kiosks.page(empty_room()) as page:
        await pair(page, door)
        await state_is(page, "idle")
        await page.click("#use-document")
        await page.keyboard.type("1020304050")
        await page.click("#document-next")
        await page.keyboard.type("4567")
        await page.click("#document-next")
        await state_is(page, "verdict")
        await expect(page.locator("#headline")).to_have_text("Lucia")
        await state_is(page, "idle")


async def test_a_face_that_nobody_knows_is_offered_the_other_ways(kiosks: Kiosks) -> None:
    async with kiosks.page(in_view(people()[2].portrait)) as page:
        await pair(page, kiosks.door)
        await state_is(page, "verdict")
        await expect(page.locator("#verdict")).to_have_class("panel wait")
        await shoot(page, "1024-en-7-unknown")
        await page.click("#verdict-document")
        await state_is(page, "document")


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_a_camera_that_is_denied_is_explained_and_documents_still_work(
    whole_kiosks: Kiosks, size: tuple[int, int], language: str
) -> None:
    door = whole_kiosks.door
    await door.member("Rosa")
    blind = whole_kiosks.page(empty_room(), camera=False, size=size, language=language)
    async with blind as page:
        await pair(page, door)
        await state_is(page, "trouble")
        await shoot(page, f"{size[0]}-{language}-8-trouble")
        await page.click("#trouble-document")
        await type_in(page, "1020304050")
        await type_in(page, "4567")
        await expect(page.locator("#headline")).to_have_text("Rosa")
        await page.click("#verdict")
        await state_is(page, "trouble")


async def test_a_kiosk_that_was_revoked_goes_back_to_pairing(kiosks: Kiosks) -> None:
    door = kiosks.door
    async with kiosks.page(empty_room()) as page:
        await pair(page, door)
        await state_is(page, "idle")
        kiosk_id = await page.evaluate("JSON.parse(localStorage.getItem('kiosk')).kiosk_id")
        async with door.gym.unit_of_work(door.admin) as uow:
            await KioskService(uow).revoke(UUID(kiosk_id))
        await state_is(page, "pairing")
        await expect(page.locator("#pairing-error")).not_to_be_empty()
        await shoot(page, "1024-en-9-unpaired")
        await page.reload()
        await state_is(page, "pairing")


async def test_a_paired_kiosk_survives_a_reload(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await pair(page, kiosks.door)
        await state_is(page, "idle")
        await page.reload()
        await state_is(page, "idle")


async def test_a_wrong_code_is_said_on_the_page(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        await page.fill("#code", "123 456 789")
        await page.fill("#name", "Door")
        await page.click("#pair")
        await expect(page.locator("#pairing-error")).not_to_be_empty()
        await state_is(page, "pairing")
        await expect(page.locator("#clock")).to_be_empty()  # the tablet's clock may be of another zone


async def test_what_is_missing_is_asked_for_in_the_pages_own_language(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        await page.get_by_role("button", name="Español").click()
        await page.click("#pair")
        await expect(page.locator("#pairing-error")).to_contain_text("nueve cifras")
        await page.fill("#code", "123 456 789")
        await page.click("#pair")
        await expect(page.locator("#pairing-error")).to_contain_text("Ponle un nombre")
        await expect(page.locator("#name")).to_be_focused()


async def test_the_language_can_be_changed_on_the_spot(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.get_by_role("button", name="Español").click()
        await expect(page.locator("html")).to_have_attribute("lang", "es")
        await expect(page.locator("#pair")).to_have_text("Vincular")


@pytest.mark.parametrize(
    ("language", "owed"), [("en", "$1,250.50 to pay"), ("es", "Por pagar: $1.250,50")], ids=["en", "es"]
)
async def test_what_is_owed_is_written_as_in_the_gyms_own_sentences(
    kiosks: Kiosks, admin: Actor, language: str, owed: str
) -> None:
    """As in the sentence of the server, which writes `$1.250,50` too; only where the gym wants sums there."""
    said = Translator(language, currency="COP", timezone="America/Bogota")("{debt}", debt=Decimal("1250.50"))
    assert said in owed
    verdict = {"id": str(uuid4()), "outcome": "admitted", "code": "admitted", "message": "Hi", "at": "x"}

    async def admit(route: Route) -> None:
        await route.fulfill(status=201, json=verdict | {"balance": "1250.50"})

    async with kiosks.page(empty_room(), language=language) as page:
        await pair(page, kiosks.door)
        await page.route("**/check-ins", admit)
        await state_is(page, "verdict")
        await expect(page.locator("#facts")).to_have_text("")
    async with kiosks.door.gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"kiosk_shows_sums": True})
    async with kiosks.page(empty_room(), language=language) as page:
        await pair(page, kiosks.door)
        await page.route("**/check-ins", admit)
        await says(page.locator("#facts"), owed.replace(" ", "\u00a0"))
