"""The kiosk's page and its camera: a QR on a phone, a head that turns, a camera that goes and comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.models import CheckIn, CheckInMethod
from gym.faces.engine.reader import Purpose
from gym.faces.pool import FacePool
from gym.security.permissions import Actor
from tests.faces.hard_photos import encoded, pixels_of
from tests.faces.heads import turned_head
from tests.support.kiosk_page import (
    INSECURE_HOST,
    LOOKS,
    PATIENCE,
    Kiosks,
    empty_room,
    in_view,
    kept,
    pair,
    phone_with,
    says,
    shoot,
    state_is,
    type_in,
)
from tests.support.people import Pixels, people
from tests.web.door.test_check_ins import member_qr

pytestmark = pytest.mark.browser
ROSA = people()[0]
LEFT, RIGHT = 32.0, -32.0
"""Degrees: a camera sees the person's left on the right."""


@pytest.fixture
def kiosks(whole_kiosks: Kiosks) -> Kiosks:
    """The camera is Chromium's own device here."""
    return whole_kiosks


@pytest.fixture
def mode() -> str:
    return "off"


@pytest.fixture
def gym_with_faces(gym: Gym, remembered_faces: FacePool, mode: str) -> Gym:
    config = gym.config.model_copy(update={"face_challenge": mode})
    return replace(gym, face_pool=remembered_faces, config=config)


def portrait(photo: bytes) -> Pixels:
    pixels = pixels_of(photo)
    return pixels[:, : pixels.shape[1] // 2 * 2]


def turned(kiosks: Kiosks, degrees: float) -> bytes:
    """Rosa before the camera, at another moment, with her head turned by so much."""
    photo = ROSA.photo(1)
    landmarks = kiosks.door.gym.faces.reader.read(photo, Purpose.CHECK_IN).face.landmarks
    return in_view(portrait(encoded(turned_head(pixels_of(photo), landmarks, degrees))))


async def swap(page: Page, kiosks: Kiosks, view: bytes) -> None:
    """Somebody moves before the camera, without its going away."""
    kiosks.show(view)
    await page.evaluate(
        """async () => {
          const video = document.querySelector("video");
          video.srcObject.getTracks().forEach((it) => it.stop());
          const wanted = { video: { width: 1280, height: 720 } };
          video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
          await video.play();
          await new Promise((resolve) => video.requestVideoFrameCallback(
            () => video.requestVideoFrameCallback(resolve)));
        }"""
    )


async def method_of_the_visit(kiosks: Kiosks) -> CheckInMethod:
    async with kiosks.door.gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(CheckIn))).one().method


async def test_a_qr_on_a_phone_is_read_from_the_same_view(kiosks: Kiosks) -> None:
    member = await kiosks.door.member("Rosa")
    async with kiosks.page(phone_with(member_qr(kiosks.door, member.id))) as page:
        await pair(page, kiosks.door)
        await says(page.locator("#headline"), "Rosa")
        await expect(page.locator("#verdict")).to_have_class("panel go")
        await shoot(page, "1024-en-30-qr")
    assert await method_of_the_visit(kiosks) is CheckInMethod.QR


@pytest.mark.parametrize("mode", ["enforce"])
@pytest.mark.parametrize(
    ("draw", "degrees", "look"), [(0.1, LEFT, LOOKS[0]), (0.9, RIGHT, LOOKS[1])], ids=["left", "right"]
)
async def test_who_turns_the_head_as_asked_comes_in(
    kiosks: Kiosks, draw: float, degrees: float, look: tuple[tuple[int, int], str]
) -> None:
    door, (size, language) = kiosks.door, look
    await door.enrol((await door.member("Rosa")).id, ROSA)
    async with kiosks.profile(in_view(ROSA.portrait), size=size, language=language) as context:
        page = await context.new_page()
        await page.add_init_script(f"Math.random = () => {draw}")
        await page.clock.install()
        await page.goto(kiosks.address)
        await pair(page, door)
        await state_is(page, "challenge")
        await page.clock.pause_at(await page.evaluate("Date.now() + 20"))
        await shoot(page, f"{size[0]}-{language}-31-challenge")
        await swap(page, kiosks, turned(kiosks, degrees))
        await page.clock.resume()
        await says(page.locator("#headline"), "Rosa")
        await expect(page.locator("#verdict")).to_have_class("panel go")


@pytest.mark.parametrize("mode", ["enforce"])
async def test_who_does_not_turn_the_head_is_denied_and_may_type(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.enrol((await door.member("Rosa")).id, ROSA)
    async with kiosks.page(in_view(ROSA.portrait)) as page:
        await pair(page, door)
        await state_is(page, "challenge")
        await says(page.locator("#said"), "Turn your head a little")
        await state_is(page, "verdict")
        await expect(page.locator("#verdict")).to_have_class("panel stop")
        await expect(page.locator("#headline")).to_be_empty()
        await page.click("#verdict-document")
        await state_is(page, "document")


@pytest.mark.parametrize("mode", ["enforce"])
async def test_an_empty_room_and_a_qr_are_not_asked_to_turn_their_head(kiosks: Kiosks) -> None:
    door = kiosks.door
    member = await door.member("Rosa")
    async with kiosks.page(empty_room()) as page:
        await page.evaluate(
            """new MutationObserver(() => {
              if (app.dataset.state === "challenge") app.dataset.asked = "yes";
            }).observe(app, { attributes: true })"""
        )
        await pair(page, door)
        async with page.expect_request_finished(lambda one: one.url.endswith("/check-ins")):
            pass
        await kiosks.turn_to(page, phone_with(member_qr(door, member.id)))
        await says(page.locator("#headline"), "Rosa")
        assert await page.locator("#app").get_attribute("data-asked") is None


@pytest.mark.parametrize("mode", ["enforce"])
async def test_without_network_the_turned_head_is_recorded_too(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.enrol((await door.member("Rosa")).id, ROSA)
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.goto(kiosks.address)
        await pair(page, door)
        async with page.expect_request_finished(lambda one: one.url.endswith("/check-ins")):
            pass
        await context.set_offline(True)
        await expect(page.locator("#banner")).to_be_visible(timeout=PATIENCE)
        await kiosks.turn_to(page, in_view(ROSA.portrait))
        await state_is(page, "challenge")
        await says(page.locator("#headline"), "Recorded")
        (row,) = await kept(page)
        assert (len(row["photos"]), len(row["turned"])) == (1, 3)
        assert row["turn"] in ("left", "right")


@pytest.mark.parametrize("mode", ["observe"])
async def test_where_it_is_only_observed_nobody_is_asked(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.enrol((await door.member("Rosa")).id, ROSA)
    async with kiosks.page(in_view(ROSA.portrait)) as page:
        await pair(page, door)
        await says(page.locator("#headline"), "Rosa")


async def test_without_network_a_qr_is_kept_as_its_text_where_the_browser_can_read_it(kiosks: Kiosks) -> None:
    door = kiosks.door
    member = await door.member("Rosa")
    text = member_qr(door, member.id)
    async with kiosks.profile(empty_room()) as context:
        page = await context.new_page()
        await page.add_init_script(
            f"globalThis.BarcodeDetector = class {{ detect = async () => [{{ rawValue: {text!r} }}]; }}"
        )
        await page.goto(kiosks.address)
        await pair(page, door)
        async with page.expect_request_finished(lambda one: one.url.endswith("/check-ins")):
            pass
        await context.set_offline(True)
        await expect(page.locator("#banner")).to_be_visible(timeout=PATIENCE)
        await kiosks.turn_to(page, phone_with(text))
        await says(page.locator("#headline"), "Recorded")
        (row,) = await kept(page)
        assert (row["qr"], row["photos"]) == (text, [])
        await context.set_offline(False)
        await expect(page.locator("#app")).to_have_attribute("data-waiting", "0", timeout=PATIENCE)
    assert await method_of_the_visit(kiosks) is CheckInMethod.QR


@pytest.mark.parametrize(("size", "language"), LOOKS)
async def test_a_camera_that_goes_is_explained_and_comes_back_by_itself(
    kiosks: Kiosks, size: tuple[int, int], language: str
) -> None:
    async with kiosks.page(empty_room(), size=size, language=language) as page:
        await pair(page, kiosks.door)
        await state_is(page, "idle")
        await page.evaluate(
            """() => {
              window.plugged = navigator.mediaDevices.getUserMedia;
              const gone = new DOMException("gone", "NotFoundError");
              navigator.mediaDevices.getUserMedia = () => Promise.reject(gone);
              document.querySelector("video").srcObject.getTracks().forEach((track) => track.stop());
            }"""
        )
        await state_is(page, "trouble")
        await says(page.locator("#trouble-text"), {"en": "plugged in", "es": "conectada"}[language])
        await shoot(page, f"{size[0]}-{language}-32-lost")
        await page.evaluate("() => { navigator.mediaDevices.getUserMedia = window.plugged; }")
        await state_is(page, "idle")


async def test_a_page_that_is_not_secure_says_what_to_do_and_takes_documents(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.member("Rosa")
    port = door.client.port
    async with kiosks.page(empty_room(), address=f"http://{INSECURE_HOST}:{port}/kiosk/") as page:
        assert not await page.evaluate("isSecureContext")
        await pair(page, door)
        await state_is(page, "trouble")
        await says(page.locator("#trouble-text"), "python -m gym certificate")
        await shoot(page, "1024-en-33-insecure")
        await page.click("#trouble-document")
        await type_in(page, "1020304050")
        await type_in(page, "4567")
        await says(page.locator("#headline"), "Rosa")
