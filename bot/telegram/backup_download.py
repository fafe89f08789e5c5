"""`python -m bot.telegram.backup_download FOLDER`: fetches the pinned backup out of an admin's chat.

For a new computer, which knows neither the chat nor the backup: it prints a code, and whoever sends that to
the bot has shown which chat it is. Updates of others stay with Telegram until the restored gym asks for them.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from telegram import Bot, Update
from telegram.error import RetryAfter, TelegramError

from bot.bot_api.retries import retry_seconds
from bot.bot_api.transport import AiohttpRequest
from bot.telegram.application import Api
from gym.backup.errors import BackupAltered, BackupError, BackupNotFound
from gym.backup.files.manifest import BackupManifest
from gym.backup.files.parts import MANIFEST_ENDING, part_name
from gym.backup.programs import disk_fault
from gym.core.config import Config, ConfigError, load_config
from gym.core.language import Translator

READ_SECONDS: Final = 300.0
POLL_SECONDS: Final = 2.0
MOST_PENDING: Final = 100
"""Of one getUpdates. Where more wait, the oldest are confirmed unread, or the code would never be seen."""
CODE_BYTES: Final = 5


@dataclass(frozen=True, slots=True)
class BackupDownload:
    """One search for the backup, and its way into a folder."""

    bot: Bot
    folder: Path

    async def fetch(self, code: str) -> BackupManifest:
        """Wait for the code, then download what is pinned in its chat. Raises a `BackupError`."""
        chat = await self.bot.get_chat(await self._chat_of(code))
        document = chat.pinned_message.document if chat.pinned_message else None
        if document is None or not (document.file_name or "").endswith(MANIFEST_ENDING):
            raise BackupNotFound
        name = document.file_name or ""
        raw = await self._download(document.file_id)
        manifest = BackupManifest.read(raw, name)
        await asyncio.to_thread((self.folder / Path(name).name).write_bytes, raw)
        for part in manifest.parts:
            data = await self._download(part.file_id)
            if len(data) != part.size or sha256(data).hexdigest() != part.sha256:
                raise BackupAltered
            path = self.folder / part_name(Path(manifest.name).name, part.number)
            await asyncio.to_thread(path.write_bytes, data)
            _say(f"part {part.number} of {len(manifest.parts)}")
        return manifest

    async def _chat_of(self, code: str) -> int:
        offset: int | None = None
        while True:
            updates = await self._updates(offset)
            for update in updates:
                message = update.message
                if message is not None and message.chat.type == "private" and message.text == code:
                    return message.chat.id
            if len(updates) == MOST_PENDING:
                offset = updates[-1].update_id
            await asyncio.sleep(POLL_SECONDS)

    async def _updates(self, offset: int | None) -> tuple[Update, ...]:
        try:
            return await self.bot.get_updates(offset=offset, limit=MOST_PENDING, timeout=0)
        except RetryAfter as error:
            await asyncio.sleep(retry_seconds(error))
            return ()

    async def _download(self, file_id: str) -> bytes:
        file = await self.bot.get_file(file_id)
        return bytes(await file.download_as_bytearray())


async def download(config: Config, folder: Path) -> int:
    """Exit status; faults are one line on standard error."""
    if config.telegram_bot_token is None:
        raise ConfigError("TELEGRAM_BOT_TOKEN: is needed to look into the bot's chat")
    code = f"restore-{secrets.token_hex(CODE_BYTES)}"
    api = Api.at(config.telegram_bot_token.get_secret_value(), config.telegram_api_url)
    bot = Bot(
        api.token,
        base_url=api.base_url,
        base_file_url=api.file_url,
        request=AiohttpRequest(4, READ_SECONDS),
        get_updates_request=AiohttpRequest(1, READ_SECONDS),
    )
    async with bot:
        # The computer that is gone may have been told of updates by webhook; they are kept.
        await bot.delete_webhook(drop_pending_updates=False)
        _say(f"In the chat with @{bot.username} that got the backups, send this: {code}")
        await BackupDownload(bot, folder).fetch(code)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def main(arguments: list[str]) -> int:
    """Arguments: the folder, which is there."""
    try:
        return asyncio.run(download(load_config(), Path(arguments[0])))
    except BackupError as error:
        _say(Translator("en")(error.message, **error.context))
    except ConfigError as error:
        _say(str(error))
    except OSError as error:
        _say(Translator("en")((fault := disk_fault(error)).message, **fault.context))
    except TelegramError as error:
        _say(f"Telegram could not be asked: {error.message}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
