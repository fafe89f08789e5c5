"""HTTPS on the gym's own network: the port for tablets, and the camera that a browser gives only there."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from cryptography import x509

from gym.app import Gym
from gym.core.config import Config, ConfigError
from gym.security.tls import certificate_folder as https
from gym.security.tls.certificate_folder import SOON, CertificateFolder
from gym.security.tls.certificates import SERVER_LIVES, SLOW_CLOCK, HostNames
from web.app import make_app
from web.http.keys import SECURE, Secure
from web.tls.listeners import listen
from web.tls.renewal import look

Open = Callable[..., Any]


@dataclass(frozen=True)
class Opened:
    """A server's addresses, and what it goes by."""

    url: str
    tablets_url: str | None
    config: Config
    secure: Secure


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def certify(home: Path, *names: str, now: datetime | None = None) -> None:
    CertificateFolder(home).make(
        "Iron House", HostNames.of([*names, "localhost", "127.0.0.1"]), now or datetime.now(UTC)
    )


@pytest.fixture
def opened(gym_with_faces: Gym, home: Path) -> Open:
    """A server as `python -m web` opens it, on ports of the system's choice."""

    @asynccontextmanager
    async def served(**settings: object) -> AsyncGenerator[Opened]:
        own = {"powergym_home": home, "web_port": 0, "web_https_port": 0} | settings
        gym = replace(gym_with_faces, config=gym_with_faces.config.model_copy(update=own))
        runner = web.AppRunner(make_app(gym), access_log=None)
        await runner.setup()
        try:
            found = await listen(runner, gym.config)
            yield Opened(found.url, found.tablets_url, gym.config, runner.app[SECURE])
        finally:
            await runner.cleanup()

    return served


async def get(url: str, home: Path | None = None) -> tuple[int, bytes]:
    """As a tablet does that trusts the gym's authority, and nobody else."""
    trusting = ssl.create_default_context(cafile=CertificateFolder(home).public) if home else None
    async with aiohttp.ClientSession() as session, session.get(url, ssl=trusting or False) as answer:
        return answer.status, await answer.read()


async def test_a_certificate_opens_a_port_for_tablets_beside_the_plain_one(opened: Open, home: Path) -> None:
    certify(home)
    async with opened() as listening:
        assert listening.url.startswith("http://127.0.0.1:")
        port = listening.tablets_url.rpartition(":")[2]
        for url, trusted in ((listening.url, None), (f"https://127.0.0.1:{port}", home)):
            assert (await get(f"{url}/healthz", trusted))[0] == 200
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            async with aiohttp.ClientSession() as session:
                await session.get(f"https://127.0.0.1:{port}/healthz")


async def test_without_a_certificate_there_is_one_plain_port_and_nothing_to_load(opened: Open) -> None:
    async with opened() as listening:
        assert listening.tablets_url is None
        assert (await get(f"{listening.url}/kiosk/authority.crt"))[0] == 404
        assert await get(f"{listening.url}/kiosk/secure.json") == (200, b'{"address": null}')


async def test_the_authority_is_there_to_load_and_its_key_is_not(opened: Open, home: Path) -> None:
    certify(home)
    async with opened() as listening:
        status, body = await get(f"{listening.url}/kiosk/authority.crt")
        assert (status, body) == (200, CertificateFolder(home).public.read_bytes())
        for name in ("authority.pem", "server.pem", "..%2fhttps%2fauthority.pem"):
            assert (await get(f"{listening.url}/kiosk/{name}"))[0] == 404


async def test_the_page_is_told_its_address_by_the_name_it_was_asked_for(opened: Open, home: Path) -> None:
    certify(home, "10.0.0.5", "gym.local")
    async with opened() as listening:
        assert listening.tablets_url.startswith("https://10.0.0.5:")
        port = listening.tablets_url.rpartition(":")[2]
        for host, name in (("gym.local", "gym.local"), ("evil.example", "10.0.0.5")):
            async with aiohttp.ClientSession() as session:
                answer = await session.get(f"{listening.url}/kiosk/secure.json", headers={"Host": host})
                assert await answer.json() == {"address": f"https://{name}:{port}/kiosk/"}


async def test_a_certificate_of_the_settings_comes_first_and_makes_the_one_port_secure(
    opened: Open, home: Path
) -> None:
    certify(home)
    async with opened(web_tls_cert=CertificateFolder(home).server) as listening:
        assert listening.url.startswith("https://127.0.0.1:")
        assert listening.tablets_url is None
        assert (await get(f"{listening.url}/healthz", home))[0] == 200


async def test_a_platform_gives_the_port_and_the_https(opened: Open, home: Path) -> None:
    certify(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    async with opened(port=free) as listening:
        assert (listening.url, listening.tablets_url) == (f"http://127.0.0.1:{free}", None)


async def test_a_port_that_is_taken_is_named_by_its_setting(opened: Open, home: Path) -> None:
    certify(home)
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for setting in ("web_https_port", "web_port"):
            with pytest.raises(ConfigError, match=f"{setting.upper()}: cannot listen"):
                async with opened(**{setting: port}):
                    pass


def shown_by(listening: Opened, home: Path) -> x509.Certificate:
    """What a tablet is shown that trusts the gym's authority."""
    trusting = ssl.create_default_context(cafile=CertificateFolder(home).public)
    place = ("127.0.0.1", int(listening.tablets_url.rpartition(":")[2]))
    with (
        socket.create_connection(place) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))


@pytest.mark.parametrize("days", [370, 398])
async def test_a_certificate_that_ends_is_renewed_at_the_start_by_the_same_authority(
    opened: Open, home: Path, days: int
) -> None:
    certify(home, "gym.local", now=datetime.now(UTC) - timedelta(days=days))
    authority = CertificateFolder(home).public.read_bytes()
    with structlog.testing.capture_logs() as logs:
        async with opened() as listening:
            shown = await asyncio.to_thread(shown_by, listening, home)
    assert shown.not_valid_after_utc > datetime.now(UTC) + timedelta(days=390)
    assert "gym.local" in CertificateFolder(home).standing().names
    assert CertificateFolder(home).public.read_bytes() == authority
    assert not [one for one in logs if one["event"] == "certificate_ends"]


async def test_a_gym_that_is_open_for_a_year_shows_a_new_certificate_without_a_restart(
    opened: Open, home: Path
) -> None:
    certify(home, now=datetime.now(UTC) - SERVER_LIVES + SLOW_CLOCK + SOON + timedelta(hours=12))
    async with opened() as listening:
        first = await asyncio.to_thread(shown_by, listening, home)
        for hours, renewed in ((1, False), (13, True)):
            await look(listening.config, listening.secure, datetime.now(UTC) + timedelta(hours=hours))
            assert (await asyncio.to_thread(shown_by, listening, home) != first) is renewed


async def test_another_address_of_this_computer_is_vouched_for(
    opened: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certify(home)
    monkeypatch.setattr(https, "addresses_here", lambda: ["192.168.77.5", "203.0.113.9"])
    async with opened() as listening:
        assert listening.tablets_url.startswith("https://192.168.77.5:")
    assert "203.0.113.9" not in CertificateFolder(home).standing().names, (
        "the authority stands for the local network"
    )


async def test_an_end_that_cannot_be_helped_is_spoken_of_at_the_start(opened: Open, home: Path) -> None:
    for days, level in ((0, None), (370, "warning"), (398, "error")):
        certify(home, now=datetime.now(UTC) - timedelta(days=days))
        CertificateFolder(home).authority.unlink()
        with structlog.testing.capture_logs() as logs:
            async with opened():
                pass
        said = [one for one in logs if one["event"] == "certificate_ends"]
        assert [one["log_level"] for one in said] == ([level] if level else [])
        assert all("python -m gym certificate" in one["advice"] for one in said)


async def test_a_damaged_certificate_stops_the_start_with_one_line(opened: Open, home: Path) -> None:
    certify(home)
    CertificateFolder(home).server.write_bytes(b"scrap")
    with pytest.raises(ConfigError, match=r"server.pem cannot be read") as refused:
        async with opened():
            pass
    assert "\n" not in str(refused.value)
