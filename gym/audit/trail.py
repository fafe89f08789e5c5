"""Writing the audit trail: one entry beside the change, in the same transaction."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect

from gym.audit.models import AuditDetail, AuditEntry
from gym.audit.personal_values import PersonalValues, split
from gym.core.database.engine import Base
from gym.core.database.ids import new_id
from gym.core.database.json_values import encode
from gym.security.permissions import Actor

Subject = Base | tuple[str, UUID | None]
"""A row, or the name and id of something that is not one."""


SALT_BYTES: Final = 16


def rows(
    actor: Actor,
    at: datetime,
    action: str,
    subject: Subject,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    person_id: UUID | None = None,
) -> Sequence[Base]:
    """A new entry, and beside it the personal values of the client whom it is about.

    `action` is `noun.verb` such as `client.registered`; `person_id` is that client where the subject does not
    tell (`person_of`). What is about no client stays in the entry as it is.
    """
    kind, key = subject_of(subject)
    entry = AuditEntry(
        id=new_id(),
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
    person = actor.client_id or person_id or person_of(subject)
    return [entry] if person is None else [entry, *_apart(entry, person, of_client=bool(actor.client_id))]


def _apart(entry: AuditEntry, person_id: UUID, *, of_client: bool) -> Sequence[AuditDetail]:
    """Take the personal values out of an entry."""
    plain_before, before = split(entry.before)
    plain_after, after = split(entry.after)
    values = PersonalValues(entry.actor_name if of_client else None, before, after)
    if not values:
        return []
    salt = os.urandom(SALT_BYTES)
    entry.before, entry.after, entry.digest = plain_before, plain_after, values.digest(salt)
    if of_client:
        entry.actor_name = ""
    return [
        AuditDetail(
            entry_id=entry.id,
            person_id=person_id,
            salt=salt,
            actor_name=values.actor_name,
            before=before,
            after=after,
        )
    ]


def person_of(subject: Subject) -> UUID | None:
    """The client whom a subject is about, where it says so itself."""
    kind, key = subject_of(subject)
    if kind == "clients":
        return key
    owner = getattr(subject, "client_id", None)
    return owner if isinstance(owner, UUID) else None


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
