"""Mark of a restore: when a gym went back to a backup, sealed with the key of the trail's chain.

A chain that was restored ends before the head that a newer backup noted, so it is not compared with that
one. The entry `gym.restored` is no proof of it: whoever can write the database can put one in, and the gym
seals it with the rest. The mark cannot be made without the key.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from sqlalchemy import text

from gym.audit.chain import TrailChain
from gym.audit.chain_key import TrailKey, TrailKeyStore

NAME: Final = "audit_restored"
"""In the settings of the gym's row, beside the key; not a setting itself."""
READ: Final = f"SELECT settings ->> '{NAME}' FROM gym_state"  # noqa: S608 - a constant
_KEEP: Final = text(f"""
UPDATE gym_state SET settings = settings || jsonb_build_object('{NAME}', CAST(:mark AS text))
""")  # noqa: S608 - constants


async def mark_restored(keys: TrailKeyStore, at: datetime) -> None:
    """Note in the caller's transaction that the gym was restored `at`, in wall time.

    The key is made where the backup has none. Raises `CipherError`, ValueError where it does not open.
    """
    key = await TrailChain(keys.session, keys).make_key()
    await keys.session.execute(_KEEP, {"mark": f"{at.isoformat()} {key.restored(at).hex()}"})


def restored_at(mark: str | None, key: TrailKey | None) -> datetime | None:
    """When the gym was restored, in wall time; None where it never was, or the mark is not of its key."""
    moment, _, seal = (mark or "").partition(" ")
    try:
        at, found = datetime.fromisoformat(moment), bytes.fromhex(seal)
    except ValueError:
        return None
    if key is None or at.tzinfo is None or not hmac.compare_digest(found, key.restored(at)):
        return None
    return at
