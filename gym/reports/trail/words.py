"""Rows of the audit trail in words: what was done, and each value before and now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from gym.audit.actions import ACTIONS
from gym.core.language import N_, Translator
from gym.privacy.words.labels import HIDDEN, LABELS
from gym.privacy.words.terms import TERMS, WORDED
from gym.reports.registry import BY_NAME as REPORTS
from gym.reports.trail.schemas import TrailChange, TrailRow
from gym.security.permissions import ActorKind

NOTHING: Final = "–"
ERASED_CLIENT: Final = N_("an erased client")


def title(t: Translator, action: str) -> str:
    """What was done, such as `changed the details`; the code of an action that has no words."""
    return t(ACTIONS[action].title) if action in ACTIONS else action


def actor(t: Translator, row: TrailRow) -> str:
    """Who did it."""
    if row.actor:
        return t.text(row.actor)
    return t(ERASED_CLIENT) if row.actor_kind == ActorKind.MEMBER.value else NOTHING


def subject(t: Translator, row: TrailRow) -> str:
    """Whom or what it was done to; empty where the action says it all."""
    if row.erased and row.client_id is not None:
        return t(ERASED_CLIENT)
    return t.text(row.subject)


def change_lines(t: Translator, row: TrailRow, longest: int | None = None) -> Iterator[str]:
    """`Phone: 300 → 310`, a line for each value that tells something; values are cut at `longest` letters."""
    for change in row.changes:
        if change.key in HIDDEN or _is_id(change):
            continue
        label = label_of(t, change.key)
        now = show_value(t, change.key, change.after, longest)
        if change.before is None:
            yield f"{label}: {now}"
        else:
            yield f"{label}: {show_value(t, change.key, change.before, longest)} → {now}"


def value_lines(t: Translator, row: TrailRow, *, now: bool) -> Iterator[str]:
    """`Phone: 310`, a line for each value that the row has before, or now."""
    for change in row.changes:
        value = change.after if now else change.before
        if value is not None and change.key not in HIDDEN and not isinstance(value, UUID):
            yield f"{label_of(t, change.key)}: {show_value(t, change.key, value)}"


def label_of(t: Translator, key: str) -> str:
    """What a value is called; its key in words where nothing is said of it."""
    return t(LABELS[key]) if key in LABELS else t.text(key.replace("_", " "))


def show_value(t: Translator, key: str, value: Any, longest: int | None = None) -> str:
    """A value as a person reads it."""
    match value:
        case None | "" | [] | ():
            return NOTHING
        case str() if key in WORDED and value in TERMS:
            return t(TERMS[value])
        case str() if key == "report" and value in REPORTS:
            return t(REPORTS[value].title)
        case Decimal() if key == "percent":
            return f"{value.normalize():f} %"
        case list():
            shown = ", ".join(str(one) for one in cast("list[object]", value))
            return t.text(_cut(shown, longest))
        case dict():
            return t.text(_cut(json.dumps(value, ensure_ascii=False, default=str), longest))
        case str():
            return t.text(_cut(value, longest))
        case _:
            return t.show(value)


def _is_id(change: TrailChange) -> bool:
    values = [one for one in (change.before, change.after) if one is not None]
    return not values or all(isinstance(one, UUID) for one in values)


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
