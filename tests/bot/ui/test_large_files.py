"""Large files that many send at once: few are read at a time, and a photo does not wait behind them."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from bot.bot_api.method_health import MethodHealth
from bot.ui.pictures.incoming_files import LARGE, IncomingFiles
from bot.ui.pictures.picture_register import PictureRegister
from bot.ui.services import LARGE_AT_ONCE, Services

BYTES = b"x" * 10


class Archive:
    """Telegram's files, whose bytes arrive when the test lets them."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.underway: list[int] = []
        self.most = 0
        self.arrive = asyncio.Event()

    async def get_file(self, file_id: str) -> StoredFile:
        return StoredFile(self, self.sizes[file_id])


class StoredFile:
    def __init__(self, archive: Archive, size: int) -> None:
        self.archive, self.file_size = archive, size

    async def download_as_bytearray(self) -> bytearray:
        archive = self.archive
        if self.file_size > LARGE:
            archive.underway.append(self.file_size)
            archive.most = max(archive.most, len(archive.underway))
            await archive.arrive.wait()
            archive.underway.pop()
        return bytearray(BYTES)


async def test_two_large_files_are_read_at_a_time_and_a_photo_beside_them() -> None:
    archive = Archive({str(number): LARGE + 1 for number in range(12)} | {"photo": LARGE})
    services = Services(*cast("Any", (None, None, None, None, MethodHealth(), {})))
    files = IncomingFiles(services, cast("Any", archive), None, cast("PictureRegister", None), 1)
    large = [asyncio.create_task(files.download(str(number))) for number in range(12)]
    async with asyncio.timeout(10):
        while len(archive.underway) < LARGE_AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert await files.download("photo") == BYTES
        archive.arrive.set()
        assert await asyncio.gather(*large) == [BYTES] * 12
    assert archive.most == LARGE_AT_ONCE == 2
