"""The local Bot API server obeys this computer's own pages and programs, and nobody else's."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot

from bot.sandbox.server import SandboxServer
from bot.sandbox.token import token_path
from tests.support.sandbox.client import SandboxClient

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # http://localhost:3000 beside http://localhost:8081
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "something new"},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example:8081"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "null"},
]
BOT_CALLS = [
    ("GET", "setWebhook?url=http://127.0.0.1:9/"),
    ("POST", "setWebhook?url=http://127.0.0.1:9/"),
    ("GET", "sendMessage?chat_id={ana}&text=hi"),
    ("GET", "getUpdates"),
    ("GET", "getMe"),
    ("POST", "deleteWebhook"),
]
SIDE_DOOR = [
    ("GET", "/sandbox/api/bot"),
    ("GET", "/sandbox/api/people"),
    ("GET", "/sandbox/api/demo"),
    ("POST", "/sandbox/api/people"),
    ("POST", "/sandbox/api/clock"),
    ("DELETE", "/sandbox/api/faults"),
    ("GET", "/page/app.js"),
]


@pytest.fixture
async def server() -> AsyncGenerator[SandboxServer]:
    sandbox = SandboxServer(store_path=None)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def telegram(server: SandboxServer) -> AsyncGenerator[SandboxClient]:
    async with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
async def browser(server: SandboxServer) -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as session:
        yield session


async def ask(
    browser: aiohttp.ClientSession, method: str, path: str, headers: dict[str, str]
) -> tuple[int, Any]:
    async with browser.request(method, path, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(("method", "call"), BOT_CALLS)
async def test_a_foreign_page_cannot_call_the_bot_api_even_with_the_token(
    server: SandboxServer,
    telegram: SandboxClient,
    browser: aiohttp.ClientSession,
    headers: dict[str, str],
    method: str,
    call: str,
) -> None:
    ana = await telegram.person("Ana")
    await ana.sends("/start")
    path = f"/bot{server.token}/{call.format(ana=ana.id)}"
    status, body = await ask(browser, method, path, headers)
    assert (status, body["ok"], body["error_code"]) == (403, False, 403)
    assert body["description"].startswith("Forbidden: ")
    assert await telegram.calls() == []
    assert [message.text for message in await ana.chat()] == ["/start"]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(("method", "path"), SIDE_DOOR)
async def test_a_foreign_page_cannot_use_the_side_door(
    telegram: SandboxClient, browser: aiohttp.ClientSession, headers: dict[str, str], method: str, path: str
) -> None:
    status, body = await ask(browser, method, path, headers)
    assert status == 403
    assert (await telegram.call("GET", "/people"))["people"] == []
    if path.startswith("/sandbox/api/"):
        assert body["error"]["code"] == "foreign_origin"


@pytest.mark.parametrize("site", ["none", "same-origin", "cross-site"])
async def test_a_person_opens_the_chat_page_by_its_address_or_by_a_link(
    browser: aiohttp.ClientSession, site: str
) -> None:
    visit = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    async with browser.get("/", headers=visit) as answer:
        assert answer.status == 200
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    framed = {**visit, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
    async with browser.get("/", headers=framed) as answer:
        assert answer.status == 403


async def test_the_token_is_random_for_each_home_and_stays_with_it(tmp_path: Path) -> None:
    homes = [tmp_path / name / "sandbox.sqlite" for name in ("one", "two")]
    for home in homes:
        home.parent.mkdir()
    first, again, other, nowhere = (
        SandboxServer(store_path=path).token for path in (homes[0], homes[0], homes[1], None)
    )
    assert first == again
    assert len({first, other, nowhere}) == 3
    kept = token_path(homes[0])
    assert kept.read_text().strip() == first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_token_file_that_was_cut_short_is_made_anew_and_is_private(tmp_path: Path) -> None:
    store = tmp_path / "sandbox.sqlite"
    kept = token_path(store)
    kept.write_text("100000001:")
    kept.chmod(0o644)
    token = SandboxServer(store_path=store).token
    assert kept.read_text().strip() == token
    assert len(token) > 40
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_script_gets_the_token_at_the_side_door(telegram: SandboxClient) -> None:
    mine = await telegram.bot()
    username = mine.pop("username")
    async with Bot(**mine) as bot:
        assert (await bot.get_me()).username == username


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/hook",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "http://user:word@127.0.0.1/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest",
        "http://2130706433/",
        "http://[::ffff:10.0.0.1]/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1/",
        "http://",
        "http://[::1",
    ],
)
async def test_a_webhook_leads_to_this_computer_or_is_refused(
    server: SandboxServer, telegram: SandboxClient, browser: aiohttp.ClientSession, url: str
) -> None:
    async with browser.post(f"/bot{server.token}/setWebhook", json={"url": url}) as answer:
        assert (answer.status, (await answer.json())["description"][:24]) == (400, "Bad Request: bad webhook")
    async with browser.get(f"/bot{server.token}/getWebhookInfo") as answer:
        assert (await answer.json())["result"]["url"] == ""


@asynccontextmanager
async def web_server(handler: Any) -> AsyncGenerator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_a_webhook_that_redirects_is_not_followed(
    server: SandboxServer, telegram: SandboxClient
) -> None:
    reached: list[str] = []
    asked = asyncio.Event()

    async def elsewhere(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response()

    async with web_server(elsewhere) as port:

        async def away(_: web.Request) -> web.Response:
            asked.set()
            return web.Response(status=307, headers={"Location": f"http://127.0.0.1:{port}/stolen"})

        async with web_server(away) as hook, Bot(server.token, base_url=server.bot_api_url) as bot:
            await bot.set_webhook(f"http://localhost:{hook}/")
            await (await telegram.person("Ana")).sends("a secret")
            async with asyncio.timeout(30):
                await asked.wait()
                while not (info := await bot.get_webhook_info()).last_error_message:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    assert info.last_error_message == "Wrong response from the webhook: 307 Temporary Redirect"
    assert info.pending_update_count == 1
    assert reached == []
