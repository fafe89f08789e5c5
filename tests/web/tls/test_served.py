"""Files of the page as `python -m web` serves them: on its own event loop, plain and by TLS."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from gym.app import Gym
from gym.security.tls.certificate_folder import CertificateFolder
from gym.security.tls.certificates import HostNames
from tests.e2e.process import free_port
from tests.web.door.test_killed import Server
from web.pages.kiosk_page import FOLDER

PICTURE = (FOLDER / "icon-512.png").read_bytes()
ADDRESS = "/kiosk/icon-512.png"
Client = aiohttp.ClientSession


@pytest.fixture(scope="module")
def https_port() -> int:
    return free_port()


@pytest.fixture
async def server(gym: Gym, tmp_path: Path, https_port: int) -> AsyncGenerator[Server]:
    """With a certificate of the gym's own, in a home with the keys of the gym's database."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(gym.config.powergym_home / "secrets.env", home)
    CertificateFolder(home).make("Iron House", HostNames.of(["localhost", "127.0.0.1"]), datetime.now(UTC))
    made = Server(gym, tmp_path, POWERGYM_HOME=str(home), WEB_HTTPS_PORT=str(https_port))
    async with made.runs() as process:
        mapped = await asyncio.to_thread(Path(f"/proc/{process.pid}/maps").read_text)
        assert "uvloop" in mapped
        yield made


@pytest.fixture
async def lines(server: Server, tmp_path: Path, https_port: int) -> AsyncGenerator[list[Client]]:
    """One to the plain port, and one that trusts the gym's authority and nobody else."""
    trusting = ssl.create_default_context(cafile=CertificateFolder(tmp_path / "home").public)
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with (
        Client(server.url) as plain,
        Client(f"https://127.0.0.1:{https_port}", connector=connector) as secure,
    ):
        yield [plain, secure]


async def test_files_come_whole_in_parts_and_not_at_all_when_they_are_known(lines: list[Client]) -> None:
    for line in lines:
        whole = await line.get(ADDRESS)
        assert (whole.status, await whole.read()) == (200, PICTURE)
        for asked, first, end in (
            ("10-99", 10, 100),
            ("-20", len(PICTURE) - 20, None),
            ("5000-", 5000, None),
        ):
            part = await line.get(ADDRESS, headers={"Range": f"bytes={asked}"})
            assert (part.status, await part.read()) == (206, PICTURE[first:end])
            assert part.headers["Content-Range"].endswith(f"/{len(PICTURE)}")
        beyond = await line.get(ADDRESS, headers={"Range": f"bytes={len(PICTURE)}-"})
        assert beyond.status == 416
        known = await line.get(ADDRESS, headers={"If-None-Match": whole.headers["ETag"]})
        assert (known.status, await known.read()) == (304, b"")
        head = await line.head(ADDRESS)
        assert (head.headers["Content-Length"], await head.read()) == (str(len(PICTURE)), b"")


async def test_many_tablets_at_once_each_get_all_of_it_though_some_hang_up(lines: list[Client]) -> None:
    async def load(line: Client) -> bytes:
        async with line.get(ADDRESS) as answer:
            return await answer.read()

    for line in lines:
        for _ in range(5):
            (await line.get(ADDRESS)).close()
    got = await asyncio.gather(*(load(line) for line in lines for _ in range(30)))
    assert set(got) == {PICTURE}
