"""The kiosk's page as people have it: in Chromium, before a camera that shows what a test wants."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import cv2
import numpy as np
import segno
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.support.cameras import Camera
from tests.support.door import Door
from tests.support.people import Pixels, jpeg, landscape

INSECURE_HOST: Final = "kiosk.test"
"""This machine under a name that is no longer its own, so that its pages are not secure."""
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1",
)
TABLET: Final = (1024, 768)
UPRIGHT: Final = (768, 1024)
PHONE: Final = (390, 844)
LOOKS: Final = [(TABLET, "en"), (PHONE, "es")]
"""Every screen in both sizes and in both languages."""
SECONDS: Final = 1000.0
PATIENCE: Final = 40 * SECONDS
expect.set_options(timeout=PATIENCE)  # its five seconds are few while two cores run everything at once
SHOTS: Final = os.environ.get("KIOSK_SHOTS")
"""A folder for screenshots, for whoever wants to look at them."""
EXPECTED: Final = (
    "Failed to load resource",
    "net::ERR_",
    "Cross-Origin-Opener-Policy header has been ignored",
)
"""What Chromium itself writes of a refusal, a lost network or a page that is not secure."""
_WALL: Final = (150, 140, 128)


def in_view(portrait: Pixels) -> bytes:
    """A camera's picture, 1280 × 720: the person in front of a wall."""
    person = cv2.resize(portrait, None, fx=720 / portrait.shape[0], fy=720 / portrait.shape[0])
    wall = np.full((720, 1280, 3), _WALL, np.uint8)
    left = (1280 - person.shape[1]) // 2
    wall[:, left : left + person.shape[1]] = person
    return jpeg(wall, 92)


def empty_room() -> bytes:
    """Nobody; small, because a camera in software costs what its picture has in pixels."""
    pixels = cv2.imdecode(np.frombuffer(landscape(), np.uint8), cv2.IMREAD_COLOR)
    return jpeg(cast("Pixels", cv2.resize(cast("Pixels", pixels), (640, 360))), 90)


def phone_with(link: str) -> bytes:
    """Somebody's phone, held before the camera, with a QR on its screen."""
    code = np.array([[0 if cell else 255 for cell in row] for row in segno.make(link, error="m").matrix])
    screen = cv2.resize(np.kron(code, np.ones((6, 6))).astype(np.uint8), (300, 300), interpolation=0)
    view = np.full((720, 1280, 3), _WALL, np.uint8)
    view[110:610, 450:830] = 25
    view[160:560, 470:810] = 245
    view[200:500, 490:790] = screen[:, :, None]
    return jpeg(view, 90)


class Kiosks:
    """Opens the page of a door in front of a view."""

    def __init__(self, chromium: Browser, camera: Camera, door: Door) -> None:
        self._chromium, self._camera, self.door = chromium, camera, door

    @property
    def address(self) -> str:
        return str(self.door.client.make_url("/kiosk/"))

    def show(self, view: bytes) -> None:
        """What every camera that is opened from now on shows; one that is open keeps its own."""
        self._camera.show(view)

    @asynccontextmanager
    async def profile(
        self, view: bytes, *, camera: bool = True, language: str = "en", size: tuple[int, int] = TABLET
    ) -> AsyncGenerator[BrowserContext]:
        """A fresh profile; what its pages complain about fails the test."""
        faults: list[str] = []
        async with self.complaining(view, camera=camera, language=language, size=size) as context:
            context.on("weberror", lambda error: faults.append(str(error.error)))
            context.on("console", lambda line: faults.extend(_complaint(line)))
            yield context
        assert faults == []

    @asynccontextmanager
    async def complaining(
        self, view: bytes, *, camera: bool = True, language: str = "en", size: tuple[int, int] = TABLET
    ) -> AsyncGenerator[BrowserContext]:
        """A fresh profile whose pages may complain."""
        self.show(view)
        async with await self._chromium.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            permissions=["camera"] if camera else [],
        ) as context:
            await self._camera.connect(context)
            yield context

    @asynccontextmanager
    async def page(
        self,
        view: bytes,
        *,
        camera: bool = True,
        language: str = "en",
        size: tuple[int, int] = TABLET,
        address: str | None = None,
    ) -> AsyncGenerator[Page]:
        """The page in a profile of its own, whose camera shows `view`."""
        async with self.profile(view, camera=camera, language=language, size=size) as context:
            page = await context.new_page()
            await page.goto(address or self.address)
            yield page

    async def turn_to(self, page: Page, view: bytes) -> None:
        """Another view, which a camera shows once it is opened again."""
        self.show(view)
        await page.evaluate(
            "document.querySelector('video').srcObject.getTracks().forEach((it) => it.stop())"
        )


def _complaint(line: ConsoleMessage) -> list[str]:
    mind = line.type == "error" or "Content Security" in line.text
    return [line.text] if mind and not any(known in line.text for known in EXPECTED) else []


async def shoot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def state_is(page: Page, *states: str) -> None:
    pattern = "|".join(states)
    await page.wait_for_selector(
        ", ".join(f'#app[data-state="{state}"]' for state in pattern.split("|")), timeout=PATIENCE
    )


async def says(place: Locator, text: str) -> None:
    await expect(place).to_contain_text(text, timeout=PATIENCE)


async def pair(page: Page, door: Door, *, pin: str | None = None) -> None:
    await state_is(page, "pairing")
    await page.fill("#code", await door.code(pin=pin))
    await page.fill("#name", "Main door")
    await page.click("#pair")
    await says(page.locator("#gym"), "PowerGym")  # the gym has told its time and its rules


async def type_in(page: Page, digits: str) -> None:
    """The first digit by a finger, the rest by the keyboard, which is quicker here."""
    await page.click(f'#keys button:text-is("{digits[0]}")')
    await page.keyboard.type(digits[1:])
    await page.click("#document-next")


async def by_document(page: Page, number: str = "1020304050", phone: str = "4567") -> None:
    await page.click("#use-document")
    await type_in(page, number)
    await type_in(page, phone)


async def sign_in(page: Page, username: str, password: str) -> None:
    await state_is(page, "staff")
    await page.fill("#username", username)
    await page.fill("#password", password)
    await page.click("#sign-in-go")
    await expect(page.locator("#tabs")).to_be_visible(timeout=PATIENCE)


async def kept(page: Page, store: str = "queue") -> list[dict[str, Any]]:
    """What the page keeps in its own database, pictures as their sizes."""
    rows: list[dict[str, Any]] = await page.evaluate(
        """(name) => new Promise((resolve, reject) => {
          const opening = indexedDB.open("kiosk");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const asking = opening.result.transaction(name).objectStore(name).getAll();
            asking.onsuccess = () => { opening.result.close(); resolve(asking.result.map((row) => ({
              ...row, photos: row.photos?.map((it) => it.size), turned: row.turned?.map((it) => it.size),
              picture: row.picture?.size ?? null,
            }))); };
          };
        })""",
        store,
    )
    return rows
