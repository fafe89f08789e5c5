"""Incoming files: the photo or picture of an update, noted for deletion and downloaded into memory."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from telegram import Bot, Document, File, Message
from telegram.error import BadRequest, NetworkError

from bot.bot_api.delivery_status import ServerFault
from bot.bot_api.retries import with_retries
from bot.bot_api.trouble_reports import report_trouble
from bot.ui.pictures.picture_register import PictureRegister
from bot.ui.services import Services
from gym.core.errors import GymError, Invalid
from gym.core.language import N_

MOST_DOWNLOADS: Final = 3
"""Attempts of an update whose file Telegram does not give; then the person is told."""
MOST_BYTES: Final = 20 * 1024 * 1024
"""The largest file that a bot may download (Bot API)."""
LARGE: Final = 2 * 1024 * 1024
"""Bytes from which few files are read at a time. A photo of Telegram's has less; members may send forty
documents of 20 MB at once, of which eight at a time, each three times in memory, are half a gigabyte."""
PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif")


class PictureTooBig(Invalid):
    """The file is larger than Telegram gives to a bot."""

    code = "picture_too_big"
    status = 413
    message = N_("That file is too big. Send it as a photo, or a picture under 20 MB.")


class PictureGone(Invalid):
    """Telegram no longer has the file."""

    code = "picture_gone"
    message = N_("That picture is not available any more. Send it again.")


class PictureNotHandedOver(GymError):
    """Telegram has the file, and fails to give it to the bot."""

    code = "picture_not_handed_over"
    status = 503
    message = N_(
        "Telegram does not hand over pictures just now. Type a name, document or phone instead, or send it"
        " again in some minutes."
    )


class PictureExpected(Invalid):
    """A photo was needed, and something else came."""

    code = "picture_expected"
    message = N_("Send a photo, please.")


class NoUseForFile(Invalid):
    """A file from somebody who sends pictures only."""

    code = "no_use_for_file"
    message = N_("That file is no picture. Send a photo; lists of members are an admin's to bring in.")


class IncomingFiles:
    """The photo or file of one update's message."""

    def __init__(
        self, services: Services, bot: Bot, message: Message | None, register: PictureRegister, attempts: int
    ) -> None:
        self._services = services
        self._bot = bot
        self._message = message
        self._register = register
        self._attempts = attempts

    @property
    def photo_id(self) -> str | None:
        """The largest size of the photo, or the picture sent as a document."""
        message = self._message
        if message is None:
            return None
        if message.photo:
            return message.photo[-1].file_id
        document = message.document
        return document.file_id if document is not None and _is_picture(document) else None

    async def photo_bytes(self, form_key: UUID | None) -> bytes:
        """Raises `PictureExpected`, `PictureTooBig`, `PictureGone`, `PictureNotHandedOver`."""
        if self.photo_id is None:
            raise PictureExpected
        await self.note_photo(form_key)
        return await self.download(self.photo_id)

    async def note_photo(self, form_key: UUID | None, message_id: int | None = None) -> None:
        number = message_id or (self._message.message_id if self._message else None)
        if number is not None:
            await self._register.received(number, form_key)

    async def download(self, file_id: str) -> bytes:
        """Raises `PictureTooBig`, `PictureGone`, and `PictureNotHandedOver` when that was so before."""
        try:
            if self._services.health.is_broken("getFile"):
                raise ServerFault("getFile fails")
            file = await with_retries(lambda: self._bot.get_file(file_id))
            if (file.file_size or 0) > MOST_BYTES:
                raise PictureTooBig
            return await with_retries(lambda: self._read(file))
        except BadRequest as error:
            raise (PictureTooBig if "too big" in error.message.lower() else PictureGone) from error
        except NetworkError as error:
            if self._attempts < MOST_DOWNLOADS and not isinstance(error, ServerFault):
                raise
            await report_trouble(self._services.gym, "getFile")
            raise PictureNotHandedOver from error

    async def _read(self, file: File) -> bytes:
        if (file.file_size or MOST_BYTES) <= LARGE:
            return bytes(await file.download_as_bytearray())
        async with self._services.large_files:
            return bytes(await file.download_as_bytearray())


def _is_picture(document: Document) -> bool:
    """Whether a document is a picture: by its type, or by its name where the phone did not say the type."""
    named = (document.file_name or "").lower().endswith(PICTURES)
    return named or (document.mime_type or "").startswith("image/")
