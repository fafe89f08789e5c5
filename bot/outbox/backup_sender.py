"""Sends backups to an admin's chat: part by part, then the manifest, pinned; empties those that are over.

Each part is written down when Telegram has taken it, so a killed program goes on with the next one. A bot may
delete its messages for 48 hours only, but edit them at any age: an expired part becomes a line of text.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Final

import asyncpg
import structlog
from telegram import Bot, InputFile, InputMediaDocument, Message
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.bot_api.retries import retry_seconds
from bot.ui.screens import HtmlTranslator
from gym.app import Gym
from gym.backup.chats.delivery import BackupDelivery, Parcel, Remains, SentPart, digest_of
from gym.backup.errors import BackupError, PassphraseMissing, PassphraseWrong
from gym.backup.files.archive import header_of
from gym.backup.files.manifest import BackupManifest
from gym.backup.files.parts import MANIFEST_ENDING, BackupFiles, PartSpan, part_name, spans_of
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.models import Backup
from gym.core.config import ConfigError
from gym.core.errors import DatabaseUnavailable
from gym.core.leader_election import LeaderElection, LeaderRole
from gym.security.permissions import Actor

log = structlog.get_logger()
SYSTEM: Final = Actor.system()
EVERY_SECONDS: Final = 15.0
REST_SECONDS: Final = 300.0
"""After a fault of the line: 19 MB are not sent again and again."""
UPLOAD_SECONDS: Final = 900.0
"""19 MB over a line that carries 200 kbit/s upwards."""
GONE: Final = ("message to edit not found", "message can't be edited", "not modified", "chat not found")
ROLE: Final = LeaderRole(
    0x7061726365,  # "parce"
    retry_seconds=15.0,
    waits="waits_to_send_backups",
    leads="sending_backups",
    lost="sending_backups_lost",
)


class BackupSender:
    """Of several replicas one sends; only where the file lies can it be read."""

    def __init__(self, gym: Gym, bot: Bot) -> None:
        self.gym = gym
        self.bot = bot
        self._keys = BackupKeyStore(gym.config)

    async def run(self) -> None:
        """Until cancelled."""
        await LeaderElection(self.gym.database, ROLE).run(self._lead)

    async def _lead(self, _: asyncpg.Connection) -> None:
        while True:
            seconds = await self._rested()
            await asyncio.sleep(seconds)

    async def _rested(self) -> float:
        """One step; how long to wait before the next."""
        try:
            await self.step()
        except DatabaseUnavailable:
            log.info("backup_sender_waits_for_database")
        except RetryAfter as error:
            return retry_seconds(error)
        except (TelegramError, BackupError, ConfigError, OSError) as error:
            log.warning("backup_not_sent", reason=type(error).__name__)
            return REST_SECONDS
        return EVERY_SECONDS

    async def step(self) -> None:
        """Send what is due, keep the manifest true, empty what is over."""
        parcel = await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).next_to_send())
        if parcel is not None:
            await self._send(parcel)
        stale = await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).stale_manifest())
        if stale is not None:
            await self._correct(*stale)
        remains = await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).next_to_expire())
        if remains is not None:
            await self._empty(remains)

    # Sending

    async def _send(self, parcel: Parcel) -> None:
        name = parcel.backup.name
        path = self.gym.config.backups_root / name if name else None
        if path is None or not await asyncio.to_thread(path.exists):
            return
        await self._take_over(parcel.chat_id)
        spans = spans_of(await asyncio.to_thread(lambda: path.stat().st_size))
        for span in spans:
            if span.number not in parcel.there:
                part = await self._send_part(parcel, path, span, len(spans))
                await self.gym.run(SYSTEM, lambda uow, part=part: BackupDelivery(uow).part_sent(parcel, part))
        await self._send_manifest(parcel, path)

    async def _send_part(self, parcel: Parcel, path: Path, span: PartSpan, count: int) -> SentPart:
        t = await self._translator(parcel.language)
        data = await asyncio.to_thread(_read, path, span)
        caption = t("🔒 Backup, part {number} of {count}", number=span.number, count=count)
        message = await self._document(parcel.chat_id, data, part_name(path.name, span.number), caption)
        return SentPart(
            span.number, span.size, sha256(data).hexdigest(), message.message_id, _file_id(message)
        )

    async def _send_manifest(self, parcel: Parcel, path: Path) -> None:
        """Pinned, since a bot on a new computer can only find what is pinned."""
        backup, t = parcel.backup, await self._translator(parcel.language)
        manifest = await self._manifest(parcel, path)
        raw = manifest.text()
        caption = _manifest_caption(t, manifest)
        message = await self._document(parcel.chat_id, raw, f"{manifest.name}{MANIFEST_ENDING}", caption)
        await self.bot.pin_chat_message(parcel.chat_id, message.message_id, disable_notification=True)
        digest = digest_of(manifest)
        await self.gym.run(
            SYSTEM, lambda uow: BackupDelivery(uow).sent(backup.id, message.message_id, digest)
        )
        log.info("backup_sent", parts=len(manifest.parts))

    async def _correct(self, backup: Backup, plain: BackupManifest) -> None:
        """The pinned message says who was erased since; the message stays the same one."""
        path = self.gym.config.backups_root / plain.name
        if backup.chat_id is None or backup.manifest_id is None or not await asyncio.to_thread(path.exists):
            return
        manifest = await self._sealed(plain, path)
        t = await self._translator((await self.gym.settings()).language)
        media = InputMediaDocument(
            manifest.text(),
            filename=f"{manifest.name}{MANIFEST_ENDING}",
            caption=_manifest_caption(t, manifest),
            parse_mode="HTML",
        )
        await self.bot.edit_message_media(media, backup.chat_id, backup.manifest_id)
        digest = digest_of(manifest)
        await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).corrected(backup.id, digest))

    async def _manifest(self, parcel: Parcel, path: Path) -> BackupManifest:
        plain = await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).manifest(parcel.backup.id))
        return await self._sealed(plain, path)

    async def _sealed(self, plain: BackupManifest, path: Path) -> BackupManifest:
        """Sealed with the key of its file, whatever the pass-phrase is now."""
        header = await asyncio.to_thread(header_of, BackupFiles(path.name, [path]))
        key = await self._keys.key_of(header.salt)
        if key is None:
            raise PassphraseMissing
        return plain.sealed(key)

    async def _translator(self, language: str) -> HtmlTranslator:
        settings = await self.gym.settings()
        return HtmlTranslator(language, currency=settings.currency, timezone=settings.timezone)

    async def _document(self, chat_id: int, data: bytes, name: str, caption: str) -> Message:
        return await self.bot.send_document(
            chat_id,
            InputFile(data, filename=name),
            caption=caption,
            parse_mode="HTML",
            disable_notification=True,
            disable_content_type_detection=True,
            read_timeout=UPLOAD_SECONDS,
            write_timeout=UPLOAD_SECONDS,
        )

    # After a restore

    async def _take_over(self, chat_id: int) -> None:
        """Of a gym that was restored only the pinned manifest tells what it had sent since its backup."""
        pinned = (await self.bot.get_chat(chat_id)).pinned_message
        document = pinned.document if pinned is not None else None
        if pinned is None or document is None or pinned.from_user is None:
            return
        name, message_id = document.file_name or "", pinned.message_id
        if pinned.from_user.id != self.bot.id or not name.endswith(MANIFEST_ENDING):
            return
        if await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).knows(chat_id, message_id)):
            return
        raw = bytes(await (await self.bot.get_file(document.file_id)).download_as_bytearray())
        try:
            manifest = await self._verified(raw, name)
        except BackupError as error:
            log.warning("pinned_manifest_not_read", code=error.code)
            return
        taken = await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).take_over(manifest, message_id))
        log.info("backups_in_chat_taken_over", backups=taken)

    async def _verified(self, raw: bytes, name: str) -> BackupManifest:
        """Raises a `BackupError` for what no key of this gym has sealed, or an earlier release wrote."""
        manifest = BackupManifest.read(raw, name)
        key = None if manifest.salt is None else await self._keys.key_of(bytes.fromhex(manifest.salt))
        if key is None:
            raise PassphraseWrong
        manifest.require_seal(key)
        return manifest

    # Emptying

    async def _empty(self, remains: Remains) -> None:
        chat_id, t = remains.backup.chat_id, await self._translator(remains.language)
        assert chat_id is not None
        word = t("This backup was kept for its time and is gone.")
        for message_id in remains.messages:
            await self._replace(chat_id, message_id, word)
        await self.gym.run(SYSTEM, lambda uow: BackupDelivery(uow).expired(remains.backup.id))

    async def _replace(self, chat_id: int, message_id: int, word: str) -> None:
        media = InputMediaDocument(word.encode(), filename="backup.txt", caption=word)
        try:
            await self.bot.edit_message_media(media, chat_id, message_id)
        except Forbidden as error:
            log.info("backup_part_stays", reason=error.message)  # the chat is closed
        except BadRequest as error:
            if not any(words in error.message.lower() for words in GONE):
                raise
            log.info("backup_part_gone", reason=error.message)  # deleted by hand


def _manifest_caption(t: HtmlTranslator, manifest: BackupManifest) -> str:
    return t(
        "🔒 <b>Backup of {at}</b>\nEncrypted: only the pass-phrase on your paper opens it. On a new "
        "computer, with this bot's token: <code>python -m gym restore --from-chat</code>. Without Telegram "
        "put all parts and this file into one folder, then <code>python -m gym restore FOLDER</code>",
        at=manifest.made_at,
    )


def _file_id(message: Message) -> str:
    assert message.document is not None
    return message.document.file_id


def _read(path: Path, span: PartSpan) -> bytes:
    with path.open("rb") as file:
        file.seek(span.start)
        return file.read(span.size)
