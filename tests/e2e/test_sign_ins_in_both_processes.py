"""A sign-in that ends in chat, or by time, opens nothing any more at `python -m bot` and `python -m web`.

Two processes as a gym runs them, over one database and one folder of keys; every end but that by time is
pressed in chat or typed into the page.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import jwt
import pytest

from bot.sandbox.server import SandboxServer
from gym.core.config import Config
from gym.security.keys.secrets import load_secrets
from gym.security.tokens import ALGORITHM
from tests.e2e.desk import claim_gym, invite
from tests.e2e.door import Door
from tests.e2e.process import PATIENCE, GymProcess, until
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient

PASSWORDS: Final = ("a long walk to Cartagena", "una caminata muy larga")
NOBODY: Final = {"qr": "https://t.me/powergym_bot?start=qnothing"}
HEARD: Final = [200, 422] * 2
"""The QR is nobody's; that is said to whoever is signed in only."""
ENDED: Final = [401] * 4
Tokens = dict[str, Any]


@dataclass
class Gym:
    """Both processes, and the people in their chats."""

    home: Path
    urls: tuple[str, str]
    telegram: SandboxClient
    session: aiohttp.ClientSession
    ana: Phone
    bruno: Phone
    password: str = PASSWORDS[0]

    async def chooses(self, password: str) -> None:
        """Bruno, on the page whose link stands in his chat."""
        await self.bruno.sends("/start")
        for label in ("My account", "API password"):
            await self.bruno.taps(label)
        page = re.search(r"https?://\S+", (await self.bruno.sees("http")).words)
        assert page is not None
        start = re.split(r"[/=#]", page[0])[-1]
        form = {"start": start, "username": "bruno.desk", "password": password, "again": password}
        async with self.session.post(f"{self.urls[0]}/password", data=form) as answer:
            assert answer.status == 200, await answer.text()
        self.password = password

    async def signs_in(self, url: str) -> Tokens:
        grant = {"grant_type": "password", "username": "bruno.desk", "password": self.password}
        async with self.session.post(f"{url}/api/v1/auth/token", json=grant) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def answers(self, tokens: Tokens, path: str) -> list[int]:
        """What each process says to the access token: in the door's lane, and in an ordinary transaction."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        found: list[int] = []
        for url in self.urls:
            async with self.session.get(f"{url}/api/v1{path}", headers=headers) as asked:
                found.append(asked.status)
            async with self.session.post(f"{url}/api/v1/check-ins", json=NOBODY, headers=headers) as said:
                found.append(said.status)
        return found

    async def swaps(self, tokens: Tokens) -> list[int]:
        found: list[int] = []
        for url in self.urls:
            body = {"refresh_token": tokens["refresh_token"]}
            async with self.session.post(f"{url}/api/v1/auth/refresh", json=body) as swapped:
                found.append(swapped.status)
        return found

    async def opens_bruno(self) -> None:
        """Ana, in *Team*."""
        await self.ana.sends("/start")
        await self.ana.taps("Team")
        await self.ana.taps("Bruno")


@pytest.fixture
async def gym(database_url: str, tmp_path: Path, config: Config) -> AsyncGenerator[Gym]:
    server = SandboxServer(store_path=None)
    await server.start()
    home = tmp_path / "gym"
    home.mkdir()
    environment = {
        "DATABASE_URL": database_url,
        "FACE_ROOT": str(config.packs_root),
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
    }
    bot = GymProcess(home, environment)
    web = GymProcess(
        tmp_path, environment | {"POWERGYM_HOME": str(home)}, command=(sys.executable, "-m", "web")
    )
    try:
        await bot.start()
        await web.execute()
        await until(lambda: healthy(web.web_url), PATIENCE)
        async with SandboxClient(server.url) as telegram, aiohttp.ClientSession() as session:
            ana = await claim_gym(telegram, bot.line_after("Set-up link"))
            bruno = await invite(telegram, ana, "Bruno")
            yield Gym(home, (bot.web_url, web.web_url), telegram, session, ana, bruno)
    finally:
        await bot.kill()
        await web.kill()
        await server.stop()


async def healthy(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def demoted(gym: Gym) -> None:
    await gym.opens_bruno()
    for label in ("Make Employee", "Make Employee"):
        await gym.ana.taps(label)
    await gym.ana.sees("Bruno")


async def with_another_password(gym: Gym) -> None:
    await gym.chooses(PASSWORDS[1])


async def signed_out_everywhere(gym: Gym) -> None:
    await gym.bruno.sends("/start")
    for label in ("My account", "Sign-ins", "End all"):
        await gym.bruno.taps(label)


async def signed_out_by_an_admin(gym: Gym) -> None:
    await gym.opens_bruno()
    for label in ("Sign-ins", "End all"):
        await gym.ana.taps(label)


async def deactivated(gym: Gym) -> None:
    await gym.opens_bruno()
    for label in ("Deactivate", "Deactivate"):
        await gym.ana.taps(label)
    await gym.ana.sees("Does not work here")


ENDS: Final[tuple[Callable[[Gym], Awaitable[None]], ...]] = (
    demoted,
    with_another_password,
    signed_out_everywhere,
    signed_out_by_an_admin,
    deactivated,
)


@pytest.mark.long
async def test_what_ends_a_sign_in_ends_it_in_both_processes_at_once(gym: Gym) -> None:
    await gym.opens_bruno()
    for label in ("Make Admin", "Make Admin"):
        await gym.ana.taps(label)
    await gym.chooses(PASSWORDS[0])
    for end in ENDS:
        signed_in = [await gym.signs_in(url) for url in gym.urls]
        for tokens in signed_in:
            assert await gym.answers(tokens, "/clients") == HEARD, end.__name__
        await end(gym)
        for tokens in signed_in:
            assert await gym.answers(tokens, "/clients") == ENDED, end.__name__
            assert await gym.swaps(tokens) == [401] * 2, end.__name__
    grant = {"grant_type": "password", "username": "bruno.desk", "password": gym.password}
    async with gym.session.post(f"{gym.urls[1]}/api/v1/auth/token", json=grant) as again:
        assert again.status == 401, "who does not work here signs in no more"
    await a_kiosks_tokens_run_out(gym)


async def a_kiosks_tokens_run_out(gym: Gym) -> None:
    """By time: the same tokens as they are an hour after their end. The kiosk goes on with its secret."""
    device = await paired(gym)
    grant = {"grant_type": "kiosk", **device}
    async with gym.session.post(f"{gym.urls[0]}/api/v1/auth/token", json=grant) as answer:
        tokens = await answer.json()
    assert await gym.answers(tokens, "/kiosk") == HEARD
    late = {name: run_out(gym.home, tokens[name]) for name in ("access_token", "refresh_token")}
    assert await gym.answers(late, "/kiosk") == ENDED
    assert await gym.swaps(late) == [401] * 2
    async with gym.session.post(f"{gym.urls[1]}/api/v1/auth/token", json=grant) as answer:
        assert answer.status == 200
        assert await gym.answers(await answer.json(), "/kiosk") == HEARD


async def paired(gym: Gym) -> dict[str, str]:
    await gym.ana.sends("/start")
    for label in ("Kiosks", "Pair a kiosk", "No PIN"):
        await gym.ana.taps(label)
    code = re.search(r"\d{3} \d{3} \d{3}", (await gym.ana.sees("ten minutes")).words)
    assert code is not None
    async with Door(gym.urls[1]) as door:
        body = {"code": code[0].replace(" ", ""), "name": "Front door"}
        status, device = await door.post("/kiosks/pair", json=body)
    assert status == 201, device
    return device


def run_out(home: Path, token: str) -> str:
    """The token with all it says, as if it had been given so much earlier that it ended an hour ago."""
    keys = load_secrets(home).jwt
    kid = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(token, options={"verify_signature": False})
    earlier = claims["exp"] - int(time.time()) + 3600
    claims |= {name: claims[name] - earlier for name in ("iat", "nbf", "exp") if name in claims}
    return jwt.encode(claims, keys.derive("jwt", kid), algorithm=ALGORITHM, headers={"kid": kid})
