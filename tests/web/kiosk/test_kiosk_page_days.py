"""The kiosk's page through long days: tokens run out, versions change, and people use keys only."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from gym.core.clock import FrozenClock
from tests.support.kiosk_page import (
    PATIENCE,
    UPRIGHT,
    Kiosks,
    by_document,
    empty_room,
    in_view,
    pair,
    says,
    shoot,
    state_is,
)
from tests.support.people import people
from web.pages import kiosk_page as served

pytestmark = pytest.mark.browser


def asked_for(page: Page, path: str) -> list[str]:
    """A list that grows with each request for this path."""
    seen: list[str] = []
    page.on("request", lambda one: seen.append(one.url) if one.url.endswith(path) else None)
    return seen


async def test_nobody_notices_that_the_sign_in_has_run_out(kiosks: Kiosks, clock: FrozenClock) -> None:
    door = kiosks.door
    await door.member("Rosa")
    async with kiosks.page(empty_room()) as page:
        renewed, granted = asked_for(page, "/auth/refresh"), asked_for(page, "/auth/token")
        await pair(page, door)
        await state_is(page, "idle")
        assert len(granted) == 1
        clock.advance(timedelta(hours=6))
        await by_document(page)
        await says(page.locator("#headline"), "Rosa")
        assert (len(renewed), len(granted)) == (1, 1)
        await page.keyboard.press("Escape")
        clock.advance(timedelta(hours=20))
        await by_document(page)
        await state_is(page, "verdict")
        await expect(page.locator("#headline")).to_have_text("Rosa")
        assert len(granted) == 2
        await expect(page.locator("#banner")).to_be_hidden()


async def test_a_renewal_whose_answer_is_lost_is_asked_for_again(kiosks: Kiosks, clock: FrozenClock) -> None:
    door = kiosks.door
    await door.member("Rosa")

    async def lose_the_first(route: Route) -> None:
        if len(renewed) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    async with kiosks.page(empty_room(), camera=False) as page:
        renewed, granted = asked_for(page, "/auth/refresh"), asked_for(page, "/auth/token")
        await pair(page, door)
        await state_is(page, "trouble")
        await page.route("**/auth/refresh", lose_the_first)
        clock.advance(timedelta(hours=6))
        await page.click("#trouble-document")
        await page.keyboard.type("1020304050")
        await page.click("#document-next")
        await page.keyboard.type("4567")
        await page.click("#document-next")
        await says(page.locator("#headline"), "Rosa")
    assert (len(renewed), len(granted)) == (2, 1)


async def test_a_new_version_is_taken_as_soon_as_nobody_is_served(
    kiosks: Kiosks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "kiosk"
    shutil.copytree(served.FOLDER, newer)
    words = newer / "words" / "en.js"
    words.write_text(words.read_text("utf-8").replace("Look at the camera", "Look here"), "utf-8")
    async with kiosks.page(empty_room()) as page:
        await pair(page, kiosks.door)
        await state_is(page, "idle")
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        await page.click("#use-document")
        await page.keyboard.type("102")
        monkeypatch.setattr(served, "SHELL", served.PageShell.of(newer))
        replaced = """() => new Promise((resolve) => {
          navigator.serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true });
          navigator.serviceWorker.ready.then((registration) => registration.update());
        })"""
        assert await page.evaluate(replaced)
        await expect(page.locator("#typed")).to_have_text("102")
        await page.click("#document-cancel")
        await says(page.locator("#hint"), "Look here")
        await state_is(page, "idle")


async def test_the_page_can_be_installed(whole_kiosks: Kiosks) -> None:
    async with whole_kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        session = await page.context.new_cdp_session(page)
        manifest = await session.send("Page.getAppManifest")
        faults = await session.send("Page.getInstallabilityErrors")
    assert manifest["errors"] == []
    assert {fault["errorId"] for fault in faults["installabilityErrors"]} <= {"in-incognito"}


async def test_everything_can_be_reached_by_keys_and_is_told_to_who_cannot_see(kiosks: Kiosks) -> None:
    door = kiosks.door
    await door.member("Rosa")
    async with kiosks.page(empty_room()) as page:
        await pair(page, door)
        await state_is(page, "idle")
        reached: list[str] = []
        for _ in range(4):
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("document.activeElement.id"))
        assert set(reached) == {"language", "full", "staff-open", "use-document"}
        await page.focus("#use-document")
        await page.keyboard.press("Enter")
        await state_is(page, "document")
        await page.keyboard.type("1020304050")
        await page.keyboard.press("Enter")
        await page.keyboard.type("4567")
        await page.keyboard.press("Enter")
        await says(page.locator("#said"), "Rosa. Welcome! Have a good workout.")
        assert ".." not in await page.locator("#said").inner_text()
        assert await page.locator("#said").get_attribute("aria-live") == "assertive"
        await page.keyboard.press("Escape")
        await state_is(page, "idle")
        assert await page.evaluate("document.activeElement.id") == "use-document"


async def test_who_wants_no_motion_gets_none(kiosks: Kiosks) -> None:
    async with kiosks.page(empty_room()) as page:
        await state_is(page, "pairing")
        name = "() => getComputedStyle(document.querySelector('#arrow')).animationName"
        assert await page.evaluate(name) == "nod"
        await page.emulate_media(reduced_motion="reduce")
        assert await page.evaluate(name) == "none"


CONTRAST = """() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [r, g, b] = color.match(/[0-9.]+/g).slice(0, 3).map((value) => channel(Number(value) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratios = {};
  for (const kind of ["go", "wait", "stop"]) {
    const verdict = document.querySelector("#verdict");
    verdict.className = `panel ${kind}`;
    const { color, backgroundColor } = getComputedStyle(verdict);
    const [dark, bright] = [light(color), light(backgroundColor)].sort((one, other) => one - other);
    ratios[kind] = (bright + 0.05) / (dark + 0.05);
  }
  return ratios;
}"""


async def test_a_verdict_stands_out_from_its_ground(kiosks: Kiosks) -> None:
    async with kiosks.page(in_view(people()[0].portrait), size=UPRIGHT, language="es") as page:
        ratios: dict[str, float] = await page.evaluate(CONTRAST)
        assert {kind for kind, ratio in ratios.items() if ratio < 4.5} == set()
        await kiosks.door.enrol((await kiosks.door.member("Rosa")).id, people()[0])
        await pair(page, kiosks.door)
        await says(page.locator("#headline"), "Rosa")
        await shoot(page, "768-es-40-upright")
        await page.keyboard.press("Escape")
        await state_is(page, "idle")
        await shoot(page, "768-es-41-upright-idle")
        size = "() => parseFloat(getComputedStyle(document.querySelector('#hint')).fontSize)"
        assert await page.evaluate(size) >= 32


async def test_words_are_there_in_both_languages(kiosks: Kiosks) -> None:
    both = """async () => {
      const [en, es] = await Promise.all(["en", "es"].map((code) => import(`/kiosk/words/${code}.js`)));
      const shape = (words, at = "") => Object.entries(words).flatMap(([name, value]) =>
        typeof value === "object" ? shape(value, `${at}${name}.`) : [`${at}${name}:${typeof value}`]);
      const empty = Object.values(es.default).filter((it) => !it);
      return [shape(en.default).sort(), shape(es.default).sort(), empty];
    }"""
    async with kiosks.page(empty_room()) as page:
        english, spanish, empty = await page.evaluate(both)
        unnamed = await page.evaluate(
            "() => [...document.querySelectorAll('[data-t]')].filter((it) => !it.textContent).length"
        )
    assert english == spanish
    assert (empty, unnamed) == ([], 0)


async def test_a_kiosk_whose_clock_is_wrong_shows_and_tells_the_gyms_time(
    kiosks: Kiosks, clock: FrozenClock
) -> None:
    async with kiosks.profile(empty_room(), camera=False) as context:
        page = await context.new_page()
        await page.clock.install(time="2031-01-01T03:33:00Z")
        await page.goto(kiosks.address)
        await pair(page, kiosks.door)
        await state_is(page, "trouble")
        await expect(page.locator("#clock")).to_have_text("10:00", timeout=PATIENCE)
