"""The privacy register's rows of security: requests seen before, links, sign-ins and rate limits."""

from __future__ import annotations

from typing import Final

from gym.privacy.register import ClientRows, Entry, Old
from gym.privacy.tables.conditions import CLIENT, MINE
from gym.privacy.tables.reasons import DAY, HOUR

# A request's key is in its check-in too; what it was answered is sealed and tells no client by itself.
ANSWERED: Final = (
    "key IN (SELECT CAST(v.idempotency_key AS text) FROM check_ins v"  # noqa: S608
    f" WHERE v.idempotency_key IS NOT NULL AND v.{MINE})"
)

DOORS: Final = (
    Entry(
        "idempotency_keys",
        {"body_hash": "digest", "answer": "sealed"},
        "caller key created_at leased_until status",
        (Old("created_at < :moment", 72 * HOUR),),
        whose="client staff",
        why="a request that is repeated has one effect and the same answer",
        client=ClientRows(
            which=ANSWERED,
            deletes=True,
            withheld={"body_hash": "a checksum", "answer": "a visit once more, sealed"},
        ),
    ),
    Entry(
        "one_time_links",
        {"digest": "digest"},
        "id purpose role subject_id created_by created_at expires_at used_at",
        (Old("coalesce(used_at, expires_at) < :moment", 7 * DAY),),
        whose="client staff",
        why="a link opens once",
        client=ClientRows(which=f"subject_id = {CLIENT}", deletes=True, withheld={"digest": "a checksum"}),
    ),
    Entry(
        "refresh_tokens",
        {},
        "jti family subject_id scope issued_at expires_at spent_at successor revoked_at",
        (Old("expires_at < :moment", DAY),),
        whose="staff",
        why="programs of the team and kiosks stay signed in",
    ),
    Entry(
        "sign_ins",
        {"address": "address"},
        "id subject_id scope opened_at renewed_at ends_at ended_at",
        (Old("ends_at < :moment", DAY),),
        whose="staff",
        why="who is signed in, to be ended by its owner",
    ),
    Entry(
        "rate_buckets",
        {"key": "digest"},
        "full_at",
        (Old("full_at < :moment", HOUR),),
        whose="stranger",
        why="nobody tries too often",
    ),
)
