"""The sandbox's state survives the death of its process, and its updates reach a webhook in order."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot

from bot.sandbox.errors import NotLoopback
from bot.sandbox.server import SandboxHooks, SandboxServer
from tests.sandbox.front_desk import square
from tests.support.sandbox.client import ControlApiError, Person, SandboxClient


@asynccontextmanager
async def sandbox_process(store: Path, port: int) -> AsyncGenerator[str]:
    """The sandbox on its own, killed with -9 at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", str(port), "--store", str(store),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bot_at(url: str, token: str) -> Bot:
    return Bot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot")


async def bot_of(telegram: SandboxClient) -> Bot:
    """The bot of a server in another process: its token is asked of the control API."""
    return Bot(**{name: value for name, value in (await telegram.bot()).items() if name != "username"})


async def test_a_killed_server_forgets_nothing(tmp_path: Path) -> None:
    port, store = free_port(), tmp_path / "telegram.db"
    async with sandbox_process(store, port) as url, SandboxClient(url) as telegram:
        ana = await telegram.person("Ana", phone_number="+573001112233")
        await ana.sends("first")
        await ana.sends_photo(square(300), "me")
        async with await bot_of(telegram) as bot:
            taken = (await bot.get_updates())[0]
            await bot.get_updates(offset=taken.update_id + 1)
            await bot.send_message(ana.id, "hello")
            await ana.sees("hello")
        number, seen = ana.id, ana._seq
    async with (
        sandbox_process(store, port) as url,
        SandboxClient(url) as telegram,
        await bot_of(telegram) as bot,
    ):
        ana = await telegram.known(number)
        assert [message.words for message in await ana.chat()] == ["first", "me", "hello"]
        pending = await bot.get_updates()
        assert [update.message.caption for update in pending] == ["me"]
        photo = await (await pending[0].message.photo[-1].get_file()).download_as_bytearray()
        assert photo[:2] == b"\xff\xd8"
        await ana.sends("after")
        assert (await bot.get_updates())[-1].update_id > pending[0].update_id
        assert (await ana.last()).seq > seen


async def test_the_bot_gets_unconfirmed_updates_again(server: SandboxServer, ana: Person) -> None:
    await ana.sends("one")
    await ana.sends("two")
    async with bot_at(server.url, server.token) as bot:
        first, second = await bot.get_updates()
        assert [update.update_id for update in await bot.get_updates()] == [first.update_id, second.update_id]
        assert await bot.get_updates(offset=second.update_id + 1) == ()
        await ana.sends("three")
        await ana.sends("four")
        (last,) = await bot.get_updates(offset=-1)
        assert last.message.text == "four"


async def test_updates_can_be_repeated_and_come_out_of_order(
    server: SandboxServer, telegram: SandboxClient, ana: Person
) -> None:
    await ana.sends("one")
    async with bot_at(server.url, server.token) as bot:
        (update,) = await bot.get_updates()
        await bot.get_updates(offset=update.update_id + 1)
        await telegram.inject(update.to_dict())
        (again,) = await bot.get_updates()
        assert again.update_id == update.update_id


class Hook:
    """A webhook that fails as often as told, then takes what comes."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.taken: list[str] = []
        self.secrets: set[str | None] = set()
        self.enough = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        self.taken.append((await request.json())["message"]["text"])
        if len(self.taken) == 3:
            self.enough.set()
        return web.Response()


@asynccontextmanager
async def listening(hook: Hook) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_post("/hook", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_a_webhook_gets_everything_in_order_with_its_secret(server: SandboxServer, ana: Person) -> None:
    hook = Hook(failures=2)
    await ana.sends("one")
    async with listening(hook) as url, bot_at(server.url, server.token) as bot:
        await bot.set_webhook(url, secret_token="s3cret")
        await ana.sends("two")
        await ana.sends("three")
        await asyncio.wait_for(hook.enough.wait(), 30)
        assert hook.taken == ["one", "two", "three"]
        assert hook.secrets == {"s3cret"}
        info = await bot.get_webhook_info()
        assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


async def test_the_clock_moves_through_the_hook() -> None:
    now = [datetime(2026, 8, 3, 15, 0, tzinfo=UTC)]

    async def advance(step: timedelta) -> datetime:
        now[0] += step
        return now[0]

    async def read() -> datetime:
        return now[0]

    server = SandboxServer(store_path=None, hooks=SandboxHooks(advance, read))
    await server.start()
    async with SandboxClient(server.url) as telegram:
        assert await telegram.advance("1 week 1 day") == datetime(2026, 8, 11, 15, 0, tzinfo=UTC)
        assert await telegram.now() == now[0]
        for nonsense in ("yesterday", "-1 day", "0 days", "1 day backwards"):
            with pytest.raises(ControlApiError, match="bad_field"):
                await telegram.advance(nonsense)
    await server.stop()


async def test_without_hooks_there_is_no_clock_and_no_demo(telegram: SandboxClient) -> None:
    with pytest.raises(ControlApiError, match="501 not_offered"):
        await telegram.advance("1 day")
    with pytest.raises(ControlApiError, match="501 not_offered"):
        await telegram.call("POST", "/demo")


async def test_the_claim_link_is_offered_until_it_was_used(
    server: SandboxServer, telegram: SandboxClient, ana: Person
) -> None:
    server.set_claim_link("https://t.me/0sandbox_bot?start=claim_1")
    assert (await telegram.call("GET", "/demo"))["claim_url"] == "https://t.me/0sandbox_bot?start=claim_1"
    await ana.opens("https://t.me/0sandbox_bot?start=claim_1")
    assert (await telegram.call("GET", "/demo"))["claim_url"] is None


async def test_the_sandbox_never_leaves_this_computer(server: SandboxServer) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.com"):
        with pytest.raises(NotLoopback):
            await SandboxServer(store_path=None).start(host)


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}]
)
async def test_other_sites_cannot_reach_it_through_the_browser(
    server: SandboxServer, headers: dict[str, str]
) -> None:
    async with aiohttp.ClientSession() as browser:
        answer = await browser.post(
            f"{server.url}/sandbox/api/people", json={"first_name": "X"}, headers=headers
        )
        assert answer.status == 403
        assert (await answer.json())["error"]["code"] == "foreign_origin"


async def test_refusals_of_the_side_door_have_one_shape(server: SandboxServer, ana: Person) -> None:
    tries = [
        ("POST", "/people", {}, 422, "bad_field"),
        ("GET", "/people/5/chat", None, 404, "unknown_person"),
        ("POST", f"/people/{ana.id}/send", {}, 422, "nothing_to_send"),
        ("POST", f"/people/{ana.id}/tap", {"message_id": 9, "label": "x"}, 404, "unknown_message"),
        ("GET", "/nothing", None, 404, "not_found"),
        ("GET", "/files/nothing", None, 404, "unknown_file"),
    ]
    async with aiohttp.ClientSession() as anyone:
        for method, path, body, status, code in tries:
            answer = await anyone.request(method, f"{server.url}/sandbox/api{path}", json=body)
            error = (await answer.json())["error"]
            assert (answer.status, error["code"]) == (status, code)
            assert set(error) == {"code", "message", "details"}
