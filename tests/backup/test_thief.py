"""Whoever finds a backup reads nothing in it."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from sqlalchemy import text

from gym.backup.files.parts import spans_of
from gym.security.permissions import Actor
from tests.backup.conftest import PHRASE, BusyGym

SECRETS = ("Rosalinda", "1020309991", "+573001112233", "rosa@example.com", "77001002", "Ana Admin", "Iron")


async def test_no_name_document_phone_key_or_picture_can_be_read(busy: BusyGym, tmp_path: Path) -> None:
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text(
                "UPDATE clients SET phone = '+573001112233', email = 'rosa@example.com',"
                " document_type = 'CC', document_number = '1020309991'"
            )
        )
    made = await busy.backup(tmp_path)
    raw = made.path.read_bytes()
    keys = [text for one in (busy.gym.secrets.jwt, busy.gym.secrets.data) for text in one.spellings()]
    for secret in (*SECRETS, *keys, PHRASE, "PGDMP", "clients", "powergym:", made.facts.revision + "\0"):
        assert secret.encode() not in raw, secret
    assert busy.key.secret not in raw
    # Not compressed by anything that gives it away either, in the whole or in a part.
    for span in spans_of(len(raw), largest=50_000):
        part = raw[span.start : span.start + span.size]
        assert not _unpacks(part)
    assert len(zlib.compress(raw)) >= len(raw)


def _unpacks(data: bytes) -> bool:
    try:
        gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return False
    return True
