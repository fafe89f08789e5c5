"""Check at start that every data key that stored faces need is there; else the gym does not open."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.engine import Database
from gym.faces.gallery.key_rotation import SEALED, sample
from gym.faces.models import FaceTemplate
from gym.security.cipher import Keyring
from gym.settings.key_register import KeyRegister, registered, require_key, require_keys


async def open_keys(database: Database, keyring: Keyring, *, register: bool) -> None:
    """Raises `ConfigError`, one line, when a key is missing or is not the one of that name.

    The first process that can store faces also writes the register; a short command only reads it.
    """
    async with database.session() as session:
        if await session.scalar(text("SELECT to_regclass('gym_state') IS NULL")):
            return  # not migrated yet: nothing can be stored
        rows = KeyRegister(session)
        settings = await rows.lock()
        require_keys(settings, keyring)
        if not registered(settings):
            await _require_stored(session, keyring)
            if register:
                await rows.write(keyring, keyring.ids)
        await session.commit()


async def _require_stored(session: AsyncSession, keyring: Keyring) -> None:
    """A database from before the register: its rows say which keys they need."""
    for kid in await session.scalars(select(FaceTemplate.key_id).distinct()):
        require_key(keyring, kid, None, "")
    for sealed in SEALED:
        for blob in await session.execute(sample(sealed)):
            require_key(keyring, blob.kid, blob.blob, blob.context)
