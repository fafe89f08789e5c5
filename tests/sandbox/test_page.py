"""The chat page in a real browser: people, bubbles, keyboards, photos, both languages, phone width."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect
from telegram import (
    BotCommand,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.ext import Application

from bot.sandbox.server import SandboxHooks, SandboxServer
from tests.sandbox.front_desk import square
from tests.support.browser import shell_program
from tests.support.cameras import CanvasCamera
from tests.support.sandbox.client import Person, SandboxClient

PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
browser_test = pytest.mark.browser
WORD = re.compile(r'"([\w.]+)": "((?:[^"\\]|\\.)*)"')


@pytest.fixture(scope="module")
async def chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shell_program(playwright), args=["--no-sandbox"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(
    chromium: Browser, server: SandboxServer, request: pytest.FixtureRequest
) -> AsyncGenerator[Page]:
    """A tab; any script error or refused resource fails the test."""
    options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **getattr(request, "param", {})}
    context = await chromium.new_context(**options, permissions=["camera"])
    webcam = CanvasCamera()
    webcam.show(square(300))
    await webcam.connect(context)
    tab = await context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    await tab.goto(server.page_url)
    yield tab
    await context.close()
    assert problems == []


async def write(page: Page, text: str) -> None:
    await page.locator("textarea").last.fill(text)
    await page.locator("textarea").last.press("Enter")


def words_of(language: str) -> dict[str, str]:
    source = (PAGE / "words.js").read_text()
    start = source.index(f"\n  {language}: {{")
    return dict(WORD.findall(source[start : source.index("\n  },", start)]))


def test_every_word_of_the_page_is_in_both_languages() -> None:
    english, spanish = words_of("en"), words_of("es")
    assert english.keys() == spanish.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", spanish[key])), key


def test_every_word_the_page_asks_for_exists() -> None:
    asked = re.compile(r'\bt\("([\w.]+)"')
    used = {key for script in PAGE.glob("*.js") for key in asked.findall(script.read_text())}
    assert len(used) > 40
    assert used <= words_of("en").keys()


@browser_test
async def test_the_first_visitor_claims_the_gym_as_ana(
    server: SandboxServer, desk: Application, page: Page
) -> None:
    server.set_claim_link("https://t.me/0sandbox_bot?start=claim_1")
    await page.reload()
    await page.get_by_role("button", name="Claim the gym as Ana").click()
    await expect(page.locator(".theirs .words")).to_have_text("Welcome, Ana Torres (claim_1)")
    await expect(page.locator(".claim")).to_have_count(0)


@browser_test
async def test_a_chat_is_held_by_typing_and_tapping(desk: Application, page: Page) -> None:
    await desk.bot.set_my_commands([BotCommand("keys", "Show the keys"), BotCommand("receipt", "A receipt")])
    await page.get_by_role("button", name="Carla").click()
    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("button", name="Hello").click()
    await expect(page.locator(".toast")).to_have_text("Hello there")
    await page.get_by_role("button", name="Warning").click()
    await expect(page.locator(".dialog")).to_contain_text("The door is open")
    await page.get_by_role("button", name="OK").click()
    await page.get_by_role("button", name="Renew").click()
    await page.get_by_role("button", name="Monthly").click()
    await expect(page.locator(".theirs .words")).to_have_text("Paid for plan:1")
    await page.get_by_role("button", name="Menu").click()
    await page.locator(".suggestions button", has_text="/keys").click()
    await page.get_by_role("button", name="Share contact").click()
    await expect(page.locator(".words").last).to_have_text("+573001110003 is yours")


@browser_test
async def test_a_photo_from_disk_and_one_from_the_webcam_reach_the_bot(
    desk: Application, page: Page, tmp_path: Path
) -> None:
    picture = tmp_path / "me.png"
    picture.write_bytes(square(500))
    await page.get_by_role("button", name="Bruno").click()
    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("button", name="Attach").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("menuitem", name="Photo from disk").click()
    await (await chooser.value).set_files(picture)
    await page.locator(".dialog").get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".words").last).to_have_text("A photo of 500 × 500")
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name="Take a photo").click()
    await page.get_by_role("button", name="Take photo").click()
    await page.locator(".dialog").get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".mine .photo img")).to_have_count(2)


@browser_test
async def test_what_telegrams_newer_apps_draw_is_drawn(
    desk: Application, page: Page, telegram: SandboxClient, ana: Person
) -> None:
    await ana.sends("my slip")
    await ana.sees("You said: my slip")
    await page.get_by_role("button", name="Ana").first.click()
    await expect(page.locator(".row")).to_have_count(3)  # with the dots of who writes
    slip = (await ana.chat())[0]
    buttons = [
        [
            InlineKeyboardButton("Save", callback_data="a", style="success"),
            InlineKeyboardButton("Void", callback_data="b", style="danger"),
        ],
        [InlineKeyboardButton("Copy key", copy_text=CopyTextButton("@gym-key"))],
    ]
    soon = int((datetime.now(UTC) + timedelta(days=3, hours=1)).timestamp())
    said = await desk.bot.send_message(
        ana.id,
        f'Ends <tg-time unix="{soon}" format="r">soon</tg-time>, <tg-time unix="0" format="D">then</tg-time>',
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup(buttons),
        reply_parameters=ReplyParameters(slip.message_id, quote="slip"),
        message_effect_id="5046509860389126442",
    )
    await expect(page.locator(".effect i")).to_have_count(7)
    await expect(page.locator(".moment").first).to_have_text("in 3 days")
    await expect(page.locator(".moment").last).to_have_text("1 January 1970")
    await expect(page.locator(".quote .quoted span")).to_have_text("slip")
    await expect(page.locator(".key.success")).to_have_text("Save")
    await expect(page.locator(".key.danger")).to_have_text("Void")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy key").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "@gym-key"
    await desk.bot.set_message_reaction(ana.id, slip.message_id, [ReactionTypeEmoji("👍")])
    await expect(page.locator(".mine .reactions")).to_have_text("👍")
    await desk.bot.forward_message(ana.id, ana.id, slip.message_id)
    await expect(page.locator(".forwarded")).to_have_text("Forwarded from Ana")
    await said.pin()
    await expect(page.locator(".pin-bar")).to_contain_text("Ends soon")
    await expect(page.locator(".service")).to_contain_text("PowerGym pinned")
    await said.unpin()
    await expect(page.locator(".pin-bar")).to_have_count(0)


@browser_test
async def test_several_people_sit_side_by_side(desk: Application, page: Page) -> None:
    await page.get_by_role("button", name="Bring in all four").click()
    await expect(page.locator(".pane")).to_have_count(2)
    await expect(page.locator(".item")).to_have_count(4)
    for pane in (page.locator(".pane").nth(0), page.locator(".pane").nth(1)):
        await pane.get_by_role("button", name="Start").click()
        await expect(pane.locator(".theirs .words")).to_contain_text("Welcome")


@browser_test
async def test_what_people_write_is_never_markup(page: Page, ana: Person) -> None:
    await ana.sends('<img src=x onerror="document.title=1"><b>bold</b>')
    await page.locator(".item-main").click()
    await expect(page.locator(".words")).to_have_text('<img src=x onerror="document.title=1"><b>bold</b>')
    assert await page.locator(".words img").count() == 0


@browser_test
async def test_overrides_of_direction_turn_no_name_round(page: Page, ana: Person) -> None:
    await ana.client.person("\u202enimda\u200b", last_name="\u2067Vega")
    await expect(page.locator(".item b", has_text="nimda")).to_have_text("nimda Vega")
    await expect(page.locator(".item", has_text="nimda").locator(".avatar")).to_have_text("NV")


@browser_test
@pytest.mark.parametrize(
    "page", [{"locale": "es-CO", "viewport": {"width": 390, "height": 844}}], indirect=True
)
async def test_it_fits_a_phone_in_spanish(desk: Application, page: Page) -> None:
    await page.get_by_role("button", name="Carla").click()
    await page.get_by_role("button", name="Iniciar").click()
    await write(page, "/qr")
    await expect(page.locator(".theirs .photo img")).to_be_visible()
    await expect(page.get_by_role("button", name="English")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert (await page.locator(".theirs .bubble").last.bounding_box() or {"width": 0})["width"] < 390
    await page.get_by_role("button", name="Atrás").click()
    await expect(page.locator(".item-line")).to_contain_text("Your QR")


@browser_test
async def test_the_chat_follows_an_answer_that_comes_while_it_glides_down(
    desk: Application, page: Page, tmp_path: Path
) -> None:
    picture = tmp_path / "me.png"
    picture.write_bytes(square(900))
    await page.get_by_role("button", name="Bruno").click()
    await page.get_by_role("button", name="Start").click()
    for number in range(12):
        await write(page, f"line {number}")
    await page.get_by_role("button", name="Attach").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("menuitem", name="Photo from disk").click()
    await (await chooser.value).set_files(picture)
    await page.locator(".dialog").get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".words").last).to_have_text("A photo of 900 × 900")
    await expect(page.locator(".words").last).to_be_in_viewport(ratio=1)
    await expect(page.locator(".down")).to_be_hidden()


@browser_test
async def test_whoever_scrolls_up_is_left_in_peace(desk: Application, page: Page, ana: Person) -> None:
    for number in range(30):
        await ana.sends(f"line {number}")
    await page.locator(".item-main").click()
    await expect(page.locator(".words").last).to_be_in_viewport()
    await page.locator(".log").hover()
    await page.mouse.wheel(0, -3000)
    await expect(page.locator(".words").first).to_be_in_viewport()
    await ana.sends("news")
    await expect(page.locator(".words").last).to_have_text("You said: news")
    await expect(page.locator(".words").first).to_be_in_viewport()
    await expect(page.locator(".down")).to_be_visible()


@browser_test
async def test_a_pasted_link_of_the_bot_is_opened(desk: Application, page: Page) -> None:
    await page.get_by_role("button", name="Carla").click()
    await page.get_by_role("button", name="Start").click()
    await write(page, "https://t.me/0sandbox_bot?start=invite")
    await expect(page.locator(".theirs .words").last).to_have_text("Welcome, Carla Ruiz (invite)")


@browser_test
async def test_messages_carry_the_gyms_day_which_the_bar_may_move_on(chromium: Browser) -> None:
    now = [datetime(2026, 8, 3, 23, 30, tzinfo=timezone(timedelta(hours=-5)))]

    async def advance(step: timedelta) -> datetime:
        now[0] += step
        return now[0]

    async def read() -> datetime:
        return now[0]

    server = SandboxServer(store_path=None, hooks=SandboxHooks(advance, read))
    await server.start()
    page = await chromium.new_page(locale="en-GB", timezone_id="Asia/Tokyo")
    await page.goto(server.page_url)
    days = page.locator(".day")
    async with SandboxClient(server.url) as client:
        eva = await client.person("Eva")
        await eva.sends("good night")
        await page.locator(".item-main").click()
        await expect(days).to_have_text(["Today"])
        await expect(page.locator(".stamp")).to_contain_text("23:30")
        await page.get_by_role("button", name="Next hour").click()
        await expect(page.locator(".clock")).to_contain_text("4 Aug 2026")
        await expect(days).to_have_text(["Yesterday"])
        await eva.sends("good morning")
        await expect(days).to_have_text(["Yesterday", "Today"])
        await page.get_by_role("button", name="Next week").click()
        await expect(days).to_have_text(["3 August 2026", "4 August 2026"])
    await page.close()
    await server.stop()


@browser_test
async def test_hours_drawn_before_the_gyms_zone_was_heard_are_drawn_again(chromium: Browser) -> None:
    now = datetime(2026, 8, 3, 10, 0, tzinfo=timezone(timedelta(hours=-5)))

    async def advance(step: timedelta) -> datetime:
        return now + step

    async def read() -> datetime:
        return now

    server = SandboxServer(store_path=None, hooks=SandboxHooks(advance, read))
    await server.start()
    heard = asyncio.Event()

    async def late(route: Route) -> None:
        await heard.wait()
        await route.continue_()

    async with SandboxClient(server.url) as telegram:
        await (await telegram.person("Eva")).sends("good morning")
    page = await chromium.new_page(locale="en-GB", timezone_id="UTC")
    await page.route("**/sandbox/api/clock", late)
    await page.goto(server.page_url)
    await page.locator(".item-main").click()
    await expect(page.locator(".stamp")).to_contain_text("15:00")
    heard.set()
    await expect(page.locator(".stamp")).to_contain_text("10:00")
    await page.close()
    await server.stop()


@browser_test
async def test_the_demo_bar_moves_the_clock_and_loads_the_demo_gym(chromium: Browser) -> None:
    now = [datetime(2026, 8, 3, 10, 0, tzinfo=UTC)]

    async def advance(step: timedelta) -> datetime:
        now[0] += step
        return now[0]

    async def read() -> datetime:
        return now[0]

    async def load() -> str:
        return "200 clients are here"

    hooks = SandboxHooks(advance, read, load, "http://127.0.0.1:8080/kiosk")
    server = SandboxServer(store_path=None, hooks=hooks)
    await server.start()
    page = await chromium.new_page(locale="en-GB")
    await page.goto(server.page_url)
    await expect(page.locator(".clock")).to_contain_text("3 Aug 2026")
    await page.get_by_role("button", name="Next week").click()
    await expect(page.locator(".clock")).to_contain_text("10 Aug 2026")
    await page.get_by_role("button", name="Load demo gym").click()
    await page.get_by_role("button", name="Load", exact=True).click()
    await expect(page.locator(".toast").last).to_have_text("200 clients are here")
    await expect(page.get_by_role("link", name="Kiosk")).to_have_attribute(
        "href", "http://127.0.0.1:8080/kiosk"
    )
    await page.get_by_role("button", name="Español").click()
    await expect(page.get_by_role("button", name="Semana siguiente")).to_be_visible()
    assert (await page.locator("#bar").evaluate("bar => bar.scrollWidth <= bar.clientWidth")) is True
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="Hora siguiente").click()
    await expect(page.get_by_role("link", name="Kiosco")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="English")).to_be_in_viewport(ratio=1)
    await page.close()
    await server.stop()
