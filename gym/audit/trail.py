"""Writing the trail: one entry beside the change, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from gym.audit.models import AuditEntry
from gym.core.database.engine import Base
from gym.core.database.json_values import encode
from gym.security.permissions import Actor

Subject = Base | tuple[str, UUID | None]
"""A row, or the name and id of something that is not one."""


def entry(
    actor: Actor,
    at: datetime,
    action: str,
    subject: Subject,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> AuditEntry:
    """A new entry; `action` is `noun.verb` such as `client.registered`."""
    kind, key = subject_of(subject)
    return AuditEntry(
        at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        subject_type=kind,
        subject_id=key,
        before=encode(before),
        after=encode(after),
    )


def subject_of(subject: Subject) -> tuple[str, UUID | None]:
    """Table and id of what was changed."""
    if isinstance(subject, tuple):
        return subject
    key = getattr(subject, "id", None)
    return subject.__tablename__, key if isinstance(key, UUID) else None


def changes(row: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is about to change in a row: column values before and after, changed ones only."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(row)
    for attribute in state.mapper.column_attrs:
        if attribute.key in state.unloaded:
            continue
        history = state.attrs[attribute.key].history
        if history.has_changes():
            before[attribute.key] = history.deleted[0] if history.deleted else None
            after[attribute.key] = history.added[0] if history.added else None
    return before, after
