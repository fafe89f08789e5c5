"""Backups in chat: the screen, the parts that arrive, the alarm, and the way back out of the chat."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import text
from telegram import InputFile

from bot.outbox.backup_sender import BackupSender
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.backup.errors import BackupAltered
from gym.backup.files import parts
from gym.backup.files.archive import OpenedBackup
from gym.backup.files.manifest import BackupManifest
from gym.backup.files.parts import MANIFEST_ENDING, files_at
from gym.backup.health import BackupTrouble
from gym.backup.journal import BackupJournal
from gym.backup.restoring.settling import settle
from gym.core.clock import FrozenClock
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.operations import DeskJobFailedPayload
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Actor, Role
from gym.staff.repository import StaffRepository
from tests.bot.conftest import MakeMember
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.desk_menu import behind_manage
from web.app import make_app

PHRASE = "7KQP-X2M0-4RTV-9HJ1"
MakeStaff = Callable[[Person, Role], Awaitable[Actor]]
SYSTEM = Actor.system()


@pytest.fixture
def gym(gym: Gym, tmp_path: Path) -> Gym:
    given = {"backup_passphrase": SecretStr(PHRASE), "backup_folder": tmp_path / "backups"}
    return replace(gym, config=gym.config.model_copy(update=given))


@pytest.fixture
async def ana(telegram: SandboxClient, make_staff: MakeStaff) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    await person.sends("/start")
    return person


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several parts of a small gym."""
    real = parts.spans_of
    monkeypatch.setattr("bot.outbox.backup_sender.spans_of", lambda size: real(size, 30_000))


async def test_an_admin_backs_up_from_the_chat_and_gets_every_part(
    gym: Gym, api: Api, ana: Person, tmp_path: Path
) -> None:
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        await ana.taps("🔒 Backups")
        await ana.sees("There is none yet")
        await ana.taps("💾 Back up now")
        await ana.sees("One is being made")
        await gym.backup_rounds.round()
        await BackupSender(gym, running.assembly.bot).step()
        await ana.sees("Encrypted: only the pass-phrase")
        await ana.taps("🔄 Refresh")
        screen = await ana.sees("Proved by restoring it")
        assert "Sent to the chat of Ana" in screen.words
        assert "There is none yet" not in screen.words
    documents = [message for message in await ana.chat() if message.document_url]
    folder = tmp_path / "downloads"
    folder.mkdir()
    for message in documents:
        assert message.document_url is not None
        assert message.file_name is not None
        (folder / message.file_name).write_bytes(await ana.client.download(message.document_url))
    assert len(documents) > 2
    files = files_at([folder])
    opened = await OpenedBackup.by_passphrase(files, PHRASE)
    opened.check()
    manifest = BackupManifest.read((folder / f"{files.name}{MANIFEST_ENDING}").read_bytes(), "it")
    manifest.require_seal(opened.key)
    with pytest.raises(BackupAltered):
        manifest.model_copy(update={"size": 1}).require_seal(opened.key)


async def test_the_screen_speaks_spanish_and_says_how_to_make_the_pass_phrase(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff: MakeStaff, tmp_path: Path
) -> None:
    bare = gym.config.model_copy(update={"backup_passphrase": None, "powergym_home": tmp_path})
    eva = await telegram.person("Eva", language_code="es")
    await make_staff(eva, Role.ADMIN)
    async with gym.unit_of_work(SYSTEM) as uow:
        await uow.session.execute(text("UPDATE staff SET language = 'es'"))
    async with run_bot(replace(gym, config=bare), api, routers=_routers()) as running:
        await running.connected.wait()
        await eva.sends("/start")
        await eva.taps("🔒 Copias")
        seen = await eva.sees("python -m gym backup phrase")
        assert "nunca en un chat" in seen.words
        assert "El gimnasio no tiene copias" in seen.words
        assert not any("Copiar ahora" in label for label in seen.labels)


async def test_an_admin_makes_the_pass_phrase_on_a_page_and_the_first_backup_follows(
    gym: Gym, api: Api, ana: Person, tmp_path: Path
) -> None:
    home = {"backup_passphrase": None, "powergym_home": tmp_path / "home"}
    bare = replace(gym, config=gym.config.model_copy(update=home))
    async with run_bot(bare, api, routers=_routers()) as running:
        await running.connected.wait()
        await ana.taps("🔒 Backups")
        await ana.sees("What is missing is the pass-phrase")
        await ana.taps("🔑 Make the pass-phrase")
        link = await ana.sees("works once, for 15 minutes")
        [(host, token)] = re.findall(r"(http\S+)/passphrase\?start=(\S+)", link.words)
        assert host == "http://127.0.0.1:8080"
        groups = await _made_on_the_page(bare, token)
        await bare.backup_rounds.round()
        await ana.taps("Back")
        screen = await ana.sees("Last one")
        assert "stands on the paper" in screen.words
        assert not any("pass-phrase" in label for label in screen.labels)
        said = "\n".join(message.words for message in await ana.chat())
        assert not any(group in said for group in groups)
    assert (await OpenedBackup.by_passphrase(files_at([tmp_path / "backups"]), "".join(groups))).check()


async def _made_on_the_page(gym: Gym, token: str) -> list[str]:
    """The four groups, of which two were typed back."""
    async with TestClient[Any, Any](TestServer(make_app(gym))) as browser:
        shown = await (await browser.post("/passphrase", data={"start": token})).text()
        groups = re.findall(r"<li>(\w{4})</li>", shown)
        draft = {"draft": re.findall(r'name="draft" value="([^"]+)"', shown)[0]}
        asked = re.findall(
            r"Group (\d)", await (await browser.post("/passphrase/written", data=draft)).text()
        )
        first, second = (groups[int(number) - 1] for number in asked)
        done = await browser.post("/passphrase/confirm", data=draft | {"first": first, "second": second})
        assert done.status == 200
    return groups


async def test_where_the_environment_holds_the_keys_it_holds_the_pass_phrase_too(
    gym: Gym, api: Api, ana: Person, tmp_path: Path
) -> None:
    given = {
        "backup_passphrase": None,
        "powergym_home": tmp_path,
        "jwt_keys": SecretStr(gym.secrets.jwt.text()),
        "data_keys": SecretStr(gym.secrets.data.text()),
    }
    async with run_bot(
        replace(gym, config=gym.config.model_copy(update=given)), api, routers=_routers()
    ) as on:
        await on.connected.wait()
        await ana.taps("🔒 Backups")
        screen = await ana.sees("BACKUP_PASSPHRASE")
        assert not any("pass-phrase" in label for label in screen.labels)


async def test_an_employee_sees_nothing_of_it(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff: MakeStaff
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        await bruno.sends("/start")
        await bruno.sees("PowerGym")
        assert not any("Backups" in label for label in await behind_manage(bruno))


async def test_a_killed_sender_goes_on_with_the_next_part(gym: Gym, api: Api, ana: Person) -> None:
    await gym.backup_rounds.round()
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        sender = BackupSender(gym, running.assembly.bot)
        await ana.client.fault("sendDocument", 400, times=1, description="Bad Request: no")
        with pytest.raises(Exception, match="No"):
            await sender.step()
        await sender.step()
        await sender.step()
    names = [message.file_name for message in await ana.chat() if message.document_url]
    assert len(names) == len(set(names))


async def test_parts_whose_time_is_over_are_emptied(
    gym: Gym, api: Api, ana: Person, clock: FrozenClock
) -> None:
    await gym.backup_rounds.round()
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        sender = BackupSender(gym, running.assembly.bot)
        await sender.step()
        clock.advance(timedelta(days=31))
        await gym.backup_rounds.round()
        await sender.step()
        await sender.step()
    old = next(message for message in await ana.chat() if message.document_url)
    assert old.file_name == "backup.txt"
    assert old.document_url is not None
    assert b"gone" in await ana.client.download(old.document_url)


async def test_a_restored_gym_empties_what_the_gym_before_it_had_sent(
    gym: Gym, api: Api, ana: Person, clock: FrozenClock
) -> None:
    """Its rows end where its backup begins: the pinned manifest knows what went out since."""
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        sender = BackupSender(gym, running.assembly.bot)
        for _ in range(2):
            await gym.backup_rounds.round()
            await sender.step()
            clock.advance(timedelta(days=1))
        sent = {message.message_id for message in await ana.chat() if message.document_url}
        async with gym.unit_of_work(SYSTEM) as uow:
            await uow.session.execute(text("DELETE FROM backups"))
        await gym.backup_rounds.round()
        await sender.step()
        clock.advance(timedelta(days=31))
        await gym.backup_rounds.round()
        for _ in range(3):
            await sender.step()
    documents = {message.message_id: message for message in await ana.chat() if message.document_url}
    assert {documents[key].file_name for key in sent} == {"backup.txt"}
    left = [message.file_name for message in documents.values() if message.file_name != "backup.txt"]
    assert len([name for name in left if (name or "").endswith(MANIFEST_ENDING)]) == 1, "the newest stays"


async def test_a_pinned_manifest_that_the_gym_has_not_sealed_is_not_believed(
    gym: Gym, api: Api, ana: Person
) -> None:
    await gym.backup_rounds.round()
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        bot = running.assembly.bot
        lie = {"name": "a.pgbackup", "made_at": "2026-08-03T15:00:00Z", "size": 1, "sha256": "", "parts": []}
        lie |= {"in_chats": [lie | {"chat_id": 1, "manifest_id": 2}], "salt": "00" * 16, "seal": "00"}
        for raw in (json.dumps(lie).encode(), b"x", json.dumps(lie | {"salt": "no"}).encode()):
            message = await bot.send_document(ana.id, InputFile(raw, f"a.pgbackup{MANIFEST_ENDING}"))
            await bot.pin_chat_message(ana.id, message.message_id)
            await BackupSender(gym, bot).step()
            async with gym.unit_of_work(SYSTEM) as uow:
                assert await uow.session.scalar(text("SELECT count(*) FROM backups")) == 1
                await uow.session.execute(text("UPDATE backups SET sent_at = NULL, manifest_id = NULL"))


async def test_the_pinned_manifest_says_who_was_erased_since(
    gym: Gym, api: Api, ana: Person, clock: FrozenClock, make_member: MakeMember
) -> None:
    rosa = await make_member(None, "Rosalinda")
    await gym.backup_rounds.round()
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        sender = BackupSender(gym, running.assembly.bot)
        await sender.step()
        async with gym.unit_of_work(SYSTEM) as uow:
            await ErasureService(uow).ask(rosa.id)
        await sender.step()
        await sender.step()
    [pinned] = [one for one in await ana.chat() if (one.file_name or "").endswith(MANIFEST_ENDING)]
    assert pinned.document_url is not None
    raw = await ana.client.download(pinned.document_url)
    manifest = BackupManifest.read(raw, "it")
    assert [one.client_id for one in manifest.erased] == [rosa.id]
    assert b"Rosalinda" not in raw


async def test_the_alarm_reaches_every_admin(gym: Gym, api: Api, ana: Person) -> None:
    from bot.outbox.worker import OutboxWorker

    async with gym.unit_of_work(SYSTEM) as uow:
        await BackupJournal(uow).ring(BackupTrouble.PROOF_FAILED, "restore_differs")
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        await OutboxWorker(gym, running.assembly.bot).drain()
        await ana.sees("did not restore")
        await ana.taps("🔒 Backups")


async def test_a_new_computer_finds_the_pinned_backup_by_a_code(
    gym: Gym, api: Api, ana: Person, sandbox: SandboxServer, tmp_path: Path
) -> None:
    """As the program does it that `python -m gym restore --from-chat` starts."""
    await gym.backup_rounds.round()
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        await BackupSender(gym, running.assembly.bot).step()
    folder = tmp_path / "new computer"
    folder.mkdir()
    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": sandbox.token,
        "TELEGRAM_API_URL": sandbox.url,
        "POWERGYM_HOME": str(tmp_path / "home"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.telegram.backup_download",
        str(folder),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    line = (await process.stderr.readline()).decode()
    await ana.sends(line.strip().rsplit(" ", 1)[1])
    async with asyncio.timeout(60):
        assert await process.wait() == 0
    opened = await OpenedBackup.by_passphrase(files_at([folder]), PHRASE)
    assert opened.check().gym == "PowerGym"
    assert json.loads(next(folder.glob(f"*{MANIFEST_ENDING}")).read_text())["parts"]


def _routers() -> tuple[object, ...]:
    from bot.routers import ROUTERS

    return ROUTERS


async def test_the_code_of_a_restore_is_answered_by_the_restored_gym(gym: Gym, api: Api, ana: Person) -> None:
    """It was looked for among the clients; a gym that still runs takes it from the new computer."""
    async with run_bot(gym, api, routers=_routers()) as running:
        await running.connected.wait()
        await ana.sends("restore-0123456789")
        await ana.sees("Stop this one, then send the code again")
        async with gym.unit_of_work(SYSTEM) as uow:
            payload = DeskJobFailedPayload(job="digest", code="late")
            [admin] = await StaffRepository(uow.session).active_admins()
            uow.notify(Recipient.staff(admin), payload, dedup_key="late", due_at=uow.now + timedelta(days=1))
        async with gym.unit_of_work(SYSTEM) as uow:
            await settle(uow, uow.context.wall - timedelta(hours=2))
        await ana.sends("restore-0123456789")
        screen = await ana.sees("The gym is back")
        assert "1 message waits" in screen.words
        assert "Colleagues: 1, kiosks: 0" in screen.words
        await ana.taps("Undelivered")
        await ana.sees("since the gym was restored")
