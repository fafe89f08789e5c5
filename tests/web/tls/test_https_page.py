"""The kiosk page seen from another machine, by a Chromium that trusts the gym's authority or does not."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from gym.app import Gym
from gym.security.permissions import Actor
from gym.security.tls.certificate_folder import CertificateFolder
from gym.security.tls.certificates import HostNames
from tests.support.browser import browser_program
from tests.support.door import Door
from tests.support.tools import installed
from web.app import make_app
from web.http.keys import SECURE

pytestmark = pytest.mark.browser
GYM_HOST, OTHER_HOST = "gym.example", "other.example"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP *.example 127.0.0.1",
)
SECONDS = 1000.0
SHOTS = os.environ.get("KIOSK_SHOTS")
CAMERA = (
    "async () => (await navigator.mediaDevices.getUserMedia({video: true})).getVideoTracks()[0].readyState"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gym's home with its certificate."""
    folder = tmp_path_factory.mktemp("gym")
    CertificateFolder(folder).make("Iron House", HostNames.of([GYM_HOST]), datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
async def tablet(home: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Browser]:
    """A browser that was told to trust the gym's authority, as the command says for Chromium."""
    owner = tmp_path_factory.mktemp("owner")
    store = owner / ".pki" / "nssdb"
    store.mkdir(parents=True)
    await certutil("-N", "--empty-password", "-d", f"sql:{store}")
    public = str(CertificateFolder(home).public)
    await certutil("-d", f"sql:{store}", "-A", "-t", "C,,", "-n", "PowerGym", "-i", public)
    async with launched(owner) as browser:
        yield browser


async def certutil(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(installed("certutil", "libnss3-tools"), *arguments)
    assert await process.wait() == 0


class launched:  # noqa: N801 - reads as a word in `async with`
    """Chromium, as the user whose home this is."""

    def __init__(self, owner: Path) -> None:
        self._owner, self._driver = owner, async_playwright()

    async def __aenter__(self) -> Browser:
        driver = await self._driver.__aenter__()
        environment = {**os.environ, "HOME": str(self._owner)}
        self._browser = await driver.chromium.launch(
            executable_path=browser_program(driver), args=list(FLAGS), env=environment
        )
        return self._browser

    async def __aexit__(self, *fault: object) -> None:
        await self._browser.close()
        await self._driver.__aexit__(*fault)


@pytest.fixture
async def door(gym_with_faces: Gym, home: Path, admin: Actor) -> AsyncGenerator[Door]:
    """The gym's server by https, with the certificate that was made."""
    gym = replace(gym_with_faces, config=gym_with_faces.config.model_copy(update={"powergym_home": home}))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CertificateFolder(home).server)
    server = TestServer(make_app(gym), scheme="https")
    await server.start_server(ssl=tls)
    async with TestClient(server) as client:
        yield Door(gym, client, admin)
    await server.close()


@pytest.fixture
async def plain_door(gym_with_faces: Gym, home: Path, admin: Actor) -> AsyncGenerator[Door]:
    """The same gym on its plain port, which knows of the other one."""
    gym = replace(gym_with_faces, config=gym_with_faces.config.model_copy(update={"powergym_home": home}))
    app = make_app(gym)
    app[SECURE].names, app[SECURE].port = (GYM_HOST,), 8443
    async with TestClient(TestServer(app)) as client:
        yield Door(gym, client, admin)


async def opened(browser: Browser, door: Door, scheme: str, host: str, language: str = "en") -> Page:
    context = await browser.new_context(locale=language, viewport={"width": 1024, "height": 768})
    page = await context.new_page()
    await page.goto(f"{scheme}://{host}:{door.client.port}/kiosk/")
    return page


async def pair(page: Page, door: Door) -> None:
    await expect(page.locator("#app")).to_have_attribute("data-state", "pairing", timeout=20 * SECONDS)
    await page.fill("#code", await door.code())
    await page.fill("#name", "Main door")
    await page.click("#pair")


async def test_by_https_from_another_host_the_page_gets_the_camera(tablet: Browser, door: Door) -> None:
    page = await opened(tablet, door, "https", GYM_HOST)
    assert await page.evaluate("isSecureContext")
    assert await page.evaluate(CAMERA) == "live"
    await pair(page, door)
    await expect(page.locator("#app")).to_have_attribute("data-state", "idle", timeout=20 * SECONDS)


async def test_a_name_that_the_certificate_has_not_is_refused(tablet: Browser, door: Door) -> None:
    with pytest.raises(Error, match="ERR_CERT_COMMON_NAME_INVALID"):
        await opened(tablet, door, "https", OTHER_HOST)


async def test_who_does_not_trust_the_authority_is_warned(door: Door, tmp_path: Path) -> None:
    async with launched(tmp_path) as browser:
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            await opened(browser, door, "https", GYM_HOST)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Open the address below"), ("es", "Abre la dirección de abajo")]
)
async def test_over_plain_http_from_another_host_the_page_says_where_to_go(
    tablet: Browser, plain_door: Door, language: str, words: str
) -> None:
    page = await opened(tablet, plain_door, "http", GYM_HOST, language)
    assert not await page.evaluate("isSecureContext")
    await pair(page, plain_door)
    await expect(page.locator("#app")).to_have_attribute("data-state", "trouble", timeout=20 * SECONDS)
    await expect(page.locator("#trouble-text")).to_contain_text(words)
    await expect(page.locator("#secure-page")).to_have_text(f"https://{GYM_HOST}:8443/kiosk/")
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/insecure-{language}.png")
    loaded = await page.evaluate("async () => (await fetch('/kiosk/authority.crt')).text()")
    assert loaded.startswith("-----BEGIN CERTIFICATE")
