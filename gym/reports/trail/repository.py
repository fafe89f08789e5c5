"""Queries of the audit trail: its rows with the names of whom they are about, newest first."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from gym.audit.actions import actions_of
from gym.audit.models import AuditEntry
from gym.core.clock import day_start
from gym.core.database.json_values import decode, encode
from gym.reports.trail.schemas import GYM_ITSELF, TrailChange, TrailQuery, TrailRow
from gym.settings.schemas import GymSettings

DAY: Final = timedelta(days=1)
# By index each, and then sorted: an OR of the three would read the whole trail.
_OF_CLIENT: Final = """e.id IN (
    SELECT a.id FROM audit_entries a WHERE a.actor_id = :client
    UNION SELECT d.entry_id FROM audit_details d WHERE d.person_id = :client
    UNION SELECT a.id FROM audit_entries a JOIN (
        SELECT 'clients' AS kind, CAST(:client AS uuid) AS id
        UNION ALL SELECT 'accounts', id FROM accounts WHERE client_id = :client
        UNION ALL SELECT 'subscriptions', id FROM subscriptions WHERE client_id = :client
        UNION ALL SELECT 'approvals', id FROM approvals WHERE client_id = :client
        UNION ALL SELECT 'transfer_quotes', id FROM transfer_quotes WHERE client_id = :client
        UNION ALL SELECT 'payment_proofs', id FROM payment_proofs WHERE client_id = :client
        UNION ALL SELECT 'rewards', id FROM rewards WHERE client_id = :client
        UNION ALL SELECT 'check_ins', id FROM check_ins WHERE client_id = :client
        UNION ALL SELECT 'freezes', f.id FROM freezes f JOIN subscriptions s ON s.id = f.subscription_id
            WHERE s.client_id = :client
    ) own ON own.kind = a.subject_type AND own.id = a.subject_id
)"""
_CLIENT_ID: Final = """coalesce(CASE e.subject_type
    WHEN 'clients' THEN e.subject_id
    WHEN 'accounts' THEN (SELECT client_id FROM accounts WHERE id = e.subject_id)
    WHEN 'subscriptions' THEN (SELECT client_id FROM subscriptions WHERE id = e.subject_id)
    WHEN 'approvals' THEN (SELECT client_id FROM approvals WHERE id = e.subject_id)
    WHEN 'transfer_quotes' THEN (SELECT client_id FROM transfer_quotes WHERE id = e.subject_id)
    WHEN 'payment_proofs' THEN (SELECT client_id FROM payment_proofs WHERE id = e.subject_id)
    WHEN 'rewards' THEN (SELECT client_id FROM rewards WHERE id = e.subject_id)
    WHEN 'check_ins' THEN (SELECT client_id FROM check_ins WHERE id = e.subject_id)
    WHEN 'freezes' THEN (SELECT s.client_id FROM freezes f JOIN subscriptions s ON s.id = f.subscription_id
        WHERE f.id = e.subject_id)
END, d.person_id)"""
_OTHER_NAME: Final = """CASE e.subject_type
    WHEN 'staff' THEN (SELECT name FROM staff WHERE id = e.subject_id)
    WHEN 'plans' THEN (SELECT name FROM plans WHERE id = e.subject_id)
    WHEN 'kiosks' THEN (SELECT name FROM kiosks WHERE id = e.subject_id)
    WHEN 'cash_counts' THEN (SELECT s.name FROM cash_counts t JOIN staff s ON s.id = t.staff_id
        WHERE t.id = e.subject_id)
END"""
_ROWS: Final = """
SELECT e.id, e.at, e.actor_kind, e.action, e.subject_type, e.subject_id, e.before, e.after,
    d.before AS own_before, d.after AS own_after, coalesce(d.actor_name, e.actor_name) AS actor_name,
    c.id AS client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    c.erased_at IS NOT NULL AS erased, {other_name} AS other_name
FROM ({chosen}) e
LEFT JOIN audit_details d ON d.entry_id = e.id
LEFT JOIN clients c ON c.id = {client_id}
ORDER BY e.at DESC, e.id DESC
"""
_CHOSEN: Final = """
SELECT * FROM audit_entries e WHERE {conditions} ORDER BY e.at DESC, e.id DESC LIMIT :size OFFSET :skip
"""
_COUNT: Final = "SELECT count(*) FROM (SELECT FROM audit_entries e WHERE {conditions} LIMIT :most) found"
_NAME: Final = text("""
SELECT coalesce((SELECT name FROM staff WHERE id = :id), (SELECT name FROM kiosks WHERE id = :id),
    (SELECT btrim(first_name || ' ' || last_name) FROM clients WHERE id = :id AND erased_at IS NULL))
""")

_COLLEAGUE: Final = text("SELECT id FROM staff WHERE lower(name) = lower(:name) LIMIT 2")


class TrailRepository:
    """Reads rows; the text of every statement is made of constants."""

    def __init__(self, session: AsyncSession, settings: GymSettings) -> None:
        self.session = session
        self._settings = settings

    async def rows(self, query: TrailQuery, size: int, skip: int = 0) -> list[TrailRow]:
        found = await self.session.execute(
            _reading(self._conditions(query)), {**self._values(query), "size": size, "skip": skip}
        )
        return [_row(one) for one in found]

    async def stream(self, query: TrailQuery, most: int) -> AsyncGenerator[TrailRow]:
        """One after the other out of a cursor, so that memory stays the same."""
        found = await self.session.stream(
            _reading(self._conditions(query)), {**self._values(query), "size": most, "skip": 0}
        )
        async for one in found:
            yield _row(one)

    async def count(self, query: TrailQuery, most: int) -> int:
        """How many there are, counted up to `most`: all of the trail would be counted at each look."""
        counted = text(_COUNT.format(conditions=self._conditions(query)))
        return await self.session.scalar(counted, {**self._values(query), "most": most}) or 0

    async def name_of(self, key: UUID) -> str:
        """Of a colleague, kiosk or client; empty for nobody and for whoever was erased."""
        return await self.session.scalar(_NAME, {"id": key}) or ""

    async def colleague(self, name: str) -> UUID | None:
        found = (await self.session.scalars(_COLLEAGUE, {"name": name})).all()
        return found[0] if len(found) == 1 else None

    async def has_looked(
        self, actor_id: UUID, action: str, facts: Mapping[str, object], since: datetime
    ) -> bool:
        """Whether somebody's look with these facts is recorded already."""
        seen = select(AuditEntry.id).where(
            AuditEntry.actor_id == actor_id,
            AuditEntry.at >= since,
            AuditEntry.action == action,
            AuditEntry.after == encode(facts),
        )
        return await self.session.scalar(seen.limit(1)) is not None

    def _conditions(self, query: TrailQuery) -> str:
        parts = ["true"]
        if query.by == GYM_ITSELF:
            parts.append("e.actor_kind = 'system'")
        elif query.by is not None:
            parts.append("e.actor_id = :by")
        if query.client_id is not None:
            parts.append(_OF_CLIENT)
        if query.kind is not None:
            parts.append(f"e.action IN ({_literals(actions_of(query.kind))})")
        if query.day is not None:
            parts.append("e.at >= :begins AND e.at < :ends")
        return " AND ".join(parts)

    def _values(self, query: TrailQuery) -> dict[str, object]:
        values: dict[str, object] = {}
        if query.by is not None and query.by != GYM_ITSELF:
            values["by"] = query.by
        if query.client_id is not None:
            values["client"] = query.client_id
        if query.day is not None:
            zone = self._settings.zone
            values |= {"begins": day_start(query.day, zone), "ends": day_start(query.day + DAY, zone)}
        return values


def _literals(actions: Sequence[str]) -> str:
    """Constants of the program, in the text: a plan for any actions cannot know that these are rare, and read
    a million rows to find eight."""
    return ", ".join(f"'{action}'" for action in actions)


def _reading(conditions: str) -> TextClause:
    chosen = _CHOSEN.format(conditions=conditions)
    statement = text(_ROWS.format(chosen=chosen, client_id=_CLIENT_ID, other_name=_OTHER_NAME))
    return statement.columns(before=JSONB, after=JSONB, own_before=JSONB, own_after=JSONB)  # pyright: ignore


def _row(found: Row[Any]) -> TrailRow:
    before = {**(found.before or {}), **(found.own_before or {})}
    after = {**(found.after or {}), **(found.own_after or {})}
    keys = [*after, *(key for key in before if key not in after)]
    return TrailRow(
        id=found.id,
        at=found.at,
        actor_kind=found.actor_kind,
        actor=found.actor_name,
        action=found.action,
        subject_type=found.subject_type,
        subject_id=found.subject_id,
        client_id=found.client_id,
        subject=(found.client_name if found.client_id else found.other_name) or "",
        erased=bool(found.client_id) and found.erased,
        changes=[TrailChange(key, decode(before.get(key)), decode(after.get(key))) for key in keys],
    )
