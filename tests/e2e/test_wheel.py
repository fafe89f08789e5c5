"""The wheel alone is the whole gym: it starts outside the repository, and somebody claims it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest

from gym.core.config import Config
from tests.e2e.process import PATIENCE, ROOT, GymProcess, free_port
from tests.support.sandbox.client import SandboxClient

PACKAGES = ("gym", "bot", "web")
KEPT_OUT = {"__pycache__", ".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the locked tool; nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel installed; its dependencies are those that the tests run with."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(
        sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)
    )
    return folder


@pytest.fixture
async def process(installed: Path, config: Config, tmp_path: Path) -> AsyncGenerator[GymProcess]:
    """`powergym` in an empty folder, its own database and Bot API server."""
    with tempfile.TemporaryDirectory(prefix="pg-wheel-", ignore_cleanup_errors=True) as home:
        environment = {
            "DATABASE_URL": "",
            "TELEGRAM_BOT_TOKEN": "",
            "PYTHONPATH": "",
            "FACE_ROOT": str(config.packs_root),
            "SANDBOX_PORT": str(free_port()),
        }
        made = GymProcess(
            Path(home), environment, command=[str(installed / "bin" / "powergym")], folder=tmp_path
        )
        yield made
        await made.kill()


def test_it_holds_every_file_of_the_packages_and_every_migration(wheel: Path) -> None:
    wanted = {path.relative_to(ROOT).as_posix() for package in PACKAGES for path in files(ROOT / package)}
    wanted |= {f"gym/{path.relative_to(ROOT).as_posix()}" for path in files(ROOT / "migrations")}
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
        licences = [name for name in opened.namelist() if name.endswith("licenses/LICENSE")]
    assert held == wanted
    assert licences


@pytest.mark.long
async def test_somebody_claims_the_gym_of_an_installed_wheel(process: GymProcess) -> None:
    await process.start()
    async with SandboxClient(process.line_after("Chat page")) as telegram:
        ana = await telegram.person("Ana", language_code="es")
        await ana.opens(process.line_after("Set-up link"))
        await ana.sees("equipo", PATIENCE)
    assert (await process.ready())["checks"]["migrations"]
    async with aiohttp.ClientSession(process.web_url) as browser:
        for page in ("/kiosk/", "/api/docs"):
            async with browser.get(page) as answer:
                assert answer.status == 200, page


async def test_the_operators_commands_are_in_it(installed: Path, tmp_path: Path) -> None:
    """They are named as in a checkout: `python -m gym`."""
    asked = await asyncio.create_subprocess_exec(
        str(installed / "bin" / "python"), "-m", "gym", "--help",
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(asked.communicate(), PATIENCE)
    assert b"doctor" in said


def files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not KEPT_OUT & {path.suffix, path.parent.name}
    ]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
