"""`python -m tests.tour`: a plan is sold in chat, a drawn face let in at the kiosk; writes docs/tour.webp."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.desk import claim_gym, create_plan, register_answers
from tests.e2e.process import ROOT, GymProcess, free_port
from tests.support.browser import browser_program
from tests.support.kiosk_page import FLAGS, PATIENCE, TABLET, state_is
from tests.support.sandbox.client import Person, SandboxClient
from tests.tour.drawn_face import WALL, Look, photos
from tests.tour.picture import Frame, save

PICTURE: Final = ROOT / "docs" / "tour.webp"
PHONE: Final = (390, 760)
SHARP: Final = 2
"""Pixels of a screenshot for each of the page's."""
STEPS: Final = (
    ("Sell plan", "Which plan?"),
    ("Monthly", "Sell this plan?"),
    ("✅ Sell", "To pay:"),
    ("Take payment", "How is it paid?"),
    ("Cash", "Paid in full"),
)
"""What is pressed, and what the answer says."""
SETTLED: Final = 1500
"""Milliseconds after which a chat has stopped moving."""


async def before_the_doors_open(telegram: SandboxClient, claim: str, looks: list[bytes]) -> Person:
    """Ana has a plan to sell and a client whose face the gym remembers."""
    ana = await claim_gym(telegram, claim)
    await create_plan(ana, "Monthly", "1 month", "120000")
    await register_answers(ana, "Lucía", "Prado", phone="3001234567", document="CC 10203040")
    for number, photo in enumerate(looks):
        await ana.sends_photo(photo)
        await ana.sees("of 3 photos" if number < 2 else "3 photos")
    await ana.taps("Save")
    await ana.sees("is registered")
    return ana


async def sale(page: Page) -> list[bytes]:
    """From the first screen over a name to a receipt, a screenshot of each step."""

    async def writes(text: str, answer: str) -> bytes:
        await page.locator("textarea").last.fill(text)
        await page.locator("textarea").last.press("Enter")
        return await shot(answer)

    async def shot(answer: str) -> bytes:
        """Once the answer is there and the chat has stopped moving."""
        shown = page.locator(".theirs .words", has_text=answer).last
        await expect(shown).to_be_visible(timeout=PATIENCE)
        await page.wait_for_timeout(SETTLED)
        return await page.screenshot()

    await page.get_by_text("Ana Torres").or_(page.get_by_text("Ana")).first.click()
    shots = [await writes("/start", "Or choose:"), await writes("lucia", "Nothing to pay")]
    for label, answer in STEPS:
        await page.locator(".theirs").get_by_role("button", name=re.compile(label)).last.click()
        shots.append(await shot(answer))
    return shots


async def door(chromium: Browser, address: str, code: str) -> tuple[bytes, bytes]:
    """What the tablet shows before somebody who looks at it, and once it has let them in."""
    width, height = TABLET
    context = await chromium.new_context(
        locale="en-GB", viewport={"width": width, "height": height}, permissions=["camera"]
    )
    page = await context.new_page()
    await page.goto(address)
    await state_is(page, "pairing")
    await page.fill("#code", code)
    await page.fill("#name", "Main door")
    await page.click("#pair")
    await state_is(page, "idle")
    await page.wait_for_timeout(SETTLED / 3)
    looking = await page.screenshot()
    await state_is(page, "verdict")
    await page.wait_for_timeout(SETTLED / 3)
    return looking, await page.screenshot()


async def pairing_code(ana: Person) -> str:
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Pair a kiosk")
    await ana.taps("No PIN")
    found = re.search(r"\d{3} \d{3} \d{3}", (await ana.sees("ten minutes")).words)
    assert found is not None
    return found[0]


def film(look: Image.Image, path: Path) -> None:
    """The camera's only picture, 1280 × 720."""
    view = Image.new("RGB", (1280, 720), WALL)
    view.paste(look.resize((720, 720)), (280, 0))
    view.save(path, "JPEG", quality=92)


def written(look: Image.Image, path: Path) -> bytes:
    look.save(path, "JPEG", quality=93)
    return path.read_bytes()


async def main() -> None:
    looks = photos(Look())
    with tempfile.TemporaryDirectory(prefix="pg-tour-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        film(looks[0], home / "film.mjpeg")
        photographed = [written(look, home / f"{number}.jpg") for number, look in enumerate(looks)]
        gym = GymProcess(home, {"SANDBOX_PORT": str(free_port()), "GYM_LANGUAGE": "en"})
        await gym.start()
        try:
            frames = await recorded(gym, photographed, home / "film.mjpeg")
        finally:
            await gym.kill()
    save(frames, PICTURE)


async def recorded(gym: GymProcess, photographed: list[bytes], camera: Path) -> list[Frame]:
    chat = gym.line_after("Chat page")
    async with SandboxClient(chat) as telegram, async_playwright() as driver:
        ana = await before_the_doors_open(telegram, gym.line_after("Set-up link"), photographed)
        chromium = await driver.chromium.launch(
            executable_path=browser_program(driver),
            args=[*FLAGS, f"--use-file-for-fake-video-capture={camera}"],
        )
        width, height = PHONE
        context = await chromium.new_context(
            locale="en-GB", viewport={"width": width, "height": height}, device_scale_factor=SHARP
        )
        page = await context.new_page()
        await page.goto(chat)
        steps = await sale(page)
        looking, welcome = await door(chromium, gym.line_after("Kiosk page"), await pairing_code(ana))
        await chromium.close()
    last = steps[-1]
    told = [Frame(step, looking, on_phone=True, milliseconds=1800) for step in steps]
    return [*told, Frame(last, looking, False, 1600), Frame(last, welcome, False, 3400)]


if __name__ == "__main__":
    asyncio.run(main())
