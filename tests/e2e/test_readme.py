"""Every command that the pages name, run in their order on one gym."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.sandbox.token import BOT_ID
from gym.app import Gym
from gym.commands import app
from gym.core.config import Config
from gym.settings.models import GymKind
from tests.documentation.pages import PAGES, text_of
from tests.support.people import people

GYM = re.compile(r"`(?:[A-Z_]+=\S+ )?(?:\.venv/bin/)?python -m gym ([^`]+)`")
FIRST = "docs/running.md"
"""Its table of commands has an order in which they can be run; what other pages name comes after it."""
SAID = [text_of(page) for page in [FIRST, *(page for page in PAGES if page != FIRST)]]
WRITTEN = list(dict.fromkeys(" ".join(found.split()) for text in SAID for found in GYM.findall(text)))
ELSEWHERE = {
    "demo": "tests/demo/test_loading.py",
    "restore": "tests/backup/test_restoring.py",
    "restore FILE": "tests/backup/test_restoring.py",
    "restore --forget": "tests/backup/test_restoring.py",
    "restore --from-chat": "tests/e2e/test_burned_machine.py",
    "import photos.zip": "tests/findings/importing/test_photos.py",
    "import powergym-2026-11-30.zip": "tests/exporting/test_leaving_freely.py",
    "privacy replay": "tests/privacy/test_by_command.py",
}
"""Commands that want another gym, another file or a chat, and what tries them."""
NAMED = [command for command in WRITTEN if command not in ELSEWHERE]
MAKE = {target for text in SAID for target in re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photos of two people, a folder each."""
    for person in people()[:2]:
        (tmp_path / "people" / person.name).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "people" / person.name / f"{number}.jpg").write_bytes(person.photo(number))
    return tmp_path / "people"


@pytest.fixture
def members(tmp_path: Path) -> Path:
    """A list as a gym keeps it."""
    path = tmp_path / "members.csv"
    path.write_text("Nombre,Documento,Celular\nVera Solano,1020304055,3001112233\n", encoding="utf-8")
    return path


@pytest.fixture
def log() -> Generator[None]:
    """Commands send the log to their own stderr, which is gone when they are."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
async def sandbox_url(gym: Gym) -> str:
    """A gym that was opened without a token, so that its clock may be moved, and whose bot has a name."""
    await gym.stamp(GymKind.SANDBOX)
    await gym.remember_bot(BOT_ID, "a_gyms_own_bot")
    return gym.database.url


@pytest.mark.usefixtures("log")
def test_every_command_of_the_pages_does_its_work(
    sandbox_url: str,
    config: Config,
    folder: Path,
    members: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # some commands write where they are run
    environment = {
        "DATABASE_URL": sandbox_url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
    }
    listed: list[str] = []
    imported: dict[str, Any] = {"id": ""}
    journal = tmp_path / "erasures.json"
    journal.write_text("[]", encoding="utf-8")

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(app, arguments, env=environment)
        assert done.exit_code == 0, (arguments, done.output)
        return done

    for command in NAMED:
        if command.startswith("keys retire"):
            listed = re.findall(r"\bk[0-9a-f]{8}\b", run("keys", "list").output)
        if command == "import undo ID":
            [imported] = json.loads(run("import", "list", "--json").output)["imports"]
        name = "money" if command.startswith("report") else "Main door"
        words = [
            {
                "ID": imported["id"],
                "KID": listed[-1] if listed else "",
                "NAME": name,
                "DIR": str(folder),
                "FILE": str(members),
                "WHO": "1020304055",
                "ZIP": str(tmp_path / "everything.zip"),
                "JOURNAL": str(journal),
            }.get(word, word)
            for word in command.split()
        ]
        assert run(*words).output.strip(), command
    assert len(NAMED) >= 13
    assert ELSEWHERE.keys() <= set(WRITTEN)
    root = Path(__file__).parents[2]
    assert [place for place in ELSEWHERE.values() if not (root / place).is_file()] == []


def test_every_target_of_the_pages_is_in_the_makefile() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert {"run", "test", "check", "bench"} <= MAKE
    for target in MAKE:
        assert f"\n{target}:" in makefile, target
